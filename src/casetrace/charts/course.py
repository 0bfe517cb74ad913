"""The clinical course on one page: laboratory, motor state, treatment and events."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from casetrace.case import Case
from casetrace.charts.events import events
from casetrace.charts.figure import Figure, Mark, finish
from casetrace.charts.laboratory import laboratory
from casetrace.charts.motor import motor
from casetrace.charts.sheet import Sheet
from casetrace.charts.style import FULL, GREY, styled
from casetrace.charts.treatment import course_ticks, dose_steps

__all__ = ["course"]


def course(case: Case, width: float = FULL) -> Figure:
    """Draw the clinical course.

    Exact values are filled marks, "about" open marks, "more than" an arrow from the bound, a
    range a band; no line joins them. Doses are drawn where reported and hatched where not.
    Each clock has its own stretch of the axis, and the axis is broken where the time between
    two clocks is not known.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    width : float
        Width of the figure in mm: 170 for two columns, 85 for one.

    Returns
    -------
    Figure
        Named ``course``, or ``course-column`` for one column.
    """
    wide = width >= 120
    with styled(7.0 if wide else 5.6):
        sheet = Sheet(case, width, wide)
        laboratory(sheet)
        motor(sheet)
        for drug in sheet.drugs:
            (course_ticks if sheet.is_in_courses(drug) else dose_steps)(sheet, drug)
        events(sheet)
        _axis(sheet)
        name = "course" if wide else "course-column"
        return finish(sheet.drawing, name, case.id, case.scenario, _alt(case, sheet), sheet.marks)


def _axis(sheet: Sheet) -> None:
    """Name each stretch of the axis, and say what is known of each break."""
    ax, time = sheet.axes["events"], sheet.time
    under = 4.3 if sheet.wide else 3.7  # mm from the axis to the first row of words
    height = ax.get_position().height * sheet.drawing.get_figheight() * 25.4
    letter = 1.18 if sheet.wide else 0.98
    for segment in time.segments.values():
        clock = segment.phase.clock
        words = clock.label if segment.is_moment else f"weeks from {clock.label}"
        room = segment.right - segment.left + 2 * time.gap + (0 if segment.is_moment else 4)
        lines = textwrap.wrap(words, max(10, int(room / letter)), break_long_words=False)
        ax.text(
            (segment.left + segment.right) / 2,
            -(1.0 if segment.is_moment else under) / height,
            "\n".join(lines),
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="top",
            linespacing=1.1,
        )
    for middle, phase in time.breaks():
        known = phase.gap.text() if phase.gap and phase.gap.low > 0 else ""
        for panel in sheet.axes.values():
            panel.axvline(
                middle, color=GREY["line"], linewidth=0.5, linestyle=(0, (1, 2)), zorder=0
            )
        sheet.axes["laboratory"].text(
            middle,
            0.985,
            ("interval " if sheet.wide else "") + (known or "not reported"),
            transform=sheet.axes["laboratory"].get_xaxis_transform(),
            rotation=90,
            ha="center",
            va="top",
            color=GREY["text"],
            fontsize=5.6 if sheet.wide else 5.0,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )
        what = f"break before {phase.clock.label}"
        source = f"case.yaml/clocks/{phase.clock.id}"
        sheet.note("axis", what, "unknown", text=known or "not reported", source=source)


def _alt(case: Case, sheet: Sheet) -> str:
    """Alternative text from the marks that were drawn."""
    said: Callable[[str], list[Mark]] = lambda lane: [m for m in sheet.marks if m.lane == lane]  # noqa: E731
    diagnosis = case.head.diagnosis
    form = f", {diagnosis.qualifier}" if diagnosis.qualifier else ""
    parts = [f"Clinical course of {diagnosis.name}{form}."]
    values = [f"{m.what}: {m.text}" for m in said("laboratory")]
    if values:
        parts.append(f"Laboratory: {'; '.join(values)}.")
    states = [f"{m.what} ({m.text})" for m in said("motor") if m.shape == "band"]
    if states:
        parts.append(f"Motor state: {'; '.join(states)}.")
    for drug in sheet.drugs:
        marks = said(drug)
        if sheet.is_in_courses(drug):
            weeks = ", ".join(m.week_low for m in marks)
            name = next(t.name for t in case.treatments if t.drug == drug)
            parts.append(f"{len(marks)} courses of {name}, planned in weeks {weeks}.")
        else:
            doses = [m.text for m in marks if m.shape == "step"]
            known = f"{', then '.join(doses)}; " if doses else ""
            other = "other doses" if doses else "doses"
            parts.append(f"{drug.capitalize()}: {known}{other} not reported.")
    happened = [f"{m.what} {m.text}".strip() for m in said("events")]
    if happened:
        parts.append(f"Events: {'; '.join(happened)}.")
    if sheet.time.breaks():
        parts.append("The axis is broken where the time between events is not reported.")
    return " ".join(parts)
