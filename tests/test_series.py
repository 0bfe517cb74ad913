"""All cases side by side: what holds is shown, what does not is named and left out."""

import csv
import io
import json
import math
import shutil

import pandas as pd
import pytest
from conftest import SERIES_FIGURES, casetrace, change_cell, charts, overlaps, sloped, tables

from casetrace.build import stale
from casetrace.build.build import BuildError, build
from casetrace.build.jobs import FIRST, Job
from casetrace.case.load import load
from casetrace.questions.series.analysis import COLUMNS, as_csv, as_parquet, open_series, tidy


@pytest.fixture
def several(toy):
    """The toy case three times: as it is, with another value, and with data that do not hold."""
    for name in ("toy-two", "toy-bad"):
        folder = toy.data / name
        shutil.copytree(toy.data / "toy-2000", folder)
        head = (folder / "case.yaml").read_text().replace("id: toy-2000", f"id: {name}", 1)
        (folder / "case.yaml").write_text(head)
    change_cell(toy.data / "toy-two" / "observations.csv", "ck.admission", "value", "2500")
    change_cell(toy.data / "toy-bad" / "observations.csv", "ck.admission", "unit", "IU/l")
    return toy


@pytest.fixture
def series(several):
    return open_series(load("toy-2000", where=several))


def test_cases_that_hold_are_together_and_others_are_named(series):
    assert [case.id for case in series.cases] == ["toy-2000", "toy-two"]
    [(name, why)] = series.left_out
    assert name == "toy-bad"
    assert "observations.csv, row 2 (ck.admission), column unit: found 'IU/l'" in why
    table = tables.series_left_out(series)
    assert [row[0] for row in table.rows] == ["toy-bad"]


def test_a_case_under_a_scenario_stands_at_its_default(several):
    found = open_series(load("toy-2000", "small", where=several))
    assert found.report.scenario == "small"
    assert all(case.is_default for case in found.cases)


def test_tidy_rows_are_values_with_bounds(toy):
    found = tidy(load("toy-2000", where=toy))
    assert tuple(found.columns) == COLUMNS
    rows = found.set_index("value").to_dict("index")
    later = rows["ck.later"]
    assert (later["low"], later["low_included"]) == (300, False)
    assert math.isnan(later["high"])
    assert (later["case"], later["unit"], later["text"]) == ("toy-2000", "U/L", "more than 300 U/L")
    assert later["sources"] == "observations/ck.later"
    assert rows["pulse.dose_total"]["readings"] == "dose=by-day"
    assert rows["ck.about"]["about"] is True


def test_as_csv_an_open_bound_is_empty_and_no_cell_is_a_formula(toy):
    found = tidy(load("toy-2000", where=toy))
    found.loc[0, "how"] = "=1+1"
    read = list(csv.DictReader(io.StringIO(as_csv(found).decode())))
    assert len(read) == len(found)
    assert read[0]["how"] == "'=1+1"
    later = next(row for row in read if row["value"] == "ck.later")
    assert (later["low"], later["high"], later["low_included"]) == ("300", "", "no")


def test_as_parquet_it_is_the_same_table(toy):
    pytest.importorskip("pyarrow", reason="needs pyarrow (extra parquet)")
    found = tidy(load("toy-2000", where=toy))
    read = pd.read_parquet(io.BytesIO(as_parquet(found)))
    pd.testing.assert_frame_equal(read, found)
    assert str(read.dtypes["high"]) == "float64"


def test_the_table_of_all_leaves_out_what_does_not_hold(several):
    done = casetrace("table", "--all", root=several.root)
    assert done.returncode == 1
    assert "toy-bad is left out: 1 problem in the data" in done.stderr
    text = (several.build / "tables" / "values.csv").read_text()
    assert {line.split(",")[0] for line in text.splitlines()[1:]} == {"toy-2000", "toy-two"}
    again = casetrace("table", "--all", "toy-two", root=several.root)
    assert again.returncode == 2
    assert "not both" in again.stderr


def test_what_differs_between_cases_is_shown_of_each(series):
    rows = {row[0]: row for row in tables.series_cases(series).rows}
    assert rows["toy-2000"][1] == "man, 40 years"
    assert "pulse therapy: 6 courses, 30 mg/kg a course" in rows["toy-2000"][3]
    assert rows["toy-2000"][4] != rows["toy-two"][4]
    missing = {row[0]: row for row in tables.series_missing(series).rows}
    assert "no row linked to a core set of response" in missing["toy-2000"][2]
    marks = charts.series_folds(series).marks
    texts = {m.source: m.text for m in marks if m.source.endswith("ck.admission")}
    # 1000 and 2500 U/L over the limit of the toy, 100 U/L
    assert texts == {
        "toy-2000/observations/ck.admission": "10",
        "toy-two/observations/ck.admission": "25",
    }


def test_courses_are_laid_along_one_another_in_weeks(series):
    marks = [m for m in charts.swimmer(series).marks if m.lane == "courses"]
    assert [m.time_low for m in marks if m.source.startswith("toy-two")][:4] == ["0", "2", "4", "6"]
    events = [m for m in charts.swimmer(series).marks if m.lane == "events"]
    assert {m.what for m in events} == {"toy-2000: fall", "toy-two: fall"}


@pytest.mark.parametrize(
    ("time", "drawn"),
    [
        ("3", ("point", "3", "3")),
        ("3 to 5", ("band", "3", "5")),
        ("at least 3", ("arrow", "3", "")),
    ],
)
def test_an_event_is_as_wide_as_its_time_is_known(several, time, drawn):
    change_cell(several.data / "toy-2000" / "findings.csv", "fall", "time", time)
    marks = charts.swimmer(open_series(load("toy-2000", where=several))).marks
    (fall,) = (m for m in marks if m.what == "toy-2000: fall")
    assert (fall.shape, fall.time_low, fall.time_high) == drawn


def test_bounds_are_kept_beside_the_regimen(series):
    marks = {m.what.partition(":")[0]: m for m in charts.series_changes(series).marks}
    # more than 300 of 1000 and of 2500 U/L: a change of more than -70 and -88 percent
    assert (marks["toy-2000"].low, marks["toy-2000"].high) == ("-70", "")
    assert (marks["toy-two"].low, marks["toy-two"].high) == ("-88", "")
    assert "by then 3 to 5 courses of pulse therapy" in marks["toy-two"].text


@pytest.mark.parametrize("name", SERIES_FIGURES)
@pytest.mark.parametrize("where", ["several", "whole"])
def test_no_words_overlap_and_no_line_joins_values(request, name, where):
    project = request.getfixturevalue(where)
    first = "toy-2000" if where == "several" else "imataka-2014"
    figure = getattr(charts, name)(open_series(load(first, where=project)))
    assert overlaps(figure.drawing) == []
    assert [line for ax in figure.drawing.axes for line in sloped(ax)] == []
    assert all(f"{mark.what}: " in figure.alt for mark in figure.marks)


def test_nothing_is_drawn_of_cases_that_have_nothing_to_draw(toy):
    for table in ("treatments", "observations"):
        path = toy.data / "toy-2000" / f"{table}.csv"
        lines = path.read_text().splitlines()
        keep = [lines[0]] if table == "treatments" else lines[:2]
        path.write_text("\n".join(keep) + "\n")
    findings = toy.data / "toy-2000" / "findings.csv"
    change_cell(findings, "fall", "related_to", "")
    head = toy.data / "toy-2000" / "case.yaml"
    text = head.read_text()
    text = text[: text.index("comparisons:")]
    for old in ("    drug: pulse\n",):
        text = text.replace(old, "")
    head.write_text(text)
    for path, column in ((findings, "fall"), (toy.data / "toy-2000" / "motor.csv", "last")):
        change_cell(path, column, "time_unit", "wk")
    series = open_series(load("toy-2000", where=toy))
    assert charts.swimmer(series) is None
    assert charts.series_folds(series) is None
    assert charts.series_changes(series) is None
    assert tables.series_cases(series).rows[0][3:5] == ["none in courses", "none declared"]


def due(project):
    now = stale.inputs(project, FIRST, with_page=False)
    return set(stale.due(project, FIRST, now).run)


@pytest.mark.slow
def test_the_notebook_on_all_cases_is_run_once_and_again_for_any_case(whole):
    other = Job("gungor-2020", "default")
    assert "9-series.ipynb" in stale.tasks(whole, FIRST)
    assert "9-series.ipynb" not in stale.tasks(whole, other)
    assert "9-series.ipynb" not in stale.tasks(whole, Job("imataka-2014", "longer-gap"))
    for path in whole.stories():
        if path.name not in ("9-series.ipynb", "1-case.ipynb"):
            path.unlink()
    build(whole, [FIRST], with_page=False)
    change_cell(whole.data / "gungor-2020" / "observations.csv", "alt.presentation", "note", "x")
    assert due(whole) == {"9-series.ipynb", "report"}
    build(whole, [FIRST], with_page=False)
    shutil.rmtree(whole.data / "gungor-2020")
    assert due(whole) == {"9-series.ipynb", "report"}


@pytest.mark.slow
def test_one_bad_case_is_left_out_of_a_build_and_the_others_finish(whole):
    for path in whole.stories():
        if path.name != "1-case.ipynb":
            path.unlink()
    change_cell(whole.data / "imataka-2014" / "care.csv", "1", "met", "perhaps")
    done = casetrace("build", "--all", root=whole.root)
    assert done.returncode == 1
    assert "care.csv, row 2 (1), column met: found 'perhaps'" in done.stderr
    assert "not built, since the data do not hold (see above): imataka-2014/default" in done.stderr
    built = whole.build / "notebooks" / "gungor-2020" / "1-case.ipynb"
    assert json.loads(built.read_text())["cells"]
    assert not (whole.build / "notebooks" / "imataka-2014").exists()
    with pytest.raises(BuildError, match="imataka-2014/default"):
        build(whole, [FIRST], with_page=False)
