"""A table for notebooks: a DataFrame whose numbers are traced."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd
from pandas.io.formats.style import Styler

import casetrace.quantity.accessor  # noqa: F401  registers Series.quantity
from casetrace.case import clocks
from casetrace.case.model import Case
from casetrace.display.trace import plain, replace_marks
from casetrace.quantity import Quantity
from casetrace.quantity.wording import value_name

__all__ = [
    "VALUES_MIME",
    "Cell",
    "Note",
    "Table",
    "hint_of",
    "how_said",
    "quote",
    "readings_said",
    "source_words",
    "sourced",
    "traced",
    "when_said",
    "words_of",
]

#: Carries the values of a stored notebook, so that accepting a change can name the old ones.
VALUES_MIME = "application/vnd.casetrace.values+json"


#: A headline value, as a derivation names it: ``ck.fold.relapse``.
_VALUE = re.compile(r"(?<![\w.])[a-z]\w*(?:\.[a-z]\w*)+(?![\w/-])")


class Cell(str):
    """Text of a table that says what it rests on when it is pointed at.

    Attributes
    ----------
    hint : str
        How it was derived, what it hangs on, and the words or works behind it.
    quantity : Quantity or None
        The quantity that it says.
    """

    __slots__ = ("hint", "quantity")

    def __new__(cls, text: str, hint: str, quantity: Quantity | None = None) -> Cell:
        """Text with its hint."""
        cell = super().__new__(cls, text)
        cell.hint = hint
        cell.quantity = quantity
        return cell


class Table(pd.DataFrame):
    """Rows under a header, shown with a title; what a cell rests on shows when it is pointed at.

    It is a DataFrame: cells that say a quantity hold it, and selecting, joining or sorting gives
    plain DataFrames.

    Parameters
    ----------
    title : str
        What the table shows.
    columns : sequence of str
        Header, each name once.
    rows : sequence of sequence of str
        Cells.
    more : dict
        More forms of the output, by MIME type.
    """

    _metadata: ClassVar[list[str]] = ["title", "rows", "more"]

    def __init__(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        more: Mapping[str, Any] | None = None,
    ) -> None:
        kept = [[_held(cell) for cell in row] for row in rows]
        super().__init__(kept, columns=list(columns), dtype=object)
        if not self.columns.is_unique:
            raise ValueError(f"a column stands twice in {title!r}: {', '.join(columns)}")
        self.title, self.rows, self.more = title, [list(row) for row in rows], dict(more or {})

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def _repr_html_(self) -> str:
        text = pd.DataFrame([[str(c) for c in row] for row in self.rows], columns=self.columns)
        hints = pd.DataFrame(
            [[_hint(c) for c in row] for row in self.rows], columns=self.columns, dtype=object
        )
        shown = Styler(text, uuid=_slug(self.title), uuid_len=0)
        shown = shown.hide(axis="index").format(escape="html").format_index(escape="html", axis=1)
        shown = shown.set_caption(html.escape(self.title)).set_table_styles(_LOOK)
        return shown.set_tooltips(hints, as_title_attribute=True).to_html()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        count = f"{len(self.rows)} row{'s' * (len(self.rows) != 1)}"
        return {
            "text/html": self._repr_html_(),
            "text/plain": f"{self.title}: {count}",
            **self.more,
        }


_LOOK = [
    {"selector": "caption", "props": "text-align: left; font-weight: bold"},
    {"selector": "th, td", "props": "text-align: left; vertical-align: top"},
    {"selector": "td[title]", "props": "text-decoration: underline dotted; cursor: help"},
]


def _held(cell: str) -> Any:
    """What a DataFrame holds of a cell: its quantity, or its text."""
    q = getattr(cell, "quantity", None)
    return q if q is not None and q.text() == cell else str(cell)


def _hint(cell: str) -> str | None:
    hint = getattr(cell, "hint", "")
    return html.escape(hint) if hint and cell else None


def _slug(title: str) -> str:
    """An id that a table has in every run, from its title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40]


@dataclass(frozen=True)
class Note:
    """A paragraph: what a notebook says of a case, or why there is nothing to compute.

    Attributes
    ----------
    marked : str
        Text, with marks of :mod:`casetrace.display.trace` around what rests on a value or a row.
    hints : dict of str
        What that is, by the keys of the marks.
    """

    marked: str
    hints: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The text without its marks."""
        return plain(self.marked)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        shown = replace_marks(html.escape(self.marked), self._hinted)
        return {"text/html": f"<p>{shown}</p>", "text/plain": self.text}

    def _hinted(self, key: str, words: str) -> str:
        hint = html.escape(self.hints.get(key, ""))
        return f'<abbr title="{hint}">{words}</abbr>' if hint else words


def traced(case: Case, q: Quantity, text: str = "") -> Cell:
    """A quantity as a cell, or other words for it."""
    return Cell(text or q.text(), hint_of(case, q), q)


def sourced(case: Case, text: str, *keys: str) -> Cell:
    """Words that rest on rows of the case or of the reference tables."""
    return Cell(text, _cited(case, keys))


def when_said(case: Case, table: str, row: object) -> str:
    """The time of a row in words, with the event it is counted from."""
    said = clocks.told(case, table, row) or "not reported"
    time = clocks.when(case, table, row)
    return traced(case, time, said) if time and re.search(r"\d", said) else said


def hint_of(case: Case, of: Quantity | str) -> str:
    """What a quantity rests on: derivation, readings and words; or those of a row, by its key."""
    if isinstance(of, str):
        return _cited(case, [of])
    q = of
    how = how_said(q.how, q.readings)
    depends = f"depends on: {readings_said(case, q.readings)}" if q.readings else ""
    return "; ".join(part for part in (how, depends, _cited(case, q.sources)) if part)


def how_said(how: str, readings: Iterable[str], name: Callable[[str], str] = value_name) -> str:
    """Say a derivation with each value by its ``name``, and without the readings it depends on."""
    for reading in readings:
        how = re.sub(rf", {reading}: [\w-]+", "", how)
    return _VALUE.sub(lambda value: name(value[0]), how)


def readings_said(case: Case, names: Iterable[str]) -> str:
    """Readings as their questions, each with the option in force."""
    every = case.head.readings
    return "; ".join(f"{every[n].question} {every[n].options[case.chosen[n]].label}" for n in names)


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
    places = dict.fromkeys(", row ".join(filter(None, (s["file"], s.get("row")))) for s in sources)
    return source_words(sources) or "; ".join(places)


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
