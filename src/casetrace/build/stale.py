"""What is stale, and why: the content of all that an output depends on, never its time."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from casetrace.build.installed import LOCK, installed
from casetrace.build.jobs import FIRST, REPORT, Job
from casetrace.case.project import Project
from casetrace.case.read import plain_files
from casetrace.case.write import digest, write_bytes

__all__ = [
    "Due",
    "Inputs",
    "changes",
    "code",
    "due",
    "inputs",
    "is_of_all_cases",
    "read_manifest",
    "record",
    "tasks",
]

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Due:
    """What a job has to do.

    Attributes
    ----------
    run : dict of list of str
        Why each task that is to be run is stale: notebooks, the report.
    gone : list of str
        Notebooks that are gone.
    fresh : list of str
        Tasks that have nothing to do.
    """

    run: Mapping[str, list[str]]
    gone: list[str]
    fresh: list[str]

    def __bool__(self) -> bool:
        return bool(self.run or self.gone)


def tasks(where: Project, job: Job) -> list[str]:
    """Return the tasks of a job: its notebooks, and the report.

    A notebook on all cases at once is one of the first job alone.
    """
    stories = (p.name for p in where.stories() if job == FIRST or not is_of_all_cases(p))
    return [*stories, REPORT]


def is_of_all_cases(notebook: Path) -> bool:
    """Whether a notebook says in its metadata that it is on all cases at once."""
    return _read(notebook).get("metadata", {}).get("casetrace", {}).get("cases") == "all"


@dataclass(frozen=True)
class Inputs:
    """Digests of all that the tasks of a job are made from.

    Attributes
    ----------
    shared : dict of str
        What all are made from, by name: the data of the case, the reference tables, the code of
        the package, the lock file, what is installed of it and the version of Python.
    own : dict of dict of str
        What each is made from besides, by task: a notebook, or the data of all cases.
    """

    shared: Mapping[str, str]
    own: Mapping[str, Mapping[str, str]]


def inputs(where: Project, job: Job, with_page: bool = True) -> Inputs:
    """Take the digests of all that the tasks of a job are made from.

    Parameters
    ----------
    where : Project
        The project.
    job : Job
        A case with a scenario.
    with_page : bool
        Whether the report has a page.
    """
    lock = where.root / LOCK
    shared = {
        **_data(where, where.data / job.case, where.reference),
        where.shown(lock): _digest(lock),
        **{f"installed {name}": here for name, (here, _) in installed(where).items()},
        **_code(),
        "Python": ".".join(map(str, sys.version_info[:2])),
    }
    own = {task: _own(where, job, task) for task in tasks(where, job)}
    own[REPORT]["whether there is a page"] = str(with_page)
    return Inputs(shared, own)


def changes(before: Inputs, now: Inputs) -> list[str]:
    """Return what is new, gone or changed of what a job is made from, each in words."""
    found = _changes(before.shared, now.shared)
    for task, own in now.own.items():
        found += _changes(before.own.get(task, {}), own)
    return list(dict.fromkeys(found))


def _own(where: Project, job: Job, task: str) -> dict[str, str]:
    notebook = where.notebooks / task
    found = {} if task == REPORT else {task: _written(notebook)}
    if (job == FIRST) if task == REPORT else is_of_all_cases(notebook):
        found |= _data(where, *(where.data / case for case in where.cases()))
    return found


def due(where: Project, job: Job, now: Inputs) -> Due:
    """Return what a job has to do, given what its outputs are made from."""
    known = read_manifest(where, job)
    if not known:
        return Due({name: ["it was not built here before"] for name in now.own}, [], [])
    everywhere = _changes(known["shared"], now.shared)
    run = {}
    for name, own in now.own.items():
        task = known["tasks"].get(name)
        if task is None:
            run[name] = ["it is new"]
            continue
        why = [*everywhere, *_changes(task["inputs"], own), *_damage(where, task["outputs"])]
        if why:
            run[name] = list(dict.fromkeys(why))
    gone = [f"{name} is gone" for name in known["tasks"] if name not in now.own]
    fresh = [name for name in now.own if name not in run]
    return Due(run, gone, fresh)


def record(
    where: Project, job: Job, made_from: Inputs, outputs: Mapping[str, Mapping[str, str]]
) -> None:
    """Note of the tasks of a job what they were made from, and what came out.

    Parameters
    ----------
    where : Project
        The project.
    job : Job
        A case with a scenario.
    made_from : Inputs
        What :func:`inputs` gave before it was built.
    outputs : dict of dict of str
        Digests of its outputs, by task.
    """
    noted = {
        name: {"inputs": dict(made_from.own.get(name, {})), "outputs": dict(given)}
        for name, given in outputs.items()
    }
    known = {"shared": dict(made_from.shared), "tasks": noted}
    text = json.dumps(known, indent=1, sort_keys=True)
    write_bytes(_manifest(where, job), f"{text}\n".encode())


def read_manifest(where: Project, job: Job) -> dict[str, Any]:
    """What was noted of a job; empty if nothing was, or it cannot be read."""
    try:
        known = json.loads(_manifest(where, job).read_bytes())
        return known if {"shared", "tasks"} <= known.keys() else {}
    except (OSError, ValueError, AttributeError):
        return {}


def _manifest(where: Project, job: Job) -> Path:
    return where.build / "manifest" / job.case / f"{job.scenario}.json"


def _data(where: Project, *folders: Path) -> dict[str, str]:
    """Digests of the files in some folders of data, by name."""
    paths = sorted(p for folder in folders for p in plain_files(folder) if "." in p.name)
    return {where.shown(path): _digest(path) for path in paths}


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    found = [f"{name} is new" for name in now if name not in before]
    found += [f"{name} is gone" for name in before if not now.get(name) and before[name]]
    return found + [
        f"{name} changed" for name in now if now[name] and before.get(name, now[name]) != now[name]
    ]


def _damage(where: Project, outputs: Mapping[str, str]) -> list[str]:
    found = []
    for shown, sha in outputs.items():
        path = where.root / shown
        if not path.is_file():
            found.append(f"{shown} is missing")
        elif digest(path.read_bytes()) != sha:
            found.append(f"{shown} is not what was built")
    return found


def _digest(path: Path) -> str:
    return digest(path.read_bytes()) if path.is_file() else ""


@cache
def _code() -> dict[str, str]:
    paths = sorted(p for p in PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {f"{PACKAGE.name}/{p.relative_to(PACKAGE).as_posix()}": _digest(p) for p in paths}


def code() -> str:
    """Digest of the code of the package."""
    return digest(json.dumps(_code()).encode())


def _written(notebook: Path) -> str:
    """Digest of what is written in a notebook, without what running it left there."""
    found = _read(notebook)
    try:
        kept = found["metadata"].get("casetrace")
        cells = [[c["cell_type"], c["source"], c["metadata"].get("tags")] for c in found["cells"]]
    except (KeyError, TypeError, AttributeError):
        return _digest(notebook)
    return digest(json.dumps([kept, cells]).encode())


def _read(notebook: Path) -> dict[str, Any]:
    """A notebook as it is stored; empty if it is none."""
    try:
        found = json.loads(notebook.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
