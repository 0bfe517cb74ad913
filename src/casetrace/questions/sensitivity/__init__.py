"""What depends on how the report is read?"""

from casetrace.questions.question import Chart, Question
from casetrace.questions.sensitivity import analysis, figures, tables

__all__ = ["QUESTION", "analysis", "figures", "tables"]

QUESTION = Question(
    notebook="6-sensitivity",
    asks=__doc__,
    tables=(
        tables.what_if,
        tables.telling,
    ),
    charts=(
        Chart(
            "sensitivity",
            "What depends on how the report is read: one reading at a time, from the default",
            figures.sensitivity,
            is_of_default=True,
        ),
    ),
    answer=analysis.answer,
    has=analysis.has,
)
