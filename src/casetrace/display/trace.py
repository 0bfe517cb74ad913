"""Text in which every number remembers the value it is, until it is rendered.

A traced piece of text is marked with private-use characters, which are taken out of the data:
Markdown and HTML renderers turn the marks into links and drop them nowhere silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = [
    "SIGNS",
    "is_traced",
    "mark",
    "parts",
    "plain",
    "replace_marks",
    "sentence_case",
    "split",
    "stray",
    "without_signs",
]

#: Stand in a rendered template before each paragraph, each item of a list, and the words on the
#: scenario, be they empty.
SIGNS = {"paragraph": "\ue003", "bullet": "\ue004", "status": "\ue005"}

_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_ANY_SIGN = "".join(SIGNS.values())
_KINDS = {"#": "h1", **dict(zip(_ANY_SIGN, ("p", "li", "status"), strict=True))}
_PART = re.compile(f"(?=[{_ANY_SIGN}])|(?=^#)|(?=^[A-Z]+-FIGURE$)|(?<=-FIGURE)$", re.MULTILINE)
_MARK = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")


def mark(key: str, text: str) -> str:
    """Mark a piece of text as the value or row ``key``; without one it is text and no more."""
    clean = re.sub(f"[{_OPEN}{_MIDDLE}{_CLOSE}{_ANY_SIGN}]", "", text)
    return f"{_OPEN}{key}{_MIDDLE}{clean}{_CLOSE}"


def parts(text: str) -> list[tuple[str, str]]:
    """The parts of a rendered template, with their kinds, in order.

    Parameters
    ----------
    text : str
        With :data:`SIGNS`. However the readings stand, a template gives the same parts; some of
        them may be empty.

    Returns
    -------
    list of (str, str)
        Kind (``h1``, ``h2``, ``p``, ``li``, ``status`` or ``figure``) and Markdown of one line.

    Raises
    ------
    ValueError
        If a paragraph stands there without its sign.
    """
    found = []
    for piece in _PART.split(text):
        words = piece.strip()
        if not words:
            continue
        kind = _KINDS.get(words[0], "figure")
        if kind == "h1" and words.startswith("##"):
            kind = "h2"
        if kind != "figure":
            words = words.lstrip(f"#{_ANY_SIGN}").strip()
        if kind == "li":
            words = words.removeprefix("- ")
        if "\n\n" in words:
            raise ValueError(f"a paragraph without its sign in the template: {plain(words)!r}")
        found.append((kind, words.replace("\n", " ")))
    return found


def without_signs(text: str) -> str:
    """A rendered template as plain Markdown with its marks."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(f"[{_ANY_SIGN}]\n?", "", text))


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
        Key (empty for words of the template), words, and ``strong``, ``emph`` or nothing.
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
    at = next((i for i, c in enumerate(text) if c.isalpha() and not _in_key(text, i)), 0)
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def _in_key(text: str, at: int) -> bool:
    """Whether a position lies in the key of a mark, which is not shown."""
    return text.rfind(_OPEN, 0, at + 1) > text.rfind(_MIDDLE, 0, at + 1)


def plain(text: str) -> str:
    """The text without its marks."""
    return replace_marks(text, lambda _, words: words)


def is_traced(text: str) -> bool:
    """Whether every digit of a rendered template lies inside a mark with a key."""
    return stray(text) == ""


def stray(text: str) -> str:
    """The first digit that no mark holds, with the words around it; empty if there is none."""
    found = re.search(r".{0,60}\d.{0,60}", replace_marks(text, lambda k, w: "" if k else w))
    return found[0] if found else ""
