"""What each reading does to each outcome: every option as far as the outcome is then known."""

from __future__ import annotations

import itertools
import math

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from casetrace.case.model import Case
from casetrace.display.figure import Figure
from casetrace.display.panel import LINE, Page, Rows, draw_bounds, wrapped
from casetrace.display.style import COLOURS, GREY, SINGLE, styled
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.quantity.wording import titled
from casetrace.questions.sensitivity.analysis import Factorial, factorials, outcome_name

__all__ = ["sensitivity"]

HEAD, FOOT, LEFT = 5.4, 7.4, 3.4  # mm: room for a panel's title and its axis, and its margin
WIDTH = SINGLE - LEFT - 0.8
KEY = "bold: as the curator reads it; point: one value; open point: about; "
KEY += "bar: lies within; arrow: bound without an end"


def sensitivity(case: Case) -> Figure | None:
    """Draw outcomes under each option of each reading that moves them, the others as in force.

    One panel for each outcome; readings from the one that moves it most, each option in its own
    words with its value, the curator's in bold. An option that leaves a bound open is drawn as far
    as the axis of the others. Points and bands as in the course figure.

    Returns
    -------
    Figure or None
        Named ``sensitivity``; None if no outcome depends on a reading.
    """
    found = [f for f in factorials(case).values() if _rows(f)]
    if not found:
        return None
    with styled(7.0):
        laid = [_laid(case, f) for f in found]
        heads = [_head(case, f) for f in found]
        over = [HEAD + LINE * name.count("\n") for name, _ in heads]
        height = sum(over) + sum(rows.height + FOOT for rows in laid)
        page, top = Page(case, height + 7.0, SINGLE), 0.0
        for factorial, head, high, rows in zip(found, heads, over, laid, strict=True):
            page.title(0.8, top + 1.0, *head)
            _panel(page, factorial, rows, top + high)
            top += high + rows.height + FOOT
        page.key(KEY)
        return page.finished("sensitivity", _alt(page, found))


def _rows(factorial: Factorial) -> list[tuple[str, str, Quantity | None]]:
    rows = []
    for reading, _ in factorial.ranked():
        found = factorial.one_way(reading)
        if len({q.text() if q else "" for q in found.values()}) > 1:
            rows += [(reading, option, q) for option, q in found.items()]
    return rows


def _laid(case: Case, factorial: Factorial) -> Rows:
    """The options in their own words, and where each is drawn."""
    rows = _rows(factorial)
    values = [q.text(unit=False) if q else "cannot be computed" for _, _, q in rows]
    return Rows([_label(case, r, o) for r, o, _ in rows], WIDTH, values=values)


def _head(case: Case, factorial: Factorial) -> tuple[str, str]:
    """The name of an outcome, in lines that leave room for its unit, and that unit."""
    unit = printed(factorial.default.unit) or _unit(factorial.outcome)
    name = titled(outcome_name(case, factorial.outcome))
    if any(q and q.is_change and q.low < 0 for _, _, q in _rows(factorial)):
        unit = f"{unit}, minus: a fall"
    return wrapped(name, 0.9 * (WIDTH - 2) - len(unit)), unit


def _label(case: Case, reading: str, option: str) -> str:
    return case.head.readings[reading].options[option].label


def _panel(page: Page, factorial: Factorial, laid: Rows, top: float) -> None:
    case, rows = page.case, _rows(factorial)
    ax = page.panel(LEFT, top, WIDTH, laid.height)
    opened = {(r, o) for r in factorial.readings for o in factorial.unbounding(r)}
    shown = [q for r, o, q in rows if _is_drawn(q, factorial) and (r, o) not in opened]
    ax.set_xlim(*_limits(shown or [factorial.default], factorial.outcome))
    curators = [n for n, (r, o, _) in enumerate(rows) if case.at_defaults.chosen[r] == o]
    laid.write(ax, [f"case.yaml/readings/{reading}" for reading, _, _ in rows], curators)
    _ticks(ax, factorial)
    for y, (reading, option, q) in zip(laid.middles, rows, strict=True):
        ax.axhline(y, color=GREY["fill"], linewidth=0.6, zorder=0)
        what = f"{outcome_name(case, factorial.outcome)}, {_label(case, reading, option)}"
        source = f"case.yaml/readings/{reading}"
        if not _is_drawn(q, factorial) or not _reaches(ax, q):
            words = q.text() if q else "cannot be computed"
            page.note("sensitivity", what, "unknown", q, text=words, source=source)
            continue
        is_curators = case.at_defaults.chosen[reading] == option
        colour = COLOURS["blue"] if is_curators else COLOURS["sky"]
        shape = draw_bounds(ax, q, y, 0.9, colour)
        page.note("sensitivity", what, shape, q, source=source)
    for end, (one, two) in zip(laid.ends[1:], itertools.pairwise(rows), strict=False):
        if one[0] != two[0]:
            ax.axhline(end, color=GREY["line"], linewidth=0.4, zorder=0)


def _is_drawn(q: Quantity | None, factorial: Factorial) -> bool:
    """Whether a value is known, and in the unit of the panel."""
    return q is not None and not q.is_unknown and q.unit == factorial.default.unit


def _reaches(ax: Axes, q: Quantity) -> bool:
    """Whether what is known of a value lies on the axis."""
    low, high = ax.get_xlim()
    return any(low <= end <= high for end in (q.low, q.high) if math.isfinite(end))


def _unit(outcome: str) -> str:
    """Words for an outcome that has no unit."""
    words = {".score.": "points", ".fold.": "times the upper limit", "motor.": "grade"}
    return next((word for part, word in words.items() if part in outcome), "")


def _limits(values: list[Quantity], outcome: str) -> tuple[float, float]:
    ends = [e for q in values for e in (q.low, q.high) if math.isfinite(e)]
    low, high = min(ends), max(ends)
    if values[0].levels:
        return -0.3, len(values[0].levels) - 0.7
    start = 0.0 if low >= 0 and high > 0 and not outcome.startswith("motor.") else low
    is_share = values[0].is_change and values[0].unit == "%" and low < 0
    if is_share:
        start = -100.0  # all of the value: no fall goes further
    room = (high - start or abs(high) or 1.0) * 0.06
    is_open = any(math.isinf(q.high) for q in values)
    return start - (0 if is_share else room), high + room * (5 if is_open else 1)


def _ticks(ax: Axes, factorial: Factorial) -> None:
    levels = factorial.default.levels
    if levels:
        ax.set_xticks(range(len(levels)), levels)
        return
    ends = [e for e in (*factorial.low.flat, *factorial.high.flat) if math.isfinite(e)]
    is_whole = all(e == int(e) for e in ends)
    most = 7 if factorial.default.is_change else 5  # so that a fall has its numbers too
    ax.xaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 5, 10], integer=is_whole))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,g}".replace("-", "−")))


def _alt(page: Page, found: list[Factorial]) -> str:
    first = (
        f"{len(found)} outcomes under each option of the readings that move them, one at a time."
    )
    parts = [first]
    for factorial in found:
        name = f"{outcome_name(page.case, factorial.outcome)}, "
        mine = [m for m in page.marks if m.what.startswith(name)]
        said = "; ".join(f"{m.what.removeprefix(name)}: {m.text}" for m in mine)
        parts.append(f"{name[:-2]}: {said}.")
    return " ".join(parts)
