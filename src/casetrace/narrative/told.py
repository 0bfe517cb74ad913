"""The narrative of a case: its story with the record behind it, told under its readings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from casetrace.case.model import Case
from casetrace.case.project import DEFAULT_SCENARIO
from casetrace.case.write import write_bytes
from casetrace.display.figure import Figure
from casetrace.display.table import Note, hint_of
from casetrace.display.trace import mark, plain, replace_marks, split
from casetrace.narrative.abstract import patient
from casetrace.narrative.language import CLINICIAN, Audience, audiences
from casetrace.narrative.placeholders import Placeholders, StoryError
from casetrace.narrative.record import RecordTable, record
from casetrace.narrative.sources import SOURCE_COLUMNS, VALUE_COLUMNS, source_rows, value_rows
from casetrace.narrative.story import FIGURE, Story, check_stories, story
from casetrace.quantity import Quantity
from casetrace.questions.values import as_records, headline

__all__ = [
    "PICTURE",
    "Narrative",
    "citation",
    "literal",
    "narrate",
    "opening",
    "others",
    "passages",
    "status",
]

#: Kind, name and Markdown of one line of each passage.
Told = tuple[str, str, str]


@dataclass(frozen=True)
class Narrative:
    """The narrative of a case under its scenario.

    Attributes
    ----------
    case : Case
        What it tells of.
    story : Story
        What is told.
    values : dict of Quantity
        The headline values.
    parts : tuple of (str, str, str)
        Kind (``h1``, ``h2``, ``p``, ``li``, ``figure``, ``status``), name, and Markdown of one
        line with marks (see :mod:`casetrace.display.trace`).
    figure : Figure or None
        The clinical course, for its alternative text.
    """

    case: Case
    story: Story
    values: dict[str, Quantity]
    parts: tuple[Told, ...]
    figure: Figure | None = None

    @property
    def audience(self) -> Audience:
        """Whom it is told to."""
        return self.story.to

    @cached_property
    def record(self) -> list[RecordTable]:
        """The tables behind the story; for clinicians."""
        return record(self.case) if self.audience.name == CLINICIAN else []

    @cached_property
    def text(self) -> str:
        """The story as Markdown with its marks."""
        signs = {"h1": "# ", "h2": "## ", "li": "- "}
        lines: list[str] = []
        for kind, _, told in self.parts:
            if kind == FIGURE:
                lines += ["", PICTURE]
            elif told:
                goes_on = kind == "li" and bool(lines) and lines[-1].startswith("- ")
                lines += [*([] if goes_on else [""]), signs.get(kind, "") + told]
        return "\n".join(lines).strip() + "\n"

    def markdown(self, picture: str = "", anchor: Callable[[str, str], str] | None = None) -> str:
        """Markdown, every number a link to its row in the tables at the end.

        Parameters
        ----------
        picture : str
            Path of the course figure, from where the text will lie; left out without one.
        anchor : callable
            Gives the cell that links to an id lead to, from the id and its words.
        """
        body = replace_marks(self.text, self._link)
        alt = self.audience.language.phrases["picture"].format(
            alt=self.figure.alt if self.figure else ""
        )
        alt = alt.replace("[", "(").replace("]", ")")
        shown = f"![{alt}]({picture})" if picture and self.figure else ""
        body = body.replace(PICTURE, shown)
        tables = "\n".join(self._tables(anchor or html_anchor))
        return re.sub(r"\n{3,}", "\n\n", f"{body.rstrip()}\n\n{tables}".rstrip() + "\n")

    def export(self, folder: Path) -> None:
        """Write Markdown and, once for all audiences, values into a folder."""
        is_default = self.case.scenario == DEFAULT_SCENARIO
        where = f"../../figures/{self.case.id}" if is_default else "../figures"
        write_bytes(folder / self.audience.file, self.markdown(f"{where}/course.svg").encode())
        if self.audience.name == CLINICIAN:
            records = json.dumps(as_records(self.case, self.values), indent=1, ensure_ascii=False)
            write_bytes(folder / "values.json", f"{records}\n".encode())

    def keys(self) -> list[str]:
        """Values and rows that something in story or record is marked as, each once, in order."""
        texts = [text for _, _, text in self.parts]
        texts += [cell for t in self.record for cells in t.rows.values() for cell in cells]
        return list(dict.fromkeys(key for text in texts for key, _, _ in split(text) if key))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        body = replace_marks(self.text, self._hinted).replace(PICTURE + "\n\n", "")
        return {"text/markdown": body.strip() + "\n", "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"{self.audience.title}, {self.case.id}: {len(plain(self.text).split())} words"

    def _link(self, key: str, words: str) -> str:
        return f"[{literal(words)}](#{key})" if key else literal(words)

    def _hinted(self, key: str, words: str) -> str:
        """The same for a notebook: what the words rest on shows when they are pointed at."""
        if not key:
            return literal(words)
        hint = hint_of(self.case, self.values.get(key, key))
        return f'<abbr title="{escape(hint)}">{literal(words)}</abbr>'

    def _tables(self, anchor: Callable[[str, str], str]) -> Iterator[str]:
        """The record, then what the links lead to, as Markdown tables."""
        for table in self.record:
            yield from (f"## {table.title}", "")
            rows = ([replace_marks(c, self._link) for c in cells] for cells in table.rows.values())
            yield from _table(table.columns, rows)
        keys = self.keys()
        values = [key for key in keys if key in self.values]
        if values:
            yield from ("## Values and their sources", "")
            rows = value_rows(self.case, {key: self.values[key] for key in values})
            yield from _anchored(VALUE_COLUMNS, rows, anchor)
        facts = [key for key in keys if key not in self.values]
        if facts:
            yield from ("## Facts and their sources", "")
            yield from _anchored(SOURCE_COLUMNS, source_rows(self.case, facts), anchor)


#: Stands in the text where the figure does.
PICTURE = "COURSE-FIGURE"


def narrate(case: Case, figure: Figure | None = None, audience: str = CLINICIAN) -> Narrative:
    """Tell the case: its story, or a short abstract if it has none, and its record.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    figure : Figure
        The clinical course, for its alternative text.
    audience : str
        Whom to tell it to: ``clinician``, or as the file of the story is named
        (``story.parent.md``: ``parent``).

    Returns
    -------
    Narrative

    Raises
    ------
    CaseError
        If something in the story cannot be told: every fault, with file and line.
    UsageError
        If the case has no story for that audience.
    """
    told = story(case, audience)
    try:
        parts = tuple(passages(case, told))
    except StoryError:
        check_stories(case)  # names every fault
        raise
    return Narrative(case, told, headline(case), parts, figure)


class Others:
    """The stories of a case for other audiences than clinicians, one below the other.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    """

    def __init__(self, case: Case) -> None:
        self.told = [narrate(case, audience=to.name) for to in audiences(case)[1:]]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        texts = [one._repr_mimebundle_()["text/markdown"] for one in self.told]
        return {"text/markdown": "\n".join(texts) or NO_OTHERS, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return "; ".join(map(repr, self.told)) or NO_OTHERS


NO_OTHERS = "This case has a story for clinicians alone."


def others(case: Case) -> Others:
    """Return the stories of a case for other audiences than clinicians."""
    return Others(case)


def passages(case: Case, told: Story) -> Iterator[Told]:
    """Each passage of a story under the readings of a case, with what the program adds."""
    words = told.to.language.phrases
    filler = Placeholders(case, told.to.language)
    for passage in told.passages:
        yield passage.kind, passage.name, told.told(case, passage, filler)
        if passage.kind == "h1":
            yield "status", "0-status", status(case, told)
            yield "p", "0-cited", f"{citation(case)} {words['colophon']}"
    if told.cited:
        yield "h2", "cited-0", words["references"]
        for number, key in enumerate(told.cited, start=1):
            work = f"reference/bibliography/{key}"
            cited = case.reference.get("bibliography", key).cited()
            yield "p", f"cited-{number}", mark(work, f"{number}. {cited}")


def status(case: Case, told: Story) -> str:
    """Say which readings are not the curator's default; empty if none is."""
    if case.is_default:
        return ""
    readings = case.at_defaults.head.readings
    switched = {n: o for n, o in case.chosen.items() if o != readings[n].default}
    labels = {n: readings[n].options[o].label for n, o in switched.items()}
    said = "; ".join(
        mark(f"case.yaml/readings/{n}", told.words.get(label, label)) for n, label in labels.items()
    )
    return f"*{told.to.language.phrases['not_default'].format(readings=said)}*"


def citation(case: Case) -> str:
    """The report that the case is curated from, marked as what case.yaml says of it."""
    cited = case.head.citation
    day = f"{cited.published.day} {cited.published:%B %Y}" if cited.published else cited.year
    parts = (cited.authors, cited.title, cited.journal, str(day))
    text = " ".join(f"{part.rstrip('.')}." for part in parts if part)
    return mark("case.yaml/citation", text + (f" doi:{cited.doi}" if cited.doi else ""))


def opening(case: Case) -> Note:
    """Say whom the case is of, in a sentence whose number says what it rests on."""
    age = headline(case).get("subject.age")
    return Note(patient(case), {"subject.age": hint_of(case, age)} if age else {})


def literal(text: str) -> str:
    """Text as Markdown shows it literally."""
    return re.sub(r"([\\`*_\[\]<>|#&])", r"\\\1", text)


def html_anchor(key: str, words: str) -> str:
    """The first cell of a row in plain Markdown."""
    return f'<a id="{key}"></a>{literal(words)}'


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(columns)
    yield f"| {' | '.join(names)} |"
    yield f"|{'|'.join('---' for _ in names)}|"
    for row in rows:
        yield f"| {' | '.join(cell.replace(chr(10), ' ') for cell in row)} |"
    yield ""


def _anchored(
    columns: Iterable[str], rows: dict[str, list[str]], anchor: Callable[[str, str], str]
) -> Iterator[str]:
    yield from _table(
        columns,
        ([anchor(key, first), *map(literal, rest)] for key, (first, *rest) in rows.items()),
    )
