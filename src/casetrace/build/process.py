"""Run a module of this package as a process of its own, forked like a kernel where that is done."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from casetrace.kernels.client import is_warm, server_for
from casetrace.kernels.processes import killed

__all__ = ["ProcessError", "run_module", "stop_processes"]

_started: set[subprocess.Popen] = set()


class ProcessError(Exception):
    """The process failed: its last words."""


def run_module(arguments: list[str], env: Mapping[str, str], log: Path, timeout: float) -> None:
    """Run ``python -m`` with these arguments to its end.

    Parameters
    ----------
    arguments : list of str
        The module and what follows.
    env : mapping
        Its whole environment.
    log : Path
        Where what it prints goes.
    timeout : float
        Seconds that it may take.

    Raises
    ------
    ProcessError
        If it fails, dies or takes longer.
    """
    with open(log, "wb") as out, open(os.devnull, "rb") as nothing:
        try:
            streams = (nothing.fileno(), out.fileno(), out.fileno())
            server = server_for(env) if is_warm() else None
            process = server.fork(arguments, env, os.getcwd(), streams) if server else None
        except OSError:
            process = None  # as for a kernel: where none can be forked, it is started anew
        if process is None:
            command = [sys.executable, "-m", *arguments]
            process = subprocess.Popen(
                command, env=env, stdin=nothing, stdout=out, stderr=out, start_new_session=True
            )
            _started.add(process)
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise ProcessError(f"it took longer than {timeout} seconds") from None
        finally:
            _started.discard(process)
    if status:
        words = log.read_text("utf-8", "replace").strip().splitlines()
        last = "it was not made" if status < 0 else words[-1] if words else f"it ended ({status})"
        raise ProcessError(f"{last}{killed(status)}")


def stop_processes() -> None:
    """Kill every process that was started anew and still runs, and what it started."""
    for process in list(_started):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
