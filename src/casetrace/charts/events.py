"""Events: a mark at a known time, a bracket with an open end at a bounded one."""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from casetrace.charts.sheet import Sheet
from casetrace.charts.style import COLOURS
from casetrace.course import when

__all__ = ["events"]


def events(sheet: Sheet) -> None:
    """Events as marks at their time, or as a bracket with an open end."""
    case, ax, time = sheet.case, sheet.axes["events"], sheet.time
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    if sheet.events:
        sheet.title("events", "Events")
    colour = COLOURS["vermillion"]
    for row in sheet.events:
        at = when(case, "findings", row)
        x = time.x(row.clock, at.low)
        source = f"findings/{row.id}"
        if at.is_point:
            ax.plot(x, 0.5, "D", markersize=3.6, color=colour, zorder=4)
            _name(sheet, ax, row.name, x, x)
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
        _name(sheet, ax, row.name, x, x_end)
        sheet.note("events", row.name, "event", None, at, row.clock, source, at.text())


def _name(sheet: Sheet, ax: Axes, words: str, x: float, x_end: float) -> None:
    """Beside the mark where there is room, above it in a single column."""
    is_point = x == x_end
    if sheet.wide:
        beside, side = (x + 1.6, "left") if is_point else (x - 1.0, "right")
        ax.text(beside, 0.5, words, ha=side, va="center")
    elif is_point:
        ax.text(x, 0.85, words, ha="center", va="bottom")
    elif len(words) * 1.05 <= x_end - x:
        ax.text(x, 0.85, words, ha="left", va="bottom")
    else:
        ax.text(x_end, 0.85, words, ha="right", va="bottom")
