"""How do the cases compare?"""

from casetrace.questions.question import Chart, Question
from casetrace.questions.series import analysis, figures, tables

__all__ = ["QUESTION", "analysis", "figures", "tables"]

QUESTION = Question(
    notebook="9-series",
    asks=__doc__,
    charts=(
        Chart(
            "series-folds",
            "Main measures, each as a multiple of its own limit",
            figures.series_folds,
            is_on_page=False,
        ),
        Chart(
            "swimmer", "Treatments in courses along one another", figures.swimmer, is_on_page=False
        ),
        Chart(
            "series-changes", "Changes beside regimens", figures.series_changes, is_on_page=False
        ),
    ),
    answer=tables.answer,
    is_of_all=True,
)
