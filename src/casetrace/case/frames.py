"""The tables of a case as pandas DataFrames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

import casetrace.quantity.accessor  # noqa: F401  registers Series.quantity
from casetrace.case.fields import measured
from casetrace.case.rows import KEYS, TABLES, columns

__all__ = ["frame_of"]


def frame_of(table: str, rows: Sequence[Any]) -> pd.DataFrame:
    """Return rows of a case as a DataFrame.

    Parameters
    ----------
    table : str
        Their table.
    rows : sequence of Row
        The rows.

    Returns
    -------
    pandas.DataFrame
        Indexed by row id. Columns with bounds hold quantities, None where nothing is reported;
        the others hold text, empty where there is none.
    """
    model, key = TABLES[table], KEYS.get(table, "id")
    names = [name for name in columns(model) if name != key]
    index = pd.Index([getattr(row, key) for row in rows], name=key, dtype=object)
    return pd.DataFrame(
        {
            name: pd.Series(
                [getattr(row, name) for row in rows],
                index=index,
                dtype=object if name in measured(model) else "str",
            )
            for name in names
        },
        index=index,
    )
