import json
import re
import subprocess
import sys

import pytest
from conftest import ROOT, casetrace, casetrace_process, change_cell, copy_of_project

from casetrace import cli
from casetrace.build.site import lay_out
from casetrace.case.load import load


def values(*arguments, root=ROOT):
    done = casetrace("values", *arguments, "--json", root=root)
    assert done.returncode == 0, done.stderr
    return {r["id"]: r for r in json.loads(done.stdout)}


def test_values_are_records_with_bounds_sources_readings_and_derivation(toy):
    for record in values("imataka-2014").values():
        assert {"id", "low", "high", "unit", "sources", "readings", "how"} <= record.keys()
    later = values("toy-2000", root=toy.root)["ck.later"]
    assert (later["low"], later["high"], later["low_included"]) == (300, None, False)


def test_a_scenario_and_a_single_reading_change_what_hangs_on_them(toy):
    default = values("toy-2000", root=toy.root)
    for switched in (["--scenario", "small"], ["--reading", "dose=by-course"]):
        other = values("toy-2000", *switched, root=toy.root)
        moved = {
            k
            for k in other
            if (other[k]["low"], other[k]["high"]) != (default[k]["low"], default[k]["high"])
        }
        assert moved == {
            "pulse.dose_per_course.first",
            "pulse.dose_total",
            "pulse.dose_rate.first",
        }
        assert other["pulse.dose_total"]["readings"] == {"dose": "by-course"}
    both = values("toy-2000", "--scenario", "small", "--reading", "limit=high", root=toy.root)
    assert both["ck.fold.admission"]["low"] == 5
    assert both["pulse.dose_total"]["low"] == 100


def test_values_in_words(toy):
    done = casetrace("values", "toy-2000", root=toy.root)
    assert re.search(r"ck\.later +more than 300 U/L\n", done.stdout)
    assert re.search(r"pulse\.dose_total +180 mg/kg +\[dose\]", done.stdout)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["values", "imataka-2104"], "did you mean imataka-2014?"),
        (["build", "imataka"], "no case 'imataka'"),
        (["check", "imataka-2041"], "did you mean imataka-2014?"),
        (["values", "imataka-2014", "--scenario", "longer-gab"], "did you mean longer-gap?"),
        (["build", "--scenario", "longer-gab"], "did you mean longer-gap?"),
        (["values", "imataka-2014", "--reading", "ivig_dos=per-day"], "did you mean ivig_dose?"),
        (["values", "imataka-2014", "--reading", "ivig_dose"], "name=option"),
        (["values", "imataka-2014", "--reading", "ivig_dose=xyz"], "known: per-course, per-day"),
        (["scenarios", "imataka"], "no case"),
        (["verify-source", "imataka-2014", "no-such.txt"], "cannot read no-such.txt"),
        (["build", "-j", "0"], "1 or more"),
        (["values"], "CASE"),
        (["biuld"], "did you mean build?"),
        ([], "COMMAND"),
    ],
)
def test_misuse_exits_with_two_and_names_the_nearest(arguments, said):
    done = casetrace(*arguments)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_check_exits_with_one_and_lists_every_problem(toy):
    assert casetrace("check", "toy-2000", root=toy.root).stdout == "toy-2000: ok\n"
    folder = toy.data / "toy-2000"
    change_cell(folder / "observations.csv", "ck.admission", "unit", "IU/l")
    change_cell(folder / "findings.csv", "weakness", "state", "yes")
    done = casetrace("check", root=toy.root)
    assert done.returncode == 1
    assert done.stdout.count("error: ") == 2
    assert "toy-2000: 2 errors\n" in done.stdout


def test_a_warning_does_not_fail_the_check(toy):
    observations = toy.data / "toy-2000" / "observations.csv"
    change_cell(observations, "ck.admission", "value", "1001")
    done = casetrace("check", "toy-2000", root=toy.root)
    assert done.returncode == 0
    assert "warning: " in done.stdout


def test_verify_source_lists_every_row_and_fails_if_one_is_lost(toy):
    article = toy.root / "article.txt"
    article.write_text(
        "A 40-year-old man, toy disease, weakness, no rash, perhaps cough. 10 mg/kg/3 days, "
        "10 mg/kg twice. 2 mg/kg/day, between 1 and 2 mg/kg/day, 1 mg/kg/day. CK 1000 U/L, "
        "about 500, later more than 300, 200 to 400. He fell after 3 weeks and walks with help."
    )
    done = casetrace("verify-source", "toy-2000", str(article), root=toy.root)
    assert done.returncode == 0, done.stdout
    assert "0 fuzzy, 0 lost" in done.stdout
    article.write_text(article.read_text().replace("1000", "1001"))
    done = casetrace("verify-source", "toy-2000", str(article), root=toy.root)
    assert done.returncode == 1
    assert re.search(r"observations/ck\.admission +lost", done.stdout)
    assert "0 fuzzy, 1 lost" in done.stdout


def test_scenarios_lists_every_option_and_marks_the_default(toy):
    done = casetrace("scenarios", "toy-2000", root=toy.root)
    assert "small: the smaller dose (dose=by-course)" in done.stdout
    assert "  * by-day: by day" in done.stdout
    assert "    by-course: by course" in done.stdout


def test_the_command_says_where_it_looks_if_there_is_no_data(tmp_path):
    done = casetrace("check", root=tmp_path)
    assert done.returncode == 2
    assert "no data/ folder" in done.stderr


def test_a_reader_that_closes_early_is_no_failure():
    code = "set -o pipefail; " + f"{sys.executable} -m casetrace.cli values imataka-2014 | head -1"
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.slow
def test_a_build_passes_on_the_warnings_of_the_data(copy):
    observations = copy.data / "imataka-2014" / "observations.csv"
    change_cell(observations, "myoglobin.presentation", "value", "98765")
    done = casetrace("build", "--no-page", root=copy.root)
    assert done.returncode == 0
    assert "warning: data/imataka-2014/observations.csv, row 6" in done.stderr


@pytest.mark.slow
def test_progress_is_plain_lines_without_a_terminal(copy):
    done = casetrace("build", "--no-page", root=copy.root)
    assert "\x1b" not in done.stderr
    assert "\r" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if "warning" not in line.lower()]
    lines = [line for line in lines if line.startswith("[")]
    assert len(lines) == 4
    assert all(
        re.fullmatch(r"\[\d/4\] (\d-\w+|report) \(imataka-2014\): done", line) for line in lines
    )


def test_progress_on_a_terminal_names_what_runs(capsys):
    import io

    from casetrace.build.progress import Progress

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    out = Terminal()
    progress = Progress(2, out)
    progress.start("one")
    progress.start("two")
    progress.end("one")
    assert "running two" in out.getvalue()
    assert "[1/2] one: done\n" in out.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "--no-page"),
        ("figures", "imataka-2014", "course"),
        ("check",),
        ("new", "author-2020"),
        ("import", "visits.csv", "author-2020"),
        ("export", "imataka-2014", "--to", "fhir"),
        ("values", "imataka-2014", "--json"),
        ("table", "--all"),
        ("verify-source", "imataka-2014", "article.txt"),
        ("verify",),
        ("accept",),
        ("scenarios", "imataka-2014"),
        ("dictionary",),
        ("cases",),
        ("docx", "--help"),
        ("site", "--help"),
        ("release", "--help"),
        ("lab", "--help"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_each_command_runs_as_a_process_of_its_own(copy, arguments):
    (copy.root / "visits.csv").write_text("week,creatine kinase (U/L)\n0,1000\n2,more than 300\n")
    rows = load("imataka-2014", where=copy).rows.observations
    (copy.root / "article.txt").write_text("\n".join(row.as_reported for row in rows))
    done = casetrace_process(*arguments, root=copy.root, cwd=copy.root)
    # Findings are not in that text; the figures of all cases are here of one case alone.
    finds_faults = arguments[0] in ("verify-source", "verify")
    assert done.returncode == int(finds_faults), done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


def test_each_command_is_tried_as_a_process():
    from casetrace.cli import _parser

    mark = next(
        m for m in test_each_command_runs_as_a_process_of_its_own.pytestmark if m.name != "slow"
    )
    assert {arguments[0] for arguments in mark.args[1]} == set(_parser()[1])


def test_an_unknown_command_is_named_with_the_nearest():
    done = casetrace("bulid")
    assert done.returncode == 2
    assert done.stderr == "casetrace: there is no command 'bulid'; did you mean build?\n"


def test_cases_are_listed_with_whom_they_are_of(toy):
    done = casetrace("cases", root=toy.root)
    assert done.stdout == "toy-2000  man, toy disease: A toy case\n"
    (toy.data / "toy-2000" / "case.yaml").write_text("id: [")
    assert "casetrace check toy-2000 says why" in casetrace("cases", root=toy.root).stdout


def test_values_under_a_reading_say_what_they_were(toy):
    done = casetrace("values", "toy-2000", "--reading", "dose=by-course", root=toy.root)
    assert re.search(r"pulse\.dose_total +\S+ mg/kg  \(default: 180 mg/kg\)", done.stdout)
    assert "(default" not in casetrace("values", "toy-2000", root=toy.root).stdout


def test_a_site_is_one_folder_that_leads_to_every_report(whole, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = casetrace("site", str(folder), root=whole.root)
    assert done.returncode == 0, done.stderr
    page = (folder / "index.html").read_text()
    links = set(re.findall(r'(?:href|src)="([^"]+)"', page))
    assert {f"reports/{case}/index.html" for case in whole.cases()} <= links
    assert all((folder / link).is_file() for link in links)
    assert (folder / "notebooks" / "1-case.ipynb").is_file()
    (folder / "index.html").unlink()
    again = casetrace("site", str(folder), root=whole.root)
    assert again.returncode == 2
    assert "holds something else" in again.stderr


def test_a_site_has_the_notebooks_as_pages_that_ask_for_nothing(tmp_path):
    pytest.importorskip("nbconvert")
    project = copy_of_project(tmp_path / "project")
    index = lay_out(project, tmp_path / "site")
    pages = sorted((index.parent / "notebooks").glob("*.html"))
    assert [p.stem for p in pages] == sorted(p.stem for p in project.notebooks.glob("*.ipynb"))
    for page in pages:
        asked = re.findall(
            r"<(?:script|link|img|iframe)[^>]*(?:src|href)=.https?:", page.read_text()
        )
        assert asked == []
    course = (index.parent / "notebooks" / "2-course.html").read_text()
    assert "14,420" in course
    assert 'href="notebooks/2-course.html">How did the illness run?' in index.read_text()


def test_every_command_says_in_its_help_how_it_is_used(capsys):
    parser, names = cli._parser()
    assert set(cli.EXAMPLES) == set(names)
    for name in names:
        with pytest.raises(SystemExit):
            parser.parse_args([name, "--help"])
        said = capsys.readouterr().out.partition("for example:")[2]
        lines = [line.strip().split() for line in said.strip().splitlines()]
        assert lines
        for program, *arguments in lines:
            assert program == "casetrace"
            assert arguments[0] == name
            parser.parse_args(arguments)  # ends the program if it does not hold
