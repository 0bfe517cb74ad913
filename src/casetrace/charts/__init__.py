"""One function per figure."""

from casetrace.charts.caseseries import series_changes, series_folds, swimmer
from casetrace.charts.classification import classification
from casetrace.charts.course import course
from casetrace.charts.coverage import coverage
from casetrace.charts.dissociation import dissociation
from casetrace.charts.doses import doses
from casetrace.charts.evidence import profile, series
from casetrace.charts.folds import folds
from casetrace.charts.igg import igg
from casetrace.charts.sensitivity import sensitivity
from casetrace.display.figure import Figure
from casetrace.display.style import FULL, SINGLE

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
