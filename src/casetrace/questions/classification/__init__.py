"""Does the case meet the classification criteria?"""

from casetrace.questions.classification import figures, scoring, tables
from casetrace.questions.question import Chart, Question

__all__ = ["QUESTION", "figures", "scoring", "tables"]

QUESTION = Question(
    notebook="3-classification",
    asks=__doc__,
    values={"criteria": scoring.values},
    tables=(
        tables.classes,
        tables.classes_by_reading,
        tables.settled_by,
    ),
    charts=(
        Chart(
            "classification",
            "Points of the classification criteria, item by item, and where the score may lie",
            figures.classification,
            beside="classif|criteria",
        ),
    ),
    answer=tables.answer,
    has=tables.has,
)
