import re
from typing import get_args

import pytest
from conftest import ROOT, change_cell, csv_text, opened

from casetrace.build.verify import check_template, templates
from casetrace.case.fields import State
from casetrace.case.load import load
from casetrace.case.rows import Finding, columns
from casetrace.display.trace import (
    SIGNS,
    is_traced,
    mark,
    parts,
    plain,
    replace_marks,
    sentence_case,
)
from casetrace.narrative import narrate
from casetrace.narrative.audience import audience
from casetrace.page import report_page
from casetrace.page.variants import singles
from casetrace.questions.course.figures import course

CASES = sorted(p.parent.name for p in (ROOT / "data").glob("*/case.yaml"))


@pytest.fixture(scope="module")
def story():
    case = opened("imataka-2014")
    return narrate(case, course(case))


@pytest.mark.parametrize("case", CASES)
def test_every_digit_of_the_text_is_traced_to_a_value_or_a_row(case):
    opened = load(case)
    told = narrate(opened)
    seen = []
    replace_marks(told.text, lambda key, words: seen.append((key, words)) or "")
    assert len(seen) > 20
    for key, words in seen:
        if key in told.values:
            assert plain(words)
        elif key:
            assert opened.describe(key)["file"].startswith("data/"), key
    assert is_traced(told.text)


def test_a_digit_that_no_value_carries_stops_the_narrative(toy, monkeypatch):
    change_cell(toy.data / "toy-2000" / "treatments.csv", "pulse.first", "route", "route 66")
    from casetrace.narrative import story

    real = story.Narrator.__dict__["vocabulary"].func
    careless = property(lambda self: {**real(self), "picture": "as of 2000"})
    monkeypatch.setattr(story.Narrator, "vocabulary", careless)
    with pytest.raises(ValueError, match="a digit that no value carries"):
        narrate(load("toy-2000", where=toy))


def test_every_value_link_of_the_markdown_leads_to_a_row_of_its_table(story):
    text = story.markdown("course.svg")
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    anchors = set(re.findall(r'<a id="([^"]+)"></a>', text))
    assert len(links) > 30
    assert links <= anchors


def test_what_is_open_reads_as_open(toy):
    text = plain(narrate(load("toy-2000", where=toy)).text)
    assert "about 500 U/L 1 week after the first pulse" in text
    assert "more than 300 U/L after the first pulse" in text
    assert "200 to 400 U/L late" in text
    assert "fall, at least 3 weeks after the first pulse" in text
    assert "Walk grade 1 to 2, at least 10 weeks after the first pulse" in text
    assert "2 mg/kg/day at admission and 1 mg/kg/day at the first pulse; doses at other" in text


def test_a_number_that_hangs_on_a_passage_is_told_with_the_other_reading(toy):
    text = plain(narrate(load("toy-2000", where=toy)).text)
    assert "together are 180 mg/kg (read as: by day). Read otherwise," in text
    assert "all courses together are 100 mg/kg" in text
    assert "**By day.** more. Otherwise: by course." in text


def test_times_that_are_not_a_moment_are_told(toy):
    folder = toy.data / "toy-2000"
    text = plain(narrate(load("toy-2000", where=toy)).text)
    assert "200 to 400 U/L late (12 to 18 weeks after the first pulse)" in text
    assert "(4 to 10 weeks after the first pulse, by the printed schedule)" in text
    change_cell(folder / "findings.csv", "weakness", "clock", "pulse")
    change_cell(folder / "findings.csv", "weakness", "time", "24")
    for key, column, value in (
        ("steroid.later", "start", "4"),
        ("steroid.later", "stop", "10"),
    ):
        change_cell(folder / "treatments.csv", key, column, value)
    text = plain(narrate(load("toy-2000", where=toy)).text)
    assert "weakness (24 weeks after the first pulse)" in text
    assert "1 mg/kg/day from 4 weeks to 10 weeks after the first pulse" in text


def test_a_scenario_that_is_not_the_default_says_so(toy):
    text = plain(narrate(load("toy-2000", "small", where=toy)).text)
    assert "Not the curator's default: by course." in text
    assert "all courses together are 100 mg/kg (read as: by course)" in text
    assert "Not the curator's default" not in plain(narrate(load("toy-2000", where=toy)).text)


def test_a_case_with_little_data_is_told(toy):
    text = plain(narrate(load("toy-2000", where=toy)).text)
    assert "A man, 40 years old at admission" in text
    assert "in 6 courses: 4 (first), one every 2 weeks; and 2 (second), one every 8 weeks" in text


def told(toy, **cells):
    """The narrative of the toy case with a finding changed, and one of its kind added."""
    path = toy.data / "toy-2000" / "findings.csv"
    for column, value in cells.items():
        change_cell(path, "weakness", column, value)
    return plain(narrate(load("toy-2000", where=toy)).text)


def test_a_finding_is_told_with_its_site(toy):
    assert "weakness (left leg)" in told(toy, site="left leg")
    assert "weakness of the arm (" not in told(toy, name="weakness of the arm", site="arm")


def test_tests_of_several_times_are_told_with_them():
    text = plain(narrate(opened("imataka-2014")).text)
    assert "*Imaging (gastrocnemius).* Present: partial fatty degeneration on muscle CT at " in text
    assert "muscle atrophy on MRI, predominantly of the gastrocnemius" in text
    assert "*Biopsy (biceps brachii).* Present: muscle fibre necrosis, muscle" in text


def test_an_outcome_from_the_first_course_on_is_told_with_its_time():
    text = plain(narrate(opened("imataka-2014")).text)
    assert "improvement of motor function, from the first course of intravenous" in text


def test_the_words_that_carry_a_dose_are_quoted():
    assert "The dose is printed as “IVIg at 400 mg/kg/5 days every 6 weeks” and " in plain(
        narrate(opened("imataka-2014")).text
    )


def test_what_the_register_says_of_a_passage_stands_with_its_reading():
    text = plain(narrate(opened("imataka-2014")).text)
    assert "- What is the densitometry index? An index of 0.3 without quantity, unit, site" in text


def test_readings_that_move_nothing_told_are_left_out_for_a_parent():
    text = plain(narrate(opened("imataka-2014"), audience="parent").text)
    assert "How much did she weigh?" not in text
    assert "Which body weight" not in text
    assert "Is the dose for each day" in text


HOSTILE = "<script>alert(1)</script> [x](javascript:y) `z` | a"


def test_hostile_text_in_data_is_shown_as_text(toy):
    change_cell(toy.data / "toy-2000" / "findings.csv", "weakness", "name", HOSTILE)
    case = load("toy-2000", where=toy)
    told = narrate(case, course(case))
    assert "\\[x\\](javascript:y)" in told.markdown()
    assert "\\<script\\>" in told.markdown()
    page = report_page(case).html
    assert 'href="javascript' not in page
    assert "&lt;script&gt;" in page


def test_lists_and_sentences():
    joined = audience("summary").joined
    assert joined([]) == ""
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert joined(["a and b", "c"]) == "a and b; and c"
    assert plain(sentence_case(mark("findings/x", "creatine kinase"))) == "Creatine kinase"


def test_the_shipped_templates_hold_no_number():
    assert [p for path in templates() for p in check_template(path)] == []
    names = {path.name for path in templates()}
    assert names == {"summary.md.j2", "parent.md.j2", "ja.md.j2", "page.html.j2"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("The dose was 400.", "a digit, '4'"),
        ('{{ "400" }}', "a digit"),
        ("{{ value('a') }} mg", "a unit, 'mg'"),
        ("It took {{ value('a') }} weeks.", "a unit, 'weeks'"),
        ("She had twelve courses.", "a number word, 'twelve'"),
        ("It fell by a Third.", "a number word"),
        ("投与は十二回。", "a number word, '十'"),
        ("投与は１２回。", "a digit, '１'"),
    ],
)
def test_a_number_typed_into_a_template_is_caught(tmp_path, line, said):
    path = tmp_path / "x.md.j2"
    path.write_text(f"{{# version 2 is fine here #}}\nFine.\n{line}\n")
    found = check_template(path)
    assert found
    assert said in found[0]
    assert "x.md.j2, line 3" in found[0]


def test_a_page_template_may_hold_digits_in_markup_but_not_in_text(tmp_path):
    path = tmp_path / "x.html.j2"
    path.write_text("<style>p { margin: 2rem }</style>\n<h2>Fine</h2>\n<p>It took 5 years.</p>\n")
    found = check_template(path)
    assert len(found) == 2
    assert all("line 3" in p for p in found)


def test_no_finding_of_any_kind_or_state_is_left_out(toy):
    kinds = get_args(Finding.model_fields["kind"].annotation)
    states = get_args(State)
    path = toy.data / "toy-2000" / "findings.csv"
    said = {"place": "Case report", "as_reported": "words"}
    timed = {"clock": "pulse", "time": "at least 1", "time_unit": "wk"}
    rows = [
        {
            "id": f"f{i}_{j}_{len(when)}",
            "name": f"finding {i} {j} {len(when)}",
            "kind": kind,
            "state": state,
            **(said if state != "not reported" else {}),
            **when,
        }
        for i, kind in enumerate(kinds)
        for j, state in enumerate(states)
        for when in ({}, timed)
    ]
    path.write_text(csv_text(columns(Finding), rows))
    text = plain(narrate(load("toy-2000", where=toy)).text)
    assert len(rows) == 96
    assert [row["name"] for row in rows if row["name"] not in text] == []


def test_a_template_gives_the_same_parts_however_the_readings_stand():
    case = opened("imataka-2014")
    kinds = [kind for kind, _ in narrate(case).parts]
    assert {"h1", "h2", "p", "li", "status", "figure"} == set(kinds)
    for switch in singles(case):
        assert [kind for kind, _ in narrate(case.under(switch)).parts] == kinds, switch


def test_a_paragraph_without_its_sign_in_a_template_is_caught():
    text = f"# A\n\n{SIGNS['paragraph']}one\n\n{SIGNS['bullet']}- two\n"
    assert parts(text) == [("h1", "A"), ("p", "one"), ("li", "two")]
    with pytest.raises(ValueError, match="a paragraph without its sign"):
        parts(f"{SIGNS['paragraph']}one\n\nstray")


def test_every_number_of_the_markdown_leads_to_a_row_of_its_tables(story):
    text = story.markdown("../../figures/imataka-2014/course.svg")
    body, _, tables = text.partition("## Values and their sources")
    bare = re.sub(r"!?\[(?:\\.|[^\]\\])*\]\([^)]*\)", "", body)
    assert re.findall(r".*\d.*", bare) == []
    links = set(re.findall(r"\]\(#([^)]+)\)", body))
    assert links <= set(re.findall(r'<a id="([^"]+)"></a>', tables))
    assert any("/" in link for link in links)
