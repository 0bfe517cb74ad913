"""Have tasks done by Dask workers, in processes of this machine or on others.

What a worker gets is the task and the files that it may read; what it gives back is the files that
it made. It needs no disk in common with this machine, only the same packages.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import platform
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

from casetrace.build.environment import environment
from casetrace.build.execute import NotebookError
from casetrace.build.jobs import Made, Task
from casetrace.build.produce import Perform
from casetrace.build.stale import code, inputs
from casetrace.build.task import perform
from casetrace.case.problems import UsageError
from casetrace.case.project import Project
from casetrace.case.write import write_bytes

__all__ = ["cluster", "setup", "there"]

#: How often a task is tried again that failed for another cause than its notebook: a full disk,
#: too little memory. A worker that dies is another matter: Dask gives its tasks to others.
RETRIES = 3

#: Tasks that a scheduler is given at a time, if it does not have more cores: enough to be a
#: reason for more workers where these are started on demand.
AHEAD = 64

#: Seconds in which a scheduler that was started just before may write its file.
PATIENCE = 30


@dataclass(frozen=True)
class Asked:
    """A task with all that it needs.

    Attributes
    ----------
    task : Task
        What to do.
    files : dict of bytes
        What it may read, by path from the project's folder.
    setup : dict of str
        What :func:`setup` gives here.
    """

    task: Task
    files: Mapping[str, bytes]
    setup: Mapping[str, str]


@dataclass(frozen=True)
class Given:
    """What a worker gives back.

    Attributes
    ----------
    files : dict of bytes
        What it made, by path from the folder of the job.
    error : tuple of str
        Notebook, cell and cause, if the task failed for that.
    """

    files: Mapping[str, bytes]
    error: tuple[str, ...] = ()


@cache
def setup() -> Mapping[str, str]:
    """What outputs hang on beside the project's files: machine, Python, packages and code."""
    needed = (n for n in requires("casetrace") or () if "extra ==" not in n)
    names = [re.match(r"[\w.-]+", n)[0] for n in needed]
    return {
        "machine": platform.machine(),
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version(name) for name in names},
        "casetrace": f"{version('casetrace')} with code {code()[:12]}",
    }


def there(asked: Asked) -> Given:
    """Do a task on a worker, by the function that does it here."""
    from distributed import get_worker

    task, worker = asked.task, get_worker()
    here = setup()
    unlike = [
        f"{what}: {here.get(what)}, asked for {wanted}"
        for what, wanted in asked.setup.items()
        if here.get(what) != wanted
    ]
    if unlike:
        cause = f"it is not set up like the machine that asks ({'; '.join(unlike)})"
        return Given({}, error=(task.name, f"worker {worker.address}", cause))
    _make_ready()
    with tempfile.TemporaryDirectory(prefix="casetrace-", dir=worker.local_directory) as name:
        where, folder = Project(Path(name) / "project"), Path(name) / "made"
        folder.mkdir()
        for shown, content in asked.files.items():
            place = where.root / shown
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        try:
            made = perform(where, task, folder)
        except NotebookError as error:
            return Given({}, error=(error.notebook, error.cell, error.cause))
        place = folder / task.job.key
        return Given({output: (place / output).read_bytes() for output in made})


_guard = threading.Lock()


def _make_ready() -> None:
    """Enter the environment of a build, once for a worker, until it ends."""
    with _guard:
        _enter()


@cache
def _enter() -> None:
    until_exit = contextlib.ExitStack()
    until_exit.enter_context(environment())
    atexit.register(until_exit.close)


@contextlib.contextmanager
def cluster(scheduler: str, workers: int) -> Iterator[tuple[Perform, int]]:
    """Connect to a cluster, or start one of this machine's processes.

    Parameters
    ----------
    scheduler : str
        The address of a scheduler, or the file that it wrote its address to; may be empty.
    workers : int
        Without a scheduler, how many processes to start here.

    Yields
    ------
    perform : callable
        Has a task done and writes what it gave.
    ahead : int
        How many tasks to give it at a time.

    Raises
    ------
    UsageError
        If Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise UsageError(
            "a cluster needs Dask: install it with .venv/bin/pip install 'casetrace[cluster]'"
        ) from None
    with contextlib.ExitStack() as stack:
        if scheduler:
            client = stack.enter_context(_connected(Client, scheduler))
            known = client.scheduler_info(n_workers=-1)["workers"].values()
            if not known:
                print(f"{scheduler}: no worker yet, waiting for one", file=sys.stderr)
            ahead = max(AHEAD, 2 * sum(worker["nthreads"] for worker in known))
        else:
            here = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.ERROR,
            )
            client, ahead = stack.enter_context(Client(stack.enter_context(here))), 2 * workers
        try:
            yield _Remote(client), ahead
        except KeyboardInterrupt:
            stack.pop_all()  # no farewell: the workers of this machine end with this process
            raise


def _connected(client: type, scheduler: str) -> Any:
    try:
        if "://" in scheduler:
            return client(scheduler)
        end = time.monotonic() + PATIENCE
        while not Path(scheduler).is_file():
            if time.monotonic() > end:
                raise OSError(f"there is no such file after {PATIENCE} seconds")
            time.sleep(0.1)
        return client(scheduler_file=scheduler)
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {scheduler}: {error}") from None


class _Remote:
    """Has tasks done by the workers of a cluster.

    Parameters
    ----------
    client : distributed.Client
        The connection.
    """

    def __init__(self, client: Any) -> None:
        self.client, self.setup = client, setup()

    def __call__(self, where: Project, task: Task, folder: Path) -> Made:
        files = {shown: (where.root / shown).read_bytes() for shown in _needed(where, task)}
        asked = Asked(replace(task, workers=1), files, self.setup)
        given = self._wait(self.client.submit(there, asked, pure=False, retries=RETRIES), task)
        if given.error:
            raise NotebookError(*given.error)
        for output, content in given.files.items():
            write_bytes(folder / task.job.key / output, content)
        return tuple(given.files)

    def _wait(self, future: Any, task: Task) -> Given:
        try:
            return future.result()
        except Exception as error:  # whatever happened there: this task failed, others go on
            cause = f"{type(error).__name__}: {error}".splitlines()[0]
            raise NotebookError(task.name, "its worker", cause) from None


def _needed(where: Project, task: Task) -> list[str]:
    """The files that a task may read, from the project's folder."""
    known = inputs(where, task.job)
    names = {*known.shared, *known.own[task.name]}
    notebook = where.shown(where.notebooks / task.name)
    return sorted(name for name in {*names, notebook} if (where.root / name).is_file())
