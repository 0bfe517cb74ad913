"""Events: a mark at a known time, a bracket at a bounded one, a bar for what lasted."""

from __future__ import annotations

import math

from casetrace.case.clocks import clock_of, span, told, when
from casetrace.display.figure import lead
from casetrace.display.style import COLOURS, PAPER
from casetrace.quantity import hull
from casetrace.questions.course.bars import draw_bar, reach
from casetrace.questions.course.sheet import Sheet

__all__ = ["events"]

#: Kinds of finding that are told by a square: what was done to look, and not what befell.
LOOKED = ("imaging", "biopsy", "procedure", "laboratory", "neurophysiology")


def events(sheet: Sheet) -> None:
    """Events as marks at their time or brackets around it, and what lasted as bars."""
    case, ax, time = sheet.case, sheet.axes["events"], sheet.time
    rows = max(sheet.rows("events"), 1)
    ax.set_ylim(0, rows)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    if sheet.events:
        sheet.title("events", "Events")
    colour = COLOURS["vermillion"]
    for row in sheet.events:
        spot, clock = sheet.event_spots[row.id], clock_of(case, row)
        y, source = rows - spot.row - 0.5, f"findings/{row.id}"
        style = {"ha": "left", "va": "center", "zorder": 6}
        style |= {} if spot.is_inside else {"bbox": PAPER}
        words = sheet.words["events", row.id]
        said = ax.text(spot.words, rows - spot.middle(words), words, **style)
        lead(source, said)
        text = told(case, "findings", row)
        if row.lasts:
            start, stop = span(case, row)
            parts = reach(time, clock, start, stop)
            draw_bar(ax, parts, y, 0.66, COLOURS["sky"])
            sheet.used |= {part.kind for part in parts}
            at = hull(start, stop) if start and stop else start or stop
            sheet.note("events", row.name, "bar", None, at, clock, source, text)
            continue
        at = when(case, "findings", row)
        x = time.x(clock, at.low)
        if at.is_point:
            marker = "s" if row.kind in LOOKED else "D"
            sheet.used.add(marker)
            ax.plot(x, y, marker, markersize=3.6, color=colour, zorder=4)
            sheet.note("events", row.name, "event", None, at, clock, source, text if at.low else "")
            continue
        segment = time.segments[clock]
        open_end, open_start = math.isinf(at.high), math.isinf(at.low)
        x = segment.left if open_start else x
        x_end = segment.right if open_end else time.x(clock, at.high)
        for end, is_open in ((x, open_start), (x_end, open_end)):
            if not is_open:
                ax.plot([end, end], [y - 0.25, y + 0.25], color=colour, linewidth=1.0, zorder=4)
        style = "<|-" if open_start else "-|>" if open_end else "-"
        style += ",head_width=0.13,head_length=0.25" if style != "-" else ""
        look = {"arrowstyle": style, "color": colour, "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", xy=(x_end, y), xytext=(x, y), arrowprops=look, zorder=4)
        sheet.note("events", row.name, "event", None, at, clock, source, text)
