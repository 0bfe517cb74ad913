"""Some figures are put together of panels, each under the readings of its own rows."""

import json
import math
import re
from collections import Counter

import pytest
from conftest import ROOT, opened

from casetrace.case.record import recorded
from casetrace.display.style import FULL
from casetrace.page.figures import picture
from casetrace.page.variants import singles
from casetrace.questions.course.figures import lane, lanes
from casetrace.questions.course.layout import Layout
from casetrace.questions.question import charts

FIRST = opened("imataka-2014")
CASES = sorted(p.parent.name for p in (ROOT / "data").glob("*/case.yaml"))
PUT_TOGETHER = [chart for chart in charts().values() if chart.panels]
MIXED = [
    {"ivig_dose": "per-course", "ivig_gap": "six-weeks", "ck_about": "one-figure"},
    {"ck_upper_limit": "women-norway", "several_months": "three-or-more"},
    {"ivig_second_block_dose": "not-stated", "ivig_gap": "six-weeks"},
]


def drawn(svg):
    """What a picture draws, to the nearest point, but for its paper and its own names."""
    svg = re.sub(r"<defs>.*?</defs>", "", svg, flags=re.S)
    svg = re.sub(r' id="[^"]*"', "", svg)
    svg = re.sub(r'(url\(#|href="#)(?!v-|s-)[^")]*', r"\1", svg)
    svg = re.sub(r"-?\d+\.?\d*", lambda m: str(round(float(m[0]))), svg)
    shapes = re.findall(r"<(?:path|text|use|image|a)\b[^>]*>[^<]*", svg)
    page = [s for s in shapes if s.startswith('<path d="M 0 ') and 'fill="var(--cffffff)"' in s]
    return Counter(shapes) - Counter(page[:1])


@pytest.mark.parametrize("chart", PUT_TOGETHER, ids=lambda chart: chart.name)
@pytest.mark.parametrize("options", [{}, *MIXED], ids=str)
def test_the_panels_together_are_the_figure(options, chart):
    assert_together(chart, FIRST.under(options))


@pytest.mark.parametrize("name", [c for c in CASES if c != "imataka-2014"])
def test_the_panels_together_are_the_figure_in_each_case(name):
    case = opened(name)
    for options in [{}, *singles(case)[:3]]:
        assert_together(charts()["course"], case.under(options))


def assert_together(chart, case):
    """The panels of a figure and its key hold what the whole holds, and nothing else."""
    panels = [chart.panels.draw(case, name) for name in chart.panels.names(case)]
    kinds = frozenset().union(*(panel.kinds for panel in panels))
    whole, key = chart.of(case), chart.panels.key(case, kinds)
    assert sum((drawn(picture(p)) for p in [*panels, key]), Counter()) == drawn(picture(whole))
    assert [m for panel in panels for m in panel.marks] == list(whole.marks)
    assert words([key.alt, *(p.alt for p in panels)]) == words([whole.alt])


def words(sentences):
    """The words of an alternative text; those of each panel of measures begin alike."""
    return re.findall(r"[^\s.;]+", " ".join(sentences).replace("Measured:", ""))


@pytest.mark.parametrize(("name", "lost"), [("course", "Motor state"), ("response", "Function")])
def test_a_panel_that_is_missing_would_be_seen(name, lost):
    chart = charts()[name]
    panels = [chart.panels.draw(FIRST, name) for name in chart.panels.names(FIRST)]
    kinds = frozenset().union(*(panel.kinds for panel in panels))
    found = [p for p in panels if lost not in p.svg_with_text] + [chart.panels.key(FIRST, kinds)]
    missing = drawn(picture(chart.of(FIRST))) - sum((drawn(picture(p)) for p in found), Counter())
    assert any(lost in shape for shape in missing)


def test_a_panel_hangs_on_the_readings_of_its_own_rows():
    hangs = {}
    for name in lanes(FIRST):
        with recorded() as hangs[name]:
            lane(FIRST, name)
    assert hangs == {
        "laboratory": {"ck_about", "ck_plateau", "ck_upper_limit", "ivig_gap"},
        "motor": {"ivig_gap", "walk_assistance"},
        "prednisolone": set(),
        "ivig": {"ivig_dose", "ivig_gap", "ivig_second_block_dose"},
        "events": {"several_months"},
    }


def test_axis_and_heights_have_the_room_for_every_reading():
    home = Layout(FIRST, FULL, True)
    assert home.time.segments["ivig"].phase.last == 56  # the longer gap; 54 at the default
    for options in [*singles(FIRST), *MIXED]:
        other = Layout(FIRST.under(options), FULL, True)
        assert other.heights == home.heights
        assert other.time.segments == home.time.segments
        assert [p.ends(FIRST) for p in other.panels.values()] == (
            [p.ends(FIRST) for p in home.panels.values()]
        )


def test_a_drug_that_has_a_lane_under_one_reading_alone_has_none_under_another():
    case = opened("gungor-2020")
    assert lanes(case) == ("laboratory", "ivig", "events")
    other = case.under({"ivig_gap": "not-stated"})
    assert lanes(other) == ("laboratory", "treatments", "events")
    assert_together(charts()["course"], other)


def test_the_response_hangs_by_panel_as_well():
    hangs = {}
    for name in ("measure", "function"):
        with recorded() as hangs[name]:
            charts()["response"].panels.draw(FIRST, name)
    assert hangs == {
        "measure": {"ck_about", "ck_plateau", "ck_upper_limit", "ivig_gap"},
        "function": {"ivig_gap", "walk_assistance"},
    }


@pytest.mark.parametrize("name", CASES)
def test_the_page_draws_every_figure_for_every_combination(name):
    text = (ROOT / "reports" / name / "index.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data-parts"[^>]*>(.*?)</script>', text, re.S)[1])
    figures = {n: part for n, part in data["parts"].items() if n.startswith("f-")}
    assert any(n.startswith("f-course") for n in figures)
    for part in figures.values():
        every = math.prod(len(data["readings"][r]["options"]) for r in part["on"])
        assert len(part["at"]) == every
