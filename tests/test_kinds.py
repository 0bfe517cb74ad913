"""What reports of other fields say: each kind of fault that their first curation met.

The rows are invented. Every test says what is right, in the record, the figure or the message.
"""

import shutil

import pytest
import yaml
from conftest import ROOT, charts, overlaps, write_case

from casetrace.case.clocks import lasting, phases, since, told
from casetrace.case.load import check, load
from casetrace.case.privacy import found_in
from casetrace.case.project import Project
from casetrace.display.trace import plain
from casetrace.narrative.abstract import sentences
from casetrace.narrative.record import record
from casetrace.quantity import parse
from casetrace.questions import response
from casetrace.questions.classification.criteria_items import phenotype
from casetrace.questions.classification.tables import fact_label
from casetrace.questions.course.given import parts_of, words_of
from casetrace.questions.course.motor import motor
from casetrace.questions.course.panels import panels
from casetrace.questions.course.sheet import Sheet
from casetrace.questions.sensitivity.analysis import factorials
from casetrace.questions.values import headline

PLACE = "Case report"
ADMISSION = {"id": "admission", "label": "admission", "phrase": "admission"}
ITEMS = (ROOT / "data" / "reference" / "care.csv").read_text("utf-8").splitlines()[1:]


class Written:
    """A made-up case in a folder, with what is said and drawn of it."""

    def __init__(self, root, head=None, clocks=(ADMISSION,), **tables):
        self.where = Project(root)
        if not (root / "data" / "reference").exists():
            shutil.copytree(ROOT / "data" / "reference", root / "data" / "reference")
        whole = {
            "id": "made-up",
            "title": "A made-up case",
            "citation": {"authors": "N N", "title": "Made up", "year": 2000, "licence": "none"},
            "subject": {"sex": "female", "noun": "woman", "place": PLACE, "as_reported": "a woman"},
            "diagnosis": {"name": "a disease", "place": PLACE, "as_reported": "a disease"},
            "clocks": list(clocks),
            **(head or {}),
        }
        rows = {name: [] for name in ("observations", "findings", "treatments", "motor")}
        base = {
            "observations": {"place": PLACE, "name": "creatine kinase"},
            "findings": {"place": PLACE, "as_reported": "words", "kind": "sign"},
            "treatments": {"place": PLACE},
        }
        for table, given in tables.items():
            for row in given:
                said = {"as_reported": " ".join(str(v) for k, v in row.items() if k != "id")[:60]}
                said["as_reported"] = " ".join(said["as_reported"].split()[:8])
                row = {**said, **base.get(table, {}), **row}
                if table == "findings":
                    row.setdefault("state", "observed")
                rows[table].append({k: str(v) for k, v in row.items()})
        rows["register"] = []
        rows["care"] = [{"item": i.split(",")[0], "met": "not rated"} for i in ITEMS]
        folder = root / "data" / "made-up"
        shutil.rmtree(folder, ignore_errors=True)
        write_case(folder, yaml.safe_dump(whole, sort_keys=False), rows)

    @property
    def problems(self):
        return [str(p) for p in check("made-up", self.where)[0]]

    @property
    def warnings(self):
        return [str(p) for p in check("made-up", self.where)[1]]

    @property
    def case(self):
        return load("made-up", where=self.where)

    def cells(self, table):
        found = next(t for t in record(self.case) if t.name == table)
        return [[plain(cell) for cell in row] for row in found.rows.values()]

    def marks(self, lane=""):
        return [m for m in charts.course(self.case).marks if not lane or m.lane == lane]

    def sheet(self):
        return Sheet(self.case, 170, True)

    def is_whole(self):
        """No problem, every value computes, and both figures can be read."""
        assert self.problems == []
        headline(self.case)
        for width in (170, 85):
            assert overlaps(charts.course(self.case, width).drawing) == []
        return True


@pytest.fixture
def write(tmp_path):
    return lambda **given: Written(tmp_path, **given)


CK = {"id": "ck.a", "value": "100", "unit": "U/L", "clock": "admission", "time": "0",
      "time_unit": "d"}  # fmt: skip
TIMED = {"clock": "admission", "time_unit": "d"}
ON_VIGNOS = {"scale": "vignos", "place": PLACE, **TIMED}


# --- false statements


def test_a_treatment_that_began_before_and_was_stopped_keeps_its_stop_and_dose(write):
    drug = {"id": "x.a", "drug": "x", "name": "prednisone", "dose": 5, "dose_unit": "mg/d",
            "start": "at most 0", "stop": 6, **TIMED}  # fmt: skip
    made = write(observations=[CK], treatments=[drug])
    assert made.is_whole()
    (row,) = made.cells("treatments")
    assert row[1:3] == [
        "5 mg/day",
        "begun at admission or before, until 6 days after admission",
    ]
    sheet = made.sheet()
    kinds = [
        (p.kind, p.right) for p in parts_of(made.case, sheet.time, made.case.rows.treatments[0])
    ]
    assert [kind for kind, _ in kinds] == ["to left", "sure"]
    assert kinds[-1][1] == pytest.approx(sheet.time.x("admission", 6 / 7))


def test_an_occasion_is_not_what_a_time_is_counted_from(write):
    value = {**CK, "occasion": "before transfer", "time": 6, "time_unit": "h"}
    assert write(observations=[value]).cells("measured")[0][1] == (
        "before transfer (6 hours after admission)"
    )


def test_what_was_before_the_zero_is_told_and_drawn_before_it(write):
    fever = {"id": "fever", "name": "fever", "event": "yes", "time": -5, **TIMED}
    made = write(observations=[CK], findings=[fever])
    assert made.is_whole()
    assert made.cells("events")[0][1] == "5 days before admission"
    time = made.sheet().time
    assert time.x("admission", -5 / 7) < time.x("admission", 0) - 20


def test_what_may_have_begun_later_does_not_begin_at_the_zero(write):
    drug = {"id": "x.a", "drug": "x", "name": "heparin", "start": "at least 0", **TIMED}
    made = write(observations=[CK, {**CK, "id": "ck.b", "time": 9}], treatments=[drug])
    assert made.is_whole()
    assert made.cells("treatments")[0][2] == "at admission or later"
    (part,) = parts_of(made.case, made.sheet().time, made.case.rows.treatments[0])
    assert part.kind == "to right"


def test_what_lasts_and_what_may_last_are_different_marks(write):
    findings = [
        {"id": "a", "name": "ventilated", "event": "yes", "start": 0, "stop": "3 to 5", **TIMED},
        {"id": "b", "name": "fever", "event": "yes", "start": 0, "stop": "at least 2", **TIMED},
        {"id": "c", "name": "rash", "event": "yes", "time": "at most 10", **TIMED},
    ]
    made = write(observations=[CK], findings=findings)
    assert made.is_whole()
    shapes = {m.what: (m.shape, m.text) for m in made.marks("events")}
    assert shapes == {
        "ventilated": (
            "bar",
            "from admission until some time between 3 and 5 days after admission",
        ),
        "fever": ("bar", "from admission until at least 2 days after admission"),
        "rash": ("event", "no later than 10 days after admission"),
    }


def test_courses_without_an_interval_have_no_times(write):
    drug = {"id": "x.a", "drug": "x", "name": "plasma exchange", "courses": 21, "called": "session",
            "start": 0, **TIMED}  # fmt: skip
    made = write(observations=[CK], treatments=[drug])
    assert made.is_whole()
    assert made.cells("treatments")[0][2] == "21 sessions, the first at admission"
    weeks = [(m.time_low, m.time_high) for m in made.marks("treatments")]
    assert weeks[0] == ("0", "0")
    sheet = made.sheet()
    assert len(parts_of(made.case, sheet.time, made.case.rows.treatments[0])) == 1
    assert set(weeks[1:]) == {("0", "")}
    assert "0, 0" not in charts.course(made.case).alt


def test_imaging_at_two_times_keeps_both(write):
    findings = [
        {"id": "a", "name": "oedema", "kind": "imaging", "time": 0, **TIMED},
        {"id": "b", "name": "fatty change", "kind": "imaging", "time": 84, **TIMED},
    ]
    (row,) = write(observations=[CK], findings=findings).cells("findings")
    assert row[1] == "oedema (at admission); fatty change (84 days after admission)"


def test_a_time_whose_order_is_not_known_is_asked_about(write):
    second = {"id": "therapy", "label": "therapy", "phrase": "the start of therapy"}
    outcome = {"id": "home", "name": "home", "kind": "outcome", "time": 5, "clock": "admission",
               "time_unit": "mo"}  # fmt: skip
    drug = {"id": "x.a", "drug": "x", "name": "heparin", "start": 0, "clock": "therapy",
            "time_unit": "d"}  # fmt: skip
    made = write(clocks=(ADMISSION, second), observations=[CK], findings=[outcome],
                 treatments=[drug])  # fmt: skip
    assert any("before or after the start of therapy" in w for w in made.warnings)


# --- crashes and refusals


@pytest.mark.parametrize(
    "more",
    [
        {"courses": 1, "days_per_course": 3},
        {"courses": "at least 1", "interval": 1, "interval_unit": "wk"},
        {"courses": 4, "interval": 1, "interval_unit": "d"},
        {"interval": 1, "interval_unit": "wk"},
        {"dose_unit": "mg", "courses": "at least 2"},
        {"courses": 9, "interval": "2 to 3", "interval_unit": "d", "called": "session"},
    ],
)
def test_courses_of_any_kind_are_read_and_drawn(write, more):
    drug = {"id": "x.a", "drug": "x", "name": "therapy", "start": 0, **TIMED, **more}
    made = write(observations=[CK, {**CK, "id": "ck.b", "time": 20}], treatments=[drug])
    assert made.is_whole()
    assert not any("dose" in name for name in headline(made.case))
    assert "more than 0" not in " ".join(map(str, made.cells("treatments")))


def test_a_frequency_without_a_count_is_told(write):
    drug = {"id": "x.a", "drug": "x", "name": "methotrexate", "dose": 15, "dose_unit": "mg",
            "interval": 1, "interval_unit": "wk", "start": 0, **TIMED}  # fmt: skip
    made = write(observations=[CK], treatments=[drug])
    (row,) = made.cells("treatments")
    assert row[1:3] == [
        "15 mg a course",
        "one every week, number of courses not reported, the first at admission",
    ]
    assert "methotrexate, 15 mg, every week" in charts.course(made.case).alt.lower()


def test_a_unit_that_is_not_printed_is_said_and_blocks_what_needs_it(write):
    values = [{**CK, "unit": "not printed"}, {**CK, "id": "ck.b", "time": 5, "value": "50"}]
    made = write(observations=values, head={"uses": {"upper_limit": {"ck": "ck_jccls_women"}}})
    assert made.is_whole()
    assert made.cells("measured")[0][2] == "100 (unit not printed)"
    assert list(n for n in headline(made.case) if "fold" in n) == ["ck.fold.b"]
    assert ">unit not printed<" in charts.course(made.case).svg_with_text
    head = {"comparisons": [{"id": "ck.change.x", "old": "ck.a", "new": "ck.b"}]}
    (problem,) = write(observations=values, head=head).problems
    assert "a unit of ck.a, which the report does not print" in problem


def test_numbers_below_0_are_numbers(write):
    value = {"id": "be.a", "name": "base excess", "value": "-12", "unit": "mmol/L",
             "as_reported": "base excess -12", **TIMED, "time": 0}  # fmt: skip
    made = write(observations=[value])
    assert made.is_whole()
    assert made.warnings == []
    assert made.cells("measured")[0][2] == "-12 mmol/L"
    made = write(observations=[{**value, "as_reported": "base excess 12"}])
    assert any("words that say it is below 0" in w for w in made.warnings)
    assert not any("minus sign" in w and "remove" in w for w in made.warnings)


def test_a_case_without_a_number_is_a_case(write):
    made = write(findings=[{"id": "a", "name": "rash", "event": "yes", "time": 3, **TIMED}])
    assert made.is_whole()
    assert "rash" in charts.course(made.case).alt
    made = write(clocks=(), findings=[{"id": "a", "name": "rash"}])
    assert made.problems == []
    assert charts.course(made.case) is None


def test_an_infusion_has_settings(write):
    drug = {"id": "v.a", "drug": "v", "name": "ventilation", "start": 0, "stop": 2,
            "settings": "FiO2 60 %; PEEP 8 to 10 cm[H2O]", **TIMED}  # fmt: skip
    made = write(observations=[CK], treatments=[drug])
    assert made.is_whole()
    assert made.cells("treatments")[0][1] == "FiO2 60%; PEEP 8 to 10 cmH₂O"
    made = write(observations=[CK], treatments=[{**drug, "settings": "PEEP high"}])
    assert any("not a name, a number and a unit" in p for p in made.problems)


# --- what could not be said


def test_times_are_counted_from_any_row_that_has_one(write):
    drug = {"id": "x.a", "drug": "x", "name": "rituximab", "courses": 2, "interval": 14,
            "interval_unit": "d", "called": "dose", "start": 1, **TIMED}  # fmt: skip
    fever = {"id": "fever", "name": "fever", "event": "yes", "clock": "treatments/x.a/2",
             "time": 24, "time_unit": "h"}  # fmt: skip
    made = write(observations=[CK], treatments=[drug], findings=[fever])
    assert made.is_whole()
    assert made.cells("events")[0][1] == "24 hours after dose 2 of rituximab"
    (mark,) = made.marks("events")
    assert (float(mark.time_low), mark.time_unit) == (16 * 24, "h")  # day 1, 14 days on, 1 day on
    for clock, said in (
        ("treatments/x.a/3", "a course that treatments/x.a has"),
        ("findings/rash", "a clock of case.yaml, or a row as table/id"),
        ("findings/fever", "no circle"),
    ):
        wrong = write(observations=[CK], treatments=[drug], findings=[{**fever, "clock": clock}])
        assert any(said in p for p in wrong.problems), clock


def test_a_result_in_words_stands_among_the_numbers(write):
    late = {"id": "ck.b", "result": "almost normal", "clock": "admission", "time": 30,
            "time_unit": "d"}  # fmt: skip
    made = write(observations=[CK, late])
    assert made.is_whole()
    assert [row[2] for row in made.cells("measured")] == ["100 U/L", "almost normal"]
    assert "almost normal" in charts.course(made.case).alt


def test_a_value_over_an_interval_is_drawn_over_it(write):
    urine = {"id": "urine.a", "name": "urine output", "value": 6, "unit": "L", "start": 0,
             "stop": 8, "clock": "admission", "time_unit": "h"}  # fmt: skip
    made = write(observations=[urine])
    assert made.is_whole()
    assert made.cells("measured")[0][1] == "from admission until 8 hours after admission"


def test_pairs_scores_limits_and_targets_are_drawn(write):
    def value(key, name, number, unit, day):
        return {"id": key, "name": name, "value": number, "unit": unit, "time": day, **TIMED}

    rows = [
        value(f"{m}.d{day}", name, number, unit, day)
        for m, name, unit, numbers in (
            ("sbp", "systolic pressure", "mm[Hg]", (90, 120)),
            ("dbp", "diastolic pressure", "mm[Hg]", (50, 70)),
            ("ham", "Hamilton score", "{score}", (28, 7)),
            ("na", "sodium", "mmol/L", (118, 136)),
        )
        for day, number in enumerate(numbers)
    ]
    printed = {"place": PLACE, "as_reported": "normal 135 to 145, aim 120 to 130"}
    measures = {
        "sbp": {"pair": "dbp"},
        "ham": {"range": "0 to 52", "better": "low"},
        "na": {"lower": "135", "upper": "145", "target": "120 to 130", **printed},
    }
    made = write(observations=rows, head={"measures": measures, "main_measure": "na"})
    assert made.is_whole()
    panels = made.sheet().panels
    assert [list(p.rows) for p in panels.values()] == [["na"], ["sbp", "dbp"], ["ham"]]
    assert not any(p.is_logarithmic(made.case) for p in panels.values())
    words = charts.course(made.case).svg_with_text
    for said in ("0 to 52, low is better", "120/70", "target 120 to 130 mmol/L"):
        assert said in words
    lines = {m.what: m.text for m in made.marks("laboratory") if m.shape in ("line", "band")}
    assert lines["lower reference limit, as printed"] == "135 mmol/L"


def test_changes_are_told_as_the_case_declares_them(write):
    values = [
        {"id": "na.a", "name": "sodium", "value": "108", "unit": "mmol/L", "time": 0, **TIMED},
        {"id": "na.b", "name": "sodium", "value": "120", "unit": "mmol/L", "time": 1, **TIMED},
    ]
    kinds = {
        "difference": "a rise of 12 mmol/L",
        "factor": "1.11 times",
        "percent": "a rise of 11.1%",
    }
    pairs = [{"id": f"na.{k}", "old": "na.a", "new": "na.b", "told": k} for k in kinds]
    pairs.append({**pairs[0], "id": "na.rate", "told": "rate", "rate_unit": "h"})
    made = write(observations=values, head={"comparisons": pairs})
    found = headline(made.case)
    assert {k: found[f"na.{k}"].text() for k in kinds} == kinds
    assert found["na.rate"].text() == "a rise of 0.5 mmol/L/h"


def test_a_switch_at_an_unknown_time_keeps_its_order(write):
    drugs = [
        {"id": "a.a", "drug": "a", "name": "oxaliplatin", "regimen": "FOLFIRINOX", "courses": 8,
         "called": "cycle", "interval": 2, "interval_unit": "wk", "start": 0, **TIMED},
        {"id": "b.a", "drug": "b", "name": "irinotecan", "regimen": "FOLFIRINOX", "courses": 8,
         "called": "cycle", "interval": 2, "interval_unit": "wk", "start": 0, **TIMED},
        {"id": "c.a", "drug": "c", "name": "gemcitabine", "follows": "a.a"},
    ]  # fmt: skip
    made = write(observations=[CK], treatments=drugs)
    assert made.is_whole()
    sheet = made.sheet()
    words = [words_of(made.case, sheet.time, steps, True) for steps in sheet.compact.values()]
    assert words == [
        "FOLFIRINOX (oxaliplatin, irinotecan), 8 cycles, every 2 weeks",
        "Gemcitabine (after oxaliplatin, time not reported)",
    ]
    assert made.cells("treatments")[2][2] == "after oxaliplatin, time not reported"


def test_a_reported_weight_gives_grams(write):
    weight = {"id": "weight.a", "name": "body weight", "value": 12, "unit": "kg"}
    drug = {"id": "ig.a", "drug": "ig", "name": "immunoglobulin", "dose": 2, "dose_unit": "g/kg",
            "courses": 1, "start": 0, **TIMED}  # fmt: skip
    made = write(observations=[CK, weight], treatments=[drug],
                 head={"uses": {"weight": ["weight.a"]}})  # fmt: skip
    grams = headline(made.case)["ig.grams_per_course.a"]
    assert grams.text() == "24 g"
    assert "reported weight" in grams.how


# --- the figure and the words


@pytest.mark.parametrize(
    ("times", "unit", "axis"),
    [
        (("0", "30", "90"), "min", "min"),
        (("0", "6", "48"), "h", "h"),
        (("0", "3", "21"), "d", "d"),
        (("0", "6", "40"), "wk", "wk"),
        (("0", "8", "60"), "mo", "mo"),
        (("0", "4", "10"), "a", "a"),
    ],
)
def test_the_axis_counts_in_the_unit_of_the_case(write, times, unit, axis):
    rows = [{**CK, "id": f"ck.t{n}", "time": t, "time_unit": unit} for n, t in enumerate(times)]
    made = write(observations=rows)
    assert made.is_whole()
    assert made.sheet().time.unit == axis
    made = write(observations=rows, head={"axis": {"unit": "d"}})
    assert made.sheet().time.unit == "d"


def test_the_axis_begins_at_the_first_datum_and_is_broken_where_nothing_is(write):
    rows = [{**CK, "id": f"ck.t{n}", "time": t} for n, t in enumerate((300, 310, 320))]
    assert write(observations=rows).sheet().time.segments["admission"].pieces[0].first > 40
    rows = [{**CK, "id": f"ck.t{n}", "time": t} for n, t in enumerate((0, 1, 2, 3, 365, 366))]
    made = write(observations=rows)
    assert made.is_whole()
    time = made.sheet().time
    pieces = time.segments["admission"].pieces
    assert [(round(p.first * 7), round(p.last * 7)) for p in pieces] == [(0, 3), (365, 366)]
    at = [time.x("admission", day / 7) for day in (0, 1, 3, 100, 365, 366)]
    assert at == sorted(at)
    assert at[1] - at[0] == pytest.approx(at[5] - at[4])  # one scale


@pytest.mark.parametrize("number", [3, 12, 40, 120])
def test_few_values_and_many_can_be_read(write, number):
    rows = [
        {**CK, "id": f"ck.t{n}", "time": n, "value": 100 + (37 * n) % 90} for n in range(number)
    ]
    made = write(observations=rows)
    assert made.is_whole()
    assert sum(m.shape == "point" for m in made.marks("laboratory")) == number


def test_fifteen_drugs_are_one_panel(write):
    drugs = [
        {"id": f"d{n}.a", "drug": f"d{n}", "name": f"long name of drug {chr(97 + n)}", "dose": 10,
         "dose_unit": "mg/d", "start": n, "stop": 2 * n + 3, **TIMED}
        for n in range(15)
    ]  # fmt: skip
    made = write(observations=[CK], treatments=drugs)
    assert made.is_whole()
    assert made.sheet().drugs == []
    assert len(made.sheet().compact) == 15


def test_names_stand_as_they_are_written(write):
    rows = [{**CK, "id": f"ph.t{n}", "name": "pH", "unit": "[pH]", "value": v, "time": n}
            for n, v in enumerate(("7.1", "7.3"))]  # fmt: skip
    words = charts.course(write(observations=rows).case).svg_with_text
    assert ">pH<" in words
    assert ">PH<" not in words


def test_times_of_gestation_and_of_age_are_told_as_such(write):
    clock = {"id": "gest", "label": "gestation", "phrase": "gestation", "counts": "gestation"}
    rows = [{**CK, "clock": "gest", "time": "18", "time_unit": "wk"}]
    birth = {"id": "birth", "name": "caesarean section", "event": "yes", "clock": "gest",
             "time": 195, "time_unit": "d"}  # fmt: skip
    made = write(clocks=(clock,), observations=rows, findings=[birth])
    assert made.is_whole()
    case = made.case
    assert told(case, "observations", case.rows.observations[0]) == "at 18 weeks' gestation"
    assert told(case, "findings", case.rows.findings[0]) == "at 27 weeks and 6 days' gestation"
    assert "weeks of gestation" in charts.course(case).svg_with_text


@pytest.mark.parametrize(
    ("noun", "begins"), [("infant", "An infant"), ("adolescent", "An adolescent"),
                         ("girl", "A girl"), ("European man", "A European man")]
)  # fmt: skip
def test_the_abstract_is_grammatical(write, noun, begins):
    subject = {"sex": "female", "noun": noun, "place": PLACE, "as_reported": noun}
    made = write(observations=[{**CK, "name": "white blood cells"}], head={"subject": subject})
    said = " ".join(map(plain, sentences(made.case)))
    assert said.startswith(f"{begins} was diagnosed with a disease.")
    assert "White blood cells: 100 U/L (at admission)." in said


def test_bounds_of_what_lasts_are_told_as_bounds():
    time = {t: parse(t, "d") for t in ("2", "at least 2", "at most 0", "3 to 5")}
    assert lasting(time["2"], None, "birth") == "from 2 days after birth"
    assert (
        lasting(None, time["3 to 5"], "birth") == "until some time between 3 and 5 days after birth"
    )
    assert lasting(time["at most 0"], None, "birth") == "at birth or before"
    assert since(parse("-5 to -2", "d"), "birth") == "between 2 and 5 days before birth"


def test_only_outcomes_after_a_drug_stand_beside_its_studies(write):
    drug = {"id": "ivig.a", "drug": "ivig", "name": "immunoglobulin", "start": 5, **TIMED}
    outcomes = [
        {"id": "before", "name": "improved strength", "kind": "outcome", "time": 2, **TIMED},
        {"id": "after", "name": "walking", "kind": "outcome", "time": 9, **TIMED},
    ]
    made = write(observations=[CK], treatments=[drug], findings=outcomes)
    (mark,) = [m for m in charts.evidence(made.case).marks if m.what == "this case"]
    assert mark.text == "one patient, no share: walking"
    made = write(observations=[CK], treatments=[drug], findings=outcomes[:1])
    (mark,) = [m for m in charts.evidence(made.case).marks if m.what == "this case"]
    assert mark.text == "one patient, no share: no outcome after it is reported"


def test_a_drug_and_an_event_may_have_the_same_name_in_the_data(write):
    drug = {"id": "dialysis.a", "drug": "dialysis", "name": "haemodialysis", "start": 1, **TIMED}
    event = {"id": "dialysis", "name": "catheter placed", "event": "yes", "time": 1, **TIMED}
    words = charts.course(write(treatments=[drug], findings=[event]).case).svg_with_text
    assert ">Haemodialysis<" in words
    assert ">catheter placed<" in words


def test_a_course_begun_at_some_time_later_is_no_exact_tick(write):
    drug = {"id": "x.a", "drug": "x", "name": "therapy", "courses": 2, "start": "at least 0",
            **TIMED}  # fmt: skip
    made = write(observations=[CK, {**CK, "id": "ck.b", "time": 20}], treatments=[drug])
    assert made.is_whole()
    (part,) = parts_of(made.case, made.sheet().time, made.case.rows.treatments[0])
    assert part.kind == "to right"


def test_a_dose_whose_end_is_uncertain_is_not_solid_to_its_latest_end(write):
    step = {"drug": "x", "name": "prednisone", "dose_unit": "mg/d", **TIMED}
    drugs = [
        {"id": "x.a", "dose": 40, "start": 0, "stop": "3 to 5", **step},
        {"id": "x.b", "dose": 20, "start": 9, "stop": 12, **step},
    ]
    made = write(observations=[CK], treatments=drugs)
    assert made.is_whole()
    parts = parts_of(made.case, made.sheet().time, made.case.rows.treatments[0])
    assert [p.kind for p in parts] == ["sure", "maybe"]
    assert made.sheet().drugs == []


def test_a_value_until_some_time_stands_at_the_end_of_its_line(write):
    made = write(observations=[{**CK, "time": "at most 10"}, {**CK, "id": "ck.b", "time": 20}])
    assert made.is_whole()
    figure, time = charts.course(made.case), made.sheet().time
    points = [line.get_xdata()[0] for line in figure.drawing.axes[0].lines
              if line.get_marker() == "o"]  # fmt: skip
    assert points[0] == pytest.approx(time.x("admission", 10 / 7))


def test_a_limit_that_is_assumed_is_never_named_without_saying_so(write):
    rows = [{**CK, "id": f"ck.t{n}", "time": n, "value": 100 + 9 * n} for n in range(12)]
    made = write(observations=rows, head={"uses": {"upper_limit": {"ck": "ck_jccls_women"}}})
    for width in (170, 85):
        words = charts.course(made.case, width).svg_with_text
        assert "limit 153 U/L" not in words or "(assumed)" in words


def test_days_of_courses_are_no_place_on_earth(write):
    drug = {"id": "x.a", "drug": "x", "name": "therapy", "courses": 4, "interval": 1,
            "interval_unit": "d", "start": 0, **TIMED}  # fmt: skip
    made = write(observations=[CK], treatments=[drug])
    assert "planned at 0, 1, 2, 3 days" in charts.course(made.case).alt
    assert list(found_in("levels of 0.053, 0.041")) == []
    assert [kind.name for kind, _ in found_in("at 36.386, 139.811")] == ["geography"]


def test_a_state_that_lasted_is_a_bar_along_its_time(write):
    states = [
        {**ON_VIGNOS, "id": "a", "name": "in a wheelchair", "short": "wheelchair", "grade": "9",
         "start": "0", "stop": "20"},
        {**ON_VIGNOS, "id": "b", "name": "walking", "short": "walks", "grade": "1", "start": "30"},
    ]  # fmt: skip
    made = write(motor=states)
    assert made.is_whole()
    sheet = made.sheet()
    motor(sheet)
    assert {"sure", "to right"} <= sheet.used
    assert next(m.text for m in made.marks("motor") if m.what == "walking").endswith(
        "from 30 days after admission"
    )


def test_a_profile_without_links_is_no_profile(write):
    disease = {"name": "juvenile dermatomyositis", "system": "MONDO", "code": "MONDO:0008054",
               "place": PLACE, "as_reported": "JDM"}  # fmt: skip
    given = [{"id": "a", "name": "rash"}]
    made = write(head={"diagnosis": disease}, findings=given)
    assert phenotype(made.case) == []
    coded = [{**given[0], "system": "HPO", "code": "HP:0003236"}]
    assert phenotype(write(head={"diagnosis": disease}, findings=coded).case) != []


def test_what_is_missing_of_a_number_without_a_unit_is_its_unit(write):
    for unit, lacks in (
        ("{not_printed}", "the unit of creatine kinase, and a value above the limit"),
        ("U/L", "an upper limit of creatine kinase, and the value above it"),
    ):
        made = write(observations=[{**CK, "unit": unit}])
        assert fact_label(made.case, "observations/ck.a") == lacks


def test_values_are_set_against_the_limit_that_the_report_prints(write):
    measures = {"ck": {"upper": "40", "place": PLACE, "as_reported": "normal below 40"}}
    made = write(head={"measures": measures}, observations=[CK])
    (row,) = response.tables.folds(made.case).rows
    assert [plain(str(cell)) for cell in row] == [
        "creatine kinase", "printed in the report", "40 U/L", "at admission", "2.5",
        "elevated", "in force",
    ]  # fmt: skip


def test_an_event_is_told_with_its_drug(write):
    drug = {"id": "ivig.a", "drug": "ivig", "name": "immunoglobulin", "start": 0, **TIMED}
    event = {"id": "h", "name": "headache", "kind": "adverse event", "related_to": "ivig"}
    told = write(treatments=[drug], findings=[event]).cells("events")
    assert told[0][0] == "headache (named with immunoglobulin)"


def test_a_reading_sets_the_time_between_two_events(write):
    clocks = [ADMISSION, {"id": "surgery", "label": "surgery", "phrase": "surgery", "gap": "2",
                          "gap_unit": "d", "place": PLACE, "as_reported": "two days"}]  # fmt: skip
    option = {"label": "two", "rationale": "as printed", "consequence": "none"}
    readings = {"gap": {
        "question": "How long was it?", "place": PLACE, "as_reported": "two days",
        "default": "two",
        "options": {"two": option, "three": {**option, "sets": {"clocks/surgery/gap": "3"}}},
    }}  # fmt: skip
    made = write(head={"readings": readings}, clocks=clocks, observations=[CK])
    assert made.problems == []
    assert [p.gap.to("d").low for p in phases(made.case)[1:]] == [2]
    other = made.case.under({"gap": "three"})
    assert [p.gap.to("d").low for p in phases(other)[1:]] == [3]
    assert phases(other)[1].gap.readings == ("gap",)


@pytest.mark.parametrize("unit", ["{course}", "mg"])
def test_a_gap_is_in_a_unit_of_time(write, unit):
    clocks = [ADMISSION, {"id": "b", "label": "b", "phrase": "b", "gap": "2", "gap_unit": unit}]
    (problem,) = write(clocks=clocks, observations=[CK]).problems
    assert "unit of time" in problem


def test_doses_are_drawn_in_one_unit(write):
    steps = [{"id": f"x.{n}", "drug": "x", "name": "gabapentin", "dose": dose, "dose_unit": unit,
              "start": start, **TIMED}
             for n, dose, unit, start in (("a", 300, "mg/(12.h)", 0), ("b", 900, "mg/d", 3),
                                          ("c", 2400, "mg/d", 9))]  # fmt: skip
    made = write(treatments=steps)
    assert made.is_whole()
    assert [(m.low, m.unit) for m in made.marks("x") if m.shape == "step"] == [
        ("600", "mg/d"), ("900", "mg/d"), ("2400", "mg/d"),
    ]  # fmt: skip
    assert "300 mg every 12 hours" in made.cells("treatments")[0][1]


def test_outcomes_under_readings_are_compared_in_one_unit(write):
    """200 mL beside 1 L is 0.2 L."""
    sets = {"treatments/s.a/dose": "200", "treatments/s.a/dose_unit": "mL",
            "treatments/s.a/total_unit": "mL"}  # fmt: skip
    option = {"label": "one", "rationale": "as printed", "consequence": "none"}
    readings = {"dose": {
        "question": "How much?", "place": PLACE, "as_reported": "1 L",
        "default": "one", "options": {"one": option, "other": {**option, "label": "other",
                                                                "sets": sets}},
    }}  # fmt: skip
    drug = {"id": "s.a", "drug": "s", "name": "saline", "dose": 1, "dose_unit": "L", "courses": 1,
            "total_unit": "L", "start": 0, **TIMED}  # fmt: skip
    made = write(head={"readings": readings}, treatments=[drug])
    assert made.problems == []
    found = factorials(made.case, ["s.dose_total"])["s.dose_total"]
    assert [(q.low, q.unit) for q in found.cells] == [(1, "L"), (0.2, "L")]
    assert list(found.high) == [1, 0.2]


def test_the_axis_begins_at_what_is_drawn(write):
    """History that is told and not drawn takes no room."""
    history = {"id": "h", "name": "shingles", "kind": "history", "time": -24, "clock": "admission",
               "time_unit": "mo"}  # fmt: skip
    values = [{**CK, "id": f"ck.v{n}", "time": n, "time_unit": "mo"} for n in range(4)]
    sheet = write(findings=[history], observations=values).sheet()
    (segment,) = sheet.time.segments.values()
    assert segment.phase.first == 0


def test_measures_that_are_listed_are_drawn_before_fuller_ones(write):
    values = [{**CK, "id": f"{m}.v{n}", "name": m, "time": n} for m in "abcdef" for n in range(4)]
    few = [{**CK, "id": f"ldh.v{n}", "name": "ldh", "time": n} for n in range(2)]
    made = write(head={"main_measure": "a", "measures": {"ldh": {}}}, observations=[*values, *few])
    assert {next(iter(p.rows)) for p in panels(made.case)} == {"a", "b", "c", "ldh"}


def test_a_block_that_is_not_counted_lasts_until_its_stop(write):
    drug = {"id": "x.a", "drug": "x", "name": "physiotherapy", "interval": 1, "interval_unit": "d",
            "called": "session", "start": 0, "stop": 10, **TIMED}  # fmt: skip
    made = write(observations=[CK], treatments=[drug])
    assert made.is_whole()
    assert "until 10 days after admission" in made.cells("treatments")[0][2]
    (part,) = parts_of(made.case, made.sheet().time, made.case.rows.treatments[0])
    assert part.kind == "sure"


@pytest.mark.parametrize(
    "path", ["clocks/admission", "clocks/nowhere/gap", "comparisons/x", "subject"]
)
def test_a_reading_that_sets_no_cell_is_named(write, path):
    option = {"label": "one", "rationale": "as printed", "consequence": "none"}
    readings = {"r": {
        "question": "Which?", "place": PLACE, "as_reported": "two days", "default": "one",
        "options": {"one": option, "two": {**option, "sets": {path: "3"}}},
    }}  # fmt: skip
    problems = write(head={"readings": readings}, observations=[CK]).problems
    assert any("clocks/relapse/gap" in problem for problem in problems), problems


def test_pairs_are_joined_only_if_they_were_measured_together(write):
    pressure = {"unit": "mm[Hg]", "clock": "admission", "time_unit": "h"}
    rows = [
        {**pressure, "id": f"{name}.{when}", "name": name, "value": value, **time}
        for when, time, values in (
            ("first", {"time": 0}, (140, 80)), ("mean", {"start": 0, "stop": 2}, (145, 85)),
        )
        for name, value in zip(("systolic", "diastolic"), values, strict=True)
    ]  # fmt: skip
    head = {"main_measure": "systolic", "measures": {"systolic": {"pair": "diastolic"}}}
    made = write(head=head, observations=rows)
    assert made.is_whole()
    said = {t.get_text() for ax in charts.course(made.case).drawing.axes for t in ax.texts}
    assert {"140/80", "145/85"} <= said
    assert not {"140/85", "145/80"} & said


def test_the_time_of_a_day_is_no_name(write):
    found = write(findings=[{"id": "a", "name": "rash", "note": "At 10 A.M. and 4 P.M., dry"}])
    assert found.problems == []
    named = write(findings=[{"id": "a", "name": "rash", "note": "seen by A.M. Smith, J.D."}])
    assert any("name or initials" in problem for problem in named.problems)


def test_courses_before_and_after_a_visit_fade_both_ways(write):
    drug = {"id": "x.a", "drug": "x", "name": "acupuncture", "interval": 30, "interval_unit": "d",
            "called": "session", "start": "at most 0", "stop": "at least 0", **TIMED}  # fmt: skip
    made = write(observations=[CK, {**CK, "id": "ck.b", "time": "9"}], treatments=[drug])
    assert made.is_whole()
    parts = parts_of(made.case, made.sheet().time, made.case.rows.treatments[0])
    assert [part.kind for part in parts] == ["to left", "sure", "to right"]
    assert [m.shape for m in made.marks("treatments")] == ["bar"]


# --- the course under each reading


def test_a_reading_may_set_the_unit_of_what_is_drawn(write):
    values = [{**CK, **TIMED}, {**CK, **TIMED, "id": "ck.b", "value": "at most 200", "time": "2"}]
    cells = ("observations/ck.a/unit", "observations/ck.b/unit")
    said = {"label": "a", "rationale": "a", "consequence": "a"}
    readings = {"unit": {
        "question": "In which unit?", "place": PLACE, "as_reported": "words", "default": "activity",
        "options": {
            "activity": said,
            "mass": {**said, "sets": dict.fromkeys(cells, "ng/mL")},
            "unsaid": {**said, "sets": dict.fromkeys(cells, "{unit}")},
        },
    }}  # fmt: skip
    made = write(head={"readings": readings}, observations=values)
    assert made.is_whole()
    for option, unit in (("activity", "U/L"), ("mass", "ng/mL"), ("unsaid", "{unit}")):
        other = made.case.under({"unit": option})
        (panel,) = panels(other)
        assert panel.unit == unit
        assert panel.ends(other) == [100, 200]
        assert len([m for m in charts.course(other).marks if m.lane == "laboratory"]) == 2


def test_a_time_axis_does_not_grow_by_more_than_a_third_for_a_reading_not_in_force(write):
    values = [{**CK, **TIMED}, {**CK, **TIMED, "id": "ck.b", "time": "10"}]
    said = {"label": "a", "rationale": "a", "consequence": "a"}
    for last, drawn in (("12", 12), ("20", 10)):
        sets = {"observations/ck.b/time": last}
        readings = {"later": {
            "question": "When?", "place": PLACE, "as_reported": "words", "default": "soon",
            "options": {"soon": said, "late": {**said, "sets": sets}},
        }}  # fmt: skip
        made = write(head={"readings": readings}, observations=values)
        (segment,) = made.sheet().time.segments.values()
        assert segment.phase.last * 7 == pytest.approx(drawn)


def test_a_reading_may_leave_a_value_out_of_course_and_response(write):
    state = {"id": "m", "name": "walks", "short": "walks", "grade": "1", "time": "0", **ON_VIGNOS}
    said = {"label": "a", "rationale": "a", "consequence": "a"}
    sets = {f"observations/ck.a/{cell}": "" for cell in ("value", "unit")}
    sets |= {"observations/ck.a/result": "raised"}
    readings = {"kept": {
        "question": "Is it a number?", "place": PLACE, "as_reported": "words", "default": "yes",
        "options": {"yes": said, "no": {**said, "sets": sets}},
    }}  # fmt: skip
    made = write(head={"readings": readings}, observations=[CK], motor=[state])
    assert made.is_whole()
    assert charts.response(made.case) is not None
    other = made.case.under({"kept": "no"})
    assert charts.response(other) is None
    assert charts.course(other) is not None
