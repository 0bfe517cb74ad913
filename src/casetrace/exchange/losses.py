"""What of a case does not come back from a file that was made of it, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from casetrace.case.fields import measured
from casetrace.case.head import Part
from casetrace.case.model import key_of
from casetrace.case.rows import TABLES
from casetrace.exchange.draft import Draft
from casetrace.exchange.made import PER_ROW, Made, cells_of
from casetrace.quantity import BoundsError, Quantity, parse
from casetrace.quantity.units import UnitError

__all__ = ["Loss", "losses"]

#: Why a cell does not come back, where no more is said.
_NO_PLACE = "the format has no place for it"
#: The same for what the curator makes of a case, by table.
_OF_CURATOR = "what the curator made of the report, and no fact of the patient"
#: Names of this project, made anew when a file is read: they tell nothing of the patient.
_NAMES = ("id", "drug", "clock")
#: Columns that say in words what others hold as numbers, or how it is shown.
_SHOWN = {
    "occasion": "words for the figure and the text",
    "told_as": "words for the text",
    "event": "what the figure draws",
    "short": "words for the figure",
    "total_unit": "a unit for the text",
    "called": "a word for the text",
    "unit_as_reported": "the unit in the letters of the report; the same unit in UCUM is there",
    "note": "a note of the curator",
}


#: Parts of ``case.yaml`` that say how a case is analysed and shown.
_ANALYSIS = ("title", "main_measure", "measures", "axis", "comparisons", "uses", "outcomes",
             "readings", "scenarios")  # fmt: skip


@dataclass(frozen=True)
class Loss:
    """A cell of a case that does not come back.

    Attributes
    ----------
    row : str
        ``table/row``, ``table/*`` for all of a table, or a path of ``case.yaml``.
    field : str
        Column; empty for the whole row.
    value : str
        What stands there.
    why : str
        Why it does not come back, and what does in its stead.
    """

    row: str
    field: str
    value: str
    why: str


def losses(made: Made, draft: Draft) -> list[Loss]:
    """List what of a case does not come back from the file that was made of it.

    Parameters
    ----------
    made : Made
        What was written, and where.
    draft : Draft
        What was read of the file again.

    Returns
    -------
    list of Loss
        In the order of the case's files; names of rows, drugs and clocks, which are made anew, are
        told once.
    """
    return [*_head(made, draft), *_rows(made, draft), *_in_all(made)]


def _in_all(made: Made) -> Iterator[Loss]:
    """What is so for every treatment of a case."""
    if made.case.rows.treatments:
        why = "each is written as a drug: the data do not say which are procedures"
        yield Loss("treatments/*", "", "", why)


def _rows(made: Made, draft: Draft) -> Iterator[Loss]:
    back = {
        (draft.came[table, row["id"]], table): row
        for table, rows in draft.rows.items()
        for row in rows
    }
    renamed = set()
    for table in TABLES:
        rows = made.case.rows[table]
        if table not in PER_ROW:
            if rows:
                yield Loss(f"{table}/*", "", f"{len(rows)} rows", _OF_CURATOR)
            continue
        for row in rows:
            source = f"{table}/{key_of(table, row)}"
            cells = cells_of(made.case, table, row)
            found = back.get((made.places.get(source, ()), table))
            if found is None:
                why = made.why.get((source, ""), "it comes back in another table, or not at all")
                yield Loss(source, "", cells["as_reported"] or cells["name"], why)
                continue
            for name, value in cells.items():
                other = found.get(name, "")
                if name in _NAMES and (other or not value):
                    if value != other:
                        renamed.add(name)
                elif not _same(table, name, cells, found):
                    yield Loss(source, name, value, _why(made, source, name, other))
    for name in sorted(renamed):
        why = "names of this project are made anew when the file is read"
        yield Loss("*/*", name, "", why)


def _why(made: Made, source: str, name: str, other: str) -> str:
    why = made.why.get((source, name)) or _SHOWN.get(name, "" if other else _NO_PLACE)
    return "; ".join(filter(None, (why, f"comes back as {other!r}" if other else "")))


def _same(table: str, name: str, cells: Mapping[str, str], back: Mapping[str, str]) -> bool:
    """Whether a cell comes back: a number as the same bounds in any unit, a unit with it."""
    units = {column: about.column for column, about in measured(TABLES[table]).items()}
    if name in units:
        return _bounds(cells.get(name, ""), cells.get(units[name], "")) == _bounds(
            back.get(name, ""), back.get(units[name], "")
        )
    carried = [number for number, unit in units.items() if unit == name and cells.get(number)]
    if carried:  # a unit comes back with its numbers
        return any(_same(table, number, cells, back) for number in carried)
    return cells.get(name, "") == back.get(name, "")


def _bounds(text: str, unit: str) -> tuple[object, ...] | None:
    """What a number says, in one unit for each kind of it; None if there is none."""
    if not text:
        return None
    try:
        q = parse(text, unit or "1")
    except (BoundsError, UnitError):
        return (text, unit)
    return _ends(q)


def _ends(q: Quantity) -> tuple[object, ...]:
    with suppress(UnitError):
        q = q.to("d")
    low, high = (f"{end:.9g}" for end in (q.low, q.high))
    return low, high, q.low_closed, q.high_closed, q.about, q.unit


def _head(made: Made, draft: Draft) -> Iterator[Loss]:
    """The same for ``case.yaml``."""
    head = made.case.head
    parts: dict[str, tuple[Part, Mapping[str, str]]] = {
        "citation": (head.citation, draft.citation),
        "subject": (head.subject, {**draft.subject, "onset": draft.onset[0]}),
        "diagnosis": (head.diagnosis, draft.diagnosis),
    }
    for clock in head.clocks:
        parts[f"clocks/{clock.id}"] = (clock, {"id": clock.id, **draft.clocks.get(clock.id, {})})
    for part, (mine, back) in parts.items():
        units = {name: about.column for name, about in measured(type(mine)).items()}
        for name in type(mine).model_fields:
            value, told = getattr(mine, name), back.get(name, "")
            if value == type(mine).model_fields[name].get_default():
                continue
            if isinstance(value, Quantity):
                is_same = _ends(value) == _bounds(told, back.get(units[name], ""))
                value = value.text()
            else:
                is_same = str(value or "") == told
            if value and not is_same and name not in units.values():
                shown = f"{_NO_PLACE}; comes back as {told!r}" if told else _NO_PLACE
                yield Loss(f"case.yaml/{part}", name, str(value), shown)
    for name in _ANALYSIS:
        held = getattr(head, name)
        if held and held != type(head).model_fields[name].get_default(call_default_factory=True):
            count = f"{len(held)}" if isinstance(held, (tuple, Mapping)) else ""
            yield Loss(
                f"case.yaml/{name}", "", held if isinstance(held, str) else count, _OF_CURATOR
            )
    for audience, text in made.case.stories.items():
        yield Loss("story", audience, f"{len(text.split())} words", _OF_CURATOR)
