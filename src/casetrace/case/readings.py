"""Readings: which option is in force, and the cells that it sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from casetrace.case.fields import measured
from casetrace.case.head import Clock, Comparison, Head, Measure, Part, Subject, Uses
from casetrace.case.problems import Problem, UsageError, nearest
from casetrace.case.project import DEFAULT_SCENARIO
from casetrace.case.quoted import carries
from casetrace.case.read import Table, line_of
from casetrace.case.record import WatchedDict, watched
from casetrace.case.rows import KEYS, TABLES, Row

__all__ = ["apply_readings", "choose", "read_row", "switched", "touched_cells", "watched_head"]


#: Parts of ``case.yaml`` that a reading can set.
ROOTS = ("uses", "comparisons", "clocks", "subject", "measures")


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
    head: Head,
    rows: Mapping[str, tuple[Row, ...]],
    cells: Mapping[str, tuple[Mapping[str, str], ...]],
    chosen: Mapping[str, str],
    touched: Mapping[str, tuple[str, ...]],
) -> tuple[Head, dict[str, tuple[Row, ...]]]:
    """Set the cells that a choice of options sets, in a head and tables at their defaults.

    Parameters
    ----------
    head : Head
        The head of the case with every reading at its default.
    rows, cells : dict of tuple
        Its tables, likewise, and the text of their cells.
    chosen : dict
        Option by reading, every reading given.
    touched : dict of tuple of str
        Readings by the cells that they can set.

    Returns
    -------
    head : Head
    rows : dict of tuple of Row
        Read anew as far as a reading that is not at its default can set one of their cells.

    Raises
    ------
    pydantic.ValidationError
        If an option does not fit a row.
    """
    moved = {n: o for n, o in chosen.items() if o != head.readings[n].default}
    places = {tuple(c.split("/")[:2]) for c, names in touched.items() if moved.keys() & set(names)}
    tables = {table for table, _ in places if table in rows}
    text = {t: [(n, dict(row)) for n, row in enumerate(cells[t])] for t in tables}
    raw = {root: _opened(getattr(head, root)) for root in ROOTS}
    for name, option in moved.items():
        for path, value in head.readings[name].options[option].sets.items():
            _set_cell(path, value, raw, text)
    found = dict(rows)
    for table in tables:
        key = KEYS.get(table, "id")
        found[table] = tuple(
            read_row(TABLES[table], table, row, touched, chosen)
            if (table, row[key]) in places
            else old
            for old, (_, row) in zip(rows[table], text[table], strict=True)
        )
    if any(table in raw for table, _ in places):
        pairs = tuple(Comparison.model_validate(pair) for pair in raw["comparisons"])
        update = {
            "uses": Uses.model_validate(raw["uses"]),
            "comparisons": pairs,
            "clocks": tuple(Clock.model_validate(clock) for clock in raw["clocks"]),
            "subject": Subject.model_validate(raw["subject"]),
            "measures": {n: Measure.model_validate(m) for n, m in raw["measures"].items()},
        }
        head = watched_head(head.model_copy(update=update), touched)
    return head, found


def read_row(
    model: type[Row],
    table: str,
    cells: Mapping[str, str],
    touched: Mapping[str, tuple[str, ...]],
    chosen: Mapping[str, str],
) -> Row:
    """Read a row of a case from the text of its cells.

    Parameters
    ----------
    model : type of Row
        What the row is.
    table : str
        Its table.
    cells : dict of str
        Text by column.
    touched : dict of tuple of str
        Readings by the cells that they can set.
    chosen : dict
        Option by reading.

    Returns
    -------
    Row
        Its numbers know their row, their readings and whether the quoted words carry them; its
        fields note the readings that can set them.

    Raises
    ------
    pydantic.ValidationError
        If a cell does not hold.
    """
    row = model.model_validate(cells)
    source = f"{table}/{cells[KEYS.get(table, 'id')]}"
    fields = {f: touched[c] for f in model.model_fields if (c := f"{source}/{f}") in touched}
    words = f"{cells.get('as_reported', '')} {cells.get('schedule_as_reported', '')}"
    for name, (unit, _) in measured(model).items():
        if (q := getattr(row, name)) is not None:
            readings = tuple(sorted({*fields.get(name, ()), *fields.get(unit, ())}))
            numbers = re.findall(r"\d+(?:\.\d+)?", cells[name])
            is_printed = all(carries(words, number) for number in numbers)
            how = "as reported" if is_printed else "read from the words by the curator"
            how += "".join(f", {r}: {dict.__getitem__(chosen, r)}" for r in readings)
            row.__dict__[name] = q.traced([source], readings).explained(how)
            if readings:
                fields[name] = readings
    return watched(row, fields)


def watched_head(head: Head, touched: Mapping[str, tuple[str, ...]]) -> Head:
    """Return a head whose parts note the readings that can set them, and whose numbers are traced.

    Parameters
    ----------
    head : Head
        As it was read.
    touched : dict of tuple of str
        Readings by the cells and paths that they can set.
    """
    paths = {tuple(path.split("/")): names for path, names in touched.items()}

    def below(*start: str) -> dict[str, tuple[str, ...]]:
        """Readings by what stands next in the paths that begin so."""
        found: dict[str, set[str]] = {}
        for path, names in paths.items():
            if path[: len(start)] == start and len(path) > len(start):
                found.setdefault(path[len(start)], set()).update(names)
        return {part: tuple(sorted(names)) for part, names in found.items()}

    uses, fields = head.uses, below("uses")
    parts: dict[str, Any] = {
        name: WatchedDict(held, below("uses", name))
        for name in fields
        if isinstance(held := getattr(uses, name), dict)
    }
    if uses.igg:
        parts["igg"] = watched(uses.igg, below("uses", "igg"))
    plain = {name: names for name, names in fields.items() if name not in parts}
    update = {
        "uses": watched(uses.model_copy(update=parts), plain),
        "comparisons": tuple(watched(c, below("comparisons", c.id)) for c in head.comparisons),
        "subject": _traced(head.subject, "case.yaml/subject", below("subject")),
        "clocks": tuple(
            _traced(c, f"case.yaml/clocks/{c.id}", below("clocks", c.id)) for c in head.clocks
        ),
        "measures": {n: watched(m, below("measures", n)) for n, m in head.measures.items()},
    }
    return head.model_copy(update=update)


def _traced(part: Part, source: str, fields: Mapping[str, tuple[str, ...]]) -> Part:
    """Return a part of ``case.yaml`` whose numbers know where they stand, and what can set them."""
    numbers = {
        name: q.traced([source], sorted({*fields.get(name, ()), *fields.get(unit, ())}))
        for name, (unit, _) in measured(type(part)).items()
        if (q := getattr(part, name)) is not None
    }
    return watched(part.model_copy(update=numbers), fields)


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
    # What a clock or a measure leaves open may be set; the model refuses what is no part of it.
    is_open = parts[0] in ROOTS[2:]
    is_there = len(parts) > 1 and isinstance(at, dict) and (is_open or parts[-1] in at)
    if parts[0] not in ROOTS or not is_there:
        return (
            "a cell (table/row/column), or a path to what stands in case.yaml: into "
            f"{', '.join(ROOTS[:-1])} or {ROOTS[-1]}, such as clocks/relapse/gap",
            nearest(parts[0], [*tables, *ROOTS], "table"),
        )
    old = at.get(parts[-1])
    at[parts[-1]] = value.split(" and ") if isinstance(old, list) else value
    return None


def _opened(held: Any) -> Any:
    """A part of ``case.yaml`` as plain mappings and lists, its numbers as they are."""
    if isinstance(held, Part):
        return {name: _opened(getattr(held, name)) for name in type(held).model_fields}
    if isinstance(held, Mapping):
        return {name: _opened(dict.__getitem__(held, name)) for name in held}
    return [_opened(one) for one in held] if isinstance(held, (list, tuple)) else held


def _step(at: Any, part: str) -> Any:
    if isinstance(at, list):
        return next((e for e in at if isinstance(e, dict) and e.get("id") == part), None)
    return at.get(part) if isinstance(at, dict) else None
