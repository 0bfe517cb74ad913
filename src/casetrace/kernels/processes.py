"""Several computations at a time, each in a process forked from this one."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from multiprocessing.connection import wait
from typing import Any

from casetrace.kernels.server import end_with

__all__ = ["THREADED", "in_processes", "killed"]


#: Libraries that ran in this process and left threads, which a fork lacks: it would hang.
THREADED: set[str] = set()


def in_processes(tasks: Mapping[str, Callable[[], None]], workers: int) -> None:
    """Run tasks, each in a process of its own that ends with this one.

    Where a library left threads (:data:`THREADED`), they are run here, one after another.

    Parameters
    ----------
    tasks : dict of callable
        By name; what each gives it writes to a file.
    workers : int
        Processes at a time.

    Raises
    ------
    RuntimeError
        If the process of a task fails; it has then said why.
    """
    if THREADED:
        for name, task in tasks.items():
            try:
                task()
            except Exception as error:
                raise RuntimeError(f"{name} was not made") from error
        return
    waiting, running, failed = list(tasks), {}, ""
    context = multiprocessing.get_context("fork")
    while waiting or running:
        while waiting and len(running) < workers:
            name = waiting.pop(0)
            told: dict[str, Any] = {"args": (tasks[name], os.getpid()), "name": name}
            process = context.Process(target=_run, **told)
            process.start()
            running[process.sentinel] = process
        for ended in wait(list(running)):
            process = running.pop(ended)
            process.join()
            if process.exitcode:
                failed = failed or f"{process.name} was not made{killed(process.exitcode)}"
        if failed:  # the others end before their folder goes, or they would say so of that
            waiting.clear()
    if failed:
        raise RuntimeError(failed)


def killed(status: int) -> str:
    """Return words for the exit code of a process that a signal ended; nothing for another."""
    if status >= 0:
        return ""
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    memory = ", as a system does that has no memory left" if name == "SIGKILL" else ""
    return f": its process was killed ({name}{memory})"


def _run(task: Callable[[], None], parent: int) -> None:
    end_with(parent)
    gc.disable()  # a drawing leaves cycles by the thousand, and this process ends with its task
    task()
