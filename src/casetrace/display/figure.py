"""A finished figure: picture, alternative text and the table of what was drawn."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.figure import Figure as Drawing

from casetrace.case.write import inert, write_bytes
from casetrace.quantity import Quantity

__all__ = ["Figure", "Mark", "Notes", "finish", "lead"]


@dataclass(frozen=True)
class Mark:
    """One thing drawn: what, where, and what it rests on.

    Attributes
    ----------
    lane, what : str
        Panel of the figure, and what the mark stands for.
    shape : str
        How it is drawn: point, open point, arrow, band, step, unknown, tick, event, line, curve.
    clock : str
        Clock the time is counted on.
    time_low, time_high, time_unit : str
        Time in the unit of the axis; empty where open or not reported.
    low, high, unit : str
        Value with bounds; empty where open or not reported.
    text : str
        The value in words.
    source : str
        Row it rests on.
    """

    lane: str
    what: str
    shape: str
    clock: str = ""
    time_low: str = ""
    time_high: str = ""
    time_unit: str = ""
    low: str = ""
    high: str = ""
    unit: str = ""
    text: str = ""
    source: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure as notebooks show it and the build keeps it.

    Attributes
    ----------
    name : str
        Its file name without ending.
    case : str
        What it shows.
    alt : str
        Alternative text, computed from what was drawn.
    marks : tuple of Mark
        The table behind it.
    drawing : matplotlib.figure.Figure
        What is saved as a picture when one is asked for.
    style : dict
        The settings of matplotlib that it was drawn with.
    kinds : frozenset of str
        The kinds of mark that a key for it has to explain.
    """

    name: str
    case: str
    alt: str
    marks: tuple[Mark, ...]
    drawing: Drawing = field(repr=False)
    style: dict[str, Any] = field(repr=False)
    kinds: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        width, height = self.drawing.get_size_inches() * 72
        return float(width), float(height)

    @cached_property
    def svg(self) -> str:
        """The picture, with letters as shapes: the same wherever it is seen."""
        label = f"{self.name}-{self.case}"
        plain = re.sub(r"^ *</?a\b.*\n", "", self._svg("path"), flags=re.M)  # a page has the links
        head, rest = plain.split(">", 1)
        return (
            f'{head} role="img" aria-labelledby="{label}">\n'
            f'<title id="{label}">{escape(self.alt)}</title>{rest}'
        )

    @cached_property
    def svg_with_text(self) -> str:
        """The picture, with letters as text, for a page that brings the typeface.

        What was given to :func:`lead` is a link to the row or the value it rests on.
        """
        return self._svg("none")

    @cached_property
    def png(self) -> bytes:
        """The picture at 300 dots per inch."""
        out = io.BytesIO()
        with mpl.rc_context(self.style):
            metadata = {"Software": "casetrace", "Title": self.name}
            self.drawing.savefig(out, format="png", metadata=metadata)
        return out.getvalue()

    def _svg(self, letters: str) -> str:
        out = io.StringIO()
        with mpl.rc_context({**self.style, "svg.fonttype": letters}):
            metadata = {"Date": None, "Creator": "casetrace"}
            self.drawing.savefig(out, format="svg", metadata=metadata)
        found = re.sub(r"[ \t]+$", "", out.getvalue(), flags=re.M)  # as many editors would
        return found[found.index("<svg") :]

    def table(self) -> str:
        """The data table as CSV, in which no cell is a formula to a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        columns = [f.name for f in fields(Mark)]
        writer.writerow(columns)
        writer.writerows([inert(getattr(mark, c)) for c in columns] for mark in self.marks)
        return out.getvalue()

    def export(self, folder: Path) -> None:
        """Write picture and table into a folder."""
        write_bytes(folder / f"{self.name}.svg", self.svg.encode())
        write_bytes(folder / f"{self.name}.png", self.png)
        write_bytes(folder / f"{self.name}.csv", self.table().encode())

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        data = {"image/svg+xml": self.svg, "text/plain": repr(self)}
        return data, {"image/svg+xml": {"alt": self.alt, "figure": self.name}}

    def __repr__(self) -> str:
        return f"Figure {self.name} of {self.case}: {self.alt}"


class Notes:
    """What is drawn, kept for the data table and the alternative text.

    Parameters
    ----------
    time_unit : str
        UCUM unit that times are kept in.
    """

    def __init__(self, time_unit: str = "wk") -> None:
        self.marks: list[Mark] = []
        self.time_unit = time_unit

    def note(
        self,
        lane: str,
        what: str,
        shape: str,
        value: Quantity | None = None,
        time: Quantity | None = None,
        clock: str = "",
        source: str = "",
        text: str = "",
    ) -> None:
        """Keep what was drawn for the data table and the alternative text."""
        time = time and time.to(self.time_unit)
        self.marks.append(
            Mark(
                lane,
                what,
                shape,
                clock,
                _bound(time.low) if time else "",
                _bound(time.high) if time else "",
                self.time_unit if time else "",
                _bound(value.low) if value else "",
                _bound(value.high) if value else "",
                value.unit if value else "",
                text or (value.text() if value else ""),
                source,
            )
        )


def lead(source: str, *drawn: Artist) -> None:
    """Let what is drawn lead to the row or the value it rests on (the first, if several)."""
    for artist in drawn:
        artist.set_url(source.partition("; ")[0] or None)


def _bound(number: float) -> str:
    return f"{number:.10g}" if math.isfinite(number) else ""


def finish(
    drawing: Drawing,
    name: str,
    case: str,
    alt: str,
    marks: list[Mark],
    kinds: Collection[str] = (),
) -> Figure:
    """A drawing as a figure, with the style that is in force; saved when it is asked for."""
    style = {k: v for k, v in mpl.rcParams.items() if not k.startswith("backend")}
    return Figure(name, case, alt, tuple(marks), drawing, style, frozenset(kinds))
