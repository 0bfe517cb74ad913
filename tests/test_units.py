import csv

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from ucumvert import PintUcumRegistry

from casetrace.units import ATOMS, UnitError, combine, factor, printed, symbols

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
]


@pytest.mark.parametrize(("unit", "to"), SAME_KIND)
def test_factors_are_those_of_ucum(unit, to):
    ours = factor(unit, to)
    theirs = REGISTRY.from_ucum(unit).to(REGISTRY.from_ucum(to)).magnitude
    assert ours == pytest.approx(float(theirs), rel=1e-12)


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


def test_every_unit_in_the_data_is_ucum():
    units = set()
    for path in (ROOT / "data").rglob("*.csv"):
        for row in csv.DictReader(path.open(encoding="utf-8")):
            units |= {row[c] for c in row if c.endswith("unit") and row[c]}
    assert len(units) > 5
    for unit in units:
        REGISTRY.from_ucum(unit)
