"""Tamper with what is committed, one way at a time: ``verify`` must catch each.

    .venv/bin/python tests/campaigns/tamper.py [WORDS ...]

Only ways whose names hold one of the words are tried, if any are given. Pages are made for those
that need them. Each way is tried on a fresh copy of data, notebooks, figures and reports of the
first case with three notebooks; ``verify`` must name the file, and never advise to accept what
was not shown.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

CASE = "imataka-2014"
Way = Callable[[Path], str]
WAYS: dict[str, Way] = {}
#: Ways that only a check with pages can catch.
WITH_PAGE: set[str] = set()


def way(name: str, with_page: bool = False) -> Callable[[Way], Way]:
    """Register a way to tamper; it gives the file that must be named."""

    def keep(do: Way) -> Way:
        WAYS[name] = do
        if with_page:
            WITH_PAGE.add(name)
        return do

    return keep


def replace(
    path: str, old: str, new: str, name: str, with_page: bool = False, named: str = ""
) -> None:
    """Register the replacement of some words in a file; data are named by what they change."""

    def do(root: Path) -> str:
        file = root / path
        text = file.read_text("utf-8")
        if old not in text:
            raise LookupError(f"{name}: {old!r} is not in {path}")
        file.write_text(text.replace(old, new, 1), "utf-8")
        return named or Path(path).name

    way(name, with_page)(do)


def notebook(name: str, change: Callable[[dict], None], file: str = "2-course.ipynb") -> None:
    """Register a change of a notebook as plain data."""

    def do(root: Path) -> str:
        path = root / "notebooks" / file
        found = json.loads(path.read_text("utf-8"))
        change(found)
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True), "utf-8")
        return file

    way(f"notebook: {name}")(do)


# --- figures and reports: each kind of file, in each way

FILES = {
    "svg": f"figures/{CASE}/course.svg",
    "png": f"figures/{CASE}/course.png",
    "csv": f"figures/{CASE}/course.csv",
    "figure index": f"figures/{CASE}/index.json",
    "words": f"reports/{CASE}/summary.md",
    "words to parents": f"reports/{CASE}/summary.parent.md",
    "words in Japanese": f"reports/{CASE}/summary.ja.md",
    "values": f"reports/{CASE}/values.json",
    "PDF": f"reports/{CASE}/summary.pdf",
    "page": f"reports/{CASE}/index.html",
    "page of all": "reports/index.html",
}


def _each_kind_of_file() -> None:
    for kind, path in FILES.items():
        is_page = kind.startswith("page")

        def flip(root: Path, path: str = path) -> str:
            file = root / path
            raw = bytearray(file.read_bytes())
            raw[len(raw) // 2] ^= 1
            file.write_bytes(bytes(raw))
            return file.name

        def end(root: Path, path: str = path) -> str:
            file = root / path
            file.write_bytes(file.read_bytes() + b"\n")
            return file.name

        def drop(root: Path, path: str = path) -> str:
            (root / path).unlink()
            return Path(path).name

        def link(root: Path, path: str = path) -> str:
            file, away = root / path, root / f"elsewhere-{Path(path).name}"
            file.rename(away)
            file.symlink_to(away)
            return file.name

        def empty(root: Path, path: str = path) -> str:
            (root / path).write_bytes(b"")
            return Path(path).name

        for name, do in {
            "a bit flipped": flip,
            "a line end added": end,
            "deleted": drop,
            "a link in its place": link,
            "emptied": empty,
        }.items():
            way(f"{kind}: {name}", is_page)(do)


_each_kind_of_file()

replace(FILES["csv"], "14420", "14421", "a value in the data of a figure")
replace(FILES["words"], "14,420", "14,421", "a number in the words")
replace(FILES["words"], "more than 8,000", "8,000", "a bound told as a fact")
replace(FILES["values"], '"low": 14420', '"low": 14421', "a value in values.json")
replace(FILES["page"], "14,420", "14,421", "a number on the page", with_page=True)
replace(FILES["page"], "default-src 'none'", "default-src *", "the policy of the page", True)
replace(FILES["figure index"], "Clinical course", "Clinical curse", "alternative text in the index")


@way("figures: a file of no notebook")
def _stray_figure(root: Path) -> str:
    shutil.copy(root / FILES["png"], root / f"figures/{CASE}/extra.png")
    return "extra.png"


@way("reports: a file that nothing gives")
def _stray_report(root: Path) -> str:
    (root / f"reports/{CASE}/notes.md").write_text("14,421")
    return "notes.md"


@way("figures: a folder of no case")
def _stray_folder(root: Path) -> str:
    shutil.copytree(root / f"figures/{CASE}", root / "figures/other-2000")
    return "other-2000"


@way("reports: a folder of no case")
def _stray_reports(root: Path) -> str:
    shutil.copytree(root / f"reports/{CASE}", root / "reports/other-2000")
    return "other-2000"


@way("figures and reports of a case deleted")
def _no_outputs(root: Path) -> str:
    other = root / "data" / "copy-2014"
    shutil.copytree(root / "data" / CASE, other)
    text = (other / "case.yaml").read_text("utf-8").replace(f"id: {CASE}", "id: copy-2014", 1)
    (other / "case.yaml").write_text(text, "utf-8")
    return "data/copy-2014"


# --- data without a build

replace(f"data/{CASE}/observations.csv", "14420", "14421", "data: a value", named="1-case.ipynb")
replace(
    f"data/{CASE}/observations.csv",
    ",more than 8000",
    ",8000",
    "data: a bound made exact",
    named="1-case.ipynb",
)
replace(
    f"data/{CASE}/case.yaml",
    "default: per-day",
    "default: per-course",
    "data: a reading",
    named="summary.md",
)
replace(
    "data/reference/limits.csv", "328", "329", "data: a reference limit", named="2-course.ipynb"
)


@way("data: a story")
def _story(root: Path) -> str:
    path = root / f"data/{CASE}/story.md"
    path.write_text(path.read_text("utf-8").replace("walked again", "ran again", 1), "utf-8")
    return "summary.md"


# --- notebooks


def code(found: dict) -> list[dict]:
    """The code cells of a notebook."""
    return [cell for cell in found["cells"] if cell["cell_type"] == "code"]


def figure(found: dict) -> dict:
    """The cell of a notebook that shows its figure."""
    return next(cell for cell in found["cells"] if cell.get("id") == "figure")


def _swap(part: str, old: str, new: str) -> Callable[[dict], None]:
    def change(found: dict) -> None:
        for cell in code(found):
            for output in cell["outputs"]:
                text = output.get("data", {}).get(part)
                whole = "".join(text) if text else ""
                if old in whole:
                    output["data"][part] = whole.replace(old, new, 1)
                    return
        raise LookupError(f"{old!r} is in no {part}")

    return change


notebook("a number in a table", _swap("text/html", "14,420", "14,421"), "1-case.ipynb")
notebook("a shape in a figure", _swap("image/svg+xml", "<path", "<pth"))
notebook("plain text", _swap("text/plain", "Figure", "Figur"))
notebook(
    "alternative text",
    lambda n: figure(n)["outputs"][0]["metadata"]["image/svg+xml"].update(alt="x"),
)
notebook("no alternative text", lambda n: figure(n)["outputs"][0]["metadata"].clear())
notebook("outputs cleared", lambda n: [c.update(outputs=[], execution_count=None) for c in code(n)])
notebook("one output cleared", lambda n: figure(n).update(outputs=[]))
notebook("not in order", lambda n: code(n)[2].update(execution_count=9))
notebook("a cell skipped", lambda n: figure(n)["metadata"].update(tags=["nbval-skip"]))
notebook("a cell may fail", lambda n: figure(n)["metadata"].update(tags=["raises-exception"]))
notebook("a cell may differ", lambda n: figure(n)["metadata"].update(tags=["nbval-ignore-output"]))
notebook(
    "a comment skips",
    lambda n: figure(n).update(source="# NBVAL_SKIP\n" + "".join(figure(n)["source"])),
)
notebook(
    "a comment lets differ",
    lambda n: figure(n).update(source="# NBVAL_IGNORE_OUTPUT\n" + "".join(figure(n)["source"])),
)
notebook("another kernel", lambda n: n["metadata"]["kernelspec"].update(name="ir"))
notebook("fresh ids", lambda n: [c.update(id=f"0000000{k % 10}") for k, c in enumerate(n["cells"])])
notebook("no ids", lambda n: (n.update(nbformat_minor=4), [c.pop("id") for c in n["cells"]]))
notebook(
    "a PNG beside", lambda n: figure(n)["outputs"][0]["data"].update({"image/png": "iVBORw0KGgo="})
)
notebook(
    "an error stored",
    lambda n: figure(n).update(
        outputs=[{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]
    ),
)
notebook(
    "words on stderr",
    lambda n: figure(n)["outputs"].append({"output_type": "stream", "name": "stderr", "text": "w"}),
)
notebook("papermill's times", lambda n: n["metadata"].update(papermill={"start_time": "x"}))
notebook("saved from JupyterLab", lambda n: n["metadata"]["language_info"].update(version="3.11.7"))
notebook("a path of a machine", lambda n: n["metadata"].update(path="/home/someone/x"))
notebook(
    "another case", lambda n: code(n)[0].update(source='case = "gungor-2020"\nscenario = "default"')
)
notebook(
    "another scenario",
    lambda n: code(n)[0].update(source=f'case = "{CASE}"\nscenario = "lower-dose"'),
)
notebook("no parameters", lambda n: code(n)[0]["metadata"].clear())
notebook(
    "a cell added",
    lambda n: n["cells"].append(
        {
            "cell_type": "code",
            "id": "more",
            "metadata": {},
            "source": "14421",
            "execution_count": 99,
            "outputs": [],
        }
    ),
)
notebook("a cell dropped", lambda n: n["cells"].remove(figure(n)))
notebook("code changed", lambda n: figure(n).update(source="1 + 1"))


@way("notebook: marks of a merge")
def _merge(root: Path) -> str:
    path = root / "notebooks/2-course.ipynb"
    text = path.read_text("utf-8")
    path.write_text(f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> other\n", "utf-8")
    return path.name


@way("notebook: a stray copy")
def _copy(root: Path) -> str:
    shutil.copy(root / "notebooks/2-course.ipynb", root / "notebooks/2-course (copy).ipynb")
    return "2-course (copy).ipynb"


@way("notebook: one that nothing builds")
def _own(root: Path) -> str:
    shutil.copy(root / "notebooks/1-case.ipynb", root / "notebooks/mine.ipynb")
    return "mine.ipynb"


@way("notebook: deleted with its outputs left")
def _gone(root: Path) -> str:
    path = root / "notebooks/8-summary.ipynb"
    found = json.loads(path.read_text("utf-8"))
    found["cells"] = []
    path.write_text(json.dumps(found), "utf-8")
    return path.name


# --- what a build keeps


@way("build: what an earlier build left is not read", with_page=True)
def _cache(root: Path) -> str:
    replace_in = root / FILES["page"]
    text = replace_in.read_text("utf-8").replace("14,420", "14,421")
    for folder in ("staging-x", "page", "manifest"):
        (root / "build" / folder / CASE).mkdir(parents=True, exist_ok=True)
        (root / "build" / folder / CASE / "index.html").write_text(text, "utf-8")
    replace_in.write_text(text, "utf-8")
    return "index.html"


def prepare(clean: Path) -> list[str]:
    """Make a small copy of the project that reproduces; says what of it does not."""
    from conftest import copy_of_project, keep_three_notebooks

    from casetrace.build.accept import accept
    from casetrace.build.verify import verify
    from casetrace.case.project import Project

    clean.mkdir()
    keep_three_notebooks(copy_of_project(clean))
    os.environ["CASETRACE_ROOT"] = str(clean)
    accept(Project(clean))  # so that the page of all cases is that of the one
    return verify(Project(clean))


def main() -> int:
    """Try every way; returns 1 if one was not caught."""
    from casetrace.build.build import BuildError
    from casetrace.build.verify import verify
    from casetrace.case.problems import CaseError, UsageError
    from casetrace.case.project import Project

    asked = sys.argv[1:]
    wanted = [n for n in WAYS if not asked or any(word in n for word in asked)]
    missed, began = [], time.monotonic()
    with tempfile.TemporaryDirectory() as top:
        clean = Path(top) / "clean"
        if said := prepare(clean):
            print("the copy does not reproduce before anything is changed:", *said, sep="\n  ")
            return 1
        for name in wanted:
            root = Path(top) / "tampered"
            shutil.copytree(clean, root, symlinks=True)
            os.environ["CASETRACE_ROOT"] = str(root)
            file = WAYS[name](root)
            try:
                said = verify(Project(root), with_page=name in WITH_PAGE)
            except (UsageError, CaseError, BuildError) as error:
                said = [str(error)]
            named = [line for line in said if file in line]
            is_caught = bool(named) and not any(
                "accept" in line and "git" not in line for line in named
            )
            if not is_caught:
                missed.append(f"{name}: {said[:3] or 'not a word'}")
            first = (named or said or ["not a word"])[0].replace("\n", " ")
            print(f"{'caught' if is_caught else 'MISSED'}  {name}: {first[:110]}", flush=True)
            shutil.rmtree(root)
    minutes = (time.monotonic() - began) / 60
    print(f"{len(wanted)} ways, {len(wanted) - len(missed)} caught, in {minutes:.0f} minutes")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
