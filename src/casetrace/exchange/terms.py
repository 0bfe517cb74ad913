"""What the importers read alike: results in words, labels of codes, whose file it is."""

from __future__ import annotations

import re

from casetrace.case.fields import GRADE, MAX_WORDS
from casetrace.case.problems import UsageError

__all__ = [
    "NEGATIVE",
    "OLDEST",
    "POSITIVE",
    "Several",
    "agree",
    "chosen",
    "is_by_time",
    "is_result",
    "says_none",
]

#: Why what says that nothing is known is no finding and no drug.
NONE_KNOWN = "it says that none is known: enter what was looked for as excluded, if the report does"
#: An age over this identifies a patient.
OLDEST = 89
#: Words of a result, as a state of what was looked for.
POSITIVE = {"positive", "detected", "present", "reactive", "yes", "pos", "true"}
NEGATIVE = {"negative", "not detected", "absent", "non-reactive", "nonreactive", "no", "neg",
             "undetected", "none detected", "false"}  # fmt: skip


class Several(UsageError):
    """A file is of several patients, and none was asked for.

    Attributes
    ----------
    count : int
        How many.
    """

    def __init__(self, what: str, count: int) -> None:
        super().__init__(
            f"{what}, and a folder holds one: choose one with --patient 1 to {count}, as they "
            "come in the file, or make a case of each with --each"
        )
        self.count = count


def chosen(patient: int | None, count: int, what: str) -> int:
    """Return which of several patients of a file is read, counted from 1.

    Parameters
    ----------
    patient : int, optional
        The one that was asked for.
    count : int
        How many there are.
    what : str
        What the file has several of, as the message names them.

    Raises
    ------
    Several
        If there are several and none was asked for.
    UsageError
        If there is no such one.
    """
    if count > 1 and patient is None:
        raise Several(what, count)
    number = patient or 1
    if not 1 <= number <= count:
        raise UsageError(f"--patient takes 1 to {count} here, found {patient}")
    return number


def agree(one: str, other: str) -> bool:
    """Return whether two labels share a word that says something, or one is an abbreviation."""
    if any(re.fullmatch(r"[A-Z]{2,5}", text) for text in (one, other)):
        return True
    words = [set(re.findall(r"[a-z]{3,}", text.lower())) for text in (one, other)]
    return bool(words[0] & words[1]) or not all(words)


def is_result(words: str) -> bool:
    """Return whether words are a result as a laboratory gives it: a grade, or few words."""
    is_short = len(words.split()) <= MAX_WORDS and not re.search(r"\d|[.!?]\s", words)
    return bool(GRADE.fullmatch(words)) or is_short


def says_none(name: str) -> bool:
    """Return whether a name says that nothing of its kind is known, as "No known allergy" does.

    Examples
    --------
    >>> says_none("No current problems or disability"), says_none("Nonketotic hyperglycinaemia")
    (True, False)
    """
    words = name.lower().strip(" .")
    none = r"(no|none|nil)\b.*\b(known|current|active|recorded|information|history|relevant)\b.*"
    return bool(re.fullmatch(rf"{none}|none|nil|n/?a|not applicable", words))


def is_by_time(unit: str) -> bool:
    """Return whether a unit is an amount by time, such as ``mg/kg/d`` or ``mg/(8.h)``.

    Examples
    --------
    >>> [is_by_time(unit) for unit in ("mg/kg/d", "mg/(8.h)", "mg/kg", "mg")]
    [True, True, False, False]
    """
    return bool(re.search(r"/\(?(\d+\.)?(a|mo|wk|d|h|min|s)\)?$", unit))
