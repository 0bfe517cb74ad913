"""The stories of a case: ``story.md`` for clinicians, ``story.<audience>.md`` for others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from casetrace.case.problems import Problem
from casetrace.case.read import read_text

__all__ = ["CLINICIAN", "Stories", "is_story", "read_stories"]

#: The audience of ``story.md``.
CLINICIAN = "clinician"

#: Text by audience.
Stories = Mapping[str, str]

_FILE = re.compile(r"story(?:\.([a-z]+))?\.md")


def is_story(path: Path) -> bool:
    """Whether a file of a case folder is a story."""
    return _FILE.fullmatch(path.name) is not None


def read_stories(folder: Path, shown: str) -> tuple[Stories, list[Problem]]:
    """Read the stories in the folder of a case; what is in them is checked when they are told.

    Parameters
    ----------
    folder : Path
        Folder of a case.
    shown : str
        Its name in messages.

    Returns
    -------
    stories : dict of str
        The clinician's first, then by name.
    problems : list of Problem
        Files that are no text, and names that no story has.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("story*")):
        file = f"{shown}/{path.name}"
        match = _FILE.fullmatch(path.name)
        if not match or match[1] == CLINICIAN:
            expected = "story.md, or story.<audience>.md with an audience in small letters"
            problems.append(Problem(file, expected=expected, fix="rename it, or move it elsewhere"))
            continue
        text, more = read_text(path, file)
        problems += more
        if not more:
            found[match[1] or CLINICIAN] = text.replace("\r\n", "\n")
    order = sorted(found, key=lambda name: (name != CLINICIAN, name))
    return {name: found[name] for name in order}, problems
