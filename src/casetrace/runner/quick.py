"""A pytest plugin: nbval's kernels are forked from a warm process (``-p casetrace.runner.quick``).

It must be loaded before nbval, so it is named on the command line or in ``addopts``.
"""

import os

from casetrace.kernels.client import PRELOAD
from casetrace.runner.environment import PROVISIONER, preload

__all__ = []

os.environ.setdefault(PROVISIONER, "warm-fork")
os.environ.setdefault(PRELOAD, preload())
