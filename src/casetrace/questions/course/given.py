"""What a row of the treatment panel shows of a drug: where it is drawn, and its words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from casetrace.case.clocks import clock_of, courses, span
from casetrace.case.measures import comparable
from casetrace.case.model import Case
from casetrace.case.rows import Treatment, settings
from casetrace.quantity import Quantity
from casetrace.quantity.wording import counted, each, plural, titled
from casetrace.questions.course.bars import FADE, Part, reach
from casetrace.questions.course.timeline import Timeline
from casetrace.questions.exposure.doses import per_course
from casetrace.questions.values import otherwise

__all__ = ["amount", "block_words", "is_bar", "parts_of", "unit_of", "words_of"]

TICK = 0.9  # mm


def unit_of(steps: Sequence[Treatment]) -> str:
    """Return the unit to draw doses of a drug in, one by day if there is one; empty if none fits.

    Doses by day and doses "every 8 hours" are of one kind; a dose for each kilogram is of another.
    """
    units = list(dict.fromkeys(t.dose_unit for t in steps if t.dose))
    if not all(comparable(units[0], unit) for unit in units):
        return ""
    return next((unit for unit in units if unit.endswith("/d")), units[0] if units else "")


def is_bar(step: Treatment) -> bool:
    """Whether a step is drawn as what lasted, and not as a tick for each of its courses.

    Courses that end at some time and are not counted were given at times between that are not
    known.
    """
    is_counted = bool(step.courses) and math.isfinite(step.courses.high)
    return not step.is_block or bool(step.stop and not (is_counted and step.interval))


def parts_of(case: Case, time: Timeline, step: Treatment) -> list[Part]:
    """Where a step is drawn; nothing if its time is not reported."""
    clock = clock_of(case, step)
    if is_bar(step):
        start, stop = span(case, step)
        is_placed = clock in time.segments and (start or stop)
        return reach(time, clock, start, stop) if is_placed else []
    found = []
    for one in courses(case, step.drug):
        if one.block == step.id and one.clock and math.isfinite(one.week.low):
            x, x_end = (time.x(one.clock, w) for w in (one.week.low, one.week.high))
            if math.isfinite(one.week.high):
                kind = "sure" if x_end - x < TICK else "maybe"
                found.append(Part(x - TICK / 2, x_end + TICK / 2, kind))
            elif not found:  # at some time after this; of the later ones no more is known
                return [Part(x, max(min(x + FADE, x_end), x + TICK), "to right")]
    is_counted = bool(step.courses) and math.isfinite(step.courses.high)
    if found and not is_counted and step.interval:
        end = found[-1].right
        right = min(end + FADE, time.segments[clock].right) if clock in time.segments else end
        found.append(Part(end, max(right, end + TICK), "to right"))
    return found


def words_of(case: Case, time: Timeline, steps: Sequence[Treatment], wide: bool) -> str:
    """Name of a drug or combination, its doses in order, and how often it was given."""
    names = list(dict.fromkeys(t.name for t in steps))
    is_regimen = bool(steps[0].regimen)
    words = steps[0].regimen if is_regimen else names[0]
    if is_regimen and wide:
        words += f" ({', '.join(names)})"
    is_dosed = any(t.dose for t in steps) and not is_regimen
    said = []
    for t in steps:
        dose = (_dose(t) or "dose not reported") if is_dosed else ""
        said.append(", ".join(filter(None, (dose, _often(t) if t.is_block else ""))))
    if any(said):
        words += f", {', then '.join(dict.fromkeys(filter(None, said)))}"
    extra = "; ".join(f"{n} {q.text()}" for t in steps for n, q in settings(t.settings).items())
    words += f", {extra}" if extra else ""
    if not any(parts_of(case, time, t) for t in steps):
        after = next((t.follows for t in steps if t.follows), "")
        name = case.get("treatments", after).name if after else ""
        words += f" (after {name}, time not reported)" if name else " (time not reported)"
    return titled(words)


def _dose(t: Treatment) -> str:
    if not t.dose:
        return ""
    per = (
        f" {'a day' if t.dose_per == 'day' else f'a {t.each}'}" if t.is_block and t.dose_per else ""
    )
    return t.dose.text() + per


def _often(block: Treatment) -> str:
    """How many courses, and how often."""
    count, said = block.courses, []
    if count and count.is_point and count.low == 1:
        return ""
    if count:
        said.append(counted(count, block.each))
    if block.interval:
        said.append(f"every {each(block.interval)}")
    elif count:
        said.append("interval not reported")
    return ", ".join(said)


def amount(case: Case, block: str) -> tuple[str, bool]:
    """Return the dose of a course, with what it is under other options; whether one has none."""

    def given(other: Case) -> Quantity | None:
        return per_course(other, other.get("treatments", block))

    dose = given(case)
    if dose is None or not math.isfinite(dose.high):
        return "", dose is not None
    others = [q for _, _, q in otherwise(case, dose, given)]
    known = [q.text(unit=False) for q in others if math.isfinite(q.high)]
    return dose.text() + (f" (or {' or '.join(known)})" if known else ""), len(known) < len(others)


def block_words(case: Case, block: Treatment) -> str:
    """Return how many courses of a block there were, of what dose, and how often."""
    dose, count = amount(case, block.id)[0], block.courses
    many = count.text(unit=False) if count else ""
    if dose:
        words = f"{many} × {dose}" if many else dose
    else:
        words = counted(count, block.each) if count else plural(block.each)
    if many == "1":
        return words
    every = f"every {each(block.interval)}" if block.interval else "interval not reported"
    return f"{words}, {every}"
