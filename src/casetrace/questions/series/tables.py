"""All cases side by side, as tables."""

from __future__ import annotations

from casetrace.case.model import Case
from casetrace.display.table import Cell, Note, Table, hint_of, traced
from casetrace.quantity.wording import counted, plural
from casetrace.questions.answers import lacks
from casetrace.questions.sensitivity.analysis import outcome_name
from casetrace.questions.series.analysis import CaseSeries, open_series
from casetrace.questions.values import headline

__all__ = ["answer", "series_cases", "series_left_out", "series_missing"]

#: Questions for which a case may lack something.
ANALYSES = ("classification", "response", "exposure", "evidence")


def answer(case: Case) -> str:
    """Name the patients that are shown side by side."""
    said = [
        f"a {c.head.subject.noun} with {c.head.diagnosis.name}" for c in open_series(case).cases
    ]
    return f"Side by side: {'; '.join(said)}."


def series_cases(series: CaseSeries) -> Table:
    """Each case in a row: patient, diagnosis, regimens of its treatments in courses, changes."""
    rows = []
    for case in series.cases:
        values, head = headline(case), case.head
        regimens, given = [], []
        for drug in dict.fromkeys(t.drug for t in case.rows.treatments if t.is_block):
            row = next(t for t in case.rows.treatments if t.drug == drug)
            start = f"{drug}.dose_per_course."
            each = {q.text(): q for key, q in values.items() if key.startswith(start)}
            count = values.get(f"{drug}.courses")
            parts = [counted(count, row.each)] if count else [f"{plural(row.each)} not counted"]
            parts += [f"{' then '.join(each)} a {row.each}"] if each else []
            regimens.append(f"{row.name}: {', '.join(parts)}")
            given += [hint_of(case, q) for q in (count, *each.values()) if q]
        changes = [
            f"{outcome_name(case, pair.id)}: {values[pair.id].text()}" for pair in head.comparisons
        ]
        moved = [hint_of(case, values[pair.id]) for pair in head.comparisons]
        age, noun = values.get("subject.age"), head.subject.noun
        rows.append(
            [
                case.id,
                traced(case, age, f"{noun}, {age.text()}") if age else noun,
                head.diagnosis.name,
                Cell("; ".join(regimens) or "none in courses", "; ".join(given)),
                Cell("; ".join(changes) or "none declared", "; ".join(moved)),
                Cell(str(len(head.readings)), f"count of readings in {case.folder}/case.yaml"),
            ]
        )
    columns = ["case", "patient", "diagnosis", "treatment in courses", "changes", "readings"]
    return Table("Cases, each at its curator's default", columns, rows)


def series_left_out(series: CaseSeries) -> Note | Table:
    """Cases whose data do not hold, with the first thing that is wrong."""
    if not series.left_out:
        return Note("The data of every case hold; none is left out.")
    columns = ["case", "what is wrong first"]
    return Table("Cases left out: their data do not hold", columns, list(series.left_out))


def series_missing(series: CaseSeries) -> Table:
    """What each case lacks, by question; and what of it is not reported."""
    rows = []
    for case in series.cases:
        values = headline(case)
        missing = ["; ".join(lacks(case, analysis)) or "nothing" for analysis in ANALYSES]
        absent = traced(case, values["findings.not_reported"])
        unmet = [f"{met}: {values[key].text(unit=False)}" for met, key in _care(values)]
        care = Cell("; ".join(unmet), f"counts of items in {case.folder}/care.csv")
        rows.append([case.id, *missing, absent, care])
    columns = ["case", *ANALYSES, "findings not reported", "items of CARE"]
    return Table("What is missing, by question", columns, rows)


def _care(values: dict) -> list[tuple[str, str]]:
    names = {"not met": "care.no", "in part": "care.partly", "not rated": "care.not_rated"}
    return [(said, key) for said, key in names.items() if key in values]
