"""What of a file was read, leaf by leaf: what nobody asked for had no place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from casetrace.exchange.draft import Draft

__all__ = ["Node", "is_code", "spaced", "written"]

#: What could identify a patient, by the name of what holds it: its kind is kept, never its content.
_KINDS = {
    "a name": {"name", "family", "given", "prefix", "suffix", "display name", "createdBy",
               "submittedBy", "valueHumanName"},
    "an address": {"address", "telecom", "photo", "contact", "link", "valueAddress",
                   "valueContactPoint"},
    "an identifier": {"id", "identifier", "fullUrl", "reference", "versionId", "url", "uri",
                      "alternateIds", "individualToFileIdentifiers", "ifNoneExist",
                      "valueIdentifier", "subscriberId", "masterIdentifier", "targetIdentifier"},
    "free text": {"div", "note", "comment", "description"},
    "a date of birth": {"birthDate", "dateOfBirth", "date_of_birth"},
}  # fmt: skip
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}
#: Keys of which the parts are named by what they hold: the names are told no more than the rest.
_NAMED_BY_PERSON = {"individualToFileIdentifiers"}
#: What a display tells of when it is a term and not the name of who is referred to.
_TERMS = {"coding", "valueCoding", "class", "tag", "security"}
#: What holds the id of a person or a record.
_PERSONS = {"", "subject", "individual", "patient", "resource", "proband", "members", "relatives",
            "persons", "biosamples", "contained", "files", "interpretations"}  # fmt: skip
_CODE = re.compile(r"[A-Za-z][\w.]*:[\w.%/\[\]*{}-]+")
_DATE = re.compile(r"\d{4}-\d\d(-\d\d.*)?")
#: Keys whose text is a time, though it may be a year alone.
_WHEN = re.compile(r".*(Date|DateTime|Instant|date)|start|end|authoredOn|issued|recorded")
NO_PLACE = "no column for it"
NO_FIELD = "the format has no such field"
NO_CODE = "the codes that a case keeps are those of data/reference/codes.csv: add it there"
PERSONAL = "what could identify a patient is not kept"


class Node:
    """A part of JSON that knows where it stands and which of its leaves were read.

    Parameters
    ----------
    value : object
        Plain JSON.
    path : tuple of (str or int)
        The way to it from the top.
    read : set of tuple
        The ways to the leaves that were read or listed, shared by all parts of a file.
    listed : set of tuple
        Those of them that were listed.
    unknown : set of tuple
        The ways to leaves that the format does not have.
    """

    def __init__(
        self,
        value: Any,
        path: tuple[str | int, ...] = (),
        read: set[tuple] | None = None,
        listed: set[tuple] | None = None,
        unknown: set[tuple] | None = None,
    ) -> None:
        self.value, self.path = value, path
        self.read: set[tuple] = set() if read is None else read
        self.listed: set[tuple] = set() if listed is None else listed
        self.unknown: set[tuple] = set() if unknown is None else unknown

    def at(self, *steps: str | int) -> Node:
        """The part at the end of some steps; one of nothing if there is none."""
        value = self.value
        for step in steps:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                value = None
        return Node(value, (*self.path, *steps), self.read, self.listed, self.unknown)

    def items(self, *steps: str | int) -> list[Node]:
        """The parts of a list; none if there is none."""
        found = self.at(*steps)
        count = len(found.value) if isinstance(found.value, list) else 0
        return [found.at(place) for place in range(count)]

    def peek(self, *steps: str | int) -> str:
        """A text, without counting it as read; empty if it is none."""
        value = self.at(*steps).value
        return " ".join(value.split()) if isinstance(value, str) else ""

    def text(self, *steps: str | int) -> str:
        """A text that is read; empty if it is none."""
        if found := self.peek(*steps):
            self.read.add((*self.path, *steps))
        return found

    def number(self, *steps: str | int) -> str:
        """A number that is read, without an exponent; empty if it is none."""
        value = self.at(*steps).value
        found = written(value)
        if found:
            self.read.add((*self.path, *steps))
        return found

    def flag(self, *steps: str | int) -> bool | None:
        """A yes or no that is read; None if it is neither."""
        value = self.at(*steps).value
        if isinstance(value, bool):
            self.read.add((*self.path, *steps))
            return value
        return None

    def leaves(self) -> Iterator[tuple[tuple[str | int, ...], Any]]:
        """Every leaf below, with the way to it."""
        waiting = [(self.path, self.value)]
        while waiting:
            path, value = waiting.pop()
            if isinstance(value, dict) and value:
                waiting += [((*path, key), one) for key, one in reversed(value.items())]
            elif isinstance(value, list) and value:
                waiting += [((*path, n), value[n]) for n in reversed(range(len(value)))]
            elif value is not None and value != {} and value != []:
                yield path, value

    def settle(self, *steps: str | int) -> None:
        """Count all below as read: what it says is said otherwise, or is no fact of the case."""
        self.read.update(path for path, _ in self.at(*steps).leaves())

    def leave(self, draft: Draft, why: str) -> None:
        """List all below that is not listed yet, what was read of it in vain too."""
        for path, value in self.leaves():
            if path not in self.listed:
                self._list(path, value, draft, why)

    def rest(self, draft: Draft, why: str = NO_PLACE) -> None:
        """List every leaf below that was not read."""
        for path, value in self.leaves():
            if path not in self.read:
                self._list(path, value, draft, why)

    def _list(self, path: tuple[str | int, ...], value: Any, draft: Draft, why: str) -> None:
        self.read.add(path)
        self.listed.add(path)
        kept = _kept(path, value)
        if kept.strip("()") in _KINDS:
            why = PERSONAL
        elif why == NO_PLACE and path in self.unknown:
            why = NO_FIELD
        elif why == NO_PLACE and is_code(path, value):
            why = NO_CODE
        draft.leave(_said(path), why, kept, is_public=is_code(path, value))


def is_code(path: tuple[str | int, ...], value: Any) -> bool:
    """Whether a leaf is a code of a terminology, as ``HP:0003391``, and no number of a person."""
    holder = next((step for step in reversed(path[:-1]) if isinstance(step, str)), "")
    is_id = path[-1] == "id" and holder not in _PERSONS
    return (is_id and bool(_CODE.fullmatch(str(value)))) or path[-1] in (
        "system",
        "code",
        "version",
    )


def written(value: Any) -> str:
    """A number of JSON as a person writes it, without an exponent; empty if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return ""
    if isinstance(value, float) and not abs(value) < float("inf"):
        return ""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite() or abs(exact.adjusted()) > 300:
        return ""
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if isinstance(value, float) and "." in text else text


def spaced(number: str) -> str:
    """A number with its thousands apart, so that it is not taken for that of a record."""
    whole, point, rest = number.partition(".")
    return f"{int(whole):,}{point}{rest}" if re.fullmatch(r"-?\d{5,}", whole) else number


def _is_year(name: str, value: str) -> bool:
    return bool(_WHEN.fullmatch(name) and re.fullmatch(r"\d{4}", value))


def _said(path: tuple[str | int, ...]) -> str:
    """A path as it is told: ``entry[3].resource.status``."""
    told: list[str] = []
    for place, step in enumerate(path):
        is_person = place > 0 and path[place - 1] in _NAMED_BY_PERSON
        name = "(an identifier)" if is_person else step
        told.append(f"[{step}]" if isinstance(step, int) else f".{name}")
    return "".join(told).lstrip(".")


def _kept(path: tuple[str | int, ...], value: Any) -> str:
    """What is kept of a value: of what could identify a patient its kind alone."""
    if is_code(path, value):
        return str(value)
    names = [step for step in path if isinstance(step, str)]
    last, holder = names[-1], names[-2] if len(names) > 1 else ""
    if last == "display" and holder not in _TERMS:
        return "(a name)"  # of who is referred to
    if re.fullmatch(r"\w+[a-z]Ids?", last) or (holder, last) == ("class", "value"):
        return "(an identifier)"
    if last == "valueString" and "extension" in names:
        return "(free text)"
    for step in reversed(names):
        if step in _KIND_OF:
            return f"({_KIND_OF[step]})"
    if isinstance(value, str) and (_DATE.match(value) or _is_year(last, value)):
        return "(a date)"
    text = " ".join(str(value).split())
    return text if len(text) <= 200 else f"{text[:199]}…"
