"""Did the patient respond, and by which measure?"""

from casetrace.questions.question import Chart, Panels, Question
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
            "response",
            "Main measure and function at each stage",
            figures.response,
            beside="course|outcome|follow|response",
            panels=Panels(figures.panels, figures.panel, figures.key),
        ),
    ),
    answer=analysis.answer,
    has=analysis.has,
)
