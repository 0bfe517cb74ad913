"""What could identify a patient in a notebook: its prose, its code, and what its cells showed.

What the data hold has passed :mod:`casetrace.case.privacy`, or was disclosed on purpose. So the
same patterns are looked for here, and what stands in the data or is cited by them is let through:
what is left came from elsewhere.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from casetrace.case.privacy import found_in
from casetrace.case.problems import Problem
from casetrace.case.project import Project
from casetrace.case.read import plain_files

__all__ = ["identifying", "in_notebooks", "words_of_data"]

_TAGS = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL)


def words_of_data(where: Project, *cases: str) -> str:
    """All that tables and ``case.yaml`` of some cases hold, and the reference tables.

    Days stand there as YAML writes them, and as a citation prints them.

    Parameters
    ----------
    where : Project
        The project.
    *cases : str
        Names of cases.
    """
    folders = [*(where.data / case for case in cases), where.reference]
    paths = [p for f in folders for p in plain_files(f) if p.suffix in (".csv", ".yaml")]
    text = "\n".join(path.read_text("utf-8", "replace") for path in paths)
    return "\n".join([text, *_days(text)])


def _days(text: str) -> Iterator[str]:
    for found in set(re.findall(r"\b\d{4}-\d\d-\d\d\b", text)):
        with contextlib.suppress(ValueError):
            day = date.fromisoformat(found)
            yield f"{day.day} {day:%B %Y}"


def identifying(notebook: Mapping[str, Any], shown: str, known: str) -> list[Problem]:
    """Everything in a notebook that could identify a patient and is not of the data.

    Parameters
    ----------
    notebook : mapping
        As nbformat reads it, or plain JSON.
    shown : str
        Its name in messages.
    known : str
        What :func:`told` gives.

    Returns
    -------
    list of Problem
    """
    problems: dict[tuple[str, str, str], Problem] = {}
    for number, cell in enumerate(notebook["cells"], start=1):
        for part, text in _texts(cell):
            for kind, words in found_in(text):
                if words not in known:
                    where = f"cell {number} ({part})"
                    expected = (
                        f"nothing that could identify a patient; this looks like {kind.label}"
                    )
                    fix = f"{kind.coarser}, or show what the data of the case hold"
                    problem = Problem(shown, where, "", words, expected, fix)
                    problems.setdefault((where, kind.name, words), problem)
    return list(problems.values())


def in_notebooks(where: Project) -> list[Problem]:
    """The same of all notebooks of a project as they are stored; and those that are none."""
    known, problems = words_of_data(where, *where.cases()), []
    for path in where.stories():
        shown = where.shown(path)
        try:
            problems += identifying(json.loads(path.read_bytes()), shown, known)
        except (ValueError, KeyError, TypeError, AttributeError):
            fix = "restore it from the repository"
            problems.append(Problem(shown, expected="a Jupyter notebook", fix=fix))
    return problems


def _texts(cell: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each line of a cell and of its outputs as text, with the part that it is of."""
    for line in _lines(cell["source"]):
        yield cell["cell_type"], line
    for output in cell.get("outputs", ()):
        about = output.get("metadata", {}).values()
        alts = [str(a.get("alt", "")) for a in about if isinstance(a, Mapping)]
        texts = [output.get("text", ""), output.get("evalue", ""), *alts]
        for kind, data in output.get("data", {}).items():
            if kind in ("text/html", "image/svg+xml"):
                texts.append(html.unescape(_TAGS.sub("\n", "".join(data))))
            elif kind.startswith("text/"):
                texts.append(data)
        for text in texts:
            for line in _lines(text):
                yield "output", line


def _lines(text: str | list[str]) -> list[str]:
    return "".join(text).splitlines()
