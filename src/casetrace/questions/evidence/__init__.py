"""How does the case stand beside what is published?"""

from casetrace.questions.classification.criteria_items import profile_counts
from casetrace.questions.evidence import analysis, figures, tables
from casetrace.questions.question import Chart, Question

__all__ = ["QUESTION", "analysis", "figures", "tables"]

QUESTION = Question(
    notebook="7-evidence",
    asks=__doc__,
    values={"profile": profile_counts},
    tables=(
        tables.studies,
        tables.profile,
        tables.claims,
    ),
    charts=(
        Chart(
            "evidence",
            "Published studies of the same treatment, each by its own definition",
            figures.evidence,
        ),
    ),
    answer=analysis.answer,
    has=analysis.has,
)
