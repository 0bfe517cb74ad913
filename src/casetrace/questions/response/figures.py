"""The main measure and function at each stage, side by side, so that a dissociation is seen."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator

from casetrace.case.across import alike, same
from casetrace.case.clocks import clock_of, told, when, zero_of
from casetrace.case.measures import comparable, is_printed, main_measure, numbers, upper_limit
from casetrace.case.model import Case
from casetrace.case.rows import Motor, Observation
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import LINE, Page, fine_ticks, wrapped
from casetrace.display.style import COLOURS, FULL, GREY, PAPER, SINGLE, styled
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.questions.response.analysis import folds

__all__ = ["key", "panel", "panels", "response"]

LEFT, TOP, HEIGHT = 11.5, 6.0, 46.0  # mm
KEY = {
    "point": "point: one value",
    "open point": "open point: about",
    "band": "bar: lies within",
    "arrow": "arrow: bound without an end",
}
#: Stages that a single column has the room for.
FEW = 4


PANELS = ("measure", "function")
ABOUT = "The main measure and function at each stage."


def response(case: Case) -> Figure | None:
    """Draw the main measure and what the patient could do, one column for each stage.

    A stage is what the report counts time from. Above, each value on one axis as far as it is
    known, with its multiple of the upper limit; below, function in the words of the data, each
    with its time as far as that is known. Nothing is joined: between stages nothing is known.
    The axis and the page have the room for every reading of the case.

    Returns
    -------
    Figure or None
        Named ``response``; None unless the case has both a value and a state with a stage.
    """
    with styled(7.0):
        if not (plan := _planned(case)):
            return None
        page = plan.page(case)
        for name in PANELS:
            _draw(page, plan, name)
        page.key(_key(_kinds(page)))
        return page.finished("response", f"{ABOUT} {_said(page)}")


def panels(case: Case) -> tuple[str, ...]:
    """Return the panels of the figure, each for :func:`panel`; none if the case has no figure."""
    with styled(7.0):
        return PANELS if _planned(case) else ()


def panel(case: Case, name: str) -> Figure:
    """Draw one panel of the figure alone, where it stands, without the key.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    name : str
        One of :func:`panels`.
    """
    with styled(7.0):
        plan = _planned(case)
        page = plan.page(case, is_part=True)
        _draw(page, plan, name)
        return page.finished("response", _said(page), _kinds(page))


def key(case: Case, kinds: Collection[str]) -> Figure:
    """Draw the key of the figure alone, at its foot.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    kinds : collection of str
        The kinds of mark that the panels hold.
    """
    with styled(7.0):
        page = _planned(case).page(case, is_part=True)
        page.key(_key(kinds))
        return page.finished("response", ABOUT)


@dataclass(frozen=True)
class _Plan:
    """What the figure has room for: the same however the case is read, as far as that goes.

    Attributes
    ----------
    measure : str
        The main measure.
    stages : tuple of str
        The clocks that have a column.
    ends, limits : list of float
        Every finite bound of the values, and of the limit that they are set against, in their unit.
    lines : int
        Lines of words under the longest column, with the space between two states.
    """

    measure: str
    stages: tuple[str, ...]
    ends: list[float]
    limits: list[float]
    lines: int

    @property
    def width(self) -> float:
        """Of the page, in mm."""
        return SINGLE if len(self.stages) <= FEW else FULL

    @property
    def column(self) -> float:
        """Width of a stage in mm."""
        return (self.width - LEFT - 1.0) / len(self.stages)

    def names(self, case: Case) -> list[str]:
        """What each stage is called, in lines."""
        label = {clock.id: clock.label for clock in case.head.clocks}
        return [wrapped(label[stage], self.column - 1) for stage in self.stages]

    def under(self, case: Case) -> float:
        """Where function begins, in mm from the top."""
        most = max(name.count("\n") + 1 for name in self.names(case))
        return TOP + HEIGHT + 2.5 + LINE * most

    def page(self, case: Case, is_part: bool = False) -> Page:
        """A page for the whole, or for a part of it that is laid over the others."""
        page = Page(case, self.under(case) + 12.5 + LINE * max(self.lines, 2), self.width)
        page.drawing.patch.set_visible(not is_part)
        return page


def _planned(case: Case) -> _Plan | None:
    measure = alike(case, "main measure", main_measure, same)
    stages = alike(case, ("stages", measure), lambda c: _stages(c, measure), same)
    if not alike(case, ("response", measure), lambda c: _is_shown(c, measure), same):
        return None
    key = ("axis of the response", measure)
    _, ends, limits = alike(case, key, lambda c: _bounds(c, measure), _together)
    plan = _Plan(measure, stages, ends, limits, 0)
    lines = alike(case, ("lines", *stages), lambda c: _most_lines(c, plan), max)
    return replace(plan, lines=lines)


def _measured(case: Case, measure: str) -> list[Observation]:
    """The values of a measure that have a stage, in units like that of the first."""
    values = [o for o in numbers(case, measure) if o.clock]
    return [o for o in values if comparable(o.unit, values[0].unit)]


def _stated(case: Case) -> list[Motor]:
    """The states that have a stage."""
    return [m for m in case.rows.motor if m.clock]


def _stages(case: Case, measure: str) -> tuple[str, ...]:
    used = {clock_of(case, row) for row in (*_measured(case, measure), *_stated(case))}
    return tuple(clock.id for clock in case.head.clocks if clock.id in used)


def _is_shown(case: Case, measure: str) -> bool:
    """Whether the case has a value with a bound, and a state, each with a stage."""
    return bool(_bounds(case, measure)[1] and _stated(case))


def _bounds(case: Case, measure: str) -> tuple[str, list[float], list[float]]:
    """The unit of the axis, and every finite bound of the values and of their limit in it."""
    rows, limit = _measured(case, measure), upper_limit(case, measure)
    unit = rows[0].unit if rows else ""
    ends, limits = (
        [end for q in found for end in (q.low, q.high) if math.isfinite(end)]
        for found in ([o.value.to(unit) for o in rows], [limit.to(unit)] if limit and rows else [])
    )
    return unit, ends, limits


def _together(
    every: list[tuple[str, list[float], list[float]]],
) -> tuple[str, list[float], list[float]] | None:
    """The bounds of all readings; None if they are in several units."""
    units = {unit for unit, ends, _ in every if ends}
    if len(units) != 1:
        return None
    ends, limits = (sorted({end for one in every for end in one[n]}) for n in (1, 2))
    return units.pop(), ends, limits


def _in_lines(case: Case, plan: _Plan, stage: str) -> list[tuple[Motor, list[str]]]:
    """The states of a stage, each in lines that fit its column."""
    mine = [m for m in _stated(case) if clock_of(case, m) == stage]
    return [(m, _lines(case, m, plan.column)) for m in mine]


def _most_lines(case: Case, plan: _Plan) -> int:
    each = [[words for _, words in _in_lines(case, plan, stage)] for stage in plan.stages]
    return max(sum(map(len, one)) + len(one) for one in each)


def _draw(page: Page, plan: _Plan, name: str) -> None:
    (_measure if name == "measure" else _function)(page, plan)


def _measure(page: Page, plan: _Plan) -> None:
    """The values of the main measure, and the limit that they are set against."""
    case, measure, columns = page.case, plan.measure, len(plan.stages)
    values = _measured(case, measure)
    unit = values[0].unit
    ax = page.panel(LEFT, TOP, plan.width - LEFT - 1.0, HEIGHT)
    is_log = min(plan.ends) > 0
    scale = f"{printed(unit)}, logarithmic scale" if is_log else printed(unit)
    page.title(0.8, 0.8, values[0].name[:1].upper() + values[0].name[1:], scale)
    _frame(ax, columns, plan.ends, plan.limits, is_log)
    low = 0.0
    if limit := upper_limit(case, measure):
        low = limit.to(unit).low
        ax.axhline(low, color=GREY["line"], linewidth=0.6, linestyle=(0, (4, 2)), zorder=1)
        words = f"{limit.text()} ({'as printed' if is_printed(case, measure) else 'assumed'})"
        style = {"color": GREY["text"], "va": "bottom", "ha": "right", "bbox": PAPER}
        said = ax.text(columns - 0.51, low * 1.04, f"upper limit {words}", **style)
        source = limit.sources[0] if limit.sources else ""
        lead(source, said)
        page.note("measure", "upper reference limit", "line", limit, text=words, source=source)
    multiples = folds(case, measure)
    names = plan.names(case)
    for column, stage in enumerate(plan.stages):
        mine = [o for o in values if clock_of(case, o) == stage]
        for place, row in enumerate(mine):
            x = column + (place + 0.5) / len(mine) - 0.5
            fold = multiples.get(f"{measure}.fold.{row.id.partition('.')[2]}")
            room = plan.column / len(mine) - 1
            _value(page, ax, case, row, row.value.to(unit), x, fold, low, room)
        if not mine:
            y = ax.get_ylim()[0] * 1.3 if is_log else sum(ax.get_ylim()) / 2
            ax.text(column, y, "not reported", ha="center", va="bottom", color=GREY["text"])
        centre = LEFT + plan.column * (column + 0.5)
        said = page.words(centre, TOP + HEIGHT + 1.2, names[column], ha="center", linespacing=1.05)
        lead(f"case.yaml/clocks/{stage}", said)


def _function(page: Page, plan: _Plan) -> None:
    """What the patient could do at each stage, in words."""
    under = plan.under(page.case)
    for column, stage in enumerate(plan.stages):
        centre = LEFT + plan.column * (column + 0.5)
        _states(page, page.case, _in_lines(page.case, plan, stage), centre, under + 4.2)
    page.title(0.8, under, "Function")


def _kinds(page: Page) -> frozenset[str]:
    """The kinds of mark that were drawn, as the key names them."""
    return frozenset(m.shape for m in page.marks if m.shape in KEY)


def _key(kinds: Collection[str]) -> str:
    return "; ".join(words for kind, words in KEY.items() if kind in kinds)


def _frame(ax: Axes, columns: int, ends: list[float], limits: list[float], is_log: bool) -> None:
    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_xticks([])
    for edge in range(1, columns):
        ax.axvline(edge - 0.5, color=GREY["line"], linewidth=0.5, linestyle=(0, (1, 2)), zorder=0)
    if is_log:
        ax.set_yscale("log")
        bottom = min([min(ends) / 6, *(limit / 1.5 for limit in limits if limit > 0)])
        ax.set_ylim(bottom, max([max(ends) * 3, *(1.5 * limit for limit in limits)]))
        ax.yaxis.set_major_locator(LogLocator(base=10, subs=(1,)))
        fine_ticks(ax)
    else:
        ends = [*ends, *limits]
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
    multiple = f" ({fold.text()} × the limit)" if fold is not None else ""
    text = ", ".join(filter(None, (q.text() + multiple, told(case, "observations", row))))
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


def _said(page: Page) -> str:
    """What was drawn, in words."""
    parts = {"measure": "Values", "function": "Function"}
    each = {lane: [f"{m.what}: {m.text}" for m in page.marks if m.lane == lane] for lane in parts}
    return " ".join(f"{parts[lane]}: {'; '.join(said)}." for lane, said in each.items() if said)
