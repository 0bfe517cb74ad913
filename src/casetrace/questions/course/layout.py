"""Where everything stands in the course figure: the same however the report is read."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterator
from functools import cache, cached_property

from matplotlib.figure import Figure as Drawing

from casetrace.case.across import alike, same
from casetrace.case.clocks import Phase, clock_of, courses, phases, span, when
from casetrace.case.measures import main_measure, numbers
from casetrace.case.model import Case
from casetrace.case.rows import Finding, Observation, Treatment
from casetrace.display.style import styled
from casetrace.questions.course.arrange import Item, Spot, arrange
from casetrace.questions.course.bars import reach
from casetrace.questions.course.given import block_words, parts_of, unit_of, words_of
from casetrace.questions.course.panels import Panel, panels
from casetrace.questions.course.timeline import Timeline

__all__ = ["SIZE", "Layout", "words_mm"]

SIZE = 7.0  # points: of all words
#: Drugs that have a lane of their own, at most; the others are rows of one panel.
OWN_LANES = 3
#: So many times as long as under one reading the time axis may be to have room for all; beyond
#: that it would be drawn small for the sake of times that are not there.
LONGER = 1.3


class Layout:
    """Which lanes a case has, where they lie, and where in them its rows stand.

    Axes, lanes and their heights have the room for every way to read the case, so that one
    panel does not move when a reading changes another, and two figures can be laid side by side.
    What differs too much for that is that of the reading in force: other lanes, other clocks, a
    time axis longer by a third.

    Parameters
    ----------
    case : Case
        What is drawn.
    width : float
        Width in mm; the height follows from the lanes that the case has.
    wide : bool
        Whether there is the room of two columns.

    Attributes
    ----------
    time : Timeline
        The time axis.
    left, right, top, space : float
        Margins, and the space between two lanes, in mm.
    panels : dict of Panel
        The measures, by lane.
    untimed : list of Observation
        Values of the main measure, if none has a time.
    events : list of Finding
        What is known to have happened at some time.
    drugs : list of str
        Those with a lane of their own, which is named like them.
    compact : dict of list of Treatment
        The other drugs and combinations.
    words : dict of str
        Words of an event or a treatment, by lane and row, in lines that have room.
    """

    def __init__(self, case: Case, width: float, wide: bool) -> None:
        self.case, self.width, self.wide = case, width, wide
        self.words: dict[tuple[str, str], str] = {}
        self.panels = {f"laboratory.{n}" if n > 1 else "laboratory": p for n, p in _numbered(case)}
        self.has_motor = alike(case, "has motor", lambda c: any(_graded(c)), same)
        self.untimed = [] if self.panels else _untimed(case)
        self.drugs, together = alike(case, "treatments drawn", _lanes_of_drugs, same)
        self.compact = {
            key: [case.get("treatments", row) for row in ids] for key, ids in together.items()
        }
        self.events = [case.get("findings", row) for row in alike(case, "events", _placed, same)]
        left, self.right, self.top = (11.0, 1.0, 4.5) if wide else (9.5, 0.8, 4.5)
        self.left = max(left, *(_ticks_mm(case, panel) for panel in self.panels.values()), 0.0)
        self.space = 6.2 if wide else 5.8
        self.key_lines = 2 if wide else 3  # as many as most figures need
        unit, reported = alike(case, "unit of time", _units, same)
        room = width - self.left - self.right
        moment, gap = (15.0, 7.0) if wide else (9.0, 5.0)

        def axis(found: list[Phase]) -> Timeline:
            return Timeline(found, room, moment, gap, unit, reported)

        self.time = alike(
            case,
            ("time axis", room, unit, *reported),
            lambda c: axis(phases(c, _drawn(c))),
            lambda every: _together([time.phases for time in every], axis),
        )

    @cached_property
    def heights(self) -> dict[str, float]:
        """Height of each lane in mm, from the top."""
        return {lane: self._height(lane) for lane in self._lanes()}

    @cached_property
    def height(self) -> float:
        """Height of the page in mm, with a key of :attr:`key_lines`."""
        axis = self.axis_words.values()
        lines = int(max((down + words.count("\n") for _, down, words in axis), default=0)) + 1
        bottom = 5.6 + 2.9 * (lines + self.key_lines)
        between = self.space * (len(self.heights) - 1)
        return self.top + bottom + sum(self.heights.values()) + between

    def _lanes(self) -> Iterator[str]:
        """The lanes, from the top."""
        yield from self.panels or (["laboratory"] if self.untimed else [])
        if self.has_motor:
            yield "motor"
        yield from self.drugs
        if self.compact:
            yield "treatments"
        yield "events"

    def _height(self, lane: str) -> float:
        """Height of a lane in mm."""
        if lane.startswith("laboratory"):
            first = 32.0 if len(self.panels) > 1 else 40.0 if self.wide else 36.0
            return first if lane == "laboratory" else 24.0 if self.wide else 26.0
        if lane == "motor":
            return 24.0 if self.wide else 27.0
        if lane == "treatments":
            return 4.6 * self.rows(lane)
        if lane == "events":
            return 4.8 * max(self.rows(lane), 1) if self.events else 1.0
        if rows := self.rows(lane):
            return 5.4 * (1 + 0.6 * rows)
        dosed = alike(self.case, ("dosed", lane), lambda c: any(t.dose for t in _of(c, lane)), any)
        return 14.0 if dosed else 7.0

    def rows(self, lane: str) -> int:
        """Rows that a lane needs, of events, treatments, or words over the courses of a drug."""

        def needed(case: Case) -> int:
            return Layout(case, self.width, self.wide)._arranged(lane)[1]

        return alike(self.case, ("rows", lane, self.width), needed, max)

    def _arranged(self, lane: str) -> tuple[dict[str, Spot], int]:
        """Where the rows of a lane stand, and how many rows that takes."""
        if lane == "events":
            items = [self._event(event) for event in self.events]
            return arrange(items, self.time.width, self.left)
        if lane == "treatments":
            bars = [self._bar(key) for key in self.compact]
            return arrange(bars, self.time.width, self.left, is_shared=False)
        return self._over_courses(lane) if self.is_in_courses(lane) else ({}, 0)

    @cached_property
    def event_spots(self) -> dict[str, Spot]:
        """Where each event stands."""
        return self._arranged("events")[0]

    @cached_property
    def bar_spots(self) -> dict[str, Spot]:
        """Where each treatment of the common panel stands."""
        return self._arranged("treatments")[0]

    def course_spots(self, drug: str) -> dict[str, Spot]:
        """Where the words over each block of courses of a drug stand."""
        return self._arranged(drug)[0]

    def is_in_courses(self, drug: str) -> bool:
        """Whether a drug is given in courses, and not as a dose by day."""
        return _is_in_courses(self.case, drug)

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
        for block in (t for t in _of(self.case, drug) if t.is_block):
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

    @cached_property
    def axis_words(self) -> dict[str, tuple[float, float, str]]:
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


@cache
def words_mm(words: str) -> float:
    """Return the length of words in mm, as they are drawn."""
    if not words.strip():
        return 0.0
    page = Drawing(dpi=100)  # with its hints, words are as long as they ever get
    with styled(SIZE):
        return page.text(0, 0, words).get_window_extent().width / 100 * 25.4 + 0.3


def _numbered(case: Case) -> list[tuple[int, Panel]]:
    return list(enumerate(panels(case), start=1))


def _untimed(case: Case) -> list[Observation]:
    """The values of the main measure."""
    main = alike(case, "main measure", main_measure, same)
    ids = alike(case, "untimed", lambda c: [row.id for row in numbers(c, main)], same)
    return [case.get("observations", row) for row in ids]


def _graded(case: Case) -> Iterator[bool]:
    return (bool(m.grade and m.clock) for m in case.rows.motor)


def _placed(case: Case) -> list[str]:
    """The events of which something is known of the time."""

    def is_placed(row: Finding) -> bool:
        time = when(case, "findings", row)
        return bool(time and not time.is_unknown and clock_of(case, row))

    silent = ("excluded", "not reported")
    return [f.id for f in case.rows.findings if f.event and f.state not in silent and is_placed(f)]


def _drawn(case: Case) -> set[str]:
    """The rows that have a place on the axis, each as ``table/id``."""
    rows = {
        "observations": [row.id for panel in panels(case) for row in panel.rows_with_words],
        "findings": _placed(case),
        "motor": [m.id for m in case.rows.motor if m.grade],
        "treatments": [t.id for t in case.rows.treatments if not _is_before(t)],
    }
    return {f"{table}/{row}" for table, mine in rows.items() for row in mine}


def _together(every: list[list[Phase]], axis: Callable[[list[Phase]], Timeline]) -> Timeline | None:
    """One axis for the weeks of all readings; None if it has other clocks or is much longer."""
    if any([p.clock for p in one] != [p.clock for p in every[0]] for one in every):
        return None
    of_clocks = zip(*every, strict=True)
    weeks = [sorted({week for phase in of for week in phase.weeks}) for of in of_clocks]
    found = [Phase(p.clock, p.gap, tuple(w)) for p, w in zip(every[0], weeks, strict=True)]
    shortest = min(sum(phase.last - phase.first for phase in one) for one in every)
    return axis(found) if sum(p.last - p.first for p in found) <= LONGER * shortest else None


def _units(case: Case) -> tuple[str, list[str]]:
    """The unit that an axis is to count in, if that is set; and those of the times reported."""
    counts_gestation = any(c.counts == "gestation" for c in case.head.clocks)
    rows = [row for table in ("observations", "findings", "motor") for row in case.rows[table]]
    units = [row.time_unit for row in (*rows, *case.rows.treatments) if row.time_unit]
    units += [t.interval_unit for t in case.rows.treatments if t.interval]
    return case.head.axis.unit or ("wk" if counts_gestation else ""), units


def _of(case: Case, drug: str) -> list[Treatment]:
    return [t for t in case.rows.treatments if t.drug == drug]


def _is_in_courses(case: Case, drug: str) -> bool:
    return any(t.is_block for t in _of(case, drug))


def _lanes_of_drugs(case: Case) -> tuple[list[str], dict[str, list[str]]]:
    """The drugs with a lane of their own, and the steps of those that are rows of one panel.

    A lane of its own is for doses that change and for courses with known times. A drug that
    ended before the axis begins is told in the record alone.
    """
    later = {t.drug for t in case.rows.treatments if not _is_before(t)}
    steps = [t for t in case.rows.treatments if t.drug in later]
    every = list(dict.fromkeys(t.drug for t in steps))

    def worth(drug: str) -> int:
        mine = _of(case, drug)
        timed = [t for t in mine if clock_of(case, t)]
        if any(t.regimen for t in mine) or not timed:
            return 0
        if _is_in_courses(case, drug):
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
    compact: dict[str, list[str]] = {}
    for t in steps:
        if t.drug not in best:
            compact.setdefault(t.regimen or t.drug, []).append(t.id)
    return [drug for drug in every if drug in best], compact


def _is_before(step: Treatment) -> bool:
    """Whether a step began at some time before its clock, and no more is known of it."""
    start = step.start
    return bool(start and math.isinf(start.low) and not step.stop)


def _is_sure(step: Treatment) -> bool:
    """Whether it is known when a dose began, and, if its end is, when that was."""
    stop = step.stop
    return step.start.is_point and (not stop or stop.is_point or math.isinf(stop.high))


def _ticks_mm(case: Case, panel: Panel) -> float:
    """Room that the numbers of an axis take, with their ticks."""
    top = max(panel.ends(case), key=abs, default=1.0)
    top = 10.0 ** math.floor(math.log10(2.4 * top)) if panel.is_logarithmic(case) else 1.28 * top
    return words_mm(f"{top:,.3g}" if abs(top) < 1e4 else f"{top:,.0f}") + 2.5
