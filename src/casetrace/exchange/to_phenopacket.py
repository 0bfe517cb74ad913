"""A case as a GA4GH Phenopacket, schema 2 (phenopacket-schema.readthedocs.io)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import version
from typing import Any

from casetrace.case.head import Clock
from casetrace.case.model import Case
from casetrace.case.rows import Finding, Observation, Row, Treatment
from casetrace.exchange.made import LOCAL, Made, cells_of, is_plain, number, quoted, report_of
from casetrace.exchange.phenopacket_names import AGE, ENDS
from casetrace.quantity import Quantity
from casetrace.quantity.units import NOT_PRINTED, factor

__all__ = ["phenopacket"]

_SEXES = {"female": "FEMALE", "male": "MALE", "other": "OTHER_SEX", "not reported": "UNKNOWN_SEX"}
#: Terminologies as metaData names them: name, address, and what begins their codes.
_RESOURCES = {
    "HPO": ("Human Phenotype Ontology", "http://purl.obolibrary.org/obo/hp.owl", "HP",
            "http://purl.obolibrary.org/obo/HP_"),
    "MONDO": ("Mondo Disease Ontology", "http://purl.obolibrary.org/obo/mondo.owl", "MONDO",
              "http://purl.obolibrary.org/obo/MONDO_"),
    "LOINC": ("Logical Observation Identifiers Names and Codes", "https://loinc.org", "LOINC",
              "https://loinc.org/"),
    "NCIT": ("NCI Thesaurus", "http://purl.obolibrary.org/obo/ncit.owl", "NCIT",
             "http://purl.obolibrary.org/obo/NCIT_"),
    "UBERON": ("Uber-anatomy ontology", "http://purl.obolibrary.org/obo/uberon.owl", "UBERON",
               "http://purl.obolibrary.org/obo/UBERON_"),
    "ATC": ("Anatomical Therapeutic Chemical Classification", "https://atcddd.fhi.no", "ATC",
            "https://atcddd.fhi.no/atc_ddd_index/?code="),
    "UCUM": ("Unified Code for Units of Measure", "https://ucum.org", "UCUM",
             "https://ucum.org/ucum#"),
    "ECO": ("Evidence and Conclusion Ontology", "http://purl.obolibrary.org/obo/eco.owl", "ECO",
            "http://purl.obolibrary.org/obo/ECO_"),
    LOCAL: ("Words of the report that have no code", f"urn:{LOCAL}", LOCAL, f"urn:{LOCAL}:"),
}  # fmt: skip


def phenopacket(case: Case, created: str) -> Made:
    """Make a Phenopacket of a case, without a calendar date of the patient.

    Times are given where a clock of the case counts the age or weeks of gestation; the schema has
    no other time that is no date. A number with bounds is a complex value of a minimum and a
    maximum, never one number.

    Parameters
    ----------
    case : Case
        The case, under the scenario to write.
    created : str
        When it is made, as an ISO 8601 timestamp in UTC.

    Returns
    -------
    Made
        The Phenopacket as JSON, and what it has no place for.
    """
    made = Made(case)
    packet: dict[str, Any] = {
        "id": case.id,
        "subject": {"id": "patient", "sex": _SEXES[case.head.subject.sex]},
        "phenotypicFeatures": [],
        "measurements": [],
        "diseases": [],
        "medicalActions": [],
    }
    made.content = packet
    _age(made)
    _diagnosis(made)
    for treatment in case.rows.treatments:
        action = _treatment(made, treatment)
        made.put("treatments", treatment, packet["medicalActions"], action, "medicalActions")
    for finding in case.rows.findings:
        _finding(made, finding, case.rows.treatments)
    for observation in case.rows.observations:
        measurement = _measurement(made, observation)
        made.put("observations", observation, packet["measurements"], measurement, "measurements")
    for state in case.rows.motor:
        made.lose(f"motor/{state.id}", "", "no grade of a functional scale with bounds")
    packet["metaData"] = _meta(made, created)
    made.content = {key: value for key, value in packet.items() if value not in ([], {})}
    return made


def _age(made: Made) -> None:
    """The age as a measurement: a subject's own field is for that at the last encounter."""
    subject = made.case.head.subject
    if subject.age is None:
        return
    measurement = {"description": subject.age_means, "assay": dict(AGE), **_value(subject.age)}
    made.content["measurements"].append(measurement)


def _diagnosis(made: Made) -> None:
    diagnosis, subject = made.case.head.diagnosis, made.case.head.subject
    term = _term(made, diagnosis.code, diagnosis.name, "case.yaml/diagnosis")
    disease: dict[str, Any] = {"term": term}
    if subject.onset is not None and is_plain(subject.onset) and (age := _duration(subject.onset)):
        disease["onset"] = {"age": {"iso8601duration": age}}
    made.content["diseases"].append(disease)


def _term(made: Made, code: str, name: str, source: str, field: str = "name") -> dict[str, str]:
    """An OntologyClass: the code with its own label, or the words of the report without one."""
    row = made.labels.get(code)
    if row is None:
        return {"id": _local(name), "label": name}
    if row.label != name:
        made.lose(source, field, f"the label of the code stands there: {row.label}")
    return {"id": code if ":" in code else f"{row.system}:{code}", "label": row.label}


def _local(name: str) -> str:
    """A name of its own for what has no code."""
    return f"{LOCAL}:" + re.sub(r"[^\w.-]+", "_", name)


def _finding(made: Made, finding: Finding, steps: Sequence[Treatment]) -> None:
    source, packet = f"findings/{finding.id}", made.content
    if finding.state not in ("observed", "excluded"):
        made.lose(source, "", f"it is {finding.state}: the schema has observed and excluded alone")
        return
    is_excluded = finding.state == "excluded"
    if is_excluded and finding.code and _is_found(made, finding):
        made.lose(source, "", "it is found at another time, which the schema cannot tell from this")
        return
    diagnosis = made.case.head.diagnosis
    if finding.kind == "diagnosis" and (finding.name, finding.code) == (
        diagnosis.name, diagnosis.code,
    ) and not (is_excluded or finding.site):  # fmt: skip
        made.lose(source, "", "it is the diagnosis of the case, which is written once")
        return
    term = _term(made, finding.code, finding.name, source)
    if finding.kind == "procedure" and not is_excluded:
        procedure: dict[str, Any] = {"code": term}
        if finding.site:
            procedure["bodySite"] = _term(made, finding.site_code, finding.site, source, "site")
        if when := _when(made, finding, source):
            procedure["performed"] = when
        action = {"procedure": procedure}
        made.put("findings", finding, packet["medicalActions"], action, "medicalActions")
        return
    if finding.kind == "adverse event" and not is_excluded:
        place = _step(finding, steps)
        if place is not None:
            events = packet["medicalActions"][place].setdefault("adverseEvents", [])
            made.put("findings", finding, events, term, "medicalActions", place, "adverseEvents")
            made.lose(source, "time", "an adverse event has no time")
            return
        made.lose(source, "related_to", "which step of the treatment it goes with is not known")
    excluded = {"excluded": True} if is_excluded else {}
    spans = {
        end: when
        for end, q in (("onset", finding.start or finding.time), ("resolution", finding.stop))
        if q is not None and not is_excluded and (when := _element(made, finding, q, source))
    }
    if is_excluded and (finding.time or finding.lasts):
        for name in ("clock", "time", "start", "stop", "time_unit"):
            made.lose(source, name, "what is excluded has no onset")
    if finding.kind == "diagnosis" or finding.system == "MONDO":
        disease = {"term": term, **excluded, **spans}
        if finding.site:
            disease["primarySite"] = _term(made, finding.site_code, finding.site, source, "site")
        made.put("findings", finding, packet["diseases"], disease, "diseases")
        return
    feature: dict[str, Any] = {"type": term, **excluded, **spans}
    if words := quoted(finding):
        feature["evidence"] = [_evidence(made, words)]
    made.put("findings", finding, packet["phenotypicFeatures"], feature, "phenotypicFeatures")


def _is_found(made: Made, finding: Finding) -> bool:
    """Whether the same sign is observed in another row."""
    return any(
        other.code == finding.code and other.state == "observed"
        for other in made.case.rows.findings
    )


def _step(finding: Finding, steps: Sequence[Treatment]) -> int | None:
    """Place of the step of a treatment that an adverse event goes with; None if that is open."""
    mine = [n for n, step in enumerate(steps) if step.drug == finding.related_to]
    named = [n for n in mine if f"{finding.clock}/".startswith(f"treatments/{steps[n].id}/")]
    known = named or (mine if len(mine) == 1 else [])
    return known[0] if known else None


def _evidence(made: Made, words: str) -> dict[str, Any]:
    """The words of the report: ECO:0000033, an author statement that can be traced."""
    code = {
        "id": "ECO:0000033",
        "label": "author statement supported by traceable reference",
    }
    reference = {"id": _report(made.case)["id"], "description": words}
    return {"evidenceCode": code, "reference": reference}


def _report(case: Case) -> dict[str, str]:
    """The published report as an external reference."""
    doi = case.head.citation.doi
    return {"id": f"DOI:{doi}" if doi else f"{LOCAL}:{case.id}", "description": report_of(case)}


def _measurement(made: Made, observation: Observation) -> dict[str, Any]:
    source = f"observations/{observation.id}"
    measurement: dict[str, Any] = {
        "description": quoted(observation),
        "assay": _term(made, observation.code, observation.name, source),
    }
    if observation.value is None:
        term = {"id": _local(observation.result), "label": observation.result}
        measurement["value"] = {"ontologyClass": term}
    else:
        measurement |= _value(observation.value, observation.unit)
        measure = made.case.head.measures.get(observation.id.partition(".")[0])
        held = measurement.get("value", {}).get("quantity")
        if held and measure and is_plain(measure.lower) and is_plain(measure.upper):
            unit = _unit(measure.unit or observation.unit)
            limits = {"low": number(measure.lower.low), "high": number(measure.upper.low)}
            held["referenceRange"] = {**unit, **limits}
    if when := _when(made, observation, source):
        measurement["timeObserved"] = when
    return {key: value for key, value in measurement.items() if value}


def _unit(unit: str) -> dict[str, Any]:
    if unit in ("", NOT_PRINTED):
        return {"unit": {"id": _local(NOT_PRINTED), "label": NOT_PRINTED}}
    return {"unit": {"id": f"UCUM:{unit}", "label": unit}}


def _value(q: Quantity, unit: str = "") -> dict[str, Any]:
    """One number as a value; one with bounds as its minimum and maximum, as far as it has them."""
    unit = unit or q.unit
    if is_plain(q):
        return {"value": {"quantity": {**_unit(unit), "value": number(q.low)}}}
    is_closed = {"low": q.low_closed, "high": q.high_closed}
    parts = []
    for end in ("low",) if q.is_point else ("low", "high"):
        at = getattr(q, end)
        if abs(at) != math.inf:
            label = next(
                words
                for words, about in ENDS.items()
                if about == ("both" if q.is_point else end, is_closed[end], q.about)
            )
            held = {**_unit(unit), "value": number(at)}
            parts.append({"type": {"id": _local(label), "label": label}, "quantity": held})
    return {"complexValue": {"typedQuantities": parts}}


def _treatment(made: Made, step: Treatment) -> dict[str, Any]:
    source = f"treatments/{step.id}"
    agent = _term(made, step.code, step.name, source)
    treatment: dict[str, Any] = {"agent": agent}
    if step.route:
        treatment["routeOfAdministration"] = {"id": _local(step.route), "label": step.route}
    if is_plain(step.dose):
        often = ""
        unit = step.dose_unit
        if step.is_block:
            often = _often(cells_of(made.case, "treatments", step))
            unit += "/d" if step.dose_per == "day" else ""
        held: dict[str, Any] = {"quantity": {**_unit(unit), "value": number(step.dose.low)}}
        if often:
            held["scheduleFrequency"] = {"id": _local(often), "label": often}
        treatment["doseIntervals"] = [held]
    elif step.dose is not None:
        made.lose(source, "dose", "a dose interval has one number, and this one has bounds")
    return {"treatment": treatment}


def _often(cells: Mapping[str, str]) -> str:
    """The schedule of courses in words, as OFTEN reads them: how many, how often, how many days."""
    whole = "in all, over" if cells["dose_per"] == "course" else "a day, on"
    days = f", {whole} {cells['days_per_course']} days" if cells["days_per_course"] else ""
    count = f"{cells['courses']} times" if cells["courses"] else "repeated"
    every = f", every {cells['interval']} {cells['interval_unit']}" if cells["interval"] else ""
    return f"{count}{every}{days}"


def _clock(case: Case, name: str) -> Clock | None:
    return next((clock for clock in case.head.clocks if clock.id == name), None)


def _when(made: Made, row: Row, source: str) -> dict[str, Any]:
    """The time of a row as a TimeElement; none if no clock of ages tells it."""
    q = row.time or row.start
    if row.start is not None and row.stop is not None:
        made.lose(source, "stop", "one time alone")
    return _element(made, row, q, source) if q is not None else {}


def _element(made: Made, row: Row, q: Quantity, source: str) -> dict[str, Any]:
    """A time on a clock as a TimeElement; none, and a loss, if it is no age or has an open end."""
    clock = _clock(made.case, row.clock)
    counts = clock.counts if clock else "time"
    fields = ("clock", "time", "start", "stop", "time_unit")
    why = "the schema has ages, weeks of gestation and dates alone"
    if counts == "age" and is_plain(q) and (age := _duration(q)):
        return {"age": {"iso8601duration": age}}
    if counts == "age" and q.low_closed and q.high_closed and not q.about:
        low, high = (_duration(replace(q, low=end, high=end)) for end in (q.low, q.high))
        if low and high:
            ends = {"start": {"iso8601duration": low}, "end": {"iso8601duration": high}}
            return {"ageRange": ends}
    if counts == "gestation" and is_plain(q):
        days = Fraction(str(q.low)) * Fraction(str(factor(q.unit, "d")))
        if days.denominator == 1 and days >= 0:
            weeks, rest = divmod(int(days), 7)
            return {"gestationalAge": {"weeks": weeks, **({"days": rest} if rest else {})}}
    if counts == "age":
        why = "an age with bounds that are open, or no whole number"
    for name in fields:
        made.lose(source, name, why)
    return {}


def _duration(q: Quantity) -> str:
    """An age as an ISO 8601 duration; empty if it is no whole number of its unit."""
    letter = {"a": "Y", "mo": "M", "wk": "W", "d": "D"}.get(q.unit)
    return f"P{int(q.low)}{letter}" if letter and q.low == int(q.low) >= 0 else ""


#: Versions that codes.csv does not say.
_VERSIONS = {LOCAL: version("casetrace")}


def _meta(made: Made, created: str) -> dict[str, Any]:
    codes = list(_codes(made.content))
    used = {code.partition(":")[0] for code in codes}
    resources = []
    for system, (name, url, prefix, iri) in _RESOURCES.items():
        if prefix in used:
            known = [made.labels.get(code.removeprefix("LOINC:")) for code in codes]
            versions = {row.version for row in known if row and row.system == system}
            told = max(versions - {""}, default=_VERSIONS.get(system, "not recorded"))
            resources.append(
                {
                    "id": prefix.lower(), "name": name, "url": url, "namespacePrefix": prefix,
                    "iriPrefix": iri, "version": told,
                }
            )  # fmt: skip
    return {
        "created": created,
        "createdBy": LOCAL,
        "resources": resources,
        "phenopacketSchemaVersion": "2.0",
        "externalReferences": [_report(made.case)],
    }


def _codes(held: Any) -> Iterator[str]:
    """Every code of an OntologyClass."""
    if isinstance(held, dict) and "label" in held and ":" in held.get("id", ""):
        yield held["id"]
    for one in held.values() if isinstance(held, dict) else held if isinstance(held, list) else ():
        yield from _codes(one)
