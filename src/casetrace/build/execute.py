"""Run one notebook through papermill and leave nothing of the run in it."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from casetrace.build.jobs import Task
from casetrace.case.problems import UsageError
from casetrace.case.project import DEFAULT_CASE, DEFAULT_SCENARIO, ROOT, Project

__all__ = ["KERNEL", "NotebookError", "cell_timeout", "cleaned", "execute", "is_made_up"]

#: What a stored notebook says of its kernel: that of the build, always.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

#: Environment variable: seconds after which a cell counts as hanging.
CELL_TIMEOUT = "CASETRACE_CELL_TIMEOUT"


class NotebookError(Exception):
    """A notebook did not run to its end.

    Attributes
    ----------
    notebook : str
        File name.
    cell : str
        Which cell, by number and heading.
    cause : str
        What went wrong there.
    """

    def __init__(self, notebook: str, cell: str, cause: str) -> None:
        self.notebook, self.cell, self.cause = notebook, cell, cause
        super().__init__(f"{notebook}, {cell}: {cause}")


def execute(where: Project, task: Task) -> Any:
    """Run a notebook for a case under a scenario.

    Parameters
    ----------
    where : Project
        The project that the notebook finds.
    task : Task
        The notebook, which is not written to, and its parameters. Those it holds already are not
        injected again, so that the default case gives exactly the stored notebook.

    Returns
    -------
    nbformat.NotebookNode
        Executed, without times, versions or paths.

    Raises
    ------
    NotebookError
        If a cell fails, hangs or its kernel dies.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from casetrace.kernels.manager import manager_of

    notebook, timeout = where.notebooks / task.name, task.timeout
    asked = {"case": task.job.case, "scenario": task.job.scenario}
    given = {"case": DEFAULT_CASE, "scenario": DEFAULT_SCENARIO}
    _check_parameters(notebook, given)
    try:
        executed = papermill.execute_notebook(
            str(notebook),
            None,
            parameters={} if asked == given else asked,
            kernel_name=KERNEL["name"],
            progress_bar=False,
            request_save_on_cell_execute=False,
            execution_timeout=timeout,
            start_timeout=120,
            shutdown_kernel="immediate",
            kernel_manager_class=manager_of({ROOT: str(where.root)}),
        )
    except PapermillExecutionError as error:
        cell = _heading(error, notebook)
        raise NotebookError(notebook.name, cell, f"{error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        cause = f"a cell ran longer than {timeout} seconds; {CELL_TIMEOUT} allows for more"
        raise NotebookError(notebook.name, "a cell", cause) from None
    except DeadKernelError:
        raise NotebookError(notebook.name, "a cell", "its kernel died") from None
    except (OSError, MemoryError):
        raise
    except Exception as error:  # a notebook that cannot even be opened
        raise NotebookError(
            notebook.name, "opening it", f"{type(error).__name__}: {error}"
        ) from None
    return cleaned(executed, json.loads(notebook.read_bytes())["cells"])


def _check_parameters(path: Path, given: dict[str, str]) -> None:
    """A stored notebook names the default case: one that was left at another is an error."""
    import nbformat

    try:
        cells = nbformat.read(path, as_version=4).cells
        tagged = [c.source for c in cells if "parameters" in c.metadata.get("tags", [])]
        found = [node for source in tagged for node in ast.parse(source).body]
    except Exception:
        return  # running it says what is wrong
    for node in found:
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)):
            continue
        name, value = getattr(node.targets[0], "id", ""), node.value.value
        if name in given and value != given[name]:
            cause = (
                f"{name} is {value!r}, and a stored notebook has {given[name]!r}: set it back, or "
                f"git restore notebooks/{path.name}; to build another: casetrace build --help"
            )
            raise NotebookError(path.name, "its parameters", cause)


def cell_timeout() -> int:
    """Seconds after which a cell, or the page, counts as hanging.

    Raises
    ------
    UsageError
        If the environment sets a time that is none.
    """
    text = os.environ.get(CELL_TIMEOUT, "600")
    if not text.isdigit() or int(text) < 1:
        raise UsageError(f"{CELL_TIMEOUT} takes whole seconds of 1 or more, found {text!r}")
    return int(text)


def is_made_up(name: str) -> bool:
    """Whether the id of a cell is none, or one that a tool drew at random."""
    return not name or bool(
        re.fullmatch(r"[0-9a-f]{8}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name)
    )


def cleaned(notebook: Any, stored: Sequence[Mapping[str, Any]]) -> Any:
    """Take out of an executed notebook what the next run would not give again.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed.
    stored : sequence of mapping
        Its cells as they were stored: one without an id that stays gets one by its place.
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata["kernelspec"] = dict(KERNEL)
    language = notebook.metadata.get("language_info", {}).get("name", "python")
    notebook.metadata["language_info"] = {"name": language}
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if cell.metadata.get("tags") == []:
            cell.metadata.pop("tags")
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"  # papermill takes one at random
    own = [c for c in notebook.cells if c["id"] != "injected-parameters"]
    seen: set[str] = set()
    for place, (cell, was) in enumerate(zip(own, stored, strict=True), start=1):
        name = was.get("id", "")
        cell["id"] = f"cell-{place}" if is_made_up(name) or name in seen else name
        seen.add(cell["id"])
    return notebook


def _heading(error: Any, notebook: Path) -> str:
    """The failing cell by number and by the heading above it."""
    import nbformat

    number = getattr(error, "exec_count", None)
    source = getattr(error, "source", "")
    heading = ""
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "markdown" and (found := re.match(r"#+ (.+)", cell.source)):
            heading = found[1]
        if cell.cell_type == "code" and cell.source == source:
            break
    first = source.strip().splitlines()[0] if source.strip() else ""
    under = f" under '{heading}'" if heading else ""
    return f"code cell {number}{under} ({first})"
