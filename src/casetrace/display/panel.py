"""A page with panels placed in mm, and the marks that panels share."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import accumulate

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.markers import TICKLEFT
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text
from matplotlib.ticker import NullLocator

from casetrace.case.model import Case
from casetrace.display.figure import Figure, Notes, finish, lead
from casetrace.display.style import COLOURS, FULL, GREY, PAPER, mm
from casetrace.quantity import Quantity

__all__ = [
    "Page",
    "Rows",
    "draw_bounds",
    "fine_ticks",
    "hatched",
    "plain_axis",
    "tidy_log",
    "wrapped",
]

LINE, OVER = 2.95, 0.9  # mm: a line of words, and the space over a row


class Page(Notes):
    """A drawing with panels placed in mm from its upper left corner.

    Parameters
    ----------
    case : Case
        What is drawn.
    height, width : float
        In mm.
    """

    def __init__(self, case: Case, height: float, width: float = FULL) -> None:
        super().__init__()
        self.case, self.width, self.height = case, width, height
        self.drawing = Drawing(figsize=mm(width, height))

    def panel(self, left: float, top: float, width: float, height: float) -> Axes:
        """A panel of so many mm, so far from the left and from the top."""
        w, h = self.width, self.height
        return self.drawing.add_axes((left / w, 1 - (top + height) / h, width / w, height / h))

    def words(self, left: float, top: float, words: str, **style: object) -> Text:
        """Words so many mm from the left and the top, hanging from that line."""
        style = {"ha": "left", "va": "top", **style}
        return self.drawing.text(left / self.width, 1 - top / self.height, words, **style)

    def mark(self, left: float, top: float, marker: str, colour: str) -> None:
        """A mark beside words of a key, its middle so many mm from the left and the top."""
        at = [left / self.width], [1 - top / self.height]
        look = {"markerfacecolor": "white" if marker == "^" else colour, "color": colour}
        look |= {"markersize": 4, "linestyle": "", "transform": self.drawing.transFigure}
        self.drawing.add_artist(Line2D(*at, marker=marker, **look))

    def key(self, words: str) -> None:
        """What the marks mean, at the foot."""
        style = {"va": "bottom", "color": GREY["text"], "linespacing": 1.1}
        self.words(0.8, self.height - 0.8, wrapped(words, self.width - 1.6), **style)

    def title(self, left: float, top: float, name: str, more: str = "", source: str = "") -> None:
        """What a panel shows in bold, unit or scale behind it in grey (which may rest on a row)."""
        text = self.drawing.text(
            left / self.width, 1 - top / self.height, name, fontweight="bold", va="top"
        )
        if more:
            behind = Annotation(
                more,
                xy=(1, 0),
                xycoords=text,
                xytext=(3, 0),
                textcoords="offset points",
                va="bottom",
                color=GREY["text"],
                annotation_clip=False,
            )
            lead(source, behind)
            self.drawing.add_artist(behind)

    def finished(self, name: str, alt: str, kinds: Collection[str] = ()) -> Figure:
        """Save it as a figure, with the kinds of mark that a key for it has to explain."""
        return finish(self.drawing, name, self.case.id, alt, self.marks, kinds)


def wrapped(words: str, width: float) -> str:
    """Words of seven points in lines of so many mm."""
    return textwrap.fill(words, max(10, int(width / 1.2)), break_long_words=False)


class Rows:
    """Rows of a panel from the top down, each mark under its name, so that names take no width.

    The panel counts mm from its top.

    Parameters
    ----------
    names : sequence of str
        What each row shows.
    width : float
        Room of the names in mm.
    more : sequence of str
        What is said of each in grey, under its name.
    room : float or sequence of float
        Room of each mark under its name, in mm.
    values : sequence of str
        What each row comes to, in words at the right edge.

    Attributes
    ----------
    middles : list of float
        Where the marks stand, in mm.
    height : float
        Of all rows, in mm.
    """

    def __init__(
        self,
        names: Sequence[str],
        width: float,
        more: Sequence[str] = (),
        room: float | Sequence[float] = 3.8,
        values: Sequence[str] = (),
    ) -> None:
        self.values = list(values) or [""] * len(names)
        self.names = [
            wrapped(name, width - 1.25 * len(value))
            for name, value in zip(names, self.values, strict=True)
        ]
        self.more = [wrapped(words, width) for words in more] or [""] * len(names)
        rooms = [room] * len(names) if isinstance(room, int | float) else list(room)
        high = [
            OVER + LINE * sum(words.count("\n") + 1 for words in row if words) + space
            for *row, space in zip(self.names, self.more, rooms, strict=True)
        ]
        self.ends = list(accumulate(high, initial=0.0))
        self.middles = [end - space / 2 for end, space in zip(self.ends[1:], rooms, strict=True)]
        self.height = self.ends[-1]

    def write(self, ax: Axes, sources: Sequence[str] = (), strong: Sequence[int] = ()) -> None:
        """Write the names, some of them strong, each led to what it rests on."""
        plain_axis(ax)
        ax.set_yticks([])
        ax.set_ylim(self.height, 0)
        sources = [*sources, *[""] * (len(self.names) - len(sources))]
        style = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        style |= {"va": "top", "linespacing": 1.1, "annotation_clip": False, "bbox": PAPER}
        rows = zip(self.names, self.more, self.values, self.ends[:-1], sources, strict=True)
        for row, (name, more, value, top, source) in enumerate(rows):
            weight = "bold" if row in strong else "normal"
            top += OVER
            lead(source, ax.annotate(name, (0, top), (0, 0), fontweight=weight, **style))
            if value:
                right = {**style, "ha": "right", "fontweight": weight}
                lead(source, ax.annotate(value, (1, top), (0, 0), **right))
            if more:
                under = top + LINE * (name.count("\n") + 1)
                lead(source, ax.annotate(more, (0, under), (0, 0), color=GREY["text"], **style))


def plain_axis(ax: Axes, rows: Sequence[str] = ()) -> None:
    """Rows from the top down, each with its name; no left spine."""
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    if rows:
        ax.set_yticks(range(len(rows)), rows)
        ax.set_ylim(len(rows) - 0.45, -0.55)


def tidy_log(ax: Axes, ticks: Sequence[float]) -> None:
    """A logarithmic x axis with these ticks and no others."""
    ax.set_xscale("log")
    ax.set_xticks(ticks, [f"{t:,g}" for t in ticks])
    ax.set_xticks([], minor=True)


def fine_ticks(ax: Axes) -> None:
    """Ticks between the decades of a logarithmic y axis, as one line: apart they take long."""
    bottom, top = ax.get_ylim()
    decades = range(math.floor(math.log10(bottom)), math.ceil(math.log10(top)))
    steps = [m * 10.0**decade for decade in decades for m in range(2, 10)]
    steps = [step for step in steps if bottom <= step <= top]
    size, width = (mpl.rcParams[f"ytick.minor.{name}"] for name in ("size", "width"))
    look = {"marker": TICKLEFT, "markersize": size, "markeredgewidth": width, "linestyle": ""}
    look |= {"color": mpl.rcParams["ytick.color"], "clip_on": False}
    ax.yaxis.set_minor_locator(NullLocator())
    ax.plot([0] * len(steps), steps, transform=ax.get_yaxis_transform(), **look)


def hatched(ax: Axes, x: float, y: float, width: float, height: float, **style: object) -> None:
    """A hatched box: not known, or assumed."""
    look = {"facecolor": "white", "edgecolor": GREY["hatch"], "hatch": "//////", "linewidth": 0}
    ax.add_patch(Rectangle((x, y), width, height, **{**look, "zorder": 1, **style}))


def draw_bounds(
    ax: Axes,
    q: Quantity,
    y: float,
    half: float = 0.22,
    colour: str = COLOURS["blue"],
    strength: float = 1.0,
    marker: str = "o",
) -> str:
    """Draw a quantity along x as far as it is known; returns the shape.

    A point is filled, or open if "about"; an open bound is an arrow from the bound; two bounds
    are a band. The axis must have its limits already.
    """
    left, right = ax.get_xlim()
    if q.has_natural_end:
        q = replace(q, low=-math.inf)
    if q.is_point:
        face = "white" if q.about else colour
        ax.plot(
            q.low,
            y,
            marker,
            markersize=3.8,
            markerfacecolor=face,
            markeredgecolor=colour,
            zorder=4,
            alpha=strength,
            markeredgewidth=0.9,
        )
        return "open point" if q.about else "point"
    if math.isfinite(q.low) and math.isfinite(q.high):
        ax.add_patch(
            Rectangle(
                (q.low, y - half),
                q.high - q.low,
                2 * half,
                facecolor=colour,
                edgecolor=colour,
                linewidth=0.6,
                alpha=strength,
                zorder=3,
            )
        )
        return "band"
    at, to = (q.low, right) if math.isfinite(q.low) else (q.high, left)
    if q.is_unknown:
        at, to = left, right
    ax.annotate(
        "",
        xy=(to, y),
        xytext=(at, y),
        arrowprops={
            "arrowstyle": "-|>,head_width=0.13,head_length=0.26",
            "color": colour,
            "linewidth": 1.0,
            "shrinkA": 0,
            "shrinkB": 0,
            "alpha": strength,
        },
        zorder=4,
    )
    ax.plot([at, at], [y - half, y + half], color=colour, linewidth=1.0, zorder=4, alpha=strength)
    return "arrow"
