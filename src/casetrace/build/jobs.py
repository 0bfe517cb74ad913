"""The units of a build."""

from __future__ import annotations

from dataclasses import dataclass

from casetrace.case.project import DEFAULT_CASE, DEFAULT_SCENARIO

__all__ = ["FIRST", "INDEX", "PAGE", "SERIES", "Job", "Made", "Task"]

#: Tasks of a job beside its notebooks, which are named by their files: the report as a page, and
#: the list of its figures, which is written whenever a notebook was run.
PAGE, INDEX = "index.html", "index.json"

#: The notebook on all cases, which is run with the first case alone.
SERIES = "9-series.ipynb"


@dataclass(frozen=True)
class Job:
    """A case under a scenario."""

    case: str
    scenario: str

    @property
    def key(self) -> str:
        """Its name in folders and messages."""
        return f"{self.case}/{self.scenario}"


@dataclass(frozen=True)
class Task:
    """A unit of work.

    Attributes
    ----------
    job : Job
        A case with a scenario.
    name : str
        A notebook, or the page.
    timeout : int
        Seconds that a cell, or the page, may take.
    workers : int
        Processes at a time for a page.
    """

    job: Job
    name: str
    timeout: int
    workers: int = 1


#: What a task gave: files, from the folder of the job.
Made = tuple[str, ...]

FIRST = Job(DEFAULT_CASE, DEFAULT_SCENARIO)
