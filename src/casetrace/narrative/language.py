"""Languages and audiences: how numbers are said to whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from casetrace.case.model import Case
from casetrace.case.problems import UsageError, nearest
from casetrace.case.stories import CLINICIAN
from casetrace.quantity.wording import ENGLISH, Wording

__all__ = ["CLINICIAN", "Audience", "Language", "audience", "audiences", "language", "languages"]

_FILE = Path(__file__).with_name("languages.yaml")


@dataclass(frozen=True)
class Language:
    """A language that stories can be told in.

    Attributes
    ----------
    code : str
        BCP 47.
    wording : Wording
        How bounds are said.
    phrases : dict
        The program's own sentences, and titles by audience.
    """

    code: str
    wording: Wording
    phrases: dict[str, Any]


@dataclass(frozen=True)
class Audience:
    """Whom a story is told to, and in which language.

    Attributes
    ----------
    name : str
        As in ``story.<name>.md``; ``clinician`` for ``story.md``.
    language : Language
        The language of that name, or English.
    """

    name: str
    language: Language

    @property
    def title(self) -> str:
        """What a reader chooses it by."""
        return self.language.phrases["titles"].get(self.name, self.name.capitalize())

    @property
    def file(self) -> str:
        """Name of the file that the story is written to."""
        return "summary.md" if self.name == CLINICIAN else f"summary.{self.name}.md"


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that numbers can be said in."""
    return tuple(_read())


@cache
def language(code: str) -> Language:
    """Return a language of ``languages.yaml``."""
    phrases = _read()[code]
    own = {**vars(ENGLISH), **phrases["quantities"]}
    own["units"] = {**ENGLISH.units, **own["units"]}
    return Language(code, Wording(**own), phrases)


def audiences(case: Case) -> list[Audience]:
    """Return the audiences of a case: clinicians first, then those it has a story for."""
    return [audience(case, name) for name in dict.fromkeys([CLINICIAN, *case.stories])]


def audience(case: Case, name: str) -> Audience:
    """Return an audience of a case.

    Raises
    ------
    UsageError
        If the case has no story for it.
    """
    known = dict.fromkeys([CLINICIAN, *case.stories])
    if name not in known:
        hint = nearest(name, known, "audience")
        raise UsageError(f"{case.id} has no story for {name!r}; {hint}")
    return Audience(name, language(name if name in languages() else "en"))


@cache
def _read() -> dict[str, Any]:
    return yaml.safe_load(_FILE.read_text("utf-8"))
