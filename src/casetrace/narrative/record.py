"""The record behind a story: what was measured, found, given, missing and read, as tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from casetrace.case.clocks import clock_of, counted_since, lasting, since, told, when, zero_of
from casetrace.case.measures import main_measure, numbers
from casetrace.case.model import Case
from casetrace.case.rows import Finding, Observation, Treatment, settings
from casetrace.display.table import quote
from casetrace.display.trace import mark
from casetrace.quantity import Quantity
from casetrace.quantity.wording import article, as_many, each, plural, value_name
from casetrace.questions.values import alternatives, headline

__all__ = ["RecordTable", "record"]

Row = Iterator[tuple[str, list[str]]]
Rows = Callable[[Case], Row]

TESTS = ("laboratory", "neurophysiology", "imaging", "biopsy", "procedure", "diagnosis")
LATER = ("course", "outcome", "adverse event")


@dataclass(frozen=True)
class RecordTable:
    """A table of the record.

    Attributes
    ----------
    name, title : str
        What it is called.
    columns : tuple of str
        Header.
    rows : dict of list of str
        Cells by row, each with marks on what rests on a value or a row of the case.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: dict[str, list[str]]


def record(case: Case) -> list[RecordTable]:
    """Return the tables of a case under its readings; those without a row are left out."""
    tables = (_filled(RecordTable(*head, dict(rows(case)))) for *head, rows in TABLES)
    return [table for table in tables if table.rows]


def _filled(table: RecordTable) -> RecordTable:
    """A table without the columns in which no row says anything."""
    kept = [n for n in range(len(table.columns)) if any(row[n] for row in table.rows.values())]
    return replace(
        table,
        columns=tuple(table.columns[n] for n in kept),
        rows={key: [row[n] for n in kept] for key, row in table.rows.items()},
    )


def _measured(case: Case) -> Row:
    values = headline(case)
    for o in case.rows.observations:
        kin, _, step = o.id.partition(".")
        fold, limit = values.get(f"{kin}.fold.{step}"), values.get(f"{kin}.upper_limit")
        times = ""
        if fold is not None and limit is not None:
            times = mark(f"{kin}.fold.{step}", fold.text())
            times += f" ({mark(f'{kin}.upper_limit', limit.text())})"
        key = f"observations/{o.id}"
        yield (
            key,
            [mark(key, o.name), _when(case, "observations", o), _result(o), times],
        )


def _stages(case: Case) -> Row:
    if not case.rows.motor:
        return
    for clock in case.head.clocks:
        main = [
            " ".join((mark(o.id, o.value.text()), f"({_when(case, 'observations', o)})"))
            for o in numbers(case, main_measure(case))
            if clock_of(case, o) == clock.id
        ]
        states = [
            f"{mark(f'motor/{m.id}', m.name)} ({_when(case, 'motor', m)})"
            for m in case.rows.motor
            if clock_of(case, m) == clock.id
        ]
        if main or states:
            cells = [mark(f"case.yaml/clocks/{clock.id}", clock.label)]
            silent = "not reported"
            cells += ["; ".join(main) or silent, "; ".join(states) or silent]
            yield f"stage/{clock.id}", cells


def _findings(case: Case) -> Row:
    signs = [f for f in case.rows.findings if f.kind not in (*TESTS, *LATER)]
    groups: dict[str, tuple[str, list[Finding]]] = {}
    for clock in case.head.clocks:
        mine = [f for f in signs if clock_of(case, f) == clock.id]
        groups[f"at/{clock.id}"] = (clock.label, mine)
    groups["at/other"] = ("at no stated time", [f for f in signs if not f.clock])
    for kind in (*TESTS, "course"):
        groups[f"of/{kind}"] = (kind, [f for f in case.rows.findings if f.kind == kind])
    for key, (title, found) in groups.items():
        cells = [_listed(case, found, state) for state in ("observed", "excluded", "ambiguous")]
        if any(cells):
            yield key, [title, *cells]
    every = case.rows.findings
    silent = [mark(f"findings/{f.id}", f.name) for f in every if f.state == "not reported"]
    if silent:
        yield "at/none", ["neither present nor absent", "", "", "; ".join(silent)]


def _listed(case: Case, found: Iterable[Finding], state: str) -> str:
    said = []
    for f in found:
        if f.state == state:
            time = when(case, "findings", f)
            is_told = time and (f.lasts or f.kind in TESTS or not time.is_point or time.low)
            timed = f" ({_when(case, 'findings', f)})" if is_told else ""
            said.append(mark(f"findings/{f.id}", f.told_as or f.name) + timed)
    return "; ".join(said)


def _treatments(case: Case) -> Row:
    values = headline(case)
    for t in case.rows.treatments:
        key, step = f"treatments/{t.id}", t.id.partition(".")[2]
        if t.is_block:
            name = f"{t.drug}.dose_per_course.{step}"
            is_told = name in values and (t.dose or math.isfinite(values[name].high))
            dose = mark(name, values[name].text()) if name in values else ""
            one = f" {article(t.each)} {t.each}"
            dose = dose + one + _or(case, name) if is_told else "not reported"
            time = _schedule(case, t)
        else:
            dose = mark(f"{t.drug}.dose.{step}", t.dose.text()) if t.dose else "not reported"
            time = mark(key, _span_of(case, t))
        more = "; ".join(f"{name} {q.text()}" for name, q in settings(t.settings).items())
        dose = "; ".join(filter(None, (dose if t.dose or not more else "", mark(key, more))))
        words = "; ".join(quote(w) for w in (t.as_reported, t.schedule_as_reported) if w)
        name = f"{t.name} ({t.regimen})" if t.regimen else t.name
        yield key, [mark(key, name), dose, time, mark(key, words)]


def _is_one(count: Quantity | None) -> bool:
    return bool(count) and count.is_point and count.low == 1


def _schedule(case: Case, t: Treatment) -> str:
    """How many courses, how often and since when, as far as it is reported."""
    key, step, parts = f"treatments/{t.id}", t.id.partition(".")[2], []
    is_one = _is_one(t.courses)
    if t.courses:
        count = mark(f"{t.drug}.courses.{step}", t.courses.text(unit=False))
        parts.append(f"{count} {as_many(t.courses, t.each)}")
    if t.interval and not is_one:
        parts.append(f"one every {mark(f'{t.drug}.interval.{step}', each(t.interval))}")
        if not t.courses:
            parts.append(f"number of {plural(t.each)} not reported")
    zero = (zero_of(case, t.clock), counted_since(case, t.clock)) if t.clock else ("", "time")
    if t.start:
        first = mark(key, since(t.start, *zero))
        parts.append(first if is_one else f"the first {first}")
    if t.stop:
        parts.append(mark(key, lasting(None, t.stop, *zero)))
    if t.follows and not t.gap:
        parts.append(mark(key, _span_of(case, t)))
    elif not (t.start or t.stop or t.follows):
        parts.append("time not reported" if is_one else "times not reported")
    return ", ".join(parts)


def _or(case: Case, name: str) -> str:
    """What a value is under each other option of the passages it depends on."""
    said = [
        mark(f"case.yaml/readings/{reading}", q.text() if math.isfinite(q.high) else "not reported")
        for reading, _, q in alternatives(case, name)
    ]
    return f" (or {' or '.join(said)})" if said else ""


def _span_of(case: Case, t: Treatment) -> str:
    """From when to when a step held, or what it came after, as far as it is known."""
    if t.start or t.stop:
        return lasting(t.start, t.stop, zero_of(case, t.clock), counted_since(case, t.clock))
    if t.follows:
        return f"after {case.get('treatments', t.follows).name}, time not reported"
    return "not reported"


def _events(case: Case) -> Row:
    for f in case.rows.findings:
        if (f.event or f.kind in LATER[1:]) and f.state != "not reported":
            key = f"findings/{f.id}"
            name = f.told_as or f.name
            name += " (open to more than one reading)" if f.state == "ambiguous" else ""
            name = f"not: {name}" if f.state == "excluded" and not f.told_as else name
            drug = next((t.name for t in case.rows.treatments if t.drug == f.related_to), "")
            is_named = any(word in name for word in drug.split() if len(word) > 4)
            if drug and f.kind == "adverse event" and not is_named:
                name += f" (named with {drug})"
            yield (
                key,
                [mark(key, name), _when(case, "findings", f), mark(key, quote(f.as_reported))],
            )


def _register(case: Case, *kinds: str, consequence: bool = False) -> Row:
    for r in case.rows.register:
        if r.kind in kinds:
            key = f"register/{r.id}"
            more = [mark(key, _beside(case, r) or r.consequence)] if consequence else []
            yield key, [mark(key, r.topic), mark(key, r.statement), *more]


def _beside(case: Case, row: object) -> str:
    """The values that a row of the register is to be weighed against, in words."""
    values = headline(case)
    said = [f"{value_name(k)}: {values[k].text()}" for k in row.weights if k in values]
    return f"{row.consequence} ({'; '.join(said)})" if said else ""


def _missing(case: Case) -> Row:
    return _register(case, "missing")


def _extracted(case: Case) -> Row:
    return _register(case, "extraction", consequence=True)


def _disagreements(case: Case) -> Row:
    return _register(case, "discrepancy", consequence=True)


def _claims(case: Case) -> Row:
    return _register(case, "claim", consequence=True)


def _readings(case: Case) -> Row:
    for name, reading in case.head.readings.items():
        key, chosen = f"case.yaml/readings/{name}", case.chosen[name]
        others = [option.label for o, option in reading.options.items() if o != chosen]
        words = quote(reading.as_reported) or "an assumption: the report does not say"
        yield (
            key,
            [
                mark(key, reading.question),
                mark(key, words),
                mark(key, reading.options[chosen].label),
                mark(key, "; ".join(others)),
            ],
        )


def _open(case: Case) -> Row:
    for r in case.rows.register:
        if r.kind == "ambiguity" and not r.reading:
            key = f"register/{r.id}"
            yield key, [mark(key, r.topic), mark(key, r.statement)]


def _care(case: Case) -> Row:
    items = {item.id: item for item in case.reference.care}
    if all(c.met == "not rated" for c in case.rows.care):
        return
    for c in case.rows.care:
        key = f"care/{c.item}"
        yield key, [items[c.item].section, mark(key, items[c.item].label), c.met, mark(key, c.note)]


def _disclosed(case: Case) -> Row:
    for d in case.rows.disclosures:
        key = f"disclosures/{d.id}"
        yield key, [mark(key, f"a {d.kind} that is printed here"), mark(key, d.reason)]


def _when(case: Case, table: str, row: object) -> str:
    """When a row was, as far as it is known, marked as the row."""
    words, occasion = told(case, table, row), getattr(row, "occasion", "")
    if not words:
        return occasion or "not reported"
    value = f"{row.id}.time"
    key = value if value in headline(case) else f"{table}/{row.id}"
    said = mark(key, words)
    is_same = not occasion or words == occasion or occasion.endswith(zero_of(case, row.clock))
    return said if is_same else f"{occasion} ({said})"


def _result(o: Observation) -> str:
    """The number of an observation, or its result in words."""
    return mark(o.id, o.value.text()) if o.value else mark(f"observations/{o.id}", o.result)


#: Name, title, columns, and what gives the rows of each table, in order.
TABLES: tuple[tuple[str, str, tuple[str, ...], Rows], ...] = (
    (
        "measured",
        "Measurements",
        ("measured", "when", "value", "times the upper limit"),
        _measured,
    ),
    (
        "stages",
        "Function and main measure at each stage",
        ("stage", "main measure", "function"),
        _stages,
    ),
    ("findings", "Findings", ("stage or test", "present", "absent or normal", "open"), _findings),
    ("treatments", "Treatment", ("treatment", "dose", "when", "words of the report"), _treatments),
    ("events", "Events and outcomes", ("what", "when", "words of the report"), _events),
    ("missing", "Not reported", ("what", "in detail"), _missing),
    (
        "extraction",
        "The copy of the report that was at hand",
        ("on", "how it stands there", "how it was dealt with"),
        _extracted,
    ),
    (
        "disagrees",
        "Where the report disagrees with itself or with the literature",
        ("on", "how", "why it matters"),
        _disagreements,
    ),
    ("claims", "What the report concludes", ("on", "how", "beside it"), _claims),
    (
        "readings",
        "How the report was read",
        ("question", "words of the report", "read as", "otherwise"),
        _readings,
    ),
    ("open", "Passages that stay open", ("on", "how"), _open),
    (
        "care",
        "CARE checklist for case reports, by our judgement",
        ("section", "asks for", "met", "why"),
        _care,
    ),
    ("disclosed", "Disclosed on purpose", ("what", "why it identifies nobody"), _disclosed),
)
