"""Run all notebooks of some cases into a folder of their own, touching nothing else."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from casetrace.files import digest, write_bytes
from casetrace.kernels.client import close_server, is_warm, server_for
from casetrace.project import Project
from casetrace.runner.environment import environment
from casetrace.runner.execute import NotebookError, execute
from casetrace.runner.job import Job
from casetrace.runner.progress import Progress

__all__ = ["Produced", "as_bytes", "produce"]


@dataclass
class Produced:
    """What came out.

    Attributes
    ----------
    folder : Path
        Holds ``<case>/<scenario>/{notebooks,figures,reports}``.
    errors : dict
        Failures by job; a job with a failure has no complete output.
    """

    folder: Path
    errors: dict[Job, list[NotebookError]] = field(default_factory=dict)


def produce(where: Project, jobs: Iterable[Job], folder: Path, workers: int = 2) -> Produced:
    """Run every notebook for every job.

    Parameters
    ----------
    where : Project
        The project.
    jobs : iterable of Job
        Cases with scenarios.
    folder : Path
        Empty folder to write to.
    workers : int
        Notebooks at a time.

    Returns
    -------
    Produced
    """
    jobs = list(jobs)
    stories = where.stories()
    result = Produced(folder)
    progress = Progress(len(jobs) * len(stories))
    pool = ThreadPoolExecutor(max(1, workers))
    with environment(where, folder):
        if is_warm():
            server_for(os.environ)  # it imports while this process does
        tasks = {
            (job, story): pool.submit(_one, story, job, folder, progress)
            for job in jobs
            for story in reversed(stories)  # the summary takes longest: first, so that none waits
        }
        try:
            for (job, _), task in tasks.items():
                try:
                    task.result()
                except NotebookError as error:
                    result.errors.setdefault(job, []).append(error)
        finally:  # nothing is left to wait for, unless the build is stopped
            pool.shutdown(wait=False, cancel_futures=True)
            close_server(os.environ)
            if "casetrace.runner.session" in sys.modules:  # no kernel was started otherwise
                sys.modules["casetrace.runner.session"].stop_kernels()
    for job in jobs:
        if job not in result.errors:
            _index(folder / job.case / job.scenario, job)
    return result


def as_bytes(notebook: Any) -> bytes:
    """A notebook as it is stored: sorted keys, one space of indent, a newline at the end."""
    import nbformat

    return (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode()


def _one(story: Path, job: Job, folder: Path, progress: Progress) -> None:
    name = f"{story.stem} ({job.case}{'' if job.scenario == 'default' else ', ' + job.scenario})"
    progress.start(name)
    try:
        executed = execute(story, job.case, job.scenario)
        write_bytes(folder / job.key / "notebooks" / story.name, as_bytes(executed))
    except NotebookError:
        progress.end(name, "failed")
        raise
    except BaseException:
        progress.end(name, "stopped")
        raise
    progress.end(name)


def _index(folder: Path, job: Job) -> None:
    """List the figures that the notebooks showed: files, hashes, notebook, alternative text."""
    import nbformat

    figures = []
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                about = output.get("metadata", {}).get("image/svg+xml", {})
                if "figure" in about and about["figure"] not in [f["name"] for f in figures]:
                    figures.append(_entry(folder / "figures", about, path.name))
    index = {"case": job.case, "scenario": job.scenario, "figures": figures}
    text = json.dumps(index, indent=1, ensure_ascii=False)
    write_bytes(folder / "figures" / "index.json", f"{text}\n".encode())


def _entry(folder: Path, about: dict[str, str], notebook: str) -> dict[str, Any]:
    name = about["figure"]
    files = {f"{name}.{kind}": folder / f"{name}.{kind}" for kind in ("svg", "png", "csv")}
    return {
        "name": name,
        "notebook": f"notebooks/{notebook}",
        "alt": about.get("alt", ""),
        "sha256": {file: digest(path.read_bytes()) for file, path in files.items()},
    }
