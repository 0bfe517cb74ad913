"""One function per figure."""

from casetrace.display.figure import Figure
from casetrace.display.style import FULL, SINGLE
from casetrace.questions.classification.figures import classification
from casetrace.questions.course.figures import course
from casetrace.questions.evidence.figures import profile, series
from casetrace.questions.exposure.doses_drawn import doses
from casetrace.questions.exposure.igg_drawn import igg
from casetrace.questions.response.coverage import coverage
from casetrace.questions.response.dissociation import dissociation
from casetrace.questions.response.folds import folds
from casetrace.questions.sensitivity.figures import sensitivity
from casetrace.questions.series.figures import series_changes, series_folds, swimmer

__all__ = [
    "FULL",
    "SINGLE",
    "Figure",
    "classification",
    "course",
    "coverage",
    "dissociation",
    "doses",
    "folds",
    "igg",
    "profile",
    "sensitivity",
    "series",
    "series_changes",
    "series_folds",
    "swimmer",
]
