"""What is in the repository beside code: locks, environments, licences, documentation."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-lab.lock"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pinned(lock):
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", lock.read_text(), flags=re.MULTILINE))


def requirements(names):
    return dict(re.match(r"([A-Za-z0-9._-]+) ?(.*)", r).groups() for r in names)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda p: p.name)
def test_a_lock_records_no_host_and_no_path_and_a_hash_for_every_package(lock):
    text = lock.read_text()
    assert not re.search(r"://|file:|--index|--find-links|(^|\s)/\w+|@ ", text, flags=re.MULTILINE)
    entries = re.findall(r"^[a-z0-9._-]+==", text, flags=re.MULTILINE)
    assert len(entries) > 50
    blocks = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in b for b in blocks)


def test_the_lock_holds_every_direct_dependency_and_no_jupyterlab():
    core = pinned(LOCKS[0])
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    assert {name.replace(".", "-") for name in requirements(wanted)} <= core.keys()
    assert "jupyterlab" not in core
    assert "jupyterlab" in pinned(LOCKS[1])


def test_both_locks_pin_the_same_versions():
    core, lab = (pinned(lock) for lock in LOCKS)
    assert {k: lab[k] for k in core} == core


CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "playwright": "playwright-python",
    "typst": "typst-py",
}
PIP_ONLY = {"fhir.resources", "phenopackets", "rocrate", "ucumvert"}


def test_the_conda_environment_agrees_with_the_package():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    entries = [e for e in environment["dependencies"] if isinstance(e, str)]
    pip = next(e["pip"] for e in environment["dependencies"] if isinstance(e, dict))
    found = requirements([*entries, *(p for p in pip if p != "-e .")])
    extras = PROJECT["optional-dependencies"]
    wanted = requirements([*PROJECT["dependencies"], *extras["test"], *extras["lab"]])
    renamed = {CONDA_NAMES.get(name, name): bounds for name, bounds in wanted.items()}
    assert found.pop("python") == PROJECT["requires-python"]
    assert found.pop("pip") == ""
    assert found == renamed
    assert {r for r in requirements(p for p in pip if p != "-e .")} == PIP_ONLY
    assert "-e ." in pip


def test_the_citation_file_is_valid_and_names_this_version():
    command = ["--builtin-schema", "vendor.citation-file-format", str(ROOT / "CITATION.cff")]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *command], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == PROJECT["version"]
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_every_path_that_the_readme_names_is_there():
    text = (ROOT / "README.md").read_text()
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert len(links) > 5
    for link in links:
        assert (ROOT / link).exists(), link
    for name in re.findall(r"^\| `([\w./-]+/?)` \|", text, flags=re.MULTILINE):
        assert (ROOT / name).exists() or name in ("build/", "lab/"), name


def test_every_make_target_that_is_documented_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"`make ([a-z-]+)`", (ROOT / page).read_text()):
            assert target in targets, f"{page}: make {target}"


def test_make_help_lists_every_public_target():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True)
    for target in ("all", "test", "check", "accept", "lab", "clean"):
        assert re.search(rf"^{target} ", done.stdout, flags=re.MULTILINE)


SOURCES = sorted((ROOT / "src" / "casetrace").rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT / "src").as_posix())
def test_a_module_says_what_it_is_for_and_documents_what_is_public(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name}"


def test_no_tracked_text_names_a_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.split():
        path = Path(ROOT / name)
        if path.suffix in (".pdf", ".png", ".ttf") or not path.is_file():
            continue
        assert str(ROOT) not in path.read_text(encoding="utf-8"), name


def test_code_keeps_the_style():
    for command in (["check", "."], ["format", "--check", "."]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout


def test_text_has_the_same_bytes_in_a_clone_that_asks_for_other_line_ends(tmp_path):
    """Git for Windows turns line ends unless a project says otherwise."""
    project, clone = tmp_path / "project", tmp_path / "clone"
    project.mkdir()
    (project / ".gitattributes").write_bytes((ROOT / ".gitattributes").read_bytes())
    (project / "rows.csv").write_bytes(b"id,value\nck,1\n")
    (project / "figure.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    author = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "rows"]):
        subprocess.run(["git", *command], cwd=project, check=True)
    asked = ["git", "-c", "core.autocrlf=true", "clone", "-q", str(project), str(clone)]
    subprocess.run(asked, check=True)
    for name in ("rows.csv", "figure.png"):
        assert (clone / name).read_bytes() == (project / name).read_bytes()
