"""How the build talks to a kernel: over sockets of the file system, and without idle waiting."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from typing import Any
from weakref import WeakSet

import zmq
from ipykernel.kernelspec import get_kernel_dict, make_ipkernel_cmd
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.client import KernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager, KernelManager
from jupyter_core.paths import jupyter_runtime_dir
from jupyter_core.utils import ensure_async, run_sync
from traitlets import DottedObjectName, default

__all__ = ["LocalKernelManager", "QuickManager", "manager_of", "stop_kernels"]

#: Milliseconds after which a client knocks again at a kernel that does not listen yet: 100 if not
#: set, and a forked kernel listens after 30.
RETRY = 2


class _Quick(KernelClient):
    """A client that takes a kernel as ready when it says so, not after a silence."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context.setsockopt(zmq.RECONNECT_IVL, RETRY)

    async def _until_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has answered, and said on the other channel that it is idle.

        Raises
        ------
        RuntimeError
            If it dies, or takes longer than ``timeout`` seconds.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while not await self._has_answered():
            if not await self._async_is_alive():
                raise RuntimeError("the kernel died before it was ready")
            if time.monotonic() > end:
                raise RuntimeError(f"the kernel was not ready within {timeout} seconds")

    async def _has_answered(self) -> bool:
        asked = self.kernel_info()
        try:
            reply = await ensure_async(self.shell_channel.get_msg(timeout=1))
            self._handle_kernel_info_reply(reply)
            while True:  # what it said before this client had joined that channel is lost
                said = await ensure_async(self.iopub_channel.get_msg(timeout=0.02))
                is_idle = said["content"].get("execution_state") == "idle"
                if is_idle and said["parent_header"].get("msg_id") == asked:
                    return True
        except Empty:
            return False


class QuickClient(AsyncKernelClient, _Quick):
    """Such a client for the build."""

    wait_for_ready = _Quick._until_ready


class QuickBlockingClient(BlockingKernelClient, _Quick):
    """Such a client for nbval."""

    wait_for_ready = run_sync(_Quick._until_ready)


class _OwnPython(KernelManager):
    """Kernels of this process's own interpreter, whatever kernels a machine has by their name."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """How they are started."""
        return KernelSpec(**{**get_kernel_dict(), "argv": make_ipkernel_cmd()})


class QuickManager(_OwnPython):
    """A manager with such a client, for nbval."""

    client_class = DottedObjectName(f"{__name__}.QuickBlockingClient")


_managers: WeakSet[AsyncKernelManager] = WeakSet()


def stop_kernels() -> None:
    """Kill every kernel that still runs, and what it started."""
    for manager in list(_managers):
        process = getattr(manager.provisioner, "process", None)
        if process is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class LocalKernelManager(_OwnPython, AsyncKernelManager):
    """Kernels on sockets of this machine's file system: no port, no listener, no race."""

    transport = "ipc"
    #: What its kernel finds in its environment beside this process's own.
    more: Mapping[str, str] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _managers.add(self)

    async def start_kernel(self, **kwargs: Any) -> None:
        """Start the kernel in its environment; one that cannot be spoken to is ended again."""
        try:
            await super().start_kernel(**{"env": {**os.environ, **self.more}, **kwargs})
        except BaseException:
            # Nobody else does, and a socket left open can block the collection of garbage for ever.
            await self.shutdown_kernel(now=True)
            raise

    @default("client_factory")
    def _quick(self) -> type:
        return QuickClient

    @default("connection_file")
    def _file_of_its_own(self) -> str:
        return str(Path(jupyter_runtime_dir()) / f"kernel-{secrets.token_hex(4)}.json")

    @default("ip")
    def _socket_of_its_own(self) -> str:
        return str(Path(jupyter_runtime_dir()) / secrets.token_hex(4))


def manager_of(more: Mapping[str, str]) -> type[LocalKernelManager]:
    """A class of managers, as papermill asks for one, whose kernels find more in their environment.

    Parameters
    ----------
    more : mapping
        Environment variables.
    """
    return type("LocalKernelManager", (LocalKernelManager,), {"more": dict(more)})
