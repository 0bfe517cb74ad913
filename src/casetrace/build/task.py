"""Do one task: run a notebook, or write the report. Here or on another machine, it is this."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from casetrace.build.execute import NotebookError, execute
from casetrace.build.jobs import REPORT, Made, Task
from casetrace.build.process import ProcessError, run_module
from casetrace.build.stale import is_of_all_cases
from casetrace.case.project import ROOT, Project
from casetrace.case.write import write_bytes
from casetrace.curate.notebook_privacy import identifying, words_of_data

__all__ = ["as_bytes", "perform"]


def perform(where: Project, task: Task, folder: Path) -> Made:
    """Do a task in a room of its own, then move what it gave to the outputs of its job.

    Parameters
    ----------
    where : Project
        The project.
    task : Task
        What to do.
    folder : Path
        Holds ``<case>/<scenario>/{notebooks,figures,reports}``.

    Returns
    -------
    Made

    Raises
    ------
    NotebookError
        If a cell or the page fails, hangs or its process dies, or shows what could identify a
        patient.
    """
    job, room = task.job, Path(tempfile.mkdtemp(prefix=".", dir=folder))
    if task.name == REPORT:
        _report(where, task, room)
    else:
        executed = execute(where, task)
        is_of_all = is_of_all_cases(where.notebooks / task.name)
        cases = where.cases() if is_of_all else [job.case]
        if found := identifying(executed, task.name, words_of_data(where, *cases)):
            cause = f"found {found[0].value!r}; expected {found[0].expected}: {found[0].fix}"
            raise NotebookError(task.name, found[0].where, cause)
        write_bytes(room / job.key / "notebooks" / task.name, as_bytes(executed))
    outputs = []
    for path in sorted(p for p in (room / job.key).rglob("*") if p.is_file()):
        name = path.relative_to(room / job.key).as_posix()
        place = folder / job.key / name
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, place)
        outputs.append(name)
    return tuple(outputs)


def as_bytes(notebook: Any) -> bytes:
    """A notebook as it is stored: sorted keys, one space of indent, a newline at the end."""
    import nbformat

    return (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode()


def _report(where: Project, task: Task, room: Path) -> None:
    job = task.job
    command = [
        "casetrace.build.report",
        job.case,
        job.scenario,
        str(room / job.key),
        str(task.workers),
    ]
    command += [] if task.with_page else ["--no-page"]
    env = {**os.environ, ROOT: str(where.root)}
    try:
        run_module(command, env, room / "log.txt", task.timeout)
    except ProcessError as error:
        raise NotebookError(REPORT, "figures, words and page", str(error)) from None
