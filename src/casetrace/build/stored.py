"""What a stored notebook must be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

__all__ = ["check_notebook", "is_saved_by_hand"]

WIDGET = "application/vnd.jupyter.widget-view+json"
_STAMP = re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d")
_PATH = re.compile(r"(?<![\w.])/(?:home|Users|root|tmp|work|opt|mnt|srv)/[\w.-]+|\b[A-Z]:\\\\?\w+")


def check_notebook(path: Path) -> list[str]:
    """What a stored notebook must be: run from top to bottom, whole, without traces of a run."""
    name = path.name
    try:
        notebook = nbformat.read(path, as_version=4)
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
    if not any("parameters" in c.metadata.get("tags", []) for c in code):
        problems.append(f"{name}: no cell is tagged 'parameters'")
    if "papermill" in notebook.metadata or any("papermill" in c.metadata for c in notebook.cells):
        problems.append(f"{name}: holds papermill's times and paths; store it with make accept")
    for number, cell in enumerate(code, start=1):
        for output in cell.outputs:
            problems += [f"{name}, code cell {number}: {p}" for p in _check_output(output)]
    if stray := _PATH.search(json.dumps(notebook.metadata)):
        problems.append(f"{name}: metadata holds a path of a machine, {stray[0]!r}")
    return problems


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
