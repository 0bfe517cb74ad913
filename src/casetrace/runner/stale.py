"""What is stale, and why: the content of all that an output depends on, never its time."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from casetrace.files import digest, write_bytes
from casetrace.project import Project
from casetrace.runner.job import Job

__all__ = ["inputs", "read_manifest", "reasons", "record"]

PACKAGE = Path(__file__).resolve().parents[1]


def inputs(where: Project, job: Job) -> dict[str, str]:
    """Digests of all that the output of a job depends on, by name.

    Parameters
    ----------
    where : Project
        The project.
    job : Job
        A case with a scenario.

    Returns
    -------
    dict of str
        Files of the case, reference tables, code of the package, cells of the notebooks, the
        lock file, and the version of Python.
    """
    code = (p for p in PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    files = [*(where.data / job.case).glob("*.*"), *where.reference.glob("*.csv")]
    lock = where.root / "requirements.lock"
    found = {where.shown(p): digest(p.read_bytes()) for p in (*files, lock) if p.is_file()}
    found |= {
        f"{PACKAGE.name}/{p.relative_to(PACKAGE).as_posix()}": digest(p.read_bytes()) for p in code
    }
    found |= {where.shown(p): digest(_cells(p)) for p in where.stories()}
    return {**found, "Python": ".".join(map(str, sys.version_info[:2]))}


def reasons(where: Project, job: Job, now: Mapping[str, str]) -> list[str]:
    """Why a job must be run again, in words; empty if nothing changed."""
    known = read_manifest(where).get(job.key)
    if not known or not isinstance(known.get("inputs"), dict):
        return ["it was not built here before"]
    before = known["inputs"]
    found = [f"{name} is new" for name in now if name not in before]
    found += [f"{name} is gone" for name in before if name not in now]
    found += [f"{name} changed" for name in now if before.get(name, now[name]) != now[name]]
    for shown, sha in known["outputs"].items():
        path = where.root / shown
        if not path.is_file():
            found.append(f"{shown} is missing")
        elif digest(path.read_bytes()) != sha:
            found.append(f"{shown} is not what was built")
    return found


def record(where: Project, job: Job, found: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Note what a job was built from, and what came out."""
    manifest = read_manifest(where)
    manifest[job.key] = {"inputs": dict(found), "outputs": dict(outputs)}
    text = json.dumps(manifest, indent=1, sort_keys=True)
    write_bytes(_manifest(where), f"{text}\n".encode())


def read_manifest(where: Project) -> dict[str, Any]:
    """What was noted of all jobs; empty if nothing was, or it cannot be read."""
    try:
        return json.loads(_manifest(where).read_bytes())
    except (OSError, ValueError):
        return {}


def _manifest(where: Project) -> Path:
    return where.build / "manifest.json"


def _cells(notebook: Path) -> bytes:
    """The code of a notebook and its prose, without what running it left there."""
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        kept = [[c["cell_type"], c["source"], c["metadata"].get("tags")] for c in cells]
    except (ValueError, KeyError, TypeError):
        return notebook.read_bytes()
    return json.dumps([notebook.name, kept]).encode()
