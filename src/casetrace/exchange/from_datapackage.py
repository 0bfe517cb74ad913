"""A case folder that was described as a Frictionless Data Package."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from casetrace.case.problems import UsageError

__all__ = ["is_datapackage", "read_datapackage"]


def is_datapackage(data: Any) -> bool:
    """Whether JSON describes a data package."""
    return isinstance(data, dict) and isinstance(data.get("resources"), list)


def read_datapackage(data: Mapping[str, Any], folder: Path, case: str) -> dict[str, str]:
    """Read the files of a case that a data package describes.

    Parameters
    ----------
    data : dict
        The descriptor.
    folder : Path
        Where it stands, and its files beside it.
    case : str
        Name of the new case.

    Returns
    -------
    dict of str
        Texts by file name; the name in ``case.yaml`` is the new one.

    Raises
    ------
    UsageError
        If a file is missing, is not in this folder or has other content than described, or if
        there is no case.yaml among them: all at once.
    """
    files: dict[str, str] = {}
    wrong = []
    for resource in data["resources"]:
        name = str(resource.get("path", "")) if isinstance(resource, dict) else ""
        if not re.fullmatch(r"[\w.-]+\.(csv|yaml|md)", name) or not (folder / name).is_file():
            wrong.append(f"{name or 'a resource without a path'}: no file of this folder")
            continue
        content = (folder / name).read_bytes()
        told = str(resource.get("hash", "")).removeprefix("sha256:")
        if told and told != hashlib.sha256(content).hexdigest():
            wrong.append(f"{name}: its content is not the one that was described")
            continue
        try:
            files[name] = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            wrong.append(f"{name}: no text in UTF-8")
    if "case.yaml" not in files and not wrong:
        wrong.append("case.yaml is not among its resources: it is no case of this program")
    if wrong:
        raise UsageError("the data package cannot be read: " + "; ".join(wrong))
    head = re.sub(r"^id:.*$", f"id: {case}", files["case.yaml"], count=1, flags=re.MULTILINE)
    return {**files, "case.yaml": head}
