"""What was built of a case as a Process Run Crate (w3id.org/ro/wfrun/process/0.5)."""

from __future__ import annotations

import hashlib
import mimetypes
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.model.softwareapplication import SoftwareApplication
from rocrate.rocrate import ROCrate

from casetrace.case.model import Case
from casetrace.case.problems import UsageError

__all__ = ["crate"]

_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": "Creative Commons Attribution 4.0",
    "https://spdx.org/licenses/BSD-3-Clause": "BSD 3-Clause License",
}
#: Programs whose versions say how the outputs were made.
_PROGRAMS = ("papermill", "matplotlib", "typst", "pandas")


def crate(case: Case, made_at: str) -> dict[str, bytes]:
    """Lay out what was built of a case with its data as a crate.

    Parameters
    ----------
    case : Case
        The case, built.
    made_at : str
        When it was made, as an ISO 8601 timestamp.

    Returns
    -------
    dict of bytes
        Files by name, ``ro-crate-metadata.json`` among them.

    Raises
    ------
    UsageError
        If the case is not built.
    """
    root = case.where.root
    inputs = [*_files(case.where.data / case.id), *_files(case.where.reference)]
    notebooks = [p for p in _files(case.where.notebooks) if p.suffix == ".ipynb"]
    results = [*_files(case.where.reports / case.id), *_files(case.where.figures / case.id)]
    if not (case.where.reports / case.id / "index.html").is_file():
        raise UsageError(f"{case.id} is not built yet: run casetrace build {case.id}")
    made = ROCrate(version="1.1")
    made.name = f"{case.head.title}: data, figures and report"
    made.description = f"The case {case.id} as curated, and what casetrace made of it"
    made.root_dataset["datePublished"] = made_at
    licences = {url: _entity(made, url, "CreativeWork", name=name)
                for url, name in _LICENCES.items()}  # fmt: skip
    data_licence, code_licence = licences.values()
    made.root_dataset["license"] = data_licence
    made.root_dataset["citation"] = _cited(made, case)
    made.root_dataset["conformsTo"] = _entity(made, _PROFILE, "CreativeWork",
                                              name="Process Run Crate", version="0.5")  # fmt: skip
    parts = {}
    for path in [*inputs, *notebooks, *results, root / "requirements.lock"]:
        if path.is_file():
            name = path.relative_to(root).as_posix()
            about = {
                "name": path.name,
                "contentSize": str(path.stat().st_size),
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "encodingFormat": mimetypes.guess_type(path.name)[0] or "text/plain",
                "license": code_licence if path in notebooks else data_licence,
            }
            parts[path] = made.add_file(path, dest_path=name, properties=about)
    program = made.add(
        SoftwareApplication(
            made, "#casetrace", {"name": "casetrace", "version": version("casetrace")}
        )
    )
    others = [
        made.add(SoftwareApplication(made, f"#{name}", {"name": name, "version": version(name)}))
        for name in _PROGRAMS
    ]
    program["softwareRequirements"] = others
    action = ContextEntity(
        made,
        "#build",
        {"@type": "CreateAction", "name": f"casetrace build {case.id}"},
    )
    made.add(action)
    action["instrument"] = program
    action["object"] = [parts[path] for path in [*inputs, *notebooks] if path in parts]
    action["result"] = [parts[path] for path in results]
    made.root_dataset["mentions"] = [action]
    with tempfile.TemporaryDirectory() as folder:
        made.write(folder)
        held = Path(folder)
        return {path.relative_to(held).as_posix(): path.read_bytes() for path in _files(held)}


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
    name = f"https://doi.org/{c.doi}" if c.doi else "#report"
    about = {"name": c.title or case.head.title, "author": c.authors, "license": c.licence,
             "datePublished": str(c.published or c.year)}  # fmt: skip
    return _entity(made, name, "ScholarlyArticle", **{k: v for k, v in about.items() if v})
