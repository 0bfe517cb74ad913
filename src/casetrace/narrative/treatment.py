"""What a narrative's template may say of treatments, as traced text."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from casetrace.display.trace import mark
from casetrace.narrative.narrator import Narrator
from casetrace.questions.exposure.doses import has_ended
from casetrace.questions.values import of_family

__all__ = ["block_name", "vocabulary"]


def vocabulary(narrator: Narrator) -> dict[str, Any]:
    """Names for the template, beside those of the narrator."""
    return {
        "before": lambda: _before(narrator),
        "drugs": lambda: _drugs(narrator),
        "otherwise": lambda drug: _otherwise(narrator, drug),
    }


def _is_before(narrator: Narrator, rows: list[Any]) -> bool:
    """Whether a drug was taken before the first clock began, and no more is known of it."""
    first = narrator.case.head.clocks[0].id
    starts = [t.start for t in rows]
    return all(
        t.clock == first and not t.stop and q and math.isinf(q.low) and q.high <= 0
        for t, q in zip(rows, starts, strict=True)
    )


def _by_drug(narrator: Narrator, is_before: bool) -> dict[str, list[Any]]:
    """Steps by drug: of those taken before, or of all others."""
    found: dict[str, list[Any]] = {}
    for step in narrator.case.rows.treatments:
        found.setdefault(step.drug, []).append(step)
    return {d: rows for d, rows in found.items() if _is_before(narrator, rows) == is_before}


def _before(narrator: Narrator) -> list[str]:
    """Drugs that were taken before the illness was looked at, with their doses."""
    said = []
    for drug, rows in _by_drug(narrator, True).items():
        words = [narrator.named(f"treatments/{rows[0].id}", rows[0].name)]
        keys = (f"{drug}.dose.{t.id.partition('.')[2]}" for t in rows)
        words += [narrator.value(key) for key in keys if key in narrator.values]
        said.append(" ".join(words))
    return said


def _drugs(narrator: Narrator) -> list[SimpleNamespace]:
    """Each drug with its reported doses, or with its blocks of courses."""
    found = []
    for drug, rows in _by_drug(narrator, False).items():
        by_day, blocks = ([t for t in rows if t.is_block == is_block] for is_block in (False, True))
        row, name, route = f"treatments/{rows[0].id}", rows[0].name, rows[0].route
        said = {t.id: _dose(narrator, t) for t in by_day}
        found.append(
            SimpleNamespace(
                id=drug,
                name=narrator.plainly(row, name),
                route=narrator.plainly(row, route) if route and route not in name else "",
                each=_of_first(drug, "dose_per_course", blocks),
                grams=_of_first(drug, "grams_per_course", blocks),
                rates=_rates(narrator, blocks),
                printed=_printed(narrator, blocks),
                doses=[words for words in said.values() if words],
                blocks=[_block(narrator, t, blocks) for t in blocks],
                single=_single(narrator, blocks[0]) if _is_single(narrator, drug) else "",
                has_unknown=not all(said.values()) or _goes_on(narrator, by_day),
            )
        )
    return found


def _of_first(drug: str, name: str, blocks: list[Any]) -> str:
    """The id of a value of the first block of a drug; empty without one."""
    return f"{drug}.{name}.{blocks[0].id.partition('.')[2]}" if blocks else ""


def _is_single(narrator: Narrator, drug: str) -> bool:
    """Whether a drug was given in one course and no more."""
    count = narrator.values.get(f"{drug}.courses")
    return count is not None and count.is_point and count.low == 1


def _goes_on(narrator: Narrator, steps: list[Any]) -> bool:
    """Whether the last dose that is reported may have been followed by others."""
    last = steps[-1] if steps else None
    if last is None or not _is_known(narrator, last) or not last.start:
        return False
    start = last.start
    return math.isfinite(start.low) and not has_ended(last)


def _otherwise(narrator: Narrator, drug: str) -> list[str]:
    """What a course and all courses are under each other option of the passages."""
    blocks = [t for t in narrator.case.rows.treatments if t.drug == drug and t.is_block]
    total, each = f"{drug}.dose_total", _of_first(drug, "dose_per_course", blocks)
    readings, said = narrator.case.head.readings, []
    for name in narrator.values[total].readings:
        options = readings[name].options if readings[name].kind == "passage" else {}
        for option in options:
            other = of_family(narrator.case.under({name: option}), "exposure")
            if other[total].text() == narrator.values[total].text():
                continue

            def marked(key: str, other: Any = other, name: str = name) -> str:
                return mark(f"case.yaml/readings/{name}", narrator.text(other[key]))

            words = {"total": marked(total), "how": narrator.option(name, option)}
            if _is_single(narrator, drug):
                del words["total"]
                said.append(
                    narrator.audience.phrase("otherwise_single", each=marked(each), **words)
                )
            elif other[each].is_point and other[each].text() != narrator.values[each].text():
                said.append(narrator.audience.phrase("otherwise_each", each=marked(each), **words))
            else:
                said.append(narrator.audience.phrase("otherwise", **words))
    return said


def _is_known(narrator: Narrator, step: Any) -> bool:
    key = f"{step.drug}.dose.{step.id.partition('.')[2]}"
    return key in narrator.values and narrator.values[key].is_point


def _dose(narrator: Narrator, step: Any) -> str:
    """A dose with its time; empty if nothing is to be said, or the dose is a range."""
    start, stop = (getattr(step, field) for field in ("start", "stop"))
    if _is_known(narrator, step):
        dose = narrator.value(f"{step.drug}.dose.{step.id.partition('.')[2]}")
    elif step.dose or not (start or stop):
        return ""
    else:
        dose = narrator.audience.phrases["unknown_dose"]
    if not step.clock or not (start or stop):
        return dose
    key, clock = f"treatments/{step.id}", narrator.zero(step.clock)
    words = {
        name: mark(key, narrator.text(q)) for name, q in (("start", start), ("stop", stop)) if q
    }
    if start and math.isinf(start.low) and start.high <= 0:
        return narrator.audience.phrase("dose_before", dose=dose, clock=clock)
    if has_ended(step) and (start is None or stop.high > start.low):
        name = "dose_from_to" if start else "dose_until"
        if start and start.is_point and not start.low:
            name = "dose_from_zero"
        return narrator.audience.phrase(name, dose=dose, clock=clock, **words)
    if start and start.low:
        return narrator.audience.phrase("dose_after", dose=dose, time=words["start"], clock=clock)
    return narrator.audience.phrase("dose_at", dose=dose, clock=clock)


def _single(narrator: Narrator, block: Any) -> str:
    """A single course: its dose, by day if it is counted so, and when it was given."""
    key = f"treatments/{block.id}"
    amount = narrator.value(_of_first(block.drug, "dose_per_course", [block]))
    said = narrator.audience.phrase("single_course", amount=amount)
    if block.dose_per == "day":
        dose = mark(key, narrator.text(block.dose))
        days = mark(key, narrator.text(block.days_per_course))
        said = narrator.audience.phrase("single_by_day", amount=amount, dose=dose, days=days)
    start = block.start
    if start is None or math.isinf(start.low):
        return said
    if not start.low:
        at = narrator.audience.phrase("at", clock=narrator.zero(block.clock))
        return narrator.audience.phrase("value", value=said, occasion=at)
    when = mark(key, narrator.text(start))
    return narrator.audience.phrase("event", name=said, time=when, clock=narrator.zero(block.clock))


def block_name(narrator: Narrator, block: Any) -> str:
    """What a block of courses is called, after its id."""
    return narrator.named(f"treatments/{block.id}", block.id.partition(".")[2].replace("_", " "))


def _block(narrator: Narrator, block: Any, blocks: list[Any]) -> str:
    """A block with its name, if there are others, and its dose, if theirs differs."""
    step = block.id.partition(".")[2]
    courses, interval, dose = (
        f"{block.drug}.{name}.{step}" for name in ("courses", "interval", "dose_per_course")
    )
    has_others = len(blocks) > 1
    of = narrator.audience.phrase("block_name", block=block_name(narrator, block)) * has_others
    words = {"courses": narrator.value(courses), "of": of}
    if interval in narrator.values:
        said = narrator.audience.phrase("block", interval=narrator.value(interval), **words)
    else:
        said = narrator.audience.phrase("block_alone", **words)
    doses = {narrator.values[_of_first(t.drug, "dose_per_course", [t])].text() for t in blocks}
    if len(doses) > 1 and math.isfinite(narrator.values[dose].high):
        return narrator.audience.phrase("block_dose", block=said, dose=narrator.value(dose))
    return said


def _rates(narrator: Narrator, blocks: list[Any]) -> list[str]:
    """Doses per week, each with its block if there are several."""
    keys = {f"{t.drug}.dose_rate.{t.id.partition('.')[2]}": t for t in blocks}
    found = {key: t for key, t in keys.items() if key in narrator.values}
    if len(found) == 1:
        return [narrator.value(key) for key in found]
    return [
        narrator.audience.phrase("rate", rate=narrator.value(key), block=block_name(narrator, t))
        for key, t in found.items()
    ]


def _printed(narrator: Narrator, blocks: list[Any]) -> list[str]:
    """The words of the report that carry the doses of courses, each once."""
    once = {t.as_reported: t for t in reversed(blocks) if t.as_reported and t.dose}
    return [
        mark(f"treatments/{t.id}", narrator.audience.phrase("quoted", words=words))
        for words, t in reversed(once.items())
    ]
