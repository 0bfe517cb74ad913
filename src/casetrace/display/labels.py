"""Words beside marks, each where it covers neither a mark nor other words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

__all__ = ["Labels", "Place"]


@dataclass(frozen=True)
class Place:
    """A place for words, in points from a mark.

    Attributes
    ----------
    right, up : float
        How far from the mark.
    ha, va : str
        Which part of the words stands there.
    words : str
        As they are written there: perhaps in two lines.
    """

    right: float
    up: float
    ha: str
    va: str
    words: str


class Labels:
    """Places that are taken in a panel.

    Parameters
    ----------
    ax : Axes
        The panel, with its limits set.
    """

    def __init__(self, ax: Axes) -> None:
        self.ax, self._renderer = ax, FigureCanvasAgg(ax.figure).get_renderer()
        frame = ax.get_window_extent()
        margin = Bbox([[0.0, frame.y0 - 20], [frame.x0 - 3, frame.y1 + 20]])  # of its numbers
        title = Bbox([[0.0, frame.y1 + 1], [ax.figure.bbox.x1, frame.y1 + 16]])
        floor = Bbox([[0.0, frame.y0 - 25], [ax.figure.bbox.x1, frame.y0 - 1]])
        self.taken: list[tuple[Bbox, str]] = [(margin, ""), (title, ""), (floor, "")]

    def take(
        self, x: float, y: float, sides: tuple[float, float, float, float], of: str = ""
    ) -> None:
        """Keep words off a mark: so many points to its left, right, below and above."""
        left, right, below, above = (side * self.ax.figure.dpi / 72 for side in sides)
        at_x, at_y = self.ax.transData.transform((x, y))
        self.taken.append((Bbox([[at_x - left, at_y - below], [at_x + right, at_y + above]]), of))

    def put(
        self,
        x: float,
        y: float,
        places: Sequence[Place],
        of: str = "",
        optional: bool = False,
        **style: object,
    ) -> Annotation | None:
        """Write words at the first place that is free, or where they cover least.

        Parameters
        ----------
        x, y : float
            The mark, in units of the panel.
        places : sequence of Place
            In the order of preference.
        of : str
            The mark's own name: words may touch it.
        optional : bool
            Leave the words out if no place is free.
        **style : object
            Of the text.
        """
        page, tried = self.ax.figure.bbox, []
        for place in places:
            words = self.ax.annotate(
                place.words,
                (x, y),
                xytext=(place.right, place.up),
                textcoords="offset points",
                ha=place.ha,
                va=place.va,
                **style,
            )
            box = words.get_window_extent(self._renderer)
            covered = sum(_shared(box, other) for other, name in self.taken if not of or name != of)
            beyond = max(0.0, box.x1 - page.x1) + max(0.0, page.x0 - box.x0)
            tried.append((covered + beyond * box.height, words, box))
            if not tried[-1][0]:
                break
        covers, best, box = min(tried, key=lambda one: one[0])
        is_left_out = optional and covers > 0
        for _, words, _ in tried:
            if words is not best or is_left_out:
                words.remove()
        if is_left_out:
            return None
        self.taken.append((box, ""))
        return best


def _shared(one: Bbox, other: Bbox) -> float:
    """Area that two boxes have in common."""
    both = Bbox.intersection(one, other)
    return both.width * both.height if both else 0.0
