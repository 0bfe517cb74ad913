"""A pytest plugin: nbval's kernels are forked from a warm process (``-p casetrace.runner.quick``).

It must be loaded before nbval, so it is named on the command line or in ``addopts``.
"""

import os
import sys

from casetrace.kernels.client import PRELOAD
from casetrace.runner.environment import PROVISIONER, preload

__all__ = []

sys.modules.setdefault("rfc3987_syntax", None)  # see casetrace.cli
os.environ.setdefault(PROVISIONER, "warm-fork")
os.environ.setdefault(PRELOAD, preload())
