"""Lists and sentences made of traced text."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["joined", "sentence_case"]


def joined(items: Iterable[str]) -> str:
    """Items as a list in a sentence."""
    items = list(items)
    if len(items) < 2:
        return "".join(items)
    if any("," in i or " and " in i for i in items):
        return f"{'; '.join(items[:-1])}; and {items[-1]}"
    return f"{', '.join(items[:-1])} and {items[-1]}"


def sentence_case(text: str) -> str:
    """A traced text with its first letter large."""
    at = next((i for i, c in enumerate(text) if c.isalpha() and not _in_key(text, i)), 0)
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def _in_key(text: str, at: int) -> bool:
    """Whether a position lies in the key of a mark, which is not shown."""
    return text.rfind("\ue000", 0, at + 1) > text.rfind("\ue001", 0, at + 1)
