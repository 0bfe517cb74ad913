"""A published clinical case report as a reproducible analysis.

``casetrace.open_case("imataka-2014")`` opens a case in any notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casetrace.case.model import Case

__all__ = ["open_case"]


def open_case(case: str, scenario: str = "default") -> Case:
    """Open a case under a scenario; see :func:`casetrace.case.notebook.open_case`.

    Parameters
    ----------
    case : str
        Name of a folder in ``data/``.
    scenario : str
        ``default``, a scenario of the case, or readings such as ``ivig_dose=per-course``.

    Returns
    -------
    Case
        Its tables are DataFrames: ``observations``, ``findings``, ``treatments`` and the rest;
        ``values()`` gives what is computed from them.

    Raises
    ------
    UsageError
        If the case or scenario is not there.
    CaseError
        If the data of the case do not hold.

    Examples
    --------
    >>> case = open_case("imataka-2014")
    >>> case.observations.loc["ck.relapse", "value"].text()
    'more than 8,000 U/L'
    """
    import casetrace.questions.values  # noqa: F401  what is computed of a case
    from casetrace.case.notebook import open_case

    return open_case(case, scenario)
