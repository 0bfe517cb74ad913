"""Events: a mark at a known time, a bracket with an open end at a bounded one."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.text import Text

from casetrace.case.clocks import since, when, zero_of
from casetrace.display.figure import lead
from casetrace.display.style import COLOURS, PAPER
from casetrace.questions.course.lanes import Sheet

__all__ = ["events"]


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
        zero = zero_of(case, row.clock)
        sheet.note("events", row.name, "event", None, at, row.clock, source, since(at, zero))


def _name(sheet: Sheet, ax: Axes, words: str, place: tuple[float, float, float], side: str) -> Text:
    """Beside the mark, or above it in a single column, on the side that is free."""
    x, x_end, y = place
    if sheet.wide:
        off = 1.6 if x == x_end else 1.0
        beside = x_end + off if side == "left" else x - off
        return ax.text(beside, y, words, ha=side, va="center", bbox=PAPER)
    at = {"left": x, "right": x_end, "center": (x + x_end) / 2}[side]
    return ax.text(at, y + 0.35, words, ha=side, va="bottom", bbox=PAPER)
