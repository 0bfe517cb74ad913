"""How a laboratory value stands against its limit and against itself."""

from __future__ import annotations

from casetrace.case import Case
from casetrace.quantity import Quantity, change

__all__ = ["changes", "folds", "upper_limit"]


def upper_limit(case: Case, measure: str) -> Quantity | None:
    """Upper reference limit that the case sets a measure against; None if it names none.

    The report may give no limit of its own: the row of ``data/reference/limits.csv`` is an
    assumption, and the reading that chooses it is carried along.
    """
    key = case.head.uses.upper_limit.get(measure)
    if key is None:
        return None
    unit = case.reference.get("limits", key).unit
    limit = case.reference.quantity("limits", key, "value", unit)
    readings = case.hangs_on(f"uses/upper_limit/{measure}")
    return limit.traced(readings=readings).named(f"{measure}.upper_limit")


def folds(case: Case, measure: str) -> dict[str, Quantity]:
    """Each observation of a measure as a multiple of the upper limit.

    Returns
    -------
    dict of Quantity
        Plain numbers (unit ``1``) by id, ``<measure>.fold.<occasion>``; empty without a limit.
    """
    limit = upper_limit(case, measure)
    if limit is None:
        return {}
    found = {}
    for row in case.observations:
        family, _, occasion = row.id.partition(".")
        if family == measure:
            value = case.quantity("observations", row.id, "value", "unit").named(row.id)
            name = f"{measure}.fold.{occasion}"
            found[name] = (value / limit).named(name)
    return found


def changes(case: Case) -> dict[str, Quantity]:
    """The comparisons that the case declares, in percent of the older value.

    Returns
    -------
    dict of Quantity
        By the id of the comparison, unit ``%``; negative is a fall.
    """
    found = {}
    for pair in case.head.comparisons:
        old, new = (
            case.quantity("observations", key, "value", "unit").named(key)
            for key in (pair.old, pair.new)
        )
        readings = case.hangs_on(*(f"comparisons/{pair.id}/{end}" for end in ("old", "new")))
        found[pair.id] = change(new, old).traced(readings=readings).named(pair.id)
    return found
