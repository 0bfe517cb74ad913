import csv

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from ucumvert import PintUcumRegistry

from casetrace.quantity import Quantity
from casetrace.quantity.units import ATOMS, UnitError, combine, factor, printed, spelling, symbols

REGISTRY = PintUcumRegistry()

SAME_KIND = [
    ("wk", "d"),
    ("mo", "d"),
    ("a", "d"),
    ("h", "d"),
    ("mg", "g"),
    ("ug", "g"),
    ("ng", "g"),
    ("kg", "g"),
    ("mL", "L"),
    ("dL", "L"),
    ("m", "cm"),
    ("mmol", "mol"),
    ("umol", "mol"),
    ("mg/kg", "g/kg"),
    ("mg/kg/d", "g/kg/wk"),
    ("ng/mL", "mg/L"),
    ("/uL", "10*9/L"),
    ("10*3/uL", "10*9/L"),
    ("10*12/L", "10*6/uL"),
    ("m[iU]/L", "u[iU]/mL"),
    ("k[iU]/L", "[iU]/mL"),
    ("mm/h", "cm/h"),
    ("/min", "/h"),
    ("s", "h"),
    ("kPa", "Pa"),
    ("pmol/L", "nmol/L"),
    ("pg", "fL.g/L"),
    ("mU", "kU"),
    ("nkat/L", "ukat/L"),
]


@pytest.mark.parametrize(("unit", "to"), SAME_KIND)
def test_factors_are_those_of_ucum(unit, to):
    ours = factor(unit, to)
    theirs = REGISTRY.from_ucum(unit).to(REGISTRY.from_ucum(to)).magnitude
    assert ours == pytest.approx(float(theirs), rel=1e-12)


def test_a_millimetre_of_mercury_is_that_of_ucum():
    # UCUM rounds it to 133.322 Pa; the registry has the density of mercury to more figures.
    assert factor("mm[Hg]", "Pa") == 133.322
    theirs = REGISTRY.from_ucum("mm[Hg]").to(REGISTRY.from_ucum("Pa")).magnitude
    assert float(theirs) == pytest.approx(133.322, rel=1e-5)


def test_a_katal_is_sixty_million_enzyme_units():
    # 1 U converts 1 umol of substrate a minute (IUBMB 1978), so 1 ukat/L = 60 U/L.
    assert factor("ukat/L", "U/L") == 60


def test_every_known_symbol_is_ucum():
    for atom in ATOMS:
        REGISTRY.from_ucum(atom)


def test_percent_is_a_plain_number():
    assert factor("1", "%") == 100


@pytest.mark.parametrize(
    ("left", "right", "sign", "wanted"),
    [
        ("g/kg", "kg", 1, "g"),
        ("U/L", "U/L", -1, "1"),
        ("g/kg", "wk", -1, "g/kg/wk"),
        ("1", "1", 1, "1"),
    ],
)
def test_products_and_quotients(left, right, sign, wanted):
    assert combine(left, right, sign) == wanted


@given(st.sampled_from(SAME_KIND))
def test_there_and_back_is_one(pair):
    unit, to = pair
    assert factor(unit, to) * factor(to, unit) == pytest.approx(1)


@pytest.mark.parametrize("unit", ["IU/l", "mg/kg/day", "weeks", "U//L", ""])
def test_what_is_not_ucum_is_refused(unit):
    with pytest.raises(UnitError, match="write UCUM"):
        symbols(unit)


def test_different_kinds_do_not_convert():
    with pytest.raises(UnitError, match="different things"):
        factor("U/L", "mg/kg")
    with pytest.raises(UnitError, match="different things"):
        factor("{titer}", "1")


def test_units_as_a_clinician_reads_them():
    assert printed("mg/kg/d") == "mg/kg/day"
    assert printed("wk", one=True) == "week"
    assert printed("{titer}") == ""
    assert printed("10*9/L") == "×10⁹/L"
    assert printed("/uL") == "/µL"
    assert printed("u[iU]/mL") == "µIU/mL"
    assert printed("mm[Hg]") == "mmHg"
    assert printed("Cel") == "°C"
    assert Quantity(18600, 18600, "/uL").text() == "18,600/µL"
    assert Quantity(1, 1, "mo").in_weeks().text() == "1 month"


@pytest.mark.parametrize(
    ("usual", "ucum"),
    [
        ("mg/dl", "mg/dL"),
        ("µg/L", "ug/L"),
        ("x10^9/l", "10*9/L"),
        ("×10⁹/L", "10*9/L"),
        ("K/uL", "10*3/uL"),
        ("/mm3", "/uL"),
        ("mIU/L", "m[iU]/L"),
        ("IU/L", "U/L"),
        ("mmHg", "mm[Hg]"),
        ("°C", "Cel"),
        ("mm/hr", "mm/h"),
        ("mg/kg/day", "mg/kg/d"),
        ("bpm", "/min"),
        ("mEq/L", "meq/L"),
        ("months", "mo"),
    ],
)
def test_a_usual_spelling_is_understood_and_means_what_it_says(usual, ucum):
    assert spelling(usual) == ucum
    REGISTRY.from_ucum(ucum)


@pytest.mark.parametrize("unit", ["foo", "mg/foo", "", "of 3", "dL of blood", "12 h"])
def test_no_unit_of_another_kind_is_suggested(unit):
    assert spelling(unit) is None


@given(st.sampled_from([u for pair in SAME_KIND for u in pair]))
def test_what_is_ucum_already_is_spelt_as_it_is(unit):
    assert spelling(unit) == unit


def test_every_unit_in_the_data_is_ucum():
    units = set()
    for path in (ROOT / "data").rglob("*.csv"):
        for row in csv.DictReader(path.open(encoding="utf-8")):
            units |= {row[c] for c in row if c.endswith("unit") and row[c]}
    assert len(units) > 5
    for unit in units:
        REGISTRY.from_ucum(unit)
