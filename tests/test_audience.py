"""One case told to several audiences: same values, same tracing, other words."""

import re
import shutil

import pytest
from conftest import ROOT, change_cell, opened

from casetrace.case.load import load
from casetrace.case.problems import CaseError, UsageError
from casetrace.cli import main
from casetrace.curate.missing_words import missing_words
from casetrace.display.trace import is_traced, plain, replace_marks, split
from casetrace.narrative import audience as room
from casetrace.narrative import narrate
from casetrace.narrative.audience import audience, audiences
from casetrace.page.variants import singles
from casetrace.quantity import parse
from casetrace.questions.values import headline

CASES = sorted(p.parent.name for p in (ROOT / "data").glob("*/case.yaml"))
NAMES = ["summary", "parent", "ja"]


NUMBER = re.compile(r"\d[\d.,]*\d|\d")


def say(name, text, unit="1", **more):
    return audience(name).wording.text(parse(text, unit), **more)


def traced(told):
    return [(key, words) for _, text in told.parts for key, words, _ in split(text) if key]


# --- every audience


def test_the_clinician_comes_first():
    assert [to.name for to in audiences()] == ["summary", "parent", "ja"]
    assert [audience(n).file for n in NAMES] == ["summary.md", "summary.parent.md", "summary.ja.md"]
    assert [audience(n).language for n in NAMES] == ["en", "en", "ja"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", CASES)
def test_every_digit_is_traced_and_every_trace_resolves(case, name):
    opened = load(case)
    told = narrate(opened, audience=name)
    assert is_traced(told.text)
    keys = {key for key, _ in traced(told)}
    assert len(keys) > 20
    for key in keys - set(told.values):
        assert opened.describe(key)["file"].startswith("data/"), key
    linked = set(re.findall(r"\]\(#([^)]+)\)", told.markdown()))
    anchors = set(re.findall(r'<a id="([^"]+)"></a>', told.markdown()))
    assert linked
    assert linked <= anchors


@pytest.mark.parametrize("name", NAMES)
def test_a_value_has_the_same_digits_for_every_audience(name):
    case = opened("imataka-2014")
    values = headline(case)
    digits = {key: NUMBER.findall(q.text()) for key, q in values.items()}
    said = {key: set() for key in values}
    for key, words in traced(narrate(case, audience=name)):
        if key in values and not values[key].levels:
            said[key].add(tuple(NUMBER.findall(words)))
    told = {key: seen - {()} for key, seen in said.items() if seen}
    assert len(told) > 20
    for key, seen in told.items():
        if key.startswith("ck.change"):  # a fall is said without its sign, nearest bound first
            assert set(*seen) <= set(digits[key]), key
        else:
            assert seen == {tuple(digits[key])}, key


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_are_the_same_however_the_readings_stand(name):
    case = opened("imataka-2014")
    kinds = [kind for kind, _ in narrate(case, audience=name).parts]
    for switch in singles(case):
        told = narrate(case.under(switch), audience=name)
        assert [kind for kind, _ in told.parts] == kinds, switch
        assert is_traced(told.text)


@pytest.mark.parametrize("name", NAMES)
def test_a_switched_reading_is_said_and_its_values_follow(toy, name):
    home = narrate(load("toy-2000", where=toy), audience=name)
    small = narrate(load("toy-2000", "small", where=toy), audience=name)
    assert small.text != home.text
    status = [dict(told.parts).get("status", "") for told in (home, small)]
    assert status[0] == ""
    assert status[1]


# --- words of bounds


def test_bounds_in_japanese():
    assert say("ja", "about 1000", "U/L") == "約1,000 U/L"
    assert say("ja", "more than 8000", "U/L") == "8,000 U/L超"
    assert say("ja", "at least 1.5", "mo") == "1.5か月以上"
    assert say("ja", "less than 3", "wk") == "3週未満"
    assert say("ja", "at most 1", "wk") == "1週以下"
    assert say("ja", "30 to 34", "wk") == "30〜34週"
    assert say("ja", "65 to 72", "%") == "65〜72%"
    assert say("ja", "12") == "12"


def test_bounds_for_a_parent():
    assert say("parent", "more than 8000", "U/L") == "more than 8,000 units per litre"
    assert say("parent", "2", "mg/kg/d") == "2 mg a day for each kilogram of body weight"
    assert say("parent", "1", "wk") == "1 week"


def test_a_share_below_all_of_it_reads_as_nearly_all_in_every_language():
    share = parse("1.742", "%") + parse("0 to 98.2578", "%")
    assert share.text() == "1.74% to nearly 100%"
    assert audience("ja").wording.text(share) == "1.74%〜ほぼ100%"


def test_an_unknown_phrase_or_audience_is_a_clear_error():
    with pytest.raises(KeyError, match=r"parent\.md\.j2: no phrase 'sung'"):
        audience("parent").phrase("sung", words="la")
    with pytest.raises(UsageError, match=r"no audience 'parents'.*parent"):
        narrate(opened("imataka-2014"), audience="parents")


# --- reading age


def grades(text):
    """School grade by two formulas that count letters, words and sentences.

    Coleman M, Liau TL, J Appl Psychol 1975;60:283-284; automated readability index, Smith EA,
    Senter RJ, AMRL-TR-66-220, 1967.
    """
    sentences = [s for s in re.split(r"(?<=[.?!])\s+|\n+", text) if re.search("[a-z]", s)]
    words = re.findall(r"[A-Za-z][A-Za-z'-]*", text)
    letters = sum(len(re.sub("[^A-Za-z]", "", w)) for w in words) / len(words)
    by_words = len(words) / len(sentences)
    return 5.88 * letters - 29.6 / by_words - 15.8, 4.71 * letters + 0.5 * by_words - 21.43


def body(told):
    text, *_ = re.split(r"\n## (?:Where does this come from|The report)", plain(told.text))
    return re.sub(r"COURSE-FIGURE|[*#]", "", text)


def test_the_formulas_tell_plain_words_from_a_textbook():
    plain_words = "The cat sat on the mat. It was a big cat. It had a red hat on."
    textbook = (
        "Pharmacokinetic characterisation of immunoglobulin replacement necessitates consideration "
        "of interindividual variability in physiological clearance mechanisms throughout childhood."
    )
    assert max(grades(plain_words)) < 2
    assert min(grades(textbook)) > 20


def test_the_words_for_a_parent_can_be_read_at_twelve():
    case = opened("imataka-2014")
    for_parent = grades(body(narrate(case, audience="parent")))
    for_clinician = grades(body(narrate(case)))
    assert max(for_parent) <= 7  # age is grade and five
    assert min(for_clinician) > max(for_parent) + 2


# --- words of the data


def test_a_name_without_words_stands_as_in_the_data_and_is_listed(toy):
    folder = toy.data / "toy-2000"
    (folder / "words.ja.csv").write_text("text,words\nswelling,腫れ\n")
    told = narrate(load("toy-2000", where=toy), audience="ja")
    assert told.unsaid
    found = [str(p) for p in missing_words(load("toy-2000", where=toy))]
    assert len(found) == len(told.unsaid) + ("swelling" not in told.narrator.asked)
    assert all("data/toy-2000/words.ja.csv" in p for p in found)
    name = told.unsaid[0]
    with (folder / "words.ja.csv").open("a") as file:
        file.write(f'"{name}",別の言葉\n')
    again = narrate(load("toy-2000", where=toy), audience="ja")
    assert name not in again.unsaid
    assert "別の言葉" in plain(again.text)


def test_words_that_nothing_in_the_data_asks_for_are_listed(toy):
    path = toy.data / "toy-2000" / "words.parent.csv"
    path.write_text("text,words\nno such text,nothing\n")
    assert ["no such text" in str(p) for p in missing_words(load("toy-2000", where=toy))] == [True]
    path.unlink()
    assert missing_words(load("toy-2000", where=toy)) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("about 5 days,about 6 days", "row 2, column words: found 'about 6 days'; expected 5"),
        ("some days,７ days", "expected no number"),
        ("some days,", "expected a text and its words"),
        ("a,b\na,c", "row 3, column text: found 'a'; expected each text once"),
    ],
)
def test_words_that_do_not_hold_are_named(toy, row, message):
    path = toy.data / "toy-2000" / "words.ja.csv"
    path.write_text(f"text,words\n{row}\n")
    with pytest.raises(CaseError, match=re.escape(message)) as error:
        load("toy-2000", where=toy)
    assert "data/toy-2000/words.ja.csv" in str(error.value)


def test_a_words_file_is_named_after_an_audience(toy):
    (toy.data / "toy-2000" / "words.Ja.csv").write_text("text,words\na,b\n")
    with pytest.raises(CaseError, match=r"words\.Ja\.csv"):
        load("toy-2000", where=toy)


@pytest.mark.parametrize("name", ["parent", "ja"])
def test_hostile_words_are_shown_as_text(toy, name):
    asked = narrate(load("toy-2000", where=toy), audience=name).narrator.asked
    rows = "".join(f'"{text}","<script>alert()</script> [x](javascript:y)"\n' for text in asked)
    (toy.data / "toy-2000" / f"words.{name}.csv").write_text(f"text,words\n{rows}")
    text = narrate(load("toy-2000", where=toy), audience=name).markdown()
    assert text.count("\\<script\\>") > 10
    assert not re.search(r"(?<!\\)<script", text)
    assert not re.search(r"(?<!\\)\[x", text)


def test_hostile_text_anywhere_in_the_case_is_shown_as_text(toy):
    path = toy.data / "toy-2000" / "case.yaml"
    path.write_text(
        path.read_text()
        .replace("title: A toy case", "title: A <script> [x](y) case of the year 2000")
        .replace("noun: man", "noun: <script> man")
        .replace("phrase: admission", "phrase: <script> admission")
        .replace("name: toy disease", "name: <script> type 2 disease")
    )
    for name in NAMES:
        text = narrate(load("toy-2000", where=toy), audience=name).markdown()
        assert text.count("\\<script\\>") >= 4
        assert not re.search(r"(?<!\\)<script", text)


def test_a_new_audience_is_one_file(toy, tmp_path, monkeypatch):
    for path in room.FOLDER.glob("*.j2"):
        shutil.copy(path, tmp_path)
    (tmp_path / "nurse.md.j2").write_text(
        "---\ntitle: For a nurse\nlanguage: en\nlike: parent\nquantities:\n"
        "  more_than: 'over {number}'\n---\n{% block title %}\n# {{ head.title }}\n\n"
        '{{ status }}\n{{ paragraph }}Aged {{ value("subject.age") }}.\n{% endblock %}\n'
    )
    monkeypatch.setattr(room, "FOLDER", tmp_path)
    room.audience.cache_clear()
    try:
        assert [to.name for to in room.audiences()] == ["summary", "nurse", "parent", "ja"]
        told = narrate(load("toy-2000", where=toy), audience="nurse")
        assert plain(told.parts[-1][1]) == "Aged 40 years."
        assert told.audience.wording.text(parse("more than 3", "U/L")) == "over 3 units per litre"
        (tmp_path / "loose.md.j2").write_text("---\ntitle: x\nlanguage: en\n---\n# x\n")
        with pytest.raises(ValueError, match=r"loose\.md\.j2: .* block"):
            room.audience("loose")
    finally:
        room.audience.cache_clear()


def test_check_warns_of_words(copy, capsys, monkeypatch):
    monkeypatch.setenv("CASETRACE_ROOT", str(copy.root))
    path = copy.data / "imataka-2014" / "words.parent.csv"
    path.write_text(path.read_text() + "no such text,nothing\n")
    assert main(["check", "imataka-2014"]) == 0
    assert "no such text" in capsys.readouterr().out


def test_a_name_without_words_is_traced_all_the_same(toy):
    change_cell(toy.data / "toy-2000" / "findings.csv", "weakness", "name", "sore <b>arm</b>")
    told = narrate(load("toy-2000", where=toy), audience="ja")
    seen = []
    replace_marks(told.text, lambda key, words: seen.append(words) or "")
    assert "sore <b>arm</b>" in seen
