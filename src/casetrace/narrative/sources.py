"""What numbers and facts rest on, in words: rows of values and of sources, without identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casetrace.case.model import Case
from casetrace.display.table import how_said, quote, readings_said, source_words
from casetrace.quantity import Quantity
from casetrace.quantity.wording import value_name
from casetrace.questions.values import as_records

__all__ = [
    "SOURCE_COLUMNS",
    "VALUE_COLUMNS",
    "source_name",
    "source_rows",
    "value_rows",
]

VALUE_COLUMNS = ("value", "", "how", "depends on", "words of the report")
SOURCE_COLUMNS = ("what", "words or work", "place", "file")

_TABLES = {
    "observations": "measurement", "findings": "finding", "motor": "function",
    "treatments": "treatment", "register": "note", "care": "CARE checklist", "links": "link",
    "disclosures": "disclosure", "limits": "reference limit", "growth": "growth standard",
    "criteria": "item of criteria", "classes": "criteria", "constants": "constant",
    "pk_models": "pharmacokinetic model", "scales": "grade", "studies": "study",
    "phenotypes": "sign of the profile", "bibliography": "work", "codes": "code",
}  # fmt: skip


def value_rows(case: Case, values: Mapping[str, Quantity]) -> dict[str, list[str]]:
    """Cells under :data:`VALUE_COLUMNS` by headline value."""
    records = as_records(case, dict(values))
    return {
        r["id"]: [
            value_name(r["id"]),
            r["text"],
            how_said(r["how"], r["readings"]),
            readings_said(case, r["readings"]),
            source_words(r["sources"]),
        ]
        for r in records
    }


def source_rows(case: Case, keys: Iterable[str]) -> dict[str, list[str]]:
    """Cells under :data:`SOURCE_COLUMNS` by row of the case or of the reference tables."""
    found = {}
    for key in keys:
        source = case.describe(key)
        row = f", row {source['row']}" if "row" in source else ""
        said = quote(source.get("as_reported", "")) or source.get("citation", "")
        said = said or silent(case, key)
        found[key] = [
            source_name(case, key),
            said,
            source.get("place", ""),
            f"{source['file']}{row}",
        ]
    return found


def source_name(case: Case, key: str) -> str:
    """What a row of the case or of the reference tables is, in words."""
    table, _, name = key.partition("/")
    if table == "case.yaml":
        part, _, name = name.partition("/")
        found = getattr(case.head, part)
        if part == "readings":
            return f"reading: {found[name].question}"
        if part == "clocks":
            return f"time: {next(c.label for c in found if c.id == name)}"
        return part if not hasattr(found, "name") else f"{part}: {found.name}"
    if table == "reference":
        table, _, name = name.partition("/")
        row = case.reference.get(table, name)
    elif table == "links":
        return f"{_TABLES[table]}: {_linked(case, name)}"
    elif table == "care":
        item = next(item for item in case.reference.care if item.id == name)
        return f"{_TABLES[table]}: {item.label}"
    else:
        row = case.get(table, name)
    said = next(
        (
            v
            for f in ("topic", "name", "label", "title", "item", "population")
            if (v := getattr(row, f, ""))
        ),
        "",
    )
    return f"{_TABLES.get(table, table)}: {said}" if said else _TABLES.get(table, table)


def _linked(case: Case, item: str) -> str:
    """What a row of links.csv is rated: an item of criteria, or a sign of a profile, in words."""
    for row in case.reference.criteria:
        if row.id == item:
            return f"{value_name(row.set)}, {row.label}"
    signs = (row.label for row in case.reference.phenotypes if row.id == item)
    return next(signs, "an item of a core set")


def silent(case: Case, key: str) -> str:
    """What stands for words of the report where a row has none."""
    table, _, row = key.partition("/")
    if table == "care":
        return "Our judgement: the report has no words of its own for this."
    if table in ("findings", "register"):
        kind = getattr(case.get(table, row), "state" if table == "findings" else "kind")
        if kind in ("not reported", "missing"):
            return "The report says nothing on this."
    if key.startswith("case.yaml/readings/"):
        return "An assumption: the report does not say."
    return ""
