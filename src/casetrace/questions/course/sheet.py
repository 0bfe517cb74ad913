"""The sheet that lanes are drawn on: panels, time axis, and the list of what was drawn."""

from __future__ import annotations

import math
import textwrap
from functools import cache

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from casetrace.case.clocks import clock_of, courses, phases, span, when
from casetrace.case.measures import main_measure, numbers
from casetrace.case.model import Case
from casetrace.case.rows import Finding, Treatment
from casetrace.display.figure import Notes, lead
from casetrace.display.labels import Labels
from casetrace.display.style import GREY, mm, styled
from casetrace.questions.course.arrange import Item, Spot, arrange
from casetrace.questions.course.bars import reach
from casetrace.questions.course.given import block_words, parts_of, unit_of, words_of
from casetrace.questions.course.panels import Panel, panels
from casetrace.questions.course.timeline import Timeline

__all__ = ["SIZE", "Sheet", "words_mm"]

SIZE = 7.0  # points: of all words
#: Drugs that have a lane of their own, at most; the others are rows of one panel.
OWN_LANES = 3


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
        self.words: dict[tuple[str, str], str] = {}  # by panel and row, in lines that have room
        self.used: set[str] = set()  # kinds of mark that the key explains
        left, right, top = (11.0, 1.0, 4.5) if wide else (9.5, 0.8, 4.5)
        found = panels(case)
        left = self.left = max(left, *(_ticks_mm(case, panel) for panel in found), 0.0)
        self.events = [
            f
            for f in case.rows.findings
            if f.event and f.state not in ("excluded", "not reported") and self._is_placed(f)
        ]
        self.time = Timeline(
            phases(case, self._drawn(found)),
            width - left - right,
            *((15.0, 7.0) if wide else (9.0, 5.0)),
            unit=case.head.axis.unit or _natural(case),
            reported=_reported(case),
        )
        self.time_unit = self.time.unit
        self.panels = {f"laboratory.{n + 1}" if n else "laboratory": p for n, p in enumerate(found)}
        self.untimed = [] if found else numbers(case, main_measure(case))
        self.has_motor = any(m.grade and m.clock for m in case.rows.motor)
        self._sort_treatments()
        self.event_spots, event_rows = arrange(
            [self._event(f) for f in self.events], self.time.width, left
        )
        bars = [self._bar(key) for key in self.compact]
        self.bar_spots, bar_rows = arrange(bars, self.time.width, left, is_shared=False)
        self.course_spots: dict[str, dict[str, Spot]] = {}
        self.course_rows: dict[str, int] = {}
        for drug in filter(self.is_in_courses, self.drugs):
            self.course_spots[drug], self.course_rows[drug] = self._over_courses(drug)
        heights: dict[str, float] = {}
        for lane in self.panels or (["laboratory"] if self.untimed else []):
            is_first = lane == "laboratory"
            heights[lane] = (40.0 if wide else 36.0) if is_first else (24.0 if wide else 26.0)
            if is_first and len(self.panels) > 1:
                heights[lane] = 32.0
        if self.has_motor:
            heights["motor"] = 24.0 if wide else 27.0
        for drug in self.drugs:
            dosed = any(t.dose for t in self._steps(drug))
            heights[drug] = 14.0 if dosed else 7.0
            if drug in self.course_rows:
                heights[drug] = 5.4 * (1 + 0.6 * self.course_rows[drug])
        if self.compact:
            heights["treatments"] = 4.6 * bar_rows
        heights["events"] = 4.8 * max(event_rows, 1) if self.events else 1.0
        self.rows = {"events": event_rows, "treatments": bar_rows}
        self.axis_words = self._axis_words()
        axis = self.axis_words.values()
        lines = int(max((down + words.count("\n") for _, down, words in axis), default=0)) + 1
        self.key_lines = 2 if wide else 3  # as many as most figures need
        bottom = 5.6 + 2.9 * (lines + self.key_lines)
        space = 6.2 if wide else 5.8
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
        self.labels = {name: Labels(ax) for name, ax in self.axes.items()}

    def _drawn(self, found: list[Panel]) -> set[str]:
        """The rows that have a place on the axis, each as ``table/id``."""
        rows = {
            "observations": [row for panel in found for row in panel.rows_with_words],
            "findings": self.events,
            "motor": [m for m in self.case.rows.motor if m.grade],
            "treatments": [t for t in self.case.rows.treatments if not self._is_before(t)],
        }
        return {f"{table}/{row.id}" for table, mine in rows.items() for row in mine}

    def grow(self, more: float) -> None:
        """Give the page so many mm more at its foot, or take them away; all else keeps its size."""
        before = self.drawing.get_figheight() * 25.4
        for ax in self.drawing.axes:
            box = ax.get_position()
            low, high = (box.y0 * before + more, box.height * before)
            ax.set_position([box.x0, low / (before + more), box.width, high / (before + more)])
        self.drawing.set_figheight((before + more) / 25.4)

    def _sort_treatments(self) -> None:
        """Which drugs have a lane of their own, and which are rows of one panel.

        A lane of its own is for doses that change and for courses with known times. A drug that
        ended before the axis begins is told in the record alone.
        """
        case = self.case
        later = {t.drug for t in case.rows.treatments if not self._is_before(t)}
        steps = [t for t in case.rows.treatments if t.drug in later]
        every = list(dict.fromkeys(t.drug for t in steps))

        def worth(drug: str) -> int:
            mine = self._steps(drug)
            timed = [t for t in mine if clock_of(case, t)]
            if any(t.regimen for t in mine) or not timed:
                return 0
            if self.is_in_courses(drug):
                if not all(t.is_block for t in mine):
                    return 0
                known = [c for c in courses(case, drug) if c.clock and math.isfinite(c.week.high)]
                return len(known) if len(known) > 2 else 0
            bounded = [t for t in timed if t.start and math.isfinite(t.start.low) and not t.follows]
            solid = [t for t in bounded if t.dose and t.dose.is_point]
            if not all(_is_sure(t) for t in solid):
                return 0
            doses = {t.dose.text() for t in solid}
            if not unit_of(mine):
                return 0
            return len(timed) if len(doses) > 1 and len(bounded) == len(timed) else 0

        best = sorted((d for d in every if worth(d)), key=worth, reverse=True)[:OWN_LANES]
        self.drugs = [drug for drug in every if drug in best]
        self.compact: dict[str, list[Treatment]] = {}
        for t in steps:
            if t.drug not in best:
                self.compact.setdefault(t.regimen or t.drug, []).append(t)

    def _steps(self, drug: str) -> list[Treatment]:
        return [t for t in self.case.rows.treatments if t.drug == drug]

    def _is_placed(self, row: Finding) -> bool:
        """Whether anything is known of the time of an event."""
        time = when(self.case, "findings", row)
        return bool(time and not time.is_unknown and clock_of(self.case, row))

    def _event(self, row: Finding) -> Item:
        """An event or what lasted, as far as it reaches."""
        clock = clock_of(self.case, row)
        if row.lasts:
            parts = reach(self.time, clock, *span(self.case, row))
            x, x_end = parts[0].left, parts[-1].right
            long, lines = self._wrapped("events", row.id, row.name)
            return Item(row.id, x, x_end, long, is_bar=True, lines=lines)
        at = when(self.case, "findings", row)
        x, x_end = (self.time.x(clock, week) for week in (at.low, at.high))
        long, lines = self._wrapped("events", row.id, row.name)
        return Item(row.id, x, x_end, long, lines=lines, is_before=x_end - x > 1)

    def _wrapped(self, lane: str, key: str, words: str) -> tuple[float, int]:
        """Break words that are longer than the page; gives their length and number of lines."""
        room = self.time.width + self.left - 1.6
        lines, most = [words], len(words)
        while max(map(words_mm, lines)) > room and most > 12:
            lines = textwrap.wrap(words, most := most - 2, break_long_words=False)
        self.words[lane, key] = "\n".join(lines)
        return max(map(words_mm, lines)), len(lines)

    def _bar(self, key: str) -> Item:
        """A treatment of the common panel, from its first mark to its last."""
        steps = self.compact[key]
        words = words_of(self.case, self.time, steps, self.wide)
        long, lines = self._wrapped("treatments", key, words)
        parts = [p for t in steps for p in parts_of(self.case, self.time, t)]
        if not parts:
            return Item(key, 0.0, 0.0, long, lines=lines)
        x, x_end = min(p.left for p in parts), max(p.right for p in parts)
        is_bar = len(steps) == 1 and not steps[0].is_block
        return Item(key, x, x_end, long, is_bar=is_bar, lines=lines)

    def _over_courses(self, drug: str) -> tuple[dict[str, Spot], int]:
        """Words over each block of courses, in rows that keep them apart, within the page."""
        taken: list[float] = []
        found = {}
        for block in (t for t in self._steps(drug) if t.is_block):
            mine = [c for c in courses(self.case, drug) if c.block == block.id and c.clock]
            if not mine:
                continue
            text = block_words(self.case, block)
            long = words_mm(text)
            ends = [self.time.x(c.clock, c.week.low) for c in (mine[0], mine[-1])]
            left = min(sum(ends) / 2 - long / 2, self.time.width - long)
            left = max(left, -self.left + 0.5)
            row = next((n for n, end in enumerate(taken) if left > end + 0.6), len(taken))
            taken[row:] = [left + long, *taken[row + 1 :]]
            found[block.id] = Spot(row, left, row, text)
        return found, max(len(taken), 1)

    def _axis_words(self) -> dict[str, tuple[float, float, str]]:
        """Middle, lines to stand lower, and words under each stretch of the axis, kept apart."""
        segments, found = list(self.time.segments.values()), {}
        end, over = -math.inf, 0
        for place, segment in enumerate(segments):
            clock, beside = segment.phase.clock, segments[max(place - 1, 0) : place + 2]
            words = self.time.words(clock.id)
            is_close = sum(not one.is_moment for one in beside) > 1 and not segment.is_moment
            room = segment.right - segment.left + (1 if is_close else 2) * self.time.gap
            room += 0 if segment.is_moment or is_close or not self.wide else 4
            room -= 0 if self.wide else self.time.gap
            lines = textwrap.wrap(words, max(14, int(room / 1.18)), break_long_words=False)
            half = max(map(words_mm, lines)) / 2
            middle = (segment.left + segment.right) / 2
            middle = min(max(middle, half - self.left), self.time.width + 0.6 - half)
            room = segment.right - segment.left + self.time.gap
            if segment.is_moment and 2 * half <= room:  # as high as the ticks beside it
                found[clock.id] = (middle, -1.0, "\n".join(lines))
                if len(lines) > 1:  # what follows goes below its second line
                    end, over = middle + half, len(lines) - 1
                continue
            shift = over if middle - half < end + 0.8 else 0
            end, over = middle + half, shift + len(lines)
            found[clock.id] = (middle, shift, "\n".join(lines))
        return found

    def _is_before(self, step: Treatment) -> bool:
        """Whether a step began at some time before its clock, and no more is known of it."""
        start = step.start
        return bool(start and math.isinf(start.low) and not step.stop)

    def is_in_courses(self, drug: str) -> bool:
        """Whether a drug is given in courses, and not as a dose by day."""
        return any(t.is_block for t in self._steps(drug))

    def title(self, lane: str, name: str, *more: str, source: str = "") -> None:
        """Name a lane above its left edge: what in bold, and plain the first words that fit."""
        room = self.time.width + self.left - 1.08 * words_mm(name)
        fitting = (words for words in more if words_mm(words) < room - 3)
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
        grey = ax.annotate(
            next(fitting, ""), (1, 0), (3, 0), xycoords=head, color=GREY["text"], **offset
        )
        lead(source, grey)


@cache
def words_mm(words: str) -> float:
    """Return the length of words in mm, as they are drawn."""
    if not words.strip():
        return 0.0
    page = Drawing(dpi=100)  # with its hints, words are as long as they ever get
    with styled(SIZE):
        return page.text(0, 0, words).get_window_extent().width / 100 * 25.4 + 0.3


def _is_sure(step: Treatment) -> bool:
    """Whether it is known when a dose began, and, if its end is, when that was."""
    stop = step.stop
    return step.start.is_point and (not stop or stop.is_point or math.isinf(stop.high))


def _ticks_mm(case: Case, panel: Panel) -> float:
    """Room that the numbers of an axis take, with their ticks."""
    top = max(panel.ends(case), key=abs, default=1.0)
    top = 10.0 ** math.floor(math.log10(2.4 * top)) if panel.is_logarithmic(case) else 1.28 * top
    return words_mm(f"{top:,.3g}" if abs(top) < 1e4 else f"{top:,.0f}") + 2.5


def _natural(case: Case) -> str:
    """The unit of a clock that counts gestation; empty for the others."""
    return "wk" if any(c.counts == "gestation" for c in case.head.clocks) else ""


def _reported(case: Case) -> list[str]:
    """The units of the times of a case, one for each row that has one."""
    rows = [row for table in ("observations", "findings", "motor") for row in case.rows[table]]
    units = [row.time_unit for row in (*rows, *case.rows.treatments) if row.time_unit]
    return units + [t.interval_unit for t in case.rows.treatments if t.interval]
