"""A new case: its folder, and what `casetrace check` guides a curator through."""

import os

import pytest
from conftest import casetrace, change_cell, charts, overlaps

from casetrace.case.load import check, load
from casetrace.case.problems import UsageError
from casetrace.curate.guide import EXAMPLE, guide, missing_of_care
from casetrace.curate.new_case import EXAMPLES, create
from casetrace.questions.values import check_names, headline, idle_readings

CASE = "author-2020"


@pytest.fixture
def new(copy):
    """A project with a new case."""
    create(CASE, copy)
    return copy


def said(project, case=CASE):
    return [str(problem) for problem in guide(load(case, where=project))]


def head(project, case="toy-2000"):
    return project.data / case / "case.yaml"


def test_a_new_case_holds_and_shows_what_a_row_gives(new):
    assert check(CASE, new) == ([], [])
    case = load(CASE, where=new)
    check_names(case)
    values = headline(case)
    assert values["ck.after_drug"].text() == "less than 400 U/L"
    assert values["drug.dose_per_course.course"].text() == "20 mg/kg"  # 10 mg/kg on two days
    lower = headline(load(CASE, "lower-dose", where=new))
    assert lower["drug.dose_per_course.course"].text() == "10 mg/kg"
    # 1,200 to 0 ... 400 U/L: a fall by more than 66.7 % (800 / 1200)
    assert values["ck.change.after_drug"].high == pytest.approx(-100 * 800 / 1200)


def test_each_table_of_a_new_case_has_a_row(new):
    case = load(CASE, where=new)
    for table in ("observations", "findings", "treatments", "motor", "register", "care", "links"):
        assert case.rows[table], table


def test_every_example_is_named_until_it_is_replaced(new):
    case = load(CASE, where=new)
    left = [line for line in said(new) if "not the example" in line]
    tables = ("observations", "findings", "treatments", "motor", "register")
    rows = [row for table in tables for row in case.rows[table]]
    assert len(left) == sum(row.place == EXAMPLE for row in rows) == 10
    change_cell(new.data / CASE / "observations.csv", "ck.admission", "place", "Case report")
    assert len([line for line in said(new) if "not the example" in line]) == 9
    assert any("column citation.authors: found 'EXAMPLE A" in line for line in said(new))


@pytest.mark.parametrize(
    "name",
    ["", "..", "../x", "a/b", "/tmp/x", "A-2020", "a b", "a--b", "-a", "reference", "a" * 61,
     "imataka-2014", "a\n", "ä"],
)  # fmt: skip
def test_a_name_cannot_leave_the_folder_or_take_anothers(copy, name):
    before = sorted(os.listdir(copy.data)), sorted(os.listdir(copy.root))
    with pytest.raises(UsageError):
        create(name, copy)
    assert (sorted(os.listdir(copy.data)), sorted(os.listdir(copy.root))) == before


def test_the_command_says_what_to_do_next(copy):
    done = casetrace("new", CASE, root=copy.root)
    assert done.returncode == 0
    assert f"data/{CASE}/case.yaml" in done.stdout
    assert f"casetrace check {CASE}" in done.stderr
    again = casetrace("new", CASE, root=copy.root)
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_nothing_is_left_of_a_folder_that_could_not_be_made(copy, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.rename", full)
    with pytest.raises(OSError, match="No space"):
        create(CASE, copy)
    assert sorted(os.listdir(copy.data)) == sorted(
        name for name in os.listdir(copy.data) if not name.startswith(".new-")
    )


def test_the_first_case_needs_no_second_look(whole):
    assert guide(load("imataka-2014", where=whole)) == []


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "words"),
    [
        ("findings", "fever", "note", "x", None),
        ("observations", "ck.later", "unit", "U/mL", "U/L, as in ck.adm"),
        ("observations", "ck.range", "time", "-3", "a time that is not before its clock"),
    ],
)
def test_a_slip_in_a_cell_is_named(toy, table, key, column, value, words):
    before = set(said(toy, "toy-2000"))
    path = toy.data / "toy-2000" / f"{table}.csv"
    change_cell(path, key, column, value)
    found = set(said(toy, "toy-2000")) - before
    if words is None:
        assert found == set()
        return
    [line] = found
    assert f"{table}.csv, row" in line
    assert words in line


def test_a_value_beyond_what_a_body_can_have_is_named(new):
    path = new.data / CASE / "observations.csv"
    change_cell(path, "ck.admission", "value", "1200000")
    [line] = [line for line in said(new) if "nearly all patients" in line]
    assert "row 2 (ck.admission), column value: found '1200000'; expected 5 to 500000 U/L" in line
    change_cell(path, "ck.admission", "value", "more than 8000")
    assert not any("nearly all patients" in line for line in said(new))
    assert not any("nearly all patients" in line for line in said(new))
    change_cell(path, "ck.admission", "value", "1200")
    change_cell(path, "ck.admission", "unit", "U/mL")  # 1,200,000 U/L
    assert any("nearly all patients" in line for line in said(new))


def test_a_code_that_does_not_fit_its_name_is_named_unless_a_note_says_why(new):
    path = new.data / CASE / "findings.csv"
    change_cell(path, "weakness", "code", "HP:0002633")
    [line] = [line for line in said(new) if "column code" in line]
    assert "HP:0002633 is 'Vasculitis'" in line
    change_cell(path, "weakness", "note", "Coded so by the authors")
    assert not any("column code" in line for line in said(new))


def test_words_without_a_place_are_named(new):
    path = new.data / CASE / "findings.csv"
    change_cell(path, "fever", "state", "not reported")
    change_cell(new.data / CASE / "motor.csv", "admission", "grade", "")
    change_cell(new.data / CASE / "motor.csv", "admission", "place", "")
    [line] = [line for line in said(new) if "section and paragraph" in line]
    assert "motor.csv, row 2 (admission), column place" in line


def test_a_reading_that_no_number_hangs_on_is_named(new):
    assert idle_readings(load(CASE, where=new)) == []
    path = head(new, CASE)
    text = path.read_text().replace(
        "treatments/drug.course/dose_per: course", "motor/admission/note: x"
    )
    path.write_text(text)
    [problem] = idle_readings(load(CASE, where=new))
    assert str(problem).startswith(f"data/{CASE}/case.yaml, column readings.dose: expected")


def test_a_treatment_that_nothing_comes_after_is_named(new):
    folder = new.data / CASE
    assert not any("after drug was begun" in line for line in said(new))
    for table in ("observations", "findings"):
        lines = (folder / f"{table}.csv").read_text().splitlines()
        kept = [line for line in lines if ",drug,3," not in line and ",drug,1," not in line]
        (folder / f"{table}.csv").write_text("\n".join(kept) + "\n")
    text = head(new, CASE).read_text()
    head(new, CASE).write_text(text.replace("  - {id: ck.change.after_drug", "  # - {id"))
    head(new, CASE).write_text(head(new, CASE).read_text().replace("comparisons:", "# none:"))
    [line] = [line for line in said(new) if "after drug was begun" in line]
    assert "treatments.csv, row 4 (drug.course), column drug" in line


def test_what_care_misses_comes_last(new):
    assert missing_of_care(load(CASE, where=new)).startswith("CARE checklist, of 30 items 30 miss")
    care = new.data / CASE / "care.csv"
    care.write_text(care.read_text().replace(",no,", ",yes,"))
    assert missing_of_care(load(CASE, where=new)) == ""
    care.write_text(care.read_text().replace("1,yes,", "1,partly,", 1))
    assert ", of 30 items 1 in part: 1 " in missing_of_care(load(CASE, where=new))
    done = casetrace("check", CASE, root=new.root)
    lines = done.stdout.splitlines()
    assert lines[-2].startswith("note: CARE checklist")
    assert lines[-1].startswith(f"{CASE}: ")


@pytest.mark.parametrize("like", EXAMPLES)
def test_each_worked_example_holds_and_is_drawn(copy, like):
    create(CASE, copy, like)
    assert check(CASE, copy) == ([], [])
    case = load(CASE, where=copy)
    check_names(case)
    assert idle_readings(case) == []
    assert {row.place for row in case.rows.treatments} == {EXAMPLE}
    for width in (170, 85):
        figure = charts.course(case, width)
        assert overlaps(figure.drawing) == []
        assert len(figure.marks) > 5


def test_an_example_of_hours_and_one_of_a_score_show_what_they_are_for(copy):
    create("in-hours", copy, "hours")
    values = headline(load("in-hours", where=copy))
    assert values["sodium.rise"].text() == "a rise of 12 mmol/L"
    assert values["sodium.rate"].text() == "a rise of 0.5 mmol/L/h"
    create("a-score", copy, "score")
    assert headline(load("a-score", where=copy))["depression.fall"].text() == "a fall of 21"
