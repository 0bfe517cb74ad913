"""What each reading does to each outcome: every option as far as the outcome is then known."""

from __future__ import annotations

import itertools
import math

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from casetrace.case.model import Case
from casetrace.display.figure import Figure
from casetrace.display.panel import Page, draw_bounds, plain_axis
from casetrace.display.style import COLOURS, GREY, styled
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.quantity.wording import value_name
from casetrace.questions.sensitivity.analysis import Factorial, factorials

__all__ = ["sensitivity"]

STEP, HEAD, FOOT = 3.3, 5.6, 6.4  # mm: a row, room for a panel's title, and for its axis


def sensitivity(case: Case) -> Figure | None:
    """Draw outcomes under each option of each reading that moves them, the others as in force.

    One panel for each outcome; readings from the one that moves it most; the option in force
    is dark. Points, bands and arrows as in the course figure.

    Returns
    -------
    Figure or None
        Named ``sensitivity``; None if no outcome hangs on a reading.
    """
    found = [f for f in factorials(case).values() if _rows(f)]
    if not found:
        return None
    with styled(6.4):
        columns = _columns(found)
        page = Page(case, max(sum(_height(f) for f in c) for c in columns) + 6.0)
        for number, column in enumerate(columns):
            top = 0.0
            for factorial in column:
                _panel(page, factorial, 86.5 * number, top)
                top += _height(factorial)
        key = "dark: the option in force   light: other options   open mark: about   "
        key += "band: bounds   arrow: open end"
        page.words(0.8, page.height - 0.8, key, va="bottom", color=GREY["text"])
        return page.finished("sensitivity", _alt(page, found))


def _rows(factorial: Factorial) -> list[tuple[str, str, Quantity | None]]:
    rows = []
    for reading, _ in factorial.ranked():
        found = factorial.one_way(reading)
        if len({q.text() if q else "" for q in found.values()}) > 1:
            rows += [(reading, option, q) for option, q in found.items()]
    return rows


def _height(factorial: Factorial) -> float:
    return HEAD + STEP * len(_rows(factorial)) + FOOT


def _columns(found: list[Factorial]) -> list[list[Factorial]]:
    """Two columns of about the same height, in order."""
    half = sum(_height(f) for f in found) / 2
    first: list[Factorial] = []
    while (
        found[len(first) :]
        and sum(_height(f) for f in first) + 0.5 * _height(found[len(first)]) < half
    ):
        first.append(found[len(first)])
    return [first, found[len(first) :]]


def _panel(page: Page, factorial: Factorial, left: float, top: float) -> None:
    case, rows = page.case, _rows(factorial)
    ax = page.panel(left + 43.0, top + HEAD, 39.0, STEP * len(rows))
    unit = printed(factorial.default.unit) or _unit(factorial.outcome)
    page.title(left + 0.8, top + 1.0, value_name(factorial.outcome), unit)
    low, high = _limits([q for _, _, q in rows if q is not None])
    ax.set_xlim(low, high)
    labels, before = [], ""
    for reading, option, _ in rows:
        words = reading.replace("_", " ") if reading != before else ""
        labels.append(f"{words}: {option}" if words else option)
        before = reading
    plain_axis(ax, labels, [f"case.yaml/readings/{reading}" for reading, _, _ in rows])
    ax.tick_params(axis="y", labelsize=5.6, pad=1.0)
    _ticks(ax, factorial)
    for y, (reading, option, q) in enumerate(rows):
        what = f"{factorial.outcome}, {reading.replace('_', ' ')}: {option}"
        source = f"case.yaml/readings/{reading}"
        if q is None:
            page.note("sensitivity", what, "unknown", text="cannot be computed", source=source)
            continue
        in_force = case.chosen[reading] == option
        shape = draw_bounds(ax, q, y, 0.24, COLOURS["blue"] if in_force else COLOURS["sky"])
        page.note("sensitivity", what, shape, q, source=source)
    for y, (one, two) in enumerate(itertools.pairwise(rows)):
        if one[0] != two[0]:
            ax.axhline(y + 0.5, color=GREY["fill"], linewidth=0.5, zorder=0)


def _unit(outcome: str) -> str:
    """Words for an outcome that has no unit."""
    words = {".score.": "points", ".fold.": "times the upper limit", "motor.": "grade"}
    return next((word for part, word in words.items() if part in outcome), "")


def _limits(values: list[Quantity]) -> tuple[float, float]:
    ends = [e for q in values for e in (q.low, q.high) if math.isfinite(e)]
    low, high = min(ends), max(ends)
    if values[0].levels:
        return -0.3, len(values[0].levels) - 0.7
    start = 0.0 if low >= 0 and high > 0 else low
    room = (high - start or abs(high) or 1.0) * 0.06
    is_open = any(math.isinf(q.high) for q in values)
    return start - room, high + room * (5 if is_open else 1)


def _ticks(ax: Axes, factorial: Factorial) -> None:
    levels = factorial.default.levels
    if levels:
        ax.set_xticks(range(len(levels)), levels)
        return
    ends = [e for e in (*factorial.low.flat, *factorial.high.flat) if math.isfinite(e)]
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=all(e == int(e) for e in ends)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,g}".replace("-", "−")))


def _alt(page: Page, found: list[Factorial]) -> str:
    first = (
        f"{len(found)} outcomes under each option of the readings that move them, one at a time."
    )
    parts = [first]
    for factorial in found:
        said = "; ".join(
            f"{m.what.partition(', ')[2]} {m.text}"
            for m in page.marks
            if m.what.startswith(f"{factorial.outcome},")
        )
        parts.append(f"{value_name(factorial.outcome)}: {said}.")
    return " ".join(parts)
