"""The clinical course on one page: measures, motor state, treatment and events."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from matplotlib.text import Annotation

from casetrace.case.clocks import Phase
from casetrace.case.model import Case
from casetrace.display.figure import Figure, Mark, finish, lead
from casetrace.display.labels import Place
from casetrace.display.style import FULL, GREY, styled
from casetrace.quantity.units import printed
from casetrace.quantity.wording import plural, titled
from casetrace.questions.course.events import events
from casetrace.questions.course.measures_drawn import draw_measures
from casetrace.questions.course.motor import motor
from casetrace.questions.course.sheet import SIZE, Sheet, words_mm
from casetrace.questions.course.treatment import course_ticks, dose_steps
from casetrace.questions.course.treatment_rows import treatment_rows

__all__ = ["course"]


def course(case: Case, width: float = FULL) -> Figure | None:
    """Draw the clinical course.

    Exact values are filled marks, "about" open marks, "more than" an arrow from the bound, a
    range a band; no line joins them. Doses are drawn where reported and hatched where not.
    Each clock has its own stretch of the axis, and the axis is broken between clocks: what is
    known of the time between two is written there.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    width : float
        Width of the figure in mm: 170 for two columns, 85 for one.

    Returns
    -------
    Figure or None
        Named ``course``, or ``course-column`` for one column; None for a case without times.
    """
    if not case.head.clocks:
        return None
    wide = width >= 120
    with styled(SIZE):
        sheet = Sheet(case, width, wide)
        draw_measures(sheet)
        motor(sheet)
        for drug in sheet.drugs:
            (course_ticks if sheet.is_in_courses(drug) else dose_steps)(sheet, drug)
        treatment_rows(sheet)
        events(sheet)
        _axis(sheet)
        _key(sheet)
        name = "course" if wide else "course-column"
        return finish(sheet.drawing, name, case.id, _alt(case, sheet), sheet.marks)


def _axis(sheet: Sheet) -> None:
    """Name each stretch of the axis, and say what is known of each break."""
    ax, time = sheet.axes["events"], sheet.time
    under = 4.3  # mm from the axis to the first row of words
    height = ax.get_position().height * sheet.drawing.get_figheight() * 25.4
    for segment in time.segments.values():
        middle, down, words = sheet.axis_words[segment.phase.clock.id]
        ax.text(
            middle,
            -(under + 2.9 * down) / height,
            words,
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="top",
            linespacing=1.1,
        )
    for middle, phase in time.breaks():
        known = phase.gap.text() if _told(phase) else ""
        for panel in sheet.axes.values():
            panel.axvline(
                middle, color=GREY["line"], linewidth=0.5, linestyle=(0, (1, 2)), zorder=0
            )
        what = f"break before {phase.clock.label}"
        source = f"case.yaml/clocks/{phase.clock.id}"
        lead(source, *_write_on_break(sheet, middle, known or "not reported"))
        sheet.note("axis", what, "unknown", text=known or "not reported", source=source)


#: Marks by shape, in the words of the key.
KEY = {
    "point": "point: one value",
    "open point": "open point: about",
    "band": "band: lies within",
    "arrow": "arrow: bound without an end",
    "bar": "bar: every grade that the words allow",
    "whisker": "open bar: time uncertain, within the whisker",
    "dashed": "dashed: extent in time inferred",
    "hatched": "hatched: not reported",
    "pale": "pale: may have lasted, or been given then",
    "fading": "fading: end not reported",
    "square": "square: test or procedure",
    "over": "thick line: measured over that time",
    "when": "thin line: time uncertain",
}


def _key(sheet: Sheet) -> None:
    """Say in a line at the foot what the marks mean that are not plain."""
    lab = [m for m in sheet.marks if m.lane == "laboratory"]
    shapes = {m.shape for m in lab}
    used = {
        "point": "point" in shapes,
        "open point": "open point" in shapes,
        "band": "band" in shapes,
        "arrow": "arrow" in shapes
        or any(
            m.shape != "bar"
            and m.time_low
            and not m.time_high
            and m.lane in ("laboratory", "motor", "events")
            for m in sheet.marks
        ),
        "bar": any(m.lane == "motor" and m.shape == "band" for m in sheet.marks),
        "whisker": any(m.lane == "motor" and m.time_low != m.time_high for m in sheet.marks),
        "dashed": any(m.shape == "band" and m.time_low != m.time_high for m in lab),
        "hatched": any(m.shape == "unknown" and m.lane in sheet.drugs for m in sheet.marks),
    }
    used |= {
        "pale": "maybe" in sheet.used,
        "fading": bool({"to left", "to right"} & sheet.used),
        "square": {"s", "D"} <= sheet.used,
        "over": "over" in sheet.used,
        "when": "when" in sheet.used,
    }
    said = [words for name, words in KEY.items() if used[name]]
    lines = textwrap.wrap("; ".join(said), 136 if sheet.wide else 66)
    sheet.grow(2.9 * (len(lines) - sheet.key_lines))
    height = sheet.drawing.get_figheight() * 25.4
    left = 0.8 / (sheet.drawing.get_figwidth() * 25.4)
    style = {"ha": "left", "va": "bottom", "color": GREY["text"], "linespacing": 1.1}
    sheet.drawing.text(left, 0.6 / height, "\n".join(lines), **style)


def _write_on_break(sheet: Sheet, middle: float, words: str) -> list[Annotation]:
    """Say along a break what is known of it, in the first panel that has the room."""
    for text in (f"interval {words}", words):
        for lane, labels in sheet.labels.items():
            long = words_mm(text)
            if sheet.heights[lane] < long + 1 or lane in ("events", "treatments"):
                continue
            ax = sheet.axes[lane]
            top = ax.transData.inverted().transform(ax.transAxes.transform((0, 0.985)))[1]
            room = int((sheet.heights[lane] - long) / 25.4 * 72)
            said = labels.put(
                middle,
                top,
                [Place(0, -down, "center", "top", text) for down in range(0, room + 1, 4)],
                optional=True,
                rotation=90,
                color=GREY["text"],
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )
            if said is not None:
                return [said]
    return []


def _told(phase: Phase) -> bool:
    """Whether anything is known of the time before a phase."""
    return phase.gap is not None and phase.gap.low > 0


def _alt(case: Case, sheet: Sheet) -> str:
    """Alternative text from the marks that were drawn."""
    said: Callable[[str], list[Mark]] = lambda lane: [m for m in sheet.marks if m.lane == lane]  # noqa: E731
    diagnosis = case.head.diagnosis
    form = f", {diagnosis.qualifier}" if diagnosis.qualifier else ""
    parts = [f"Clinical course of {diagnosis.name}{form}."]
    values = [f"{m.what.strip()}: {m.text}" for m in said("laboratory")]
    if values:
        parts.append(f"Measured: {'; '.join(values)}.")
    states = [f"{m.what} ({m.text})" for m in said("motor") if m.shape == "band"]
    if states:
        parts.append(f"Motor state: {'; '.join(states)}.")
    for drug in sheet.drugs:
        marks = said(drug)
        if sheet.is_in_courses(drug):
            known = [m for m in marks if m.shape == "tick"]
            at = ", ".join(f"{float(m.time_low):.3g}" if m.time_low else "?" for m in known)
            block = next(t for t in case.rows.treatments if t.drug == drug)
            called = plural(block.each)
            after = "" if known == marks else f"; {called} after the last not reported"
            unit = printed(sheet.time.unit)
            parts.append(f"{len(known)} {called} of {block.name}, planned at {at} {unit}{after}.")
        else:
            doses = [m.text for m in marks if m.shape == "step"]
            known = f"{', then '.join(doses)}; " if doses else ""
            other = "other doses" if doses else "doses"
            more = any(m.shape == "unknown" for m in marks)
            said_so = f"{known}{other} not reported" if more else known.rstrip("; ")
            name = next(t.name for t in case.rows.treatments if t.drug == drug)
            parts.append(f"{titled(name)}: {said_so}.")
    rows = list(dict.fromkeys(m.text for m in said("treatments")))
    if rows:
        parts.append(f"{'Other treatment' if sheet.drugs else 'Treatment'}: {'; '.join(rows)}.")
    happened = [f"{m.what} {m.text}".strip() for m in said("events")]
    if happened:
        parts.append(f"Events: {'; '.join(happened)}.")
    if sheet.time.breaks():
        known = [
            f"{p.gap.text()} before {p.clock.label}" for _, p in sheet.time.breaks() if _told(p)
        ]
        told = f" ({'; '.join(known)})" if known else ""
        parts.append(f"The axis is broken between the events that time is counted from{told}.")
    return " ".join(parts)
