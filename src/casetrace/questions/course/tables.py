"""Clocks and courses as tables."""

from __future__ import annotations

import pandas as pd

from casetrace.case import clocks
from casetrace.case.measures import main_measure, numbers
from casetrace.case.model import Case
from casetrace.display.table import Table, traced
from casetrace.display.trace import mark, sentence_case

__all__ = ["answer", "gaps", "schedule", "spans"]


def answer(case: Case) -> str:
    """Say the main measure from its first value to its last, in the order of the table."""
    rows = numbers(case, main_measure(case))
    if not rows:
        return ""
    said = [
        f"{mark(o.id, o.value.text())} {clocks.occasion(case, o)}".strip()
        for o in dict.fromkeys((rows[0], rows[-1]))
    ]
    return sentence_case(f"{rows[0].name}: {', then '.join(said)}.")


def spans(case: Case) -> pd.DataFrame:
    """Return the blocks of courses with their number and interval, as quantities."""
    return case.treatments.dropna(subset=["courses", "interval"])[["courses", "interval"]]


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
        for drug, name in {t.drug: t.name for t in case.rows.treatments}.items()
        for c in clocks.courses(case, drug)
    ]
    return Table("Courses by the printed schedule", ["drug", "course", "start", "how"], rows)
