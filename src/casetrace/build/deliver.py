"""Put what was built where others find it: any place that fsspec can write to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from casetrace.build.jobs import Job
from casetrace.build.stale import read_manifest
from casetrace.case.problems import UsageError
from casetrace.case.project import Project
from casetrace.case.write import digest, write_bytes

__all__ = ["Delivery"]


class Delivery:
    """Copies the outputs of jobs to a place, those that are not there yet.

    A list of a job's files with their digests goes there last: what it names is there, whole.

    Parameters
    ----------
    where : Project
        The project.
    url : str
        A folder: a path, or a URL of fsspec such as ``s3://bucket/results``.

    Attributes
    ----------
    errors : list of str
        Jobs that could not be delivered, with causes.

    Raises
    ------
    UsageError
        If fsspec is not installed, or does not know such a URL.
    """

    def __init__(self, where: Project, url: str) -> None:
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise UsageError(
                "--to needs fsspec: install it with .venv/bin/pip install 'casetrace[cluster]'"
            ) from None
        try:
            self.system, self.folder = url_to_fs(url)
        except (ImportError, ValueError, OSError) as error:
            raise UsageError(f"cannot write to {url}: {error}") from None
        self.where = where
        self.errors: list[str] = []

    def __call__(self, job: Job) -> None:
        """Copy what a job gave, and remove what it gave before only."""
        try:
            self._deliver(job)
        except Exception as error:  # each file system has errors of its own
            self.errors.append(f"{job.key}: {type(error).__name__}: {error}")

    def _deliver(self, job: Job) -> None:
        index = f"{self.folder}/manifest/{job.key}.json"
        try:
            there: dict[str, str] = dict(json.loads(self.system.cat_file(index)))
        except (FileNotFoundError, ValueError, TypeError):  # none, or none that can be read
            there = {}
        tasks = read_manifest(self.where, job).get("tasks", {})
        built = {file: sha for task in tasks.values() for file, sha in task["outputs"].items()}
        here = {file.removeprefix("build/"): sha for file, sha in sorted(built.items())}
        if here == there:
            return
        fresh = {
            name: (self.where.root / file).read_bytes()
            for file in sorted(built)
            if there.get(name := file.removeprefix("build/")) != built[file]
        }
        if damaged := [name for name, content in fresh.items() if digest(content) != here[name]]:
            raise ValueError(f"not what was built: {', '.join(damaged)}")
        self._write({f"{self.folder}/{name}": content for name, content in fresh.items()})
        for gone in there.keys() - here.keys():
            self.system.rm_file(f"{self.folder}/{gone}")
        self._write({index: json.dumps(here, indent=1).encode()})

    def _write(self, files: dict[str, bytes]) -> None:
        if "file" in _names(self.system):
            for path, content in files.items():
                write_bytes(Path(path), content)
            return
        for folder in {path.rpartition("/")[0] for path in files}:
            self.system.makedirs(folder, exist_ok=True)
        self.system.pipe(files)


def _names(system: Any) -> tuple[str, ...]:
    return (system.protocol,) if isinstance(system.protocol, str) else tuple(system.protocol)
