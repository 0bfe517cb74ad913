"""What would be wrong in silence: another folder, other versions, other kernels, other limits."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import matplotlib as mpl
import nbformat
import pytest
from conftest import ROOT, casetrace, casetrace_process, change_cell, snapshot

from casetrace import cli
from casetrace.build import build as builds
from casetrace.build import environment as surroundings
from casetrace.build import installed as versions
from casetrace.build.accept import accept, compare
from casetrace.build.build import BuildError, alone, build
from casetrace.build.environment import environment, has_room, scratch
from casetrace.build.execute import is_made_up
from casetrace.build.jobs import FIRST
from casetrace.build.stale import inputs
from casetrace.build.stored import check_folder, check_notebook
from casetrace.build.verify import compare_file, verify
from casetrace.case.load import check, load
from casetrace.case.problems import CaseError, UsageError
from casetrace.curate.unseen import unseen
from casetrace.explore.lab import copies
from casetrace.kernels.manager import LocalKernelManager, QuickManager
from casetrace.kernels.processes import in_processes

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="no make here")


# --- one project, one environment


@pytest.fixture
def checkout(tmp_path):
    """A folder with the Makefile, and a .venv that looks set up in it."""
    folder = tmp_path / "checkout"
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    python.symlink_to(sys.executable)
    ready = folder / ".venv" / ".ready"
    ready.write_text(f"{folder.resolve()}\n")
    later = time.time() + 60
    os.utime(ready, (later, later))
    return folder


def would_set_up(folder):
    """Whether make would set up the environment there."""
    done = subprocess.run(
        ["make", "-n", "all"], cwd=folder, capture_output=True, text=True, check=True
    )
    return "-m venv --clear" in done.stdout


@needs_make
def test_a_venv_of_this_folder_is_used(checkout):
    assert not would_set_up(checkout)


@needs_make
def test_a_venv_that_was_copied_is_set_up_again(checkout, tmp_path):
    shutil.copytree(checkout, tmp_path / "other", symlinks=True)
    assert would_set_up(tmp_path / "other")
    assert not would_set_up(checkout)


@needs_make
def test_a_venv_of_another_folder_that_is_linked_is_set_up_again(checkout, tmp_path):
    other = tmp_path / "worktree"
    other.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, other)
    (other / ".venv").symlink_to(checkout / ".venv")
    assert would_set_up(other)


@needs_make
def test_a_checkout_that_was_moved_is_set_up_again(checkout, tmp_path):
    checkout.rename(tmp_path / "moved")
    assert would_set_up(tmp_path / "moved")


@needs_make
def test_a_venv_without_its_python_is_set_up_again(checkout):
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(checkout / "gone")
    assert would_set_up(checkout)


@needs_make
def test_what_a_shell_says_of_packages_does_not_reach_the_set_up(checkout):
    more = checkout / "more.mk"
    more.write_text("include Makefile\nshow:\n\t@echo [$$PYTHONPATH$$PIP_USER$$PIP_TARGET]\n")
    env = {**os.environ, "PYTHONPATH": "a", "PIP_USER": "1", "PIP_TARGET": "b"}
    command = ["make", "-s", "-f", "more.mk", "show"]
    done = subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


@needs_make
@pytest.mark.slow
def test_two_checkouts_never_touch_each_other(tmp_path):
    """A copy with a link to this .venv, and a datum changed: its own environment draws its own."""
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    other = tmp_path / "copy"
    for name in filter(None, files):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, other / name)
    (other / ".venv").symlink_to(ROOT / ".venv")
    _change_first_value(other / "data/gungor-2020/observations.csv")
    before = {name: (ROOT / name).read_bytes() for name in filter(None, files)}
    env = {k: v for k, v in os.environ.items() if k != "CASETRACE_ROOT"}
    command = ["make", "figures/gungor-2020/course.svg"]
    done = subprocess.run(command, cwd=other, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    drawn = other / "figures/gungor-2020/course.csv"
    assert drawn.read_bytes() != before["figures/gungor-2020/course.csv"]
    assert {name: (ROOT / name).read_bytes() for name in before} == before
    assert not (other / ".venv").is_symlink()
    assert (ROOT / ".venv" / "bin" / "casetrace").is_file()


def _change_first_value(path):
    lines = path.read_text().splitlines()
    value = lines[0].split(",").index("value")
    for number, line in enumerate(lines[1:], start=1):
        cells = line.split(",")
        if cells[value].isdigit():
            cells[value] = str(int(cells[value]) + 1)
            lines[number] = ",".join(cells)
            break
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """The working directory is in another checkout, and nothing says which is meant."""
    other = tmp_path / "other"
    for name in ("data", "notebooks"):
        (other / name).mkdir(parents=True)
    (other / "pyproject.toml").touch()
    monkeypatch.chdir(other / "data")
    monkeypatch.delenv("CASETRACE_ROOT", raising=False)
    return other


def test_the_command_line_names_its_root_from_within_another_checkout(elsewhere, capsys):
    assert cli.main(["cases"]) == 0
    said = capsys.readouterr().err
    assert f"this casetrace works on {ROOT}, and you are in {elsewhere}" in said
    for command in (["build"], ["accept"], ["figures", "imataka-2014"], ["new", "a-2000"]):
        assert cli.main(command) == 2
        said = capsys.readouterr().err
        assert f"works on {ROOT}" in said
        assert "CASETRACE_ROOT" in said


def test_the_command_line_says_nothing_of_its_root_in_its_own_checkout(monkeypatch, capsys):
    monkeypatch.chdir(ROOT / "data")
    monkeypatch.delenv("CASETRACE_ROOT", raising=False)
    assert cli.main(["cases"]) == 0
    assert capsys.readouterr().err == ""


def test_packages_of_a_shell_do_not_reach_a_command(tmp_path, toy):
    (tmp_path / "more" / "matplotlib").mkdir(parents=True)
    (tmp_path / "more" / "yaml.py").write_text("raise ImportError('not this one')")
    done = casetrace_process(
        "values", "toy-2000", root=toy.root, env={"PYTHONPATH": str(tmp_path / "more")}
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("manager", [LocalKernelManager, QuickManager])
def test_kernels_are_of_this_interpreter_whatever_a_machine_calls_python3(
    manager, tmp_path, monkeypatch
):
    foreign = tmp_path / "kernels" / "python3"
    foreign.mkdir(parents=True)
    spec = {"argv": ["/bin/false", "{connection_file}"], "display_name": "x", "language": "python"}
    (foreign / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    started = manager(kernel_name="python3").kernel_spec
    assert started.argv[0] == sys.executable
    assert started.argv[1:3] == ["-m", "ipykernel_launcher"]


@pytest.mark.slow
def test_a_build_runs_its_own_interpreter_whatever_jupyter_finds(copy, tmp_path, monkeypatch):
    foreign = tmp_path / "share" / "kernels" / "python3"
    foreign.mkdir(parents=True)
    spec = {"argv": ["/bin/false", "{connection_file}"], "display_name": "x", "language": "python"}
    (foreign / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    build(copy, [FIRST], with_page=False)
    executed = copy.build / "notebooks" / "imataka-2014" / "1-case.ipynb"
    assert executed.read_bytes() == (copy.notebooks / "1-case.ipynb").read_bytes()


@pytest.mark.slow
def test_settings_of_a_shell_do_not_reach_nbval(copy, tmp_path):
    start = tmp_path / "ipython" / "profile_default" / "startup"
    start.mkdir(parents=True)
    (start / "noise.py").write_text(
        "get_ipython().events.register('post_run_cell', lambda *_: print('noise'))"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml")]
    command += ["--rootdir", str(copy.root), str(copy.notebooks / "1-case.ipynb")]
    env = {**os.environ, "IPYTHONDIR": str(tmp_path / "ipython"), "CASETRACE_ROOT": str(copy.root)}
    done = subprocess.run(command, cwd=copy.root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_build_has_a_home_and_settings_of_its_own(monkeypatch):
    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(Path, "home", staticmethod(nowhere))
    monkeypatch.setattr(surroundings.environment, "_is_in_force", False)
    monkeypatch.setattr(surroundings, "is_warm", lambda: False)
    with environment():
        home, settings = Path(os.environ["HOME"]), Path(os.environ["MATPLOTLIBRC"])
        assert home.is_dir()
        assert settings.read_text() == ""
    assert "HOME" not in os.environ
    assert not home.exists()


def test_a_figure_is_drawn_under_default_settings(toy, monkeypatch):
    from casetrace.questions.course.figures import course

    first = course(load("toy-2000", where=toy)).svg
    monkeypatch.setitem(mpl.rcParams, "text.usetex", True)
    monkeypatch.setitem(mpl.rcParams, "axes.facecolor", "red")
    assert course(load("toy-2000", where=toy)).svg == first


# --- versions


@pytest.fixture
def older(toy):
    """A project whose lock file has another version of pandas than is installed."""
    (toy.root / "requirements.lock").write_text(
        "pandas==1.0.0 \\\n    --hash=sha256:00\n"
        "numpy==1.0.0 ; python_full_version < '3.0' \\\n    --hash=sha256:00\n"
        "not-a-package==1.0 \\\n    --hash=sha256:00\n"
    )
    return toy


def test_what_is_installed_is_compared_with_the_lock(older):
    import pandas

    (said,) = versions.differences(older)
    assert said == f"pandas {pandas.__version__} is installed, requirements.lock has 1.0.0"
    assert inputs(older, FIRST).shared["installed pandas"] == pandas.__version__


def test_nothing_is_stored_under_other_versions(older):
    with pytest.raises(UsageError, match=r"pandas .* is installed.*make clean and make"):
        accept(older)
    done = casetrace("accept", root=older.root)
    assert done.returncode == 2
    assert "requirements.lock has 1.0.0" in done.stderr


def test_a_build_under_other_versions_says_so(older):
    done = casetrace("build", "toy-2000", root=older.root)
    assert "warning: pandas" in done.stderr
    assert "make clean, then make, installs what is locked" in done.stderr


def test_verify_names_other_versions_and_advises_to_accept_nothing(older, monkeypatch):
    monkeypatch.setattr("casetrace.build.verify.verify", lambda *_, **__: ["a: differs"])
    done = casetrace("verify", root=older.root)
    assert done.returncode == 1
    assert "requirements.lock has 1.0.0" in done.stdout
    assert "accept" not in done.stdout
    assert "install what is locked" in done.stdout


def test_what_is_installed_here_is_what_is_locked():
    found = versions.installed(builds.Project(ROOT))
    assert len(found) > 40
    assert versions.differences(builds.Project(ROOT)) == []


# --- notebooks: ids, kernels, copies, marks, what weakens the check


@pytest.fixture
def stored(copy):
    path = copy.notebooks / "2-course.ipynb"
    return path, json.loads(path.read_text())


@pytest.mark.parametrize(
    ("name", "is_odd"),
    [
        ("", True),
        ("0f3a9b21", True),
        ("f3b5c1de-1234-4abc-9def-0123456789ab", True),
        ("figure", False),
        ("cell-3", False),
        ("deadbeef-x", False),
    ],
)
def test_an_id_that_a_tool_made_up_is_known(name, is_odd):
    assert is_made_up(name) is is_odd


@pytest.mark.parametrize("way", ["fresh", "missing", "twice"])
def test_ids_of_cells_that_were_changed_are_named(stored, way):
    path, notebook = stored
    for cell in notebook["cells"][2:4]:
        if way == "fresh":
            cell["id"] = "0f3a9b21" if cell is notebook["cells"][2] else "1f3a9b21"
        elif way == "twice":
            cell["id"] = "same"
        else:
            del cell["id"]
    if way == "missing":
        notebook["nbformat_minor"] = 4
    path.write_text(json.dumps(notebook))
    (said,) = check_notebook(path)
    assert said.startswith("2-course.ipynb: ids of cells 3, 4 were changed by a tool")


def test_cells_with_other_ids_are_compared_by_their_place():
    def notebook(name, text):
        output = nbformat.v4.new_output("execute_result", {"text/plain": text})
        cell = nbformat.v4.new_code_cell("x", id=name, outputs=[output])
        return nbformat.v4.new_notebook(cells=[cell])

    words = compare("n", notebook("a", "one"), notebook("cell-1", "two"))
    assert words == ["n: ids of cells changed or were missing: cell-1", "n, : one → two"]


@pytest.mark.slow
def test_ids_that_are_missing_are_given_by_place_and_stay(copy):
    path = copy.notebooks / "1-case.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        del cell["id"]
    path.write_text(json.dumps(notebook))
    words = accept(copy, with_page=False)
    assert any("1-case.ipynb: ids of cells changed" in line for line in words)
    assert not any("output added" in line for line in words)
    ids = [cell["id"] for cell in json.loads(path.read_text())["cells"]]
    assert ids == [f"cell-{n}" for n in range(1, len(ids) + 1)]
    assert accept(copy, with_page=False) == []


def test_a_notebook_for_another_kernel_is_named(stored):
    path, notebook = stored
    notebook["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    path.write_text(json.dumps(notebook))
    assert check_notebook(path) == [
        "2-course.ipynb: is for the kernel 'ir', and is run by 'python3'; "
        "git restore notebooks/2-course.ipynb"
    ]


@pytest.mark.parametrize(
    "tag", ["nbval-skip", "nbval-ignore-output", "nbval-raises-exception", "raises-exception"]
)
def test_a_tag_that_weakens_the_check_is_named(stored, tag):
    path, notebook = stored
    code = next(c for c in notebook["cells"] if c["id"] == "figure")
    code["metadata"]["tags"] = [tag]
    path.write_text(json.dumps(notebook))
    (said,) = check_notebook(path)
    assert f"{tag} takes it out of the check" in said
    assert "accept" not in said


@pytest.mark.parametrize(
    "words", ["# NBVAL_IGNORE_OUTPUT", "#NBVAL_SKIP", "# PYTEST_VALIDATE_IGNORE_OUTPUT"]
)
def test_a_comment_that_weakens_the_check_is_named(stored, words):
    path, notebook = stored
    code = next(c for c in notebook["cells"] if c["id"] == "figure")
    code["source"] = f"{words}\n{''.join(code['source'])}"
    path.write_text(json.dumps(notebook))
    assert any("takes it out of the check" in said for said in check_notebook(path))


def test_a_stray_copy_of_a_notebook_is_an_error_that_names_both(copy):
    stray = copy.notebooks / "2-course (conflicted copy).ipynb"
    shutil.copy(copy.notebooks / "2-course.ipynb", stray)
    for do in (build, accept):
        with pytest.raises(UsageError, match=r"'2-course \(conflicted copy\).ipynb' and '2-course"):
            do(copy, [FIRST]) if do is build else verify(copy, with_page=False)


def test_a_notebook_that_nothing_builds_is_named(copy):
    shutil.copy(copy.notebooks / "1-case.ipynb", copy.notebooks / "mine.ipynb")
    (said,) = check_folder(copy)
    assert said.startswith("notebooks/mine.ipynb: is not built")


def test_the_marks_of_a_merge_are_named_and_other_notebooks_open(copy, stored):
    path, _ = stored
    text = path.read_text()
    path.write_text(f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> other\n")
    assert check_notebook(path) == [
        "2-course.ipynb: holds the marks of a merge that was not finished; finish it"
    ]
    (said,) = copies(copy)
    assert said.startswith("notebooks/2-course.ipynb cannot be read as a notebook")
    assert (copy.root / "lab" / "1-case.ipynb").is_file()


# --- what is committed


def test_a_file_that_was_changed_is_told_from_new_results(copy, tmp_path):
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    kept = copy.figures / "imataka-2014"
    for path in kept.iterdir():
        shutil.copy(path, fresh)
    assert compare_file(copy, kept, fresh, "course.svg") == []
    (kept / "course.svg").write_text("<svg/>")
    name = "figures/imataka-2014/course.svg"
    assert compare_file(copy, kept, fresh, "course.svg") == [
        f"{name}: differs from what the data and the code give; make mends it"
    ]
    (said,) = compare_file(copy, kept, fresh, "course.svg", {name})
    assert "was changed since the last commit, and differs" in said


def test_a_figure_that_is_a_link_is_named(copy, tmp_path):
    kept = copy.figures / "imataka-2014"
    fresh = tmp_path / "fresh.d"
    shutil.copytree(kept, fresh)
    elsewhere = tmp_path / "elsewhere.svg"
    (kept / "course.svg").rename(elsewhere)
    (kept / "course.svg").symlink_to(elsewhere)
    (said,) = compare_file(copy, kept, fresh, "course.svg")
    assert "is a link, not a file" in said


@pytest.mark.slow
def test_a_case_whose_outputs_were_deleted_is_named(whole):
    shutil.rmtree(whole.figures / "gungor-2020")
    shutil.rmtree(whole.reports / "gungor-2020")
    found = verify(whole, with_page=False)
    assert (
        "data/gungor-2020: its figures and its report are not here, and so not checked; "
        "run make" in found
    )


def test_svgs_hold_no_trailing_blanks():
    for path in (ROOT / "figures").rglob("*.svg"):
        assert not any(line.endswith((" ", "\t")) for line in path.read_text().splitlines()), path


# --- faults of the system


def test_data_that_change_during_a_build_publish_nothing(copy, monkeypatch):
    before = {**snapshot(copy.figures), **snapshot(copy.reports)}
    table = copy.data / "imataka-2014" / "observations.csv"
    real = builds.produce

    def edited(*arguments, **more):
        begun, ended = arguments[4], arguments[5]

        def done(job, made):
            change_cell(table, "ck.presentation", "value", "15000")
            ended(job, made)

        return real(*arguments[:4], begun, done, *arguments[6:], **more)

    monkeypatch.setattr(builds, "produce", edited)
    with pytest.raises(BuildError, match=r"changed meanwhile.*observations\.csv changed.*again"):
        build(copy, [FIRST], with_page=False)
    assert {**snapshot(copy.figures), **snapshot(copy.reports)} == before


def test_a_folder_that_cannot_be_written_is_named_at_the_start(copy, monkeypatch):
    real = os.access
    figures = copy.figures / "imataka-2014"
    monkeypatch.setattr(
        os, "access", lambda path, mode: False if Path(path) == figures else real(path, mode)
    )
    with pytest.raises(UsageError, match=f"cannot write to {figures}"):
        build(copy, [FIRST], with_page=False)


def test_outputs_move_also_from_another_file_system(tmp_path, monkeypatch):
    def other(*_):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    fresh, place = tmp_path / "fresh", tmp_path / "place"
    fresh.write_bytes(b"new")
    real = os.replace
    calls = []

    def replace(source, target):
        calls.append(source)
        if Path(source) == fresh:
            other()
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    builds._move(fresh, place, b"new")
    assert place.read_bytes() == b"new"
    assert len(calls) == 2


def test_a_temporary_folder_of_a_killed_process_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(surroundings.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(surroundings, "LONGEST", 500)
    with scratch() as mine:
        prefix = mine.name.rsplit("-", 2)[0]
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        dead, alive = (tmp_path / f"{prefix}-{pid}-x" for pid in (gone.pid, os.getpid()))
        foreign = tmp_path / f"casetrace-00000000-{gone.pid}-x"
        for folder in (dead, alive, foreign):
            folder.mkdir()
        with scratch():
            assert not dead.exists()
            assert alive.exists()
            assert foreign.exists()  # of another machine that shares the folder
            assert mine.exists()
    assert not mine.exists()


@pytest.mark.parametrize("letter", ["d", "\N{CJK UNIFIED IDEOGRAPH-75C5}"])
def test_a_path_of_a_socket_fits_whatever_leads_to_it(tmp_path, monkeypatch, letter):
    """The longest that Linux allows is 107 bytes, and macOS 103; a process has up to 7 digits."""
    monkeypatch.setattr(surroundings.os, "getpid", lambda: 4_194_303)
    size = len(letter.encode())
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        for length in range(1, 100 // size):
            deep = Path(short) / (letter * length)
            deep.mkdir()
            monkeypatch.setattr(surroundings.tempfile, "gettempdir", lambda deep=deep: str(deep))
            with scratch() as folder:
                assert len(os.fsencode(folder / "0123abcd-5")) <= 103
                assert folder.parent in (deep, Path("/tmp"))
                # The length of the folder that macOS gives is 48.
                assert folder.parent == deep or len(os.fsencode(deep)) > 48


def test_a_limit_of_open_files_is_named(monkeypatch):
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    with pytest.raises(UsageError, match=r"may open 64 files here, and a build needs 256"):
        has_room()


def test_a_soft_limit_of_open_files_is_raised():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, before[1]))
        has_room()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 256
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.slow
def test_a_shell_with_few_files_is_told_its_limit(copy):
    command = f"ulimit -n 64; exec {sys.executable} -m casetrace.cli build --no-page"
    env = {**os.environ, "CASETRACE_ROOT": str(copy.root)}
    done = subprocess.run(["bash", "-c", command], env=env, capture_output=True, text=True)
    assert done.returncode == 2
    assert "may open 64 files" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EMFILE, "ulimit -n"), (errno.EAGAIN, "ulimit -u"), (errno.ENOSPC, "read or write f")],
)
def test_an_error_of_the_system_says_what_it_is(number, said, capsys):
    assert cli._failed(OSError(number, os.strerror(number), "f")) == 1
    assert said in capsys.readouterr().err


def test_a_build_that_waits_names_the_lock(copy, capsys):
    began = threading.Event()

    def hold():
        with alone(copy):
            began.set()
            time.sleep(0.5)

    other = threading.Thread(target=hold)
    other.start()
    began.wait()
    with alone(copy):
        pass
    other.join()
    assert "if none is, delete build/.lock" in capsys.readouterr().err


def test_a_file_system_that_cannot_lock_is_no_hindrance(copy, monkeypatch):
    import filelock

    def cannot(*_, **__):
        raise NotImplementedError("FileSystem does not appear to support flock")

    monkeypatch.setattr(filelock.FileLock, "_acquire", cannot)
    with alone(copy):
        assert (copy.build / ".lock-by-name").exists()
    assert not (copy.build / ".lock-by-name").exists()


def test_the_process_of_a_figure_that_is_killed_is_told_so(monkeypatch):
    # Else it is done in this process, once another test here has set a document.
    monkeypatch.setattr("casetrace.kernels.processes.THREADED", set())

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(RuntimeError, match=r"figure-course was not made: .* killed \(SIGKILL"):
        in_processes({"figure-course": die}, 1)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
@pytest.mark.slow
def test_a_build_that_is_told_to_end_ends_as_after_ctrl_c(copy, name, tmp_path):
    begun = copy.root / "begun"
    path = copy.notebooks / "1-case.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].source = (
        "import os, time, pathlib\n"
        f"pathlib.Path({str(begun)!r}).write_text(str(os.getpid()))\ntime.sleep(300)"
    )
    nbformat.write(notebook, path)
    scratch_folder = tmp_path / "t"
    scratch_folder.mkdir()
    env = {**os.environ, "CASETRACE_ROOT": str(copy.root), "TMPDIR": str(scratch_folder)}
    command = [sys.executable, "-m", "casetrace.cli", "build", "--no-page"]
    running = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    for _ in range(1200):
        if begun.exists() and begun.read_text():
            break
        time.sleep(0.05)
    kernel = int(begun.read_text())
    running.send_signal(getattr(signal, name))
    said = running.communicate(timeout=20)[1]
    assert running.returncode == 130
    assert "casetrace: stopped" in said
    assert not os.path.exists(f"/proc/{kernel}")
    assert list(copy.build.glob("staging-*")) == []
    assert list(scratch_folder.iterdir()) == []


# --- hostile files and text


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices of other systems")
@pytest.mark.parametrize("kind", ["pipe", "device", "outside", "loop", "nothing"])
@pytest.mark.parametrize("name", ["care.csv", "case.yaml", "story.md"])
def test_what_is_no_plain_file_is_named_and_nothing_hangs(toy, name, kind, tmp_path):
    path = toy.data / "toy-2000" / name
    path.unlink(missing_ok=True)
    (tmp_path / "secret").write_text("x")
    if kind == "pipe":
        os.mkfifo(path)
    else:
        target = {"device": "/dev/zero", "outside": tmp_path / "secret", "loop": path}
        path.symlink_to(target.get(kind, tmp_path / "gone"))
    with pytest.raises((CaseError, UsageError)) as error:
        load("toy-2000", where=toy)
    assert name in str(error.value)
    problems, _ = check("toy-2000", toy)
    assert any(name in problem.file for problem in problems)
    done = casetrace("check", root=toy.root)
    assert done.returncode == 1


def test_a_folder_of_a_case_that_cannot_be_entered_is_an_error(toy, monkeypatch):
    real = os.listdir

    def listed(folder):
        if Path(folder).name == "toy-2000":
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return real(folder)

    monkeypatch.setattr(os, "listdir", listed)
    done = casetrace("check", root=toy.root)
    assert done.returncode == 1
    assert "toy-2000: Permission denied" in done.stderr


@pytest.mark.parametrize(
    ("text", "found"),
    [("item,met,note\n" + "1,yes,\n" * 20_001, "20,002 rows"), ("a," * 300 + "\n", "301 columns")],
)
def test_a_table_without_end_is_refused_at_once(toy, text, found):
    (toy.data / "toy-2000" / "care.csv").write_text(text)
    began = time.process_time()
    with pytest.raises(CaseError, match=f"{found}.*; expected at most 20,000 rows and 200 columns"):
        load("toy-2000", where=toy)
    assert time.process_time() - began < 30


@pytest.mark.parametrize("letter", ["\x1b", "\x7f", "\u202e", "\u2066", "\x85"])
def test_characters_that_control_are_refused(toy, letter):
    path = toy.data / "toy-2000" / "findings.csv"
    path.write_text(path.read_text().replace("weakness", f"weak{letter}ness", 1))
    with pytest.raises(CaseError, match=f"found 'U\\+{ord(letter):04X}'"):
        load("toy-2000", where=toy)


@pytest.mark.parametrize("word", ["皮膚炎", "ضعف", "pain 🧠"])
def test_letters_that_figures_lack_are_named(toy, word):
    assert unseen(load("toy-2000", where=toy)) == []
    change_cell(toy.data / "toy-2000" / "findings.csv", "weakness", "name", word)
    case = load("toy-2000", where=toy)
    (problem,) = unseen(case)
    assert problem.where == "weakness"
    assert problem.value in word
    done = casetrace("check", "toy-2000", root=toy.root)
    assert "typeface of the figures" in done.stdout


@pytest.mark.parametrize("word", ["{x}", "{{ y }}", "{% z %}", "{"])
def test_braces_in_text_are_text(toy, word):
    from casetrace.explore import View

    change_cell(toy.data / "toy-2000" / "findings.csv", "weakness", "name", f"weakness {word}")
    case = load("toy-2000", where=toy)
    assert all(View(case).panes())


def test_a_list_within_the_list_of_outcomes_is_named(toy):
    path = toy.data / "toy-2000" / "case.yaml"
    path.write_text(path.read_text() + "outcomes: [ck.later, [ck.admission]]\n")
    with pytest.raises(CaseError, match=r"column outcomes"):
        load("toy-2000", where=toy)
