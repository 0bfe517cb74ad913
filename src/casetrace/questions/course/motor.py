"""What the patient could do: boxes over every grade that the words allow."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from casetrace.case.clocks import when
from casetrace.display.figure import lead
from casetrace.display.style import COLOURS
from casetrace.quantity.wording import scale_name
from casetrace.questions.course.lanes import Sheet, not_reported

__all__ = ["motor"]


def motor(sheet: Sheet) -> None:
    """What the patient could do, as boxes over the grades that the words allow."""
    if not sheet.has_motor:
        return
    case, ax, time = sheet.case, sheet.axes["motor"], sheet.time
    rows = [m for m in case.rows.motor if m.grade]
    scale = rows[0].scale
    grades = [int(g.grade.low) for g in case.reference.scales if g.scale == scale]
    best, worst = min(grades), max(grades)
    ax.set_ylim(worst + 0.9, best - 0.9)
    ax.set_yticks([best, (best + worst) // 2, worst])
    ends = [
        f"{grade} {case.reference.get('scales', f'{scale}.{grade}').anchor}"
        for grade in (best, worst)
    ]
    sheet.title(
        "motor",
        "Motor state",
        f"{scale_name(scale)} grade" + (f" ({'; '.join(ends)})" if sheet.wide else ""),
        f"reference/scales/{scale}.{worst}",
    )
    seen: set[str] = set()
    for row in rows:
        grade = row.grade
        at = when(case, "motor", row)
        seen.add(row.clock)
        open_end = math.isinf(at.high)
        x = time.x(row.clock, at.low)
        x_end = time.segments[row.clock].right if open_end else time.x(row.clock, at.high)
        narrowest = 4.0 if time.segments[row.clock].is_moment else 1.5
        if x_end - x < narrowest:
            middle = (x + x_end) / 2
            x, x_end = middle - narrowest / 2, middle + narrowest / 2
        top, bottom = grade.low - 0.4, grade.high + 0.4
        shade = 0.25 + 0.6 * ((grade.low + grade.high) / 2 - best) / (worst - best)
        ax.add_patch(
            Rectangle(
                (x, top),
                x_end - x,
                bottom - top,
                facecolor=COLOURS["purple"],
                alpha=shade,
                linewidth=0,
                zorder=2,
            )
        )
        edges = [(x, x), (x, x_end), (x, x_end)] + ([] if open_end else [(x_end, x_end)])
        spans = [(top, bottom), (top, top), (bottom, bottom), (top, bottom)]
        for (x1, x2), (y1, y2) in zip(edges, spans, strict=False):
            ax.plot([x1, x2], [y1, y2], color="#7A3E63", linewidth=0.7, zorder=3)
        lead(f"motor/{row.id}", _motor_label(sheet, ax, row, x, x_end, top, bottom))
        what = row.name + (" (onwards)" if open_end else "")
        text = f"{scale_name(scale)} grade {grade.text()}"
        source = f"motor/{row.id}"
        sheet.note("motor", what, "band", grade, at, row.clock, source, text)
    for clock, segment in time.segments.items():
        if clock not in seen:
            middle = (segment.left + segment.right) / 2
            words = "not reported" if segment.right - segment.left > 14 else "not\nreported"
            not_reported(ax, middle, (best + worst) / 2, words)
            sheet.note("motor", "not reported", "unknown", clock=clock)
    first = [when(case, "motor", r).low for r in rows if r.clock == clock]
    room = min(first, default=0) * time.scale
    if room > 12:
        words = "not reported" if room > 18 else "not\nreported"
        not_reported(ax, time.x(clock, min(first) / 2), (best + worst) / 2, words)


def _motor_label(
    sheet: Sheet, ax: Axes, row: Any, x: float, x_end: float, top: float, bottom: float
) -> Text:
    """Words inside a box that is wide enough, else under or over it."""
    width = x_end - x
    letter = 1.2 if sheet.wide else 1.02
    if len(row.short) * letter < width:
        middle = ((x + x_end) / 2, (top + bottom) / 2)
        return ax.text(*middle, row.short, ha="center", va="center", zorder=5)
    words = "\n".join(textwrap.wrap(row.short, 12 if sheet.wide else 9, break_long_words=False))
    floor, ceiling = ax.get_ylim()
    a_mm = (floor - ceiling) / sheet.heights["motor"]
    needed = (words.count("\n") + 1) * (2.9 if sheet.wide else 2.4) * a_mm
    middle, off = (x + x_end) / 2, 0.9 * a_mm
    if bottom + off + needed <= floor:
        place = (middle, bottom + off, "center", "top")
    elif top - off - needed >= ceiling:
        place = (middle, top - off, "center", "bottom")
    else:
        place = (x_end + 0.9, (top + bottom) / 2, "left", "center")
    at_x, at_y, ha, va = place
    return ax.text(at_x, at_y, words, ha=ha, va=va, linespacing=1.05)
