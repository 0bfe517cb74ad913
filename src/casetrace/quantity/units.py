"""Units as UCUM strings: enough algebra for doses, times, activities and ratios.

The factors are those of UCUM (ucum.org, version 2.1): a week is 7 d, a mean Julian year
365.25 d and a month a twelfth of it. The test suite compares every one with the UCUM parser
``ucumvert``. An annotation such as ``{titer}`` is a unit of its own that nothing converts to.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

__all__ = [
    "GRAMMAR",
    "UnitError",
    "combine",
    "dimension",
    "factor",
    "printed",
    "spelling",
    "symbols",
]

# symbol: (base symbol, how many of the base)
ATOMS: dict[str, tuple[str, float]] = {
    "1": ("1", 1.0),
    "%": ("1", 0.01),
    **{f"10*{n}": ("1", 10.0**n) for n in (3, 6, 9, 12)},
    "g": ("g", 1.0),
    "kg": ("g", 1000.0),
    "mg": ("g", 1e-3),
    "ug": ("g", 1e-6),
    "ng": ("g", 1e-9),
    "pg": ("g", 1e-12),
    "L": ("L", 1.0),
    "dL": ("L", 0.1),
    "mL": ("L", 1e-3),
    "uL": ("L", 1e-6),
    "fL": ("L", 1e-15),
    "cm": ("cm", 1.0),
    "m": ("cm", 100.0),
    "mm": ("cm", 0.1),
    "d": ("d", 1.0),
    "h": ("d", 1 / 24),
    "min": ("d", 1 / 1440),
    "s": ("d", 1 / 86400),
    "wk": ("d", 7.0),
    "mo": ("d", 30.4375),
    "a": ("d", 365.25),
    "U": ("U", 1.0),
    "mU": ("U", 1e-3),
    "kU": ("U", 1e3),
    "[iU]": ("[iU]", 1.0),
    "m[iU]": ("[iU]", 1e-3),
    "u[iU]": ("[iU]", 1e-6),
    "k[iU]": ("[iU]", 1e3),
    "ukat": ("U", 60.0),
    "nkat": ("U", 0.06),
    "mol": ("mol", 1.0),
    "mmol": ("mol", 1e-3),
    "umol": ("mol", 1e-6),
    "nmol": ("mol", 1e-9),
    "pmol": ("mol", 1e-12),
    "meq": ("mol", 1e-3),
    "mosm": ("mol", 1e-3),
    "Pa": ("Pa", 1.0),
    "kPa": ("Pa", 1e3),
    "mm[Hg]": ("Pa", 133.322),
    "Cel": ("Cel", 1.0),
}

_TERM = re.compile(
    r"(?P<symbol>%|10\*\d+|1|\{[^{}]+\}|[a-z]*\[[A-Za-z]+\]|[A-Za-z]+)(?P<power>[23]?)$"
)
GRAMMAR = (
    "write UCUM, for example U/L, mg/dL, mmol/L, 10*9/L, /uL, m[iU]/L, mm/h, /min, mm[Hg], Cel, "
    "mg/kg/d, {titer}, wk, mo, % or 1"
)

# What a clinician reads where the UCUM string is not it.
_PRINTED = {
    "1": "",
    "d": "days",
    "wk": "weeks",
    "mo": "months",
    "a": "years",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "cm2": "cm²",
    "g/cm2": "g/cm²",
    "%": "%",
    "Cel": "°C",
}
_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

# Usual spellings that are not UCUM: whole units, then parts of one.
_USUAL = {
    "iu/l": "U/L",
    "°c": "Cel",
    "c": "Cel",
    "degc": "Cel",
    "deg c": "Cel",
    "degrees c": "Cel",
    "degrees celsius": "Cel",
    "celsius": "Cel",
    "mmhg": "mm[Hg]",
    "bpm": "/min",
    "beats/min": "/min",
    "breaths/min": "/min",
    "percent": "%",
    "cells/ul": "/uL",
    "/mm3": "/uL",
    "cells/mm3": "/uL",
    "k/ul": "10*3/uL",
    "m/ul": "10*6/uL",
    "g%": "g/dL",
    "years old": "a",
}
_USUAL_PARTS = {
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "w": "wk",
    "month": "mo",
    "months": "mo",
    "year": "a",
    "years": "a",
    "y": "a",
    "yr": "a",
    "yrs": "a",
    "hr": "h",
    "hour": "h",
    "hours": "h",
    "minute": "min",
    "minutes": "min",
    "sec": "s",
    "mcg": "ug",
    "gm": "g",
    "iu": "[iU]",
    "miu": "m[iU]",
    "uiu": "u[iU]",
    "kiu": "k[iU]",
    "litre": "L",
    "liter": "L",
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
    for piece in re.split(r"([./])", f"1{unit}" if unit.startswith("/") else unit):
        if piece in (".", "/"):
            sign = 1 if piece == "." else -1
            continue
        match = _TERM.match(piece)
        if not match or not (match["symbol"] in ATOMS or match["symbol"].startswith("{")):
            raise UnitError(f"unit {unit!r}: {piece!r} is not known; {GRAMMAR}")
        powers[match["symbol"]] += sign * int(match["power"] or 1)
    return tuple((s, p) for s, p in powers.items() if p and s != "1")


def spelling(unit: str) -> str | None:
    """The UCUM string that a usual spelling of a unit stands for; None if none is known.

    Examples
    --------
    >>> spelling("mg/dl"), spelling("µg/L"), spelling("x10^9/l"), spelling("mIU/L")
    ('mg/dL', 'ug/L', '10*9/L', 'm[iU]/L')
    """
    text = unit.strip().replace("µ", "u").replace("μ", "u").replace("^", "*").casefold()
    text = re.sub(r"^[x×] ?(?=10)", "", text.translate(_PLAIN))
    text = re.sub(r"\b10(?=[369]|12)", "10*", text)
    if text in _USUAL:
        return _USUAL[text]
    known = {atom.casefold(): atom for atom in reversed(ATOMS)}
    parts = [
        part if part in "./" else _USUAL_PARTS.get(part) or known.get(part)
        for part in re.split(r"([./])", text)
    ]
    found = "".join(part for part in parts if part) if None not in parts else ""
    try:
        return found if found and symbols(found) is not None else None
    except UnitError:
        return None


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
    if unit in ("d", "wk", "mo", "a", "h", "min", "s") and one:
        return _PRINTED[unit][:-1]
    plain = re.sub(r"\{[^{}]*\}", "", unit).strip(".").rstrip("/")
    for symbol, word in (("d", "day"), ("wk", "week")):  # "a day", not "per d"
        plain = re.sub(rf"/{symbol}$", f"/{word}", plain)
    if plain in _PRINTED:
        return _PRINTED[plain]
    plain = re.sub(r"10\*(\d+)", lambda m: f"×10{m[1].translate(_POWERS)}", plain)
    plain = plain.replace("[iU]", "IU").replace("[Hg]", "Hg")
    plain = re.sub(r"(?<![A-Za-z])u(?=g|L|mol|kat|IU)", "µ", plain)
    return re.sub(r"(?<=m)2\b", "²", plain)
