"""A question makes itself known: a folder and a notebook, and no other file."""

import csv
import json
import os
import re
import shutil
import subprocess
import sysconfig
import venv

import pytest
from conftest import ROOT, casetrace, copy_of_project, snapshot

from casetrace.questions.question import charts, questions

WAITING = '''
"""How long did the patient wait?"""

from casetrace.display.figure import finish
from casetrace.display.panel import Page
from casetrace.display.style import styled
from casetrace.display.table import Table, traced
from casetrace.questions.question import Chart, Question
from casetrace.questions.values import of_family


def values(case):
    """Return the age as the longest that anybody can have waited."""
    return {"waiting.years": case.head.subject.age.to("a")}


def waits(case):
    """Waits as a table."""
    years = of_family(case, "waiting")["waiting.years"]
    return Table("Waits", ["from", "at most"], [["birth", traced(case, years)]])


def figure(case):
    """Waits as a figure."""
    years = of_family(case, "waiting")["waiting.years"]
    with styled(7.0):
        page = Page(case, 30)
        page.panel(10, 5, 100, 15).plot([years.low], [1], "o")
        page.note("wait", "birth", "point", years, source="waiting.years")
        return page.finished("waiting", "At most so long.")


QUESTION = Question(
    notebook="91-waiting",
    asks=__doc__,
    values={"waiting": values},
    tables=(waits,),
    charts=(Chart("waiting", "How long the patient can have waited", figure),),
)
'''
CELLS = (
    ("markdown", "# How long did the patient wait?"),
    ("code", 'case = "imataka-2014"\nscenario = "default"'),
    (
        "code",
        "from casetrace.case.notebook import open_case\nfrom casetrace.questions import waiting",
    ),
    ("code", "report = open_case(case, scenario)"),
    ("code", "waiting.waits(report)"),
    ("code", "waiting.figure(report)"),
)


def notebook():
    cells = []
    for number, (kind, source) in enumerate(CELLS):
        tags = {"tags": ["parameters"]} if source.startswith("case =") else {}
        cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": tags, "source": source}
        cells.append({**cell, "outputs": [], "execution_count": None} if kind == "code" else cell)
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


def environment_of(source, folder):
    """An environment with another copy of the package ahead of what is installed here."""
    venv.create(folder, symlinks=True)
    packages = next(folder.glob("lib*/python*/site-packages"))
    (packages / "copy.pth").write_text(f"{source}\n{sysconfig.get_paths()['purelib']}\n")
    return folder / "bin" / "python"


@pytest.mark.slow
def test_a_new_question_is_a_folder_and_a_notebook(tmp_path):
    """Its values, its place on the page, its table and its figure are there."""
    project = copy_of_project(tmp_path)
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    before = snapshot(tmp_path / "src")
    folder = tmp_path / "src" / "casetrace" / "questions" / "waiting"
    folder.mkdir()
    (folder / "__init__.py").write_text(WAITING.lstrip())
    (project.notebooks / "91-waiting.ipynb").write_text(json.dumps(notebook()))
    env = {**os.environ, "CASETRACE_ROOT": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    python = environment_of(tmp_path / "src", tmp_path / "venv")
    command = [str(python), "-m", "casetrace.cli", "build", "gungor-2020"]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert before.items() <= snapshot(tmp_path / "src").items()
    reports, figures = project.reports / "gungor-2020", project.figures / "gungor-2020"
    values = {v["id"]: v["text"] for v in json.loads((reports / "values.json").read_bytes())}
    assert values["waiting.years"] == "65 years"
    page = (reports / "index.html").read_text()
    caption = r'<figcaption id="caption-waiting"[^>]*>How long the patient can have waited<'
    assert re.search(caption, page)
    assert 'id="v-waiting.years"' in page
    assert {"waiting.svg", "waiting.png", "waiting.csv"} <= {p.name for p in figures.iterdir()}
    listed = json.loads((figures / "index.json").read_bytes())["figures"]
    assert listed[-1]["notebook"] == "notebooks/91-waiting.ipynb"
    assert next(csv.DictReader((figures / "waiting.csv").open()))["source"] == "waiting.years"
    built = json.loads(
        (project.build / "notebooks" / "gungor-2020" / "91-waiting.ipynb").read_text()
    )
    shown = [o["data"] for cell in built["cells"] for o in cell.get("outputs", [])]
    assert "65 years" in "".join(shown[0]["text/html"])
    assert "image/svg+xml" in shown[1]


def test_questions_stand_in_the_order_of_their_notebooks():
    notebooks = [q.notebook for q in questions().values()]
    assert notebooks == sorted(notebooks)
    for q in questions().values():
        assert (ROOT / "notebooks" / f"{q.notebook}.ipynb").is_file()
        assert q.asks.endswith("?")


def test_each_committed_figure_is_of_a_registered_chart():
    listed = json.loads((ROOT / "figures" / "gungor-2020" / "index.json").read_bytes())
    names = [figure["name"] for figure in listed["figures"]]
    assert names == [name for name in charts() if name in names]


def test_figures_are_drawn_alone(copy):
    folder = copy.figures / "imataka-2014"
    before = snapshot(folder)
    for file in folder.glob("course*"):
        file.unlink()
    done = casetrace("figures", "imataka-2014", "course", "course-column", root=copy.root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "figures/imataka-2014/course.svg"
    assert snapshot(folder) == before
    assert not (copy.build / "manifest").exists()


def test_a_figure_that_is_not_there_is_named(copy):
    done = casetrace("figures", "imataka-2014", "curse", root=copy.root)
    assert done.returncode == 2
    assert "there is no figure 'curse' of imataka-2014; did you mean course?" in done.stderr
