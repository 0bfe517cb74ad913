"""Readings and evidence: the factorial against direct computation, and literal shares."""

import itertools
import re
from math import comb

import numpy as np
import pytest
from conftest import casetrace, change_cell, opened, tables

from casetrace.case.across import options_of
from casetrace.case.load import load
from casetrace.case.problems import CaseError
from casetrace.page.variants import packed
from casetrace.questions.evidence import analysis as evidence
from casetrace.questions.sensitivity.analysis import combinations_of, factorials, most_telling
from casetrace.questions.values import check_names, headline, homes, some

CASE = opened("imataka-2014")


def same(one, two):
    return (one.low, one.high, one.low_closed, one.high_closed, one.about, one.unit) == (
        two.low,
        two.high,
        two.low_closed,
        two.high_closed,
        two.about,
        two.unit,
    )


# --- switching readings


def test_an_observation_named_like_a_family_of_values_is_found(toy):
    for file in (*toy.data.rglob("*.yaml"), *toy.data.rglob("*.csv")):
        file.write_text(re.sub(r"\bck\b", "profile", file.read_text("utf-8")), "utf-8")
    case = load("toy-2000", where=toy)
    assert homes(case, ["profile.later"]) == {"profile.later": "report"}
    assert some(case, ["profile.later"]) == {"profile.later": headline(case)["profile.later"]}


@pytest.mark.slow
def test_what_is_computed_once_for_like_scenarios_is_what_each_gives_anew():
    pairs = {p: options_of(CASE, p) for p in itertools.combinations(CASE.head.readings, 2)}
    choices = [chosen for chosen, _ in packed(pairs)]
    assert len(choices) >= 20  # every two options together
    for chosen in choices:
        quick = headline(CASE.under(chosen))
        anew = load("imataka-2014", readings=chosen)
        slow = headline(anew)
        assert quick == slow, chosen
        for source in {s for q in slow.values() for s in q.sources}:
            assert CASE.under(chosen).describe(source) == anew.describe(source)


@pytest.mark.slow
def test_switching_in_memory_is_reading_the_case_anew():
    for name, reading in CASE.head.readings.items():
        for option in reading.options:
            quick, slow = CASE.under({name: option}), load(CASE.id, f"{name}={option}")
            assert quick.rows == slow.rows, (name, option)
            assert quick.head == slow.head, (name, option)
            assert headline(quick) == headline(slow), (name, option)


def test_switching_twice_keeps_the_first_and_can_be_undone():
    one = CASE.under({"ivig_dose": "per-course"})
    two = one.under({"ivig_gap": "six-weeks"})
    assert two.chosen["ivig_dose"] == "per-course"
    assert two.scenario == "ivig_dose=per-course+ivig_gap=six-weeks"
    back = two.under({"ivig_dose": "per-day", "ivig_gap": "four-weeks"})
    assert back.is_default
    assert headline(back) == headline(CASE)


def test_a_case_opened_under_a_scenario_can_go_back():
    case = opened("imataka-2014", "only-what-is-printed")
    options = {n: r.default for n, r in case.head.readings.items()}
    assert headline(case.under(options)) == headline(CASE)


# --- the factorial


def test_every_cell_is_what_the_command_line_would_print():
    found = factorials(
        CASE, ["ivig.dose_total", "ck.change.ivig", "igg.trough.last_of_first_block"]
    )
    for name, factorial in found.items():
        places = list(itertools.product(*(range(len(o)) for o in factorial.options)))
        for place in places[:: max(1, len(places) // 6)]:
            pairs = zip(factorial.readings, factorial.options, place, strict=True)
            scenario = "+".join(f"{r}={o[n]}" for r, o, n in pairs)
            direct = headline(load(CASE.id, scenario))[name]
            assert same(factorial.cells[place], direct), (name, scenario)


def test_readings_that_an_outcome_does_not_hang_on_leave_it():
    other = CASE.under({"dxa": "z-score", "rash_site": "periorbital", "weight": "median-at-two"})
    one, two = (factorials(c, ["ivig.dose_total"])["ivig.dose_total"] for c in (CASE, other))
    assert one.readings == two.readings == ("ivig_dose", "ivig_second_block_dose")
    assert np.array_equal(one.low, two.low)


def test_a_reading_that_matters_only_under_another_option_is_found():
    # about 1,000 enters only if it is what the value on immunoglobulin is compared with
    found = factorials(CASE, ["ck.change.ivig"])["ck.change.ivig"]
    assert found.readings == ("ck_comparator", "ck_about")
    assert found.cells.shape == (3, 3)
    assert dict(found.ranked())["ck_about"] == pytest.approx(133.33, abs=0.01)
    # highest against 950: 5000/950 - 1; lowest against 1500: 4000/1500 - 1
    column = found.options[1].index("one-figure")
    row = found.options[0].index("after-prednisolone")
    assert found.high[row, column] == pytest.approx(100 * (5000 / 950 - 1))
    assert found.low[row, column] == pytest.approx(100 * (4000 / 1500 - 1))


def test_effects_by_hand(toy):
    case = load("toy-2000", where=toy)
    found = factorials(case, ["pulse.dose_total", "ck.fold.admission", "ck.fold.later"])
    # 180 by day; 4 × 10 + 2 × 30 = 100 by course
    assert found["pulse.dose_total"].effect("dose") == 80
    assert found["ck.fold.admission"].effect("limit") == 5  # 10 and 5
    assert found["ck.fold.later"].effect("limit") == 1.5  # more than 3, more than 1.5
    assert [q.low for q in found["pulse.dose_total"].one_way("dose").values()] == [180, 100]
    assert most_telling(found) == [
        ("limit", ["ck.fold.admission", "ck.fold.later"]),
        ("dose", ["pulse.dose_total"]),
    ]
    assert combinations_of(case) == 4


def test_an_option_that_opens_a_bound_wins_no_ranking():
    found = factorials(CASE, ["ivig.dose_total"])["ivig.dose_total"]
    assert found.ranked()[0] == ("ivig_dose", pytest.approx(19.2))  # 24 and 4.8
    assert found.ranked()[1] == ("ivig_second_block_dose", 0)
    assert found.unbounding("ivig_second_block_dose") == ["not-stated"]
    assert found.unbounding("ivig_dose") == []


def test_the_dose_by_day_or_by_course_is_what_the_results_depend_on_most():
    assert most_telling(factorials(CASE))[0][0] == "ivig_dose"


def test_only_some_readings_are_varied_if_asked():
    found = factorials(CASE, ["ivig.dose_total"], ["ivig_dose"])["ivig.dose_total"]
    assert found.readings == ("ivig_dose",)
    assert [q.text() for q in found.cells] == ["24 g/kg", "4.8 g/kg"]


def test_an_outcome_on_no_reading_is_left_out():
    assert factorials(CASE, ["ck.relapse"]) == {}


def test_without_named_outcomes_all_that_hang_on_a_reading_are_taken(toy):
    case = load("toy-2000", where=toy)
    hanging = {name for name, q in headline(case).items() if q.readings}
    assert set(factorials(case)) == hanging


def test_a_name_that_is_no_value_is_a_problem(copy):
    folder = copy.data / "imataka-2014"
    path = folder / "case.yaml"
    path.write_text(path.read_text().replace("  ivig.dose_total:", "  ivig.dose_totl:"))
    change_cell(folder / "register.csv", "d06", "against", "ck.relapse; studies/lam_2012")
    with pytest.raises(CaseError) as caught:
        check_names(load("imataka-2014", where=copy))
    words = str(caught.value)
    assert "did you mean ivig.dose_total?" in words
    assert "register.csv" in words
    assert "studies/lam_2011" in words
    done = casetrace("check", root=copy.root)
    assert done.returncode == 1
    assert "ivig.dose_totl" in done.stdout


# --- published evidence


def test_shares_are_those_of_the_counts():
    found = {s.id: evidence.share(s) for s in evidence.studies(CASE)}
    assert found["al_mayouf_2000"].low == pytest.approx(100 * 12 / 18)
    assert found["proderm_2022"].low == pytest.approx(100 * 37 / 47)
    assert found["mod_rheumatol_2003"].low == 87.5  # as reported
    assert found["lam_2011"] is None


@pytest.mark.parametrize(("k", "n"), [(8, 19), (12, 18), (6, 7), (1, 2), (19, 40)])
def test_exact_limits_leave_a_fortieth_in_each_tail(k, n):
    low, high = (end / 100 for end in evidence.proportion(k, n))
    upper = sum(comb(n, j) * low**j * (1 - low) ** (n - j) for j in range(k, n + 1))
    lower = sum(comb(n, j) * high**j * (1 - high) ** (n - j) for j in range(k + 1))
    assert upper == pytest.approx(0.025)
    assert lower == pytest.approx(0.025)


def test_exact_limits_at_the_ends():
    assert evidence.proportion(0, 12) == (0, pytest.approx(26.4648, abs=1e-3))
    assert evidence.proportion(9, 9)[1] == 100
    assert evidence.proportion(9, 9)[0] == pytest.approx(100 * 0.025 ** (1 / 9))


def test_claims_stand_beside_values_and_studies():
    found = {c.row.id: c.against for c in evidence.claims(CASE)}
    assert found["d06"]["ck.change.after_prednisolone"] == "a fall of about 93%"
    assert "14 steroid-resistant, 16 steroid-dependent" in found["d06"]["studies/lam_2011"]
    assert found["d31"]["ae.ivig.upper_bound.one_sided"] == "22.1%"


def test_no_study_without_its_drug(toy):
    assert evidence.studies(load("toy-2000", where=toy)) == []


def test_the_table_says_how_far_each_bound_reaches():
    rows = {r[0]: r for r in tables.telling(CASE).rows}
    most, opened = rows["Immunoglobulin, all courses together"][2:4]
    assert most == "Is the dose of immunoglobulin counted by day or by course? (by up to 19.2 g/kg)"
    assert opened.endswith("dose of the second block not reported")
    # 4.8, 24 g/kg, more than 12 and more than 2.4 g/kg
    assert rows["Immunoglobulin, all courses together"][4:6] == [
        "2.4 to 24 g/kg",
        "4.8 to 24 g/kg, or open",
    ]
    assert rows["From the first course of immunoglobulin to the last"][4:6] == [
        "54 to 56 weeks",
        "54 to 56 weeks",
    ]
    assert rows["Class by Bohan and Peter"][4:6] == ["possible to definite", "definite"]


def test_a_table_of_one_reading_at_a_time_has_no_row_with_two_switched():
    rows = tables.igg(CASE).rows
    assert sum(r[-1] == "in force" for r in rows) == 1
    assert len(rows) == 1 + 1 + 1 + 1 + 3  # in force; dose, second dose, gap, three models
