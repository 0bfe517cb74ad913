"""HL7 FHIR R4 Bundles as JSON (hl7.org/fhir/R4)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from casetrace.exchange.draft import (
    CLOCK,
    Draft,
    at,
    list_at,
    number_at,
    slug,
    text_at,
    weeks_between,
)

__all__ = ["is_bundle", "read_bundle"]

_BOUNDS = {"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}
_PER_DAY = {"d": 1.0, "h": 24.0}


def is_bundle(data: Any) -> bool:
    """Whether JSON looks like a FHIR Bundle."""
    return isinstance(data, dict) and data.get("resourceType") == "Bundle"


def read_bundle(data: Any, draft: Draft) -> None:
    """Read a Bundle into a draft.

    Times become weeks from the first record; dates, identifiers, names and addresses are left
    behind. An age is taken in completed years at the first record, one over 89 as at least 90.
    """
    resources = list(_resources(data, draft))
    dates = [day for _, resource in resources if (day := _day(resource))]
    first = min(dates, default=None)
    for place, resource in resources:
        kind = text_at(resource, "resourceType")
        time = {}
        if first and (day := _day(resource)):
            time = {"clock": CLOCK, "time": weeks_between(first, day), "time_unit": "wk"}
        if kind == "Patient":
            _patient(resource, first, draft)
        elif kind == "Condition":
            _condition(resource, place, time, draft)
        elif kind == "Observation":
            _observation(resource, place, time, draft)
        elif kind in ("MedicationStatement", "MedicationRequest", "MedicationAdministration"):
            _medication(resource, place, draft)
        elif kind == "AdverseEvent":
            name = _label(resource, "event")
            if name:
                draft.add("findings", name, place, name, kind="adverse event", state="observed",
                          **time)  # fmt: skip
            else:
                draft.leave(place, "no event in words")
        else:
            draft.leave(place, "no table for it")


def _resources(data: Any, draft: Draft) -> Iterator[tuple[str, Any]]:
    for number, entry in enumerate(list_at(data, "entry")):
        kind = text_at(entry, "resource", "resourceType")
        place = f"entry {number} {kind}".rstrip()
        if kind:
            yield place, at(entry, "resource")
        else:
            draft.leave(place, "no resource")


def _day(resource: Any) -> dt.date | None:
    """The day of a record; None without one, or with a month or year alone."""
    for path in (
        ("effectiveDateTime",), ("effectiveInstant",), ("effectivePeriod", "start"),
        ("onsetDateTime",), ("date",), ("recordedDate",),
    ):  # fmt: skip
        if found := re.match(r"(\d{4}-\d\d-\d\d)(?:T|$)", text_at(resource, *path)):
            try:
                return dt.date.fromisoformat(found[1])
            except ValueError:
                return None
    return None


def _patient(resource: Any, first: dt.date | None, draft: Draft) -> None:
    if (sex := text_at(resource, "gender")) in ("female", "male", "other"):
        draft.subject["sex"] = sex
    born = re.match(r"(\d{4})(?:-(\d\d)-(\d\d))?$", text_at(resource, "birthDate"))
    if not (born and first):
        draft.leave("Patient", "no age could be worked out; enter it in case.yaml")
        return
    try:
        birth = dt.date(int(born[1]), int(born[2] or 7), int(born[3] or 1))
    except ValueError:
        draft.leave("Patient", "birthDate is no date")
        return
    years = first.year - birth.year - ((first.month, first.day) < (birth.month, birth.day))
    if years < 0:
        draft.leave("Patient", "birthDate lies after the first record")
        return
    age = str(years) if born[2] else f"{max(0, years - 1)} to {years + 1}"
    draft.subject.update(
        age="at least 90" if years > 89 else age,
        age_unit="a",
        age_means="at the first record",
        place="Patient",
        as_reported="age at the first record",
    )


def _label(resource: Any, part: str) -> str:
    """What a CodeableConcept says: its text, else the first display."""
    displays = [text_at(c, "display") for c in list_at(resource, part, "coding")]
    return text_at(resource, part, "text") or next(filter(None, displays), "")


def _code(resource: Any, part: str, draft: Draft) -> str:
    """The first code that the reference tables have, else the first one."""
    codes = [text_at(c, "code") for c in list_at(resource, part, "coding")]
    known = {row.id for row in draft.reference.codes}
    return next((c for c in codes if c in known), next(filter(None, codes), ""))


def _condition(resource: Any, place: str, time: dict[str, str], draft: Draft) -> None:
    name = _label(resource, "code")
    if not name:
        draft.leave(place, "no name of the condition")
        return
    cells = draft.coded(_code(resource, "code", draft), name, place)
    status = text_at(resource, "verificationStatus", "coding", 0, "code")
    if draft.diagnosis or status in ("refuted", "entered-in-error", "differential"):
        state = {"refuted": "excluded", "differential": "ambiguous"}.get(status, "observed")
        if status == "entered-in-error":
            draft.leave(place, "entered in error")
            return
        draft.add("findings", name, place, name, kind="diagnosis", state=state, **cells, **time)
    else:
        words = " ".join(name.split()[:8])
        draft.diagnosis.update(name=name, place=place, as_reported=words, **cells)


def _observation(resource: Any, place: str, time: dict[str, str], draft: Draft) -> None:
    name = _label(resource, "code")
    if not name or text_at(resource, "status") in ("entered-in-error", "cancelled"):
        draft.leave(place, "no name, or not valid")
        return
    name = name.partition(" [")[0]
    code = _code(resource, "code", draft)
    value = number_at(resource, "valueQuantity", "value")
    if value:
        written = text_at(resource, "valueQuantity", "code") or text_at(
            resource, "valueQuantity", "unit"
        )
        unit = draft.unit(written)
        bound = _BOUNDS.get(text_at(resource, "valueQuantity", "comparator"), "")
        if unit is None:
            draft.leave(f"{place}: {name} {value}", f"the unit {written!r} is not known in UCUM")
            return
        key = f"{draft.measure(code, name)}.w{time.get('time', '').replace('.', '_') or 'x'}"
        cells = draft.coded(code, name, place)
        said = f"{name} {bound}{value} {unit}"
        draft.add(
            "observations", name, place, said, id=key, value=f"{bound}{value}", unit=unit,
            **cells, **time,
        )  # fmt: skip
    elif said := _label(resource, "valueCodeableConcept") or text_at(resource, "valueString"):
        words = f"{name}: {said}"
        draft.add("findings", words, place, words, kind="laboratory", state="observed", **time)
    else:
        draft.leave(f"{place}: {name}", "no value that is a quantity, a concept or text")
    if list_at(resource, "component"):
        draft.leave(f"{place}: {name}", "its components; enter each as a row")
    if list_at(resource, "referenceRange"):
        draft.leave(f"{place}: its reference range", "add it to data/reference/limits.csv")


def _medication(resource: Any, place: str, draft: Draft) -> None:
    name = _label(resource, "medicationCodeableConcept")
    if not name:
        draft.leave(place, "no name of the medication")
        return
    dosages = list_at(resource, "dosage") or list_at(resource, "dosageInstruction")
    for number, dosage in enumerate(dosages or [None]):
        dose = at(dosage, "doseAndRate", 0, "doseQuantity") or at(dosage, "dose")
        value = number_at(dose, "value")
        unit = draft.unit(text_at(dose, "code") or text_at(dose, "unit"))
        repeat = at(dosage, "timing", "repeat")
        period = number_at(repeat, "period") or "1"
        times = _PER_DAY.get(text_at(repeat, "periodUnit"))
        often = number_at(repeat, "frequency") or "1"
        if not (value and unit and times and float(period) > 0):
            said = text_at(dosage, "text")
            why = "no dose by day; for courses fill in a block in treatments.csv"
            draft.leave(f"{place}, dose {number}: {name} {said}".rstrip(), why)
            continue
        amount = f"{float(value) * float(often) * times / float(period):.12g}"
        drug = slug(name.split()[0])[:30]
        schedule = f"{value} {unit}, {often} in {period} {text_at(repeat, 'periodUnit')}"
        draft.add(
            "treatments", name, place, f"{name} {schedule}", id=f"{drug}.imported", drug=drug,
            dose=amount, dose_unit=f"{unit}/d", note=f"{amount} {unit} a day: {schedule}",
        )  # fmt: skip
