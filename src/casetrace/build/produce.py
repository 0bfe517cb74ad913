"""Run tasks of some jobs into a folder of their own, touching nothing else."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from casetrace.build.environment import environment
from casetrace.build.execute import NotebookError, cell_timeout
from casetrace.build.jobs import REPORT, Job, Made, Task
from casetrace.build.process import stop_processes
from casetrace.build.progress import Progress
from casetrace.build.stale import tasks
from casetrace.build.task import perform as perform_here
from casetrace.case.project import Project
from casetrace.kernels.client import close_server

__all__ = ["Perform", "Produced", "everything", "produce"]


#: Tasks to run, and what was done before by task.
Plan = tuple[Collection[str], Mapping[str, Made]]

#: Does a task: :func:`casetrace.build.task.perform`, or something that has it done elsewhere.
Perform = Callable[[Project, Task, Path], Made]


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
    perform: Perform = perform_here,
    with_page: bool = True,
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
    perform : callable
        Does a task.
    with_page : bool
        Whether reports have a page.

    Returns
    -------
    Produced
    """
    jobs, left = deque(wanted), {job: set(names) for job, names in wanted.items()}
    begin = begin or (lambda job: (wanted[job], {}))
    waiting: deque[tuple[Job, str]] = deque()
    result = Produced(folder)
    progress = Progress(sum(map(len, left.values())))
    timeout = cell_timeout()
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
        done(job, result.made[job])

    with environment() if perform is perform_here else contextlib.nullcontext():
        try:
            while jobs or waiting or running:
                while (jobs or waiting) and len(running) < max(1, workers):
                    if not waiting:
                        open_next()
                        continue
                    job, name = waiting.popleft()
                    # A report uses all workers, so that none idles at the end.
                    task = Task(job, name, timeout, workers, with_page)
                    began = pool.submit(_one, perform, where, task, folder, progress)
                    running[began] = (job, name)
                for ended in wait(running, return_when=FIRST_COMPLETED).done:
                    job, name = running.pop(ended)
                    try:
                        result.made[job][name] = ended.result()
                    except NotebookError as error:
                        result.errors.setdefault(job, []).append(error)
                    left[job].discard(name)
                    if not left[job] and job not in result.errors:
                        finish(job)
        finally:  # nothing is left to wait for, unless the build is stopped
            pool.shutdown(wait=False, cancel_futures=True)
            close_server(os.environ)
            stop_processes()
            if "casetrace.kernels.manager" in sys.modules:  # no kernel was started otherwise
                sys.modules["casetrace.kernels.manager"].stop_kernels()
    return result


def _slow_first(names: Iterable[str]) -> list[str]:
    """The report, which takes longest, then the notebooks from the last, which takes long too."""
    return sorted(names, key=lambda name: (name == REPORT, name), reverse=True)


def _one(perform: Perform, where: Project, task: Task, folder: Path, progress: Progress) -> Made:
    job, name = task.job, task.name
    scenario = "" if job.scenario == "default" else f", {job.scenario}"
    words = f"{Path(name).stem} ({job.case}{scenario})"
    progress.start(words)
    try:
        made = perform(where, task, folder)
    except NotebookError:
        progress.end(words, "failed")
        raise
    except BaseException:
        progress.end(words, "stopped")
        raise
    progress.end(words)
    return made
