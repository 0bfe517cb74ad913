"""The headline values of a case: every number that a figure, a table or a sentence may print."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from casetrace.case.model import Case
from casetrace.case.problems import CaseError, Problem, nearest
from casetrace.quantity import Quantity
from casetrace.questions.question import questions

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = [
    "alternatives",
    "as_records",
    "check_names",
    "families",
    "frame_of_values",
    "headline",
    "homes",
    "idle_readings",
    "of_family",
    "otherwise",
    "some",
]


def families() -> dict[str, Callable[[Case], dict[str, Quantity]]]:
    """Return what computes each family of headline values, in the order of the questions."""
    return {name: compute for q in questions().values() for name, compute in q.values.items()}


def headline(case: Case) -> dict[str, Quantity]:
    """Compute all headline values of a case under its scenario.

    Parameters
    ----------
    case : Case
        The case.

    Returns
    -------
    dict of Quantity
        By id: the observations as reported, folds of the upper limit (unit ``1``), declared
        changes (``%``), doses and schedules, simulated IgG (``g/L``), scores and classes of
        criteria, times (``wk``), motor grades and counts. Within a scenario its readings are
        fixed; the bounds say what stays unknown even then.
    """

    def every() -> dict[str, Quantity]:
        found = (of_family(case, family) for family in families())
        return {name: q for values in found for name, q in values.items()}

    return dict(case.once("headline", every))


def of_family(case: Case, family: str) -> dict[str, Quantity]:
    """The headline values of one of :func:`families`; computed once for like scenarios."""

    def named() -> dict[str, Quantity]:
        return {name: q.named(name) for name, q in families()[family](case).items()}

    return case.once(family, named)


def homes(case: Case, names: Iterable[str]) -> dict[str, str]:
    """Return the family of each of these values that the case has, computing no more than it must.

    The family that an id begins with is asked first; an observation of such a name is in another.
    """
    found = {}
    by_start: dict[str, set[str]] = {}
    for name in names:
        by_start.setdefault(name.partition(".")[0], set()).add(name)
    for start, wanted in by_start.items():
        for family in sorted(families(), key=lambda family, start=start: family != start):
            if wanted <= found.keys():
                break
            found.update({name: family for name in of_family(case, family).keys() & wanted})
    return found


def some(case: Case, names: Iterable[str]) -> dict[str, Quantity]:
    """The headline values of these names that the case has."""
    return {name: of_family(case, home)[name] for name, home in homes(case, names).items()}


def alternatives(case: Case, name: str) -> list[tuple[str, str, Quantity]]:
    """Return what a headline value is under each other option of the passages it depends on.

    Parameters
    ----------
    case : Case
        The case.
    name : str
        Id of a headline value that it has.

    Returns
    -------
    list of (reading, option, Quantity)
        As of :func:`otherwise`.
    """
    ((_, family),) = homes(case, [name]).items()
    now = of_family(case, family)[name]
    return otherwise(case, now, lambda other: of_family(other, family).get(name))


def otherwise(
    case: Case, now: Quantity, compute: Callable[[Case], Quantity | None]
) -> list[tuple[str, str, Quantity]]:
    """Return what a value is under each other option of the passages it depends on.

    Parameters
    ----------
    case : Case
        The case.
    now : Quantity
        What it is for this case.
    compute : callable
        Gives it for a case under its readings.

    Returns
    -------
    list of (reading, option, Quantity)
        One reading changed at a time, those that give the same words as the present ones, or as
        an option before, left out.
    """
    readings, said, found = case.head.readings, {now.text()}, []
    for reading in now.readings:
        if readings[reading].kind != "passage":
            continue
        for option in readings[reading].options:
            other = compute(case.under({reading: option}))
            if other is not None and other.text() not in said:
                said.add(other.text())
                found.append((reading, option, other))
    return found


def check_names(case: Case) -> None:
    """See that every headline value which the case names is there.

    Raises
    ------
    CaseError
        For each outcome of ``case.yaml`` and each ``against`` of register.csv that is not.
    """
    known = set(headline(case)) | {f"studies/{s.id}" for s in case.reference.studies}
    named = [(f"{case.folder}/case.yaml", "", "outcomes", name) for name in case.head.outcomes]
    for row in case.rows.register:
        where = f"row {case.numbers[f'register/{row.id}']} ({row.id})"
        file = f"{case.folder}/register.csv"
        named += [(file, where, "against", key) for key in row.weights]
    expected = "a headline value (see casetrace values) or studies/row"
    problems = [
        Problem(file, where, column, name, expected, nearest(name, known, "value"))
        for file, where, column, name in named
        if name not in known
    ]
    if problems:
        raise CaseError(problems)


def idle_readings(case: Case) -> list[Problem]:
    """Readings that no headline value hangs on, under any single option."""
    readings = case.head.readings
    moved = {
        reading
        for name in readings
        for option in readings[name].options
        for q in headline(case.under({name: option})).values()
        for reading in q.readings
    }
    expected = "a reading that a number hangs on; no headline value hangs on this one"
    fix = "look at the cells that its options set, or keep it as a row of register.csv alone"
    return [
        Problem(f"{case.folder}/case.yaml", "", f"readings.{name}", "", expected, fix)
        for name in readings
        if name not in moved
    ]


def frame_of_values(case: Case) -> DataFrame:
    """Return the headline values of a case as a DataFrame; see :meth:`Case.values`."""
    from pandas import DataFrame, Index  # here: it takes a while

    import casetrace.quantity.accessor  # noqa: F401  registers Series.quantity

    found = headline(case)
    columns = {
        "value": list(found.values()),
        "how": [q.how for q in found.values()],
        "readings": [q.readings for q in found.values()],
        "sources": [q.sources for q in found.values()],
    }
    return DataFrame(columns, index=Index(list(found), name="id", dtype=object))


Case.values_of = staticmethod(frame_of_values)


def as_records(case: Case, values: dict[str, Quantity]) -> list[dict[str, Any]]:
    """Values as plain records: id, low, high, unit, text, sources, readings, how.

    An open bound is None; ``low_included`` and ``high_included`` tell "at least" from "more
    than". Each source says where it stands and which words carry it.
    """
    return [
        {
            "id": name,
            "low": _plain(q.low),
            "high": _plain(q.high),
            "low_included": q.low_closed,
            "high_included": q.high_closed,
            "about": q.about,
            "unit": q.unit,
            "text": q.text(),
            "sources": [case.describe(source) for source in q.sources],
            "readings": {reading: case.chosen[reading] for reading in q.readings},
            "how": q.how,
        }
        for name, q in values.items()
    ]


def _plain(number: float) -> float | int | None:
    if not math.isfinite(number):
        return None
    return int(number) if number == int(number) else number
