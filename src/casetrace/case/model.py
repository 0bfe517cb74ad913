"""A case as analyses see it: rows, numbers with their sources, and where each stands."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from casetrace.case.head import Head
from casetrace.case.project import Project
from casetrace.case.readings import switched
from casetrace.case.record import Chosen, Results, unrecorded
from casetrace.case.rows import KEYS, Row
from casetrace.case.stories import Stories

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Case", "Reference", "Rows", "key_of"]


class Rows(dict[str, tuple[Any, ...]]):
    """Rows by table, which is also an attribute: ``rows.observations``."""

    def __getattr__(self, table: str) -> tuple[Any, ...]:
        if table not in self:
            raise AttributeError(table)
        return self[table]


@dataclass(frozen=True)
class Tables:
    """Rows by table, with their cells as they were written, and the line each stands in.

    Attributes
    ----------
    rows : dict of tuple of Row
        Rows by table; numbers with bounds are quantities that know where they come from.
    cells : dict of tuple of dict
        Text by column, of each row.
    numbers : dict of int
        Line of the file, as a spreadsheet counts, by ``table/row``.
    folder : str
        Folder of the files, from the project's.
    """

    rows: Rows
    cells: Mapping[str, tuple[Mapping[str, str], ...]]
    numbers: Mapping[str, int]
    folder: str

    def get(self, table: str, key: str) -> Any:
        """Return one row by table and id.

        Raises
        ------
        KeyError
            If there is none.
        """
        return self.rows[table][self._place(table, key)]

    def written(self, table: str, key: str) -> Mapping[str, str]:
        """Return the cells of a row as they were written, at the curator's options."""
        return self.cells[table][self._place(table, key)]

    def _place(self, table: str, key: str) -> int:
        if table not in self._places:
            keys = (key_of(table, row) for row in self.rows[table])
            self._places[table] = {key: place for place, key in enumerate(keys)}
        if key not in self._places[table]:
            raise KeyError(f"{table}/{key}")
        return self._places[table][key]

    @cached_property
    def _places(self) -> dict[str, dict[str, int]]:
        return {}


@dataclass(frozen=True)
class Reference(Tables):
    """The reference tables."""

    def __getattr__(self, name: str) -> tuple[Any, ...]:
        """Return the rows of a table: ``reference.limits`` and the rest."""
        if name not in self.__dict__.get("rows", ()):
            raise AttributeError(name)
        return self.rows[name]


@dataclass(frozen=True)
class Case(Tables):
    """A case under one scenario: its head, its tables and what each cell hangs on.

    Attributes
    ----------
    head : Head
        ``case.yaml`` with the scenario's options applied.
    scenario : str
        Name of the scenario, with single readings that were switched.
    chosen : Chosen
        Option by reading.
    touched : dict
        Readings by the cells they can set.
    reference : Reference
        The reference tables.
    stories : dict of str
        What its authors tell of it, by audience.
    where : Project
        The project it was read from.
    home : Case or None
        The case at the curator's options; None if it is this one.
    """

    head: Head
    scenario: str
    chosen: Chosen
    touched: Mapping[str, tuple[str, ...]]
    reference: Reference
    stories: Stories
    where: Project
    home: Case | None = None

    #: Gives the headline values of a case; set by the questions, which stand above.
    values_of: ClassVar[Callable[[Case], DataFrame] | None] = None

    def __getattr__(self, name: str) -> DataFrame:
        """Return a table as a DataFrame: ``case.observations``, ``case.findings`` and the rest."""
        if name not in self.__dict__.get("rows", ()):
            raise AttributeError(name)
        from casetrace.case.frames import frame_of  # here: pandas takes a while

        return self.once(("frame", name), lambda: frame_of(name, self.rows[name])).copy()

    def values(self) -> DataFrame:
        """Return the headline values as a DataFrame.

        Returns
        -------
        pandas.DataFrame
            Indexed by id; ``value`` holds quantities, ``how`` says how each was derived,
            ``readings`` and ``sources`` what it hangs on and rests on.

        Raises
        ------
        RuntimeError
            If the questions, which compute them, were not imported; ``casetrace.open_case`` does.
        """
        if self.values_of is None:
            raise RuntimeError("open the case with casetrace.open_case, which knows the questions")
        return type(self).values_of(self)

    @property
    def id(self) -> str:
        """Name of the case folder."""
        return self.head.id

    @cached_property
    def is_default(self) -> bool:
        """Whether every reading is at the curator's option."""
        return all(self.head.readings[n].default == o for n, o in self.chosen.items())

    @property
    def at_defaults(self) -> Case:
        """The case at the curator's options."""
        return self.home or self

    @cached_property
    def results(self) -> Results:
        """What was computed of this case already, under any scenario; a case does not change."""
        return Results()

    def once(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """Compute something once for all scenarios that agree in the readings it looks at.

        Parameters
        ----------
        key : hashable
            What it is.
        compute : callable
            Gives it for this case.
        """
        return self.at_defaults.results.get(key, self.chosen, compute)

    def under(self, options: Mapping[str, str]) -> Case:
        """Return the same case with some readings switched, and all others as they are here.

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
        base, chosen = self.at_defaults, Chosen({**self.chosen, **options})
        key = tuple(chosen.values())
        if key not in base._scenarios:
            with unrecorded():  # to make it is not to look at it
                base._scenarios[key] = base._switched(chosen)
        return base._scenarios[key]

    @cached_property
    def _scenarios(self) -> dict[tuple[str, ...], Case]:
        return {}

    def _switched(self, chosen: Chosen) -> Case:
        """Set the options of a case that is at its defaults."""
        readings = self.head.readings
        names = [f"{n}={o}" for n, o in chosen.items() if o != readings[n].default]
        if not names:
            return self
        head, rows = switched(self.head, self.rows, self.cells, chosen, self.touched)
        name, more = "+".join(names), {"chosen": chosen, "home": self}
        return replace(self, rows=Rows(rows), head=head, scenario=name, **more)

    def describe(self, source: str) -> dict[str, str]:
        """Return where a source stands and the words that carry it.

        Parameters
        ----------
        source : str
            ``table/row``, ``reference/table/row`` or ``case.yaml/part``.
        """
        return dict(self.once(("source", source), lambda: self._described(source)))

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
            is_work = table == "bibliography"
            work = row if is_work else self.reference.get("bibliography", row.citation)
            return {
                "id": source,
                "file": f"data/reference/{table}.csv",
                "row": str(self.reference.numbers[f"{table}/{key}"]),
                "citation": work.cited(),
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
        if words := getattr(row, "time_as_reported", ""):
            found["as_reported"] = " … ".join(filter(None, (found["as_reported"], words)))
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
