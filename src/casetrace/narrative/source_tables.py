"""The rows that the numbers of a narrative lead to: values, and facts with their sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from casetrace.case.model import Case
from casetrace.display.table import source_words

__all__ = ["FACT_COLUMNS", "VALUE_COLUMNS", "fact_rows", "value_rows"]

#: Columns with their shares of a page's width.
VALUE_COLUMNS = {"value": 18, "": 14, "how": 22, "hangs on": 18, "words of the report": 48}
FACT_COLUMNS = {"row": 26, "words or work": 60, "file": 34}


def value_rows(
    records: Iterable[dict[str, Any]], said: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """Cells under :data:`VALUE_COLUMNS` by headline value; its text as it is said, if given."""
    found = {}
    for r in records:
        readings = ", ".join(f"{k}: {v}" for k, v in r["readings"].items())
        found[r["id"]] = [
            r["id"],
            said[r["id"]] if said else r["text"],
            r["how"],
            readings,
            source_words(r["sources"]),
        ]
    return found


def fact_rows(case: Case, keys: Iterable[str]) -> dict[str, list[str]]:
    """Cells under :data:`FACT_COLUMNS` by row of the case or of the reference tables."""
    found = {}
    for key in keys:
        source = case.describe(key)
        row = f", row {source['row']}" if "row" in source else ""
        said = source_words([source]) or source.get("place", "")
        found[key] = [key, said, f"{source['file']}{row}"]
    return found
