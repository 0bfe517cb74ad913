"""Measures: the numbers of each, which one leads, and the limits it is set against."""

from __future__ import annotations

from casetrace.case.head import Measure
from casetrace.case.model import Case
from casetrace.case.record import readings_of, recorded
from casetrace.case.rows import Observation
from casetrace.quantity import Quantity
from casetrace.quantity.units import NOT_PRINTED, UnitError, factor, symbols

__all__ = [
    "comparable",
    "is_printed",
    "limits_named",
    "main_measure",
    "measure_of",
    "measures",
    "numbers",
    "printed_limit",
    "settings_of",
    "upper_limit",
]


def measure_of(row: Observation) -> str:
    """Return the measure that an observation is of: its id up to the first dot."""
    return row.id.partition(".")[0]


def numbers(case: Case, measure: str | None = None) -> list[Observation]:
    """Return the observations that have a number: all, or those of a measure."""
    rows = case.rows.observations
    wanted = (row for row in rows if measure is None or measure_of(row) == measure)
    return [row for row in wanted if row.value]


def measures(case: Case) -> list[str]:
    """Return the measures of a case: those of case.yaml in its order, then the others."""
    seen = dict.fromkeys(measure_of(row) for row in case.rows.observations)
    return [m for m in dict.fromkeys((*case.head.measures, *seen)) if m in seen]


def main_measure(case: Case) -> str:
    """Return the measure that a case is told by: the named one, or that with most values in time.

    Empty if no measure has a number.
    """
    if case.head.main_measure:
        return case.head.main_measure
    counts: dict[str, int] = {}
    for row in numbers(case):
        counts[measure_of(row)] = counts.get(measure_of(row), 0) + 1 + bool(row.clock)
    order = measures(case)
    return max(sorted(counts, key=order.index), key=counts.__getitem__, default="")


def settings_of(case: Case, measure: str) -> Measure:
    """Return how a case wants a measure drawn and judged."""
    return case.head.measures.get(measure) or Measure()


def comparable(one: str, other: str) -> bool:
    """Whether numbers of two units can be compared: of one kind, and both units printed."""
    try:
        factor(one, other)
    except UnitError:
        return False
    return not any(symbol == NOT_PRINTED for symbol, _ in symbols(one))


def printed_limit(case: Case, measure: str, which: str) -> Quantity | None:
    """Return a limit that the report itself prints: ``lower``, ``upper`` or ``target``."""
    known = case.head.measures.get(measure)
    limit = getattr(known, which) if known else None
    if limit is None:
        return None
    unit = known.unit or next((row.unit for row in numbers(case, measure)), "1")
    limit = limit.in_unit(unit).traced([f"case.yaml/measures/{measure}"], readings_of(known, which))
    return limit.explained("as reported").named(f"{measure}.{which}_limit")


def upper_limit(case: Case, measure: str) -> Quantity | None:
    """Upper reference limit that the case sets a measure against; None if it names none.

    That which the report prints; else a row of ``data/reference/limits.csv``, which is an
    assumption: the reading that chooses it is carried along.
    """
    if printed := printed_limit(case, measure, "upper"):
        return printed
    with recorded() as readings:
        key = case.head.uses.upper_limit.get(measure)
    if key is None:
        return None
    limit = case.reference.get("limits", key).value
    return limit.traced(readings=readings).named(f"{measure}.upper_limit")


def limits_named(case: Case, measure: str) -> list[str]:
    """Rows of limits.csv that a case uses for a measure, or an option of a reading does.

    Others are of other populations: that a limit is in the table does not make it fit.
    """
    cell = f"uses/upper_limit/{measure}"
    options = [o for r in case.head.readings.values() for o in r.options.values()]
    named = {case.at_defaults.head.uses.upper_limit.get(measure)}
    named |= {option.sets.get(cell) for option in options}
    return [row.id for row in case.reference.limits if row.id in named]


def is_printed(case: Case, measure: str) -> bool:
    """Whether the report itself prints the upper limit of a measure; another is an assumption."""
    if printed_limit(case, measure, "upper"):
        return True
    return case.reference.get("limits", case.head.uses.upper_limit[measure]).printed_in == case.id
