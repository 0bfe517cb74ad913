"""What is stale, and why: the content of all that an output depends on, never its time."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from casetrace.build.jobs import FIRST, INDEX, PAGE, SERIES, Job
from casetrace.case.project import Project
from casetrace.case.write import digest, write_bytes

__all__ = [
    "Before",
    "Due",
    "before",
    "code",
    "due",
    "inputs",
    "read_manifest",
    "record",
    "shared",
    "tasks",
]

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Due:
    """What a job has to do.

    Attributes
    ----------
    run : dict of list of str
        Why each task that is to be run is stale: notebooks, the page.
    retold : list of str
        Notebooks of which nothing but prose changed.
    damaged : list of str
        What is wrong with the list of figures, and notebooks that are gone.
    fresh : list of str
        Tasks that have nothing to do.
    """

    run: Mapping[str, list[str]]
    retold: list[str]
    damaged: list[str]
    fresh: list[str]

    def __bool__(self) -> bool:
        return bool(self.run or self.retold or self.damaged)


def tasks(where: Project, job: Job) -> list[str]:
    """The tasks of a job: its notebooks, and the page if one of these shows it."""
    stories = [path for path in where.stories() if path.name != SERIES or job == FIRST]
    has_page = any(b"report_page(" in path.read_bytes() for path in stories)
    return [*(path.name for path in stories), *([PAGE] if has_page else [])]


def shared(where: Project, job: Job) -> dict[str, str]:
    """Digests of what every output of a job depends on, by name.

    Returns
    -------
    dict of str
        ``case.yaml``, the names of the data files, the code of the package, the lock file, and
        the version of Python.
    """
    head, lock = where.data / job.case / "case.yaml", where.root / "requirements.lock"
    names = " ".join(_files(where, job))
    return {
        where.shown(head): _digest(head),
        f"list of files in {where.shown(head.parent)}": digest(names.encode()),
        where.shown(lock): _digest(lock),
        **_code(),
        "Python": ".".join(map(str, sys.version_info[:2])),
    }


def inputs(
    where: Project, job: Job, task: str, read: Iterable[str] | None = None
) -> dict[str, str]:
    """Digests of what a task depends on beside what all do, by name.

    Parameters
    ----------
    where : Project
        The project.
    job : Job
        A case with a scenario.
    task : str
        One of :func:`tasks`.
    read : iterable of str
        The files of data that it read, from the project's folder; if not known, all there are.
    """
    files = _files(where, job) if read is None else sorted(read)
    if task == SERIES:  # also what a case that does not hold needs to hold again
        files = sorted(where.shown(p) for p in where.data.glob("*/*") if p.is_file())
    own = {} if task == PAGE else {f"code of {task}": _cells(where.notebooks / task, "code")}
    return {**{file: _digest(where.root / file) for file in files}, **own}


@dataclass(frozen=True)
class Before:
    """Digests of all that a job's tasks can depend on, taken before they are run.

    Attributes
    ----------
    shared : dict of str
        What all depend on.
    inputs : dict of dict of str
        What each may depend on besides, by task.
    """

    shared: Mapping[str, str]
    inputs: Mapping[str, Mapping[str, str]]

    def of(self, task: str, read: Iterable[str] | None) -> dict[str, str]:
        """What a task depends on that read these files; all it may, if that is not known."""
        found = self.inputs[task]
        if read is None or task == SERIES:
            return dict(found)
        own = {name: sha for name, sha in found.items() if "/" not in name}
        return {**{file: found.get(file, "") for file in sorted(read)}, **own}


def before(where: Project, job: Job) -> Before:
    """Take the digests of all that a job's tasks can depend on."""
    every = {name: inputs(where, job, name) for name in tasks(where, job)}
    return Before(shared(where, job), every)


def due(where: Project, job: Job, now: Mapping[str, str]) -> Due:
    """What a job has to do, given what all its outputs depend on."""
    known = read_manifest(where, job)
    if not known:
        return Due(
            {name: ["it was not built here before"] for name in tasks(where, job)}, [], [], []
        )
    everywhere = _changes(known["shared"], now)
    names, run, retold = tasks(where, job), {}, []
    for name in names:
        task = known["tasks"].get(name)
        if task is None:
            run[name] = ["it is new"]
            continue
        files = [file for file in task["inputs"] if "/" in file]
        why = [*everywhere, *_changes(task["inputs"], inputs(where, job, name, files))]
        why += _damage(where, task["outputs"])
        if why:
            run[name] = why
        elif name != PAGE and task["prose"] != _cells(where.notebooks / name, "prose"):
            retold.append(name)
    gone = [f"{name} is gone" for name in known["tasks"] if name not in (*names, INDEX)]
    index = known["tasks"].get(INDEX, {"outputs": {}})
    fresh = [name for name in names if name not in run and name not in retold]
    return Due(run, retold, [*gone, *_damage(where, index["outputs"])], fresh)


def record(
    where: Project,
    job: Job,
    now: Mapping[str, str],
    found: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]],
) -> None:
    """Note of the tasks of a job what each was made from, and what came out.

    Parameters
    ----------
    where : Project
        The project.
    job : Job
        A case with a scenario.
    now : dict of str
        What :func:`shared` gave before it was built.
    found : dict
        Inputs and outputs, both with digests, by task.
    """
    noted = {
        name: {
            "inputs": dict(made_from),
            "outputs": dict(outputs),
            "prose": "" if name in (PAGE, INDEX) else _cells(where.notebooks / name, "prose"),
        }
        for name, (made_from, outputs) in found.items()
    }
    text = json.dumps({"shared": dict(now), "tasks": noted}, indent=1, sort_keys=True)
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


def _files(where: Project, job: Job) -> list[str]:
    """The data files of a case, and the reference tables."""
    paths = [*(where.data / job.case).glob("*.csv"), *where.reference.glob("*.csv")]
    return sorted(where.shown(path) for path in paths)


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


def _cells(notebook: Path, kind: str) -> str:
    """Digest of the code of a notebook or of its prose, without what running it left there."""
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        kept = [
            [n * (kind == "prose"), c["source"], c["metadata"].get("tags")]
            for n, c in enumerate(cells)
            if (c["cell_type"] == "code") == (kind == "code")
        ]
    except (ValueError, KeyError, TypeError):
        return _digest(notebook)
    return digest(json.dumps(kept).encode())
