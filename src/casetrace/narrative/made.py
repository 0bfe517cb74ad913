"""A file of the report that takes long: made when the build asks for it, named otherwise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from casetrace.case import Case
from casetrace.files import write_bytes
from casetrace.project import EXPORT

__all__ = ["Made"]


class Made:
    """What a notebook shows in place of a file that the build writes.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    """

    #: Name of the file.
    name: str

    def __init__(self, case: Case) -> None:
        self.case = case

    def content(self) -> bytes:
        """The file."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        if root := os.environ.get(EXPORT):
            folder = Path(root) / self.case.id / self.case.scenario / "reports"
            write_bytes(folder / self.name, self.content())
        return {"text/plain": repr(self)}
