"""Write files so that a reader never sees half of one."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

__all__ = ["digest", "inert", "write_bytes"]


def write_bytes(path: Path, content: bytes) -> None:
    """Write beside, flush to disk, then rename: whole or not at all.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; the old file is then untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def digest(content: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def inert(cell: str) -> str:
    """A cell of a CSV file as it is, or behind an apostrophe if a spreadsheet would compute it."""
    is_number = re.fullmatch(r"[-+]?[\d.,]+(e[-+]?\d+)?", cell)
    return f"'{cell}" if cell.startswith(tuple("=+-@\t\r")) and not is_number else cell
