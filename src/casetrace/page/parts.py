"""Parts of a page in groups that are made apart: on several cores, and only if they are stale."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from casetrace.case.memo import READ, unread
from casetrace.case.model import Case
from casetrace.case.project import Project
from casetrace.case.write import digest, write_bytes
from casetrace.kernels.server import end_with
from casetrace.narrative.audience import audiences
from casetrace.page.content import hangs, narrated, tabled
from casetrace.page.figures import FIGURES, Shown, drawn
from casetrace.page.variants import Varied, varied

__all__ = ["Part", "batch", "digests", "groups", "made", "made_apart"]


@dataclass(frozen=True)
class Part:
    """A part of the page as the page keeps it.

    Attributes
    ----------
    home : str
        Its content at the defaults.
    now : str or None
        Its content under the readings of the case; None if it was not made for these.
    moves : dict or None
        For the script: the readings that it hangs on (``on``), and by the options of these
        (``at``) its contents as pieces of the default one (``as``).
    """

    home: str
    now: str | None
    moves: dict[str, Any] | None

    def texts(self) -> Iterable[str]:
        """All the text that it can show."""
        pieces = [p for as_ in (self.moves or {"as": ()})["as"] for p in as_ if isinstance(p, str)]
        return self.home, self.now or "", *pieces


def groups() -> dict[str, Callable[[Case], dict[str, Varied]]]:
    """What makes each group of parts for a case at its defaults.

    The words to each audience are a group, so are the tables with the values, and each figure.
    """
    told = {f"words-{to.name}": partial(_told, partial(narrated, to)) for to in audiences()}
    figures = {f"figure-{shown.name}": partial(_drawn, shown) for shown in FIGURES}
    return {**told, "words-tables": partial(_told, tabled), **figures}


def batch(name: str) -> str:
    """The batch of a group: those of one are made one after another, computing values once."""
    return "words" if name.startswith("words-") else name


def _told(render: Callable[..., dict[str, str]], case: Case) -> dict[str, Varied]:
    return varied(case, render, hangs)


def _drawn(shown: Shown, case: Case) -> dict[str, Varied]:
    return {f"f-{name}": figure for name, figure in drawn(case, [shown]).items()}


def made(case: Case) -> dict[str, Part]:
    """All parts of the page of a case, one after another."""
    return {k: part for make in groups().values() for k, part in _parts(case, make).items()}


def digests(where: Project, case: str) -> dict[str, str]:
    """Digests of the files that parts of a page can be made of, taken before they are read."""
    paths = [*(where.data / case).glob("*.*"), *where.reference.glob("*.csv")]
    return {where.shown(path): digest(path.read_bytes()) for path in paths if path.is_file()}


def made_apart(
    case: Case, files: Mapping[str, str], cache: Path, key: str, workers: int
) -> dict[str, Part]:
    """The same, words and figures in processes of their own, unless made of the same files before.

    Parameters
    ----------
    case : Case
        The case.
    files : dict of str
        What :func:`digests` gave before the case was read.
    cache : Path
        Folder where groups are kept.
    key : str
        What else they hang on: the code.
    workers : int
        Processes at a time.

    Raises
    ------
    RuntimeError
        If the process of a group fails; it has then said why.
    """
    paths = {name: cache / f"{name}.json" for name in groups()}
    batches: dict[str, list[str]] = {}
    for name, path in paths.items():
        if _kept(case, files, path, key) is None:
            batches.setdefault(batch(name), []).append(name)
    stale = list(batches)
    context = multiprocessing.get_context("fork")
    running: dict[Any, Any] = {}
    while stale or running:
        while stale and len(running) < workers:
            name = stale.pop(0)
            mine = {one: paths[one] for one in batches[name]}
            told = (case, files, mine, key, os.getpid())
            process = context.Process(target=_make, args=told, name=name)
            process.start()
            running[process.sentinel] = process
        for ended in wait(list(running)):
            process = running.pop(ended)
            process.join()
            if process.exitcode:
                raise RuntimeError(f"{process.name} of the page was not made")
    found: dict[str, Part] = {}
    for name, path in paths.items():
        kept = _kept(case, files, path, key)
        if kept is None:
            raise RuntimeError(f"{name} of the page was not kept; build again")
        found.update(kept)
    return found


def _make(
    case: Case, files: Mapping[str, str], paths: Mapping[str, Path], key: str, parent: int
) -> None:
    """Make groups and keep each with the digests of the files that it was made of."""
    end_with(parent)
    gc.disable()  # a drawing leaves cycles by the thousand, and this process ends with its groups
    for name, path in paths.items():
        READ.clear()
        found = _parts(case, groups()[name])
        kept = {
            "key": key,
            "scenario": case.scenario,
            "read": {f: files.get(f, "") for f in sorted({*READ, f"{case.folder}/case.yaml"})},
            "parts": {name: asdict(part) for name, part in found.items()},
        }
        write_bytes(path, json.dumps(kept, ensure_ascii=False).encode())


def _kept(case: Case, files: Mapping[str, str], path: Path, key: str) -> dict[str, Part] | None:
    """A group that was made of what is there now; None if it has to be made."""
    try:
        kept = json.loads(path.read_bytes())
        is_same = kept["key"] == key and kept["scenario"] == case.scenario
        if not is_same or any(files.get(f, "") != sha for f, sha in kept["read"].items()):
            return None
        return {name: Part(**part) for name, part in kept["parts"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _parts(case: Case, make: Callable[[Case], dict[str, Varied]]) -> dict[str, Part]:
    with unread():
        home = case.at_defaults
    return {name: _part(case, part) for name, part in make(home).items()}


def _part(case: Case, part: Varied) -> Part:
    readings = case.at_defaults.head.readings
    home = part.under(case.at_defaults.chosen) or ""
    if not part.readings:
        return Part(home, part.under(case.chosen), None)
    every = [list(readings[r].options) for r in part.readings]
    at = {
        tuple(options.index(o) for options, o in zip(every, chosen, strict=True)): content
        for chosen, content in part.contents.items()
    }
    places: dict[str, int] = {}
    contents, keys = [], {}
    for key, content in sorted(at.items()):
        if content not in places:
            places[content] = len(contents)
            contents.append(_delta(home, content))
        keys[".".join(map(str, key))] = places[content]
    on = [list(readings).index(r) for r in part.readings]
    return Part(home, part.under(case.chosen), {"on": on, "at": keys, "as": contents})


def _delta(home: str, other: str) -> list[Any]:
    """A content as pieces of the default one (where, how many) and text of its own."""
    old, new = (re.findall(r"[^>]*>|[^>]+$", text) for text in (home, other))
    pieces: list[Any] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append([a, b - a])
        elif c < d:
            pieces.append("".join(new[c:d]))
    return pieces
