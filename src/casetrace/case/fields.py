"""Kinds of cell: what a column of a case table may hold, in one place."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from casetrace.quantity import Quantity, parse
from casetrace.quantity.units import NOT_PRINTED, UnitError, factor, symbols

MAX_WORDS = 8
#: A graded result as laboratories print it: 2+, +++, trace, grade 3.
GRADE = re.compile(r"[1-4]\+|\+{1,4}|\+/-|±|[a-z]+ [1-5]\+?", re.IGNORECASE)
SENTENCE = re.compile(r"[.!?]\s+[A-Z]|[a-z]\.$")


def column(meaning: str, example: str = "", unit: str = "", **more: Any) -> Any:
    """Describe a column for the data dictionary; ``default=...`` makes it optional.

    Parameters
    ----------
    meaning, example : str
        What it holds, and how that may look.
    unit : str
        For a number with bounds: the column that holds its unit, or ``= kg`` for a unit that is
        always the same; a plain number has neither.
    """
    extra = {"unit": unit} if unit else None
    return Field(description=meaning, examples=[example], json_schema_extra=extra, **more)


def _bounds(given: Any) -> Quantity | None:
    if isinstance(given, Quantity):
        return given
    text = _text(given)
    return parse(text) if text else None


def _number(given: Any) -> float | None:
    text = _text(given)
    if text and not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise ValueError("a plain number, such as 14.5, without words or bounds")
    return float(text) if text else None


def _amount(given: Any) -> Quantity | None:
    return None if _number(given) is None else parse(_text(given))


def _text(given: Any) -> str:
    if given is None or isinstance(given, str):
        return " ".join((given or "").split())
    raise PydanticCustomError("string_type", "Input should be a valid string")


def _unit(text: str) -> str:
    if text.casefold() == "not printed":
        return NOT_PRINTED
    if text and text != COURSE:
        symbols(text)
    return text


def _time_unit(text: str) -> str:
    try:
        factor(text or "wk", "wk")
    except UnitError:
        raise ValueError(f"{text!r} is no unit of time: min, h, d, wk, mo or a") from None
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


def _no_digits_but_grades(text: str) -> str:
    if not GRADE.fullmatch(text):
        _no_digits(text)
    return text


def _trimmed(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) else text


#: The unit of a time that is counted in courses of the clock's treatment.
COURSE = "{course}"

Text = Annotated[str, BeforeValidator(_trimmed)]
Result = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_no_digits_but_grades)]
Prose = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_no_digits)]
Words = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_few_words)]
Bounds = Annotated[
    Quantity | None, PlainValidator(_bounds), PlainSerializer(lambda q: str(q) if q else "")
]
Number = Annotated[float | None, PlainValidator(_number)]
#: A plain number that is printed, and so has a unit.
Amount = Annotated[
    Quantity | None, PlainValidator(_amount), PlainSerializer(lambda q: str(q) if q else "")
]
Unit = Annotated[str, BeforeValidator(_trimmed), AfterValidator(_unit)]
TimeUnit = Annotated[Unit, AfterValidator(_time_unit)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=60)]
CaseId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
IdOrEmpty = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*(\.[a-z0-9_]+)*)?$", max_length=60)]
NameOrEmpty = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$", max_length=40)]
#: A clock of case.yaml, or a row that has a time: ``findings/relapse``, or the second course of a
#: block, ``treatments/ivig.first_block/2``.
Clocked = Annotated[
    str,
    Field(
        pattern=r"^([a-z][a-z0-9_]*|(observations|findings|motor|treatments)/"
        r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(/[1-9][0-9]*)?)?$",
        max_length=90,
    ),
]
Option = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]

State = Literal["observed", "excluded", "ambiguous", "not reported"]
System = Literal["", "HPO", "LOINC", "MONDO", "ATC", "NCIT", "UBERON"]

PLACE = "Section and paragraph of the report, several joined by ;"
REPORTED = "The few words or figures of the report that carry the value, at most eight"
NOTE = "What a reader of the row should know; how a number follows that the words do not carry"


class Measured(NamedTuple):
    """Where the unit of a number with bounds stands.

    Attributes
    ----------
    column : str
        Name of the column; empty if the unit is always the same.
    unit : str
        The unit, if no column says it.
    """

    column: str
    unit: str


@cache
def measured(model: type[BaseModel]) -> dict[str, Measured]:
    """Return the columns of a model that hold a number with bounds, each with its unit."""
    found = {}
    for name, about in model.model_fields.items():
        if about.annotation == Quantity | None:
            where = (about.json_schema_extra or {}).get("unit", "= 1")
            fixed = where.removeprefix("= ") if where.startswith("= ") else ""
            found[name] = Measured("" if fixed else where, fixed)
    return found


class Entry(BaseModel):
    """What was curated, with numbers in their units."""

    @model_validator(mode="after")
    def _numbers_have_units(self) -> Entry:
        for name, (column, unit) in measured(type(self)).items():
            if (q := getattr(self, name)) is None:
                continue
            said = getattr(self, column) if column else unit
            if column.endswith("_unit") and not said:  # an empty unit is that of the values
                raise ValueError(f"{name} {str(q)!r} needs a {column}")
            self.__dict__[name] = q.in_unit(said or "1")
        return self


class Row(Entry):
    """A row of a case table: an id and where it stands in the report."""

    model_config = ConfigDict(extra="forbid", frozen=True)
