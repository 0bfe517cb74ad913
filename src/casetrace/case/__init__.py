"""Read, validate and describe a case folder."""

from casetrace.case.load import check, load, load_reference, open_head
from casetrace.case.model import Case
from casetrace.case.problems import CaseError, Problem, UsageError, nearest

__all__ = [
    "Case",
    "CaseError",
    "Problem",
    "UsageError",
    "check",
    "load",
    "load_reference",
    "nearest",
    "open_head",
]
