"""Words of an audience that are missing, and those that no narrative asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from casetrace.case.model import Case
from casetrace.case.problems import Problem
from casetrace.narrative.audience import audiences
from casetrace.narrative.story import narrate

__all__ = ["missing_words"]

#: Of the data.
LANGUAGE = "en"


def missing_words(case: Case) -> list[Problem]:
    """Look through the words that a case has for its audiences.

    Parameters
    ----------
    case : Case
        At its defaults.

    Returns
    -------
    list of Problem
        Names that stand in the data's language in a narrative of another, and rows of
        ``words.<audience>.csv`` for a text that is nowhere in the data. Audiences that the case
        has no such file for are passed over.
    """
    texts, found = set(_texts(case)), []
    for to in audiences():
        if to.name not in case.words:
            continue
        file = f"{case.folder}/words.{to.name}.csv"
        told = narrate(case, audience=to.name)
        if to.language != LANGUAGE:
            fix = "add a row for it; until then it stands as in the data"
            found += [Problem(file, "", "text", n, "words for it", fix) for n in told.unsaid]
        known = texts | set(told.narrator.asked)
        fix = "write it as it stands in the data, or take the row out"
        found += [
            Problem(file, "", "text", text, "a text of the data", fix)
            for text in case.words[to.name]
            if text not in known
        ]
    return found


def _texts(case: Case) -> Iterator[str]:
    yield from _strings(case.head.model_dump())
    for rows in case.cells.values():
        for row in rows:
            yield from row.values()


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for inner in part.values():
            yield from _strings(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from _strings(inner)
