"""Audiences: whom a narrative is told to, each a template with its language in one file.

A file ``templates/<name>.md.j2`` begins with its own words between two lines of ``---``, as YAML:

``title``, ``language``
    What the narrative is called, and its language (BCP 47).
``like``
    An audience whose phrases and wording hold where this file has none of its own.
``quantities``
    Patterns of :class:`casetrace.quantity.wording.Wording`.
``phrases``
    Patterns that :class:`casetrace.narrative.narrator.Narrator` puts values and names into.
``words``
    Words for the few names that come from the program and not from the data.

Below, each section is a Jinja block. Names that come from the data are said in the words of
``words.<name>.csv``, beside the data of the case and in ``data/reference/``; where there are none,
as they stand in the data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined, Template

from casetrace.case.problems import UsageError, nearest
from casetrace.quantity.wording import ENGLISH, Wording

__all__ = ["CLINICIAN", "FOLDER", "Audience", "audience", "audiences"]

#: The audience of the narrative that PDF and Word file hold.
CLINICIAN = "summary"
FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Audience:
    """Whom a narrative is told to.

    Attributes
    ----------
    name : str
        Name of its file, without the ending.
    title, language : str
        What the narrative is called, and its language (BCP 47).
    wording : Wording
        How bounds are said.
    phrases, words : dict of str
        Patterns, and words for names that come from the program.
    template : jinja2.Template
        What is told, without a digit.
    """

    name: str
    title: str
    language: str
    wording: Wording
    phrases: Mapping[str, str]
    words: Mapping[str, str]
    template: Template

    @property
    def file(self) -> str:
        """Name of the file that the narrative is written to."""
        return "summary.md" if self.name == CLINICIAN else f"summary.{self.name}.md"

    def phrase(self, name: str, /, **parts: str) -> str:
        """A pattern of this audience with its parts in place.

        Raises
        ------
        KeyError
            If the audience's file has no such pattern.
        """
        try:
            return self.phrases[name].format(**parts)
        except KeyError as error:
            raise KeyError(f"{self.name}.md.j2: no phrase {name!r} with {sorted(parts)}") from error

    def joined(self, items: Iterable[str]) -> str:
        """Items as a list in a sentence."""
        items = list(items)
        if len(items) < 2:
            return "".join(items)
        comma, last = self.phrases["comma"], self.phrases["last_comma"]
        if any(comma.strip() in i or last in i for i in items):
            comma, last = self.phrases["semicolon"], self.phrases["last_semicolon"]
        return f"{comma.join(items[:-1])}{last}{items[-1]}"


def audiences() -> list[Audience]:
    """All of them, the clinician's first, then by language."""
    every = map(audience, _names())
    return sorted(every, key=lambda to: (to.name != CLINICIAN, to.language, to.name))


@cache
def audience(name: str) -> Audience:
    """The audience of that name.

    Raises
    ------
    UsageError
        If there is no such audience.
    ValueError
        If its template has no blocks.
    """
    if name not in _names():
        raise UsageError(f"there is no audience {name!r}; {nearest(name, _names(), 'audience')}")
    text = (FOLDER / f"{name}.md.j2").read_text("utf-8")
    front, body = re.fullmatch(r"---\n(.*?)\n---\n(.*)", text, re.DOTALL).groups()
    told: dict[str, Any] = yaml.safe_load(front)
    like = audience(told["like"]) if "like" in told else None
    base = like.wording if like else ENGLISH
    own = {**vars(base), **told.get("quantities", {})}
    own["units"] = {**base.units, **own["units"]}
    template = _environment().from_string(body)
    if not template.blocks:
        raise ValueError(f"{name}.md.j2: each section must stand in a block of its own")
    return Audience(
        name=name,
        title=told["title"],
        language=told["language"],
        wording=Wording(**own),
        phrases={**(like.phrases if like else {}), **told.get("phrases", {})},
        words=told.get("words") or {},
        template=template,
    )


def _names() -> list[str]:
    return sorted(path.name.removesuffix(".md.j2") for path in FOLDER.glob("*.md.j2"))


@cache
def _environment() -> Environment:
    return Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
