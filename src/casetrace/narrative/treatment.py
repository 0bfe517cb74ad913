"""What a narrative's template may say of treatments, as traced text."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from casetrace.narrative.trace import mark
from casetrace.values import of_family

if TYPE_CHECKING:
    from casetrace.narrative.teller import Teller

__all__ = ["vocabulary"]


def vocabulary(teller: Teller) -> dict[str, Any]:
    """Names for the template, beside those of the teller."""
    return {
        "drugs": lambda: _drugs(teller),
        "otherwise": lambda drug: _otherwise(teller, drug),
    }


def _drugs(teller: Teller) -> list[SimpleNamespace]:
    """Each drug with its reported doses, or with its blocks of courses."""
    found, case = [], teller.case
    for drug in dict.fromkeys(t.drug for t in case.treatments):
        rows = [t for t in case.treatments if t.drug == drug]
        rates = [k for k in teller.values if k.startswith(f"{drug}.dose_rate.")]
        row, name, route = f"treatments/{rows[0].id}", rows[0].name, rows[0].route
        found.append(
            SimpleNamespace(
                id=drug,
                name=teller.plainly(row, name),
                route=teller.plainly(row, route) if route and route not in name else "",
                sums=[k for k in teller.values if k.startswith(f"{drug}.dose_sum.")],
                rates=[teller.value(k) for k in rates],
                doses=[_dose(teller, t) for t in rows if not t.is_block and _is_known(teller, t)],
                blocks=[_block(teller, t) for t in rows if t.is_block],
                has_unknown=not all(t.is_block or _is_known(teller, t) for t in rows),
            )
        )
    return found


def _otherwise(teller: Teller, drug: str) -> list[str]:
    """What a course and all courses are under each other option of the passages."""
    total, each = f"{drug}.dose_total", f"{drug}.dose_per_course"
    readings, said = teller.case.head.readings, []
    for name in teller.values[total].readings:
        options = readings[name].options if readings[name].kind == "passage" else {}
        for option in options:
            other = of_family(teller.case.under({name: option}), "exposure")
            if other[total].text() == teller.values[total].text():
                continue

            def marked(key: str, other: Any = other, name: str = name) -> str:
                return mark(f"case.yaml/readings/{name}", teller.text(other[key]))

            words = {"total": marked(total), "how": teller.option(name, option)}
            if other[each].is_point and other[each].text() != teller.values[each].text():
                said.append(teller.audience.phrase("otherwise_each", each=marked(each), **words))
            else:
                said.append(teller.audience.phrase("otherwise", **words))
    return said


def _is_known(teller: Teller, step: Any) -> bool:
    key = f"{step.drug}.dose.{step.id.partition('.')[2]}"
    return key in teller.values and teller.values[key].is_point


def _dose(teller: Teller, step: Any) -> str:
    dose = teller.value(f"{step.drug}.dose.{step.id.partition('.')[2]}")
    start, stop = (
        teller.case.quantity("treatments", step.id, field, "time_unit")
        for field in ("start", "stop")
    )
    if not step.clock or start is None:
        return dose
    begun, clock = mark(f"treatments/{step.id}", teller.text(start)), teller.zero(step.clock)
    if math.isinf(start.low) and start.high <= 0:
        return teller.audience.phrase("dose_before", dose=dose, clock=clock)
    if stop and stop.is_point and stop.low > start.low:
        ended = mark(f"treatments/{step.id}", teller.text(stop))
        return teller.audience.phrase(
            "dose_from_to", dose=dose, start=begun, stop=ended, clock=clock
        )
    if start.low:
        return teller.audience.phrase("dose_after", dose=dose, time=begun, clock=clock)
    return teller.audience.phrase("dose_at", dose=dose, clock=clock)


def _block(teller: Teller, block: Any) -> str:
    step = block.id.partition(".")[2]
    courses, interval = (f"{block.drug}.{name}.{step}" for name in ("courses", "interval"))
    if interval not in teller.values:
        return teller.value(courses)
    return teller.audience.phrase(
        "block", courses=teller.value(courses), interval=teller.value(interval)
    )
