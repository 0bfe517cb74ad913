"""Each kind of input that an import once got wrong, with what is right."""

import csv
from pathlib import Path

import pytest
from conftest import ROOT, casetrace

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
    assert len(case.rows.observations) == 3
    assert [value for _, value, _ in left] == ["more", "later", "so so", "good", "fine", "5", "7"]


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
