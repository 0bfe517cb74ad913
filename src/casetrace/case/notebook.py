"""What every notebook calls first: open the case that its parameters name, or say why not."""

from __future__ import annotations

import ast
from typing import Any

from casetrace.case.load import load
from casetrace.case.model import Case
from casetrace.case.problems import UsageError, nearest

__all__ = ["open_case"]

PARAMETERS = ("case", "scenario")


def open_case(case: str, scenario: str) -> Case:
    """Open a case under a scenario, checking what papermill only warns of.

    Parameters
    ----------
    case : str
        Name of a folder in ``data/``.
    scenario : str
        ``default``, a scenario of the case, or readings such as ``ivig_dose=per-course``.

    Returns
    -------
    Case

    Raises
    ------
    UsageError
        If a parameter is unknown or of the wrong type, or the case or scenario is not there.
    CaseError
        If the data of the case do not hold.
    """
    for name in _injected():
        if name not in PARAMETERS:
            hint = nearest(name, PARAMETERS, "parameter")
            raise UsageError(f"this notebook has no parameter {name!r}; {hint}")
    for name, value in (("case", case), ("scenario", scenario)):
        if not isinstance(value, str):
            kind = type(value).__name__
            raise UsageError(f"parameter {name!r} must be text, found {value!r} ({kind})")
    return load(case, scenario)


def _shell() -> Any:
    """The session of Jupyter that this runs in; None outside."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    return get_ipython()


def _injected() -> list[str]:
    """Names that papermill's injected cell assigned in this session; none outside Jupyter."""
    shell = _shell()
    if shell is None:
        return []
    history = getattr(shell.history_manager, "input_hist_raw", [])
    cells = [cell for cell in history if cell.startswith("# Parameters\n")]
    names = []
    for cell in cells[-1:]:
        for statement in ast.parse(cell).body:
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            names += [t.id for t in targets if isinstance(t, ast.Name)]
    return names
