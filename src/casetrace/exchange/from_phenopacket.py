"""GA4GH Phenopackets, schema 2 as JSON (phenopacket-schema.readthedocs.io)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import DecodeError
from phenopackets import Cohort, Family, Phenopacket

from casetrace.case.privacy import found_in
from casetrace.exchange.account import Node, spaced, written
from casetrace.exchange.draft import CLOCK, Draft, slug
from casetrace.exchange.made import LOCAL, unquoted
from casetrace.exchange.phenopacket_names import AGE, ENDS, OFTEN
from casetrace.exchange.terms import (
    NEGATIVE,
    OLDEST,
    POSITIVE,
    agree,
    chosen,
    is_by_time,
    is_result,
)
from casetrace.quantity import parse
from casetrace.quantity.units import NOT_PRINTED, UnitError, symbols

__all__ = ["age_of", "from_bytes", "is_phenopacket", "read_phenopacket"]

_A_DAY = {"once daily": 1, "daily": 1, "twice daily": 2, "three times daily": 3,
          "four times daily": 4}  # fmt: skip
_A_WEEK = {"once weekly": 1, "weekly": 1, "twice weekly": 2, "three times weekly": 3}
_UNITS = {"milligram": "mg", "gram": "g", "microgram": "ug", "gram per kilogram": "g/kg"}
_SEXES = {"FEMALE": "female", "MALE": "male", "OTHER_SEX": "other"}


def is_phenopacket(data: Any) -> bool:
    """Whether JSON looks like a phenopacket, or a family or cohort of such."""
    known = {"phenotypicFeatures", "metaData", "phenotypic_features", "meta_data", "diseases",
             "measurements", "medicalActions", "medical_actions", "proband", "members"}  # fmt: skip
    return isinstance(data, dict) and bool(known & data.keys())


def read_phenopacket(data: Any, draft: Draft, patient: int | None = None) -> None:
    """Read a phenopacket into a draft; every leaf of it is placed or listed.

    Identifiers are left behind. Times are ages, on a clock that counts from birth (those over 89
    years are kept as at least 90), and calendar dates become days since the first of the packet.
    Of a family the proband is read.

    Parameters
    ----------
    data : object
        The phenopacket; keys in snake_case are read too.
    draft : Draft
        Where it goes.
    patient : int, optional
        Which member of a cohort, counted as they come.

    Raises
    ------
    UsageError
        If it is a cohort of several members and none is chosen, or there is no such one.
    """
    camel = _camel(data)
    top = Node(camel)
    kind = _message(camel)
    try:
        ParseDict(camel, kind(), ignore_unknown_fields=True)
    except (ParseError, OverflowError) as error:
        # The rest of its words holds values.
        place = re.search(r" at (\w+(?:[.\w]|\[\d+\])*?)\.*$", str(error))
        where = f" at {place[1]}" if place else ""
        draft.leave("the file", f"it is no valid {kind.__name__} of schema 2{where}")
    for path, _ in top.leaves():
        if not _is_field(path, kind.DESCRIPTOR):
            top.unknown.add(path)
    packet = _of_one(top, patient, draft)
    _subject(packet.at("subject"), draft)
    draft.first = _first_date(packet)
    solved = [
        one.at("diagnosis", "disease")
        for one in packet.items("interpretations")
        if one.peek("progressStatus") == "SOLVED" and not packet.items("diseases")
    ]
    for part, read in (
        *((one, _disease) for one in packet.items("diseases")),
        *((one, _named_by) for one in solved),
        *((one, _feature) for one in packet.items("phenotypicFeatures")),
        *((one, _measurement) for one in packet.items("measurements")),
        *((one, _action) for one in packet.items("medicalActions")),
    ):
        before = draft.count, dict(draft.subject), dict(draft.diagnosis)
        read(part, draft)
        if (draft.count, draft.subject, draft.diagnosis) == before:
            part.leave(draft, "it has no value that could be placed")
    draft.reading, draft.words = (), {}
    _references(top.at("metaData"), draft)
    _references(packet.at("metaData"), draft)
    top.rest(draft)


def from_bytes(content: bytes) -> Any:
    """Read a Phenopacket in protobuf's binary form; None if it is none.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    dict or None
        As JSON. A number that is 0 is kept where it is a value or a limit; elsewhere protobuf does
        not tell 0 from nothing.
    """
    packet = Phenopacket()
    try:
        packet.ParseFromString(content)
    except DecodeError:
        return None
    if not (packet.id or packet.HasField("subject")) or not packet.HasField("meta_data"):
        return None
    whole = MessageToDict(packet, always_print_fields_with_no_presence=True)
    return _said(whole)


def _said(held: Any, key: str = "") -> Any:
    """What of a message with all its fields was said."""
    if isinstance(held, list):
        return [_said(one) for one in held]
    if not isinstance(held, dict):
        return held
    named = {name: _said(one, name) for name, one in held.items()}
    numbers = {"value", "low", "high"} if key in ("quantity", "referenceRange") else set()
    return {
        name: one
        for name, one in named.items()
        if name in numbers or not (one in ("", 0, False) or str(one).startswith("UNKNOWN_"))
    }


def _message(data: Any) -> type[Phenopacket] | type[Family] | type[Cohort]:
    """What a file holds: a packet, a family or a cohort."""
    keys = data.keys() if isinstance(data, dict) else set()
    return Family if "proband" in keys else Cohort if "members" in keys else Phenopacket


def _is_field(path: tuple[str | int, ...], descriptor: Any) -> bool:
    """Whether a path leads to a field of schema 2."""
    for step in path:
        if isinstance(step, int) or descriptor is None:
            continue  # an element of a list, or what a string or a map holds
        if descriptor.full_name.startswith("google.protobuf"):
            return True
        names = {field.json_name: field for field in descriptor.fields}
        if step not in names:
            return False
        held = names[step].message_type
        descriptor = None if held is not None and held.GetOptions().map_entry else held
    return True


def _camel(data: Any) -> Any:
    """JSON with the keys that protobuf writes by default; it reads snake_case as well."""
    if isinstance(data, list):
        return [_camel(one) for one in data]
    if not isinstance(data, dict):
        return data
    return {
        re.sub(r"_([a-z0-9])", lambda m: m[1].upper(), str(k)): _camel(v) for k, v in data.items()
    }


def _of_one(top: Node, patient: int | None, draft: Draft) -> Node:
    """The packet of one patient: the proband of a family, the chosen member of a cohort."""
    if isinstance(top.at("proband").value, dict):
        return top.at("proband")
    members = top.items("members")
    if not members:
        return top
    number = chosen(patient, len(members), f"this file is of {len(members)} members")
    for place, member in enumerate(members, start=1):
        if place != number:
            member.settle()
            draft.leave("a member of the cohort", "not the one that was chosen")
    return members[number - 1]


# --- times


def age_of(duration: str) -> tuple[str, str] | None:
    """An ISO 8601 duration as a number with bounds and its unit; None if it is none.

    Years, months, weeks or days alone are what they are; months and days together are as many
    days as such months can have. More than 89 years are at least 90.
    """
    found = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T.*)?", duration)
    if not found or not any(found.groups()):
        return None
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    if years + months / 12 + weeks / 52 + days / 365 >= OLDEST + 1:
        return "at least 90", "a"
    if not (weeks or days):
        return (str(years), "a") if not months else (str(12 * years + months), "mo")
    if not (years or months):
        return (str(weeks), "wk") if not days else (str(7 * weeks + days), "d")
    more = 7 * weeks + days
    low, high = 365 * years + 28 * months + more, 366 * years + 31 * months + more
    return f"{low} to {high}", "d"


def _age(part: Node) -> tuple[str, str] | None:
    """The age that a TimeElement says; a range as its ends."""
    for path in (("age", "iso8601duration"), ("age",)):
        if found := age_of(part.peek(*path)):
            part.text(*path)
            return found
    ends = [age_of(part.peek("ageRange", end, "iso8601duration")) for end in ("start", "end")]
    if all(ends) and ends[0][1] == ends[1][1] and all(end[0].isdecimal() for end in ends):
        part.settle("ageRange")
        low, high = (int(end[0]) for end in ends)
        return (f"{low} to {high}" if low < high else str(low)), ends[0][1]
    return None


def _at(part: Node, draft: Draft) -> tuple[str, str, str] | None:
    """The clock, number and unit of a TimeElement; None for one that is neither age nor date.

    A date is a day since the first date of the packet.
    """
    if found := _age(part):
        return ("birth", *found)
    for path in (("timestamp",), ("interval", "start")):
        day = _day(part.peek(*path))
        if day and draft.first:
            part.text(*path)
            return CLOCK, str((day - draft.first).days), "d"
    return None


def _when(part: Node, draft: Draft) -> dict[str, str]:
    """A TimeElement as cells of a table; none for one that is neither age nor date."""
    found = _at(part, draft)
    return _cells(found) if found else {}


def _lasted(start: Node, stop: Node, draft: Draft) -> dict[str, str]:
    """Onset and resolution as cells: as what lasted if both are known in one unit."""
    begun, ended = _at(start, draft), _at(stop, draft)
    if begun and ended and (begun[0], begun[2]) == (ended[0], ended[2]):
        return {"clock": begun[0], "start": begun[1], "stop": ended[1], "time_unit": begun[2]}
    cells = _cells(begun) if begun else {}
    if ended:
        since = "at an age of" if ended[0] == "birth" else "at, from the first record,"
        cells["note"] = f"resolved {since} {ended[1]} {ended[2]}"
    return cells


def _cells(found: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("clock", "time", "time_unit"), found, strict=True))


# --- parts


def _reading(part: Node, draft: Draft) -> None:
    """Note what is read now, and the words of the report that it is said to rest on."""
    draft.reading, draft.words = part.path, {}
    told = [part.at("description")]
    told += [one.at("reference", "description") for one in part.items("evidence")]
    for one in told:
        if words := unquoted(one.peek()):
            one.settle()
            draft.words = words
            for evidence in part.items("evidence"):
                evidence.settle()


def _place(part: Node) -> str:
    return " ".join(str(step) for step in part.path[-2:])


def _term(part: Node) -> str:
    """The label of an OntologyClass, without a trace of a person."""
    if part.peek("id").startswith(f"{LOCAL}:"):  # a name of its own, where there is no code
        part.text("id")
    label = part.peek("label")
    label = "".join(c for c in label if c.isprintable())
    if not label or any(True for _ in found_in(label)):
        return ""
    part.text("label")
    return label


def _coded(part: Node, name: str, draft: Draft) -> dict[str, str]:
    """Cells of a code that the reference tables have under this label; others stay to be listed."""
    code = re.sub("^(LOINC|ATC):", "", part.peek("id"))
    for row in draft.reference.codes:
        if row.id == code:
            if part.peek("label") == row.label or agree(row.label, name):
                part.text("id")
                return {"system": row.system, "code": code}
            part.at("id").leave(draft, f"the code is that of {row.label!r} in codes.csv")
    return {}


def _subject(subject: Node, draft: Draft) -> None:
    if subject.peek("sex") in _SEXES:
        draft.subject["sex"] = _SEXES[subject.text("sex")]
    for path in ("timeAtLastEncounter", "ageAtCollection"):
        if found := _age(subject.at(path)):
            draft.subject.update(
                age=found[0], age_unit=found[1], place="subject", as_reported="age",
                age_means="at the last encounter",
            )  # fmt: skip
            break
    else:
        draft.leave("subject", "no age as a duration; enter it in case.yaml")
    vital = subject.at("vitalStatus")
    if vital.peek("status") == "DECEASED":
        vital.text("status")
        cause = _term(vital.at("causeOfDeath"))
        note = f"cause: {cause}" if cause else ""
        when = _when(vital.at("timeOfDeath"), draft)
        draft.add("findings", "death", "subject", "deceased", kind="outcome", state="observed",
                  event="yes" if when else "", note=note, **when)  # fmt: skip


def _named_by(term: Node, draft: Draft) -> None:
    """The diagnosis that a solved interpretation names, where no disease is listed."""
    name = _term(term)
    if name and not draft.diagnosis:
        words = " ".join(name.split()[:8])
        cells = _coded(term, name, draft)
        draft.diagnosis.update(name=name, place=_place(term), as_reported=words, **cells)


def _disease(disease: Node, draft: Draft) -> None:
    _reading(disease, draft)
    name = _term(disease.at("term"))
    if not name:
        disease.leave(draft, "no label, or one that could identify a patient")
        return
    place = _place(disease)
    cells = _coded(disease.at("term"), name, draft)
    is_excluded = disease.flag("excluded") is True
    site = _term(disease.at("primarySite"))
    stages = [s for part in disease.items("diseaseStage") if (s := _term(part))]
    more = _lasted(disease.at("onset"), disease.at("resolution"), draft)
    notes = [more.pop("note", ""), f"stage: {', '.join(stages)}" if stages else ""]
    note = "; ".join(filter(None, notes))
    if not is_excluded and not draft.diagnosis:
        words = " ".join(name.split()[:8])
        draft.diagnosis.update(name=name, place=place, as_reported=words, **cells)
        if not (more or note or site):
            return
        cells = {}
    state = "excluded" if is_excluded else "observed"
    draft.add("findings", name, place, name, kind="diagnosis", state=state, site=site, note=note,
              **cells, **more)  # fmt: skip


def _feature(feature: Node, draft: Draft) -> None:
    _reading(feature, draft)
    name = _term(feature.at("type"))
    if not name:
        feature.leave(draft, "no label, or one that could identify a patient")
        return
    excluded = [feature.flag(key) for key in ("excluded", "negated")]  # negated: version 1
    state = "excluded" if True in excluded else "observed"
    more = _lasted(feature.at("onset"), feature.at("resolution"), draft)
    severity = _term(feature.at("severity"))
    said = [m for part in feature.items("modifiers") if (m := _term(part))]
    notes = [more.pop("note", ""), f"severity: {severity}" if severity else "", ", ".join(said)]
    cells = _coded(feature.at("type"), name, draft)
    draft.add("findings", name, _place(feature), name, kind="sign", state=state,
              note="; ".join(filter(None, notes)), **cells, **more)  # fmt: skip


def _measurement(measurement: Node, draft: Draft) -> None:
    _reading(measurement, draft)
    assay = measurement.at("assay")
    if _is_age(measurement, draft):
        return
    name = _term(assay).partition(" [")[0]
    if not name:
        measurement.leave(draft, "no name of the assay, or one that could identify a patient")
        return
    when, cells = _when(measurement.at("timeObserved"), draft), _coded(assay, name, draft)
    value = measurement.at("value")
    if value.at("quantity").value is not None:
        cells |= when
        _quantity(value.at("quantity"), name, cells, _place(measurement), draft, assay.peek("id"))
    elif term := _term(value.at("ontologyClass")):
        plain = term.lower()
        place, more = _place(measurement), {**cells, **when}
        if plain in POSITIVE | NEGATIVE:
            state = "observed" if plain in POSITIVE else "excluded"
            said = f"{name}: {plain}"
            draft.add("findings", name, place, said, kind="laboratory", state=state, **more)
        elif is_result(term):
            said, measure = f"{name}: {term}", draft.measure(assay.peek("id"), name)
            draft.add("observations", name, place, said, id=f"{measure}.imported", result=term,
                      **more)  # fmt: skip
        else:
            said = f"{name}: {term}"
            draft.add("findings", said, place, said, kind="laboratory", state="observed", **more)
    if found := _bounded(measurement.items("complexValue", "typedQuantities"), draft):
        bounds, unit = found
        measure = draft.measure(cells.get("code", "") or assay.peek("id"), name)
        draft.add("observations", name, _place(measurement), f"{name} {bounds} {unit}",
                  id=f"{measure}.imported", value=bounds, unit=unit, **cells, **when)  # fmt: skip
        return
    for part in measurement.items("complexValue", "typedQuantities"):
        if inner := _term(part.at("type")):
            more = {**_coded(part.at("type"), inner, draft), **when, "note": f"of {name}"}
            before = draft.count
            _quantity(part.at("quantity"), inner, more, _place(measurement), draft)
            if draft.count == before:
                part.leave(draft, "it has no value that could be placed")


def _is_age(measurement: Node, draft: Draft) -> bool:
    """Whether it is the patient's age, by its code; it is kept as that if no other is."""
    assay, value = measurement.at("assay"), measurement.at("value", "quantity")
    if assay.peek("id") != AGE["id"] or draft.has_age:
        return False
    found = _bounded(measurement.items("complexValue", "typedQuantities"), draft)
    unit = _unit(value.at("unit"), draft) or ""
    bounds, unit = found or (value.number("value"), unit)
    if not bounds or unit not in ("a", "mo", "wk", "d"):
        return False
    if parse(bounds, unit).to("a").low >= OLDEST + 1:
        bounds, unit = "at least 90", "a"
    means = measurement.text("description") or "as the file says"
    draft.subject.update(age=bounds, age_unit=unit, age_means=means, place=_place(measurement),
                         as_reported="age")  # fmt: skip
    assay.settle()
    return True


def _bounded(parts: list[Node], draft: Draft) -> tuple[str, str] | None:
    """A number with bounds that is told as its minimum and maximum, and its unit; else None."""
    ends: dict[str, tuple[str, bool, bool]] = {}
    units = set()
    for part in parts:
        end = ENDS.get(part.peek("type", "label").lower())
        value = written(part.at("quantity", "value").value)
        units.add(_unit(part.at("quantity", "unit"), draft))
        if end is None or not value or end[0] in ends:
            return None
        ends[end[0]] = (value, *end[1:])
    if not ends or len(units) != 1 or None in units:
        return None
    about = {about for _, _, about in ends.values()}
    closed = [is_closed for _, is_closed, _ in ends.values()]
    if set(ends) == {"both"}:
        text = f"about {ends['both'][0]}"
    elif set(ends) == {"low", "high"} and all(closed) and len(about) == 1:
        text = f"{'about ' if about.pop() else ''}{ends['low'][0]} to {ends['high'][0]}"
    elif len(ends) == 1 and about == {False}:
        words = {("low", True): "at least", ("low", False): "more than",
                 ("high", True): "at most", ("high", False): "less than"}  # fmt: skip
        ((end, (value, is_closed, _)),) = ends.items()
        text = f"{words[end, is_closed]} {value}"
    else:
        return None
    for part in parts:
        part.settle("type")
        part.number("quantity", "value")
    return text, units.pop()


def _unit(part: Node, draft: Draft) -> str | None:
    """The UCUM unit that an OntologyClass says, by its id or else its label; None if neither is."""
    code, label = part.peek("id"), part.peek("label")
    if not (code or label) or code.startswith(f"{LOCAL}:"):
        part.text("id")
        part.text("label")
        return NOT_PRINTED
    for said in (code.removeprefix("UCUM:") if code.startswith("UCUM:") else "", label,
                    _UNITS.get(label.lower(), "")):  # fmt: skip
        if said and (unit := draft.unit(said)):
            try:
                symbols(unit)
            except UnitError:
                continue
            for key in ("id", "label"):
                if draft.unit(part.peek(key)) == unit or said == part.peek(key):
                    part.text(key)
            return unit
    return None


def _printed(part: Node, unit: str) -> dict[str, str]:
    """The label of a unit, where it says it in other letters, as the unit that is printed."""
    label = part.peek("label")
    return {"unit_as_reported": part.text("label")} if label and label != unit else {}


def _quantity(
    part: Node, name: str, more: dict[str, str], place: str, draft: Draft, code: str = ""
) -> None:
    unit = _unit(part.at("unit"), draft)
    if unit is None:
        part.leave(draft, "its unit is not known in UCUM, by id or label")
        return
    if value := part.number("value"):
        measure = draft.measure(more.get("code", "") or code, name)
        said = f"{name} {spaced(value)} {unit}"
        draft.add("observations", name, place, said, id=f"{measure}.imported", value=value,
                  unit=unit, **_printed(part.at("unit"), unit), **more)  # fmt: skip


#: What holds a time of the patient's course.
_TIMES = {"interval", "timeObserved", "onset", "resolution", "performed"}


def _first_date(packet: Node) -> dt.date | None:
    """The first calendar day of what happened: times are counted from it."""
    days = [
        day
        for path, value in packet.leaves()
        if _TIMES & set(path) and isinstance(value, str) and (day := _day(value))
    ]
    return min(days, default=None)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _action(action: Node, draft: Draft) -> None:
    _reading(action, draft)
    place = _place(action)
    if name := _term(action.at("procedure", "code")):
        cells = _coded(action.at("procedure", "code"), name, draft)
        site = _term(action.at("procedure", "bodySite"))
        draft.add("findings", name, place, name, kind="procedure", state="observed", site=site,
                  **cells, **_when(action.at("procedure", "performed"), draft))  # fmt: skip
    name = _term(action.at("treatment", "agent"))
    drug = slug(name)[:30].rstrip("_")
    if name:
        route = _term(action.at("treatment", "routeOfAdministration")).lower()
        reason, response = (
            _term(action.at(part)) for part in ("treatmentTerminationReason", "responseToTreatment")
        )
        notes = [f"ended for: {reason}" if reason else "", f"response: {response}" if response
                 else ""]  # fmt: skip
        more = {"route": route, "note": "; ".join(filter(None, notes))}
        more |= _coded(action.at("treatment", "agent"), name, draft)
        doses = action.items("treatment", "doseIntervals")
        for dose in doses:
            cells, said = _dose(dose, draft.first, draft)
            note = "; ".join(filter(None, (more["note"], cells.pop("note", ""))))
            draft.add("treatments", name, place, f"{name} {said}".strip(), id=f"{drug}.imported",
                      drug=drug, **{**more, **cells, "note": note})  # fmt: skip
        if not doses:
            draft.add("treatments", name, place, name, id=f"{drug}.imported", drug=drug, **more)
    for event in action.items("adverseEvents"):
        draft.reading = event.path
        if label := _term(event):
            related = {"related_to": drug} if name else {}
            draft.add("findings", label, place, label, kind="adverse event", state="observed",
                      **_coded(event, label, draft), **related)  # fmt: skip


def _dose(dose: Node, first: dt.date | None, draft: Draft) -> tuple[dict[str, str], str]:
    """Cells of a dose interval, as far as it tells a dose by day or by week, and its words."""
    cells: dict[str, str] = {}
    start, stop = (_day(dose.peek("interval", end)) for end in ("start", "end"))
    if first and start:
        cells = {"clock": CLOCK, "start": str((start - first).days), "time_unit": "d"}
        dose.text("interval", "start")
        if stop and stop >= start:
            cells["stop"] = str((stop - first).days)
            dose.text("interval", "end")
    if block := _block(dose, draft):
        return {**cells, **block}, ""
    often = dose.peek("scheduleFrequency", "label").lower()
    per, times = ("d", _A_DAY[often]) if often in _A_DAY else ("wk", _A_WEEK.get(often, 0))
    unit = _unit(dose.at("quantity", "unit"), draft) if times else None
    value = dose.number("quantity", "value") if unit and unit != NOT_PRINTED else ""
    if not value:
        return cells, ""
    dose.text("scheduleFrequency", "label")
    cells |= {"dose": f"{float(value) * times:.12g}", "dose_unit": f"{unit}/{per}"}
    if times > 1:
        cells["note"] = f"{cells['dose']} {unit}/{per}: {value} {unit}, {times} times"
    return cells, f"{value} {unit} {often}"


def _block(dose: Node, draft: Draft) -> dict[str, str]:
    """Cells of a dose by time without a schedule, or of a block whose schedule is in words."""
    unit, often = _unit(dose.at("quantity", "unit"), draft), dose.peek("scheduleFrequency", "label")
    value = written(dose.at("quantity", "value").value)
    found = OFTEN.fullmatch(often)
    by_time = bool(unit and is_by_time(unit))
    if not value or not unit or unit == NOT_PRINTED or (often and not found):
        return {}
    cells = {key: told for key, told in (found.groupdict() if found else {}).items() if told}
    if not cells and not by_time:
        return {}
    if cells:
        is_daily = unit.endswith("/d") and "days_per_course" in cells
        unit = unit.removesuffix("/d") if is_daily else unit
        if "days_per_course" in cells:
            cells["dose_per"] = "day" if is_daily else "course"
    dose.number("quantity", "value")
    dose.text("scheduleFrequency", "label")
    if found:
        dose.settle("scheduleFrequency")
    return {"dose": value, "dose_unit": unit, **cells}


def _references(meta: Node, draft: Draft) -> None:
    """The first external reference as the citation; the others stay to be listed."""
    meta.text("phenopacketSchemaVersion")
    for reference in meta.items("externalReferences")[:1]:
        title, code = reference.peek("description"), reference.peek("id")
        if title and not any(True for _ in found_in(title)):
            draft.citation["title"] = reference.text("description")
        if code.upper().startswith("DOI:"):
            draft.citation["doi"] = code[4:]
            reference.settle("id")
        elif code.upper().startswith("PMID:"):
            draft.citation["note"] = f"PubMed {code[5:]}"
            reference.settle("id")
