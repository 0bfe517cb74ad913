"""Laboratory, motor state, core sets and adverse events as tables."""

from __future__ import annotations

from casetrace.case.clocks import occasion
from casetrace.case.measures import (
    main_measure,
    measure_of,
    measures,
    numbers,
    printed_limit,
    upper_limit,
)
from casetrace.case.model import Case
from casetrace.display.table import Cell, Table, quote, sourced, traced, when_said
from casetrace.quantity import Quantity, change
from casetrace.quantity.units import UnitError
from casetrace.quantity.wording import scale_name
from casetrace.questions.response import analysis as engine
from casetrace.questions.response import core_set
from casetrace.questions.values import of_family

__all__ = ["changes", "coverage", "event_bounds", "folds", "motor_states"]


def folds(case: Case) -> Table | None:
    """Each value as a multiple of its upper limit; the main measure under every limit named."""
    main, rows = main_measure(case), []
    values = {o.id: o for o in numbers(case)}
    for measure in measures(case):
        in_force = upper_limit(case, measure)
        for source, found in engine.fold_under(case, measure).items():
            is_used = source in in_force.sources
            if not is_used and measure != main:
                continue
            limit, words = _limit(case, measure, source)
            for key, fold in found.items():
                rank = engine.severity(case, measure, fold)
                rows.append(
                    [
                        values[key].name,
                        words,
                        limit,
                        occasion(case, values[key]),
                        traced(case, fold),
                        traced(case, rank) if rank else "",
                        "in force" if is_used else "",
                    ]
                )
    columns = ["measure", "limit", "value", "when", "multiple", "severity", "in force"]
    return Table("Multiples of the upper limit, by limit", columns, rows) if rows else None


def _limit(case: Case, measure: str, source: str) -> tuple[Cell, Cell]:
    """An upper limit and where it is from, from the report or from the reference."""
    if not source.startswith("reference/"):
        printed = printed_limit(case, measure, "upper")
        return traced(case, printed), sourced(case, "printed in the report", source)
    row = case.reference.get("limits", source.rpartition("/")[2])
    words = sourced(case, f"{row.statistic}, {row.population}", source)
    return sourced(case, f"{row.value.text(unit=False)} {row.unit}", source), words


def changes(case: Case) -> Table | None:
    """The main measure against every other value of it, with open bounds carried through."""
    measure = main_measure(case)
    rows = []
    values = numbers(case, measure)
    for place, new in enumerate(values):
        for old in values[:place]:
            one, two = (o.value for o in (old, new))
            ends = (traced(case, q) for q in (two, one))
            cells = zip((occasion(case, new), occasion(case, old)), ends, strict=True)
            rows.append([*(c for pair in cells for c in pair), _change(case, two, one)])
    columns = ["value at", "value", "compared with", "its value", "change"]
    return Table("Change against each earlier value", columns, rows) if rows else None


def _change(case: Case, new: Quantity, old: Quantity) -> str:
    try:
        return traced(case, change(new, old))
    except ZeroDivisionError:
        return "compared with nothing"
    except UnitError:
        return "unit not printed"


def motor_states(case: Case) -> Table | None:
    """Motor states as bounds on their scale, and muscle tests where stated."""
    anchors = {(g.scale, g.grade.low): g.anchor for g in case.reference.scales}
    rows = []

    def add(what: str, scale: str, grade: Quantity, time: str, words: str) -> None:
        ends = [f"{g:g} {anchors.get((scale, g), '')}".strip() for g in (grade.low, grade.high)]
        best_and_worst = " to ".join(dict.fromkeys(ends))
        cells = (traced(case, grade, said) for said in (grade.text(), best_and_worst))
        rows.append([what, scale_name(scale), *cells, time, quote(words)])

    for m in case.rows.motor:
        if grade := m.grade:
            add(m.name, m.scale, grade, when_said(case, "motor", m), m.as_reported)
    for o in numbers(case):
        if scale := case.head.uses.scale.get(measure_of(o)):
            grade = o.value
            add(o.name, scale, grade, occasion(case, o), o.as_reported)
    columns = ["state", "scale", "grade", "from, to", "when", "words"]
    return Table("Motor state as bounds on published scales", columns, rows) if rows else None


def coverage(case: Case) -> Table | None:
    """Core set measures by clock: reported, in part, or not."""
    rows, said = [], []
    for name, label in core_set.CORE_SETS.items():
        found = core_set.coverage(case, name)
        for one in found:
            rows.append([label, one.measure.label, *one.at.values()])
        if found and not core_set.is_scorable(found):
            said.append(label)
    clocks = [f"from {c.label}" for c in case.head.clocks]
    title = "Core set measures in the report"
    if said:
        title += f"; no response score can be computed ({' nor '.join(said)})"
    return Table(title, ["core set", "measure", *clocks], rows) if rows else None


def event_bounds(case: Case) -> Table | None:
    """Adverse events per course that none in so many courses leaves possible."""
    found = of_family(case, "response")
    rows = []
    for drug in dict.fromkeys(t.drug for t in case.rows.treatments):
        if f"ae.{drug}.courses_without_event" in found:
            one, two = (found[f"ae.{drug}.upper_bound.{s}"] for s in ("one_sided", "two_sided"))
            count = found[f"ae.{drug}.courses_without_event"]
            name = next(t.name for t in case.rows.treatments if t.drug == drug)
            cells = (traced(case, q) for q in (count, one, two))
            rows.append([name, *cells, one.how])
    columns = ["treatment", "courses without", "one-sided", "two-sided", "how"]
    title = "Rate per course that no event leaves possible (95% confidence, exact)"
    return Table(title, columns, rows) if rows else None
