"""Kinds of cell: what a column of a case table may hold, in one place."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from casetrace.quantity import parse
from casetrace.quantity.units import symbols

MAX_WORDS = 8
SENTENCE = re.compile(r"[.!?]\s+[A-Z]|[a-z]\.$")


def column(meaning: str, example: str = "", **more: Any) -> Any:
    """Describe a column for the data dictionary; ``default=...`` makes it optional."""
    return Field(description=meaning, examples=[example], **more)


def _bounds(text: str) -> str:
    if text:
        parse(text)
    return text


def _number(text: str) -> str:
    if text and not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise ValueError("a plain number, such as 14.5, without words or bounds")
    return text


def _unit(text: str) -> str:
    if text and text != COURSE:
        symbols(text)
    return text


def _few_words(text: str) -> str:
    if len(text.split()) > MAX_WORDS:
        raise ValueError(
            f"at most {MAX_WORDS} words, found {len(text.split())}: keep only the words that "
            "carry the value"
        )
    if SENTENCE.search(text):
        raise ValueError("never a sentence: keep only the words that carry the value")
    return text


def _no_digits(text: str) -> str:
    if re.search(r"\d", text):
        raise ValueError(
            "no digits in words that are printed as prose: a number belongs in a column of its own"
        )
    return text


def _trimmed(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) else text


#: The unit of a time that is counted in courses of the clock's treatment.
COURSE = "{course}"

Text = Annotated[str, BeforeValidator(_trimmed)]
Prose = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_no_digits)]
Words = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_few_words)]
Bounds = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_bounds)]
Number = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_number)]
Unit = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_unit)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=60)]
CaseId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
IdOrEmpty = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*(\.[a-z0-9_]+)*)?$", max_length=60)]
NameOrEmpty = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$", max_length=40)]
Option = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]

State = Literal["observed", "excluded", "ambiguous", "not reported"]
System = Literal["", "HPO", "LOINC", "MONDO", "ATC", "NCIT", "UBERON"]

PLACE = "Section and paragraph of the report, several joined by ;"
REPORTED = "The few words or figures of the report that carry the value, at most eight"
NOTE = "What a reader of the row should know; how a number follows that the words do not carry"


class Row(BaseModel):
    """A row of a case table: an id and where it stands in the report."""

    model_config = ConfigDict(extra="forbid", frozen=True)
