"""The units of a build."""

from __future__ import annotations

from dataclasses import dataclass

from casetrace.case.project import DEFAULT_CASE, DEFAULT_SCENARIO

__all__ = ["ALL", "FIRST", "REPORT", "Job", "Made", "Task"]

#: The task of a job beside its notebooks: figures, narrative, values, PDF and page.
REPORT = "report"

#: The part of the first job's output that leads to all cases.
ALL = "all"


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
        A notebook, or :data:`REPORT`.
    timeout : int
        Seconds that a cell, or the report, may take.
    workers : int
        Processes at a time for a report.
    with_page : bool
        Whether the report has a page.
    """

    job: Job
    name: str
    timeout: int
    workers: int = 1
    with_page: bool = True


#: What a task gave: files, from the folder of the job.
Made = tuple[str, ...]

FIRST = Job(DEFAULT_CASE, DEFAULT_SCENARIO)
