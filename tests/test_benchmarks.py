"""What the benchmarks write, from numbers that are easy to work out; no time is asserted."""

import re
import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
import bench
import report
import ways

MEDIANS = {
    "notebooks: build": 5.0,
    **{f"notebooks: {name}": 30.0 for name in report.OTHERS},
    "notebooks: limit": 4.0,
    "page: one process": 20.0,
    "whole: limit": 8.0,
    "whole: build, 1 at a time": 20.0,
    "whole: build, 2 at a time": 10.0,
    "nothing changed": 0.1,
    "edit of observations.csv": 2.5,
    "nbval: stock": 30.0,
    "nbval: warm, two at a time": 12.0,
}
MANY = [{"cases": n, "seconds": n * 1.5, "each": 1.5, "memory": 300.0} for n in (1, 10, 1000)]
ABOUT = {"machine": "m", "versions": "v", "date": "2000-01-01", "rounds": "5"}


def test_ratios_are_told_against_the_build():
    spread = {name: (value, value) for name, value in MEDIANS.items()}
    page = report.page(MEDIANS, spread, MANY, ABOUT)
    assert "| loop of the papermill command | 30.0 (30.0 to 30.0) | 6 |" in page
    assert "| limit | 4.0 (4.0 to 4.0) | 0.8 |" in page
    assert "| casetrace build, 1 at a time | 20.0 (20.0 to 20.0) | 2 |" in page
    assert "| nbconvert --execute, then the page | 50.0 | 5 |" in page
    assert "| edit of observations.csv | 2.5 (2.5 to 2.5) | 25 % |" in page
    assert "| stock | 30.0 (30.0 to 30.0) | 2.5 |" in page
    assert "| 1,000 | 1500.0 | 1.50 | 300 |" in page


def test_the_figure_names_every_way_and_is_the_same_each_time():
    drawn = report.figure(MEDIANS, MANY)
    assert drawn.startswith("<svg")
    assert drawn == report.figure(MEDIANS, MANY)


def test_every_way_is_measured_and_told():
    assert tuple(ways.OTHERS) == report.OTHERS
    for file in bench.EDITED:
        assert (ROOT / "data" / ways.CASE / file).is_file()
    page = (ROOT / "docs" / "benchmarks.md").read_text()
    for name in (*report.OTHERS, "limit", *bench.EDITED):
        assert name in page
    assert re.search(r"\| 100 \|", page)


def test_outputs_are_told_apart(tmp_path):
    one = ways.project(tmp_path / "one", ["1-case.ipynb"])
    found = ways.outputs(one / "notebooks")
    assert list(found) == ["1-case.ipynb"]
    assert any("text/html" in data for cell in found["1-case.ipynb"] for data in cell)


def test_a_copy_has_all_notebooks_or_those_that_are_named(tmp_path):
    whole = ways.project(tmp_path / "whole")
    assert len(ways.notebooks(whole)) == len(ways.notebooks(ROOT))
    few = ways.project(tmp_path / "few", bench.FEW)
    assert [path.name for path in ways.notebooks(few)] == bench.FEW
