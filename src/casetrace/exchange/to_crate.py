"""What was built of cases as a Process Run Crate (w3id.org/ro/wfrun/process/0.5)."""

from __future__ import annotations

import hashlib
import mimetypes
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.model.softwareapplication import SoftwareApplication
from rocrate.rocrate import ROCrate

from casetrace.case.model import Case
from casetrace.case.problems import UsageError
from casetrace.case.project import Project

__all__ = ["crate"]

_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": "Creative Commons Attribution 4.0",
    "https://spdx.org/licenses/BSD-3-Clause": "BSD 3-Clause License",
}
#: Programs whose versions say how the outputs were made.
_PROGRAMS = ("papermill", "matplotlib", "typst", "pandas")


def crate(cases: Sequence[Case], made_at: str, title: str = "") -> dict[str, bytes]:
    """Lay out what was built of some cases with their data as a crate.

    Parameters
    ----------
    cases : sequence of Case
        The cases, built.
    made_at : str
        When it was made, as an ISO 8601 timestamp.
    title : str
        Of the crate; empty: that of the case.

    Returns
    -------
    dict of bytes
        Files by name, ``ro-crate-metadata.json`` among them.

    Raises
    ------
    UsageError
        If a case is not built.
    """
    where = cases[0].where
    notebooks = [p for p in _files(where.notebooks) if p.suffix == ".ipynb"]
    common = [*_files(where.reference), *notebooks, where.root / "requirements.lock"]
    made = ROCrate(version="1.1")
    made.name = title or f"{cases[0].head.title}: data, figures and report"
    made.description = "Case reports as curated, and what casetrace made of them"
    made.root_dataset["datePublished"] = made_at
    licences = [_entity(made, url, "CreativeWork", name=name) for url, name in _LICENCES.items()]
    made.root_dataset["license"] = licences[0]
    made.root_dataset["citation"] = [_cited(made, case) for case in cases]
    about = {"name": "Process Run Crate", "version": "0.5"}
    made.root_dataset["conformsTo"] = _entity(made, _PROFILE, "CreativeWork", **about)
    program = _programs(made)
    parts = {
        path: _part(made, path, where.root, _licence(path, where, licences))
        for path in common
        if path.is_file()
    }
    actions = []
    for case in cases:
        inputs = _files(where.data / case.id)
        results = [*_files(where.reports / case.id), *_files(where.figures / case.id)]
        if not (where.reports / case.id / "index.html").is_file():
            raise UsageError(f"{case.id} is not built yet: run casetrace build {case.id}")
        parts |= {path: _part(made, path, where.root, _licence(path, where, licences))
                  for path in (*inputs, *results)}  # fmt: skip
        about = {"@type": "CreateAction", "name": f"casetrace build {case.id}"}
        action = made.add(ContextEntity(made, f"#build-{case.id}", about))
        action["instrument"] = program
        action["object"] = [parts[path] for path in (*inputs, *common) if path in parts]
        action["result"] = [parts[path] for path in results]
        actions.append(action)
    made.root_dataset["mentions"] = actions
    with tempfile.TemporaryDirectory() as folder:
        made.write(folder)
        held = Path(folder)
        return {path.relative_to(held).as_posix(): path.read_bytes() for path in _files(held)}


def _licence(path: Path, where: Project, licences: Sequence[ContextEntity]) -> ContextEntity | None:
    """The licence that is stated for a file: that of the data or of the code; else none."""
    if path.is_relative_to(where.data):
        return licences[0]
    return licences[1] if path.is_relative_to(where.notebooks) else None


def _part(made: ROCrate, path: Path, root: Path, licence: ContextEntity | None) -> Any:
    """A file with its size and hash."""
    about = {
        "name": path.name,
        "contentSize": str(path.stat().st_size),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "encodingFormat": mimetypes.guess_type(path.name)[0] or "text/plain",
        **({"license": licence} if licence else {}),
    }
    return made.add_file(path, dest_path=path.relative_to(root).as_posix(), properties=about)


def _programs(made: ROCrate) -> SoftwareApplication:
    """The programs whose versions say how the outputs were made, casetrace first."""
    others = []
    for name in ("casetrace", *_PROGRAMS):
        about = {"name": name, "version": version(name)}
        others.append(made.add(SoftwareApplication(made, f"#{name}", about)))
    others[0]["softwareRequirements"] = others[1:]
    return others[0]


def _files(folder: Path) -> list[Path]:
    """Files of a folder and those below, in order; none that is hidden."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    )


def _entity(made: ROCrate, key: str, kind: str, **about: Any) -> ContextEntity:
    return made.add(ContextEntity(made, key, {"@type": kind, **about}))


def _cited(made: ROCrate, case: Case) -> ContextEntity:
    """The published report."""
    c = case.head.citation
    name = f"https://doi.org/{c.doi}" if c.doi else f"#report-{case.id}"
    about = {"name": c.title or case.head.title, "author": c.authors, "license": c.licence,
             "datePublished": str(c.published or c.year)}  # fmt: skip
    return _entity(made, name, "ScholarlyArticle", **{k: v for k, v in about.items() if v})
