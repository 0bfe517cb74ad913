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
    sheet.title("events", "Events")
    colour = COLOURS["vermillion"]
    for row in (f for f in case.findings if f.event and f.state != "excluded"):
        at = when(case, "findings", row)
        x = time.x(row.clock, at.low)
        source = f"findings/{row.id}"
        if at.is_point:
            ax.plot(x, 0.5, "D", markersize=3.6, color=colour, zorder=4)
            _event_name(sheet, ax, x + 1.6, x, "left", row.name)
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
        _event_name(sheet, ax, x - 1.0, x_end, "right", row.name)
        sheet.note("events", row.name, "event", None, at, row.clock, source, at.text())


def _event_name(sheet: Sheet, ax: Axes, beside: float, middle: float, ha: str, words: str) -> None:
    """Beside the mark where there is room, above it in a single column."""
    if sheet.wide:
        ax.text(beside, 0.5, words, ha=ha, va="center")
    else:
        ax.text(middle, 0.85, words, ha="center", va="bottom")
