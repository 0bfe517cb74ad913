"""How did the illness run?"""

from functools import partial

from casetrace.display.style import SINGLE
from casetrace.questions.course import figures, tables
from casetrace.questions.question import Chart, Question

__all__ = ["QUESTION", "figures", "tables"]

QUESTION = Question(
    notebook="2-course",
    asks=__doc__,
    tables=(
        tables.gaps,
        tables.schedule,
    ),
    charts=(
        Chart("course", "The course of the illness", figures.course),
        Chart(
            "course-column",
            "The same for a single journal column",
            partial(figures.course, width=SINGLE),
            is_on_page=False,
        ),
    ),
    answer=tables.answer,
)
