"""How much treatment did the patient receive?"""

from casetrace.questions.exposure import doses, figures, igg, tables
from casetrace.questions.question import Chart, Question

__all__ = ["QUESTION", "doses", "figures", "igg", "tables"]

QUESTION = Question(
    notebook="5-exposure",
    asks=__doc__,
    values={"exposure": doses.values, "grams": doses.grams, "igg": igg.values},
    tables=(
        tables.doses,
        tables.grams,
        tables.regimens,
        tables.igg,
        tables.igg_models,
    ),
    charts=(
        Chart(
            "exposure",
            "Doses under each reading, beside published regimens",
            figures.exposure,
            beside="treat|dose|therap",
        ),
        Chart(
            "igg",
            "Serum IgG, simulated: an assumption throughout",
            figures.igg,
            is_on_page=False,
        ),
    ),
    answer=igg.answer,
    has=igg.has,
)
