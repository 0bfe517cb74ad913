"""What stands in the rows of a report: its values, and counts of its rows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from casetrace.case import clocks
from casetrace.case.model import Case
from casetrace.case.record import recorded
from casetrace.display.trace import mark
from casetrace.quantity import Quantity

__all__ = ["answer", "counts", "reported"]


def answer(case: Case) -> str:
    """Say how many findings are present, absent and not reported."""
    found = counts(case)
    n = {
        state: mark(f"findings.{state}", found[f"findings.{state}"].text(unit=False))
        for state in ("observed", "excluded", "not_reported")
    }
    return (
        f"The report describes {n['observed']} findings as present and {n['excluded']} as absent; "
        f"of those that a reader would look for, {n['not_reported']} are not reported."
    )


def reported(case: Case) -> dict[str, Quantity]:
    """Return what stands in the rows themselves: values, times, grades, the age.

    What lasted has its end as well, ``<row>.stop``, and how long it was, ``<row>.lasted``, if both
    ends are reported; of a treatment by its step, ``<drug>.stop.<step>``.
    """
    found: dict[str, Quantity] = {}
    if case.head.subject.age:
        found["subject.age"] = case.head.subject.age
    for row in case.rows.observations:
        if row.value:
            found[row.id] = row.value
        _add_time(found, case, "observations", row, row.id)
    for row in case.rows.motor:
        if grade := row.grade:
            found[f"motor.{row.id}"] = grade
        _add_time(found, case, "motor", row, f"motor.{row.id}")
    for row in case.rows.findings:
        if row.event:
            _add_time(found, case, "findings", row, row.id)
            _add_end(found, case, row, f"{row.id}.{{}}")
    for row in case.rows.treatments:
        drug, _, step = row.id.partition(".")
        _add_end(found, case, row, f"{drug}.{{}}.{step}")
    return found


def counts(case: Case) -> dict[str, Quantity]:
    """Return counts of rows.

    Findings that a reading leaves ambiguous widen the counts that they may join.
    """
    states = ("observed", "excluded", "ambiguous", "not reported")
    with recorded() as readings:
        by_state = {s: [f.id for f in case.rows.findings if f.state == s] for s in states}

    def count(
        table: str, ids: Iterable[str], how: str, unit: str, more: Iterable[str] = ()
    ) -> Quantity:
        sure, maybe = list(ids), list(more)
        sources = [f"{table}/{key}" for key in (*sure, *maybe)]
        low, high = len(sure), len(sure) + len(maybe)
        return Quantity(low, high, unit, how=how).traced(sources)

    found = {}
    for state in states:
        open_to = by_state["ambiguous"] if state in ("observed", "excluded") else ()
        how = f"count of findings that are {state}" + ("; up to those ambiguous" if open_to else "")
        name = f"findings.{state.replace(' ', '_')}"
        found[name] = count("findings", by_state[state], how, "{finding}", open_to).traced(
            readings=readings
        )
    for met in ("yes", "partly", "no"):
        items = [c.item for c in case.rows.care if c.met == met]
        found[f"care.{met}"] = count("care", items, f"count of items rated {met}", "{item}")
    if unrated := [c.item for c in case.rows.care if c.met == "not rated"]:
        found["care.not_rated"] = count("care", unrated, "count of items not rated", "{item}")
    found["care.items"] = count(
        "care", [c.item for c in case.rows.care], "count of items", "{item}"
    )
    items = [r.id for r in case.rows.register]
    found["register.items"] = count("register", items, "count of rows", "{item}")
    return found


def _add_time(found: dict[str, Quantity], case: Case, table: str, row: Any, name: str) -> None:
    time = clocks.when(case, table, row)
    if time and (time.readings or not (time.is_point and time.low == 0)):
        found[f"{name}.time"] = time


def _add_end(found: dict[str, Quantity], case: Case, row: Any, name: str) -> None:
    """Add when something stopped, and how long it lasted."""
    start, stop = clocks.span(case, row)
    if stop is None or (math.isinf(stop.high) and not stop.readings):
        return  # until when it is known to have gone on is no end, unless read as one
    found[name.format("stop")] = stop
    if start and math.isfinite(start.low) and start.low < stop.high:
        lasted = (stop - start).explained(f"from {start.text()} until {stop.text()}")
        found[name.format("lasted")] = replace(lasted, low=max(lasted.low, 0.0), shown=stop.shown)
