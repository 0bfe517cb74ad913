"""What an item rests on: rows of the case, joined by ``and`` or by ``or``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from casetrace.case.model import Case
from casetrace.case.problems import Problem, nearest

__all__ = ["Rests", "problems", "read"]

TABLES = ("findings", "observations")


class Rests(NamedTuple):
    """Rows, and whether all of them are needed or one is enough."""

    rows: tuple[str, ...]
    needs_all: bool


def read(text: str) -> Rests:
    """Read ``findings/a and findings/b`` or ``findings/a or observations/b``.

    Examples
    --------
    >>> read("findings/weak and findings/both_sides")
    Rests(rows=('findings/weak', 'findings/both_sides'), needs_all=True)
    """
    joints = set(re.findall(r" (and|or) ", text))
    if len(joints) > 1:
        raise ValueError("rows are joined by and, or by or, never by both")
    rows = tuple(filter(None, re.split(r" (?:and|or) ", text)))
    return Rests(rows, joints == {"and"})


def problems(case: Case) -> Iterator[Problem]:
    """Items that are not known, and rows that are not there."""
    known = {c.id for c in case.reference.criteria} | {p.id for p in case.reference.phenotypes}
    rows = {f"{table}/{row.id}" for table in TABLES for row in case.rows[table]}
    for link in case.rows.links:
        where = f"row {case.numbers[f'links/{link.item}']} ({link.item})"
        file = f"{case.folder}/links.csv"
        if link.item not in known:
            expected = "an item of criteria.csv or a term of phenotypes.csv in data/reference"
            yield Problem(file, where, "item", link.item, expected, nearest(link.item, known))
        for column in ("rests_on", "in_part"):
            text = getattr(link, column)
            try:
                named = read(text).rows
            except ValueError as error:
                fix = "leave out one kind, or give the rows in in_part"
                yield Problem(file, where, column, text, str(error), fix)
                continue
            for row in named:
                if row not in rows:
                    fix = nearest(row, rows, "row")
                    yield Problem(file, where, column, row, "a row as table/id", fix)
