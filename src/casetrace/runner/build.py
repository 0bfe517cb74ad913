"""Build what is stale and publish it: each file whole, or the old one."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from casetrace.files import digest
from casetrace.project import DEFAULT_SCENARIO, Project
from casetrace.runner.job import Job
from casetrace.runner.produce import Produced, produce
from casetrace.runner.stale import inputs, read_manifest, reasons, record

__all__ = ["BuildError", "alone", "build", "publish", "staging"]

MOST_REASONS = 5


class BuildError(Exception):
    """One or more notebooks failed; what could be built was."""


def build(
    where: Project, jobs: Iterable[Job], workers: int = 2, explain: bool = False
) -> list[str]:
    """Run the notebooks of every stale job and publish what they give.

    Parameters
    ----------
    where : Project
        The project.
    jobs : iterable of Job
        Cases with scenarios.
    workers : int
        Notebooks at a time.
    explain : bool
        Say of each job why it is run.

    Returns
    -------
    list of str
        Files that changed, from the project's folder; empty if nothing was stale.

    Raises
    ------
    BuildError
        If a notebook failed; the outputs of its job stay as they were.
    """
    jobs = list(jobs)
    with alone(where):
        found = {job: inputs(where, job) for job in jobs}
        stale = [job for job in jobs if _tell(where, job, found[job], explain)]
        if not stale:
            return []
        with staging(where) as folder:
            produced = produce(where, stale, folder, workers)
            changed = publish(
                where, produced, [j for j in stale if j not in produced.errors], found
            )
    if produced.errors:
        raise BuildError(failures(produced))
    return changed


def _tell(where: Project, job: Job, found: Mapping[str, str], explain: bool = False) -> bool:
    """Say that a job has nothing to do, or if asked why it has; gives whether it is stale."""
    why = reasons(where, job, found)
    if not why:
        print(f"{job.key}: nothing changed, nothing to do", file=sys.stderr)
    elif explain:
        said = [
            *why[:MOST_REASONS],
            *[f"and {len(why) - MOST_REASONS} more"] * (len(why) > MOST_REASONS),
        ]
        print(f"{job.key}: to be run, since {'; '.join(said)}", file=sys.stderr)
    return bool(why)


def failures(produced: Produced) -> str:
    """Every failed notebook with its cell and cause."""
    lines = [f"  {job.key}: {error}" for job, errors in produced.errors.items() for error in errors]
    return "these notebooks failed; their outputs stay as they were:\n" + "\n".join(lines)


def publish(
    where: Project,
    produced: Produced,
    jobs: Iterable[Job],
    found: Mapping[Job, Mapping[str, str]] | None = None,
) -> list[str]:
    """Move what was produced to its place, and remove what earlier builds made and this did not.

    Files are renamed from the same disk: nothing can be half written, and no space is needed.
    """
    manifest = read_manifest(where)
    changed: list[str] = []
    for job in jobs:
        outputs: dict[str, str] = {}
        for part, target in _targets(where, job).items():
            for path in sorted((produced.folder / job.key / part).glob("*")):
                content = path.read_bytes()
                place = target / path.name
                shown = where.shown(place)
                outputs[shown] = digest(content)
                if not place.is_file() or place.read_bytes() != content:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    os.replace(path, place)
                    changed.append(shown)
        for shown in manifest.get(job.key, {}).get("outputs", {}):
            if shown not in outputs and (where.root / shown).is_file():
                (where.root / shown).unlink()
                changed.append(f"{shown} (removed)")
        record(where, job, found[job] if found else inputs(where, job), outputs)
    return changed


@contextlib.contextmanager
def alone(where: Project) -> Iterator[None]:
    """Hold the build to this process; a second one says that it waits."""
    from filelock import FileLock, Timeout

    where.build.mkdir(exist_ok=True)
    lock = FileLock(where.build / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("another build is running here: waiting for it to end", file=sys.stderr)
        lock.acquire()
    try:
        for old in where.build.glob("staging-*"):  # of a run that was killed
            shutil.rmtree(old, ignore_errors=True)
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def staging(where: Project) -> Iterator[Path]:
    """A folder for one run, on the disk of the outputs."""
    folder = Path(tempfile.mkdtemp(prefix="staging-", dir=where.build))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _targets(where: Project, job: Job) -> dict[str, Path]:
    """Where the parts of an output go: the default is committed, scenarios are not."""
    if job.scenario == DEFAULT_SCENARIO:
        return {
            "figures": where.figures / job.case,
            "reports": where.reports / job.case,
            "notebooks": where.build / "notebooks" / job.case,
        }
    place = where.build / "scenarios" / job.case / job.scenario
    return {part: place / part for part in ("figures", "reports", "notebooks")}
