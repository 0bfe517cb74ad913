"""HL7 FHIR R4 Bundles as JSON (hl7.org/fhir/R4)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from casetrace.case.privacy import found_in
from casetrace.case.problems import UsageError
from casetrace.exchange.account import Node, spaced
from casetrace.exchange.draft import CLOCK, Draft, slug
from casetrace.quantity import BoundsError, parse
from casetrace.quantity.units import NOT_PRINTED, UnitError

__all__ = ["NEGATIVE", "POSITIVE", "agree", "is_bundle", "read_bundle"]

_BOUNDS = {"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}
_OLDEST = 89
#: Words of a result, as a state of what was looked for.
POSITIVE = {"positive", "detected", "present", "reactive", "yes", "pos", "true"}
NEGATIVE = {"negative", "not detected", "absent", "non-reactive", "nonreactive", "no", "neg",
             "undetected", "none detected", "false"}  # fmt: skip
#: Of a medication: what says that it was given, or ordered to be.
_GIVEN = {
    "MedicationStatement": {"active", "completed", "stopped", "recorded"},
    "MedicationRequest": {"active", "completed", "stopped"},
    "MedicationAdministration": {"in-progress", "completed", "stopped"},
}
_ORDERS = {"order", "original-order", "reflex-order", "filler-order", "instance-order"}
_UNSURE = {"provisional": "ambiguous", "differential": "ambiguous", "unconfirmed": "ambiguous",
           "refuted": "excluded"}  # fmt: skip
#: Units of time in which doses recur regularly enough to be told by day or by week.
_EVERY = ("h", "d", "wk")
#: What is said of a resource itself and not of the patient.
_ABOUT_ITSELF = ("resourceType", "meta", "implicitRules", "language", "subject", "patient",
                 "encounter", "context")  # fmt: skip


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
    named = _by_reference(top)
    resources = list(dict.fromkeys(named.values()))
    mine = _of_one(resources, named, patient, draft)
    mine = _latest(mine, draft)
    kept = [r for r in mine if r.peek("resourceType") in _READERS]
    valid = {r: None for r in kept if _is_valid(r, named)}
    clock = _Clock([m for r in valid for m in _moments(r)])
    person = next((r for r in mine if r.peek("resourceType") == "Patient"), None)
    if person:
        _patient(person, clock, draft)
    _diagnosis([r for r in valid if r.peek("resourceType") == "Condition"], draft)
    for resource in kept:
        if resource not in valid:
            resource.leave(draft, _why_not(resource, named))
            continue
        _READERS[resource.peek("resourceType")](resource, clock, named, draft)
        for part in _ABOUT_ITSELF:
            resource.settle(part)
        resource.rest(draft)
    for resource in mine:
        kind = resource.peek("resourceType")
        if kind == "Medication" and all(
            path in top.read for path, _ in resource.at("code").leaves()
        ):
            for part in _ABOUT_ITSELF:
                resource.settle(part)
            resource.settle("id")
        resource.rest(draft, NO_TABLE if kind not in (*_READERS, "Patient") else "no column for it")
    _pages(top, draft)
    top.rest(draft)


NO_TABLE = "no table for it"


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
    resources: list[Node], named: dict[str, Node], patient: int | None, draft: Draft
) -> list[Node]:
    """The resources of one patient."""
    known = [r for r in resources if r.peek("resourceType") == "Patient"]
    names = list(dict.fromkeys(_address(r) for r in known))
    for resource in resources:
        name = _whose(resource, named)
        if name.startswith("Patient/") and name not in names:
            names.append(name)
    if len(names) > 1 and patient is None:
        raise UsageError(
            f"this file is of {len(names)} patients, and a folder holds one: choose one with "
            f"--patient 1 to {len(names)}, as they come in the file"
        )
    if len(names) < 2:
        return resources
    if not 1 <= patient <= len(names):
        raise UsageError(f"--patient takes 1 to {len(names)} here, found {patient}")
    chosen, mine = names[patient - 1], []
    for resource in resources:
        is_person = resource.peek("resourceType") == "Patient"
        name = _address(resource) if is_person else _whose(resource, named)
        if name in (chosen, ""):
            mine.append(resource)
        else:
            for path, _ in resource.leaves():
                resource.read.add(path)
            draft.leave("a resource of another patient", "not of the patient that was chosen")
    return mine


def _whose(resource: Node, named: dict[str, Node]) -> str:
    """Whom a resource is about, as its reference says; empty if it does not."""
    name = resource.peek("subject", "reference") or resource.peek("patient", "reference")
    if held := named.get(name):
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


def _is_valid(resource: Node, named: dict[str, Node]) -> bool:
    """Whether a resource says something of the patient: it was done, taken, and not in error."""
    kind, status = resource.peek("resourceType"), resource.peek("status")
    verified = resource.peek("verificationStatus", "coding", 0, "code")
    whose = _whose(resource, named)
    if "entered-in-error" in (status, verified) or (whose and not whose.startswith("Patient/")):
        return False
    if kind in _GIVEN:
        intent = resource.peek("intent")
        is_order = kind != "MedicationRequest" or not intent or intent in _ORDERS
        is_not = (
            resource.at("doNotPerform").value is True or resource.at("wasNotGiven").value is True
        )
        return status in _GIVEN[kind] and is_order and not is_not
    if kind == "Observation":
        has_focus = bool(resource.items("focus"))
        return status not in ("cancelled", "registered", "preliminary") and not has_focus
    return kind != "Procedure" or status not in ("not-done", "preparation", "on-hold")


def _why_not(resource: Node, named: dict[str, Node]) -> str:
    """Why a resource says nothing of the patient that could be placed."""
    if resource.at("doNotPerform").value is True or resource.at("wasNotGiven").value is True:
        return "it says what was not to be given"
    intent = resource.peek("intent")
    if resource.peek("resourceType") == "MedicationRequest" and intent and intent not in _ORDERS:
        return f"its intent is {intent}: no order"
    whose = _whose(resource, named)
    if resource.items("focus") or (whose and not whose.startswith("Patient/")):
        return "it is not about the patient"
    status = resource.peek("status") or resource.peek("verificationStatus", "coding", 0, "code")
    return f"its status is {status}" if status else "it has no status"


# --- times


@dataclass(frozen=True)
class _Moment:
    """A day, or the first and last day of a month or year; with the minute if it is given."""

    first: dt.date
    last: dt.date
    minute: int | None = None


def _moment(text: str) -> _Moment | None:
    found = re.fullmatch(
        r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?",
        text,
    )
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        first = dt.date(year, month, day)
        if found[3]:
            last = first
        elif found[2]:
            last = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(1)
        else:
            last = dt.date(year, 12, 31)
    except ValueError:
        return None
    return _Moment(first, last, 60 * int(found[4]) + int(found[5]) if found[4] else None)


#: Where each kind of resource says when; the first that is there counts.
_WHEN = (
    ("effectiveDateTime",), ("effectiveInstant",), ("effectivePeriod", "start"),
    ("onsetDateTime",), ("onsetPeriod", "start"), ("performedDateTime",),
    ("performedPeriod", "start"), ("occurrenceDateTime",), ("date",), ("authoredOn",),
    ("issued",), ("recordedDate",),
)  # fmt: skip


def _moments(resource: Node) -> Iterator[_Moment]:
    for path in _WHEN:
        if found := _moment(resource.peek(*path)):
            yield found
            return


class _Clock:
    """Times since the first record that is placed.

    Parameters
    ----------
    moments : list of _Moment
        Of all records that are placed.
    """

    def __init__(self, moments: list[_Moment]) -> None:
        exact = [m for m in moments if m.first == m.last]
        self.first = min((m.first for m in exact or moments), default=None)
        self.last = max((m.first for m in moments), default=None)
        by_day: dict[dt.date, set[int]] = {}
        for m in exact:
            if m.minute is not None:
                by_day.setdefault(m.first, set()).add(m.minute)
        #: Days on which the hour tells records apart.
        self.fine = {day for day, minutes in by_day.items() if len(minutes) > 1}

    def cells(self, moment: _Moment | None) -> dict[str, str]:
        """The time of a record as cells of a table; none for one without a time."""
        if not moment or not self.first:
            return {}
        low, high = ((day - self.first).days for day in (moment.first, moment.last))
        if moment.first in self.fine and moment.minute is not None:
            hours = low * 24 + moment.minute / 60
            return {"clock": CLOCK, "time": f"{hours:.6g}", "time_unit": "h"}
        if low != high:
            return {"clock": CLOCK, "time": f"{low} to {high}", "time_unit": "d"}
        if low % 7:
            return {"clock": CLOCK, "time": str(low), "time_unit": "d"}
        return {"clock": CLOCK, "time": str(low // 7), "time_unit": "wk"}

    def of(self, resource: Node, draft: Draft) -> dict[str, str]:
        """The time of a resource; when only its issue or order tells it, that is said."""
        for path in _WHEN:
            if found := _moment(resource.peek(*path)):
                resource.text(*path)
                cells = self.cells(found)
                if path[0] in ("issued", "recordedDate"):
                    cells["note"] = f"the time is that of {path[0]}"
                return cells
        return {}


# --- resources


def _patient(resource: Node, clock: _Clock, draft: Draft) -> None:
    sex = resource.peek("gender")
    if sex in ("female", "male", "other"):
        draft.subject["sex"] = resource.text("gender")
    born = _moment(resource.peek("birthDate"))
    if born and clock.first and clock.last:
        for day in (clock.last, clock.first):
            ages = [_years(birth, day) for birth in (born.last, born.first)]
            if ages[1] > _OLDEST:
                raise UsageError(
                    f"the patient was over {_OLDEST} at a record of this file, which identifies: "
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
    else:
        draft.leave("Patient", "no age could be worked out; enter it in case.yaml")
    died = _moment(resource.peek("deceasedDateTime"))
    if died or resource.at("deceasedBoolean").value is True:
        resource.text("deceasedDateTime")
        resource.flag("deceasedBoolean")
        when = clock.cells(died)
        draft.add("findings", "death", "Patient", "deceased", kind="outcome", state="observed",
                  event="yes" if when else "", **when)  # fmt: skip
    resource.text("resourceType")


def _years(birth: dt.date, day: dt.date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _label(part: Node) -> str:
    """What a CodeableConcept says: its text, else the first display."""
    if found := part.text("text"):
        return found
    for coding in part.items("coding"):
        if found := coding.text("display"):
            return found
    return ""


def _named(resource: Node, *path: str) -> str:
    """The name of what a resource is about, without a trace of a person."""
    name = _label(resource.at(*path))
    return "" if any(True for _ in found_in(name)) else name


def _coded(part: Node, name: str, draft: Draft) -> dict[str, str]:
    """Cells of the first code that the reference tables have under this label.

    Other codes, and those with another label, stay to be listed.
    """
    for coding in part.items("coding"):
        code = coding.peek("code")
        for row in draft.reference.codes:
            if row.id == code:
                if not agree(row.label, name):
                    coding.leave(draft, f"the code is that of {row.label!r} in codes.csv")
                    return {}
                for key in ("system", "code", "display", "userSelected"):
                    coding.settle(key)
                return {"system": row.system, "code": code}
    return {}


def agree(one: str, other: str) -> bool:
    """Return whether two labels share a word that says something, or one is an abbreviation."""
    if any(re.fullmatch(r"[A-Z]{2,5}", text) for text in (one, other)):
        return True
    words = [set(re.findall(r"[a-z]{3,}", text.lower())) for text in (one, other)]
    return bool(words[0] & words[1]) or not all(words)


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
            -max((m.first.toordinal() for m in _moments(condition)), default=0),  # the latest
        )

    able = [c for c in conditions if rank(c)[0] is False and _has_name(c)]
    if able:
        draft.chosen = min(able, key=rank).path


def _has_name(condition: Node) -> bool:
    name = condition.peek("code", "text") or condition.peek("code", "coding", 0, "display")
    return bool(name) and not any(True for _ in found_in(name))


def _condition(resource: Node, clock: _Clock, _: Any, draft: Draft) -> None:
    name = _named(resource, "code")
    if not name:
        resource.leave(draft, "no name of the condition, or one that could identify a patient")
        return
    place = f"Condition {resource.path[1] if len(resource.path) > 1 else ''}".strip()
    verified = resource.text("verificationStatus", "coding", 0, "code")
    for part in ("verificationStatus", "clinicalStatus"):
        resource.settle(part, "coding", 0, "system")
        resource.settle(part, "coding", 0, "display")
    course = resource.text("clinicalStatus", "coding", 0, "code")
    severity = _label(resource.at("severity"))
    sites = [site for part in resource.items("bodySite") if (site := _label(part))]
    notes = [f"clinical status: {course}" if course else "", f"severity: {severity}" if severity
             else "", f"site: {', '.join(sites)}" if sites else ""]  # fmt: skip
    note = "; ".join(filter(None, notes))
    cells = _coded(resource.at("code"), name, draft)
    time = clock.of(resource, draft)
    end = _moment(resource.peek("abatementDateTime"))
    if draft.chosen == resource.path:
        words = " ".join(name.split()[:8])
        draft.diagnosis.update(name=name, place=place, as_reported=words, **cells)
        if time or note or end:
            _lasting(resource, clock, draft, name, place, "observed", note, time, end)
        return
    state = _UNSURE.get(verified, "observed")
    _lasting(resource, clock, draft, name, place, state, note, time, end, **cells)


def _lasting(
    resource: Node, clock: _Clock, draft: Draft, name: str, place: str, state: str, note: str,
    time: dict[str, str], end: _Moment | None, **cells: str,
) -> None:  # fmt: skip
    """A condition as a finding: from its onset to its end, if both are known in one unit."""
    kind = "history" if re.search(r"\(finding|\(situation", name) else "diagnosis"
    more = dict(time)
    note = "; ".join(filter(None, (more.pop("note", ""), note)))
    if end and time:
        resource.text("abatementDateTime")
        stop = clock.cells(end)
        start_days, stop_days = (_in_days(one) for one in (time, stop))
        if start_days and stop_days:
            more = {"clock": CLOCK, "start": start_days, "stop": stop_days, "time_unit": "d"}
    draft.add("findings", name, place, name, kind=kind, state=state, note=note, **cells, **more)


def _in_days(cells: dict[str, str]) -> str:
    """A time in days, if it is one number of days or weeks."""
    number, unit = cells.get("time", ""), cells.get("time_unit")
    if not re.fullmatch(r"-?\d+", number) or unit not in ("d", "wk"):
        return ""
    return str(int(number) * (7 if unit == "wk" else 1))


def _observation(resource: Node, clock: _Clock, _: Any, draft: Draft) -> None:
    resource.text("status")
    name = _named(resource, "code").partition(" [")[0]
    if not name:
        resource.leave(draft, "no name, or one that could identify a patient")
        return
    specimen = _label(resource.at("specimen"))
    time = clock.of(resource, draft)
    place = f"Observation {resource.path[1] if len(resource.path) > 1 else ''}".strip()
    _value(resource, resource.at("code"), name, specimen, place, time, draft)
    for part in resource.items("component"):
        inner = _label(part.at("code")).partition(" [")[0]
        if inner:
            _value(part, part.at("code"), inner, specimen, place, time, draft)


def _first_code(part: Node) -> str:
    return next((code for c in part.items("coding") if (code := c.peek("code"))), "")


def _value(
    part: Node, code: Node, name: str, specimen: str, place: str, time: dict[str, str], draft: Draft
) -> None:
    """The value of an observation or of one of its components."""
    cells = _coded(code, name, draft)
    known = cells.get("code") or ("" if specimen else _first_code(code))
    measure = draft.measure(known, f"{name} {specimen}".strip())
    key = f"{measure}.{_occasion(time)}"
    more = {**cells, **time}
    if found := _quantity(part.at("valueQuantity"), draft):
        value, unit = found
        if unit in ("a", "mo") and re.search(r"\bage\b", name.lower()):
            _not_too_old(value, unit)
        words = re.sub(r"\d{5,}", lambda m: spaced(m[0]), value)
        said = f"{name} {words} {unit}"
        draft.add("observations", name, place, said, id=key, value=value, unit=unit, **more)
    elif number := part.number("valueInteger"):
        said = f"{name} {number}"
        draft.add("observations", name, place, said, id=key, value=number, unit=NOT_PRINTED, **more)
    elif found := _range(part.at("valueRange"), draft):
        value, unit = found
        said = f"{name} {value} {unit}"
        draft.add("observations", name, place, said, id=key, value=value, unit=unit, **more)
    elif (answer := part.flag("valueBoolean")) is not None:
        _state(draft, name, place, answer, more)
    elif words := part.peek("valueString") or _peeked(part.at("valueCodeableConcept")):
        plain = words.lower().strip(" .")
        if any(True for _ in found_in(words)):
            return  # listed by its kind
        if plain in POSITIVE | NEGATIVE:
            _state(draft, name, place, plain in POSITIVE, more)
        else:
            said = f"{name}: {words}"
            draft.add("findings", said, place, said, kind="laboratory", state="observed", **more)
        part.text("valueString")
        _label(part.at("valueCodeableConcept"))
        for coding in part.items("valueCodeableConcept", "coding"):
            if coding.peek("display") == words:
                coding.settle("system")
                coding.settle("code")


def _peeked(part: Node) -> str:
    return part.peek("text") or part.peek("coding", 0, "display")


def _state(draft: Draft, name: str, place: str, answer: bool, more: dict[str, str]) -> None:
    said = f"{name}: {'positive' if answer else 'negative'}"
    state = "observed" if answer else "excluded"
    draft.add("findings", name, place, said, kind="laboratory", state=state, **more)


def _not_too_old(value: str, unit: str) -> None:
    if parse(value, unit).to("a").low > _OLDEST:
        raise UsageError(f"an observation is an age over {_OLDEST}, which identifies: leave it out")


def _quantity(part: Node, draft: Draft) -> tuple[str, str] | None:
    """A Quantity as value and unit; None if it is none, or its unit is not known in UCUM."""
    number = part.at("value").value
    if number is None:
        return None
    written = part.peek("code") or part.peek("unit")
    unit = draft.unit(written) if written else NOT_PRINTED
    text = part.number("value") if unit is not None else ""
    if not text:
        return None
    for key in ("code", "unit", "system"):
        part.settle(key)
    return f"{_BOUNDS.get(part.text('comparator'), '')}{text}", unit


def _range(part: Node, draft: Draft) -> tuple[str, str] | None:
    """A Range as value and unit; an end that is missing is open."""
    ends = [part.at(end) for end in ("low", "high")]
    if all(end.at("value").value is None for end in ends):
        return None
    units = {end.peek("code") or end.peek("unit") for end in ends} - {""}
    unit = draft.unit(units.pop()) if len(units) == 1 else None if units else NOT_PRINTED
    if unit is None:
        return None
    low, high = (end.number("value") for end in ends)
    part.settle()
    value = f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    try:
        parse(value)
    except BoundsError:
        return (low, unit) if low == high else None
    return value, unit


def _occasion(time: dict[str, str]) -> str:
    stamp = re.sub(r"[^a-z0-9]+", "_", time.get("time", "x").lower())
    return f"{time.get('time_unit', 'w')[0]}{stamp}"


def _medication(resource: Node, clock: _Clock, named: dict[str, Node], draft: Draft) -> None:
    name, contained = "", {
        f"#{one.peek('id')}": one for one in resource.items("contained") if one.peek("id")
    }  # fmt: skip
    for part in (resource.at("medicationCodeableConcept"), resource.at("medication", "concept")):
        name = name or _label(part)
    for path in (("medicationReference",), ("medication", "reference")):
        reference = resource.peek(*path, "reference")
        address = "/".join(reference.split("/")[-2:])
        held = contained.get(reference) or named.get(reference) or named.get(address)
        if held and not name:
            resource.text(*path, "reference")
            name = _label(held.at("code"))
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
    time = clock.of(resource, draft)
    note = time.pop("note", "")
    start = _in_days(time)
    end = _moment(resource.peek("effectivePeriod", "end"))
    stop = _in_days(clock.cells(end)) if end else ""
    if stop:
        resource.text("effectivePeriod", "end")
    when = {"clock": CLOCK, "start": start, "time_unit": "d"} if start else {}
    if when and stop:
        when["stop"] = stop
    notes = [note, f"status: {status}" if status not in ("active", "completed", "") else ""]
    drug = slug(name)[:30].rstrip("_")
    for dosage in dosages or [None]:
        amount, unit, said = _dose(dosage, draft) if dosage else ("", "", "")
        needed = dosage is not None and (
            dosage.flag("asNeededBoolean") or bool(_label(dosage.at("asNeededCodeableConcept")))
        )
        if needed:  # an amount is then a most, and a schedule none
            amount, said = "", "as needed"
            notes.append("as needed; see not-placed.csv for the amount")
        dose = {"dose": amount, "dose_unit": unit} if amount else {}
        worked = [f"{amount} {unit}: {said}"] if amount and amount not in said.split() else []
        draft.add(
            "treatments", name, place.strip(), f"{name} {said}".strip(), id=f"{drug}.imported",
            drug=drug, note="; ".join(filter(None, [*notes, *worked])), **dose, **when,
        )  # fmt: skip


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
    for part in (quantity, ranged):
        if part:
            part.settle()
    for key in known:
        repeat.settle(key)
    said = f"{spaced(f'{float(low):.12g}')} {unit}, {often} in {period} {each}"
    return (least if least == top else f"{least} to {top}"), dose_unit, said


def _adverse(resource: Node, clock: _Clock, _: Any, draft: Draft) -> None:
    name = _named(resource, "event")
    if not name:
        resource.leave(draft, "no event in words")
        return
    place = f"AdverseEvent {resource.path[1] if len(resource.path) > 1 else ''}".strip()
    time = clock.of(resource, draft)
    draft.add("findings", name, place, name, kind="adverse event", state="observed", **time)


def _procedure(resource: Node, clock: _Clock, _: Any, draft: Draft) -> None:
    name = _named(resource, "code")
    if not name:
        resource.leave(draft, "no name of the procedure, or one that could identify a patient")
        return
    resource.text("status")
    place = f"Procedure {resource.path[1] if len(resource.path) > 1 else ''}".strip()
    cells = {**_coded(resource.at("code"), name, draft), **clock.of(resource, draft)}
    draft.add("findings", name, place, name, kind="procedure", state="observed", **cells)


_Reader = Callable[[Node, _Clock, dict[str, Node], Draft], None]
_READERS: dict[str, _Reader] = {
    "Condition": _condition,
    "Observation": _observation,
    "MedicationStatement": _medication,
    "MedicationRequest": _medication,
    "MedicationAdministration": _medication,
    "AdverseEvent": _adverse,
    "Procedure": _procedure,
}
