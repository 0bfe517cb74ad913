"""What is installed beside what the lock file has: other versions give other bytes."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from packaging.markers import Marker

from casetrace.case.project import Project

__all__ = ["LOCK", "differences", "installed"]

#: The locked environment.
LOCK = "requirements.lock"

_LINE = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: *; *([^\\]+?))? *\\?$", re.MULTILINE)


def installed(where: Project) -> dict[str, tuple[str, str]]:
    """Return the versions of what is installed of the lock file.

    Parameters
    ----------
    where : Project
        The project; without a lock file nothing is found.

    Returns
    -------
    dict of (str, str)
        The installed version and the locked one, by package.
    """
    path, found = where.root / LOCK, {}
    text = path.read_text("utf-8") if path.is_file() else ""
    for name, locked, marker in _LINE.findall(text):
        if marker and not Marker(marker).evaluate():
            continue
        try:
            found[name] = (version(name), locked)
        except PackageNotFoundError:
            continue  # an extra that is not installed, or what fails when it is imported
    return found


def differences(where: Project) -> list[str]:
    """Return each package that is installed in another version than the lock file has, in words."""
    return [
        f"{name} {here} is installed, {LOCK} has {locked}"
        for name, (here, locked) in installed(where).items()
        if here != locked
    ]
