"""Values of FHIR: quantities and ranges as numbers with bounds, concepts as names and codes."""

from __future__ import annotations

from casetrace.case.privacy import found_in
from casetrace.exchange.account import Node
from casetrace.exchange.draft import Draft
from casetrace.exchange.fhir_names import UCUM
from casetrace.exchange.terms import agree
from casetrace.quantity import BoundsError, parse
from casetrace.quantity.units import NOT_PRINTED

__all__ = ["coded", "label", "named", "quantity_of", "range_of", "read_unit"]

_BOUNDS = {"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}


def quantity_of(part: Node, draft: Draft) -> tuple[str, str] | None:
    """A Quantity as value and unit; None if it is none, or its unit is not known in UCUM."""
    number = part.at("value").value
    if number is None:
        return None
    written = part.peek("code") or part.peek("unit")
    unit = draft.unit(written) if written else NOT_PRINTED
    text = part.number("value") if unit is not None else ""
    if not text:
        return None
    read_unit(part, unit, draft)
    return f"{_BOUNDS.get(part.text('comparator'), '')}{text}", unit


def read_unit(part: Node, unit: str, draft: Draft) -> None:
    """Count what says the unit of a quantity as read; what says another, or more, is not."""
    for key in ("code", "unit"):
        if draft.unit(part.peek(key)) == unit:
            part.text(key)
    if part.peek("system") == UCUM:
        part.text("system")


def range_of(part: Node, draft: Draft) -> tuple[str, str] | None:
    """A Range as value and unit; an end that is missing is open."""
    ends = [part.at(end) for end in ("low", "high")]
    if all(end.at("value").value is None for end in ends):
        return None
    units = {end.peek("code") or end.peek("unit") for end in ends} - {""}
    unit = draft.unit(units.pop()) if len(units) == 1 else None if units else NOT_PRINTED
    if unit is None:
        return None
    low, high = (end.number("value") for end in ends)
    for end in ends:
        read_unit(end, unit, draft)
    value = f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    try:
        parse(value)
    except BoundsError:
        return (low, unit) if low == high else None
    return value, unit


def label(part: Node) -> str:
    """Return what a CodeableConcept says: its text, else the first display."""
    if found := part.text("text"):
        return found
    for one in part.items("coding"):
        if found := one.text("display"):
            return found
    return ""


def named(resource: Node, *path: str) -> str:
    """Return the name of what a resource is about, without a trace of a person."""
    name = label(resource.at(*path))
    return "" if any(True for _ in found_in(name)) else name


def coded(part: Node, name: str, draft: Draft) -> dict[str, str]:
    """Return the cells of the first code that the reference tables have under this label.

    Other codes, and those with another label, stay to be listed.
    """
    for one in part.items("coding"):
        code = one.peek("code")
        for row in draft.reference.codes:
            if row.id in (code, f"NCIT:{code}"):
                if one.peek("display") != row.label and not agree(row.label, name):
                    one.leave(draft, f"the code is that of {row.label!r} in codes.csv")
                    return {}
                for key in ("system", "code", "display", "userSelected"):
                    one.settle(key)
                if one.peek("version") == row.version:
                    one.settle("version")
                return {"system": row.system, "code": row.id, **_more(part, one, draft)}
    return {}


def _more(part: Node, first: Node, draft: Draft) -> dict[str, str]:
    """The further codes of a concept that the reference tables have under their own label."""
    known = {row.id: row for row in draft.reference.codes}
    found = []
    for one in part.items("coding"):
        row = known.get(one.peek("code")) or known.get(f"NCIT:{one.peek('code')}")
        if row and one.path != first.path and one.peek("display") == row.label:
            found.append(row.id)
            one.settle()
    return {"more_codes": "; ".join(found)} if found else {}
