"""A story: Markdown by its author, with values in braces, told for a case under its readings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from casetrace.case.model import Case
from casetrace.case.problems import CaseError, Problem, nearest
from casetrace.case.stories import CLINICIAN
from casetrace.display.trace import mark, sentence_case, stray
from casetrace.narrative.abstract import sentences
from casetrace.narrative.glossary import glossary, glossary_faults, parted
from casetrace.narrative.language import Audience, audience, languages
from casetrace.narrative.placeholders import Placeholders, StoryError

__all__ = ["FIGURE", "Passage", "Story", "check_stories", "story"]

#: Kind of the passage that stands where the course figure does: after the first section.
FIGURE = "figure"

_LINK = re.compile(r"\[([^\[\]@]+)\]\(([^()\s]+)\)")
_CITED = re.compile(r"\[(@[\w-]+(?:;\s*@[\w-]+)*)\]")


@dataclass(frozen=True)
class Passage:
    """A heading, a paragraph or an item of a list.

    Attributes
    ----------
    kind : str
        ``h1``, ``h2``, ``p``, ``li`` or ``figure``.
    source : str
        As it was written, in one line.
    line : int
        Where it stands in its file, from 1; 0 for what the program adds.
    name : str
        Unique in the story: number of its section, and of its place there.
    """

    kind: str
    source: str
    line: int
    name: str


@dataclass(frozen=True)
class Story:
    """A story of a case.

    Attributes
    ----------
    to : Audience
        Whom it is told to.
    passages : tuple of Passage
        In order; the first is the title.
    cited : tuple of str
        Works of the bibliography in the order in which they are cited.
    is_generated : bool
        Whether the program made it, for want of a file.
    words : dict of str
        The curator's words in the language of the story, by how the case has them.
    """

    to: Audience
    passages: tuple[Passage, ...]
    cited: tuple[str, ...]
    is_generated: bool
    words: Mapping[str, str] = field(default_factory=dict)

    def told(self, case: Case, passage: Passage, filler: Placeholders | None = None) -> str:
        """Return a passage for a case under its readings, its numbers and facts marked.

        Parameters
        ----------
        case : Case
            The case under its readings.
        passage : Passage
            One of this story.
        filler : Placeholders, optional
            What fills its braces, where many passages are told of one case.

        Returns
        -------
        str
            Markdown of one line; empty if a condition leaves nothing of it.

        Raises
        ------
        StoryError
            If something in it cannot be told.
        """
        if not passage.line:
            return passage.source
        filler = filler or Placeholders(case, self.to.language)
        told = filler.fill(passage.source)
        told = _LINK.sub(lambda m: mark(m[2], m[1]), told)
        told = _CITED.sub(self._numbered, told)
        told = " ".join(told.split())
        if found := stray(told):
            raise StoryError(f"a digit that no value carries: {found!r}")
        return told if passage.kind in ("h1", "h2") else sentence_case(told)

    def _numbered(self, match: re.Match[str]) -> str:
        """The numbers of cited works, each leading to its work."""
        numbers = [
            mark(f"reference/bibliography/{key}", str(self.cited.index(key) + 1))
            for key in _keys(match[1])
        ]
        return mark("", "[") + ", ".join(numbers) + mark("", "]")


def story(case: Case, name: str = CLINICIAN) -> Story:
    """Return the story of a case to an audience.

    A case without a story for clinicians gets a short abstract.

    Parameters
    ----------
    case : Case
        The case.
    name : str
        The audience: ``clinician``, or as its file is named.

    Raises
    ------
    UsageError
        If the case has no story for it.
    """
    to, text = audience(case, name), case.stories.get(name)
    if text is None:
        return Story(to, tuple(_abstract(case)), (), True)
    passages = tuple(_passages(parted(text)[1]))
    found = [
        key for p in passages for match in _CITED.finditer(p.source) for key in _keys(match[1])
    ]
    return Story(to, passages, tuple(dict.fromkeys(found)), False, glossary(text))


def check_stories(case: Case) -> None:
    """See that every story of a case can be told.

    Raises
    ------
    CaseError
        For every fault in every story: digits, names, options, sources and form.
    """
    problems = [p for name in case.stories for p in _faults(case, name)]
    if problems:
        raise CaseError(problems)


def _abstract(case: Case) -> Iterator[Passage]:
    yield Passage("h1", mark("case.yaml/title", case.head.title), 0, "0-0")
    yield Passage("h2", "Abstract", 0, "1-0")
    yield Passage("p", " ".join(sentences(case)), 0, "1-1")
    yield Passage(FIGURE, "", 0, "1-2")


def _passages(text: str) -> Iterator[Passage]:
    """Headings, paragraphs and items of a list, with the figure after the first section."""
    section = place = 0
    has_figure = False
    for line, block in _blocks(text):
        start = re.match(r"(#+ |- )?", block)[0]
        kind = {"# ": "h1", "## ": "h2", "- ": "li"}.get(start, "p")
        if kind == "h2":
            if section and not has_figure:
                yield Passage(FIGURE, "", 0, f"{section}-{place + 1}")
                has_figure = True
            section, place = section + 1, -1
        place += 1
        source = " ".join(block.removeprefix(start if kind != "p" else "").split())
        yield Passage(kind, source, line, f"{section}-{place}")
    if not has_figure:
        yield Passage(FIGURE, "", 0, f"{section}-{place + 1}")


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs and items, each with the number of its first line."""
    lines: list[str] = []
    first = 0
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        begins = re.match(r"#|- ", line)
        if lines and (not line.strip() or begins or lines[0].startswith("#")):
            yield first, "\n".join(lines)
            lines = []
        if line.strip():
            first = first if lines else number
            lines.append(line)


def _keys(cited: str) -> list[str]:
    return [key.strip().removeprefix("@") for key in cited.split(";")]


def _faults(case: Case, name: str) -> Iterator[Problem]:
    file = f"{case.folder}/story.md" if name == CLINICIAN else f"{case.folder}/story.{name}.md"
    if len(name) == 2 and name not in languages():
        fix = "add how numbers are said in it to src/casetrace/narrative/languages.yaml"
        known = ", ".join(languages())
        yield Problem(file, value=name, expected=f"a language that is known: {known}", fix=fix)
        return
    yield from glossary_faults(case, name, file)
    told = story(case, name)
    is_open = case.stories[name].startswith("---") and not parted(case.stories[name])[0]
    if not is_open and (not told.passages or told.passages[0].kind != "h1"):
        where = f"line {told.passages[0].line if told.passages else 1}"
        yield Problem(file, where, expected="a title", fix="begin with: # Title of the story")
    filler = Placeholders(case, told.to.language)
    works = {work.id for work in case.reference.bibliography}
    for passage in told.passages:
        where = f"line {passage.line}"
        bare = _LINK.sub(lambda m: "" if _says(case, m[2], m[1]) else m[1], passage.source)
        faults = list(filler.check(_CITED.sub("", bare)))
        for match in _LINK.finditer(passage.source):
            if not _leads(case, match[2]):
                hint = nearest(match[2], _places(case), "row")
                faults.append((f"{match[0]} leads nowhere", f"write table/row; {hint}"))
        for key in told.cited:
            if f"@{key}" in passage.source and key not in works:
                faults.append((f"no work {key!r}", nearest(key, works, "work")))
        if not faults and passage.line:
            for chosen in ({}, *_switches(case)):
                try:
                    told.told(case.under(chosen), passage)
                except ValueError as error:
                    when = "".join(f", under {name} = {option}" for name, option in chosen.items())
                    faults.append((f"{error}{when}", "say it otherwise, or in a condition"))
                    break
        for said, fix in faults:
            yield Problem(file, where, value=said, expected="what a story may hold", fix=fix)


def _switches(case: Case) -> Iterator[dict[str, str]]:
    """Every option of every reading, one at a time."""
    for name, reading in case.head.readings.items():
        yield from ({name: option} for option in reading.options)


def _says(case: Case, target: str, words: str) -> bool:
    """Whether every number in some words stands in the name or the words of a row."""
    if not _leads(case, target) or target.startswith(("reference/", "case.yaml/")):
        return False
    row = case.get(*target.split("/", 1))
    own = f"{getattr(row, 'name', '')} {getattr(row, 'as_reported', '')}"
    return all(number in own for number in re.findall(r"\d+", words))


def _leads(case: Case, target: str) -> bool:
    try:
        return bool(case.describe(target)["file"])
    except (KeyError, ValueError, AttributeError, StopIteration, IndexError):
        return False


def _places(case: Case) -> list[str]:
    return [f"{table}/{key}" for table in case.rows for key in _ids(case, table)]


def _ids(case: Case, table: str) -> list[str]:
    return [row.id for row in case.rows[table] if hasattr(row, "id")]
