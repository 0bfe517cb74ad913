"""Text in which every number remembers the value it is, until it is rendered.

A traced piece of text is marked with three private-use characters, which no source text
holds: Markdown and HTML renderers turn the marks into links and drop them nowhere silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["is_traced", "mark", "plain", "replace_marks"]

_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")


def mark(key: str, text: str) -> str:
    """Mark a piece of text as the value or row ``key``."""
    clean = re.sub(f"[{_OPEN}{_MIDDLE}{_CLOSE}]", "", text)
    return f"{_OPEN}{key}{_MIDDLE}{clean}{_CLOSE}"


def replace_marks(text: str, render: Callable[[str, str], str]) -> str:
    """Replace every mark by ``render(key, text)``."""
    return _MARK.sub(lambda m: render(m[1], m[2]), text)


def plain(text: str) -> str:
    """The text without its marks."""
    return replace_marks(text, lambda _, words: words)


def is_traced(text: str) -> bool:
    """Whether every digit of a rendered template lies inside a mark."""
    return not re.search(r"\d", replace_marks(text, lambda *_: ""))
