"""The limit: the same work in warm processes, one per core.

Cells of notebooks are run by ``exec``: no kernel, no messages, no notebook file; what they show is
computed all the same. Run as ``limit.py FOLDER WORKERS PAGE``; seconds go to a file of that name.
"""

from __future__ import annotations

import ast
import json
import os
import sys
import time
from functools import partial
from pathlib import Path

import casetrace.build.warm  # noqa: F401  everything that the notebooks need
from casetrace.build.report import report_work, write_together
from casetrace.case.load import load
from casetrace.kernels.processes import in_processes

CASE = "imataka-2014"


def cells(path: Path) -> None:
    """Run the code cells of a notebook and show what each ends with."""
    names: dict = {}
    for cell in json.loads(path.read_bytes())["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, str(path), "exec"), names)
        if last is not None:
            shown = eval(compile(ast.Expression(last.value), str(path), "eval"), names)
            for kind in ("_repr_mimebundle_", "_repr_html_", "__repr__"):
                if hasattr(shown, kind):
                    getattr(shown, kind)()


if __name__ == "__main__":
    folder, workers, page = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1"
    case, room = load(CASE), folder / "room"
    room.mkdir()
    begun = time.perf_counter()
    work = report_work(case, folder, room, page)
    paths = sorted(Path("notebooks").glob("*.ipynb"), reverse=True)
    in_processes({**work, **{path.name: partial(cells, path) for path in paths}}, workers)
    write_together(case, folder, room, page)
    (folder / "seconds").write_text(str(time.perf_counter() - begun))
    os._exit(0)
