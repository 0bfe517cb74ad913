"""JupyterLab on copies of the notebooks, so that exploring changes nothing that is committed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from casetrace.case.problems import UsageError
from casetrace.case.project import Project
from casetrace.case.write import digest, write_bytes

__all__ = ["copies", "open_lab"]

FOLDER, TAKEN = "lab", ".taken.json"


def copies(where: Project) -> list[str]:
    """Copy the notebooks to ``lab/``, trusted, so that their figures show at once.

    A copy whose cells were changed since it was made is left as it is; outputs alone are made
    anew, for running it changes them.

    Parameters
    ----------
    where : Project
        The project.

    Returns
    -------
    list of str
        What was left, each in a sentence.
    """
    import nbformat
    from nbformat.sign import NotebookNotary

    folder, notary, left = where.root / FOLDER, NotebookNotary(), []
    taken = _taken(folder / TAKEN)
    for story in where.stories():
        copy, now = folder / story.name, story.read_bytes()
        if copy.is_file() and _cells(copy.read_bytes()) not in (taken.get(story.name), _cells(now)):
            left.append(
                f"{FOLDER}/{story.name} has changes of yours and is left as it is; "
                "move it away for a fresh copy"
            )
            continue
        try:
            notebook = nbformat.reads(now.decode(), as_version=4)
        except Exception as error:
            left.append(
                f"notebooks/{story.name} cannot be read as a notebook and is left out: {error}"
            )
            continue
        write_bytes(copy, now)
        taken[story.name] = _cells(now)
        notary.sign(notebook)
    write_bytes(folder / TAKEN, json.dumps(taken, indent=1).encode())
    return left


def open_lab(where: Project, more: Sequence[str] = ()) -> None:
    """Become JupyterLab, with the notebook to explore opened.

    Parameters
    ----------
    where : Project
        The project; all of it can be opened.
    more : sequence of str
        More options for ``jupyter lab``.

    Raises
    ------
    UsageError
        If JupyterLab is not installed.
    """
    try:
        import jupyterlab  # noqa: F401
    except ImportError:
        raise UsageError("JupyterLab is not here: make lab installs it") from None
    for words in copies(where):
        print(words)
    address = f"/lab/tree/{FOLDER}/explore.ipynb"
    options = [f"--ServerApp.root_dir={where.root}", f"--LabApp.default_url={address}"]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *options, *more])


def _cells(content: bytes) -> str:
    """What is written in the cells of a notebook, without what they gave; in one number."""
    try:
        cells = json.loads(content)["cells"]
        written = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError):
        return digest(content)
    return digest(json.dumps(written).encode())


def _taken(path: Path) -> dict[str, str]:
    """What each copy was when it was made."""
    try:
        return dict(json.loads(path.read_bytes()))
    except (OSError, ValueError):
        return {}
