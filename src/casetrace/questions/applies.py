"""Whether a notebook has something to compute for a case, in one paragraph."""

from __future__ import annotations

from casetrace.case.model import Case
from casetrace.display.table import Note
from casetrace.questions.question import questions

__all__ = ["applies", "lacks"]


def applies(case: Case, question: str) -> Note:
    """Say what a notebook can compute for a case, or why there is nothing to compute.

    Parameters
    ----------
    case : Case
        The case.
    question : str
        Name of a folder of :mod:`casetrace.questions`.
    """
    has, lacks = questions()[question].has(case)
    if not has:
        return Note(f"Nothing to compute: {'; '.join(lacks)}.")
    missing = f" Not for this case: {'; '.join(lacks)}." if lacks else ""
    return Note(f"This case has {', '.join(has)}.{missing}")


def lacks(case: Case, question: str) -> list[str]:
    """Return what a case lacks for a question, each in a few words."""
    return questions()[question].has(case)[1]
