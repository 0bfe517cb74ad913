"""The sheet that lanes are drawn on: panels, time axis, and the list of what was drawn."""

from __future__ import annotations

import math
import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from casetrace.case.clocks import phases, when
from casetrace.case.model import Case
from casetrace.case.rows import Treatment
from casetrace.display.figure import Notes, lead
from casetrace.display.labels import Labels
from casetrace.display.style import GREY, mm
from casetrace.questions.course.event_rows import rows_of_events
from casetrace.questions.course.timeline import Timeline

__all__ = ["Sheet", "not_reported"]


class Sheet(Notes):
    """The sheet that the lanes are drawn on: panels, time axis, and the list of marks.

    Parameters
    ----------
    case : Case
        What is drawn.
    width : float
        Width in mm; the height follows from the lanes that the case has.
    wide : bool
        Whether there is the room of two columns.
    """

    def __init__(self, case: Case, width: float, wide: bool) -> None:
        self.case, self.wide = case, wide
        super().__init__()
        steps = [t for t in case.rows.treatments if not self._is_before(t)]
        self.drugs = list(dict.fromkeys(t.drug for t in steps))
        self.has_motor = any(m.grade for m in case.rows.motor)
        left, right, top, bottom = (11.0, 1.0, 4.5, 17.0) if wide else (9.0, 0.6, 3.8, 15.0)
        self.left = left
        heights = {"laboratory": 40.0 if wide else 34.0}
        if self.has_motor:
            heights["motor"] = 24.0 if wide else 25.0
        for drug in self.drugs:
            by_day = 14.0 if any(t.dose for t in steps if t.drug == drug) else 7.0
            heights[drug] = 10.5 if self.is_in_courses(drug) else by_day
        self.events = [f for f in case.rows.findings if f.event and f.state != "excluded"]
        self.time = Timeline(
            phases(case), width - left - right, 15.0 if wide else 9.0, 7.0 if wide else 4.2
        )
        times = {f: when(case, "findings", f) for f in self.events}
        self.rows = rows_of_events(times, self.time, left, wide)
        rows = max((row for row, _ in self.rows.values()), default=0) + 1
        heights["events"] = (5.0 if wide else 6.5) * rows if self.events else 1.0
        self.axis_words = self._axis_words()
        lines = max((words.count("\n") for words in self.axis_words.values()), default=0) + 1
        bottom += max(0, lines - 2) * (2.9 if wide else 2.4)
        space = 6.2 if wide else 5.4
        total = top + bottom + sum(heights.values()) + space * (len(heights) - 1)
        self.drawing = Drawing(figsize=mm(width, total))
        self.axes: dict[str, Axes] = {}
        at = total - top
        for name, height in heights.items():
            at -= height
            box = (left / width, at / total, (width - left - right) / width, height / total)
            ax = self.drawing.add_axes(box)
            self.time.prepare(ax, bottom=name == "events")
            self.axes[name] = ax
            at -= space
        self.heights = heights
        self.labels = Labels(self.axes["laboratory"])

    def _axis_words(self) -> dict[str, str]:
        """What stands under each stretch of the axis, in lines that keep off their neighbours."""
        segments, found = list(self.time.segments.values()), {}
        for place, segment in enumerate(segments):
            clock, beside = segment.phase.clock, segments[max(place - 1, 0) : place + 2]
            words = clock.label if segment.is_moment else f"{self.time.unit} from {clock.label}"
            is_close = sum(not one.is_moment for one in beside) > 1 and not segment.is_moment
            room = segment.right - segment.left + (1 if is_close else 2) * self.time.gap
            room += 0 if segment.is_moment or is_close else 4
            letter = 1.18 if self.wide else 0.98
            lines = textwrap.wrap(words, max(10, int(room / letter)), break_long_words=False)
            found[clock.id] = "\n".join(lines)
        return found

    def _is_before(self, step: Treatment) -> bool:
        """Whether a step began at some time before its clock, and no more is known of it."""
        start = step.start
        return bool(start and math.isinf(start.low) and not step.stop)

    def is_in_courses(self, drug: str) -> bool:
        """Whether a drug is given in courses, and not as a dose by day."""
        return any(t.is_block for t in self.case.rows.treatments if t.drug == drug)

    def title(self, lane: str, name: str, more: str = "", source: str = "") -> None:
        """Name a lane above its left edge: what in bold, unit and scale (from a row) plain."""
        ax, up = self.axes[lane], 1.6 if self.wide else 1.2
        offset = {"textcoords": "offset points", "va": "bottom", "annotation_clip": False}
        head = ax.annotate(
            name,
            xy=(0, 1),
            xycoords="axes fraction",
            xytext=(-self.left / 25.4 * 72 + 2, up),
            fontweight="bold",
            **offset,
        )
        grey = ax.annotate(more, (1, 0), (3, 0), xycoords=head, color=GREY["text"], **offset)
        lead(source, grey)


def not_reported(ax: Axes, x: float, y: float, words: str) -> None:
    """Say in grey that nothing is reported here."""
    ax.text(x, y, words, ha="center", va="center", color=GREY["text"], style="normal", zorder=6)
