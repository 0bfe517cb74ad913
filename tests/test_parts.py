"""Groups of parts of the page: made apart, kept, and made again for the files they read alone."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import change_cell

from casetrace.build.process import ProcessError, run_module
from casetrace.case.load import load
from casetrace.case.memo import READ, Memo, unread
from casetrace.page import Page, parts, report_page

WORDS = {"words-summary", "words-parent", "words-ja", "words-tables"}


@pytest.fixture
def made(toy, tmp_path):
    """Make the page of the toy case apart; gives it, and which groups were made for it."""

    def make(key="code", scenario="default"):
        before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.json")}
        files = parts.digests(toy, "toy-2000")
        case = load("toy-2000", scenario, where=toy)
        found = parts.made_apart(case, files, tmp_path, key, 2)
        after = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.json")}
        fresh = {name.removesuffix(".json") for name in after if before.get(name) != after[name]}
        return Page(case, found).html, fresh

    return make


@pytest.mark.slow
def test_made_apart_it_is_the_page_made_in_one(made, toy):
    html, fresh = made()
    assert html == report_page(load("toy-2000", where=toy)).html
    assert fresh == set(parts.groups())
    assert made() == (html, set())


@pytest.mark.slow
def test_a_group_is_made_again_for_what_it_reads(made, toy):
    made()
    folder = toy.data / "toy-2000"
    change_cell(folder / "register.csv", "r1", "topic", "height")
    assert made()[1] == {*WORDS, "figure-sensitivity"}  # these count the rows of the register
    change_cell(folder / "motor.csv", "first", "note", "another note")
    assert {*WORDS, "figure-course", "figure-dissociation"} <= made()[1]
    change_cell(folder / "observations.csv", "ck.admission", "value", "1234")
    html, fresh = made()
    assert "figure-folds" in fresh
    assert "figure-series" not in fresh
    assert html == report_page(load("toy-2000", where=toy)).html


@pytest.mark.slow
def test_words_of_an_audience_concern_that_audience_alone(made, toy):
    made()
    path = toy.data / "toy-2000" / "words.ja.csv"
    path.write_text("text,words\nvasculitis,血管炎\n", encoding="utf-8")
    html, fresh = made()
    assert "words-ja" in fresh
    path.write_text("text,words\nvasculitis,脈管炎\n", encoding="utf-8")
    html, fresh = made()
    assert fresh == {"words-ja"}
    assert html == report_page(load("toy-2000", where=toy)).html


@pytest.mark.slow
def test_all_groups_are_made_again_for_other_code_and_another_scenario(made):
    made()
    assert made(key="other code")[1] == set(parts.groups())
    assert made(key="other code", scenario="small")[1] == set(parts.groups())


@pytest.mark.slow
def test_a_kept_group_that_is_damaged_is_made_again(made, tmp_path):
    html, _ = made()
    for content in (b"", b"[]", b'{"key": "code"}', json.dumps({"key": 1}).encode()):
        (tmp_path / "words-ja.json").write_bytes(content)
        assert made() == (html, {"words-ja"})


def test_a_group_that_fails_is_named(made, monkeypatch):
    def fail(render, case):
        raise ArithmeticError("no such number")

    monkeypatch.setattr(parts, "_told", fail)
    with pytest.raises(RuntimeError, match="words of the page was not made"):
        made()


def test_what_is_remembered_keeps_its_files():
    READ.clear()
    memo, runs = Memo(), []

    def compute():
        runs.append(1)
        READ.add("a.csv")
        return memo.get("inner", lambda: READ.add("b.csv") or 5)

    assert memo.get("outer", compute) == 5
    READ.clear()
    READ.add("c.csv")
    assert memo.get("outer", compute) == 5
    assert runs == [1]
    assert {"a.csv", "b.csv", "c.csv"} == READ
    with unread():
        READ.add("d.csv")
    assert {"a.csv", "b.csv", "c.csv"} == READ


def test_a_failure_is_not_remembered():
    READ.clear()
    memo = Memo()
    READ.add("c.csv")
    with pytest.raises(ZeroDivisionError):
        memo.get("x", lambda: 1 / 0)
    assert {"c.csv"} == READ
    assert memo.get("x", lambda: 3) == 3


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
    [("fail", "ValueError: no good"), ("die", "its process died"), ("sleep", "took longer")],
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
        "from casetrace.case import load;"
        f"parts._told = lambda render, case: (Path({str(tmp_path)!r}, 'pid').write_text("
        "str(__import__('os').getpid())), time.sleep(60));"
        f"parts.made_apart(load('toy-2000'), {{}}, Path({str(tmp_path)!r}), 'x', 1)"
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
