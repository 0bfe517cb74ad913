"""Find the words of every curated row in a reader's own copy of the article.

Text extracted from a PDF breaks lines, hyphenates, sets ligatures and thin spaces, wraps
numbers in formula marks and interleaves columns. None of that makes a quotation less exact;
another number, or a word that is not there, does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from casetrace.case.model import Case
from casetrace.case.problems import UsageError
from casetrace.case.rows import KEYS, TABLES

__all__ = ["Article", "Match", "quotations", "read_article", "verify"]

ENOUGH = 88.0
WORD_ENOUGH = 75.0
SHORTEST_PART = 6
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
# Marks that differ between copies: dashes, quotation marks, formula signs.
_SAME = str.maketrans(
    {"‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-", "’": "'", "‘": "'", "“": '"', "”": '"'}
)


@dataclass(frozen=True)
class Match:
    """How a quotation was found.

    Attributes
    ----------
    source : str
        The row it belongs to.
    words : str
        The quotation.
    status : str
        ``exact``, ``fuzzy`` or ``lost``.
    score : float
        Similarity in percent (100 if exact, of the best passage if lost).
    line : int
        Line of the article where it begins; 0 if lost.
    """

    source: str
    words: str
    status: str
    score: float
    line: int


class Article:
    """The text of an article, made comparable.

    Parameters
    ----------
    text : str
        As extracted, line breaks included.
    """

    def __init__(self, text: str) -> None:
        self.text = _spelling(text)
        kept = [(i, c) for i, c in enumerate(self.text) if not (c.isspace() or c == "-")]
        self.compact = "".join(c for _, c in kept)
        self._at = [i for i, _ in kept]

    def find(self, words: str) -> tuple[str, float, int]:
        """Find a quotation; returns status, score and line.

        An exact match may run across one column break: then the first part ends a line, or
        the second begins one.
        """
        wanted = _compact(words)
        if not wanted:
            return "lost", 0.0, 0
        at = self._exact(wanted)
        if at is None:
            at = self._across_columns(words)
        if at is not None:
            return "exact", 100.0, self._line(at)
        best = fuzz.partial_ratio_alignment(wanted, self.compact)
        if best is None or best.dest_end == best.dest_start:
            return "lost", 0.0, 0
        passage = self._passage(best.dest_start, best.dest_end)
        if best.score >= ENOUGH and _same_numbers(words, passage) and _same_words(words, passage):
            return "fuzzy", round(best.score, 1), self._line(best.dest_start)
        return "lost", round(best.score, 1), 0

    def _exact(self, wanted: str, ends_line: bool = False, starts_line: bool = False) -> int | None:
        start = self.compact.find(wanted)
        while start != -1:
            first, last = self._at[start], self._at[start + len(wanted) - 1]
            if (
                self._whole_number(first, last)
                and (not ends_line or re.match(r"[ \t]*(\n|$)", self.text[last + 1 :]))
                and (not starts_line or re.search(r"(^|\n)[ \t]*$", self.text[:first]))
            ):
                return start
            start = self.compact.find(wanted, start + 1)
        return None

    def _across_columns(self, words: str) -> int | None:
        parts = words.split()
        for cut in range(1, len(parts)):
            before, after = _compact(" ".join(parts[:cut])), _compact(" ".join(parts[cut:]))
            if min(len(before), len(after)) < SHORTEST_PART:
                continue
            for ends, starts in ((True, False), (False, True)):
                at = self._exact(before, ends_line=ends)
                if at is not None and self._exact(after, starts_line=starts) is not None:
                    return at
        return None

    def _whole_number(self, first: int, last: int) -> bool:
        """Whether no digit of the article goes on where the passage begins or ends."""
        before, after = self.text[max(0, first - 2) : first], self.text[last + 1 : last + 3]
        cut_before = self.text[first].isdigit() and re.search(r"\d[.,]?$", before)
        cut_after = self.text[last].isdigit() and re.match(r"[.,]?\d", after)
        return not (cut_before or cut_after)

    def _passage(self, start: int, end: int) -> str:
        first, last = self._at[start], self._at[min(end, len(self._at)) - 1]
        while first > 0 and not self.text[first - 1].isspace():
            first -= 1
        while last + 1 < len(self.text) and not self.text[last + 1].isspace():
            last += 1
        return self.text[first : last + 1]

    def _line(self, at: int) -> int:
        return self.text.count("\n", 0, self._at[at]) + 1


def read_article(path: Path) -> Article:
    """Read an article saved as text.

    Raises
    ------
    UsageError
        If the file is not there or is not text.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if b"\x00" in raw or raw.startswith(b"%PDF"):
        raise UsageError(f"{path} is not text: save or extract the article as a text file first")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if not text.strip():
        raise UsageError(f"{path} is empty")
    return Article(text)


def quotations(case: Case) -> Iterator[tuple[str, str]]:
    """Every quotation of a case, as (source, words): tables, head and readings."""
    head = case.head
    for name, part in (("subject", head.subject), ("diagnosis", head.diagnosis)):
        yield f"case.yaml/{name}", part.as_reported
    for clock in head.clocks:
        if clock.as_reported:
            yield f"case.yaml/clocks/{clock.id}", clock.as_reported
    for name, reading in head.readings.items():
        if reading.as_reported:
            yield f"case.yaml/readings/{name}", reading.as_reported
    for table in TABLES:
        for row in case.rows[table]:
            for field in ("as_reported", "schedule_as_reported"):
                if words := getattr(row, field, ""):
                    yield f"{table}/{getattr(row, KEYS.get(table, 'id'))}", words


def verify(case: Case, article: Article) -> list[Match]:
    """Find every quotation of a case in an article."""
    return [Match(source, words, *article.find(words)) for source, words in quotations(case)]


def _spelling(text: str) -> str:
    """One spelling for what copies spell differently, line breaks kept.

    Ligatures and thin spaces (NFKC), soft hyphens, dashes, formula marks around numbers, and
    the capital I that text extraction reads for the l of litre.
    """
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = re.sub("[\u00ad\u200b\u200c\u200d\u2060\ufeff]", "", text).translate(_SAME)
    text = text.replace("{,}", ",").replace("$", "").casefold()
    return re.sub(r"\b(iu|u|ng|mg)/i\b", r"\1/l", text)


def _compact(words: str) -> str:
    return re.sub(r"[\s-]", "", _spelling(words))


def _numbers(text: str) -> set[str]:
    joined = re.sub(r"(?<=\d)[\s](?=\d{3}\b)", "", text)
    return {n.rstrip(".,").replace(",", "") for n in _NUMBER.findall(joined)}


def _same_numbers(words: str, passage: str) -> bool:
    return _numbers(_spelling(words)) <= _numbers(passage)


def _same_words(words: str, passage: str) -> bool:
    there = _WORD.findall(passage.replace("-\n", ""))
    return all(
        any(fuzz.ratio(word, other) >= WORD_ENOUGH for other in there)
        for word in _WORD.findall(_spelling(words))
    )
