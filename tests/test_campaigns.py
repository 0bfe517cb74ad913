"""A short run of each campaign, and that it sees what is broken on purpose."""

import shutil
import sys

import pytest
from campaigns import exchange, fuzz, kill, tamper

import casetrace.build.verify
import casetrace.exchange.account
import casetrace.exchange.read
import casetrace.questions.values

# One worker, so that what is prepared once serves all.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("campaigns")]


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CASETRACE_ROOT", str(tmp_path))

    def do(campaign, *arguments):
        monkeypatch.setattr(sys, "argv", [campaign.__name__, *arguments])
        status = campaign.main()
        return status, capsys.readouterr().out

    return do


def test_mutated_cases_are_refused_or_work(run):
    status, said = run(fuzz, "60", "70000")
    assert status == 0, said
    assert "60 inputs" in said


def test_valid_inputs_are_read_and_accounted_for(run):
    status, said = run(exchange, "150", "70000")
    assert status == 0, said
    assert "150 Phenopackets" in said


def test_what_an_import_loses_without_a_word_is_said(run, monkeypatch):
    monkeypatch.setattr(casetrace.exchange.account.Node, "rest", lambda *_: None)
    status, said = run(exchange, "20", "70000")
    assert status == 1
    assert "LOST: " in said


def test_an_import_that_breaks_is_said(run, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(casetrace.exchange.read, "read_phenopacket", broken)
    status, said = run(exchange, "10", "70000")
    assert status == 1
    assert "BROKE: " in said


def test_what_breaks_on_a_mutated_case_is_said(run, monkeypatch):
    def broken(case):
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(casetrace.questions.values, "headline", broken)
    status, said = run(fuzz, "30", "70000")
    assert status == 1
    assert "ZeroDivisionError" in said
    assert "on purpose" in said


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux shows them")
def test_builds_that_are_killed_leave_whole_outputs(run):
    status, said = run(kill, "6", "5")
    assert status == 0, said
    assert "0 broken promises" in said


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A small copy of the project that reproduces, made once."""
    folder = tmp_path_factory.mktemp("tamper") / "clean"
    assert tamper.prepare(folder) == []
    return folder


@pytest.fixture
def prepared(clean, monkeypatch):
    def prepare(folder):
        shutil.copytree(clean, folder)
        return []

    monkeypatch.setattr(tamper, "prepare", prepare)


def test_tampering_is_caught(run, prepared):
    status, said = run(tamper, "svg: a bit flipped", "notebook: a number in a table")
    assert status == 0, said
    assert "2 ways, 2 caught" in said


def test_tampering_that_verify_does_not_see_is_said(run, prepared, monkeypatch):
    monkeypatch.setattr(casetrace.build.verify, "compare_folder", lambda *_: [])
    status, said = run(tamper, "PDF: a line end added")
    assert status == 1
    assert "MISSED  PDF: a line end added" in said
