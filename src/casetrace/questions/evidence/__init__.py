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
            "series",
            "Published series of the same treatment, each by its own definition",
            figures.series,
        ),
        Chart("profile", "The case beside the profile of the disease", figures.profile),
    ),
    answer=analysis.answer,
    has=analysis.has,
)
