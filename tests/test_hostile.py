"""Files that are broken, empty, huge, binary or made to harm: a clear error, nothing written."""

import os
import sys

import pytest
from conftest import casetrace

from casetrace.case import read as reading
from casetrace.case.load import load
from casetrace.case.problems import CaseError

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n"
    for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)
NAMES = ("case.yaml", "observations.csv", "care.csv", "links.csv", "words.parent.csv")
CONTENTS = {
    "empty": b"",
    "blank": b"\n\n  \n",
    "binary": bytes(range(256)),
    "zip": b"PK\x03\x04" + b"\x00" * 50,
    "latin": "id,name\nx,é\n".encode("cp1252"),
    "utf-16": "id,name\n".encode("utf-16"),
    "long line": b"x" * 300_000,
    "long quote": b'"' + b"x" * 300_000,
    "deep": b"[" * 100_000,
    "deeper": b"a:\n" + b"".join(b" " * n + b"- \n" for n in range(2000)),
    "maps": b"{a: " * 5000,
    "null": b"null\n",
    "number": b"42\n",
    "list": b"- 1\n- 2\n",
    "tag": b"!!python/object/apply:os.system ['echo harm > harmed']\n",
    "itself": b"a: &a [*a]\n",
    "bomb": BOMB.encode(),
    "odd keys": b"? [1, 2]\n: x\n? {a: b}\n: y\n1: 2\nnull: 3\n",
    "merge": b"<<: {id: x}\n",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", list(CONTENTS))
def test_a_harmful_file_is_an_error_of_the_data(toy, name, kind):
    path = toy.data / "toy-2000" / name
    path.write_bytes(CONTENTS[kind])
    with pytest.raises(CaseError, match=name):
        load("toy-2000", where=toy)
    assert not os.path.exists("harmed")


def test_a_huge_file_is_not_read(toy, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 5000)
    (toy.data / "toy-2000" / "care.csv").write_text("item,met,note\n" + "1,yes,\n" * 1000)
    with pytest.raises(CaseError, match=r"care\.csv: found 'a huge file'; expected a plain"):
        load("toy-2000", where=toy)


def test_a_folder_in_the_place_of_a_file_is_named(toy):
    path = toy.data / "toy-2000" / "care.csv"
    path.unlink()
    path.mkdir()
    with pytest.raises(CaseError, match=r"care\.csv: found .a folder.; expected a plain"):
        load("toy-2000", where=toy)


@pytest.mark.parametrize("kind", ["empty", "binary", "bomb", "deep", "tag"])
def test_the_command_line_says_so_and_writes_nothing(copy, kind):
    (copy.data / "imataka-2014" / "case.yaml").write_bytes(CONTENTS[kind])
    before = {p: p.read_bytes() for p in copy.root.rglob("*") if p.is_file()}
    for command in ("check", "build", "values", "table"):
        done = casetrace(command, "imataka-2014", root=copy.root)
        assert done.returncode == 1, (command, done.stderr)
        assert "case.yaml" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    after = {p: p.read_bytes() for p in copy.root.rglob("*") if p.is_file()}
    assert {p for p in after if after[p] != before.get(p)} <= {copy.build / ".lock"}


@pytest.mark.skipif(sys.platform == "win32", reason="names of other systems")
@pytest.mark.parametrize(
    "name", ["../imataka-2014", "imataka-2014/..", "/etc", ".", "a/../b", "-x"]
)
def test_a_name_of_a_case_is_no_path(copy, name):
    for command in ("build", "values", "check", "table", "docx"):
        done = casetrace(command, "--", name, root=copy.root)
        assert done.returncode == 2, (command, done.stderr)
        assert "Traceback" not in done.stderr
