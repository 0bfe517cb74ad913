"""Make what is published of a case beside its notebooks: figures, narrative, values, PDF, page.

Run as ``python -m casetrace.build.report CASE SCENARIO FOLDER WORKERS [--no-page]``, it is a
process of its own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from casetrace.build.environment import scratch
from casetrace.build.jobs import ALL, FIRST, Job
from casetrace.case.load import load
from casetrace.case.model import Case
from casetrace.case.problems import UsageError, nearest
from casetrace.case.write import digest, write_bytes
from casetrace.document import document
from casetrace.kernels.processes import in_processes
from casetrace.narrative import narrate
from casetrace.narrative.language import audiences
from casetrace.page import Page, parts
from casetrace.page.index import index_page
from casetrace.questions.question import Chart, charts, questions
from casetrace.questions.series.analysis import open_series

__all__ = ["INDEX", "draw", "report_work", "write_report", "write_together"]

#: Lists the figures of a case.
INDEX = "index.json"
KINDS = ("svg", "png", "csv")

Work = Callable[[], None]


def write_report(case: Case, folder: Path, workers: int, with_page: bool = True) -> None:
    """Write figures, narrative, values and PDF of a case, and its page.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    folder : Path
        Gets ``figures`` and ``reports``; of the first case also :data:`ALL`, the page that leads
        to all.
    workers : int
        Processes at a time.
    with_page : bool
        Whether to make the page, which takes most of the time.

    Raises
    ------
    RuntimeError
        If a process fails; it has then said why.
    """
    with scratch() as room:
        in_processes(report_work(case, folder, room, with_page), workers)
        write_together(case, folder, room, with_page)


def report_work(case: Case, folder: Path, room: Path, with_page: bool) -> dict[str, Work]:
    """Return the pieces of work of a report, the longest first; each may be done on its own.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    folder : Path
        Gets ``figures`` and ``reports``.
    room : Path
        Empty folder for what :func:`write_together` puts together.
    with_page : bool
        Whether there is a page.
    """
    of_page = parts.work(case, room) if with_page else {}
    drawing = _drawing(case, folder / "figures", room, of_page)
    work = {**of_page, **drawing, "narrative": partial(_tell, case, folder / "reports")}
    if with_page and Job(case.id, case.scenario) == FIRST:
        work["index"] = partial(_lead, case, folder / ALL)
    return work


def _lead(case: Case, folder: Path) -> None:
    """Write the page that leads to the reports of all cases."""
    cases = (load(name, where=case.where) for name in case.where.cases())
    write_bytes(folder / "index.html", index_page(cases, root="../").encode())


def write_together(case: Case, folder: Path, room: Path, with_page: bool) -> None:
    """Write the list of figures and the page, once the pieces of work are done."""
    _list(case, folder / "figures", room)
    if with_page:
        page = Page(case, parts.gathered(case, room)).html
        write_bytes(folder / "reports" / "index.html", page.encode())


def draw(case: Case, folder: Path, workers: int, names: Iterable[str] = ()) -> list[Path]:
    """Draw figures of a case alone, each with its data table.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    folder : Path
        Where they go.
    workers : int
        Processes at a time.
    names : iterable of str
        Which; all if not given.

    Returns
    -------
    list of Path
        The files that were written; none for a figure that the case lacks the data for.

    Raises
    ------
    UsageError
        If there is no such figure.
    """
    every, wanted = _published(case), list(names)
    for name in wanted:
        if name not in every:
            hint = nearest(name, every, "figure")
            raise UsageError(f"there is no figure {name!r} of {case.id}; {hint}")
    with scratch() as room:
        work = _drawing(case, folder, room, {})
        in_processes({n: w for n, w in work.items() if not wanted or n in wanted}, workers)
        _list(case, folder, room)
        drawn = [name for name in every if (room / f"{name}.alt").is_file()]
    return [folder / f"{name}.{kind}" for name in drawn for kind in KINDS]


def _published(case: Case) -> dict[str, tuple[str, Chart]]:
    """Every figure that is published of a case, with its notebook; with those of all cases."""
    is_first = Job(case.id, case.scenario) == FIRST
    return {
        chart.name: (q.notebook, chart)
        for q in questions().values()
        if not q.is_of_all or is_first
        for chart in q.charts
    }


def _drawing(case: Case, folder: Path, room: Path, of_page: dict[str, Work]) -> dict[str, Work]:
    """What draws each figure into a folder, and its part of the page in the same process."""
    one = charts()
    return {
        name: partial(
            _draw, case, chart, name in one, folder, room, of_page.pop(f"figure-{name}", None)
        )
        for name, (_, chart) in _published(case).items()
    }


def _draw(
    case: Case, chart: Chart, is_of_one: bool, folder: Path, room: Path, more: Work | None
) -> None:
    figure = chart.of(case) if is_of_one else chart.draw(open_series(case))
    if figure:
        if figure.name != chart.name:
            raise ValueError(f"figure {chart.name!r} is registered, and {figure.name!r} is drawn")
        figure.export(folder)
        (room / f"{chart.name}.alt").write_text(figure.alt, encoding="utf-8")
    if more:
        more()


def _tell(case: Case, folder: Path) -> None:
    """Write the narrative for every audience, the values and the PDF."""
    figure = charts()["course"].of(case)
    for to in audiences(case):
        narrate(case, figure, to.name).export(folder)
    write_bytes(folder / "summary.pdf", document(case).pdf)


def _list(case: Case, folder: Path, room: Path) -> None:
    """List the figures in a folder: files, digests, notebook, alternative text."""
    path = folder / INDEX
    before = json.loads(path.read_bytes())["figures"] if path.is_file() else []
    known = {entry["name"]: entry for entry in before}
    for name, (notebook, _) in _published(case).items():
        if (told := room / f"{name}.alt").is_file():
            files = [folder / f"{name}.{kind}" for kind in KINDS]
            known[name] = {
                "name": name,
                "notebook": f"notebooks/{notebook}.ipynb",
                "alt": told.read_text(encoding="utf-8"),
                "sha256": {file.name: digest(file.read_bytes()) for file in files},
            }
    listed: dict[str, Any] = {"case": case.id, "scenario": case.scenario}
    listed["figures"] = [known[name] for name in _published(case) if name in known]
    text = json.dumps(listed, indent=1, ensure_ascii=False)
    write_bytes(path, f"{text}\n".encode())


if __name__ == "__main__":
    name, scenario, folder, workers, *more = sys.argv[1:]
    write_report(load(name, scenario), Path(folder), int(workers), "--no-page" not in more)
