"""Medications of FHIR as steps of a treatment: doses by day or week, and blocks of courses."""

from __future__ import annotations

from fractions import Fraction

from casetrace.case.privacy import found_in
from casetrace.exchange.account import Node, spaced, written
from casetrace.exchange.draft import CLOCK, Draft, slug
from casetrace.exchange.fhir_times import Clock, in_days
from casetrace.exchange.fhir_values import coded, label, quantity_of, range_of, read_unit
from casetrace.exchange.moments import moment
from casetrace.exchange.terms import is_by_time
from casetrace.quantity import BoundsError, parse
from casetrace.quantity.units import NOT_PRINTED, UnitError

__all__ = ["medication"]

#: Units of time in which doses recur regularly enough to be told by day or by week.
_EVERY = ("h", "d", "wk")


def medication(resource: Node, clock: Clock, known: dict[str, Node], draft: Draft) -> None:
    """Place a medication that was given, each of its dosages as a step."""
    name, contained = "", {
        f"#{one.peek('id')}": one for one in resource.items("contained") if one.peek("id")
    }  # fmt: skip
    for part in (resource.at("medicationCodeableConcept"), resource.at("medication", "concept")):
        name = name or label(part)
    for path in (("medicationReference",), ("medication", "reference")):
        reference = resource.peek(*path, "reference")
        address = "/".join(reference.split("/")[-2:])
        held = contained.get(reference) or known.get(reference) or known.get(address)
        if held and not name:
            resource.text(*path, "reference")
            name = label(held.at("code"))
            for key in ("resourceType", "id"):
                held.settle(key)
        name = name or resource.text(*path, "display")
    if not name or any(True for _ in found_in(name)):
        resource.leave(draft, "no name of the medication, or one that could identify a patient")
        return
    status = resource.text("status")
    resource.text("intent")
    place = f"{resource.text('resourceType')} {resource.path[1] if len(resource.path) > 1 else ''}"
    kinds = ("dosage", "dosageInstruction")
    dosages = [one for kind in kinds for one in resource.items(kind)]
    spanned = clock.spanned(resource.at("effectivePeriod"), draft)
    time = {} if spanned else clock.of(resource, draft)
    note = time.pop("note", "")
    start = in_days(time)
    end = moment(resource.peek("effectivePeriod", "end"))
    stop = in_days(clock.cells(end)) if end else ""
    if stop:
        resource.text("effectivePeriod", "end")
    when = {"clock": CLOCK, "start": start, "time_unit": "d"} if start else {}
    if when and stop:
        when["stop"] = stop
    when = spanned or when
    notes = [
        note,
        f"status: {status}" if status not in ("active", "completed", "unknown", "") else "",
    ]
    drug = slug(name)[:30].rstrip("_")
    cells = coded(resource.at("medicationCodeableConcept"), name, draft)
    if own := draft.words.get("id"):
        drug = own.partition(".")[0]
    for dosage in dosages or [None]:
        is_curated = "id" in draft.words  # what recurs is then a block, however often
        block = _courses(dosage, draft, is_curated) if dosage else {}
        amount, unit, said = _dose(dosage, draft) if dosage and not block else ("", "", "")
        found = _rate(dosage, draft) if dosage and not block and not amount else None
        if dosage and not block and not amount and not found:
            found = _once(dosage, draft)
        if found:
            block = dict(zip(("dose", "dose_unit"), found, strict=True))
        route = label(dosage.at("route")) if dosage else ""
        needed = dosage is not None and (
            dosage.flag("asNeededBoolean") or bool(label(dosage.at("asNeededCodeableConcept")))
        )
        if needed:  # an amount is then a most, and a schedule none
            amount, said = "", "as needed"
            notes.append("as needed; see not-placed.csv for the amount")
        dose = {"dose": amount, "dose_unit": unit} if amount else {}
        worked = [f"{amount} {unit}: {said}"] if amount and amount not in said.split() else []
        draft.add(
            "treatments", name, place.strip(), f"{name} {said}".strip(), id=f"{drug}.imported",
            drug=drug, note="; ".join(filter(None, [*notes, *worked])), route=route, **cells,
            **dose, **block, **when,
        )  # fmt: skip
        if dosage and not amount and not block:
            dosage.rest(draft, "it tells no dose by day, by week or by course")


def _once(dosage: Node, draft: Draft) -> tuple[str, str] | None:
    """A dose that is told without how often it is given, and its unit; None if it is no amount."""
    is_open = dosage.at("timing").value or dosage.at("asNeededBoolean").value
    if is_open or dosage.at("asNeededCodeableConcept").value:
        return None
    found = quantity_of(dosage.at("doseAndRate", 0, "doseQuantity"), draft)
    return found if found and found[1] not in ("1", NOT_PRINTED) else None


def _rate(dosage: Node, draft: Draft) -> tuple[str, str] | None:
    """A dose by time that is told as such, and its unit; None if it is told otherwise."""
    rate = dosage.at("doseAndRate", 0)
    found = quantity_of(rate.at("rateQuantity"), draft) or range_of(rate.at("rateRange"), draft)
    return found if found and is_by_time(found[1]) else None


#: Parts of a timing that tell a block of courses.
_BLOCK = {"count", "duration", "durationMax", "durationUnit", "frequency", "period",
          "periodMax", "periodUnit"}  # fmt: skip


def _courses(dosage: Node, draft: Draft, is_curated: bool) -> dict[str, str]:
    """Cells of a block of courses: so many, of so many days, every so often; none if it is none."""
    repeat = dosage.at("timing", "repeat")
    told = set(repeat.value) if isinstance(repeat.value, dict) else set()
    is_far = repeat.peek("periodUnit") in ("wk", "mo", "a") or (
        repeat.peek("periodUnit") == "d" and repeat.at("period").value not in (None, 1)
    )
    is_block = bool({"count", "duration"} & told) or is_far or is_curated
    if not told or told - _BLOCK or not is_block or dosage.at("asNeededBoolean").value is True:
        return {}
    if repeat.at("frequency").value not in (None, 1) or repeat.peek("durationUnit") not in (
        "",
        "d",
    ):
        return {}
    rate = dosage.at("doseAndRate", 0)
    by_day = rate.at("rateQuantity").value or rate.at("rateRange").value
    every = (repeat.at("period").value or 1, repeat.peek("periodUnit"))
    is_weekly = every in ((1, "wk"), (7, "d"))
    has_dose = rate.value is not None or dosage.at("dose").value is not None
    is_by_week = is_weekly and not is_curated
    if repeat.at("count").value is None and has_dose and not by_day and is_by_week:
        return {}  # then it is a dose by week
    cells = {}
    for name, key in (
        ("courses", "count"),
        ("days_per_course", "duration"),
        ("interval", "period"),
    ):
        low, high = (written(repeat.at(k).value) for k in (key, f"{key}Max"))
        if low:
            cells[name] = f"{low} to {high}" if high and high != low else low
    if "interval" in cells:
        cells["interval_unit"] = repeat.peek("periodUnit")
    if found := _rate(dosage, draft):
        value, unit = found
        if not unit.endswith("/d") or "days_per_course" not in cells:
            return {}
        cells |= {"dose": value, "dose_unit": unit.removesuffix("/d"), "dose_per": "day"}
    elif found := (
        quantity_of(rate.at("doseQuantity"), draft) or range_of(rate.at("doseRange"), draft)
    ):
        per = {"dose_per": "course"} if "days_per_course" in cells else {}
        cells |= {"dose": found[0], "dose_unit": found[1], **per}
    repeat.settle()
    return cells


def _dose(dosage: Node, draft: Draft) -> tuple[str, str, str]:
    """The dose by day or by week with its unit, and the schedule in words; empty if it is open."""
    as_needed = dosage.at("asNeededBoolean").value is True or (
        dosage.at("asNeededCodeableConcept").value is not None
    )
    if as_needed:
        return "", "", ""
    rate = dosage.at("doseAndRate", 0)
    quantity = next(
        (
            q
            for q in (rate.at("doseQuantity"), dosage.at("dose"))
            if q.at("value").value is not None
        ),
        None,
    )
    ranged = rate.at("doseRange")
    repeat = dosage.at("timing", "repeat")
    known = {"frequency", "frequencyMax", "period", "periodMax", "periodUnit"}
    extra = set(repeat.value or ()) - known if isinstance(repeat.value, dict) else set()
    if extra or repeat.peek("periodUnit") not in _EVERY:
        return "", "", ""
    numbers = {key: repeat.at(key).value for key in known - {"periodUnit"}}
    try:
        often = Fraction(str(numbers["frequency"] or 1))
        most = Fraction(str(numbers["frequencyMax"] or often))
        period = Fraction(str(numbers["period"] or 1))
        longest = Fraction(str(numbers["periodMax"] or period))
        if not quantity:
            low, high = (Fraction(str(ranged.at(end, "value").value)) for end in ("low", "high"))
            unit = ranged.peek("high", "code") or ranged.peek("high", "unit")
        else:
            low = high = Fraction(str(quantity.at("value").value))
            unit = quantity.peek("code") or quantity.peek("unit")
        least, top = low * often / longest, high * most / period
    except (ArithmeticError, ValueError):
        return "", "", ""
    if not unit or draft.unit(unit) is None:
        return "", "", ""  # one tablet is one tablet
    each = repeat.peek("periodUnit")
    span = period * (7 if each == "wk" else 1)
    if each == "h":
        least, top, per = 24 * least, 24 * top, "d"
    elif span % 7 == 0 and period == longest:
        least, top, per = (low * often * 7 / span, high * most * 7 / span, "wk")
    elif span == 1 and period == longest:
        per = "d"
    else:
        return "", "", ""  # every other day is no dose by day
    least, top = (f"{float(one):.12g}" for one in (least, top))
    try:
        dose_unit = f"{draft.unit(unit)}/{per}"
        parse(least, dose_unit)
    except (BoundsError, UnitError):
        return "", "", ""
    for part in (quantity, ranged.at("low"), ranged.at("high")):
        if part:
            part.number("value")
            read_unit(part, draft.unit(unit) or "", draft)
    for key in known:
        repeat.settle(key)
    said = f"{spaced(f'{float(low):.12g}')} {unit}, {often} in {period} {each}"
    return (least if least == top else f"{least} to {top}"), dose_unit, said
