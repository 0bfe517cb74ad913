"""What the report says: its rows as tables."""

from __future__ import annotations

from casetrace.case.model import Case
from casetrace.case.rows import settings
from casetrace.display.table import (
    VALUES_MIME,
    Table,
    quote,
    readings_said,
    sourced,
    traced,
    when_said,
    words_of,
)
from casetrace.quantity import Quantity
from casetrace.quantity.wording import each, plural
from casetrace.questions.values import as_records, headline

__all__ = [
    "care",
    "findings",
    "observations",
    "readings",
    "register",
    "scenarios",
    "treatments",
    "values",
]


def observations(case: Case) -> Table:
    """What was measured, with the words that carry each number."""
    rows = [
        [
            o.name,
            traced(case, o.value) if o.value else o.result,
            when_said(case, "observations", o),
            quote(o.as_reported),
            o.place,
            o.note,
        ]
        for o in case.rows.observations
    ]
    return Table("Measurements", ["measured", "value", "when", "words", "place", "note"], rows)


def findings(case: Case, state: str) -> Table:
    """Findings in one state: observed, excluded, ambiguous or not reported."""
    rows = [
        [
            sourced(case, f.name, f"findings/{f.id}") if f.as_reported else f.name,
            f.kind,
            f.code,
            when_said(case, "findings", f),
            quote(f.as_reported),
            f.place,
            f.note,
        ]
        for f in case.rows.findings
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
    for t in case.rows.treatments:
        dose = t.dose
        words = dose.text() if dose else "not reported"
        if t.is_block:
            words += f" per {t.dose_per}" if t.dose_per and dose else ""
            count = t.courses.text(unit=False) if t.courses else "an unreported number of"
            is_one = count == "1"
            words += f", {count} {t.each if is_one else plural(t.each)}"
            words += f", every {each(t.interval)}" if t.interval and not is_one else ""
            words += ", interval not reported" if not (t.interval or is_one) else ""
        more = "; ".join(f"{name} {q.text()}" for name, q in settings(t.settings).items())
        words = f"{words}; {more}" if more else words
        dose = sourced(case, words, f"treatments/{t.id}")
        rows.append([t.name, dose, quote(t.as_reported), t.place, t.note])
    return Table("Treatment", ["treatment", "dose", "words", "place", "note"], rows)


def register(case: Case, *kinds: str) -> Table:
    """Discrepancies, ambiguities and missing items; all, or of some kinds."""
    rows = [
        [
            *(r.topic, r.kind, r.statement, r.consequence),
            case.head.readings[r.reading].question if r.reading else "",
            *(quote(r.as_reported), r.place),
        ]
        for r in case.rows.register
        if not kinds or r.kind in kinds
    ]
    columns = ["topic", "kind", "what the report says, or not", "consequence", "reading"]
    return Table("Register", [*columns, "words", "place"], rows)


def care(case: Case) -> Table:
    """The CARE checklist for case reports, item by item."""
    items = {item.id: item for item in case.reference.care}
    rows = [
        [c.item, items[c.item].section, items[c.item].label, c.met, c.note] for c in case.rows.care
    ]
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
        words = quote(reading.as_reported) or "(an assumption)"
        rows.append(
            [name, reading.question, words, f"{chosen}: {option.label}", option.rationale, others]
        )
    columns = ["reading", "question", "words", "in force", "because", "also possible"]
    return Table("Readings", columns, rows)


def scenarios(case: Case) -> Table | None:
    """Named combinations of readings, each with what it reads otherwise."""
    rows = [
        [name, scenario.label, readings_said(case.under(scenario.readings), scenario.readings)]
        for name, scenario in case.at_defaults.head.scenarios.items()
    ]
    return Table("Scenarios", ["scenario", "label", "reads otherwise"], rows) if rows else None


def values(case: Case, found: dict[str, Quantity] | None = None) -> Table:
    """Headline values with derivation, readings and sources."""
    found = found or headline(case)
    records = as_records(case, found)
    rows = [
        [
            r["id"],
            traced(case, found[r["id"]]),
            r["unit"],
            r["how"],
            readings_said(case, r["readings"]),
            words_of(r["sources"]),
        ]
        for r in records
    ]
    columns = ["id", "value", "unit", "how", "depends on", "words of the report"]
    plain = {r["id"]: r["text"] for r in records}
    return Table("Headline values", columns, rows, {VALUES_MIME: plain})
