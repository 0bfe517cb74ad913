"""Many cases side by side: which hold, and their headline values as one tidy table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from casetrace.case.load import load
from casetrace.case.model import Case
from casetrace.case.problems import CaseError, UsageError
from casetrace.case.write import inert
from casetrace.questions.values import as_records, headline

__all__ = ["COLUMNS", "CaseSeries", "as_csv", "as_parquet", "open_series", "tidy"]

#: Columns of the tidy table.
COLUMNS = (
    "case",
    "scenario",
    "value",
    "low",
    "high",
    "low_included",
    "high_included",
    "about",
    "unit",
    "text",
    "readings",
    "sources",
    "how",
)


@dataclass(frozen=True)
class CaseSeries:
    """Cases that are shown together; nothing is pooled over them.

    Attributes
    ----------
    report : Case
        The case that was asked for, which is among them.
    cases : tuple of Case
        All whose data hold, at the curators' defaults, by name.
    left_out : tuple of (str, str)
        Names of the others, with the first thing that is wrong with each.
    """

    report: Case
    cases: tuple[Case, ...]
    left_out: tuple[tuple[str, str], ...]


def open_series(report: Case, names: Iterable[str] | None = None) -> CaseSeries:
    """Open all cases of the project that a case belongs to.

    Parameters
    ----------
    report : Case
        The case that was asked for.
    names : iterable of str, optional
        Which; all in ``data/`` if not given.

    Returns
    -------
    CaseSeries
    """
    found, left_out = [], []
    for name in names or report.where.cases():
        try:
            found.append(
                report.at_defaults if name == report.id else load(name, where=report.where)
            )
        except CaseError as error:
            left_out.append((name, str(error.problems[0]).partition("\n")[0]))
    return CaseSeries(report, tuple(found), tuple(left_out))


def tidy(case: Case) -> list[dict[str, Any]]:
    """The headline values of a case, one row each.

    Returns
    -------
    list of dict
        By :data:`COLUMNS`; an open bound is None, readings are ``name=option`` and sources row
        names, both joined by ``; ``.
    """
    rows = []
    for record in as_records(case, headline(case)):
        cells = {
            **record,
            "case": case.id,
            "scenario": case.scenario,
            "value": record["id"],
            "readings": "; ".join(f"{n}={o}" for n, o in record["readings"].items()),
            "sources": "; ".join(source["id"] for source in record["sources"]),
        }
        rows.append({column: cells[column] for column in COLUMNS})
    return rows


def as_csv(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The tidy table as CSV in UTF-8; an open bound is an empty cell, no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in COLUMNS])
    return out.getvalue().encode()


def as_parquet(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The tidy table as Parquet: bounds are float64 and null where open.

    Raises
    ------
    UsageError
        If pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError(
            "Parquet needs pyarrow: install it with .venv/bin/pip install pyarrow"
        ) from None
    kinds = dict.fromkeys(("low", "high"), pa.float64())
    kinds |= dict.fromkeys(("low_included", "high_included", "about"), pa.bool_())
    schema = pa.schema([(column, kinds.get(column, pa.string())) for column in COLUMNS])
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=schema), out)
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return inert(value) if isinstance(value, str) else f"{value:.12g}"
