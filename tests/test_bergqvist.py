"""A made-up case as a newcomer enters it: short clocks, steps without a dose, drugs that end."""

import shutil

import pytest
from conftest import FIGURES, ROOT, charts, overlaps

from casetrace.case.load import check, load
from casetrace.case.project import Project
from casetrace.curate.guide import guide
from casetrace.display.trace import plain
from casetrace.narrative import narrate
from casetrace.narrative.record import record
from casetrace.questions.course.given import parts_of
from casetrace.questions.course.sheet import Sheet
from casetrace.questions.values import headline, idle_readings

CASE = "bergqvist-2021"
ROWS = {
    "bibliography": 'bergqvist_2021,"Bergqvist L, Odhiambo P",2021,A late flare,Made up,,,,,\n',
    "codes": "2276-4,LOINC,2.77,Ferritin [Mass/volume] in Serum or Plasma,bergqvist_2021,\n",
    "limits": "ferritin_bergqvist,ferritin,normal value printed in the report,"
    "upper reference limit,150,ng/mL,bergqvist-2021,bergqvist_2021,\n",
}


@pytest.fixture(scope="module")
def where(tmp_path_factory):
    root = tmp_path_factory.mktemp("newcomer")
    shutil.copytree(ROOT / "data" / "reference", root / "data" / "reference")
    shutil.copytree(ROOT / "tests" / CASE, root / "data" / CASE)
    for table, row in ROWS.items():
        with (root / "data" / "reference" / f"{table}.csv").open("a") as out:
            out.write(row)
    return Project(root)


@pytest.fixture
def case(where):
    return load(CASE, where=where)


@pytest.fixture
def told(case):
    """The abstract, and the cells of the record, in words."""
    rows = [row for table in record(case) for row in table.rows.values()]
    cells = [" | ".join(map(plain, row)) for row in rows]
    return "\n".join([plain(narrate(case).text), *cells])


def test_its_data_hold_and_no_more_than_two_things_are_doubtful(where, case):
    assert check(CASE, where)[0] == []
    assert guide(case) == []
    assert idle_readings(case) == []


def test_values_a_week_apart_stand_apart_and_in_order(case):
    time = Sheet(case, 170, True).time
    at = [time.x("admission", week) for week in (0, 1, 3)]
    assert at == sorted(at)
    assert at[1] - at[0] == pytest.approx(time.scale)
    assert at[2] - at[1] == pytest.approx(2 * time.scale)
    assert time.x("discharge", 1) - time.x("discharge", 0) == pytest.approx(time.scale)


@pytest.mark.parametrize("width", [170, 85])
def test_no_words_of_the_course_overlap_or_leave_the_page(case, width):
    assert overlaps(charts.course(case, width).drawing) == []


@pytest.mark.parametrize("name", FIGURES)
def test_every_other_figure_can_be_read_too(case, name):
    if name != "course" and (figure := getattr(charts, name)(case)):
        assert overlaps(figure.drawing) == []


def drawn(case, drug):
    """Stretches of a row of the treatment panel, in weeks after discharge, each with its kind."""
    sheet = Sheet(case, 170, True)
    zero, scale = sheet.time.x("discharge", 0), sheet.time.scale
    parts = [p for t in sheet.compact[drug] for p in parts_of(case, sheet.time, t)]
    return [((p.left - zero) / scale, (p.right - zero) / scale, p.kind) for p in parts]


MONTH = 30.4375 / 7


def test_nothing_is_drawn_when_a_drug_was_not_given(case):
    """Anakinra was stopped in month 6 and begun again in month 8 at the earliest."""
    spans = drawn(case, "anakinra")
    assert max(b for a, b, _ in spans if a < 6 * MONTH) == pytest.approx(6 * MONTH)
    assert min(a for a, b, _ in spans if a > 6 * MONTH - 0.01) == pytest.approx(8 * MONTH)
    assert [kind for a, _, kind in spans if a > 7 * MONTH] == ["maybe", "to right"]
    parts = [(start / MONTH, kind) for start, _, kind in drawn(case, "methotrexate")]
    assert parts == [(pytest.approx(8), "maybe"), (pytest.approx(12), "to right")]


def test_a_dose_that_ended_is_not_drawn_after_its_end(case):
    sheet = Sheet(case, 170, True)
    charts.course.__globals__["dose_steps"](sheet, "prednisolone")
    zero = sheet.time.x("discharge", 0)
    ends = [
        (p.get_x() + p.get_width() - zero) / sheet.time.scale
        for p in sheet.axes["prednisolone"].patches
        if p.get_hatch()
    ]
    assert max(ends) == pytest.approx(4 * MONTH)


def test_each_dose_is_told_with_its_time_and_its_end(told):
    start = "about 4 days after admission"
    assert f"prednisolone | 40 mg/day | from {start} until 21 days after admission |" in told
    assert "prednisolone | 20 mg/day | from 3 weeks after admission on |" in told
    assert "anakinra | 100 mg/day | from 10 days after admission on |" in told
    assert "anakinra | not reported | from discharge until 6 months after discharge |" in told
    resumed = "begun not before 8 months after discharge, until at least 12 months after discharge"
    assert f"anakinra | not reported | {resumed} |" in told
    assert f"methotrexate | not reported | {resumed} |" in told


def test_a_single_course_is_told_as_one_and_spans_no_time(case, told):
    assert (
        "methylprednisolone | 1,500 mg a course (or 500 mg) | 1 course, 1 day after admission |"
    ) in told
    assert "methylprednisolone.weeks_first_to_last_course" not in headline(case)
    assert "courses of methylprednisolone" not in charts.course(case).alt


def test_outcomes_and_adverse_events_are_told_with_their_time(told):
    assert "fever disappeared | between 10 and 12 days after admission" in told
    assert (
        "injection site reactions (named with anakinra) | not before 8 months after discharge"
        in told
    )


def test_a_claim_is_set_beside_the_value_that_it_is_about(told):
    assert "fall of ferritin | Said to have fallen by more than 90% within three weeks | " in told
    assert (
        told.partition("within three weeks | ")[2]
        .partition("\n")[0]
        .endswith("(Ferritin, change, three weeks: a fall of more than 90%)")
    )


def test_a_time_is_said_once_and_an_occasion_before_it(told):
    assert "serum ferritin | 1 week after admission | about 4,200 ng/mL" in told
    assert "at the flare (about 8 months after discharge) | 3,150 ng/mL" in told
    assert "1 months" not in told


def test_where_no_occasion_is_given_the_time_stands_for_it(case, told):
    said = "serum ferritin 1 week after admission: about 4,200 ng/mL"
    assert said in charts.course(case).alt


def test_one_course_is_no_schedule_to_draw(case):
    assert charts.exposure(case) is None


def test_counts_and_temperatures_have_their_units(told):
    assert "body temperature | at admission | 39.6 °C" in told.replace("on admission (at", "(at")
    assert "white cell count | at admission | 18,600/µL" in told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("39.6,Cel", "39.6,", "row 2 (temperature.admission), column unit: expected the UCUM"),
        (",serum ferritin,,about", ",serum ferritin,a week after admission,about", "occasion"),
    ],
)
def test_what_a_newcomer_gets_wrong_is_pointed_out(where, tmp_path, old, new, said):
    other = Project(tmp_path)
    shutil.copytree(where.data, other.data)
    path = other.data / CASE / "observations.csv"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    (problem,) = guide(load(CASE, where=other))
    assert said in str(problem)
