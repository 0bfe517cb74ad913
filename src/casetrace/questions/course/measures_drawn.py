"""Measures over time, each value drawn as far as it is known."""

from __future__ import annotations

import math
import textwrap
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from casetrace.case import measures
from casetrace.case.clocks import clock_of, occasion, span, when
from casetrace.case.model import Case
from casetrace.case.rows import Observation
from casetrace.display.figure import lead
from casetrace.display.labels import Labels, Place
from casetrace.display.panel import fine_ticks
from casetrace.display.style import COLOURS, GREY, PAPER
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.quantity.wording import titled
from casetrace.questions.course.panels import Panel
from casetrace.questions.course.sheet import Sheet

__all__ = ["draw_panel", "draw_untimed"]

AS_PRINTED = ", as printed"
#: So many values of a panel are named each; of more, the first, last, extreme and inexact ones.
NAMED = 12
#: Marks of the measures that share a panel, with the sign that stands for each in its title.
LOOKS = (("o", "●", "blue"), ("s", "■", "vermillion"), ("^", "▲", "green"), ("D", "◆", "purple"))


def draw_untimed(sheet: Sheet) -> None:
    """Say the values of the main measure where none has a time."""
    ax, every = sheet.axes["laboratory"], sheet.untimed
    sheet.title("laboratory", titled(every[0].name))
    ax.set_yticks([])
    ax.set_ylim(0, 1)
    words = "; ".join(row.value.text() for row in every)
    said = textwrap.wrap(f"{words} (time not reported)", int(sheet.time.width / 1.3))
    places = [Place(0, 0, "center", "center", "\n".join(said))]
    sheet.labels["laboratory"].put(sheet.time.width / 2, 0.5, places, color=GREY["text"])
    for row in every:
        source = f"observations/{row.id}"
        sheet.note("laboratory", row.name, "unknown", row.value, source=source)


def draw_panel(sheet: Sheet, lane: str) -> None:
    """Draw a panel of measures, with the limits and the target that they are set against."""
    case, ax, panel = sheet.case, sheet.axes[lane], sheet.panels[lane]
    limits = panel.limits(case)
    is_log = panel.is_logarithmic(case)
    first = next(iter(panel.rows))
    known = measures.settings_of(case, first)
    if known.range:
        _scored(ax, known.range)
    elif is_log:
        _logarithmic(ax, panel.ends(case))
    else:
        ends = panel.ends(case)
        _linear(ax, min(ends), max(ends))
    _title(sheet, lane, panel, is_log)
    low, high = ax.get_ylim()
    if not is_log:  # none so high that it touches the title
        ax.set_yticks(
            [tick for tick in ax.get_yticks() if low <= tick <= high - 0.06 * (high - low)]
        )
    labels = sheet.labels[lane]
    _draw_limits(sheet, ax, limits, first)
    every = panel.every
    dense = len(every) > NAMED
    told = _told(panel) if dense else {row.id for row in panel.rows_with_words}
    wanted = []
    for number, (measure, rows) in enumerate(panel.rows.items()):
        look = LOOKS[number % len(LOOKS)]
        is_lower = measure == known.pair
        for row in rows:
            if not row.value and when(case, "observations", row).is_unknown:
                continue
            if not row.value:
                wanted.append((row, *_words_alone(sheet, ax, row)))
                continue
            value = row.value.to(panel.unit)
            time = when(case, "observations", row)
            mark = _draw_value(sheet, labels, row, value, time, look, dense)
            shape, x, y, places = mark
            if row.id in told and not is_lower:
                pair = _partner(case, panel, known.pair, row) if known.pair else None
                if pair:
                    _join(ax, x, value, pair.value.to(panel.unit))
                    ends = (value, pair.value.to(panel.unit))
                    slash = "/" if all(q.is_point and not q.about for q in ends) else " / "
                    both = slash.join(q.text(unit=False) for q in ends)
                    places = [replace(p, words=both) for p in places]
                wanted.append((row, x, y, places))
            elif is_lower and not _partner(case, panel, first, row):
                wanted.append((row, x, y, places))
            what = f"{row.name} {occasion(case, row)}"
            source = f"observations/{row.id}"
            sheet.note("laboratory", what, shape, value, time, clock_of(case, row), source)
    for row, x, y, places in wanted:
        said = labels.put(x, y, places, row.id, optional=True, linespacing=1.0, bbox=PAPER)
        if said is not None:
            lead(f"observations/{row.id}", said)
    _name_limits(sheet, labels, limits, first)
    if lane == "laboratory":
        _nothing_after(sheet, labels, every)


def _title(sheet: Sheet, lane: str, panel: Panel, is_log: bool) -> None:
    """What a panel shows, its unit, scale and direction."""
    case, many = sheet.case, len(panel.rows) > 1
    known = measures.settings_of(case, next(iter(panel.rows)))
    names = []
    for (measure, rows), look in zip(panel.rows.items(), LOOKS * 9, strict=False):
        name = rows[0].name
        sign = f"{look[1]} " if many and not known.pair else ""
        if not (known.pair and measure == known.pair):
            names.append(f"{sign}{name}" if names or sign else titled(name))
    title = panel.title and titled(panel.title)
    shown = f"{title}: {', '.join(names)}" if title and many else title or ", ".join(names)
    more = [printed(panel.unit).strip("()")]
    if known.pair:
        more.append(f"with {panel.rows[known.pair][0].name}" if known.pair in panel.rows else "")
    if known.range:
        ends = known.range.text(unit=False)
        more.append(f"{ends}, {known.better} is better" if known.better else ends)
    more.append("logarithmic scale" if is_log and sheet.wide else "log scale" if is_log else "")
    sheet.title(lane, shown, ", ".join(filter(None, more)))


def _told(panel: Panel) -> set[str]:
    """The values of a full panel that are named: first, last, extreme and inexact ones."""
    found: set[str] = set()
    for rows in panel.rows.values():
        valued = [row for row in rows if row.value]
        if not valued:
            continue
        points = [row for row in valued if row.value.is_point] or valued
        found |= {valued[0].id, valued[-1].id}
        found |= {f(points, key=lambda r: r.value.low).id for f in (min, max)}
        found |= {row.id for row in valued if not row.value.is_exact}
    return found


def _partner(case: Case, panel: Panel, measure: str, row: Observation) -> Observation | None:
    """The value of the other measure of a pair that was measured with a row.

    It has the same time, and if several have, the same occasion or the same end of its id.
    """
    together = [
        other
        for other in panel.rows.get(measure, ())
        if other.value and _times(case, other) == _times(case, row)
    ]
    if len(together) > 1:
        end = row.id.partition(".")[2]
        named = [o for o in together if o.id.partition(".")[2] == end]
        together = named or [o for o in together if o.occasion and o.occasion == row.occasion]
    return together[0] if together else None


def _times(case: Case, row: Observation) -> tuple[object, ...]:
    """When a value was measured, or from when to when it lasted."""
    ends = (when(case, "observations", row), *span(case, row))
    return clock_of(case, row), *((q.low, q.high) if q else None for q in ends)


def _join(ax: Axes, x: float, upper: Quantity, lower: Quantity) -> None:
    """A bar between the two values of a pair, which were measured together."""
    if upper.is_point and lower.is_point:
        low, high = sorted((upper.low, lower.low))
        box = Rectangle((x - 0.12, low), 0.24, high - low, zorder=2)
        box.set(facecolor=GREY["line"], linewidth=0)
        ax.add_patch(box)


def _words_alone(sheet: Sheet, ax: Axes, row: Observation) -> tuple[float, float, list[Place]]:
    """A result without a number: its words, over a tick or line as far as its time is known."""
    case, time = sheet.case, when(sheet.case, "observations", row)
    clock = clock_of(case, row)
    ends = [sheet.time.x(clock, week) for week in (time.low, time.high)]
    x, low = sum(ends) / 2, ax.get_ylim()[0]
    line = [[x, x], [0, 0.06]] if time.is_point else [ends, [0.03, 0.03]]
    ax.plot(*line, transform=ax.get_xaxis_transform(), color="#333333", linewidth=0.8)
    source = f"observations/{row.id}"
    sheet.note(
        "laboratory",
        f"{row.name} {occasion(case, row)}",
        "words",
        None,
        time,
        clock,
        source,
        row.result,
    )
    up = [Place(0, y, "center", "bottom", f"“{row.result}”") for y in (5, 14, 23, 32)]
    sides = [
        Place(3 * s, y, ha, "bottom", f"“{row.result}”")
        for y in (3, 12, 21)
        for s, ha in ((1, "left"), (-1, "right"))
    ]
    return x, low, up + sides


def _logarithmic(ax: Axes, ends: list[float]) -> None:
    low, high = min(ends), max(ends)
    ax.set_yscale("log")
    top = high * 2.4
    decade = 10 ** math.floor(math.log10(top))
    ax.set_ylim(low / 2.2, max(top, 1.35 * decade))  # its label keeps off the title
    bottom, top = ax.get_ylim()
    has_decade = math.floor(math.log10(top)) >= math.log10(bottom)
    ax.yaxis.set_major_locator(LogLocator(base=10, subs=(1,) if has_decade else (1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter(_number))
    fine_ticks(ax)


def _linear(ax: Axes, low: float, high: float, room: float = 0.28) -> None:
    """A linear axis with room for words; it begins at 0 if the numbers are near that."""
    space = room * (high - low or abs(high) or 1)
    bottom = low - space
    if low >= 0 and (bottom < 0 or low < 0.3 * high):
        bottom = 0.0 if low > 0 else -0.3 * space
    ax.set_ylim(bottom, high + space)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(_number))


def _scored(ax: Axes, range_: Quantity) -> None:
    """An axis over the whole range of a score."""
    low, high = range_.low, range_.high
    ax.set_ylim(low - 0.06 * (high - low), high + 0.12 * (high - low))
    ax.set_yticks(sorted({low, round((low + high) / 2), high}))
    ax.yaxis.set_major_formatter(FuncFormatter(_number))


def _number(value: float, _: int) -> str:
    return f"{value:,.10g}".replace("-", "−")


def _draw_limits(sheet: Sheet, ax: Axes, limits: dict[str, Quantity], measure: str) -> None:
    """Lines at the limits, grey between them or on the normal side; a band for a target."""
    bottom, top = ax.get_ylim()
    lower, upper = limits.get("lower"), limits.get("upper")
    if lower or upper:
        low = lower.high if lower and math.isfinite(lower.high) else bottom
        high = upper.low if upper and math.isfinite(upper.low) else top
        ax.axhspan(low, high, color=GREY["fill"], alpha=0.45, linewidth=0, zorder=0)
    for kind, limit in limits.items():
        what = f"{kind} reference limit{_whose(sheet.case, measure, kind)}"
        if kind == "target":
            what = "target, as printed"
            low, high = max(limit.low, bottom), min(limit.high, top)
            band = ax.axhspan(low, high, color=COLOURS["green"], alpha=0.16, linewidth=0, zorder=0)
            band.set_edgecolor("none")
        else:
            at = _end(limit)
            ax.axhline(at, color=GREY["line"], linewidth=0.6, linestyle=(0, (4, 2)), zorder=1)
        shape = "band" if kind == "target" else "line"
        sheet.note("laboratory", what, shape, limit, source=limit.sources[0])


def _end(limit: Quantity) -> float:
    """Where the line of a limit is drawn: its finite end."""
    return limit.low if math.isfinite(limit.low) else limit.high


def _whose(case: Case, measure: str, kind: str, is_short: bool = False) -> str:
    """Of whom a limit is, that the report does not print itself."""
    if measures.printed_limit(case, measure, kind) or measures.is_printed(case, measure):
        return AS_PRINTED
    row = case.reference.get("limits", case.head.uses.upper_limit[measure])
    population = row.population.split(",")[0] if is_short else row.population
    statistic = "" if row.statistic == f"{kind} reference limit" else f"{row.statistic}, "
    return f": {statistic}{population}"


def _name_limits(sheet: Sheet, labels: Labels, limits: dict[str, Quantity], measure: str) -> None:
    """Name each limit beside its line, where there is room; one that has none stays unnamed."""
    case = sheet.case
    for kind, limit in limits.items():
        if kind == "target":
            words = short = f"target {limit.text()}"
        else:
            whose = _whose(case, measure, kind, is_short=True)
            is_assumed = whose != AS_PRINTED
            words = f"{kind} reference limit {limit.text()}"
            words += whose if is_assumed and sheet.wide else ""
            words += " (assumed)" if is_assumed else " (as printed)"
            short = f"{kind} limit {limit.text()}" + " (assumed)" * is_assumed
        width = sheet.time.width / 25.4 * 72
        sides = (("right", -1.4), ("left", 3 - width), ("center", -width / 2))
        under = [(-2.5, "top"), (2.5, "bottom")]
        places = [
            Place(right, up, ha, va, said)
            for said in (words, short)
            for up, va in (under if kind != "lower" else under[::-1])
            for ha, right in sides
        ]
        y = limit.high if kind == "target" and math.isfinite(limit.high) else _end(limit)
        shade = {"facecolor": "#F4F4F4", "edgecolor": "none", "pad": 0.4}
        look = {"color": GREY["text"]} | ({"bbox": shade} if kind == "upper" else {})
        found = labels.put(sheet.time.width, y, places, optional=True, **look)
        if found is not None:
            lead(limit.sources[0], found)


def _draw_value(
    sheet: Sheet,
    labels: Labels,
    row: Observation,
    value: Quantity,
    time: Quantity,
    look: tuple[str, str, str],
    dense: bool,
) -> tuple[str, float, float, list[Place]]:
    """Draw one observation by what is known of it; gives shape, mark and places for its words."""
    ax, colour, clock = labels.ax, COLOURS[look[2]], clock_of(sheet.case, row)
    x, x_end = (sheet.time.x(clock, w) for w in (time.low, time.high))
    low, high = time.low, time.high
    if row.lasts:
        start, stop = span(sheet.case, row)
        low, high = start.low if start else -math.inf, stop.high if stop else math.inf
        x, x_end = (sheet.time.x(clock, week) for week in (low, high))
    # A mark whose time has one end stands at that, with a line to where it may lie.
    centre = x if math.isinf(high) else x_end if math.isinf(low) else (x + x_end) / 2
    half = (x_end - x) / 2 / 25.4 * 72
    words = value.text(unit=False)
    if value.is_point:
        face = "white" if value.about else colour
        ax.plot(
            centre,
            value.low,
            look[0],
            markersize=(2.6 if dense else 4.6) if sheet.wide else (2.2 if dense else 3.8),
            markerfacecolor=face,
            markeredgecolor=colour,
            markeredgewidth=1.0,
            zorder=4,
        )
        drawn = "open point" if value.about else "point"
        labels.take(centre, value.low, (2.5, 2.5, 2.5, 2.5), row.id)
        beside = _around(words, 4.5, 4)
        if x_end > x:
            head = ",head_width=0.1,head_length=0.2"
            ended = "-" if row.lasts else "|-|,widthA=0.1,widthB=0.1"
            shape = f"-|>{head}" if math.isinf(high) else f"<|-{head}" if math.isinf(low) else ended
            thick = 2.0 if row.lasts else 0.6  # it lasted so long, or its time is uncertain
            sheet.used.add("over" if row.lasts else "when")
            look = {"arrowstyle": shape, "color": colour, "linewidth": thick}
            look |= {"shrinkA": 0, "shrinkB": 0}
            ax.annotate("", (x_end, value.low), (x, value.low), arrowprops=look, zorder=3)
            labels.take((x + x_end) / 2, value.low, (half, half, 1, 1), row.id)
            room = sheet.time.width - centre
            side = "center" if centre > x else "left" if room > 12 else "right"
            clear = Place(0, 4, side, "bottom", words)  # clear of the line
            return drawn, centre, value.low, [clear, *beside[1:]]
        if sheet.time.segments[clock].is_moment:
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
            facecolor=COLOURS["sky"] if look[2] == "blue" else colour,
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


def _nothing_after(sheet: Sheet, labels: Labels, rows: list[Observation]) -> None:
    """Say so where the last clock goes on and no value is reported."""
    case, time, ax = sheet.case, sheet.time, labels.ax
    clock, segment = list(time.segments.items())[-1]
    inside = [r for r in rows if clock_of(case, r) == clock]
    known = max((when(case, "observations", r).high for r in inside), default=0.0)
    if time.x(clock, segment.phase.last) - time.x(clock, known) < 22:
        return
    left, right = time.x(clock, known), time.x(clock, segment.phase.last)
    place = inside[-1].value if inside else None
    if place and math.isfinite(place.low + place.high):
        y = ax.transData.inverted().transform(
            ax.transData.transform([(0, place.low), (0, place.high)]).mean(axis=0)
        )[1]
    else:
        y = ax.transData.inverted().transform(ax.transAxes.transform((0, 0.5)))[1]
    places = [Place(0, 0, "center", "center", "not reported")]
    labels.put((left + right) / 2, y, places, optional=True, color=GREY["text"])
