"""The headline values of a case: every number that a figure, a table or a sentence may print."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from casetrace.case import clocks, limits
from casetrace.case.model import Case
from casetrace.case.problems import CaseError, Problem, nearest
from casetrace.case.record import recorded
from casetrace.quantity import Quantity
from casetrace.questions.classification import scoring
from casetrace.questions.classification.criteria_items import profile_counts
from casetrace.questions.exposure import doses as exposure
from casetrace.questions.exposure import igg
from casetrace.questions.response import analysis as response

__all__ = [
    "FAMILIES",
    "as_records",
    "check_names",
    "headline",
    "homes",
    "idle_readings",
    "of_family",
    "some",
]


def _report(case: Case) -> dict[str, Quantity]:
    """What stands in the rows themselves."""
    found: dict[str, Quantity] = {"subject.age": _age(case)}
    for row in case.observations:
        found[row.id] = row.value
        _add_time(found, case, "observations", row, row.id)
    for row in case.motor:
        if grade := row.grade:
            found[f"motor.{row.id}"] = grade
        _add_time(found, case, "motor", row, f"motor.{row.id}")
    for row in case.findings:
        if row.event:
            _add_time(found, case, "findings", row, row.id)
    return found


def _response(case: Case) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    for measure in dict.fromkeys(row.id.partition(".")[0] for row in case.observations):
        if limit := limits.upper_limit(case, measure):
            found[f"{measure}.upper_limit"] = limit
        found.update(response.folds(case, measure))
        found.update(response.severities(case, measure))
    return {**found, **response.changes(case), **response.event_bounds(case)}


def _exposure(case: Case) -> dict[str, Quantity]:
    found = {**exposure.of_steps(case), **exposure.sums_of_steps(case)}
    for drug in dict.fromkeys(row.drug for row in case.treatments):
        found.update(exposure.of_courses(case, drug))
        found.update(exposure.dose_rates(case, drug))
    return found


def _counts(case: Case) -> dict[str, Quantity]:
    """Counts of rows; findings that a reading leaves ambiguous widen the counts they may join."""
    states = ("observed", "excluded", "ambiguous", "not reported")
    with recorded() as readings:
        by_state = {s: [f.id for f in case.findings if f.state == s] for s in states}

    def count(
        table: str, ids: Iterable[str], how: str, unit: str, more: Iterable[str] = ()
    ) -> Quantity:
        sure, maybe = list(ids), list(more)
        sources = [f"{table}/{key}" for key in (*sure, *maybe)]
        low, high = len(sure), len(sure) + len(maybe)
        return Quantity(low, high, unit, how=how).traced(sources)

    found = {}
    for state in states:
        open_to = by_state["ambiguous"] if state in ("observed", "excluded") else ()
        how = f"count of findings that are {state}" + ("; up to those ambiguous" if open_to else "")
        name = f"findings.{state.replace(' ', '_')}"
        found[name] = count("findings", by_state[state], how, "{finding}", open_to).traced(
            readings=readings
        )
    for met in ("yes", "partly", "no"):
        items = [c.item for c in case.care if c.met == met]
        found[f"care.{met}"] = count("care", items, f"count of items rated {met}", "{item}")
    if unrated := [c.item for c in case.care if c.met == "not rated"]:
        found["care.not_rated"] = count("care", unrated, "count of items not rated", "{item}")
    found["care.items"] = count("care", [c.item for c in case.care], "count of items", "{item}")
    items = [r.id for r in case.register]
    found["register.items"] = count("register", items, "count of rows", "{item}")
    return found


#: The headline values by what computes them.
FAMILIES: dict[str, Callable[[Case], dict[str, Quantity]]] = {
    "report": _report,
    "counts": _counts,
    "response": _response,
    "exposure": _exposure,
    "igg": igg.values,
    "criteria": scoring.values,
    "profile": profile_counts,
}


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
        found = (of_family(case, family) for family in FAMILIES)
        return {name: q for values in found for name, q in values.items()}

    return dict(case.once("headline", every))


def of_family(case: Case, family: str) -> dict[str, Quantity]:
    """The headline values of one of :data:`FAMILIES`; computed once for like scenarios."""

    def named() -> dict[str, Quantity]:
        return {name: q.named(name) for name, q in FAMILIES[family](case).items()}

    return case.once(family, named)


def homes(case: Case, names: Iterable[str]) -> dict[str, str]:
    """Return the family of each of these values that the case has, computing no more than it must.

    A value whose id begins with the name of a family is in no other.
    """
    found = {}
    by_start: dict[str, set[str]] = {}
    for name in names:
        by_start.setdefault(name.partition(".")[0], set()).add(name)
    for start, wanted in by_start.items():
        for family in [start] if start in FAMILIES else FAMILIES:
            if wanted <= found.keys():
                break
            found.update({name: family for name in of_family(case, family).keys() & wanted})
    return found


def some(case: Case, names: Iterable[str]) -> dict[str, Quantity]:
    """The headline values of these names that the case has."""
    return {name: of_family(case, home)[name] for name, home in homes(case, names).items()}


def check_names(case: Case) -> None:
    """See that every headline value which the case names is there.

    Raises
    ------
    CaseError
        For each outcome of ``case.yaml`` and each ``against`` of register.csv that is not.
    """
    known = set(headline(case)) | {f"studies/{s.id}" for s in case.reference.studies}
    named = [(f"{case.folder}/case.yaml", "", "outcomes", name) for name in case.head.outcomes]
    for row in case.register:
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


def _age(case: Case) -> Quantity:
    return case.head.subject.age


def _add_time(found: dict[str, Quantity], case: Case, table: str, row: Any, name: str) -> None:
    time = clocks.when(case, table, row)
    if time and not (time.is_point and time.low == 0):
        found[f"{name}.time"] = time


def _plain(number: float) -> float | int | None:
    if not math.isfinite(number):
        return None
    return int(number) if number == int(number) else number
