"""A table for notebooks: plain HTML that no version of a library changes, numbers traced."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from casetrace.case import clocks
from casetrace.case.model import Case
from casetrace.quantity import Quantity

__all__ = [
    "VALUES_MIME",
    "Cell",
    "Note",
    "Table",
    "hint_of",
    "quote",
    "source_words",
    "sourced",
    "traced",
    "when_said",
    "words_of",
]

#: Carries the values of a stored notebook, so that accepting a change can name the old ones.
VALUES_MIME = "application/vnd.casetrace.values+json"


class Cell(str):
    """Text of a table that says what it rests on when it is pointed at.

    Attributes
    ----------
    hint : str
        How it was derived, what it hangs on, and the words or works behind it.
    """

    __slots__ = ("hint",)

    def __new__(cls, text: str, hint: str) -> Cell:
        """Text with its hint."""
        cell = super().__new__(cls, text)
        cell.hint = hint
        return cell


@dataclass(frozen=True)
class Table:
    """Rows of text under a header.

    Attributes
    ----------
    title : str
        What the table shows.
    columns : sequence of str
        Header.
    rows : sequence of sequence of str
        Cells.
    data : dict
        More forms of the output, by MIME type.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    data: dict[str, Any] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="text-align:left">{html.escape(c)}</th>' for c in self.columns)
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:left;vertical-align:top">{_shown(c)}</td>' for c in row
            )
            + "</tr>\n"
            for row in self.rows
        )
        caption = f'<caption style="text-align:left">{html.escape(self.title)}</caption>'
        return (
            f"<table>\n{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": self._repr_html_(), "text/plain": repr(self), **self.data}

    def __repr__(self) -> str:
        return f"{self.title}: {len(self.rows)} row{'s' * (len(self.rows) != 1)}"


@dataclass(frozen=True)
class Note:
    """A paragraph: what a notebook shows of a case, or why there is nothing to compute.

    Attributes
    ----------
    text : str
        Plain text.
    """

    text: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": f"<p>{html.escape(self.text)}</p>", "text/plain": self.text}


def traced(case: Case, q: Quantity, text: str = "") -> Cell:
    """A quantity as a cell, or other words for it."""
    return Cell(text or q.text(), hint_of(case, q))


def sourced(case: Case, text: str, *keys: str) -> Cell:
    """Words that rest on rows of the case or of the reference tables."""
    return Cell(text, _cited(case, keys))


def when_said(case: Case, table: str, row: object) -> str:
    """The time of a row in words, with the event it is counted from."""
    time = clocks.when(case, table, row)
    if time is None:
        return "not reported"
    label = next(c.phrase for c in case.head.clocks if c.id == row.clock)
    if time.is_point and time.low == 0:
        return f"at {label}"
    return traced(case, time, f"{time.text()} after {label}")


def hint_of(case: Case, of: Quantity | str) -> str:
    """What a quantity rests on: derivation, readings and words; or those of a row, by its key."""
    if isinstance(of, str):
        return _cited(case, [of])
    q = of
    readings = ", ".join(f"{name}: {case.chosen[name]}" for name in q.readings)
    hangs = f"hangs on {readings}" if readings and readings not in q.how else ""
    return "; ".join(part for part in (q.how, hangs, _cited(case, q.sources)) if part)


def source_words(sources: Iterable[dict[str, str]], most: int = 3) -> str:
    """The words with their places, or the works, behind a value: at most a few of them."""
    said = [
        f"{quote(source['as_reported'])} ({source['place']})"
        if source.get("as_reported")
        else source.get("citation", "")
        for source in sources
    ]
    said = list(dict.fromkeys(filter(None, said)))
    rest = f"; and {len(said) - most} more rows" if len(said) > most else ""
    return "; ".join(said[:most]) + rest


def _cited(case: Case, keys: Iterable[str]) -> str:
    """The same of some rows; where they lie, if none has words or a work."""
    sources = [case.describe(key) for key in keys]
    places = dict.fromkeys(f"{s['file']}, {s['id'].rpartition('/')[2]}" for s in sources)
    return source_words(sources) or "; ".join(places)


def _shown(cell: str) -> str:
    """A cell as HTML; what it rests on shows when it is pointed at."""
    text, hint = html.escape(cell), getattr(cell, "hint", "")
    return f'<abbr title="{html.escape(hint)}">{text}</abbr>' if hint and cell else text


def quote(words: str) -> str:
    """Words of the report in quotation marks; nothing for none."""
    return f"“{words}”" if words else ""


def words_of(sources: Iterable[dict[str, str]], most: int = 3) -> str:
    """The words of the report or the citations behind a value, at most a few of them."""
    said = [quote(s["as_reported"]) for s in sources if s.get("as_reported")]
    cited = [s["citation"] for s in sources if s.get("citation")]
    said = list(dict.fromkeys([*said, *cited]))
    rest = f" and {len(said) - most} more" if len(said) > most else ""
    return "; ".join(said[:most]) + rest
