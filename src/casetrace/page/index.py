"""All cases on one page: a title, a small course figure and the way to each report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from casetrace.case.model import Case
from casetrace.display.trace import plain
from casetrace.narrative import narrate
from casetrace.narrative.told import citation
from casetrace.page.build import digest_of, template
from casetrace.questions.question import charts

__all__ = ["index_page"]


def index_page(
    cases: Iterable[Case], root: str = "", notebooks: Mapping[str, str] | None = None
) -> str:
    """Return the page that leads to the reports of some cases.

    Parameters
    ----------
    cases : iterable of Case
        The cases.
    root : str
        The way from the page to the folder that holds ``reports/`` and ``figures/``.
    notebooks : dict of str, optional
        Titles of notebooks that can be read, by the way to each.

    Returns
    -------
    str
        HTML that asks for nothing but the pictures beside it.
    """
    style = Path(__file__).with_name("index.css").read_text("utf-8")
    return template("index.html.j2").render(
        cases=[_about(case, root) for case in cases],
        notebooks=notebooks or {},
        style=style,
        style_hash=digest_of(style),
    )


def _about(case: Case, root: str) -> dict[str, str]:
    figure = charts()["course"].of(case)
    reports = f"{root}reports/{case.id}"
    return {
        "title": plain(narrate(case).parts[0][2]),
        "citation": plain(citation(case)),
        "page": f"{reports}/index.html",
        "pdf": f"{reports}/summary.pdf",
        "data": f"{reports}/values.json",
        "figure": f"{root}figures/{case.id}/course.svg" if figure else "",
        "alt": figure.alt if figure else "",
    }
