"""Core set measures: what a response score would need, and what the report gives at which time."""

from __future__ import annotations

from dataclasses import dataclass

from casetrace.case.joins import read
from casetrace.case.model import Case
from casetrace.case.reference import Criterion

__all__ = ["CORE_SETS", "Coverage", "coverage", "is_scorable"]

#: Core sets by the name they are printed with.
CORE_SETS = {"imacs": "IMACS", "printo": "PRINTO"}
REPORTED, IN_PART, MISSING = "reported", "in part", "not reported"


@dataclass(frozen=True)
class Coverage:
    """One measure of a core set over the clocks of a case.

    Attributes
    ----------
    measure : Criterion
        Row of ``data/reference/criteria.csv``.
    at : dict
        ``reported``, ``in part`` or ``not reported``, by clock.
    rows : tuple of str
        Rows of the case that give it.
    """

    measure: Criterion
    at: dict[str, str]
    rows: tuple[str, ...]


def coverage(case: Case, name: str) -> list[Coverage]:
    """Which measures of a core set the report gives on which clock.

    Returns
    -------
    list of Coverage
        Empty if no row of the case is linked to the set.
    """
    links = {link.item: link for link in case.rows.links}
    if not any(item.startswith(f"{name}.") for item in links):
        return []
    found = []
    for measure in (c for c in case.reference.criteria if c.set == name):
        link = links.get(measure.id)
        whole = read(link.rests_on).rows if link else ()
        part = read(link.in_part).rows if link else ()
        at = {}
        for clock in (c.id for c in case.head.clocks):
            has = [any(_clock(case, row) == clock for row in rows) for rows in (whole, part)]
            at[clock] = REPORTED if has[0] else IN_PART if has[1] else MISSING
        found.append(Coverage(measure, at, (*whole, *part)))
    return found


def is_scorable(found: list[Coverage]) -> bool:
    """Whether a response score can be computed: every measure in whole at two times.

    Rider LG and others, Ann Rheum Dis 2017;76:782-791: the score adds up the changes of six
    core set measures between two times.
    """
    clocks = [[c for c, state in one.at.items() if state == REPORTED] for one in found]
    common = set.intersection(*map(set, clocks)) if clocks else set()
    return len(common) >= 2


def _clock(case: Case, row: str) -> str:
    table, _, key = row.partition("/")
    return case.get(table, key).clock
