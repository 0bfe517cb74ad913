"""What is explored in JupyterLab: a view, and the controls that change it."""

import re
import shutil
import sys
from html import escape
from types import SimpleNamespace

import ipywidgets
import nbformat
import pytest
from conftest import ROOT, change_cell
from nbformat.sign import NotebookNotary

from casetrace.case.load import load
from casetrace.case.problems import CaseError
from casetrace.display.table import hint_of
from casetrace.explore import View, explore
from casetrace.explore.controls import Controls
from casetrace.explore.lab import copies
from casetrace.quantity.wording import value_name
from casetrace.questions.values import headline

HOSTILE = '<script>alert("x")</script>'


def html(controls, pane=1):
    controls.tabs.selected_index = pane  # what is not looked at is not made
    return controls.tabs.children[pane].value


@pytest.fixture
def controls(toy):
    return Controls(load("toy-2000", where=toy))


def test_without_a_jupyter_server_the_view_is_static_and_the_same_each_time(toy, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    case = load("toy-2000", where=toy)
    shown = explore(case)
    assert isinstance(shown, View)
    assert shown._repr_mimebundle_() == explore(case)._repr_mimebundle_()
    assert "controls" in shown._repr_mimebundle_()["text/html"]


def test_in_a_session_of_a_jupyter_server_there_are_controls(toy, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "explore.ipynb")
    assert isinstance(explore(load("toy-2000", where=toy)), ipywidgets.HBox)


def test_without_ipywidgets_there_is_a_view(toy, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert isinstance(explore(load("toy-2000", where=toy), live=True), View)


def test_every_value_says_what_it_rests_on(toy):
    case = load("toy-2000", where=toy)
    table = View(case).table()
    for key, q in headline(case).items():
        cell = re.search(
            rf'title="{re.escape(escape(value_name(key)))}\n([^"]*)">(.*?)</abbr>', table
        )
        assert cell[1]
        assert cell[2] == q.text().replace("&", "&amp;")
    assert "10 mg/kg/3 days" in View(case).words()


def test_a_switched_reading_changes_values_words_and_figure(toy, controls):
    before = [html(controls, pane) for pane in range(3)]
    controls.readings["dose"].value = "by-course"
    case = load("toy-2000", readings={"dose": "by-course"}, where=toy)
    assert [html(controls, pane) for pane in range(3)] == list(View(case).panes())
    assert all(html(controls, pane) != before[pane] for pane in range(3))
    reading = case.head.readings["dose"]
    assert f"{reading.question} {reading.options['by-course'].label}." in controls.status.value
    moved = sum(
        q.text() != headline(case)[key].text()
        for key, q in headline(load("toy-2000", where=toy)).items()
    )
    assert f"Values changed: {moved}." in controls.status.value
    assert html(controls).count("class='changed'") == 2 * moved  # first, and in their place
    first = html(controls).partition("Every value")[0]
    home = load("toy-2000", where=toy)
    for key in ("pulse.dose_total", "pulse.dose_per_course.first"):
        for at in (home, case):  # each with its own derivation and options
            q = headline(at)[key]
            hint = escape(f"{value_name(key)}\n{hint_of(at, q)}")
            assert f'title="{hint}">{escape(q.text())}</abbr>' in first
    controls.readings["dose"].value = "by-day"
    assert [html(controls, pane) for pane in range(3)] == before
    assert controls.status.value == ""


def test_scenario_and_readings_keep_in_step(controls):
    names = {value: label for label, value in controls.scenarios.options}
    assert names["default"] == "the curator does"
    controls.scenarios.value = "small"
    assert controls.case.scenario == "small" or not controls.case.is_default
    assert controls.readings["dose"].value == controls.case.chosen["dose"]
    controls.scenarios.value = "default"
    assert controls.case.is_default
    for name, option in controls.case.head.scenarios["small"].readings.items():
        controls.readings[name].value = option
    assert controls.scenarios.value == "small"


def test_another_audience_changes_the_words_alone(toy):
    (toy.data / "toy-2000" / "story.ja.md").write_text("# 題\n\n{{ ck.later }}\n")
    controls = Controls(load("toy-2000", where=toy))
    before = [html(controls, pane) for pane in range(3)]
    controls.audiences.value = "ja"
    assert 'lang="ja"' in html(controls, 2)
    assert [html(controls, pane) for pane in range(2)] == before[:2]


def test_another_case_brings_its_own_readings(toy, controls, monkeypatch):
    other = toy.data / "toy-2001"
    other.mkdir()
    for path in (toy.data / "toy-2000").iterdir():
        text = path.read_text().replace("toy-2000", "toy-2001").replace("  dose:", "  amount:")
        (other / path.name).write_text(text.replace("{dose:", "{amount:"))
    controls = Controls(load("toy-2000", where=toy))
    controls.cases.value = "toy-2001"
    assert controls.case.id == "toy-2001"
    assert "amount" in controls.readings
    assert "dose" not in controls.readings


def test_a_case_that_does_not_hold_is_told_and_the_view_stays(toy):
    other = toy.data / "toy-2001"
    other.mkdir()
    (other / "case.yaml").write_text("id: toy-2001\n")
    controls = Controls(load("toy-2000", where=toy))
    before = html(controls)
    controls.cases.value = "toy-2001"
    assert "data/toy-2001/case.yaml" in controls.status.value
    assert "Still shown: toy-2000" in controls.status.value
    assert html(controls) == before
    assert controls.case.id == controls.cases.value == "toy-2000"


def test_data_that_were_mended_are_read_again(toy, controls):
    change_cell(toy.data / "toy-2000" / "observations.csv", "ck.admission", "unit", "quux")
    controls.again.click()
    assert "quux" in controls.status.value
    change_cell(toy.data / "toy-2000" / "observations.csv", "ck.admission", "unit", "U/L")
    controls.again.click()
    assert controls.status.value == ""


def test_a_scenario_of_the_case_before_is_not_taken_for_one_of_this(controls):
    controls._read_as(SimpleNamespace(new="lower-dose"))
    assert controls.case.is_default
    assert controls.scenarios.value == "default"
    controls.scenarios.value = ""  # "chosen below": the readings say it
    assert controls.scenarios.value == "default"


def test_a_number_in_the_figure_says_what_it_rests_on(toy):
    case = load("toy-2000", where=toy)
    shown = View(case).course()
    row = next(o for o in case.rows.observations if o.id == "ck.admission")
    led = re.findall(r'<g class="hint"><title>(.*?)</title>', shown, re.DOTALL)
    assert any(escape(row.as_reported) in hint for hint in led)
    assert not any("observations/" in hint for hint in led)
    assert "<a " not in shown


def test_copies_are_made_once_and_what_was_changed_is_left(toy, monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    shutil.copytree(ROOT / "notebooks", toy.notebooks, dirs_exist_ok=True)
    assert copies(toy) == []
    copied = toy.root / "lab" / "explore.ipynb"
    assert copied.read_bytes() == (ROOT / "notebooks" / "explore.ipynb").read_bytes()
    notebook = nbformat.read(copied, as_version=4)
    assert NotebookNotary().check_signature(notebook)
    fresh, notebook.cells[-1].outputs = copied.read_bytes(), []
    nbformat.write(notebook, copied)  # run, and saved with controls for an output
    assert copies(toy) == []
    assert copied.read_bytes() == fresh
    story = toy.notebooks / "2-course.ipynb"
    story.write_text(story.read_text().replace("course", "Course", 1))
    notebook.cells[0].source += " My own words."
    nbformat.write(notebook, copied)
    assert copies(toy) == [
        "lab/explore.ipynb has changes of yours and is left as it is; move it away for a fresh copy"
    ]
    assert (toy.root / "lab" / "2-course.ipynb").read_bytes() == story.read_bytes()
    assert "My own words." in copied.read_text()


def test_a_notebook_shows_what_is_wrong_with_the_data_and_no_traceback(toy):
    change_cell(toy.data / "toy-2000" / "observations.csv", "ck.admission", "unit", "quux")
    with pytest.raises(CaseError) as raised:
        load("toy-2000", where=toy)
    (line,) = raised.value._render_traceback_()
    assert line.startswith("CaseError: ")
    assert "data/toy-2000/observations.csv" in line


def test_hostile_text_is_text(toy):
    change_cell(toy.data / "toy-2000" / "findings.csv", "weakness", "name", HOSTILE)
    change_cell(toy.data / "toy-2000" / "observations.csv", "ck.admission", "as_reported", HOSTILE)
    path = toy.data / "toy-2000" / "case.yaml"
    path.write_text(path.read_text().replace("label: by course", f"label: '{HOSTILE}'"))
    controls = Controls(load("toy-2000", where=toy))
    for pane in range(3):
        assert "<script" not in html(controls, pane)
    assert "&lt;script&gt;" in html(controls, 2)
    questions = "".join(box.children[0].value for box in controls.choices.children)
    assert "<script" not in questions


def test_a_pane_is_made_when_it_is_looked_at(toy, controls):
    assert html(controls, 0)
    controls.readings["dose"].value = "by-course"
    assert controls._stale == {1, 2}
    assert html(controls, 1) == View(controls.case).panes()[1]
    assert controls._stale == {2}


def test_its_code_is_folded_away():
    cells = nbformat.read(ROOT / "notebooks" / "explore.ipynb", as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert code
    assert all(cell.metadata.jupyter.source_hidden for cell in code)
