"""A wide CSV file: one row for each visit, one column for each measure or finding."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation

from casetrace.case.fields import GRADE
from casetrace.case.problems import UsageError
from casetrace.exchange.draft import CLOCK, Draft, slug
from casetrace.exchange.moments import Moment, in_one_zone, moment, span
from casetrace.exchange.terms import OLDEST, chosen
from casetrace.quantity import BoundsError, parse
from casetrace.quantity.units import NOT_PRINTED

__all__ = ["read_visits"]

_TIMES = {"minute": "min", "hour": "h", "day": "d", "week": "wk", "month": "mo", "year": "a"}
_YES = {"yes", "y", "+", "present", "positive", "observed", "true"}
_NO = {"no", "n", "-", "absent", "negative", "excluded", "none", "false"}
_SIGNS = {"<=": "at most", "≤": "at most", ">=": "at least", "≥": "at least", "<": "less than",
          ">": "more than", "~": "about", "≈": "about", "ca.": "about"}  # fmt: skip

#: Columns that say whose a row is.
_PATIENT = re.compile(
    r"(?:patient|subject|case|record|study|participant)?[ _-]?(?:id|no|number|nr)?|mrn|"
    r"(?:person|individual|child|infant|baby|mother|user|client|donor|hospital|mr)[ _-]?"
    r"(?:id|no|number|nr)"
)
#: Columns of which each cell is a name of something else: of a visit, a sample, a device.
_IDENTIFIER = re.compile(r"\w+[ _-](?:id|uuid|identifier)|uuid|barcode")
#: Columns of which no word is kept, by what they hold.
_PERSONAL = {
    "a name": r"(?:patient |first |last |family |given |sur)?name|initials|physician|doctor",
    "a date of birth": r"dob|date of birth|birth ?date|born",
    "an address": r"(?:e-?mail|postal |home )?address|e-?mail|phone(?: number)?|postcode|zip",
    "free text": r"remarks?|comments?|notes?|free text|narrative|history",
}

_PLAIN = r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_SLASHED = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?: (\d\d:\d\d(?::\d\d)?))?")
_YEAR_FIRST = re.compile(r"(\d{4})([./])(\d{1,2})\2(\d{1,2})\.?(?: (\d\d:\d\d(?::\d\d)?))?")
_IN_WORDS = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y")
DATES = "2024-03-15, 2024-03-15T09:30, 2024.03.15, 15.03.2024 or 15 Mar 2024"


def read_visits(text: str, draft: Draft, patient: int | None = None) -> None:
    """Read a table of visits into a draft.

    A column holds the times: ``minute`` to ``year``, or ``date``, from which days or hours since
    the first one are kept. A column ``name (unit)`` holds numbers, with bounds as ``>8000``,
    ``~1000`` or ``4000-5000``; one without a unit holds yes or no, grades, results in words, or
    numbers whose unit is not printed. What a column holds is decided by all its cells, and so are
    the decimal separator of the file and the order of day and month. An empty cell is not reported.

    Parameters
    ----------
    text : str
        The file.
    draft : Draft
        Where it goes.
    patient : int, optional
        Which of several patients, counted as they come in the file.

    Raises
    ------
    UsageError
        If there is no table with a column of times, if it is of several patients and
        none is chosen, if a number or a date can be read in two ways, or if an age is over 89.
    """
    delimiter, text = _delimiter(text)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError(f"the file is no CSV table: {error}") from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    kinds = [_kind(name) for name in header]
    at = next((place for place, kind in enumerate(kinds) if kind), None)
    if at is None or len(header) < 2:
        raise UsageError(
            "a table of visits has a column of times, named minute, hour, day, week, month, year, "
            f"date or timestamp, and a measure or finding in each other; found {header[:6]}"
        )
    kind = kinds[at]
    header, rows = _first(header, at), [rows[0], *(_first(row, at) for row in rows[1:])]
    body = [
        (number, [cell.strip() for cell in row])
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    widths = {len(row) for _, row in body}
    for number, row in [*body]:
        if len(row) > len(header) and (any(row[len(header) :]) or len(widths) > 1):
            why = f"it has {len(row)} cells under {len(header)} columns: which is which is open"
            draft.leave(f"row {number}", why, "(a whole row)")
            body.remove((number, row))
    body = [(number, [*row, *[""] * len(header)][: len(header)]) for number, row in body]
    body = _of_one(header, body, patient)
    number_of = _numbers(body, delimiter)
    whens = _times(body, kind, number_of, draft)
    for place, name in enumerate(header[1:], start=1):
        cells = [(number, row[place], whens[number]) for number, row in body if row[place]]
        if not name:
            for number, cell, _ in cells:
                draft.leave(f"row {number}, column {place + 1}", "its column has no name", cell)
        elif cells and not _is_about_patient(name, cells, number_of, draft):
            _column(name, cells, number_of, draft)


def _kind(name: str) -> str:
    """What a column of times holds: dates, or numbers of a unit; empty for another column."""
    plain = re.sub(r"[ _-]+", " ", name.lower()).strip().rstrip("s")
    is_date = re.fullmatch(r"(visit |event |sample )?(date|date ?time|timestamp)|event time", plain)
    return "date" if is_date else plain if plain in _TIMES else ""


def _first(cells: list[str], place: int) -> list[str]:
    """Cells with one of them first."""
    return [*cells[place : place + 1], *cells[:place], *cells[place + 1 :]]


#: Row number in the file, and its cells.
_Row = tuple[int, list[str]]
#: Reads a number with bounds as people write it into this project's words; None if it is none.
_Reader = Callable[[str], str | None]


def _delimiter(text: str) -> tuple[str, str]:
    """What separates the cells, and the text without the line that may say so."""
    if found := re.match(r"sep=(.)\r?\n", text, re.IGNORECASE):
        return found[1], text[found.end() :]
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count), text


def _of_one(header: Sequence[str], body: list[_Row], patient: int | None) -> list[_Row]:
    """The rows of one patient."""
    ids = [n for n, name in enumerate(header) if n and name and _PATIENT.fullmatch(name.lower())]
    # Beside a column that names the patient, one that is only called id names the row.
    ids = [n for n in ids if not re.fullmatch("id|no|number|nr", header[n].lower())] or ids
    for place in ids:
        known = list(dict.fromkeys(row[place] for _, row in body if row[place]))
        if len(known) < 2:
            continue
        what = f"the column {header[place]!r} tells {len(known)} patients apart"
        number_of_one = chosen(patient, len(known), what)
        return [(number, row) for number, row in body if row[place] == known[number_of_one - 1]]
    return body


# --- numbers


def _numbers(body: list[_Row], delimiter: str) -> _Reader:
    """What reads the numbers of a file: its decimal separator is decided by all of them.

    Raises
    ------
    UsageError
        If they can be read in two ways.
    """
    cells = [cell for _, row in body for cell in row if not _SLASHED.match(cell)]
    commas = [found for cell in cells for found in re.findall(r"\d[\d.]*(?:,\d+)+(?:\.\d+)?", cell)]
    points = any(re.search(r"\d\.\d", cell) and not _SLASHED.match(cell) for cell in cells)
    in_groups = [c for c in commas if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", c)]
    surely_groups = [c for c in in_groups if c.count(",") > 1 or "." in c]
    surely_decimal = [c for c in commas if c not in in_groups]
    example = (surely_decimal or commas or [""])[0]
    if surely_decimal and (surely_groups or points):
        raise UsageError(
            f"numbers of this file can be read in two ways (the comma in {example}): write all of "
            "them without thousands separators and with a decimal point"
        )
    is_decimal = bool(surely_decimal) or (
        delimiter == ";" and bool(commas) and not surely_groups and not points
    )
    if commas and not (is_decimal or surely_groups or points) and delimiter == "\t":
        raise UsageError(
            f"it cannot be told whether the comma in {example} separates thousands or decimals: "
            "write numbers without thousands separators and with a decimal point"
        )
    return lambda cell: _bounds(_with_points(cell, is_decimal))


def _with_points(cell: str, is_decimal: bool) -> str:
    if is_decimal:
        return re.sub(r"(?<=\d),(?=\d)", ".", cell)
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", cell)


def _bounds(cell: str) -> str | None:
    text = cell.strip().replace("−", "-")
    for sign, words in _SIGNS.items():
        if text.startswith(sign):
            text = f"{words} {text[len(sign) :].strip()}"
            break
    text = re.sub(rf"^({_PLAIN})\s*[-–]\s*({_PLAIN})$", r"\1 to \2", text)
    text = re.sub(rf"(?<![\w.]){_PLAIN}(?![\w.])", lambda m: _written_out(m[0]), text)
    try:
        parse(text)
    except (BoundsError, OverflowError):
        return None
    return text


def _written_out(number: str) -> str:
    """A number without an exponent."""
    if "e" not in number.lower():
        return number
    try:
        return format(Decimal(number), "f")
    except InvalidOperation:
        return number


# --- times


def _times(
    body: list[_Row], kind: str, number_of: _Reader, draft: Draft
) -> dict[int, dict[str, str]]:
    """The time of each row as cells of a table, by row; days are counted from the first one."""
    if kind != "date":
        found = {number: number_of(row[0]) for number, row in body}
        for number, row in body:
            if not found[number]:
                draft.leave(f"row {number}", f"its time is no {kind}", row[0])
        unit = _TIMES[kind]
        return {
            number: {"clock": CLOCK, "time": time, "time_unit": unit} if time else {}
            for number, time in found.items()
        }
    moments = _moments(body)
    known = [m for m in moments.values() if m]
    if body and not known:
        raise UsageError(f"the first column holds no date that is read: write them as {DATES}")
    for number, found in moments.items():
        if found is None:
            draft.leave(f"row {number}", "its time is no date", "(a time in other words)")
    moments = {n: in_one_zone(m, known) if m else None for n, m in moments.items()}
    known = [m for m in moments.values() if m]
    hours = {m.second for m in known}
    # The time of day matters where it differs; a constant one says nothing.
    is_fine = len(hours) > 1 and None not in hours
    zero = min(_seconds(m, is_fine) for m in known)
    spans = {n: _seconds(m, is_fine) - zero for n, m in moments.items() if m}
    is_weekly = not is_fine and all(s % 604_800 == 0 for s in spans.values())
    cells: dict[int, dict[str, str]] = {number: {} for number in moments}
    for number, seconds in spans.items():
        days = seconds // 86_400
        time, unit = (
            span(seconds) if is_fine else (str(days // 7), "wk") if is_weekly else (str(days), "d")
        )
        cells[number] = {"clock": CLOCK, "time": time, "time_unit": unit}
    return cells


def _seconds(moment: Moment, is_fine: bool) -> int:
    return 86_400 * moment.first.toordinal() + ((moment.second or 0) if is_fine else 0)


def _moments(body: list[_Row]) -> dict[int, Moment | None]:
    """The day of each row, and the time of that day if it has one.

    Raises
    ------
    UsageError
        If day and month cannot be told apart.
    """
    slashed = {number: m for number, row in body if (m := _SLASHED.fullmatch(row[0]))}
    pairs = [(int(m[1]), int(m[3])) for m in slashed.values()]
    is_dotted = all(m[2] == "." for m in slashed.values())
    day_first = is_dotted or any(one > 12 for one, _ in pairs)
    month_first = any(two > 12 for _, two in pairs)
    if pairs and day_first == month_first:
        both = (
            "some only as day before month, others only as month before day"
            if day_first
            else ("day before month or month before day")
        )
        raise UsageError(f"the dates can be read as {both}: write them as year-month-day")
    found: dict[int, Moment | None] = {}
    for number, row in body:
        cell = row[0]
        if m := slashed.get(number):
            day, month = (m[1], m[3]) if day_first else (m[3], m[1])
            found[number] = moment(_iso(m[4], month, day, m[5]))
        elif m := _YEAR_FIRST.fullmatch(cell):
            found[number] = moment(_iso(m[1], m[3], m[4], m[5]))
        else:
            told = re.sub(r"(?<=\d) (?=\d\d:)", "T", cell)
            told = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", told)
            whole = moment(told) if re.match(r"\d{4}-\d\d-\d\d", told) else None
            found[number] = whole or _in_words(cell)
    return found


def _iso(year: str, month: str, day: str, time: str | None) -> str:
    return f"{year}-{int(month):02d}-{int(day):02d}" + (f"T{time}" if time else "")


def _in_words(cell: str) -> Moment | None:
    """A date whose month is a word."""
    for form in _IN_WORDS:
        with suppress(ValueError):
            day = dt.datetime.strptime(cell, form).date()
            return Moment(day, day)
    return None


# --- columns


_Cell = tuple[int, str, dict[str, str]]


def _is_about_patient(name: str, cells: list[_Cell], number_of: _Reader, draft: Draft) -> bool:
    """Whether a column tells who the patient is: what identifies is left behind by its kind."""
    label = name.lower()
    for kind, pattern in _PERSONAL.items():
        if re.fullmatch(pattern, label):
            for number, _, _ in cells:
                why = "what could identify a patient is not kept"
                draft.leave(f"row {number}, column {name}", why, f"({kind})")
            return True
    if _PATIENT.fullmatch(label) or _IDENTIFIER.fullmatch(label):
        for number, _, _ in cells:
            draft.leave(
                f"row {number}, column {name}", "an identifier is not kept", "(an identifier)"
            )
        return True
    if label in ("sex", "gender") and len({cell.lower() for _, cell, _ in cells}) == 1:
        word = {"f": "female", "m": "male"}.get(cells[0][1].lower(), cells[0][1].lower())
        if word in ("female", "male", "other"):
            draft.subject["sex"] = word
            return True
    if found := re.fullmatch(r"age(?: *\((years?|months?|a|mo)\))?", label):
        unit = "mo" if (found[1] or "").startswith("mo") else "a"
        first = number_of(cells[0][1])
        for number, cell, _ in cells:
            value = number_of(cell)
            if value and parse(value, unit).to("a").high > OLDEST and parse(value).high < 1e6:
                raise UsageError(
                    f"row {number}, column {name}: an age over {OLDEST} years identifies: write "
                    "'>89' there, or leave the column out"
                )
            if number != cells[0][0] or not first:
                draft.leave(
                    f"row {number}, column {name}", "the age at the first row is kept", cell
                )
        if first:
            draft.subject.update(
                age=first, age_unit=unit, age_means="at the first row", place="column age",
                as_reported=f"age {cells[0][1]}",
            )  # fmt: skip
        return True
    return False


def _parted(name: str) -> tuple[str, str | None]:
    """A header as label and unit: what the bracket at its end holds, other brackets within it."""
    name, closing = name.strip(), {")": "(", "]": "["}
    if name[-1:] not in closing:
        return name, None
    depth, last, opening = 0, name[-1], closing[name[-1]]
    for place in range(len(name) - 1, -1, -1):
        depth += (name[place] == last) - (name[place] == opening)
        if not depth:
            return name[:place].strip(), name[place + 1 : -1].strip()
    return name, None


def _column(name: str, cells: list[_Cell], number_of: _Reader, draft: Draft) -> None:
    """A column as findings, numbers or results, by what all its cells are."""
    label, written = _parted(name)
    label = label or name
    words = {cell.lower() for _, cell, _ in cells}
    is_said = written is None and (words <= _YES | _NO or words <= {"0", "1"})
    unit = NOT_PRINTED if written is None else draft.unit(written)
    for number, cell, when in cells:
        place = f"row {number}, column {label}"
        said = " ".join(filter(None, (label, cell, written)))
        value = number_of(cell)
        if is_said:
            state = "observed" if cell.lower() in _YES or cell == "1" else "excluded"
            draft.add("findings", label, place, said, kind="sign", state=state, **when)
        elif unit is None:
            draft.leave(place, f"the unit {written!r} is not known in UCUM", cell)
        elif value is not None:
            key = f"{slug(label)[:20]}.{_occasion(when)}"
            draft.add("observations", label, place, said, id=key, value=value, unit=unit, **when)
        elif written is None and _is_result(cell):
            key = f"{slug(label)[:20]}.{_occasion(when)}"
            draft.add("observations", label, place, said, id=key, result=cell.lower(), **when)
        else:
            draft.leave(place, "neither a number with bounds, yes or no, nor a grade", cell)


def _is_result(cell: str) -> bool:
    """Whether a cell is a grade or a result of a few words."""
    return bool(GRADE.fullmatch(cell)) or cell.lower() in {*_YES, *_NO, "trace", "normal", "high",
                                                           "low", "weak", "strong"}  # fmt: skip


def _occasion(when: dict[str, str]) -> str:
    time = when.get("time", "x")
    return "t" + re.sub(r"[^a-z0-9]+", "_", time.replace("-", "m").lower())
