"""Clocks and courses as tables."""

from __future__ import annotations

from casetrace.case import clocks
from casetrace.case.model import Case
from casetrace.display.table import Table, traced

__all__ = ["gaps", "schedule"]


def gaps(case: Case) -> Table:
    """Clocks and the time between them."""
    rows = []
    for number, phase in enumerate(clocks.phases(case)):
        is_known = phase.gap and phase.gap.low > 0
        known = traced(case, phase.gap) if is_known else "not reported"
        rows.append([phase.clock.label, known if number else "", phase.clock.note])
    return Table("Clocks", ["zero of the clock", "time since the one before", "note"], rows)


def schedule(case: Case) -> Table:
    """Courses with their planned weeks."""
    rows = [
        [name, traced(case, c.week, str(c.number)), traced(case, c.week), c.week.how]
        for drug, name in {t.drug: t.name for t in case.treatments}.items()
        for c in clocks.courses(case, drug)
    ]
    return Table("Courses by the printed schedule", ["drug", "course", "start", "how"], rows)
