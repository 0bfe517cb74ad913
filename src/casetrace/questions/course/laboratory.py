"""A measure on a logarithmic axis, each value drawn as far as it is known."""

from __future__ import annotations

import math
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from casetrace.case import measures
from casetrace.case.clocks import occasion, when
from casetrace.case.model import Case
from casetrace.case.rows import Observation
from casetrace.display.figure import lead
from casetrace.display.labels import Labels, Place
from casetrace.display.style import COLOURS, GREY
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.questions.course.lanes import Sheet, not_reported

__all__ = ["laboratory"]


def laboratory(sheet: Sheet) -> None:
    """The main measure on a log axis, with its upper reference limit."""
    case, ax = sheet.case, sheet.axes["laboratory"]
    measure = measures.main_measure(case)
    every = measures.numbers(case, measure)
    rows = [r for r in every if r.clock and measures.comparable(r.unit, every[0].unit)]
    values = {r.id: r.value for r in rows}
    limit = measures.upper_limit(case, measure) if rows else None
    ends = [q.to(rows[0].unit) for q in (*values.values(), *([limit] if limit else []))]
    finite = [b for q in ends for b in (q.low, q.high) if math.isfinite(b)]
    if not finite:
        name = every[0].name if every else "Laboratory"
        sheet.title("laboratory", name.capitalize())
        ax.set_yticks([])
        untimed = every
        words = [o.value.text() for o in untimed]
        text = "; ".join(words) + " (time not reported)" if words else "not reported"
        ax.set_ylim(0, 1)
        not_reported(ax, sheet.time.width / 2, 0.5, text)
        for one, said in zip(untimed, words, strict=True):
            sheet.note(
                "laboratory", one.name, "unknown", text=said, source=f"observations/{one.id}"
            )
        return
    _scale(ax, min(finite), max(finite))
    unit = printed(rows[0].unit)
    scale = "logarithmic scale" if min(finite) > 0 else ""
    more = ", ".join(part for part in (unit, scale) if part)
    sheet.title("laboratory", rows[0].name.capitalize(), more)
    labels, wanted = sheet.labels, []
    if limit:
        _limit_line(sheet, ax, limit, measure)
    for row in rows:
        time = when(case, "observations", row)
        value = values[row.id].to(rows[0].unit)
        shape, x, y, places = _draw_value(sheet, labels, row, value, time)
        wanted.append((x, y, places, row.id))
        source = f"observations/{row.id}"
        sheet.note(
            "laboratory", f"{row.name} {occasion(case, row)}", shape, value, time, row.clock, source
        )
    for x, y, places, key in wanted:
        lead(f"observations/{key}", labels.put(x, y, places, key, linespacing=1.0))
    if limit:
        _limit_words(sheet, labels, limit, measure)
    _nothing_after(sheet, ax, rows)


def _scale(ax: Axes, low: float, high: float) -> None:
    """A logarithmic axis, or a linear one if a value is 0 or below."""
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.10g}"))
    if low > 0:
        ax.set_yscale("log")
        top = high * 2.4
        decade = 10 ** math.floor(math.log10(top))
        ax.set_ylim(low / 2.2, max(top, 1.35 * decade))  # its label keeps off the title
        bottom, top = ax.get_ylim()
        has_decade = math.floor(math.log10(top)) >= math.log10(bottom)
        ax.yaxis.set_major_locator(LogLocator(base=10, subs=(1,) if has_decade else (1, 2, 5)))
        ax.yaxis.set_minor_locator(LogLocator(base=10, subs=range(2, 10)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.10g}"))
        ax.yaxis.set_minor_formatter(NullFormatter())
    else:
        room = 0.3 * (high - low or 1)
        ax.set_ylim(low - room, high + room)


def _limit_line(sheet: Sheet, ax: Axes, limit: Quantity, measure: str) -> None:
    ax.axhspan(ax.get_ylim()[0], limit.low, color=GREY["fill"], alpha=0.45, linewidth=0, zorder=0)
    ax.axhline(limit.low, color=GREY["line"], linewidth=0.6, linestyle=(0, (4, 2)), zorder=1)
    what = f"upper reference limit{_whose(sheet.case, measure)}"
    sheet.note("laboratory", what, "line", limit, source=limit.sources[0])


def _whose(case: Case, measure: str, is_short: bool = False) -> str:
    """Of whom a limit is, that the report does not print itself."""
    if measures.printed_limit(case, measure, "upper"):
        return ", as printed"
    row = case.reference.get("limits", case.head.uses.upper_limit[measure])
    population = row.population.split(",")[0] if is_short else row.population
    return f": {row.statistic}, {population}"


def _limit_words(sheet: Sheet, labels: Labels, limit: Quantity, measure: str) -> None:
    """Name the limit under its line, at the right end if there is room, else elsewhere."""
    words = f"upper reference limit {limit.text()}"
    if measures.is_printed(sheet.case, measure):
        words += " (as printed)"
    elif sheet.wide:
        words += f"{_whose(sheet.case, measure, True)} (assumed)"
    else:
        words += " (assumed)"
    width = sheet.time.width / 25.4 * 72
    sides = (("right", -1.4), ("left", 3 - width), ("center", -width / 2))
    places = [
        Place(right, up, ha, va, words)
        for up, va in ((-2.5, "top"), (2.5, "bottom"))
        for ha, right in sides
    ]
    said = labels.put(sheet.time.width, limit.low, places, color=GREY["text"])
    lead(limit.sources[0], said)


def _draw_value(
    sheet: Sheet, labels: Labels, row: Observation, value: Quantity, time: Quantity
) -> tuple[str, float, float, list[Place]]:
    """Draw one observation by what is known of it; gives shape, mark and places for its words."""
    ax, colour = labels.ax, COLOURS["blue"]
    x, x_end = (sheet.time.x(row.clock, w) for w in (time.low, time.high))
    # A mark whose time has no end stands at its beginning, with a line to where it may lie.
    centre = x if math.isinf(time.high) else (x + x_end) / 2
    half = (x_end - x) / 2 / 25.4 * 72
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
        drawn = "open point" if value.about else "point"
        labels.take(centre, value.low, (2.5, 2.5, 2.5, 2.5), row.id)
        beside = _around(words, 4.5, 4)
        if x_end > x:
            shape = "-|>,head_width=0.1,head_length=0.2" if math.isinf(time.high) else "-"
            look = {"arrowstyle": shape, "color": colour, "linewidth": 0.6}
            look |= {"shrinkA": 0, "shrinkB": 0}
            ax.annotate("", (x_end, value.low), (x, value.low), arrowprops=look, zorder=3)
            room = sheet.time.width - centre
            side = "center" if centre > x else "left" if room > 12 else "right"
            clear = Place(0, 4, side, "bottom", words)  # clear of the line
            return drawn, centre, value.low, [clear, *beside[1:]]
        if sheet.time.segments[row.clock].is_moment:
            return drawn, centre, value.low, beside
        right = Place(4.5, 0, "left", "center", words.replace("about ", "about\n"))
        return drawn, centre, value.low, [right, *beside]
    if math.isinf(value.high) or math.isinf(value.low):
        up = math.isinf(value.high)
        bound = value.low if up else value.high
        ax.annotate(
            "",
            xy=(centre, bound),
            xytext=(0, 13 if up else -13),
            textcoords="offset points",
            arrowprops={
                "arrowstyle": "<|-,head_width=0.14,head_length=0.28",
                "color": colour,
                "linewidth": 1.0,
                "shrinkA": 0,
                "shrinkB": 0,
            },
            zorder=4,
        )
        wide = max(1.5, (x_end - x) / 2)
        ax.plot([centre - wide, centre + wide], [bound] * 2, color=colour, linewidth=1.2, zorder=4)
        labels.take(centre, bound, (2, 2, 1 if up else 13, 13 if up else 1), row.id)
        side = -1 if up else 1
        stacked = Place(
            0, 2.5 * side, "center", "top" if up else "bottom", words.replace(" than ", " than\n")
        )
        rest = [
            Place(dx, 6 * -side, ha, "center", text)
            for text in (words.replace(" than ", " than\n"), words)
            for dx, ha in ((4.5, "left"), (-4.5, "right"))
        ]
        return "arrow", centre, bound, [stacked, *rest]
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
            linestyle="-" if time.is_point else (0, (3, 2)),  # how far it reaches is inferred
            zorder=3,
        )
    )
    high = ax.transData.transform((0, value.high))[1] - ax.transData.transform((0, value.low))[1]
    tall, flat = high / ax.figure.dpi * 72, max(half, 4.25)
    labels.take(centre, value.high, (flat, flat, tall, 0.5), row.id)
    over, under, right, left = _around(words, flat + 2, 2)
    under = replace(under, up=under.up - tall)
    return "band", centre, value.high, [over, right, left, under]


def _around(words: str, aside: float, up: float) -> list[Place]:
    """Over a mark, under it, right of it and left of it."""
    return [
        Place(0, up, "center", "bottom", words),
        Place(0, -up, "center", "top", words),
        Place(aside, 0, "left", "center", words),
        Place(-aside, 0, "right", "center", words),
    ]


def _nothing_after(sheet: Sheet, ax: Axes, rows: list[Observation]) -> None:
    """Say so where the last clock goes on and no value is reported."""
    case, time = sheet.case, sheet.time
    clock, segment = list(time.segments.items())[-1]
    inside = [r for r in rows if r.clock == clock]
    known = max((when(case, "observations", r).high for r in inside), default=0.0)
    if segment.phase.last - known < 8:
        return
    left, right = time.x(clock, known), time.x(clock, segment.phase.last)
    place = inside[-1].value if inside else None
    if place and math.isfinite(place.low + place.high):
        y = ax.transData.inverted().transform(
            ax.transData.transform([(0, place.low), (0, place.high)]).mean(axis=0)
        )[1]
    else:
        y = ax.transData.inverted().transform(ax.transAxes.transform((0, 0.5)))[1]
    not_reported(ax, (left + right) / 2, y, "not reported")
