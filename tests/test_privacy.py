"""What could identify a patient is found, named with its place, and refused."""

import json
import re

import pytest
from conftest import casetrace, change_cell, csv_text
from hypothesis import given
from hypothesis import strategies as st

from casetrace.case.load import check, load
from casetrace.case.privacy import KINDS, found_in
from casetrace.case.problems import CaseError
from casetrace.curate.notebook_privacy import identifying, in_notebooks, words_of_data
from casetrace.narrative import narrate
from casetrace.page import report_page

#: Made up, as these identifiers are usually written.
EXAMPLES = {
    "name": ["Mr Smith", "Mrs. O'Neil", "Dr. House", "J. S.", "J.S.", "a boy named Tom"],
    "geography": [
        "SW1A 1AA", "〒100-0001", "ZIP: 90210", "postcode 12345", "12 Long Hill Road",
        "35.6895, 139.6917", "51° 30'",
    ],
    "date": [
        "2014-02-06", "2014.2.6", "2014/2/6", "06.02.2014", "6/2/14", "on 6 February",
        "6th of February 2014",
        "February 6, 2014", "Feb 2014", "2014-02", "20140206", "2014年2月6日", "2月6日",
    ],
    "age": ["a 93-year-old man", "93 years old", "aged 101", "93歳"],
    "telephone": ["+81 282 86 1111", "tel. 0282861111", "(555) 123-4567", "555-123-4567"],
    "fax": ["fax: 0282861111"],
    "email": ["someone@example.org"],
    "social security": ["123-45-6789"],
    "medical record": ["MRN 12345", "hospital no. 4711", "Record #A123", "943 476 5919"],
    "health plan": ["insurance no. 12345", "NHS number 943 476"],
    "account": ["account number 99887", "GB82 1234 5698 7654"],
    "licence": ["passport no. X123456", "license # 881"],
    "vehicle": ["1HGCM82633A004352", "license plate AB 1234"],
    "device": ["serial no. AX-99", "pacemaker ID 7781", "(01)00844588003288"],
    "url": ["https://example.org/x", "www.example.org"],
    "ip address": ["192.168.1.20"],
    "biometric": ["a fingerprint", "voice prints"],
    "other number": ["12345678"],
}  # fmt: skip

HARMLESS = [
    "(CPK) = 14,420 IU/l", "about 1,000 IU/l after 1.5 months", "400 mg/kg/5 days every 6 weeks",
    "HP:0002633", "2157-6", "MR imaging", "aged 89", "89-year-old", "between 4,000 and 5,000",
    "grade 3/5", "in 2014", "may 5 days pass", "the lot was given", "1:5,120", "E. coli", "10.5",
    "5 to 6", "0.123", "more than 8000", "H02AB06", "MONDO:0008054", "100000", "half-life 22.5 d",
    "prof. not named", "case 2 of 3", "1250000.5", "1988.1", "2000 to 5000", "2000-5000",
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in EXAMPLES.items() for text in texts]
)
def test_each_kind_is_found_as_it_is_usually_written(kind, text):
    assert kind in {found.name for found, _ in found_in(f"seen ({text}), then well")}
    assert kind in {found.name for found, _ in found_in(text)}


@pytest.mark.parametrize("text", HARMLESS)
def test_what_a_report_of_a_disease_holds_is_not_taken_for_one(text):
    assert list(found_in(text)) == []


def test_the_kinds_are_the_eighteen_of_the_rule():
    # 45 CFR 164.514(b)(2)(i): (A) to (R); (C) is split here into dates and ages
    assert len(KINDS) == 19
    assert set(EXAMPLES) | {"picture"} == {kind.name for kind in KINDS}


@given(st.text(max_size=200))
def test_any_text_can_be_looked_through(text):
    for kind, words in found_in(text):
        assert words in text
        assert kind in KINDS


@pytest.mark.parametrize(
    ("table", "key", "column", "text", "told"),
    [
        ("observations", "ck.later", "note", "seen on 6 February 2014",
         "observations.csv, row 3 (ck.later), column note: found '6 February'; expected nothing "
         "that could identify a patient; this looks like a calendar date"),
        ("findings", "rash", "name", "rash of Mr Smith",
         "findings.csv, row 4 (rash), column name: found 'Mr Smith'"),
        ("register", "r1", "statement", "write to a@b.org", "column statement: found 'a@b.org'"),
        ("treatments", "pulse.first", "note", "lot no. 12345", "note: found 'lot no. 12345'"),
    ],
)  # fmt: skip
def test_a_hit_is_named_with_file_row_and_column(toy, table, key, column, text, told):
    change_cell(toy.data / "toy-2000" / f"{table}.csv", key, column, text)
    with pytest.raises(CaseError) as error:
        load("toy-2000", where=toy)
    assert told in str(error.value)
    assert "disclosures.csv" in str(error.value)
    assert check("toy-2000", toy)[0]


def edit(toy, old, new):
    path = toy.data / "toy-2000" / "case.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: A toy case", "title: A case of 2 May", "case.yaml, line 2, column title"),
        ("title: A toy case", "title: A toy case  # chart no. 4711", "column line 2: found 'chart"),
        ('age: "40"', 'age: "93"', "column age: found '93'"),
        ('age: "40"', 'age: "85 to 95"', "column age: found '85 to 95'"),
        ("question: Which limit?", "question: Which (www.x.org)?", "column question"),
    ],
)
def test_the_head_is_looked_through_and_its_notes(toy, old, new, told):
    edit(toy, old, new)
    with pytest.raises(CaseError) as error:
        load("toy-2000", where=toy)
    assert told in str(error.value)


def test_an_age_over_the_limit_is_found_in_any_unit(toy):
    edit(toy, "age_unit: a", "age_unit: mo")
    edit(toy, 'age: "40"', 'age: "1200"')  # a hundred years
    with pytest.raises(CaseError, match="column age: found '1200'"):
        load("toy-2000", where=toy)


@pytest.mark.parametrize("age", ["89", "at least 90", "more than 89", "80 to 89"])
def test_an_age_that_the_rule_allows_is_let_through(toy, age):
    edit(toy, 'age: "40"', f'age: "{age}"')
    load("toy-2000", where=toy)


def test_the_date_of_the_report_is_not_the_patients(toy):
    edit(toy, "year: 2000,", "year: 2000, published: 2000-02-03, doi: 10.1000/12345678,")
    load("toy-2000", where=toy)


@pytest.mark.parametrize("name", ["face.jpg", "scan.DCM", "report.pdf", "x.tiff"])
def test_a_picture_or_document_in_the_folder_is_refused(toy, name):
    (toy.data / "toy-2000" / name).write_bytes(b"\x00")
    with pytest.raises(CaseError, match=re.escape(name)):
        load("toy-2000", where=toy)


def test_stories_are_looked_through(toy):
    path = toy.data / "toy-2000" / "story.parent.md"
    path.write_text("# T\n\nWeak since 5 May.\n")
    with pytest.raises(CaseError, match=r"story\.parent\.md, line 3.*'5 May"):
        load("toy-2000", where=toy)


def disclose(toy, *rows):
    columns = ["id", "row", "field", "kind", "reason"]
    text = csv_text(columns, [dict(zip(columns, row, strict=True)) for row in rows])
    (toy.data / "toy-2000" / "disclosures.csv").write_text(text)


def test_what_is_disclosed_with_a_reason_is_let_through_and_printed(toy):
    change_cell(toy.data / "toy-2000" / "findings.csv", "rash", "note", "shown to Dr House")
    reason = "the name of a made-up physician"
    disclose(toy, ("d1", "findings/rash", "note", "name", reason))
    case = load("toy-2000", where=toy)
    told = re.sub(r"\]\([^)]*\)", "]", narrate(case).markdown())
    assert f"[a name that is printed here] | [{reason}]" in told
    assert "Disclosed on purpose" in report_page(case).html
    # for that cell alone
    change_cell(toy.data / "toy-2000" / "findings.csv", "fever", "note", "shown to Dr House")
    with pytest.raises(CaseError, match="fever"):
        load("toy-2000", where=toy)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("d1", "findings/rash", "note", "name", "x"), "row"),  # nothing is found there
        (("d1", "findings/rash", "note", "name", ""), "reason"),
        (("d1", "findings/rash", "note", "nonsense", "x"), "row"),
    ],
)
def test_a_disclosure_needs_something_to_disclose_and_a_reason(toy, row, column):
    disclose(toy, row)
    with pytest.raises(CaseError, match=rf"disclosures\.csv, row 2.*column {column}"):
        load("toy-2000", where=toy)


def test_nothing_is_written_of_a_case_with_a_hit(copy):
    change_cell(copy.data / "imataka-2014" / "care.csv", "1", "note", "seen on 2014-02-06")
    before = {p: p.read_bytes() for p in copy.root.rglob("*") if p.is_file()}
    for command in (("build",), ("docx",), ("values",), ("check",)):
        done = casetrace(*command, "imataka-2014", root=copy.root)
        assert done.returncode == 1, command
        assert "care.csv, row 2 (1), column note: found '2014-02-06'" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    after = {p: p.read_bytes() for p in copy.root.rglob("*") if p.is_file()}
    assert {p for p in after if after[p] != before.get(p)} <= {copy.build / ".lock"}


def planted(project, name, **cell):
    """A notebook with a cell of one's own after its parameters."""
    path = project.notebooks / name
    notebook = json.loads(path.read_text())
    notebook["cells"].insert(2, {"id": "planted", "metadata": {}, **cell})
    path.write_text(json.dumps(notebook))


def code(source, *outputs):
    return {"cell_type": "code", "source": source, "outputs": outputs, "execution_count": None}


def test_a_notebook_that_shows_what_the_data_do_not_hold_is_not_published(copy):
    planted(copy, "2-course.ipynb", **code("print('seen on', '-'.join(['2013', '03', '04']))"))
    before = (copy.figures / "imataka-2014" / "course.svg").read_bytes()
    done = casetrace("build", "--no-page", root=copy.root)
    assert done.returncode == 1
    assert "2-course.ipynb, cell 3 (output): found '2013-03-04'" in done.stderr
    assert "this looks like a calendar date: count the time from an event" in done.stderr
    assert "Traceback" not in done.stderr
    assert (copy.figures / "imataka-2014" / "course.svg").read_bytes() == before
    assert not (copy.build / "notebooks").exists()


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ({"cell_type": "markdown", "source": "Ask someone@example.org."}, "markdown"),
        ({"cell_type": "markdown", "source": ["Ask\n", "someone@example.org."]}, "markdown"),
        (code("mail = 'someone@example.org'"), "code"),
        (code("", {"output_type": "stream", "name": "stdout", "text": ["someone@example.org"]}),
         "output"),
        (code("", {"output_type": "display_data", "metadata": {},
                   "data": {"text/html": "<p>someone&#64;example.org</p>"}}), "output"),
        (code("", {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"},
                   "metadata": {"image/svg+xml": {"alt": "of someone@example.org"}}}), "output"),
        (code("", {"output_type": "error", "ename": "ValueError", "evalue": "someone@example.org",
                   "traceback": []}), "output"),
    ],
)  # fmt: skip
def test_check_finds_it_in_each_part_of_a_notebook(copy, cell, part):
    planted(copy, "2-course.ipynb", **cell)
    (problem,) = map(str, in_notebooks(copy))
    found = f"notebooks/2-course.ipynb, cell 3 ({part}): found 'someone@example.org'"
    assert problem.startswith(f"{found}; expected nothing that could identify a patient")


def test_check_names_what_a_notebook_shows(copy):
    planted(copy, "2-course.ipynb", cell_type="markdown", source="Ask someone@example.org.")
    done = casetrace("check", root=copy.root)
    assert done.returncode == 1
    (said,) = (line for line in done.stdout.splitlines() if line.startswith("error: "))
    assert said == f"error: {in_notebooks(copy)[0]}".splitlines()[0]


def test_what_the_data_hold_may_be_shown(copy):
    """The day of publication, a number of a cited work, what a case discloses."""
    assert in_notebooks(copy) == []
    known = words_of_data(copy, "imataka-2014")
    shown = "Published 6 February 2014. Pediatrics 9151463. 2014-02-06"
    cells = [code("", {"output_type": "stream", "name": "stdout", "text": shown})]
    assert identifying({"cells": cells}, "a.ipynb", known) == []
    cells[0]["outputs"][0]["text"] = "Published 7 February 2014."
    (problem,) = identifying({"cells": cells}, "a.ipynb", known)
    assert problem.value == "7 February"


def test_check_names_what_is_no_notebook(copy):
    (copy.notebooks / "2-course.ipynb").write_text("{broken")
    (copy.notebooks / "1-case.ipynb").write_text("[]")
    said = [str(problem) for problem in in_notebooks(copy)]
    assert [s.split(":")[0] for s in said] == [
        "notebooks/1-case.ipynb",
        "notebooks/2-course.ipynb",
    ]
    assert all("expected a Jupyter notebook" in s for s in said)
