"""Read and validate a case under a scenario: every problem at once, or a whole case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ValidationError

from casetrace.case import crosscheck
from casetrace.case.explain import explain
from casetrace.case.files import Table, read_csv, read_yaml
from casetrace.case.head import Head
from casetrace.case.problems import CaseError, Problem, UsageError, nearest
from casetrace.case.reference import REFERENCE
from casetrace.case.rows import KEYS, TABLES, Row, columns
from casetrace.project import DEFAULT_SCENARIO, Project, project
from casetrace.quantity import Quantity, parse

__all__ = ["Case", "Reference", "check", "load", "load_reference", "open_head"]


@dataclass(frozen=True)
class Tables:
    """Rows by table, with the spreadsheet row each stands in."""

    rows: Mapping[str, tuple[Any, ...]]
    numbers: Mapping[str, int]

    def __getattr__(self, name: str) -> tuple[Any, ...]:
        try:
            return self.rows[name]
        except KeyError:
            raise AttributeError(name) from None

    def get(self, table: str, key: str) -> Any:
        """One row by table and id.

        Raises
        ------
        KeyError
            If there is none.
        """
        for row in self.rows[table]:
            if key_of(table, row) == key:
                return row
        raise KeyError(f"{table}/{key}")


class Reference(Tables):
    """The reference tables."""

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
    """

    head: Head
    scenario: str
    chosen: Mapping[str, str]
    touched: Mapping[str, tuple[str, ...]]
    reference: Reference
    folder: str

    @property
    def id(self) -> str:
        """Name of the case folder."""
        return self.head.id

    @cached_property
    def is_default(self) -> bool:
        """Whether every reading is at the curator's option."""
        return all(r.default == self.chosen[n] for n, r in self.head.readings.items())

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
        row = self.get(table, key)
        text = getattr(row, field)
        if not text:
            return None
        unit = getattr(row, unit_field) if unit_field else "1"
        cells = [f"{table}/{key}/{f}" for f in (field, unit_field) if f]
        readings = self.hangs_on(*cells)
        how = "as reported" + "".join(f", {r}: {self.chosen[r]}" for r in readings)
        return parse(text, unit or "1").traced([f"{table}/{key}"], readings).explained(how)

    def describe(self, source: str) -> dict[str, str]:
        """Where a source stands and the words that carry it.

        Parameters
        ----------
        source : str
            ``table/row``, ``reference/table/row`` or ``case.yaml/part``.
        """
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


def open_head(case: str, where: Project | None = None) -> Head:
    """Read ``case.yaml`` alone, at its defaults.

    Raises
    ------
    UsageError
        If there is no such case.
    CaseError
        If the file does not hold.
    """
    where = where or project()
    _must_exist(case, where)
    raw, lines, problems = read_yaml(where.data / case / "case.yaml", f"data/{case}/case.yaml")
    head, more = _head(raw, lines, f"data/{case}/case.yaml")
    if problems or more or head is None:
        raise CaseError([*problems, *more])
    return head


def choose(head: Head, scenario: str, switched: Mapping[str, str] | None = None) -> dict[str, str]:
    """Option by reading for a scenario.

    Parameters
    ----------
    head : Head
        The head of the case.
    scenario : str
        ``default``, the name of a scenario of the case, or readings switched one by one:
        ``ivig_dose=per-course``; several parts are joined by ``+``.
    switched : mapping
        More readings to switch, option by name.

    Raises
    ------
    UsageError
        If a scenario, reading or option is not there; names the nearest.
    """
    chosen = {name: reading.default for name, reading in head.readings.items()}
    changes: dict[str, str] = {}
    for part in scenario.split("+"):
        name, is_pair, option = part.partition("=")
        if is_pair:
            changes[name] = option
        elif part in head.scenarios:
            changes.update(head.scenarios[part].readings)
        elif part != DEFAULT_SCENARIO:
            known = [DEFAULT_SCENARIO, *head.scenarios]
            hint = nearest(part, known, "scenario")
            raise UsageError(f"{head.id} has no scenario {part!r}; {hint}")
    for name, option in {**changes, **(switched or {})}.items():
        if name not in head.readings:
            hint = nearest(name, head.readings, "reading")
            raise UsageError(f"{head.id} has no reading {name!r}; {hint}")
        options = head.readings[name].options
        if option not in options:
            hint = nearest(option, options, "option")
            raise UsageError(f"reading {name!r} has no option {option!r}; {hint}")
        chosen[name] = option
    return chosen


def load(
    case: str,
    scenario: str = DEFAULT_SCENARIO,
    readings: Mapping[str, str] | None = None,
    where: Project | None = None,
) -> Case:
    """Read a case under a scenario.

    Parameters
    ----------
    case : str
        Name of its folder in ``data/``.
    scenario : str
        See :func:`choose`.
    readings : mapping
        Readings to switch, option by name.
    where : Project
        The project; found by itself if not given.

    Raises
    ------
    UsageError
        If the case, scenario, reading or option is not there.
    CaseError
        If anything in its files does not hold: all problems at once.
    """
    where = where or project()
    head = open_head(case, where)
    chosen = choose(head, scenario, readings)
    found, problems, _ = _assemble(case, scenario, chosen, where)
    if problems or found is None:
        raise CaseError(problems)
    return found


def check(case: str, where: Project | None = None) -> tuple[list[Problem], list[Problem]]:
    """Validate a case under its defaults and under every single option of every reading.

    Returns
    -------
    problems, warnings : list of Problem
        What must be put right, and what should be looked at.
    """
    where = where or project()
    try:
        head = open_head(case, where)
    except CaseError as error:
        return list(error.problems), []
    chosen = choose(head, DEFAULT_SCENARIO)
    _, problems, warnings = _assemble(case, DEFAULT_SCENARIO, chosen, where)
    if problems:
        return problems, []
    for name, reading in head.readings.items():
        for option in reading.options:
            _, more, _ = _assemble(case, f"{name}={option}", {**chosen, name: option}, where)
            for problem in more:
                where_ = f"{problem.where}, under {name}={option}"
                problems.append(Problem(**{**vars(problem), "where": where_}))
    return problems, warnings


def load_reference(where: Project | None = None) -> Reference:
    """Read the reference tables.

    Raises
    ------
    CaseError
        If any row does not hold.
    """
    reference, problems = _reference(where or project())
    if problems:
        raise CaseError(problems)
    return reference


# --- the steps


def _must_exist(case: str, where: Project) -> None:
    known = where.cases()
    if case not in known:
        raise UsageError(f"there is no case {case!r} in data/; {nearest(case, known, 'case')}")


def _assemble(
    case: str, scenario: str, chosen: Mapping[str, str], where: Project
) -> tuple[Case | None, list[Problem], list[Problem]]:
    folder = f"data/{case}"
    shown = f"{folder}/case.yaml"
    raw, lines, problems = read_yaml(where.data / case / "case.yaml", shown)
    head, more = _head(raw, lines, shown)
    problems += more
    if head is None:
        return None, problems, []
    tables: dict[str, Table] = {}
    for name, model in TABLES.items():
        tables[name], more = read_csv(
            where.data / case / f"{name}.csv", f"{folder}/{name}.csv", *_columns(model)
        )
        problems += more
    if problems:
        return None, problems, []
    problems += apply_readings(head, chosen, raw, tables, lines, shown)
    head, more = _head(raw, lines, shown)
    rows, numbers, worse = _validate(TABLES, tables, folder)
    reference, worst = _reference(where)
    problems += [*more, *worse, *worst]
    if problems or head is None:
        return None, list(dict.fromkeys(problems)), []
    touched: dict[str, set[str]] = {}
    for name, reading in head.readings.items():
        for option in reading.options.values():
            for cell in option.sets:
                touched.setdefault(cell, set()).add(name)
    found = Case(
        rows=rows,
        numbers=numbers,
        head=head,
        scenario=scenario,
        chosen=dict(chosen),
        touched={cell: tuple(sorted(names)) for cell, names in touched.items()},
        reference=reference,
        folder=folder,
    )
    problems = crosscheck.problems(found, lines, case)
    return found, problems, [] if problems else crosscheck.warnings(found)


def _head(raw: Any, lines: dict, shown: str) -> tuple[Head | None, list[Problem]]:
    try:
        return Head.model_validate(raw), []
    except ValidationError as error:
        return None, [
            explain(e, Head, shown, f"line {_line(lines, e['loc'])}", ".".join(map(str, e["loc"])))
            for e in error.errors(include_url=False)
        ]


def _line(lines: dict, loc: tuple) -> int:
    while loc and loc not in lines:
        loc = loc[:-1]
    return lines.get(loc, 1)


def _columns(model: type[BaseModel]) -> tuple[list[str], list[str]]:
    names = columns(model)
    return names, [n for n in names if model.model_fields[n].is_required()]


def _validate(
    models: Mapping[str, type[Row]], tables: Mapping[str, Table], folder: str
) -> tuple[dict[str, tuple[Row, ...]], dict[str, int], list[Problem]]:
    rows: dict[str, tuple[Row, ...]] = {}
    numbers: dict[str, int] = {}
    problems: list[Problem] = []
    for name, model in models.items():
        shown, kept, seen = f"{folder}/{name}.csv", [], {}
        for number, cells in tables[name]:
            key = cells.get(KEYS.get(name, "id") if folder != "data/reference" else "id", "")
            row_name = f"row {number}" + (f" ({key})" if key else "")
            if key in seen:
                fix = f"rename one; the other is in row {seen[key]}"
                problems.append(Problem(shown, row_name, "id", key, "each id once", fix))
            seen.setdefault(key, number)
            try:
                row = model.model_validate(cells)
            except ValidationError as error:
                for e in error.errors(include_url=False):
                    at = str(e["loc"][0]) if e["loc"] else ""
                    problems.append(explain(e, model, shown, row_name, at))
                continue
            kept.append(row)
            numbers[f"{name}/{key}"] = number
        rows[name] = tuple(kept)
    return rows, numbers, problems


def _reference(where: Project) -> tuple[Reference, list[Problem]]:
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for name, model in REFERENCE.items():
        shown = f"data/reference/{name}.csv"
        tables[name], more = read_csv(where.reference / f"{name}.csv", shown, *_columns(model))
        problems += more
    rows, numbers, more = _validate(REFERENCE, tables, "data/reference")
    reference = Reference(rows, numbers)
    return reference, [*problems, *more, *crosscheck.citations(reference)]


def apply_readings(
    head: Head,
    chosen: Mapping[str, str],
    raw: Any,
    tables: Mapping[str, Table],
    lines: dict,
    shown: str,
) -> list[Problem]:
    """Write the chosen options into the raw cells, before anything is validated."""
    problems = []
    for name, option in chosen.items():
        for path, value in head.readings[name].options[option].sets.items():
            trouble = _set_cell(path, value, raw, tables)
            if trouble:
                key = ("readings", name, "options", option, "sets", path)
                where = f"line {_line(lines, key)}"
                problems.append(Problem(shown, where, f"readings.{name}", path, *trouble))
    return problems


def _set_cell(
    path: str, value: str, raw: Any, tables: Mapping[str, Table]
) -> tuple[str, str] | None:
    parts = path.split("/")
    if parts[0] in tables:
        if len(parts) != 3:
            return "a path table/row/column", "write for example treatments/ivig.first_block/gap"
        table, key, field = parts
        cells = {r[KEYS.get(table, "id")]: r for _, r in tables[table]}
        if key not in cells:
            return f"a row of {table}.csv", nearest(key, cells, "row")
        if field not in cells[key]:
            return f"a column of {table}.csv", nearest(field, cells[key], "column")
        cells[key][field] = value
        return None
    at: Any = raw
    for part in parts[:-1]:
        at = _step(at, part)
    if parts[0] not in ("uses", "comparisons") or at is None or _step(at, parts[-1]) is None:
        return (
            "a cell (table/row/column), or a path into uses or comparisons of case.yaml",
            nearest(parts[0], [*tables, "uses", "comparisons"], "table"),
        )
    old = at[parts[-1]]
    at[parts[-1]] = value.split(" and ") if isinstance(old, list) else value
    return None


def _member(at: Any, name: str) -> Any:
    """An attribute, a key, or the element of a list with that id."""
    if isinstance(at, tuple):
        return next(element for element in at if element.id == name)
    return at[name] if isinstance(at, dict) else getattr(at, name)


def _step(at: Any, part: str) -> Any:
    if isinstance(at, list):
        return next((e for e in at if isinstance(e, dict) and e.get("id") == part), None)
    return at.get(part) if isinstance(at, dict) else None
