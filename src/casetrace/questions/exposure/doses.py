"""Doses: of a step, of a course, of all courses, and in grams under an assumed weight."""

from __future__ import annotations

import math
from dataclasses import replace

from casetrace.case.clocks import courses
from casetrace.case.model import Case
from casetrace.case.record import readings_of
from casetrace.case.rows import Treatment
from casetrace.quantity import Quantity, hull, total
from casetrace.quantity.units import symbols
from casetrace.quantity.wording import each

__all__ = [
    "assumed_weight",
    "dose_rates",
    "grams",
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
        interval, dose = block.interval, per_course(case, block)
        if interval and dose:
            name = f"{drug}.dose_rate.{block.id.partition('.')[2]}"
            rate = (dose / interval.to("wk")).explained(f"{dose.text()} every {each(interval)}")
            found[name] = rate.named(name)
    return found


def per_course(case: Case, block: Treatment) -> Quantity | None:
    """Dose of one course: the daily dose times the days, or the dose as printed.

    A dose that is not reported stays open above where another block of the drug has one, so
    that sums stay open; it is more than nothing, since a course was given. None if the report
    gives no dose of the drug at all.
    """
    readings = readings_of(block, "dose", "dose_per")
    dose, unit = block.dose, block.total_unit or block.dose_unit
    if dose is None:
        blocks = [t for t in case.rows.treatments if t.drug == block.drug and t.is_block and t.dose]
        if not blocks:
            return None
        unit = unit or blocks[0].total_unit or blocks[0].dose_unit
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
        block, ``.courses.<block>``, ``.interval.<block>`` and ``.dose_per_course.<block>``: a
        dose that is not reported for one block says nothing of another. Empty for a drug that is
        not given in courses.
        Units are those of the rows; times in ``wk``.
    """
    blocks = [t for t in case.rows.treatments if t.drug == drug and t.is_block]
    if not blocks:
        return {}
    found: dict[str, Quantity] = {}
    for block in blocks:
        step = block.id.partition(".")[2]
        if block.courses:
            count = block.courses.explained("as reported")
            found[f"{drug}.courses.{step}"] = count.named(f"{drug}.courses.{step}")
        interval = block.interval
        if interval:
            found[f"{drug}.interval.{step}"] = interval.in_weeks()
        name = f"{drug}.dose_per_course.{step}"
        dose = per_course(case, block)
        if dose is None:
            continue
        found[name] = dose.named(name)
    counts = [found.get(f"{drug}.courses.{b.id.partition('.')[2]}") for b in blocks]
    doses = [found.get(f"{drug}.dose_per_course.{b.id.partition('.')[2]}") for b in blocks]
    if not all(counts):
        return {name: quantity.named(name) for name, quantity in found.items()}
    found[f"{drug}.courses"] = total(counts)
    given = courses(case, drug)
    span = given[-1].week - given[0].week if len(given) > 1 else None
    if span and len({c.clock for c in given}) == 1 and not span.is_unknown:
        if math.isinf(found[f"{drug}.courses"].high):
            span = replace(span, high=math.inf)
        spans = " + ".join(_spans(case, blocks))
        found[f"{drug}.weeks_first_to_last_course"] = span.explained(spans)
    if all(doses):
        found[f"{drug}.dose_total"] = total(d * n for d, n in zip(doses, counts, strict=True))
    return {name: quantity.named(name) for name, quantity in found.items()}


def grams(case: Case) -> dict[str, Quantity]:
    """Return the doses of a course by kilogram in grams, at the weight that is assumed.

    Returns
    -------
    dict of Quantity
        ``<drug>.grams_per_course.<block>``; empty if there is no weight.
    """
    weight, found = assumed_weight(case), {}
    for block in (t for t in case.rows.treatments if weight and t.is_block):
        dose, step = per_course(case, block), block.id.partition(".")[2]
        if dose is not None and _is_by_weight(dose.unit):
            name = f"{block.drug}.dose_per_course.{step}"
            how = f"{name} × {weight.name} of {weight.text()}"
            key = f"{block.drug}.grams_per_course.{step}"
            found[key] = (dose.named(name) * weight).explained(how).named(key)
    return found


def assumed_weight(case: Case) -> Quantity | None:
    """Weight that the report gives, or span of the growth standard's that the case assumes.

    Named ``reported weight`` or ``assumed weight``; None if there is neither.
    """
    uses = case.head.uses
    if not uses.weight:
        return None
    reported = {row.id for row in case.rows.observations}
    if uses.weight[0] in reported:
        rows = [case.get("observations", name) for name in uses.weight if name in reported]
        weights = [row.value for row in rows if row.value]
        return hull(*weights).traced(readings=readings_of(uses, "weight")).named("reported weight")
    rows = [name.rpartition(".") for name in uses.weight]
    weights = [getattr(case.reference.get("growth", key), field) for key, _, field in rows]
    return hull(*weights).traced(readings=readings_of(uses, "weight")).named("assumed weight")


def _is_by_weight(unit: str) -> bool:
    """Whether a dose is counted by kilogram of the patient."""
    return any(symbol == "kg" and power < 0 for symbol, power in symbols(unit))


def _spans(case: Case, blocks: list[Treatment]) -> list[str]:
    """The intervals between the first and the last course, in words for a derivation."""
    parts = []
    for block in blocks:
        if block.follows and block.gap:
            parts.append(f"gap of {block.gap.text()}")
        if (between := int(block.courses.low) - 1) and block.interval:
            parts.append(f"{between} × {block.interval.text()}")
    return parts
