"""A made-up case as a newcomer enters it: short clocks, steps without a dose, drugs that end."""

import re
import shutil

import pytest
from conftest import FIGURES, ROOT, charts, overlaps

from casetrace.case.load import check, load
from casetrace.case.project import Project
from casetrace.curate.guide import guide
from casetrace.narrative import narrate
from casetrace.narrative.audience import audiences
from casetrace.questions.course.lanes import Sheet
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
    """The narrative without its links."""

    return (
        re.sub(r"\]\([^)]*\)", "]", narrate(case).markdown("X")).replace("[", "").replace("]", "")
    )


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


def hatched(case, drug):
    """Stretches of a lane that are hatched, in weeks after discharge."""
    sheet = Sheet(case, 170, True)
    charts.course.__globals__["dose_steps"](sheet, drug)
    zero = sheet.time.x("discharge", 0)
    found = [
        (p.get_x(), p.get_x() + p.get_width()) for p in sheet.axes[drug].patches if p.get_hatch()
    ]
    return [((a - zero) / sheet.time.scale, (b - zero) / sheet.time.scale) for a, b in found]


MONTH = 30.4375 / 7


def test_nothing_is_drawn_when_a_drug_was_not_given(case):
    """Anakinra was stopped in month 6 and begun again in month 8 at the earliest."""
    spans = hatched(case, "anakinra")
    assert max(b for a, b in spans if a < 6 * MONTH) == pytest.approx(6 * MONTH)
    assert min(a for a, b in spans if a > 6 * MONTH) == pytest.approx(8 * MONTH)
    assert all(b <= 4 * MONTH + 1e-6 for _, b in hatched(case, "prednisolone"))
    assert min(a for a, _ in hatched(case, "methotrexate")) == pytest.approx(8 * MONTH)


def test_each_dose_is_told_with_its_time_and_its_end(told):
    assert (
        "Prednisolone (oral) was given at 40 mg/day from about 4 days to 21 days after admission, "
        "20 mg/day from 3 weeks after admission and an unreported dose from at least 0 months to "
        "4 months after discharge." in told
    )
    assert (
        "Anakinra (subcutaneous) was given at 100 mg/day from 10 days after admission, an "
        "unreported dose from discharge to 6 months after it and an unreported dose from at least "
        "8 months after discharge." in told
    )
    assert "Methotrexate was given at an unreported dose from at least 8 months after" in told


def test_a_single_course_is_told_as_one_and_spans_no_time(case, told):
    assert (
        "Methylprednisolone (intravenous) was given in a single course of 1,500 mg (500 mg a day "
        "on 3 days), 1 day after admission (read as: the amount on each of the days). Read "
        "otherwise, it is 500 mg (the amount over all days together)." in told
    )
    assert "methylprednisolone.weeks_first_to_last_course" not in headline(case)
    assert "courses of methylprednisolone" not in charts.course(case).alt


def test_outcomes_and_adverse_events_are_told_with_their_time(told):
    assert "fever disappeared, 10 to 12 days after admission" in told
    assert "injection site reactions, at least 8 months after discharge" in told


def test_a_claim_is_set_beside_the_value_that_it_is_about(told):
    head, _, rest = told.partition("## What the report concludes, beside its values")
    assert rest.split("##")[0].strip() == (
        "- Fall of ferritin: Said to have fallen by more than 90% within three weeks. From the "
        "values: serum ferritin lower by more than 90%"
    )
    assert "Where the report disagrees" not in head


def test_a_time_is_said_once_and_an_occasion_before_it(told):
    assert "about 4,200 ng/mL 1 week after admission" in told
    assert "3,150 ng/mL at the flare (about 8 months after discharge)" in told
    assert "1 months" not in told


def test_it_is_told_to_everybody(case):
    for audience in audiences():
        assert len(narrate(case, None, audience.name).markdown("X")) > 3000


def test_where_no_occasion_is_given_the_time_stands_for_it(case, told):
    said = "serum ferritin 1 week after admission: about 4,200 ng/mL"
    assert said in charts.course(case).alt
    assert "serum ferritin 1 week after admission, against" in charts.folds(case).alt
    assert "serum ferritin 3 weeks after admission was lower by more than 90%" in told


def test_one_course_is_no_schedule_to_draw(case):
    assert charts.doses(case) is None


def test_counts_and_temperatures_have_their_units(told):
    assert "Body temperature was 39.6 °C on admission." in told
    assert "White cell count was 18,600/µL on admission." in told


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
