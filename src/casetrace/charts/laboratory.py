"""A measure on a logarithmic axis, each value drawn as far as it is known."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from casetrace import response
from casetrace.case.rows import Observation
from casetrace.charts.sheet import Sheet, not_reported
from casetrace.charts.style import COLOURS, GREY
from casetrace.course import when
from casetrace.quantity import Quantity
from casetrace.units import printed

__all__ = ["laboratory"]


def laboratory(sheet: Sheet) -> None:
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


def _limit_line(sheet: Sheet, ax: Axes, limit: Quantity, measure: str) -> None:
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


def _draw_value(sheet: Sheet, ax: Axes, row: Observation, value: Quantity, time: Quantity) -> str:
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


def _beside(sheet: Sheet, ax: Axes, clock: str, x: float, y: float, words: str) -> None:
    """A label beside a point: above in a narrow segment, right of it in a wide one."""
    if sheet.time.segments[clock].is_moment:
        ax.text(x, y * 1.22, words, ha="center", va="bottom")
    else:
        ax.text(x + 1.6, y, words.replace("about ", "about\n"), ha="left", va="center")


def _nothing_after(
    sheet: Sheet, ax: Axes, rows: list[Observation], low: float, high: float
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
    not_reported(ax, (left + right) / 2, y, "not reported")
