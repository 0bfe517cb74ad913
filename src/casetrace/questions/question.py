"""A clinical question: what answers it, and how it makes itself known.

Each folder of this package that has a ``QUESTION`` is one: its values are among the headline
values, its figures on the page and among the published ones, without another file that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from casetrace.case.model import Case
from casetrace.display.figure import Figure
from casetrace.display.table import Table
from casetrace.quantity import Quantity

__all__ = ["Answer", "Chart", "Panels", "Question", "charts", "questions", "sorted_out"]

#: What a case has for a question, and what it lacks, each in a few words.
Answer = tuple[list[str], list[str]]
Values = Callable[[Case], dict[str, Quantity]]


@dataclass(frozen=True)
class Panels:
    """How a figure is put together of panels that are drawn apart, each for its own readings.

    Attributes
    ----------
    names : callable
        Gives the names of the panels of a case.
    draw : callable
        Draws one of them, where it stands among all, without the key.
    key : callable
        Draws the key for some kinds of mark.
    """

    names: Callable[[Case], tuple[str, ...]]
    draw: Callable[[Case, str], Figure]
    key: Callable[[Case, Collection[str]], Figure]


@dataclass(frozen=True)
class Chart:
    """A figure that answers a question.

    Attributes
    ----------
    name : str
        Its file name without ending.
    title : str
        What it shows.
    draw : callable
        Draws it; gives None for a case that lacks what it shows.
    is_on_page : bool
        Whether the page shows it, and not the files alone.
    is_of_default : bool
        It is always drawn from the curator's default.
    beside : str
        Pattern of the title of the section of a story that the page shows it in; if there is none
        such, it stands among the analyses.
    panels : Panels or None
        What draws its panels apart; None for a figure that is drawn as a whole.
    """

    name: str
    title: str
    draw: Callable[[Any], Figure | None]
    is_on_page: bool = True
    is_of_default: bool = False
    beside: str = ""
    panels: Panels | None = None

    def of(self, case: Case) -> Figure | None:
        """Return the figure of a case, drawn once for scenarios in which it is the same."""
        return case.once(("figure", self.name), lambda: self.draw(case))


def _nothing(_: Case) -> Answer:
    return [], []


def _silent(_: Case) -> str:
    return ""


@dataclass(frozen=True)
class Question:
    """What a notebook asks of a case.

    Attributes
    ----------
    notebook : str
        Its file in ``notebooks/``, without ending; questions stand in the order of these names.
    asks : str
        The question.
    values : dict of callable
        Headline values by family, each computed for a case.
    tables : tuple of callable
        Tables of a case; None for one that lacks what they show.
    charts : tuple of Chart
        Figures, in the order of the notebook.
    answer : callable
        The answer for a case in a sentence, its numbers marked with what they are
        (:func:`casetrace.display.trace.mark`).
    has : callable
        What a case has to answer it with, and what it lacks.
    is_of_all : bool
        It is asked of all cases together: figures are drawn of a series of cases.
    """

    notebook: str
    asks: str
    values: Mapping[str, Values] = field(default_factory=dict)
    tables: tuple[Callable[..., Table | None], ...] = ()
    charts: tuple[Chart, ...] = ()
    answer: Callable[[Case], str] = _silent
    has: Callable[[Case], Answer] = _nothing
    is_of_all: bool = False


@cache
def questions() -> dict[str, Question]:
    """Return every question by the name of its folder, in the order of the notebooks."""
    package = "casetrace.questions"
    folders = [info.name for info in iter_modules([str(Path(__file__).parent)]) if info.ispkg]
    modules = {name: import_module(f"{package}.{name}") for name in folders}
    found = {name: m.QUESTION for name, m in modules.items() if hasattr(m, "QUESTION")}
    return dict(sorted(found.items(), key=lambda pair: pair[1].notebook))


def charts() -> dict[str, Chart]:
    """Return every figure of one case by name, in the order of the questions."""
    asked = (q for q in questions().values() if not q.is_of_all)
    return {chart.name: chart for q in asked for chart in q.charts}


def sorted_out(*parts: tuple[str, bool, str]) -> Answer:
    """Return what a case has and what it lacks.

    Parameters
    ----------
    *parts : (str, bool, str)
        Words for having it, whether the case does, and words for lacking it.
    """
    return [has for has, there, _ in parts if there], [no for _, there, no in parts if not there]
