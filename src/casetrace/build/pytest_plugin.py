"""A pytest plugin: nbval's kernels are forked from a warm process.

Used as ``-p casetrace.build.pytest_plugin``.

It must be loaded before nbval, so it is named on the command line or in ``addopts``.
"""

import os
from typing import Any

from casetrace.build.environment import PROVISIONER, preload
from casetrace.kernels.client import PRELOAD, is_warm, server_for

__all__ = []

os.environ.setdefault(PROVISIONER, "warm-fork")
os.environ.setdefault(PRELOAD, preload())


def pytest_configure(config: Any) -> None:
    """If this process is to run notebooks, have it ask quickly, and its warm process import now."""
    option, is_worker = config.option, hasattr(config, "workerinput")
    spreads = getattr(option, "numprocesses", None) and not is_worker
    if not is_warm() or spreads or not (option.nbval or option.nbval_lax):
        return
    server_for(os.environ)
    import nbval.kernel

    from casetrace.kernels.manager import QuickManager

    nbval.kernel.KernelManager = QuickManager
