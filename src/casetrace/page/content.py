"""The words of the page: narrative, tables, values and sources, with a link behind each number."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from html import escape as _escape
from itertools import groupby
from typing import Any

from markdown_it import MarkdownIt

from casetrace.case.model import Case
from casetrace.display.figure import Mark
from casetrace.display.table import quote
from casetrace.display.trace import mark, parts, replace_marks
from casetrace.narrative.audience import Audience, audiences
from casetrace.narrative.narrator import Narrator
from casetrace.narrative.story import literal, render
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.questions.report import tables
from casetrace.questions.values import as_records, headline

__all__ = [
    "SOURCE_COLUMNS",
    "TABLES",
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

#: Tables of the page: name, what gives them, rows of the case that theirs stand for.
TABLES = {
    "observations": (tables.observations, "observations", "id"),
    "treatments": (tables.treatments, "treatments", "id"),
    "register": (tables.register, "register", "id"),
    "care": (tables.care, "care", "item"),
}
STATES = ("observed", "excluded", "ambiguous", "not reported")
SOURCE_COLUMNS = ("row", "words or work", "what it says", "place", "file")
VALUE_COLUMNS = ("value", "text", "bounds", "unit", "how", "hangs on", "sources")


def narrated(to: Audience, case: Case, only: Collection[str] | None = None) -> dict[str, str]:
    """Paragraphs and list items of a narrative, as HTML, for a case under its readings.

    Parameters
    ----------
    to : Audience
        Whom it is told to.
    case : Case
        The case.
    only : collection of str
        The parts that are asked for, and perhaps others beside them; all if not given.

    Returns
    -------
    dict of str
        By part, ``n-<audience>-<section>-<number>``.
    """
    wanted = None if only is None else {name.split("-")[2] for name in only}
    narrator = Narrator(case, headline(case), to)
    sections = [one for one in to.template.blocks if wanted is None or one in wanted]
    return {name: html for section in sections for name, html in _told(narrator, section)}


def tabled(case: Case, only: Collection[str] | None = None) -> dict[str, str]:
    """Rows of tables (their cells) and headline values, as HTML; see :func:`narrated`.

    Returns
    -------
    dict of str
        By part, ``t-<table>-<row>`` and ``v-<value>``.
    """
    known = headline(case)
    found: dict[str, str] = {}
    wanted = None if only is None else {_table_of(name) for name in only}
    for name, (table, rows, key) in TABLES.items():
        if wanted is None or name in wanted:
            ids = [f"{rows}/{getattr(row, key)}" for row in case.rows[rows]]
            found.update(_rows(name, table(case).rows, ids))
    for state in STATES:
        name = f"findings-{state.replace(' ', '-')}"
        if wanted is None or name in wanted:
            ids = [f"findings/{f.id}" for f in case.rows.findings if f.state == state]
            found.update(_rows(name, _findings(case, state), ids))
    pattern = _any_of(tuple(known))
    asked = known if only is None else {k: q for k, q in known.items() if f"v-{k}" in only}
    for record in as_records(case, asked):
        found[f"v-{record['id']}"] = _value_row(case, record, asked[record["id"]], pattern)
    return found


def narratives(case: Case) -> list[tuple[Audience, list[tuple[str, str, str]]]]:
    """The narrative to each audience, the clinician's first: parts with names, kinds and words."""
    known, found = headline(case), []
    for to in audiences():
        narrator, pieces = Narrator(case, known, to), []
        for section in to.template.blocks:
            for place, (kind, text) in enumerate(parts(render(narrator, section))):
                pieces.append((f"n-{to.name}-{section}-{place}", kind, text))
        found.append((to, pieces))
    return found


def _told(narrator: Narrator, section: str) -> Iterator[tuple[str, str]]:
    """Paragraphs and list items of a section of a narrative, as HTML."""
    for place, (kind, text) in enumerate(parts(render(narrator, section))):
        if kind in ("p", "li"):
            html = _inline(replace_marks(text, lambda key, said: mark(key, literal(said))))
            yield f"n-{narrator.audience.name}-{section}-{place}", _linked(html)


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


def _table_of(name: str) -> str:
    """The table that a part is a row of; empty for a value."""
    return name.partition("/")[0].removeprefix("t-").rpartition("-")[0] if name[0] == "t" else ""


def hangs(case: Case, parts: Mapping[str, str]) -> dict[str, set[str]]:
    """The readings that parts hang on through the headline values that they name."""
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
        ends = (f"{float(w):,.2f}" for w in (m.week_low, m.week_high) if w)
        weeks = (end.rstrip("0").rstrip(".") for end in ends)
        time = " to ".join(dict.fromkeys(weeks))
        since = f" from {zeros[m.clock]}" if m.clock in zeros else ""
        cells = [m.lane, m.what, m.shape, f"week {time}{since}" if time else since.strip(), m.text]
        rows.append(f"<tr>{_cells(cells, key)}</tr>")
    return "\n".join(rows)


def source_row(case: Case, key: str) -> str:
    """A source under :data:`SOURCE_COLUMNS`: its words or work, what it says, where it stands."""
    found = case.describe(key)
    said = quote(found.get("as_reported", "")) or found.get("citation", "") or _silent(case, key)
    row = f", row {found['row']}" if "row" in found else ""
    cells = [key, said, _says(case, key), found.get("place", ""), f"{found['file']}{row}"]
    return "".join(f"<td>{escape(c)}</td>" for c in cells)


def _says(case: Case, key: str) -> str:
    """What a row is about: its name, or all that a reference row holds."""
    table, _, name = key.partition("/")
    if table == "reference":
        table, _, name = name.partition("/")
        cells = case.reference.written(table, name)
        said = {k: v for k, v in cells.items() if v and k not in ("id", "citation")}
        return "; ".join(f"{k.replace('_', ' ')} {v}" for k, v in said.items())
    if table == "care":
        return next(item.label for item in case.reference.care if item.id == name)
    if table == "case.yaml":
        part, _, name = name.partition("/")
        named = {"readings": "question", "clocks": "label"}.get(part)
        found = getattr(case.head, part)
        if not named:
            return getattr(found, "title", "") or getattr(found, "name", "")
        rows = found if isinstance(found, dict) else {row.id: row for row in found}
        return getattr(rows[name], named)
    row = case.get(table, name)
    if table == "register":
        return f"{row.topic}: {row.statement}"
    return getattr(row, "name", "")


def _silent(case: Case, key: str) -> str:
    """What stands for words of the report where a row has none."""
    table, _, row = key.partition("/")
    if table == "care":
        return "Our judgement: the report has no words of its own for this."
    if table in ("findings", "register"):
        kind = getattr(case.get(table, row), "state" if table == "findings" else "kind")
        if kind in ("not reported", "missing"):
            return "The report says nothing on this."
    if key.startswith("case.yaml/readings/"):
        return "An assumption: the report does not say."
    return ""


def escape(text: str) -> str:
    """Text as HTML, written as a browser writes it."""
    return _escape(text, quote=False)


@cache
def _inline(text: str) -> str:
    return MarkdownIt("commonmark", {"html": False}).renderInline(text).replace("&quot;", '"')


def _rows(name: str, rows: Iterable[Iterable[str]], keys: Iterable[str]) -> dict[str, str]:
    return {f"t-{name}-{key}": _cells(row, key) for row, key in zip(rows, keys, strict=True)}


def _findings(case: Case, state: str) -> list[list[str]]:
    """Findings in a state, in columns that are the same for all states."""
    found = tables.findings(case, state)
    if state == "not reported":
        return [[name, kind, "", "", "", "", note] for name, kind, note in found.rows]
    return [list(row) for row in found.rows]


def _cells(row: Iterable[str], key: str) -> str:
    """Cells of a row; one that holds a digit leads to what it rests on."""
    cells = []
    for cell in row:
        text = escape(cell)
        if key and re.search(r"\d", cell):
            text = link(key, text)
        cells.append(f"<td>{text}</td>")
    return "".join(cells)


def _value_row(case: Case, record: dict[str, Any], q: Quantity, names: re.Pattern[str]) -> str:
    """A headline value with all that it hangs on."""
    readings = case.head.readings
    hangs_on = "<br>".join(
        f'<a href="#r-{name}">{escape(readings[name].question)}</a> '
        f"{escape(readings[name].options[option].label)}"
        for name, option in record["readings"].items()
    )
    links = {_said(s): s["id"] for s in reversed(record["sources"])}  # each words once
    sources = "".join(
        f'<li><a href="#s-{escape(key)}">{escape(said)}</a></li>'
        for said, key in reversed(links.items())
    )
    how = record["how"]
    for name, option in record["readings"].items():
        how = how.replace(f", {name}: {option}", "")  # said under what it hangs on
    cells = [
        escape(record["id"]),
        escape(record["text"]),
        escape(_bounds(q)),
        escape(printed(record["unit"])),
        names.sub(r'<a class="v" href="#v-\1">\1</a>', escape(how)),
        hangs_on,
        f"<ul>{sources}</ul>",
    ]
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _said(source: dict[str, str]) -> str:
    """The words of a source with their place, or the work it is cited from."""
    if source.get("as_reported"):
        return f"{quote(source['as_reported'])} ({source['place']})"
    return source.get("citation") or source["id"]


def _bounds(q: Quantity) -> str:
    """Both bounds in words and in the unit of the text, and whether each belongs to the value."""
    if q.levels:
        return "" if q.is_point else "any of " + ", ".join(q.levels[int(q.low) : int(q.high) + 1])
    if q.is_point:
        return "inexact; how far is not said" if q.about else "one value"
    q = q.to(q.shown or q.unit)
    low = "" if math.isinf(q.low) else f"{'from' if q.low_closed else 'above'} {q.low:,.6g}"
    high = "" if math.isinf(q.high) else f"{'to' if q.high_closed else 'below'} {q.high:,.6g}"
    measured = " ".join(part for part in (low, high, printed(q.unit)) if part)
    return measured if low and high else f"{measured}, open {'upwards' if low else 'downwards'}"


@cache
def _any_of(known: tuple[str, ...]) -> re.Pattern[str]:
    """Any of some values, as a derivation names them."""
    names = sorted(known, key=len, reverse=True)
    return re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, names))})(?![\w]|\.\w)")
