"""Doses: of a step, of a course, of all courses, and in grams under an assumed weight."""

from __future__ import annotations

import math
from dataclasses import replace

from casetrace.case.clocks import courses
from casetrace.case.model import Case
from casetrace.case.record import readings_of
from casetrace.case.rows import Treatment
from casetrace.quantity import Quantity, hull, total

__all__ = [
    "assumed_weight",
    "dose_rates",
    "has_ended",
    "of_courses",
    "of_steps",
    "per_course",
    "values",
]


def values(case: Case) -> dict[str, Quantity]:
    """Return doses, rates, counts and intervals of every drug."""
    found = of_steps(case)
    for drug in dict.fromkeys(row.drug for row in case.rows.treatments):
        found.update(of_courses(case, drug))
        found.update(dose_rates(case, drug))
    return found


def of_steps(case: Case) -> dict[str, Quantity]:
    """Doses of the treatment steps that are not given in courses, where reported.

    Returns
    -------
    dict of Quantity
        By id, ``<drug>.dose.<step>``, in the unit of the row.
    """
    found = {}
    for row in case.rows.treatments:
        if not row.is_block and row.dose:
            name = f"{row.drug}.dose.{row.id.partition('.')[2]}"
            dose = row.dose
            found[name] = dose.named(name)
    return found


def has_ended(step: Treatment) -> bool:
    """Whether the report says when a step ended, and not only until when it is known to hold."""
    return bool(step.stop) and math.isfinite(step.stop.high)


def dose_rates(case: Case, drug: str) -> dict[str, Quantity]:
    """Dose per course over the interval, for each block: ``<drug>.dose_rate.<block>``.

    Returns
    -------
    dict of Quantity
        In the unit of the dose per week; none for a block whose interval is not reported.
    """
    found = {}
    for block in (t for t in case.rows.treatments if t.drug == drug and t.is_block):
        interval = block.interval
        if interval:
            name = f"{drug}.dose_rate.{block.id.partition('.')[2]}"
            dose = per_course(case, block)
            rate = (dose / interval.to("wk")).explained(f"{dose.text()} every {interval.text()}")
            found[name] = rate.named(name)
    return found


def per_course(case: Case, block: Treatment) -> Quantity:
    """Dose of one course: the daily dose times the days, or the dose as printed.

    A dose that is not reported stays open above; it is more than nothing, since a course was
    given.
    """
    readings = readings_of(block, "dose", "dose_per")
    unit = block.total_unit or block.dose_unit
    dose = block.dose
    if dose is None:
        dose = Quantity(0, math.inf, unit, low_closed=False, how="dose not reported", derived=True)
        return dose.traced([f"treatments/{block.id}"], readings)
    if block.dose_per == "day":
        days = block.days_per_course
        dose = (dose * days).explained(f"{dose.text()} a day × {days.text()} days")
    return dose.to(unit).traced(readings=readings)


def of_courses(case: Case, drug: str) -> dict[str, Quantity]:
    """Counts, intervals and doses of a drug that is given in courses.

    Returns
    -------
    dict of Quantity
        ``<drug>.courses``, ``.weeks_first_to_last_course``, ``.dose_total`` and, for each
        block, ``.courses.<block>``, ``.interval.<block>``, ``.dose_per_course.<block>`` and,
        where a weight is assumed, ``.grams_per_course.<block>``: a dose that is not reported
        for one block says nothing of another. Empty for a drug that is not given in courses.
        Units are those of the rows; times in ``wk``.
    """
    blocks = [t for t in case.rows.treatments if t.drug == drug and t.is_block]
    if not blocks:
        return {}
    found: dict[str, Quantity] = {}
    weight = assumed_weight(case)
    for block in blocks:
        step = block.id.partition(".")[2]
        count = block.courses.explained("as reported")
        found[f"{drug}.courses.{step}"] = count.named(f"{drug}.courses.{step}")
        interval = block.interval
        if interval:
            found[f"{drug}.interval.{step}"] = interval.in_weeks()
        name = f"{drug}.dose_per_course.{step}"
        found[name] = dose = per_course(case, block).named(name)
        if weight and "kg" in dose.unit:
            how = f"{name} × assumed weight of {weight.text()}"
            found[f"{drug}.grams_per_course.{step}"] = (dose * weight).explained(how)
    counts = [found[f"{drug}.courses.{b.id.partition('.')[2]}"] for b in blocks]
    doses = [found[f"{drug}.dose_per_course.{b.id.partition('.')[2]}"] for b in blocks]
    found[f"{drug}.courses"] = total(counts)
    given = courses(case, drug)
    if len(given) > 1:
        span = given[-1].week - given[0].week
        if math.isinf(found[f"{drug}.courses"].high):
            span = replace(span, high=math.inf)
        spans = " + ".join(_spans(case, blocks))
        found[f"{drug}.weeks_first_to_last_course"] = span.explained(spans)
    found[f"{drug}.dose_total"] = total(d * n for d, n in zip(doses, counts, strict=True))
    return {name: quantity.named(name) for name, quantity in found.items()}


def assumed_weight(case: Case) -> Quantity | None:
    """Span of the growth-standard weights that the case assumes; None if it assumes none."""
    uses = case.head.uses
    if not uses.weight:
        return None
    rows = [name.rpartition(".") for name in uses.weight]
    weights = [getattr(case.reference.get("growth", key), field) for key, _, field in rows]
    return hull(*weights).traced(readings=readings_of(uses, "weight")).named("assumed weight")


def _spans(case: Case, blocks: list[Treatment]) -> list[str]:
    """The intervals between the first and the last course, in words for a derivation."""
    parts = []
    for block in blocks:
        if block.follows:
            parts.append(f"gap of {block.gap.text()}")
        if (between := int(block.courses.low) - 1) and block.interval:
            parts.append(f"{between} × {block.interval.text()}")
    return parts
