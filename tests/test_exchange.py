"""A case read from another format: what is placed, what is left behind, and what is refused."""

import json
import os
import re

import pytest
from conftest import casetrace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casetrace.case.load import check, load, load_reference
from casetrace.case.problems import UsageError
from casetrace.curate.guide import guide
from casetrace.exchange import import_case
from casetrace.exchange.draft import Draft, slug
from casetrace.exchange.from_fhir import read_bundle
from casetrace.exchange.from_phenopacket import age_of, read_phenopacket
from casetrace.exchange.from_visits import read_visits
from casetrace.questions.values import headline

CASE = "author-2020"


def term(code, label):
    return {"id": code, "label": label}


PHENOPACKET = {
    "id": "secret-4711",
    "subject": {
        "id": "J. S.",
        "sex": "MALE",
        "dateOfBirth": "1955-03-04T00:00:00Z",
        "timeAtLastEncounter": {"age": {"iso8601duration": "P65Y"}},
    },
    "phenotypicFeatures": [
        {"type": term("HP:0003391", "Gowers sign")},
        {"type": term("HP:0003808", "Abnormal muscle tone"), "excluded": True},
        {"type": term("HP:9999999", "A sign of no list")},
        {"excluded": True},
    ],
    "measurements": [
        {
            "assay": term("LOINC:2157-6", "Creatine kinase [Enzymatic activity/volume] in Serum"),
            "value": {
                "quantity": {
                    "unit": term("UCUM:U/L", "enzyme unit per liter"),
                    "value": 4292,
                    "referenceRange": {"low": 20, "high": 200},
                }
            },
        },
        {
            "assay": term("LOINC:1", "Odd"),
            "value": {"quantity": {"value": 1, "unit": term("x", "x")}},
        },
        {
            "assay": term("LOINC:2", "HMGCR antibodies"),
            "value": {"ontologyClass": term("a", "Positive")},
        },
    ],
    "diseases": [
        {"term": term("MONDO:0005148", "type 2 diabetes mellitus")},
        {"term": term("MONDO:0001134", "essential hypertension")},
    ],
    "medicalActions": [
        {
            "treatment": {
                "agent": term("DrugCentral:1725", "metformin"),
                "doseIntervals": [
                    {
                        "quantity": {"unit": term("u", "milligram"), "value": 500},
                        "scheduleFrequency": term("n", "Three Times Daily"),
                        "interval": {"start": "2010-09-02", "end": "2020-09-02"},
                    }
                ],
            },
            "adverseEvents": [term("HP:1", "Nausea")],
        },
        {
            "treatment": {
                "agent": term("NCIT:C121331", "Intravenous Immunoglobulin Therapy"),
                "doseIntervals": [
                    {
                        "quantity": {"unit": term("u", "gram per kilogram"), "value": 1.6},
                        "scheduleFrequency": term("n", "Every Six Weeks"),
                    }
                ],
            }
        },
    ],
    "biosamples": [{"id": "b"}],
    "metaData": {"created": "2022-04-21T10:35:00Z"},
}  # fmt: skip


def observation(code, display, date, **value):
    coding = [{"system": "http://loinc.org", "code": code, "display": display}]
    return {
        "resource": {
            "resourceType": "Observation",
            "id": code,
            "status": "final",
            "code": {"coding": coding},
            "effectiveDateTime": date,
            **value,
        }
    }


BUNDLE = {
    "resourceType": "Bundle",
    "entry": [
        {
            "resource": {
                "resourceType": "Patient",
                "id": "p1",
                "name": [{"family": "Smith"}],
                "telecom": [{"value": "555-123-4567"}],
                "gender": "female",
                "birthDate": "1950-06-01",
            }
        },
        {
            "resource": {
                "resourceType": "Condition",
                "code": {"text": "dermatomyositis"},
                "recordedDate": "2000-05-01",
            }
        },
        {
            "resource": {
                "resourceType": "Condition",
                "code": {"text": "lupus"},
                "verificationStatus": {"coding": [{"code": "refuted"}]},
            }
        },
        observation(
            "2157-6", "Creatine kinase [Enzymatic activity/volume]", "2000-05-01T08:00:00Z",
            valueQuantity={"value": 1200, "comparator": ">", "code": "U/L"},
            referenceRange=[{"high": {"value": 200}}],
        ),
        observation(
            "2157-6", "Creatine kinase", "2000-06-12",
            valueQuantity={"value": 400.5, "unit": "IU/L"},
        ),
        observation("9", "Rash", "2000-05-15", valueCodeableConcept={"text": "present"}),
        observation("10", "Odd", "2000-05-15", valueQuantity={"value": 1, "unit": "furlong"}),
        {
            "resource": {
                "resourceType": "MedicationStatement",
                "status": "active",
                "medicationCodeableConcept": {"text": "prednisolone"},
                "dosage": [
                    {
                        "doseAndRate": [{"doseQuantity": {"value": 20, "code": "mg"}}],
                        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                    }
                ],
            }
        },
        {"resource": {"resourceType": "Procedure", "id": "x", "code": {"text": "biopsy"}}},
        {"resource": None},
    ],
}  # fmt: skip

VISITS = """\
week,CK (U/L),ALT (U/L),rash,mood
0,"14,420",>100,yes,good
6,~1000,40-60,no,
12,<400,,,
,777,,,
"""


@pytest.fixture
def imported(copy, tmp_path):
    """Import some content as a file; gives the case and what had no place."""

    def make(content, name="file.json"):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        _, unplaced = import_case(path, CASE, copy)
        folder = copy.data / CASE
        everything = "".join(p.read_text("utf-8") for p in folder.iterdir())
        return load(CASE, where=copy), unplaced, everything

    return make


def test_a_phenopacket_is_placed_as_far_as_it_has_a_place(imported, copy):
    case, unplaced, everything = imported(PHENOPACKET)
    assert check(CASE, copy) == ([], [])
    assert (case.head.subject.sex, case.head.subject.age.text()) == ("male", "65 years")
    assert case.head.diagnosis.name == "type 2 diabetes mellitus"
    states = {f.name: f.state for f in case.rows.findings}
    assert states["Gowers sign"] == "observed"
    assert states["Abnormal muscle tone"] == "excluded"
    assert states["HMGCR antibodies"] == "observed"
    assert states["essential hypertension"] == "observed"
    assert headline(case)["ck.imported"].text() == "4,292 U/L"
    metformin, ivig = case.rows.treatments
    assert metformin.dose.text() == "1,500 mg/day"
    assert (ivig.name, ivig.dose) == ("Intravenous Immunoglobulin Therapy", None)
    assert next(f for f in case.rows.findings if f.name == "Nausea").related_to == "metformin"
    account = {one.path: one.value for one in unplaced}
    assert account["phenotypicFeatures[2].type.id"] == "HP:9999999"
    assert account["measurements[1].value.quantity.unit.id"] == "(an identifier)"
    assert account["medicalActions[1].treatment.doseIntervals[0].quantity.value"] == "1.6"
    assert account["biosamples[0].id"] == "(an identifier)"
    assert any(path.startswith("measurements[0].value.quantity.referenceRange") for path in account)
    for secret in ("4711", "J. S.", "1955", "2010-09-02", "2022"):
        assert secret not in everything
    assert any("EXAMPLE" in str(problem) for problem in guide(case))  # citation and title


def test_a_bundle_is_placed_with_weeks_for_dates(imported, copy):
    case, unplaced, everything = imported(BUNDLE)
    assert check(CASE, copy) == ([], [])
    # born on 1 June 1950, first record on 1 May 2000: not yet 50
    assert (case.head.subject.sex, case.head.subject.age.text()) == ("female", "49 years")
    assert case.head.diagnosis.name == "dermatomyositis"
    found = headline(case)
    assert found["ck.w0"].text() == "more than 1,200 U/L"
    assert found["ck.w6"].text() == "400.5 U/L"  # 12 June is 42 days after 1 May
    assert found["ck.w6.time"].text() == "6 weeks"
    states = {f.name: (f.state, str(f.time or "")) for f in case.rows.findings}
    assert states["lupus"] == ("excluded", "")
    assert states["Rash"] == ("observed", "2 weeks")
    assert states["biopsy"] == ("observed", "")
    [drug] = case.rows.treatments
    assert drug.dose.text() == "40 mg/day"  # 20 mg twice a day
    account = {one.path: one.value for one in unplaced}
    assert account["entry[3].resource.referenceRange[0].high.value"] == "200"
    assert account["entry[6].resource.valueQuantity.unit"] == "furlong"
    assert account["entry[0].resource.name[0].family"] == "(a name)"
    assert account["entry[0].resource.telecom[0].value"] == "(an address)"
    for secret in ("Smith", "555-123", "1950", "2000-05", "2000-06"):
        assert secret not in everything


def test_a_table_of_visits_is_placed_with_its_bounds(imported, copy):
    case, unplaced, _ = imported(VISITS, "visits.csv")
    assert check(CASE, copy) == ([], [])
    found = headline(case)
    assert found["ck.t0"].text() == "14,420 U/L"
    assert found["ck.t6"].text() == "about 1,000 U/L"
    assert found["ck.t12"].text() == "less than 400 U/L"
    assert found["alt.t0"].text() == "more than 100 U/L"
    assert found["alt.t6"].text() == "40 to 60 U/L"
    assert [(f.name, f.state, f.time.text()) for f in case.rows.findings] == [
        ("rash", "observed", "0 weeks"),
        ("rash", "excluded", "6 weeks"),
    ]
    assert [str(one) for one in unplaced] == [
        "row 5: its time is no week",
        "row 2, column mood: neither a number with bounds, yes or no, nor a grade",
    ]
    assert unplaced[1].value == "good"


def test_dates_of_visits_become_days(imported):
    text = "date;CK (U/L)\n2000-05-01;1200\n2000-05-04;900\n2000-06-12;400\nlast spring;1\n"
    case, unplaced, everything = imported(text, "visits.csv")
    assert [o.time and o.time.low for o in case.rows.observations] == [0, 3, 42, None]
    assert [str(one) for one in unplaced] == ["row 5: its time is no date"]
    assert "2000-0" not in everything


@pytest.mark.parametrize(
    ("duration", "age"),
    [
        ("P65Y", ("65", "a")),
        ("P2Y6M", ("30", "mo")),
        ("P8M", ("8", "mo")),
        ("P93Y", ("at least 90", "a")),
        ("P93Y2M", ("at least 90", "a")),
        ("P3W", ("3", "wk")),
        ("P1M25D", ("53 to 56", "d")),
        ("65", None),
        ("", None),
    ],
)
def test_an_age_is_a_duration(duration, age):
    assert age_of(duration) == age


def test_nobody_is_older_than_ninety(imported):
    old = json.loads(json.dumps(BUNDLE))
    old["entry"][0]["resource"]["birthDate"] = "1901"
    with pytest.raises(UsageError, match="over 89 at a record of this file"):
        imported(old)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty or binary"),
        (b"   \n", "is empty or binary"),
        (b"\x00\x01\x02", "is empty or binary"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        (b"{", "is no valid JSON"),
        (b"[" * 200_000, "is no valid JSON"),
        (b"{}", "no Phenopacket"),
        (b"[1, 2]", "no Phenopacket"),
        (b'{"resourceType": 1}', "no Phenopacket"),
        (b"name,CK\nx,1\n", "a column of times"),
        (b"week\n1\n", "a column of times"),
        (b'week,"CK\n0,1\n', "is no CSV table"),
        (b"%PDF-1.7 \n", "a column of times"),
    ],
)
def test_a_file_that_is_none_of_these_is_refused_and_nothing_is_left(
    copy, tmp_path, content, words
):
    path = tmp_path / "file"
    path.write_bytes(content)
    before = sorted(os.listdir(copy.data))
    with pytest.raises(UsageError, match=words):
        import_case(path, CASE, copy)
    assert sorted(os.listdir(copy.data)) == before
    done = casetrace("import", str(path), CASE, root=copy.root)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_file_too_large_or_not_there_is_refused(copy, tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="cannot read"):
        import_case(tmp_path / "none.json", CASE, copy)
    monkeypatch.setattr("casetrace.exchange.read.MOST_BYTES", 10)
    path = tmp_path / "visits.csv"
    path.write_text(VISITS)
    with pytest.raises(UsageError, match="is not a single case"):
        import_case(path, CASE, copy)


def test_the_command_lists_what_had_no_place(copy, tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text(VISITS)
    done = casetrace("import", str(path), CASE, root=copy.root)
    assert done.returncode == 0
    assert f"data/{CASE}/observations.csv" in done.stdout
    assert "not placed: row 5: its time is no week" in done.stdout
    assert "2 items had no place; next: casetrace check author-2020" in done.stderr
    assert casetrace("import", str(path), "../x", root=copy.root).returncode == 2
    assert casetrace("import", str(path), CASE, root=copy.root).returncode == 2


LEAVES = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=12)
KEYS = st.sampled_from(
    [*PHENOPACKET, *BUNDLE["entry"][3]["resource"], "resource", "value", "quantity", "unit", "id",
     "label", "type", "term", "assay", "treatment", "agent", "doseIntervals", "coding", "code",
     "text", "dosage", "timing", "repeat", "period", "periodUnit", "entry", "gender", "birthDate"]
)  # fmt: skip
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)  # fmt: skip


@pytest.fixture(scope="module")
def reference():
    return load_reference()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.dictionaries(KEYS, JSON, max_size=6), more=JSON)
def test_json_of_any_shape_is_read_without_a_fault(reference, data, more):
    for read in (read_phenopacket, read_bundle):
        draft = Draft(reference)
        kinds = ("Patient", "Condition", "Observation", "MedicationStatement", "AdverseEvent")
        entries = [{"resource": {**data, "resourceType": kind}} for kind in kinds]
        read({**data, "entry": [*entries, more]}, draft)
        assert "case.yaml" in draft.files(CASE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.lists(st.text(max_size=10), max_size=4), max_size=5))
def test_cells_of_any_kind_are_read_without_a_fault(reference, rows):
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    draft = Draft(reference)
    read_visits("\n".join(["week,CK (U/L),rash", *lines]), draft)
    assert "observations.csv" in draft.files(CASE)


@given(st.text())
def test_any_words_make_an_id(text):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", slug(text))


def test_the_year_of_an_import_is_not_taken_for_that_of_the_report(toy, tmp_path):
    (tmp_path / "a.csv").write_text("day,CK (U/L)\n0,1\n")
    import_case(tmp_path / "a.csv", CASE, toy)
    text = (toy.data / CASE / "case.yaml").read_text()
    assert re.search(
        r"\n  year: \d{4}  # EXAMPLE: that of this import; enter that of the report\n", text
    )


def test_each_patient_of_a_folder_is_a_case_of_its_own(toy, tmp_path):
    folder = tmp_path / "packets"
    (folder / "more").mkdir(parents=True)
    (folder / "anna.json").write_text(json.dumps(PHENOPACKET))
    (folder / "broken.json").write_text("{")
    (folder / "table.csv").write_text("day,patient id,CK (U/L),mood\n0,a,1,so so\n0,b,2,\n")
    (folder / "more" / "zoe.yaml").write_text("diseases:\n- term: {label: Flu}\nmetaData: {}\n")
    (folder / "readme.md").write_text("no case")
    done = casetrace("import", "--each", str(folder), "series", root=toy.root)
    assert done.returncode == 1
    assert "4 cases, 1 could not be made" in done.stderr
    names = [name for name in toy.cases() if name.startswith("series-")]
    assert names == ["series-1", "series-2", "series-3", "series-4"]
    assert all(check(name, toy)[0] == [] for name in names)
    values = [load(name, where=toy).rows.observations for name in names]
    assert [rows[0].value.low for rows in values if rows] == [4292, 1, 2]
    account = (toy.build / "import" / "series" / "not-placed.csv").read_text()
    rows = [row.split(",") for row in account.splitlines()]
    assert rows[0] == ["file", "patient", "case", "path", "value", "why"]
    assert "broken.json,1,,,,no case was made: broken.json is no valid JSON" in account
    assert 'table.csv,1,series-3,"row 2, column mood",so so,' in account
    assert {row[0] for row in rows[1:]} == {
        "anna.json",
        "broken.json",
        "more/zoe.yaml",
        "table.csv",
    }


def test_each_makes_nothing_where_its_names_are_taken_or_nothing_is_to_be_read(toy, tmp_path):
    (tmp_path / "a.csv").write_text("day,CK (U/L)\n0,1\n")
    for source, stem, words in (
        (tmp_path / "a.csv", "toy", "toy-2000 already"),
        (tmp_path / "none", "series", "holds no file to import"),
    ):
        done = casetrace("import", "--each", str(source), stem, root=toy.root)
        assert done.returncode == 2
        assert words in done.stderr
    assert toy.cases() == ["toy-2000"]
