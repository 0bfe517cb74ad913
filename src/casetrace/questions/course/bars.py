"""Bars for what lasts: solid while it is known to last, pale while it may, fading if open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from casetrace.quantity import Quantity
from casetrace.questions.course.timeline import Timeline

__all__ = ["Part", "draw_bar", "reach"]

FADE = 9.0  # mm: over which a bar fades whose end is not reported
STUB = 1.6  # mm: what is known at one moment is drawn this long, so that it is seen
SLICES = 9


@dataclass(frozen=True)
class Part:
    """A stretch of a bar, in mm: ``sure``, ``maybe``, or fading ``to left`` or ``to right``."""

    left: float
    right: float
    kind: str


def reach(time: Timeline, clock: str, start: Quantity | None, stop: Quantity | None) -> list[Part]:
    """Return the parts of a bar, from the left.

    Parameters
    ----------
    time : Timeline
        Where weeks stand.
    clock : str
        Clock of start and stop.
    start, stop : Quantity or None
        In weeks; None where not reported.
    """
    segment, found = time.segments[clock], []
    at = time.x
    first = at(clock, start.low) if start and math.isfinite(start.low) else None
    sure = at(clock, start.high) if start and math.isfinite(start.high) else None
    until = at(clock, stop.low) if stop and math.isfinite(stop.low) else None
    last = at(clock, stop.high) if stop and math.isfinite(stop.high) else None
    if sure is not None:  # it is known to last from here on, as far as its end is known
        end = max(until if until is not None else sure, sure)
    elif first is not None:  # begun at some time after this
        sure = end = None
    elif until is not None:
        sure = end = until
    else:
        sure = end = last
    if sure is None and first is None:
        return []
    if sure is None and until is not None and until > first and last is None:
        # begun at some time, on at this one at least, and ended at some time after it
        right = min(until + FADE, max(segment.right, until + STUB))
        return [Part(first, until, "maybe"), Part(until, right, "to right")]
    if sure is None:
        right = last if last is not None else min(first + FADE, max(segment.right, first + STUB))
        return [Part(first, max(right, first + STUB), "to right" if last is None else "maybe")]
    begin = sure if first is None else first
    if first is None:
        found.append(Part(max(sure - FADE, segment.left, 0.0), sure, "to left"))
    elif begin < sure:
        found.append(Part(begin, sure, "maybe"))
    if last is not None and end > last:
        end = last
    if end > sure or last is None or last <= sure:
        found.append(Part(sure, max(end, sure + STUB), "sure"))
    done = found[-1].right if found else sure
    if last is not None and last > done:
        found.append(Part(done, last, "maybe"))
    elif last is None:
        right = min(done + FADE, segment.right)
        if right > done:
            found.append(Part(done, right, "to right"))
    return [part for part in found if part.right > part.left] or [Part(sure, sure + STUB, "sure")]


def draw_bar(ax: Axes, parts: Sequence[Part], y: float, high: float, colour: str) -> None:
    """Draw the parts of a bar around y, so many units high."""
    for part in parts:
        wide = part.right - part.left
        if part.kind in ("sure", "maybe"):
            box = Rectangle((part.left, y - high / 2), wide, high, zorder=2)
            is_sure = part.kind == "sure"
            box.set(facecolor=_paler(colour, 0.45 if is_sure else 0.85), edgecolor=colour)
            box.set(linewidth=0.6, linestyle="-" if is_sure else (0, (2.5, 2)))
            ax.add_patch(box)
            continue
        step = wide / SLICES
        for number in range(SLICES):
            share = (number + 0.5) / SLICES
            pale = 0.45 + 0.55 * (share if part.kind == "to right" else 1 - share)
            box = Rectangle((part.left + number * step, y - high / 2), step, high, zorder=2)
            box.set(facecolor=_paler(colour, pale), linewidth=0)
            ax.add_patch(box)


def _paler(colour: str, share: float) -> tuple[float, ...]:
    """A colour mixed with white."""
    return tuple(part + (1 - part) * share for part in to_rgb(colour))
