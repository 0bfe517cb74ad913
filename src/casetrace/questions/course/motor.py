"""What the patient could do: bars over every grade that the words allow."""

from __future__ import annotations

import math
import textwrap

import numpy as np
from matplotlib.patches import Rectangle

from casetrace.case.clocks import clock_of, span, told, when
from casetrace.case.rows import Motor
from casetrace.display.figure import lead
from casetrace.display.labels import Labels, Place
from casetrace.display.style import COLOURS, GREY, PAPER
from casetrace.quantity import Quantity
from casetrace.quantity.wording import scale_name
from casetrace.questions.course.bars import Part, draw_bar, reach
from casetrace.questions.course.layout import words_mm
from casetrace.questions.course.sheet import Sheet

__all__ = ["motor"]

BAR, EDGE = 1.8, "#7A3E63"  # width of a bar in mm, and the colour of its edge
OPEN = 6.0  # mm from the earliest time of a state to its bar, where no latest is known


def motor(sheet: Sheet) -> None:
    """What the patient could do, as bars over the grades that the words allow."""
    case, ax, time = sheet.case, sheet.axes["motor"], sheet.time
    rows = [m for m in case.rows.motor if m.grade and m.clock]
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
        f"{scale_name(scale)} grade ({'; '.join(ends)})",
        f"{scale_name(scale)} grade ({best} best, {worst} worst)",
        f"{scale_name(scale)} grade",
        source=f"reference/scales/{scale}.{worst}",
    )
    seen: set[str] = set()
    labels, wanted = sheet.labels["motor"], []
    for row in rows:
        grade, at = row.grade, when(case, "motor", row)
        seen.add(clock_of(case, row))
        wanted.append((row, *_draw_state(sheet, labels, row, grade, at)))
        text = f"{scale_name(scale)} grade {grade.text()}"
        if not at.is_point or row.lasts:
            text += f", {told(case, 'motor', row)}"
        sheet.note(
            "motor", row.name, "band", grade, at, clock_of(case, row), f"motor/{row.id}", text
        )
    for row, x, y, places in wanted:
        lead(f"motor/{row.id}", labels.put(x, y, places, row.id, linespacing=1.0, bbox=PAPER))
    for clock, segment in time.segments.items():
        if clock not in seen:
            middle = (segment.left + segment.right) / 2
            words = "not reported" if segment.right - segment.left > 14 else "not\nreported"
            _silence(labels, middle, (best + worst) / 2, words)
            sheet.note("motor", "not reported", "unknown", clock=clock)
    first = [when(case, "motor", r).low for r in rows if clock_of(case, r) == clock]
    room = min(first, default=0) * time.scale
    if room > 12:
        words = "not reported" if room > 18 else "not\nreported"
        _silence(labels, time.x(clock, min(first) / 2), (best + worst) / 2, words)


def _silence(labels: Labels, x: float, y: float, words: str) -> None:
    """Say that nothing is reported, where no other words stand."""
    places = [Place(0, 0, "center", "center", words)]
    labels.put(x, y, places, optional=True, color=GREY["text"])


def _draw_state(
    sheet: Sheet, labels: Labels, row: Motor, grade: Quantity, at: Quantity
) -> tuple[float, float, list[Place]]:
    """Draw a state as a bar over its grades and a whisker over its time; gives room for words.

    The bar is as high as the words leave the grade. The whisker is as wide as they leave the
    time at which it was seen, with an arrow where that has no end: it is not a duration. A state
    that is reported from or until a time is a bar along it.
    """
    ax, time = labels.ax, sheet.time
    clock = clock_of(sheet.case, row)
    if row.lasts:
        parts = reach(time, clock, *span(sheet.case, row))
        return _draw_lasting(sheet, labels, row, grade, parts)
    segment = time.segments[clock]
    is_open = math.isinf(at.high)
    x = time.x(clock, at.low)
    x_end = segment.right if is_open else time.x(clock, at.high)
    middle = min(x + (OPEN if sheet.wide else 3.9), (x + x_end) / 2) if is_open else (x + x_end) / 2
    top, bottom = grade.low - 0.4, grade.high + 0.4
    bar = Rectangle((middle - BAR / 2, top), BAR, bottom - top, zorder=3)
    bar.set(facecolor=COLOURS["purple"], edgecolor=EDGE, linewidth=0.7)
    if not at.is_point:
        bar.set(facecolor="white")  # when it was seen is uncertain
        shape = "-|>,head_width=0.13,head_length=0.25" if is_open else "|-|,widthA=0.1,widthB=0.1"
        look = {"arrowstyle": shape, "color": EDGE, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
        y = (grade.low + grade.high) / 2 if is_open else bottom
        ax.annotate("", xy=(x_end, y), xytext=(x, y), arrowprops=look, zorder=4)
    ax.add_patch(bar)
    points = 72 / 25.4
    high = sheet.heights["motor"] / abs(np.subtract(*ax.get_ylim())) * points  # of a grade
    right = (x_end - middle) * points + 1
    tall = (bottom - top) / 2 * high
    y = (grade.low + grade.high) / 2
    labels.take(middle, y, (BAR, BAR, tall, tall), row.id)
    if not is_open and x_end > x:  # the whisker, under the bar
        labels.take(middle, bottom, ((x_end - x) / 2 * points,) * 2 + (2, 2), row.id)
    if right > 4:
        labels.take(middle, y, ((middle - x) * points + 1, right, 2, 2), row.id)
    aside = BAR / 2 * points + 2.5
    floor, ceiling = ax.get_ylim()
    below, above = (floor - bottom) * high, (top - ceiling) * high
    places = []
    for width in (11, 16) if sheet.wide else (8, 11):
        lines = textwrap.wrap(row.short, width, break_long_words=False)
        words, room = "\n".join(lines), len(lines) * (8.4 if sheet.wide else 6.8)
        if is_open and words_mm(row.short) + BAR < right / points:  # over the arrow
            places += [Place(right / 2 + BAR, 2.5, "center", "bottom", row.short)]
        if is_open and below > room:  # under the bar, clear of what stands before it
            places.append(Place(-BAR / 2 * points, -tall - 2, "left", "top", words))
            downs = (2, 11) if below > room + 9 else (2,)
            places += [Place(right - 1, -tall - down, "right", "top", words) for down in downs]
        if below > room:
            places.append(Place(0, -tall - 2, "center", "top", words))
        if above > room:
            places.append(Place(0, tall + 2, "center", "bottom", words))
        places += [
            Place(side * aside, up, ha, "center", words)
            for up in (-tall * 0.6, tall * 0.6, 0)
            for side, ha in ((1, "left"), (-1, "right"))
        ]
    return middle, y, places


def _draw_lasting(
    sheet: Sheet, labels: Labels, row: Motor, grade: Quantity, parts: list[Part]
) -> tuple[float, float, list[Place]]:
    """Draw a state that lasted as a bar along its time, over its grades; gives room for words."""
    y, tall = (grade.low + grade.high) / 2, grade.high - grade.low + 0.8
    draw_bar(labels.ax, parts, y, tall, COLOURS["purple"])
    sheet.used |= {part.kind for part in parts}
    points = 72 / 25.4
    floor, ceiling = labels.ax.get_ylim()
    high = tall / 2 * sheet.heights["motor"] / (floor - ceiling) * points
    middle, long = (parts[0].left + parts[-1].right) / 2, parts[-1].right - parts[0].left
    labels.take(middle, y, (long / 2 * points,) * 2 + (high, high), row.id)
    wide = max(long, 22 if sheet.wide else 14)
    lines = textwrap.wrap(row.short, int(wide / 1.45), break_long_words=False)
    words = "\n".join(lines)
    return (
        middle,
        y,
        [
            Place(0, up, "center", va, words)
            for up, va in ((high + 2, "bottom"), (-high - 2, "top"))
        ],
    )
