"""What does the report say, and what does it leave out?"""

from casetrace.questions.question import Question
from casetrace.questions.report import analysis, tables

__all__ = ["QUESTION", "analysis", "tables"]

QUESTION = Question(
    notebook="1-case",
    asks=__doc__,
    values={"report": analysis.reported, "counts": analysis.counts},
    tables=(
        tables.observations,
        tables.treatments,
        tables.readings,
        tables.scenarios,
        tables.register,
        tables.care,
    ),
    answer=analysis.answer,
)
