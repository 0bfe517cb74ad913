"""Dates and times of day as they stand in files, and spans between them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Moment", "in_one_zone", "moment", "span"]


@dataclass(frozen=True)
class Moment:
    """A day, or the first and last day of a month or year; with the time of day if it is given.

    Attributes
    ----------
    first, last : datetime.date
        The days.
    second : int, optional
        Of the day.
    offset : int, optional
        Minutes before UTC, as written.
    """

    first: dt.date
    last: dt.date
    second: int | None = None
    offset: int | None = None


_ISO = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)"
    r"(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


def moment(text: str) -> Moment | None:
    """A date, or a month or year of FHIR, with its time if it has one; None if it is none."""
    found = _ISO.fullmatch(text)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        first = dt.date(year, month, day)
        if found[3]:
            last = first
        elif found[2]:
            last = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(1)
        else:
            last = dt.date(year, 12, 31)
    except ValueError:
        return None
    if not found[4]:
        return Moment(first, last)
    second = 3600 * int(found[4]) + 60 * int(found[5]) + int(found[6] or 0)
    zone = found[7]
    offset = None
    if zone:
        sign = -1 if zone.startswith("-") else 1
        offset = 0 if zone == "Z" else sign * (60 * int(zone[1:3]) + int(zone[4:6]))
    return Moment(first, last, second, offset)


def in_one_zone(found: Moment, moments: Sequence[Moment]) -> Moment:
    """A moment in the time zone of the first of several; without its hour, if some have no zone.

    Moments that are all of one zone, or all without, stay as they are written.
    """
    zones = [m.offset for m in moments if m.second is not None]
    if found.second is None or len(set(zones)) < 2:
        return found
    if None in zones:
        return Moment(found.first, found.last)
    at = 86400 * found.first.toordinal() + found.second + 60 * (zones[0] - found.offset)
    day, second = divmod(at, 86400)
    day = dt.date.fromordinal(day)
    return Moment(day, day, second, zones[0])


def span(seconds: int) -> tuple[str, str]:
    """Write a span of time without rounding: in hours, minutes or seconds, long ones with bounds.

    Examples
    --------
    >>> span(35100), span(600), span(270), span(1)
    (('9.75', 'h'), ('10', 'min'), ('4.5', 'min'), ('1', 's'))
    >>> span(234_179_110)
    ('65049.75 to 65049.76', 'h')
    """
    for unit, size in (("h", 3600), ("min", 60), ("s", 1)):
        is_long = seconds // size >= 100_000  # it would look like the number of a record
        if 100 * seconds % size == 0 and (unit == "h" or not is_long):
            return _hundredths(100 * seconds // size), unit
    low = 100 * seconds // 3600
    return f"{_hundredths(low)} to {_hundredths(low + 1)}", "h"


def _hundredths(number: int) -> str:
    whole, rest = divmod(number, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
