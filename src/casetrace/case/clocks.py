"""The clinical course: clocks, schedules expanded to courses, phases.

Everything is kept on the clock it was reported on. No function here converts a time from one
clock to another: the gaps between clocks are bounds, not distances.
"""

from __future__ import annotations

import math
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any

from casetrace.case.fields import COURSE
from casetrace.case.head import Clock
from casetrace.case.model import Case
from casetrace.case.record import readings_of
from casetrace.quantity import Quantity

__all__ = [
    "Course",
    "Phase",
    "clock_of",
    "counted_since",
    "courses",
    "lasting",
    "occasion",
    "phases",
    "since",
    "span",
    "told",
    "when",
    "zero_of",
]

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
    weeks : tuple of float
        Every finite week that a row on this clock names, in order.
    """

    clock: Clock
    gap: Quantity | None
    weeks: tuple[float, ...]

    @property
    def first(self) -> float:
        """Earliest week that a row names, or the zero of the clock."""
        return min(self.weeks, default=0.0)

    @property
    def last(self) -> float:
        """Latest week that a row names, or the zero of the clock."""
        return max(self.weeks, default=0.0)


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
        before = [c for c in found if c.block == block.follows][-1:]
        if before and block.gap:
            start = (before[0].week + block.gap.to("wk")).explained(
                f"course {before[0].number} + gap of {block.gap.text()}"
            )
            clock = before[0].clock
        elif block.start:
            start, clock = _on_clock(case, block, block.start), clock_of(case, block)
        else:
            start, clock = UNKNOWN_TIME, ""
        first = len(found) + 1
        count = block.courses.low if block.courses else 1
        for k in range(int(count) if math.isfinite(count) else 1):
            week = start
            if k:
                how = f"course {first} + {k} × {interval.text()}"
                week = (start + interval.to("wk") * k).explained(how)
            week = week.traced([source], block.courses.readings if block.courses else ())
            week = week.named(f"week of course {first + k}")
            found.append(Course(first + k, block.id, clock, week))
    return found


def clock_of(case: Case, row: Any) -> str:
    """Return the clock that the time of a row lies on, through the rows it is counted from."""
    seen: set[str] = set()
    while "/" in row.clock:
        if row.clock in seen:
            return ""
        seen.add(row.clock)
        table, key, _ = _base(row.clock)
        row = case.get(table, key)
        if table == "treatments" and row.follows and not row.clock:
            return next((c.clock for c in courses(case, row.drug) if c.block == row.id), "")
    return row.clock


def _base(reference: str) -> tuple[str, str, int]:
    """Table, row and number of the course that a time is counted from."""
    table, key, *number = reference.split("/")
    return table, key, int(number[0]) if number else 1


def _on_clock(case: Case, row: Any, time: Quantity) -> Quantity:
    """A time of a row in weeks on its clock, also where it is counted from another row."""
    time = time.in_weeks()
    if "/" not in row.clock:
        return time
    table, key, number = _base(row.clock)
    base = case.get(table, key)
    if table != "treatments":
        zero = when(case, table, base)
    elif base.is_block:
        mine = [c.week for c in courses(case, base.drug) if c.block == base.id]
        zero = mine[number - 1] if number <= len(mine) else None
    else:
        zero = _on_clock(case, base, base.start) if base.start else None
    if zero is None:
        return UNKNOWN_TIME
    at = zero + time
    at = replace(at, how=f"{time.text()} after {_name(case, row.clock)}", shown=time.shown)
    return at.traced([row.clock.rpartition("/")[0] if row.clock.count("/") > 1 else row.clock])


def _name(case: Case, reference: str) -> str:
    """What a row is, that times are counted from, in words for a sentence."""
    table, key, number = _base(reference)
    row = case.get(table, key)
    if table == "observations":
        return f"the measurement of {row.name}"
    if table != "treatments":
        return row.name if row.name[:1].isupper() else f"the {row.name.removeprefix('the ')}"
    if reference.count("/") > 1:
        return f"{row.each} {number} of {row.name}"
    return f"the first {row.each} of {row.name}" if row.is_block else f"the start of {row.name}"


def span(case: Case, row: Any) -> tuple[Quantity | None, Quantity | None]:
    """When what lasts began and ended, in weeks on its clock; None where not reported."""
    if not (row.clock and row.time_unit and row.time_unit != COURSE):
        return None, None
    counted = readings_of(row, "clock")
    start, stop = (
        _on_clock(case, row, q).traced(readings=counted) if q else None
        for q in (row.start, row.stop)
    )
    return start, stop


def when(case: Case, table: str, row: Any) -> Quantity | None:
    """Time of a row on its clock, in weeks; None if not reported.

    A time that counts courses is looked up in the schedule: ``6 to 7`` lies between the starts
    of courses 6 and 7. The result is printed in the unit it was reported in. For what lasts it
    is the beginning, or, if only the end is known, some time until that.
    """
    if row.time and row.time_unit == COURSE:
        return case.once(("when", table, row.id), lambda: _by_courses(case, table, row))
    if row.time:
        return _on_clock(case, row, row.time).traced(readings=readings_of(row, "clock"))
    start, stop = span(case, row)
    if start or stop is None:
        return start
    return replace(stop, low=-math.inf, low_closed=False)


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


def told(case: Case, table: str, row: Any) -> str:
    """Say when a row was, counted from its clock; empty if its time is not reported."""
    if not row.clock:
        return ""
    zero, counts = zero_of(case, row.clock), counted_since(case, row.clock)
    if row.time:
        counted = "/" in row.clock and row.time_unit != COURSE
        time = row.time.in_weeks() if counted else when(case, table, row)
        return since(time, zero, counts)
    return lasting(*(q and q.in_weeks() for q in (row.start, row.stop)), zero, counts)


def occasion(case: Case, row: Any) -> str:
    """When an observation was made, in words: its occasion, or else its time; empty if neither."""
    return row.occasion or told(case, "observations", row)


def lasting(start: Quantity | None, stop: Quantity | None, zero: str, counts: str = "time") -> str:
    """Say from when to when something lasted, as far as it is known.

    Parameters
    ----------
    start, stop : Quantity or None
        Time from the event; None where not reported.
    zero : str
        The event, in words.
    counts : str
        What the times are, as in :func:`since`.

    Examples
    --------
    >>> from casetrace.quantity import parse
    >>> lasting(parse("-5", "d"), parse("2", "d"), "admission")
    'from 5 days before admission until 2 days after admission'
    >>> lasting(parse("at most 0", "d"), parse("6", "d"), "admission")
    'begun at admission or before, until 6 days after admission'
    >>> lasting(parse("2", "d"), parse("at least 2", "d"), "admission")
    'from 2 days after admission on'
    >>> lasting(parse("2", "d"), parse("2", "d"), "admission")
    '2 days after admission'
    >>> lasting(parse("0", "d"), parse("4 to 5", "d"), "admission")
    'from admission until some time between 4 and 5 days after admission'
    """
    if start and stop and start.is_point and stop.is_point and start.to(stop.unit).low == stop.low:
        return since(start, zero, counts)

    def said(time: Quantity) -> str:
        return since(time, zero, counts).removeprefix("at ")

    parts = []
    is_open = bool(stop) and math.isinf(stop.high)
    known = start and (start.high if math.isfinite(start.high) else start.low)
    says_no_more = is_open and bool(start) and stop.to(start.unit).low <= known
    if start and start.is_point:
        parts.append(f"from {said(start)}")
    elif start:
        first = since(start, zero, counts)
        parts.append(f"begun {first}," if stop and not says_no_more else first)
    if says_no_more:
        parts += ["on"] * start.is_point
    elif stop and is_open:
        low = replace(stop, high=stop.low, low_closed=True, high_closed=True)
        parts.append(f"until at least {said(low)}" if stop.low_closed else f"beyond {said(low)}")
    elif stop:
        last = said(stop)
        parts.append(f"until {'some time ' * last.startswith('between')}{last}")
    return " ".join(parts) or "at a time that is not reported"


def since(time: Quantity, zero: str, counts: str = "time") -> str:
    """Say when something was, counted from an event: a bound is not told as a time.

    Parameters
    ----------
    time : Quantity
        Time from the event, as far as it is known; below 0, it was before.
    zero : str
        The event, in words.
    counts : str
        ``time`` from the event; ``gestation`` or ``age``, which are told as such.

    Examples
    --------
    >>> from casetrace.quantity import parse
    >>> times = ("0", "1.5", "-3", "at least 2", "at least 0", "at least -2", "30 to 34", "-2 to 1")
    >>> for time in times:
    ...     since(parse(time, "wk"), "relapse")
    'at relapse'
    '1.5 weeks after relapse'
    '3 weeks before relapse'
    'not before 2 weeks after relapse'
    'at relapse or later'
    'no earlier than 2 weeks before relapse'
    'between 30 and 34 weeks after relapse'
    'between 2 weeks before and 1 week after relapse'
    >>> since(parse("18", "wk"), "", "gestation"), since(parse("129", "d"), "", "gestation")
    ("at 18 weeks' gestation", "at 18 weeks and 3 days' gestation")
    >>> since(parse("6", "a"), "birth", "age")
    'at the age of 6 years'
    """
    if time.is_unknown:
        return "at a time that is not reported"
    say = _SAYS[counts]
    bound = {"low_closed": True, "high_closed": True}
    if time.is_point:
        return say(time, zero)
    if math.isinf(time.high):
        if time.low == 0 and counts == "time":
            return f"at {zero} or later" if time.low_closed else f"after {zero}"
        over = "more than" if time.low > 0 and counts == "time" else "later than"
        word = "not before" if time.low_closed else over
        if time.low < 0 and counts == "time":  # "not before 2 years before" misleads
            word = "no earlier than" if time.low_closed else "later than"
        return f"{word} {_bare(say(replace(time, high=time.low, **bound), zero))}"
    if math.isinf(time.low):
        if time.high == 0 and counts == "time":
            return f"at {zero} or before" if time.high_closed else f"before {zero}"
        word = "no later than" if time.high_closed else "earlier than"
        return f"{word} {_bare(say(replace(time, low=time.high, **bound), zero))}"
    if counts == "time" and time.low >= 0:
        return f"{replace(time, high_closed=False).text()} after {zero}"
    if counts == "time" and time.high <= 0:
        turned = replace(time, low=-time.high, high=-time.low, low_closed=True, high_closed=False)
        return f"{turned.text()} before {zero}"
    ends = [_bare(say(replace(time, low=x, high=x, **bound), zero)) for x in (time.low, time.high)]
    shared = f" {zero}" if counts == "time" else "' gestation"
    return f"between {ends[0].removesuffix(shared)} and {ends[1]}"


def _after(time: Quantity, zero: str) -> str:
    """An exact time from an event."""
    if time.low == 0:
        return f"at {zero}"
    if time.low < 0:
        return f"{replace(time, low=-time.low, high=-time.high).text()} before {zero}"
    return f"{time.text()} after {zero}"


def _gestation(time: Quantity, _: str) -> str:
    """An exact time of gestation, in weeks and days."""
    if (time.shown or time.unit) != "d":
        return f"at {time.text()}' gestation"
    days = time.to("d")
    weeks, rest = divmod(round(days.low), 7)
    more = f" and {rest} day{'s' * (rest > 1)}" if rest else ""
    about = "about " if time.about else ""
    return f"at {about}{weeks} weeks{more}' gestation".replace("day'", "day's")


def _aged(time: Quantity, _: str) -> str:
    """An exact age."""
    return f"at the age of {time.text()}"


_SAYS = {"time": _after, "gestation": _gestation, "age": _aged}


def _bare(words: str) -> str:
    return words.removeprefix("at ")


def zero_of(case: Case, clock: str) -> str:
    """Return what times are counted from, an event or a row, in words for a sentence."""
    return _name(case, clock) if "/" in clock else _clock(case, clock).phrase


def counted_since(case: Case, clock: str) -> str:
    """Return what the times of a clock are: ``time`` from an event, ``gestation`` or ``age``."""
    return "time" if "/" in clock else _clock(case, clock).counts


def _clock(case: Case, name: str) -> Clock:
    return next(clock for clock in case.head.clocks if clock.id == name)


def phases(case: Case, among: Container[str] | None = None) -> list[Phase]:
    """Return the clocks of a case in order, with what is known of the gaps between them.

    Parameters
    ----------
    case : Case
        The case.
    among : container of str
        Count the times of these rows only, each as ``table/id``; of all if not given.
    """
    weeks: dict[str, set[float]] = {}

    def note(clock: str, *times: Quantity | None) -> None:
        ends = [end for q in times if q for end in (q.low, q.high)]
        weeks.setdefault(clock, set()).update(w for w in ends if math.isfinite(w))

    def is_meant(table: str, row: Any) -> bool:
        return among is None or f"{table}/{row.id}" in among

    for table in ("observations", "findings", "motor"):
        for row in (row for row in case.rows[table] if is_meant(table, row)):
            note(clock_of(case, row), when(case, table, row), *span(case, row))
    for drug in dict.fromkeys(t.drug for t in case.rows.treatments):
        for one in courses(case, drug):
            if is_meant("treatments", case.get("treatments", one.block)):
                note(one.clock, one.week)
    for step in (t for t in case.rows.treatments if is_meant("treatments", t)):
        note(clock_of(case, step), *span(case, step))
    found = []
    for number, clock in enumerate(case.head.clocks):
        gap = clock.gap.in_weeks() if number and clock.gap else None
        found.append(Phase(clock, gap, tuple(sorted(weeks.get(clock.id, ())))))
    return found
