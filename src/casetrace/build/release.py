"""A release that can be cited: what was built, exported and described, as one archive."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import tomllib
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import yaml

from casetrace.case.load import load
from casetrace.case.problems import UsageError
from casetrace.case.project import Project
from casetrace.case.write import write_bytes
from casetrace.exchange.to_crate import crate
from casetrace.exchange.write import written_as

__all__ = ["release"]

#: Files of the project that are in a release beside data, notebooks and outputs.
_ALONG = ("CITATION.cff", "LICENSE", "README.md", "CHANGELOG.md", "codecheck.yml",
          "requirements.lock", "requirements-lab.lock")  # fmt: skip
_CHECKSUMS = "SHA256SUMS"


def release(where: Project, version: str) -> Path:
    """Write the archive of a release; from the same commit it has the same bytes.

    It holds data, notebooks, figures and reports as they are committed, each case in the other
    formats, ``ro-crate-metadata.json`` and checksums. That all of them reproduce is for
    ``casetrace verify`` to say before.

    Parameters
    ----------
    where : Project
        The project, a clean checkout.
    version : str
        The version that pyproject.toml, CITATION.cff and CHANGELOG.md name.

    Returns
    -------
    Path
        The archive, in ``dist``.

    Raises
    ------
    UsageError
        If something is not committed, or the version is another or no released one: all at once.
    """
    wrong = [*_uncommitted(where.root), *_other_version(where.root, version)]
    if wrong:
        raise UsageError(f"{version or 'no version'} cannot be released: " + "; ".join(wrong))
    seconds = int(_git(where.root, "log", "-1", "--format=%ct"))
    made_at = datetime.fromtimestamp(seconds, UTC)
    files = _files(where, version, made_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    sums = "".join(f"{hashlib.sha256(files[n]).hexdigest()}  {n}\n" for n in sorted(files))
    files[_CHECKSUMS] = sums.encode()
    path = where.root / "dist" / f"casetrace-{version}.zip"
    write_bytes(path, _zipped(files, f"casetrace-{version}", made_at))
    return path


def _files(where: Project, version: str, made_at: str) -> dict[str, bytes]:
    """Files of the release by name."""
    cases = [load(name, where=where) for name in where.cases()]
    files = crate(cases, made_at, f"casetrace {version}: case reports as reproducible analyses")
    for case in cases:
        for to in ("phenopacket", "fhir", "datapackage"):
            made, _ = written_as(case, to)
            files |= {f"exports/{case.id}/{to}/{name}": held for name, held in made.items()}
    for name in _ALONG:
        files[name] = (where.root / name).read_bytes()
    return files


def _zipped(files: dict[str, bytes], folder: str, made_at: datetime) -> bytes:
    """An archive that hangs on names, contents and one time alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(f"{folder}/{name}", made_at.timetuple()[:6])
            about.external_attr, about.create_system = 0o644 << 16, 3
            archive.writestr(about, files[name], zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git could not be asked: {error}") from None
    if done.returncode:
        raise UsageError(f"a release is made of a git checkout: {done.stderr.strip()}")
    return done.stdout.rstrip()


def _uncommitted(root: Path) -> list[str]:
    changed = _git(root, "status", "--porcelain").splitlines()
    return [f"not committed: {', '.join(line[3:] for line in changed[:5])}"] if changed else []


def _other_version(root: Path, version: str) -> list[str]:
    """Files that name another version, or this one as unreleased."""
    wrong = []
    told = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if told != version:
        wrong.append(f"pyproject.toml names version {told}")
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    if str(citation["version"]) != version:
        wrong.append(f"CITATION.cff names version {citation['version']}")
    first = re.search(r"^## (.*)$", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    if not first or not re.match(rf"{re.escape(version)}\b(?!.*unreleased)", first[1]):
        wrong.append(f"CHANGELOG.md begins with {first[1] if first else 'no version'}")
    return wrong
