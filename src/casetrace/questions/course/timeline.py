"""A time axis over several clocks: true to scale within a clock, broken between clocks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise

from matplotlib.axes import Axes

from casetrace.case.clocks import Phase
from casetrace.display.style import GREY
from casetrace.quantity.units import factor, printed

__all__ = ["Piece", "Segment", "Timeline", "unit_of_axis"]

#: Units that an axis may count in, each with the steps between its ticks.
STEPS = {
    "min": (1, 2, 5, 10, 15, 30, 60, 120),
    "h": (1, 2, 3, 6, 12, 24, 48, 72),
    "d": (1, 2, 5, 7, 14, 28, 56),
    "wk": (1, 2, 4, 6, 12, 26, 52, 104, 260),
    "mo": (1, 2, 3, 6, 12, 24, 60, 120),
    "a": (1, 2, 5, 10, 20, 50),
}
#: How many of a unit an axis may span, if it is chosen.
FEWEST, MOST = 2, 120


def unit_of_axis(weeks: float, reported: Iterable[str]) -> str:
    """Return the unit to count a span in: what the report counts most in, if that fits it.

    Parameters
    ----------
    weeks : float
        The longest span of a clock.
    reported : iterable of str
        UCUM units of the times of the report.
    """

    def fits(unit: str) -> bool:
        return FEWEST <= weeks * factor("wk", unit) <= MOST

    counts = Counter(unit for unit in reported if unit in STEPS)
    for unit, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if fits(unit):
            return unit
    return next((unit for unit in STEPS if weeks * factor("wk", unit) <= 60), "a")


@dataclass(frozen=True)
class Piece:
    """A stretch of a clock without a break: from one week to another, in mm from the left."""

    first: float
    last: float
    left: float
    right: float
    at_first: float


@dataclass(frozen=True)
class Segment:
    """The part of the axis that belongs to one clock."""

    phase: Phase
    pieces: tuple[Piece, ...]

    @property
    def left(self) -> float:
        """Where it begins, in mm."""
        return self.pieces[0].left

    @property
    def right(self) -> float:
        """Where it ends, in mm."""
        return self.pieces[-1].right

    @property
    def is_moment(self) -> bool:
        """All its rows are of one time, that of its zero: a place for one moment."""
        return self.phase.first == 0 == self.phase.last


class Timeline:
    """Positions in mm for weeks on clocks.

    One scale, in mm per week, holds for all clocks; a time with nothing around it is a place for
    one moment. Between two clocks lies a break of fixed width: the distance is not known, so
    none is drawn. A clock is broken too where most of the axis would be empty.

    Parameters
    ----------
    phases : list of Phase
        Clocks in order.
    width : float
        Width of the axis in mm.
    moment, gap : float
        Width in mm of a time without a span, and of a break.
    unit : str
        Unit to count in; empty to choose one.
    reported : sequence of str
        Units of the times of the report, to choose by.

    Attributes
    ----------
    scale : float
        Millimetres of a week.
    unit : str
        What the axis counts in.
    segments : dict of Segment
        By clock.
    """

    def __init__(
        self,
        phases: list[Phase],
        width: float,
        moment: float,
        gap: float,
        unit: str = "",
        reported: Sequence[str] = ("wk",),
    ) -> None:
        self.phases = phases
        runs = [(phase, run) for phase in phases for run in _runs(phase)]
        runs = _broken(runs)
        spans = [last - first for _, (first, last) in runs]
        longest = max(spans, default=0.0)
        whole = max((p.last - min(p.first, 0.0) for p in phases), default=0.0)
        self.unit = unit or unit_of_axis(longest or whole, reported)
        self.weeks = factor(self.unit, "wk")
        if not any(spans) and runs:  # nothing to be true to scale with: share the width
            moment = (width - gap * (len(runs) - 1)) / len(runs)
        narrow = min(gap, moment)
        gaps = [gap if a[0] is not b[0] else narrow for a, b in pairwise(runs)]
        fixed = moment * sum(s == 0 for s in spans) + sum(gaps)
        ends = [a is not b for (a, _), (b, _) in pairwise(runs)] + [True]
        before, after = 0.028 * longest, 0.11 * longest
        total = sum(
            before + s + (after if end else before) for s, end in zip(spans, ends, strict=True) if s
        )
        self.scale = (width - fixed) / total if total else 1.0
        self.width, self.gap = width, gap
        pieces: dict[str, list[Piece]] = {}
        self._within: list[float] = []
        at = 0.0
        for (phase, (first, last)), span, is_end, space in zip(
            runs, spans, ends, [*gaps, 0.0], strict=True
        ):
            lead = before * self.scale if span else moment / 2
            wide = lead + (span + (after if is_end else before)) * self.scale if span else moment
            mine = pieces.setdefault(phase.clock.id, [])
            if mine:
                self._within.append(at - narrow / 2)
            mine.append(Piece(first, last, at, at + wide, at + lead))
            at += wide + space
        by_id = {phase.clock.id: phase for phase in phases}
        self.segments = {c: Segment(by_id[c], tuple(found)) for c, found in pieces.items()}

    def __eq__(self, other: object) -> bool:
        """Whether every week has the same place, under the same words."""
        return isinstance(other, Timeline) and self._places() == other._places()

    def _places(self) -> tuple[object, ...]:
        stretches = {clock: (s.phase.clock, s.pieces) for clock, s in self.segments.items()}
        return self.unit, self.width, self.scale, stretches

    def x(self, clock: str, week: float) -> float:
        """Position of a week on a clock, kept within the segment of that clock."""
        pieces = self.segments[clock].pieces
        for piece, after in zip(pieces, [*pieces[1:], None], strict=True):
            end = piece.at_first + (piece.last - piece.first) * self.scale
            if week <= piece.last or after is None:
                at = piece.at_first + (week - piece.first) * self.scale
                if piece.first == piece.last and len(pieces) == 1 and week == piece.first:
                    return piece.at_first
                return min(max(at, piece.left), piece.right)
            if week < after.first:  # within a break of the clock: in its order, not to scale
                share = (week - piece.last) / (after.first - piece.last)
                return end + share * (after.at_first - end)
        raise AssertionError  # pragma: no cover  the last piece takes all that is left

    def breaks(self) -> list[tuple[float, Phase]]:
        """Middle of each break between clocks, with the phase that begins after it."""
        rows = list(self.segments.values())
        return [(s.left - self.gap / 2, s.phase) for s in rows[1:]]

    def words(self, clock: str) -> str:
        """What stands under the stretch of a clock: its unit and what it counts from."""
        about = self.segments[clock].phase.clock
        if self.segments[clock].is_moment:
            return about.label
        unit = printed(self.unit)
        if about.counts == "gestation":
            return f"{unit} of gestation"
        return f"age ({unit})" if about.counts == "age" else f"{unit} from {about.label}"

    def prepare(self, ax: Axes, bottom: bool = False) -> None:
        """Give a panel this axis: segments, breaks, and on the lowest panel the ticks."""
        ax.set_xlim(0, self.width)
        ax.spines["bottom"].set_visible(False)
        ax.set_xticks([])
        for segment in self.segments.values():
            for piece in segment.pieces:
                ax.plot(
                    [piece.left, piece.right],
                    [0.0, 0.0],
                    transform=ax.get_xaxis_transform(),
                    color="#333333" if bottom else GREY["line"],
                    linewidth=0.5 if bottom else 0.35,
                    clip_on=False,
                    zorder=1,
                )
        if bottom:
            height = ax.get_position().height * ax.figure.get_figheight() * 25.4
            for segment, after in pairwise(self.segments.values()):
                self._slashes(ax, height, segment.right, after.left)
            for segment in self.segments.values():
                for piece, after in pairwise(segment.pieces):
                    self._slashes(ax, height, piece.right, after.left)
            self._ticks(ax)

    def _slashes(self, ax: Axes, height: float, *places: float) -> None:
        for x in places:
            ax.plot(
                [x - 0.5, x + 0.5],
                [-0.7 / height, 0.7 / height],
                transform=ax.get_xaxis_transform(),
                color="#333333",
                linewidth=0.6,
                clip_on=False,
            )

    def _ticks(self, ax: Axes) -> None:
        positions, labels = [], []
        steps, apart = STEPS[self.unit], 7.0 if self.width > 100 else 5.5  # mm
        most = max(
            abs(week) for p in self.segments.values() for week in (p.phase.first, p.phase.last)
        )
        apart = max(apart, 1.45 * len(f"{most / self.weeks:.0f}") + 2.4)
        fitting = (s for s in steps if s * self.scale * self.weeks >= apart)
        step = next(fitting, math.ceil(apart / (self.scale * self.weeks)))
        for piece in (p for s in self.segments.values() if not s.is_moment for p in s.pieces):
            if piece.first == piece.last:
                positions.append(piece.at_first)
                labels.append(f"{piece.first / self.weeks:.3g}")
                continue
            low, high = (
                (piece.first + (end - piece.at_first) / self.scale) / self.weeks
                for end in (piece.left, piece.right - 0.5)
            )
            for count in range(math.ceil(low / step), math.ceil(high / step)):
                at = count * step * self.weeks - piece.first
                positions.append(piece.at_first + at * self.scale)
                labels.append(f"{count * step}".replace("-", "−"))
        fits = [
            x + 0.78 * len(said) < self.width + 0.6
            for x, said in zip(positions, labels, strict=True)
        ]
        ax.set_xticks(list(compress(positions, fits)), list(compress(labels, fits)))
        ax.tick_params(axis="x", bottom=True, labelbottom=True)


Run = tuple[float, float]


def _runs(phase: Phase) -> list[Run]:
    """The stretch of a clock, from its zero or from its first time, if that is far off."""
    if not phase.weeks:
        return [(0.0, 0.0)]
    first, last = phase.first, phase.last
    if phase.clock.counts == "time" and 0 < first < 0.34 * last:
        first = 0.0
    return [(first, last)]


def _broken(runs: list[tuple[Phase, Run]]) -> list[tuple[Phase, Run]]:
    """Break a clock where more than two thirds of the whole axis would be empty."""
    while True:
        whole = sum(last - first for _, (first, last) in runs)
        widest, place = max(
            (
                (b - a, (number, a, b))
                for number, (phase, (first, last)) in enumerate(runs)
                for a, b in pairwise(sorted({first, *phase.weeks}))
                if first <= a and b <= last
            ),
            default=(0.0, (0, 0.0, 0.0)),
        )
        if not widest > 0.66 * whole or whole - widest <= 0:
            return runs
        number, a, b = place
        phase, (first, last) = runs[number]
        runs = [*runs[:number], (phase, (first, a)), (phase, (b, last)), *runs[number + 1 :]]
