"""What is the same, and what is not, however a case is read."""

import pytest
from conftest import opened

from casetrace.case.across import Varied, across, alike, options_of, same
from casetrace.case.record import recorded

CASE = opened("imataka-2014")


def total(case):
    """Looks at the interval only where the dose is one of a course."""
    return case.chosen["ivig_gap"] if case.chosen["ivig_dose"] == "per-course" else "by day"


def test_a_reading_that_an_option_brings_in_is_found():
    found = across(CASE, total)
    assert found.readings == ("ivig_dose", "ivig_gap")
    assert found.contents == {
        ("per-day", "four-weeks"): "by day",
        ("per-day", "six-weeks"): "by day",
        ("per-course", "four-weeks"): "four-weeks",
        ("per-course", "six-weeks"): "six-weeks",
    }


def test_it_is_the_same_from_any_scenario_and_hangs_on_none():
    other = opened("imataka-2014", "lower-dose")
    with recorded() as seen:
        found = across(other, total)
    assert found == across(CASE, total)
    assert seen == set()


def test_too_many_combinations_are_not_made():
    made = []

    def two(case):
        made.append(case)
        return total(case)

    assert across(CASE, two, most=3) is None
    assert len(made) <= 3


def test_readings_that_change_nothing_are_left_out():
    two = {("1", "x"): "a", ("1", "y"): "a", ("2", "x"): "b", ("2", "y"): "b"}
    found = Varied(("dose", "gap"), two).least()
    assert found == Varied(("dose",), {("1",): "a", ("2",): "b"})
    assert found.under({"dose": "2", "gap": "x"}) == "b"
    assert Varied(("dose", "gap"), {**two, ("2", "y"): "c"}).least().readings == ("dose", "gap")


def test_what_was_not_made_is_none():
    assert Varied(("dose",), {("1",): "a"}).under({"dose": "2"}) is None


@pytest.mark.parametrize("scenario", ["default", "lower-dose", "longer-gap"])
def test_of_what_goes_together_one_is_made_for_all(scenario):
    case = opened("imataka-2014", scenario)
    with recorded() as seen:
        assert alike(case, "one for all", total, sorted) == [
            "by day",
            "by day",
            "four-weeks",
            "six-weeks",
        ]
    assert seen == set()


def test_what_does_not_go_together_is_that_of_the_case_and_hangs_on_its_readings():
    case = CASE.under({"ivig_dose": "per-course"})
    with recorded() as seen:
        assert alike(case, "not alike", total, same) == "four-weeks"
    assert seen == {"ivig_dose", "ivig_gap"}


def test_to_switch_a_reading_is_not_to_look_at_others():
    fresh = opened("gungor-2020")
    options = options_of(fresh, fresh.head.readings)
    with recorded() as seen:
        for chosen in options:
            fresh.under(chosen)
    assert len(options) > 1
    assert seen == set()
