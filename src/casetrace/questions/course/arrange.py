"""In which row each bar or mark stands, and on which side its words, so that none overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Item", "Spot", "arrange"]

APART = 0.8  # mm between the words of two items
BESIDE = 1.4  # mm from a mark to its words


@dataclass(frozen=True)
class Item:
    """Something drawn in a row with words: from x to x_end, in mm from the left of the axis.

    Attributes
    ----------
    key : str
        What it is of.
    x, x_end : float
        Where it begins and ends.
    long : float
        Length of its words in mm.
    is_bar : bool
        Words may stand inside it.
    is_before : bool
        Words stand before it rather than behind.
    lines : int
        How many lines its words have; more than one stand over it.
    """

    key: str
    x: float
    x_end: float
    long: float
    is_bar: bool = False
    is_before: bool = False
    lines: int = 1


@dataclass(frozen=True)
class Spot:
    """Row of an item, from 0, and where its words stand: their left end in mm, and their row.

    ``text`` is what they are, where the item does not say; ``is_inside`` of its bar.
    """

    row: int
    words: float
    words_row: int
    text: str = ""
    is_inside: bool = False

    def middle(self, words: str) -> float:
        """Return where the middle of its words is, in rows from the first."""
        return self.words_row + (words.count("\n") + 1) / 2


def arrange(
    items: Iterable[Item], width: float, left: float, is_shared: bool = True
) -> tuple[dict[str, Spot], int]:
    """Give each item a row and its words a place: inside, behind, before or over it.

    Parameters
    ----------
    items : iterable of Item
        In the order of the rows.
    width : float
        Width of the axis in mm.
    left : float
        Room in mm that words may take left of the axis.
    is_shared : bool
        Whether two may stand in one row.

    Returns
    -------
    dict of Spot
        By key.
    int
        Number of rows.
    """
    taken: list[list[tuple[float, float]]] = []
    found: dict[str, Spot] = {}

    def is_free(row: int, low: float, high: float) -> bool:
        busy = taken[row] if row < len(taken) else []
        return all(high + APART < c or d + APART < low for c, d in busy)

    for item in items:
        x, x_end, long = item.x - 1.5, min(item.x_end + 1.5, max(item.x_end, width)), item.long
        behind = item.x_end + (BESIDE if item.is_bar else BESIDE + 0.2)
        before = item.x - BESIDE - long
        sides = [(behind, (x, behind + long)), (before, (before, x_end))]
        sides = sides[::-1] if item.is_before else sides
        if item.is_bar and item.x_end - item.x > long + 2.4:
            sides.insert(0, ((item.x + item.x_end - long) / 2, (item.x, item.x_end)))
        sides = [] if item.lines > 1 else sides
        sides = [s for s in sides if s[1][1] <= width + 0.6 and s[1][0] >= 0.6 - left]
        for row in range(0 if is_shared else len(taken), len(taken) + 1):
            place = next((s for s in sides if is_free(row, *s[1])), None)
            if place:
                is_inside = item.is_bar and item.x < place[0] < item.x_end
                spot, uses = Spot(row, place[0], row, is_inside=is_inside), {row: place[1]}
                break
        else:  # over it, in rows of their own
            above = len(taken)
            row = above + item.lines
            at = min(max((item.x + item.x_end - long) / 2, 0.8 - left), width - long)
            spot = Spot(row, at, above)
            uses = {row: (item.x, item.x_end)}
            uses |= {above + line: (at, at + long) for line in range(item.lines)}
        for number, busy in uses.items():
            while len(taken) <= number:
                taken.append([])
            taken[number].append(busy)
        found[item.key] = spot
    return found, len(taken)
