"""Numbers and bounds in a clinician's words, or in those of another audience."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from casetrace.quantity.units import printed

__all__ = ["ENGLISH", "Wording", "scale_name", "value_name"]

INF = math.inf


class Bounded(Protocol):
    """What can be said in words: a :class:`casetrace.quantity.quantity.Quantity`."""

    low: float
    high: float
    low_closed: bool
    high_closed: bool
    unit: str
    shown: str
    about: bool
    derived: bool
    levels: tuple[str, ...]

    @property
    def is_point(self) -> bool:
        """One number."""

    @property
    def is_unknown(self) -> bool:
        """Open at both ends."""

    def to(self, unit: str) -> Bounded:
        """Convert to another unit."""


_NAMES = {
    "eular_acr": "EULAR/ACR",
    "bohan_peter": "Bohan and Peter",
    "ivig": "IVIg",
    "igg": "IgG",
    "fold": "multiple of the limit",
    "no_biopsy": "without biopsy",
    "biopsy": "with biopsy",
    "courses_without_event": "courses without an event",
}


def value_name(name: str) -> str:
    """The id of a headline value as a title.

    Examples
    --------
    >>> value_name("ck.fold.presentation"), value_name("igg.peak.last_of_first_block")
    ('CK, multiple of the limit, presentation', 'IgG, peak, last of first block')
    """
    first, *rest = name.removeprefix("criteria.").split(".")
    head = _NAMES.get(first) or (first.upper() if len(first) <= 3 else first.capitalize())
    return ", ".join([head, *(_NAMES.get(part, part.replace("_", " ")) for part in rest)])


def scale_name(scale: str) -> str:
    """A scale as it is written: Vignos, MRC."""
    return scale.capitalize() if len(scale) > 3 else scale.upper()


@dataclass(frozen=True)
class Wording:
    """How bounds are said: patterns with ``{number}``, or ``{low}`` and ``{high}``.

    Attributes
    ----------
    about, at_least, more_than, at_most, less_than : str
        An inexact number, and the four kinds of one bound.
    to, between : str
        Two bounds that belong to the value; two of which one does not.
    nearly : str
        A share that does not quite reach its end.
    either, up_to : str
        Two neighbouring classes; two with others between them.
    unknown : str
        Nothing is known.
    unit : str
        A number with its ``{unit}``.
    units : dict of str
        Patterns with ``{number}`` for the units that are said in words of their own, by the
        words or symbols of :func:`casetrace.quantity.units.printed`.
    """

    about: str = "about {number}"
    at_least: str = "at least {number}"
    more_than: str = "more than {number}"
    at_most: str = "at most {number}"
    less_than: str = "less than {number}"
    to: str = "{low} to {high}"
    between: str = "between {low} and {high}"
    nearly: str = "nearly {number}"
    either: str = "{low} or {high}"
    up_to: str = "{low} to {high}"
    unknown: str = "not known"
    unit: str = "{number} {unit}"
    units: Mapping[str, str] = field(default_factory=lambda: {"%": "{number}%"})

    def text(
        self, q: Bounded, unit: bool = True, say: Callable[[str], str] = lambda text: text
    ) -> str:
        """Bounds in words: exact, about, at least, more than, at most, less than, or a range.

        What was reported keeps every digit; what was computed has three significant figures,
        with bounds rounded outward, so that the words never claim more than the bounds.

        Parameters
        ----------
        q : Bounded
            What to write.
        unit : bool
            Whether to write its unit.
        say : callable
            Gives the words for a class.
        """
        if q.levels:
            low, high = (say(q.levels[int(end)]) for end in (q.low, q.high))
            joint = self.either if q.high - q.low == 1 else self.up_to
            return low if low == high else joint.format(low=low, high=high)
        if q.is_unknown:
            return self.unknown
        return self._bounds(q.to(q.shown or q.unit), unit)

    def _bounds(self, q: Bounded, unit: bool) -> str:
        name = printed(q.unit, one=q.is_point and math.isclose(q.low, 1)) if unit else ""

        def measured(number: str) -> str:
            return self._with_unit(number, name)

        def about(words: str) -> str:
            return self.about.format(number=words) if q.about else words

        if q.is_point:
            return measured(about(_number(q.low, q.derived, round)))
        low = _number(q.low, q.derived, math.floor) if q.low != -INF else ""
        high = _number(q.high, q.derived, math.ceil) if q.high != INF else ""
        if not high:
            joint = self.at_least if q.low_closed else self.more_than
            return joint.format(number=measured(about(low)))
        if not low:
            joint = self.at_most if q.high_closed else self.less_than
            return joint.format(number=measured(about(high)))
        if low == high:
            return measured(about(low))
        first = measured(low) if name == "%" else low
        # Rounded outward, a share below all of it must not read as all of it.
        if q.unit == "%" and q.high < 100 <= float(high.replace(",", "")):
            return about(self.to.format(low=first, high=self.nearly.format(number=measured("100"))))
        if q.low_closed and q.high_closed:
            return about(self.to.format(low=low, high=measured(high)))
        return about(self.between.format(low=first, high=measured(high)))

    def _with_unit(self, number: str, name: str) -> str:
        if not name:
            return number
        if name in self.units:
            return self.units[name].format(number=number)
        if name.startswith("/"):
            return f"{number}{name}"
        return self.unit.format(number=number, unit=name)


#: A clinician's.
ENGLISH = Wording()


def _number(number: float, derived: bool, to_whole: Callable[[float], int]) -> str:
    """Write a number: every digit if reported or short, three significant figures if not."""
    text = f"{number:,.6f}".rstrip("0").rstrip(".")
    figures = text.replace(",", "").replace(".", "").lstrip("-0")
    if derived and "." in text and len(figures) > 3:
        decimals = max(0, 2 - math.floor(math.log10(abs(number))))
        scaled = round(number * 10**decimals, 6)
        return f"{to_whole(scaled) / 10**decimals:,.{decimals}f}"
    return "0" if text == "-0" else text
