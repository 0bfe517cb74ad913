"""What a stored notebook must be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from casetrace.build.execute import KERNEL, is_made_up
from casetrace.case.problems import UsageError
from casetrace.case.project import Project

__all__ = ["check_folder", "check_notebook", "is_saved_by_hand", "no_figure_twice"]

#: Tags and comments by which nbval or nbclient pass a cell over, or let it fail or differ.
_WEAK_TAGS = {
    "nbval-skip",
    "nbval-ignore-output",
    "nbval-raises-exception",
    "raises-exception",
    "skip-execution",
}
_WEAK_WORDS = re.compile(
    r"^\s*#\s*(NBVAL_(?:SKIP|IGNORE_OUTPUT|RAISES_EXCEPTION)|PYTEST_VALIDATE_IGNORE_OUTPUT)\b",
    re.MULTILINE,
)

WIDGET = "application/vnd.jupyter.widget-view+json"
_STAMP = re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d")
_PATH = re.compile(r"(?<![\w.])/(?:home|Users|root|tmp|work|opt|mnt|srv)/[\w.-]+|\b[A-Z]:\\\\?\w+")


def check_notebook(path: Path) -> list[str]:
    """What a stored notebook must be: run from top to bottom, whole, without traces of a run."""
    name = path.name
    raw = path.read_bytes()
    if b"<<<<<<< " in raw and b">>>>>>> " in raw:
        return [f"{name}: holds the marks of a merge that was not finished; finish it"]
    try:
        cells = json.loads(raw)["cells"]
        notebook = nbformat.reads(raw.decode(), as_version=4)
    except Exception as error:
        return [f"{name}: cannot be read as a notebook ({error}); restore it from git"]
    if is_saved_by_hand(notebook):
        return [
            f"{name}: was saved from JupyterLab; git restore notebooks/{name} brings it back "
            "(make lab opens copies), make accept takes it as it would be built"
        ]
    problems = []
    code = [c for c in notebook.cells if c.cell_type == "code"]
    counts = [c.execution_count for c in code]
    if counts != list(range(1, len(code) + 1)):
        problems.append(f"{name}: cells were not run in order 1 to {len(code)} (found {counts})")
    ids = [cell.get("id", "") for cell in cells]
    if odd := [str(n) for n, i in enumerate(ids, 1) if is_made_up(i) or ids.count(i) > 1]:
        problems.append(
            f"{name}: ids of cells {', '.join(odd)} were changed by a tool, are missing or given "
            f"twice; git restore notebooks/{name} brings them back, make accept gives new ones"
        )
    kernel = notebook.metadata.get("kernelspec", {}).get("name")
    if kernel != KERNEL["name"]:
        problems.append(
            f"{name}: is for the kernel {kernel!r}, and is run by {KERNEL['name']!r}; "
            f"git restore notebooks/{name}"
        )
    for number, cell in enumerate(code, start=1):
        tags = sorted(_WEAK_TAGS & set(cell.metadata.get("tags", [])))
        for weak in [*tags, *_WEAK_WORDS.findall(cell.source)]:
            problems.append(
                f"{name}, code cell {number}: {weak} takes it out of the check; take that out"
            )
    if not any("parameters" in c.metadata.get("tags", []) for c in code):
        problems.append(f"{name}: no cell is tagged 'parameters'")
    if "papermill" in notebook.metadata or any("papermill" in c.metadata for c in notebook.cells):
        problems.append(
            f"{name}: holds papermill's times and paths; git restore notebooks/{name} "
            "brings it back, make accept stores it without them"
        )
    for number, cell in enumerate(code, start=1):
        for output in cell.outputs:
            problems += [f"{name}, code cell {number}: {p}" for p in _check_output(output)]
    if stray := _PATH.search(json.dumps(notebook.metadata)):
        problems.append(f"{name}: metadata holds a path of a machine, {stray[0]!r}")
    return problems


def check_folder(where: Project) -> list[str]:
    """Notebooks of the folder that nothing builds."""
    told = set(where.stories())
    return [
        f"{where.shown(path)}: is not built, since its name begins with no number; "
        "give it one, and it is built for every case, or move it to lab/"
        for path in sorted(where.notebooks.rglob("*.ipynb"))
        if path not in told and ".ipynb_checkpoints" not in path.parts
    ]


def no_figure_twice(where: Project) -> None:
    """Refuse two notebooks that show the same figure: one is a stray copy.

    Raises
    ------
    UsageError
        If there are such; it names both.
    """
    shown: dict[str, str] = {}
    for path in where.stories():
        for figure in _figures(path):
            other = shown.setdefault(figure, path.name)
            if other != path.name:
                raise UsageError(
                    f"{other!r} and {path.name!r} in notebooks/ both show the figure {figure!r}: "
                    "delete the one that is a copy"
                )


def _figures(path: Path) -> set[str]:
    """The figures that a stored notebook shows."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", ())]
        about = [output.get("metadata", {}).get("image/svg+xml", {}) for output in outputs]
        return {one["figure"] for one in about if one.get("figure")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()  # reading it says what is wrong


def is_saved_by_hand(notebook: Any) -> bool:
    """Whether JupyterLab wrote a notebook: with a kernel's version, or controls for an output."""
    outputs = [o for c in notebook.cells for o in c.get("outputs", ())]
    return "version" in notebook.metadata.get("language_info", {}) or any(
        WIDGET in output.get("data", {}) for output in outputs
    )


def _check_output(output: Any) -> Iterator[str]:
    if output.output_type == "error":
        yield f"stored with an error, {output.get('ename')}"
        return
    if output.output_type == "stream":
        yield f"text on {output.get('name')}: a notebook shows results, no messages"
        return
    data = output.get("data", {})
    if {"image/png", "image/jpeg"} & set(data):
        yield "a PNG or JPEG picture, which nbval does not compare: show an SVG"
    if "image/svg+xml" in data:
        about = output.get("metadata", {}).get("image/svg+xml", {})
        if not about.get("alt"):
            yield "a figure without alternative text"
        if not about.get("figure"):
            yield "a figure without a name: show a casetrace figure"
    for kind, content in data.items():
        text = content if isinstance(content, str) else json.dumps(content)
        if stamp := _STAMP.search(text):
            yield f"{kind} holds a time stamp, {stamp[0]!r}"
        if kind != "image/svg+xml" and (path := _PATH.search(text)):
            yield f"{kind} holds a path of a machine, {path[0]!r}"
