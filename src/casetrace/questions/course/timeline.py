"""A time axis over several clocks: true to scale within a clock, broken between clocks."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes

from casetrace.case.clocks import Phase
from casetrace.display.style import GREY

__all__ = ["Segment", "Timeline"]

DAYS = 4.0  # weeks: where nothing lasts longer than this, the axis counts in days


@dataclass(frozen=True)
class Segment:
    """The piece of the axis that belongs to one clock, in mm from the left of the axis."""

    phase: Phase
    left: float
    right: float
    zero: float

    @property
    def is_moment(self) -> bool:
        """No row names a later time: the segment is a place for one moment."""
        return self.phase.last == 0


class Timeline:
    """Positions in mm for weeks on clocks.

    One scale, in mm per week, holds for all clocks; a clock on which nothing has a time but its
    zero is a place for one moment. Between two clocks lies a break of fixed
    width: the distance is not known, so none is drawn.

    Parameters
    ----------
    phases : list of Phase
        Clocks in order.
    width : float
        Width of the axis in mm.
    moment, gap : float
        Width in mm of a segment without a span, and of a break.

    Attributes
    ----------
    scale : float
        Millimetres of a week.
    unit : str
        What the axis counts in: weeks, or days where all is short; ``weeks`` are those of one.
    segments : dict of Segment
        By clock.
    """

    def __init__(self, phases: list[Phase], width: float, moment: float, gap: float) -> None:
        spans = [p.last for p in phases]
        longest = max(spans, default=0.0)
        self.unit, self.weeks = ("days", 1 / 7) if 0 < longest <= DAYS else ("weeks", 1.0)
        if not any(spans) and phases:  # nothing to be true to scale with: share the width
            moment = (width - gap * (len(phases) - 1)) / len(phases)
        fixed = moment * sum(s == 0 for s in spans) + gap * (len(phases) - 1)
        before, after = min(1.5, 0.08 * longest), max(min(3.0, 0.25 * longest), 0.11 * longest)
        weeks = sum(before + s + after for s in spans if s)
        self.scale = (width - fixed) / weeks if weeks else 1.0
        self.width, self.gap = width, gap
        self.segments: dict[str, Segment] = {}
        at = 0.0
        for phase, span in zip(phases, spans, strict=True):
            wide = (before + span + after) * self.scale if span else moment
            zero = at + (before * self.scale if span else moment / 2)
            self.segments[phase.clock.id] = Segment(phase, at, at + wide, zero)
            at += wide + gap

    def x(self, clock: str, week: float) -> float:
        """Position of a week on a clock, kept within the segment of that clock."""
        segment = self.segments[clock]
        if segment.is_moment:
            return segment.zero
        return min(max(segment.zero + week * self.scale, segment.left), segment.right)

    def breaks(self) -> list[tuple[float, Phase]]:
        """Middle of each break, with the phase that begins after it."""
        rows = list(self.segments.values())
        return [(s.left - self.gap / 2, s.phase) for s in rows[1:]]

    def prepare(self, ax: Axes, bottom: bool = False) -> None:
        """Give a panel this axis: segments, breaks, and on the lowest panel the weeks."""
        ax.set_xlim(0, self.width)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="x", bottom=False, labelbottom=False)
        low = 0.0
        for segment in self.segments.values():
            ax.plot(
                [segment.left, segment.right],
                [low, low],
                transform=ax.get_xaxis_transform(),
                color="#333333" if bottom else GREY["line"],
                linewidth=0.5 if bottom else 0.35,
                clip_on=False,
                zorder=1,
            )
        for middle, _ in self.breaks():
            if bottom:
                self._slashes(ax, middle)
        if bottom:
            self._weeks(ax)

    def _slashes(self, ax: Axes, middle: float) -> None:
        half = self.gap / 2
        for x in (middle - half, middle + half):
            ax.plot(
                [x - 0.5, x + 0.5],
                [-0.14, 0.14],
                transform=ax.get_xaxis_transform(),
                color="#333333",
                linewidth=0.6,
                clip_on=False,
            )

    def _weeks(self, ax: Axes) -> None:
        positions, labels = [], []
        for clock, segment in self.segments.items():
            if segment.is_moment:
                continue
            steps = (1, 2, 7, 14) if self.unit == "days" else (1, 2, 4, 6, 12, 26, 52, 104, 260)
            a_unit = self.scale * self.weeks
            step = next((s for s in steps if s * a_unit >= 6.2), steps[-1])
            at = 0
            while self.x(clock, at * self.weeks) < segment.right - 0.5:
                positions.append(self.x(clock, at * self.weeks))
                labels.append(f"{at}")
                at += step
        ax.set_xticks(positions, labels)
        ax.tick_params(axis="x", bottom=True, labelbottom=True)
