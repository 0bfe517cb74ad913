"""The unit of a build."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Job"]


@dataclass(frozen=True)
class Job:
    """A case under a scenario."""

    case: str
    scenario: str

    @property
    def key(self) -> str:
        """Its name in folders and messages."""
        return f"{self.case}/{self.scenario}"
