"""Read a case from another format into a folder of a new case, and say what had no place."""

from casetrace.exchange.read import import_case

__all__ = ["import_case"]
