"""What kernels of a build inherit."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from casetrace.case.problems import UsageError
from casetrace.kernels.client import (
    DEFAULT_PRELOAD,
    PRELOAD,
    close_server,
    is_warm,
    server_for,
)

__all__ = ["PROVISIONER", "environment", "has_room", "preload", "scratch"]

#: Environment variable of jupyter_client.
PROVISIONER = "JUPYTER_DEFAULT_PROVISIONER_NAME"

#: Bytes that may lead to the folder of ours: a path of a socket has 103 at most (macOS), and of
#: these our folder's name takes 36 with a process of seven digits, and a kernel's socket 11.
LONGEST = 103 - 36 - 11

#: Files that a build has open at a time, and processes that it starts, at most.
FILES, PROCESSES = 256, 64


def preload() -> str:
    """Modules that the kernels of a build find imported: what notebooks need, and this package."""
    return f"{DEFAULT_PRELOAD},casetrace.build.warm"


class environment:
    """The environment of a build and its warm process, put back and ended afterwards.

    The user's IPython profile, matplotlib settings and warnings settings do not reach the
    notebooks, and there is a home folder in any case. The warm process imports while this one
    goes on. Entered again within, it is the same.

    Raises
    ------
    UsageError
        If the system lets a process open fewer files, or start fewer processes, than are needed.
    """

    _is_in_force = False

    def __enter__(self) -> None:
        self.old: dict[str, str | None] | None = None
        if environment._is_in_force:
            return
        has_room()
        environment._is_in_force = True
        self.scratch = scratch()
        folder = self.scratch.__enter__()
        settings = folder / "matplotlibrc"
        settings.touch()
        new = {
            "MPLBACKEND": "agg",
            "MATPLOTLIBRC": str(settings),
            "PYTHONWARNINGS": "",
            "JPY_SESSION_NAME": "",  # no controls, also when a build is begun in JupyterLab
            "JUPYTER_RUNTIME_DIR": str(folder),
            "IPYTHONDIR": str(folder / "ipython"),
        }
        if not _has_home():
            new["HOME"] = str(folder)
        if is_warm():
            new |= {PROVISIONER: "warm-fork", PRELOAD: preload()}
        self.old = {name: os.environ.get(name) for name in new}
        os.environ.update(new)
        if is_warm():
            server_for(os.environ)

    def __exit__(self, *_: object) -> None:
        if not getattr(self, "old", None):
            return
        close_server(os.environ)
        for name, value in self.old.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        environment._is_in_force = False
        self.scratch.__exit__(None, None, None)


def has_room() -> None:
    """Let this process open as many files as a build needs, as far as the system does.

    Raises
    ------
    UsageError
        If it does not, or lets no processes be started.
    """
    try:
        import resource
    except ImportError:  # not on this system
        return
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= files < FILES:
        if 0 <= most < FILES:
            raise UsageError(
                f"a process may open {most} files here, and a build needs {FILES}: "
                f"allow for more (ulimit -n {FILES})"
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, most))
    processes, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    if 0 <= processes < PROCESSES:
        raise UsageError(
            f"a user may have {processes} processes here, and a build needs {PROCESSES}: "
            f"allow for more (ulimit -u {PROCESSES})"
        )


def _has_home() -> bool:
    try:
        return Path.home().is_dir()
    except RuntimeError:
        return False


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Make a temporary folder for this process; those that killed ones left are removed."""
    top = Path(tempfile.gettempdir())
    if len(os.fsencode(top)) > LONGEST:
        top = Path("/tmp")
    # Of this machine alone: others, and containers, may share the folder.
    mine = f"casetrace-{zlib.crc32(platform.node().encode()):08x}"
    for old in top.glob(f"{mine}-*"):
        named = re.fullmatch(r"(\d+)-.*", old.name.removeprefix(f"{mine}-"))
        if named and not _runs(int(named[1])):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{mine}-{os.getpid()}-", dir=top))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    """Whether a process runs; it may be another user's."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
