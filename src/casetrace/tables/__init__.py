"""Tables for notebooks, one function each."""

from casetrace.display.table import VALUES_MIME, Note, Table
from casetrace.tables.caseseries import series_cases, series_left_out, series_missing
from casetrace.tables.classification import classes, classes_by_reading, criteria, settled_by
from casetrace.tables.comparison import claims, profile, studies, telling, what_if
from casetrace.tables.notes import applies
from casetrace.tables.report import (
    care,
    findings,
    gaps,
    observations,
    readings,
    register,
    scenarios,
    schedule,
    treatments,
    values,
)
from casetrace.tables.response import changes, coverage, event_bounds, folds, motor_states
from casetrace.tables.treatment import dose_sums, doses, grams, igg, igg_models, regimens

__all__ = [
    "VALUES_MIME",
    "Note",
    "Table",
    "applies",
    "care",
    "changes",
    "claims",
    "classes",
    "classes_by_reading",
    "coverage",
    "criteria",
    "dose_sums",
    "doses",
    "event_bounds",
    "findings",
    "folds",
    "gaps",
    "grams",
    "igg",
    "igg_models",
    "motor_states",
    "observations",
    "profile",
    "readings",
    "regimens",
    "register",
    "scenarios",
    "schedule",
    "series_cases",
    "series_left_out",
    "series_missing",
    "settled_by",
    "studies",
    "telling",
    "treatments",
    "values",
    "what_if",
]
