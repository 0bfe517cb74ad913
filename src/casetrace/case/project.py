"""Where things are: the folders of the project, whatever the working directory."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = [
    "DEFAULT_CASE",
    "DEFAULT_SCENARIO",
    "ROOT",
    "Project",
    "other_checkout",
    "project",
]

DEFAULT_CASE = "imataka-2014"
DEFAULT_SCENARIO = "default"

#: Environment variable that names the project's folder, if it is not that of this package.
ROOT = "CASETRACE_ROOT"


class Project:
    """The folders of one checkout.

    Parameters
    ----------
    root : Path
        The folder that holds ``data/`` and ``notebooks/``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self.reference = root / "data" / "reference"
        self.notebooks = root / "notebooks"
        self.figures = root / "figures"
        self.reports = root / "reports"
        self.build = root / "build"

    def shown(self, path: Path) -> str:
        """A path as it stands in messages: from the project's folder."""
        return path.relative_to(self.root).as_posix()

    def cases(self) -> list[str]:
        """Names of the case folders, sorted.

        Raises
        ------
        OSError
            If a folder cannot be entered.
        """
        folders = sorted(p for p in self.data.iterdir() if p.is_dir())
        return [p.name for p in folders if "case.yaml" in os.listdir(p)]

    def stories(self) -> list[Path]:
        """The notebooks, in order; the one to explore with comes last."""
        told = sorted(self.notebooks.glob("[0-9]*.ipynb"))
        return [*told, *self.notebooks.glob("explore.ipynb")]


def project() -> Project:
    """The project in use: ``CASETRACE_ROOT`` if set, else the checkout this package is in.

    Raises
    ------
    FileNotFoundError
        If there is no ``data/`` folder there.
    """
    root = Path(os.environ.get(ROOT) or Path(__file__).resolve().parents[3])
    if not (root / "data").is_dir():
        raise FileNotFoundError(
            f"no data/ folder in {root}: set {ROOT} to the folder that holds it"
        )
    return Project(root.resolve())


def other_checkout(where: Project) -> Path | None:
    """Return the other checkout that the working directory is in; None if it is in none.

    One that was asked for by ``CASETRACE_ROOT`` is meant.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        parts = ("data", "notebooks", "pyproject.toml")
        if all((folder / part).exists() for part in parts):
            is_other = folder.resolve() != where.root and not os.environ.get(ROOT)
            return folder if is_other else None
    return None
