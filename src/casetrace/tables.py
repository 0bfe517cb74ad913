"""Tables for notebooks: plain HTML that no version of a library changes."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from casetrace import course
from casetrace.case import Case
from casetrace.quantity import Quantity
from casetrace.values import as_records, headline

__all__ = [
    "VALUES_MIME",
    "Table",
    "care",
    "findings",
    "gaps",
    "observations",
    "readings",
    "register",
    "schedule",
    "treatments",
    "values",
]

#: Carries the values of a stored notebook, so that accepting a change can name the old ones.
VALUES_MIME = "application/vnd.casetrace.values+json"


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
                f'<td style="text-align:left;vertical-align:top">{html.escape(c)}</td>' for c in row
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


def observations(case: Case) -> Table:
    """What was measured, with the words that carry each number."""
    rows = [
        [
            o.name,
            case.quantity("observations", o.id, "value", "unit").text(),
            _when(case, "observations", o),
            _quote(o.as_reported),
            o.place,
            o.note,
        ]
        for o in case.observations
    ]
    return Table("Measurements", ["measured", "value", "when", "words", "place", "note"], rows)


def findings(case: Case, state: str) -> Table:
    """Findings in one state: observed, excluded, ambiguous or not reported."""
    rows = [
        [f.name, f.kind, f.code, _when(case, "findings", f), _quote(f.as_reported), f.place, f.note]
        for f in case.findings
        if f.state == state
    ]
    columns = ["finding", "kind", "code", "when", "words", "place", "note"]
    if state == "not reported":
        return Table(
            f"Findings {state}", ["finding", "kind", "note"], [[r[0], r[1], r[6]] for r in rows]
        )
    return Table(f"Findings {state}", columns, rows)


def treatments(case: Case) -> Table:
    """Treatment steps and blocks, with what is left open."""
    rows = []
    for t in case.treatments:
        dose = case.quantity("treatments", t.id, "dose", "dose_unit")
        words = dose.text() if dose else "not reported"
        if t.is_block:
            words += f" per {t.dose_per}" if t.dose_per else ""
            interval = case.quantity("treatments", t.id, "interval", "interval_unit")
            every = f"every {interval.text()}" if interval else "interval not reported"
            words += f", {t.courses} courses, {every}"
        rows.append([t.name, words, _quote(t.as_reported), t.place, t.note])
    return Table("Treatment", ["treatment", "dose", "words", "place", "note"], rows)


def schedule(case: Case) -> Table:
    """Courses with their planned weeks."""
    rows = [
        [name, str(c.number), c.week.text(), c.week.how]
        for drug, name in {t.drug: t.name for t in case.treatments}.items()
        for c in course.courses(case, drug)
    ]
    return Table("Courses by the printed schedule", ["drug", "course", "start", "how"], rows)


def gaps(case: Case) -> Table:
    """Clocks and the time between them."""
    rows = []
    for number, phase in enumerate(course.phases(case)):
        known = phase.gap.text() if phase.gap and phase.gap.low > 0 else "not reported"
        rows.append([phase.clock.label, known if number else "", phase.clock.note])
    return Table("Clocks", ["zero of the clock", "time since the one before", "note"], rows)


def register(case: Case, *kinds: str) -> Table:
    """Discrepancies, ambiguities and missing items; all, or of some kinds."""
    rows = [
        [r.topic, r.kind, r.statement, r.consequence, r.reading, _quote(r.as_reported), r.place]
        for r in case.register
        if not kinds or r.kind in kinds
    ]
    columns = ["topic", "kind", "what the report says, or not", "consequence", "reading"]
    return Table("Register", [*columns, "words", "place"], rows)


def care(case: Case) -> Table:
    """The CARE checklist for case reports, item by item."""
    items = {item.id: item for item in case.reference.care}
    rows = [[c.item, items[c.item].section, items[c.item].label, c.met, c.note] for c in case.care]
    return Table("CARE checklist", ["item", "section", "asks for", "met", "why"], rows)


def readings(case: Case) -> Table:
    """Passages that can be read in more than one way, with the option in force."""
    rows = []
    for name, reading in case.head.readings.items():
        chosen = case.chosen[name]
        option = reading.options[chosen]
        others = "; ".join(
            f"{key}: {o.label}" for key, o in reading.options.items() if key != chosen
        )
        words = _quote(reading.as_reported) or "(an assumption)"
        rows.append(
            [name, reading.question, words, f"{chosen}: {option.label}", option.rationale, others]
        )
    columns = ["reading", "question", "words", "in force", "because", "also possible"]
    return Table("Readings", columns, rows)


def values(case: Case, found: dict[str, Quantity] | None = None) -> Table:
    """Headline values with derivation, readings and sources."""
    found = found or headline(case)
    records = as_records(case, found)
    rows = [
        [r["id"], r["text"], r["unit"], r["how"], _pairs(r["readings"]), _words(r["sources"])]
        for r in records
    ]
    columns = ["id", "value", "unit", "how", "hangs on", "words of the report"]
    plain = {r["id"]: r["text"] for r in records}
    return Table("Headline values", columns, rows, {VALUES_MIME: plain})


def _when(case: Case, table: str, row: Any) -> str:
    time = course.when(case, table, row)
    if time is None:
        return "not reported"
    label = next(c.phrase for c in case.head.clocks if c.id == row.clock)
    if time.is_point and time.low == 0:
        return f"at {label}"
    return f"{time.text()} after {label}"


def _quote(words: str) -> str:
    return f"“{words}”" if words else ""


def _pairs(chosen: dict[str, str]) -> str:
    return ", ".join(f"{name}: {option}" for name, option in chosen.items())


def _words(sources: Iterable[dict[str, str]], most: int = 3) -> str:
    said = [_quote(s["as_reported"]) or "" for s in sources if s.get("as_reported")]
    cited = [s["citation"] for s in sources if s.get("citation")]
    said = list(dict.fromkeys([*said, *cited]))
    rest = f" and {len(said) - most} more" if len(said) > most else ""
    return "; ".join(said[:most]) + rest
