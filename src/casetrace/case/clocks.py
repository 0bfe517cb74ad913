"""The clinical course: clocks, schedules expanded to courses, phases.

Everything is kept on the clock it was reported on. No function here converts a time from one
clock to another: the gaps between clocks are bounds, not distances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from casetrace.case.fields import COURSE
from casetrace.case.head import Clock
from casetrace.case.model import Case
from casetrace.quantity import Quantity

__all__ = ["Course", "Phase", "courses", "occasion", "phases", "since", "when", "zero_of"]

UNKNOWN_TIME = Quantity(0, math.inf, "wk", low_closed=False, how="not reported", derived=True)


@dataclass(frozen=True)
class Course:
    """One course of a treatment that is given in courses.

    Attributes
    ----------
    number : int
        From 1, through all blocks of the drug.
    block : str
        Row of treatments.csv.
    clock : str
        Clock the week is counted on.
    week : Quantity
        Start of the course in weeks.
    """

    number: int
    block: str
    clock: str
    week: Quantity


@dataclass(frozen=True)
class Phase:
    """What happened on one clock.

    Attributes
    ----------
    clock : Clock
        The clock, and the words for its zero.
    gap : Quantity or None
        Time since the zero of the clock before it, in weeks; None if there is none before or
        nothing is known.
    last : float
        Latest finite week that any row on this clock names; 0 if none is later than the zero.
    """

    clock: Clock
    gap: Quantity | None
    last: float


def courses(case: Case, drug: str) -> list[Course]:
    """Expand the schedule of a drug into its courses.

    The k-th course of a block starts ``start + (k - 1) × interval``; a block that follows
    another starts ``gap`` after the last course of that one. These are planned times: a report
    that gives a schedule does not say that every course was on time.

    Parameters
    ----------
    case : Case
        The case.
    drug : str
        Short name of the drug.

    Returns
    -------
    list of Course
        In order; empty if the drug is not given in courses.
    """
    return list(case.once(("courses", drug), lambda: _courses(case, drug)))


def _courses(case: Case, drug: str) -> list[Course]:
    found: list[Course] = []
    for block in (t for t in case.rows.treatments if t.drug == drug and t.is_block):
        source = f"treatments/{block.id}"
        interval = block.interval or UNKNOWN_TIME
        if block.follows:
            before = [c for c in found if c.block == block.follows][-1]
            start = (before.week + block.gap.to("wk")).explained(
                f"course {before.number} + gap of {block.gap.text()}"
            )
            clock = before.clock
        else:
            start = block.start.to("wk")
            clock = block.clock
        first = len(found) + 1
        for k in range(int(block.courses.low)):
            week = start
            if k:
                how = f"course {first} + {k} × {interval.text()}"
                week = (start + interval.to("wk") * k).explained(how)
            week = week.traced([source], block.courses.readings).named(
                f"week of course {first + k}"
            )
            found.append(Course(first + k, block.id, clock, week))
    return found


def when(case: Case, table: str, row: Any) -> Quantity | None:
    """Time of a row on its clock, in weeks; None if not reported.

    A time that counts courses is looked up in the schedule: ``6 to 7`` lies between the starts
    of courses 6 and 7. The result is printed in the unit it was reported in.
    """
    if not row.time:
        return None
    if row.time_unit != COURSE:
        return row.time.in_weeks()
    return case.once(("when", table, row.id), lambda: _by_courses(case, table, row))


def _by_courses(case: Case, table: str, row: Any) -> Quantity:
    time = row.time
    drug = _clock(case, row.clock).drug
    week = {c.number: c.week for c in courses(case, drug)}
    first = week[int(time.low)]
    last = week.get(int(time.high)) if math.isfinite(time.high) else None
    used = [q for q in (first, last) if q]
    return Quantity(
        first.low,
        last.high if last else math.inf,
        "wk",
        sources=time.sources,
        readings=time.readings,
        how=f"start of {drug} course {time.text(unit=False).replace(' to ', ' to course ')}",
        derived=True,
    ).traced(
        {s for q in used for s in q.sources},
        {r for q in used for r in q.readings},
    )


def occasion(case: Case, row: Any) -> str:
    """When an observation was made, in words: its occasion, or else its time; empty if neither."""
    if row.occasion or not row.clock:
        return row.occasion
    return since(when(case, "observations", row), zero_of(case, row.clock))


def since(time: Quantity, zero: str) -> str:
    """Say when something was, counted from an event: a bound is not told as a time.

    Parameters
    ----------
    time : Quantity
        Time from the event, as far as it is known.
    zero : str
        The event, in words.

    Examples
    --------
    >>> from casetrace.quantity import parse
    >>> for time in ("0", "1.5", "at least 2", "at least 0", "30 to 34"):
    ...     since(parse(time, "wk"), "relapse")
    'at relapse'
    '1.5 weeks after relapse'
    'not before 2 weeks after relapse'
    'at relapse or later'
    'between 30 and 34 weeks after relapse'
    """
    if time.is_unknown:
        return "at a time that is not reported"
    if time.is_point:
        return f"{time.text()} after {zero}" if time.low else f"at {zero}"
    if math.isinf(time.high):
        if time.low <= 0:
            return f"at {zero} or later" if time.low_closed else f"after {zero}"
        bound = replace(time, high=time.low, low_closed=True, high_closed=True)
        word = "not before" if time.low_closed else "more than"
        return f"{word} {bound.text()} after {zero}"
    if math.isinf(time.low):
        if time.high <= 0:
            return f"at {zero} or before" if time.high_closed else f"before {zero}"
        bound = replace(time, low=time.high, low_closed=True, high_closed=True)
        return f"no later than {bound.text()} after {zero}"
    return f"{replace(time, high_closed=False).text()} after {zero}"


def zero_of(case: Case, clock: str) -> str:
    """Return the event that a clock starts at, in words for a sentence."""
    return _clock(case, clock).phrase


def _clock(case: Case, name: str) -> Clock:
    return next(clock for clock in case.head.clocks if clock.id == name)


def phases(case: Case) -> list[Phase]:
    """The clocks of a case in order, with what is known of the gaps between them."""
    return list(case.once("phases", lambda: _phases(case)))


def _phases(case: Case) -> list[Phase]:
    latest: dict[str, float] = {}

    def note(clock: str, *weeks: float) -> None:
        finite = [w for w in weeks if math.isfinite(w)]
        latest[clock] = max([latest.get(clock, 0.0), *finite])

    for table in ("observations", "findings", "motor"):
        for row in case.rows[table]:
            if time := when(case, table, row):
                note(row.clock, time.low, time.high)
    for drug in dict.fromkeys(t.drug for t in case.rows.treatments):
        for one in courses(case, drug):
            note(one.clock, one.week.low, one.week.high)
    for step in case.rows.treatments:
        for field in ("start", "stop"):
            if step.clock and getattr(step, field):
                q = getattr(step, field).to("wk")
                note(step.clock, q.low, q.high)
    found = []
    for number, clock in enumerate(case.head.clocks):
        gap = clock.gap.in_weeks() if number and clock.gap else None
        found.append(Phase(clock, gap, latest.get(clock.id, 0.0)))
    return found
