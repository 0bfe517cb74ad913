"""Build what is stale and publish it: each file whole, or the old one."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from casetrace.build.jobs import ALL, Job, Made
from casetrace.build.produce import Perform, Plan, Produced, produce
from casetrace.build.stale import Due, Inputs, changes, due, inputs, read_manifest, record
from casetrace.build.stored import no_figure_twice
from casetrace.build.task import perform
from casetrace.case.crosscheck import warnings
from casetrace.case.load import load
from casetrace.case.problems import CaseError, UsageError
from casetrace.case.project import DEFAULT_SCENARIO, Project
from casetrace.case.write import digest, write_bytes
from casetrace.narrative.story import check_stories

__all__ = ["BuildError", "alone", "build", "publish", "staging"]

MOST_REASONS = 5


class BuildError(Exception):
    """One or more notebooks failed; what could be built was.

    Attributes
    ----------
    changed : tuple of str
        Files that changed all the same, from the project's folder.
    """

    def __init__(self, words: str, changed: Iterable[str] = ()) -> None:
        self.changed = tuple(changed)
        super().__init__(words)


def build(
    where: Project,
    jobs: Iterable[Job],
    workers: int = 2,
    explain: bool = False,
    perform: Perform = perform,
    then: Callable[[Job], None] | None = None,
    with_page: bool = True,
) -> list[str]:
    """Run what is stale of some jobs and publish what that gives, job by job.

    Parameters
    ----------
    where : Project
        The project.
    jobs : iterable of Job
        Cases with scenarios.
    workers : int
        Notebooks at a time.
    explain : bool
        Say of each notebook, and of the page, why it is run or is not.
    perform : callable
        Does a task, here or elsewhere.
    then : callable
        Called with each job that was published.
    with_page : bool
        Whether reports have a page, which takes most of the time.

    Returns
    -------
    list of str
        Files that changed, from the project's folder; empty if nothing was stale.

    Raises
    ------
    BuildError
        If a notebook failed, the data of a case do not hold, or what a job is made from changed
        while it was built; the outputs of that job stay as they were, all others are published.
    UsageError
        If the outputs cannot be written.
    """
    changed: list[str] = []
    refused: list[str] = []
    edited: list[str] = []
    taken: dict[Job, Inputs] = {}
    jobs = list(jobs)
    no_figure_twice(where)
    _must_be_writable(where, jobs)
    with alone(where):
        stale = {}
        for job in jobs:
            found = due(where, job, inputs(where, job, with_page))
            _tell(job, found, explain)
            if found:
                stale[job] = list(found.run)
        if not stale:
            return []
        with staging(where) as folder:

            def begin(job: Job) -> Plan | None:
                if not _is_sound(where, job):
                    refused.append(job.key)
                    return None
                taken[job] = inputs(where, job, with_page)
                found = due(where, job, taken[job])  # what was edited since is run as well
                return found.run, _kept(where, job, found, folder)

            def done(job: Job, made: Mapping[str, Made]) -> None:
                if during := changes(taken[job], inputs(where, job, with_page)):
                    edited.append(f"{job.key} ({'; '.join(during[:MOST_REASONS])})")
                    return
                changed.extend(publish(where, job, made, folder, taken.pop(job)))
                if then:
                    then(job)

            produced = produce(where, stale, folder, workers, begin, done, perform, with_page)
    if produced.errors or refused or edited:
        said = [failures(produced)] if produced.errors else []
        if edited:
            why = "what it is made from changed meanwhile, so that nothing of it was published"
            said.append(f"{why}: {', '.join(edited)}; run it again")
        if refused:
            said.append(f"not built, since the data do not hold (see above): {', '.join(refused)}")
        raise BuildError("\n".join(said), changed)
    return changed


def _must_be_writable(where: Project, jobs: Iterable[Job]) -> None:
    """Refuse before the work what would fail after it."""
    folders = {where.build, *(place for job in jobs for place in _targets(where, job).values())}
    for folder in sorted(folders):
        there = next(one for one in (folder, *folder.parents) if one.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise UsageError(f"cannot write to {there}: allow it, and build again")


def _is_sound(where: Project, job: Job) -> bool:
    """Whether the data of a job hold; says what is wrong with them, and what is doubtful."""
    try:
        case = load(job.case, job.scenario, where=where)
        check_stories(case)
        for warning in warnings(case):
            print(f"warning: {warning}", file=sys.stderr)
    except CaseError as error:
        print(error, file=sys.stderr)
        return False
    return True


def _tell(job: Job, found: Due, explain: bool) -> None:
    """Say that a job has nothing to do, or if asked what it does and why."""
    if not found:
        print(f"{job.key}: nothing changed, nothing to do", file=sys.stderr)
    if not explain or not found:
        return
    same: dict[str, list[str]] = {}
    for name, why in found.run.items():
        more = [f"and {len(why) - MOST_REASONS} more"] * (len(why) > MOST_REASONS)
        same.setdefault("; ".join([*why[:MOST_REASONS], *more]), []).append(name)
    for why, names in same.items():
        print(f"{job.key}: to be run, since {why}: {', '.join(names)}", file=sys.stderr)
    for why in found.gone:
        print(f"{job.key}: {why}", file=sys.stderr)
    if found.fresh:
        print(f"{job.key}: nothing changed for {', '.join(found.fresh)}", file=sys.stderr)


def _kept(where: Project, job: Job, found: Due, folder: Path) -> dict[str, Made]:
    """Lay what other tasks of a job gave before beside what is to come; gives these tasks."""
    places, made = _targets(where, job), {}
    known = read_manifest(where, job).get("tasks", {})
    for name in found.fresh:
        outputs = []
        for shown in known[name]["outputs"]:
            path = where.root / shown
            part = next(part for part, place in places.items() if place == path.parent)
            outputs.append(f"{part}/{path.name}")
            copied = folder / job.key / outputs[-1]
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)
        made[name] = tuple(outputs)
    return made


def failures(produced: Produced) -> str:
    """Every failed notebook with its cell and cause, and what stands in its case's folders."""
    lines = [f"  {job.key}: {error}" for job, errors in produced.errors.items() for error in errors]
    keys = ", ".join(job.key for job in produced.errors)
    return "\n".join(
        [
            "these notebooks failed:",
            *lines,
            f"nothing of {keys} was published, nor what other notebooks of it gave: figures and "
            "report are still those of the last build in which all of them ran",
        ]
    )


def publish(
    where: Project, job: Job, made: Mapping[str, Made], folder: Path, made_from: Inputs
) -> list[str]:
    """Move what the tasks of a job gave to its place, and remove what they gave before only.

    Files are renamed from the same disk: nothing can be half written, and no space is needed.

    Parameters
    ----------
    where : Project
        The project.
    job : Job
        A case with a scenario.
    made : dict of Made
        Outputs by task, of all tasks.
    folder : Path
        Where the outputs are, under the job's name.
    made_from : Inputs
        What they were made from.

    Returns
    -------
    list of str
        Files that changed, from the project's folder.
    """
    places, changed, noted = _targets(where, job), [], {}
    for name, given in made.items():
        outputs = {}
        for output in given:
            part, _, file = output.partition("/")
            fresh, place = folder / job.key / output, places[part] / file
            shown = where.shown(place)
            if fresh.is_file():  # two tasks may give the same file
                content = fresh.read_bytes()
                if place.is_symlink() or not place.is_file() or place.read_bytes() != content:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    _move(fresh, place, content)
                    changed.append(shown)
            outputs[shown] = digest(place.read_bytes())
        noted[name] = outputs
    kept = {shown for outputs in noted.values() for shown in outputs}
    known = read_manifest(where, job).get("tasks", {})
    for shown in {shown for task in known.values() for shown in task["outputs"]} - kept:
        if (where.root / shown).is_file():
            (where.root / shown).unlink()
            changed.append(f"{shown} (removed)")
    record(where, job, made_from, noted)
    return changed


def _move(fresh: Path, place: Path, content: bytes) -> None:
    """Move a file to its place, also from another file system."""
    try:
        os.replace(fresh, place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        write_bytes(place, content)


@contextlib.contextmanager
def alone(where: Project) -> Iterator[None]:
    """Hold the build to this process; a second one says that it waits."""
    from filelock import FileLock, SoftFileLock, Timeout

    where.build.mkdir(exist_ok=True)
    path = where.build / ".lock"
    lock = FileLock(path)
    try:
        try:
            lock.acquire(timeout=0)
        except NotImplementedError:  # a file system that cannot lock: the file itself is the lock
            path = path.with_name(".lock-by-name")
            lock = SoftFileLock(path)
            lock.acquire(timeout=0)
    except Timeout:
        words = f"waiting for it to end; if none is, delete {where.shown(path)}"
        print(f"another build is running here: {words}", file=sys.stderr)
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
            ALL: where.reports,
            "notebooks": where.build / "notebooks" / job.case,
        }
    place = where.build / "scenarios" / job.case / job.scenario
    return {part: place / part for part in ("figures", "reports", "notebooks")}
