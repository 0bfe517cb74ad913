"""Pharmacokinetics against a numerical solution, and the simulated IgG of the first case."""

import math
from itertools import pairwise

import numpy as np
import pytest
from conftest import change_cell, opened
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from casetrace.case.load import load
from casetrace.quantity import Quantity
from casetrace.questions.exposure import igg
from casetrace.questions.exposure.doses import assumed_weight
from casetrace.questions.exposure.pharmacokinetics import Parameters, concentration, scaled, varied

CASE = opened("imataka-2014")
MODELS = {m.id: m for m in CASE.reference.pk_models}


def solved(parameters, times, starts, doses, duration):
    """The two compartments integrated step by step, from one change of the infusion to the next."""
    cl, v1, q, v2 = (float(x[0]) for x in vars(parameters).values())

    def slope(t, amounts):
        central, outer = amounts
        rate = sum(
            d / duration for s, d in zip(starts, doses, strict=True) if s <= t < s + duration
        )
        away = (cl + q) / v1 * central
        return [rate - away + q / v2 * outer, q / v1 * central - q / v2 * outer]

    breaks = sorted({0.0, *starts, *(s + duration for s in starts), float(times[-1])})
    state, found = [0.0, 0.0], {0.0: 0.0}
    for one, two in pairwise(breaks):
        inside = [t for t in times if one < t <= two]
        done = solve_ivp(
            lambda t, a, end=two: slope(min(t, end - 1e-9), a),
            (one, two),
            state,
            t_eval=sorted({*inside, two}),
            rtol=1e-9,
            atol=1e-12,
        )
        state = done.y[:, -1]
        found |= {t: c / v1 for t, c in zip(done.t, done.y[0], strict=True)}
    return np.array([found[t] for t in times])


@pytest.mark.parametrize("model", sorted(MODELS))
@pytest.mark.parametrize("duration", [0.25, 1.0])
def test_the_closed_form_is_the_numerical_solution(model, duration):
    parameters = scaled(MODELS[model], np.array([12.5]))
    starts, doses = [0.0, 1.0, 2.0, 42.0], [5.0, 5.0, 5.0, 20.0]
    times = np.array([0.1, 0.25, 1.0, 2.5, 3.0, 10.0, 41.9, 42.5, 43.0, 80.0])
    exact = concentration(parameters, times, np.array(starts), np.array(doses), duration)[0]
    assert exact == pytest.approx(solved(parameters, times, starts, doses, duration), rel=1e-6)


def test_a_bolus_starts_at_dose_over_volume_and_is_the_limit_of_short_infusions():
    parameters = scaled(MODELS["cheng_2026"], np.array([70.0]))
    at = np.array([0.0, 3.0])
    bolus = concentration(parameters, at, np.array([0.0]), np.array([7.18]))[0]
    assert bolus[0] == pytest.approx(2.0)  # 7.18 g in 3.59 L
    short = concentration(parameters, at, np.array([0.0]), np.array([7.18]), 1e-6)[0]
    assert short[1] == pytest.approx(bolus[1], rel=1e-5)


def test_one_compartment_by_hand():
    # Lee 2021 at its reference weight: 0.0624 L/d from 2.77 L; 27.7 g give 10 g/L at once
    parameters = scaled(MODELS["lee_2021"], np.array([27.0]))
    found = concentration(parameters, np.array([0.0, 30.0]), np.array([0.0]), np.array([27.7]))[0]
    assert found == pytest.approx([10.0, 10 * math.exp(-0.0624 / 2.77 * 30)])


def test_parameters_scale_with_weight():
    found = scaled(MODELS["cheng_2026"], np.array([70.0, 35.0]))
    assert found.cl == pytest.approx([0.308, 0.308 * 0.5**0.75])
    assert found.v1 == pytest.approx([3.59, 1.795])
    assert found.v2 == pytest.approx([7.37, 3.685])


def test_nothing_is_there_before_the_first_infusion():
    parameters = scaled(MODELS["cheng_2026"], np.array([12.0]))
    assert concentration(parameters, np.array([0.0, 4.9]), np.array([5.0]), np.array([1.0]))[0] == (
        pytest.approx([0, 0])
    )


@given(
    st.floats(0.01, 100),
    st.lists(st.tuples(st.integers(0, 60), st.floats(0, 30)), min_size=1, max_size=6),
)
def test_concentration_is_linear_in_dose_and_the_sum_of_its_infusions(factor, infusions):
    parameters = scaled(MODELS["tortorici_2021"], np.array([10.0, 20.0]))
    times = np.linspace(0, 90, 40)
    starts, doses = (np.array(x, float) for x in zip(*infusions, strict=True))
    whole = concentration(parameters, times, starts, doses, 1.0)
    scaled_up = concentration(parameters, times, starts, factor * doses, 1.0)
    assert scaled_up == pytest.approx(factor * whole, rel=1e-9, abs=1e-12)
    parts = [
        concentration(parameters, times, starts[n : n + 1], doses[n : n + 1], 1.0)
        for n in range(len(starts))
    ]
    assert sum(parts) == pytest.approx(whole, rel=1e-9, abs=1e-12)


def test_mass_is_kept_the_area_under_the_curve_is_dose_over_clearance():
    parameters = Parameters(*(np.array([v]) for v in (0.5, 2.0, 0.7, 3.0)))
    times = np.linspace(0, 400, 400_001)
    curve = concentration(parameters, times, np.array([0.0]), np.array([6.0]), 0.5)[0]
    assert np.trapezoid(curve, times) == pytest.approx(12.0, rel=1e-4)  # 6 g / 0.5 L/d


def test_subjects_vary_as_the_model_says_and_always_alike():
    one, two = (varied(MODELS["cheng_2026"], 12.0, 4000, 2014) for _ in range(2))
    assert (one.cl == two.cl).all()
    assert np.std(one.cl) / np.mean(one.cl) == pytest.approx(0.427, rel=0.06)
    assert np.median(one.cl) == pytest.approx(0.308 * (12 / 70) ** 0.75, rel=0.03)
    assert np.ptp(one.v1) == 0  # no variation is published for it


# --- the first case


def test_infusions_are_the_courses_spread_over_their_days():
    starts, doses = igg.schedule(CASE).infusions("low", "low")
    assert len(starts) == 60
    assert list(starts[:6]) == [0, 1, 2, 3, 4, 42]
    assert doses == pytest.approx(0.4)
    assert starts[-1] == 54 * 7 + 4


def test_simulated_values_hold_every_weight_and_any_infusion_time():
    found, own = igg.values(CASE), igg.endogenous(CASE)
    weight, model = assumed_weight(CASE), MODELS["cheng_2026"]
    starts, doses = igg.schedule(CASE).infusions("low", "low")
    for kg in np.linspace(weight.low, weight.high, 37):
        for duration in (1e-9, 0.2, 0.5, 1.0):
            at = np.array([30 * 7 + 4 + duration, 30 * 7 - 1e-9])
            peak, trough = concentration(
                scaled(model, np.array([kg])), at, starts, doses * kg, duration
            )[0]
            for name, added in (("peak", peak), ("trough", trough)):
                q = found[f"igg.{name}.last_of_first_block"]
                assert q.low - 1e-6 <= added + own.low
                assert added + own.high <= q.high + 1e-6


def test_one_weight_and_one_moment_by_the_formula():
    case = CASE.under({"weight": "median-at-two", "igg_model": "slow-clearance"})
    kg = 11.477
    k = 0.0624 * (kg / 27) ** 0.88 / (2.77 * (kg / 27) ** 0.66)
    volume = 2.77 * (kg / 27) ** 0.66
    # boluses of 0.4 g/kg on five days of five courses, seen just before the sixth, on day 210
    days = [42 * c + d for c in range(5) for d in range(5)]
    low = sum(0.4 * kg / volume * math.exp(-k * (210 - d)) for d in days) + 4.86
    q = igg.values(case)["igg.trough.last_of_first_block"]
    assert q.low == pytest.approx(low, rel=1e-6)


def test_five_times_the_dose_gives_five_times_the_added_igg():
    own = igg.endogenous(CASE)
    high, low = (igg.values(CASE.under({"ivig_dose": o})) for o in ("per-day", "per-course"))
    for name, q in high.items():
        assert q.low - own.low == pytest.approx(5 * (low[name].low - own.low), rel=1e-6)
        assert q.high - own.high == pytest.approx(5 * (low[name].high - own.high), rel=1e-6)


def test_a_wider_weight_never_narrows_the_result():
    narrow = igg.values(CASE.under({"weight": "median-at-two"}))
    wide = igg.values(CASE)
    widest = igg.values(CASE.under({"weight": "age-two-to-four-range"}))
    for name in wide:
        assert narrow[name].within(wide[name])
        assert wide[name].within(widest[name])


def test_a_dose_that_is_not_reported_leaves_the_level_open_above():
    found = igg.values(CASE.under({"ivig_second_block_dose": "not-stated"}))
    assert found["igg.peak.last_of_second_block"].high == math.inf
    assert math.isfinite(found["igg.peak.last_of_first_block"].high)


def test_a_value_hangs_on_what_was_given_until_then():
    found = igg.values(CASE)
    first = {"igg_model", "ivig_dose", "weight"}
    assert set(found["igg.peak.last_of_first_block"].readings) == first
    assert set(found["igg.trough.last_of_first_block"].readings) == first
    assert "ivig_gap" in found["igg.trough.last_of_second_block"].readings
    assert "ivig_second_block_dose" in found["igg.peak.last_of_second_block"].readings


def test_the_band_holds_the_typical_subject():
    times = np.arange(0, 300, 3.0)
    low, high = igg.band(CASE, 13.5, times)
    typical = igg.typical(CASE, 13.5, times)
    assert (low <= typical + 1e-9).all()
    assert (typical <= high + 1e-9).all()


def test_nothing_is_simulated_without_a_model(toy):
    assert igg.schedule(load("toy-2000", where=toy)) is None
    assert igg.values(load("toy-2000", where=toy)) == {}


def test_the_models_are_scaled_by_weight_in_every_volume():
    # Models whose volumes do not scale give artefacts in a small child: they are left out.
    assert set(MODELS) == {"cheng_2026", "tortorici_2021", "navarro_mora_2022", "lee_2021"}
    for model in MODELS.values():
        assert float(model.exp_cl) > 0
        assert float(model.exp_v1) > 0
        assert not model.v2_l or float(model.exp_v2) > 0


def test_endogenous_igg_is_the_span_of_the_intervals():
    assert igg.endogenous(CASE).text() == "4.86 to 11.7 g/L"
    assert isinstance(igg.endogenous(CASE), Quantity)


def test_without_a_next_course_or_interval_there_is_no_trough(copy):
    path = copy.data / "imataka-2014" / "treatments.csv"
    for column, value in (("courses", "1"), ("interval", ""), ("interval_unit", "")):
        change_cell(path, "ivig.second_block", column, value)
    found = igg.values(load("imataka-2014", where=copy))
    assert "igg.peak.last_of_second_block" in found
    assert "igg.trough.last_of_second_block" not in found
    assert "igg.trough.last_of_first_block" in found


@pytest.mark.parametrize(("interval", "wide"), [("6", "5 to 7"), ("5 to 7", "5 to 8")])
def test_a_wider_interval_between_courses_never_narrows_the_result(copy, interval, wide):
    path = copy.data / "imataka-2014" / "treatments.csv"
    found = []
    for text in (interval, wide):
        change_cell(path, "ivig.first_block", "interval", text)
        found.append(igg.values(load("imataka-2014", where=copy)))
    for name in found[0]:
        assert found[0][name].within(found[1][name]), name
