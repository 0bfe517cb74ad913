"""The main measure and function at each stage, side by side, so that a dissociation is seen."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from casetrace.case.clocks import clock_of, phases, told, when, zero_of
from casetrace.case.measures import comparable, is_printed, main_measure, numbers, upper_limit
from casetrace.case.model import Case
from casetrace.case.rows import Motor, Observation
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import LINE, Page, wrapped
from casetrace.display.style import COLOURS, FULL, GREY, PAPER, SINGLE, styled
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.questions.response.analysis import folds

__all__ = ["response"]

LEFT, TOP, HEIGHT = 11.5, 6.0, 46.0  # mm
KEY = {
    "point": "point: one value",
    "open point": "open point: about",
    "band": "bar: lies within",
    "arrow": "arrow: bound without an end",
}
#: Stages that a single column has the room for.
FEW = 4


def response(case: Case) -> Figure | None:
    """Draw the main measure and what the patient could do, one column for each stage.

    A stage is what the report counts time from. Above, each value on one axis as far as it is
    known, with its multiple of the upper limit; below, function in the words of the data, each
    with its time as far as that is known. Nothing is joined: between stages nothing is known.

    Returns
    -------
    Figure or None
        Named ``response``; None unless the case has both a value and a state with a stage.
    """
    measure = main_measure(case)
    values = [o for o in numbers(case, measure) if o.clock]
    values = [o for o in values if comparable(o.unit, values[0].unit)]
    states = [m for m in case.rows.motor if m.clock]
    used = {clock_of(case, row) for row in (*values, *states)}
    stages = [phase.clock for phase in phases(case) if phase.clock.id in used]
    ends = [e for o in values for e in (o.value.low, o.value.high) if math.isfinite(e)]
    if not states or not ends:
        return None
    with styled(7.0):
        page_width = SINGLE if len(stages) <= FEW else FULL
        wide = (page_width - LEFT - 1.0) / len(stages)
        stated = {
            stage.id: [(m, _lines(case, m, wide)) for m in states if clock_of(case, m) == stage.id]
            for stage in stages
        }
        rows = max(sum(map(len, (words for _, words in one))) + len(one) for one in stated.values())
        names = [wrapped(stage.label, wide - 1) for stage in stages]
        under = TOP + HEIGHT + 2.5 + LINE * max(name.count("\n") + 1 for name in names)
        page = Page(case, under + 12.5 + LINE * max(rows, 2), page_width)
        unit = values[0].unit
        ax = page.panel(LEFT, TOP, page_width - LEFT - 1.0, HEIGHT)
        is_log = min(ends) > 0
        scale = f"{printed(unit)}, logarithmic scale" if is_log else printed(unit)
        page.title(0.8, 0.8, values[0].name[:1].upper() + values[0].name[1:], scale)
        _frame(ax, len(stages), ends, is_log)
        low = 0.0
        if limit := upper_limit(case, measure):
            low = limit.to(unit).low
            ax.axhline(low, color=GREY["line"], linewidth=0.6, linestyle=(0, (4, 2)), zorder=1)
            words = f"upper limit {limit.text()}"
            words += " (as printed)" if is_printed(case, measure) else " (assumed)"
            style = {"color": GREY["text"], "va": "bottom", "ha": "right", "bbox": PAPER}
            said = ax.text(len(stages) - 0.51, low * 1.04, words, **style)
            lead(limit.sources[0] if limit.sources else "", said)
        multiples = folds(case, measure)
        for column, stage in enumerate(stages):
            mine = [o for o in values if clock_of(case, o) == stage.id]
            for place, row in enumerate(mine):
                x = column + (place + 0.5) / len(mine) - 0.5
                fold = multiples.get(f"{measure}.fold.{row.id.partition('.')[2]}")
                room = wide / len(mine) - 1
                _value(page, ax, case, row, row.value.to(unit), x, fold, low, room)
            if not mine:
                y = ax.get_ylim()[0] * 1.3 if is_log else sum(ax.get_ylim()) / 2
                ax.text(column, y, "not reported", ha="center", va="bottom", color=GREY["text"])
            centre = LEFT + wide * (column + 0.5)
            words, line = names[column], TOP + HEIGHT + 1.2
            said = page.words(centre, line, words, ha="center", linespacing=1.05)
            lead(f"case.yaml/clocks/{stage.id}", said)
            _states(page, case, stated[stage.id], centre, under + 4.2)
        page.title(0.8, under, "Function")
        used = {m.shape for m in page.marks}
        page.key("; ".join(KEY[shape] for shape in KEY if shape in used))
        return page.finished("response", _alt(page))


def _frame(ax: Axes, columns: int, ends: list[float], is_log: bool) -> None:
    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_xticks([])
    for edge in range(1, columns):
        ax.axvline(edge - 0.5, color=GREY["line"], linewidth=0.5, linestyle=(0, (1, 2)), zorder=0)
    if is_log:
        ax.set_yscale("log")
        ax.set_ylim(min(ends) / 6, max(ends) * 3)
        ax.yaxis.set_major_locator(LogLocator(base=10, subs=(1,)))
        ax.yaxis.set_minor_formatter(NullFormatter())
    else:
        room = 0.4 * (max(ends) - min(ends) or 1)
        ax.set_ylim(min(ends) - room, max(ends) + room)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.10g}"))


def _value(
    page: Page,
    ax: Axes,
    case: Case,
    row: Observation,
    q: Quantity,
    x: float,
    fold: Quantity | None,
    limit: float,
    room: float,
) -> None:
    """A value as far as it is known, with its multiple of the limit and its time."""
    colour = COLOURS["blue"]
    at = q.low if math.isfinite(q.low) else q.high
    if q.is_point:
        face = "white" if q.about else colour
        ax.plot(x, at, "o", markersize=4.6, markerfacecolor=face, markeredgecolor=colour, zorder=4)
        shape = "open point" if q.about else "point"
    elif math.isfinite(q.low) and math.isfinite(q.high):
        box = Rectangle((x - 0.07, q.low), 0.14, q.high - q.low, zorder=3)
        box.set(facecolor=COLOURS["sky"], edgecolor=colour, linewidth=0.8)
        ax.add_patch(box)
        shape = "band"
    else:
        up = 14 if math.isinf(q.high) else -14
        look = {"arrowstyle": "<|-,head_width=0.14,head_length=0.28", "color": colour}
        look |= {"shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (x, at), (0, up), textcoords="offset points", arrowprops=look, zorder=4)
        ax.plot([x - 0.06, x + 0.06], [at, at], color=colour, linewidth=1.2, zorder=4)
        shape = "arrow"
    time = when(case, "observations", row)
    words = [q.text(unit=False)]
    if fold is not None:
        words.append(f"({fold.text()}\N{NO-BREAK SPACE}× limit)")
    if time and not (time.is_point and not time.low):
        words.append(_later(case, "observations", row))
    is_low = limit < at < 8 * limit  # under it, the words would stand on the line of the limit
    va, off = ("bottom", 4) if is_low and q.is_point else ("top", -4)
    style = {"textcoords": "offset points", "ha": "center", "va": va, "linespacing": 1.1}
    written = "\n".join(wrapped(line, room) for line in words)
    said = ax.annotate(written, (x, at), (0, off), bbox=PAPER, zorder=5, **style)
    lead(f"observations/{row.id}", said)
    text = ", ".join(filter(None, (q.text(), told(case, "observations", row))))
    page.note(
        "measure", row.name, shape, q, time, clock_of(case, row), f"observations/{row.id}", text
    )


def _later(case: Case, table: str, row: Motor | Observation) -> str:
    """A time after the stage of a column, which is named under it."""
    return told(case, table, row).replace(f" after {zero_of(case, row.clock)}", " later")


def _lines(case: Case, row: Motor, wide: float) -> list[str]:
    """A state in lines that fit a column, with its time unless that is the stage itself."""
    time, words = when(case, "motor", row), row.name
    if time and not (time.is_point and not time.low):
        words += f" ({_later(case, 'motor', row)})"
    return wrapped(words, wide - 1).split("\n")


def _states(
    page: Page, case: Case, stated: list[tuple[Motor, list[str]]], centre: float, top: float
) -> None:
    if not stated:
        page.words(centre, top, "not reported", ha="center", color=GREY["text"])
    for row, lines in stated:
        said = page.words(centre, top, "\n".join(lines), ha="center", linespacing=1.1)
        lead(f"motor/{row.id}", said)
        time = when(case, "motor", row)
        text = told(case, "motor", row) or "time not reported"
        page.note(
            "function", row.name, "words", None, time, clock_of(case, row), f"motor/{row.id}", text
        )
        top += LINE * (len(lines) + 1)


def _alt(page: Page) -> str:
    parts = {"measure": "Values", "function": "Function"}
    said = (
        f"{title}: {'; '.join(f'{m.what}: {m.text}' for m in page.marks if m.lane == lane)}."
        for lane, title in parts.items()
    )
    return f"The main measure and function at each stage. {' '.join(said)}"
