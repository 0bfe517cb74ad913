"""How a laboratory value stands against its limit, against itself and against motor state."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from casetrace.case.clocks import courses, occasion, when
from casetrace.case.fields import COURSE
from casetrace.case.measures import (
    comparable,
    limits_named,
    main_measure,
    measures,
    numbers,
    printed_limit,
    upper_limit,
)
from casetrace.case.model import Case
from casetrace.case.record import readings_of
from casetrace.display.trace import mark
from casetrace.quantity import Quantity, change, difference, rate
from casetrace.questions.question import Answer, sorted_out
from casetrace.questions.response.core_set import CORE_SETS, coverage

__all__ = [
    "SEVERITY",
    "answer",
    "changes",
    "event_bounds",
    "fold_under",
    "folds",
    "has",
    "severities",
    "values",
]

#: Words for how far a value lies above its upper limit, by rank.
SEVERITY = ("not elevated", "elevated", "highly elevated", "extremely elevated")


def values(case: Case) -> dict[str, Quantity]:
    """Return limits, multiples of them, severities, changes and bounds on events."""
    found: dict[str, Quantity] = {}
    for measure in measures(case):
        if limit := upper_limit(case, measure):
            found[f"{measure}.upper_limit"] = limit
        found.update(folds(case, measure))
        found.update(severities(case, measure))
    return {**found, **changes(case), **event_bounds(case)}


def answer(case: Case) -> str:
    """Say how the compared values changed."""
    rows, changed = {row.id: row for row in case.rows.observations}, changes(case)
    pairs = {(pair.old, pair.new): pair.id for pair in reversed(case.head.comparisons)}
    said = [
        f"{rows[new].name} {occasion(case, rows[new])} compared with "
        f"{occasion(case, rows[old])}: {mark(key, changed[key].text())}"
        for (old, new), key in reversed(pairs.items())
    ]
    return f"Changes: {'; '.join(said)}." if said else ""


def main_values(case: Case) -> pd.Series:
    """Return the values of the main measure, by row, as a Series of quantities."""
    rows = case.observations
    return rows.loc[[o.id for o in numbers(case, main_measure(case))]].value


def main_limit(case: Case) -> Quantity:
    """Return the upper limit of the main measure, or a quantity of which nothing is known."""
    return upper_limit(case, main_measure(case)) or Quantity(-math.inf, math.inf)


def has(case: Case) -> Answer:
    """Return what a case has for the question, and what it lacks."""
    measure = main_measure(case)
    limits = limits_named(case, measure)
    return sorted_out(
        (
            "values of its main measure",
            bool(numbers(case, measure)),
            "no value of its main measure",
        ),
        (
            "reference limits for it",
            bool(limits) or upper_limit(case, measure) is not None,
            "the case names no upper limit of its main measure",
        ),
        (
            "motor states on a scale",
            any(m.grade for m in case.rows.motor),
            "no motor state on a scale",
        ),
        (
            "rows linked to core sets",
            any(coverage(case, s) for s in CORE_SETS),
            "no row linked to a core set of response",
        ),
        (
            "a statement that no adverse event was seen",
            bool(event_bounds(case)),
            "no treatment in courses that is said to have had no adverse event",
        ),
    )


def folds(case: Case, measure: str) -> dict[str, Quantity]:
    """Each observation of a measure as a multiple of the upper limit.

    Returns
    -------
    dict of Quantity
        Plain numbers (unit ``1``) by id, ``<measure>.fold.<occasion>``; empty without a limit.
    """
    limit = upper_limit(case, measure)
    if limit is None or limit.is_nought:
        return {}
    found = {}
    for row in numbers(case, measure):
        if comparable(row.unit, limit.unit):
            name = f"{measure}.fold.{row.id.partition('.')[2]}"
            found[name] = (row.value.named(row.id) / limit).named(name)
    return found


def fold_under(case: Case, measure: str) -> dict[str, dict[str, Quantity]]:
    """Folds of a measure under every upper limit known for it.

    Returns
    -------
    dict of dict of Quantity
        By what the limit rests on, that which the report prints first, then the rows of limits.csv
        that the case names; then by row of observations.csv; unit ``1``.
    """
    printed = printed_limit(case, measure, "upper")
    limits = {printed.sources[0]: printed} if printed else {}
    for key in limits_named(case, measure):
        limits[f"reference/limits/{key}"] = case.reference.get("limits", key).value
    found = {}
    for source, upper in limits.items():
        if upper.is_nought:
            continue
        same = [o for o in numbers(case, measure) if comparable(o.unit, upper.unit)]
        found[source] = {o.id: o.value.named(o.id) / upper for o in same}
    return found


def severity(case: Case, measure: str, fold: Quantity) -> Quantity | None:
    """How far a multiple lies above the limit, as ranks with the words of :data:`SEVERITY`.

    The thresholds are those of the Human Phenotype Ontology for creatine kinase (HP:0030234,
    HP:0030235); None for a measure without thresholds in ``data/reference/constants.csv``.
    """
    names = [f"{measure}.fold.{word}" for word in ("highly", "extremely")]
    if not set(names) <= {c.id for c in case.reference.constants}:
        return None
    highly, extremely = (case.reference.get("constants", n).value for n in names)

    def rank(number: float) -> int:
        return (number > 1) + (number >= highly.low) + (number > extremely.low)

    low = fold.low if fold.low_closed else math.nextafter(fold.low, math.inf)
    high = fold.high if fold.high_closed else math.nextafter(fold.high, -math.inf)
    how = f"{fold.label} against {highly.low:g} and {extremely.low:g} times the limit"
    return Quantity(
        rank(low), rank(high), "{class}", how=how, derived=True, levels=SEVERITY
    ).traced({*fold.sources, *highly.sources, *extremely.sources}, fold.readings)


def severities(case: Case, measure: str) -> dict[str, Quantity]:
    """Severity of each observation of a measure, by id: ``<measure>.severity.<occasion>``."""
    found = {}
    for key, fold in folds(case, measure).items():
        name = key.replace(".fold.", ".severity.")
        if rank := severity(case, measure, fold):
            found[name] = rank.named(name)
    return found


def changes(case: Case) -> dict[str, Quantity]:
    """The comparisons that the case declares.

    Returns
    -------
    dict of Quantity
        By the id of the comparison: in ``%``, as a difference in the unit of the older value, as
        so many times (unit ``1``), or by time, as the comparison says; negative is a fall.
    """
    found = {}
    for pair in case.head.comparisons:
        rows = [case.get("observations", key) for key in (pair.old, pair.new)]
        old, new = (row.value.named(row.id) for row in rows)
        if pair.told == "percent":
            changed = change(new, old)
        elif pair.told == "factor":
            changed = (new / old).in_unit("{times}")  # printed behind the number
        else:
            changed = difference(new, old)
        if pair.told == "rate":
            start, stop = (when(case, "observations", row) for row in rows)
            changed = rate(changed, (stop - start).to(pair.rate_unit))
        changed = changed.traced(readings=readings_of(pair, "old", "new"))
        found[pair.id] = changed.named(pair.id)
    return found


def event_bounds(case: Case) -> dict[str, Quantity]:
    """How often an event may still occur if none was seen in n courses.

    Computed for a drug in courses where the report says that no adverse event was seen and
    tells of none: with no event in n independent courses, rates above ``1 - a ** (1 / n)``
    would have given none with a probability below a.

    Returns
    -------
    dict of Quantity
        ``ae.<drug>.courses_without_event``, and ``ae.<drug>.upper_bound.one_sided`` (a = 5%)
        and ``.two_sided`` (a = 2.5%), upper bounds in ``%`` per course with the confidence
        ``ae.<drug>.confidence``, 95%.

    Notes
    -----
    Exact binomial limits: Clopper CJ, Pearson ES, Biometrika 1934;26:404-413, for no event.
    """
    found = {}
    for drug in dict.fromkeys(t.drug for t in case.rows.treatments if t.is_block):
        events = [
            f for f in case.rows.findings if f.kind == "adverse event" and f.related_to == drug
        ]
        excluded = [f for f in events if f.state == "excluded"]
        if not excluded or any(f.state in ("observed", "ambiguous") for f in events):
            continue
        counts = [_courses_of(case, drug, f) for f in excluded]
        n = max(counts, key=lambda q: q.low).traced(
            readings={r for f in events for r in readings_of(f, "state")}
        )
        found[f"ae.{drug}.courses_without_event"] = n
        level = Quantity(95, 95, "%", how="the usual level, chosen here", derived=True)
        found[f"ae.{drug}.confidence"] = level.traced(n.sources, n.readings)
        for name, a in (("one_sided", 0.05), ("two_sided", 0.025)):
            bound = float(f"{100 * (1 - a ** (1 / n.low)):.12g}")
            how = f"100 × (1 - {a:g} ^ (1 ÷ {n.low:g})), no event in {n.low:g} courses"
            q = Quantity(bound, bound, "%", how=how, derived=True)
            found[f"ae.{drug}.upper_bound.{name}"] = q.traced(n.sources, n.readings)
    return {name: q.named(name) for name, q in found.items()}


def _courses_of(case: Case, drug: str, finding: Any) -> Quantity:
    """How many courses a finding speaks of: those it names, else all."""
    given = courses(case, drug)
    count, how = len(given), "all courses"
    time = finding.time if finding.time_unit == COURSE else None
    if time and math.isfinite(time.high):
        count, how = int(time.high - time.low) + 1, f"courses {time.text(unit=False)}"
    blocks = {f"treatments/{c.block}" for c in given}
    q = Quantity(count, count, "{course}", how=f"{how} of {drug}, by {finding.name}")
    return q.traced({f"findings/{finding.id}", *blocks}, readings_of(finding, "time"))
