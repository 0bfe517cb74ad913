"""The case beside what has been published, and its claims beside its own data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from casetrace.case.clocks import clock_of, span, when
from casetrace.case.model import Case
from casetrace.case.reference import Study
from casetrace.case.rows import Finding
from casetrace.display.trace import mark
from casetrace.quantity import Quantity
from casetrace.questions.classification.criteria_items import phenotype
from casetrace.questions.question import Answer, sorted_out
from casetrace.questions.values import of_family, some

__all__ = [
    "TOLD",
    "Claim",
    "answer",
    "claims",
    "has",
    "outcomes_after",
    "phenotype",
    "proportion",
    "share",
    "studies",
    "told",
]

_ENDS = ("signs", "observed")

#: How the parts of a study are put together.
TOLD = {
    "study_patients": "{label}, {n}{population} with {disease}",
    "study_regimen": "regimen: {regimen}",
    "study_n": "{n} ",
    "study_counted": "{improved} of {of} ",
    "study_percent": "{percent} ",
    "study_control": " (controls {percent})",
    "study_controls": " (controls {improved} of {of})",
    "study_next": "; ",
}


@dataclass(frozen=True)
class Claim:
    """A claim of the report, and what to weigh it against.

    Attributes
    ----------
    row : object
        Row of register.csv.
    against : dict
        Text by id of a headline value or ``studies/row``.
    """

    row: Any
    against: dict[str, str]


def studies(case: Case) -> list[Study]:
    """Published regimens and series of the drugs of the case, in the order of the table."""
    drugs = {t.drug for t in case.rows.treatments}
    return [s for s in case.reference.studies if s.drug in drugs]


def answer(case: Case) -> str:
    """Say how many signs of the disease the report mentions."""
    found, said = of_family(case, "profile"), []
    for key in (k for k in found if k.endswith(".signs")):
        base = key.removesuffix(".signs")
        n = {end: mark(f"{base}.{end}", found[f"{base}.{end}"].text(unit=False)) for end in _ENDS}
        frequency = base.partition(".")[2].replace("_", " ")
        said.append(f"of {n['signs']} {frequency} signs {n['observed']} are present")
    return f"By the profile of the disease, {'; '.join(said)}." if said else ""


def shares(case: Case) -> pd.DataFrame:
    """Return how many improved of how many in the published studies that count them.

    Returns
    -------
    pandas.DataFrame
        Indexed by author and year; ``improved`` and ``of`` hold quantities.
    """
    counted = [s for s in studies(case) if s.improved and s.of]
    columns = {"improved": [s.improved for s in counted], "of": [s.of for s in counted]}
    return pd.DataFrame(columns, index=[s.label for s in counted], dtype=object)


def has(case: Case) -> Answer:
    """Return what a case has for the question, and what it lacks."""
    return sorted_out(
        (
            "published studies of its treatment",
            bool(studies(case)),
            "no study of its drugs in studies.csv",
        ),
        (
            "a published profile of its disease",
            bool(phenotype(case)),
            "no profile of its disease in phenotypes.csv",
        ),
        (
            "claims to weigh",
            bool(claims(case)),
            "no row of register.csv says what to weigh it against",
        ),
    )


def outcomes_after(case: Case, drugs: Iterable[str]) -> list[Finding]:
    """Return the outcomes that are known to have come after the first of some drugs was begun."""
    order = [clock.id for clock in case.head.clocks]
    steps = [t for t in case.rows.treatments if t.drug in set(drugs)]
    begun = [(clock_of(case, t), span(case, t)[0]) for t in steps]
    begun = [(order.index(c), q.high if q else 0.0) for c, q in begun if c in order]
    found = []
    for row in case.rows.findings:
        time, clock = when(case, "findings", row), clock_of(case, row)
        is_outcome = row.kind == "outcome" and row.state == "observed"
        if is_outcome and time and begun and (order.index(clock), time.low) >= min(begun):
            found.append(row)
    return found


def share(study: Study) -> Quantity | None:
    """Share of patients who improved, in ``%``; None if the study counts none."""
    if study.improved and study.of:
        share = (study.improved / study.of).to("%")
        return share.explained(f"{study.improved} of {study.of}")
    return study.percent and study.percent.explained("as reported")


def proportion(improved: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Exact limits of a proportion, in percent.

    Parameters
    ----------
    improved, of : int
        How many of how many.
    level : float
        Confidence of both sides together.

    Notes
    -----
    Clopper CJ, Pearson ES, Biometrika 1934;26:404-413, by quantiles of the beta distribution.
    """
    from scipy.special import betaincinv  # here: it takes a while, and only this needs it

    a = (1 - level) / 2
    low = betaincinv(improved, of - improved + 1, a) if improved else 0.0
    high = betaincinv(improved + 1, of - improved, 1 - a) if improved < of else 1.0
    return tuple(float(f"{100 * end:.10g}") for end in (low, high))


def claims(case: Case) -> list[Claim]:
    """The rows of the register that name what to weigh a claim against."""
    keys = [key for row in case.rows.register for key in row.weights]
    values = some(case, (key for key in keys if not key.startswith("studies/")))
    named = {s.id: s for s in case.reference.studies}
    found = []
    for row in case.rows.register:
        against = {}
        for key in row.weights:
            if key.startswith("studies/"):
                against[key] = told(named[key.partition("/")[2]])
            elif key in values:
                against[key] = values[key].text()
        if against:
            found.append(Claim(row, against))
    return found


def told(
    study: Study,
    say: Callable[[str], str] = lambda text: text,
    patterns: Mapping[str, str] = TOLD,
) -> str:
    """A study in a line: label, patients, regimen, outcome and further results.

    Parameters
    ----------
    study : Study
        What to tell.
    say : callable
        Gives the words for what a column says.
    patterns : dict of str
        How the parts are put together.
    """

    def put(name: str, **columns: str) -> str:
        """A part, or nothing if the table has nothing for it."""
        return patterns[f"study_{name}"].format(**columns) if all(columns.values()) else ""

    patients = patterns["study_patients"].format(
        label=say(study.label),
        n=put("n", n=study.n),
        population=say(study.population),
        disease=say(study.disease),
    )
    counted = put("counted", improved=study.improved, of=study.of)
    percent = put("percent", percent=study.percent)
    control = put("control", percent=study.control_percent)
    control += put("controls", improved=study.control_improved, of=study.control_of)
    result = f"{counted}{percent}{say(study.outcome) if study.outcome else ''}{control}"
    further = say(study.further) if study.further else ""
    parts = (patients, put("regimen", regimen=say(study.regimen)), result, further)
    return patterns["study_next"].join(p for p in parts if p)
