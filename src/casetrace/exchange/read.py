"""Read a file, whatever it is, and make the folder of a case of it."""

from __future__ import annotations

import json
from pathlib import Path

from casetrace.case.load import load_reference
from casetrace.case.problems import UsageError
from casetrace.case.project import Project
from casetrace.curate.new_case import make_folder, place_of
from casetrace.exchange.draft import Draft
from casetrace.exchange.fhir import is_bundle, read_bundle
from casetrace.exchange.phenopacket import is_phenopacket, read_phenopacket
from casetrace.exchange.visits import read_visits

__all__ = ["import_case"]

#: A single case is not larger than this; more is not read.
MOST_BYTES = 20_000_000


def import_case(file: Path, case: str, where: Project) -> tuple[list[str], list[str]]:
    """Make the folder of a case from a Phenopacket, a FHIR Bundle or a table of visits.

    Parameters
    ----------
    file : Path
        JSON, or CSV with one row for each visit.
    case : str
        Name of the new folder.
    where : Project
        The project.

    Returns
    -------
    files, unplaced : list of str
        The files from the project's folder, and what had no place in them.

    Raises
    ------
    UsageError
        If the file cannot be read as one of these, or the case cannot be made.
    """
    place_of(case, where)
    text = _text(file)
    draft = Draft(load_reference(where))
    if text.lstrip()[:1] in ("{", "["):
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{file.name} is no valid JSON: {error}") from None
        if is_bundle(data):
            read_bundle(data, draft)
        elif is_phenopacket(data):
            read_phenopacket(data, draft)
        else:
            raise UsageError(
                f"{file.name} is JSON, but neither a Phenopacket (phenotypicFeatures or metaData) "
                "nor a FHIR Bundle (resourceType: Bundle)"
            )
    else:
        read_visits(text, draft)
    return make_folder(case, where, draft.files(case)), draft.unplaced


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            most = MOST_BYTES // 1_000_000
            raise UsageError(f"{file.name} is larger than {most} MB: this is not a single case")
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file.name} is not text in UTF-8; export it as JSON or CSV") from None
    if "\x00" in text or not text.strip():
        raise UsageError(f"{file.name} is empty or binary; give a JSON or CSV file")
    return text
