"""Run tasks of some jobs into a folder of their own, touching nothing else."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from casetrace.files import digest, write_bytes
from casetrace.kernels.client import close_server
from casetrace.project import Project
from casetrace.runner.environment import environment
from casetrace.runner.execute import NotebookError, cell_timeout, execute
from casetrace.runner.job import INDEX, PAGE, Job
from casetrace.runner.process import ProcessError, run_module, stop_processes
from casetrace.runner.progress import Progress
from casetrace.runner.stale import shared, tasks

__all__ = ["Made", "Produced", "as_bytes", "everything", "produce"]


@dataclass(frozen=True)
class Made:
    """What a task gave.

    Attributes
    ----------
    outputs : tuple of str
        Files, from the folder of the job.
    read : tuple of str or None
        The files of data that it read; None if that is not known.
    """

    outputs: tuple[str, ...]
    read: tuple[str, ...] | None = None


#: Tasks to run, and what was done before by task.
Plan = tuple[Collection[str], Mapping[str, Made]]


@dataclass
class Produced:
    """What came out.

    Attributes
    ----------
    folder : Path
        Holds ``<case>/<scenario>/{notebooks,figures,reports}``.
    made : dict of dict of Made
        By job and task.
    errors : dict
        Failures by job; a job with a failure has no complete output.
    """

    folder: Path
    made: dict[Job, dict[str, Made]] = field(default_factory=dict)
    errors: dict[Job, list[NotebookError]] = field(default_factory=dict)


def everything(where: Project, jobs: Iterable[Job]) -> dict[Job, list[str]]:
    """Every task of some jobs."""
    return {job: tasks(where, job) for job in jobs}


def produce(
    where: Project,
    wanted: Mapping[Job, Collection[str]],
    folder: Path,
    workers: int = 2,
    begin: Callable[[Job], Plan | None] | None = None,
    done: Callable[[Job, Mapping[str, Made]], None] = lambda job, made: None,
) -> Produced:
    """Run tasks.

    Parameters
    ----------
    where : Project
        The project.
    wanted : dict of collection of str
        Tasks by job.
    folder : Path
        Empty folder to write to.
    workers : int
        Tasks at a time.
    begin : callable
        Called with each job before its first task. Gives the tasks that are to be run then, and
        those that were done before, of which the outputs are in the folder; or None if the job
        is to be left out. Without it, all tasks are run that are wanted.
    done : callable
        Called with each job of which all tasks are done, and none failed.

    Returns
    -------
    Produced
    """
    jobs, left = deque(wanted), {job: set(names) for job, names in wanted.items()}
    begin = begin or (lambda job: (wanted[job], {}))
    waiting: deque[tuple[Job, str]] = deque()
    result = Produced(folder)
    progress = Progress(sum(map(len, left.values())))
    within = workers if len(left) == 1 else 1  # processes at a time for a page
    pool = ThreadPoolExecutor(max(1, workers))
    running: dict[Future[Made], tuple[Job, str]] = {}

    def open_next() -> None:
        job = jobs.popleft()
        names, before = begin(job) or ((), None)
        progress.drop(len(left[job]) - len(names))
        if before is None:
            return
        left[job] = set(names)
        result.made[job] = dict(before)
        waiting.extend((job, name) for name in _slow_first(left[job]))
        if not left[job]:
            finish(job)

    def finish(job: Job) -> None:
        result.made[job][INDEX] = _index(job, folder / job.key)
        done(job, result.made[job])

    with environment(where):
        try:
            while jobs or waiting or running:
                while (jobs or waiting) and len(running) < max(1, workers):
                    if not waiting:
                        open_next()
                        continue
                    job, name = waiting.popleft()
                    task = pool.submit(_one, where, job, name, folder, within, progress)
                    running[task] = (job, name)
                for task in wait(running, return_when=FIRST_COMPLETED).done:
                    job, name = running.pop(task)
                    try:
                        result.made[job][name] = task.result()
                    except NotebookError as error:
                        result.errors.setdefault(job, []).append(error)
                    left[job].discard(name)
                    if not left[job] and job not in result.errors:
                        finish(job)
        finally:  # nothing is left to wait for, unless the build is stopped
            pool.shutdown(wait=False, cancel_futures=True)
            close_server(os.environ)
            stop_processes()
            if "casetrace.runner.session" in sys.modules:  # no kernel was started otherwise
                sys.modules["casetrace.runner.session"].stop_kernels()
    return result


def as_bytes(notebook: Any) -> bytes:
    """A notebook as it is stored: sorted keys, one space of indent, a newline at the end."""
    import nbformat

    return (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode()


def _index(job: Job, folder: Path) -> Made:
    """List the figures that the notebooks showed: files, hashes, notebook, alternative text."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_bytes())["cells"]:
            for output in cell.get("outputs", []):
                about = output.get("metadata", {}).get("image/svg+xml", {})
                if "figure" in about:
                    name = about["figure"]
                    found.setdefault(name, _entry(folder / "figures", about, path.name))
    listed = {"case": job.case, "scenario": job.scenario, "figures": list(found.values())}
    text = json.dumps(listed, indent=1, ensure_ascii=False)
    write_bytes(folder / "figures" / INDEX, f"{text}\n".encode())
    return Made((f"figures/{INDEX}",))


def _entry(folder: Path, about: Mapping[str, str], notebook: str) -> dict[str, Any]:
    name = about["figure"]
    files = {f"{name}.{kind}": folder / f"{name}.{kind}" for kind in ("svg", "png", "csv")}
    return {
        "name": name,
        "notebook": f"notebooks/{notebook}",
        "alt": about.get("alt", ""),
        "sha256": {file: digest(path.read_bytes()) for file, path in files.items()},
    }


def _slow_first(names: Iterable[str]) -> list[str]:
    """The page, which takes longest, then the notebooks from the last, which takes long too."""
    return sorted(names, key=lambda name: (name == PAGE, name), reverse=True)


def _one(
    where: Project, job: Job, task: str, folder: Path, workers: int, progress: Progress
) -> Made:
    scenario = "" if job.scenario == "default" else f", {job.scenario}"
    words = f"{'page' if task == PAGE else Path(task).stem} ({job.case}{scenario})"
    progress.start(words)
    try:
        made = _gathered(where, job, task, folder, workers)
    except NotebookError:
        progress.end(words, "failed")
        raise
    except BaseException:
        progress.end(words, "stopped")
        raise
    progress.end(words)
    return made


def _gathered(where: Project, job: Job, task: str, folder: Path, workers: int) -> Made:
    """Run a task in a room of its own, then move what it gave to the outputs of its job."""
    room = Path(tempfile.mkdtemp(prefix=".", dir=folder))
    if task == PAGE:
        _page(where, job, room, workers)
    else:
        executed = execute(where.notebooks / task, job.case, job.scenario, room)
        write_bytes(room / job.key / "notebooks" / task, as_bytes(executed))
    read, outputs = None, []
    for path in sorted(p for p in (room / job.key).rglob("*") if p.is_file()):
        name = path.relative_to(room / job.key).as_posix()
        if name == "read.json":
            read = tuple(json.loads(path.read_bytes()))
            continue
        place = folder / job.key / name
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, place)
        outputs.append(name)
    return Made(tuple(outputs), read)


def _page(where: Project, job: Job, room: Path, workers: int) -> None:
    file = room / job.key / "reports" / PAGE
    cache = where.build / "page" / job.key
    code = digest(json.dumps(shared(where, job), sort_keys=True).encode())
    command = ["casetrace.page", job.case, job.scenario, file, cache, code, workers]
    try:
        run_module([str(c) for c in command], room / "log.txt", cell_timeout())
    except ProcessError as error:
        raise NotebookError(PAGE, "the page", str(error)) from None
