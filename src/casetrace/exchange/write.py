"""Write a case in another format, and what that has no place for."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from google.protobuf.json_format import ParseDict, ParseError
from phenopackets import Phenopacket

from casetrace.case.load import load_reference
from casetrace.case.model import Case
from casetrace.case.problems import UsageError
from casetrace.case.write import inert
from casetrace.exchange.draft import Draft
from casetrace.exchange.from_fhir import read_bundle
from casetrace.exchange.from_phenopacket import read_phenopacket
from casetrace.exchange.losses import Loss, losses
from casetrace.exchange.made import Made, as_json
from casetrace.exchange.rules import faults
from casetrace.exchange.to_crate import crate
from casetrace.exchange.to_datapackage import datapackage
from casetrace.exchange.to_fhir import bundle
from casetrace.exchange.to_phenopacket import phenopacket

__all__ = ["FORMATS", "LOSSES", "export_case", "made_at", "written_as"]

#: The account of what has no place, beside what was written.
LOSSES = "losses.csv"


def export_case(case: Case, to: str, folder: Path) -> tuple[list[Path], list[Loss]]:
    """Write a case in another format into a folder of its own.

    Parameters
    ----------
    case : Case
        The case, under the scenario to write.
    to : str
        One of :data:`FORMATS`.
    folder : Path
        Where the files go; an earlier export there is replaced once this one is whole.

    Returns
    -------
    paths : list of Path
        The files.
    lost : list of Loss
        What does not come back from them, as in ``losses.csv`` among them.

    Raises
    ------
    UsageError
        If what was made breaks a rule of the format: nothing is then written; or if the folder
        holds something else.
    """
    files, lost = written_as(case, to)
    if folder.exists() and any(folder.iterdir()) and not (folder / LOSSES).is_file():
        raise UsageError(f"{folder} holds something else: name an empty or a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".export-", dir=folder.parent))
    try:
        for name, content in files.items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            (beside / name).write_bytes(content)
        os.chmod(beside, 0o755)
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return [folder / name for name in sorted(files)], lost


def written_as(case: Case, to: str) -> tuple[dict[str, bytes], list[Loss]]:
    """Make the files of a case in another format, and list what does not come back from them.

    Parameters
    ----------
    case : Case
        The case, under the scenario to write.
    to : str
        One of :data:`FORMATS`.

    Returns
    -------
    files : dict of bytes
        By name, ``losses.csv`` among them.
    lost : list of Loss
        What does not come back.

    Raises
    ------
    UsageError
        If what was made breaks a rule of the format.
    """
    files, lost = _WRITERS[to](case)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["row", "field", "value", "why"])
    writer.writerows([loss.row, loss.field, inert(loss.value), loss.why] for loss in lost)
    return {**files, LOSSES: out.getvalue().encode()}, lost


def made_at(case: Case) -> str:
    """Return when the data of a case were last committed, else the present time, in UTC.

    The same data thus give the same file. It is the time of a file and none of the patient.
    """
    folder = f"data/{case.id}"
    ask = ["git", "-C", str(case.where.root)]
    try:
        changed = subprocess.run([*ask, "status", "--porcelain", "--", folder],
                                 capture_output=True, text=True, timeout=20)  # fmt: skip
        told = subprocess.run([*ask, "log", "-1", "--format=%ct", "--", folder],
                              capture_output=True, text=True, timeout=20)  # fmt: skip
        is_committed = told.returncode == 0 and told.stdout.strip() and not changed.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        is_committed = False
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    when = dt.datetime.fromtimestamp(int(told.stdout), dt.UTC) if is_committed else now
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _as_phenopacket(case: Case) -> tuple[dict[str, bytes], list[Loss]]:
    made = phenopacket(case, made_at(case))
    wrong = faults(made.content, made.labels)
    try:
        ParseDict(made.content, Phenopacket())
    except ParseError as error:
        wrong.append(" ".join(str(error).split()))
    _refuse(case, "Phenopacket", wrong)
    return {f"{case.id}.json": as_json(made.content)}, _lost(made, read_phenopacket)


def _as_fhir(case: Case) -> tuple[dict[str, bytes], list[Loss]]:
    made = bundle(case)
    _refuse(case, "Bundle", faults(made.content, made.labels))
    return {f"{case.id}.json": as_json(made.content)}, _lost(made, read_bundle)


def _as_datapackage(case: Case) -> tuple[dict[str, bytes], list[Loss]]:
    _, files = datapackage(case)
    if case.is_default:
        return files, []
    why = "the options that were chosen stand in the cells, and the others nowhere"
    lost = [Loss(f"case.yaml/readings/{name}", "", reading.question, why)
            for name, reading in case.head.readings.items()]  # fmt: skip
    lost += [Loss(f"case.yaml/scenarios/{name}", "", scenario.label, why)
             for name, scenario in case.head.scenarios.items()]  # fmt: skip
    return files, lost


def _as_crate(case: Case) -> tuple[dict[str, bytes], list[Loss]]:
    if not case.is_default:
        raise UsageError(
            "a crate holds what was built, at the curator's options: leave out the reading"
        )
    return crate([case], made_at(case)), []


def _refuse(case: Case, kind: str, wrong: list[str]) -> None:
    if wrong:
        raise UsageError(f"{case.id} makes no valid {kind}, so none is written: {'; '.join(wrong)}")


def _lost(made: Made, read: Callable[[object, Draft], None]) -> list[Loss]:
    """What is not there when what was made is read again."""
    draft = Draft(load_reference(made.case.where))
    read(json.loads(as_json(made.content)), draft)
    return losses(made, draft)


_WRITERS: Mapping[str, Callable[[Case], tuple[dict[str, bytes], list[Loss]]]] = {
    "phenopacket": _as_phenopacket,
    "fhir": _as_fhir,
    "datapackage": _as_datapackage,
    "ro-crate": _as_crate,
}
#: What a case can be written as.
FORMATS = tuple(_WRITERS)
