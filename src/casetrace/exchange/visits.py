"""A wide CSV file: one row for each visit, one column for each measure or finding."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

from casetrace.case.problems import UsageError
from casetrace.exchange.draft import CLOCK, Draft, slug, weeks_between
from casetrace.quantity import BoundsError, parse

__all__ = ["read_visits"]

_TIMES = {"day": "d", "week": "wk", "month": "mo", "year": "a"}
_YES = {"yes", "y", "+", "present", "positive", "observed", "true"}
_NO = {"no", "n", "-", "absent", "negative", "excluded", "none", "false"}
_SIGNS = {"<=": "at most", "≤": "at most", ">=": "at least", "≥": "at least", "<": "less than",
          ">": "more than", "~": "about", "≈": "about", "ca.": "about"}  # fmt: skip


def read_visits(text: str, draft: Draft) -> None:
    """Read a table of visits into a draft.

    The first column is the time: ``week``, ``day``, ``month`` or ``year``, or ``date``, from
    which weeks since the first one are kept. A column ``name (unit)`` holds numbers, with bounds
    as ``>8000``, ``~1000`` or ``4000-5000``; any other holds yes or no. An empty cell is not
    reported.

    Raises
    ------
    UsageError
        If there is no table with a time in its first column.
    """
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError(f"the file is no CSV table: {error}") from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    kind = header[0].lower().rstrip("s") if header else ""
    if kind not in (*_TIMES, "date") or len(header) < 2:
        raise UsageError(
            "a table of visits has a time in its first column, named week, day, month, year or "
            f"date, and a measure or finding in each other; found {header[:3]}"
        )
    zero: dt.date | None = None
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        time, zero = _time(row[0].strip(), kind, zero)
        if not time:
            draft.leave(f"row {number}", f"its first cell is no {kind}")
        when = {"clock": CLOCK, "time": time, "time_unit": _TIMES.get(kind, "wk")} if time else {}
        for name, cell in zip(header[1:], row[1:], strict=False):
            if name and cell.strip():
                _cell(name, cell.strip(), f"row {number}", when, draft)
        if len(row) > len(header):
            draft.leave(f"row {number}", "more cells than the header")


def _time(cell: str, kind: str, zero: dt.date | None) -> tuple[str, dt.date | None]:
    """A time as a number with bounds, and the day that weeks are counted from."""
    if kind != "date":
        number = _bounds(cell)
        return number or "", zero
    try:
        day = dt.date.fromisoformat(cell)
    except ValueError:
        return "", zero
    zero = zero or day
    return weeks_between(zero, day), zero


def _cell(name: str, cell: str, place: str, when: dict[str, str], draft: Draft) -> None:
    found = re.fullmatch(r"(.*?)\s*[\[(]([^\])]*)[\])]", name)
    label, written = (found[1], found[2]) if found else (name, "")
    said = f"{label} {cell} {written}".strip()
    place = f"{place}, column {label}"
    if cell.lower() in _YES | _NO and not written:
        state = "observed" if cell.lower() in _YES else "excluded"
        draft.add("findings", label, place, said, kind="sign", state=state, **when)
        return
    value, unit = _bounds(cell), draft.unit(written)
    if value is None:
        draft.leave(f"{place}: {cell[:40]!r}", "neither a number with bounds nor yes or no")
    elif unit is None:
        draft.leave(f"{place}: {cell[:40]!r}", f"the unit {written!r} is not known in UCUM")
    else:
        at = when.get("time", "x").replace(".", "_").replace(" ", "_").replace("-", "m")
        key = f"{slug(label)[:20]}.t{at}"
        draft.add("observations", label, place, said, id=key, value=value, unit=unit, **when)


def _bounds(cell: str) -> str | None:
    """A number as people write it, in this project's words; None if it is none."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", cell.strip())
    for sign, words in _SIGNS.items():
        if text.startswith(sign):
            text = f"{words} {text[len(sign) :].strip()}"
            break
    text = re.sub(r"^(\d+(?:\.\d+)?)\s*[-–]\s*(\d+(?:\.\d+)?)$", r"\1 to \2", text)
    try:
        parse(text)
    except BoundsError:
        return None
    return text
