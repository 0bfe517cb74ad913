"""Reference limits that a case sets its measures against."""

from __future__ import annotations

from casetrace.case.model import Case
from casetrace.case.record import recorded
from casetrace.quantity import Quantity

__all__ = ["is_printed", "limits_named", "upper_limit"]


def upper_limit(case: Case, measure: str) -> Quantity | None:
    """Upper reference limit that the case sets a measure against; None if it names none.

    The report may give no limit of its own: the row of ``data/reference/limits.csv`` is an
    assumption, and the reading that chooses it is carried along.
    """
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


def is_printed(case: Case, limit: str) -> bool:
    """Whether the report itself prints a limit; any other is an assumption."""
    return case.reference.get("limits", limit).printed_in == case.id
