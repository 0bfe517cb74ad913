"""Sensitivity to readings, published evidence and claims as tables."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from casetrace import evidence, sensitivity
from casetrace.case.model import Case
from casetrace.display.table import Cell, Table, hint_of, quote, sourced, traced, words_of
from casetrace.items import MET, NOT_MET
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.quantity.wording import value_name
from casetrace.tables.byreading import option_label
from casetrace.values import some

__all__ = ["claims", "profile", "studies", "telling", "what_if"]


def what_if(case: Case) -> Table | None:
    """If you read it this way, then: each other option with the outcomes that it changes."""
    found = sensitivity.factorials(case)
    rows = []
    for reading, about in case.head.readings.items():
        for option in about.options:
            if option == case.chosen[reading]:
                continue
            for name, factorial in found.items():
                if reading not in factorial.readings:
                    continue
                now, then = factorial.default, factorial.one_way(reading)[option]
                texts = [
                    traced(case, q) if q is not None else "cannot be computed" for q in (now, then)
                ]
                if texts[0] != texts[1]:
                    label = option_label(case, reading, option)
                    rows.append([about.question, label, value_name(name), *texts])
    columns = ["question", "if you read it so", "outcome", "now", "then"]
    return Table("If you read it this way, then", columns, rows) if rows else None


def telling(case: Case) -> Table | None:
    """Which reading moves each outcome most, over all combinations of the others."""
    found = sensitivity.factorials(case)
    rows = []
    for name, factorial in found.items():
        ranked = factorial.ranked()
        most = "; ".join(_effect(case, r, e, factorial.default.unit) for r, e in ranked[:3])
        tried = str(math.prod(factorial.cells.shape))
        ends = [_reach(factorial.default, bound) for bound in (factorial.low, factorial.high)]
        how = f"over all options of {', '.join(factorial.readings)}; "
        how += hint_of(case, factorial.default)
        cells = (Cell(text, how) for text in (most, *ends, tried))
        rows.append([value_name(name), traced(case, factorial.default), *cells])
    scenarios = sensitivity.combinations_of(case)
    title = f"Which reading matters most ({scenarios:,} scenarios in all)"
    columns = ["outcome", "now", "moved most by", "low bound", "high bound"]
    columns.append("combinations that differ")
    return Table(title, columns, rows) if rows else None


def _reach(default: Quantity, bounds: np.ndarray) -> str:
    """How far a bound of an outcome reaches over all combinations, in words."""
    known = bounds[np.isfinite(bounds)]
    if not known.size:
        return "open"
    ends = {"low": float(known.min()), "high": float(known.max()), "about": False}
    words = replace(default, **ends, low_closed=True, high_closed=True).text()
    return words if known.size == bounds.size else f"{words}, or open"


def _effect(case: Case, reading: str, effect: float, unit: str) -> str:
    words = reading.replace("_", " ")
    if math.isinf(effect):
        return f"{words} (without bound)"
    unit = "percentage points" if unit == "%" else printed(unit)
    unit = f" {unit}" if unit else ""
    return f"{words} (by up to {effect:.3g}{unit})"


def studies(case: Case) -> Table | None:
    """Published series and trials of the drugs of the case, with results as reported."""
    rows = []
    for s in evidence.studies(case):
        share = evidence.share(s)
        counted = f"{s.improved} of {s.of}" if s.improved else ""
        shown = counted or (f"{s.percent}%" if s.percent else "")
        control = f" (controls {s.control_percent}%)" if s.control_percent else ""
        limits = ""
        if share and counted:
            low, high = evidence.proportion(int(s.improved), int(s.of))
            limits = f"{low:.0f} to {high:.0f}%"
        source = case.describe(f"reference/studies/{s.id}")["citation"]
        result = "; ".join(p for p in (s.outcome, s.further) if p)
        cells = [s.label, s.kind, s.population, s.n, s.regimen, shown + control, limits, result]
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
