"""What hangs on how the report is read, as tables."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from casetrace.case.model import Case
from casetrace.display.table import Cell, Table, hint_of, traced
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.questions.sensitivity import analysis
from casetrace.questions.sensitivity.by_reading import option_label

__all__ = ["telling", "what_if"]


def what_if(case: Case) -> Table | None:
    """If you read it this way, then: each other option with the outcomes that it changes."""
    found = analysis.factorials(case)
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
                    rows.append([about.question, label, analysis.outcome_name(case, name), *texts])
    columns = ["question", "if you read it so", "outcome", "now", "then"]
    return Table("If you read it this way, then", columns, rows) if rows else None


def telling(case: Case) -> Table | None:
    """Which reading moves each outcome most, over all combinations of the others."""
    found = analysis.factorials(case)
    rows = []
    for name, factorial in found.items():
        ranked = factorial.ranked()
        unit = factorial.default.unit
        most = "; ".join(_effect(case, r, e, unit) for r, e in ranked[:3] if e)
        opened = "; ".join(
            f"{case.head.readings[r].question} {option_label(case, r, o)}"
            for r in factorial.readings
            for o in factorial.unbounding(r)
        )
        tried = str(math.prod(factorial.cells.shape))
        ends = [_reach(factorial.default, bound) for bound in (factorial.low, factorial.high)]
        how = f"over all options of {', '.join(factorial.readings)}; "
        how += hint_of(case, factorial.default)
        cells = (Cell(text, how) for text in (most, opened, *ends, tried))
        rows.append([analysis.outcome_name(case, name), traced(case, factorial.default), *cells])
    scenarios = analysis.combinations_of(case)
    title = f"Which reading matters most ({scenarios:,} scenarios in all)"
    columns = ["outcome", "now", "moved most by", "left without bound by", "low bound"]
    columns.append("high bound")
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
    unit = "percentage points" if unit == "%" else printed(unit)
    unit = f" {unit}" if unit else ""
    return f"{case.head.readings[reading].question} (by up to {effect:.3g}{unit})"
