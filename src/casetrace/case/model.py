"""A case as analyses see it: rows, numbers with their sources, and where each stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from casetrace.case.head import Head
from casetrace.case.memo import READ, Memo
from casetrace.case.project import Project
from casetrace.case.quoted import carries
from casetrace.case.readings import switched
from casetrace.case.rows import KEYS, Row
from casetrace.case.vocabulary import Vocabulary
from casetrace.quantity import Quantity, parse

__all__ = ["Case", "Reference", "key_of"]


@dataclass(frozen=True)
class Tables:
    """Rows by table, with the spreadsheet row each stands in, and the folder of their files."""

    rows: Mapping[str, tuple[Any, ...]]
    numbers: Mapping[str, int]
    folder: str

    def __getattr__(self, name: str) -> tuple[Any, ...]:
        if name not in self.__dict__.get("rows", ()):
            raise AttributeError(name)
        READ.add(f"{self.folder}/{name}.csv")
        return self.rows[name]

    def get(self, table: str, key: str) -> Any:
        """One row by table and id.

        Raises
        ------
        KeyError
            If there is none.
        """
        READ.add(f"{self.folder}/{table}.csv")
        if table not in self._by_id:
            self._by_id[table] = {key_of(table, row): row for row in self.rows[table]}
        if key not in self._by_id[table]:
            raise KeyError(f"{table}/{key}")
        return self._by_id[table][key]

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Any]]:
        return {}


@dataclass(frozen=True)
class Reference(Tables):
    """The reference tables, and words for their names by audience."""

    words: Vocabulary

    def quantity(self, table: str, key: str, field: str, unit: str) -> Quantity:
        """A reference number with its source."""
        text = getattr(self.get(table, key), field)
        how = f"reference, {table}/{key}"
        return parse(text, unit).traced([f"reference/{table}/{key}"]).explained(how)


@dataclass(frozen=True)
class Case(Tables):
    """A case under one scenario: its head, its tables and what each cell hangs on.

    Attributes
    ----------
    head : Head
        ``case.yaml`` with the scenario's options applied.
    scenario : str
        Name of the scenario, with single readings that were switched.
    chosen : dict
        Option by reading.
    touched : dict
        Readings by the cells they can set.
    reference : Reference
        The reference tables.
    words : dict of dict of str
        Words for the names of the case, by audience.
    where : Project
        The project it was read from.
    home : Case or None
        The case at the curator's options; None if it is this one.
    """

    head: Head
    scenario: str
    chosen: Mapping[str, str]
    touched: Mapping[str, tuple[str, ...]]
    reference: Reference
    words: Vocabulary
    where: Project
    home: Case | None = None

    def said_to(self, audience: str) -> Mapping[str, str]:
        """Words for names that an audience has of its own."""
        READ.update(f"{t.folder}/words.{audience}.csv" for t in (self, self.reference))
        return {**self.reference.words.get(audience, {}), **self.words.get(audience, {})}

    @property
    def id(self) -> str:
        """Name of the case folder."""
        return self.head.id

    @cached_property
    def is_default(self) -> bool:
        """Whether every reading is at the curator's option."""
        return all(r.default == self.chosen[n] for n, r in self.head.readings.items())

    @property
    def at_defaults(self) -> Case:
        """The case at the curator's options."""
        return self.home or self

    @cached_property
    def memo(self) -> Memo:
        """What was computed of this case already; a case does not change."""
        return Memo()

    def under(self, options: Mapping[str, str]) -> Case:
        """The same case with some readings switched, and all others as they are here.

        Quick: only the rows that an option sets are validated anew. Whether each option fits
        the rest of the case is what ``casetrace check`` finds out.

        Parameters
        ----------
        options : dict
            Option by reading.

        Raises
        ------
        pydantic.ValidationError
            If an option does not fit the row that it sets a cell of.
        """
        base, chosen = self.at_defaults, {**self.chosen, **options}
        return base.memo.get(("under", *chosen.values()), lambda: base._switched(chosen))

    def _switched(self, chosen: Mapping[str, str]) -> Case:
        """Set the options of a case that is at its defaults."""
        readings = self.head.readings
        names = [f"{n}={o}" for n, o in chosen.items() if o != readings[n].default]
        if not names:
            return self
        head, rows = switched(self.head, self.rows, chosen)
        name, more = "+".join(names), {"chosen": dict(chosen), "home": self}
        return replace(self, rows=rows, head=head, scenario=name, **more)

    def hangs_on(self, *cells: str) -> tuple[str, ...]:
        """Readings that can set any of these cells or paths."""
        return tuple(sorted({r for cell in cells for r in self.touched.get(cell, ())}))

    def quantity(self, table: str, key: str, field: str, unit_field: str = "") -> Quantity | None:
        """The number in a cell with its unit, source and readings; None if not reported.

        Parameters
        ----------
        table, key, field : str
            Which cell.
        unit_field : str
            Column of the unit; without one the number is plain.
        """
        cell = (table, key, field, unit_field)
        memo = self._memo_of(f"{table}/{key}")
        return memo.get(("quantity", *cell), lambda: self._quantity(*cell))

    def _memo_of(self, row: str) -> Memo:
        """Where to keep what hangs on a row: what no reading sets is the same in all scenarios."""
        is_touched = row.removeprefix("case.yaml/") in self._touched_rows
        return (self if is_touched else self.at_defaults).memo

    @cached_property
    def _touched_rows(self) -> frozenset[str]:
        """Rows that readings can set a cell of."""
        return frozenset(cell.rpartition("/")[0] for cell in self.touched)

    def _quantity(self, table: str, key: str, field: str, unit_field: str) -> Quantity | None:
        row = self.get(table, key)
        text = getattr(row, field)
        if not text:
            return None
        unit = getattr(row, unit_field) if unit_field else "1"
        cells = [f"{table}/{key}/{f}" for f in (field, unit_field) if f]
        readings = self.hangs_on(*cells)
        words = f"{row.as_reported} {getattr(row, 'schedule_as_reported', '')}"
        numbers = re.findall(r"\d+(?:\.\d+)?", text)
        printed = all(carries(words, number) for number in numbers)
        how = "as reported" if printed else "read from the words by the curator"
        how += "".join(f", {r}: {self.chosen[r]}" for r in readings)
        return parse(text, unit or "1").traced([f"{table}/{key}"], readings).explained(how)

    def describe(self, source: str) -> dict[str, str]:
        """Where a source stands and the words that carry it.

        Parameters
        ----------
        source : str
            ``table/row``, ``reference/table/row`` or ``case.yaml/part``.
        """
        memo = self._memo_of(source)
        return dict(memo.get(("source", source), lambda: self._described(source)))

    def once(self, name: str, reads: tuple[str, ...], compute: Callable[[], Any]) -> Any:
        """Compute something once for all scenarios in which it is the same.

        Parameters
        ----------
        name : str
            What it is.
        reads : tuple of str
            Beginnings of all cells and paths that it can hang on, as readings name them.
        compute : callable
            Gives it for this case.
        """
        readings = sorted(
            {r for c, names in self.touched.items() if c.startswith(reads) for r in names}
        )
        key = (name, *((r, self.chosen[r]) for r in readings))
        return self.at_defaults.memo.get(key, compute)

    def _described(self, source: str) -> dict[str, str]:
        if source.startswith("case.yaml/"):
            part: Any = self.head
            for name in source.split("/")[1:]:
                part = _member(part, name)
            return {
                "id": source,
                "file": f"{self.folder}/case.yaml",
                "place": getattr(part, "place", ""),
                "as_reported": getattr(part, "as_reported", ""),
            }
        if source.startswith("reference/"):
            _, table, key = source.split("/", 2)
            row = self.reference.get(table, key)
            work = self.reference.get("bibliography", row.citation)
            return {
                "id": source,
                "file": f"data/reference/{table}.csv",
                "row": str(self.reference.numbers[f"{table}/{key}"]),
                "citation": f"{work.authors} ({work.year}). {work.title}. {work.source}"
                + (f". doi:{work.doi}" if work.doi else ""),
            }
        table, key = source.split("/", 1)
        row = self.get(table, key)
        found = {
            "id": source,
            "file": f"{self.folder}/{table}.csv",
            "row": str(self.numbers[source]),
            "place": getattr(row, "place", ""),
            "as_reported": getattr(row, "as_reported", ""),
        }
        if getattr(row, "schedule_as_reported", ""):
            found["place"] += f"; {row.schedule_place or row.place}"
            found["as_reported"] += f" … {row.schedule_as_reported}"
        return found


def key_of(table: str, row: Row) -> str:
    """What names a row: its id, or the item for CARE."""
    return getattr(row, KEYS.get(table, "id"))


def _member(at: Any, name: str) -> Any:
    """An attribute, a key, or the element of a list with that id."""
    if isinstance(at, tuple):
        return next(element for element in at if element.id == name)
    return at[name] if isinstance(at, dict) else getattr(at, name)
