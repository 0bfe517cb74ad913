"""Course, response, exposure and values, worked out by hand on the toy case."""

import math

import pytest
from conftest import ROOT, change_cell, opened

from casetrace.case.clocks import courses, phases, when
from casetrace.case.load import load
from casetrace.case.measures import upper_limit
from casetrace.questions.exposure.doses import of_courses, of_steps
from casetrace.questions.response.analysis import changes, folds
from casetrace.questions.values import as_records, headline

CASES = sorted(p.parent.name for p in (ROOT / "data").glob("*/case.yaml"))


# --- course


def test_a_schedule_expands_to_courses(toy):
    case = load("toy-2000", where=toy)
    weeks = [(c.number, c.week.low, c.week.high) for c in courses(case, "pulse")]
    # 4 courses every 2 weeks, a gap of 4, then every 8
    assert weeks == [(1, 0, 0), (2, 2, 2), (3, 4, 4), (4, 6, 6), (5, 10, 10), (6, 18, 18)]


def test_an_uncertain_interval_widens_with_every_course(toy):
    change_cell(toy.data / "toy-2000" / "treatments.csv", "pulse.first", "interval", "2 to 3")
    case = load("toy-2000", where=toy)
    weeks = [(c.week.low, c.week.high) for c in courses(case, "pulse")]
    assert weeks == [(0, 0), (2, 3), (4, 6), (6, 9), (10, 13), (18, 21)]


def test_an_interval_that_is_not_reported_stays_open(toy):
    change_cell(toy.data / "toy-2000" / "treatments.csv", "pulse.first", "interval", "")
    second = courses(load("toy-2000", where=toy), "pulse")[1].week
    assert (second.low, second.high) == (0, math.inf)


def test_a_time_in_courses_is_looked_up_in_the_schedule(toy):
    case = load("toy-2000", where=toy)
    time = when(case, "observations", case.get("observations", "ck.later"))
    assert (time.low, time.high, time.unit) == (4, 10, "wk")
    assert set(time.sources) == {
        "observations/ck.later",
        "treatments/pulse.first",
        "treatments/pulse.second",
    }


def test_a_time_after_the_last_course_has_no_end(toy):
    change_cell(toy.data / "toy-2000" / "observations.csv", "ck.later", "time", "at least 6")
    case = load("toy-2000", where=toy)
    time = when(case, "observations", case.get("observations", "ck.later"))
    assert (time.low, time.high) == (18, math.inf)


def test_phases_keep_the_gap_as_a_bound(toy):
    admission, pulse = phases(load("toy-2000", where=toy))
    assert admission.gap is None
    assert admission.last == 0
    assert (pulse.gap.low, pulse.gap.high, pulse.gap.unit) == (2, math.inf, "wk")
    assert pulse.last == 18


# --- response


def test_folds_of_the_upper_limit(toy):
    found = folds(load("toy-2000", where=toy), "ck")
    assert found["ck.fold.admission"].low == 10  # 1000 / 100
    assert (found["ck.fold.later"].low, found["ck.fold.later"].high) == (3, math.inf)
    assert not found["ck.fold.later"].low_closed
    assert found["ck.fold.admission"].readings == ("limit",)


def test_folds_follow_the_limit_that_is_read(toy):
    case = load("toy-2000", "limit=high", where=toy)
    assert upper_limit(case, "ck").low == 200
    assert folds(case, "ck")["ck.fold.admission"].low == 5


def test_a_measure_without_a_limit_has_no_fold(toy):
    assert folds(load("toy-2000", where=toy), "ast") == {}


def test_declared_changes_in_percent(toy):
    # from 1000 to more than 300: more than -70 %
    moved = changes(load("toy-2000", where=toy))["ck.change.later"]
    assert (moved.low, moved.high, moved.unit, moved.low_closed) == (-70, math.inf, "%", False)


# --- exposure


def test_doses_of_courses_under_each_reading(toy):
    by_day = of_courses(load("toy-2000", where=toy), "pulse")
    assert by_day["pulse.courses"].low == 6
    assert by_day["pulse.dose_per_course.first"].text() == "30 mg/kg"  # 10 mg/kg on 3 days
    assert by_day["pulse.dose_total"].low == 180  # 6 × 30
    by_course = of_courses(load("toy-2000", "small", where=toy), "pulse")
    assert by_course["pulse.dose_per_course.first"].low == 10
    assert by_course["pulse.dose_per_course.second"].low == 30
    assert by_course["pulse.dose_total"].low == 100  # 4 × 10 + 2 × 30
    assert by_course["pulse.dose_total"].readings == ("dose",)


def test_the_span_from_first_to_last_course(toy):
    span = of_courses(load("toy-2000", where=toy), "pulse")["pulse.weeks_first_to_last_course"]
    assert (span.low, span.high, span.unit) == (18, 18, "wk")
    assert span.how == "3 × 2 weeks + gap of 4 weeks + 1 × 8 weeks"


def test_a_dose_that_is_not_reported_leaves_the_total_open_above(toy):
    change_cell(toy.data / "toy-2000" / "treatments.csv", "pulse.second", "dose", "")
    found = of_courses(load("toy-2000", where=toy), "pulse")
    assert found["pulse.dose_total"].text() == "more than 120 mg/kg"
    # one block without a dose says nothing of the other
    assert found["pulse.dose_per_course.first"].text() == "30 mg/kg"
    assert "pulse.dose_per_course" not in found


def test_a_drug_that_is_not_given_in_courses_has_doses_by_step(toy):
    case = load("toy-2000", where=toy)
    assert {name: q.text() for name, q in of_steps(case).items()} == {
        "steroid.dose.start": "2 mg/kg/day",
        "steroid.dose.taper": "1 to 2 mg/kg/day",
        "steroid.dose.later": "1 mg/kg/day",
    }
    assert of_courses(case, "steroid") == {}


# --- values


def test_counts_are_bounds_over_what_is_ambiguous(toy):
    found = headline(load("toy-2000", where=toy))
    assert (found["findings.observed"].low, found["findings.observed"].high) == (2, 3)
    assert (found["findings.excluded"].low, found["findings.excluded"].high) == (1, 2)
    assert found["findings.ambiguous"].low == 1
    assert found["findings.not_reported"].low == 1


def test_records_hold_what_a_reader_needs(toy):
    case = load("toy-2000", where=toy)
    records = {r["id"]: r for r in as_records(case, headline(case))}
    later = records["ck.later"]
    assert (later["low"], later["high"], later["low_included"]) == (300, None, False)
    assert later["unit"] == "U/L"
    assert later["how"] == "as reported"
    assert later["sources"] == [
        {
            "id": "observations/ck.later",
            "file": "data/toy-2000/observations.csv",
            "row": "3",
            "place": "Case report",
            "as_reported": "more than 300",
        }
    ]
    fold = records["ck.fold.later"]
    assert fold["readings"] == {"limit": "low"}
    assert {s["id"] for s in fold["sources"]} == {
        "observations/ck.later",
        "reference/limits/ck_low",
    }
    assert (
        next(s["citation"] for s in fold["sources"] if "citation" in s)
        == "Roe R. Limits. Book. 1999."
    )


@pytest.mark.parametrize("case", CASES)
def test_every_value_has_a_source_and_a_derivation(case):
    opened = load(case)
    for record in as_records(opened, headline(opened)):
        assert record["how"], record["id"]
        assert record["sources"] or record["low"] == record["high"] == 0, record["id"]
        for source in record["sources"]:
            assert source.get("citation") or source.get("row") or source.get("place"), source


@pytest.mark.parametrize("case", CASES)
def test_a_reading_changes_values_only_if_they_say_that_they_hang_on_it(case):
    default = headline(load(case))
    for name, reading in load(case).head.readings.items():
        changed = set()
        for option in reading.options:
            other = headline(load(case, f"{name}={option}"))
            assert other.keys() == default.keys(), (name, option)
            changed |= {
                key
                for key, q in other.items()
                if (q.low, q.high, q.unit, q.about)
                != (default[key].low, default[key].high, default[key].unit, default[key].about)
            }
        hanging = {key for key, q in default.items() if name in q.readings}
        assert changed, f"{name} changes no value"
        assert changed <= hanging, f"{name} changes {changed - hanging}"


@pytest.mark.parametrize("case", CASES)
def test_units_are_percent_for_changes_one_for_folds_and_weeks_for_times(case):
    told = {pair.id: pair.told for pair in load(case).head.comparisons}
    for name, q in headline(load(case)).items():
        if ".change." in name and told.get(name) == "percent":
            assert q.unit == "%"
        if ".fold." in name:
            assert q.unit == "1"
        if name.endswith(".time") or "weeks" in name or ".interval." in name:
            assert q.unit == "wk"


def test_the_headline_values_of_the_first_case_are_there():
    assert {
        "ck.presentation",
        "ck.after_prednisolone",
        "ck.relapse",
        "ck.on_ivig",
        "ck.fold.presentation",
        "ck.change.after_prednisolone",
        "ck.change.ivig_vs_presentation",
        "ck.change.ivig_vs_relapse",
        "ivig.courses",
        "ivig.weeks_first_to_last_course",
        "ivig.dose_per_course.first_block",
        "ivig.dose_total",
        "prednisolone.dose.start",
        "prednisolone.dose.relapse",
        *(f"criteria.eular_acr.score.{v}" for v in ("biopsy", "no_biopsy")),
        *(f"criteria.eular_acr.probability.{v}" for v in ("biopsy", "no_biopsy")),
        "criteria.bohan_peter.class",
        *(f"ivig.dose_rate.{b}_block" for b in ("first", "second")),
        *(f"igg.{w}.last_of_{b}_block" for w in ("peak", "trough") for b in ("first", "second")),
        "ae.ivig.upper_bound.one_sided",
        "ae.ivig.upper_bound.two_sided",
    } <= headline(opened("imataka-2014")).keys()


def test_growth_percentiles_follow_from_their_parameters():
    # LMS method, Cole TJ and Green PJ, Stat Med 1992;11:1305: M (1 + L S z)^(1/L)
    for row in opened("imataka-2014").reference.growth:
        power, median, spread = (getattr(row, f) for f in ("l_power", "m_kg", "s"))
        for column, z in (("p03_kg", -1.880794), ("p50_kg", 0.0), ("p97_kg", 1.880794)):
            computed = median * (1 + power * spread * z) ** (1 / power)
            assert getattr(row, column).low == pytest.approx(computed, abs=0.0015), row.id
