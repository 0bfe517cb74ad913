"""Folds, severity, pairs, core sets, adverse events and doses, worked out by hand."""

import csv
import math

import pytest
from conftest import ROOT, change_cell, charts, csv_text, opened
from hypothesis import given
from hypothesis import strategies as st

from casetrace.case.load import load
from casetrace.case.rows import Link, columns
from casetrace.quantity import Quantity, parse
from casetrace.questions.exposure.doses import dose_rates
from casetrace.questions.response import analysis as response
from casetrace.questions.response import core_set
from casetrace.questions.values import headline

CASE = opened("imataka-2014")


# --- folds and severity


def test_a_limit_of_nought_gives_no_multiples(toy):
    change_cell(toy.data / "reference" / "limits.csv", "ck_low", "value", "0")
    case = load("toy-2000", where=toy)
    assert response.folds(case, "ck") == {}
    assert [source for source in response.fold_under(case, "ck") if "ck_low" in source] == []


def test_folds_under_every_limit():
    found = response.fold_under(CASE, "ck")
    at = {limit.rpartition("/")[2]: f["ck.presentation"].low for limit, f in found.items()}
    assert at == pytest.approx(
        {
            "ck_life_2y": 14420 / 328,
            "ck_life_2y_p97": 14420 / 316,
            "ck_life_3y": 14420 / 257,
            "ck_jccls_women": 14420 / 153,
            "ck_tromso_women": 14420 / 207,
        }
    )
    relapse = found["reference/limits/ck_jccls_women"]["ck.relapse"]
    assert (relapse.low, relapse.high, relapse.low_closed) == (
        pytest.approx(8000 / 153),
        math.inf,
        False,
    )


@pytest.mark.parametrize(
    ("fold", "word"),
    [  # HPO: highly between 4 and 50 times the limit, extremely above 50
        ("0.9", "not elevated"),
        ("1", "not elevated"),
        ("2", "elevated"),
        ("4", "highly elevated"),
        ("50", "highly elevated"),
        ("50.1", "extremely elevated"),
        ("more than 50", "extremely elevated"),
        ("more than 24.4", "highly elevated or extremely elevated"),
        ("3 to 60", "elevated to extremely elevated"),
        ("less than 4", "not elevated or elevated"),
    ],
)
def test_the_word_for_a_multiple(fold, word):
    assert response.severity(CASE, "ck", parse(fold)).text() == word


def test_the_word_flips_with_the_limit():
    assert headline(CASE)["ck.severity.presentation"].text() == "highly elevated"
    other = headline(CASE.under({"ck_upper_limit": "women-japan"}))
    assert other["ck.severity.presentation"].text() == "extremely elevated"


@given(st.floats(0, 200), st.floats(0, 200), st.floats(0, 50))
def test_a_wider_multiple_never_has_a_narrower_word(a, b, more):
    low, high = sorted((a, b))
    narrow = response.severity(CASE, "ck", Quantity(low, high))
    wide = response.severity(CASE, "ck", Quantity(low - more, high + more))
    assert wide.low <= narrow.low <= narrow.high <= wide.high


def test_a_measure_without_thresholds_has_no_word():
    assert response.severity(CASE, "ast", parse("3")) is None


# --- core sets


def test_core_set_coverage_of_the_first_case():
    found = {c.measure.id: c.at for c in core_set.coverage(CASE, "imacs")}
    assert found["imacs.enzymes"] == {
        "presentation": "reported",
        "prednisolone": "in part",
        "relapse": "in part",
        "ivig": "in part",
    }
    assert found["imacs.strength"]["presentation"] == "in part"
    assert set(found["imacs.function"].values()) == {"not reported"}
    assert not core_set.is_scorable(core_set.coverage(CASE, "imacs"))
    assert len(found) == 6


def test_a_score_needs_every_measure_whole_at_two_times():
    rows = core_set.coverage(CASE, "imacs")

    def everywhere(state, but=None):
        return [
            core_set.Coverage(
                one.measure,
                {c: ("in part" if n == but and c == "ivig" else state) for c in ("start", "ivig")},
                (),
            )
            for n, one in enumerate(rows)
        ]

    assert core_set.is_scorable(everywhere("reported"))
    assert not core_set.is_scorable(everywhere("reported", but=3))
    assert not core_set.is_scorable(everywhere("in part"))
    assert not core_set.is_scorable([])


# --- no event


@pytest.mark.parametrize(
    ("n", "one_sided", "two_sided"),
    [(12, 22.09, 26.46), (6, 39.30, 45.93), (1, 95.0, 97.5)],
)
def test_the_bound_for_no_event(toy, n, one_sided, two_sided):
    # 1 - 0.05 ^ (1/n) and 1 - 0.025 ^ (1/n)
    findings = toy.data / "toy-2000" / "findings.csv"
    change_cell(findings, "fall", "state", "excluded")
    change_cell(findings, "fall", "event", "")
    change_cell(findings, "fall", "time", f"1 to {n}" if n > 1 else "1")
    change_cell(findings, "fall", "time_unit", "{course}")
    found = response.event_bounds(load("toy-2000", where=toy))
    assert found["ae.pulse.courses_without_event"].low == n
    assert found["ae.pulse.upper_bound.one_sided"].low == pytest.approx(one_sided, abs=0.006)
    assert found["ae.pulse.upper_bound.two_sided"].low == pytest.approx(two_sided, abs=0.006)


def test_without_a_count_all_courses_are_meant(toy):
    findings = toy.data / "toy-2000" / "findings.csv"
    change_cell(findings, "fall", "state", "excluded")
    change_cell(findings, "fall", "event", "")
    found = response.event_bounds(load("toy-2000", where=toy))
    assert found["ae.pulse.courses_without_event"].low == 6


@pytest.mark.parametrize("state", ["observed", "ambiguous", "not reported"])
def test_no_bound_where_an_event_was_or_may_have_been_or_nothing_is_said(toy, state):
    findings = toy.data / "toy-2000" / "findings.csv"
    change_cell(findings, "fall", "state", state)
    if state == "not reported":
        change_cell(findings, "fall", "as_reported", "")
    assert response.event_bounds(load("toy-2000", where=toy)) == {}


# --- doses


def test_dose_per_week_by_block(toy):
    found = dose_rates(load("toy-2000", where=toy), "pulse")
    assert {k: q.text() for k, q in found.items()} == {
        "pulse.dose_rate.first": "15 mg/kg/week",  # 30 every 2 weeks
        "pulse.dose_rate.second": "3.75 mg/kg/week",  # 30 every 8 weeks
    }
    first = dose_rates(CASE, "ivig")
    assert first["ivig.dose_rate.first_block"].low == pytest.approx(2 / 6)
    assert first["ivig.dose_rate.second_block"].low == pytest.approx(2 / 4)


def test_the_sum_over_courses_is_the_sum_of_the_blocks():
    found = headline(CASE)
    blocks = [
        found[f"ivig.courses.{b}"].low * found[f"ivig.dose_per_course.{b}"].low
        for b in ("first_block", "second_block")
    ]
    assert found["ivig.dose_total"].low == sum(blocks) == 24


# --- links to core sets on another case


def test_core_sets_follow_the_links(toy):
    text = (ROOT / "data" / "reference" / "criteria.csv").read_text(encoding="utf-8")
    (toy.reference / "criteria.csv").write_text(text, encoding="utf-8")
    works = [
        {"id": c, "authors": "A", "year": "1", "title": "T", "source": "S"}
        for c in {"book", *(r["citation"] for r in csv.DictReader(text.splitlines()))}
    ]
    (toy.reference / "bibliography.csv").write_text(csv_text(list(works[0]), works))
    row = {"item": "imacs.enzymes", "in_part": "observations/ck.admission or observations/ck.later"}
    (toy.data / "toy-2000" / "links.csv").write_text(csv_text(columns(Link), [row]))
    found = {c.measure.id: c.at for c in core_set.coverage(load("toy-2000", where=toy), "imacs")}
    assert found["imacs.enzymes"] == {"admission": "in part", "pulse": "in part"}
    assert core_set.coverage(load("toy-2000", where=toy), "printo") == []


def test_the_axis_of_the_response_has_room_for_every_limit():
    case = opened("imataka-2014")
    for option, limit in (("girls-2y", 328), ("women-japan", 153)):
        figure = charts.response(case.under({"ck_upper_limit": option}))
        low, high = figure.drawing.axes[0].get_ylim()
        assert low < limit < high
