"""Addresses and codes of FHIR that the reader and the writer of Bundles share."""

from __future__ import annotations

__all__ = [
    "ABSENT",
    "AGE",
    "CATEGORIES",
    "LOCAL_SYSTEM",
    "NONE_KNOWN_SYSTEM",
    "REASONS",
    "RELATIVE",
    "SYSTEMS",
    "TAG",
    "UCUM",
]

#: System of the words of this program.
LOCAL_SYSTEM = "urn:casetrace"
#: Standard extensions: a time by an offset (hl7.org/fhir/R4/extension-cqf-relativedatetime), and
#: why there is no value.
RELATIVE = "http://hl7.org/fhir/StructureDefinition/cqf-relativeDateTime"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
#: Codes of the reasons.
REASONS = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
#: Codes that say that nothing is known (International Patient Summary).
NONE_KNOWN_SYSTEM = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
#: Mark of a Bundle that this program made: ids and notes in it are a curator's.
TAG = {"system": LOCAL_SYSTEM, "code": "curated-case", "display": "Curated case report"}
#: Code of an age: LOINC, https://loinc.org/30525-0.
AGE = {"system": "http://loinc.org", "code": "30525-0", "display": "Age"}
UCUM = "http://unitsofmeasure.org"
#: Addresses of the terminologies.
SYSTEMS = {
    "HPO": "http://human-phenotype-ontology.org",
    "LOINC": "http://loinc.org",
    "MONDO": "http://purl.obolibrary.org/obo/mondo.owl",
    "ATC": "http://www.whocc.no/atc",
    "NCIT": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "UBERON": "http://purl.obolibrary.org/obo/uberon.owl",
}
#: Category of an observation by the kind of a finding; kinds that have none are told in words.
CATEGORIES = {
    "symptom": "", "sign": "exam", "motor test": "exam", "laboratory": "laboratory",
    "neurophysiology": "procedure", "imaging": "imaging", "biopsy": "laboratory",
    "procedure": "procedure", "history": "", "course": "", "adverse event": "", "outcome": "",
}  # fmt: skip
