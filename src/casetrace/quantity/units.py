"""Units as UCUM strings: enough algebra for doses, times, activities and ratios.

Every unit of UCUM (ucum.org, version 2.2) is known: ``ucum.csv`` holds its atoms and prefixes
with their sizes, taken from the table that the UCUM parser ``ucumvert`` ships, with which the
test suite compares all of them. The conversion of ``ucumvert`` and ``pint`` itself is not used,
since to it an annotation (``{titer}``, ``{1.73_m2}``), a procedure-defined unit (``[CFU]``) and
a field of a microscope are the number 1: a titre would convert to a ratio. Here each is a unit
of its own that nothing else converts to; so are temperatures, whose scales have other zeros.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "GRAMMAR",
    "NOT_PRINTED",
    "UnitError",
    "combine",
    "converts",
    "dimension",
    "factor",
    "printed",
    "spelling",
    "symbols",
]

#: Stands for the unit of a number that the report prints without one.
NOT_PRINTED = "{not_printed}"

_TOKEN = re.compile(
    r"(?P<sign>[./])|(?P<bracket>[()])|(?P<number>\d+(?![\d*^]))"
    r"|(?P<symbol>10[*^]|(?:[A-Za-z_%'\"]|\[[^\[\]\s]+\])+)(?P<power>[+-]?\d+)?"
    r"|(?P<note>\{[^{}]+\})"
)
#: UCUM, but in a report another unit that is written so.
_LOOKALIKE = {"C": "Cel", "F": "[degF]"}
GRAMMAR = (
    "write UCUM, for example U/L, mg/dL, mmol/L, 10*9/L, /uL, m[iU]/L, mm/h, /min, mm[Hg], Cel, "
    "mg/kg/d, mL/min/{1.73_m2}, [lb_av], {titer}, wk, mo, % or 1; not printed, if the report "
    "gives no unit"
)

# What a clinician reads where the UCUM string is not it: whole units, then symbols of one.
_PRINTED = {
    "1": "",
    "d": "days",
    "wk": "weeks",
    "mo": "months",
    "a": "years",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "[pH]": "",
    NOT_PRINTED: "(unit not printed)",
}
_PRINTED_PARTS = {
    "Cel": "°C",
    "[degF]": "°F",
    "[iU]": "IU",
    "[IU]": "IU",
    "m[Hg]": "mHg",
    "m[H2O]": "mH₂O",
    "[lb_av]": "lb",
    "[in_i]": "in",
    "[ft_i]": "ft",
    "[oz_av]": "oz",
    "[arb'U]": "arbitrary units",
    "Ohm": "Ω",
    "deg": "°",
    "l": "L",
    "meq": "mEq",
    "mosm": "mOsm",
}
#: Annotations that say what a plain number is, and are no part of what is printed.
_SILENT = {
    *("titer", "index", "score", "grade", "class", "course", "ratio", "count", "number", "inr"),
    *("item", "sign", "point", "finding"),
}
_POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

# Usual spellings that are not UCUM: whole units, then parts of one.
_USUAL = {
    "iu/l": "U/L",
    "units/l": "U/L",
    "°c": "Cel",
    "c": "Cel",
    "degc": "Cel",
    "deg c": "Cel",
    "degrees c": "Cel",
    "degrees celsius": "Cel",
    "celsius": "Cel",
    "°f": "[degF]",
    "f": "[degF]",
    "degf": "[degF]",
    "degrees fahrenheit": "[degF]",
    "fahrenheit": "[degF]",
    "bpm": "/min",
    "percent": "%",
    "/mm3": "/uL",
    "k/ul": "10*3/uL",
    "m/ul": "10*6/uL",
    "k/mcl": "10*3/uL",
    "m/mcl": "10*6/uL",
    "g%": "g/dL",
    "mg%": "mg/dL",
    "years old": "a",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73 m2": "mL/min/{1.73_m2}",
    "ph": "[pH]",
    "not reported": NOT_PRINTED,
    "none": NOT_PRINTED,
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
    "hrs": "h",
    "hour": "h",
    "hours": "h",
    "mins": "min",
    "minute": "min",
    "minutes": "min",
    "sec": "s",
    "secs": "s",
    "second": "s",
    "seconds": "s",
    "msec": "ms",
    "gm": "g",
    "gram": "g",
    "grams": "g",
    "iu": "[iU]",
    "miu": "m[iU]",
    "uiu": "u[iU]",
    "kiu": "k[iU]",
    "unit": "U",
    "units": "U",
    "litre": "L",
    "liter": "L",
    "litres": "L",
    "liters": "L",
    "cc": "mL",
    "mcl": "uL",
    "mm3": "uL",
    "mmhg": "mm[Hg]",
    "mm hg": "mm[Hg]",
    "cmh2o": "cm[H2O]",
    "cm h2o": "cm[H2O]",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "pounds": "[lb_av]",
    "oz": "[oz_av]",
    "inch": "[in_i]",
    "inches": "[in_i]",
    "ft": "[ft_i]",
    "feet": "[ft_i]",
    "kcals": "kcal",
    "hpf": "[HPF]",
    "lpf": "[LPF]",
    "cfu": "[CFU]",
    "pfu": "[PFU]",
    "beats": "",
    "breaths": "",
    "cells": "",
}
#: Spellings of micrograms, which is no microunit of anything else.
_USUAL_PARTS |= dict.fromkeys(("mcg", "microgram", "micrograms"), "ug")
#: Symbols that are told apart from others by upper and lower case alone, as reports use them.
_COMMON = """
    1 % g kg mg ug ng pg L dL mL uL fL cm m mm um nm d h min s ms wk mo a U mU kU [iU] m[iU]
    u[iU] k[iU] ukat nkat mol mmol umol nmol pmol meq ueq mosm Pa kPa mm[Hg] cm[H2O] Cel Gy cGy
    mGy Sv mSv Bq kBq MBq GBq Hz kHz kcal kJ V mV uV mA W Ohm dB deg rad m2 cm2 [HPF] [LPF]
    [CFU] [PFU] [pH] [degF] [lb_av] [oz_av] [in_i] [ft_i] 10*3 10*6 10*9 10*12
"""


class UnitError(ValueError):
    """Two units do not fit together, or one is not known."""


class Atom(NamedTuple):
    """A unit that is not made of others by its name, or a prefix: so many of some other.

    Attributes
    ----------
    is_metric : bool
        It takes a prefix.
    size : Fraction
        How many of ``of`` it is.
    of : str
        A UCUM string; empty for a base unit, which is no other.
    """

    is_metric: bool
    size: Fraction
    of: str


@cache
def _atoms() -> tuple[dict[str, Atom], dict[str, Fraction]]:
    """Return the atoms of UCUM and its prefixes, by code."""
    atoms, prefixes = {}, {}
    with Path(__file__).with_name("ucum.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            size = Fraction(row["size"] or 1)
            if row["kind"] == "prefix":
                prefixes[row["code"]] = size
            else:
                atoms[row["code"]] = Atom(bool(row["metric"]), size, row["of"])
    return atoms, prefixes


@lru_cache(maxsize=512)
def _atom(symbol: str) -> Atom | None:
    """Return the atom that a symbol is, or a prefix and an atom; None if it is neither."""
    atoms, prefixes = _atoms()
    if symbol in atoms:
        return atoms[symbol]
    for length in (1, 2):
        prefix, rest = symbol[:length], symbol[length:]
        if prefix in prefixes and rest in atoms and atoms[rest].is_metric:
            return Atom(False, prefixes[prefix], rest)
    return None


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
        If a symbol is not one of UCUM, or they are not joined as UCUM says.

    Examples
    --------
    >>> symbols("mg/kg/d")
    (('mg', 1), ('kg', -1), ('d', -1))
    >>> symbols("mL/min/{1.73_m2}")
    (('mL', 1), ('min', -1), ('{1.73_m2}', -1))
    """
    if unit in _LOOKALIKE:
        raise UnitError(f"unit {unit!r}: is it {_LOOKALIKE[unit]}? {GRAMMAR}")
    return _symbols(unit)


@lru_cache(maxsize=512)
def _symbols(unit: str) -> tuple[tuple[str, int], ...]:
    """The same of what UCUM itself says, in which C is a coulomb."""
    powers: Counter[str] = Counter()
    at, sign, around, follows = 0, 1, [1], False
    while at < len(unit):
        token = _TOKEN.match(unit, at)
        if token is None:
            raise UnitError(f"unit {unit!r}: {unit[at:]!r} is not known; {GRAMMAR}")
        at, piece = token.end(), token[0]
        if token["sign"]:
            sign = 1 if piece == "." else -1
            if not follows and (piece == "." or powers):
                raise UnitError(f"unit {unit!r}: nothing stands before {piece!r}; {GRAMMAR}")
            follows = False
        elif piece == "(":
            around.append(around[-1] * sign)
            sign, follows = 1, False
        elif piece == ")":
            if len(around) == 1 or not follows:
                raise UnitError(f"unit {unit!r}: a bracket too many; {GRAMMAR}")
            around.pop()
        else:
            symbol = token["symbol"] or piece
            if follows and not token["note"]:
                raise UnitError(f"unit {unit!r}: no . or / before {piece!r}; {GRAMMAR}")
            if token["symbol"] and _atom(symbol) is None:
                raise UnitError(f"unit {unit!r}: {piece!r} is not known; {GRAMMAR}")
            if symbol in ("10*", "10^"):
                symbol, power = f"10*{int(token['power'] or 1)}", 1
            else:
                power = int(token["power"] or 1)
            powers[symbol] += around[-1] * sign * power
            if unit[at : at + 1] != "{":  # an annotation belongs to the symbol before it
                sign = 1
            follows = True
    if not follows or len(around) > 1:
        raise UnitError(f"unit {unit!r}: it is not complete; {GRAMMAR}")
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
    text = re.sub(r"\b10e?(?=[369]|12)", "10*", text)
    if text in _USUAL:
        return _USUAL[text]
    known = {atom.casefold(): atom for atom in reversed(_COMMON.split())} | _USUAL_PARTS
    parts = [part if part in "./" else known.get(part) for part in re.split(r"([./])", text)]
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


def dimension(unit: str) -> tuple[dict[str, int], Fraction]:
    """Base symbols with powers, and how many of them one ``unit`` is."""
    powers, size = _dimension(unit)
    return dict(powers), size


@lru_cache(maxsize=512)
def _dimension(unit: str) -> tuple[tuple[tuple[str, int], ...], Fraction]:
    """Base symbols with powers, in the order of their names, and how many of them it is."""
    powers: Counter[str] = Counter()
    size = Fraction(1)
    for symbol, power in _symbols(unit):
        if symbol.isdigit() or symbol.startswith("10*"):
            base, exponent = symbol.split("*") if "*" in symbol else (symbol, "1")
            size *= Fraction(base) ** (int(exponent) * power)
            continue
        atom = None if symbol.startswith("{") else _atom(symbol)
        if atom is None or not atom.of:
            powers[symbol] += power
            continue
        inner, each = _dimension(atom.of)
        size *= (atom.size * each) ** power
        for base, many in inner:
            powers[base] += many * power
    return tuple(sorted((s, p) for s, p in powers.items() if p)), size


def converts(unit: str, to: str) -> bool:
    """Return whether amounts in one unit can be told in another.

    Examples
    --------
    >>> converts("mg", "g"), converts("mg", "mg/d"), converts("mg", "no unit")
    (True, False, False)
    """
    try:
        factor(unit, to)
    except UnitError:
        return False
    return True


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
    return float(size / size_to)


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
    >>> printed("mg/(8.h)"), printed("{tablets}/d")
    ('mg every 8 hours', 'tablets/day')
    """
    if unit in ("d", "wk", "mo", "a", "h", "min", "s") and one:
        return _PRINTED[unit][:-1]
    if unit in _PRINTED:
        return _PRINTED[unit]
    if often := re.fullmatch(r"(.+)/\((\d+)\.(min|h|d|wk|mo)\)", unit):
        return f"{printed(often[1], one)} every {often[2]} {printed(often[3])}"
    plain = re.sub(
        r"(\w?)\{([^{}]*)\}", lambda m: " ".join(filter(None, (m[1], _noted(m[2])))), unit
    )
    plain = re.sub(r"(?<=/)1(?=/|$)|/$", "", plain).strip(".").rstrip("/")
    if plain in _PRINTED:
        return _PRINTED[plain]
    for symbol, word in (("d", "day"), ("wk", "week"), ("mo", "month"), ("a", "year")):
        plain = re.sub(rf"/{symbol}(?=$|/)", f"/{word}", plain)  # "a day", not "per d"
    plain = re.sub(r"10[*^](-?\d+)", lambda m: f"×10{m[1].translate(_POWERS)}", plain)
    plain = re.sub(r"(?<![A-Za-z])u(?=[gLlm]|mol|kat|s\b|V|\[iU\])", "µ", plain)
    for symbol, word in _PRINTED_PARTS.items():
        edge = r"(?![A-Za-z])" if symbol[-1].isalpha() else ""
        start = r"(?<![A-Za-z])" if symbol[0].isalpha() and not symbol.startswith("m[") else ""
        plain = re.sub(f"{start}{re.escape(symbol)}{edge}", word, plain)
    plain = re.sub(r"\[([^\[\]_]+)[^\[\]]*\]", r"\1", plain)
    return re.sub(r"(?<=m)([23])\b", lambda m: m[1].translate(_POWERS), plain)


def _noted(words: str) -> str:
    """Return an annotation as it is printed: nothing, where the measure's name says it."""
    return "" if words in _SILENT else words.replace("_", " ")
