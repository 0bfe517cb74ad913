"""Read and validate a case under a scenario: every problem at once, or a whole case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from casetrace.case import crosscheck, privacy
from casetrace.case.fields import measured
from casetrace.case.head import Head
from casetrace.case.messages import explain
from casetrace.case.model import Case, Reference, Rows
from casetrace.case.problems import CaseError, Problem, UsageError, nearest
from casetrace.case.project import DEFAULT_SCENARIO, Project, project
from casetrace.case.read import Table, line_of, read_csv, read_yaml
from casetrace.case.readings import (
    apply_readings,
    choose,
    read_row,
    touched_cells,
    watched_head,
)
from casetrace.case.record import Chosen
from casetrace.case.reference import REFERENCE
from casetrace.case.rows import KEYS, OPTIONAL, TABLES, Row, columns
from casetrace.case.stories import read_stories

__all__ = ["check", "load", "load_reference", "open_head"]

#: Text by column, of each row of a table.
Cells = tuple[Mapping[str, str], ...]
#: Reads a row of a model and a table from the text of its cells.
ReadRow = Callable[[type[Row], str, Mapping[str, str]], Row]


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
    shown = f"data/{case}/case.yaml"
    raw, lines, problems = read_yaml(where.data / case / "case.yaml", shown)
    head, more = (None, []) if problems else _head(raw, lines, shown)
    if head is None:
        raise CaseError([*problems, *more])
    return head


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
    default: dict[str, str] = {}
    chosen: dict[str, str] = {}
    try:
        head = open_head(case, where)
        chosen, default = choose(head, scenario, readings), choose(head, DEFAULT_SCENARIO)
    except CaseError:
        pass  # case.yaml does not hold: report that with all else
    outside = _reference(where)
    found, problems, _ = _assemble(case, DEFAULT_SCENARIO, default, where, outside)
    if chosen != default and not problems:
        _, problems, _ = _assemble(case, scenario, chosen, where, outside)
    if problems or found is None:
        raise CaseError(problems)
    return found if chosen == default else replace(found.under(chosen), scenario=scenario)


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
    except CaseError:
        return _assemble(case, DEFAULT_SCENARIO, {}, where)[1], []
    chosen = choose(head, DEFAULT_SCENARIO)
    _, problems, warnings = _assemble(case, DEFAULT_SCENARIO, chosen, where)
    if problems:
        return problems, []
    outside = _reference(where)
    for name, reading in head.readings.items():
        for option in reading.options:
            other = {**chosen, name: option}
            _, more, _ = _assemble(case, f"{name}={option}", other, where, outside)
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
    case: str,
    scenario: str,
    chosen: Mapping[str, str],
    where: Project,
    outside: tuple[Reference, list[Problem]] | None = None,
) -> tuple[Case | None, list[Problem], list[Problem]]:
    folder = f"data/{case}"
    shown = f"{folder}/case.yaml"
    raw, lines, problems = read_yaml(where.data / case / "case.yaml", shown)
    head, more = (None, []) if problems else _head(raw, lines, shown)
    problems += [*more, *_strays(where.data / case, folder)]
    tables: dict[str, Table] = {}
    for name, model in TABLES.items():
        path = where.data / case / f"{name}.csv"
        if name in OPTIONAL and not path.exists():
            tables[name] = []
            continue
        table, more = read_csv(path, f"{folder}/{name}.csv", *_columns(model))
        problems += more
        if not more:
            tables[name] = table
    problems += privacy.identifiers(where.data / case, folder, raw, lines, tables)
    if head and not problems:
        problems += apply_readings(head, chosen, raw, tables, lines, shown)
        head, more = _head(raw, lines, shown)
        problems += more
    touched = touched_cells(head) if head else {}

    def of_case(model: type[Row], table: str, cells: Mapping[str, str]) -> Row:
        return read_row(model, table, cells, touched, chosen)

    rows, cells, numbers, more = _validate(TABLES, tables, folder, of_case)
    reference, worse = outside or _reference(where)
    stories, unclear = read_stories(where.data / case, folder)
    problems += [*more, *worse, *unclear]
    if problems or head is None:
        return None, list(dict.fromkeys(problems)), []
    found = Case(
        rows=Rows(rows),
        cells=cells,
        numbers=numbers,
        head=watched_head(head, touched),
        scenario=scenario,
        chosen=Chosen(chosen),
        touched=touched,
        reference=reference,
        stories=stories,
        folder=folder,
        where=where,
    )
    problems = crosscheck.problems(found, lines, case)
    return found, problems, [] if problems else crosscheck.warnings(found)


def _head(raw: Any, lines: dict, shown: str) -> tuple[Head | None, list[Problem]]:
    try:
        return Head.model_validate(raw), []
    except ValidationError as error:
        return None, [
            explain(
                e, Head, shown, f"line {line_of(lines, e['loc'])}", ".".join(map(str, e["loc"]))
            )
            for e in error.errors(include_url=False)
        ]


def _strays(folder: Path, shown: str) -> list[Problem]:
    """Tables that nothing reads: most likely a misspelt name."""
    return [
        Problem(f"{shown}/{path.name}", expected="a known table", fix=nearest(path.stem, TABLES))
        for path in sorted(folder.glob("*.csv"))
        if path.stem not in TABLES and path.name != "not-placed.csv"  # of an import
    ]


def _columns(model: type[BaseModel]) -> tuple[list[str], list[str]]:
    names = columns(model)
    return names, [n for n in names if model.model_fields[n].is_required()]


def _validate(
    models: Mapping[str, type[Row]], tables: Mapping[str, Table], folder: str, read: ReadRow
) -> tuple[dict[str, tuple[Row, ...]], dict[str, Cells], dict[str, int], list[Problem]]:
    rows: dict[str, tuple[Row, ...]] = {}
    text: dict[str, Cells] = {}
    numbers: dict[str, int] = {}
    problems: list[Problem] = []
    for name, table in tables.items():
        model, shown, kept, seen = models[name], f"{folder}/{name}.csv", [], {}
        written = []
        for number, cells in table:
            key = cells.get(KEYS.get(name, "id") if folder != "data/reference" else "id", "")
            row_name = f"row {number}" + (f" ({key})" if key else "")
            if key in seen:
                fix = f"rename one; the other is in row {seen[key]}"
                problems.append(Problem(shown, row_name, "id", key, "each id once", fix))
            seen.setdefault(key, number)
            empty = [c for c in _columns(model)[1] if not cells[c]]
            for name_ in empty:
                example = (model.model_fields[name_].examples or [""])[0]
                fix = f"fill it in, for example {example!r}" if example else "fill it in"
                problems.append(Problem(shown, row_name, name_, "", "a value, not nothing", fix))
            if empty:
                continue
            try:
                row = read(model, name, cells)
            except ValidationError as error:
                for e in error.errors(include_url=False):
                    at = str(e["loc"][0]) if e["loc"] else ""
                    problems.append(explain(e, model, shown, row_name, at))
                continue
            kept.append(row)
            written.append(cells)
            numbers[f"{name}/{key}"] = number
        rows[name], text[name] = tuple(kept), tuple(written)
    return rows, text, numbers, problems


def _of_reference(model: type[Row], table: str, cells: Mapping[str, str]) -> Row:
    """Read a row of a reference table; its numbers know where they stand."""
    row, source = model.model_validate(cells), f"{table}/{cells['id']}"
    for name in measured(model):
        if (q := getattr(row, name)) is not None:
            row.__dict__[name] = q.traced([f"reference/{source}"]).explained("as in the reference")
    return row


def _reference(where: Project) -> tuple[Reference, list[Problem]]:
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for name, model in REFERENCE.items():
        shown = f"data/reference/{name}.csv"
        tables[name], more = read_csv(where.reference / f"{name}.csv", shown, *_columns(model))
        problems += more
    rows, cells, numbers, more = _validate(REFERENCE, tables, "data/reference", _of_reference)
    reference = Reference(Rows(rows), cells, numbers, "data/reference")
    return reference, [*problems, *more, *crosscheck.citations(reference)]
