"""Build what is stale and publish it: each file whole, or the old one."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from casetrace.files import digest, digest_files, write_bytes
from casetrace.project import DEFAULT_SCENARIO, Project
from casetrace.runner.produce import Job, Produced, produce

__all__ = ["BuildError", "alone", "build", "publish", "staging"]


class BuildError(Exception):
    """One or more notebooks failed; what could be built was."""


def build(where: Project, jobs: Iterable[Job], workers: int = 2) -> list[str]:
    """Run the notebooks of every stale job and publish what they give.

    Parameters
    ----------
    where : Project
        The project.
    jobs : iterable of Job
        Cases with scenarios.
    workers : int
        Notebooks at a time.

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
        manifest = _read_manifest(where)
        inputs = {job: _inputs(where, job) for job in jobs}
        stale = [job for job in jobs if not _is_fresh(where, manifest, job, inputs[job])]
        for job in jobs:
            if job not in stale:
                print(f"{job.key}: nothing changed, nothing to do", file=sys.stderr)
        if not stale:
            return []
        with staging(where) as folder:
            produced = produce(where, stale, folder, workers)
            changed = publish(
                where, produced, [j for j in stale if j not in produced.errors], inputs
            )
    if produced.errors:
        raise BuildError(failures(produced))
    return changed


def failures(produced: Produced) -> str:
    """Every failed notebook with its cell and cause."""
    lines = [f"  {job.key}: {error}" for job, errors in produced.errors.items() for error in errors]
    return "these notebooks failed; their outputs stay as they were:\n" + "\n".join(lines)


def publish(
    where: Project, produced: Produced, jobs: Iterable[Job], inputs: dict[Job, str] | None = None
) -> list[str]:
    """Move what was produced to its place, and remove what earlier builds made and this did not.

    Files are renamed from the same disk: nothing can be half written, and no space is needed.
    """
    manifest = _read_manifest(where)
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
        manifest[job.key] = {
            "inputs": inputs[job] if inputs else _inputs(where, job),
            "outputs": outputs,
        }
        text = json.dumps(manifest, indent=1, sort_keys=True)
        write_bytes(_manifest(where), f"{text}\n".encode())
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


def _inputs(where: Project, job: Job) -> str:
    """One digest over all that an output depends on."""
    package = Path(__file__).resolve().parents[1]
    files = [
        *(where.data / job.case).glob("*.*"),
        *where.reference.glob("*.csv"),
    ]
    code = [p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    lock = where.root / "requirements.lock"
    parts = [
        digest_files(files, where.root),
        digest_files(code, package),
        digest(lock.read_bytes()) if lock.is_file() else "",
        *(digest(_source(path)) for path in where.stories()),
        f"{sys.version_info[:2]}",
        job.key,
    ]
    return digest("\n".join(parts).encode())


def _source(notebook: Path) -> bytes:
    """The cells of a notebook without what running it left there."""
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        kept = [[c["cell_type"], c["source"], c["metadata"].get("tags")] for c in cells]
    except (ValueError, KeyError, TypeError):
        return notebook.read_bytes()
    return json.dumps([notebook.name, kept]).encode()


def _is_fresh(where: Project, manifest: dict[str, Any], job: Job, inputs: str) -> bool:
    known = manifest.get(job.key)
    if not known or known["inputs"] != inputs:
        return False
    return all(
        (where.root / shown).is_file() and digest((where.root / shown).read_bytes()) == sha
        for shown, sha in known["outputs"].items()
    )


def _manifest(where: Project) -> Path:
    return where.build / "manifest.json"


def _read_manifest(where: Project) -> dict[str, Any]:
    try:
        return json.loads(_manifest(where).read_bytes())
    except (OSError, ValueError):
        return {}
