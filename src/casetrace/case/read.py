"""Read the CSV and YAML files of a case folder, as Excel and LibreOffice save them."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from pathlib import Path
from typing import Any

import yaml

from casetrace.case.problems import Problem, nearest

__all__ = ["Table", "line_of", "parse_yaml", "plain_files", "read_csv", "read_text", "read_yaml"]

#: Safe: plain values only. The one written in C where PyYAML was built with it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SAVE_AS = "save it again as 'CSV UTF-8' (in LibreOffice: Text CSV, character set Unicode UTF-8)"

Table = list[tuple[int, dict[str, str]]]


#: A file of a case is not larger than this, and opens no more lists and maps in brackets.
MOST_BYTES, MOST_OPEN = 20_000_000, 10_000
#: Nor has a table more rows and columns, or a YAML file more lines.
MOST_ROWS, MOST_COLUMNS, MOST_LINES = 20_000, 200, 50_000


def plain_files(folder: Path) -> list[Path]:
    """Return the files of a folder that can be read, sorted: no pipe, device or huge file."""
    return [p for p in sorted(folder.iterdir()) if not _fault(p)] if folder.is_dir() else []


def _fault(path: Path) -> str:
    """What a path is instead of a plain file of its folder, of no more than :data:`MOST_BYTES`."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return "a link to nothing"
    except OSError as error:
        return f"what cannot be read ({error.strerror})"
    if stat.S_ISDIR(found.st_mode):
        return "a folder"
    if not stat.S_ISREG(found.st_mode):
        return "a pipe or a device"
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        return "a link to a file elsewhere"
    if found.st_size > MOST_BYTES:
        return "a huge file"
    return "" if os.access(path, os.R_OK) else "a file that may not be read"


def read_text(path: Path, shown: str) -> tuple[str, list[Problem]]:
    """Read a file in UTF-8, or say what it is instead."""
    if fault := _fault(path):
        expected = f"a plain file of at most {MOST_BYTES // 1_000_000} MB"
        fix = "one folder holds the files of one case, each a file of its own that can be read"
        return "", [Problem(shown, value=fault, expected=expected, fix=fix)]
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", [Problem(shown, value="UTF-16 text", expected="UTF-8 text", fix=SAVE_AS)]
    if b"\x00" in raw:
        return "", [Problem(shown, value="binary data", expected="a text file", fix=SAVE_AS)]
    try:
        text = raw.decode("utf-8-sig")
        return (text, []) if not (odd := _controls(text, shown)) else ("", odd)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        byte = raw[error.start : error.start + 1].decode("cp1252", "replace")
        return "", [
            Problem(shown, f"line {line}", value=byte, expected="UTF-8 text", fix=SAVE_AS),
        ]


#: Characters that control a terminal, or turn the direction in which text is read.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _controls(text: str, shown: str) -> list[Problem]:
    """Lines with characters that are seen nowhere and change what is seen."""
    lines = enumerate(text.split("\n"), start=1) if _CONTROL.search(text) else ()
    return [
        Problem(shown, f"line {n}", "", f"U+{ord(found[0]):04X}", "text alone", "delete it there")
        for n, line in lines
        if (found := _CONTROL.search(line.rstrip("\r")))
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
    if not os.path.lexists(path):
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
    wide = max(map(len, lines), default=0)
    if len(lines) > MOST_ROWS or wide > MOST_COLUMNS:
        found = f"{len(lines):,} rows, up to {wide:,} columns"
        expected = f"at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns"
        return [], [Problem(shown, "", "", found, expected, "one folder holds one case")]
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
    if not os.path.lexists(path):
        fix = "add it; data/README.md says what it holds"
        return {}, {}, [Problem(shown, expected="this file", fix=fix)]
    text, problems = read_text(path, shown)
    return ({}, {}, problems) if problems else parse_yaml(text, shown)


def parse_yaml(text: str, shown: str) -> tuple[Any, dict[tuple, int], list[Problem]]:
    """Parse a text in YAML as :func:`read_yaml` does a file of that name."""
    problems: list[Problem] = []
    deep = [Problem(shown, expected="keys and lists as in data/README.md, without more inside")]
    if text.count("[") + text.count("{") > MOST_OPEN:
        return {}, {}, deep
    if text.count("\n") > MOST_LINES:
        found, expected = f"{text.count(chr(10)):,} lines", f"at most {MOST_LINES:,} lines"
        return {}, {}, [Problem(shown, "", "", found, expected, "one folder holds one case")]
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
