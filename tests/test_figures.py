"""Every figure of the analyses: what is drawn, what must not be, and whether it can be read."""

import csv
import io
import re
import sys
from functools import cache
from xml.etree import ElementTree

import pytest
from conftest import FIGURES, change_cell, charts, opened, overlaps, sloped, tables

from casetrace.case.load import load

CASE = opened("imataka-2014")
#: Panels that hold assumed or simulated curves and nothing that the report gives.
CURVES = {"age in months"}


#: Each figure on one worker, which then draws it once under a scenario for all tests.
EACH = [pytest.param(name, marks=pytest.mark.xdist_group(f"figure {name}")) for name in FIGURES]


@cache
def figure_of(name, scenario="default"):
    """A figure of the first case, drawn once for all tests that only look at it."""
    return getattr(charts, name)(opened("imataka-2014", scenario))


@pytest.mark.parametrize("name", EACH)
def test_no_line_joins_values_that_the_report_gives(name):
    if name == "igg":
        return  # simulated curves only: see the next test
    for ax in figure_of(name).drawing.axes:
        if ax.get_xlabel() not in CURVES:
            assert sloped(ax) == [], name


def test_the_simulation_shows_no_value_of_the_report():
    marks = figure_of("igg").marks
    assert {m.shape for m in marks} == {"curve"}
    assert all(m.source.startswith("reference/pk_models/") for m in marks)


@pytest.mark.parametrize("name", [p for p in EACH if p.values != ("igg",)])
def test_a_line_between_two_values_would_be_seen(name):
    drawing = getattr(charts, name)(CASE).drawing
    ax = next(a for a in drawing.axes if a.get_xlabel() not in CURVES)
    before = len(sloped(ax))
    ax.plot([0.1, 0.9], [0.2, 0.7])
    assert len(sloped(ax)) == before + 1


@pytest.mark.parametrize(
    "scenario", ["default", "lower-dose", "only-what-is-printed", "heliotrope-counted"]
)
@pytest.mark.parametrize("name", EACH)
def test_no_words_overlap_or_leave_the_page(name, scenario):
    figure = figure_of(name, scenario)
    if figure is None:
        assert (name, scenario) == ("igg", "only-what-is-printed")  # a dose is not known
        return
    assert not overlaps(figure.drawing), "; ".join(overlaps(figure.drawing))


@pytest.mark.parametrize("name", EACH)
def test_a_figure_says_in_words_and_in_a_table_what_it_draws(name):
    figure = figure_of(name)
    rows = list(csv.DictReader(io.StringIO(figure.table())))
    assert len(rows) == len(figure.marks) > 3
    assert len(figure.alt) > 100
    assert figure.alt.endswith(".")
    for mark in figure.marks:
        if mark.shape not in ("unknown",) and mark.lane != "axis":
            assert mark.source or mark.text in ("not reported", ""), mark


@pytest.mark.parametrize("name", EACH)
def test_the_same_case_gives_the_same_figure(name):
    one, two = figure_of(name), getattr(charts, name)(load("imataka-2014"))
    assert one.svg == two.svg
    assert one.png == two.png
    assert one.alt == two.alt


@pytest.mark.parametrize("name", FIGURES)
def test_a_case_that_lacks_what_a_figure_shows_has_none_or_less_of_it(name, toy):
    figure = getattr(charts, name)(load("toy-2000", where=toy))
    lacking = {"classification", "igg", "evidence"}
    assert (figure is None) == (name in lacking)


# --- what each shows


def marks(figure, lane):
    return {m.what: m for m in figure.marks if m.lane == lane}


def test_points_of_items_and_scores_are_drawn():
    figure = figure_of("classification")
    found = marks(figure, "points with biopsy")
    assert found["heliotrope rash"].text == "3.2 open"
    assert found["anti-Jo-1 antibody"].shape == "not met"
    scores = marks(figure, "score without biopsy")
    assert [(m.low, m.high) for m in scores.values()] == [
        ("1.3", "14.8"),
        ("6.8", "14.8"),  # enzymes 1.3, arms 0.7, legs 0.8, proximal 0.9, rash 3.1
        ("3.7", "11.7"),  # the same without the rash
    ]


def test_measure_and_function_stand_side_by_side_as_far_as_they_are_known():
    figure = figure_of("response")
    limit, *values = [m for m in figure.marks if m.lane == "measure"]
    assert (limit.what, limit.text) == ("upper reference limit", "328 U/L (assumed)")
    assert values[0].text == "14,420 U/L (44.0 × the limit), at presentation"  # 14420 / 328
    assert [m.shape for m in values] == ["point", "open point", "arrow", "band"]
    assert (values[2].low, values[2].high) == ("8000", "")
    states = [m.text for m in figure.marks if m.lane == "function"]
    assert states[2].startswith("between 30 and 34 weeks after")
    assert states[3].startswith("not before 30 weeks after")
    words = [t.get_text() for t in figure.drawing.texts]
    assert "not reported" in words  # of the first weeks of prednisolone


def test_sums_of_courses_stop_being_points_where_a_dose_is_not_reported():
    found = [m for m in figure_of("exposure").marks if m.lane == "sum"]
    open_ended = [m for m in found if m.shape == "arrow"]
    assert {m.what.split(",")[0] for m in open_ended} == {f"after course {n}" for n in range(7, 13)}
    assert all(m.high == "" for m in open_ended)


def test_the_case_is_no_share():
    found = marks(figure_of("evidence"), "studies")
    assert found["this case"].shape == "unknown"
    assert found["Al-Mayouf 2000 (children)"].low == "66.66666667"


def test_counts_of_the_trial_have_exact_limits_in_both_arms():
    trial = marks(figure_of("evidence"), "studies")["Aggarwal 2022 (ProDERM) (adults)"]
    # Clopper and Pearson of 37 of 47 and of 21 of 48, by tables
    assert "37 of 47, exact 95% limits 64 to 89%" in trial.text
    assert "controls 21 of 48, exact 95% limits 29 to 59%" in trial.text


# --- what a notebook can compute


def test_each_notebook_says_why_there_is_nothing_to_compute(toy):
    case = load("toy-2000", where=toy)
    said = {q: tables.applies(case, q) for q in QUESTIONS}
    assert said["classification"].startswith("Nothing to compute: links.csv links no item")
    assert said["evidence"].startswith("Nothing to compute: no study of its drugs")
    assert "no simulation of IgG" in said["exposure"]
    assert said["response"].startswith("This case has values of its main measure")
    assert said["sensitivity"] == "This case has 2 readings."


QUESTIONS = ("classification", "response", "exposure", "sensitivity", "evidence")


def test_the_first_case_has_all_that_the_notebooks_need():
    for question in QUESTIONS:
        assert "Not for this case" not in tables.applies(CASE, question)


def test_every_table_is_there_for_the_first_case_and_none_breaks_on_another(toy):
    other = load("toy-2000", where=toy)
    for name, function in vars(tables).items():
        other_kinds = ("answer", "applies", "fact_label", "has", "lacks", "spans")
        if name.startswith((*other_kinds, "findings", "series_")):
            continue  # what takes more than a case has tests of its own
        more = ("eular_acr",) if name == "criteria" else ()
        assert function(CASE, *more).rows, name
        found = function(other, *more)
        assert found is None or len(found.columns), name


HOSTILE = r"$\frac{x$ <script>alert(1)</script> & \u202e"


def test_hostile_words_in_the_data_are_words_in_figures_and_tables(copy):
    folder = copy.data / "imataka-2014"
    change_cell(folder / "findings.csv", "glaucoma", "name", HOSTILE)
    change_cell(folder / "treatments.csv", "ivig.first_block", "name", HOSTILE)
    change_cell(folder / "motor.csv", "relapse", "short", "$a_$ <b>")
    change_cell(folder / "observations.csv", "ck.relapse", "occasion", "$^ <i>")
    change_cell(copy.reference / "criteria.csv", "eular_acr.heliotrope", "label", HOSTILE)
    change_cell(copy.reference / "studies.csv", "lim_2020", "label", HOSTILE)
    change_cell(copy.reference / "phenotypes.csv", "HP:0003326", "label", HOSTILE)
    case = load("imataka-2014", where=copy)
    for name in FIGURES:
        figure = getattr(charts, name)(case)
        root = ElementTree.fromstring(figure.svg)  # well formed
        assert not [e for e in root.iter() if str(e.tag).endswith("script")]
    for table in (tables.criteria(case, "eular_acr"), tables.studies(case), tables.profile(case)):
        page = table._repr_html_()
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


SVG = "{http://www.w3.org/2000/svg}"


def unled(figure):
    """Words of a picture with a number that lead nowhere, but for the numbers of an axis."""
    found = []

    def walk(element, is_tick, is_led):
        is_tick = is_tick or (element.get("id") or "").startswith(("xtick", "ytick"))
        is_led = is_led or element.tag == f"{SVG}a"
        words = "".join(element.itertext())
        is_number = is_tick and re.fullmatch(r"[\d.,−-]+", words)
        if element.tag == f"{SVG}text" and re.search(r"\d", words) and not (is_led or is_number):
            found.append(words)
        for child in element:
            walk(child, is_tick, is_led)

    walk(ElementTree.fromstring(figure.svg_with_text), False, False)
    return found


@pytest.mark.parametrize("name", [p for p in EACH if p.values != ("evidence",)])
@pytest.mark.parametrize("scenario", ["default", "lower-dose"])
def test_every_number_in_a_figure_leads_to_what_it_rests_on(name, scenario):
    assert unled(figure_of(name, scenario)) == []


def test_of_the_published_studies_only_the_key_leads_nowhere():
    (key,) = unled(figure_of("evidence"))
    assert key == "95% limits of the counts, where counts are reported"


def test_a_number_that_leads_nowhere_would_be_seen(monkeypatch):
    module = sys.modules["casetrace.questions.course.measures_drawn"]
    monkeypatch.setattr(module, "lead", lambda *_: None)
    assert {"14,420", "4,000 to 5,000"} <= set(unled(charts.course(load("imataka-2014"))))
