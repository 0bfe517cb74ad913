"""A kernel provisioner that forks kernels from a warm process, and starts them anew otherwise."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from casetrace.kernels.client import is_warm, server_for

__all__ = ["WarmProvisioner", "is_forkable"]

_LAUNCH = ["-m", "ipykernel_launcher"]
_KNOWN = {"env", "cwd", "stdin", "stdout", "stderr", "independent", "extra_arguments", "kernel_id"}


class WarmProvisioner(LocalProvisioner):
    """Kernels of this Python, forked; all others as ever.

    Chosen by ``JUPYTER_DEFAULT_PROVISIONER_NAME=warm-fork``, or by a kernel spec that names it.
    """

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel, or start it anew where a fork would not be the same."""
        if not is_forkable(cmd, kwargs):
            return await super().launch_kernel(cmd, **kwargs)
        env = {str(k): str(v) for k, v in (kwargs.get("env") or os.environ).items()}
        with open(os.devnull, "rb") as nothing:
            streams = (
                nothing.fileno(),
                _file(kwargs.get("stdout"), 1),
                _file(kwargs.get("stderr"), 2),
            )
            try:
                self.process = server_for(env).fork(
                    cmd[cmd.index(_LAUNCH[1]) :], env, kwargs.get("cwd") or os.getcwd(), streams
                )
            except OSError:  # also what Popen would say of a folder that is not there
                return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.process.pid
        self.pgid = self.pid
        self.cwd = kwargs.get("cwd", self.cwd)
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End the kernel, and see it end: who waits for it then need not look again."""
        await super().kill(restart)
        for _ in range(200):
            if self.process is None or self.process.poll() is not None:
                break
            await asyncio.sleep(0.005)


def is_forkable(cmd: list[str], kwargs: dict[str, Any]) -> bool:
    """Whether a forked kernel would be the same as one started anew.

    Parameters
    ----------
    cmd : list of str
        The kernel's command.
    kwargs : dict
        What else it is to be launched with.
    """
    try:
        is_this_python = os.path.samefile(cmd[0], sys.executable)
    except OSError:
        return False
    streams = [kwargs.get(name) for name in ("stdin", "stdout", "stderr")]
    return (
        is_warm()
        and is_this_python
        and cmd[1:3] == _LAUNCH
        and kwargs.keys() <= _KNOWN
        and not kwargs.get("independent")
        and all(s is None or _file(s, -1) >= 0 for s in streams)
    )


def _file(stream: Any, default: int) -> int:
    """The file descriptor of a stream; negative for one that Popen would make (PIPE)."""
    if stream is None:
        return default
    return stream if isinstance(stream, int) else stream.fileno()
