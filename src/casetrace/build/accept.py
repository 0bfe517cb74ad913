"""Take the present results as the stored ones, and say in words what changed."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Iterator
from typing import Any

import nbformat

from casetrace.build.build import BuildError, alone, failures, publish, staging
from casetrace.build.installed import differences
from casetrace.build.jobs import Job
from casetrace.build.produce import everything, produce
from casetrace.build.stale import changes, inputs
from casetrace.build.task import as_bytes
from casetrace.case.problems import UsageError
from casetrace.case.project import DEFAULT_CASE, DEFAULT_SCENARIO, Project
from casetrace.case.write import write_bytes
from casetrace.display.table import VALUES_MIME

__all__ = ["accept", "committed_jobs", "compare"]


def committed_jobs(where: Project) -> list[Job]:
    """The default case, and every other case whose figures are committed."""
    others = [c for c in where.cases() if c != DEFAULT_CASE and (where.figures / c).is_dir()]
    return [Job(case, DEFAULT_SCENARIO) for case in (DEFAULT_CASE, *others)]


def accept(where: Project, workers: int = 2, with_page: bool = True) -> list[str]:
    """Run everything, store notebook outputs, figures and reports.

    Parameters
    ----------
    where : Project
        The project.
    workers : int
        Tasks at a time.
    with_page : bool
        Whether to make the pages, which takes most of the time.

    Returns
    -------
    list of str
        What changed, in words; empty if nothing did.

    Raises
    ------
    BuildError
        If a notebook fails, or what it is made from changes meanwhile; then nothing is stored.
    UsageError
        If other versions are installed than are locked.
    """
    if found := differences(where):
        raise UsageError(
            f"{'; '.join(found)}: results of other versions are not stored; "
            "make clean and make install what is locked"
        )
    jobs = committed_jobs(where)
    words: list[str] = []
    with alone(where), staging(where) as folder:
        made_from = {job: inputs(where, job, with_page) for job in jobs}
        produced = produce(where, everything(where, jobs), folder, workers, with_page=with_page)
        if produced.errors:
            raise BuildError(failures(produced))
        for job in jobs:
            if during := changes(made_from[job], inputs(where, job, with_page)):
                raise BuildError(
                    f"{job.key}: what it is made from changed meanwhile ({'; '.join(during)}): "
                    "nothing was stored; run it again"
                )
        for story in where.stories():
            path = folder / jobs[0].key / "notebooks" / story.name
            new = path.read_bytes()
            if story.read_bytes() != new:
                old = nbformat.read(story, as_version=4)
                words += compare(story.name, old, nbformat.read(path, as_version=4))
                write_bytes(story, as_bytes(nbformat.reads(new.decode(), as_version=4)))
        changed = [
            path
            for job, made in produced.made.items()
            for path in publish(where, job, made, folder, made_from[job])
        ]
        words += [f"file {p}" for p in changed if not p.startswith("build/")]
    return words


def compare(name: str, old: Any, new: Any) -> list[str]:
    """What differs between two runs of a notebook, in words.

    Parameters
    ----------
    name : str
        File name of the notebook.
    old, new : NotebookNode
        Stored and fresh.

    Returns
    -------
    list of str
    """
    words = []
    before = {cell.get("id"): cell for cell in old.cells}
    fresh = {cell.get("id") for cell in new.cells}
    own = [cell for cell in new.cells if cell.get("id") != "injected-parameters"]
    moved = {}  # cells whose id was changed: by place
    if len(own) == len(old.cells):
        for was, cell in zip(old.cells, own, strict=True):
            if cell.get("id") not in before and was.get("id") not in fresh:
                moved[cell.get("id")] = was
    if moved:
        words.append(f"{name}: ids of cells changed or were missing: {', '.join(map(str, moved))}")
    for cell, heading in _with_headings(new):
        if cell.cell_type != "code":
            continue
        key = cell.get("id")
        was = before.get(key, moved.get(key, {})).get("outputs", [])
        if was == cell.outputs:
            continue
        where = f"{name}, {heading}"
        if not was:
            words.append(f"{where}: output added")
        elif not cell.outputs:
            words.append(f"{where}: output gone")
        else:
            for one, two in zip(was, cell.outputs, strict=False):
                words += [f"{where}: {line}" for line in _differences(one, two)]
    return words


def _with_headings(notebook: Any) -> Iterator[tuple[Any, str]]:
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := re.match(r"#+ (.+)", cell.source)):
            heading = found[1]
        yield cell, heading


def _differences(old: Any, new: Any) -> list[str]:
    one, two = old.get("data", {}), new.get("data", {})
    if VALUES_MIME in one and VALUES_MIME in two:
        return list(_values(one[VALUES_MIME], two[VALUES_MIME])) or ["sources or wording changed"]
    about = (old.get("metadata", {}).get("image/svg+xml", {}), two)
    if "image/svg+xml" in two:
        alt = new.get("metadata", {}).get("image/svg+xml", {})
        was = about[0].get("alt", "no alternative text")
        lines = list(_phrases(was, alt.get("alt", "")))
        figure = f"figure {alt.get('figure', '')}"
        return [f"{figure} {line}" for line in lines] or [f"{figure} is drawn differently"]
    for kind in ("text/markdown", "text/html", "text/plain"):
        if one.get(kind) != two.get(kind):
            words = (_words(part.get(kind, "")) for part in (one, two))
            return list(_phrases(*words)) or ["sources or drawing changed"]
    return ["output of another kind"]


def _values(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for key in dict.fromkeys([*old, *new]):
        if key not in new:
            yield f"value {key} is gone (was {old[key]})"
        elif key not in old:
            yield f"value {key} is new: {new[key]}"
        elif old[key] != new[key]:
            yield f"value {key}: {old[key]} → {new[key]}"


def _words(text: str) -> str:
    """Cells and lines of a table or of Markdown as plain text."""
    told = re.sub(r"<(style|desc|title)\b.*?</\1>", "", text, flags=re.DOTALL)
    cells = re.sub(r"</t[dh]>|</caption>", "\n", told)
    return html.unescape(re.sub(r"<[^>]+>", "", cells))


def _phrases(old: str, new: str) -> Iterator[str]:
    """Phrases that went, each with the one that came."""
    split = re.compile(r"(?<=[.;])\s+|\n+")
    one, two = ([p.strip() for p in split.split(text) if p.strip()] for text in (old, new))
    matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            was, now = " ".join(one[a:b]), " ".join(two[c:d])
            yield f"{_short(was) or 'nothing'} → {_short(now) or 'nothing'}"


def _short(text: str, length: int = 160) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
