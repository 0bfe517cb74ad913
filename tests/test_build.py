"""Builds that succeed, fail, are killed, meet each other, or run out of space."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import (
    TOY_HEAD,
    TOY_TABLES,
    casetrace,
    casetrace_process,
    change_cell,
    snapshot,
    write_case,
)

from casetrace.build import build as builds
from casetrace.build import stale
from casetrace.build.build import BuildError, build
from casetrace.build.jobs import Job
from casetrace.case.load import check, load_reference
from casetrace.case.problems import UsageError
from casetrace.case.write import write_bytes

NEW = "23456"
DEFAULT = Job("imataka-2014", "default")


def outputs(project):
    folders = (project.figures, project.reports)
    return {f"{f.name}/{name}": data for f in folders for name, data in snapshot(f).items()}


def observations(project):
    return project.data / "imataka-2014" / "observations.csv"


def values(project, case="imataka-2014"):
    records = json.loads((project.reports / case / "values.json").read_text())
    return {r["id"]: (r["low"], r["high"], r["text"]) for r in records}


def forget(project):
    """As if nothing had been built here."""
    shutil.rmtree(project.build / "manifest", ignore_errors=True)


def test_a_build_gives_what_is_committed_and_a_second_one_does_nothing(whole, capsys):
    before = outputs(whole)
    both = [Job(case, "default") for case in ("imataka-2014", "gungor-2020")]
    changed = build(whole, both, with_page=False)  # verify compares the pages
    assert [p for p in changed if not p.startswith("build/")] == []
    assert outputs(whole) == before
    capsys.readouterr()
    assert build(whole, both, with_page=False) == []
    assert capsys.readouterr().err.count("nothing changed, nothing to do") == len(both) == 2


def test_a_changed_value_changes_what_rests_on_it_and_nothing_else(built):
    before = values(built)
    change_cell(observations(built), "ck.presentation", "value", NEW)
    changed = build(built, [DEFAULT], with_page=False)
    after = values(built)
    moved = {key for key in after if after[key] != before[key]}
    assert moved == {
        "ck.presentation",
        "ck.fold.presentation",
        "ck.severity.presentation",  # 23456 / 328 is above 50
        "ck.change.after_prednisolone",
        "ck.change.ivig_vs_presentation",
    }
    assert after["ck.presentation"] == (23456, 23456, "23,456 U/L")
    for name in ("figures/imataka-2014/course.svg", "reports/imataka-2014/summary.md"):
        assert name in changed
    assert "23,456 U/L" in (built.reports / "imataka-2014" / "summary.md").read_text()


@pytest.mark.slow
def test_a_value_that_no_figure_shows_leaves_the_figures_alone(built):
    figures = snapshot(built.figures)
    before = values(built)
    change_cell(observations(built), "myoglobin.presentation", "value", "98765")
    build(built, [DEFAULT], with_page=False)
    after = values(built)
    assert {key for key in after if after[key] != before[key]} == {"myoglobin.presentation"}
    assert snapshot(built.figures) == figures


def test_an_output_that_was_damaged_is_built_again(built):
    svg = built.figures / "imataka-2014" / "course.svg"
    good = svg.read_bytes()
    svg.write_bytes(b"<svg/>")
    assert "figures/imataka-2014/course.svg" in build(built, [DEFAULT], with_page=False)
    assert svg.read_bytes() == good


@pytest.mark.slow
def test_another_scenario_goes_beside_and_leaves_the_committed_outputs(copy):
    before = outputs(copy)
    build(copy, [Job("imataka-2014", "longer-gap")], with_page=False)
    assert outputs(copy) == before
    folder = copy.build / "scenarios" / "imataka-2014" / "longer-gap"
    text = (folder / "reports" / "summary.md").read_text()
    assert "56 weeks" in text
    assert "Not the curator's default" in text
    assert (folder / "figures" / "course.svg").is_file()
    assert "](../figures/course.svg)" in text


@pytest.mark.slow
def test_the_same_notebooks_serve_another_case(whole):
    before = outputs(whole)
    items = [row.id for row in load_reference(whole).care]
    tables = {
        **TOY_TABLES,
        "care": [{"item": item, "met": "no"} for item in items],
        "motor": [{**row, "scale": "vignos"} for row in TOY_TABLES["motor"]],
    }
    head = TOY_HEAD.replace("ck_low", "ck_life_2y").replace("ck_high", "ck_jccls_women")
    write_case(whole.data / "toy-2000", head, tables)
    assert check("toy-2000", whole) == ([], [])
    changed = build(whole, [Job("toy-2000", "default")])
    assert "figures/toy-2000/course.svg" in changed
    assert values(whole, "toy-2000")["pulse.dose_total"] == (180, 180, "180 mg/kg")
    assert "A man, " in (whole.reports / "toy-2000" / "summary.md").read_text()
    assert before.items() <= outputs(whole).items()


@pytest.mark.slow
def test_bytes_do_not_hang_on_workers_locale_time_zone_hash_seed_umask_or_settings(whole, tmp_path):
    before = outputs(whole)
    settings = tmp_path / "settings"
    settings.mkdir()
    (settings / "matplotlibrc").write_text("font.size: 20\nlines.linewidth: 9\n")
    for jobs, env in (
        ("1", {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
        ("3", {"TZ": "America/Lima", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "77"}),
    ):
        forget(whole)
        for path in (whole.figures, whole.reports):
            for file in (path / DEFAULT.case).glob("*.*"):
                file.unlink()
        env["MATPLOTLIBRC"] = str(settings)
        done = casetrace_process("build", "-j", jobs, root=whole.root, env=env, umask=0o077)
        assert done.returncode == 0, done.stderr
        assert outputs(whole) == before


def break_notebook(project, name="2-course.ipynb", source="course.figures.no_such_figure(report)"):
    path = project.notebooks / name
    notebook = json.loads(path.read_text())
    cell = next(c for c in notebook["cells"] if c["id"] == "figure")
    cell["source"] = source
    path.write_text(json.dumps(notebook))


def test_a_broken_notebook_is_named_with_cell_and_cause_and_old_outputs_stay(copy):
    before = outputs(copy)
    break_notebook(copy)
    with pytest.raises(BuildError) as caught:
        build(copy, [DEFAULT], with_page=False)
    said = str(caught.value)
    assert "2-course.ipynb" in said
    assert "code cell 6 under 'Look at the course' (course.figures.no_such_figure(report))" in said
    assert "AttributeError" in said
    assert outputs(copy) == before


@pytest.mark.slow
def test_a_kernel_that_dies_fails_alone_with_its_name(copy):
    before = outputs(copy)
    break_notebook(copy, source="import os; os._exit(1)")
    done = casetrace("build", "--no-page", root=copy.root)
    assert done.returncode == 1
    assert "2-course.ipynb" in done.stderr
    assert "died" in done.stderr
    assert "1-case (imataka-2014): done" in done.stderr
    assert outputs(copy) == before


def test_a_case_with_faulty_data_is_not_built(copy):
    before = outputs(copy)
    change_cell(observations(copy), "ck.presentation", "unit", "IU/l")
    done = casetrace("build", "--no-page", root=copy.root)
    assert done.returncode == 1
    assert "observations.csv, row 2 (ck.presentation), column unit" in done.stderr
    assert "write U/L" in done.stderr
    assert outputs(copy) == before


@pytest.mark.parametrize("after", [0.5, 2.0, 3.5])
@pytest.mark.slow
def test_a_killed_build_leaves_old_outputs_whole_and_the_next_one_recovers(copy, after):
    before = outputs(copy)
    change_cell(observations(copy), "ck.presentation", "value", NEW)
    env = {**os.environ, "CASETRACE_ROOT": str(copy.root)}
    command = [sys.executable, "-m", "casetrace.cli", "build", "--no-page"]
    killed = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(after)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    new = outputs(copy)
    assert new.keys() == before.keys()
    done = casetrace("build", "--no-page", root=copy.root)
    assert done.returncode == 0, done.stderr
    finished = outputs(copy)
    for name, content in new.items():
        assert content in (before[name], finished[name]), name
    assert values(copy)["ck.presentation"][0] == 23456
    time.sleep(2)  # kernels of the killed build notice within a second that it is gone
    assert build(copy, [DEFAULT], with_page=False) == []
    assert list(copy.build.glob("staging-*")) == []


@pytest.mark.slow
def test_a_full_disk_is_named_and_old_outputs_stay(copy, monkeypatch):
    before = outputs(copy)
    change_cell(observations(copy), "ck.presentation", "value", NEW)

    def full(*_):
        raise OSError(28, "No space left on device", "build/staging/course.svg")

    monkeypatch.setattr("casetrace.build.task.write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        build(copy, [DEFAULT], with_page=False)
    assert outputs(copy) == before
    assert list(copy.build.glob("staging-*")) == []


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="needs a small disk to fill")
@pytest.mark.slow
def test_the_command_line_survives_a_really_full_disk(copy):
    """A file size limit is what a full disk looks like to a process."""
    before = outputs(copy)
    change_cell(observations(copy), "ck.presentation", "value", NEW)
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); "
        "from casetrace.cli import main; sys.exit(main(['build', '--no-page']))"
    )
    env = {**os.environ, "CASETRACE_ROOT": str(copy.root)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert outputs(copy) == before


def test_writing_is_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_bytes(path, b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.slow
def test_two_builds_at_once_both_end_well(copy):
    change_cell(observations(copy), "ck.presentation", "value", NEW)
    env = {**os.environ, "CASETRACE_ROOT": str(copy.root)}
    command = [sys.executable, "-m", "casetrace.cli", "build", "--no-page"]
    both = [subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [b.communicate()[1] for b in both]
    assert [b.returncode for b in both] == [0, 0], said
    assert any("another build is running here" in s for s in said)
    assert any("nothing changed" in s for s in said)
    assert values(copy)["ck.presentation"][0] == 23456


@pytest.mark.slow
def test_a_file_that_is_no_longer_given_is_removed(built):
    (built.notebooks / "2-course.ipynb").unlink()
    changed = build(built, [DEFAULT], with_page=False)
    assert changed == ["build/notebooks/imataka-2014/2-course.ipynb (removed)"]
    assert not (built.root / changed[0].partition(" ")[0]).exists()


NOTEBOOKS = {"1-case.ipynb", "2-course.ipynb", "8-summary.ipynb"}
EVERYTHING = {*NOTEBOOKS, "report"}


def run_for(project, job=DEFAULT):
    """Which tasks a build would run."""
    return set(stale.due(project, job, stale.inputs(project, job, with_page=False)).run)


def test_a_notebook_is_run_for_what_is_written_in_it_and_all_for_the_data(built):
    assert run_for(built) == set()
    path = built.notebooks / "2-course.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":  # the outputs that are stored play no part
            cell["outputs"], cell["execution_count"] = [], None
    path.write_text(json.dumps(notebook))
    assert run_for(built) == set()
    notebook["cells"][0]["source"] = "# Another question?"
    path.write_text(json.dumps(notebook))
    assert run_for(built) == {"2-course.ipynb"}
    care = built.data / "imataka-2014" / "care.csv"
    before = care.read_bytes()
    care.write_bytes(before + b"\n")
    assert run_for(built) == EVERYTHING
    care.write_bytes(before)
    assert run_for(built) == {"2-course.ipynb"}
    (built.data / "imataka-2014" / "words.de.csv").write_text("text,words\n")
    assert run_for(built) == EVERYTHING
    assert run_for(built, Job("imataka-2014", "longer-gap")) == EVERYTHING


@pytest.mark.slow
def test_a_build_explains_itself(copy, capsys):
    build(copy, [DEFAULT], explain=True, with_page=False)
    said = capsys.readouterr().err
    assert "imataka-2014/default: to be run, since it was not built here before: 1-case" in said
    build(copy, [DEFAULT], explain=True, with_page=False)
    assert "nothing changed" in capsys.readouterr().err
    change_cell(observations(copy), "ck.presentation", "value", NEW)
    (copy.figures / "imataka-2014" / "course.csv").unlink()
    build(copy, [DEFAULT], explain=True, with_page=False)
    said = capsys.readouterr().err
    observed = "data/imataka-2014/observations.csv changed"
    assert f"since {observed}: 1-case.ipynb, 2-course.ipynb, 8-summary.ipynb" in said
    damage = "figures/imataka-2014/course.csv is missing"
    assert f"since {observed}; {damage}: report" in said
    path = copy.notebooks / "2-course.ipynb"
    path.write_text(path.read_text().replace("How did the illness run", "How did it run"))
    build(copy, [DEFAULT], explain=True, with_page=False)
    said = capsys.readouterr().err
    assert "to be run, since 2-course.ipynb changed: 2-course.ipynb" in said
    assert "nothing changed for 1-case.ipynb, 8-summary.ipynb, report" in said


def test_nothing_to_do_imports_neither_papermill_nor_pydantic(built):
    code = (
        "import sys; from casetrace.cli import main; status = main(['build', '--no-page']);"
        "print(status, [m for m in ('papermill', 'pydantic', 'pandas', 'numpy', 'nbformat')"
        " if m in sys.modules])"
    )
    env = {**os.environ, "CASETRACE_ROOT": str(built.root)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.stdout.strip() == "0 []"
    assert "nothing changed, nothing to do" in done.stderr


def cell_of(project, name, source):
    """Put a cell at the head of a notebook's code, after its parameters."""
    path = project.notebooks / name
    notebook = json.loads(path.read_text())
    cell = {"cell_type": "code", "id": "planted", "metadata": {}, "source": source}
    notebook["cells"].insert(2, {**cell, "outputs": [], "execution_count": None})
    path.write_text(json.dumps(notebook))


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import os\nos._exit(3)", "its kernel died"),
        (
            "import resource\nresource.setrlimit(resource.RLIMIT_AS, (2 ** 31, 2 ** 31))\n"
            "x = bytearray(2 ** 33)",
            "MemoryError",
        ),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
@pytest.mark.parametrize("kernels", ["warm", "stock"])
@pytest.mark.slow
def test_a_notebook_that_goes_wrong_fails_alone(copy, monkeypatch, source, cause, kernels):
    monkeypatch.setenv("CASETRACE_KERNELS", kernels)
    cell_of(copy, "2-course.ipynb", source)
    with pytest.raises(BuildError) as error:
        build(copy, [DEFAULT], with_page=False)
    assert "2-course.ipynb" in str(error.value)
    assert cause in str(error.value)
    assert "1-case" not in str(error.value)
    assert "8-summary" not in str(error.value)


@pytest.mark.parametrize("kernels", ["warm", "stock"])
@pytest.mark.slow
def test_a_cell_that_runs_too_long_is_named_with_its_limit(copy, monkeypatch, kernels):
    monkeypatch.setenv("CASETRACE_KERNELS", kernels)
    monkeypatch.setenv("CASETRACE_CELL_TIMEOUT", "2")
    cell_of(copy, "2-course.ipynb", "import time\ntime.sleep(300)")
    # On a busy machine the cells of other notebooks may take longer than this too.
    with pytest.raises(BuildError, match=r"2-course\.ipynb.*a cell ran longer than 2 seconds"):
        build(copy, [DEFAULT], with_page=False)


def test_a_time_that_is_none_is_named(copy, monkeypatch):
    monkeypatch.setenv("CASETRACE_CELL_TIMEOUT", "soon")
    with pytest.raises(UsageError, match="CASETRACE_CELL_TIMEOUT takes whole seconds"):
        build(copy, [DEFAULT], with_page=False)


@pytest.mark.parametrize("kernels", ["warm", "stock"])
@pytest.mark.slow
def test_interrupted_it_stops_and_leaves_no_process_and_no_half_output(copy, kernels):
    begun = copy.root / "begun"
    cell_of(
        copy,
        "1-case.ipynb",
        "import os, time, pathlib\n"
        f"pathlib.Path({str(begun)!r}).write_text(str(os.getpid()))\ntime.sleep(300)",
    )
    before = outputs(copy)
    command = [sys.executable, "-m", "casetrace.cli", "build", "--no-page"]
    env = {**os.environ, "CASETRACE_ROOT": str(copy.root), "CASETRACE_KERNELS": kernels}
    running = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    for _ in range(1200):
        if begun.exists() and begun.read_text():
            break
        time.sleep(0.05)
    kernel = int(begun.read_text())
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=20)[1]
    assert running.returncode == 130
    assert "casetrace: stopped" in said
    assert not os.path.exists(f"/proc/{kernel}")
    assert outputs(copy) == before
    assert list(copy.build.glob("staging-*")) == []


@pytest.mark.slow
def test_forked_kernels_give_the_bytes_of_kernels_started_anew(copy, monkeypatch):
    found = []
    for kernels in ("warm", "stock"):
        monkeypatch.setenv("CASETRACE_KERNELS", kernels)
        forget(copy)
        build(copy, [DEFAULT], with_page=False)
        executed = snapshot(copy.build / "notebooks")
        found.append({**outputs(copy), **executed})
    assert len(found[0]) > 10
    assert found[0] == found[1]


@pytest.mark.slow
def test_a_folder_for_temporary_files_may_lie_deep(copy, tmp_path):
    """Its kernels' sockets may not: a path of a socket has about a hundred characters at most."""
    deep = tmp_path / "scratch-of-a-cluster" / ("d" * 80)
    deep.mkdir(parents=True)
    done = casetrace_process("build", "--no-page", root=copy.root, env={"TMPDIR": str(deep)})
    assert done.returncode == 0, done.stderr
    assert list(deep.iterdir()) == []


@pytest.mark.slow
def test_what_is_edited_while_a_build_is_under_way_is_not_lost(built, monkeypatch):
    before = outputs(built)
    change_cell(built.data / "imataka-2014" / "care.csv", "1", "met", "no")
    sound = "casetrace.build.build._is_sound"

    def edited(where, job):
        change_cell(observations(built), "ck.presentation", "value", NEW)
        return True

    monkeypatch.setattr(sound, edited)
    build(built, [DEFAULT], with_page=False)
    assert outputs(built).keys() == before.keys()
    assert values(built)["ck.presentation"][0] == 23456
    assert b"23,456" in outputs(built)["figures/imataka-2014/course.csv"]


@pytest.mark.slow
def test_what_is_edited_after_it_was_read_is_run_again(built, monkeypatch):
    change_cell(built.data / "imataka-2014" / "care.csv", "1", "met", "no")
    publish = "casetrace.build.build.publish"

    def edited(*arguments):
        change_cell(observations(built), "ck.presentation", "value", NEW)
        return real(*arguments)

    real = builds.publish
    monkeypatch.setattr(publish, edited)
    build(built, [DEFAULT], with_page=False)
    assert values(built)["ck.presentation"][0] == 14420
    monkeypatch.undo()
    build(built, [DEFAULT], with_page=False)
    assert values(built)["ck.presentation"][0] == 23456


def test_a_notebook_left_at_another_case_is_named_with_the_way_back(copy):
    path = copy.notebooks / "2-course.ipynb"
    path.write_text(path.read_text().replace('case = \\"imataka-2014\\"', 'case = \\"other\\"'))
    before = outputs(copy)
    with pytest.raises(BuildError) as failed:
        build(copy, [DEFAULT], with_page=False)
    assert "2-course.ipynb, its parameters: case is 'other'" in str(failed.value)
    assert "git restore notebooks/2-course.ipynb" in str(failed.value)
    assert outputs(copy) == before


def test_a_fault_in_a_story_stops_the_build_before_it_begins(copy, capsys):
    story = copy.data / "imataka-2014" / "story.md"
    story.write_text(story.read_text("utf-8") + "\nShe had 7 courses.\n", "utf-8")
    with pytest.raises(BuildError, match="not built, since the data do not hold"):
        build(copy, [DEFAULT], with_page=False)
    said = capsys.readouterr().err
    assert "story.md, line" in said
    assert "a digit in" in said
    assert "done" not in said
