"""Items, scores and classes, worked out by hand from the cited tables."""

import csv
import itertools
import math
from dataclasses import replace

import pytest
from conftest import ROOT, change_cell, csv_text, opened
from hypothesis import given
from hypothesis import strategies as st

from casetrace.case.load import check, load
from casetrace.case.rows import Link, columns
from casetrace.quantity import Quantity
from casetrace.questions.classification.criteria_items import (
    AMBIGUOUS,
    MET,
    NOT_MET,
    NOT_REPORTED,
    items,
    phenotype,
    profile_counts,
)
from casetrace.questions.classification.scoring import (
    classified,
    counted,
    form,
    points_of,
    probability,
    score,
    settling,
    values,
)

CASE = opened("imataka-2014")
EULAR = items(CASE, "eular_acr")
STATES = (MET, NOT_MET, AMBIGUOUS, NOT_REPORTED)


def with_states(given, states):
    return [replace(item, state=state) for item, state in zip(given, states, strict=True)]


def under(**options):
    return CASE.under(options)


# --- the reference tables agree with what was checked


def test_points_are_those_of_the_checked_table():
    # Lundberg 2017, as tabulated by three public sources: without biopsy, with biopsy
    points = {
        "age_young_adult": (1.3, 1.5),
        "age_older_adult": (2.1, 2.2),
        "prox_ue_weak": (0.7, 0.7),
        "prox_le_weak": (0.8, 0.5),
        "neck_flexor_weaker": (1.9, 1.6),
        "leg_prox_weaker_than_distal": (0.9, 1.2),
        "heliotrope": (3.1, 3.2),
        "gottron_papules": (2.1, 2.7),
        "gottron_sign": (3.3, 3.7),
        "dysphagia": (0.7, 0.6),
        "anti_jo1": (3.9, 3.8),
        "enzymes": (1.3, 1.4),
        "endomysial_infiltrate": (None, 1.7),
        "perimysial_infiltrate": (None, 1.2),
        "perifascicular_atrophy": (None, 1.9),
        "rimmed_vacuoles": (None, 3.1),
    }
    found = {
        i.id.partition(".")[2]: (points_of(i, "no_biopsy"), points_of(i, "biopsy")) for i in EULAR
    }
    assert found == points


@pytest.mark.parametrize(
    ("version", "points", "percent"),
    [  # the published cut-offs: 50, 55 and 90 percent, as the formula gives them
        ("no_biopsy", 5.3, 49.3),
        ("no_biopsy", 5.5, 54.2),
        ("no_biopsy", 7.5, 89.8),
        ("biopsy", 6.5, 50.2),
        ("biopsy", 6.7, 55.2),
        ("biopsy", 8.7, 90.1),
    ],
)
def test_the_probability_reproduces_the_published_cut_offs(version, points, percent):
    q = probability(CASE, Quantity(points, points, "{point}"), f"eular_acr.intercept.{version}")
    assert q.low == pytest.approx(percent, abs=0.06)
    assert q.unit == "%"


@pytest.mark.parametrize(
    ("version", "points", "word"),
    [
        ("no_biopsy", 5.2, "below the cut-offs"),
        ("no_biopsy", 5.3, "possible"),
        ("no_biopsy", 5.5, "probable"),
        ("no_biopsy", 7.5, "definite"),
        ("biopsy", 6.4, "below the cut-offs"),
        ("biopsy", 6.5, "possible"),
        ("biopsy", 6.7, "probable"),
        ("biopsy", 8.6, "probable"),
        ("biopsy", 8.7, "definite"),
    ],
)
def test_a_score_has_the_class_of_its_cut_off(version, points, word):
    q = Quantity(points, points, "{point}")
    assert classified(CASE, "eular_acr", q, version).text() == word


def test_a_class_with_bounds_reads_as_a_range():
    q = Quantity(5.4, 9, "{point}")
    assert classified(CASE, "eular_acr", q, "no_biopsy").text() == "possible to definite"
    q = Quantity(5.6, 9, "{point}")
    assert classified(CASE, "eular_acr", q, "no_biopsy").text() == "probable or definite"


# --- the first case, by hand


def test_the_score_of_the_first_case_runs_from_what_is_met_to_what_is_not_excluded():
    # without biopsy: enzymes 1.3; open: 0.7 + 0.8 + 1.9 + 0.9 + 3.1 + 2.1 + 3.3 + 0.7 = 13.5
    q = score(EULAR, "no_biopsy")
    assert (q.low, q.high, q.unit) == (1.3, 14.8, "{point}")
    # with biopsy: enzymes 1.4 + perivascular 1.2 = 2.6; open: 0.7 + 0.5 + 1.6 + 1.2 + 3.2 +
    # 2.7 + 3.7 + 0.6 + 1.7 + 1.9 + 3.1 = 20.9
    q = score(EULAR, "biopsy")
    assert (q.low, q.high) == (2.6, 23.5)
    assert q.readings == ("ck_upper_limit", "leg_gradient", "rash_site", "symmetry")


def test_with_all_weakness_granted_the_rash_decides_between_probable_and_none():
    # enzymes 1.4 + perivascular 1.2 + arms 0.7 + legs 0.5 + legs proximal 1.2 = 5.0; rash 3.2
    granted = {"eular_acr.leg_prox_weaker_than_distal": MET}
    for site, points, word in (
        ("forehead-only", 5.0, "below the cut-offs"),
        ("periorbital", 8.2, "probable"),
    ):
        case = under(rash_site=site, symmetry="assumed")
        low = score(items(case, "eular_acr", granted), "biopsy").low
        assert low == points
        assert classified(case, "eular_acr", Quantity(low, low), "biopsy").text() == word


@pytest.mark.parametrize(
    ("options", "word", "disease"),
    [
        ({}, "possible to definite", "polymyositis or dermatomyositis"),
        ({"symmetry": "assumed"}, "probable or definite", "polymyositis or dermatomyositis"),
        # rash with weakness, enzymes and biopsy: definite dermatomyositis
        ({"symmetry": "assumed", "rash_site": "periorbital"}, "definite", "dermatomyositis"),
        ({"rash_site": "periorbital"}, "probable or definite", "dermatomyositis"),
    ],
)
def test_bohan_and_peter_by_reading(options, word, disease):
    found = values(under(**options))
    assert found["criteria.bohan_peter.class"].text() == word
    assert found["criteria.bohan_peter.form"].text() == disease


def test_tanimoto_is_met_by_weakness_pain_enzymes_and_biopsy_whatever_the_rash():
    for site in ("undecided", "periorbital", "forehead-only"):
        assert values(under(rash_site=site))["criteria.tanimoto.class"].text() == "met"
    assert values(under(rash_site="periorbital"))["criteria.tanimoto.form"].text() == (
        "dermatomyositis"
    )


def test_the_states_of_the_first_case():
    states = {i.id.partition(".")[2]: i.state for i in EULAR}
    assert states["age_young_adult"] == states["age_older_adult"] == NOT_MET
    assert states["anti_jo1"] == NOT_MET
    assert states["enzymes"] == states["perimysial_infiltrate"] == MET
    for open_item in ("prox_ue_weak", "leg_prox_weaker_than_distal", "heliotrope"):
        assert states[open_item] == AMBIGUOUS
    for silent in ("neck_flexor_weaker", "gottron_sign", "dysphagia", "rimmed_vacuoles"):
        assert states[silent] == NOT_REPORTED


def test_what_would_settle_it():
    # without biopsy nothing alone: 1.3 + 3.3 is below 5.5; the two signs together: 7.7
    pairs = settling(CASE, "eular_acr", "no_biopsy")
    assert {len(p) for p in pairs} == {2, 3}
    assert ("findings/gottron_sign", "findings/heliotrope") in pairs
    assert ("findings/heliotrope", "findings/symmetry") in pairs  # 1.3 + 3.1 + 0.7 + 0.8 = 5.9
    assert ("findings/dysphagia", "findings/heliotrope") not in pairs  # 5.1
    # 1.3 + 1.9 + 0.9 + 0.7 + 0.8 = 5.6
    gradient = ("eular_acr.leg_prox_weaker_than_distal", "findings/neck_flexor_weakness")
    assert (*gradient, "findings/symmetry") in pairs
    # with symmetry granted (2.8) the rash (5.9) or Gottron sign (6.1) is enough alone
    one = settling(under(symmetry="assumed"), "eular_acr", "no_biopsy")
    assert one[:2] == [("findings/gottron_sign",), ("findings/heliotrope",)]
    assert all(len(facts) > 1 for facts in one[2:])
    assert settling(under(symmetry="assumed", rash_site="periorbital"), "eular_acr", "biopsy") == [
        ()
    ]
    # one fact is never enough without biopsy at the default: said as nothing, not as done
    assert settling(CASE, "eular_acr", "no_biopsy", most=1) == []


def test_a_mark_of_another_disease_is_never_said_to_settle_it():
    # rimmed vacuoles, 3.1 points with biopsy, mark inclusion body myositis
    for version in ("no_biopsy", "biopsy"):
        for case in (CASE, under(symmetry="assumed")):
            named = {f for facts in settling(case, "eular_acr", version) for f in facts}
            assert named
            assert "eular_acr.rimmed_vacuoles" not in named


def test_tenderness_of_the_calf_is_a_reading():
    def tanimoto(**chosen):
        return values(under(**chosen))["criteria.tanimoto.class"].text()

    assert (tanimoto(), tanimoto(calf_tenderness="not-counted")) == ("met", "not met or met")


def test_facts_that_settle_it_are_enough_and_no_part_of_them_is():
    for facts in settling(CASE, "eular_acr", "no_biopsy"):
        answers = dict.fromkeys(facts, MET)
        assert score(items(CASE, "eular_acr", answers), "no_biopsy").low >= 5.5
        for fact in facts:
            rest = {f: s for f, s in answers.items() if f != fact}
            assert score(items(CASE, "eular_acr", rest), "no_biopsy").low < 5.5


# --- counted sets, literally


def bohan(muscle, skin):
    given = items(CASE, "bohan_peter")
    named = [i for i in given if i.part == "muscle"]
    states = {i.id: (MET if n < muscle else NOT_MET) for n, i in enumerate(named)}
    return [replace(i, state=states.get(i.id, MET if skin else NOT_MET)) for i in given]


@pytest.mark.parametrize(
    ("muscle", "with_rash", "without"),
    [
        (0, "not met", "not met"),
        (1, "possible", "not met"),
        (2, "probable", "possible"),
        (3, "definite", "probable"),
        (4, "definite", "definite"),
    ],
)
def test_bohan_and_peter_count_muscle_items_with_and_without_the_rash(muscle, with_rash, without):
    for skin, word in ((True, with_rash), (False, without)):
        given = bohan(muscle, skin)
        assert counted(CASE, "bohan_peter", given).text() == word
        assert form(given).text() == ("dermatomyositis" if skin else "polymyositis")


# --- laws


@given(st.lists(st.sampled_from(STATES), min_size=len(EULAR), max_size=len(EULAR)), st.data())
def test_a_met_item_never_lowers_a_score_and_an_open_one_never_narrows_it(states, data):
    place = data.draw(st.integers(0, len(EULAR) - 1))
    before = with_states(EULAR, states)
    for version in ("no_biopsy", "biopsy"):
        old = score(before, version)
        met = score(with_states(EULAR, [*states[:place], MET, *states[place + 1 :]]), version)
        assert met.low >= old.low
        assert met.high >= old.high
        for state in (AMBIGUOUS, NOT_REPORTED):
            opened = [*states[:place], state, *states[place + 1 :]]
            assert old.within(score(with_states(EULAR, opened), version))


@given(st.lists(st.sampled_from((MET, NOT_MET)), min_size=len(EULAR), max_size=len(EULAR)))
def test_the_score_of_decided_items_is_the_sum_of_the_points_met(states):
    given = with_states(EULAR, states)
    q = score(given, "biopsy")
    ages = [points_of(i, "biopsy") for i in given if i.row.alternative and i.state == MET]
    rest = [points_of(i, "biopsy") for i in given if not i.row.alternative and i.state == MET]
    assert q.is_point
    assert q.low == pytest.approx(sum(rest) + max(ages, default=0))


@given(st.lists(st.sampled_from(STATES), min_size=5, max_size=5))
def test_an_open_item_never_narrows_a_counted_class(states):
    given = with_states(items(CASE, "bohan_peter"), states)
    wide = counted(CASE, "bohan_peter", given)
    for answers in itertools.product((MET, NOT_MET), repeat=5):
        decided = [s if s in (MET, NOT_MET) else a for s, a in zip(states, answers, strict=True)]
        q = counted(CASE, "bohan_peter", with_states(given, decided))
        assert wide.low <= q.low <= q.high <= wide.high


# --- rows that an item rests on


@pytest.fixture
def linked(toy):
    """The toy case with rows linked to real criteria."""
    works = [{"id": "book", "authors": "Roe R", "year": "1999", "title": "L", "source": "B"}]
    names = ["criteria", "classes", "constants"]
    for name in names:
        text = (ROOT / "data" / "reference" / f"{name}.csv").read_text(encoding="utf-8")
        (toy.reference / f"{name}.csv").write_text(text, encoding="utf-8")
        works += [
            {"id": r["citation"], "authors": "A", "year": "1", "title": "T", "source": "S"}
            for r in csv.DictReader(text.splitlines())
        ]
    unique = list({w["id"]: w for w in works}.values())
    (toy.reference / "bibliography.csv").write_text(csv_text(list(unique[0]), unique))
    return toy


def link(project, *rows):
    text = csv_text(columns(Link), [dict(zip(columns(Link), r, strict=False)) for r in rows])
    (project.data / "toy-2000" / "links.csv").write_text(text, encoding="utf-8")
    return load("toy-2000", where=project)


@pytest.mark.parametrize(
    ("rests_on", "in_part", "state"),
    [  # weakness observed, rash excluded, cough ambiguous, fever not reported
        ("findings/weakness", "", MET),
        ("findings/rash", "", NOT_MET),
        ("findings/cough", "", AMBIGUOUS),
        ("findings/fever", "", NOT_REPORTED),
        ("", "", NOT_REPORTED),
        ("findings/weakness and findings/rash", "", NOT_MET),
        ("findings/weakness and findings/fever", "", AMBIGUOUS),
        ("findings/fever and findings/rash", "", NOT_MET),
        ("findings/weakness or findings/rash", "", MET),
        ("findings/fever or findings/rash", "", NOT_REPORTED),
        ("findings/fever or findings/cough", "", AMBIGUOUS),
        ("", "findings/weakness", AMBIGUOUS),
        ("", "findings/rash", AMBIGUOUS),  # a part of it is excluded
        ("", "findings/fever", NOT_REPORTED),
        ("findings/rash", "findings/weakness", NOT_MET),
        ("observations/ck.admission", "", MET),  # 1000 above 100
        ("observations/ck.later", "", MET),  # more than 300
    ],
)
def test_an_item_follows_from_the_rows_it_rests_on(linked, rests_on, in_part, state):
    case = link(linked, ("eular_acr.dysphagia", rests_on, in_part))
    item = next(i for i in items(case, "eular_acr") if i.id == "eular_acr.dysphagia")
    assert item.state == state
    assert item.is_open == bool(item.open_facts)


def test_a_value_that_straddles_its_limit_leaves_the_item_open(linked):
    change_cell(linked.data / "toy-2000" / "observations.csv", "ck.range", "value", "80 to 400")
    case = link(linked, ("eular_acr.enzymes", "observations/ck.range"))
    assert {i.id: i.state for i in items(case, "eular_acr")}["eular_acr.enzymes"] == AMBIGUOUS
    high = case.under({"limit": "high"})  # 200: still within 80 to 400
    assert {i.id: i.state for i in items(high, "eular_acr")}["eular_acr.enzymes"] == AMBIGUOUS


@pytest.mark.parametrize(
    ("onset", "young", "older"),
    [
        ("", AMBIGUOUS, AMBIGUOUS),  # 40 years at admission: onset at most then
        ("39", MET, NOT_MET),
        ("40", NOT_MET, MET),
        ("10", NOT_MET, NOT_MET),
        ("30 to 45", AMBIGUOUS, AMBIGUOUS),
    ],
)
def test_the_age_at_onset_decides_the_age_items(linked, onset, young, older):
    path = linked.data / "toy-2000" / "case.yaml"
    path.write_text(path.read_text().replace("age_unit: a", f'age_unit: a\n  onset: "{onset}"'))
    case = link(linked, ("eular_acr.dysphagia", "findings/fever"))
    states = {i.id: i.state for i in items(case, "eular_acr")}
    assert states["eular_acr.age_young_adult"] == young
    assert states["eular_acr.age_older_adult"] == older


def test_of_two_age_groups_one_at_most_counts(linked):
    case = link(linked, ("eular_acr.dysphagia", "findings/rash"))
    open_ages = score(items(case, "eular_acr"), "no_biopsy")
    # all but dysphagia open, and the better of 1.3 and 2.1 for the age
    assert open_ages.high == pytest.approx(
        0.7 + 0.8 + 1.9 + 0.9 + 3.1 + 2.1 + 3.3 + 3.9 + 1.3 + 2.1
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("eular_acr.helitrope", "findings/rash"), "did you mean eular_acr.heliotrope?"),
        (("eular_acr.heliotrope", "findings/rush"), "did you mean findings/rash?"),
        (("eular_acr.heliotrope", "rash"), "a row as table/id"),
        (
            ("eular_acr.heliotrope", "findings/rash and findings/fever or findings/cough"),
            "joined by and, or by or, never by both",
        ),
    ],
)
def test_a_link_that_leads_nowhere_is_named(linked, row, said):
    text = csv_text(columns(Link), [dict(zip(columns(Link), row, strict=False))])
    (linked.data / "toy-2000" / "links.csv").write_text(text)
    problems, _ = check("toy-2000", linked)
    assert any(said in str(p) and "links.csv, row 2" in str(p) for p in problems), problems


def test_a_case_without_links_has_no_criteria(toy):
    assert values(load("toy-2000", where=toy)) == {}
    assert phenotype(load("toy-2000", where=toy)) == []


# --- the profile of the disease


def test_signs_are_found_by_code_or_by_link():
    states = {i.id: i.state for i in phenotype(CASE)}
    assert states["HP:0002633"] == MET  # angiitis carries the code of vasculitis
    assert states["HP:0003236"] == MET  # creatine kinase is linked and above its limit
    assert states["HP:0003326"] == AMBIGUOUS  # calf pain on touch is a part of myalgia
    assert states["HP:0001376"] == AMBIGUOUS  # excluded for muscle tone only
    assert states["HP:0002015"] == NOT_REPORTED
    assert math.fsum(q.low for k, q in profile_counts(CASE).items() if k.endswith(".signs")) == 45


def test_counts_of_signs_add_up():
    found = profile_counts(CASE)
    for frequency in ("very_frequent", "frequent", "occasional"):
        parts = [
            found[f"profile.{frequency}.{s}"]
            for s in ("observed", "excluded", "ambiguous", "not_reported")
        ]
        # an erythema is a rash: two signs of the profile, one observation
        once = 1 if frequency == "very_frequent" else 0
        assert sum(q.low for q in parts) + once == found[f"profile.{frequency}.signs"].low
