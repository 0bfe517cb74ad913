"""Treatments without changing doses: one panel of bars and ticks, with name and dose."""

from __future__ import annotations

from matplotlib.patches import Rectangle

from casetrace.case.clocks import clock_of, courses, span
from casetrace.display.figure import lead
from casetrace.display.style import COLOURS, GREY, PAPER
from casetrace.quantity import hull
from casetrace.questions.course.bars import draw_bar
from casetrace.questions.course.given import is_bar, parts_of, words_of
from casetrace.questions.course.sheet import Sheet

__all__ = ["treatment_rows"]


def treatment_rows(sheet: Sheet) -> None:
    """Each drug or combination as a row: bars while it was given, ticks for single doses."""
    ax, case = sheet.axes["treatments"], sheet.case
    rows = sheet.rows("treatments")
    ax.set_ylim(0, rows)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    sheet.title("treatments", "Other treatment" if sheet.drugs else "Treatment")
    for key, steps in sheet.compact.items():
        spot = sheet.bar_spots[key]
        y = rows - spot.row - 0.5
        has_parts, words = False, words_of(case, sheet.time, steps, sheet.wide)
        is_dosed = any(t.dose or t.settings for t in steps)
        text = words if is_dosed else f"{words}; dose not reported"
        for t in steps:
            parts, clock = parts_of(case, sheet.time, t), clock_of(case, t)
            has_parts |= bool(parts)
            source = f"treatments/{t.id}"
            if not is_bar(t):
                ticks = [part for part in parts if part.kind in ("sure", "maybe")]
                for part in ticks:
                    box = Rectangle((part.left, y - 0.36), part.right - part.left, 0.72, zorder=3)
                    alpha = 1.0 if part.kind == "sure" else 0.25
                    box.set(facecolor=COLOURS["orange"], linewidth=0, alpha=alpha)
                    ax.add_patch(box)
                draw_bar(ax, parts[len(ticks) :], y, 0.72, COLOURS["orange"])
                sheet.used |= {part.kind for part in parts}
                for one in (c for c in courses(case, t.drug) if c.block == t.id):
                    known = one.week if one.clock else None
                    what = f"{t.name}, {t.each} {one.number}"
                    shape = "tick" if one.clock else "unknown"
                    sheet.note("treatments", what, shape, t.dose, known, one.clock, source, text)
                continue
            draw_bar(ax, parts, y, 0.72, COLOURS["orange"])
            sheet.used |= {part.kind for part in parts}
            start, stop = span(case, t)
            time = hull(start, stop) if start and stop else start or stop
            shape = "bar" if parts else "unknown"
            sheet.note("treatments", t.name, shape, t.dose, time, clock, source, text)
        style = {"va": "center", "ha": "left", "zorder": 6}
        if not has_parts:
            style["color"] = GREY["text"]
        elif not spot.is_inside:
            style["bbox"] = PAPER
        lines = sheet.words["treatments", key]
        said = ax.text(spot.words, rows - spot.middle(lines), lines, **style)
        lead(f"treatments/{steps[0].id}", said)
