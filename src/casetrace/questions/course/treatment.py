"""Doses by day, solid where reported and hatched where not; courses at their weeks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import zip_longest

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from casetrace.case.clocks import clock_of, courses, span
from casetrace.case.model import Case
from casetrace.case.rows import Treatment
from casetrace.display.figure import lead
from casetrace.display.labels import Place
from casetrace.display.panel import hatched
from casetrace.display.style import COLOURS, GREY, PAPER
from casetrace.quantity import Quantity, hull
from casetrace.quantity.units import printed
from casetrace.quantity.wording import plural, titled
from casetrace.questions.course.given import amount, unit_of
from casetrace.questions.course.layout import words_mm
from casetrace.questions.course.sheet import Sheet
from casetrace.questions.exposure import doses as exposure

__all__ = ["course_ticks", "dose_steps"]

LABEL = 0.6  # height of a row of labels, in heights of a course
SIDES = ((0.6, "left"), (-1.5, "right"))  # points from the start of a dose, and alignment
STUB = 2.2  # mm: a dose that is known at one moment is drawn this long, so that it is seen


def dose_steps(sheet: Sheet, drug: str) -> None:
    """A dose by day: solid where reported, hatched where not, nothing once it has ended."""
    case, ax, time = sheet.case, sheet.axes[drug], sheet.time
    steps = [
        t for t in case.rows.treatments if t.drug == drug and clock_of(case, t) in time.segments
    ]
    unit = unit_of(steps)
    doses = {t.id: t.dose and t.dose.to(unit) for t in steps}
    finite = [q.high for q in doses.values() if q and math.isfinite(q.high)]
    top = max(finite, default=1.0)
    ceiling = top * (1.5 if sheet.wide else 1.85)
    ax.set_ylim(0, ceiling)
    halves = [0, top / 2, top] if top == 2 * int(top / 2) else [0, top]
    ax.set_yticks(halves if finite else [])
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.10g}"))
    name = next(t.name for t in case.rows.treatments if t.drug == drug)
    sheet.title(drug, titled(name), printed(unit))
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
            _hatched(sheet, ax, place.x, max(place.x_end, place.x + STUB), 0, ceiling)
            words = ["dose not reported", "not reported"]
            _unknown_words(sheet, drug, (place.x, place.x_end, ceiling / 2), words)


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
        clock = clock_of(sheet.case, step)
        x = sheet.time.x(clock, 0.0 if at is None else at.low)
        ends = exposure.has_ended(step)
        last = max(until.high if ends else until.low, at.low if at else 0.0) if until else None
        x_end = x if last is None else sheet.time.x(clock, last)
        known = dose is not None and dose.is_point and at is not None and math.isfinite(at.low)
        return cls(step, x, max(x_end, x + STUB * known), dose if known else None, ends)


def _draw_step(sheet: Sheet, ax: Axes, drug: str, place: _Place, top: float) -> None:
    """A dose that is reported, as far as it is known to hold."""
    step, dose = place.step, place.dose
    clock = clock_of(sheet.case, step)
    at, until = (_week(sheet.case, step, field) for field in ("start", "stop"))
    source = f"treatments/{step.id}"
    if dose is None:
        lasted = hull(at, until) if at and until and place.has_ended else at
        given = step.dose
        sheet.note(drug, step.name, "unknown", given, lasted, clock, source)
        return
    ax.plot(
        [place.x, place.x_end], [dose.low] * 2, color=COLOURS["orange"], linewidth=2.4, zorder=4
    )
    ax.plot([place.x] * 2, [0, dose.low], color=COLOURS["orange"], linewidth=0.8, zorder=4)
    words = dose.text(unit=False)
    places = [Place(right, up, ha, "bottom", words) for up in (2.5, 7) for right, ha in SIDES]
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
    lead(source, sheet.labels[drug].put(place.x, dose.low, places, zorder=7, bbox=paper))
    is_span = until is not None and until.is_point and until.low > at.low
    sheet.note(drug, step.name, "step", dose, hull(at, until) if is_span else at, clock, source)


def _draw_unknown(
    sheet: Sheet, ax: Axes, drug: str, place: _Place, after: _Place | None, end: float
) -> None:
    """Hatch from a step to the next one, or to the end: what was given then is not reported."""
    ceiling = ax.get_ylim()[1]
    if place.dose is not None and after is not None and after.dose is not None:
        low, high = sorted((place.dose.low, after.dose.low))  # the two doses bound it
        top = ax.get_yticks()[-1]
        _hatched(sheet, ax, place.x_end, end, low, high if high > low else high + top * 0.05)
        falls = 0 < after.dose.low < place.dose.low
        words = ["reduced, steps not reported"] * falls + ["steps not reported", "not reported"]
        _unknown_words(sheet, drug, (place.x_end, end, high + top * 0.09), words, "bottom")
        return
    start = place.x_end if place.dose is not None else place.x
    _hatched(sheet, ax, start, end, 0, ceiling)
    left = start
    if after is None:
        left = max(list(sheet.time.segments.values())[-1].left, start)
        sheet.note(drug, "dose after the last step", "unknown", text="not reported")
    words = ["dose not reported", "not reported"]
    _unknown_words(sheet, drug, (left, end, ceiling / 2), words)


def _week(case: Case, step: Treatment, field: str) -> Quantity | None:
    """Start or stop of a step in weeks; None if not reported."""
    return span(case, step)[field == "stop"]


def _hatched(sheet: Sheet, ax: Axes, x: float, x_end: float, low: float, high: float) -> None:
    """Hatch a stretch, but for the breaks of the axis."""
    for piece in (p for s in sheet.time.segments.values() for p in s.pieces):
        left, right = max(x, piece.left), min(x_end, piece.right)
        if right > left:
            hatched(ax, left, low, right - left, high - low)


def _unknown_words(
    sheet: Sheet,
    drug: str,
    place: tuple[float, float, float],
    choices: list[str],
    va: str = "center",
) -> None:
    """Words in or over a hatched stretch: the first choice that has room there, or none."""
    left, right, y = place
    shapes = [choices, ["\n".join(words.rsplit(" ", 1)) for words in choices]]
    for text in (text for shape in shapes[: 1 if sheet.wide else 2] for text in shape):
        if max(map(words_mm, text.split("\n"))) > right - left:
            continue
        said = sheet.labels[drug].put(
            (left + right) / 2,
            y,
            [Place(0, 0, "center", va, text)],
            optional=True,
            color=GREY["text"],
            linespacing=1.0,
            zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )
        if said is not None:
            return


def course_ticks(sheet: Sheet, drug: str) -> None:
    """Each course as a bar on its clock, with the interval of each block above it."""
    case, ax, time = sheet.case, sheet.axes[drug], sheet.time
    given = [one for one in courses(case, drug) if one.clock]
    rows = sheet.rows(drug)
    ax.set_ylim(0, 1 + LABEL * rows)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    blocks = {t.id: t for t in case.rows.treatments if t.drug == drug and t.is_block}
    name = next(iter(blocks.values())).name
    doses = {key: amount(case, key) for key in blocks}
    unsaid = [key.partition(".")[2].replace("_", " ") for key, (_, lacks) in doses.items() if lacks]
    planned = f"planned {plural(next(iter(blocks.values())).each)}"
    is_assumed = all(dose for dose, _ in doses.values())
    more = f"dose of the {' and '.join(unsaid)} not printed" + ", assumed" * is_assumed
    short = ("a dose is assumed", "one assumed") if is_assumed else ("a dose is not printed",)
    told = (f"{planned}; {more}", more, f"{planned}; {short[0]}", *short) if unsaid else (planned,)
    sheet.title(drug, titled(name), *told)
    for one in given:
        x, x_end = (time.x(one.clock, w) for w in (one.week.low, one.week.high))
        box = Rectangle((x - 0.45, 0), max(x_end - x, 0) + 0.9, 0.75, linewidth=0, zorder=3)
        box.set(facecolor=COLOURS["green"], alpha=1.0 if x_end - x < 0.9 else 0.25)
        ax.add_patch(box)
        sheet.used |= {"maybe"} if x_end - x >= 0.9 else set()
        sheet.note(
            drug,
            f"course {one.number}",
            "tick",
            exposure.per_course(case, blocks[one.block]),
            one.week,
            one.clock,
            f"treatments/{one.block}",
        )
    for key, spot in sheet.course_spots(drug).items():
        mine = [c for c in given if c.block == key and c.clock]
        ends = [time.x(c.clock, c.week.low) for c in (mine[0], mine[-1])]
        y = 0.95 + LABEL * spot.row
        if ends[1] > ends[0]:
            ax.plot(ends, [0.95, 0.95], color=COLOURS["green"], linewidth=0.6, zorder=3)
        said = ax.text(spot.words, y + 0.08, spot.text, ha="left", va="bottom", bbox=PAPER)
        lead(f"treatments/{key}", said)
        count = blocks[key].courses
        if (count is None or math.isinf(count.high)) and ends[1] + 2 < time.width:
            _hatched(sheet, ax, ends[1] + 1, time.width, 0, 0.75)
            sheet.note(drug, f"{plural(blocks[key].each)} after", "unknown", text="not reported")
