"""A number with bounds, unit and origin."""

from casetrace.quantity.quantity import (
    GRAMMAR,
    BoundsError,
    Quantity,
    change,
    hull,
    parse,
    total,
)

__all__ = ["GRAMMAR", "BoundsError", "Quantity", "change", "hull", "parse", "total"]
