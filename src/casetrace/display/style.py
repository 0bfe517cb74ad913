"""One style for all figures: journal widths, one typeface, colours that all eyes tell apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

__all__ = [
    "COLOURS",
    "FONTS",
    "FULL",
    "GREY",
    "PAPER",
    "SERIES",
    "SINGLE",
    "ink",
    "letters",
    "mm",
    "styled",
]

#: Widths of a figure over two columns and over one, in mm.
FULL, SINGLE = 170.0, 85.0

#: Okabe M, Ito K. Color Universal Design, 2008 (jfly.uni-koeln.de/color).
COLOURS = {
    "blue": "#0072B2",
    "sky": "#56B4E9",
    "green": "#009E73",
    "orange": "#E69F00",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
    "black": "#000000",
}
#: Colours of several things side by side, in this order.
SERIES = [COLOURS[c] for c in ("blue", "orange", "vermillion", "green", "purple", "sky")]
GREY = {"text": "#595959", "line": "#8C8C8C", "fill": "#E6E6E6", "hatch": "#B3B3B3"}
#: Behind words that stand on a line.
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}

#: Points: no text of a figure is smaller.
SMALLEST = 7.0

#: Folder of the typefaces of this package.
FONTS = Path(__file__).with_name("fonts")

#: Typefaces of the figures: of this package, and for signs that it lacks of matplotlib.
FAMILIES = ("Liberation Sans", "DejaVu Sans")

_RC: dict[str, Any] = {
    "font.family": list(FAMILIES),
    "axes.linewidth": 0.5,
    "axes.edgecolor": "#333333",
    "axes.labelcolor": "#000000",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "ytick.minor.width": 0.35,
    "xtick.major.size": 2.2,
    "ytick.major.size": 2.2,
    "ytick.minor.size": 1.2,
    "xtick.major.pad": 1.8,
    "ytick.major.pad": 1.8,
    "hatch.linewidth": 0.35,
    "lines.linewidth": 0.9,
    "lines.solid_capstyle": "butt",
    "svg.fonttype": "path",
    "text.parse_math": False,  # a dollar sign in the data is a dollar sign
    "svg.hashsalt": "casetrace",
    "figure.dpi": 100,
    "savefig.dpi": 300,
    "axes.unicode_minus": True,
}


def ink(colour: str) -> str:
    """A colour dark enough for words on white: a contrast of 4.5 (WCAG 2.2, 1.4.3)."""
    parts = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    while 1.05 / (_luminance(parts) + 0.05) < 4.5:
        parts = [int(0.97 * part) for part in parts]
    return "#" + "".join(f"{part:02X}" for part in parts)


def _luminance(parts: list[int]) -> float:
    """Relative luminance of a colour of red, green and blue up to 255, by WCAG 2.2."""
    shares = [part / 255 for part in parts]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@cache
def _register_fonts() -> None:
    """Make the typefaces of the package known, and no others that a system has by their names."""
    manager, shipped = font_manager.fontManager, Path(mpl.get_data_path())
    manager.ttflist = [
        entry
        for entry in manager.ttflist
        if entry.name not in FAMILIES or Path(entry.fname).is_relative_to(shipped)
    ]
    for path in sorted((FONTS).glob("*.ttf")):
        manager.addfont(path)


@cache
def letters() -> frozenset[str]:
    """Return the characters that figures show: those of their typefaces that run to the right."""
    _register_fonts()
    paths = [font_manager.findfont(family, fallback_to_default=False) for family in FAMILIES]
    every = (chr(code) for path in paths for code in FT2Font(path).get_charmap())
    return frozenset(c for c in every if unicodedata.bidirectional(c) not in ("R", "AL"))


@contextmanager
def styled(size: float) -> Iterator[None]:
    """Draw in the house style with text of this size in points."""
    _register_fonts()
    sizes = {
        "font.size": size,
        "axes.labelsize": size,
        "axes.titlesize": size,
        "xtick.labelsize": max(size - 0.5, SMALLEST),
        "ytick.labelsize": max(size - 0.5, SMALLEST),
    }
    # The defaults first, so that a reader's own matplotlibrc changes nothing; but not the
    # backend: setting it would load one.
    defaults = {k: v for k, v in mpl.rcParamsDefault.items() if not k.startswith("backend")}
    with mpl.rc_context({**defaults, **_RC, **sizes}):
        yield


def mm(*lengths: float) -> tuple[float, ...]:
    """Lengths in mm as inches, as matplotlib wants them."""
    return tuple(length / 25.4 for length in lengths)
