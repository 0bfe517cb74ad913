"""The clinical course on one page: measures, motor state, treatment and events."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Mapping
from itertools import product

from matplotlib.text import Annotation

from casetrace.case.model import Case
from casetrace.case.record import unrecorded
from casetrace.display.figure import Figure, Mark, finish, lead
from casetrace.display.labels import Place
from casetrace.display.style import FULL, GREY, styled
from casetrace.quantity.units import printed
from casetrace.quantity.wording import plural, titled
from casetrace.questions.course.events import events
from casetrace.questions.course.layout import SIZE, Layout, words_mm
from casetrace.questions.course.measures_drawn import draw_panel, draw_untimed
from casetrace.questions.course.motor import motor
from casetrace.questions.course.sheet import Sheet
from casetrace.questions.course.treatment import course_ticks, dose_steps
from casetrace.questions.course.treatment_rows import treatment_rows

__all__ = ["course", "key", "lane", "lanes"]


def course(case: Case, width: float = FULL) -> Figure | None:
    """Draw the clinical course.

    Exact values are filled marks, "about" open marks, "more than" an arrow from the bound, a
    range a band; no line joins them. Doses are drawn where reported and hatched where not.
    Each clock has its own stretch of the axis, and the axis is broken between clocks: what is
    known of the time between two is written there. Axes and heights have the room for every
    reading of the case, as far as that does not draw them small.

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
    with styled(SIZE):
        sheet = _whole(case, width)
        if case.is_default:
            case.once(("breaks", width), lambda: sheet.broken_in)
        return _finished(sheet, " ".join([_about(case), *_said(sheet)]))


def lanes(case: Case, width: float = FULL) -> tuple[str, ...]:
    """Return the panels of the figure of the course from the top, each for :func:`lane`.

    Parameters
    ----------
    case : Case
        The case.
    width : float
        Width of the figure in mm.
    """
    return tuple(Layout(case, width, _is_wide(width)).heights) if case.head.clocks else ()


def lane(case: Case, name: str, width: float = FULL) -> Figure:
    """Draw one panel of the course alone, where it stands among the others, without the key.

    It hangs on the readings of its own rows, as far as :class:`Layout` is the same under all.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    name : str
        One of :func:`lanes`.
    width : float
        Width of the figure in mm.
    """
    with styled(SIZE):
        sheet = Sheet(case, width, _is_wide(width), only=name)
        _draw(sheet, name)
        _write_breaks(sheet, _lanes_of_breaks(case, width))
        return _finished(sheet, " ".join(_said(sheet)), _kinds(sheet))


def key(case: Case, kinds: Collection[str], width: float = FULL) -> Figure:
    """Draw the key of the course alone, under where the panels stand.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    kinds : collection of str
        The kinds of mark that the panels hold.
    width : float
        Width of the figure in mm.
    """
    with styled(SIZE):
        sheet = Sheet(case, width, _is_wide(width), only="key")
        _key(sheet, kinds)
        return _finished(sheet, _about(case))


def _is_wide(width: float) -> bool:
    return width >= 120


def _finished(sheet: Sheet, alt: str, kinds: Collection[str] = ()) -> Figure:
    name = "course" if sheet.wide else "course-column"
    return finish(sheet.drawing, name, sheet.case.id, alt, sheet.marks, kinds)


def _whole(case: Case, width: float) -> Sheet:
    """All panels and the key on one sheet."""
    sheet = Sheet(case, width, _is_wide(width))
    for name in sheet.axes:
        _draw(sheet, name)
    _write_breaks(sheet, None if case.is_default else _lanes_of_breaks(case, width))
    _key(sheet, _kinds(sheet))
    return sheet


def _draw(sheet: Sheet, name: str) -> None:
    """Draw a panel."""
    if name in sheet.panels:
        draw_panel(sheet, name)
    elif name in sheet.drugs:
        (course_ticks if sheet.is_in_courses(name) else dose_steps)(sheet, name)
    else:
        by_name = {"laboratory": draw_untimed, "motor": motor, "treatments": treatment_rows}
        by_name.get(name, events)(sheet)
    for middle, _ in sheet.time.breaks():
        style = {"color": GREY["line"], "linewidth": 0.5, "linestyle": (0, (1, 2)), "zorder": 0}
        sheet.axes[name].axvline(middle, **style)
    if name == "events":
        _axis(sheet)


def _axis(sheet: Sheet) -> None:
    """Name each stretch of the axis, and note what is known of each break."""
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
    for _, phase in time.breaks():
        clock = phase.clock
        source = f"case.yaml/clocks/{clock.id}"
        what, known = f"break before {clock.label}", _told(sheet.case, clock.id) or "not reported"
        sheet.note("axis", what, "unknown", text=known, source=source)


def _lanes_of_breaks(case: Case, width: float) -> dict[str, str]:
    """The panel in which the words of each break stand: that of the curator's options, always."""
    home = case.at_defaults
    with unrecorded(), styled(SIZE):
        return home.once(("breaks", width), lambda: _whole(home, width).broken_in)


def _write_breaks(sheet: Sheet, where: Mapping[str, str] | None) -> None:
    """Say along each break what is known of it: in its panel; if None, in the first with room."""
    for middle, phase in sheet.time.breaks():
        clock, labels = phase.clock.id, sheet.labels
        if where is not None:
            labels = {name: labels[name] for name in labels if where.get(clock) == name}
        said = _told(sheet.case, clock) if labels else ""
        words = said or "not reported"
        for text, name in product((f"interval {words}", words), labels):
            if written := _write_on_break(sheet, name, middle, text):
                sheet.broken_in[clock] = name
                lead(f"case.yaml/clocks/{clock}", written)
                break


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


def _kinds(sheet: Sheet) -> frozenset[str]:
    """The kinds of mark that were drawn, as the key names them."""
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
    return frozenset(kind for kind, is_used in used.items() if is_used)


def _key(sheet: Sheet, kinds: Collection[str]) -> None:
    """Say in a line at the foot what the marks mean that are not plain."""
    said = [words for kind, words in KEY.items() if kind in kinds]
    lines = textwrap.wrap("; ".join(said), 136 if sheet.wide else 66)
    sheet.grow(2.9 * (len(lines) - sheet.key_lines))
    height = sheet.drawing.get_figheight() * 25.4
    left = 0.8 / (sheet.drawing.get_figwidth() * 25.4)
    style = {"ha": "left", "va": "bottom", "color": GREY["text"], "linespacing": 1.1}
    sheet.drawing.text(left, 0.6 / height, "\n".join(lines), **style)


def _write_on_break(sheet: Sheet, name: str, middle: float, words: str) -> Annotation | None:
    """Write words along a break in a panel, if it has the room."""
    long = words_mm(words)
    if sheet.heights[name] < long + 1 or name in ("events", "treatments"):
        return None
    ax = sheet.axes[name]
    top = ax.transData.inverted().transform(ax.transAxes.transform((0, 0.985)))[1]
    room = int((sheet.heights[name] - long) / 25.4 * 72)
    return sheet.labels[name].put(
        middle,
        top,
        [Place(0, -down, "center", "top", words) for down in range(0, room + 1, 4)],
        optional=True,
        rotation=90,
        color=GREY["text"],
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
    )


def _told(case: Case, clock: str) -> str:
    """What is known of the time before a clock; empty if nothing is."""
    gap = next(one.gap for one in case.head.clocks if one.id == clock)
    weeks = gap.in_weeks() if gap else None
    return weeks.text() if weeks and weeks.low > 0 else ""


def _planned_at(mark: Mark) -> str:
    """When a course was planned, as far as that is known."""
    ends = [f"{float(end):.3g}" for end in (mark.time_low, mark.time_high) if end]
    if len(ends) == 1:
        return f"{'at least' if mark.time_low else 'at most'} {ends[0]}"
    return " to ".join(dict.fromkeys(ends)) or "?"


def _about(case: Case) -> str:
    """Whose course it is."""
    diagnosis = case.head.diagnosis
    form = f", {diagnosis.qualifier}" if diagnosis.qualifier else ""
    return f"Clinical course of {diagnosis.name}{form}."


def _said(sheet: Sheet) -> list[str]:
    """Alternative text from the marks that were drawn, in sentences."""
    said: Callable[[str], list[Mark]] = lambda lane: [m for m in sheet.marks if m.lane == lane]  # noqa: E731
    case, parts = sheet.case, []
    values = [f"{m.what.strip()}: {m.text}" for m in said("laboratory")]
    if values:
        parts.append(f"Measured: {'; '.join(values)}.")
    states = [f"{m.what} ({m.text})" for m in said("motor") if m.shape == "band"]
    if states:
        parts.append(f"Motor state: {'; '.join(states)}.")
    for drug in (drug for drug in sheet.drugs if drug in sheet.axes):
        marks = said(drug)
        if sheet.is_in_courses(drug):
            known = [m for m in marks if m.shape == "tick"]
            at = ", ".join(map(_planned_at, known))
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
    if "events" in sheet.axes and sheet.time.breaks():
        clocks = [phase.clock for _, phase in sheet.time.breaks()]
        known = [f"{_told(case, c.id)} before {c.label}" for c in clocks if _told(case, c.id)]
        told = f" ({'; '.join(known)})" if known else ""
        parts.append(f"The axis is broken between the events that time is counted from{told}.")
    return parts
