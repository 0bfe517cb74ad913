import re

import pytest
from conftest import ROOT, change_cell

from casetrace.case.fields import MAX_WORDS
from casetrace.case.load import check, load
from casetrace.case.problems import CaseError, UsageError
from casetrace.case.record import readings_of
from casetrace.case.rows import KEYS, TABLES
from casetrace.curate.dictionary import dictionary
from casetrace.curate.quotations import quotations

ALL_CASES = sorted(p.parent.name for p in (ROOT / "data").glob("*/case.yaml"))


def table(project, name):
    return project.data / "toy-2000" / f"{name}.csv"


def problems(project):
    return [str(p) for p in check("toy-2000", project)[0]]


def only(project):
    found = problems(project)
    assert len(found) == 1, found
    return found[0]


# --- what is right


def test_the_toy_case_holds(toy):
    assert check("toy-2000", toy) == ([], [])


@pytest.mark.parametrize("case", ALL_CASES)
def test_every_committed_case_holds_under_every_option_of_every_reading(case):
    assert check(case)[0] == []


@pytest.mark.parametrize("case", ALL_CASES)
def test_no_quotation_is_longer_than_eight_words_or_a_sentence(case):
    for source, words in quotations(load(case)):
        assert 0 < len(words.split()) <= MAX_WORDS == 8, source
        assert not re.search(r"[a-z]\.$", words), source


@pytest.mark.parametrize("case", ALL_CASES)
def test_every_reading_has_words_or_is_an_assumption_and_every_option_sets_something(
    case,
):
    head = load(case).head
    for name, reading in head.readings.items():
        assert reading.as_reported or reading.kind == "assumption", name
        for key, option in reading.options.items():
            assert bool(option.sets) == (key != reading.default), f"{name}={key}"


# --- CSV as people save it


@pytest.mark.parametrize(
    "saved",
    [
        lambda t: t.replace("\n", "\r\n").encode(),
        lambda t: b"\xef\xbb\xbf" + t.encode(),
        lambda t: t.replace(",", ";").encode(),
        lambda t: t.replace(",", "\t").encode(),
        lambda t: (t + ",,,,,,,,,,\n\n").encode(),
        lambda t: "\n".join(f"{line},," for line in t.splitlines()).encode(),
    ],
    ids=["windows", "bom", "semicolon", "tab", "empty rows", "empty columns"],
)
def test_a_table_saved_by_excel_or_libreoffice_is_read(toy, saved):
    path = table(toy, "findings")
    path.write_bytes(saved(path.read_text()))
    assert problems(toy) == []


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        (lambda t: t.encode("utf-16"), "UTF-16"),
        (lambda t: t.replace("weakness", "Schwäche", 1).encode("cp1252"), "CSV UTF-8"),
        (lambda t: b"PK\x03\x04\x00\x00" + t.encode(), "binary"),
        (lambda t: t.replace("weakness", '"weakness', 1).encode(), "quotation mark"),
        (lambda t: b"", "column"),
    ],
    ids=["utf-16", "cp1252", "a spreadsheet", "open quotation mark", "empty"],
)
def test_a_table_that_cannot_be_read_is_explained(toy, saved, said):
    path = table(toy, "findings")
    path.write_bytes(saved(path.read_text()))
    assert any(said in p and "findings.csv" in p for p in problems(toy)), problems(toy)


# --- what is wrong: file, row, column, value, expected, fix


def test_a_misspelt_column_names_the_nearest(toy):
    path = table(toy, "observations")
    path.write_text(path.read_text().replace(",value,", ",valeu,", 1))
    found = problems(toy)
    assert any(
        "observations.csv, row 1, column valeu" in p and "did you mean value?" in p for p in found
    )


@pytest.mark.parametrize(
    ("name", "key", "column", "value", "said"),
    [
        ("observations", "ck.admission", "value", "14,420", "leave out the comma: 14420"),
        ("observations", "ck.admission", "value", "0,3", "write a decimal point: 0.3"),
        ("observations", "ck.admission", "value", ">8000", "write more than 8000"),
        ("observations", "ck.admission", "value", "4000-5000", "write 4000 to 5000"),
        ("observations", "ck.admission", "value", "9 to 8", "first number must be the smaller"),
        ("observations", "ck.admission", "value", "", "give value, the number"),
        ("observations", "ck.admission", "place", "", "a value, not nothing"),
        ("observations", "ck.admission", "as_reported", "", "a value, not nothing"),
        ("findings", "weakness", "name", "", "for example 'waddling gait'"),
        ("observations", "ck.admission", "unit", "IU/l", "write U/L"),
        ("observations", "ck.admission", "clock", "admision", "did you mean admission?"),
        ("observations", "ck.admission", "time_unit", "U/L", "a unit of time"),
        ("observations", "ck.admission", "time", "", "a clock needs a time"),
        ("observations", "ck.admission", "code", "2157-6", "system and code go together"),
        ("observations", "ck.admission", "id", "CK admission", "lower-case letters"),
        ("observations", "ck.admission", "occasion", "after 2 weeks", "here write only words"),
        ("treatments", "pulse.first", "interval", "0", "an interval is longer than 0"),
        ("treatments", "pulse.first", "interval_unit", "", "interval '2' needs a interval_unit"),
        ("observations", "ck.later", "time", "7 to 9", "a course from 1 to 6"),
        ("observations", "ck.later", "clock", "admission", "drug is given in courses"),
        ("findings", "weakness", "state", "present", "one of 'observed'"),
        ("findings", "weakness", "kind", "sgn", "did you mean sign?"),
        ("findings", "fever", "as_reported", "fever", "words need their place"),
        ("findings", "rash", "as_reported", "", "needs as_reported and place"),
        ("findings", "rash", "as_reported", "a b c d e f g h i", "at most 8 words, found 9"),
        ("findings", "rash", "as_reported", "There was no rash.", "never a sentence"),
        ("findings", "weakness", "event", "yes", None),
        ("findings", "fever", "event", "yes", "needs a clock"),
        ("findings", "weakness", "related_to", "puls", "did you mean pulse?"),
        ("findings", "weakness", "site_code", "UBERON:1", "codes.csv"),
        ("treatments", "pulse.first", "id", "other.first", "must begin with the drug"),
        ("treatments", "pulse.first", "courses", "2.5", "whole number"),
        ("treatments", "pulse.first", "courses", "4 to 6", "a whole number, or in the last block"),
        ("treatments", "pulse.first", "courses", "at least 4", "in the last block of a drug"),
        ("treatments", "pulse.second", "courses", "at least 2.5", "at least so many"),
        ("treatments", "pulse.second", "courses", "about 2", "a whole number"),
        ("treatments", "pulse.second", "courses", "at least 2", None),
        ("treatments", "pulse.second", "follows", "pulse.frist", "did you mean pulse.first?"),
        ("treatments", "pulse.second", "dose_per", "", "by day or by course"),
        ("observations", "ck.about", "unit", "{titer}", "a measure of its own"),
        ("treatments", "pulse.second", "dose_unit", "mg", "a drug name of its own"),
        ("treatments", "pulse.first", "total_unit", "g", "a unit that mg/kg converts to"),
        ("motor", "last", "grade", "1 to 4", "grades from 1 to 3"),
        ("motor", "last", "grade", "at least 2", "both bounds given"),
        ("motor", "last", "scale", "wlak", "did you mean walk?"),
        ("care", "1", "item", "9z", "reference/care.csv"),
        ("register", "r1", "kind", "ambiguity", "needs as_reported and place"),
        ("register", "r1", "consequence", "24 g/kg", "no digits"),
    ],
)
def test_a_faulty_cell_is_named_with_what_was_expected(toy, name, key, column, value, said):
    change_cell(table(toy, name), key, column, value)
    found = problems(toy)
    if said is None:
        assert found == []
        return
    assert any(f"{name}.csv" in p and said in p for p in found), found
    assert any(f"({key})" in p or value in p for p in found)


@pytest.mark.parametrize(
    ("told", "value", "said"),
    [
        ("percent", "0", "a value of ck.admission that is not 0"),
        ("factor", "0", "a value of ck.admission that is not 0"),
        ("percent", "0 to 5", None),  # may be more: the change is open, not undefined
        ("difference", "0", None),
    ],
)
def test_nothing_is_compared_with_nought_in_parts(toy, told, value, said):
    change_cell(table(toy, "observations"), "ck.admission", "value", value)
    change_cell(table(toy, "observations"), "ck.admission", "as_reported", f"CK {value}")
    path = toy.data / "toy-2000" / "case.yaml"
    pair = "new: ck.later"
    path.write_text(path.read_text().replace(pair, f"{pair}, told: {told}"))
    found = problems(toy)
    assert [p for p in found if not (said and said in p)] == [], found
    assert bool(found) == bool(said)


def test_no_rate_is_told_over_no_time(toy):
    path = toy.data / "toy-2000" / "case.yaml"
    old = "new: ck.later"
    same = "new: ck.admission, told: rate, rate_unit: d"
    path.write_text(path.read_text().replace(old, same))
    (found,) = problems(toy)
    assert "two times apart" in found


def test_all_faults_are_reported_at_once(toy):
    care = table(toy, "care")
    care.write_text(care.read_text().replace("met", "mett"))
    path = toy.data / "toy-2000" / "case.yaml"
    path.write_text(path.read_text().replace("noun: man", "nuon: man"))
    change_cell(table(toy, "observations"), "ck.admission", "unit", "IU/l")
    change_cell(table(toy, "findings"), "weakness", "state", "present")
    change_cell(table(toy, "treatments"), "pulse.first", "dose", "ten")
    with pytest.raises(CaseError, match="7 problems"):
        load("toy-2000", where=toy)
    assert {p.file.split("/")[-1] for p in check("toy-2000", toy)[0]} == {
        "care.csv",
        "case.yaml",
        "observations.csv",
        "findings.csv",
        "treatments.csv",
    }


def test_an_id_given_twice_names_the_other_row(toy):
    change_cell(table(toy, "findings"), "rash", "id", "weakness")
    assert "the other is in row 2" in only(toy)


def test_a_row_with_too_many_cells_is_named(toy):
    path = table(toy, "care")
    path.write_text(path.read_text().replace("1,yes,", "1,yes,why,more"))
    assert any("row 2" in p and "found 4" in p for p in problems(toy))


def test_a_number_with_a_comma_that_splits_its_cell_is_recognised(toy):
    path = table(toy, "observations")
    path.write_text(path.read_text().replace(",1000,", ",14,420,"))
    assert "row 2 (ck.admission)" in only(toy)
    assert "write 14420 for 14,420" in only(toy)


def test_a_missing_file_says_which_columns_it_needs(toy):
    table(toy, "motor").unlink()
    assert "motor.csv" in only(toy)
    assert "grade" in only(toy)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("year: 2000", "year: soon", "citation.year"),
        ("year: 2000", "year: 2000, published: 6 Feb 2000", "YYYY-MM-DD"),
        ("sex: male", "sex: no", "sex"),
        ('age: "40"', "age: 40", "put quotation marks around it"),
        ("noun: man", "nuon: man", "did you mean noun?"),
        ("id: toy-2000", "id: toy-1999", "the name of the folder, toy-2000"),
        ("main_measure: ck", "main_measure: ast", "a measure of observations.csv"),
        ("old: ck.admission", "old: ck.admision", "did you mean ck.admission?"),
        ("upper_limit: {ck: ck_low}", "upper_limit: {ck: ck_lwo}", "did you mean ck_low?"),
        ("default: by-day", "default: by-week", "is not one of by-day, by-course"),
        ("first/dose_per: course", "first/dose_pre: course", "did you mean dose_per?"),
        (
            "consequence: more}",
            "consequence: more, sets: {treatments/pulse.first/dose_per: day}}",
            "the tables hold what is default",
        ),
        ("sets: {uses/upper_limit/ck: ck_high}", "sets: {}", "must set a cell"),
        (
            "treatments/pulse.first/dose_per: course",
            "treatments/puls/dose_per: course",
            "row of treat",
        ),
        ("dose_per: course", "dose_per: week", "under dose=by-course"),
        ("readings: {dose: by-course}", "readings: {dos: by-course}", "did you mean dose?"),
        ("title: A toy case", "title: A toy case\ntitle: Another", "each key once"),
        ("  sex: male", " sex: male", "valid YAML"),
        ("phrase: admission", "phrase: day 2 on the ward", "no digits"),
        ("    gap_unit: wk\n", "", "gap 'at least 2' needs a gap_unit"),
        ("age_unit: a", 'age_unit: ""', "age '40' needs a age_unit"),
    ],
)
def test_a_fault_in_case_yaml_is_named_with_its_line(toy, old, new, said):
    path = toy.data / "toy-2000" / "case.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = problems(toy)
    assert any("case.yaml" in p or "under dose" in p for p in found), found
    assert any(said in p for p in found), found
    assert all("line" in p or "row" in p for p in found), found


def test_a_number_that_the_quoted_words_do_not_hold_is_a_warning(toy):
    change_cell(table(toy, "observations"), "ck.admission", "value", "1100")
    errors, warnings = check("toy-2000", toy)
    assert errors == []
    assert "found '1100'" in str(warnings[0])
    assert "CK 1000 U/L" in str(warnings[0])


def test_a_table_with_a_misspelt_name_is_not_passed_over(toy):
    table(toy, "motor").rename(table(toy, "motors"))
    found = "\n".join(problems(toy))
    assert "motors.csv: expected a known table" in found
    assert "did you mean motor?" in found


def test_a_syntax_fault_in_case_yaml_brings_no_false_errors(toy):
    path = toy.data / "toy-2000" / "case.yaml"
    path.write_text(path.read_text().replace("  sex: male", " sex: male"))
    assert "valid YAML" in only(toy)


def test_a_reference_without_a_known_citation_is_refused(toy):
    change_cell(toy.reference / "limits.csv", "ck_low", "citation", "hearsay")
    assert "bibliography.csv" in only(toy)


# --- names


def test_an_unknown_case_scenario_reading_or_option_names_the_nearest(toy):
    for arguments, said in [
        (("toy-200",), "did you mean toy-2000?"),
        (("toy-2000", "smal"), "did you mean small?"),
        (("toy-2000", "dos=by-course"), "did you mean dose?"),
        (("toy-2000", "dose=by-curse"), "did you mean by-course?"),
    ]:
        with pytest.raises(UsageError, match=re.escape(said)):
            load(*arguments, where=toy)


@pytest.mark.parametrize("name", ["../toy-2000", "/etc", "", ".", "reference"])
def test_a_case_name_cannot_leave_the_data_folder(toy, name):
    with pytest.raises(UsageError, match="no case"):
        load(name, where=toy)


# --- readings


def test_a_reading_changes_its_cell_and_the_quantity_remembers_it(toy):
    case = load("toy-2000", "small", where=toy)
    assert case.get("treatments", "pulse.first").dose_per == "course"
    assert case.get("treatments", "pulse.second").dose_per == "day"
    assert readings_of(case.get("treatments", "pulse.first"), "dose_per") == {"dose"}


def test_scenarios_and_single_readings_join(toy):
    case = load("toy-2000", "small+limit=high", where=toy)
    assert dict(case.chosen) == {"dose": "by-course", "limit": "high"}
    assert not case.is_default
    assert load("toy-2000", where=toy).is_default


# --- dictionary


def test_the_data_dictionary_is_what_the_models_give():
    assert (ROOT / "data" / "README.md").read_text() == dictionary(), "run: make dictionary"


def test_the_dictionary_names_every_column_of_every_table():
    text = dictionary()
    for name, model in TABLES.items():
        assert f"### {name}.csv" in text
        for column in model.model_fields:
            assert f"`{column}`" in text
    assert KEYS["care"] in TABLES["care"].model_fields


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "said"),
    [
        ("pk_models", "cheng_2026", "cl_l_d", "about 0.3", "a plain number, such as 14.5"),
        ("criteria", "eular_acr.heliotrope", "points_biopsy", "2 to 3", "a plain number"),
        ("studies", "al_mayouf_2000", "of", "", "improved and of go together"),
        ("studies", "al_mayouf_2000", "improved", "19", "is more than of '18'"),
    ],
)
def test_a_reference_number_that_cannot_be_computed_with_is_named(
    copy, table, key, column, value, said
):
    change_cell(copy.reference / f"{table}.csv", key, column, value)
    problems, _ = check("imataka-2014", copy)
    assert any(said in str(p) and f"{table}.csv" in str(p) and key in str(p) for p in problems)
