"""Parts of a page in groups that are made apart, on several cores."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any

from casetrace.case.across import Varied
from casetrace.case.model import Case
from casetrace.narrative.language import audiences
from casetrace.page.content import hangs, narrated, tabled
from casetrace.page.figures import Shown, drawn, shown_figures
from casetrace.page.variants import varied

__all__ = ["Part", "batch", "gathered", "groups", "made", "work"]


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

    def pieces(self) -> list[str]:
        """The text of its own that it shows under other readings, piece by piece."""
        return [p for as_ in (self.moves or {"as": ()})["as"] for p in as_ if isinstance(p, str)]

    def texts(self) -> Iterable[str]:
        """All the text that it can show."""
        return self.home, self.now or "", *self.pieces()


def groups(case: Case) -> dict[str, Callable[[Case], dict[str, Varied]]]:
    """What makes each group of parts for a case at its defaults.

    The words to each audience are a group, so are the tables with the values, and each figure.
    """
    told = {
        f"words-{to.name}": partial(_told, partial(narrated, to.name)) for to in audiences(case)
    }
    figures = {f"figure-{shown.name}": partial(_drawn, shown) for shown in shown_figures()}
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
    return {k: part for make in groups(case).values() for k, part in _parts(case, make).items()}


def work(case: Case, folder: Path) -> dict[str, Callable[[], None]]:
    """Return what makes the parts of a page, each into a file of a folder.

    Parameters
    ----------
    case : Case
        The case.
    folder : Path
        Where the parts go, for :func:`gathered`.

    Returns
    -------
    dict of callable
        By name: the words, and each figure. Each can be called in a process of its own.
    """
    batches: dict[str, dict[str, Path]] = {}
    for name in groups(case):
        batches.setdefault(batch(name), {})[name] = folder / f"{name}.json"
    return {name: partial(_make, case, paths) for name, paths in batches.items()}


def gathered(case: Case, folder: Path) -> dict[str, Part]:
    """Return the parts that were made into a folder."""
    found: dict[str, Part] = {}
    for name in groups(case):
        made = json.loads((folder / f"{name}.json").read_bytes())
        found.update({name: Part(**part) for name, part in made.items()})
    return found


def _make(case: Case, paths: Mapping[str, Path]) -> None:
    """Make groups of parts, each into a file."""
    for name, path in paths.items():
        found = _parts(case, groups(case)[name])
        made = {name: asdict(part) for name, part in found.items()}
        path.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")


def _parts(case: Case, make: Callable[[Case], dict[str, Varied]]) -> dict[str, Part]:
    return {name: _part(case, part) for name, part in make(case.at_defaults).items()}


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
