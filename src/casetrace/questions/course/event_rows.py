"""In which row each event stands, so that no words overlap."""

from __future__ import annotations

import math
from collections.abc import Mapping

from casetrace.case.rows import Finding
from casetrace.quantity import Quantity
from casetrace.questions.course.timeline import Timeline

__all__ = ["rows_of_events"]

APART = 0.8  # mm between the words of two events


def rows_of_events(
    events: Mapping[Finding, Quantity], time: Timeline, left: float, is_wide: bool
) -> dict[str, tuple[int, str]]:
    """Give each event a row, from the bottom, and a side for its words: nothing overlaps.

    Parameters
    ----------
    events : dict of Quantity
        Time in weeks by event.
    time : Timeline
        Where weeks stand.
    left : float
        Room in mm that words may take left of the axis.
    is_wide : bool
        Whether words stand beside their mark, and not above it.

    Returns
    -------
    dict of (int, str)
        By id; the side is that which the words are aligned to.
    """
    letter = 1.22 if is_wide else 1.0  # mm of a letter, a little more than most are
    taken: list[list[tuple[float, float]]] = []
    found = {}
    for row, at in events.items():
        segment, long = time.segments[row.clock], len(row.name) * letter
        x = time.x(row.clock, at.low)
        x_end = segment.right if math.isinf(at.high) else time.x(row.clock, at.high)
        if not is_wide:
            sides = {"center": (-long / 2, long / 2)} if x == x_end else {}
            sides |= {"left": (0, max(long, x_end - x)), "right": (x_end - x - long, x_end - x)}
        elif x == x_end:
            sides = {"left": (-1.5, long + 1.6), "right": (-long - 1.6, 1.5)}
        else:
            sides = {"right": (-long - 1.0, x_end - x), "left": (0, x_end - x + long + 1.0)}
        places = [
            (number, side, x + a, x + b)
            for number in range(len(taken) + 1)
            for side, (a, b) in sides.items()
            if x + b <= time.width + 0.6 and x + a >= -left
        ]
        free = (
            (number, side, a, b)
            for number, side, a, b in places
            if number == len(taken) or all(b + APART < c or d + APART < a for c, d in taken[number])
        )
        number, side, a, b = next(free, (len(taken), next(iter(sides)), x, x_end))
        if number == len(taken):
            taken.append([])
        taken[number].append((a, b))
        found[row.id] = (number, side)
    return found
