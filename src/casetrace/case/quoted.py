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
    >>> carries("more than 18,000", "8000")
    False
    """
    said = re.sub(r"(?<=\d)[,\s](?=\d{3})", "", words)
    if re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.]*\d)", said):
        return True
    return number in _SPELT and re.search(rf"\b{_SPELT[number]}\b", said.lower()) is not None
