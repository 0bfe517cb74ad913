"""A case folder as a Frictionless Data Package, version 1 (specs.frictionlessdata.io)."""

from __future__ import annotations

import csv
import hashlib
import io
import typing
from typing import Any

import yaml

from casetrace.case.model import Case, key_of
from casetrace.case.read import read_yaml
from casetrace.case.readings import apply_readings
from casetrace.case.rows import KEYS, TABLES
from casetrace.exchange.made import Made, as_json, cells_of

__all__ = ["datapackage"]

_LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0 International",
}


def datapackage(case: Case) -> tuple[Made, dict[str, bytes]]:
    """Describe the files of a case by the models that they are checked with.

    Under other options than the curator's the tables hold the cells that these set, and
    ``case.yaml`` no readings.

    Parameters
    ----------
    case : Case
        The case, under the scenario to write.

    Returns
    -------
    made : Made
        The descriptor as JSON.
    files : dict of bytes
        The files that it describes, by name.
    """
    folder = case.where.data / case.id
    files = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in (".csv", ".yaml", ".md") and path.is_file():
            files[path.name] = path.read_bytes()
    if not case.is_default:
        files |= _switched(case)
    head = case.head
    made = Made(case)
    made.content = {
        "profile": "data-package",
        "name": case.id,
        "title": head.title,
        "licenses": [_LICENCE],
        "sources": [{"title": head.citation.title or head.title, **_address(head.citation.doi)}],
        "resources": [_resource(name, content) for name, content in files.items()],
    }
    return made, {**files, "datapackage.json": as_json(made.content)}


def _address(doi: str) -> dict[str, str]:
    return {"path": f"https://doi.org/{doi}"} if doi else {}


def _switched(case: Case) -> dict[str, bytes]:
    """The tables and the head with the cells that the chosen options set."""
    files = {}
    for table, rows in case.rows.items():
        if all(cells_of(case, table, row) == case.written(table, key_of(table, row))
               for row in rows):  # fmt: skip
            continue
        written = (case.where.data / case.id / f"{table}.csv").read_bytes()
        out = io.StringIO()
        writer = csv.DictWriter(out, _header(written), lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(cells_of(case, table, row) for row in rows)
        files[f"{table}.csv"] = out.getvalue().encode()
    raw, lines, _ = read_yaml(case.where.data / case.id / "case.yaml", "case.yaml")
    tables = {name: [(0, dict(cells)) for cells in held] for name, held in case.cells.items()}
    apply_readings(case.at_defaults.head, case.chosen, raw, tables, lines, "case.yaml")
    raw = {key: value for key, value in raw.items() if key not in ("readings", "scenarios")}
    told = yaml.safe_dump(raw, sort_keys=False, allow_unicode=True, width=100)
    return {**files, "case.yaml": told.encode()}


def _header(content: bytes) -> list[str]:
    """The columns of a table as it is written."""
    text = content.decode("utf-8-sig")
    delimiter = max(",;", key=text.partition("\n")[0].count)
    return next(csv.reader(io.StringIO(text), delimiter=delimiter), [])


def _resource(name: str, content: bytes) -> dict[str, Any]:
    table, _, kind = name.rpartition(".")
    held: dict[str, Any] = {
        "name": table.lower().replace("_", "-"),
        "path": name,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "encoding": "utf-8",
    }
    if kind != "csv" or table not in TABLES:
        types = {"yaml": "application/yaml", "md": "text/markdown", "csv": "text/csv"}
        return {**held, "mediatype": types[kind]}
    fields = TABLES[table].model_fields
    return {
        **held,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "schema": {
            "fields": [_field(name, fields[name]) for name in _header(content) if name in fields],
            "primaryKey": KEYS.get(table, "id"),
            "missingValues": [""],
        },
    }


def _field(name: str, about: Any) -> dict[str, Any]:
    """A column by its model: all are text, since a number may have bounds."""
    held: dict[str, Any] = {"name": name, "type": "string", "description": about.description or ""}
    constraints: dict[str, Any] = {"required": True} if about.is_required() else {}
    if typing.get_origin(about.annotation) is typing.Literal:
        constraints["enum"] = [one for one in typing.get_args(about.annotation) if one]
    for rule in about.metadata:
        if pattern := getattr(rule, "pattern", None):
            constraints["pattern"] = pattern
    return {**held, **({"constraints": constraints} if constraints else {})}
