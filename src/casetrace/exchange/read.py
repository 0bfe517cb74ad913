"""Read a file, whatever it is, and make the folder of a case of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from casetrace.case.load import load_reference
from casetrace.case.problems import UsageError
from casetrace.case.project import Project
from casetrace.curate.new_case import make_folder, place_of
from casetrace.exchange.draft import Draft, Unplaced
from casetrace.exchange.from_datapackage import is_datapackage, read_datapackage
from casetrace.exchange.from_fhir import is_bundle, read_bundle
from casetrace.exchange.from_phenopacket import from_bytes, is_phenopacket, read_phenopacket
from casetrace.exchange.from_visits import read_visits

__all__ = ["import_case"]

#: A single case is not larger than this; more is not read.
MOST_BYTES = 20_000_000


def import_case(
    file: Path, case: str, where: Project, patient: int | None = None
) -> tuple[list[str], list[Unplaced]]:
    """Make the folder of a case from a Phenopacket, a FHIR Bundle or a table of visits.

    What has no place in the case is listed in ``not-placed.csv`` in its folder.

    Parameters
    ----------
    file : Path
        JSON (or JSON lines; YAML or protobuf for a Phenopacket), or CSV with one row for each
        visit.
    case : str
        Name of the new folder.
    where : Project
        The project.
    patient : int, optional
        Which of several patients of a table, counted as they come in the file.

    Returns
    -------
    files : list of str
        The files, from the project's folder.
    unplaced : list of Unplaced
        What had no place in them.

    Raises
    ------
    UsageError
        If the file cannot be read as one of these, or the case cannot be made.
    """
    place_of(case, where)
    content = _content(file)
    draft = Draft(load_reference(where))
    packet = from_bytes(content) if _is_binary(content) else None
    text = "" if packet else _text(file, content)
    data = packet or _data(file.name, text)
    if is_datapackage(data):
        return make_folder(case, where, read_datapackage(data, file.parent, case)), []
    if data is None:
        read_visits(text, draft, patient)
    elif is_bundle(data):
        read_bundle(data, draft, patient)
    elif is_phenopacket(data):
        read_phenopacket(data, draft, patient)
    else:
        raise UsageError(
            f"{file.name} is JSON, but no Phenopacket (phenotypicFeatures or metaData), no FHIR "
            "Bundle (resourceType: Bundle) and no data package (resources)"
        )
    if not (draft.count or draft.diagnosis or draft.has_age):
        first = "; ".join(str(one) for one in draft.unplaced[:3])
        raise UsageError(f"nothing of {file.name} could be placed{f': {first}' if first else ''}")
    return make_folder(case, where, draft.files(case)), draft.unplaced


def _data(name: str, text: str) -> Any:
    """What a file holds if it is JSON, JSON lines or YAML; None if it is a table.

    Raises
    ------
    UsageError
        If it begins as one of these and is none, or is XML.
    """
    begin = text.lstrip()[:1]
    if begin == "<":
        raise UsageError(f"{name} is XML, which is not read: export it as JSON")
    told = re.sub(r"\A(?:\s*#[^\n]*\n)+", "", text).lstrip()  # YAML may begin with comments
    if re.match(r"(?:---\s*)?[A-Za-z]\w*:(?:\s|$)", told):
        try:
            data = yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise UsageError(f"{name} is no valid YAML: {' '.join(str(error).split())}") from None
        if is_phenopacket(data):
            return data
        raise UsageError(f"{name} is YAML, but no Phenopacket (no metaData); export it as JSON")
    if begin not in ("{", "["):
        return None
    try:
        return _wrapped(json.loads(text))
    except (ValueError, RecursionError) as error:
        if (lines := _lines(text)) is not None:
            return _wrapped(lines)
        raise UsageError(f"{name} is no valid JSON: {error}") from None


def _lines(text: str) -> list[Any] | None:
    """What stands in each line of a file, if that is JSON."""
    try:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None
    return found if len(found) > 1 else None


def _wrapped(data: Any) -> Any:
    """FHIR resources that stand alone, as a Bundle of them."""
    alone = data if isinstance(data, list) else [data]
    kinds = [one.get("resourceType") if isinstance(one, dict) else None for one in alone]
    if not alone or not all(isinstance(kind, str) and kind for kind in kinds):
        return data
    if isinstance(data, dict) and kinds[0] == "Bundle":
        return data
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in alone]}


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            most = MOST_BYTES // 1_000_000
            raise UsageError(f"{file.name} is larger than {most} MB: this is not a single case")
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None


def _is_binary(content: bytes) -> bool:
    """Whether it is neither text in UTF-8 nor in UTF-16."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    try:
        return any(letter < " " and letter not in "\t\r\n" for letter in content.decode())
    except UnicodeDecodeError:
        return True


def _text(file: Path, content: bytes) -> str:
    # Spreadsheets save as UTF-16 with a mark at the start, or in the Latin letters of Windows.
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252") if not is_wide else ""
        except UnicodeDecodeError:
            text = ""
        if not text or content[:1] in (b"{", b"["):
            raise UsageError(
                f"{file.name} is not text in UTF-8; export it as JSON or CSV in UTF-8"
            ) from None
    if "\x00" in text or not text.strip():
        raise UsageError(f"{file.name} is empty or binary; give a JSON or CSV file")
    return text
