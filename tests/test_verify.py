"""Every check that nbval leaves out, broken on purpose."""

import json
import subprocess
import sys

import nbformat
import pytest
from conftest import casetrace, change_cell, snapshot

from casetrace.build.accept import accept, compare
from casetrace.build.build import build
from casetrace.build.jobs import Job
from casetrace.build.stored import check_notebook
from casetrace.build.verify import check_figures, verify

CASE = "imataka-2014"


@pytest.fixture
def stored(copy):
    """A stored notebook with a figure, as data that a test may damage and put back."""
    path = copy.notebooks / "2-course.ipynb"
    return path, json.loads(path.read_text())


def code(notebook):
    return [c for c in notebook["cells"] if c["cell_type"] == "code"]


def figure_cell(notebook):
    return next(c for c in notebook["cells"] if c["id"] == "figure")


def test_what_is_committed_reproduces(whole):
    assert verify(whole) == []


# --- a stored notebook on its own


@pytest.mark.parametrize("trace", ["version", "widget"])
def test_a_notebook_saved_from_jupyterlab_is_named_with_the_way_back(stored, trace):
    path, notebook = stored
    if trace == "version":
        notebook["metadata"]["language_info"]["version"] = "3.11.7"
    else:
        widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}}
        code(notebook)[-1]["outputs"][0]["data"] = widget
    path.write_text(json.dumps(notebook))
    (said,) = check_notebook(path)
    assert "was saved from JupyterLab; git restore notebooks/2-course.ipynb" in said


def counts_out_of_order(notebook):
    code(notebook)[2]["execution_count"] = 9


def not_run(notebook):
    code(notebook)[3]["execution_count"] = None


def no_alternative_text(notebook):
    del figure_cell(notebook)["outputs"][0]["metadata"]["image/svg+xml"]["alt"]


def no_figure_name(notebook):
    del figure_cell(notebook)["outputs"][0]["metadata"]["image/svg+xml"]["figure"]


def a_png(notebook):
    figure_cell(notebook)["outputs"][0]["data"]["image/png"] = "iVBORw0KGgo="


def an_error(notebook):
    error = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}
    code(notebook)[3]["outputs"] = [error]


def a_warning(notebook):
    stream = {"output_type": "stream", "name": "stderr", "text": "UserWarning"}
    code(notebook)[3]["outputs"] = [stream]


def a_time_stamp(notebook):
    data = figure_cell(notebook)["outputs"][0]["data"]
    data["text/plain"] = "drawn 2026-11-24T10:00:00"


def a_machine_path(notebook):
    data = figure_cell(notebook)["outputs"][0]["data"]
    data["text/plain"] = "/home/someone/casetrace"


def papermill_times(notebook):
    notebook["metadata"]["papermill"] = {"start_time": "x"}


def no_parameters(notebook):
    code(notebook)[0]["metadata"] = {}


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (counts_out_of_order, "not run in order"),
        (not_run, "not run in order"),
        (no_alternative_text, "without alternative text"),
        (no_figure_name, "figure without a name"),
        (a_png, "PNG or JPEG"),
        (an_error, "stored with an error, ValueError"),
        (a_warning, "text on stderr"),
        (a_time_stamp, "time stamp, '2026-11-24T10:00'"),
        (a_machine_path, "path of a machine"),
        (papermill_times, "papermill's times"),
        (no_parameters, "tagged 'parameters'"),
    ],
)
def test_a_damaged_notebook_is_caught(stored, damage, said):
    path, notebook = stored
    assert check_notebook(path) == []
    damage(notebook)
    path.write_text(json.dumps(notebook))
    found = check_notebook(path)
    assert any(said in p and p.startswith("2-course.ipynb") for p in found), found


def test_a_notebook_that_is_no_notebook_is_caught(stored):
    path, _ = stored
    path.write_text("<<<<<<< HEAD")
    assert "cannot be read" in check_notebook(path)[0]


def test_a_corrupted_stored_figure_is_caught(stored, copy):
    path, notebook = stored
    data = figure_cell(notebook)["outputs"][0]["data"]
    svg = "".join(data["image/svg+xml"])
    data["image/svg+xml"] = svg.replace("<path", "<pth", 1)
    path.write_text(json.dumps(notebook))
    found = verify(copy, with_page=False)
    of_notebooks = [problem for problem in found if ".ipynb" in problem]
    said = "2-course.ipynb, Look at the course: figure course is drawn differently"
    assert of_notebooks == [said]


# --- committed figures on their own


def test_a_figure_that_was_swapped_lost_or_left_without_text_is_caught(copy):
    folder = copy.figures / CASE
    assert check_figures(copy, CASE) == []
    png = (folder / "course.png").read_bytes()
    (folder / "course.png").write_bytes(png[:-8] + b"12345678")
    assert "not the file that index.json lists" in check_figures(copy, CASE)[0]
    (folder / "course.png").write_bytes(png)
    (folder / "course.csv").unlink()
    assert "missing, but listed" in check_figures(copy, CASE)[0]
    index = json.loads((folder / "index.json").read_text())
    index["figures"][0]["alt"] = ""
    (folder / "index.json").write_text(json.dumps(index))
    assert any("no alternative text" in p for p in check_figures(copy, CASE))
    (folder / "index.json").write_text("[")
    assert "not a figure index" in check_figures(copy, CASE)[0]
    (folder / "index.json").unlink()
    assert "missing; run make" in check_figures(copy, CASE)[0]


# --- against a fresh build: what nbval passes


def nbval(copy):
    """The reproduction check that everybody knows, on the notebooks of a copy."""
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", str(copy.notebooks)],
        cwd=copy.root,
        capture_output=True,
        text=True,
    )
    return done.returncode


@pytest.mark.slow
def test_cleared_outputs_swapped_pictures_and_lost_alt_text_pass_nbval_but_not_verify(stored, copy):
    path, notebook = stored
    table = next(c for c in notebook["cells"] if c["id"] == "schedule")
    table["outputs"], table["execution_count"] = [], None
    figure_cell(notebook)["outputs"][0]["metadata"]["image/svg+xml"]["alt"] = "Something else."
    path.write_text(json.dumps(notebook))
    (copy.figures / CASE / "left-over.svg").write_text("<svg/>")
    (copy.reports / "gone-1999").mkdir()
    csv = copy.figures / CASE / "course.csv"
    csv.write_text(csv.read_text() + "\n")
    assert nbval(copy) == 0
    found = "\n".join(verify(copy, with_page=False))
    assert "2-course.ipynb, Lay out the courses: output added" in found
    assert "2-course.ipynb, Look at the course: figure course Something else." in found
    assert "left-over.svg: no notebook gives this file" in found
    assert "reports/gone-1999: belongs to no case" in found
    assert "course.csv: differs from what the data and the code give; make mends it" in found


@pytest.mark.slow
def test_a_changed_value_fails_the_checks_until_it_is_accepted_in_words(copy):
    records = json.loads((copy.reports / CASE / "values.json").read_text())
    old = {r["id"]: r["text"] for r in records}
    observations = copy.data / CASE / "observations.csv"
    change_cell(observations, "ck.presentation", "value", "32800")
    build(copy, [Job(CASE, "default")], with_page=False)
    assert nbval(copy) != 0
    found = "\n".join(verify(copy, with_page=False))
    said = f"value ck.presentation: {old['ck.presentation']} → 32,800 U/L"
    assert said in found
    done = casetrace("accept", root=copy.root)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
    assert f"value ck.fold.presentation: {old['ck.fold.presentation']} → " in done.stdout
    assert "figure course" in done.stdout
    assert "myoglobin" not in done.stdout
    assert nbval(copy) == 0
    assert verify(copy, with_page=False) == []
    assert accept(copy) == []


@pytest.mark.slow
def test_nothing_is_accepted_from_a_broken_notebook(copy):
    before = snapshot(copy.notebooks)
    path = copy.notebooks / "2-course.ipynb"
    notebook = json.loads(path.read_text())
    figure_cell(notebook)["source"] = "1 / 0"
    path.write_text(json.dumps(notebook))
    before["2-course.ipynb"] = path.read_bytes()
    done = casetrace("accept", root=copy.root)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert snapshot(copy.notebooks) == before


def test_a_changed_figure_is_described_by_what_it_shows():
    def notebook(alt, svg):
        output = nbformat.v4.new_output(
            "display_data",
            {"image/svg+xml": svg},
            metadata={"image/svg+xml": {"alt": alt, "figure": "f"}},
        )
        cell = nbformat.v4.new_code_cell("x", id="a", outputs=[output])
        return nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_markdown_cell("# Look", id="h"), cell]
        )

    old = notebook("CK 1 U/L; AST 2 U/L.", "<a/>")
    assert compare("n", old, notebook("CK 3 U/L; AST 2 U/L.", "<b/>")) == [
        "n, Look: figure f CK 1 U/L; → CK 3 U/L;"
    ]
    assert compare("n", old, notebook("CK 1 U/L; AST 2 U/L.", "<b/>")) == [
        "n, Look: figure f is drawn differently"
    ]
    assert compare("n", old, old) == []
