"""HL7 FHIR R4 Bundles as JSON (hl7.org/fhir/R4)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from casetrace.case.privacy import found_in
from casetrace.case.problems import UsageError
from casetrace.exchange.account import Node, spaced
from casetrace.exchange.draft import CLOCK, Draft
from casetrace.exchange.fhir_curated import (
    is_event,
    quotations,
    read_as_curated,
    read_events,
    read_report,
)
from casetrace.exchange.fhir_medication import medication
from casetrace.exchange.fhir_names import AGE, CATEGORIES, NONE_KNOWN_SYSTEM, TAG
from casetrace.exchange.fhir_times import Clock, in_days, moments
from casetrace.exchange.fhir_values import coded, label, named, quantity_of, range_of
from casetrace.exchange.moments import Moment, moment
from casetrace.exchange.terms import (
    NEGATIVE,
    NONE_KNOWN,
    OLDEST,
    POSITIVE,
    chosen,
    is_result,
    says_none,
)
from casetrace.quantity import BoundsError, parse
from casetrace.quantity.units import NOT_PRINTED

__all__ = ["is_bundle", "read_bundle"]

#: Where the codes of a status are defined.
_HL7 = "http://terminology.hl7.org/CodeSystem/condition-"
#: Of a condition: what says that it is over.
_PAST = {"inactive", "remission", "resolved"}
#: Of a medication: what says that it was given, or ordered to be.
_GIVEN = {
    "MedicationStatement": {"active", "completed", "stopped", "recorded"},
    "MedicationRequest": {"active", "completed", "stopped"},
    "MedicationAdministration": {"in-progress", "completed", "stopped"},
}
_ORDERS = {"order", "original-order", "reflex-order", "filler-order", "instance-order"}
_UNSURE = {"provisional": "ambiguous", "differential": "ambiguous", "unconfirmed": "ambiguous",
           "refuted": "excluded"}  # fmt: skip
#: Kind of a finding by the category of an observation.
_KIND_OF = {"laboratory": "laboratory", "exam": "sign", "imaging": "imaging",
            "procedure": "procedure", "social-history": "history"}  # fmt: skip
#: What is said of a resource itself and not of the patient.
_ABOUT_ITSELF = (("resourceType",), ("subject", "reference"), ("patient", "reference"))


def is_bundle(data: Any) -> bool:
    """Whether JSON looks like a FHIR Bundle."""
    return isinstance(data, dict) and data.get("resourceType") == "Bundle"


def read_bundle(data: Any, draft: Draft, patient: int | None = None) -> None:
    """Read a Bundle into a draft; every leaf of it is placed or listed.

    Times are counted from the first record that is placed; dates, identifiers, names and addresses
    are left behind. An age is taken in completed years at that record.

    Parameters
    ----------
    data : object
        The Bundle.
    draft : Draft
        Where it goes.
    patient : int, optional
        Which of several patients, counted as they come.

    Raises
    ------
    UsageError
        If it is of several patients and none is chosen, or the patient was over 89 at any record.
    """
    top = Node(data)
    known = _by_reference(top)
    resources = list(dict.fromkeys(known.values()))
    mine = _of_one(resources, known, patient, draft)
    mine = _latest(mine, draft)
    kept = [r for r in mine if r.peek("resourceType") in _READERS]
    is_curated = any(tag.peek("system") == TAG["system"] for tag in top.items("meta", "tag"))
    valid = {r: None for r in kept if _is_valid(r, known, is_curated)}
    clock = Clock([m for r in valid for m in moments(r)])
    clock.persons = {name for name, r in known.items() if r.peek("resourceType") == "Patient"}
    words = quotations([r for r in mine if r.peek("resourceType") == "Provenance"], known)
    events = [r for r in mine if is_event(r)]
    read_events(events, known, words, clock, draft)
    kept = [r for r in kept if r not in events]
    if is_curated:
        read_report(top, mine, known, clock, draft)
    if clock.fine:
        about = "the start of the day of the first record"
        draft.clocks[CLOCK] = {"label": about.removeprefix("the "), "phrase": about}
    person = next((r for r in mine if r.peek("resourceType") == "Patient"), None)
    if person and person.peek("birthDate"):
        _patient(person, clock, draft)
    _diagnosis([r for r in valid if r.peek("resourceType") == "Condition"], draft)
    for resource in kept:
        if resource not in valid:
            resource.leave(draft, _why_not(resource, known))
            continue
        draft.reading, draft.words = resource.path, dict(words.get(resource.path, {}))
        if is_curated:
            read_as_curated(resource, draft)
        before = draft.count, dict(draft.subject)
        if _says_none(resource):
            resource.leave(draft, NONE_KNOWN)
        else:
            _READERS[resource.peek("resourceType")](resource, clock, known, draft)
        if (draft.count, draft.subject) == before and draft.chosen != resource.path:
            resource.leave(draft, "it has no value that could be placed")
        for part in _ABOUT_ITSELF:
            resource.settle(*part)
        resource.rest(draft)
    draft.reading, draft.words = (), {}
    if person and not person.peek("birthDate"):
        _patient(person, clock, draft)
    for resource in mine:
        kind = resource.peek("resourceType")
        if kind == "Medication" and all(
            path in top.read for path, _ in resource.at("code").leaves()
        ):
            for part in _ABOUT_ITSELF:
                resource.settle(*part)
            resource.settle("id")
        resource.rest(draft, NO_TABLE if kind not in (*_READERS, "Patient") else "no column for it")
    _pages(top, draft)
    top.rest(draft)


NO_TABLE = "no table for it"


def _says_none(resource: Node) -> bool:
    """Whether a resource says that the patient has none of its kind."""
    for name in ("code", "medicationCodeableConcept", "vaccineCode"):
        part = resource.at(name)
        codings = part.items("coding")
        told = [part.peek("text"), *(one.peek("display") for one in codings)]
        if any(map(says_none, told)) or any(
            one.peek("system") == NONE_KNOWN_SYSTEM for one in codings
        ):
            return True
    return False


def _by_reference(top: Node) -> dict[str, Node]:
    """Every resource of a Bundle, of Bundles within it too, by all that may refer to it."""
    found: dict[str, Node] = {}
    for entry in top.items("entry"):
        resource = entry.at("resource")
        if resource.peek("resourceType") == "Bundle":
            resource.text("resourceType")
            resource.text("type")
            found |= _by_reference(resource)
        elif resource.peek("resourceType"):
            # Each has a name of its own: versions of one may share what refers to them.
            found[str(resource.path)] = resource
            if resource.peek("id"):
                found[_address(resource)] = resource
            if url := entry.peek("fullUrl"):
                found[url] = resource
    return found


def _pages(top: Node, draft: Draft) -> None:
    """Say how many entries of a search are on other pages."""
    top.text("resourceType")
    top.text("type")
    total = top.at("total").value
    here = len(top.items("entry"))
    if isinstance(total, int) and not isinstance(total, bool):
        if total > here:
            why = f"{total - here} more entries are on other pages: put them into one Bundle"
            top.at("total").leave(draft, why)
        else:
            top.number("total")


def _address(resource: Node) -> str:
    return f"{resource.peek('resourceType')}/{resource.peek('id')}"


def _of_one(
    resources: list[Node], known: dict[str, Node], patient: int | None, draft: Draft
) -> list[Node]:
    """The resources of one patient."""
    persons = [r for r in resources if r.peek("resourceType") == "Patient"]
    names = list(dict.fromkeys(_address(r) for r in persons))
    for resource in resources:
        name = _whose(resource, known)
        if name.startswith("Patient/") and name not in names:
            names.append(name)
    number = chosen(patient, max(len(names), 1), f"this file is of {len(names)} patients")
    if len(names) < 2:
        return resources
    mine, name_of_one = [], names[number - 1]
    for resource in resources:
        is_person = resource.peek("resourceType") == "Patient"
        name = _address(resource) if is_person else _whose(resource, known)
        if name in (name_of_one, ""):
            mine.append(resource)
        else:
            for path, _ in resource.leaves():
                resource.read.add(path)
            draft.leave("a resource of another patient", "not of the patient that was chosen")
    return mine


def _whose(resource: Node, known: dict[str, Node]) -> str:
    """Whom a resource is about, as its reference says; empty if it does not."""
    name = resource.peek("subject", "reference") or resource.peek("patient", "reference")
    if held := known.get(name):
        return _address(held)
    return "/".join(name.split("/")[-2:]) if "/" in name else ""


def _latest(resources: list[Node], draft: Draft) -> list[Node]:
    """The last version of each resource."""
    last: dict[str, Node] = {}
    for r in resources:
        is_versioned = r.peek("id") and any(_version(r))
        name = _address(r) if is_versioned else str(r.path)
        if name not in last or _version(r) >= _version(last[name]):
            last[name] = r
    latest = set(last.values())
    for r in resources:
        if r not in latest:
            r.leave(draft, "a later version of it is in the file")
    return [r for r in resources if r in latest]


def _version(resource: Node) -> tuple[str, int]:
    number = resource.peek("meta", "versionId")
    return resource.peek("meta", "lastUpdated"), int(number) if number.isdecimal() else 0


def _is_valid(resource: Node, known: dict[str, Node], is_curated: bool) -> bool:
    """Whether a resource says something of the patient: it was done, taken, and not in error.

    A report of a case says that a drug was given; whether it still is, is then not known.
    """
    kind, status = resource.peek("resourceType"), resource.peek("status")
    verified = resource.peek("verificationStatus", "coding", 0, "code")
    whose = _whose(resource, known)
    if "entered-in-error" in (status, verified) or (whose and not whose.startswith("Patient/")):
        return False
    if kind in _GIVEN:
        intent = resource.peek("intent")
        is_order = kind != "MedicationRequest" or not intent or intent in _ORDERS
        is_not = (
            resource.at("doNotPerform").value is True or resource.at("wasNotGiven").value is True
        )
        given = {*_GIVEN[kind], *({"unknown"} if is_curated else ())}
        return status in given and is_order and not is_not
    if kind == "Observation":
        has_focus = bool(resource.items("focus"))
        return status not in ("cancelled", "registered", "preliminary") and not has_focus
    return kind != "Procedure" or status not in ("not-done", "preparation", "on-hold")


def _why_not(resource: Node, known: dict[str, Node]) -> str:
    """Why a resource says nothing of the patient that could be placed."""
    if resource.at("doNotPerform").value is True or resource.at("wasNotGiven").value is True:
        return "it says what was not to be given"
    intent = resource.peek("intent")
    if resource.peek("resourceType") == "MedicationRequest" and intent and intent not in _ORDERS:
        return f"its intent is {intent}: no order"
    whose = _whose(resource, known)
    if resource.items("focus") or (whose and not whose.startswith("Patient/")):
        return "it is not about the patient"
    status = resource.peek("status") or resource.peek("verificationStatus", "coding", 0, "code")
    return f"its status is {status}" if status else "it has no status"


# --- resources


def _patient(resource: Node, clock: Clock, draft: Draft) -> None:
    sex = resource.peek("gender")
    if sex in ("female", "male", "other"):
        draft.subject["sex"] = resource.text("gender")
    born = moment(resource.peek("birthDate"))
    if born and clock.first and clock.last:
        for day in (clock.last, clock.first):
            ages = [_years(birth, day) for birth in (born.last, born.first)]
            if ages[1] > OLDEST:
                raise UsageError(
                    f"the patient was over {OLDEST} at a record of this file, which identifies: "
                    "leave birthDate out, and enter 'at least 90' in case.yaml"
                )
        if ages[0] < 0:
            draft.leave("Patient.birthDate", "it lies after the first record", "(a date)")
        else:
            draft.subject.update(
                age=str(ages[0]) if ages[0] == ages[1] else f"{ages[0]} to {ages[1]}",
                age_unit="a",
                age_means="at the first record",
                place="Patient",
                as_reported="age at the first record",
            )
    elif not draft.has_age:
        draft.leave("Patient", "no age could be worked out; enter it in case.yaml")
    died = moment(resource.peek("deceasedDateTime"))
    if died or resource.at("deceasedBoolean").value is True:
        resource.text("deceasedDateTime")
        resource.flag("deceasedBoolean")
        when = clock.cells(died)
        draft.add("findings", "death", "Patient", "deceased", kind="outcome", state="observed",
                  event="yes" if when else "", **when)  # fmt: skip
    resource.text("resourceType")


def _years(birth: dt.date, day: dt.date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _diagnosis(conditions: list[Node], draft: Draft) -> None:
    """Choose the diagnosis: confirmed before open, disorder before finding; else the latest."""

    def rank(condition: Node) -> tuple[bool | float, ...]:
        name = condition.peek("code", "text") or condition.peek("code", "coding", 0, "display")
        verified = condition.peek("verificationStatus", "coding", 0, "code")
        category = condition.peek("category", 0, "coding", 0, "code")
        course = condition.peek("clinicalStatus", "coding", 0, "code")
        return (
            verified in _UNSURE,
            bool(re.search(r"\((finding|situation|observable entity|event|person)\)$", name)),
            verified != "confirmed",
            category not in ("encounter-diagnosis", "problem-list-item"),
            course in ("inactive", "remission"),
            -max((m.first.toordinal() for m in moments(condition)), default=0),  # the latest
        )

    able = [c for c in conditions if not rank(c)[0] and _has_name(c) and not _says_none(c)]
    if able:
        draft.chosen = min(able, key=rank).path


def _has_name(condition: Node) -> bool:
    name = condition.peek("code", "text") or condition.peek("code", "coding", 0, "display")
    return bool(name) and not any(True for _ in found_in(name))


def _condition(resource: Node, clock: Clock, _: Any, draft: Draft) -> None:
    name = named(resource, "code")
    if not name:
        resource.leave(draft, "no name of the condition, or one that could identify a patient")
        return
    place = f"Condition {resource.path[1] if len(resource.path) > 1 else ''}".strip()
    verified = resource.peek("verificationStatus", "coding", 0, "code")
    if verified == "confirmed" or verified in _UNSURE:
        resource.text("verificationStatus", "coding", 0, "code")
    for part in ("verificationStatus", "clinicalStatus"):
        if resource.peek(part, "coding", 0, "system").startswith(_HL7):
            resource.text(part, "coding", 0, "system")
    course = resource.text("clinicalStatus", "coding", 0, "code")
    if course == "resolved" and resource.at("_abatementDateTime").value:
        course = ""  # its end says so
    severity = label(resource.at("severity"))
    notes = [f"clinical status: {course}" if course else "", f"severity: {severity}" if severity
             else ""]  # fmt: skip
    note = "; ".join(filter(None, notes))
    cells, site = coded(resource.at("code"), name, draft), _site(resource, draft)
    time = clock.of(resource, draft)
    end = moment(resource.peek("abatementDateTime"))
    if draft.chosen == resource.path:
        words = " ".join(name.split()[:8])
        own = {key: draft.words[key] for key in ("place", "as_reported") if key in draft.words}
        cells.pop("more_codes", "")
        draft.diagnosis.update({"name": name, "place": place, "as_reported": words, **cells, **own})
        began = quantity_of(resource.at("onsetAge"), draft)
        if began := began or range_of(resource.at("onsetRange"), draft):
            draft.onset = began
        if time or note or end or site:
            _lasting(resource, clock, draft, name, place, "observed", note, time, end, **site)
        return
    state = _UNSURE.get(verified, "observed")
    _lasting(resource, clock, draft, name, place, state, note, time, end, **cells, **site)


def _lasting(
    resource: Node, clock: Clock, draft: Draft, name: str, place: str, state: str, note: str,
    time: dict[str, str], end: Moment | None, **cells: str,
) -> None:  # fmt: skip
    """A condition as a finding: from its onset to its end, if both are known in one unit."""
    is_past = resource.peek("clinicalStatus", "coding", 0, "code") in _PAST
    is_finding = re.search(r"\((finding|situation|observable entity|event)\)$", name)
    kind = ("history" if is_past else "sign") if is_finding else "diagnosis"
    more = dict(time)
    note = "; ".join(filter(None, (more.pop("note", ""), note)))
    if end and time:
        resource.text("abatementDateTime")
        stop = clock.cells(end)
        start_days, stop_days = (in_days(one) for one in (time, stop))
        if start_days and stop_days:
            more = {"clock": CLOCK, "start": start_days, "stop": stop_days, "time_unit": "d"}
    draft.add("findings", name, place, name, kind=kind, state=state, note=note, **cells, **more)


def _observation(resource: Node, clock: Clock, _: Any, draft: Draft) -> None:
    resource.text("status")
    whole = named(resource, "code")
    name = whole.partition(" [")[0]
    if not name:
        resource.leave(draft, "no name, or one that could identify a patient")
        return
    specimen = label(resource.at("specimen"))
    if _is_age(resource, draft):
        return
    time = clock.of(resource, draft)
    place = f"Observation {resource.path[1] if len(resource.path) > 1 else ''}".strip()
    if _is_on_scale(resource, name, place, time, draft):
        return
    own = [whole] if whole != name else []
    _value(resource, resource.at("code"), name, specimen, place, _noted(time, *own), draft)
    for part in resource.items("component"):
        before, full = draft.count, label(part.at("code"))
        inner = full.partition(" [")[0]
        if inner:
            more = _noted(time, *([full] if full != inner else []), f"of {whole}")
            _value(part, part.at("code"), inner, specimen, place, more, draft)
        if draft.count == before:
            part.leave(draft, "it has no value that could be placed")


def _noted(cells: dict[str, str], *notes: str) -> dict[str, str]:
    """The cells of a row with more notes: the name of a code is kept whole."""
    note = "; ".join(filter(None, (cells.get("note", ""), *notes)))
    return {**cells, "note": note} if note else cells


def _is_age(resource: Node, draft: Draft) -> bool:
    """Whether it is the patient's age, by its code; it is kept as that if no date of birth is."""
    codes = [one.peek("code") for one in resource.items("code", "coding")]
    value = resource.at("valueQuantity"), resource.at("valueRange")
    found = quantity_of(value[0], draft) or range_of(value[1], draft)
    if AGE["code"] not in codes or not found or draft.has_age or found[1] not in ("a", "mo", "d"):
        return False
    _not_too_old(*found)
    means = draft.words.pop("note", "as the file says")
    draft.subject.update(age=found[0], age_unit=found[1], age_means=means, place="Observation",
                         as_reported="age")  # fmt: skip
    draft.subject.update(draft.words)
    draft.subject.pop("id", None)
    for one in resource.items("code", "coding"):
        if one.peek("code") == AGE["code"]:
            one.settle()
    return True


def _is_on_scale(resource: Node, name: str, place: str, time: dict[str, str], draft: Draft) -> bool:
    """Whether it is a grade of a scale of scales.csv, by its method: it is then a motor state."""
    scale = resource.peek("method", "text")
    if scale not in {row.scale for row in draft.reference.scales}:
        return False
    found = quantity_of(resource.at("valueQuantity"), draft)
    found = found or range_of(resource.at("valueRange"), draft)
    if not found:
        return False
    resource.settle("method")
    short = " ".join(name.split()[:4])
    draft.add("motor", name, place, name, short=short, scale=scale, grade=found[0], **time)
    return True


def _site(resource: Node, draft: Draft) -> dict[str, str]:
    """The part of the body as cells of a finding."""
    parts = resource.items("bodySite") or [resource.at("bodySite")]
    sites = [site for part in parts if (site := label(part))]
    cells = {"site": ", ".join(sites)} if sites else {}
    codes = coded(parts[0], sites[0], draft) if len(sites) == 1 else {}
    return {**cells, "site_code": codes["code"]} if codes.get("system") == "UBERON" else cells


def _kind(resource: Node) -> str:
    """The kind of a finding that the category of an observation says."""
    for category in resource.items("category"):
        if category.peek("text") in CATEGORIES:
            for one in category.items("coding"):
                one.settle()
            return category.text("text")
        for one in category.items("coding"):
            if one.peek("code") in _KIND_OF:
                return _KIND_OF[one.text("code")]
    return "laboratory"


def _first_code(part: Node) -> str:
    return next((code for c in part.items("coding") if (code := c.peek("code"))), "")


def _value(
    part: Node, code: Node, name: str, specimen: str, place: str, time: dict[str, str], draft: Draft
) -> None:
    """The value of an observation or of one of its components."""
    cells = coded(code, name, draft)
    standard = cells.get("code") or ("" if specimen else _first_code(code))
    measure = draft.measure(standard, f"{name} {specimen}".strip())
    key = f"{measure}.{_occasion(time)}"
    more = {**cells, **time}
    if found := quantity_of(part.at("valueQuantity"), draft):
        value, unit = found
        if unit in ("a", "mo") and re.search(r"\bage\b", name.lower()):
            _not_too_old(value, unit)
        said = f"{name} {_spaced(value)} {unit}"
        draft.add("observations", name, place, said, id=key, value=value, unit=unit, **more)
    elif number := part.number("valueInteger"):
        said = f"{name} {spaced(number)}"
        draft.add("observations", name, place, said, id=key, value=number, unit=NOT_PRINTED, **more)
    elif found := range_of(part.at("valueRange"), draft):
        value, unit = found
        said = f"{name} {_spaced(value)} {unit}"
        draft.add("observations", name, place, said, id=key, value=value, unit=unit, **more)
    elif (answer := part.flag("valueBoolean")) is not None:
        _state(draft, name, place, answer, {"kind": _kind(part), **more, **_site(part, draft)})
    elif (state := part.peek("dataAbsentReason", "text")) in ("not reported", "ambiguous"):
        part.settle("dataAbsentReason")
        said = (place, name) if state == "ambiguous" else ("", "")
        draft.add(
            "findings", name, *said, kind=_kind(part), state=state, **more, **_site(part, draft)
        )
    elif (found := _about(part.peek("valueString"), draft)) and part.text("valueString"):
        value, unit = found
        said = f"{name} {_spaced(value)} {unit}"
        draft.add("observations", name, place, said, id=key, value=value, unit=unit, **more)
    elif words := part.peek("valueString") or _peeked(part.at("valueCodeableConcept")):
        plain = words.lower().strip(" .")
        if any(True for _ in found_in(words)):
            return  # listed by its kind
        if plain in POSITIVE | NEGATIVE:
            _state(draft, name, place, plain in POSITIVE, more)
        elif is_result(words):
            said = f"{name}: {words}"
            draft.add("observations", name, place, said, id=key, result=words, **more)
        else:
            said = f"{name}: {words}"
            draft.add("findings", said, place, said, kind="laboratory", state="observed", **more)
        part.text("valueString")
        label(part.at("valueCodeableConcept"))
        for coding in part.items("valueCodeableConcept", "coding"):
            if coding.peek("display") == words:
                coding.text("display")


def _about(text: str, draft: Draft) -> tuple[str, str] | None:
    """A number that is told as "about", with its unit; None of another text."""
    found = re.fullmatch(r"(about -?[\d.]+(?: to -?[\d.]+)?)(?: (\S+))?", text)
    unit = draft.unit(found[2]) if found and found[2] else NOT_PRINTED
    if not found or unit is None:
        return None
    try:
        parse(found[1])
    except BoundsError:
        return None
    return found[1], unit


def _spaced(value: str) -> str:
    """A number with bounds, with the thousands of each number apart."""
    return re.sub(r"\d{5,}", lambda m: spaced(m[0]), value)


def _peeked(part: Node) -> str:
    return part.peek("text") or part.peek("coding", 0, "display")


def _state(draft: Draft, name: str, place: str, answer: bool, more: dict[str, str]) -> None:
    said = f"{name}: {'positive' if answer else 'negative'}"
    state = "observed" if answer else "excluded"
    draft.add("findings", name, place, said, **{"kind": "laboratory", **more}, state=state)


def _not_too_old(value: str, unit: str) -> None:
    if parse(value, unit).to("a").low > OLDEST:
        raise UsageError(f"an observation is an age over {OLDEST}, which identifies: leave it out")


def _occasion(time: dict[str, str]) -> str:
    stamp = re.sub(r"[^a-z0-9]+", "_", time.get("time", "x").lower())
    return f"{time.get('time_unit', 'w')[0]}{stamp}"


def _adverse(resource: Node, clock: Clock, _: Any, draft: Draft) -> None:
    name = named(resource, "event")
    if not name:
        resource.leave(draft, "no event in words")
        return
    place = f"AdverseEvent {resource.path[1] if len(resource.path) > 1 else ''}".strip()
    time = clock.of(resource, draft)
    draft.add("findings", name, place, name, kind="adverse event", state="observed", **time)


def _procedure(resource: Node, clock: Clock, _: Any, draft: Draft) -> None:
    name = named(resource, "code")
    if not name:
        resource.leave(draft, "no name of the procedure, or one that could identify a patient")
        return
    resource.text("status")
    place = f"Procedure {resource.path[1] if len(resource.path) > 1 else ''}".strip()
    cells = {**coded(resource.at("code"), name, draft), **clock.of(resource, draft)}
    cells |= _site(resource, draft)
    draft.add("findings", name, place, name, kind="procedure", state="observed", **cells)


_Reader = Callable[[Node, Clock, dict[str, Node], Draft], None]
_READERS: dict[str, _Reader] = {
    "Condition": _condition,
    "Observation": _observation,
    "MedicationStatement": medication,
    "MedicationRequest": medication,
    "MedicationAdministration": medication,
    "AdverseEvent": _adverse,
    "Procedure": _procedure,
}
