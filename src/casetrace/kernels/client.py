"""Ask a warm process for a kernel, and hold it as if it had been started by ``Popen``."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

__all__ = [
    "DEFAULT_PRELOAD",
    "PRELOAD",
    "SWITCH",
    "Forked",
    "Server",
    "close_server",
    "is_warm",
    "server_for",
]

#: Environment variable: ``stock`` starts every kernel anew.
SWITCH = "CASETRACE_KERNELS"

#: Environment variable that names the modules to import beforehand, joined by commas.
PRELOAD = "WARM_KERNELS_PRELOAD"
DEFAULT_PRELOAD = (
    "ipykernel.kernelapp,ipykernel.ipkernel,ipykernel.zmqshell,ipykernel.debugger,comm,psutil,"
    "IPython.core.completerlib,IPython.core.history,IPython.extensions.storemagic,sqlite3,"
    "tornado.platform.asyncio,tornado.queues,pdb,"
    "numpy,pandas,matplotlib.figure,matplotlib.backends.backend_svg,"
    "matplotlib.backends.backend_agg,matplotlib_inline.backend_inline"
)

#: What an interpreter or a library looks at once, when it is started or imported: kernels for
#: which these differ are forked from servers of their own.
_AT_START = re.compile(
    r"PYTHON.*|LC_.*|LANG|LANGUAGE|LD_.*|MPL.*|MATPLOTLIB.*|.*_NUM_THREADS|IPYTHON.*|JUPYTER_.*DIR"
    rf"|XDG_.*|HOME|{PRELOAD}"
)


def is_warm() -> bool:
    """Whether kernels are forked at all: on Linux, and not if the environment says otherwise."""
    return sys.platform == "linux" and os.environ.get(SWITCH) != "stock"


class Forked:
    """A kernel's process, with the part of :class:`subprocess.Popen` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, request: socket.socket, pid: int) -> None:
        self._request, self.pid = request, pid
        self.returncode: int | None = None
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Its exit code, negative if a signal ended it; None while it runs."""
        with self._lock:
            if self.returncode is None:
                self._request.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    self._note(self._request.recv(1024))
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises
        ------
        subprocess.TimeoutExpired
            If it runs for longer.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("kernel", timeout)
            time.sleep(0.005)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _note(self, said: bytes) -> None:
        # Nothing said: the server was killed, and the kernel with it.
        self.returncode = json.loads(said)["exit"] if said else -signal.SIGKILL
        self._request.close()


class Server:
    """A warm process of this process's own.

    Parameters
    ----------
    env : mapping
        Its environment.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self.has_forked = False
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        modules = env.get(PRELOAD, DEFAULT_PRELOAD)
        command = [sys.executable, "-m", f"{__package__}.server", str(theirs.fileno()), modules]
        with theirs:
            self.process = subprocess.Popen(
                command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the asking process, which ends this one
            )

    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self.process.poll() is None

    def fork(
        self, argv: list[str], env: Mapping[str, str], cwd: str, streams: tuple[int, int, int]
    ) -> Forked:
        """Fork a kernel.

        Parameters
        ----------
        argv : list of str
            What the kernel finds as ``sys.argv``.
        env : mapping
            Its whole environment.
        cwd : str
            Its working directory.
        streams : tuple of int
            File descriptors that become its standard streams.

        Raises
        ------
        OSError
            If the kernel cannot be started so, as from ``Popen``; or the server cannot fork.
        """
        request, theirs = socket.socketpair()
        try:
            with theirs, self._lock:
                socket.send_fds(self._control, [b"!"], [theirs.fileno(), *streams])
            asked = {"argv": argv, "env": dict(env), "cwd": cwd}
            request.sendall(json.dumps(asked).encode() + b"\n")
            said = _line(request)
            told: dict[str, Any] = json.loads(said) if said else {"error": "the server ended"}
            if "error" in told:
                raise OSError(told.get("errno") or 0, told["error"])
        except BaseException:
            request.close()
            raise
        self.has_forked = True
        return Forked(request, told["pid"])

    def close(self) -> None:
        """End it and every kernel that it forked."""
        self._control.close()
        if not self.has_forked:  # it may still be importing, and does not listen yet
            self.process.kill()
        self.process.wait()


_servers: dict[tuple[Any, ...], Server] = {}
_guard = threading.Lock()


def server_for(env: Mapping[str, str]) -> Server:
    """The warm process of this process for kernels in such an environment; started if need be.

    Raises
    ------
    OSError
        If it was started and came to nothing.
    """
    key = _key(env)
    with _guard:
        server = _servers.get(key)
        if server and not server.is_alive() and not server.has_forked:
            raise OSError("the warm process ended before it forked a kernel")
        if server is None or not server.is_alive():
            server = _servers[key] = Server(env)
        return server


def close_server(env: Mapping[str, str]) -> None:
    """End the warm process for such an environment, if there is one, and its kernels."""
    with _guard:
        server = _servers.pop(_key(env), None)
    if server:
        server.close()


def _line(request: socket.socket) -> bytes:
    """One line and no more: what follows is the exit code, which may be there already."""
    said = b""
    while not said.endswith(b"\n") and (byte := request.recv(1)):
        said += byte
    return said


def _key(env: Mapping[str, str]) -> tuple[Any, ...]:
    """What kernels must have in common to be forked from one process of this process."""
    at_start = tuple(sorted((k, v) for k, v in env.items() if _AT_START.fullmatch(k)))
    return os.getpid(), at_start
