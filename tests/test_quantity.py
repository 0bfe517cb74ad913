import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casetrace.quantity import BoundsError, Quantity, change, hull, parse, total
from casetrace.quantity.units import UnitError

INF = math.inf


# --- reading the words of the data tables


@pytest.mark.parametrize(
    ("text", "low", "high", "low_closed", "high_closed", "about"),
    [
        ("14420", 14420, 14420, True, True, False),
        ("about 1000", 1000, 1000, True, True, True),
        ("more than 8000", 8000, INF, False, False, False),
        ("at least 2", 2, INF, True, False, False),
        ("less than 5", -INF, 5, False, False, False),
        ("at most 5", -INF, 5, False, True, False),
        ("4000 to 5000", 4000, 5000, True, True, False),
        ("about 4 to 5", 4, 5, True, True, True),
        ("-0.3", -0.3, -0.3, True, True, False),
    ],
)
def test_numbers_with_bounds_are_read(text, low, high, low_closed, high_closed, about):
    q = parse(text)
    assert (q.low, q.high) == (low, high)
    assert (q.low_closed, q.high_closed, q.about) == (low_closed, high_closed, about)


@pytest.mark.parametrize(
    "text", ["", "14,420", "ca. 1000", ">8000", "4000-5000", "5000 to 4000", "5 to 5", "1e3", "nan"]
)
def test_anything_else_is_refused_with_the_grammar_or_the_reason(text):
    with pytest.raises(BoundsError, match=r"about 1000|first number must be the smaller"):
        parse(text)


def test_impossible_bounds_are_refused():
    for low, high in [(2, 1), (INF, INF), (-INF, -INF), (math.nan, 1)]:
        with pytest.raises(BoundsError):
            Quantity(low, high)
    with pytest.raises(BoundsError, match="strictly between"):
        Quantity(1, 1, low_closed=False)


# --- arithmetic, worked out by hand


def test_a_fold_of_an_open_value_stays_open():
    fold = parse("more than 8000", "U/L") / parse("400", "U/L")
    assert (fold.low, fold.high, fold.low_closed, fold.unit) == (20, INF, False, "1")


def test_a_change_between_two_bounded_values():
    # 4000/8000 - 1 = -50 %, 5000/8000 - 1 = -37.5 %
    moved = change(parse("4000 to 5000", "U/L"), parse("8000", "U/L"))
    assert (moved.low, moved.high, moved.unit) == (-50, -37.5, "%")


def test_a_change_from_an_open_value_has_one_useful_bound():
    moved = change(parse("4000 to 5000", "U/L"), parse("more than 8000", "U/L"))
    assert (moved.low, moved.high) == (-100, -37.5)
    assert not moved.low_closed
    assert not moved.high_closed


def test_about_is_carried_along():
    assert (parse("about 1000") / parse("100")).about
    assert (parse("1") + parse("about 1")).about


def test_sources_readings_and_derivation_are_carried_along():
    a = parse("6", "U/L").traced(["t/a"], ["r"]).named("a")
    b = parse("3", "U/L").traced(["t/b"], ["s"]).named("b")
    ratio = a / b
    assert ratio.low == 2
    assert ratio.sources == ("t/a", "t/b")
    assert ratio.readings == ("r", "s")
    assert ratio.how == "a ÷ b"


def test_units_are_combined_and_converted():
    dose = (parse("400", "mg/kg") * parse("5")).to("g/kg")
    assert (dose.low, dose.unit) == (2, "g/kg")
    assert (parse("2", "g/kg") * parse("10", "kg")).unit == "g"
    assert (parse("1", "wk") + parse("7", "d")).low == 2
    with pytest.raises(UnitError):
        parse("1", "wk") + parse("1", "U/L")


def test_dividing_by_what_may_be_zero_leaves_the_end_open():
    q = parse("1") / parse("0 to 4")
    assert (q.low, q.high) == (0.25, INF)
    both = parse("1") / Quantity(-1, 1)
    assert both.is_unknown
    with pytest.raises(ZeroDivisionError, match="nothing can be divided"):
        parse("1") / parse("0")


def test_zero_times_an_open_end_is_zero():
    q = parse("0") * parse("more than 8000")
    assert (q.low, q.high) == (0, 0)


def test_a_hull_holds_its_parts():
    q = hull(parse("1 to 2", "wk"), parse("21", "d"))
    assert (q.low, q.high, q.unit) == (1, 3, "wk")
    assert total([parse("1", "wk"), parse("2", "wk")]).low == 3


# --- words


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (parse("14420", "U/L"), "14,420 U/L"),
        (parse("about 1000", "U/L"), "about 1,000 U/L"),
        (parse("more than 8000", "U/L"), "more than 8,000 U/L"),
        (parse("at most 5", "wk"), "at most 5 weeks"),
        (parse("1", "wk"), "1 week"),
        (parse("4000 to 5000", "U/L"), "4,000 to 5,000 U/L"),
        (parse("0.3"), "0.3"),
        (parse("9.161", "kg"), "9.161 kg"),
        (Quantity(-INF, INF, "U/L"), "not known"),
        (Quantity(1, 2, low_closed=False), "between 1 and 2"),
        (parse("14420") / parse("328"), "44.0"),
        (parse("0.4", "g/kg") * 12, "4.8 g/kg"),
        (parse("1") / parse("3"), "0.333"),
        (parse("400000") / parse("3"), "133,333"),
        (parse("1.5", "mo").in_weeks(), "1.5 months"),
    ],
)
def test_quantities_in_words(quantity, words):
    assert quantity.text() == words


def test_reported_digits_are_never_rounded_and_only_a_single_bound_rounds_outward():
    assert parse("1234567.25").text() == "1,234,567.25"
    # 8000/328 = 24.39...: "more than 24.4" would be false.
    assert (parse("more than 8000") / parse("328")).text() == "more than 24.3"
    # 4000/328 = 12.195..., 5000/328 = 15.243...
    assert (parse("4000 to 5000") / parse("328")).text() == "12.2 to 15.2"
    # 300/7 = 42.857...: "at most 42.8" would be false
    assert (parse("at most 300") / parse("7")).text() == "at most 42.9"
    # rounded to one number, two are still not one
    assert (parse("1221 to 1224") / parse("100")).text() == "about 12.2"


def test_nothing_is_more_exact_than_the_number_it_rests_on():
    about = parse("about 1000", "U/L")
    assert change(about, parse("14420", "U/L")).text() == "a fall of about 93%"  # 93.07
    assert (about / parse("328", "U/L")).text() == "about 3"  # 3.049
    assert (parse("about 1234567") / parse("7")).text() == "about 180,000"  # 176,367


@pytest.mark.parametrize(
    ("new", "old", "words"),
    [
        ("4000 to 5000", "14420", "a fall of 65.3 to 72.3%"),
        ("4000 to 5000", "more than 8000", "a fall of more than 37.5%"),
        # more than 8000 of 14420: -44.5 % at the least, and no end upwards
        ("more than 8000", "14420", "a fall of less than 44.6%, or a rise"),
        ("less than 1100", "1000", "a rise of less than 10%, or a fall"),
        ("900 to 1200", "1000", "between a fall of 10% and a rise of 20%"),
        ("1500", "1000", "a rise of 50%"),
        ("1000", "1000", "no change"),
        ("at least 1", "at most 2", "not known"),
        ("at most 1100", "1000", "a rise of at most 10%, or a fall"),
    ],
)
def test_a_change_is_told_as_a_fall_or_a_rise(new, old, words):
    assert change(parse(new), parse(old)).text() == words


# --- laws


numbers = st.integers(-1000, 1000).map(float)


@st.composite
def quantities(draw):
    low, high = sorted((draw(numbers), draw(numbers)))
    low = -INF if draw(st.booleans()) and draw(st.booleans()) else low
    high = INF if draw(st.booleans()) and draw(st.booleans()) else high
    point = low == high
    return Quantity(
        low,
        high,
        "1",
        point or draw(st.booleans()),
        point or draw(st.booleans()),
        draw(st.booleans()),
    )


@st.composite
def members(draw):
    """A quantity and a number in it."""
    q = draw(quantities())
    low = q.low if math.isfinite(q.low) else min(-2000.0, q.high - 1)
    high = q.high if math.isfinite(q.high) else max(2000.0, q.low + 1)
    number = draw(st.sampled_from([low, high, (low + high) / 2]))
    assume(number in q)
    return q, number


OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def holds(q: Quantity, number: float) -> bool:
    """Membership up to the twelve figures that quantities keep."""
    near = float(f"{number:.12g}")
    return near in q or number in q


@given(members(), members(), st.sampled_from(sorted(OPERATIONS)))
def test_a_result_holds_every_result_of_its_members(one, two, sign):
    (a, x), (b, y) = one, two
    assert holds(OPERATIONS[sign](a, b), OPERATIONS[sign](x, y))


@given(members(), members())
def test_a_quotient_holds_every_quotient_of_its_members(one, two):
    (a, x), (b, y) = one, two
    assume(y != 0)
    q = a / b
    assert holds(q, x / y) or math.isclose(x / y, q.low) or math.isclose(x / y, q.high)


@given(quantities(), quantities(), quantities(), st.sampled_from(sorted(OPERATIONS)))
def test_widening_an_operand_never_narrows_the_result(a, wider, b, sign):
    wide = hull(a, wider)
    assert OPERATIONS[sign](a, b).within(OPERATIONS[sign](wide, b))
    assert OPERATIONS[sign](b, a).within(OPERATIONS[sign](b, wide))


@given(quantities(), quantities())
def test_sums_and_products_commute(a, b):
    def bounds(q):
        return q.low, q.high, q.low_closed, q.high_closed, q.about

    assert bounds(a + b) == bounds(b + a)
    assert bounds(a * b) == bounds(b * a)


@given(quantities(), quantities(), quantities())
def test_multiplying_a_sum_is_never_wider_than_the_sum_of_products(a, b, c):
    assert (a * (b + c)).within(a * b + a * c)


@given(quantities())
def test_negating_twice_changes_nothing(a):
    minus = -a
    assert (-minus).within(a)
    assert a.within(-minus)


@given(quantities(), quantities())
def test_a_hull_holds_both(a, b):
    assert a.within(hull(a, b))
    assert b.within(hull(a, b))


@given(quantities())
def test_words_never_claim_more_than_the_bounds(q):
    words = q.text(unit=False)
    if q.is_unknown:
        assert words == "not known"
    elif q.is_exact:
        assert float(words.replace(",", "")) == q.low
    elif math.isinf(q.high):
        assert words.removeprefix("about ").startswith(("more than", "at least"))
    elif math.isinf(q.low):
        assert words.removeprefix("about ").startswith(("less than", "at most"))
    assert ("about" in words) == (q.about and not q.is_unknown)
