"""The figures of the response."""

from casetrace.questions.response.coverage import coverage
from casetrace.questions.response.dissociation import dissociation
from casetrace.questions.response.folds import folds

__all__ = ["coverage", "dissociation", "folds"]
