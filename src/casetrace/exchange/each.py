"""Make a case of each patient of many files, and one account of all that had no place."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from casetrace.case.problems import UsageError
from casetrace.case.project import Project
from casetrace.case.write import inert, write_bytes
from casetrace.exchange.draft import NOT_PLACED, Unplaced
from casetrace.exchange.read import import_case
from casetrace.exchange.terms import Several

__all__ = ["Imported", "import_each"]

_SUFFIXES = {".json", ".ndjson", ".yaml", ".yml", ".pb", ".csv", ".tsv", ".txt"}


@dataclass
class Imported:
    """What was made of one patient of a file.

    Attributes
    ----------
    file : str
        The file, from the folder that was given.
    patient : int
        Which of it, counted as they come.
    case : str
        The case that was made; empty if none was.
    unplaced : list of Unplaced
        What had no place.
    failed : str
        Why no case was made.
    """

    file: str
    patient: int
    case: str = ""
    unplaced: list[Unplaced] = field(default_factory=list)
    failed: str = ""


def import_each(source: Path, stem: str, where: Project) -> tuple[list[Imported], Path]:
    """Make a case of each patient of a folder of files, or of one file.

    Cases are numbered, since the name of a file may be that of a patient. A file that cannot be
    read makes none, and the others are made all the same.

    Parameters
    ----------
    source : Path
        Phenopackets, Bundles or tables of visits; what is in folders below as well.
    stem : str
        What the names of the cases begin with.
    where : Project
        The project.

    Returns
    -------
    made : list of Imported
        By file and patient.
    account : Path
        A table of all that had no place, with file and case.

    Raises
    ------
    UsageError
        If there is no file to read, or a case of these names is there already: none is then made.
    """
    files = (
        sorted(p for p in source.rglob("*") if p.is_file() and p.suffix.lower() in _SUFFIXES)
        if source.is_dir()
        else [source]
    )
    if not files or not source.exists():
        raise UsageError(f"{source} holds no file to import: {', '.join(sorted(_SUFFIXES))}")
    if taken := [name for name in where.cases() if name.startswith(f"{stem}-")]:
        raise UsageError(f"there is {taken[0]} already: choose other names than {stem}-1 and so on")
    made: list[Imported] = []
    for file in files:
        shown = file.relative_to(source).as_posix() if source.is_dir() else file.name
        made += _of_file(file, shown, stem, sum(bool(one.case) for one in made), where)
    account = where.build / "import" / stem / NOT_PLACED
    write_bytes(account, _as_csv(made))
    return made, account


def _of_file(file: Path, shown: str, stem: str, before: int, where: Project) -> list[Imported]:
    """The cases of one file, which come after so many."""
    made: list[Imported] = []
    count, patient = 1, None
    while len(made) < count:
        number = before + sum(bool(one.case) for one in made) + 1
        one = Imported(shown, len(made) + 1)
        try:
            _, one.unplaced = import_case(file, f"{stem}-{number}", where, patient)
            one.case = f"{stem}-{number}"
        except Several as several:
            count, patient = several.count, 1
            continue
        except UsageError as error:
            one.failed = str(error)
        made.append(one)
        patient = len(made) + 1
    return made


def _as_csv(made: list[Imported]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "patient", "case", "path", "value", "why"])
    for one in made:
        whose = [inert(one.file), one.patient, one.case]
        if one.failed:
            writer.writerow([*whose, "", "", f"no case was made: {one.failed}"])
        writer.writerows([*whose, inert(u.path), inert(u.value), u.why] for u in one.unplaced)
    return out.getvalue().encode()
