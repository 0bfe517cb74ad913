"""Groups of parts of the page, made apart; modules that run as processes of their own."""

import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest
from conftest import ROOT

from casetrace.build.process import ProcessError, run_module
from casetrace.build.report import write_report
from casetrace.case.load import load
from casetrace.kernels.processes import in_processes
from casetrace.page import parts, report_page


def test_what_cannot_be_forked_is_done_in_turn_and_in_this_process(monkeypatch, tmp_path):
    """Once typst has set a document here, its threads would be missing in a fork, which hangs."""
    done = []
    monkeypatch.setattr("casetrace.kernels.processes.THREADED", {"typst"})
    in_processes({name: partial(done.append, name) for name in "ab"}, 2)
    assert done == ["a", "b"]
    done.clear()
    monkeypatch.setattr("casetrace.kernels.processes.THREADED", set())
    in_processes({name: partial(done.append, name) for name in "ab"}, 2)
    assert done == []  # each was done in a process of its own


def test_a_document_that_was_set_here_is_noted_and_one_that_could_be_is_not():
    script = """
import typst  # as a warm kernel has it: imported, and not used
from casetrace.case.load import load
from casetrace.document import document
from casetrace.kernels.processes import THREADED
print(sorted(THREADED))
document(load("gungor-2020")).pdf
print(sorted(THREADED))
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert said.stdout.splitlines() == ["[]", "['typst']"], said.stderr


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["default", "small"])
def test_made_apart_it_is_the_page_made_in_one(toy, scenario, tmp_path):
    case = load("toy-2000", scenario, where=toy)
    write_report(case, tmp_path, 2)
    assert (tmp_path / "reports" / "index.html").read_text() == report_page(case).html


@pytest.mark.parametrize("has_threads", [False, True], ids=["forked", "in turn"])
def test_a_group_that_fails_is_named(toy, monkeypatch, tmp_path, has_threads):
    monkeypatch.setattr("casetrace.kernels.processes.THREADED", {"typst"} if has_threads else set())

    def fail(render, case):
        raise ArithmeticError("no such number")

    monkeypatch.setattr(parts, "_told", fail)
    with pytest.raises(RuntimeError, match="words was not made"):
        write_report(load("toy-2000", where=toy), tmp_path, 2)


MODULE = """
import os, sys, time
if sys.argv[1] == "print":
    print("hello", os.getcwd()); sys.exit(0)
if sys.argv[1] == "fail":
    raise ValueError("no good")
if sys.argv[1] == "die":
    os._exit(4)
time.sleep(60)
"""


@pytest.fixture(params=["warm", "stock"])
def module(request, tmp_path, monkeypatch):
    (tmp_path / "a_module.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CASETRACE_KERNELS", request.param)
    return lambda word, timeout=30: (
        run_module(["a_module", word], os.environ, tmp_path / "log.txt", timeout)
        or (tmp_path / "log.txt").read_text()
    )


@pytest.mark.slow
def test_a_module_runs_as_a_process_of_its_own(module, tmp_path):
    assert module("print") == f"hello {tmp_path}\n"


@pytest.mark.parametrize(
    ("word", "cause"),
    [("fail", "ValueError: no good"), ("die", "it ended "), ("sleep", "took longer")],
)
@pytest.mark.slow
def test_a_module_that_goes_wrong_is_told_by_its_last_words(module, word, cause):
    with pytest.raises(ProcessError, match=cause):
        module(word, timeout=1.5 if word == "sleep" else 30)


@pytest.mark.skipif(sys.platform != "linux", reason="a process is tied to its parent on Linux")
@pytest.mark.slow
def test_no_group_outlives_the_process_of_its_page(toy, tmp_path):
    code = (
        "import time; from casetrace.page import parts; from pathlib import Path;"
        "from casetrace.case.load import load; from casetrace.build.report import write_report;"
        f"parts._told = lambda render, case: (Path({str(tmp_path)!r}, 'pid').write_text("
        "str(__import__('os').getpid())), time.sleep(60));"
        f"write_report(load('toy-2000'), Path({str(tmp_path)!r}), 1)"
    )
    env = {**os.environ, "CASETRACE_ROOT": str(toy.root)}
    page = subprocess.Popen([sys.executable, "-c", code], env=env)
    pid = tmp_path / "pid"
    for _ in range(400):
        if pid.exists() and pid.read_text():
            break
        time.sleep(0.05)
    page.send_signal(signal.SIGKILL)
    page.wait()
    for _ in range(100):
        if not os.path.exists(f"/proc/{pid.read_text()}"):
            break
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{pid.read_text()}")
