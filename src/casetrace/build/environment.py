"""What kernels of a build inherit."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from casetrace.kernels.client import (
    DEFAULT_PRELOAD,
    PRELOAD,
    close_server,
    is_warm,
    server_for,
)

__all__ = ["PROVISIONER", "environment", "preload"]

#: Environment variable of jupyter_client.
PROVISIONER = "JUPYTER_DEFAULT_PROVISIONER_NAME"

#: A system's paths of sockets end after about a hundred characters: no more than these may lead to
#: the folder of ours.
LONGEST = 70


def preload() -> str:
    """Modules that the kernels of a build find imported: what notebooks need, and this package."""
    return f"{DEFAULT_PRELOAD},casetrace.build.warm"


class environment:
    """The environment of a build and its warm process, put back and ended afterwards.

    The user's IPython profile, matplotlib backend and warnings settings do not reach the
    notebooks. The warm process imports while this one goes on. Entered again within, it is the
    same.
    """

    _is_in_force = False

    def __enter__(self) -> None:
        self.old: dict[str, str | None] | None = None
        if environment._is_in_force:
            return
        environment._is_in_force = True
        deep = len(tempfile.gettempdir()) > LONGEST
        self.sockets = tempfile.TemporaryDirectory(
            prefix="casetrace-", dir="/tmp" if deep else None
        )
        new = {
            "MPLBACKEND": "agg",
            "PYTHONWARNINGS": "",
            "JPY_SESSION_NAME": "",  # no controls, also when a build is begun in JupyterLab
            "JUPYTER_RUNTIME_DIR": self.sockets.name,
            "IPYTHONDIR": str(Path(self.sockets.name) / "ipython"),
        }
        if is_warm():
            new |= {PROVISIONER: "warm-fork", PRELOAD: preload()}
        self.old = {name: os.environ.get(name) for name in new}
        os.environ.update(new)
        if is_warm():
            server_for(os.environ)

    def __exit__(self, *_: object) -> None:
        if self.old is None:
            return
        close_server(os.environ)
        for name, value in self.old.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        environment._is_in_force = False
        self.sockets.cleanup()
