"""How did the illness run?"""

from functools import partial

from casetrace.display.style import SINGLE
from casetrace.questions.course import figures, tables
from casetrace.questions.question import Chart, Panels, Question

__all__ = ["QUESTION", "figures", "tables"]

QUESTION = Question(
    notebook="2-course",
    asks=__doc__,
    tables=(
        tables.gaps,
        tables.schedule,
    ),
    charts=(
        Chart(
            "course",
            "The course of the illness",
            figures.course,
            panels=Panels(figures.lanes, figures.lane, figures.key),
        ),
        Chart(
            "course-column",
            "The same for a single journal column",
            partial(figures.course, width=SINGLE),
            is_on_page=False,
            panels=Panels(
                *(partial(of, width=SINGLE) for of in (figures.lanes, figures.lane, figures.key))
            ),
        ),
    ),
    answer=tables.answer,
)
