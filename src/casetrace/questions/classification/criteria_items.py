"""Items of criteria, core sets and phenotypes: which are met, and on which rows that rests."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from casetrace.case import measures
from casetrace.case.joins import Rests, read
from casetrace.case.model import Case
from casetrace.case.record import recorded
from casetrace.quantity import Quantity

__all__ = [
    "AMBIGUOUS",
    "MET",
    "NOT_MET",
    "NOT_REPORTED",
    "Item",
    "items",
    "phenotype",
    "profile_counts",
]

ROWS = ("findings/", "observations/")
MET, NOT_MET, AMBIGUOUS, NOT_REPORTED = "met", "not met", "ambiguous", "not reported"
_STATES = {
    "observed": MET,
    "excluded": NOT_MET,
    "ambiguous": AMBIGUOUS,
    "not reported": NOT_REPORTED,
}


@dataclass(frozen=True)
class Item:
    """An item under the readings of a case.

    Attributes
    ----------
    id, label, part : str
        As in ``data/reference/criteria.csv``.
    state : str
        ``met``, ``not met``, ``ambiguous`` or ``not reported``.
    open_facts : tuple of str
        Rows whose report would decide it; its own id where no row stands for it. Empty if it
        is decided.
    sources, readings : tuple of str
        What the state rests on, and the readings that can change it.
    row : object
        The reference row.
    note : str
        The curator's.
    """

    id: str
    label: str
    part: str
    state: str
    open_facts: tuple[str, ...]
    sources: tuple[str, ...]
    readings: tuple[str, ...]
    row: Any
    note: str

    @property
    def is_open(self) -> bool:
        """Neither met nor not met."""
        return self.state in (AMBIGUOUS, NOT_REPORTED)


def items(case: Case, name: str, answers: Mapping[str, str] | None = None) -> list[Item]:
    """The items of a set, each with its state.

    Parameters
    ----------
    case : Case
        The case.
    name : str
        Set of ``data/reference/criteria.csv``.
    answers : dict
        States to suppose for rows or items, by their id, instead of those of the case.

    Returns
    -------
    list of Item
        In the order of the reference table; empty if no row of the case is linked to the set.
    """
    if answers is None:
        return case.once(("items", name), lambda: items(case, name, {}))
    links = {link.item: link for link in case.rows.links}
    if not any(item.partition(".")[0] == name for item in links):
        return []
    rows = [c for c in case.reference.criteria if c.set == name]
    return [_item(case, row, links.get(row.id), answers, "criteria") for row in rows]


def phenotype(case: Case) -> list[Item]:
    """The signs of the case's disease that a reference profile names, each with its state.

    A sign is looked up by its link, else by its code among the findings. A case that has
    neither for any of them was not compared with the profile: the list is empty.
    """
    links = {link.item: link for link in case.rows.links}
    profile = [p for p in case.reference.phenotypes if p.disease == case.head.diagnosis.code]
    found, is_compared = [], False
    for row in profile:
        link = links.get(row.id)
        coded = [f"findings/{f.id}" for f in case.rows.findings if f.code == row.id]
        rests = Rests(tuple(coded), False) if link is None else None
        is_compared |= link is not None or bool(coded)
        found.append(_item(case, row, link, {}, "phenotypes", rests))
    return found if is_compared else []


def profile_counts(case: Case) -> dict[str, Quantity]:
    """How many signs of each class of frequency there are, and in which state.

    Returns
    -------
    dict of Quantity
        ``profile.<frequency>.signs``, ``.observed``, ``.excluded``, ``.ambiguous`` and
        ``.not_reported``; signs that are ambiguous widen the first two of these states. Signs
        that are observed and rest on one row (a rash that is an erythema) count once.
    """
    found: dict[str, Quantity] = {}
    given = phenotype(case)
    for frequency in dict.fromkeys(i.row.frequency for i in given):
        signs = [i for i in given if i.row.frequency == frequency]
        open_to = sum(i.state == AMBIGUOUS for i in signs)
        base = f"profile.{frequency.replace(' ', '_')}"
        for name, state, more in (
            ("observed", MET, open_to),
            ("excluded", NOT_MET, open_to),
            ("ambiguous", AMBIGUOUS, 0),
            ("not_reported", NOT_REPORTED, 0),
        ):
            seen = [i for i in signs if i.state == state]
            if state == MET:
                seen = list({tuple(s for s in i.sources if s.startswith(ROWS)): i for i in seen})
            count = len(seen)
            how = f"count of {frequency} signs that are {name.replace('_', ' ')}"
            found[f"{base}.{name}"] = Quantity(count, count + more, "{sign}", how=how)
        how = f"count of {frequency} signs in the profile"
        found[f"{base}.signs"] = Quantity(len(signs), len(signs), "{sign}", how=how)
        sources = {s for i in signs for s in i.sources}
        readings = {r for i in signs for r in i.readings}
        for key in [k for k in found if k.startswith(f"{base}.")]:
            found[key] = found[key].traced(sources, () if key.endswith(".signs") else readings)
    return found


def _item(
    case: Case,
    row: Any,
    link: Any,
    answers: Mapping[str, str],
    table: str,
    rests: Rests | None = None,
) -> Item:
    with recorded() as readings:
        if rests is None:
            rests = read(link.rests_on) if link else Rests((), False)
        in_part = read(link.in_part) if link else Rests((), False)
        states = {r: answers.get(r) or state_of(case, r) for r in (*rests.rows, *in_part.rows)}
    state = _joined([states[r] for r in rests.rows], rests.needs_all)
    if state == NOT_REPORTED and any(states[r] != NOT_REPORTED for r in in_part.rows):
        state = AMBIGUOUS
    sources = {f"reference/{table}/{row.id}", *states}
    if link:
        sources.add(f"links/{link.item}")
    if getattr(row, "age_from", None) is not None:
        state = _of_age(case, row.age_from, row.age_below)
        sources.add("case.yaml/subject")
    state = answers.get(row.id) or state
    facts: tuple[str, ...] = ()
    if state in (AMBIGUOUS, NOT_REPORTED):
        undecided = [r for r in rests.rows if states[r] in (AMBIGUOUS, NOT_REPORTED)]
        facts = tuple(undecided) or (row.id,)
    limits = {s for name in states for s in _limit_sources(case, name)}
    return Item(
        row.id,
        row.label,
        getattr(row, "part", ""),
        state,
        facts,
        tuple(sorted(sources | limits)),
        tuple(sorted(readings)),
        row,
        link.note if link else "",
    )


def _joined(states: Iterable[str], needs_all: bool) -> str:
    """Three-valued and/or (Kleene): one sure answer may decide, the open ones leave it open."""
    states = list(states)
    if not states:
        return NOT_REPORTED
    deciding, other = (NOT_MET, MET) if needs_all else (MET, NOT_MET)
    if deciding in states:
        return deciding
    if all(s == other for s in states):
        return other
    if needs_all and all(s == NOT_REPORTED for s in states):
        return NOT_REPORTED
    return AMBIGUOUS if needs_all or AMBIGUOUS in states else NOT_REPORTED


def state_of(case: Case, row: str) -> str:
    """State of one row: a finding's own; an observation is met if it is above its limit."""
    table, _, key = row.partition("/")
    if table == "findings":
        return _STATES[case.get("findings", key).state]
    limit = measures.upper_limit(case, key.partition(".")[0])
    if limit is None:
        return AMBIGUOUS
    row = case.get("observations", key)
    if not (row.value and measures.comparable(row.unit, limit.unit)):
        return AMBIGUOUS
    value = row.value.to(limit.unit)
    if value.low > limit.high or (value.low == limit.high and not value.low_closed):
        return MET
    return NOT_MET if value.high <= limit.low else AMBIGUOUS


def _of_age(case: Case, age_from: float, age_below: float | None) -> str:
    """Whether the age at the first symptom lies in a span of years.

    Where it is not reported it is at most the age that is: an age of 2 years is below 3.
    """
    subject = case.head.subject
    if subject.onset:
        onset = subject.onset.to("a")
    else:
        age = subject.age.to("a") if subject.age else Quantity(0, math.inf, "a")
        more = 1 if subject.age_unit == "a" else 0
        onset = Quantity(0, age.high + more, "a", high_closed=False)
    low = age_from
    high = math.inf if age_below is None else age_below
    if onset.low >= low and (onset.high < high or (onset.high == high and not onset.high_closed)):
        return MET
    below = onset.high < low or (onset.high == low and not onset.high_closed)
    return NOT_MET if below or onset.low >= high else AMBIGUOUS


def _limit_sources(case: Case, row: str) -> tuple[str, ...]:
    table, _, key = row.partition("/")
    limit = measures.upper_limit(case, key.partition(".")[0]) if table == "observations" else None
    return limit.sources if limit else ()
