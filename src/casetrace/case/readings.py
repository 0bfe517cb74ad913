"""Readings: which option is in force, and the cells that it sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from casetrace.case.head import Comparison, Head, Uses
from casetrace.case.problems import Problem, UsageError, nearest
from casetrace.case.project import DEFAULT_SCENARIO
from casetrace.case.read import Table, line_of
from casetrace.case.rows import KEYS, Row

__all__ = ["apply_readings", "choose", "switched", "touched_cells"]


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
            several = "; join several readings with +" if re.search(r"[=,;&]", option) else ""
            raise UsageError(f"reading {name!r} has no option {option!r}; {hint}{several}")
        chosen[name] = option
    return chosen


def touched_cells(head: Head) -> dict[str, tuple[str, ...]]:
    """Readings by the cells and paths that any of their options can set."""
    touched: dict[str, set[str]] = {}
    for name, reading in head.readings.items():
        for option in reading.options.values():
            for cell in option.sets:
                touched.setdefault(cell, set()).add(name)
    return {cell: tuple(sorted(names)) for cell, names in touched.items()}


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
                where = f"line {line_of(lines, key)}"
                problems.append(Problem(shown, where, f"readings.{name}", path, *trouble))
    return problems


def switched(
    head: Head, rows: Mapping[str, tuple[Row, ...]], chosen: Mapping[str, str]
) -> tuple[Head, dict[str, tuple[Row, ...]]]:
    """Set the cells that a choice of options sets, in a head and tables at their defaults.

    Parameters
    ----------
    head : Head
        The head of the case with every reading at its default.
    rows : dict of tuple of Row
        Its tables, likewise.
    chosen : dict
        Option by reading, every reading given.

    Returns
    -------
    head : Head
    rows : dict of tuple of Row
        Validated anew as far as an option sets one of their cells.

    Raises
    ------
    pydantic.ValidationError
        If an option does not fit a row.
    """
    raw = head.model_dump(mode="json", include={"uses", "comparisons"})
    keys = {t: KEYS.get(t, "id") for t in rows}
    sets = [item for n, o in chosen.items() for item in head.readings[n].options[o].sets.items()]
    touched = {tuple(path.split("/")[:2]) for path, _ in sets}
    cells = {
        table: [(n, row.model_dump()) for n, row in enumerate(kept)]
        for table, kept in rows.items()
        if table in {t for t, _ in touched}
    }
    for path, value in sets:
        _set_cell(path, value, raw, cells)
    found = dict(rows)
    for table, changed in cells.items():
        found[table] = tuple(
            type(old).model_validate(new) if (table, new[keys[table]]) in touched else old
            for old, (_, new) in zip(rows[table], changed, strict=True)
        )
    if any(table in raw for table, _ in touched):
        pairs = tuple(Comparison.model_validate(pair) for pair in raw["comparisons"])
        update = {"uses": Uses.model_validate(raw["uses"]), "comparisons": pairs}
        head = head.model_copy(update=update)
    return head, found


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


def _step(at: Any, part: str) -> Any:
    if isinstance(at, list):
        return next((e for e in at if isinstance(e, dict) and e.get("id") == part), None)
    return at.get(part) if isinstance(at, dict) else None
