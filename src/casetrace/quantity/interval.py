"""Arithmetic of intervals whose ends may be open, strict or infinite.

Moore RE, *Interval Analysis*, Prentice-Hall 1966: a result holds every number that any choice
within the operands can give. An end that only a strict or infinite end leads to is strict.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

__all__ = ["Ends", "hull", "minus", "plus", "reciprocal", "times", "within"]


class Bounded(Protocol):
    """Anything with two ends."""

    low: float
    high: float
    low_closed: bool
    high_closed: bool


class Ends(NamedTuple):
    """Two ends, and whether each is possible itself."""

    low: float
    high: float
    low_closed: bool
    high_closed: bool


def plus(a: Bounded, b: Bounded) -> Ends:
    """All sums."""
    return Ends(
        a.low + b.low,
        a.high + b.high,
        a.low_closed and b.low_closed,
        a.high_closed and b.high_closed,
    )


def minus(a: Bounded, b: Bounded) -> Ends:
    """All differences."""
    return Ends(
        a.low - b.high,
        a.high - b.low,
        a.low_closed and b.high_closed,
        a.high_closed and b.low_closed,
    )


def times(a: Bounded, b: Bounded) -> Ends:
    """All products; 0 times an infinite end is 0, since every number within is finite."""
    products = [
        _product(mine, theirs)
        for mine in ((a.low, a.low_closed), (a.high, a.high_closed))
        for theirs in ((b.low, b.low_closed), (b.high, b.high_closed))
    ]
    low, high = min(p for p, _ in products), max(p for p, _ in products)
    return Ends(
        low,
        high,
        any(closed for p, closed in products if p == low),
        any(closed for p, closed in products if p == high),
    )


def reciprocal(a: Bounded) -> Ends:
    """All reciprocals of an interval that is not only 0; open on the side where 0 is."""
    if a.low < 0 < a.high:
        return Ends(-math.inf, math.inf, False, False)
    low = -math.inf if a.high == 0 else 1 / a.high
    high = math.inf if a.low == 0 else 1 / a.low
    return Ends(low + 0.0, high + 0.0, a.high_closed and a.high != 0, a.low_closed and a.low != 0)


def hull(a: Bounded, b: Bounded) -> Ends:
    """The smallest interval that holds both."""
    low, high = min(a.low, b.low), max(a.high, b.high)
    return Ends(
        low,
        high,
        any(i.low_closed for i in (a, b) if i.low == low),
        any(i.high_closed for i in (a, b) if i.high == high),
    )


def within(a: Bounded, b: Bounded) -> bool:
    """Whether every number of the first is in the second."""
    low = a.low > b.low or (a.low == b.low and (b.low_closed or not a.low_closed))
    high = a.high < b.high or (a.high == b.high and (b.high_closed or not a.high_closed))
    return low and high


def _product(one: tuple[float, bool], two: tuple[float, bool]) -> tuple[float, bool]:
    (a, a_closed), (b, b_closed) = one, two
    if a == 0 or b == 0:
        return 0.0, (a == 0 and a_closed) or (b == 0 and b_closed)
    return a * b, a_closed and b_closed
