"""A pytest plugin: nbval's kernels run as those of a build do, forked from a warm process.

Used as ``-p casetrace.build.pytest_plugin``.

It must be loaded before nbval, so it is named on the command line or in ``addopts``.
"""

from typing import Any

from casetrace.build.environment import environment

__all__ = []

_environment = environment()


def pytest_configure(config: Any) -> None:
    """If this process is to run notebooks, isolate it as a build is, and have it ask quickly."""
    option, is_worker = config.option, hasattr(config, "workerinput")
    spreads = getattr(option, "numprocesses", None) and not is_worker
    if spreads or not (option.nbval or option.nbval_lax):
        return
    _environment.__enter__()
    import nbval.kernel

    from casetrace.kernels.manager import QuickManager

    nbval.kernel.KernelManager = QuickManager


def pytest_unconfigure() -> None:
    """Put the environment back."""
    _environment.__exit__()
