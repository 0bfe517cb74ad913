"""Whether a notebook has something to compute for a case, in one paragraph."""

from __future__ import annotations

from collections.abc import Callable

from casetrace.case.limits import limits_named
from casetrace.case.model import Case
from casetrace.display.table import Note
from casetrace.questions.classification.criteria_items import items
from casetrace.questions.classification.tables import SETS
from casetrace.questions.evidence import analysis as evidence
from casetrace.questions.exposure import igg
from casetrace.questions.response import core_set
from casetrace.questions.sensitivity.analysis import factorials
from casetrace.questions.values import of_family

__all__ = ["applies", "lacks"]


def applies(case: Case, question: str) -> Note:
    """Say what a notebook can compute for a case, or why there is nothing to compute.

    Parameters
    ----------
    case : Case
        The case.
    question : str
        ``classification``, ``response``, ``exposure``, ``sensitivity`` or ``evidence``.
    """
    has, lacks = _ANSWERS[question](case)
    if not has:
        return Note(f"Nothing to compute: {'; '.join(lacks)}.")
    missing = f" Not for this case: {'; '.join(lacks)}." if lacks else ""
    return Note(f"This case has {', '.join(has)}.{missing}")


def lacks(case: Case, question: str) -> list[str]:
    """What a case lacks for a question of :func:`applies`, each in a few words."""
    return _ANSWERS[question](case)[1]


_Answer = tuple[list[str], list[str]]


def _classification(case: Case) -> _Answer:
    has = [
        f"rows linked to the items of {label}"
        for name, (label, _) in SETS.items()
        if items(case, name)
    ]
    lacks = (
        [] if has else ["links.csv links no item of criteria for inflammatory myopathies to a row"]
    )
    return has, lacks


def _response(case: Case) -> _Answer:
    measure = case.head.main_measure
    limits = limits_named(case, measure)
    return _sorted(
        (
            "values of its main measure",
            any(o.id.startswith(f"{measure}.") for o in case.observations),
            "no value of its main measure",
        ),
        ("reference limits for it", bool(limits), f"the case names no upper limit of {measure}"),
        ("motor states on a scale", any(m.grade for m in case.motor), "no motor state on a scale"),
        (
            "rows linked to core sets",
            any(core_set.coverage(case, s) for s in core_set.CORE_SETS),
            "no row linked to a core set of response",
        ),
        (
            "a statement that no adverse event was seen",
            any(k.startswith("ae.") for k in of_family(case, "response")),
            "no treatment in courses that is said to have had no adverse event",
        ),
    )


def _exposure(case: Case) -> _Answer:
    blocks = any(t.is_block for t in case.treatments)
    return _sorted(
        ("treatment in courses", blocks, "no treatment in courses"),
        ("doses by day", any(not t.is_block for t in case.treatments), "no treatment by day"),
        (
            "an assumed body weight",
            bool(case.head.uses.weight),
            "no assumed body weight (uses.weight)",
        ),
        (
            "a model of IgG",
            igg.schedule(case) is not None,
            "no simulation of IgG (it needs uses.igg, a weight, doses per kilogram and times)",
        ),
    )


def _sensitivity(case: Case) -> _Answer:
    readings = len(case.head.readings)
    return _sorted(
        (
            f"{readings} readings",
            readings > 0 and bool(factorials(case)),
            "no value hangs on a reading",
        ),
    )


def _evidence(case: Case) -> _Answer:
    return _sorted(
        (
            "published studies of its treatment",
            bool(evidence.studies(case)),
            "no study of its drugs in studies.csv",
        ),
        (
            "a published profile of its disease",
            bool(evidence.phenotype(case)),
            "no profile of its disease in phenotypes.csv",
        ),
        (
            "claims to weigh",
            bool(evidence.claims(case)),
            "no row of register.csv says what to weigh it against",
        ),
    )


def _sorted(*parts: tuple[str, bool, str]) -> _Answer:
    return [has for has, there, _ in parts if there], [no for _, there, no in parts if not there]


_ANSWERS: dict[str, Callable[[Case], _Answer]] = {
    "classification": _classification,
    "response": _response,
    "exposure": _exposure,
    "sensitivity": _sensitivity,
    "evidence": _evidence,
}
