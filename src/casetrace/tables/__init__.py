"""Tables for notebooks, one function each."""

from casetrace.display.table import VALUES_MIME, Note, Table
from casetrace.questions.applies import applies
from casetrace.questions.classification.tables import (
    classes,
    classes_by_reading,
    criteria,
    settled_by,
)
from casetrace.questions.course.tables import gaps, schedule
from casetrace.questions.evidence.tables import claims, profile, studies
from casetrace.questions.exposure.tables import dose_sums, doses, grams, igg, igg_models, regimens
from casetrace.questions.report.tables import (
    care,
    findings,
    observations,
    readings,
    register,
    scenarios,
    treatments,
    values,
)
from casetrace.questions.response.tables import changes, coverage, event_bounds, folds, motor_states
from casetrace.questions.sensitivity.tables import telling, what_if
from casetrace.questions.series.tables import series_cases, series_left_out, series_missing

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
