"""``Series.quantity``: the parts of quantities in a pandas column."""

from __future__ import annotations

import math

import pandas as pd

from casetrace.quantity.quantity import Quantity

__all__ = ["QuantityAccessor"]


@pd.api.extensions.register_series_accessor("quantity")
class QuantityAccessor:
    """Bounds, units and words of a column of quantities; what is not reported stays missing.

    Parameters
    ----------
    series : pandas.Series
        Of :class:`casetrace.quantity.Quantity`, or None.

    Raises
    ------
    AttributeError
        If anything else stands in the column.

    Examples
    --------
    >>> from casetrace.quantity import parse
    >>> ck = pd.Series([parse("14420", "U/L"), parse("more than 8000", "U/L"), None])
    >>> ck.quantity.low.tolist()
    [14420.0, 8000.0, nan]
    >>> ck.quantity.high.tolist()
    [14420.0, inf, nan]
    >>> ck.quantity.text.tolist()
    ['14,420 U/L', 'more than 8,000 U/L', '']
    """

    def __init__(self, series: pd.Series) -> None:
        known = [q for q in series if q is not None and not _is_missing(q)]
        if other := next((q for q in known if not isinstance(q, Quantity)), None):
            raise AttributeError(f"a column of quantities has .quantity; this one holds {other!r}")
        self._series = series

    @property
    def low(self) -> pd.Series:
        """Low bounds, in the unit of each; ``-inf`` where nothing is known below."""
        return self._each(lambda q: q.low, math.nan)

    @property
    def high(self) -> pd.Series:
        """High bounds, in the unit of each; ``inf`` where nothing is known above."""
        return self._each(lambda q: q.high, math.nan)

    @property
    def unit(self) -> pd.Series:
        """Units, as UCUM strings."""
        return self._each(lambda q: q.unit, "")

    @property
    def exact(self) -> pd.Series:
        """Whether each is one number, and not "about"."""
        return self._each(lambda q: q.is_exact, False)

    @property
    def text(self) -> pd.Series:
        """Each as a clinician writes it."""
        return self._each(str, "")

    def to(self, unit: str) -> pd.Series:
        """Return the quantities in another unit.

        Raises
        ------
        UnitError
            If one is of another kind.
        """
        return self._each(lambda q: q.to(unit), None)

    def _each(self, part, missing) -> pd.Series:
        found = [missing if q is None or _is_missing(q) else part(q) for q in self._series]
        dtype = object if missing is None or isinstance(missing, str) else None
        return pd.Series(found, index=self._series.index, name=self._series.name, dtype=dtype)


def _is_missing(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
