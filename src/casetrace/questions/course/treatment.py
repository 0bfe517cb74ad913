"""Doses by day, solid where reported and hatched where not; courses at their weeks."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from itertools import zip_longest

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from casetrace.case.clocks import courses
from casetrace.case.model import Case
from casetrace.case.rows import Treatment
from casetrace.display.figure import lead
from casetrace.display.style import COLOURS, GREY
from casetrace.quantity import Quantity, hull
from casetrace.quantity.units import printed
from casetrace.questions.course.lanes import Sheet
from casetrace.questions.exposure import doses as exposure
from casetrace.questions.values import alternatives, of_family

__all__ = ["course_ticks", "dose_steps"]

STUB = 2.2  # mm: a dose that is known at one moment is drawn this long, so that it is seen


def dose_steps(sheet: Sheet, drug: str) -> None:
    """A dose by day: solid where reported, hatched where not, nothing once it has ended."""
    case, ax, time = sheet.case, sheet.axes[drug], sheet.time
    steps = [t for t in case.rows.treatments if t.drug == drug and t.clock in time.segments]
    doses = {t.id: t.dose for t in steps}
    finite = [q.high for q in doses.values() if q and math.isfinite(q.high)]
    top = max(finite, default=1.0)
    ceiling = top * (1.5 if sheet.wide else 1.85)
    ax.set_ylim(0, ceiling)
    halves = [0, top / 2, top] if top == 2 * int(top / 2) else [0, top]
    ax.set_yticks(halves if finite else [])
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    unit = next((printed(q.unit) for q in doses.values() if q), "")
    name = next(t.name for t in case.rows.treatments if t.drug == drug)
    sheet.title(drug, name.capitalize(), unit)
    every = [_Place.of(sheet, step, doses[step.id]) for step in steps]
    for place in every:
        _draw_step(sheet, ax, drug, place, top)
    # A range is what lies between two doses, if there are any.
    places = [p for p in every if p.dose is not None or not doses[p.step.id]] or every
    for place, after in zip_longest(places, places[1:]):
        end = after.x if after else time.width
        if not place.has_ended and end - place.x_end >= 0.5:
            _draw_unknown(sheet, ax, drug, place, after, end)
        elif place.dose is None and place.has_ended:
            _hatched(ax, place.x, max(place.x_end, place.x + STUB), 0, ceiling)
            words = ["dose not reported", "not reported", "?"]
            _unknown_words(sheet, ax, (place.x, place.x_end, ceiling / 2), words)


@dataclass(frozen=True)
class _Place:
    """Where a step is drawn, in mm; ``dose`` is None unless it is reported as a point."""

    step: Treatment
    x: float
    x_end: float
    dose: Quantity | None
    has_ended: bool

    @classmethod
    def of(cls, sheet: Sheet, step: Treatment, dose: Quantity | None) -> _Place:
        at, until = (_week(sheet.case, step, field) for field in ("start", "stop"))
        segment = sheet.time.segments[step.clock]
        x = segment.zero if at is None else sheet.time.x(step.clock, at.low)
        ends = exposure.has_ended(step)
        last = max(until.high if ends else until.low, at.low if at else 0.0) if until else None
        x_end = x if last is None else sheet.time.x(step.clock, last)
        known = dose is not None and dose.is_point and at is not None and math.isfinite(at.low)
        return cls(step, x, max(x_end, x + STUB * known), dose if known else None, ends)


def _draw_step(sheet: Sheet, ax: Axes, drug: str, place: _Place, top: float) -> None:
    """A dose that is reported, as far as it is known to hold."""
    step, dose = place.step, place.dose
    at, until = (_week(sheet.case, step, field) for field in ("start", "stop"))
    source = f"treatments/{step.id}"
    if dose is None:
        span = hull(at, until) if at and until and place.has_ended else at
        given = step.dose
        sheet.note(drug, step.name, "unknown", given, span, step.clock, source)
        return
    ax.plot(
        [place.x, place.x_end], [dose.low] * 2, color=COLOURS["orange"], linewidth=2.4, zorder=4
    )
    ax.plot([place.x] * 2, [0, dose.low], color=COLOURS["orange"], linewidth=0.8, zorder=4)
    said = ax.text(
        place.x + 0.2,
        dose.low + top * 0.12,
        dose.text(unit=False),
        ha="left",
        va="bottom",
        zorder=7,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    )
    lead(source, said)
    is_span = until is not None and until.is_point and until.low > at.low
    sheet.note(
        drug, step.name, "step", dose, hull(at, until) if is_span else at, step.clock, source
    )


def _draw_unknown(
    sheet: Sheet, ax: Axes, drug: str, place: _Place, after: _Place | None, end: float
) -> None:
    """Hatch from a step to the next one, or to the end: what was given then is not reported."""
    ceiling = ax.get_ylim()[1]
    if place.dose is not None and after is not None and after.dose is not None:
        low, high = sorted((place.dose.low, after.dose.low))  # the two doses bound it
        top = ax.get_yticks()[-1]
        _hatched(ax, place.x_end, end, low, high if high > low else high + top * 0.05)
        falls = 0 < after.dose.low < place.dose.low
        words = ["reduced, steps not reported"] * falls + ["steps not reported", "not reported"]
        _unknown_words(sheet, ax, (place.x_end, end, high + top * 0.09), words, "bottom")
        return
    start = place.x_end if place.dose is not None else place.x
    _hatched(ax, start, end, 0, ceiling)
    left = start
    if after is None:
        left = max(list(sheet.time.segments.values())[-1].left, start)
        sheet.note(drug, "dose after the last step", "unknown", text="not reported")
    words = ["dose not reported", "not reported", "?"]
    _unknown_words(sheet, ax, (left, end, ceiling / 2), words)


def _week(case: Case, step: Treatment, field: str) -> Quantity | None:
    """Start or stop of a step in weeks; None if not reported."""
    q = getattr(step, field)
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


def _amount(case: Case, name: str) -> tuple[str, bool]:
    """The dose of a course, with what it is under other options; whether one leaves it open."""
    dose = of_family(case, "exposure")[name]
    others = [q for _, _, q in alternatives(case, name)]
    known = [q.text(unit=False) for q in others if math.isfinite(q.high)]
    if not math.isfinite(dose.high):
        return "", True
    return dose.text() + (f" (or {' or '.join(known)})" if known else ""), len(known) < len(others)


def _dose_name(block: str) -> str:
    """Id of the dose of a course of a block."""
    drug, _, step = block.partition(".")
    return f"{drug}.dose_per_course.{step}"


def course_ticks(sheet: Sheet, drug: str) -> None:
    """Each course as a bar on its clock, with the interval of each block above it."""
    case, ax, time = sheet.case, sheet.axes[drug], sheet.time
    values = exposure.of_courses(case, drug)
    given = courses(case, drug)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    blocks = {t.id: t for t in case.rows.treatments if t.drug == drug and t.is_block}
    name = next(iter(blocks.values())).name
    amounts = {key: _amount(case, _dose_name(key)) for key in blocks}
    unsaid = [key.partition(".")[2].replace("_", " ") for key in blocks if amounts[key][1]]
    more = f"; no dose printed for the {' and '.join(unsaid)}" if unsaid else ""
    sheet.title(drug, name.capitalize(), f"planned courses{more}" if sheet.wide else more[2:])
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
            values[_dose_name(one.block)],
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
        every = f"every {interval.text()}" if interval else "interval not reported"
        count = values[f"{drug}.courses.{step}"]
        amount = amounts[key][0]
        words = f"{count.text()} × {amount}" if amount else f"{count.text()} courses"
        if len(mine) > 1:
            fits = sheet.wide and len(words + every) * 1.2 < right - left
            words += f",{' ' if fits else chr(10)}{every}"
        said = ax.text((left + right) / 2, 0.64, words, ha="center", va="bottom", linespacing=1.0)
        lead(f"treatments/{key}", said)
        if math.isinf(count.high) and right + 2 < time.width:
            _hatched(ax, right + 1, time.width, 0, 0.42)
            sheet.note(drug, "courses after", "unknown", text="not reported")
