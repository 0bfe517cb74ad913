"""A second real case through the same notebooks: what the first did not ask for."""

import re

import pytest
from conftest import ROOT, change_cell, charts, opened, tables

from casetrace.case import measures
from casetrace.case.load import check, load
from casetrace.case.project import Project
from casetrace.curate.guide import guide, missing_of_care
from casetrace.display.trace import plain
from casetrace.narrative import narrate
from casetrace.narrative.record import record
from casetrace.questions.response import analysis as response
from casetrace.questions.values import headline

CASE = "gungor-2020"


@pytest.fixture(scope="module")
def case():
    return load(CASE, where=Project(ROOT))


def said(case, audience="clinician"):
    text = narrate(case, audience=audience).markdown()
    return re.sub(r"\[([^\]]+)\]\(#[^)]+\)", r"\1", text)


def test_its_data_hold_and_need_no_second_look(case):
    assert check(CASE, Project(ROOT)) == ([], [])
    assert guide(case) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ck.presentation", "4,292 U/L"),
        ("ck.fold.presentation", "21.5"),  # 4292 / 200
        ("alt.fold.presentation", "6.5"),  # 234 / 36
        ("ck.change.ivig", "a fall of about 88%"),  # (500 - 4292) / 4292
        ("ivig.dose_total", "at least 605 g"),  # 155 + 3 × 150
        ("ivig.dose_per_course.later", "150 g"),
        ("ivig.courses", "at least 4"),
        ("ivig.weeks_first_to_last_course", "at least 18 weeks"),  # 3 × 6
        ("ivig.dose_rate.later", "25 g/week"),  # 150 / 6
        ("ck_third_course.time", "12 to 18 weeks"),
        ("ck.after_four.time", "at least 18 weeks"),
        ("care.not_rated", "30"),
        # age open (at most 65), legs 0.8 and enzymes 1.3 met
        ("criteria.eular_acr.score.no_biopsy", "2.1 to 20.8"),
    ],
)
def test_values_worked_out_by_hand(case, name, text):
    assert headline(case)[name].text() == text


def test_what_is_open_stays_open():
    found = headline(load(CASE, "least-assumed", where=Project(ROOT)))
    assert found["ck.presentation"].text() == "at most 4,292 U/L"
    assert found["ck.fold.presentation"].text() == "at most 21.5"
    assert found["ivig.weeks_first_to_last_course"].text() == "at least 12 weeks"


def test_no_weight_is_assumed_and_nothing_is_simulated(case):
    assert not any("grams" in name or name.startswith("igg") for name in headline(case))
    assert charts.igg(case) is None
    assert "no assumed body weight" in tables.applies(case, "exposure")


def test_a_limit_that_the_report_prints_is_not_called_assumed(case):
    assert measures.is_printed(case, "ck")
    assert not measures.is_printed(opened("imataka-2014"), "ck")
    assert "times the printed limit" in said(case)
    assert "assumed" not in said(case)
    assert "upper reference limit 200 U/L (as printed)" in charts.course(case).svg_with_text


def test_a_multiple_is_taken_of_limits_that_the_case_names_and_no_others(case):
    assert list(response.fold_under(case, "ck")) == ["reference/limits/ck_gungor_2020"]
    first = response.fold_under(opened("imataka-2014"), "ck")
    assert "reference/limits/ck_gungor_2020" not in first
    assert len(first) == 5


def test_earlier_drugs_are_told_and_not_drawn_on_an_axis_that_begins_later(case):
    text = said(case)
    assert "| atorvastatin | 10 mg/day | at presentation or before |" in text
    assert "| metformin | 1,500 mg/day | at presentation or before |" in text
    lanes = {mark.lane for mark in charts.course(case).marks}
    assert lanes == {"laboratory", "axis", "ivig", "events"}


def test_a_block_of_one_course_has_no_interval(case):
    words = charts.course(case).svg_with_text
    assert ">1 × 155 g<" in words
    assert ">at least 3 × 150 g, every 6 weeks<" in words


def test_what_came_later_is_not_told_of_presentation(case):
    table = next(t for t in record(case) if t.name == "findings")
    (row,) = (row for row in table.rows.values() if plain(row[0]) == "presentation")
    assert "proximal weakness in both legs" in plain(row[1])
    assert "weakness of the arms (after presentation)" in plain(row[1])


def test_a_checklist_that_was_not_rated_says_so(case, copy):
    assert "CARE checklist" not in said(case)
    assert "of 30 items 30 not rated" in missing_of_care(case)
    assert "care.not_rated" not in headline(opened("imataka-2014"))
    change_cell(copy.data / "imataka-2014" / "care.csv", "1", "met", "not rated")
    assert headline(load("imataka-2014", where=copy))["care.not_rated"].low == 1


def test_every_figure_of_it_is_named_and_traced(case):
    for draw in (charts.course, charts.exposure, charts.classification):
        figure = draw(case)
        assert figure.alt
        assert all(mark.source for mark in figure.marks if mark.shape != "unknown"), figure.name
