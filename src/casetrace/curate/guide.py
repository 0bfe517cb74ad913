"""What a curator should look at before a case is done: nothing here stops a build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rapidfuzz.fuzz import token_set_ratio

from casetrace.case.clocks import zero_of
from casetrace.case.fields import COURSE
from casetrace.case.measures import numbers
from casetrace.case.model import Case
from casetrace.case.problems import Problem
from casetrace.case.rows import KEYS, TABLES
from casetrace.quantity.units import UnitError, factor, spelling

__all__ = ["EXAMPLE", "guide", "missing_of_care"]

#: Marks what a new case folder holds until it is replaced.
EXAMPLE = "EXAMPLE"

#: Names as alike as this are taken to mean the same, from 0 to 100.
ALIKE = 45


def guide(case: Case) -> list[Problem]:
    """What may be right, but is most often a slip.

    Parameters
    ----------
    case : Case
        A case whose data hold.

    Returns
    -------
    list of Problem
        Examples of the scaffold that were left, rows without a place, units that are left out or
        unlike those of their siblings, occasions that repeat a time, values beyond what a body can
        have, times before their clock, codes that do not fit their label, treatments without an
        outcome.
    """
    steps = (
        _examples,
        _places,
        _units,
        _unitless,
        _occasions,
        _plausible,
        _times,
        _codes,
        _outcomes,
    )
    return [problem for step in steps for problem in step(case)]


def missing_of_care(case: Case) -> str:
    """What the report still misses of the CARE checklist, in one line; empty if nothing."""
    items = {item.id: item for item in case.reference.care}
    said = []
    for met, words in (("no", "missing"), ("partly", "in part"), ("not rated", "not rated")):
        rated = [items[row.item] for row in case.rows.care if row.met == met and row.item in items]
        if rated:
            names = ", ".join(f"{item.id} {item.label or item.section}" for item in rated)
            said.append(f"{len(rated)} {words}: {names}")
    return f"CARE checklist, of {len(items)} items {'; '.join(said)}" if said else ""


def _at(case: Case, table: str, row: Any, column: str, expected: str, fix: str) -> Problem:
    key = getattr(row, KEYS.get(table, "id"))
    number = case.numbers[f"{table}/{key}"]
    file = f"{case.folder}/{table}.csv"
    value = case.written(table, key)[column]
    return Problem(file, f"row {number} ({key})", column, value, expected, fix)


def _rows(case: Case) -> Iterator[tuple[str, Any]]:
    for table in TABLES:
        for row in case.rows[table]:
            yield table, row


def _examples(case: Case) -> Iterator[Problem]:
    fix = "replace it by your case, or take it out"
    parts: list[tuple[str, Any]] = [("", case.head.model_dump(mode="json"))]
    for path, part in parts:
        if isinstance(part, dict | list):
            pairs = part.items() if isinstance(part, dict) else enumerate(part)
            parts += [(f"{path}.{key}".lstrip("."), value) for key, value in pairs]
        elif isinstance(part, str) and EXAMPLE in part:
            yield Problem(f"{case.folder}/case.yaml", "", path, part, "your case", fix)
    for table, row in _rows(case):
        if getattr(row, "place", "") == EXAMPLE:
            yield _at(case, table, row, "place", "your case, not the example", fix)


def _places(case: Case) -> Iterator[Problem]:
    for table, row in _rows(case):
        if getattr(row, "as_reported", "") and not row.place:
            expected = "the section and paragraph that the words stand in"
            yield _at(case, table, row, "place", expected, "look it up in the report")


def _units(case: Case) -> Iterator[Problem]:
    first: dict[str, Any] = {}
    for row in case.rows.observations:
        measure = row.id.partition(".")[0]
        unit = first.setdefault(measure, row).unit
        if row.unit != unit:
            expected = f"{unit}, as in {first[measure].id}"
            fix = "give all values of a measure in one unit; unit_as_reported keeps the printed one"
            yield _at(case, "observations", row, "unit", expected, fix)


def _unitless(case: Case) -> Iterator[Problem]:
    for row in case.rows.observations:
        if row.unit in ("", "1") and row.unit_as_reported not in ("", "1"):
            meant = spelling(row.unit_as_reported)
            expected = f"the UCUM unit of {row.unit_as_reported!r}"
            fix = f"write {meant}" if meant else "write it; without it the number is printed bare"
            yield _at(case, "observations", row, "unit", expected, fix)


def _occasions(case: Case) -> Iterator[Problem]:
    for row in case.rows.observations:
        if not row.time or row.time.low == 0 == row.time.high or not row.occasion:
            continue
        if row.occasion.endswith(zero_of(case, row.clock)) and not row.occasion.startswith(
            "after "
        ):
            expected = "what was going on; the time after the clock's event is said without it"
            fix = "leave it empty, or write for example: at the flare"
            yield _at(case, "observations", row, "occasion", expected, fix)


def _plausible(case: Case) -> Iterator[Problem]:
    bounds = {row.code: row for row in case.reference.plausible}
    for row in numbers(case):
        if (known := bounds.get(row.code)) is None:
            continue
        try:
            times = factor(row.unit, known.unit)
        except UnitError:
            continue
        q, low, high = row.value, known.low, known.high
        if any(low > n * times or n * times > high for n in (q.low, q.high) if abs(n) < 1e300):
            span = case.reference.written("plausible", known.id)
            known = f"{span['low']} to {span['high']} {span['unit']}"
            expected = f"{known}, which holds nearly all patients"
            yield _at(case, "observations", row, "value", expected, "check digits and unit")


def _times(case: Case) -> Iterator[Problem]:
    """Times before the zero of a clock that another clock comes before."""
    later = {clock.id for clock in case.head.clocks[1:]}
    fields = (("observations", "time"), ("findings", "time"), ("motor", "time"))
    for table, field in (*fields, ("treatments", "start"), ("treatments", "stop")):
        for row in case.rows[table]:
            q = getattr(row, field)
            if q and row.clock in later and row.time_unit != COURSE and q.low < 0:
                fix = "count it on an earlier clock, or check the sign"
                if q.low > float("-inf"):
                    yield _at(case, table, row, field, "a time that is not before its clock", fix)


def _codes(case: Case) -> Iterator[Problem]:
    labels = {row.id: row.label for row in case.reference.codes}
    for table, row in _rows(case):
        code, name = getattr(row, "code", ""), getattr(row, "name", "")
        label = labels.get(code, "")
        said = f"{name} {getattr(row, 'site', '')}"
        if label and name and not row.note and not _is_alike(said, label):
            expected = f"a code for {name!r}; {code} is {label!r}"
            yield _at(case, table, row, "code", expected, "check it; if it is right, note why")


def _is_alike(name: str, label: str) -> bool:
    """Whether a name and a label share a stem, or look alike."""
    stems = [
        {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())} for text in (name, label)
    ]
    return bool(stems[0] & stems[1]) or token_set_ratio(name.lower(), label.lower()) >= ALIKE


def _outcomes(case: Case) -> Iterator[Problem]:
    """Drugs with no row on their clock, or on one after it."""
    order = [clock.id for clock in case.head.clocks]
    rows = [row for table in ("observations", "findings", "motor") for row in case.rows[table]]
    for drug in dict.fromkeys(step.drug for step in case.rows.treatments):
        steps = [step for step in case.rows.treatments if step.drug == drug]
        clocks = {step.clock for step in steps if step.clock in order}
        begun = min((order.index(clock) for clock in clocks), default=0)
        after = [row for row in rows if row.clock in order[begun:]]
        if clocks and not any(row.clock not in clocks or row.time != "0" for row in after):
            expected = f"an observation, finding or motor state after {drug} was begun"
            fix = "add what came of it; if the report does not say, add that to register.csv"
            yield _at(case, "treatments", steps[0], "drug", expected, fix)
