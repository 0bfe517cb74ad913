"""The checks that nbval leaves out: what reproduces, and cannot pass by accident.

nbval runs a notebook and compares the outputs that are stored. It ignores PNG outputs and
metadata, and it passes a notebook whose outputs were cleared. Here everything is built afresh
and compared byte by byte, and what is stored is examined on its own.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Collection
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat

from casetrace.build.accept import committed_jobs, compare
from casetrace.build.build import alone, failures, staging
from casetrace.build.jobs import ALL, Job
from casetrace.build.produce import everything, produce
from casetrace.build.stale import PACKAGE
from casetrace.build.stored import (
    check_folder,
    check_notebook,
    is_saved_by_hand,
    no_figure_twice,
)
from casetrace.case.project import Project

__all__ = [
    "check_figures",
    "check_template",
    "compare_folder",
    "edited_files",
    "verify",
]

_UNITS = re.compile(
    r"\b(mg|kg|g|ng|mL|dL|U/L|IU/L|IU/l|mol|weeks?|months?|days?|years?|hours?|percent)\b|[%‰°µ]"
)
_NUMBER_WORDS = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|"
    r"fifty|hundred|thousand|half|third|quarter|twice|once|double|triple)\b",
    re.IGNORECASE,
)


def verify(where: Project, workers: int = 2, with_page: bool = True) -> list[str]:
    """Build everything afresh and compare it with what is stored.

    Parameters
    ----------
    where : Project
        The project.
    workers : int
        Tasks at a time.
    with_page : bool
        Whether to make and compare the pages, which takes most of the time.

    Returns
    -------
    list of str
        Problems, each naming file, cell and cause; empty if everything reproduces.
    """
    problems = [p for path in sorted(PACKAGE.rglob("*.html.j2")) for p in check_template(path)]
    no_figure_twice(where)
    problems += check_folder(where)
    for story in where.stories():
        problems += check_notebook(story)
    jobs = committed_jobs(where)
    problems += _uncommitted_cases(where, jobs)
    edited = edited_files(where)
    for job in jobs:
        problems += check_figures(where, job.case)
    with alone(where), staging(where) as folder:
        produced = produce(where, everything(where, jobs), folder, workers, with_page=with_page)
        if produced.errors:
            return [*problems, failures(produced)]
        for story in where.stories():
            fresh = folder / jobs[0].key / "notebooks" / story.name
            problems += _compare_notebook(story, fresh)
        for job in jobs:
            for part, kept in (("figures", where.figures), ("reports", where.reports)):
                fresh = folder / job.key / part
                passed_over = () if with_page else ("index.html",)
                problems += compare_folder(where, kept / job.case, fresh, passed_over, edited)
        if with_page:
            all_cases = folder / jobs[0].key / ALL
            problems += compare_file(where, where.reports, all_cases, "index.html", edited)
    problems += _orphans(where, jobs)
    return list(dict.fromkeys(problems))


def check_figures(where: Project, case: str) -> list[str]:
    """Whether each committed figure has its files, their hashes and alternative text."""
    from casetrace.case.write import digest

    folder = where.figures / case
    index = folder / "index.json"
    if not index.is_file():
        return [f"{where.shown(index)}: missing; run make"]
    problems = []
    try:
        figures = json.loads(index.read_bytes())["figures"]
    except (ValueError, KeyError, TypeError) as error:
        return [f"{where.shown(index)}: not a figure index ({error}); run make"]
    for figure in figures:
        if not figure.get("alt"):
            problems.append(
                f"{where.shown(index)}: figure {figure['name']} has no alternative text"
            )
        for file, sha in figure["sha256"].items():
            path = folder / file
            if not path.is_file():
                problems.append(f"{where.shown(path)}: missing, but listed in index.json")
            elif digest(path.read_bytes()) != sha:
                problems.append(f"{where.shown(path)}: is not the file that index.json lists")
    return problems


def compare_folder(
    where: Project,
    kept: Path,
    fresh: Path,
    passed_over: Collection[str] = (),
    edited: Collection[str] = (),
) -> list[str]:
    """Files that differ from a fresh build, are missing, or that no build gives."""
    names = {p.name for folder in (kept, fresh) if folder.is_dir() for p in folder.iterdir()}
    wanted = sorted(names - set(passed_over))
    compared = (compare_file(where, kept, fresh, name, edited) for name in wanted)
    return [problem for found in compared for problem in found]


def compare_file(
    where: Project, kept: Path, fresh: Path, name: str, edited: Collection[str] = ()
) -> list[str]:
    """What is wrong with one file of a folder, beside that of a fresh build."""
    old, new = kept / name, fresh / name
    shown = where.shown(old)
    if old.is_symlink():
        return [f"{shown}: is a link, not a file; delete it and run make"]
    if not new.is_file():
        return [f"{shown}: no notebook gives this file; delete it"]
    if not old.is_file():
        return [f"{shown}: missing; run make"]
    if old.read_bytes() != new.read_bytes():
        since = "was changed since the last commit, and " if shown in edited else ""
        return [f"{shown}: {since}differs from what the data and the code give; make mends it"]
    return []


def edited_files(where: Project) -> set[str]:
    """Return the files that differ from the last commit; none where git or a repository is not."""
    command = ["git", "-C", str(where.root), "status", "--porcelain", "-z", "-uno"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return set()
    return {entry[3:] for entry in done.stdout.decode("utf-8", "replace").split("\0") if entry}


def _uncommitted_cases(where: Project, jobs: list[Job]) -> list[str]:
    """Cases without what is committed of each."""
    known = {job.case for job in jobs}
    gone = [case for case in where.cases() if case not in known]
    gone += [c for c in where.cases() if c in known and not (where.reports / c).is_dir()]
    return [
        f"data/{case}: its figures and its report are not here, and so not checked; run make"
        for case in gone
    ]


def check_template(path: Path) -> list[str]:
    """Digits, units and number words that were typed into what a reader sees of a page template."""
    text = re.sub(
        r"\{#.*?#\}", lambda m: "\n" * m[0].count("\n"), path.read_text("utf-8"), flags=re.S
    )
    seen = _VisibleText()
    seen.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S))
    kinds = {"a digit": re.compile(r"\d"), "a unit": _UNITS, "a number word": _NUMBER_WORDS}
    return [
        f"{path.name}, line {number}: {what}, {found[0]!r}, in {line.strip()!r}; "
        "let a value or a row say it"
        for what, pattern in kinds.items()
        for number, line in seen.lines
        if (found := pattern.search(line))
    ]


class _VisibleText(HTMLParser):
    """Text of a page that a reader sees, by line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[int, str]] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._hidden += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.lines.append((self.getpos()[0], data))


def _compare_notebook(stored: Path, fresh: Path) -> list[str]:
    """Differences between a stored notebook and a fresh run, cell by cell."""
    if stored.read_bytes() == fresh.read_bytes():
        return []
    try:
        old = nbformat.read(stored, as_version=4)
    except Exception:
        return []  # check_notebook has said so
    if is_saved_by_hand(old):
        return []  # nor are its differences worth a word
    words = compare(stored.name, old, nbformat.read(fresh, as_version=4))
    return words or [f"{stored.name}: is stored differently from a fresh run; look at git diff"]


def _orphans(where: Project, jobs: list[Job]) -> list[str]:
    """Folders of figures and reports that belong to no case."""
    known = {job.case for job in jobs}
    return [
        f"{where.shown(folder)}: belongs to no case in data/; delete it"
        for kept in (where.figures, where.reports)
        if kept.is_dir()
        for folder in sorted(kept.iterdir())
        if folder.name not in known and folder != where.reports / "index.html"
    ]
