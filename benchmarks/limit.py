"""The limit: cells of notebooks run by ``exec`` in warm processes, one per core.

No kernel, no messages, no notebook file; what cells show is computed all the same. Run as
``limit.py FOLDER WORKERS PAGE``; seconds go to a file of that name.
"""

from __future__ import annotations

import ast
import json
import multiprocessing
import os
import sys
import time
from pathlib import Path

import casetrace.build.warm  # noqa: F401  everything that the notebooks need
from casetrace.case.load import load
from casetrace.page import parts
from casetrace.page.build import Page

CASE = "imataka-2014"


def cells(path: str) -> None:
    """Run the code cells of a notebook and show what each ends with."""
    names: dict = {}
    for cell in json.loads(Path(path).read_bytes())["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path, "exec"), names)
        if last is not None:
            shown = eval(compile(ast.Expression(last.value), path, "eval"), names)
            for kind in ("_repr_mimebundle_", "_repr_html_", "__repr__"):
                if hasattr(shown, kind):
                    getattr(shown, kind)()


def groups(names: str) -> dict:
    """Make groups of parts of the page, one after another."""
    case = load(CASE)
    made = (parts._parts(case, parts.groups()[name]) for name in names.split())
    return {key: part for found in made for key, part in found.items()}


def work(task: tuple[str, str]) -> dict | None:
    """One task."""
    kind, name = task
    return groups(name) if kind == "page" else cells(name)


if __name__ == "__main__":
    folder, workers, page = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1"
    tasks = [("cells", str(p)) for p in sorted(Path("notebooks").glob("*.ipynb"), reverse=True)]
    batches: dict[str, list[str]] = {}
    for name in parts.groups() if page else ():
        batches.setdefault(parts.batch(name), []).append(name)
    pages = [("page", " ".join(names)) for names in batches.values()]
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        pool.map(abs, range(workers))
        begun = time.perf_counter()
        made = pool.map(work, [*pages, *tasks], chunksize=1)
        if page:
            found = {k: part for given in made[: len(pages)] for k, part in given.items()}
            (folder / "index.html").write_text(Page(load(CASE), found).html)
        seconds = time.perf_counter() - begun
    (folder / "seconds").write_text(str(seconds))
    os._exit(0)
