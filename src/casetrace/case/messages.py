"""Turn a validation error into a problem with what was expected and how to fix it."""

from __future__ import annotations

import re
import typing
from typing import Any

from pydantic import BaseModel

from casetrace.case import fields
from casetrace.case.problems import Problem, nearest
from casetrace.quantity import GRAMMAR, units

__all__ = ["explain"]

_KINDS = {
    name: getattr(fields, name)
    for name in (
        "Bounds",
        "Number",
        "Amount",
        "Unit",
        "Prose",
        "Id",
        "IdOrEmpty",
        "CaseId",
        "Name",
        "NameOrEmpty",
        "Option",
    )
}


def explain(error: Any, model: type[BaseModel], file: str, where: str, column: str) -> Problem:
    """Make a :class:`Problem` of one entry of ``ValidationError.errors()``."""
    kind, given, context = error["type"], error.get("input"), error.get("ctx", {})
    value = given if isinstance(given, str) else "" if isinstance(given, dict) else repr(given)
    message = str(context.get("error", error["msg"]))
    cell = _kind_of(model, error["loc"])
    expected, fix = message, ""
    if kind == "missing":
        value, expected, fix = "", "a value", "add this key"
    elif kind == "extra_forbidden":
        value, expected = column.rsplit(".", 1)[-1], "a known key"
        fix = nearest(value, _keys_beside(model, error["loc"]), "key")
    elif kind == "literal_error":
        options = re.findall(r"'([^']*)'", context["expected"])
        expected = "one of " + ", ".join(repr(o) for o in options)
        fix = nearest(value, [o for o in options if o], "option")
    elif kind == "string_type" and given is None:
        value, expected, fix = "", "text", "fill it in, or take the key out"
    elif kind == "string_type":
        expected, fix = "text", "put quotation marks around it"
    elif kind == "string_pattern_mismatch":
        expected = {
            "Id": "lower-case letters, digits and _, parts joined by a dot: ck.presentation",
            "CaseId": "lower-case letters and digits joined by -: imataka-2014",
            "Name": "lower-case letters, digits and _: prednisolone",
            "Option": "lower-case letters, digits and -: per-day",
        }.get(cell, "a name in lower-case letters and digits")
        fix = f"rename it, for example {_slug(value, cell)!r}"
    elif kind.startswith("date"):
        expected, fix = "a date as YYYY-MM-DD", "write for example 2014-02-06"
    elif cell == "Bounds" and kind == "value_error":
        expected, fix = (GRAMMAR if " is not " in message else message), _mend_number(value)
    elif cell in ("Number", "Amount") and kind == "value_error":
        fix = "write one number with a decimal point, or leave the cell empty"
    elif cell == "Unit" and kind == "value_error":
        expected = "a UCUM unit (ucum.org) that is known here"
        meant = units.spelling(value)
        fix = f"write {meant}" if meant else units.GRAMMAR
    elif cell == "Prose" and kind == "value_error":
        fix = "give the number a row or column of its own; here write only words"
    return Problem(file, where, column, value, expected, fix)


def _kind_of(model: type[BaseModel], loc: tuple) -> str:
    """Name of the kind of cell an error is about, by walking the models along its path."""
    at: Any = model
    for part in loc:
        at = _inside(at, part)
    return next((name.removesuffix("OrEmpty") for name, kind in _KINDS.items() if kind == at), "")


def _inside(at: Any, part: Any) -> Any:
    hints = typing.get_type_hints(at, include_extras=True) if isinstance(at, type) else {}
    if part in hints:
        return hints[part]
    args = [a for a in typing.get_args(at) if a is not Ellipsis]
    return args[-1] if args else at


def _keys_beside(model: type[BaseModel], loc: tuple) -> list[str]:
    at: Any = model
    for part in loc[:-1]:
        at = _inside(at, part)
    return list(getattr(at, "model_fields", {}))


def _slug(value: str, cell: str) -> str:
    joint = "-" if cell in ("CaseId", "Option") else "_"
    keep = "." if cell == "Id" else ""
    slug = re.sub(rf"[^a-z0-9{keep}]+", joint, value.lower()).strip(joint)
    return slug if slug[:1].isalpha() else f"x{slug}"


def _mend_number(value: str) -> str:
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", value.strip())
    if text != value.strip() and re.fullmatch(r"\d+", text):
        return f"leave out the comma: {text}"
    if re.fullmatch(r"\d+,\d+", text):
        return f"write a decimal point: {text.replace(',', '.')}"
    for sign, words in (
        (">=", "at least"),
        ("<=", "at most"),
        (">", "more than"),
        ("<", "less than"),
        ("~", "about"),
        ("above", "more than"),
        ("over", "more than"),
        ("exceeding", "more than"),
        ("up to", "at most"),
        ("below", "less than"),
        ("under", "less than"),
        ("roughly", "about"),
        ("approximately", "about"),
        ("approx.", "about"),
        ("circa", "about"),
        ("around", "about"),
    ):
        if text.lower().startswith(sign):
            return f"write {words} {text[len(sign) :].strip()}"
    if match := re.fullmatch(r"(\d+(?:\.\d+)?) ?[-–] ?(\d+(?:\.\d+)?)", text):
        return f"write {match[1]} to {match[2]}"
    if match := re.fullmatch(
        r"((?:about |more than |less than )?\d+(?:\.\d+)?) ?([^\d\s].*)", text
    ):
        return f"write {match[1]} here and {match[2]!r} in the column of the unit"
    return (
        "write a number, about N, at least N, more than N, at most N, less than N or N to M; leave "
        "the cell empty if nothing is reported"
    )
