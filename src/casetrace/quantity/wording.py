"""Numbers and bounds in a clinician's words, or in those of another audience."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from casetrace.quantity.units import printed

__all__ = ["ENGLISH", "Wording", "low_and_high", "scale_name", "value_name"]

INF = math.inf

FIGURES, INEXACT = 3, 2  # significant figures of what was computed, and from an inexact number


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
    is_change: bool

    @property
    def is_point(self) -> bool:
        """One number."""

    @property
    def has_natural_end(self) -> bool:
        """A change whose low bound is all of the value."""

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
    "ae": "Adverse events",
}
#: Words of a name that are not written as they are named.
_WORDS = {"ivig": "IVIg", "igg": "IgG", "ck": "CK", "vs": "compared with"}


def value_name(name: str) -> str:
    """The id of a headline value as a title.

    Examples
    --------
    >>> value_name("ck.fold.presentation"), value_name("igg.peak.last_of_first_block")
    ('CK, multiple of the limit, presentation', 'IgG, peak, last of first block')
    >>> value_name("ck.change.ivig_vs_relapse")
    'CK, change, IVIg compared with relapse'
    """
    first, *rest = name.removeprefix("criteria.").split(".")
    words = first.replace("_", " ")
    head = _NAMES.get(first) or (words.upper() if len(first) <= 3 else titled(words))
    return ", ".join([head, *(_NAMES.get(part) or _spelt(part) for part in rest)])


def _spelt(part: str) -> str:
    """A part of a name in words."""
    return " ".join(_WORDS.get(word, word) for word in part.split("_"))


def article(noun: str) -> str:
    """Return the article that a word takes, by how it is said.

    Examples
    --------
    >>> [article(word) for word in ("infant", "girl", "8-year-old", "hour", "European", "MRI")]
    ['an', 'a', 'an', 'an', 'a', 'an']
    """
    word = noun.lstrip("“(").split("-")[0].split(" ")[0]
    low = word.lower()
    if word[:1].isdigit():
        return "an" if word.startswith("8") or word in ("11", "18") else "a"
    if re.fullmatch(r"[A-Z]{2,}[a-z0-9]*", word):  # said letter by letter
        return "an" if word[0] in "AEFHILMNORSX" else "a"
    if re.match(r"(hour|heir|honest|honou?r)", low):
        return "an"
    if re.match(r"(uni|use|usu|eu|ur[aei]|one\b|once|ut[ei])", low):
        return "a"
    return "an" if low[:1] in "aeiou" else "a"


def titled(name: str) -> str:
    """Return a name as it begins a title: a common word gets a capital, nothing else changes.

    Examples
    --------
    >>> [titled(name) for name in ("creatine kinase", "pH", "FOLFIRINOX", "mRNA", "p-ANCA", "ck")]
    ['Creatine kinase', 'pH', 'FOLFIRINOX', 'mRNA', 'p-ANCA', 'ck']
    """
    word = re.split(r"[\s,;:-]", name, maxsplit=1)[0]
    is_common = word.isalpha() and word.islower() and len(word) > 2
    return name[:1].upper() + name[1:] if is_common else name


def plural(noun: str) -> str:
    """Return the plural of a regular noun.

    Examples
    --------
    >>> [plural(word) for word in ("course", "biopsy", "pulse dose", "branch", "day")]
    ['courses', 'biopsies', 'pulse doses', 'branches', 'days']
    """
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(s|x|z|ch|sh)$", noun) else f"{noun}s"


def counted(count: Bounded, noun: str) -> str:
    """Return a count with what is counted.

    Examples
    --------
    >>> from casetrace.quantity import parse
    >>> [counted(parse(text), "dose") for text in ("1", "at least 1", "2 to 3")]
    ['1 dose', 'at least 1 dose', '2 to 3 doses']
    """
    return f"{count.text(unit=False)} {as_many(count, noun)}"


def as_many(count: Bounded, noun: str) -> str:
    """Return what is counted, in the number that its count asks for."""
    last = count.high if math.isfinite(count.high) else count.low
    return noun if last == 1 else plural(noun)


def each(interval: Bounded) -> str:
    """Return an interval as it stands behind "every": 1 week is "week".

    Examples
    --------
    >>> from casetrace.quantity import parse
    >>> each(parse("1", "wk")), each(parse("2 to 3", "d"))
    ('week', '2 to 3 days')
    """
    words = interval.text()
    return words.removeprefix("1 ") if interval.is_point and not interval.about else words


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
    fall, rise, same : str
        A change downwards and upwards by ``{change}``, and none.
    fall_or_rise : str
        A change whose bounds are a fall and a rise: ``{fall}`` and ``{rise}``.
    fall_or, rise_or : str
        A change that crosses zero and has no other end: ``{change}`` at the most, or a rise; or
        a fall.
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
    fall: str = "a fall of {change}"
    rise: str = "a rise of {change}"
    same: str = "no change"
    fall_or_rise: str = "between a fall of {fall} and a rise of {rise}"
    fall_or: str = "a fall of {change}, or a rise"
    rise_or: str = "a rise of {change}, or a fall"
    unit: str = "{number} {unit}"
    units: Mapping[str, str] = field(default_factory=lambda: {"%": "{number}%"})

    def text(
        self, q: Bounded, unit: bool = True, say: Callable[[str], str] = lambda text: text
    ) -> str:
        """Bounds in words: exact, about, at least, more than, at most, less than, or a range.

        What was reported keeps every digit; what was computed is rounded to nearest, to three
        significant figures, or two if it is inexact. A single bound, behind words such as "at
        least", is rounded outward: they would not hold otherwise. A change is told as a fall or
        a rise, or as both if it may be either.

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
        q = q.to(q.shown or q.unit)
        return self._changed(q, unit) if q.is_change else self._bounds(q, unit)

    def ends(self, q: Bounded) -> str:
        """Both bounds, each with whether it belongs to the value; nothing for a class or a point.

        Examples
        --------
        >>> from casetrace.quantity import parse
        >>> ENGLISH.ends(parse("4000 to 5000", "U/L"))
        'at least 4,000 U/L, at most 5,000 U/L'
        """
        if q.levels or q.is_point or q.is_unknown:
            return ""
        q = q.to(q.shown or q.unit)
        names = (
            self.at_least if q.low_closed else self.more_than,
            self.at_most if q.high_closed else self.less_than,
        )
        measured = (self._with_unit(end, printed(q.unit)) if end else "" for end in low_and_high(q))
        said = zip(names, measured, strict=True)
        return ", ".join(name.format(number=end) for name, end in said if end)

    def _bounds(self, q: Bounded, unit: bool) -> str:
        name = printed(q.unit, one=q.is_point and math.isclose(q.low, 1)) if unit else ""
        figures = (INEXACT if q.about else FIGURES) if q.derived else 0

        def measured(number: str) -> str:
            return self._with_unit(number, name)

        def about(words: str) -> str:
            return self.about.format(number=words) if q.about else words

        if q.is_point:
            return measured(about(_number(q.low, figures)))
        if math.isinf(q.high):
            joint = self.at_least if q.low_closed else self.more_than
            return joint.format(number=measured(about(_number(q.low, figures, math.floor))))
        if math.isinf(q.low):
            joint = self.at_most if q.high_closed else self.less_than
            return joint.format(number=measured(about(_number(q.high, figures, math.ceil))))
        low, high = _number(q.low, figures), _number(q.high, figures)
        if low == high:
            return measured(self.about.format(number=low))
        first = measured(low) if name == "%" else low
        # Rounded, a share below all of it must not read as all of it.
        if q.unit == "%" and q.high < 100 <= float(high.replace(",", "")):
            return about(self.to.format(low=first, high=self.nearly.format(number=measured("100"))))
        if q.low_closed and q.high_closed:
            return about(self.to.format(low=low, high=measured(high)))
        return about(self.between.format(low=first, high=measured(high)))

    def _changed(self, q: Bounded, unit: bool) -> str:
        """A change as a fall, a rise, or either; -100% is its natural end and tells nothing."""

        def size(low: float, high: float, closed: tuple[bool, bool]) -> str:
            ends = replace(q, low=low, high=high, is_change=False)
            return self._bounds(replace(ends, low_closed=closed[0], high_closed=closed[1]), unit)

        if q.low == 0 == q.high:
            return self.same
        if q.high <= 0:
            top = (INF, False) if q.has_natural_end else (-q.low, q.low_closed)
            return self.fall.format(change=size(-q.high, top[0], (q.high_closed, top[1])))
        if q.low >= 0:
            return self.rise.format(change=size(q.low, q.high, (q.low_closed, q.high_closed)))
        fall = rise = ""
        if math.isfinite(q.low) and not q.has_natural_end:
            fall = size(-INF, -q.low, (False, q.low_closed))
        if math.isfinite(q.high):
            rise = size(-INF, q.high, (False, q.high_closed))
        if fall and rise:
            ends = (size(end, end, (True, True)) for end in (-q.low, q.high))
            return self.fall_or_rise.format(**dict(zip(("fall", "rise"), ends, strict=True)))
        if fall:
            return self.fall_or.format(change=fall)
        return self.rise_or.format(change=rise) if rise else self.unknown

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


def low_and_high(q: Bounded) -> tuple[str, str]:
    """Write both ends of a number, empty where one is open; what was computed is rounded outwards.

    Examples
    --------
    >>> from casetrace.quantity import parse
    >>> low_and_high(parse("4000 to 5000")), low_and_high(parse("at least 1.5"))
    (('4,000', '5,000'), ('1.5', ''))
    >>> low_and_high(parse("3 to 6") / parse("7"))
    ('0.428', '0.858')
    """
    figures = FIGURES if q.derived else 0
    low = "" if math.isinf(q.low) else _number(q.low, figures, math.floor)
    high = "" if math.isinf(q.high) else _number(q.high, figures, math.ceil)
    return low, high


def _number(number: float, figures: int = 0, to_whole: Callable[[float], int] = round) -> str:
    """Write a number: every digit, or so many significant figures if there are more.

    A whole number keeps its digits unless it is inexact.
    """
    text = f"{number:,.6f}".rstrip("0").rstrip(".")
    is_whole = "." not in text
    digits = text.replace(",", "").replace(".", "").lstrip("-0")
    digits = digits.rstrip("0") if is_whole else digits
    if not figures or len(digits) <= figures or (is_whole and figures == FIGURES):
        return "0" if text == "-0" else text
    decimals = figures - 1 - math.floor(math.log10(abs(number)))
    if figures == FIGURES:
        decimals = max(0, decimals)
    rounded = to_whole(round(number * 10.0**decimals, 6)) / 10.0**decimals
    text = f"{rounded:,.{max(0, decimals)}f}"
    return text.rstrip("0").rstrip(".") if figures == INEXACT and "." in text else text
