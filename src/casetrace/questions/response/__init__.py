"""Did the patient respond, and by which measure?"""

from casetrace.questions.question import Chart, Question
from casetrace.questions.response import analysis, figures, tables

__all__ = ["QUESTION", "analysis", "figures", "tables"]

QUESTION = Question(
    notebook="4-response",
    asks=__doc__,
    values={"response": analysis.values},
    tables=(
        tables.folds,
        tables.changes,
        tables.motor_states,
        tables.coverage,
        tables.event_bounds,
    ),
    charts=(
        Chart(
            "folds",
            "The main laboratory measure as a multiple of each upper reference limit",
            figures.folds,
        ),
        Chart(
            "dissociation",
            "The main laboratory measure beside the motor state",
            figures.dissociation,
        ),
        Chart(
            "coverage", "What a response score needs, and what is reported of it", figures.coverage
        ),
    ),
    answer=analysis.answer,
    has=analysis.has,
)
