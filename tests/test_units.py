import csv
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from ucumvert import PintUcumRegistry

from casetrace.quantity import Quantity
from casetrace.quantity.units import (
    UnitError,
    combine,
    dimension,
    factor,
    printed,
    spelling,
    symbols,
)

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


UCUM = Path(find_spec("ucumvert").origin).parent / "vendor" / "ucum-essence.xml"
NAMES = {"u": "http://unitsofmeasure.org/ucum-essence"}


def test_every_unit_of_ucum_is_known_and_as_large_as_ucum_says():
    seen = 0
    for unit in ElementTree.parse(UCUM).getroot().findall("u:unit", NAMES):
        code, value = unit.get("Code"), unit.find("u:value", NAMES)
        if code in ("10*", "10^", "F") or value.get("Unit") == "C":  # not what reports mean
            continue
        assert symbols(code) or code == "1"
        own = unit.get("isSpecial") or unit.get("isArbitrary") or code in ("mol", "[HPF]", "[LPF]")
        if not own:
            assert factor(code, value.get("Unit")) == pytest.approx(float(value.get("value")))
        else:
            assert dimension(code)[0] == {code: 1}  # nothing else converts to it
        seen += 1
    assert seen > 290


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("[pH]", ""),
        ("cm[H2O]", "cmH₂O"),
        ("mL/min/{1.73_m2}", "mL/min/1.73 m²"),
        ("ms", "ms"),
        ("Gy", "Gy"),
        ("MBq", "MBq"),
        ("/[HPF]", "/HPF"),
        ("[CFU]/mL", "CFU/mL"),
        ("Hz", "Hz"),
        ("[degF]", "°F"),
        ("[ft_i]", "ft"),
        ("[in_i]", "in"),
        ("[lb_av]", "lb"),
        ("ug/kg/min", "µg/kg/min"),
        ("{ft}", "ft"),
        ("/100{WBC}", "/100 WBC"),
        ("{beats}/min", "beats/min"),
        ("meq/L", "mEq/L"),
        ("mL/h", "mL/h"),
        ("10*-3", "×10⁻³"),
    ],
)
def test_units_of_every_field_are_known_and_printed(unit, words):
    assert symbols(unit)
    assert printed(unit) == words


def test_a_unit_that_looks_like_another_is_not_taken_for_it():
    with pytest.raises(UnitError, match="is it Cel"):
        symbols("C")  # coulomb to UCUM
    assert dimension("mL/min/{1.73_m2}")[0] != dimension("mL/min")[0]
    with pytest.raises(UnitError, match="different things"):
        factor("[degF]", "Cel")  # the zeros differ: a factor would be wrong


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


@pytest.mark.parametrize(
    "unit", ["IU/l", "mg/kg/day", "weeks", "U//L", "", "U/", "(U/L", "U/L)", "mg kg", "12 h", ".U"]
)
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
        ("K/mcL", "10*3/uL"),
        ("Units/L", "U/L"),
        ("mm Hg", "mm[Hg]"),
        ("cmH2O", "cm[H2O]"),
        ("mcg/kg/min", "ug/kg/min"),
        ("lbs", "[lb_av]"),
        ("°F", "[degF]"),
        ("CFU/ml", "[CFU]/mL"),
        ("/hpf", "/[HPF]"),
        ("ml/min/1.73m2", "mL/min/{1.73_m2}"),
        ("mOsm/kg", "mosm/kg"),
        ("cells/mm3", "/uL"),
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
