"""The words of the page: stories, record, values and sources, with a link behind each number."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from html import escape as _escape
from itertools import groupby

from markdown_it import MarkdownIt

from casetrace.case.model import Case
from casetrace.display.figure import Mark
from casetrace.display.table import how_said, quote, readings_said
from casetrace.display.trace import mark, replace_marks
from casetrace.narrative.glossary import glossary
from casetrace.narrative.language import Audience, audiences
from casetrace.narrative.record import record
from casetrace.narrative.sources import source_name, source_rows
from casetrace.narrative.story import story
from casetrace.narrative.told import literal, passages
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.quantity.wording import low_and_high, value_name
from casetrace.questions.values import as_records, headline

__all__ = [
    "SOURCE_COLUMNS",
    "VALUE_COLUMNS",
    "aim",
    "escape",
    "hangs",
    "link",
    "marks_table",
    "narrated",
    "narratives",
    "source_row",
    "tabled",
]

SOURCE_COLUMNS = ("what", "words or work", "what it says", "place", "file")
VALUE_COLUMNS = ("value", "text", "bounds", "unit", "how", "depends on", "sources")


def narrated(to: str, case: Case, only: Collection[str] | None = None) -> dict[str, str]:
    """Paragraphs and list items of a story, as HTML, for a case under its readings.

    Parameters
    ----------
    to : str
        The audience.
    case : Case
        The case.
    only : collection of str
        The parts that are asked for, and perhaps others beside them; all if not given.

    Returns
    -------
    dict of str
        By part, ``n-<audience>-<section>-<number>``.
    """
    return {
        name: _linked(_inline(replace_marks(text, lambda key, said: mark(key, literal(said)))))
        for name, kind, text in _passages(case, to)
        if kind in ("p", "li") and (only is None or name in only)
    }


def tabled(case: Case, only: Collection[str] | None = None) -> dict[str, str]:
    """Rows of the record (their cells) and headline values, as HTML; see :func:`narrated`.

    Returns
    -------
    dict of str
        By part, ``t-<table>-<row>`` and ``v-<value>``.
    """
    known = headline(case)
    found: dict[str, str] = {}
    if only is None or any(name.startswith("t-") for name in only):
        for table in record(case):
            for key, cells in table.rows.items():
                html = (f"<td>{_linked(replace_marks(escape(c), mark))}</td>" for c in cells)
                found[f"t-{table.name}-{key}"] = "".join(html)
    asked = known if only is None else {k: q for k, q in known.items() if f"v-{k}" in only}
    for row in as_records(case, asked):
        found[f"v-{row['id']}"] = _value_row(case, row, asked[row["id"]])
    return found


def narratives(case: Case) -> list[tuple[Audience, list[tuple[str, str, str]]]]:
    """The story to each audience, the clinician's first: parts with names, kinds and words."""
    return [(to, list(_passages(case, to.name))) for to in audiences(case)]


def _passages(case: Case, to: str) -> Iterator[tuple[str, str, str]]:
    for kind, name, text in passages(case, story(case, to)):
        yield f"n-{to}-{name}", kind, text


def _linked(html: str) -> str:
    """Words with their links; of links in a row to one fact, those with a number or the first."""
    found: list[tuple[str, bool]] = []
    replace_marks(html, lambda key, words: found.append((key, bool(re.search(r"\d", words)))) or "")
    kept = []
    for _, run in groupby(found, lambda one: one[0]):
        numbered = [has_number for _, has_number in run]
        kept += numbered if any(numbered) else [True, *[False] * (len(numbered) - 1)]
    order = iter(kept)
    return replace_marks(html, lambda key, words: link(key, words) if next(order) else words)


def hangs(case: Case, parts: Mapping[str, str]) -> dict[str, set[str]]:
    """The readings that parts depend on through the headline values that they name."""
    known = {key: set(q.readings) for key, q in headline(case).items()}
    found = {}
    for name, html in parts.items():
        keys = [*re.findall(r'href="#v-([^"]+)"', html), name.removeprefix("v-")]
        found[name] = set().union(*(known.get(key, ()) for key in keys))
    return found


def link(key: str, html: str) -> str:
    """A piece of text with a link to the value or the row (``table/row``) that it comes from."""
    if not key:
        return html
    return f"<a {aim(key)}>{html}</a>"


def aim(key: str) -> str:
    """Attributes of a link to a value or a row."""
    kind, place = ("f", "s") if "/" in key else ("v", "v")
    return f'class="{kind}" href="#{place}-{escape(key)}"'


def marks_table(case: Case, marks: Iterable[Mark]) -> str:
    """What a figure draws, as rows of a table."""
    rows, zeros = [], {clock.id: clock.label for clock in case.head.clocks}
    for m in marks:
        key = m.source.split("; ")[0]
        ends = (f"{float(w):,.2f}" for w in (m.time_low, m.time_high) if w)
        weeks = (end.rstrip("0").rstrip(".") for end in ends)
        time = " to ".join(dict.fromkeys(weeks))
        unit = printed(m.time_unit, one=time == "1")
        if time and not (m.time_low and m.time_high):  # one end alone is known
            time = f"{'at least' if m.time_low else 'at most'} {time}"
        since = f" from {zeros[m.clock]}" if m.clock in zeros else ""
        counted = f"{time} {unit}{since}"
        cells = [m.lane, m.what, m.shape, counted if time else since.strip(), m.text]
        rows.append(f"<tr>{_cells(cells, key)}</tr>")
    return "\n".join(rows)


def source_row(case: Case, key: str) -> str:
    """A source under :data:`SOURCE_COLUMNS`: its words or work, what it says, where it stands."""
    name, said, place, file = source_rows(case, [key])[key]
    cells = [name, said, _says(case, key), place, file]
    return "".join(f"<td>{escape(c)}</td>" for c in cells)


def _says(case: Case, key: str) -> str:
    """What a row is about: its name, or all that a reference row holds."""
    table, _, name = key.partition("/")
    if table == "reference":
        table, _, name = name.partition("/")
        hidden = ("id", "citation", "system", "code")
        cells = case.reference.written(table, name)
        said = {k: v for k, v in cells.items() if v and k not in hidden}
        return "; ".join(
            f"{k.replace('_', ' ')} {printed(v) if k.endswith('unit') else v}"
            for k, v in said.items()
        )
    if table == "register":
        row = case.get(table, name)
        return f"{row.topic}: {row.statement}"
    return source_name(case, key).partition(": ")[2]


def escape(text: str) -> str:
    """Text as HTML, written as a browser writes it."""
    return _escape(text, quote=False)


@cache
def _inline(text: str) -> str:
    return MarkdownIt("commonmark", {"html": False}).renderInline(text).replace("&quot;", '"')


def _cells(row: Iterable[str], key: str) -> str:
    """Cells of a row; one that holds a digit leads to what it rests on."""
    cells = []
    for cell in row:
        text = escape(cell)
        if key and re.search(r"\d", cell):
            text = link(key, text)
        cells.append(f"<td>{text}</td>")
    return "".join(cells)


def _value_row(case: Case, row: dict, q: Quantity) -> str:
    """A headline value with all that it depends on."""
    depends = "<br>".join(
        f'<a href="#r-{name}">{escape(readings_said(case, [name]))}</a>' for name in row["readings"]
    )
    links = {_said(case, s): s["id"] for s in reversed(row["sources"])}  # each words once
    sources = "".join(
        f'<li><a href="#s-{escape(key)}">{escape(said)}</a></li>'
        for said, key in reversed(links.items())
    )
    how = how_said(row["how"], row["readings"], lambda name: mark(name, value_name(name)))
    others = [to for to in audiences(case) if to.language.code != "en"]
    bounds = {to.language.code: to.language.wording.ends(q) for to in others}
    texts = {to.language.code: _told_to(case, to, q) for to in others}
    cells = [
        escape(printed(row["unit"])),
        replace_marks(escape(how), link),
        depends,
        f"<ul>{sources}</ul>",
    ]
    return (
        f"<td>{escape(value_name(row['id']))}</td>"
        f"{_spoken(row['text'], texts)}{_spoken(_bounds(q), bounds)}"
        f"{''.join(f'<td>{cell}</td>' for cell in cells)}"
    )


def _told_to(case: Case, to: Audience, q: Quantity) -> str:
    """A value in the language of an audience."""
    words = glossary(case.stories[to.name])
    return to.language.wording.text(q, say=lambda level: words.get(level, level))


def _spoken(text: str, others: Mapping[str, str]) -> str:
    """A cell, and what it says in other languages as far as they say it otherwise."""
    own = {code: said for code, said in others.items() if said not in ("", text)}
    more = "".join(f' data-{code}="{_escape(said)}"' for code, said in own.items())
    return f"<td{more}>{escape(text)}</td>"


def _said(case: Case, source: dict[str, str]) -> str:
    """The words of a source with their place, or the work it is cited from."""
    if source.get("as_reported"):
        return f"{quote(source['as_reported'])} ({source['place']})"
    return source.get("citation") or source_name(case, source["id"])


def _bounds(q: Quantity) -> str:
    """Both bounds in words and in the unit of the text, and whether each belongs to the value."""
    if q.levels:
        return "" if q.is_point else "any of " + ", ".join(q.levels[int(q.low) : int(q.high) + 1])
    if q.is_point:
        return "inexact; how far is not said" if q.about else "one value"
    q = q.to(q.shown or q.unit)
    low, high = low_and_high(q)
    low = f"{'from' if q.low_closed else 'above'} {low}" if low else ""
    high = f"{'to' if q.high_closed else 'below'} {high}" if high else ""
    measured = " ".join(part for part in (low, high, printed(q.unit)) if part)
    return measured if low and high else f"{measured}, open {'upwards' if low else 'downwards'}"
