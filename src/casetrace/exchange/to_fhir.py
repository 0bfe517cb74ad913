"""A case as an HL7 FHIR R4 Bundle of type collection (hl7.org/fhir/R4)."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Callable
from hashlib import sha1
from typing import Any

from casetrace.case.head import Clock
from casetrace.case.model import Case, key_of
from casetrace.case.rows import Finding, Motor, Observation, Row, Treatment
from casetrace.exchange.fhir_names import (
    ABSENT,
    AGE,
    CATEGORIES,
    LOCAL_SYSTEM,
    REASONS,
    RELATIVE,
    SYSTEMS,
    TAG,
    UCUM,
)
from casetrace.exchange.made import LOCAL, Made, bounds_of, is_plain, number, quoted, report_of
from casetrace.exchange.terms import agree, is_by_time
from casetrace.quantity import Quantity
from casetrace.quantity.units import NOT_PRINTED

__all__ = ["bundle"]

#: Of a time or value that is not there.
_UNKNOWN = {"extension": [{"url": ABSENT, "valueCode": "unknown"}]}
_VERIFIED = {"observed": "confirmed", "excluded": "refuted", "ambiguous": "unconfirmed"}
_COMPARATORS = {(True, True): ">=", (True, False): ">", (False, True): "<=", (False, False): "<"}


def bundle(case: Case) -> Made:
    """Make a Bundle of a case, without a date.

    Times are offsets from what the case counts them from, by the standard extension for relative
    times. A number that is a bound has its comparator, one between two bounds is a range, and one
    that the report marks "about" is told in words. The words of the report are in Provenance.

    Parameters
    ----------
    case : Case
        The case, under the scenario to write.

    Returns
    -------
    Made
        The Bundle as JSON, and what it has no place for.
    """
    made = Made(case)
    made.content = {
        "resourceType": "Bundle",
        "meta": {"tag": [dict(TAG)]},
        "type": "collection",
        "entry": [],
    }
    subject = case.head.subject
    person: dict[str, Any] = {"resourceType": "Patient", "id": "patient", "_birthDate": _UNKNOWN}
    if subject.sex != "not reported":
        person["gender"] = subject.sex
    _entry(made, person)
    _entry(made, _report(case))
    for place, clock in enumerate(case.head.clocks):
        if clock.counts != "age":  # which counts from birth
            _entry(made, _event(made, clock, case.head.clocks[place - 1] if place else None))
            _words(made, _id(f"clock-{clock.id}"), clock, "Observation")
    _age(made)
    _diagnosis(made)
    for observation in case.rows.observations:
        _put(made, "observations", observation, _observation(made, observation))
    for finding in case.rows.findings:
        _put(made, "findings", finding, _finding(made, finding))
    for treatment in case.rows.treatments:
        _put(made, "treatments", treatment, _treatment(made, treatment))
    for state in case.rows.motor:
        _put(made, "motor", state, _motor(made, state))
    return made


# --- the Bundle


def _id(name: str) -> str:
    """An id as FHIR allows it, unique for each name."""
    whole = re.sub(r"[^A-Za-z0-9.-]", "-", name)
    return whole if len(whole) <= 64 else f"{whole[:55]}-{sha1(name.encode()).hexdigest()[:8]}"


def _url(made: Made, kind: str, name: str) -> str:
    """An address that is the same each time, and of no server."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:{LOCAL}:{made.case.id}:{kind}/{name}')}"


def _entry(made: Made, resource: dict[str, Any]) -> None:
    url = _url(made, resource["resourceType"], resource["id"])
    made.content["entry"].append({"fullUrl": url, "resource": resource})


def _put(made: Made, table: str, row: Row, resource: dict[str, Any]) -> None:
    """Add the resource of a row, and the words that it rests on."""
    made.places[f"{table}/{key_of(table, row)}"] = ("entry", len(made.content["entry"]), "resource")
    if note := getattr(row, "note", ""):
        resource["note"] = [{"text": note}]
    _entry(made, resource)
    _words(made, resource["id"], row, resource["resourceType"])


def _words(made: Made, name: str, row: Any, kind: str) -> None:
    """Quote the words of the report that a resource rests on."""
    words = quoted(row)
    if not words:
        return
    source = _url(made, "DocumentReference", "report")
    _entry(
        made,
        {
            "resourceType": "Provenance",
            "id": _id(f"words-{name}"),
            "target": [{"reference": _url(made, kind, name)}],
            "_recorded": _UNKNOWN,
            "agent": [{"who": {"display": "The curator of the case"}}],
            "entity": [{"role": "quotation", "what": {"reference": source, "display": words}}],
        },
    )


def _patient(made: Made) -> dict[str, str]:
    return {"reference": _url(made, "Patient", "patient")}


def _report(case: Case) -> dict[str, Any]:
    """The published report."""
    c = case.head.citation
    attachment = {"title": report_of(case)}
    if c.doi:
        attachment["url"] = f"https://doi.org/{c.doi}"
    return {
        "resourceType": "DocumentReference",
        "id": "report",
        "status": "current",
        **({"author": [{"display": c.authors}]} if c.authors else {}),
        **({"description": c.title} if c.title else {}),
        "content": [{"attachment": attachment}],
    }


# --- values


def _quantity(value: float, unit: str) -> dict[str, Any]:
    held: dict[str, Any] = {"value": number(value)}
    if unit and unit != NOT_PRINTED:
        held |= {"unit": unit, "system": UCUM, "code": unit}
    return held


def _bounded(q: Quantity, unit: str) -> dict[str, Any]:
    """A value as ``Quantity``, ``Range`` or ``String``, whichever says no more than it does."""
    if not q.about:
        ends = (q.low != -math.inf, q.high != math.inf)
        if q.is_point:
            return {"Quantity": _quantity(q.low, unit)}
        if all(ends) and q.low_closed and q.high_closed:
            return {"Range": {"low": _quantity(q.low, unit), "high": _quantity(q.high, unit)}}
        if ends in ((True, False), (False, True)):
            is_low = ends[0]
            at, closed = (q.low, q.low_closed) if is_low else (q.high, q.high_closed)
            held = _quantity(at, unit)
            return {"Quantity": {**held, "comparator": _COMPARATORS[is_low, closed]}}
    shown = "" if unit in ("1", NOT_PRINTED) else f" {unit}"
    return {"String": f"{bounds_of(q)}{shown}"}


def _concept(
    made: Made, row: Any, name: str, only: Callable[[Any], bool] | None = None
) -> dict[str, Any]:
    """A CodeableConcept: the words of the report, and the codes with their own labels."""
    held: dict[str, Any] = {"text": name}
    codes = [row.code, *re.split(r"; *", getattr(row, "more_codes", ""))]
    coding = []
    for code in filter(None, codes):
        known = made.labels[code]
        if only is not None and not only(known):
            continue
        own = code.removeprefix("NCIT:")
        one = {"system": SYSTEMS[known.system], "code": own, "display": known.label}
        coding.append({**one, **({"version": known.version} if known.version else {})})
    return {"coding": coding, **held} if coding else held


def _absent(text: str) -> dict[str, Any]:
    """Why a result has no value."""
    return {"coding": [{"system": REASONS, "code": "unknown"}], "text": text}


# --- times


def _offset(q: Quantity) -> dict[str, Any]:
    """The parts of a relative time that say how long after, or before; none if no form says it."""
    if q.is_point and q.low == 0:
        how = "concurrent"
    elif q.high <= 0:
        how, q = "before", -q
    else:
        how = "after"
    if q.low < 0:  # it may lie before as well as after
        return {}
    kind, held = next(iter(_bounded(q, q.unit).items()))
    if kind == "String":
        return {}
    return {"how": how, "offset": {"valueDuration" if kind == "Quantity" else "valueRange": held}}


def _since(target: str, path: str, q: Quantity) -> dict[str, Any]:
    """A time as an offset from an event; none if no form says it."""
    offset = _offset(q)
    if not offset:
        return {}
    parts = [
        {"url": "target", "valueReference": {"reference": target}},
        {"url": "targetPath", "valueString": path},
        {"url": "relationship", "valueCode": offset["how"]},
        {"url": "offset", **offset["offset"]},
    ]
    return {"extension": [{"url": RELATIVE, "extension": parts}]}


def _relative(made: Made, row: Row, name: str, source: str) -> dict[str, Any]:
    """A time of a row as an offset from an event; none, and a loss, if it is counted otherwise."""
    q = getattr(row, name)
    if q is None:
        return {}
    target, path = _target(made, row.clock)
    found, why = {}, ""
    if not target:
        why = "a later course of the treatment has no resource of its own"
    elif q.unit.startswith("{"):
        why = "it is counted in courses of a treatment, and not in time"
    elif not (found := _since(target, path, q)):
        why = 'an offset cannot reach from before to after, and has no "about"'
    if not found:
        for cell in ("clock", name, "time_unit"):
            made.lose(source, cell, why)
    return found


def _target(made: Made, clock: str) -> tuple[str, str]:
    """What a time is counted from (an event, birth, the resource of a row), and where its time is.

    Nothing for a course of a treatment after its first.
    """
    if "/" not in clock:
        counts = next((c.counts for c in made.case.head.clocks if c.id == clock), "time")
        if counts == "age":
            return _url(made, "Patient", "patient"), "birthDate"
        return _url(made, "Observation", _id(f"clock-{clock}")), "effectiveDateTime"
    table, key, course = (*clock.split("/"), "1")[:3]
    if course != "1":
        return "", ""
    row = made.case.get(table, key)
    kind, stem = "Observation", "effective"
    if table == "treatments":
        return _url(made, "MedicationStatement", _id(f"{table}-{key}")), "effectivePeriod.start"
    if table == "findings":
        kind, stem = _kind_of(row)
    whole = "recordedDate" if kind == "Condition" else f"{stem}DateTime"
    begun = "onsetDateTime" if kind == "Condition" else f"{stem}Period.start"
    return _url(made, kind, _id(f"{table}-{key}")), whole if row.time is not None else begun


def _event(made: Made, clock: Clock, before: Clock | None) -> dict[str, Any]:
    """The event that a clock starts at, and how long after that of the clock before it."""
    coding = [{"system": LOCAL_SYSTEM, "code": "clock", "display": "Event that times count from"}]
    if clock.counts == "gestation":
        display = "Times are weeks of gestation"
        coding.append({"system": LOCAL_SYSTEM, "code": "gestation", "display": display})
    since = {}
    if before is not None and clock.gap is not None:
        since = _since(*_target(made, before.id), clock.gap)
    return {
        "resourceType": "Observation",
        "id": _id(f"clock-{clock.id}"),
        "status": "final",
        "code": {"coding": coding, "text": clock.phrase},
        "subject": _patient(made),
        "_effectiveDateTime": since or _UNKNOWN,
        "valueString": clock.label,
    }


def _effective(made: Made, row: Row, source: str, stem: str) -> dict[str, Any]:
    """When something was, as a DateTime or a Period."""
    if row.time is not None:
        when = _relative(made, row, "time", source)
        return {f"_{stem}DateTime": when} if when else {}
    ends = _ends(made, row, source)
    return {f"{stem}Period": ends} if ends else {}


def _ends(made: Made, row: Row, source: str) -> dict[str, Any]:
    """Start and end of a Period; an end that is not reported is said to be so."""
    ends = {
        f"_{end}": when
        for end, name in (("start", "start"), ("end", "stop"))
        if (when := _relative(made, row, name, source))
    }
    return {**({"_end": _UNKNOWN} if "_end" not in ends else {}), **ends} if ends else {}


# --- rows


def _age(made: Made) -> None:
    """The age as an observation, with what it is the age at."""
    subject = made.case.head.subject
    if subject.age is None:
        return
    resource = {
        "resourceType": "Observation",
        "id": "age",
        "status": "final",
        "code": {"coding": [dict(AGE)], "text": "Age"},
        "subject": _patient(made),
        **{f"value{k}": v for k, v in _bounded(subject.age, subject.age_unit).items()},
        **({"note": [{"text": subject.age_means}]} if subject.age_means else {}),
    }
    _entry(made, resource)
    _words(made, "age", subject, "Observation")


def _diagnosis(made: Made) -> None:
    head = made.case.head
    resource = {
        "resourceType": "Condition",
        "id": "diagnosis",
        "verificationStatus": _verified("confirmed"),
        "category": [_category("condition-category", "encounter-diagnosis")],
        "code": _concept(made, head.diagnosis, head.diagnosis.name),
        "subject": _patient(made),
    }
    onset = head.subject.onset
    if onset is not None:
        kind, held = next(iter(_bounded(onset, head.subject.age_unit).items()))
        if kind == "Quantity" and onset.is_point and onset.low <= 0:  # an Age is above nought
            kind, held = "Range", {"low": held, "high": held}
        resource["onset" + kind.replace("Quantity", "Age")] = held
    _entry(made, resource)
    _words(made, "diagnosis", head.diagnosis, "Condition")


def _verified(code: str) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    return {"coding": [{"system": system, "code": code}]}


def _category(system: str, code: str, text: str = "") -> dict[str, Any]:
    system = f"http://terminology.hl7.org/CodeSystem/{system}"
    held = {"coding": [{"system": system, "code": code}]} if code else {}
    return {**held, "text": text} if text else held


def _observed(
    made: Made, row: Row, table: str, category: dict[str, Any] | None = None
) -> dict[str, Any]:
    source = f"{table}/{row.id}"
    return {
        "resourceType": "Observation",
        "id": _id(f"{table}-{row.id}"),
        "status": "final",
        **({"category": [category]} if category else {}),
        "code": _concept(made, row, row.name) if hasattr(row, "code") else {"text": row.name},
        "subject": _patient(made),
        **_effective(made, row, source, "effective"),
    }


def _observation(made: Made, row: Observation) -> dict[str, Any]:
    held = _observed(made, row, "observations")
    if row.value is None:
        return {**held, "valueCodeableConcept": {"text": row.result}}
    held |= {f"value{kind}": part for kind, part in _bounded(row.value, row.unit).items()}
    measure = made.case.head.measures.get(row.id.partition(".")[0])
    unit = (measure.unit or row.unit) if measure else ""
    limits = {
        end: _quantity(q.low, unit)
        for end, q in (("low", measure.lower), ("high", measure.upper))
        if is_plain(q)
    } if measure else {}  # fmt: skip
    return {**held, "referenceRange": [limits]} if limits else held


def _kind_of(row: Finding) -> tuple[str, str]:
    """Which resource a finding is, and where its time stands."""
    if row.kind == "diagnosis" and row.state in _VERIFIED:
        return "Condition", "onset"
    if row.kind == "procedure" and row.state == "observed":
        return "Procedure", "performed"
    return "Observation", "effective"


def _finding(made: Made, row: Finding) -> dict[str, Any]:
    source, (kind, _) = f"findings/{row.id}", _kind_of(row)
    sites = [{"text": row.site}] if row.site else []
    if row.site and row.site_code:
        label = made.labels[row.site_code].label
        coding = {"system": SYSTEMS["UBERON"], "code": row.site_code, "display": label}
        sites = [{"coding": [coding], "text": row.site}]
    if kind == "Observation":
        category = _category("observation-category", CATEGORIES.get(row.kind, ""), row.kind)
        held = _observed(made, row, "findings", category)
        if row.state in ("observed", "excluded"):
            held["valueBoolean"] = row.state == "observed"
        else:
            held["dataAbsentReason"] = _absent(row.state)
        return {**held, "bodySite": sites[0]} if sites else held
    held = {
        "resourceType": kind,
        "id": _id(f"findings-{row.id}"),
        "code": _concept(made, row, row.name),
        "subject": _patient(made),
        **({"bodySite": sites} if sites else {}),
    }
    if kind == "Procedure":
        return {**held, "status": "completed", **_effective(made, row, source, "performed")}
    status = _verified(_VERIFIED[row.state])
    return {**held, "verificationStatus": status, **_onset(made, row, source)}


def _onset(made: Made, row: Finding, source: str) -> dict[str, Any]:
    """When a condition was told, when it began, and when it ended."""
    held = {
        f"_{name}": when
        for name, end in (("recordedDate", "time"), ("onsetDateTime", "start"))
        if (when := _relative(made, row, end, source))
    }
    if row.stop is None:
        return held
    if row.stop.high == math.inf:
        made.lose(source, "stop", "an end that is open is none")
        return held
    if when := _relative(made, row, "stop", source):
        system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
        held["clinicalStatus"] = {"coding": [{"system": system, "code": "resolved"}]}
        held["_abatementDateTime"] = when
    return held


def _treatment(made: Made, row: Treatment) -> dict[str, Any]:
    source = f"treatments/{row.id}"
    ends = _ends(made, row, source)
    dosage: dict[str, Any] = {}
    if row.route:
        dosage["route"] = {"text": row.route}
    if repeat := _repeat(made, row, source):
        dosage["timing"] = {"repeat": repeat}
    if row.dose is not None:
        is_daily = row.is_block and row.dose_per == "day"
        unit = f"{row.dose_unit}/d" if is_daily else row.dose_unit
        is_rate = is_daily or is_by_time(unit)
        kind, held = next(iter(_bounded(row.dose, unit).items()))
        has_comparator = "comparator" in held
        if kind == "String" or has_comparator:
            made.lose(source, "dose", "a dose has one number, or a lowest and a highest")
        else:
            dosage["doseAndRate"] = [{f"{'rate' if is_rate else 'dose'}{kind}": held}]
    return {
        "resourceType": "MedicationStatement",
        "id": _id(f"treatments-{row.id}"),
        "status": "unknown",
        "medicationCodeableConcept": _concept(made, row, row.name, _of_substance(row.name)),
        "subject": _patient(made),
        **({"effectivePeriod": ends} if ends else {}),
        **({"dosage": [dosage]} if dosage else {}),
    }


def _of_substance(name: str) -> Callable[[Any], bool]:
    """Whether a code is that of a drug, and of no procedure or schedule."""
    return lambda code: (
        code.system == "ATC" or (agree(code.label, name) and not code.label.endswith("Therapy"))
    )


def _repeat(made: Made, row: Treatment, source: str) -> dict[str, Any]:
    """Courses as a Timing that repeats; numbers that are open are left out, and listed."""
    repeat: dict[str, Any] = {}
    for name, q, keys in (
        ("courses", row.courses, ("count", "")),
        ("days_per_course", row.days_per_course, ("duration", "durationMax")),
        ("interval", row.interval, ("period", "periodMax")),
    ):
        if q is None:
            continue
        is_closed = math.inf not in (q.high, -q.low) and q.low_closed and q.high_closed
        if not is_closed or q.about or (not q.is_point and not keys[1]):
            made.lose(source, name, "a timing has one number, or a lowest and a highest")
            continue
        repeat[keys[0]] = number(q.low)
        if not q.is_point:
            repeat[keys[1]] = number(q.high)
    if "duration" in repeat:
        repeat["durationUnit"] = "d"
    if "period" in repeat:
        repeat |= {"frequency": 1, "periodUnit": row.interval_unit}
    return repeat


def _motor(made: Made, row: Motor) -> dict[str, Any]:
    held = _observed(made, row, "motor", _category("", "", "function"))
    if row.grade is None:
        return {**held, "dataAbsentReason": _absent("not reported")}
    held |= {f"value{kind}": part for kind, part in _bounded(row.grade, "1").items()}
    return {**held, "method": {"text": row.scale}}
