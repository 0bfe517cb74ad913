"""Events: a mark at a known time, a bracket with an open end at a bounded one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.text import Text

from casetrace.charts.figure import lead
from casetrace.charts.style import COLOURS
from casetrace.course import when

if TYPE_CHECKING:
    from casetrace.charts.sheet import Sheet

__all__ = ["events", "rows_of_events"]

APART = 0.8  # mm between the words of two events


def events(sheet: Sheet) -> None:
    """Events as marks at their time, or as a bracket with an open end."""
    case, ax, time = sheet.case, sheet.axes["events"], sheet.time
    rows = max((row for row, _ in sheet.rows.values()), default=0) + 1
    ax.set_ylim(0, rows)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    if sheet.events:
        sheet.title("events", "Events")
    colour = COLOURS["vermillion"]
    for row in sheet.events:
        at = when(case, "findings", row)
        x, (number, side) = time.x(row.clock, at.low), sheet.rows[row.id]
        y, source = number + 0.5, f"findings/{row.id}"
        if at.is_point:
            ax.plot(x, y, "D", markersize=3.6, color=colour, zorder=4)
            lead(source, _name(sheet, ax, row.name, (x, x, y), side))
            words = at.text() if at.low else ""
            sheet.note("events", row.name, "event", None, at, row.clock, source, words)
            continue
        open_end = math.isinf(at.high)
        x_end = time.segments[row.clock].right if open_end else time.x(row.clock, at.high)
        ax.plot([x, x], [y - 0.25, y + 0.25], color=colour, linewidth=1.0, zorder=4)
        ax.annotate(
            "",
            xy=(x_end, y),
            xytext=(x, y),
            arrowprops={
                "arrowstyle": "-|>,head_width=0.13,head_length=0.25" if open_end else "|-|",
                "color": colour,
                "linewidth": 1.0,
                "shrinkA": 0,
                "shrinkB": 0,
            },
            zorder=4,
        )
        lead(source, _name(sheet, ax, row.name, (x, x_end, y), side))
        sheet.note("events", row.name, "event", None, at, row.clock, source, at.text())


def rows_of_events(sheet: Sheet) -> dict[str, tuple[int, str]]:
    """The row of each event, from the bottom, and the side of its words: nothing overlaps.

    Returns
    -------
    dict of (int, str)
        By id; the side is that which the words are aligned to.
    """
    letter = 1.22 if sheet.wide else 1.0  # mm of a letter, a little more than most are
    taken: list[list[tuple[float, float]]] = []
    found = {}
    for row in sheet.events:
        time = when(sheet.case, "findings", row)
        segment, long = sheet.time.segments[row.clock], len(row.name) * letter
        x = sheet.time.x(row.clock, time.low)
        x_end = segment.right if math.isinf(time.high) else sheet.time.x(row.clock, time.high)
        if not sheet.wide:
            sides = {"center": (-long / 2, long / 2)} if x == x_end else {}
            sides |= {"left": (0, max(long, x_end - x)), "right": (x_end - x - long, x_end - x)}
        elif x == x_end:
            sides = {"left": (-1.5, long + 1.6), "right": (-long - 1.6, 1.5)}
        else:
            sides = {"right": (-long - 1.0, x_end - x), "left": (0, x_end - x + long + 1.0)}
        places = [
            (number, side, x + a, x + b)
            for number in range(len(taken) + 1)
            for side, (a, b) in sides.items()
            if x + b <= sheet.time.width + 0.6 and x + a >= -sheet.left
        ]
        free = (
            (number, side, a, b)
            for number, side, a, b in places
            if number == len(taken) or all(b + APART < c or d + APART < a for c, d in taken[number])
        )
        number, side, a, b = next(free, (len(taken), next(iter(sides)), x, x_end))
        if number == len(taken):
            taken.append([])
        taken[number].append((a, b))
        found[row.id] = (number, side)
    return found


def _name(sheet: Sheet, ax: Axes, words: str, place: tuple[float, float, float], side: str) -> Text:
    """Beside the mark, or above it in a single column, on the side that is free."""
    x, x_end, y = place
    if sheet.wide:
        off = 1.6 if x == x_end else 1.0
        beside = x_end + off if side == "left" else x - off
        return ax.text(beside, y, words, ha=side, va="center")
    at = {"left": x, "right": x_end, "center": (x + x_end) / 2}[side]
    return ax.text(at, y + 0.35, words, ha=side, va="bottom")
