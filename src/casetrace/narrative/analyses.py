"""What the narrative's template may say of the analyses, as traced text."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

from casetrace.display.trace import mark
from casetrace.narrative.narrator import Narrator
from casetrace.narrative.treatment import block_name
from casetrace.quantity.wording import value_name
from casetrace.questions.classification import scoring
from casetrace.questions.classification.criteria_items import items
from casetrace.questions.classification.tables import SETS, fact_label
from casetrace.questions.evidence import analysis as evidence
from casetrace.questions.response import analysis as response
from casetrace.questions.response import core_set
from casetrace.questions.sensitivity import analysis as sensitivity

__all__ = ["vocabulary"]

_VERSIONS = {"no_biopsy": "without biopsy", "biopsy": "with biopsy"}


def vocabulary(narrator: Narrator) -> dict[str, Any]:
    """Names for the template, beside those of the narrator."""
    found = {
        "criteria": _criteria,
        "pairs": _pairs,
        "core_sets": _core_sets,
        "safe_drugs": _safe_drugs,
        "igg_blocks": _igg_blocks,
        "studies": _studies,
        "profile": _profile,
        "telling": _telling,
    }
    return {name: partial(told, narrator) for name, told in found.items()}


def _safe_drugs(narrator: Narrator) -> list[str]:
    """Drugs with a bound on the rate of adverse events."""
    drugs = dict.fromkeys(t.drug for t in narrator.case.rows.treatments)
    return [d for d in drugs if f"ae.{d}.upper_bound.one_sided" in narrator.values]


def _criteria(narrator: Narrator) -> list[SimpleNamespace]:
    """Each set of criteria with its classes, and the facts that would be enough."""
    found = []
    for name, (label, versions) in SETS.items():
        if not items(narrator.case, name):
            continue
        ends = [f".{v}" if v else "" for v in versions]
        sets = _settling(narrator, name, next(iter(versions)))
        found.append(
            SimpleNamespace(
                label=_citable(narrator, name, label),
                is_scored=name in scoring.SCORED,
                versions=[
                    SimpleNamespace(
                        score=f"criteria.{name}.score{end}",
                        probability=f"criteria.{name}.probability{end}",
                        rank=f"criteria.{name}.class{end}",
                        how=narrator.say(_VERSIONS[version]) if version else "",
                    )
                    for version, end in zip(versions, ends, strict=True)
                ],
                form=f"criteria.{name}.form",
                enough=_enough(narrator, sets),
                least=_least(narrator, name),
            )
        )
    return found


def _settling(narrator: Narrator, name: str, version: str) -> list[tuple[str, ...]]:
    """The sets of facts that would be enough; worked out once for like scenarios."""
    case = narrator.case
    return case.once(("settling", name, version), lambda: scoring.settling(case, name, version))


def _citable(narrator: Narrator, name: str, label: str) -> str:
    row = next(c for c in narrator.case.reference.classes if c.set == name)
    return narrator.named(f"reference/classes/{row.id}", label)


def _least(narrator: Narrator, name: str) -> str:
    """The least class at which a patient counts as classified."""
    row = next(c for c in narrator.case.reference.classes if c.set == name and c.enough)
    return narrator.named(f"reference/classes/{row.id}", row.label)


def _enough(narrator: Narrator, sets: list[tuple[str, ...]], most: int = 8) -> list[str]:
    """Sets of facts in words, if each is one fact or two."""
    said = []
    for facts in sets[:most] if sets and 1 <= len(sets[0]) <= 2 else []:
        words = [
            narrator.named(
                f if "/" in f else f"reference/criteria/{f}", fact_label(narrator.case, f)
            )
            for f in facts
        ]
        said.append(narrator.audience.phrases["together"].join(words))
    return said + ([narrator.say("others")] if said and len(sets) > most else [])


def _pairs(narrator: Narrator) -> list[str]:
    """The main measure beside the motor state whose time touches it."""
    said = []
    for pair in response.pairs(narrator.case):
        if pair.observation and pair.motor:
            name = narrator.named(f"motor/{pair.motor.id}", pair.motor.name)
            said.append(
                narrator.audience.phrase(
                    "pair",
                    value=_when(narrator, pair.observation.id, narrator.value(pair.observation.id)),
                    motor=_when(narrator, f"motor.{pair.motor.id}", name),
                    grade=narrator.grade(pair.motor),
                )
            )
    return said


def _when(narrator: Narrator, key: str, words: str) -> str:
    """Words with the time of a value, if it is not the zero of its clock."""
    if f"{key}.time" not in narrator.values:
        return words
    return narrator.audience.phrase("timed", words=words, time=narrator.value(f"{key}.time"))


def _core_sets(narrator: Narrator) -> list[str]:
    """Core sets that no response score can be computed for."""
    found = {name: core_set.coverage(narrator.case, name) for name in core_set.CORE_SETS}
    return [
        core_set.CORE_SETS[name]
        for name, rows in found.items()
        if rows and not core_set.is_scorable(rows)
    ]


def _igg_blocks(narrator: Narrator) -> list[SimpleNamespace]:
    """Blocks of courses with their simulated IgG."""
    return [
        SimpleNamespace(
            name=block_name(narrator, t),
            peak=f"igg.peak.last_of_{t.id.partition('.')[2]}",
            trough=f"igg.trough.last_of_{t.id.partition('.')[2]}",
        )
        for t in narrator.case.rows.treatments
        if f"igg.peak.last_of_{t.id.partition('.')[2]}" in narrator.values and t.is_block
    ]


def _studies(narrator: Narrator) -> list[str]:
    """Published studies that report an outcome, in a line each."""
    patterns = {**evidence.TOLD, **narrator.audience.phrases}
    return [
        mark(f"reference/studies/{s.id}", evidence.told(s, narrator.say, patterns))
        for s in evidence.studies(narrator.case)
        if s.outcome
    ]


def _profile(narrator: Narrator) -> list[SimpleNamespace]:
    """Counts of the signs of the disease, by class of frequency."""
    found = []
    for key in narrator.values:
        if key.startswith("profile.") and key.endswith(".signs"):
            base = key.removesuffix(".signs")
            frequency = narrator.say(base.partition(".")[2].replace("_", " "))
            found.append(SimpleNamespace(base=base, frequency=frequency))
    return found


def _telling(narrator: Narrator, most: int = 3) -> list[SimpleNamespace]:
    """The readings that move most outcomes furthest, which does not hang on those in force."""
    base = narrator.case.at_defaults
    readings = base.head.readings
    found = base.once("telling", lambda: sensitivity.most_telling(sensitivity.factorials(base)))
    return [
        SimpleNamespace(
            question=narrator.named(f"case.yaml/readings/{reading}", readings[reading].question),
            outcomes=[narrator.named(name, value_name(name)) for name in names],
        )
        for reading, names in found[:most]
    ]
