"""Each kind of input that an import once got wrong, with what is right."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, casetrace
from google.protobuf.json_format import ParseDict
from phenopackets import Phenopacket

from casetrace.case.load import check, load
from casetrace.case.problems import UsageError
from casetrace.exchange import import_case
from casetrace.exchange.draft import NOT_PLACED

CASE = "author-2020"
#: Invented inputs that lie beside the project where it is developed.
INPUTS = ROOT.parent / "shared" / "exchange"


@pytest.fixture
def given(toy, tmp_path):
    """Import a text, or a file of the invented inputs; gives the case and what had no place."""

    def read(content, name="visits.csv", **more):
        if isinstance(content, Path):
            if not content.is_file():
                pytest.skip("the invented inputs are not here")
            path = content
        else:
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        shutil.rmtree(toy.data / CASE, ignore_errors=True)  # of an import before
        _, unplaced = import_case(path, CASE, toy, **more)
        assert check(CASE, toy)[0] == []
        with (toy.data / CASE / NOT_PLACED).open(encoding="utf-8", newline="") as file:
            account = [(row["path"], row["value"], row["why"]) for row in csv.DictReader(file)]
        assert [(u.path, u.value, u.why) for u in unplaced] == account
        return load(CASE, where=toy), account

    return read


def measured(case):
    """Name, value with unit, and time of every measurement."""
    return [
        (o.name, o.value.text() if o.value else o.result, o.time.text() if o.time else "")
        for o in case.rows.observations
    ]


def found(case):
    """Name, state and time of every finding."""
    return [(f.name, f.state, f.time.text() if f.time else "") for f in case.rows.findings]


# --- tables of visits


@pytest.mark.parametrize(
    "content",
    [
        INPUTS / "c01-decimal-comma.csv",
        "week;CRP (mg/L);Creatinine (mg/dL)\n0;0,125;1,234\n1;4,5;0,9\n",
    ],
)
def test_a_decimal_comma_is_decided_for_the_whole_file(given, content):
    case, left = given(content)
    assert measured(case) == [
        ("CRP", "0.125 mg/L", "0 weeks"),
        ("CRP", "4.5 mg/L", "1 week"),
        ("Creatinine", "1.234 mg/dL", "0 weeks"),
        ("Creatinine", "0.9 mg/dL", "1 week"),
    ]
    assert left == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('week,CK (U/L)\n0,"8,000"\n1,"14,420"\n', "8,000 U/L"),
        ("week;CK (U/L);pH (1)\n0;8,000;7.4\n", "8,000 U/L"),
        ("week;CK (U/L)\n0;8,5\n", "8.5 U/L"),
        ("week\tCK (U/L)\n0\t1,234,567\n", "1,234,567 U/L"),
        ("week;CK (U/L)\n0;4,5-6,5\n", "4.5 to 6.5 U/L"),
        ("week;CK (U/L)\n0;<0,5\n", "less than 0.5 U/L"),
    ],
)
def test_a_comma_is_what_the_whole_file_makes_it(given, text, value):
    case, _ = given(text)
    assert measured(case)[0][1] == value


@pytest.mark.parametrize(
    "text",
    [
        "week\tCK (U/L)\n0\t8,000\n",  # thousands, or decimals
        "week;CK (U/L);pH (1)\n0;8,5;7.4\n",  # both in one file
        'week,CK (U/L),x (1)\n0,"8,000,000","0,5"\n',
    ],
)
def test_a_comma_that_can_be_read_in_two_ways_is_refused(given, toy, text):
    with pytest.raises(UsageError, match=r"without thousands separators and with a decimal point"):
        given(text)
    assert not (toy.data / CASE).exists()


def test_a_unit_may_hold_brackets(given):
    case, _ = given("week,TSH (m[iU]/L),BP systolic (mm[Hg]),CK [U/L],x (y) (g)\n0,2.5,120,9,1\n")
    assert [(o.name, o.unit) for o in case.rows.observations] == [
        ("TSH", "m[iU]/L"),
        ("BP systolic", "mm[Hg]"),
        ("CK", "U/L"),
        ("x (y)", "g"),
    ]


def test_no_unit_is_no_unit_and_nought_and_one_are_no_and_yes_only_throughout(given):
    case, left = given("week,CK,ascites,score\n0,900,1,1\n6,120,0,3\n")
    assert [(o.name, o.value.low, o.unit) for o in case.rows.observations] == [
        ("CK", 900, "{not_printed}"),
        ("CK", 120, "{not_printed}"),
        ("score", 1, "{not_printed}"),
        ("score", 3, "{not_printed}"),
    ]
    assert found(case) == [("ascites", "observed", "0 weeks"), ("ascites", "excluded", "6 weeks")]
    assert left == []


def test_several_patients_are_refused_and_one_is_chosen_by_its_place(given, toy, tmp_path):
    text = "day,id,CK (U/L)\n0,1001,900\n0,1002,50\n7,1001,400\n7,1002,60\n"
    with pytest.raises(UsageError, match=r"column 'id' tells 2 patients apart.*--patient 1 to 2"):
        given(text)
    with pytest.raises(UsageError, match="--patient takes 1 to 2 here, found 3"):
        given(text, patient=3)
    case, left = given(text, patient=2)
    assert [value for _, value, _ in measured(case)] == ["50 U/L", "60 U/L"]
    assert {value for _, value, _ in left} == {"(an identifier)"}
    path = tmp_path / "visits.csv"
    done = casetrace("import", str(path), "other-2020", "--patient", "1", root=toy.root)
    assert done.returncode == 0
    assert "1001" not in done.stdout + done.stderr


def test_one_patient_needs_no_choice(given):
    case, _ = given("day,patient_id,CK (U/L)\n0,7,900\n7,7,400\n")
    assert len(case.rows.observations) == 2


@pytest.mark.parametrize(
    ("rows", "times"),
    [
        ("2001-03-01 08:00,900\n2001-03-02 08:00,400", ["0 days", "1 day"]),
        ("2001-03-01 08:00,900\n2001-03-02 14:30,400", ["0 hours", "30.5 hours"]),
        ("2001-03-01T08:00:00Z,900\n2001-03-01T20:00:00Z,400", ["0 hours", "12 hours"]),
        ("01/03/2001,900\n15/03/2001,400", ["0 weeks", "2 weeks"]),
        ("03/01/2001,900\n03/15/2001,400", ["0 weeks", "2 weeks"]),
        ("01.03.2001,900\n02.03.2001,400", ["0 days", "1 day"]),
        ("2001-03-15,900\n2001-03-01,400", ["2 weeks", "0 weeks"]),
    ],
)
def test_dates_become_times_since_the_first_one(given, toy, rows, times):
    case, left = given(f"date,CK (U/L)\n{rows}\n")
    assert [time for *_, time in measured(case)] == times
    assert left == []
    assert "2001" not in "".join(p.read_text() for p in (toy.data / CASE).glob("*.csv"))


@pytest.mark.parametrize(
    "rows", ["01/03/2001,900\n02/03/2001,400", "01/13/2001,900\n13/01/2001,400"]
)
def test_dates_that_can_be_read_in_two_ways_are_refused(given, rows):
    with pytest.raises(UsageError, match="write them as year-month-day"):
        given(f"date,CK (U/L)\n{rows}\n")


def test_numbers_below_nought_and_in_scientific_form_are_numbers(given):
    case, _ = given(
        "week,base excess (mmol/L),z (1),copies (/mL),trace (mg/L)\n0,-3.2,−2.1,2.5e12,4e-05\n"
    )
    assert [o.value.low for o in case.rows.observations] == [-3.2, -2.1, 2.5e12, 4e-05]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig", "utf-8"])
def test_text_as_spreadsheets_save_it_is_read(given, encoding):
    case, _ = given("week,Kreatinkinase (U/L),Müdigkeit\n0,900,yes\n".encode(encoding))
    assert found(case) == [("Müdigkeit", "observed", "0 weeks")]


def test_grades_are_kept_as_they_are_printed(given):
    case, left = given("week,protein in urine,reflexes\n0,2+,1+\n6,trace,+\n")
    assert measured(case) == [
        ("protein in urine", "2+", "0 weeks"),
        ("protein in urine", "trace", "6 weeks"),
        ("reflexes", "1+", "0 weeks"),
        ("reflexes", "+", "6 weeks"),
    ]
    assert left == []


def test_the_line_that_tells_a_spreadsheet_its_separator_is_no_header(given):
    case, _ = given("sep=;\nweek;CK (U/L)\n0;900\n")
    assert measured(case) == [("CK", "900 U/L", "0 weeks")]


def test_what_identifies_is_left_by_kind_and_never_told(given, toy, tmp_path):
    text = (
        "week,name,CK (U/L),remark,date of birth,other\n"
        "0,Jane Example,900,seen by Dr Example on 3 March,1950-01-02,"
        "phone 555-123-4567 on 3 March\n"
    )
    case, left = given(text)
    assert [value for _, value, _ in left] == [
        "(a name)",
        "(free text)",
        "(a date of birth)",
        left[-1][1],
    ]
    done = casetrace("import", str(tmp_path / "visits.csv"), "other-2020", root=toy.root)
    everything = done.stdout + done.stderr
    everything += "".join(p.read_text() for p in (toy.data / CASE).iterdir())
    for secret in ("Jane", "Example on", "1950", "555", "March"):
        assert secret not in everything
    assert len(case.rows.observations) == 1


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("week,age,CK (U/L)\n0,91,900\n", True),
        ("week,age (years),CK (U/L)\n0,80,900\n520,90,100\n", True),
        ("week,age (months),CK (U/L)\n0,30,900\n", False),
        ("week,age,sex,CK (U/L)\n0,40,F,900\n", False),
    ],
)
def test_an_age_over_89_is_refused_wherever_it_stands(given, text, refused):
    if refused:
        with pytest.raises(UsageError, match="an age over 89 years identifies"):
            given(text)
    else:
        case, _ = given(text)
        assert case.head.subject.age.text() in ("30 months", "40 years")


def test_every_cell_is_placed_or_listed(given):
    text = "week,CK (U/L),mood,,x (furlong)\n0,900,so so,5,7\nlater,1,good,,\n1,2,fine,,,more\n"
    case, left = given(text)
    assert len(case.rows.observations) == 2
    assert [value for _, value, _ in left] == [
        "(a whole row)", "later", "so so", "good", "5", "7",
    ]  # fmt: skip


def test_a_table_of_many_visits_is_read_in_linear_time(toy, tmp_path):
    """Twelve thousand cells: with a search for each id among all, this took minutes."""
    rows = "".join(f"{n % 500},{n % 97},{n % 89}\n" for n in range(6000))
    path = tmp_path / "visits.csv"
    path.write_text(f"day,CK (U/L),ALT (U/L)\n{rows}")
    import_case(path, CASE, toy)
    with (toy.data / CASE / "observations.csv").open() as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert len(ids) == len(set(ids)) == 12_000


# --- what a file is


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xml", "<Bundle/>", "is XML, which is not read"),
        ("a.yaml", "week: 1\nck: 2\n", "is YAML, but no Phenopacket"),
        ("a.yaml", "id: [\n", "is no valid YAML"),
    ],
)
def test_a_file_of_another_kind_is_named(given, name, content, words):
    with pytest.raises(UsageError, match=words):
        given(content, name)


# --- bundles and packets


def treated(case):
    """Name, dose and times of every treatment."""
    return [
        (
            t.name,
            t.dose.text() if t.dose else "",
            t.start.text() if t.start else "",
            t.stop.text() if t.stop else "",
        )
        for t in case.rows.treatments
    ]


def values(left):
    return [value for _, value, _ in left]


def resource(kind, **parts):
    return {"resource": {"resourceType": kind, **parts}}


PERSON = resource("Patient", id="p1", gender="female", birthDate="1960-06-01")
CK = resource(
    "Observation",
    status="final",
    code={
        "coding": [{"system": "http://loinc.org", "code": "2157-6", "display": "Creatine kinase"}]
    },
    valueQuantity={"value": 900, "code": "U/L"},
    effectiveDateTime="2001-03-01",
)


def bundle(*entries, **more):
    return json.dumps({"resourceType": "Bundle", "entry": list(entries), **more})


def daily(amount=20, **repeat):
    timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", **repeat}}
    return {"timing": timing, "doseAndRate": [{"doseQuantity": {"value": amount, "code": "mg"}}]}


def order(drug="prednisolone", **more):
    parts = {"status": "active", "intent": "order", "medicationCodeableConcept": {"text": drug}}
    return resource("MedicationRequest", **{**parts, "dosageInstruction": [daily()], **more})


def test_a_bundle_of_two_patients_is_refused_and_one_is_chosen(given):
    other = resource("Patient", id="p2", gender="male", birthDate="1930-01-01")
    mine, theirs = (
        {"resource": {**CK["resource"], "subject": {"reference": f"Patient/{who}"}}}
        for who in ("p1", "p2")
    )
    text = bundle(PERSON, other, mine, theirs)
    with pytest.raises(UsageError, match=r"of 2 patients.*--patient 1 to 2"):
        given(text, "a.json")
    case, left = given(text, "a.json", patient=2)
    assert (case.head.subject.sex, len(case.rows.observations)) == ("male", 1)
    assert "a resource of another patient" in [path for path, _, _ in left]


@pytest.mark.parametrize(
    "drug",
    [
        order(doNotPerform=True),
        order(status="cancelled"),
        order(status="entered-in-error"),
        order(intent="proposal"),
        order(intent="plan"),
        resource("MedicationStatement", status="not-taken", dosage=[daily()],
                 medicationCodeableConcept={"text": "prednisolone"}),
        resource("MedicationAdministration", status="not-done",
                 medicationCodeableConcept={"text": "prednisolone"}),
    ],
)  # fmt: skip
def test_a_drug_that_was_not_given_is_not_told_as_given(given, drug):
    case, left = given(bundle(PERSON, CK, drug), "a.json")
    assert case.rows.treatments == ()
    assert "prednisolone" in values(left)


def test_a_drug_has_its_times(given):
    took = resource(
        "MedicationStatement",
        status="completed",
        medicationCodeableConcept={"text": "methotrexate"},
        dosage=[daily()],
        effectivePeriod={"start": "2001-04-01", "end": "2001-06-01"},
    )
    text = bundle(PERSON, CK, order(status="stopped", authoredOn="2001-03-15"), took)
    case, _ = given(text, "a.json")
    assert treated(case) == [
        ("prednisolone", "20 mg/day", "14 days", ""),
        ("methotrexate", "20 mg/day", "31 days", "92 days"),
    ]
    assert "status: stopped" in case.rows.treatments[0].note


@pytest.mark.parametrize(
    ("dosage", "dose", "is_listed"),
    [
        ({**daily(), "asNeededBoolean": True}, "", True),
        (daily(frequencyMax=4), "20 to 80 mg/day", False),
        (daily(period=6, periodMax=8, periodUnit="h"), "60 to 80 mg/day", False),
        (daily(15, period=7), "15 mg/week", False),
        (daily(15, period=1, periodUnit="wk"), "15 mg/week", False),
        (daily(15, period=2), "15 mg", False),  # every other day: see the next test
        ({**daily(), "doseAndRate": [{"doseQuantity": {"value": 1}}]}, "", True),  # a tablet
        ({**daily(), "doseAndRate": [{"doseRange": {"low": {"value": 5, "code": "mg"},
                                                    "high": {"value": 10, "code": "mg"}}}]},
         "5 to 10 mg/day", False),
        ({"text": "as the doctor says"}, "", True),
    ],
)  # fmt: skip
def test_a_dose_is_what_it_says_or_open(given, dosage, dose, is_listed):
    case, left = given(bundle(PERSON, CK, order(dosageInstruction=[dosage])), "a.json")
    assert [one[1] for one in treated(case)] == [dose]
    assert any("dosageInstruction" in path for path, _, _ in left) is is_listed


@pytest.mark.parametrize(
    ("repeat", "dose", "cells"),
    [
        ({"frequency": 1, "period": 2, "periodUnit": "d"}, "doseQuantity", ("", "", "2 days")),
        ({"frequency": 1, "period": 4, "periodUnit": "wk"}, "doseQuantity", ("", "", "4 weeks")),
        (
            {"count": 6, "frequency": 1, "period": 6, "periodUnit": "wk", "duration": 5,
             "durationUnit": "d"},
            "rateQuantity", ("6", "5", "6 weeks"),
        ),
        ({"count": 3}, "doseQuantity", ("3", "", "")),
    ],
)  # fmt: skip
def test_a_dose_that_recurs_rarely_is_a_block_of_courses(given, repeat, dose, cells):
    unit = "mg/kg/d" if dose == "rateQuantity" else "mg/kg"
    dosage = {
        "timing": {"repeat": repeat},
        "doseAndRate": [{dose: {"value": 400, "code": unit}}],
    }
    case, _ = given(bundle(PERSON, CK, order(dosageInstruction=[dosage])), "a.json")
    (row,) = case.rows.treatments
    told = [q.text() if q else "" for q in (row.courses, row.days_per_course, row.interval)]
    assert (*told,) == cells
    assert (row.dose.text(), row.dose_per) == (
        "400 mg/kg",
        "day" if dose == "rateQuantity" else "",
    )


def test_times_are_as_exact_as_they_are_given(given):
    def at(label, value, **when):
        code = {"text": label}
        amount = {"value": value, "code": "U/L"}
        return resource("Observation", status="final", code=code, valueQuantity=amount, **when)

    entries = [
        PERSON,
        CK,
        at("ALT", 80, effectiveDateTime="2001-05"),
        at("AST", 70, issued="2001-06-01T10:00:00Z"),
        at("LDH", 9, effectiveDateTime="2001-03-01T02:00:00Z"),
        at("LDH", 1, effectiveDateTime="2001-03-01T20:00:00Z"),
    ]
    case, _ = given(bundle(*entries), "a.json")
    assert measured(case) == [
        ("Creatine kinase", "900 U/L", "0 weeks"),
        ("ALT", "80 U/L", "61 to 91 days"),  # May 2001, since 1 March
        ("AST", "70 U/L", "92 days"),
        ("LDH", "9 U/L", "2 hours"),
        ("LDH", "1 U/L", "20 hours"),
    ]
    assert case.rows.observations[2].note == "the time is that of issued"


def test_death_is_an_outcome(given, toy):
    dead = {"resource": {**PERSON["resource"], "deceasedDateTime": "2001-08-01"}}
    case, _ = given(bundle(dead, CK), "a.json")
    assert found(case) == [("death", "observed", "153 days")]
    assert "2001" not in "".join(p.read_text() for p in (toy.data / CASE).glob("*.csv"))


def test_the_diagnosis_is_a_disorder_and_what_is_unsure_or_refuted_stays_so(given):
    def condition(name, **more):
        return resource("Condition", code={"text": name}, **more)

    def verified(word):
        return {"verificationStatus": {"coding": [{"code": word}]}}

    case, left = given(
        bundle(
            PERSON,
            CK,
            condition("Full-time employment (finding)", onsetDateTime="1999-01-01"),
            condition("sinusitis", onsetDateTime="2000-01-01"),
            condition("dermatomyositis", onsetDateTime="2001-02-01", severity={"text": "severe"},
                      abatementDateTime="2001-09-01"),
            condition("asthma", onsetAge={"value": 7, "code": "a"}),
            condition("lupus", **verified("provisional")),
            condition("gout", **verified("refuted")),
            condition("typhus", **verified("entered-in-error")),
        ),
        "a.json",
    )  # fmt: skip
    assert case.head.diagnosis.name == "dermatomyositis"
    states = {f.name: f.state for f in case.rows.findings}
    assert states == {
        "Full-time employment (finding)": "observed",
        "sinusitis": "observed",
        "dermatomyositis": "observed",
        "asthma": "observed",
        "lupus": "ambiguous",
        "gout": "excluded",
    }
    lasted = next(f for f in case.rows.findings if f.name == "dermatomyositis")
    assert lasted.stop.low - lasted.start.low == 212  # 1 February to 1 September 2001
    assert "severity: severe" in lasted.note
    assert {"7", "typhus"} <= set(values(left))


def test_what_identifies_in_free_text_is_left_by_kind(given, toy):
    words = "Seen by Dr Jane Example on 3 March 2001"
    said = resource("Observation", status="final", code={"text": "Imaging"}, valueString=words)
    odd = resource("Condition", code={"text": "Reviewed 2001-03-02 with Jane Example"})
    case, left = given(bundle(PERSON, CK, said, odd), "a.json")
    assert case.rows.findings == ()
    assert any("(a calendar date)" in value for value in values(left))
    everything = "".join(p.read_text() for p in (toy.data / CASE).iterdir())
    for secret in ("Jane", "2001", "1960", "p1"):
        assert secret not in everything


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ({"valueCodeableConcept": {"text": "Negative"}}, "excluded"),
        ({"valueCodeableConcept": {"coding": [{"display": "Not detected"}]}}, "excluded"),
        ({"valueString": "Positive"}, "observed"),
        ({"valueBoolean": False}, "excluded"),
        ({"valueBoolean": True}, "observed"),
    ],
)
def test_a_negative_result_is_excluded(given, value, state):
    test = resource("Observation", status="final", code={"text": "HIV antibody"}, **value)
    case, _ = given(bundle(PERSON, CK, test), "a.json")
    assert [(f.name, f.state) for f in case.rows.findings] == [("HIV antibody", state)]


def test_components_integers_and_ranges_are_values_and_the_rest_is_listed(given):
    def one(label, **more):
        return resource("Observation", status="final", code={"text": label}, **more)

    pressure = [
        {"code": {"text": name}, "valueQuantity": {"value": value, "code": "mm[Hg]"}}
        for name, value in (("Systolic", 120), ("Diastolic", 80))
    ]
    ends = {"low": {"value": 4}, "high": {"value": 6, "code": "mg/dL"}}
    limit = [{"low": {"value": 20}, "high": {"value": 200, "code": "U/L"}}]
    with_limit = {"resource": {**CK["resource"], "referenceRange": limit}}
    case, left = given(
        bundle(
            PERSON,
            with_limit,
            one("Blood pressure", component=pressure),
            one("Rings", valueInteger=3),
            one("Range", valueRange=ends),
            one("Titre", valueRatio={"numerator": {"value": 1}, "denominator": {"value": 128}}),
            one("Missing", dataAbsentReason={"text": "not done"}),
        ),
        "a.json",
    )
    assert [(n, v) for n, v, _ in measured(case)] == [
        ("Creatine kinase", "900 U/L"),
        ("Systolic", "120 mmHg"),
        ("Diastolic", "80 mmHg"),
        ("Rings", "3 (unit not printed)"),
        ("Range", "4 to 6 mg/dL"),
    ]
    assert {"1", "128", "not done", "20", "200"} <= set(values(left))


def test_pages_that_are_missing_are_said(given):
    _, left = given(bundle(PERSON, CK, total=340), "a.json")
    assert ("total", "340", "338 more entries are on other pages: put them into one Bundle") in left


def test_drugs_are_named_by_what_is_contained_or_referenced(given):
    held = {"resourceType": "Medication", "id": "m", "code": {"text": "prednisolone"}}
    other = resource("Medication", id="m9", code={"text": "methotrexate"})
    first, second = (
        resource("MedicationRequest", status="active", intent="order",
                 medicationReference={"reference": to}, **more)
        for to, more in (("#m", {"contained": [held]}), ("Medication/m9", {}))
    )  # fmt: skip
    third = resource("MedicationRequest", status="active", intent="order",
                     medication={"concept": {"text": "azathioprine"}})  # fmt: skip
    case, _ = given(bundle(PERSON, CK, first, other, second, third), "a.json")
    assert [one[0] for one in treated(case)] == ["prednisolone", "methotrexate", "azathioprine"]


@pytest.mark.parametrize(
    "entries",
    [
        ({"resource": {**PERSON["resource"], "birthDate": "1905-01-01"}}, CK),
        ({"resource": {**PERSON["resource"], "birthDate": "1920-01-01"}}, CK,
         {"resource": {**CK["resource"], "effectiveDateTime": "2012-01-01"}}),
        (CK, resource("Observation", status="final", code={"text": "Age"},
                      valueQuantity={"value": 95, "code": "a"})),
    ],
)  # fmt: skip
def test_an_age_over_89_in_a_bundle_is_refused(given, entries):
    with pytest.raises(UsageError, match="over 89"):
        given(bundle(*entries), "a.json")


def test_what_is_nested_alone_or_in_lines_is_read(given, toy):
    inner = {"resource": {"resourceType": "Bundle", "type": "collection", "entry": [CK]}}
    texts = [bundle(PERSON, inner), json.dumps(CK["resource"]),
             "\n".join(json.dumps(e["resource"]) for e in (PERSON, CK))]  # fmt: skip
    for text in texts:
        case, _ = given(text, "a.json")
        assert [v for _, v, _ in measured(case)] == ["900 U/L"]
        shutil.rmtree(toy.data / CASE)


def test_references_by_url_are_followed(given):
    """As bundles of transactions have them."""
    person = {**PERSON, "fullUrl": "urn:uuid:1"}
    drug = {**resource("Medication", code={"text": "prednisolone"}), "fullUrl": "urn:uuid:2"}
    about = {"reference": "urn:uuid:1"}
    taken = resource("MedicationRequest", status="active", intent="order", subject=about,
                     medicationReference={"reference": "urn:uuid:2"})  # fmt: skip
    value = {"resource": {**CK["resource"], "subject": about}}
    mother = {"resource": {**CK["resource"], "subject": {"reference": "RelatedPerson/m"}}}
    case, left = given(bundle(person, drug, taken, value, mother), "a.json")
    assert len(case.rows.observations) == 1
    assert [one[0] for one in treated(case)] == ["prednisolone"]
    assert "it is not about the patient" in {why for *_, why in left}


def test_the_last_version_of_a_result_counts_and_zero_is_the_first_that_is_placed(given):
    old, new = (
        {"resource": {**CK["resource"], "id": "o", "meta": {"versionId": version},
                      "valueQuantity": {"value": value, "code": "U/L"}}}
        for version, value in (("1", 900), ("2", 90))
    )  # fmt: skip
    allergy = resource("AllergyIntolerance", code={"text": "nuts"}, recordedDate="1970-01-01")
    case, left = given(bundle(PERSON, allergy, new, old), "a.json")
    assert measured(case) == [("Creatine kinase", "90 U/L", "0 weeks")]
    assert {"900", "nuts"} <= set(values(left))


def packet(**parts):
    subject = {
        "id": "s",
        "sex": "MALE",
        "timeAtLastEncounter": {"age": {"iso8601duration": "P14Y"}},
    }
    return json.dumps(
        {"subject": subject, "metaData": {"phenopacketSchemaVersion": "2.0"}, **parts}
    )


def quantity(value, unit="UCUM:U/L", label=""):
    return {"quantity": {"value": value, "unit": {"id": unit, "label": label}}}


SIGN = {"type": {"id": "HP:0009999", "label": "Gowers sign"}}


@pytest.mark.parametrize("key", ["excluded", "negated"])
def test_an_exclusion_is_never_an_observation(given, key):
    case, _ = given(packet(phenotypicFeatures=[{**SIGN, key: True}]), "a.json")
    assert found(case) == [("Gowers sign", "excluded", "")]


def test_a_packet_in_snake_case_and_in_yaml_is_read(given, toy):
    import yaml

    encounter = {"age": {"iso8601duration": "P3Y"}}
    data = {
        "subject": {"sex": "MALE", "time_at_last_encounter": encounter},
        "phenotypic_features": [{**SIGN, "excluded": True}],
        "meta_data": {},
    }
    for name, text in (("a.json", json.dumps(data)), ("a.yaml", yaml.safe_dump(data))):
        case, _ = given(text, name)
        assert case.head.subject.age.text() == "3 years"
        assert found(case) == [("Gowers sign", "excluded", "")]
        shutil.rmtree(toy.data / CASE)


def test_onset_end_severity_side_and_times_of_measurement_are_kept(given):
    def age(text):
        return {"age": {"iso8601duration": text}}

    sign = {**SIGN, "onset": age("P12Y"), "resolution": age("P13Y"),
            "severity": {"id": "HP:0012828", "label": "Severe"},
            "modifiers": [{"id": "HP:0012834", "label": "Right"}]}  # fmt: skip
    ck = {
        "assay": {"id": "X:1", "label": "CK"},
        "value": quantity(900),
        "timeObserved": age("P12Y"),
    }
    case, left = given(packet(phenotypicFeatures=[sign], measurements=[ck]), "a.json")
    [row] = case.rows.findings
    assert (row.start.text(), row.stop.text()) == ("12 years", "13 years")
    assert row.note == "severity: Severe; Right"
    assert measured(case) == [("CK", "900 U/L", "12 years")]
    assert case.head.clocks[0].counts == "age"
    assert {"HP:0012828", "HP:0012834", "HP:0009999", "X:1"} <= set(values(left))


def test_dose_intervals_have_their_days_and_their_way(given, toy):
    def dose(value, start, end):
        unit = {"id": "UCUM:mg", "label": "milligram"}
        return {"quantity": {"unit": unit, "value": value},
                "scheduleFrequency": {"id": "NCIT:C125004", "label": "Once Daily"},
                "interval": {"start": start, "end": end}}  # fmt: skip

    drug = {
        "agent": {"id": "X:1", "label": "prednisolone"},
        "routeOfAdministration": {"id": "NCIT:C38288", "label": "Oral"},
        "doseIntervals": [
            dose(40, "2001-01-01", "2001-01-15"),
            dose(20, "2001-01-15", "2001-03-01"),
        ],
    }
    case, _ = given(packet(medicalActions=[{"treatment": drug}]), "a.json")
    assert treated(case) == [
        ("prednisolone", "40 mg/day", "0 days", "14 days"),
        ("prednisolone", "20 mg/day", "14 days", "59 days"),
    ]
    assert case.rows.treatments[0].route == "oral"
    assert "2001" not in "".join(p.read_text() for p in (toy.data / CASE).glob("*.csv"))


def test_death_procedures_and_what_belongs_to_a_value_are_placed(given):
    data = json.loads(packet())
    data["subject"]["vitalStatus"] = {"status": "DECEASED", "causeOfDeath": {"label": "sepsis"}}
    biopsy = {"code": {"id": "NCIT:1", "label": "Muscle biopsy"},
              "performed": {"age": {"iso8601duration": "P13Y"}}}  # fmt: skip
    pair = [{"type": {"label": name}, "quantity": quantity(value, "UCUM:mm[Hg]")["quantity"]}
            for name, value in (("Systolic", 120), ("Diastolic", 80))]  # fmt: skip
    more = {
        "medicalActions": [{"procedure": biopsy}],
        "measurements": [
            {"assay": {"label": "Blood pressure"}, "complexValue": {"typedQuantities": pair}}
        ],
    }
    case, _ = given(json.dumps({**data, **more}), "a.json")
    assert found(case) == [("death", "observed", ""), ("Muscle biopsy", "observed", "13 years")]
    assert [(n, v) for n, v, _ in measured(case)] == [
        ("Systolic", "120 mmHg"),
        ("Diastolic", "80 mmHg"),
    ]


def test_a_family_is_its_proband_and_a_cohort_is_one_of_its_members(given, toy):
    family = {"proband": json.loads(packet(phenotypicFeatures=[SIGN])), "metaData": {},
              "pedigree": {"persons": [{"individualId": "x"}]}}  # fmt: skip
    case, left = given(json.dumps(family), "a.json")
    assert found(case) == [("Gowers sign", "observed", "")]
    assert any(path.startswith("pedigree") for path, _, _ in left)
    cohort = {"members": [json.loads(packet()), json.loads(packet(phenotypicFeatures=[SIGN]))],
              "metaData": {}}  # fmt: skip
    shutil.rmtree(toy.data / CASE)
    with pytest.raises(UsageError, match="of 2 members"):
        given(json.dumps(cohort), "a.json")
    case, _ = given(json.dumps(cohort), "a.json", patient=2)
    assert found(case) == [("Gowers sign", "observed", "")]


@pytest.mark.parametrize(
    ("unit", "label", "told"),
    [
        ("UCUM:mmol/L", "", "4.2 mmol/L"),
        ("NCIT:C64387", "mmol/L", "4.2 mmol/L"),
        ("UCUM:mM", "millimolar", None),  # no millimetre
        ("", "", "4.2 (unit not printed)"),  # no unit is no unit
    ],
)
def test_a_unit_is_never_guessed(given, unit, label, told):
    row = {"assay": {"label": "Potassium"}, "value": quantity(4.2, unit, label)}
    case, left = given(packet(measurements=[row]), "a.json")
    assert [v for _, v, _ in measured(case)] == ([told] if told else [])
    assert told or "4.2" in values(left)


@pytest.mark.parametrize(
    ("encounter", "age", "listed"),
    [
        ({"age": {"iso8601duration": "P1M25D"}}, "53 to 56 days", None),
        ({"ageRange": {"start": {"iso8601duration": "P40Y"}, "end": {"iso8601duration": "P49Y"}}},
         "40 to 49 years", None),
        ({"ontologyClass": {"id": "HP:0003577", "label": "Congenital"}}, None, "Congenital"),
        ({"gestationalAge": {"weeks": 22, "days": 3}}, None, "22"),
        ({"age": {"iso8601duration": "P93Y"}}, "at least 90 years", None),
    ],
)  # fmt: skip
def test_an_age_is_as_exact_as_it_is_given(given, encounter, age, listed):
    subject = {"sex": "OTHER_SEX", "karyotypicSex": "XXY", "timeAtLastEncounter": encounter}
    fever = {"type": {"label": "Fever"}}
    case, left = given(packet(subject=subject, phenotypicFeatures=[fever]), "a.json")
    assert case.head.subject.sex == "other"
    assert "XXY" in values(left)
    if age:
        assert case.head.subject.age.text() == age
    else:
        assert listed in values(left)


def test_numbers_are_written_out_and_letters_that_control_are_left(given):
    rows = [{"assay": {"label": name}, "value": quantity(value, "UCUM:mg/L")}
            for name, value in (("Copies", 2.5e12), ("Trace", 4e-05), ("Excess", -3))]  # fmt: skip
    odd = {"type": {"label": "nul \x00 and\nline"}}
    case, _ = given(packet(measurements=rows, phenotypicFeatures=[odd]), "a.json")
    assert [o.value.low for o in case.rows.observations] == [2.5e12, 4e-05, -3]
    assert [f.name for f in case.rows.findings] == ["nul and line"]


def test_a_number_without_end_and_a_wrong_label_of_a_code_are_named(given):
    data = packet(
        measurements=[{"assay": {"label": "CK"}, "value": quantity(10**400)}],
        phenotypicFeatures=[{"type": {"id": "X:1", "label": "Fever"}}],
    )
    case, left = given(data, "a.json")
    assert case.rows.observations == ()
    assert any(path.endswith("quantity.value") for path, _, _ in left)


# --- kinds that public files showed


def listed(left):
    return [(value, why) for _, value, why in left]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("MedicationStatement", "No known current medicines"),
        ("MedicationStatement", "None"),
        ("Condition", "No current problems or disability"),
        ("Condition", "No relevant past history"),
    ],
)
def test_that_nothing_is_known_is_no_drug_and_no_diagnosis(given, kind, name):
    key = "medicationCodeableConcept" if kind.startswith("Med") else "code"
    more = {"status": "active"} if kind.startswith("Med") else {}
    case, left = given(
        bundle(PERSON, CK, resource(kind, **{key: {"text": name}}, **more)), "a.json"
    )
    assert case.rows.treatments == ()
    assert case.rows.findings == ()
    assert case.head.diagnosis.name == "EXAMPLE disease"
    assert any(value == name and "none is known" in why for value, why in listed(left))


def test_codes_that_say_that_nothing_is_known_do_so_in_any_language(given):
    system = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
    code = {"text": "Keine bekannt", "coding": [{"system": system, "code": "no-known-problems"}]}
    case, _ = given(bundle(PERSON, CK, resource("Condition", code=code)), "a.json")
    assert case.head.diagnosis.name == "EXAMPLE disease"


@pytest.mark.parametrize(
    ("status", "kind"), [("active", "sign"), ("resolved", "history"), ("", "sign")]
)
def test_a_finding_is_history_if_it_is_over(given, status, kind):
    name = "Menopausal flushing (finding)"
    status = {"clinicalStatus": {"coding": [{"code": status}]}} if status else {}
    disease = resource("Condition", code={"text": "Asthma"})
    row = resource("Condition", code={"text": name}, **status)
    case, _ = given(bundle(PERSON, disease, row), "a.json")
    assert [(f.name, f.kind) for f in case.rows.findings] == [(name, kind)]


@pytest.mark.parametrize(
    ("times", "told"),
    [
        # 10 minutes apart, in two time zones
        (
            ["2012-02-13T23:30:00-05:00", "2012-02-14T04:40:00+00:00"],
            ["23.5 hours", "1,420 minutes"],
        ),
        (["2020-01-01T10:00:00Z", "2020-01-01T10:00:30Z"], ["10 hours", "600.5 minutes"]),
        (["2020-01-01", "2031-06-01T10:10:00Z", "2031-06-01T10:25:00Z"],
         ["0 weeks", "100,066.16 to 100,066.17 hours", "100,066.41 to 100,066.42 hours"]),
        (["2020-01-01T10:00:00", "2020-01-01T12:00:00Z"], ["0 weeks", "0 weeks"]),
    ],
)  # fmt: skip
def test_times_of_day_are_exact_in_one_time_zone_or_left(given, times, told):
    rows = [resource("Observation", status="final", code={"text": f"pulse {place}"},
                     effectiveDateTime=when, valueQuantity={"value": 70, "code": "/min"})
            for place, when in zip("abc", times, strict=False)]  # fmt: skip
    case, _ = given(bundle(PERSON, *rows), "a.json")
    assert [o.time.text() for o in case.rows.observations] == told


def test_seconds_of_a_table_are_kept(given):
    rows = "2026-01-01T10:00:00Z,70\n2026-01-01T10:04:30Z,71\n"
    case, _ = given(f"timestamp,pulse (/min)\n{rows}")
    assert [o.time.text() for o in case.rows.observations] == ["0 hours", "4.5 minutes"]


def test_the_day_of_an_order_is_said_to_be_that(given):
    case, _ = given(bundle(PERSON, CK, order(authoredOn="2016-09-05")), "a.json")
    assert "the time is that of the order" in case.rows.treatments[0].note


def test_the_words_of_a_row_hold_its_number(given):
    name = "oxycodone hydrochloride and paracetamol as tablets of an immediate release"
    case, _ = given(bundle(PERSON, CK, order(name, dosageInstruction=[daily()])), "a.json")
    (row,) = case.rows.treatments
    assert "20 mg" in row.as_reported
    assert not [w for w in check(CASE, case.where)[1] if w.column == "dose"]


def test_a_row_with_a_cell_too_many_is_left_whole(given):
    text = "day,systolic (mm[Hg]),diastolic (mm[Hg])\n0,120,80\n1,10,117,81\n"
    case, left = given(text)
    assert [o.value.low for o in case.rows.observations] == [120, 80]
    assert left == [("row 3", "(a whole row)", "it has 4 cells under 3 columns: which is which is "
                     "open")]  # fmt: skip


@pytest.mark.parametrize("name", ["child_id", "mrn", "visit id", "sample_uuid"])
def test_a_column_of_ids_is_no_finding(given, name):
    case, left = given(f"day,{name},fever\n0,1,yes\n1,1,no\n")
    assert {f.name for f in case.rows.findings} == {"fever"}
    assert {value for _, value, _ in left} == {"(an identifier)"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("26 Sep 2023,1\n3 October 2023,2\n", ["0 weeks", "1 week"]),
        ("2023.02.13.,1\n2023.02.14,2\n", ["0 days", "1 day"]),
    ],
)
def test_dates_as_people_write_them_are_read(given, text, told):
    case, _ = given(f"CK (U/L),date\n{swapped(text)}")
    assert [o.time.text() for o in case.rows.observations] == told


def swapped(text):
    return "".join(",".join(reversed(row.split(","))) + "\n" for row in text.splitlines())


def test_dates_that_are_not_read_are_refused_with_those_that_are(given):
    with pytest.raises(UsageError, match=r"write them as 2024-03-15, .* or 15 Mar 2024"):
        given("date,CK (U/L)\nlast spring,1\nin May,2\n")


def test_what_is_not_placed_is_listed_with_its_name(given):
    assay = {"id": "LOINC:26474-7", "label": "Lymphocytes [#/volume] in Blood"}
    odd = {"assay": assay, "value": quantity(4, "x:y", "a guess"),
           "timeObserved": {"age": {"iso8601duration": "P70Y"}}}  # fmt: skip
    _, left = given(packet(measurements=[odd], diseases=[{"term": {"label": "Flu"}}]), "a.json")
    assert {"Lymphocytes [#/volume] in Blood", "P70Y"} <= set(values(left))


def test_an_observation_without_a_value_is_listed(given):
    panel = resource("Observation", status="final", code={"text": "Advance directives"})
    _, left = given(bundle(PERSON, CK, panel), "a.json")
    assert ("Advance directives", "it has no value that could be placed") in listed(left)


def test_a_drug_given_since_a_month_has_its_bounds(given):
    drug = resource("MedicationStatement", status="active", effectivePeriod={"start": "2015-03"},
                    medicationCodeableConcept={"text": "anastrozole"})  # fmt: skip
    pulse = {"code": {"text": "pulse"}, "valueQuantity": {"value": 70, "code": "/min"}}
    first = resource("Observation", status="final", effectiveDateTime="2015-01-01", **pulse)
    case, _ = given(bundle(PERSON, first, drug), "a.json")
    assert case.rows.treatments[0].start.text() == "59 to 89 days"


def test_the_whole_name_of_a_code_is_kept(given):
    code = {"coding": [{"display": "Cocaine [Presence] in Urine by Screen method", "code": "x-1"}]}
    row = resource("Observation", status="final", code=code, valueQuantity={"value": 1})
    parts = [{"code": {"text": "systolic"}, "valueQuantity": {"value": 120}}]
    pair = {"code": {"text": "Blood pressure"}, "component": parts}
    panel = resource("Observation", status="final", **pair)
    case, _ = given(bundle(PERSON, row, panel), "a.json")
    assert [(o.name, o.note) for o in case.rows.observations] == [
        ("Cocaine", "Cocaine [Presence] in Urine by Screen method"),
        ("systolic", "of Blood pressure"),
    ]


def test_no_name_or_number_of_a_person_is_listed(given):
    secret = "Botsford"
    person = {
        "resource": {
            "resourceType": "Patient", "id": "p",
            "extension": [{"url": "maiden", "valueString": secret},
                          {"url": "born", "valueAddress": {"city": secret}}],
        },
        "request": {"ifNoneExist": f"identifier={secret}"},
    }  # fmt: skip
    refused = resource("MedicationRequest", status="draft", intent="order",
                       subject={"reference": "Patient/p", "display": secret},
                       medicationCodeableConcept={"text": "oxycodone"})  # fmt: skip
    _, left = given(bundle(person, CK, refused), "a.json")
    assert not any(secret in value for value in values(left))
    data = packet(
        subject={"id": "s", "alternateIds": [secret], "sex": "MALE"},
        biosamples=[{"id": "b", "individualId": secret}],
        files=[{"uri": "f", "individualToFileIdentifiers": {secret: secret}}],
        diseases=[{"term": {"label": "Flu"}}],
        metaData={"createdBy": secret, "phenopacketSchemaVersion": "2.0"},
    )
    _, left = given(data, "b.json")
    assert len(left) > 4
    assert not any(secret in path or secret in value for path, value, _ in left)


def test_a_year_alone_is_a_date(given):
    row = resource("Observation", status="final", code={"text": "odd"}, effectiveDateTime="2016")
    _, left = given(bundle(PERSON, CK, row), "a.json")
    assert "2016" not in values(left)


def test_yaml_may_begin_with_a_comment(given):
    text = "# from a pipeline\n\n# of 2020\nid: a\ndiseases:\n- term: {label: Flu}\nmetaData: {}\n"
    case, _ = given(text, "a.yml")
    assert case.head.diagnosis.name == "Flu"


def test_dates_of_a_packet_are_days_from_its_first(given):
    feature = {"type": {"label": "Fever"}, "onset": {"timestamp": "2020-03-05T00:00:00Z"}}
    given_in = {"start": "2020-03-01T08:00:00Z", "end": "2020-03-01T12:00:00Z"}
    doses = [{"interval": given_in}]
    drug = {"treatment": {"agent": {"label": "oxygen"}, "doseIntervals": doses}}
    case, _ = given(packet(phenotypicFeatures=[feature], medicalActions=[drug]), "a.json")
    assert case.rows.findings[0].time.text() == "4 days"
    (row,) = case.rows.treatments
    assert (row.start.text(), row.stop.text()) == ("0 days", "0 days")


def test_a_packet_is_known_by_its_parts(given):
    content = {"id": "p", "diseases": [{"term": {"label": "Flu"}}]}
    case, _ = given(json.dumps(content), "a.json")
    assert case.head.diagnosis.name == "Flu"


def test_a_solved_interpretation_names_the_diagnosis(given):
    disease = {"id": "MONDO:1", "label": "Sulfite oxidase deficiency"}
    solved = {"progressStatus": "SOLVED", "diagnosis": {"disease": disease}}
    case, _ = given(packet(interpretations=[solved]), "a.json")
    assert case.head.diagnosis.name == "Sulfite oxidase deficiency"
    case, _ = given(packet(interpretations=[{**solved, "progressStatus": "IN_PROGRESS"}],
                           diseases=[{"term": {"label": "Flu"}}]), "b.json")  # fmt: skip
    assert case.head.diagnosis.name == "Flu"


def test_a_code_that_is_not_kept_is_listed_with_how_to_keep_it(given):
    fever = {"type": {"id": "HP:0001945", "label": "Fever"}}
    _, left = given(packet(phenotypicFeatures=[fever]), "a.json")
    why = dict(listed(left))["HP:0001945"]
    assert why.endswith("data/reference/codes.csv: add it there")


def test_a_packet_in_binary_is_read_with_its_zeros(given):
    content = {
        "id": "p", "subject": {"id": "s", "sex": "MALE"},
        "measurements": [{"assay": {"id": "a:1", "label": "ketones"},
                          "value": quantity(0.0, "UCUM:mg/dL")}],
        "phenotypicFeatures": [{"type": {"id": "a:2", "label": "Fever"}, "excluded": True}],
        "metaData": {"phenopacketSchemaVersion": "2.0"},
    }  # fmt: skip
    packet_ = ParseDict(content, Phenopacket())
    case, _ = given(packet_.SerializeToString(), "a.pb")
    assert measured(case) == [("ketones", "0 mg/dL", "")]
    assert found(case) == [("Fever", "excluded", "")]


def test_a_field_that_the_schema_does_not_have_is_called_so(given):
    fever = {"type": {"label": "Fever"}, "severnity": "mild"}
    data = packet(phenotypicFeatures=[fever], htsFiles=[{"uri": "a"}])
    _, left = given(data, "a.json")
    assert ("mild", "the format has no such field") in listed(left)
    assert "it is no valid" not in str(left)


def test_what_the_schema_refuses_is_said_by_its_place_and_read_as_far_as_it_goes(given):
    fever = {"type": {"label": "Fever"}, "onset": {"timestamp": "in May 2020"}}
    _, left = given(packet(phenotypicFeatures=[fever]), "a.json")
    (why,) = (why for path, _, why in left if path == "the file")
    assert why.startswith(
        "it is no valid Phenopacket of schema 2 at Phenopacket.phenotypicFeatures"
    )
    assert "2020" not in why


#: Two patients, an age over 89, XML, a cohort, nothing that is a fact.
REFUSED = {
    "f28-name-blank.json",
    "c04-several-patients.csv",
    "f01-two-patients.json",
    "f17-old.json",
    "f24.xml",
    "p06-cohort.json",
}
INVENTED = sorted(p.name for p in INPUTS.glob("*.*") if p.suffix != ".md")


@pytest.mark.parametrize("name", INVENTED)
def test_each_invented_input_is_read_whole_or_refused_in_words(toy, name):
    done = casetrace("import", str(INPUTS / name), CASE, root=toy.root)
    assert "Traceback" not in done.stderr
    assert done.returncode == (2 if name in REFUSED else 0), done.stderr
    assert (toy.data / CASE).exists() is (name not in REFUSED)
    if name not in REFUSED:
        assert check(CASE, toy)[0] == []
        load(CASE, where=toy)
