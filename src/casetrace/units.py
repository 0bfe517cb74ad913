"""Units as UCUM strings: enough algebra for doses, times, activities and ratios.

The factors are those of UCUM (ucum.org, version 2.1): a week is 7 d, a mean Julian year
365.25 d and a month a twelfth of it. The test suite compares every one with the UCUM parser
``ucumvert``. An annotation such as ``{titer}`` is a unit of its own that nothing converts to.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

__all__ = ["UnitError", "combine", "dimension", "factor", "printed", "symbols"]

# symbol: (base symbol, how many of the base)
ATOMS: dict[str, tuple[str, float]] = {
    "1": ("1", 1.0),
    "%": ("1", 0.01),
    "g": ("g", 1.0),
    "kg": ("g", 1000.0),
    "mg": ("g", 1e-3),
    "ug": ("g", 1e-6),
    "ng": ("g", 1e-9),
    "L": ("L", 1.0),
    "dL": ("L", 0.1),
    "mL": ("L", 1e-3),
    "cm": ("cm", 1.0),
    "m": ("cm", 100.0),
    "d": ("d", 1.0),
    "h": ("d", 1 / 24),
    "wk": ("d", 7.0),
    "mo": ("d", 30.4375),
    "a": ("d", 365.25),
    "U": ("U", 1.0),
    "[iU]": ("[iU]", 1.0),
    "ukat": ("U", 60.0),
    "mol": ("mol", 1.0),
    "mmol": ("mol", 1e-3),
    "umol": ("mol", 1e-6),
}

_TERM = re.compile(r"(?P<symbol>%|1|\{[^{}]+\}|\[iU\]|[A-Za-z]+)(?P<power>[23]?)$")

# What a clinician reads where the UCUM string is not it.
_PRINTED = {
    "1": "",
    "d": "days",
    "wk": "weeks",
    "mo": "months",
    "a": "years",
    "ukat/L": "µkat/L",
    "cm2": "cm²",
    "g/cm2": "g/cm²",
    "%": "%",
}


class UnitError(ValueError):
    """Two units do not fit together, or one is not known."""


@lru_cache(maxsize=512)
def symbols(unit: str) -> tuple[tuple[str, int], ...]:
    """Split a UCUM string into its symbols and their powers.

    Parameters
    ----------
    unit : str
        A UCUM string of symbols joined by ``.`` and ``/``, such as ``mg/kg/d``.

    Returns
    -------
    tuple of (str, int)
        Symbols in the order they first appear, with their powers; powers of 0 and the
        symbol ``1`` are left out.

    Raises
    ------
    UnitError
        If a symbol is not known here.

    Examples
    --------
    >>> symbols("mg/kg/d")
    (('mg', 1), ('kg', -1), ('d', -1))
    """
    powers: Counter[str] = Counter()
    sign = 1
    for piece in re.split(r"([./])", unit):
        if piece in (".", "/"):
            sign = 1 if piece == "." else -1
            continue
        match = _TERM.match(piece)
        if not match or not (match["symbol"] in ATOMS or match["symbol"].startswith("{")):
            raise UnitError(
                f"unit {unit!r}: {piece!r} is not known; write UCUM, for example U/L, mg/kg/d, "
                "ng/mL, {titer}, wk, mo, % or 1"
            )
        powers[match["symbol"]] += sign * int(match["power"] or 1)
    return tuple((s, p) for s, p in powers.items() if p and s != "1")


def combine(left: str, right: str, sign: int = 1) -> str:
    """Unit of a product (``sign`` 1) or a quotient (``sign`` -1).

    Symbols of one kind are merged into the left one's, so that ``mg/kg`` times ``kg`` is
    ``mg``; the number that goes with it comes from :func:`factor`.

    Examples
    --------
    >>> combine("g/kg", "wk", -1)
    'g/kg/wk'
    >>> combine("U/L", "U/L", -1)
    '1'
    """
    powers = Counter(dict(symbols(left)))
    for symbol, power in symbols(right):
        powers[symbol] += sign * power
    up = [_raised(s, p) for s, p in powers.items() if p > 0]
    down = [_raised(s, -p) for s, p in powers.items() if p < 0]
    return "/".join([".".join(up) or "1", *down]) if up or down else "1"


def _raised(symbol: str, power: int) -> str:
    return symbol if power == 1 else f"{symbol}{power}"


def dimension(unit: str) -> tuple[dict[str, int], float]:
    """Base symbols with powers, and how many of them one ``unit`` is."""
    powers: Counter[str] = Counter()
    size = 1.0
    for symbol, power in symbols(unit):
        base, each = ATOMS.get(symbol, (symbol, 1.0))
        size *= each**power
        if base != "1":
            powers[base] += power
    return {s: p for s, p in powers.items() if p}, size


@lru_cache(maxsize=512)
def factor(unit: str, to: str) -> float:
    """Multiply a number in ``unit`` by this to have it in ``to``.

    Parameters
    ----------
    unit, to : str
        UCUM strings of one dimension.

    Returns
    -------
    float

    Raises
    ------
    UnitError
        If the dimensions differ or a symbol is not known.

    Examples
    --------
    >>> factor("wk", "d")
    7.0
    """
    if unit == to:
        return 1.0
    (kind, size), (other, size_to) = dimension(unit), dimension(to)
    if kind != other:
        raise UnitError(f"{unit!r} cannot be written as {to!r}: they measure different things")
    return size / size_to


@lru_cache(maxsize=512)
def printed(unit: str, one: bool = False) -> str:
    """Words or symbols for a unit as a clinician writes it.

    Parameters
    ----------
    unit : str
        A UCUM string.
    one : bool
        The number before it is 1, so that ``wk`` is "week".

    Examples
    --------
    >>> printed("mg/kg/d"), printed("wk"), printed("wk", one=True), printed("{titer}")
    ('mg/kg/day', 'weeks', 'week', '')
    """
    if unit in ("d", "wk", "mo", "a") and one:
        return _PRINTED[unit][:-1]
    plain = re.sub(r"\{[^{}]*\}", "", unit).strip("/.")
    for symbol, word in (("d", "day"), ("wk", "week")):  # "a day", not "per d"
        plain = re.sub(rf"/{symbol}$", f"/{word}", plain)
    return _PRINTED.get(unit, re.sub(r"(?<=m)2\b", "²", plain))
