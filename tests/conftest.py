"""A small case with numbers that are easy to work out by hand, and a copy of the project."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from browser import browser  # noqa: F401  one for all modules

from casetrace.build.build import build
from casetrace.build.jobs import FIRST
from casetrace.case.load import load
from casetrace.case.model import Case
from casetrace.case.project import DEFAULT_CASE, Project
from casetrace.case.reference import REFERENCE
from casetrace.case.rows import TABLES, columns
from casetrace.cli import main
from casetrace.questions import question
from casetrace.questions.answers import applies, lacks

ROOT = Path(__file__).resolve().parents[1]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the cells of a notebook on one worker, in order, where tests run side by side."""
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.xdist_group(item.path.name))


@cache
def opened(case: str = DEFAULT_CASE, scenario: str = "default") -> Case:
    """A case of this project, read once for all tests: a case does not change."""
    return load(case, scenario, where=Project(ROOT))


TOY_HEAD = """\
id: toy-2000
title: A toy case
citation: {authors: Doe J, title: A toy, year: 2000, licence: none}
subject:
  sex: male
  noun: man
  age: "40"
  age_unit: a
  age_means: at admission
  place: Case report
  as_reported: A 40-year-old man
diagnosis: {name: toy disease, place: Case report, as_reported: toy disease}
main_measure: ck
clocks:
  - {id: admission, label: admission, phrase: admission}
  - id: pulse
    label: first pulse
    phrase: the first pulse
    drug: pulse
    gap: at least 2
    gap_unit: wk
comparisons:
  - {id: ck.change.later, old: ck.admission, new: ck.later}
uses: {upper_limit: {ck: ck_low}}
readings:
  dose:
    question: By day or by course?
    place: Case report
    as_reported: 10 mg/kg/3 days
    default: by-day
    options:
      by-day: {label: by day, rationale: usual, consequence: more}
      by-course:
        label: by course
        rationale: printed
        consequence: less
        sets: {treatments/pulse.first/dose_per: course}
  limit:
    question: Which limit?
    kind: assumption
    default: low
    options:
      low: {label: low, rationale: a, consequence: b}
      high: {label: high, rationale: a, consequence: b, sets: {uses/upper_limit/ck: ck_high}}
scenarios:
  small: {label: the smaller dose, readings: {dose: by-course}}
"""

_PULSE = {
    "drug": "pulse",
    "name": "pulse therapy",
    "dose": "10",
    "dose_unit": "mg/kg",
    "days_per_course": "3",
    "interval_unit": "wk",
    "clock": "pulse",
    "place": "Case report",
}
_STEROID = {
    "drug": "steroid",
    "name": "steroid",
    "dose_unit": "mg/kg/d",
    "start": "0",
    "time_unit": "wk",
    "place": "Case report",
}
TOY_TABLES = {
    "observations": [
        {
            "id": "ck.admission",
            "name": "creatine kinase",
            "occasion": "at admission",
            "value": "1000",
            "unit": "U/L",
            "clock": "admission",
            "time": "0",
            "time_unit": "wk",
            "place": "Case report",
            "as_reported": "CK 1000 U/L",
        },
        {
            "id": "ck.later",
            "name": "creatine kinase",
            "occasion": "after the first pulse",
            "value": "more than 300",
            "unit": "U/L",
            "clock": "pulse",
            "time": "3 to 5",
            "time_unit": "{course}",
            "place": "Case report",
            "as_reported": "more than 300",
        },
        {
            "id": "ck.about",
            "name": "creatine kinase",
            "occasion": "after the first pulse",
            "value": "about 500",
            "unit": "U/L",
            "clock": "pulse",
            "time": "1",
            "time_unit": "wk",
            "place": "Case report",
            "as_reported": "about 500",
        },
        {
            "id": "ck.range",
            "name": "creatine kinase",
            "occasion": "late",
            "value": "200 to 400",
            "unit": "U/L",
            "clock": "pulse",
            "time": "12 to 18",
            "time_unit": "wk",
            "place": "Case report",
            "as_reported": "200 to 400",
        },
    ],
    "findings": [
        {
            "id": "weakness",
            "name": "weakness",
            "kind": "sign",
            "state": "observed",
            "clock": "admission",
            "time": "0",
            "time_unit": "wk",
            "place": "Case report",
            "as_reported": "weakness",
        },
        {"id": "fever", "name": "fever", "kind": "symptom", "state": "not reported"},
        {
            "id": "rash",
            "name": "rash",
            "kind": "sign",
            "state": "excluded",
            "place": "Case report",
            "as_reported": "no rash",
        },
        {
            "id": "cough",
            "name": "cough",
            "kind": "symptom",
            "state": "ambiguous",
            "place": "Case report",
            "as_reported": "perhaps cough",
        },
        {
            "id": "fall",
            "name": "fall",
            "kind": "adverse event",
            "state": "observed",
            "event": "yes",
            "related_to": "pulse",
            "clock": "pulse",
            "time": "at least 3",
            "time_unit": "wk",
            "place": "Case report",
            "as_reported": "fell after 3 weeks",
        },
    ],
    "treatments": [
        {
            **_PULSE,
            "id": "pulse.first",
            "dose_per": "day",
            "courses": "4",
            "interval": "2",
            "start": "0",
            "time_unit": "wk",
            "as_reported": "10 mg/kg/3 days",
        },
        {
            **_PULSE,
            "id": "pulse.second",
            "dose_per": "day",
            "courses": "2",
            "interval": "8",
            "follows": "pulse.first",
            "gap": "4",
            "gap_unit": "wk",
            "as_reported": "10 mg/kg twice",
        },
        {
            **_STEROID,
            "id": "steroid.start",
            "dose": "2",
            "clock": "admission",
            "as_reported": "2 mg/kg/day",
        },
        {
            **_STEROID,
            "id": "steroid.taper",
            "dose": "1 to 2",
            "clock": "admission",
            "start": "at least 0",
            "as_reported": "between 1 and 2 mg/kg/day",
        },
        {
            **_STEROID,
            "id": "steroid.later",
            "dose": "1",
            "clock": "pulse",
            "as_reported": "1 mg/kg/day",
        },
    ],
    "motor": [
        {
            "id": "first",
            "name": "walking with help",
            "short": "with help",
            "scale": "walk",
            "grade": "2 to 3",
            "clock": "admission",
            "time": "0",
            "time_unit": "wk",
            "place": "Case report",
            "as_reported": "walks with help",
        },
        {
            "id": "last",
            "name": "walking",
            "short": "walks",
            "scale": "walk",
            "grade": "1 to 2",
            "clock": "pulse",
            "time": "at least 5",
            "time_unit": "{course}",
            "place": "Case report",
            "as_reported": "walks",
        },
    ],
    "register": [
        {
            "id": "r1",
            "kind": "missing",
            "topic": "weight",
            "statement": "weight",
            "consequence": "c",
        }
    ],
    "care": [{"item": "1", "met": "yes"}],
}
TOY_REFERENCE = {
    "limits": [
        {
            "id": "ck_low",
            "measure": "ck",
            "population": "all",
            "statistic": "limit",
            "value": "100",
            "unit": "U/L",
            "citation": "book",
        },
        {
            "id": "ck_high",
            "measure": "ck",
            "population": "all",
            "statistic": "limit",
            "value": "200",
            "unit": "U/L",
            "citation": "book",
        },
    ],
    "growth": [],
    "care": [{"id": "1", "section": "Title", "citation": "book"}],
    "codes": [],
    "scales": [
        {"id": f"walk.{n}", "scale": "walk", "grade": n, "anchor": a, "citation": "book"}
        for n, a in (("1", "alone"), ("2", "with help"), ("3", "not at all"))
    ],
    "bibliography": [
        {"id": "book", "authors": "Roe R", "year": "1999", "title": "Limits", "source": "Book"}
    ],
}


def csv_text(columns: list[str], rows: list[dict[str, str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def change_cell(path: Path, key: str, column: str, value: str) -> None:
    """Put a value into the row whose first cell is ``key``."""
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    columns = list(rows[0])
    row = next(r for r in rows if r[columns[0]] == key)
    row[column] = value
    path.write_text(csv_text(columns, rows), encoding="utf-8")


def write_case(folder: Path, head: str, tables: dict[str, list[dict[str, str]]]) -> None:
    """Write a case folder."""
    folder.mkdir(parents=True)
    (folder / "case.yaml").write_text(head, encoding="utf-8")
    for name, rows in tables.items():
        text = csv_text(columns(TABLES[name]), rows)
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


@pytest.fixture
def toy(tmp_path, monkeypatch) -> Project:
    """A project with one toy case and no notebooks."""
    write_case(tmp_path / "data" / "toy-2000", TOY_HEAD, TOY_TABLES)
    reference = tmp_path / "data" / "reference"
    reference.mkdir()
    for name, model in REFERENCE.items():
        text = csv_text(columns(model), TOY_REFERENCE.get(name, []))
        (reference / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setenv("CASETRACE_ROOT", str(tmp_path))
    return Project(tmp_path)


def copy_of_project(folder: Path) -> Project:
    """This project's data, notebooks and outputs in another folder."""
    for name in ("data", "notebooks", "figures", "reports"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb*"))
    shutil.copy(ROOT / "requirements.lock", folder)
    return Project(folder)


def keep_three_notebooks(project: Project) -> None:
    """Leave the first case with three notebooks and without its page, which takes longest."""
    kept = {"1-case.ipynb", "2-course.ipynb", "8-summary.ipynb"}
    for other in set(project.cases()) - {DEFAULT_CASE}:
        for folder in (project.data, project.figures, project.reports):
            shutil.rmtree(folder / other)
    for path in project.stories():
        if path.name not in kept:
            path.unlink()
    (project.reports / "index.html").unlink(missing_ok=True)  # leads to all cases
    for figure in (project.figures / DEFAULT_CASE).glob("series-*"):
        figure.unlink()  # of several cases
    index = project.figures / DEFAULT_CASE / "index.json"
    listed = json.loads(index.read_text("utf-8"))
    listed["figures"] = [f for f in listed["figures"] if not f["name"].startswith("series-")]
    index.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (project.reports / DEFAULT_CASE / "index.html").unlink()


@pytest.fixture
def whole(tmp_path, monkeypatch) -> Project:
    """A copy of this project's data, notebooks and outputs."""
    monkeypatch.setenv("CASETRACE_ROOT", str(tmp_path))
    return copy_of_project(tmp_path)


@pytest.fixture
def copy(whole) -> Project:
    """The copy with three notebooks, for what does not hang on how many or which there are."""
    keep_three_notebooks(whole)
    return whole


@pytest.fixture(scope="session")
def scene(tmp_path_factory) -> Path:
    """The copy with three notebooks, built once for all tests that begin with a finished build."""
    folder = tmp_path_factory.mktemp("scene")
    keep_three_notebooks(copy_of_project(folder))
    with mock.patch.dict(os.environ, {"CASETRACE_ROOT": str(folder)}):
        build(Project(folder), [FIRST], with_page=False)
    return folder


@pytest.fixture
def built(scene, tmp_path, monkeypatch) -> Project:
    """The copy with three notebooks after a build."""
    shutil.copytree(scene, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("CASETRACE_ROOT", str(tmp_path))
    return Project(tmp_path)


def empty_table(path: Path) -> None:
    """Leave only the header of a table."""
    path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[0] + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def casetrace(*arguments: str, root: Path = ROOT) -> Done:
    """Run the command line in this process: what a user would see, without waiting for imports."""
    out, said = io.StringIO(), io.StringIO()
    environment = mock.patch.dict(os.environ, {"CASETRACE_ROOT": str(root)})
    with environment, redirect_stdout(out), redirect_stderr(said):
        try:
            status = main(arguments)
        except SystemExit as ended:  # argparse, of a call that is wrong
            status = ended.code
    return Done(status, out.getvalue(), said.getvalue())


def casetrace_process(
    *arguments: str, root: Path = ROOT, **more
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does, for what hangs on a process of its own."""
    env = {**os.environ, "CASETRACE_ROOT": str(root), **more.pop("env", {})}
    command = [sys.executable, "-m", "casetrace.cli", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, **more)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file under a folder."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


#: Every figure that a notebook shows of a case, and of all cases together.
SERIES_FIGURES = tuple(
    chart.name.replace("-", "_") for chart in question.questions()["series"].charts
)
FIGURES = tuple(name for name, chart in question.charts().items() if chart.is_on_page)

#: What draws each figure, and each table function, by name.
charts = SimpleNamespace(
    **{
        chart.name.replace("-", "_"): chart.draw
        for q in question.questions().values()
        for chart in q.charts
    }
)
tables = SimpleNamespace(
    applies=applies,
    lacks=lacks,
    **{
        name: getattr(module, name)
        for folder in question.questions()
        for module in [import_module(f"casetrace.questions.{folder}.tables")]
        for name in module.__all__
        if name.islower()
    },
)


def sloped(ax) -> list:
    """Lines of a panel, in its own units, that are neither level nor upright."""
    own = [line for line in ax.get_lines() if line.get_transform() == ax.transData]
    return [
        line
        for line in own
        if line.get_linestyle() not in ("None", "")
        and len({float(x) for x in line.get_xdata()}) > 1
        and len({float(y) for y in line.get_ydata()}) > 1
    ]


def overlaps(drawing) -> list[str]:
    """Words of a drawing that overlap one another or leave the page."""
    drawing.draw_without_rendering()
    page, boxes, wrong = drawing.bbox, [], []
    for ax in (drawing, *drawing.axes):
        texts = [*ax.texts, *(a for a in ax.artists if hasattr(a, "get_text"))]
        for axis in (ax.xaxis, ax.yaxis) if ax is not drawing and ax.axison else ():
            low, high = sorted(axis.get_view_interval())
            ticks = [t for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
            texts += [axis.label, *(t.label1 for t in ticks if t.label1.get_visible())]
        for text in texts:
            if text.get_text().strip() and text.get_visible():
                boxes.append((text.get_text(), text.get_window_extent()))
    for number, (words, box) in enumerate(boxes):
        inside = page.x0 - 0.5 <= box.x0 and box.x1 <= page.x1 + 0.5
        if not (inside and page.y0 - 0.5 <= box.y0 and box.y1 <= page.y1 + 0.5):
            wrong.append(f"{words!r} leaves the page")
        for others, other in boxes[number + 1 :]:
            x = min(box.x1, other.x1) - max(box.x0, other.x0)
            y = min(box.y1, other.y1) - max(box.y0, other.y0)
            if min(x, y) > 0.6:
                wrong.append(f"{words!r} overlaps {others!r}")
    return wrong
