"""What kernels of a build inherit."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from casetrace.kernels.client import DEFAULT_PRELOAD, PRELOAD, is_warm
from casetrace.project import Project

__all__ = ["PROVISIONER", "environment", "preload"]

#: Environment variable of jupyter_client.
PROVISIONER = "JUPYTER_DEFAULT_PROVISIONER_NAME"


def preload() -> str:
    """Modules that the kernels of a build find imported: what notebooks need, and this package."""
    return f"{DEFAULT_PRELOAD},casetrace.runner.warm"


class environment:
    """The environment of a build, put back afterwards.

    The user's IPython profile, matplotlib backend and warnings settings do not reach the
    notebooks.

    Parameters
    ----------
    where : Project
        The project.
    """

    def __init__(self, where: Project) -> None:
        self.new = {
            "CASETRACE_ROOT": str(where.root),
            "MPLBACKEND": "agg",
            "PYTHONWARNINGS": "",
            "JPY_SESSION_NAME": "",  # no controls, also when a build is begun in JupyterLab
        }
        if is_warm():
            self.new[PROVISIONER] = "warm-fork"
            self.new[PRELOAD] = preload()
        # Socket paths must be short: not in the project's folder, which may lie deep.
        self.sockets = tempfile.TemporaryDirectory(prefix="casetrace-")
        self.new["JUPYTER_RUNTIME_DIR"] = self.sockets.name
        self.new["IPYTHONDIR"] = str(Path(self.sockets.name) / "ipython")

    def __enter__(self) -> None:
        self.old = {name: os.environ.get(name) for name in self.new}
        os.environ.update(self.new)

    def __exit__(self, *_: object) -> None:
        for name, value in self.old.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self.sockets.cleanup()
