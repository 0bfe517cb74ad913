"""Say what is running: one line that changes on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import threading
from typing import TextIO

__all__ = ["Progress"]


class Progress:
    """A place to say what starts and what ends.

    Parameters
    ----------
    total : int
        How many jobs there are.
    out : text stream
        Where to; standard error by default, so that results stay alone on standard output.
    """

    def __init__(self, total: int, out: TextIO | None = None) -> None:
        self.total, self.out = total, out or sys.stderr
        self.done = 0
        self.running: list[str] = []
        self._lock = threading.Lock()
        self._live = self.out.isatty()

    def drop(self, jobs: int) -> None:
        """Take jobs back that will not start."""
        self.total -= jobs

    def start(self, job: str) -> None:
        """Name a job that starts."""
        with self._lock:
            self.running.append(job)
            self._show(f"running {job}")

    def end(self, job: str, outcome: str = "done") -> None:
        """Name a job that ended."""
        with self._lock:
            self.running.remove(job)
            self.done += 1
            self._clear()
            print(f"[{self.done}/{self.total}] {job}: {outcome}", file=self.out, flush=True)
            if self.running:
                self._show(f"running {', '.join(self.running)}")

    def _show(self, words: str) -> None:
        if self._live:
            self._clear()
            room = shutil.get_terminal_size().columns - 1
            print(f"[{self.done}/{self.total}] {words}"[:room], end="", file=self.out, flush=True)

    def _clear(self) -> None:
        if self._live:
            print("\r\x1b[2K", end="", file=self.out)
