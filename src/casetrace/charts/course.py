"""The clinical course on one page: laboratory, motor state, treatment and events."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from casetrace import exposure, response
from casetrace.case import Case
from casetrace.case.rows import Observation
from casetrace.charts.figure import Figure, Mark, finish
from casetrace.charts.style import COLOURS, FULL, GREY, mm, styled
from casetrace.charts.timeline import Timeline
from casetrace.course import courses, phases, when
from casetrace.quantity import Quantity
from casetrace.units import printed

__all__ = ["course"]


def course(case: Case, width: float = FULL) -> Figure:
    """Draw the clinical course.

    Exact values are filled marks, "about" open marks, "more than" an arrow from the bound, a
    range a band; no line joins them. Doses are drawn where reported and hatched where not.
    Each clock has its own stretch of the axis, and the axis is broken where the time between
    two clocks is not known.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    width : float
        Width of the figure in mm: 170 for two columns, 85 for one.

    Returns
    -------
    Figure
        Named ``course``, or ``course-column`` for one column.
    """
    wide = width >= 120
    with styled(7.0 if wide else 5.6):
        sheet = _Sheet(case, width, wide)
        for draw in (_laboratory, _motor):
            draw(sheet)
        for drug in sheet.drugs:
            (_course_ticks if sheet.is_in_courses(drug) else _dose_steps)(sheet, drug)
        _events(sheet)
        _axis(sheet)
        name = "course" if wide else "course-column"
        return finish(sheet.drawing, name, case.id, case.scenario, _alt(case, sheet), sheet.marks)


class _Sheet:
    """The sheet that the lanes are drawn on: panels, time axis, and the list of marks."""

    def __init__(self, case: Case, width: float, wide: bool) -> None:
        self.case, self.wide = case, wide
        self.marks: list[Mark] = []
        self.drugs = list(dict.fromkeys(t.drug for t in case.treatments))
        self.has_motor = any(m.grade for m in case.motor)
        left, right, top, bottom = (11.0, 1.0, 4.5, 11.0) if wide else (9.0, 0.6, 3.8, 9.0)
        heights = {"laboratory": 40.0 if wide else 34.0}
        if self.has_motor:
            heights["motor"] = 24.0 if wide else 25.0
        for drug in self.drugs:
            heights[drug] = 10.5 if self.is_in_courses(drug) else 14.0
        heights["events"] = 5.0 if wide else 6.5
        space = 6.2 if wide else 5.4
        total = top + bottom + sum(heights.values()) + space * (len(heights) - 1)
        self.time = Timeline(
            phases(case), width - left - right, 15.0 if wide else 9.0, 7.0 if wide else 4.2
        )
        self.drawing = Drawing(figsize=mm(width, total))
        self.axes: dict[str, Axes] = {}
        at = total - top
        for name, height in heights.items():
            at -= height
            box = (left / width, at / total, (width - left - right) / width, height / total)
            ax = self.drawing.add_axes(box)
            self.time.prepare(ax, bottom=name == "events")
            self.axes[name] = ax
            at -= space
        self.left = left

    def is_in_courses(self, drug: str) -> bool:
        return any(t.is_block for t in self.case.treatments if t.drug == drug)

    def title(self, lane: str, name: str, more: str = "") -> None:
        """Name a lane above its left edge: what in bold, unit and scale plain."""
        ax, up = self.axes[lane], 1.6 if self.wide else 1.2
        offset = {"textcoords": "offset points", "va": "bottom", "annotation_clip": False}
        head = ax.annotate(
            name,
            xy=(0, 1),
            xycoords="axes fraction",
            xytext=(-self.left / 25.4 * 72 + 2, up),
            fontweight="bold",
            **offset,
        )
        ax.annotate(more, xy=(1, 0), xycoords=head, xytext=(3, 0), color=GREY["text"], **offset)

    def note(
        self,
        lane: str,
        what: str,
        shape: str,
        value: Quantity | None = None,
        time: Quantity | None = None,
        clock: str = "",
        source: str = "",
        text: str = "",
    ) -> None:
        """Keep what was drawn for the data table and the alternative text."""
        self.marks.append(
            Mark(
                lane,
                what,
                shape,
                clock,
                _bound(time.low) if time else "",
                _bound(time.high) if time else "",
                _bound(value.low) if value else "",
                _bound(value.high) if value else "",
                value.unit if value else "",
                text or (value.text() if value else ""),
                source,
            )
        )


def _bound(number: float) -> str:
    return f"{number:.10g}" if math.isfinite(number) else ""


# --- lanes


def _laboratory(sheet: _Sheet) -> None:
    """The main measure on a log axis, with its upper reference limit."""
    case, ax = sheet.case, sheet.axes["laboratory"]
    measure = case.head.main_measure
    rows = [r for r in case.observations if r.id.partition(".")[0] == measure and r.time]
    values = {r.id: case.quantity("observations", r.id, "value", "unit") for r in rows}
    limit = response.upper_limit(case, measure)
    finite = [b for q in [*values.values(), *([limit] if limit else [])] for b in (q.low, q.high)]
    finite = [b for b in finite if math.isfinite(b) and b > 0]
    if not finite:
        return
    low, high = min(finite), max(finite)
    ax.set_yscale("log")
    ax.set_ylim(low / 2.2, high * 2.4)
    ax.yaxis.set_major_locator(LogLocator(base=10))
    ax.yaxis.set_minor_locator(LogLocator(base=10, subs=range(2, 10)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.10g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    unit = printed(rows[0].unit)
    sheet.title("laboratory", rows[0].name.capitalize(), f"{unit}, logarithmic scale")
    if limit:
        _limit_line(sheet, ax, limit, measure)
    for row in rows:
        time = when(case, "observations", row)
        value = values[row.id]
        shape = _draw_value(sheet, ax, row, value, time)
        source = f"observations/{row.id}"
        sheet.note(
            "laboratory", f"{row.name} {row.occasion}", shape, value, time, row.clock, source
        )
    _nothing_after(sheet, ax, rows, low, high)


def _limit_line(sheet: _Sheet, ax: Axes, limit: Quantity, measure: str) -> None:
    row = sheet.case.reference.get("limits", sheet.case.head.uses.upper_limit[measure])
    ax.axhspan(ax.get_ylim()[0], limit.low, color=GREY["fill"], alpha=0.45, linewidth=0, zorder=0)
    ax.axhline(limit.low, color=GREY["line"], linewidth=0.6, linestyle=(0, (4, 2)), zorder=1)
    words = f"upper reference limit {limit.text()}"
    if sheet.wide:
        words += f": {row.statistic}, {row.population.split(',')[0]} (assumed)"
    else:
        words += " (assumed)"
    ax.text(
        sheet.time.width - 0.5, limit.low * 0.9, words, ha="right", va="top", color=GREY["text"]
    )
    what = f"upper reference limit: {row.statistic}, {row.population}"
    sheet.note("laboratory", what, "line", limit, source=f"reference/limits/{row.id}")


def _draw_value(sheet: _Sheet, ax: Axes, row: Observation, value: Quantity, time: Quantity) -> str:
    """Draw one observation by what is known of it; returns the shape."""
    colour = COLOURS["blue"]
    x, x_end = (sheet.time.x(row.clock, w) for w in (time.low, time.high))
    centre = (x + x_end) / 2
    words = value.text(unit=False)
    if value.is_point:
        face = "white" if value.about else colour
        ax.plot(
            centre,
            value.low,
            "o",
            markersize=4.6 if sheet.wide else 3.8,
            markerfacecolor=face,
            markeredgecolor=colour,
            markeredgewidth=1.0,
            zorder=4,
        )
        if x_end > x:
            ax.plot([x, x_end], [value.low] * 2, color=colour, linewidth=0.5, zorder=3)
        _beside(sheet, ax, row.clock, centre, value.low, words)
        return "open point" if value.about else "point"
    if math.isinf(value.high) or math.isinf(value.low):
        up = math.isinf(value.high)
        bound = value.low if up else value.high
        tip = bound * (1.9 if up else 1 / 1.9)
        ax.annotate(
            "",
            xy=(centre, tip),
            xytext=(centre, bound),
            arrowprops={
                "arrowstyle": "-|>,head_width=0.14,head_length=0.28",
                "color": colour,
                "linewidth": 1.0,
                "shrinkA": 0,
                "shrinkB": 0,
            },
            zorder=4,
        )
        half = 1.5
        ax.plot([centre - half, centre + half], [bound] * 2, color=colour, linewidth=1.2, zorder=4)
        ax.text(centre, bound / 1.13, words.replace(" than ", " than\n"), ha="center", va="top")
        return "arrow"
    wide = max(x_end - x, 3.0)
    ax.add_patch(
        Rectangle(
            (centre - wide / 2, value.low),
            wide,
            value.high - value.low,
            facecolor=COLOURS["sky"],
            edgecolor=colour,
            linewidth=0.7,
            alpha=0.85,
            zorder=3,
        )
    )
    ax.text(centre, value.high * 1.1, words, ha="center", va="bottom")
    return "band"


def _beside(sheet: _Sheet, ax: Axes, clock: str, x: float, y: float, words: str) -> None:
    """A label beside a point: above in a narrow segment, right of it in a wide one."""
    if sheet.time.segments[clock].is_moment:
        ax.text(x, y * 1.22, words, ha="center", va="bottom")
    else:
        ax.text(x + 1.6, y, words.replace("about ", "about\n"), ha="left", va="center")


def _nothing_after(
    sheet: _Sheet, ax: Axes, rows: list[Observation], low: float, high: float
) -> None:
    """Say so where the last clock goes on and no value is reported."""
    case, time = sheet.case, sheet.time
    clock, segment = list(time.segments.items())[-1]
    last = [when(case, "observations", r) for r in rows if r.clock == clock]
    ends = [t.high if math.isfinite(t.high) else math.inf for t in last]
    known = max(ends, default=0.0)
    if segment.phase.last - known < 8:
        return
    left, right = time.x(clock, known), time.x(clock, segment.phase.last)
    inside = [r for r in rows if r.clock == clock]
    value = case.quantity("observations", inside[-1].id, "value", "unit") if inside else None
    y = (
        math.sqrt(value.low * value.high)
        if value and value.high < math.inf and value.low > 0
        else (math.sqrt(low * high))
    )
    _unknown_text(ax, (left + right) / 2, y, "not reported")


def _unknown_text(ax: Axes, x: float, y: float, words: str) -> None:
    ax.text(x, y, words, ha="center", va="center", color=GREY["text"], style="normal", zorder=6)


def _motor(sheet: _Sheet) -> None:
    """What the patient could do, as boxes over the grades that the words allow."""
    if not sheet.has_motor:
        return
    case, ax, time = sheet.case, sheet.axes["motor"], sheet.time
    rows = [m for m in case.motor if m.grade]
    scale = rows[0].scale
    grades = [int(float(g.grade)) for g in case.reference.scales if g.scale == scale]
    best, worst = min(grades), max(grades)
    ax.set_ylim(worst + 0.9, best - 0.9)
    ax.set_yticks([best, (best + worst) // 2, worst])
    ends = [
        f"{grade} {case.reference.get('scales', f'{scale}.{grade}').anchor}"
        for grade in (best, worst)
    ]
    sheet.title(
        "motor",
        "Motor state",
        f"{scale.capitalize()} grade" + (f" ({'; '.join(ends)})" if sheet.wide else ""),
    )
    seen: set[str] = set()
    for row in rows:
        grade = case.quantity("motor", row.id, "grade")
        at = when(case, "motor", row)
        seen.add(row.clock)
        open_end = math.isinf(at.high)
        x = time.x(row.clock, at.low)
        x_end = time.segments[row.clock].right if open_end else time.x(row.clock, at.high)
        narrowest = 4.0 if time.segments[row.clock].is_moment else 1.5
        if x_end - x < narrowest:
            middle = (x + x_end) / 2
            x, x_end = middle - narrowest / 2, middle + narrowest / 2
        top, bottom = grade.low - 0.4, grade.high + 0.4
        shade = 0.25 + 0.6 * ((grade.low + grade.high) / 2 - best) / (worst - best)
        ax.add_patch(
            Rectangle(
                (x, top),
                x_end - x,
                bottom - top,
                facecolor=COLOURS["purple"],
                alpha=shade,
                linewidth=0,
                zorder=2,
            )
        )
        edges = [(x, x), (x, x_end), (x, x_end)] + ([] if open_end else [(x_end, x_end)])
        spans = [(top, bottom), (top, top), (bottom, bottom), (top, bottom)]
        for (x1, x2), (y1, y2) in zip(edges, spans, strict=False):
            ax.plot([x1, x2], [y1, y2], color="#7A3E63", linewidth=0.7, zorder=3)
        _motor_label(sheet, ax, row, x, x_end, top, bottom)
        what = row.name + (" (onwards)" if open_end else "")
        text = f"{scale.capitalize()} grade {grade.text()}"
        source = f"motor/{row.id}"
        sheet.note("motor", what, "band", grade, at, row.clock, source, text)
    for clock, segment in time.segments.items():
        if clock not in seen:
            middle = (segment.left + segment.right) / 2
            words = "not reported" if segment.right - segment.left > 14 else "not\nreported"
            _unknown_text(ax, middle, (best + worst) / 2, words)
            sheet.note("motor", "not reported", "unknown", clock=clock)
    first = [when(case, "motor", r).low for r in rows if r.clock == clock]
    if first and min(first) * time.scale > 20:
        middle = time.x(clock, min(first) / 2)
        _unknown_text(ax, middle, (best + worst) / 2, "not reported")


def _motor_label(
    sheet: _Sheet, ax: Axes, row: Any, x: float, x_end: float, top: float, bottom: float
) -> None:
    """Words inside a box that is wide enough, else under or over it."""
    width = x_end - x
    letter = 1.2 if sheet.wide else 1.02
    if len(row.short) * letter < width:
        ax.text((x + x_end) / 2, (top + bottom) / 2, row.short, ha="center", va="center", zorder=5)
        return
    words = "\n".join(textwrap.wrap(row.short, 12 if sheet.wide else 9, break_long_words=False))
    below = bottom < 7.5
    if below and bottom + 1.0 + 1.6 * (words.count("\n") + 1) < 12:
        ax.text((x + x_end) / 2, bottom + 0.35, words, ha="center", va="top", linespacing=1.05)
    else:
        ax.text((x + x_end) / 2, top - 0.35, words, ha="center", va="bottom", linespacing=1.05)


def _dose_steps(sheet: _Sheet, drug: str) -> None:
    """A dose by day: solid where reported, hatched where it is not."""
    case, ax, time = sheet.case, sheet.axes[drug], sheet.time
    steps = [t for t in case.treatments if t.drug == drug and t.clock in time.segments]
    doses = {t.id: case.quantity("treatments", t.id, "dose", "dose_unit") for t in steps}
    top = max((q.high for q in doses.values() if q and math.isfinite(q.high)), default=1.0)
    ax.set_ylim(0, top * (1.5 if sheet.wide else 1.85))
    ax.set_yticks([0, top / 2, top] if top == 2 * int(top / 2) else [0, top])
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    unit = next((printed(q.unit) for q in doses.values() if q), "")
    sheet.title(drug, steps[0].name.capitalize(), unit)
    known: list[tuple[float, Quantity]] = []
    for step in steps:
        dose = doses[step.id]
        start = case.quantity("treatments", step.id, "start", "time_unit")
        at = start.to("wk") if start else None
        source = f"treatments/{step.id}"
        if dose is None or not dose.is_point or at is None or not at.is_point:
            sheet.note(drug, step.name, "unknown", dose, at, step.clock, source)
            continue
        x = time.x(step.clock, at.low)
        known.append((x, dose))
        ax.plot([x, x + 3.2], [dose.low] * 2, color=COLOURS["orange"], linewidth=2.4, zorder=4)
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
        sheet.note(drug, step.name, "step", dose, at, step.clock, source)
    for (x, dose), (x_next, dose_next) in pairwise(known):
        low, high = sorted((dose.low, dose_next.low))
        _hatched(ax, x + 3.2, x_next, low, high if high > low else high + top * 0.05)
        words = "reduced, steps not reported" if dose_next.low < dose.low else "steps not reported"
        _unknown_words(sheet, ax, x + 3.2, x_next, high + top * 0.09, words, "bottom")
    if known:
        x = known[-1][0] + 3.2
        _hatched(ax, x, time.width, 0, top)
        last = list(time.segments.values())[-1]
        _unknown_words(sheet, ax, last.left, last.right, top / 2, "dose not reported")
        sheet.note(drug, "dose after the last step", "unknown", text="not reported")


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
    sheet: _Sheet, ax: Axes, left: float, right: float, y: float, words: str, va: str = "center"
) -> None:
    """Words in or over a hatched stretch, on a plain ground, in as many lines as it takes."""
    letter = 1.15 if sheet.wide else 0.95
    lines = textwrap.wrap(words, max(8, int((right - left) / letter)))
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


def _course_ticks(sheet: _Sheet, drug: str) -> None:
    """Each course as a bar on its clock, with the interval of each block above it."""
    case, ax, time = sheet.case, sheet.axes[drug], sheet.time
    values = exposure.of_courses(case, drug)
    given = courses(case, drug)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    blocks = {t.id: t for t in case.treatments if t.drug == drug and t.is_block}
    name = next(iter(blocks.values())).name
    sheet.title(drug, name.capitalize(), "courses")
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
        words = f"{len(mine)} × {amount},{' ' if sheet.wide else chr(10)}{every}"
        ax.text((left + right) / 2, 0.64, words, ha="center", va="bottom", linespacing=1.0)


def _events(sheet: _Sheet) -> None:
    """Events as marks at their time, or as a bracket with an open end."""
    case, ax, time = sheet.case, sheet.axes["events"], sheet.time
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    sheet.title("events", "Events")
    colour = COLOURS["vermillion"]
    for row in (f for f in case.findings if f.event and f.state != "excluded"):
        at = when(case, "findings", row)
        x = time.x(row.clock, at.low)
        source = f"findings/{row.id}"
        if at.is_point:
            ax.plot(x, 0.5, "D", markersize=3.6, color=colour, zorder=4)
            _event_name(sheet, ax, x + 1.6, x, "left", row.name)
            words = at.text() if at.low else ""
            sheet.note("events", row.name, "event", None, at, row.clock, source, words)
            continue
        open_end = math.isinf(at.high)
        x_end = time.segments[row.clock].right if open_end else time.x(row.clock, at.high)
        ax.plot([x, x], [0.25, 0.75], color=colour, linewidth=1.0, zorder=4)
        ax.annotate(
            "",
            xy=(x_end, 0.5),
            xytext=(x, 0.5),
            arrowprops={
                "arrowstyle": "-|>,head_width=0.13,head_length=0.25" if open_end else "|-|",
                "color": colour,
                "linewidth": 1.0,
                "shrinkA": 0,
                "shrinkB": 0,
            },
            zorder=4,
        )
        _event_name(sheet, ax, x - 1.0, x_end, "right", row.name)
        sheet.note("events", row.name, "event", None, at, row.clock, source, at.text())


def _event_name(sheet: _Sheet, ax: Axes, beside: float, middle: float, ha: str, words: str) -> None:
    """Beside the mark where there is room, above it in a single column."""
    if sheet.wide:
        ax.text(beside, 0.5, words, ha=ha, va="center")
    else:
        ax.text(middle, 0.85, words, ha="center", va="bottom")


def _axis(sheet: _Sheet) -> None:
    """Name each stretch of the axis, and say what is known of each break."""
    ax, time = sheet.axes["events"], sheet.time
    under = 4.3 if sheet.wide else 3.7  # mm from the axis to the first row of words
    height = ax.get_position().height * sheet.drawing.get_figheight() * 25.4
    letter = 1.18 if sheet.wide else 0.98
    for segment in time.segments.values():
        clock = segment.phase.clock
        words = clock.label if segment.is_moment else f"weeks from {clock.label}"
        room = segment.right - segment.left + 2 * time.gap + (0 if segment.is_moment else 4)
        lines = textwrap.wrap(words, max(10, int(room / letter)), break_long_words=False)
        ax.text(
            (segment.left + segment.right) / 2,
            -(1.0 if segment.is_moment else under) / height,
            "\n".join(lines),
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="top",
            linespacing=1.1,
        )
    for middle, phase in time.breaks():
        known = phase.gap.text() if phase.gap and phase.gap.low > 0 else ""
        for panel in sheet.axes.values():
            panel.axvline(
                middle, color=GREY["line"], linewidth=0.5, linestyle=(0, (1, 2)), zorder=0
            )
        sheet.axes["laboratory"].text(
            middle,
            0.985,
            ("interval " if sheet.wide else "") + (known or "not reported"),
            transform=sheet.axes["laboratory"].get_xaxis_transform(),
            rotation=90,
            ha="center",
            va="top",
            color=GREY["text"],
            fontsize=5.6 if sheet.wide else 5.0,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )
        what = f"break before {phase.clock.label}"
        sheet.note("axis", what, "unknown", text=known or "not reported")


def _alt(case: Case, sheet: _Sheet) -> str:
    """Alternative text from the marks that were drawn."""
    said: Callable[[str], list[Mark]] = lambda lane: [m for m in sheet.marks if m.lane == lane]  # noqa: E731
    diagnosis = case.head.diagnosis
    form = f", {diagnosis.qualifier}" if diagnosis.qualifier else ""
    parts = [f"Clinical course of {diagnosis.name}{form}."]
    values = [f"{m.what}: {m.text}" for m in said("laboratory")]
    if values:
        parts.append(f"Laboratory: {'; '.join(values)}.")
    motor = [f"{m.what} ({m.text})" for m in said("motor") if m.shape == "band"]
    if motor:
        parts.append(f"Motor state: {'; '.join(motor)}.")
    for drug in sheet.drugs:
        marks = said(drug)
        if sheet.is_in_courses(drug):
            weeks = ", ".join(m.week_low for m in marks)
            parts.append(f"{len(marks)} courses of {drug} in weeks {weeks} from the first.")
        else:
            doses = [m.text for m in marks if m.shape == "step"]
            parts.append(f"{drug.capitalize()}: {', then '.join(doses)}; other doses not reported.")
    events = [f"{m.what} {m.text}".strip() for m in said("events")]
    if events:
        parts.append(f"Events: {'; '.join(events)}.")
    parts.append("The axis is broken where the time between events is not reported.")
    return " ".join(parts)
