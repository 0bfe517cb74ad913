"""Read the CSV and YAML files of a case folder, as Excel and LibreOffice save them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import yaml

from casetrace.case.problems import Problem, nearest

__all__ = ["Table", "line_of", "read_csv", "read_text", "read_yaml"]

#: Safe: plain values only. The one written in C where PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SAVE_AS = "save it again as 'CSV UTF-8' (in LibreOffice: Text CSV, character set Unicode UTF-8)"

Table = list[tuple[int, dict[str, str]]]


#: A file of a case is not larger than this, and opens no more lists and maps in brackets.
MOST_BYTES, MOST_OPEN = 20_000_000, 10_000


def read_text(path: Path, shown: str) -> tuple[str, list[Problem]]:
    """Read a file in UTF-8, or say what it is instead."""
    if path.stat().st_size > MOST_BYTES:
        expected, fix = f"at most {MOST_BYTES // 1_000_000} MB", "one folder holds one case"
        return "", [Problem(shown, value="a huge file", expected=expected, fix=fix)]
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", [Problem(shown, value="UTF-16 text", expected="UTF-8 text", fix=SAVE_AS)]
    if b"\x00" in raw:
        return "", [Problem(shown, value="binary data", expected="a text file", fix=SAVE_AS)]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        byte = raw[error.start : error.start + 1].decode("cp1252", "replace")
        return "", [
            Problem(shown, f"line {line}", value=byte, expected="UTF-8 text", fix=SAVE_AS),
        ]


def read_csv(
    path: Path, shown: str, columns: list[str], required: list[str]
) -> tuple[Table, list[Problem]]:
    """Read a table into rows of trimmed text.

    Parameters
    ----------
    path : Path
        The file.
    shown : str
        Its name in messages.
    columns, required : list of str
        Columns that may be there, and those that must.

    Returns
    -------
    rows : list of (int, dict)
        Row number as a spreadsheet counts, and text by column; every column is present.
    problems : list of Problem
    """
    if not path.is_file():
        return [], [Problem(shown, expected="this file", fix=f"add it, with {', '.join(columns)}")]
    text, problems = read_text(path, shown)
    if problems:
        return [], problems
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        fix = 'close the quotation mark; inside quotation marks write "" for one'
        return [], [Problem(shown, value=str(error), expected="a CSV table", fix=fix)]
    header = [cell.strip() for cell in lines[0]] if lines else []
    while header and not header[-1]:
        header.pop()
    problems = _check_header(shown, header, columns, required)
    if problems:
        return [], problems
    rows: Table = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(lines[0]) or any(cell.strip() for cell in cells[len(header) :]):
            line = delimiter.join(cells)
            split = re.search(r"(?<![\d.])(\d{1,3}),(\d{3})(?![\d.])", line)
            fix = f"put text that holds {delimiter!r} in quotation marks"
            if split:
                fix = f"write {split[1]}{split[2]} for {split[0]}, if that is a number; or {fix}"
            expected = f"{len(header)} cells, as in the header; found {len(cells)}"
            where = f"row {number} ({cells[0]})"
            problems.append(Problem(shown, where, "", _short(line), expected, fix))
            continue
        named = dict(zip(header, (" ".join(cell.split()) for cell in cells), strict=False))
        rows.append((number, {column: named.get(column, "") for column in columns}))
    return rows, problems


def _short(line: str, length: int = 70) -> str:
    return line if len(line) <= length else f"{line[: length - 3]}..."


def _check_header(
    shown: str, header: list[str], columns: list[str], required: list[str]
) -> list[Problem]:
    problems = []
    for name in header:
        if name not in columns:
            problems.append(
                Problem(
                    shown,
                    "row 1",
                    name or "(no name)",
                    name,
                    f"one of the columns {', '.join(columns)}",
                    nearest(name, set(columns) - set(header), "column left"),
                )
            )
        elif header.count(name) > 1:
            problems.append(
                Problem(shown, "row 1", name, name, "each column once", "delete one of them")
            )
    for name in required:
        if name not in header:
            problems.append(
                Problem(shown, "row 1", name, "", "this column", f"add the column {name}")
            )
    return list(dict.fromkeys(problems))


def read_yaml(path: Path, shown: str) -> tuple[Any, dict[tuple, int], list[Problem]]:
    """Read a YAML file with the line of every key.

    Returns
    -------
    data : object
        What the file holds.
    lines : dict
        Line by path of keys and list positions.
    problems : list of Problem
        Syntax errors and keys given twice.
    """
    if not path.is_file():
        fix = "add it; data/README.md says what it holds"
        return {}, {}, [Problem(shown, expected="this file", fix=fix)]
    text, problems = read_text(path, shown)
    if problems:
        return {}, {}, problems
    deep = [Problem(shown, expected="keys and lists as in data/README.md, without more inside")]
    if text.count("[") + text.count("{") > MOST_OPEN:
        return {}, {}, deep
    try:
        if "*" in text and any(isinstance(e, yaml.AliasEvent) for e in yaml.parse(text, _LOADER)):
            fix = "write the value out where it is needed"
            expected = "no references to other parts (*name)"
            return {}, {}, [Problem(shown, expected=expected, fix=fix)]
        loader = _LOADER(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node else {}
        lines: dict[tuple, int] = {}
        _walk(node, (), lines, problems, shown)
    except RecursionError:
        return {}, {}, deep
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        found = getattr(error, "problem", None) or str(error)
        fix = "check indentation and quotation marks at and just above that line"
        if "mapping values are not allowed" in found:
            fix = "put the text of that line in quotation marks, since it holds a colon"
        return {}, {}, [Problem(shown, where, "", found, "valid YAML", fix)]
    return data, lines, problems


def line_of(lines: dict[tuple, int], path: tuple) -> int:
    """Line of a path, or of the nearest key above it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _walk(
    node: yaml.Node | None,
    path: tuple,
    lines: dict[tuple, int],
    problems: list[Problem],
    shown: str,
) -> None:
    if node is None:
        return
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            lines[(*path, key.value)] = key.start_mark.line + 1
            if key.value in seen:
                where = f"line {key.start_mark.line + 1}"
                fix = "the second would silently replace the first: delete or rename one"
                problems.append(Problem(shown, where, key.value, "", "each key once", fix))
            seen.add(key.value)
            _walk(value, (*path, key.value), lines, problems, shown)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _walk(value, (*path, number), lines, problems, shown)
