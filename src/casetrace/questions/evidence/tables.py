"""Published evidence, the profile of the disease and the claims as tables."""

from __future__ import annotations

from casetrace.case.model import Case
from casetrace.display.table import Cell, Table, hint_of, quote, sourced, words_of
from casetrace.quantity.wording import value_name
from casetrace.questions.classification.criteria_items import MET, NOT_MET
from casetrace.questions.evidence import analysis as evidence
from casetrace.questions.values import some

__all__ = ["claims", "profile", "studies"]


def studies(case: Case) -> Table | None:
    """Published series and trials of the drugs of the case, with results as reported."""
    rows = []
    for s in evidence.studies(case):
        share = evidence.share(s)
        counted = f"{s.improved} of {s.of}" if s.improved else ""
        shown = counted or (f"{s.percent}" if s.percent else "")
        control = f" (controls {s.control_percent})" if s.control_percent else ""
        limits = ""
        if share and counted:
            low, high = evidence.proportion(int(s.improved.low), int(s.of.low))
            limits = f"{low:.0f} to {high:.0f}%"
        source = case.describe(f"reference/studies/{s.id}")["citation"]
        result = "; ".join(p for p in (s.outcome, s.further) if p)
        cells = [
            s.label,
            s.kind,
            s.population,
            s.n or "",
            s.regimen,
            shown + control,
            limits,
            result,
        ]
        rows.append([*(sourced(case, cell, f"reference/studies/{s.id}") for cell in cells), source])
    columns = [
        "published",
        "kind",
        "of",
        "n",
        "regimen",
        "improved",
        "exact 95% limits (computed here)",
    ]
    return (
        Table("Published evidence", [*columns, "outcome and further results", "source"], rows)
        if rows
        else None
    )


def profile(case: Case) -> Table | None:
    """Signs of the disease by published frequency, with what the report says of each."""
    rows = []
    states = {MET: "observed", NOT_MET: "excluded"}
    for item in evidence.phenotype(case):
        rests = [case.describe(s) for s in item.sources if not s.startswith(("reference", "links"))]
        state = states.get(item.state, item.state)
        rows.append([item.label, item.id, item.row.frequency, state, words_of(rests), item.note])
    columns = ["sign", "term", "frequency", "in the report", "words", "note"]
    return Table("The case against the profile of its disease", columns, rows) if rows else None


def claims(case: Case) -> Table | None:
    """What the report claims, beside what its data and the literature say."""
    rows, found = [], evidence.claims(case)
    known = some(case, [key for claim in found for key in claim.against])
    for claim in found:
        row, texts, hints = claim.row, [], []
        for key, text in claim.against.items():
            if key.startswith("studies/"):
                texts.append(text)
                hints.append(case.describe(f"reference/{key}")["citation"])
            else:
                texts.append(f"{value_name(key)}: {text}")
                hints.append(f"{value_name(key)}: {hint_of(case, known[key])}")
        against = Cell("; ".join(texts), "; ".join(hints))
        rows.append([row.topic, quote(row.as_reported), row.place, row.statement, against])
    columns = ["claim", "words", "place", "what the report says", "to weigh it against"]
    return Table("Claims beside the data", columns, rows) if rows else None
