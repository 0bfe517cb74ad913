"""A case on its way out: what was written where, and what a format has no place for."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from casetrace.case.model import Case, key_of
from casetrace.case.rows import Row
from casetrace.quantity import Quantity

__all__ = [
    "LOCAL",
    "PER_ROW",
    "Made",
    "as_json",
    "bounds_of",
    "cells_of",
    "is_plain",
    "number",
    "quoted",
    "report_of",
    "unquoted",
]

#: Prefix of what has no code of a terminology.
LOCAL = "casetrace"
#: Tables of facts; the others hold what the curator made of them.
PER_ROW = ("observations", "findings", "treatments", "motor")
_QUOTED = re.compile(r"(?P<place>[^“”]*): “(?P<words>[^”]*)”")


@dataclass
class Made:
    """What a writer made of a case.

    Attributes
    ----------
    case : Case
        The case, under the scenario that is written.
    content : object
        What the file holds, as plain JSON.
    places : dict of tuple
        Where each row went, as the way from the top of the file, by ``table/row``.
    why : dict of str
        Why a field of a row, or a whole row (field empty), does not come back.
    """

    case: Case
    content: Any = None
    places: dict[str, tuple[str | int, ...]] = field(default_factory=dict)
    why: dict[tuple[str, str], str] = field(default_factory=dict)

    def lose(self, source: str, name: str, why: str) -> None:
        """Say why a field of a row, or the row (name empty), has no place."""
        self.why.setdefault((source, name), why)

    def put(self, table: str, row: Row, held: list[Any], part: Any, *path: str | int) -> None:
        """Add to a list of the file what was made of a row."""
        self.places[f"{table}/{key_of(table, row)}"] = (*path, len(held))
        held.append(part)

    @cached_property
    def labels(self) -> Mapping[str, Any]:
        """Rows of codes.csv by code."""
        return {row.id: row for row in self.case.reference.codes}


def as_json(content: Any) -> bytes:
    """JSON as exports write it: keys in the order of the format, indented, UTF-8."""
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def report_of(case: Case) -> str:
    """The published report in one line."""
    c = case.head.citation
    return ". ".join(filter(None, (c.authors, c.title or case.head.title, c.journal, str(c.year))))


def number(value: float) -> int | float:
    """A number as JSON holds it best."""
    return int(value) if value == int(value) else value


def quoted(row: Any) -> str:
    """Where the words of a row stand, and these; empty if it has none."""
    return f"{row.place}: “{row.as_reported}”" if row.place and row.as_reported else ""


def unquoted(text: str) -> dict[str, str]:
    """Place and words of a text that :func:`quoted` wrote, as cells; none of another text.

    Examples
    --------
    >>> unquoted("Case report, paragraph 1: “a waddling gait”")
    {'place': 'Case report, paragraph 1', 'as_reported': 'a waddling gait'}
    >>> unquoted("a waddling gait")
    {}
    """
    found = _QUOTED.fullmatch(text)
    return {"place": found["place"], "as_reported": found["words"]} if found else {}


def bounds_of(q: Quantity) -> str:
    """A number with bounds as the data tables write it.

    Examples
    --------
    >>> from casetrace.quantity import parse
    >>> [bounds_of(-parse(text)) for text in ("3", "at least 2", "less than 1.5", "1 to 4")]
    ['-3', 'at most -2', 'more than -1.5', '-4 to -1']
    """
    low, high = (f"{number(end)}" if abs(end) != math.inf else "" for end in (q.low, q.high))
    about = "about " if q.about else ""
    if low and high:
        return f"{about}{low}" if q.is_point else f"{about}{low} to {high}"
    if low:
        return f"{'at least' if q.low_closed else 'more than'} {low}"
    return f"{'at most' if q.high_closed else 'less than'} {high}"


def cells_of(case: Case, table: str, row: Row) -> dict[str, str]:
    """The cells of a row as they are written, under the scenario of the case."""
    source = f"{table}/{key_of(table, row)}"
    cells = dict(case.written(table, key_of(table, row)))
    for name, option in case.chosen.items():
        for path, value in case.head.readings[name].options[option].sets.items():
            if path.startswith(f"{source}/"):
                cells[path.removeprefix(f"{source}/")] = value
    return cells


def is_plain(q: Quantity | None) -> bool:
    """Whether it is one number, and not "about"."""
    return q is not None and q.is_exact
