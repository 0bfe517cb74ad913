"""The page as a file, and what its parts are under each reading."""

import base64
import hashlib
import re
from html import unescape
from itertools import product
from types import SimpleNamespace

import pytest
from conftest import ROOT, change_cell, opened

from casetrace.case.load import load
from casetrace.case.write import inert
from casetrace.display.figure import Mark
from casetrace.display.trace import mark as marked
from casetrace.narrative.language import audiences, language
from casetrace.narrative.story import story
from casetrace.page import content, report_page, variants
from casetrace.page.content import narrated, tabled
from casetrace.page.figures import drawn, picture, shown_figures
from casetrace.page.variants import packed, singles, varied
from casetrace.quantity import Quantity, parse
from casetrace.questions.course.figures import course
from casetrace.questions.values import headline

COMMITTED = ROOT / "reports" / "imataka-2014" / "index.html"
HOSTILE = '<script>alert(1)</script> \ue003\ue001"q" evil \U0001f600 =HYPERLINK("x") ' + "long" * 60


def words(case, only=None):
    """All parts of the page that are words; or those asked for, and perhaps others."""
    names = [to.name for to in audiences(case)]
    asked = {to: only and [n for n in only if n.startswith(f"n-{to}-")] for to in names}
    rest = only and [n for n in only if not n.startswith("n-")]
    told = [narrated(to, case, asked[to]) for to in names]
    return {name: html for part in (tabled(case, rest), *told) for name, html in part.items()}


@pytest.fixture(scope="module")
def committed():
    return COMMITTED.read_text("utf-8")


def test_the_page_is_one_small_file_that_loads_nothing(committed):
    assert len(committed.encode()) < 2_000_000
    assert not re.search(r'\bsrc="', committed)
    assert set(re.findall(r"<link|<img|<iframe|@import|url\((?!data:|#)", committed)) == set()


def test_each_control_has_words_in_the_language_of_the_story(committed):
    known = language("ja").phrases["page"] | story(opened("imataka-2014"), "ja").words
    owned = re.findall(r"<[^>]+ data-own[^>]*>([^<]+)</", committed)
    labels = re.findall(r'<[a-z]+[^>]* aria-label="([^"]+)"', committed)
    said = {unescape(one) for one in [*owned, *labels]}
    assert len(said) > 100
    assert said - set(known) == {"SVG", "PNG"}


def test_no_words_for_a_control_are_left_over(committed):
    page = (
        committed.split('<script type="application/json"')[0] + committed.rpartition("<script>")[2]
    )
    left = [words for words in language("ja").phrases["page"] if words not in unescape(page)]
    assert left == []


def test_the_policy_lets_in_the_pages_own_style_and_script_and_nothing_else(committed):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', committed)[1]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    style = re.search(r"<style>(.*?)</style>", committed, re.S)[1]
    script = re.search(r"<script>(.*?)</script>", committed, re.S)[1]
    for kind, text in (("style", style), ("script", script)):
        code = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{code}'" in policy
    assert not re.search(r'<[^>]+ style="|<[^>]+ on\w+="', committed)


def test_every_link_within_the_page_leads_somewhere(committed):
    links = set(re.findall(r'href="#([^"]+)"', committed.partition("<script")[0]))
    anchors = re.findall(r' id="([^"]+)"', committed)
    assert len(links) > 200
    assert links <= set(anchors)
    assert len(anchors) == len(set(anchors))


def test_a_cited_work_stands_among_the_sources_of_the_page(committed):
    work = re.search(r'<a class="f" href="#s-(reference/bibliography/tanimoto_1995)">', committed)
    row = re.search(rf'<tr id="s-{work[1]}">(.*?)</tr>', committed)[1]
    assert "J Rheumatol. 1995;22(4):668-674." in row


def test_hostile_text_in_data_is_text_in_page_and_table(toy):
    folder = toy.data / "toy-2000"
    change_cell(folder / "findings.csv", "weakness", "name", HOSTILE)
    change_cell(folder / "observations.csv", "ck.admission", "name", "=HYPERLINK(1)")
    case = load("toy-2000", where=toy)
    page = report_page(case).html
    assert page.count("<script") == 2
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    figure = course(case)
    assert "<script" not in figure.svg
    lines = figure.table().splitlines()
    assert any(",'=HYPERLINK(1) at admission," in line for line in lines)
    assert not any(re.search(r"(^|,)[=@]", line) for line in lines)


def test_a_negative_number_stays_a_number_in_a_data_table():
    assert [inert(c) for c in ("-37.5", "+1e-3", "-100%", "@x", "a=b", "")] == [
        "-37.5",
        "+1e-3",
        "'-100%",
        "'@x",
        "a=b",
        "",
    ]


def test_a_page_under_a_scenario_shows_it_and_knows_the_default(toy):
    page = report_page(load("toy-2000", "small", where=toy)).html
    assert '<option value="by-course" data-own selected>' in page
    assert re.search(r'id="v-pulse.dose_total".*?<td>100 mg/kg</td>', page)
    assert '"home":"' in page


class Toy:
    """A case of three readings in name only."""

    def __init__(self, **chosen):
        reading = SimpleNamespace(options={"0": None, "1": None}, default="0")
        self.head = SimpleNamespace(readings=dict.fromkeys("abc", reading))
        self.chosen = {"a": "0", "b": "0", "c": "0", **chosen}

    def under(self, options):
        return Toy(**{**self.chosen, **options})


def test_a_part_is_known_under_the_options_it_hangs_on_and_under_no_others():
    def render(case, only):
        a, b = case.chosen["a"], case.chosen["b"]
        return {"one": a, "both": a + b, "none": "x"}

    found = varied(Toy(), render, lambda case, parts: {"one": {"a", "c"}})
    assert found["none"].contents == {(): "x"}
    assert found["one"].readings == ("a",)
    assert found["both"].readings == ("a", "b")
    assert found["both"].contents[("1", "1")] == "11"
    assert found["both"].under({"a": "0", "b": "1", "c": "1"}) == "01"


def test_a_reading_that_only_another_option_brings_in_is_found():
    def render(case, only):
        chosen = case.chosen
        return {"x": chosen["b"] if chosen["a"] == "1" else "", "y": chosen["b"] + chosen["a"]}

    found = varied(Toy(), render, lambda case, parts: {})
    assert found["x"].readings == ("a", "b")
    assert found["x"].contents[("1", "1")] == "1"


def test_two_readings_that_matter_only_together_are_found():
    def render(case, only):
        return {"x": str(case.chosen["a"] == case.chosen["b"] == "1"), "y": case.chosen["a"]}

    declared = {"x": {"a"}}  # half of the truth, and no single switch shows the rest
    found = varied(Toy(), render, lambda case, parts: declared)
    assert found["x"].readings == ("a", "b")
    assert found["x"].under({"a": "1", "b": "1", "c": "0"}) == "True"


def test_only_the_parts_that_are_wanted_are_asked_for():
    asked = []

    def render(case, only):
        asked.append(only)
        return {"x": case.chosen["a"] + case.chosen["b"], "still": "x"}

    found = varied(Toy(), render, lambda case, parts: {})
    assert found["x"].readings == ("a", "b")
    assert asked[:4] == [None] * 4  # as it is, and each single option
    assert asked[4:]
    assert all(only == {"x"} for only in asked[4:])


def test_wanted_choices_are_packed_into_few():
    wanted = {("a",): [{"a": "0"}, {"a": "1"}], ("b",): [{"b": "0"}, {"b": "1"}, {"b": "2"}]}
    found = packed(wanted)
    assert len(found) == 3
    for group, choices in wanted.items():
        for choice in choices:
            assert any(choice.items() <= place.items() and group in g for place, g in found)


def test_the_parts_of_a_case_are_what_it_is_under_any_choice(toy):
    case = load("toy-2000", where=toy)
    found = varied(case, words, lambda other, parts: {})
    for dose in ("by-day", "by-course"):
        for limit in ("low", "high"):
            other = case.under({"dose": dose, "limit": limit})
            now = {n: part.under(other.chosen) for n, part in found.items()}
            assert {n: text for n, text in now.items() if text} == {
                n: text for n, text in words(other).items() if text
            }


@pytest.mark.parametrize("shown", shown_figures(), ids=lambda shown: shown.name)
def test_every_number_that_a_figure_draws_names_its_source(shown):
    case = opened("imataka-2014")
    values = headline(case)
    marks = shown.chart.draw(case).marks
    assert marks
    for mark in marks:
        if re.search(r"\d", f"{mark.text}{mark.low}{mark.high}"):
            assert mark.source, mark
        for source in filter(None, mark.source.split("; ")):
            assert source in values or case.describe(source)["file"], mark


@pytest.mark.parametrize(
    "shown",
    [f for f in shown_figures() if f.name != "sensitivity" and not f.chart.panels],
    ids=lambda s: s.name,
)
@pytest.mark.slow
def test_a_figure_hangs_on_no_reading_but_those_that_it_is_drawn_for(shown):
    case = opened("imataka-2014")
    home = shown.chart.draw(case)
    hangs_on = drawn(case, [shown])[shown.name].readings
    for switch in singles(case):
        if not set(switch) & set(hangs_on):
            figure = shown.chart.draw(case.under(switch))
            assert (figure.marks, figure.alt) == (home.marks, home.alt), switch
            assert picture(figure) == picture(home), switch


def test_a_part_with_too_many_combinations_is_not_guessed_for_those_not_made(monkeypatch):
    monkeypatch.setattr(variants, "MOST", 3)
    names = ("a", "b", "c")
    found = varied(
        Toy(), lambda case, only: {"x": "".join(case.chosen[n] for n in names)}, lambda *_: {}
    )
    made = {o: found["x"].under(dict(zip(names, o, strict=True))) for o in product("01", repeat=3)}
    assert made["1", "0", "0"] == "100"
    assert None in made.values()
    assert all(text in (None, "".join(options)) for options, text in made.items())


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ("18", "18", "18 weeks"),
        ("0", "34", "0 to 34 weeks"),
        ("18", "", "at least 18 weeks"),
        ("", "2", "at most 2 weeks"),
    ],
)
def test_the_table_of_a_figure_keeps_an_open_time_open(low, high, said):
    mark = Mark("lane", "what", "point", time_low=low, time_high=high, time_unit="wk")
    assert f"<td>{said}</td>" in content.marks_table(opened("imataka-2014"), [mark])


def test_of_links_in_a_row_to_one_fact_those_with_a_number_are_kept():
    def told(*marks):
        return content._linked(", ".join(marked(key, words) for key, words in marks))

    one = told(("register/d1", "Topic"), ("register/d1", "more than 8,000"), ("motor/a", "walks"))
    assert one == (
        'Topic, <a class="f" href="#s-register/d1">more than 8,000</a>, '
        '<a class="f" href="#s-motor/a">walks</a>'
    )
    assert told(("findings/a", "fever"), ("findings/a", "and pain")) == (
        '<a class="f" href="#s-findings/a">fever</a>, and pain'
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("findings/fever", "The report says nothing on this."),
        ("register/d12", "The report says nothing on this."),
        ("care/5c", "Our judgement: the report has no words of its own for this."),
        ("case.yaml/readings/weight", "An assumption: the report does not say."),
        ("findings/waddling_gait", "“a waddling gait”"),
    ],
)
def test_a_row_without_words_says_why(key, said):
    assert f"<td>{said}</td>" in content.source_row(opened("imataka-2014"), key)


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (parse("more than 8000", "U/L"), "above 8,000 U/L, open upwards"),
        (parse("4000 to 5000", "U/L"), "from 4,000 to 5,000 U/L"),
        (parse("at least 2", "mo").in_weeks(), "from 2 months, open upwards"),
        (parse("5", "wk"), "one value"),
        (parse("about 5", "wk"), "inexact; how far is not said"),
        (Quantity(1, 3, levels=("no", "possible", "probable", "definite")), "any of possible, "),
    ],
)
def test_bounds_are_said_in_the_unit_of_the_text(quantity, said):
    assert content._bounds(quantity).startswith(said)


def test_the_table_of_a_figure_says_what_each_time_is_counted_from():
    case = opened("imataka-2014")
    table = content.marks_table(case, course(case).marks)
    assert "0 weeks from first dose of prednisolone" in table
    assert "6.52 weeks from first dose of prednisolone" in table  # 1.5 months
    assert "0 weeks from relapse" in table


def test_some_parts_are_the_same_as_among_all(toy):
    case = load("toy-2000", "small", where=toy)
    every = words(case)
    for name in list(every)[::7]:
        some = words(case, [name])
        assert some[name] == every[name]
        assert some.items() <= every.items()
