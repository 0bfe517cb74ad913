"""What is wrong with the data, said so that a clinician can put it right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["CaseError", "Problem", "UsageError", "nearest"]


@dataclass(frozen=True)
class Problem:
    """One fault in one place.

    Attributes
    ----------
    file : str
        File, from the project's folder.
    where : str
        Row (as a spreadsheet counts, the header is row 1) with its id, or line of a YAML file.
    column, value : str
        Column or key, and what stands there.
    expected, fix : str
        What should stand there, and what to do.
    """

    file: str
    where: str = ""
    column: str = ""
    value: str = ""
    expected: str = ""
    fix: str = ""

    def __str__(self) -> str:
        column = f"column {self.column}" if self.column else ""
        place = ", ".join(p for p in (self.file, self.where, column) if p)
        found = f"found {_short(self.value)}; " if self.value else ""
        fix = f"\n    to fix: {self.fix}" if self.fix else ""
        return f"{place}: {found}expected {self.expected}{fix}"


class _Plain(Exception):
    """An error of the reader's data or request: a notebook shows what it says and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class UsageError(_Plain):
    """A name, scenario, reading or parameter that is not there; the command line exits with 2."""


class CaseError(_Plain):
    """The data of a case do not hold; carries every problem found.

    Attributes
    ----------
    problems : tuple of Problem
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = "\n".join(f"  {p}" for p in self.problems)
        super().__init__(f"{count} problem{'s' * (count != 1)} in the data:\n{lines}")


def nearest(name: str, names: Iterable[str], what: str = "one") -> str:
    """Say which known names are nearest to one that is not known.

    Examples
    --------
    >>> nearest("imataka-2104", ["imataka-2014"], "case")
    'did you mean imataka-2014?'
    """
    names = sorted(names)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    likeness = {n: difflib.SequenceMatcher(None, n, name).ratio() for n in close}
    close = [n for n in close if likeness[n] >= max(likeness.values()) - 0.05]
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"known: {', '.join(names)}" if names else f"there is no {what} yet"


def _short(value: str, length: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= length else text[: length - 4] + "...'"
