"""Many cases side by side: which hold, and their headline values as one tidy table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from casetrace.case.load import load
from casetrace.case.model import Case
from casetrace.case.problems import CaseError, UsageError
from casetrace.case.write import inert
from casetrace.questions.values import as_records, headline

__all__ = ["COLUMNS", "CaseSeries", "as_csv", "as_parquet", "of_all", "open_series", "tidy"]

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


def tidy(case: Case) -> pd.DataFrame:
    """Return the headline values of a case, one row each.

    Returns
    -------
    pandas.DataFrame
        With :data:`COLUMNS`; an open bound is missing, readings are ``name=option`` and sources
        row names, both joined by ``; ``.
    """
    rows = [
        {
            **record,
            "case": case.id,
            "scenario": case.scenario,
            "value": record["id"],
            "readings": "; ".join(f"{n}={o}" for n, o in record["readings"].items()),
            "sources": "; ".join(source["id"] for source in record["sources"]),
        }
        for record in as_records(case, headline(case))
    ]
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.astype({"low": "float64", "high": "float64"})


def of_all(series: CaseSeries) -> pd.DataFrame:
    """Return the headline values of all cases as one tidy table; see :func:`tidy`."""
    return pd.concat([tidy(case) for case in series.cases], ignore_index=True)


def as_csv(values: pd.DataFrame) -> bytes:
    """Return the tidy table as CSV in UTF-8; an open bound is an empty cell, no cell a formula."""
    flags = values.select_dtypes(bool).columns
    words = values.select_dtypes(exclude=["number", bool]).columns
    safe = values.assign(
        **{name: values[name].map({True: "yes", False: "no"}) for name in flags},
        **{name: values[name].map(inert) for name in words},
    )
    return safe.to_csv(index=False, float_format="%.12g", lineterminator="\n").encode()


def as_parquet(values: pd.DataFrame) -> bytes:
    """Return the tidy table as Parquet: bounds are float64 and null where open.

    Raises
    ------
    UsageError
        If pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise UsageError(
            "Parquet needs pyarrow: install it with .venv/bin/pip install pyarrow"
        ) from None
    return values.to_parquet(index=False, engine="pyarrow")
