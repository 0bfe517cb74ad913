"""The answer to a question in a sentence or two, and what a case lacks for it."""

from __future__ import annotations

from casetrace.case.model import Case
from casetrace.display.table import Note, hint_of
from casetrace.display.trace import replace_marks
from casetrace.questions.question import questions
from casetrace.questions.values import some

__all__ = ["answer", "applies", "lacks"]


def answer(case: Case, question: str) -> Note:
    """Answer a question for a case: computed, each number with what it rests on.

    Parameters
    ----------
    case : Case
        The case.
    question : str
        Name of a folder of :mod:`casetrace.questions`.
    """
    said = questions()[question].answer(case)
    keys: list[str] = []
    replace_marks(said, lambda key, words: keys.append(key) or "")
    known = some(case, keys)
    hints = {key: hint_of(case, known.get(key, key)) for key in keys}
    return Note(" ".join(part for part in (said, applies(case, question)) if part), hints)


def applies(case: Case, question: str) -> str:
    """Say what a notebook can compute for a case, or why there is nothing to compute."""
    has, lacks = questions()[question].has(case)
    if not has:
        return f"Nothing to compute: {'; '.join(lacks)}." if lacks else ""
    missing = f" Not for this case: {'; '.join(lacks)}." if lacks else ""
    return f"This case has {', '.join(has)}.{missing}"


def lacks(case: Case, question: str) -> list[str]:
    """Return what a case lacks for a question, each in a few words."""
    return questions()[question].has(case)[1]
