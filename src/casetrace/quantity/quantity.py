"""Bounded, sourced quantities: the currency of the whole package.

A :class:`Quantity` is an interval with a unit that remembers which curated rows it rests on,
which readings it hangs on and how it was derived. Either end may be open (nothing is known
beyond it) or strict ("more than 8000" does not contain 8000). Arithmetic is interval
arithmetic in the sense of Moore RE, *Interval Analysis*, Prentice-Hall 1966: the result
holds every number that any choice within the operands could give, and nothing is assumed
about how values are distributed between the bounds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from casetrace.quantity import interval
from casetrace.quantity.units import combine, dimension, factor
from casetrace.quantity.wording import ENGLISH

__all__ = [
    "GRAMMAR",
    "BoundsError",
    "Quantity",
    "change",
    "difference",
    "hull",
    "parse",
    "rate",
    "total",
]

INF = math.inf

GRAMMAR = (
    "a number as reported, in one of these forms: 14420 | about 1000 | more than 8000 | "
    "at least 2 | less than 5 | at most 5 | 4000 to 5000 (empty: not reported)"
)

_NUMBER = r"-?\d+(?:\.\d+)?"
_FORMS = re.compile(
    rf"(?P<word>about|more than|at least|less than|at most)? ?(?P<one>{_NUMBER})$"
    rf"|(?P<about>about )?(?P<low>{_NUMBER}) to (?P<high>{_NUMBER})$"
)


class BoundsError(ValueError):
    """The text of a number is not in the grammar, or its bounds are the wrong way round."""


@dataclass(frozen=True)
class Quantity:
    """A number with bounds, a unit and a history.

    Attributes
    ----------
    low, high : float
        Bounds; ``-inf`` and ``inf`` where nothing is known beyond.
    unit : str
        UCUM string; ``1`` for a plain number.
    low_closed, high_closed : bool
        Whether the bound itself is possible: false for "more than" and "less than". Always
        false for an infinite bound.
    about : bool
        The report says "about", or the number was computed from one that is so marked. How
        far "about" reaches is not known, so the bounds do not include it.
    sources : tuple of str
        The rows it rests on, as ``table/row``, sorted.
    readings : tuple of str
        The readings that can change it, sorted.
    name : str
        Its id among the headline values, if it has one.
    how : str
        How it was derived: ``as reported``, or an expression in names and numbers.
    derived : bool
        Computed, not reported: such a number is printed to three significant figures; a reported
        one is printed as it stands.
    shown : str
        Unit to print in, if not ``unit`` (a time reported in months, kept in weeks).
    levels : tuple of str
        For a class: its words by rank, from 0; the bounds are then ranks.
    is_change : bool
        A change: below 0 it is a fall, above it a rise, and so it is told.
    """

    low: float
    high: float
    unit: str = "1"
    low_closed: bool = True
    high_closed: bool = True
    about: bool = False
    sources: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    name: str = ""
    how: str = ""
    derived: bool = False
    shown: str = ""
    levels: tuple[str, ...] = ()
    is_change: bool = False

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high):
            raise BoundsError("a bound is not a number")
        if self.low > self.high or self.low == INF or self.high == -INF:
            raise BoundsError(f"the low bound {self.low:g} is above the high bound {self.high:g}")
        object.__setattr__(self, "low_closed", self.low_closed and self.low != -INF)
        object.__setattr__(self, "high_closed", self.high_closed and self.high != INF)
        if self.low == self.high and not (self.low_closed and self.high_closed):
            raise BoundsError(f"nothing lies strictly between {self.low:g} and {self.high:g}")

    # --- what it is

    @property
    def is_point(self) -> bool:
        """One number (which may still be marked "about")."""
        return self.low == self.high

    @property
    def is_nought(self) -> bool:
        """It can only be 0, by which nothing can be divided."""
        return self.low == 0 == self.high

    @property
    def is_exact(self) -> bool:
        """One number, and not "about"."""
        return self.is_point and not self.about

    @property
    def has_natural_end(self) -> bool:
        """A change in percent whose low bound is all of the value: that tells nothing."""
        return self.is_change and self.unit == "%" and self.low <= -100 and not self.low_closed

    @property
    def is_unknown(self) -> bool:
        """Open at both ends."""
        return self.low == -INF and self.high == INF

    def __contains__(self, number: float) -> bool:
        return interval.within(interval.Ends(number, number, True, True), self)

    def within(self, other: Quantity) -> bool:
        """Whether every number of this one is possible for the other."""
        return interval.within(self.to(other.unit), other)

    # --- history

    def named(self, name: str) -> Quantity:
        """The same quantity under an id of its own."""
        return self._but(name=name)

    def traced(self, sources: Iterable[str] = (), readings: Iterable[str] = ()) -> Quantity:
        """The same quantity, resting on more rows and hanging on more readings."""
        return self._but(
            sources=_union(self.sources, sources),
            readings=_union(self.readings, readings),
        )

    def in_unit(self, unit: str) -> Quantity:
        """Return the same number as one of another unit; :meth:`to` converts instead."""
        return self._but(unit=unit)

    def explained(self, how: str) -> Quantity:
        """The same quantity with its derivation in other words."""
        return self._but(how=how)

    def _but(self, **other: Any) -> Quantity:
        """The same bounds with another history: quick, since nothing is to be checked anew."""
        found = object.__new__(Quantity)
        found.__dict__.update(self.__dict__, **other)
        return found

    @property
    def label(self) -> str:
        """What stands for it in a derivation: its name, else how it came about, else itself."""
        if self.name:
            return self.name
        return f"({self.how})" if self.how and self.derived else self.text()

    # --- arithmetic

    def to(self, unit: str) -> Quantity:
        """Convert to another unit of the same kind; UnitError if it is of another."""
        if unit == self.unit:
            return self
        by = factor(self.unit, unit)
        return replace(self, low=_clean(self.low * by), high=_clean(self.high * by), unit=unit)

    def in_weeks(self) -> Quantity:
        """A time in weeks that is still printed in the unit it was reported in."""
        return self.to("wk")._but(shown=self.shown or self.unit)

    def __neg__(self) -> Quantity:
        return replace(
            self,
            low=-self.high,
            high=-self.low,
            low_closed=self.high_closed,
            high_closed=self.low_closed,
            name="",
            how=f"-{self.label}",
            derived=True,
            is_change=False,
        )

    def __add__(self, other: Quantity | float) -> Quantity:
        other = _lift(other, self.unit)
        return self._join(other, "+", self.unit, interval.plus(self, other.to(self.unit)))

    def __sub__(self, other: Quantity | float) -> Quantity:
        other = _lift(other, self.unit)
        return self._join(other, "-", self.unit, interval.minus(self, other.to(self.unit)))

    def __mul__(self, other: Quantity | float) -> Quantity:
        other = _lift(other, "1")
        return self._join(other, "×", combine(self.unit, other.unit), interval.times(self, other))

    def __truediv__(self, other: Quantity | float) -> Quantity:
        """Divide; a divisor that may be 0 leaves the result open on the side it reaches.

        Raises
        ------
        ZeroDivisionError
            If the divisor can only be 0.
        """
        other = _lift(other, "1")
        if dimension(other.unit)[0] == dimension(self.unit)[0]:
            other = other.to(self.unit)
        if other.is_nought:
            raise ZeroDivisionError(f"{other.label} is 0: nothing can be divided by it")
        quotient = interval.times(self, interval.reciprocal(other))
        return self._join(other, "÷", combine(self.unit, other.unit, -1), quotient)

    __radd__ = __add__

    def __rmul__(self, other: float) -> Quantity:
        return _lift(other, "1") * self

    def _join(self, other: Quantity, sign: str, unit: str, ends: interval.Ends) -> Quantity:
        return Quantity(
            _clean(ends.low),
            _clean(ends.high),
            unit,
            ends.low_closed or ends.low == ends.high,
            ends.high_closed or ends.low == ends.high,
            self.about or other.about,
            _union(self.sources, other.sources),
            _union(self.readings, other.readings),
            how=f"{self.label} {sign} {other.label}",
            derived=True,
        )

    # --- words

    def text(self, unit: bool = True) -> str:
        """Write it as a clinician does.

        Examples
        --------
        >>> parse("more than 8000", "U/L").text()
        'more than 8,000 U/L'
        >>> parse("4000 to 5000", "U/L").text(unit=False)
        '4,000 to 5,000'
        """
        return ENGLISH.text(self, unit)

    def __str__(self) -> str:
        return self.text()


# --- reading and combining


def parse(text: str, unit: str = "1") -> Quantity:
    """Read a number in the words of the data tables.

    Parameters
    ----------
    text : str
        One of the forms of :data:`GRAMMAR`.
    unit : str
        UCUM string.

    Returns
    -------
    Quantity

    Raises
    ------
    BoundsError
        If the text is in none of the forms or its bounds are the wrong way round.
    """
    match = _FORMS.match(" ".join(text.split()))
    if not match:
        raise BoundsError(f"{text!r} is not {GRAMMAR}")
    if match["one"] is None:
        low, high = float(match["low"]), float(match["high"])
        if low >= high:
            raise BoundsError(f"in {text!r} the first number must be the smaller one")
        return Quantity(low, high, unit, about=bool(match["about"]), how="as reported")
    number, word = float(match["one"]), match["word"]
    low = -INF if word in ("less than", "at most") else number
    high = INF if word in ("more than", "at least") else number
    return Quantity(
        low,
        high,
        unit,
        low_closed=word != "more than",
        high_closed=word != "less than",
        about=word == "about",
        how="as reported",
    )


def hull(first: Quantity, *others: Quantity) -> Quantity:
    """The smallest quantity that holds all of these, in the unit of the first."""
    for other in others:
        first = Quantity(
            **interval.hull(first, other.to(first.unit))._asdict(),
            unit=first.unit,
            about=first.about or other.about,
            sources=_union(first.sources, other.sources),
            readings=_union(first.readings, other.readings),
            how=f"the span of {first.label} and {other.label}",
            derived=first.derived or other.derived,
            levels=first.levels,
        )
    return first


def total(quantities: Iterable[Quantity]) -> Quantity:
    """Sum, in the unit of the first.

    Raises
    ------
    ValueError
        If there is nothing to add.
    """
    first, *rest = quantities
    for quantity in rest:
        first = first + quantity
    return first


def change(new: Quantity, old: Quantity) -> Quantity:
    """Change from ``old`` to ``new`` in percent of ``old``.

    Computed as ``new / old - 1``, so that ``old`` enters once and its width is not counted
    twice (Moore 1966, single-use expressions).

    Examples
    --------
    >>> change(parse("4000 to 5000", "U/L"), parse("more than 8000", "U/L")).text()
    'a fall of more than 37.5%'
    """
    ratio = ((new / old) - 1).to("%")
    return ratio._but(how=f"100 × ({new.label} ÷ {old.label} - 1)", is_change=True)


def difference(new: Quantity, old: Quantity) -> Quantity:
    """Difference from ``old`` to ``new``, in the unit of ``old``; told as a fall or a rise.

    Examples
    --------
    >>> difference(parse("128", "mmol/L"), parse("108 to 110", "mmol/L")).text()
    'a rise of 18 to 20 mmol/L'
    """
    found = new.to(old.unit) - old
    return found._but(how=f"{new.label} - {old.label}", is_change=True)


def rate(changed: Quantity, time: Quantity) -> Quantity:
    """Change by time, told as a fall or a rise; open where the time may be 0.

    Raises
    ------
    ZeroDivisionError
        If the time can only be 0.

    Examples
    --------
    >>> rate(difference(parse("120", "mmol/L"), parse("108", "mmol/L")), parse("24", "h")).text()
    'a rise of 0.5 mmol/L/h'
    """
    found = changed / time
    return found._but(how=f"({changed.how}) ÷ {time.text()}", is_change=True)


# --- the small print


def _union(mine: Iterable[str], theirs: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*mine, *theirs}))


def _lift(value: Quantity | float, unit: str) -> Quantity:
    return value if isinstance(value, Quantity) else Quantity(float(value), float(value), unit)


def _clean(number: float) -> float:
    """Twelve significant figures, so that the last bits of a sum never show; no minus zero."""
    return float(f"{number:.12g}") + 0.0 if math.isfinite(number) else number
