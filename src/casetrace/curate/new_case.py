"""Make the folder of a new case."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from casetrace.case.fields import CaseId
from casetrace.case.load import load_reference
from casetrace.case.problems import UsageError
from casetrace.case.project import Project
from casetrace.curate.guide import EXAMPLE

__all__ = ["EXAMPLE", "EXAMPLES", "create", "make_folder", "place_of"]

TEMPLATES = Path(__file__).parent / "template"
#: Worked examples, by what their times and values are like.
EXAMPLES = ("weeks", "hours", "score")
_NAME = TypeAdapter(CaseId)


def create(case: str, where: Project, like: str = "weeks") -> list[str]:
    """Make the folder of a case that passes ``casetrace check``, all of it marked as an example.

    Parameters
    ----------
    case : str
        Name of the folder, such as ``imataka-2014``.
    where : Project
        The project.
    like : str
        The worked example: ``weeks`` with courses of a drug, ``hours`` with pairs, limits and
        what lasted, or ``score`` with a rating scale and sessions.

    Returns
    -------
    list of str
        The files, from the project's folder.

    Raises
    ------
    UsageError
        If the name is not one, or there is such a case.
    """
    care = io.StringIO()
    writer = csv.writer(care, lineterminator="\n")
    writer.writerow(["item", "met", "note"])
    writer.writerows([item.id, "no", ""] for item in load_reference(where).care)
    files = {path.name: path.read_text("utf-8") for path in (TEMPLATES / like).iterdir()}
    head = files["case.yaml"].replace("{id}", case).replace("{year}", str(date.today().year))
    return make_folder(case, where, {**files, "case.yaml": head, "care.csv": care.getvalue()})


def make_folder(case: str, where: Project, files: Mapping[str, str]) -> list[str]:
    """Write the folder of a new case, whole or not at all.

    Parameters
    ----------
    case : str
        Its name.
    where : Project
        The project.
    files : dict of str
        Texts by file name.

    Returns
    -------
    list of str
        The files, from the project's folder.

    Raises
    ------
    UsageError
        If the name is not one, or there is such a case.
    """
    folder = place_of(case, where)
    beside = Path(tempfile.mkdtemp(prefix=".new-", dir=where.data))
    try:
        for name, text in files.items():
            (beside / name).write_text(text, "utf-8")
        os.chmod(beside, 0o755)
        os.rename(beside, folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return sorted(where.shown(path) for path in folder.iterdir())


def place_of(case: str, where: Project) -> Path:
    """The folder that a new case would have.

    Raises
    ------
    UsageError
        If the name is not one, or there is such a case.
    """
    try:
        _NAME.validate_python(case)
    except ValidationError:
        words = "a letter first, then small letters, digits and single hyphens, at most 60 in all"
        raise UsageError(f"a case is named like imataka-2014: {words}; found {case!r}") from None
    if case == where.reference.name:
        raise UsageError(f"{case!r} is the folder of the reference tables; choose another name")
    folder = where.data / case
    if folder.exists():
        raise UsageError(f"{where.shown(folder)} is there already; choose another name")
    return folder
