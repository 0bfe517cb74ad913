"""A release: the same bytes twice, whole, and only of what is committed and named."""

import hashlib
import json
import re
import shutil
import subprocess
import zipfile

import pytest
import yaml
from conftest import ROOT, copy_of_project

from casetrace.build.release import release
from casetrace.case.problems import UsageError

ALONG = ("CITATION.cff", "LICENSE", "README.md", "CHANGELOG.md", "codecheck.yml", "pyproject.toml",
         "requirements-lab.lock")  # fmt: skip


def git(folder, *arguments):
    told = ["-c", "user.name=a", "-c", "user.email=a@b.invalid", *arguments]
    subprocess.run(["git", "-C", str(folder), *told], check=True, capture_output=True)


def in_place(path, old, new):
    text = path.read_text()
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text, count=1))


@pytest.fixture
def ready(tmp_path):
    """A project of two cases, committed, that names version 0.9.0 everywhere."""
    project = copy_of_project(tmp_path)
    for name in set(project.cases()) - {"imataka-2014", "gungor-2020"}:
        shutil.rmtree(project.data / name)
    for name in ALONG:
        shutil.copy(ROOT / name, tmp_path)
    in_place(tmp_path / "pyproject.toml", r'(?m)^version = ".*"', 'version = "0.9.0"')
    in_place(tmp_path / "CITATION.cff", r'(?m)^version: ".*"', 'version: "0.9.0"')
    in_place(tmp_path / "CHANGELOG.md", r"(?m)^## .*$", "## 0.9.0, 2026-11-30")
    (tmp_path / ".gitignore").write_text("/build/\n/dist/\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "all")
    return project


def test_a_release_is_whole_and_the_same_bytes_twice(ready):
    path = release(ready, "0.9.0")
    assert path == ready.root / "dist" / "casetrace-0.9.0.zip"
    first = path.read_bytes()
    path.unlink()
    assert release(ready, "0.9.0").read_bytes() == first
    with zipfile.ZipFile(path) as archive:
        held = {n.removeprefix("casetrace-0.9.0/"): archive.read(n) for n in archive.namelist()}
    sums = dict(reversed(line.split("  ")) for line in held.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in held.items()}
    for folder in ("data", "figures", "reports"):
        for case in ("imataka-2014", "gungor-2020"):
            for file in (ready.root / folder / case).iterdir():
                assert held[f"{folder}/{case}/{file.name}"] == file.read_bytes()
    for case in ("imataka-2014", "gungor-2020"):
        for to in ("phenopacket", "fhir"):
            assert json.loads(held[f"exports/{case}/{to}/{case}.json"])
            assert held[f"exports/{case}/{to}/losses.csv"].startswith(b"row,field,value,why\n")
    graph = {e["@id"]: e for e in json.loads(held["ro-crate-metadata.json"])["@graph"]}
    assert (
        graph["reports/gungor-2020/index.html"]["sha256"] == sums["reports/gungor-2020/index.html"]
    )
    assert {"#build-imataka-2014", "#build-gungor-2020"} <= graph.keys()


def test_nothing_is_released_that_is_not_committed(ready):
    (ready.data / "imataka-2014" / "story.md").write_text("another")
    with pytest.raises(UsageError, match=r"not committed: data/imataka-2014/story.md"):
        release(ready, "0.9.0")
    assert not (ready.root / "dist").exists()


def test_every_file_that_names_another_version_is_named(ready):
    with pytest.raises(UsageError) as told:
        release(ready, "0.9.1")
    for words in ("pyproject.toml names version 0.9.0", "CITATION.cff names version 0.9.0",
                  "CHANGELOG.md begins with 0.9.0, 2026-11-30"):  # fmt: skip
        assert words in str(told.value)
    in_place(ready.root / "CHANGELOG.md", "0.9.0, 2026-11-30", "0.9.0, unreleased")
    git(ready.root, "commit", "-qam", "not yet")
    with pytest.raises(UsageError, match=r"begins with 0\.9\.0, unreleased"):
        release(ready, "0.9.0")


def test_what_is_no_git_checkout_is_not_released(tmp_path):
    project = copy_of_project(tmp_path)
    with pytest.raises(UsageError, match="made of a git checkout"):
        release(project, "0.9.0")


def test_the_codecheck_manifest_names_files_that_are_there():
    text = (ROOT / "codecheck.yml").read_text()
    assert text.startswith("---\n")
    told = yaml.safe_load(text)
    assert told["version"].startswith("https://codecheck.org.uk/spec/config/")
    assert len(told["manifest"]) > 5
    for item in told["manifest"]:
        assert (ROOT / item["file"]).is_file()
        assert item["comment"]


def test_containers_install_the_lock():
    assert (
        "--require-hashes --no-deps -r requirements-lab.lock"
        in (ROOT / ".binder" / "postBuild").read_text()
    )
    assert (ROOT / ".binder" / "runtime.txt").read_text() == "python-3.11\n"
    told = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert told["postCreateCommand"] == "make .venv/.lab"
    assert told["image"].startswith("python:3.11")
