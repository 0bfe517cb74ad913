"""What a computation hangs on: the readings whose cells it looked at, and no others."""

import pytest
from conftest import opened

from casetrace.case.load import load
from casetrace.case.record import Chosen, Results, note, readings_of, recorded


def test_what_is_looked_at_is_recorded_within_and_around():
    with recorded() as outer:
        note(["a"])
        with recorded() as inner:
            note(["b"])
    assert (inner, outer) == ({"b"}, {"a", "b"})
    note(["c"])
    assert outer == {"a", "b"}


def test_a_cell_that_an_option_sets_notes_its_reading_and_no_other_does(toy):
    case = load("toy-2000", where=toy)
    first, second = (case.get("treatments", f"pulse.{step}") for step in ("first", "second"))
    assert readings_of(first, "dose_per") == {"dose"}
    assert readings_of(first, "dose", "courses", "interval") == set()
    assert readings_of(second, "dose_per") == set()
    other = case.under({"dose": "by-course"}).get("treatments", "pulse.first")
    assert other.dose_per == "course"
    assert readings_of(other, "dose_per") == {"dose"}


def test_parts_of_the_head_note_their_readings_by_key(toy):
    uses = load("toy-2000", where=toy).head.uses
    with recorded() as seen:
        assert uses.upper_limit.get("ck") == "ck_low"
    assert seen == {"limit"}
    with recorded() as seen:
        uses.upper_limit.get("ast")
    assert seen == set()


def test_a_row_that_notes_is_the_row_it_was(toy):
    row = load("toy-2000", where=toy).get("treatments", "pulse.first")
    assert row.model_dump(exclude={"dose"})["dose_per"] == "day"
    assert row.is_block
    assert "Treatment(" in repr(row)


def test_to_ask_for_an_option_is_to_look_at_its_reading():
    with recorded() as seen:
        Chosen({"a": "1", "b": "2"})["a"]
    assert seen == {"a"}


def test_a_result_is_shared_by_scenarios_that_agree_in_what_it_looked_at():
    results, runs = Results(), []

    def computed(chosen):
        def compute():
            runs.append(dict(chosen))
            return chosen["a"] if chosen["a"] == "1" else f"{chosen['a']}{chosen['b']}"

        return results.get("key", chosen, compute)

    assert computed(Chosen(a="1", b="1")) == "1"
    assert computed(Chosen(a="1", b="2")) == "1"  # b was not looked at
    assert len(runs) == 1
    assert computed(Chosen(a="2", b="1")) == "21"
    assert computed(Chosen(a="2", b="2")) == "22"  # here it was
    assert len(runs) == 3
    with recorded() as seen:
        computed(Chosen(a="2", b="2"))
    assert seen == {"a", "b"}
    assert len(runs) == 3


def test_a_failure_is_not_kept():
    results = Results()
    with pytest.raises(ZeroDivisionError):
        results.get("key", Chosen(a="1"), lambda: 1 / 0)
    assert results.get("key", Chosen(a="1"), lambda: 3) == 3


def test_numbers_of_a_row_know_where_they_come_from():
    row = opened().get("observations", "ck.presentation")
    assert row.value.text() == "14,420 U/L"
    assert row.value.sources == ("observations/ck.presentation",)
    assert row.value.how == "as reported"
    assert opened().head.subject.age.sources == ("case.yaml/subject",)
    assert opened().reference.get("limits", "ck_life_2y").value.text() == "328 U/L"
