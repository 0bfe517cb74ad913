import ast
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from conftest import ROOT, opened

from casetrace.case.load import load
from casetrace.case.notebook import open_case
from casetrace.case.problems import UsageError
from casetrace.case.project import DEFAULT_CASE, DEFAULT_SCENARIO
from casetrace.display.table import Table
from casetrace.questions.report.tables import observations

STORIES = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAPERMILL = Path(sys.executable).with_name("papermill")


def code_of(path):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_a_notebook_tells_a_story_in_short_calls(path):
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    assert notebook.cells[0].source.split("\n")[0].endswith("?")
    for cell in code_of(path):
        assert 1 <= len(cell.source.splitlines()) <= 5
        tree = ast.parse(cell.source)
        kinds = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.ListComp)
        assert not [n for n in ast.walk(tree) if isinstance(n, kinds)]
        if cell.id != "working":  # the one that divides
            assert "/" not in cell.source


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_parameters_are_the_default_case_and_one_cell_imports(path):
    cells = code_of(path)
    tagged = [c for c in cells if "parameters" in c.metadata.get("tags", [])]
    assert [c.source for c in tagged] == [
        f'case = "{DEFAULT_CASE}"\nscenario = "{DEFAULT_SCENARIO}"'
    ]
    assert sum("import" in c.source for c in cells) == 1
    assert cells[1].id == "setup"
    assert cells[1].source.startswith("import casetrace\n")
    assert "casetrace.open_case(case, scenario)" in cells[1].source


QUESTIONS = [path for path in STORIES if path.stem[0].isdigit()]


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda p: p.stem)
def test_the_answer_stands_on_top_computed_and_traced(path):
    cell = code_of(path)[2]
    assert cell.id == "answer"
    html = cell.outputs[0].data["text/html"]
    assert re.fullmatch(r"<p>.*</p>", html)
    told = re.sub(r"<abbr title=.*?</abbr>", "", html.partition("This case has")[0])
    assert re.findall(r"\d+", told) == []


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda p: p.stem)
def test_one_cell_shows_its_working(path):
    (cell,) = (c for c in code_of(path) if c.id == "working")
    assert set(cell.outputs[0].data) == {"text/plain"}


def test_the_working_gives_what_the_values_say():
    case = opened("imataka-2014")
    shown = {path.stem: c for path in QUESTIONS for c in code_of(path) if c.id == "working"}
    text = {stem: cell.outputs[0].data["text/plain"] for stem, cell in shown.items()}
    values = case.values().value
    for key in ("presentation", "after_prednisolone", "relapse", "on_ivig"):
        fold = values[f"ck.fold.{key}"].text()
        assert re.search(rf"ck\.{key} +{re.escape(fold)}\n", text["4-response"]), key
    assert text["3-classification"] == f"'{values['criteria.eular_acr.score.no_biopsy']} points'"
    assert re.search(r"ambiguous +7\n", text["1-case"])  # 29 observed, and up to 7 more
    assert values["findings.observed"].text() == "29 to 36"


def test_notebooks_lead_to_the_one_before_and_the_one_after():
    for number, path in enumerate(STORIES):
        said = nbformat.read(path, as_version=4).cells[-1].source
        beside = STORIES[max(number - 1, 0) : number + 2]
        assert {f"{p.stem}.ipynb" for p in beside if p != path} == set(
            re.findall(r"\]\(([^)]+)\)", said)
        )


def test_a_table_is_a_data_frame_whose_html_is_the_same_each_time():
    one, two = (observations(load("imataka-2014")) for _ in range(2))
    assert one._repr_html_() == two._repr_html_()
    cell = next(c for c in code_of(STORIES[0]) if c.id == "observations")
    assert cell.outputs[0].data["text/html"] == one._repr_html_()
    assert one.value.quantity.high.iloc[2] == float("inf")
    assert type(one.query("place == 'Case report, paragraph 1'")) is pd.DataFrame


def test_a_column_that_stands_twice_is_an_error():
    with pytest.raises(ValueError, match="a column stands twice in 'T': a, a"):
        Table("T", ["a", "a"], [["1", "2"]])


@pytest.mark.parametrize(
    ("case", "scenario", "said"),
    [
        ("imataka-2104", "default", "did you mean imataka-2014?"),
        ("imataka-2014", "longer-gab", "did you mean longer-gap?"),
        (2014, "default", "parameter 'case' must be text, found 2014 (int)"),
        ("imataka-2014", None, "parameter 'scenario' must be text"),
    ],
)
def test_a_wrong_parameter_is_an_error_with_the_nearest_name(case, scenario, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        open_case(case, scenario)


def papermill(folder, *parameters):
    command = [str(PAPERMILL), str(ROOT / "notebooks" / "2-course.ipynb"), "out.ipynb"]
    arguments = [a for pair in parameters for a in ("-p", *pair)]
    env = {**os.environ, "CASETRACE_ROOT": str(ROOT)}
    return subprocess.run(
        [*command, *arguments], cwd=folder, capture_output=True, text=True, env=env
    )


@pytest.mark.slow
def test_plain_papermill_runs_a_notebook_from_any_folder(tmp_path):
    done = papermill(tmp_path, ("case", "imataka-2014"))
    assert done.returncode == 0, done.stderr
    outputs = [o for c in code_of(tmp_path / "out.ipynb") for o in c.outputs]
    stored = [o for c in code_of(ROOT / "notebooks" / "2-course.ipynb") for o in c.outputs]
    assert [o["data"] for o in outputs] == [o["data"] for o in stored]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.ipynb"]


@pytest.mark.slow
def test_an_unknown_parameter_is_an_error_where_papermill_only_warns(tmp_path):
    done = papermill(tmp_path, ("case", "imataka-2014"), ("scenaro", "longer-gap"))
    assert done.returncode != 0
    assert "no parameter 'scenaro'; did you mean scenario?" in done.stderr


def test_stored_notebooks_hold_no_time_no_path_and_no_version():
    for path in STORIES:
        raw = json.loads(path.read_text())
        assert raw["metadata"]["language_info"] == {"name": "python"}
        assert "papermill" not in path.read_text()


#: Columns that say themselves where a number of their row comes from.
SOURCES = {"words", "words of the report", "place", "source", "how", "file", "code", "term", "note"}
#: Names: of a row of the checklist, a case, a unit or a reading.
NAMES = {"item", "case", "id", "unit", "depends on", "what", "what is wrong first"}
#: Words of the curator, each row beside the words of the report that they are about.
BESIDE = {"what the report says, or not", "what the report says", "in force", "also possible"}


class Cells(HTMLParser):
    """The cells of a table, each with its text and whether it says what it rests on."""

    def __init__(self):
        super().__init__()
        self.rows, self.cell = [], None

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.cell = ["", bool(dict(attributes).get("title"))]
        if tag == "abbr" and self.cell:
            self.cell[1] = self.cell[1] or bool(dict(attributes).get("title"))

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.rows[-1].append(tuple(self.cell))
            self.cell = None

    def handle_data(self, data):
        if self.cell:
            self.cell[0] += data


def untraced(html):
    """Cells with a digit that neither say what they rest on nor stand in a column that does."""
    found = []
    for table in re.findall("<table[^>]*>.*?</table>", html, re.DOTALL):
        cells = Cells()
        cells.feed(table)
        header, *rows = cells.rows
        names = [text for text, _ in header]
        for row in rows:
            at = dict(zip(names, (text for text, _ in row), strict=True))
            for name, (text, is_traced) in zip(names, row, strict=True):
                known = SOURCES | NAMES | (BESIDE if "words" in at else set())
                if re.search(r"\d", text) and not is_traced and name not in known:
                    found.append((name, text))
    return found


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_every_number_in_a_table_says_what_it_rests_on(path):
    outputs = [o for cell in code_of(path) for o in cell.outputs if "data" in o]
    tables = [o.data["text/html"] for o in outputs if "<table" in o.data.get("text/html", "")]
    assert tables
    for html in tables:
        assert untraced(html) == []


def test_a_number_that_rests_on_nothing_would_be_seen():
    cell = "<table><tr><th>dose</th></tr><tr><td>{}</td></tr></table>"
    assert untraced(cell.format("24 g/kg")) == [("dose", "24 g/kg")]
    assert untraced(cell.format('<abbr title="">24 g/kg</abbr>')) == [("dose", "24 g/kg")]
    assert untraced(cell.format('<abbr title="6 × 2 g/kg">24 g/kg</abbr>')) == []


def test_every_number_of_the_narrative_says_what_it_rests_on():
    (path,) = (path for path in STORIES if path.stem == "8-summary")
    outputs = [o for cell in code_of(path) for o in cell.outputs if "data" in o]
    told = [o.data["text/markdown"] for o in outputs if "text/markdown" in o.data]
    assert len(told) == 2  # to clinicians, and to others
    for words in told:
        hint = '<abbr title="as reported; “(CPK) = 14,420 IU/l” (Case report, paragraph 1)">'
        assert hint in words
        words = re.sub(r"^\d+\\?\. ", "", words, flags=re.MULTILINE)
        assert re.findall(r"\d+", re.sub(r"<abbr .*?</abbr>", "", words, flags=re.DOTALL)) == []
