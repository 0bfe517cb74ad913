import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from casetrace.case import UsageError
from casetrace.notebook import open_case
from casetrace.project import DEFAULT_CASE, DEFAULT_SCENARIO

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
        assert "/" not in cell.source.replace("report/", "")


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_parameters_are_the_default_case_and_one_cell_imports(path):
    cells = code_of(path)
    tagged = [c for c in cells if "parameters" in c.metadata.get("tags", [])]
    assert [c.source for c in tagged] == [
        f'case = "{DEFAULT_CASE}"\nscenario = "{DEFAULT_SCENARIO}"'
    ]
    assert sum("import" in c.source for c in cells) == 1


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


def test_plain_papermill_runs_a_notebook_from_any_folder(tmp_path):
    done = papermill(tmp_path, ("case", "imataka-2014"))
    assert done.returncode == 0, done.stderr
    outputs = [o for c in code_of(tmp_path / "out.ipynb") for o in c.outputs]
    stored = [o for c in code_of(ROOT / "notebooks" / "2-course.ipynb") for o in c.outputs]
    assert [o["data"] for o in outputs] == [o["data"] for o in stored]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.ipynb"]


def test_an_unknown_parameter_is_an_error_where_papermill_only_warns(tmp_path):
    done = papermill(tmp_path, ("case", "imataka-2014"), ("scenaro", "longer-gap"))
    assert done.returncode != 0
    assert "no parameter 'scenaro'; did you mean scenario?" in done.stderr


def test_stored_notebooks_hold_no_time_no_path_and_no_version():
    for path in STORIES:
        raw = json.loads(path.read_text())
        assert raw["metadata"]["language_info"] == {"name": "python"}
        assert "papermill" not in path.read_text()
