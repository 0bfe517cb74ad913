"""A number with bounds, unit and origin."""

from casetrace.quantity.quantity import (
    GRAMMAR,
    BoundsError,
    Quantity,
    change,
    difference,
    hull,
    parse,
    rate,
    total,
)

__all__ = [
    "GRAMMAR",
    "BoundsError",
    "Quantity",
    "change",
    "difference",
    "hull",
    "parse",
    "rate",
    "total",
]
