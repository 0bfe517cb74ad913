"""Text in which every number remembers the value it is, until it is rendered.

A traced piece of text is marked with private-use characters, which are taken out of the data:
Markdown and HTML renderers turn the marks into links and drop them nowhere silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = [
    "mark",
    "plain",
    "replace_marks",
    "sentence_case",
    "split",
    "stray",
]

_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")


def mark(key: str, text: str) -> str:
    """Mark a piece of text as the value or row ``key``; no text stays none."""
    clean = re.sub("[\ue000-\uf8ff]", "", text)
    return f"{_OPEN}{key}{_MIDDLE}{clean}{_CLOSE}" if clean else ""


def replace_marks(text: str, render: Callable[[str, str], str]) -> str:
    """Replace every mark by ``render(key, text)``."""
    return _MARK.sub(lambda m: render(m[1], m[2]), text)


def split(text: str) -> list[tuple[str, str, str]]:
    """The stretches of a part: what each is traced to, its words, and its style.

    Parameters
    ----------
    text : str
        Markdown of one line, with marks; of Markdown it uses emphasis only.

    Returns
    -------
    list of (str, str, str)
        Key (empty for words of no source), words, and ``strong``, ``emph`` or nothing.
    """
    found, style = [], ""
    for piece in re.split(rf"({_MARK.pattern.replace('(', '(?:')}|\*\*|\*)", text):
        if piece in ("**", "*"):
            style = "" if style else {"**": "strong", "*": "emph"}[piece]
        elif whole := _MARK.fullmatch(piece):
            found.append((whole[1], whole[2], style))
        elif piece:
            found.append(("", piece, style))
    return found


def sentence_case(text: str) -> str:
    """A traced text with its first letter large."""
    at = next((i for i, c in enumerate(text) if c.isalnum() and not _in_key(text, i)), 0)
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def _in_key(text: str, at: int) -> bool:
    """Whether a position lies in the key of a mark, which is not shown."""
    return text.rfind(_OPEN, 0, at + 1) > text.rfind(_MIDDLE, 0, at + 1)


def plain(text: str) -> str:
    """The text without its marks."""
    return replace_marks(text, lambda _, words: words)


def stray(text: str) -> str:
    """The first digit that no mark holds, with the words around it; empty if there is none."""
    found = re.search(r".{0,60}\d.{0,60}", replace_marks(text, lambda k, w: "" if k else w))
    return found[0] if found else ""
