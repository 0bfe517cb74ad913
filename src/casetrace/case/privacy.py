"""What could identify a patient: looked for in all that a case folder holds.

The kinds are the eighteen identifiers of the Safe Harbor method, 45 CFR 164.514(b)(2)(i), in its
order. Patterns find what is written as one of these is usually written; they cannot find a name
that looks like any other word, so a person still has to read the data once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casetrace.case.problems import Problem
from casetrace.case.read import Table, line_of, plain_files
from casetrace.case.stories import is_story
from casetrace.quantity import BoundsError, parse
from casetrace.quantity.units import UnitError

__all__ = ["KINDS", "Kind", "found_in", "identifiers"]

_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_NUMBER = r"(?:\s*(?:no|nr|num|number|id|code)\b\.?|\s*#)\W{0,3}"
_OLDEST = 89
#: What is not patient data, or has a form of its own in which nothing can hide.
_EXEMPT = {"code", "more_codes", "site_code", "value", "system"}
_PICTURES = re.compile(
    r"\.(?:png|jpe?g|gif|tiff?|bmp|webp|heic|svg|dcm|nii|mp4|mov|wav|pdf|docx?|xlsx?|pptx?|zip)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Kind:
    """A kind of identifier.

    Attributes
    ----------
    name : str
        As ``disclosures.csv`` names it.
    label : str
        In words.
    patterns : tuple of str
        Regular expressions; none for what is no text.
    coarser : str
        How to say it so that it identifies nobody.
    """

    name: str
    label: str
    patterns: tuple[str, ...]
    coarser: str


KINDS: tuple[Kind, ...] = (
    Kind(
        "name",
        "a name or initials",
        (
            r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\b\.? ?[A-Z][\w'-]+",
            r"(?<![\w.])(?![AP]\. ?M\.(?! ?[A-Z]\.))[A-Z]\. ?[A-Z]\.(?: ?[A-Z]\.)?(?!\w)",
            r"\b(?:named|initials)\W{1,3}[A-Z][\w.'-]*",
        ),
        "write patient, mother or physician",
    ),
    Kind(
        "geography",
        "a place smaller than a state",
        (
            r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b",
            r"〒\s?\d{3}-?\d{4}",
            r"(?i:\b(?:zip|post ?code|postal code|plz)\b)\W{0,3}[A-Z\d-]{3,}",
            r"\b\d{1,5} (?:[A-Z][a-z]+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Blvd)\b",
            # Two numbers below 1 are no place where anyone lives: they are doses, weeks or levels.
            r"(?<!\d)(?!(?<![-+])0\.\d+[,;/ ]\s?0\.)"
            r"[-+]?\d{1,3}\.\d{3,}°?\s?[NS]?\s?[,;/ ]\s?[-+]?\d{1,3}\.\d{3,}",
            r"\d{1,3}°\s?\d{1,2}['′]",
        ),
        "name the country or the state alone",
    ),
    Kind(
        "date",
        "a calendar date",
        (
            rf"\b{_YEAR}[-/]\d{{1,2}}(?:[-/]\d{{1,2}})?\b",
            rf"\b{_YEAR}\.\d{{1,2}}\.\d{{1,2}}\b",
            r"(?<![\d.])\d{1,2}([-/.])\d{1,2}\1(?:19|20)?\d\d(?![\d.])",
            rf"\b{_DAY} (?:of )?{_MONTH}(?!\w)",
            rf"\b{_MONTH} {_DAY}(?![\w%])",
            rf"\b{_MONTH},? {_YEAR}\b",
            r"\d{1,2}月(?:\s?\d{1,2}日)?",
            r"\b(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\b",
        ),
        "count the time from an event, on a clock",
    ),
    Kind(
        "age",
        f"an age over {_OLDEST}",
        (
            r"\b(?:9\d|1[0-2]\d)[- ]?(?:years?|yrs?)[- ]old",
            r"\baged? (?:of )?(?:9\d|1[0-2]\d)\b",
            r"(?:9\d|1[0-2]\d)歳",
        ),
        'write "at least 90"',
    ),
    Kind(
        "telephone",
        "a telephone number",
        (
            r"(?i:\b(?:tel|phone|telephone|mobile|cell)\b)\.?\W{0,3}[+\d(][\d ()/-]{5,}",
            r"\+\d{1,3}[ -]?\(?\d{1,4}\)?(?:[ -]?\d{2,4}){2,4}",
            r"(?<![\d-])\(?\d{3}\)?[ -]\d{3}-\d{4}(?!\d)",
        ),
        "leave it out",
    ),
    Kind("fax", "a fax number", (r"(?i:\bfax\b)\.?\W{0,3}[+\d(][\d ()/-]{5,}",), "leave it out"),
    Kind("email", "an e-mail address", (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",), "leave it out"),
    Kind(
        "social security",
        "a social security number",
        (r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])",),
        "leave it out",
    ),
    Kind(
        "medical record",
        "a number of a hospital or a record",
        (
            r"\bMRN\b\W{0,3}\w*\d\w*",
            rf"(?i:\b(?:medical record|hospital|chart|patient|record|case){_NUMBER})[A-Z]*\d[\w-]*",
            r"(?<!\d)\d{3} \d{3} \d{4}(?!\d)",
        ),
        "leave it out",
    ),
    Kind(
        "health plan",
        "a number of an insurance",
        (rf"(?i:\b(?:insurance|policy|beneficiary|health plan|nhs){_NUMBER})[A-Z]*\d[\w -]*",),
        "leave it out",
    ),
    Kind(
        "account",
        "a number of an account",
        (rf"(?i:\baccount{_NUMBER})\w*\d\w*", r"\b[A-Z]{2}\d{2}(?: ?\d{4}){3,}\b"),
        "leave it out",
    ),
    Kind(
        "licence",
        "a number of a certificate or licence",
        (rf"(?i:\b(?:certificate|licen[cs]e|passport){_NUMBER})\w*\d\w*",),
        "leave it out",
    ),
    Kind(
        "vehicle",
        "a number of a vehicle",
        (
            r"\b(?=[A-Z\d]*\d)(?=[A-Z\d]*[A-Z])[A-HJ-NPR-Z\d]{17}\b",
            r"(?i:\b(?:licen[cs]e|number|registration) plate)\W{0,3}[A-Z\d -]*\d[A-Z\d -]*",
        ),
        "leave it out",
    ),
    Kind(
        "device",
        "a number of a device",
        (
            rf"(?i:\b(?:serial|device|implant|pacemaker|lot|batch){_NUMBER})[\w-]*\d[\w-]*",
            r"(?<![\w:.])\(01\)\d{14}",
        ),
        "name the kind of device alone",
    ),
    Kind("url", "a web address", (r"(?i:\bhttps?://|\bwww\.)\S+",), "leave it out"),
    Kind(
        "ip address",
        "an IP address",
        (r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])",),
        "leave it out",
    ),
    Kind(
        "biometric",
        "a finger or voice print",
        (r"(?i:\b(?:finger|voice|palm) ?prints?\b)",),
        "leave it out",
    ),
    Kind("picture", "a picture or a document", (), "keep pictures out of the data folder"),
    Kind(
        "other number",
        "a number that could be of a record",
        (r"(?<![\w.,:-])\d{7,}(?![\w,-]|\.\d)",),
        "leave it out",
    ),
)

_PATTERNS = [(kind, re.compile("|".join(kind.patterns))) for kind in KINDS if kind.patterns]
#: A text without any of these holds no identifier: nearly all cells are done with this.
_HINT = re.compile(
    r"[@°〒月歳\d]|[A-Z]\. ?[A-Z]\.|(?i:\bm[rsx]|\bdr\b|\bprof|www|://|print|named|initial)"
)


def found_in(text: str) -> Iterator[tuple[Kind, str]]:
    """The identifiers that a text holds, by kind, with the words.

    Parameters
    ----------
    text : str
        A cell or a line.
    """
    if not _HINT.search(text):
        return
    for kind, pattern in _PATTERNS:
        if match := pattern.search(text):
            yield kind, match[0].strip()


def identifiers(
    folder: Path, shown: str, raw: Any, lines: Mapping[tuple, int], tables: Mapping[str, Table]
) -> list[Problem]:
    """Everything in a case folder that could identify a patient and is not disclosed on purpose.

    Parameters
    ----------
    folder : Path
        The folder.
    shown : str
        Its name in messages.
    raw : object
        ``case.yaml`` as it was read.
    lines : dict of int
        Its lines by path.
    tables : dict
        Rows by table, as they were read; ``disclosures`` among them.

    Returns
    -------
    list of Problem
    """
    disclosed = {
        (cells["row"], cells["field"], cells["kind"]): number
        for number, cells in tables.get("disclosures", [])
    }
    used, problems = set(), []
    for row, column, kind, words, place in _hits(folder, raw, lines, tables):
        if (row, column, kind.name) in disclosed:
            used.add((row, column, kind.name))
            continue
        file, _, where = place.partition(", ")
        told = f"or disclose it with a reason in disclosures.csv: {row}, {column}, {kind.name}"
        fix = f"{kind.coarser}; {told}"
        expected = f"nothing that could identify a patient; this looks like {kind.label}"
        problems.append(Problem(f"{shown}/{file}", where, column, words, expected, fix))
    for key, number in disclosed.items():
        if key not in used:
            where = f"row {number}"
            expected = "a row and column in which something of that kind is found"
            fix = "take the row out, or correct it"
            file = f"{shown}/disclosures.csv"
            problems.append(Problem(file, where, "row", ", ".join(key), expected, fix))
    return problems


_Hit = tuple[str, str, Kind, str, str]


def _hits(
    folder: Path, raw: Any, lines: Mapping[tuple, int], tables: Mapping[str, Table]
) -> Iterator[_Hit]:
    """Row, column, kind and words of each, and its place in words."""
    by_name = {kind.name: kind for kind in KINDS}
    for path, text in _scalars(raw):
        row, column = "/".join(["case.yaml", *map(str, path[:-1])]), str(path[-1])
        place = f"case.yaml, line {line_of(lines, path)}"
        for kind, words in found_in(text):
            yield row, column, kind, words, place
    if isinstance(raw, dict) and _is_too_old(subject := raw.get("subject")):
        place = f"case.yaml, line {line_of(lines, ('subject', 'age'))}"
        yield "case.yaml/subject", "age", by_name["age"], subject["age"], place
    for name, table in tables.items():
        for number, cells in table if name != "disclosures" else ():
            key = cells.get("id") or cells.get("item") or str(number)
            for column, text in cells.items():
                if column not in _EXEMPT:
                    for kind, words in found_in(text):
                        place = f"{name}.csv, row {number} ({key})"
                        yield f"{name}/{key}", column, kind, words, place
    readable = plain_files(folder)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if _PICTURES.fullmatch(path.suffix):
            yield path.name, "", by_name["picture"], path.name, path.name
        elif path in readable and (path.name == "case.yaml" or is_story(path)):
            yield from _lines(path)


def _lines(path: Path) -> Iterator[_Hit]:
    """Notes behind # in case.yaml, and stories, line by line."""
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
        text = line if is_story(path) else line.partition(" #")[2] or line.lstrip()
        if is_story(path) or line.lstrip().startswith("#") or " #" in line:
            for kind, words in found_in(text):
                yield path.name, f"line {number}", kind, words, f"{path.name}, line {number}"


def _scalars(raw: Any) -> Iterable[tuple[tuple, str]]:
    """Texts of case.yaml with their paths, without the citation, which is not the patient's."""
    parts: list[tuple[tuple, Any]] = [((), raw)]
    for path, part in parts:
        if path[:1] == ("citation",):
            continue
        if isinstance(part, dict):
            parts += [((*path, key), value) for key, value in part.items()]
        elif isinstance(part, list):
            parts += [((*path, number), value) for number, value in enumerate(part)]
        elif path and not isinstance(part, bool | type(None)):
            yield path, str(part)


def _is_too_old(subject: Any) -> bool:
    """Whether an age over 89 is told more closely than that."""
    if not isinstance(subject, dict):
        return False
    try:
        age = parse(str(subject.get("age", "")), str(subject.get("age_unit", ""))).to("a")
    except (BoundsError, UnitError):
        return False
    return _OLDEST < age.high < float("inf")
