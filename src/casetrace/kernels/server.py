"""The warm process: it imports what kernels need, forks one when asked, and keeps no orphan.

Run as ``python -m casetrace.kernels.server FD MODULES``, where FD is a socket of the process that
asks. It is single-threaded, and ends with that process: when the socket closes, however that came
about, every kernel is killed. Each request comes with a socket of its own, on which the kernel's
process id and at last its exit code are told; when the asking end closes, the kernel is killed.

On the request's socket goes one JSON line: ``argv``, ``env``, ``cwd``. With it come the socket and
the three standard streams as file descriptors.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
from typing import Any

__all__ = ["end_with", "main"]

_PR_SET_PDEATHSIG = 1


def main(control: socket.socket, modules: list[str]) -> None:
    """Import modules, then fork kernels until the asking process is gone.

    Parameters
    ----------
    control : socket
        Where requests arrive.
    modules : list of str
        To import beforehand; one that is not installed is left out.
    """
    if sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]  # as a kernel's launcher does
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel looks when it is imported
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # debugpy, to say less on import
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as error:
            if error.name != name.partition(".")[0]:  # installed, and broken
                print(f"warm kernels: {name} was not imported: {error!r}", file=sys.stderr)
        except Exception as error:
            print(f"warm kernels: {name} was not imported: {error!r}", file=sys.stderr)
    _draw_once()
    gc.collect()
    gc.freeze()
    _Server(control).run()


def _draw_once() -> None:
    """Fill the caches of fonts and backends, if matplotlib was asked for."""
    if "matplotlib.figure" not in sys.modules:
        return
    import io

    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    figure.subplots().set_title("warm")
    for kind in ("svg", "png"):
        figure.savefig(io.BytesIO(), format=kind)


class _Server:
    """Kernels by process id, each with the socket of its request."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.kernels: dict[int, socket.socket] = {}
        self.wake, wake = socket.socketpair()
        for end in (self.wake, wake):
            end.setblocking(False)
        self._wake = wake
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ, self._asked)
        self.selector.register(self.wake, selectors.EVENT_READ, self._woken)

    def run(self) -> None:
        """Serve until the asking process is gone."""
        try:
            while True:
                for key, _ in self.selector.select():
                    if key.data() is False:
                        return
        finally:
            for pid in self.kernels:
                _kill(pid)
            for pid in self.kernels:
                os.waitpid(pid, 0)

    def _asked(self) -> bool:
        """Fork a kernel; False if there is nobody to ask any more."""
        try:
            sent, files, _, _ = socket.recv_fds(self.control, 1, 4)
        except ConnectionResetError:
            return False
        if not sent:
            return False
        line, *streams = files
        request = socket.socket(fileno=line)
        try:
            with request.makefile("rb") as lines:
                asked = json.loads(lines.readline())
            self._fork(request, asked, streams)
        except (OSError, ValueError) as error:
            _tell(request, error=str(error), errno=getattr(error, "errno", None))
            request.close()
        finally:
            for file in streams:
                os.close(file)
        return True

    def _fork(self, request: socket.socket, asked: dict[str, Any], streams: list[int]) -> None:
        if threading.active_count() > 1:
            raise OSError("a module that was imported beforehand has started a thread")
        ready, begun = os.pipe()
        parent = os.getpid()
        if not (pid := os.fork()):
            status = 1
            try:
                os.close(ready)
                self._leave(request)
                _become(asked, streams, parent)
                os.write(begun, b"ok")
                os.close(begun)
                status = _run(asked["argv"])
            except OSError as error:
                with contextlib.suppress(OSError):
                    os.write(begun, f"{error.errno} {error}".encode())
            finally:
                os._exit(status)
        os.close(begun)
        with os.fdopen(ready, "rb") as said:
            outcome = said.read().decode()
        if outcome != "ok":
            os.waitpid(pid, 0)
            number, _, words = outcome.partition(" ")
            raise OSError(int(number or 0), words or "the kernel died while it was started")
        self.kernels[pid] = request
        self.selector.register(request, selectors.EVENT_READ, lambda: self._closed(pid))
        _tell(request, pid=pid)

    def _leave(self, request: socket.socket) -> None:
        """In the new process, give up all that is the server's."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.selector.close()
        for end in (self.control, self.wake, self._wake, request, *self.kernels.values()):
            end.close()

    def _woken(self) -> None:
        """Tell of the kernels that have ended."""
        with contextlib.suppress(BlockingIOError):
            while self.wake.recv(64):
                pass
        for pid in list(self.kernels):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                request = self.kernels.pop(pid)
                self.selector.unregister(request)
                _tell(request, exit=os.waitstatus_to_exitcode(status))
                request.close()

    def _closed(self, pid: int) -> None:
        """End a kernel that nobody holds any more."""
        if pid in self.kernels and not self.kernels[pid].recv(1):
            _kill(pid)
            self.selector.unregister(self.kernels[pid])
            self.kernels.pop(pid).close()
            os.waitpid(pid, 0)


def _become(asked: dict[str, Any], streams: list[int], parent: int) -> None:
    """Take on session, streams, folder and environment of the kernel that was asked for."""
    os.setsid()
    end_with(parent)
    for number, file in enumerate(streams):
        os.dup2(file, number)
        os.close(file)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    os.environ["JPY_PARENT_PID"] = str(parent)
    time.tzset()
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def end_with(parent: int) -> None:
    """Have this process killed when its parent ends, even if that is killed.

    Parameters
    ----------
    parent : int
        Process id of the parent; if it has ended already, so does this process.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _run(argv: list[str]) -> int:
    """Run a module, as ``python -m`` would, to its end; gives its exit code."""
    import atexit

    status: Any = 0
    sys.argv = argv
    if not sys.flags.safe_path:
        sys.path.insert(0, os.getcwd())
    try:
        runpy.run_module(argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        status = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    atexit._run_exitfuncs()
    for stream in (sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    return status if isinstance(status, int) else int(status is not None)


def _tell(request: socket.socket, **words: Any) -> None:
    with contextlib.suppress(OSError):
        request.sendall(json.dumps(words).encode() + b"\n")


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), list(filter(None, sys.argv[2].split(","))))
