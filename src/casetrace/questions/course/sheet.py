"""The sheet that lanes are drawn on: panels, time axis, and the list of what was drawn."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from casetrace.case.model import Case
from casetrace.display.figure import Notes, lead
from casetrace.display.labels import Labels
from casetrace.display.style import GREY, mm
from casetrace.questions.course.layout import Layout, words_mm

__all__ = ["Sheet"]


class Sheet(Layout, Notes):
    """The sheet that the lanes are drawn on: panels, time axis, and the list of marks.

    Parameters
    ----------
    case : Case
        What is drawn.
    width : float
        Width in mm.
    wide : bool
        Whether there is the room of two columns.
    only : str, optional
        The one lane that is drawn, where it stands among all.

    Attributes
    ----------
    axes, labels : dict
        Of each lane that is drawn.
    used : set of str
        Kinds of mark that the key explains.
    broken_in : dict of str
        The lane that says what is known of the break before a clock, by clock.
    """

    def __init__(self, case: Case, width: float, wide: bool, only: str = "") -> None:
        Layout.__init__(self, case, width, wide)
        Notes.__init__(self, self.time.unit)
        self.used: set[str] = set()
        self.broken_in: dict[str, str] = {}
        self.drawing = Drawing(figsize=mm(width, self.height))
        self.drawing.patch.set_visible(not only)  # one of several lies over the others
        self.axes: dict[str, Axes] = {}
        at = self.height - self.top
        for lane, height in self.heights.items():
            at -= height
            if only in ("", lane):
                room = width - self.left - self.right
                box = (self.left / width, at / self.height, room / width, height / self.height)
                ax = self.drawing.add_axes(box)
                self.time.prepare(ax, bottom=lane == "events")
                self.axes[lane] = ax
            at -= self.space
        self.labels = {lane: Labels(ax) for lane, ax in self.axes.items()}

    def grow(self, more: float) -> None:
        """Give the page so many mm more at its foot, or take them away; all else keeps its size."""
        before = self.drawing.get_figheight() * 25.4
        for ax in self.drawing.axes:
            box = ax.get_position()
            low, high = (box.y0 * before + more, box.height * before)
            ax.set_position([box.x0, low / (before + more), box.width, high / (before + more)])
        self.drawing.set_figheight((before + more) / 25.4)

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
