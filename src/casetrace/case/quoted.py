"""Whether quoted words carry a number."""

from __future__ import annotations

import re

__all__ = ["carries"]

_WORDS = "one two three four five six seven eight nine ten eleven twelve"
_SPELT = {str(number): word for number, word in enumerate(_WORDS.split(), start=1)}


def carries(words: str, number: str) -> bool:
    """Whether a number stands in some words, in figures or, up to twelve, spelt out.

    Examples
    --------
    >>> carries("(CPK) = 14,420 IU/l", "14420"), carries("every four weeks", "4")
    (True, True)
    >>> carries("more than 18,000", "8000"), carries("14,420", "420")
    (False, False)
    >>> carries("96000 53000 42000", "53000"), carries("CK 14 420", "14420")
    (True, True)
    """
    # "14 420" may be one number or two cells of a table.
    for said in (words, re.sub(r"(?<=\d)[,\s](?=\d{3}(?!\d))", "", words)):
        if re.search(rf"(?<![\d.])(?<!\d,){re.escape(number)}(?![\d.]*\d|,\d{{3}})", said):
            return True
    return number in _SPELT and re.search(rf"\b{_SPELT[number]}\b", words.lower()) is not None
