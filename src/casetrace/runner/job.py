"""The units of a build."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["INDEX", "PAGE", "Job"]

#: Tasks of a job beside its notebooks, which are named by their files: the report as a page, and
#: the list of its figures, which is written whenever a notebook was run.
PAGE, INDEX = "index.html", "index.json"


@dataclass(frozen=True)
class Job:
    """A case under a scenario."""

    case: str
    scenario: str

    @property
    def key(self) -> str:
        """Its name in folders and messages."""
        return f"{self.case}/{self.scenario}"
