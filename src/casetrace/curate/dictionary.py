"""The data dictionary, written from the models so that it cannot drift."""

from __future__ import annotations

import typing
from typing import Any

from pydantic import BaseModel

from casetrace.case import fields, head
from casetrace.case.reference import REFERENCE
from casetrace.case.rows import TABLES, columns
from casetrace.quantity import GRAMMAR

__all__ = ["dictionary"]

_KINDS = {
    "Bounds": "number with bounds",
    "Number": "plain number",
    "Amount": "plain number",
    "Unit": "UCUM unit",
    "Words": "quotation",
    "Prose": "words without digits",
    "Id": "id",
    "IdOrEmpty": "id",
    "CaseId": "id",
    "Name": "name",
    "NameOrEmpty": "name",
    "Option": "name",
    "Text": "text",
}

_TOP = f"""# Data dictionary

<!-- Written by `make dictionary` from the models in src/casetrace/case; do not edit. -->

One folder per case, and `reference/` for facts from outside the reports. Each table is a CSV
file in UTF-8 with a header row; comma or semicolon, with or without a byte order mark, Windows
or Unix line ends. `casetrace check` names every fault by file, row, column and value.

- A **number with bounds** is {GRAMMAR}. Thousands take no comma.
- A **quotation** holds at most {fields.MAX_WORDS} words of the report, never a sentence.
- A **UCUM unit** is written as in ucum.org: `U/L`, `mg/kg/d`, `ng/mL`, `{{titer}}`, `wk`, `mo`,
  `a`, `%`, `1`. As a unit of time, `{fields.COURSE}` counts the courses of the clock's treatment.
- Columns marked * must be there and filled; others may be empty, which means not reported.
- Curated data are licensed CC BY 4.0 (see LICENSE in this folder).
"""


_STORIES = """### story.md, story.<audience>.md

Optional: the case as its authors tell it, in Markdown, to clinicians and to any other audience or
in another language (`story.parent.md`, `story.ja.md`). Numbers are not typed: they are values by
name, and [docs/stories.md](../docs/stories.md) says how. A case without one gets a short abstract.
"""


def dictionary() -> str:
    """The text of ``data/README.md``."""
    parts = [_TOP, "## A case folder\n\n### case.yaml\n"]
    parts.append(_first_line(head.Head))
    parts.append(_table(head.Head))
    for model in _parts_of(head.Head):
        parts.append(f"#### {model.__name__}\n\n{_first_line(model)}")
        parts.append(_table(model))
    for name, model in TABLES.items():
        parts.append(f"### {name}.csv\n\n{_first_line(model)}")
        parts.append(_table(model))
    parts.append(_STORIES)
    parts.append("## reference/\n")
    for name, model in REFERENCE.items():
        parts.append(f"### reference/{name}.csv\n\n{_first_line(model)}")
        parts.append(_table(model))
    return "\n".join(parts)


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().split("\n")[0] + "\n"


def _table(model: type[BaseModel]) -> str:
    hints = typing.get_type_hints(model, include_extras=True)
    lines = ["| column | holds | kind | example |", "|---|---|---|---|"]
    for name in columns(model):
        field = model.model_fields[name]
        star = "*" if field.is_required() else ""
        example = str(field.examples[0]) if field.examples else ""
        cells = [
            f"`{name}`{star}",
            field.description or "",
            _kind(hints[name]),
            f"`{example}`" if example else "",
        ]
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(lines) + "\n"


def _kind(hint: Any) -> str:
    for name, words in _KINDS.items():
        if hint == getattr(fields, name):
            return words
    if typing.get_origin(hint) is typing.Literal:
        return "one of " + ", ".join(f"`{a}`" for a in typing.get_args(hint) if a)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"see {hint.__name__}"
    if hint is int:
        return "whole number"
    inner = [a for a in typing.get_args(hint) if a not in (Ellipsis, type(None))]
    if typing.get_origin(hint) is dict:
        return f"by name: {_kind(inner[1])}"
    if typing.get_origin(hint) is tuple:
        return f"list: {_kind(inner[0])}"
    return "date as YYYY-MM-DD" if "date" in str(hint) else "text"


def _parts_of(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Models that a model holds, in the order they are met, each once."""
    found: list[type[BaseModel]] = []

    def walk(hint: Any) -> None:
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            if hint not in found:
                found.append(hint)
                for inner in typing.get_type_hints(hint, include_extras=True).values():
                    walk(inner)
            return
        for inner in typing.get_args(hint):
            walk(inner)

    for hint in typing.get_type_hints(model, include_extras=True).values():
        walk(hint)
    return found
