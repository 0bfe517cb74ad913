"""Numbers and bounds in a clinician's words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casetrace.quantity import Quantity

__all__ = ["bounds", "scale_name", "value_name"]

INF = math.inf


_NAMES = {"eular_acr": "EULAR/ACR", "bohan_peter": "Bohan and Peter", "ivig": "IVIg", "igg": "IgG"}


def value_name(name: str) -> str:
    """The id of a headline value as a title.

    Examples
    --------
    >>> value_name("ck.fold.presentation"), value_name("igg.peak.last_of_first_block")
    ('CK, fold, presentation', 'IgG, peak, last of first block')
    """
    first, *rest = name.split(".")
    head = _NAMES.get(first) or (first.upper() if len(first) <= 3 else first.capitalize())
    return ", ".join([head, *(_NAMES.get(part, part.replace("_", " ")) for part in rest)])


def scale_name(scale: str) -> str:
    """A scale as it is written: Vignos, MRC."""
    return scale.capitalize() if len(scale) > 3 else scale.upper()


def bounds(q: Quantity) -> str:
    """Bounds in words: exact, about, at least, more than, at most, less than, or a range.

    What was reported keeps every digit; what was computed has three significant figures, with
    bounds rounded outward, so that the words never claim more than the bounds.
    """
    about = "about " if q.about else ""
    if q.is_unknown:
        return "not known"
    if q.is_point:
        return about + _number(q.low, q.derived, round)
    low = _number(q.low, q.derived, math.floor) if q.low != -INF else ""
    high = _number(q.high, q.derived, math.ceil) if q.high != INF else ""
    if not high:
        return ("at least " if q.low_closed else "more than ") + about + low
    if not low:
        return ("at most " if q.high_closed else "less than ") + about + high
    if low == high:
        return about + low
    # Rounded outward, a share below all of it must not read as all of it.
    if q.unit == "%" and q.high < 100 <= float(high.replace(",", "")):
        return f"{about}{low}% to nearly 100"
    if q.low_closed and q.high_closed:
        return f"{about}{low} to {high}"
    unit = "%" if q.unit == "%" else ""
    return f"{about}between {low}{unit} and {high}"


def _number(number: float, derived: bool, to_whole: Callable[[float], int]) -> str:
    """Write a number: every digit if reported or short, three significant figures if not."""
    text = f"{number:,.6f}".rstrip("0").rstrip(".")
    figures = text.replace(",", "").replace(".", "").lstrip("-0")
    if derived and "." in text and len(figures) > 3:
        decimals = max(0, 2 - math.floor(math.log10(abs(number))))
        scaled = round(number * 10**decimals, 6)
        return f"{to_whole(scaled) / 10**decimals:,.{decimals}f}"
    return "0" if text == "-0" else text
