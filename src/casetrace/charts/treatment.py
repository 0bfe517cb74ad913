"""Doses by day, solid where reported and hatched where not; courses at their weeks."""

from __future__ import annotations

import math
import textwrap
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from casetrace import exposure
from casetrace.case import Case
from casetrace.case.rows import Treatment
from casetrace.charts.sheet import Sheet
from casetrace.charts.style import COLOURS, GREY
from casetrace.course import courses
from casetrace.quantity import Quantity, hull
from casetrace.units import printed

__all__ = ["course_ticks", "dose_steps"]

STUB = 2.2  # mm: a dose that is known at one moment is drawn this long, so that it is seen


def dose_steps(sheet: Sheet, drug: str) -> None:
    """A dose by day: solid where reported, hatched where it is not."""
    case, ax, time = sheet.case, sheet.axes[drug], sheet.time
    steps = [t for t in case.treatments if t.drug == drug and t.clock in time.segments]
    doses = {t.id: case.quantity("treatments", t.id, "dose", "dose_unit") for t in steps}
    finite = [q.high for q in doses.values() if q and math.isfinite(q.high)]
    top = max(finite, default=1.0)
    ceiling = top * (1.5 if sheet.wide else 1.85)
    ax.set_ylim(0, ceiling)
    halves = [0, top / 2, top] if top == 2 * int(top / 2) else [0, top]
    ax.set_yticks(halves if finite else [])
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    unit = next((printed(q.unit) for q in doses.values() if q), "")
    name = next(t.name for t in case.treatments if t.drug == drug)
    sheet.title(drug, name.capitalize(), unit)
    known: list[tuple[float, float, Quantity]] = []
    for step in steps:
        dose = doses[step.id]
        at, until = (_week(case, step, field) for field in ("start", "stop"))
        source = f"treatments/{step.id}"
        if dose is None or not dose.is_point or at is None or not at.is_point:
            sheet.note(drug, step.name, "unknown", dose, at, step.clock, source)
            continue
        x = time.x(step.clock, at.low)
        has_end = until is not None and until.is_point and until.low > at.low
        x_end = max(time.x(step.clock, until.low), x + STUB) if has_end else x + STUB
        known.append((x, x_end, dose))
        ax.plot([x, x_end], [dose.low] * 2, color=COLOURS["orange"], linewidth=2.4, zorder=4)
        ax.plot([x, x], [0, dose.low], color=COLOURS["orange"], linewidth=0.8, zorder=4)
        ax.text(
            x + 0.2,
            dose.low + top * 0.12,
            dose.text(unit=False),
            ha="left",
            va="bottom",
            zorder=7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
        span = hull(at, until) if has_end else at
        sheet.note(drug, step.name, "step", dose, span, step.clock, source)
    for (_, x, dose), (x_next, _, dose_next) in pairwise(known):
        if x_next - x < 0.5:
            continue
        low, high = sorted((dose.low, dose_next.low))
        _hatched(ax, x, x_next, low, high if high > low else high + top * 0.05)
        falls = dose_next.low < dose.low
        _unknown_words(
            sheet,
            ax,
            (x, x_next, high + top * 0.09),
            ["reduced, steps not reported" if falls else "steps not reported", "not reported"],
            "bottom",
        )
    # After the last known dose nothing bounds it: the hatching fills the lane.
    first = min((time.x(t.clock, 0) for t in steps), default=0.0)
    x = known[-1][1] if known else first
    if time.width - x > STUB:
        _hatched(ax, x, time.width, 0, ceiling)
        last = list(time.segments.values())[-1]
        words = ["dose not reported", "not reported", "?"]
        _unknown_words(sheet, ax, (max(last.left, x), last.right, ceiling / 2), words)
        sheet.note(drug, "dose after the last step", "unknown", text="not reported")


def _week(case: Case, step: Treatment, field: str) -> Quantity | None:
    """Start or stop of a step in weeks; None if not reported."""
    q = case.quantity("treatments", step.id, field, "time_unit")
    return q.to("wk") if q else None


def _hatched(ax: Axes, x: float, x_end: float, low: float, high: float) -> None:
    ax.add_patch(
        Rectangle(
            (x, low),
            x_end - x,
            high - low,
            facecolor="white",
            edgecolor=GREY["hatch"],
            hatch="//////",
            linewidth=0,
            zorder=1,
        )
    )


def _unknown_words(
    sheet: Sheet,
    ax: Axes,
    place: tuple[float, float, float],
    choices: list[str],
    va: str = "center",
) -> None:
    """Words in or over a hatched stretch: the first choice that has room there, or none."""
    left, right, y = place
    letter, most = (1.15, 1) if sheet.wide else (0.95, 2)
    for words in choices:
        lines = textwrap.wrap(words, max(8, int((right - left) / letter)), break_long_words=False)
        if len(lines) <= most and max(map(len, lines)) * letter <= right - left:
            break
    else:
        return
    ax.text(
        (left + right) / 2,
        y,
        "\n".join(lines),
        ha="center",
        va=va,
        color=GREY["text"],
        linespacing=1.0,
        zorder=6,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )


def _dose_reading(sheet: Sheet, drug: str) -> str:
    """How passages on dose and schedule are read; empty if they hang on no passage."""
    case = sheet.case
    rows = [t.id for t in case.treatments if t.drug == drug]
    fields = ("dose_per", "dose", "gap") if sheet.wide else ("dose_per",)
    names = case.hangs_on(*(f"treatments/{row}/{field}" for row in rows for field in fields))
    read = {n: case.chosen[n] for n in names if case.head.readings[n].kind == "passage"}
    return ", ".join(
        f"{n.removeprefix(f'{drug}_').replace('_', ' ')}: {o}" for n, o in read.items()
    )


def course_ticks(sheet: Sheet, drug: str) -> None:
    """Each course as a bar on its clock, with the interval of each block above it."""
    case, ax, time = sheet.case, sheet.axes[drug], sheet.time
    values = exposure.of_courses(case, drug)
    given = courses(case, drug)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    blocks = {t.id: t for t in case.treatments if t.drug == drug and t.is_block}
    name = next(iter(blocks.values())).name
    how = _dose_reading(sheet, drug)
    sheet.title(
        drug,
        name.capitalize(),
        f"{'planned ' if sheet.wide else ''}courses{f'; {how}' if how else ''}",
    )
    for one in given:
        x, x_end = (time.x(one.clock, w) for w in (one.week.low, one.week.high))
        ax.add_patch(
            Rectangle(
                (x - 0.45, 0),
                max(x_end - x, 0) + 0.9,
                0.42,
                facecolor=COLOURS["green"],
                linewidth=0,
                zorder=3,
            )
        )
        sheet.note(
            drug,
            f"course {one.number}",
            "tick",
            values[f"{drug}.dose_per_course.{one.block.partition('.')[2]}"],
            one.week,
            one.clock,
            f"treatments/{one.block}",
        )
    for key in blocks:
        mine = [c for c in given if c.block == key]
        step = key.partition(".")[2]
        left, right = (time.x(c.clock, c.week.low) for c in (mine[0], mine[-1]))
        ax.plot([left, right], [0.55, 0.55], color=COLOURS["green"], linewidth=0.6, zorder=3)
        interval = values.get(f"{drug}.interval.{step}")
        dose = values[f"{drug}.dose_per_course.{step}"]
        every = f"every {interval.text()}" if interval else "interval not reported"
        amount = "dose not reported" if not math.isfinite(dose.high) else dose.text()
        words = f"{len(mine)} × {amount}"
        if len(mine) > 1:
            words += f",{' ' if sheet.wide else chr(10)}{every}"
        ax.text((left + right) / 2, 0.64, words, ha="center", va="bottom", linespacing=1.0)
