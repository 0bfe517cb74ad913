"""GA4GH Phenopackets, schema 2 as JSON (phenopacket-schema.readthedocs.io)."""

from __future__ import annotations

import re
from typing import Any

from casetrace.exchange.draft import Draft, at, list_at, number_at, slug, text_at

__all__ = ["age_of", "draft_drug", "is_phenopacket", "read_phenopacket"]

_PLACED = {"id", "subject", "phenotypicFeatures", "measurements", "diseases", "medicalActions"}
_A_DAY = {"once daily": 1, "daily": 1, "twice daily": 2, "three times daily": 3}
_UNITS = {"milligram": "mg", "gram": "g", "microgram": "ug", "gram per kilogram": "g/kg"}


def is_phenopacket(data: Any) -> bool:
    """Whether JSON looks like a phenopacket."""
    return isinstance(data, dict) and ("phenotypicFeatures" in data or "metaData" in data)


def read_phenopacket(data: Any, draft: Draft) -> None:
    """Read a phenopacket into a draft.

    Calendar dates and the subject's id are left behind; ages are kept in years or months, those
    over 89 as at least 90.
    """
    _subject(data, draft)
    for number, disease in enumerate(list_at(data, "diseases")):
        _disease(disease, f"diseases {number}", draft)
    for number, feature in enumerate(list_at(data, "phenotypicFeatures")):
        place, name = f"phenotypicFeatures {number}", text_at(feature, "type", "label")
        if not name:
            draft.leave(place, "no label")
            continue
        state = "excluded" if at(feature, "excluded") is True else "observed"
        cells = draft.coded(text_at(feature, "type", "id"), name, place)
        draft.add("findings", name, place, name, kind="sign", state=state, **cells)
    for number, measurement in enumerate(list_at(data, "measurements")):
        _measurement(measurement, f"measurements {number}", draft)
    for number, action in enumerate(list_at(data, "medicalActions")):
        _action(action, f"medicalActions {number}", draft)
    for part in data:
        if part not in _PLACED and part != "metaData":
            draft.leave(part, "no table for it")


def _subject(data: Any, draft: Draft) -> None:
    sex = text_at(data, "subject", "sex").lower()
    if sex in ("female", "male", "other"):
        draft.subject["sex"] = sex
    for path in (("timeAtLastEncounter", "age", "iso8601duration"), ("ageAtCollection", "age")):
        if age := age_of(text_at(data, "subject", *path)):
            draft.subject.update(age=age[0], age_unit=age[1], place="subject", as_reported="age")
    if "age" not in draft.subject:
        draft.leave("subject", "no age as a duration; enter it in case.yaml")


def age_of(duration: str) -> tuple[str, str] | None:
    """An ISO 8601 duration as number and unit: years, or months where these are given."""
    found = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:\d+W)?(?:\d+D)?(?:T.*)?", duration)
    if not found or not (found[1] or found[2]):
        return None
    years, months = int(found[1] or 0), int(found[2] or 0)
    if years > 89:
        return "at least 90", "a"
    return (str(years), "a") if not months else (str(12 * years + months), "mo")


def _disease(disease: Any, place: str, draft: Draft) -> None:
    name = text_at(disease, "term", "label")
    if not name:
        draft.leave(place, "no label")
        return
    cells = draft.coded(text_at(disease, "term", "id"), name, place)
    if at(disease, "excluded") is True or draft.diagnosis:
        state = "excluded" if at(disease, "excluded") is True else "observed"
        draft.add("findings", name, place, name, kind="diagnosis", state=state, **cells)
    else:
        words = " ".join(name.split()[:8])
        draft.diagnosis.update(name=name, place=place, as_reported=words, **cells)


def _measurement(measurement: Any, place: str, draft: Draft) -> None:
    name, code = (text_at(measurement, "assay", key) for key in ("label", "id"))
    name = name.partition(" [")[0]
    value = number_at(measurement, "value", "quantity", "value")
    unit = draft.unit(text_at(measurement, "value", "quantity", "unit", "id"))
    if term := text_at(measurement, "value", "ontologyClass", "label"):
        said = f"{name}: {term}"
        draft.add("findings", said, place, said, kind="laboratory", state="observed")
    elif not (name and value):
        draft.leave(place, "no assay with a quantity")
    elif unit is None:
        found = text_at(measurement, "value", "quantity", "unit", "id")
        draft.leave(f"{place}: {name} {value}", f"the unit {found!r} is not known in UCUM")
    else:
        key = f"{draft.measure(code, name)}.imported"
        said = f"{name} {value} {unit}"
        cells = draft.coded(code, name, place)
        draft.add("observations", name, place, said, id=key, value=value, unit=unit, **cells)
    if at(measurement, "value", "quantity", "referenceRange"):
        draft.leave(f"{place}: its reference range", "add it to data/reference/limits.csv")


def _action(action: Any, place: str, draft: Draft) -> None:
    name = text_at(action, "treatment", "agent", "label")
    if not name:
        draft.leave(place, "no treatment with an agent")
        return
    for number, dose in enumerate(list_at(action, "treatment", "doseIntervals")):
        at_ = f"{place}, dose {number}"
        value = number_at(dose, "quantity", "value")
        label = text_at(dose, "quantity", "unit", "label").lower()
        times = _A_DAY.get(text_at(dose, "scheduleFrequency", "label").lower())
        unit = draft.unit(_UNITS.get(label, label))
        if not (value and times and unit):
            often = text_at(dose, "scheduleFrequency", "label")
            why = "no dose by day; for courses fill in a block in treatments.csv"
            draft.leave(f"{at_}: {name} {value} {label} {often}".rstrip(), why)
            continue
        drug = draft_drug(name)
        said = f"{name} {value} {unit} × {times} daily"
        amount = f"{float(value) * times:.12g}"
        note = f"{amount} {unit} a day: {value} {unit}, {times} times" if times > 1 else ""
        draft.add(
            "treatments", name, at_, said, id=f"{drug}.imported", drug=drug, dose=amount,
            dose_unit=f"{unit}/d", note=note,
        )  # fmt: skip
    for event in list_at(action, "adverseEvents"):
        if label := text_at(event, "label"):
            drug = draft_drug(name)
            related = {"related_to": drug} if _is_given(drug, draft) else {}
            draft.add(
                "findings", label, place, label, kind="adverse event", state="observed", **related
            )  # fmt: skip


def draft_drug(name: str) -> str:
    """Short name of a drug: its first word."""
    return slug(name.split()[0])[:30]


def _is_given(drug: str, draft: Draft) -> bool:
    return any(row.get("drug") == drug for row in draft.rows.get("treatments", []))
