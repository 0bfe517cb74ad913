"""Stories: numbers by name, conditions on readings, faults named; the abstract and the record."""

import re
from typing import get_args

import pytest
from conftest import ROOT, change_cell, csv_text, opened

from casetrace.build.verify import check_template
from casetrace.case.fields import State
from casetrace.case.load import load
from casetrace.case.problems import CaseError
from casetrace.case.rows import Finding, columns
from casetrace.display.trace import mark, plain, replace_marks, sentence_case, stray
from casetrace.narrative import narrate
from casetrace.narrative.abstract import joined, sentences
from casetrace.narrative.language import language
from casetrace.narrative.placeholders import Placeholders, StoryError
from casetrace.narrative.record import record
from casetrace.narrative.story import check_stories, story
from casetrace.narrative.told import passages
from casetrace.page import report_page
from casetrace.page.variants import singles
from casetrace.questions.course.figures import course
from casetrace.questions.values import headline

CASES = sorted(p.parent.name for p in (ROOT / "data").glob("*/case.yaml"))
TOLD = [(c, to) for c in CASES for to in opened(c).stories]


@pytest.fixture(scope="module")
def narrative():
    case = opened("imataka-2014")
    return narrate(case, course(case))


def told(toy, text, name="story.md"):
    """The passages of a story of the toy case, as plain words, without what the program adds."""
    (toy.data / "toy-2000" / name).write_text(text, encoding="utf-8")
    case = load("toy-2000", where=toy)
    check_stories(case)
    to = name.removeprefix("story").strip(".").removesuffix("md").strip(".") or "clinician"
    mine = story(case, to)
    return [plain(mine.told(case, p)) for p in mine.passages if p.line]


def faults(toy, text):
    """What is said of a faulty story."""
    with pytest.raises(CaseError) as error:
        told(toy, text)
    return [str(problem) for problem in error.value.problems]


# --- the shipped stories


@pytest.mark.parametrize(("case", "to"), TOLD)
def test_every_digit_of_a_story_is_traced_to_a_value_or_a_row(case, to):
    opened_case = opened(case)
    found = narrate(opened_case, audience=to)
    seen = []
    replace_marks(found.text, lambda key, words: seen.append((key, words)) or "")
    assert len(seen) > 15
    assert stray(found.text) == ""
    for key, _ in seen:
        assert not key or key in found.values or opened_case.describe(key)["file"], key


@pytest.mark.parametrize(("case", "to"), TOLD)
def test_a_switched_reading_changes_what_hangs_on_it_and_nothing_else(case, to):
    home = opened(case)
    mine, values = story(home, to), headline(home)
    names = sorted(values, key=len, reverse=True)
    changed = 0
    for switch in singles(home):
        (reading,) = switch
        other = home.under(switch)
        for passage in mine.passages:
            named = re.findall("|".join(map(re.escape, names)), passage.source)
            hangs = {r for n in named for r in values[n].readings}
            hangs |= set(re.findall(r"reading\.(\w+)", passage.source))
            before, after = mine.told(home, passage), mine.told(other, passage)
            assert before == after or reading in hangs, (switch, plain(before), plain(after))
            changed += before != after
    assert changed or case != "imataka-2014"


def words_of(narrative, section=""):
    """Words of a section, or of all, without title, citations and references."""
    found, now = [], ""
    for kind, name, text in narrative.parts:
        if kind == "h2":
            now = plain(text)
        elif kind in ("p", "li") and now != "References" and name not in ("0-cited",):
            found += plain(text).split() if section in ("", now) else []
    return len(found)


@pytest.mark.parametrize("case", CASES)
def test_the_abstract_and_the_story_are_short(case):
    found = narrate(opened(case))
    assert 60 < words_of(found, "Abstract") <= 120
    assert words_of(found) <= 600
    prose = found.markdown().partition("## Measurements")[0]
    assert len(re.sub(r"\]\([^)]*\)", "]", prose).split()) <= 1200


def test_the_abstract_says_what_a_reader_needs_in_thirty_seconds(narrative):
    text = plain(" ".join(t for _, n, t in narrative.parts if n.startswith("1-")))
    for words in (
        "2 years old",
        "more than 8,000 U/L",
        "after six courses",
        "4,000 to 5,000 U/L, about 12 to 15 times an assumed limit",
        "2 or 0.4 g/kg a course, 24 or 4.8 g/kg over twelve planned courses",
        "no effect can be attributed",
    ):
        assert words.lower() in text.lower()


def test_no_work_is_cited_that_was_not_verified(narrative):
    works = plain("\n".join(t for _, n, t in narrative.parts if n.startswith("cited-")))
    assert "Kobayashi S" in works
    assert not re.search("not seen|from memory|not shown|stored", works)


# --- what a story may hold


def test_values_are_said_by_name_in_every_form(toy):
    text = "\n\n".join(
        [
            "# Title",
            "{{ ck.admission }}; {{ ck.admission | number }}; {{ ck.later }}",
            "{{ pulse.courses | words }} of {{ pulse.courses }}",
            "{{ ck.fold.range }}, {{ ck.fold.range | whole }}, {{ ck.fold.range | low }}",
            "{{ pulse.dose_total }} or {{ pulse.dose_total | others }}",
            '{{ pulse.dose_total | under(dose="by-course") | number }}',
            "{{ ck.change.later | direction }} by {{ ck.change.later | size }}",
        ]
    )
    # limit 100 U/L: 200 to 400 is 2 to 4 times; 6 × 30 mg/kg by day, 4 × 10 + 2 × 30 by course
    assert told(toy, text)[1:] == [
        "1,000 U/L; 1,000; more than 300 U/L",
        "Six of 6",
        "2 to 4, 2 to 4, 2",
        "180 mg/kg or 100 mg/kg",
        "100",
        "Changed by a fall of less than 70%, or a rise",
    ]


def test_a_bound_stays_one_when_it_is_rounded_to_a_whole_number(toy):
    change_cell(toy.data / "toy-2000" / "observations.csv", "ck.later", "value", "more than 360")
    # 360 of 100 U/L: more than 3.6, of which "more than 4" would be false
    assert told(toy, "# T\n\nIt was {{ ck.fold.later | whole }}.")[1] == "It was more than 3."


def test_conditions_on_readings_choose_words(toy):
    text = '# T\n\nIt was {% if reading.dose == "by-day" %}daily{% else %}once{% endif %}.\n'
    assert told(toy, text)[1] == "It was daily."
    case = load("toy-2000", where=toy).under({"dose": "by-course"})
    mine = story(case)
    assert mine.told(case, mine.passages[1]) == "It was once."


def test_numbers_are_said_in_the_language_of_the_story(toy):
    text = "# 題\n\n値は{{ ck.later }}、{{ ck.about }}、{{ pulse.courses | words }}。"
    assert told(toy, text, "story.ja.md")[1] == "値は300 U/L超、約500 U/L、6。"


def with_words(toy, above, name="story.ja.md"):
    (toy.data / "toy-2000" / name).write_text(f"{above}# 題\n\n本文。\n", encoding="utf-8")
    return load("toy-2000", where=toy)


def test_words_of_the_case_can_be_said_in_the_language_of_a_story(toy):
    question, label = "By day or by course?", "by day"
    above = f"--- \nwords:\n  # one\n  {question}: 用量の数え方は\n  {label}: 一日量\n---\n"
    case = with_words(toy, above)
    check_stories(case)
    mine = story(case, "ja")
    assert mine.words == {question: "用量の数え方は", label: "一日量"}
    assert [(p.source, p.line) for p in mine.passages if p.line] == [("題", 7), ("本文。", 9)]
    assert story(case).words == {}


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ("---\nwords:\n  By day or by curse?: x\n---\n", "line 3, column words: "),
        ("---\nwords:\n  By day or by curse?: x\n---\n", "did you mean By day or by course?"),
        ("---\nwords:\n  Something else: x\n---\n", "copy a question or a label of case.yaml"),
        ("---\nwords:\n  By day or by course?:\n---\n", "line 3, column By day or by course?"),
        ("---\nwords:\n  By day or by course?: 3通り\n---\n", "no number that the words of"),
        ("---\nwords: [a]\n---\n", "line 2, column words: "),
        ("---\nwords: {}\ntitle: x\nmore: y\n---\n", "line 4, column more: "),
        ('---\nwords:\n  By day or by course?: "a\\eb"\n---\n', "line 3, column By day or by"),
        ("---\nwords:\n  a: b: c\n---\n", "put the text of that line in quotation marks"),
        ("---\nwords:\n  a: b\n", "a second line of ---"),
        ("---\nwords: {abnormal: a, abnormal: b}\n---\n", "each key once"),
    ],
)
def test_a_fault_in_the_words_above_a_story_is_named(toy, above, said):
    with pytest.raises(CaseError) as error:
        check_stories(with_words(toy, above))
    problems = [str(problem) for problem in error.value.problems]
    assert any(said in problem for problem in problems), problems
    assert all("data/toy-2000/story.ja.md" in problem for problem in problems)


def test_words_above_a_story_in_no_other_language_are_no_use(toy):
    above = "---\nwords:\n  By day or by course?: by day?\n---\n"
    with pytest.raises(CaseError, match=r"a story in a language \(ja\)"):
        check_stories(with_words(toy, above, "story.parent.md"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("It was 400.", "a digit in 'It was 400.'"),
        ("投与は１２回。", "a digit in '投与は１２回。'"),
        ("{{ ck.admision }}", "no value 'ck.admision'"),
        ("{{ ck.admision }}", "ck.admission"),
        ("{{ ck.admission | wrods }}", "no form 'wrods'"),
        ('{% if reading.dos == "by-day" %}a{% endif %}', "no reading 'dos'"),
        ('{% if reading.dose == "by-dya" %}a{% endif %}', "no option 'by-dya' of dose"),
        ('{{ ck.later | under(dose="x") }}', "no option 'x' of dose"),
        ("{% if ck.later %}a{% endif %}", "a condition of another form"),
        ("{{ reading.dose }}", "a reading in braces"),
        ('{{ reading.dose == "by-day" }}', "a reading in braces"),
        ("{{ ck.later | low }}", "open there"),
        ("{{ pulse.dose_total | whole(3) }}", "something in brackets"),
        ("{{ ck.admission | others }}", "the same under every option"),
        ("{% for x in ck %}a{% endfor %}", "for in braces"),
        ('{{ "a" * 99 }}', "mul in braces"),
        ("{{ ck.__class__ }}", "no value 'ck.__class__'"),
        ("{{ range(9) }}", "call in braces"),
        ('{{ "4" }}', "a digit that no value carries"),
        ("{{ ck.admission", "open and close braces within one paragraph"),
        ("[fell](findings/fal)", "leads nowhere"),
        ("[fell](somewhere)", "leads nowhere"),
        ("[on day 9](findings/fall)", "a digit in 'on day 9'"),
        ("as said [@nobody_1999]", "no work 'nobody_1999'"),
        ("{{ ck.later | direction }}", "ck.later is no change"),
    ],
)
def test_a_fault_in_a_story_is_named_with_its_line_and_what_mends_it(toy, line, said):
    found = faults(toy, f"# T\n\nFine.\n\n{line}\n")
    assert any(said in problem for problem in found), found
    assert all("data/toy-2000/story.md, line 5" in problem for problem in found)
    assert all("to fix: " in problem for problem in found)


def test_all_faults_of_all_stories_are_named_at_once(toy):
    (toy.data / "toy-2000" / "story.parent.md").write_text("# T\n\n7\n\n{{ no.such }}\n")
    found = faults(toy, "no title\n\n8 or 9\n")
    assert len(found) == 4
    assert "line 1: expected a title" in found[0]


def test_a_story_that_cannot_be_told_stops_the_narrative_and_names_the_fault(toy):
    (toy.data / "toy-2000" / "story.md").write_text("# T\n\n{{ no.such }}\n")
    with pytest.raises(CaseError, match=r"no value 'no\.such'"):
        narrate(load("toy-2000", where=toy))


def test_a_story_in_a_language_without_wording_says_so(toy):
    (toy.data / "toy-2000" / "story.fr.md").write_text("# Titre\n")
    with pytest.raises(CaseError, match="a language that is known: en, ja"):
        check_stories(load("toy-2000", where=toy))


def test_a_file_that_looks_like_a_story_is_not_passed_over(toy):
    (toy.data / "toy-2000" / "story_parent.md").write_text("# T\n")
    with pytest.raises(CaseError, match=r"story_parent\.md: expected story\.md, or story"):
        load("toy-2000", where=toy)


def test_a_name_with_a_digit_is_let_in_where_it_leads_to_the_row_of_that_name(toy):
    change_cell(toy.data / "toy-2000" / "findings.csv", "fall", "name", "fall on day 9")
    assert told(toy, "# T\n\nA [fall on day 9](findings/fall).\n")[1] == "A fall on day 9."


def test_a_form_of_nothing_known_is_an_error_and_not_a_number(toy):
    filler = Placeholders(load("toy-2000", where=toy), language("en"))
    with pytest.raises(StoryError, match="open there"):
        filler.fill("{{ ck.later | high }}")


# --- a case without a story


def test_a_case_without_a_story_gets_a_short_abstract(toy):
    found = narrate(load("toy-2000", where=toy))
    assert [k for k, _, _ in found.parts] == ["h1", "status", "p", "h2", "p", "figure"]
    text = plain(found.parts[4][2])
    assert text.startswith("A man, 40 years old at admission, was diagnosed with toy disease.")
    assert "Creatine kinase: 1,000 U/L (at admission), then " in text
    assert "pulse therapy (6 courses, 180 mg/kg in all)" in text
    assert "fall not before 3 weeks after the first pulse" in text
    assert stray(found.text) == ""


def test_lists_in_sentences():
    assert joined([]) == ""
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert joined(["a, x", "b"]) == "a, x; and b"
    assert joined("abcdefghi", 3) == "a, b, c and others"
    assert plain(sentence_case(mark("findings/x", "creatine kinase"))) == "Creatine kinase"


def test_a_scenario_that_is_not_the_default_says_so(toy):
    text = plain(narrate(load("toy-2000", "small", where=toy)).text)
    assert "Not the curator's default: by course." in text
    assert "100 mg/kg in all" in text
    assert "Not the curator's default" not in plain(narrate(load("toy-2000", where=toy)).text)


# --- the record


def cells(case):
    return [plain(c) for t in record(case) for row in t.rows.values() for c in row]


def test_what_is_open_reads_as_open(toy):
    found = cells(load("toy-2000", where=toy))
    assert "about 500 U/L" in found
    assert "more than 300 U/L" in found
    assert "not before 3 weeks after the first pulse" in found
    assert "late (between 12 and 18 weeks after the first pulse)" in found


def test_an_onset_known_only_as_not_before_is_told_as_one():
    found = cells(opened("imataka-2014"))
    first = "the first course of intravenous immunoglobulin"
    assert f"at {first} or later" in found  # motor function improved
    assert any(f"able to walk unassisted (not before 30 weeks after {first})" in c for c in found)
    assert not any("onwards" in c or "from the first course" in c for c in found)


def test_what_the_copy_lacks_is_not_said_to_be_missing_from_the_report():
    tables = {t.name: t for t in record(opened("imataka-2014"))}
    topics = {plain(row[0]): plain(row[1]) for row in tables["extraction"].rows.values()}
    assert "The copy at hand" in topics["journal"]
    missing = {plain(row[0]) for row in tables["missing"].rows.values()}
    assert "other immunosuppressants" in missing
    assert "journal" not in missing


def test_negative_findings_are_told_as_they_read():
    found = " ".join(cells(opened("imataka-2014")))
    for words in ("muscle tone did not restrict movement", "motor nerve study normal"):
        assert words in found
    assert "abnormality of motor nerves" not in found


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
    text = " ".join(cells(load("toy-2000", where=toy)))
    assert len(rows) == 104
    assert [row["name"] for row in rows if row["name"] not in text] == []


def test_every_number_of_the_markdown_leads_to_a_row_of_its_tables(narrative):
    text = narrative.markdown("../../figures/imataka-2014/course.svg")
    body, _, tables = text.partition("## Values and their sources")
    bare = re.sub(r"!?\[(?:\\.|[^\]\\])*\]\([^)]*\)", "", body)
    assert re.findall(r".*\d.*", bare) == []
    links = set(re.findall(r"\]\(#([^)]+)\)", body))
    assert len(links) > 100
    assert links <= set(re.findall(r'<a id="([^"]+)"></a>', tables))


HOSTILE = "<script>alert(1)</script> [x](javascript:y) `z` | a"


def test_hostile_text_in_data_is_shown_as_text(toy):
    change_cell(toy.data / "toy-2000" / "findings.csv", "weakness", "name", HOSTILE)
    (toy.data / "toy-2000" / "story.parent.md").write_text("# <script>\n\n<b onclick=x>bold</b>\n")
    case = load("toy-2000", where=toy)
    markdown = narrate(case, course(case)).markdown()
    assert "\\[x\\](javascript:y)" in markdown
    assert "\\<script\\>" in markdown
    page = report_page(case).html
    assert 'href="javascript' not in page
    assert "&lt;script&gt;" in page
    assert "<b onclick" not in page


# --- the page's template


def test_the_shipped_template_holds_no_number():
    path = ROOT / "src" / "casetrace" / "page" / "page.html.j2"
    assert check_template(path) == []


def test_a_page_template_may_hold_digits_in_markup_but_not_in_text(tmp_path):
    path = tmp_path / "x.html.j2"
    path.write_text("<style>p { margin: 2rem }</style>\n<h2>Fine</h2>\n<p>It took 5 years.</p>\n")
    found = check_template(path)
    assert len(found) == 2
    assert all("line 3" in p for p in found)


def test_the_parts_of_a_story_are_the_same_however_the_readings_stand():
    case = opened("imataka-2014")
    kinds = [(kind, name) for kind, name, _ in passages(case, story(case))]
    for switch in singles(case):
        other = case.under(switch)
        assert [(k, n) for k, n, _ in passages(other, story(other))] == kinds, switch


def test_an_abstract_names_no_more_than_it_has(toy):
    assert all(said.endswith(".") for said in sentences(load("toy-2000", where=toy)))
