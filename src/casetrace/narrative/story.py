"""Fill the narrative's template with the values of a case, and render it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
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
from casetrace.display.trace import SIGNS, mark, parts, replace_marks, split, stray, without_signs
from casetrace.narrative import analyses, findings, treatment
from casetrace.narrative.audience import CLINICIAN, Audience
from casetrace.narrative.audience import audience as find
from casetrace.narrative.narrator import PICTURE, Narrator
from casetrace.narrative.source_tables import FACT_COLUMNS, VALUE_COLUMNS, fact_rows, value_rows
from casetrace.quantity import Quantity
from casetrace.questions.values import as_records, headline

__all__ = ["Narrative", "narrate", "opening"]


def html_anchor(key: str) -> str:
    """The first cell of a row in plain Markdown."""
    return f'<a id="{key}"></a>`{key}`'


@dataclass(frozen=True)
class Narrative:
    """The narrative of a case under its scenario.

    Attributes
    ----------
    case : Case
        What it tells of.
    values : dict of Quantity
        The headline values.
    text : str
        The filled template, with marks (see :mod:`casetrace.display.trace`).
    parts : tuple of (str, str)
        The same in parts, each with its kind (see :func:`casetrace.display.trace.parts`).
    narrator : Narrator
        What told it, in the words of its audience.
    figure : Figure or None
        The clinical course, for its alternative text.
    """

    case: Case
    values: dict[str, Quantity]
    text: str
    parts: tuple[tuple[str, str], ...]
    narrator: Narrator
    figure: Figure | None = None

    @property
    def audience(self) -> Audience:
        """Whom it is told to."""
        return self.narrator.audience

    @property
    def unsaid(self) -> list[str]:
        """Names that the audience has no words for: they stand as they do in the data."""
        return [name for name, words in self.narrator.asked.items() if words is None]

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The headline values as plain records."""
        return as_records(self.case, self.values)

    def markdown(self, picture: str = "", anchor: Callable[[str], str] = html_anchor) -> str:
        """Markdown, every number a link to its row in the tables at the end.

        Parameters
        ----------
        picture : str
            Path of the course figure, from where the text will lie; left out without one.
        anchor : callable
            Gives the cell that links to an id lead to.
        """
        body = replace_marks(self.text, self._link)
        if picture and self.figure:
            alt = self.audience.phrases.get("picture", self.figure.alt)
            alt = alt.replace("[", "(").replace("]", ")")
            body = body.replace(PICTURE, f"![{alt}]({picture})")
        else:
            body = body.replace(PICTURE + "\n\n", "")
        return f"{body.rstrip()}\n\n{self._tables(anchor)}"

    def export(self, folder: Path) -> None:
        """Write Markdown and, once for all audiences, values into a folder."""
        where = (
            "../figures"
            if self.case.scenario != DEFAULT_SCENARIO
            else (f"../../figures/{self.case.id}")
        )
        picture = f"{where}/course.svg"
        write_bytes(folder / self.audience.file, self.markdown(picture).encode())
        if self.audience.name != CLINICIAN:
            return
        records = json.dumps(self.records, indent=1, ensure_ascii=False)
        write_bytes(folder / "values.json", f"{records}\n".encode())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        body = replace_marks(self.text, self._hinted)
        body = body.replace(PICTURE + "\n\n", "")
        return {"text/markdown": body.strip() + "\n", "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"{self.audience.title}, {self.case.id}: {len(self.values)} values"

    def _link(self, key: str, words: str) -> str:
        """Words with a link to the row they come from; facts without a number have none."""
        return f"[{literal(words)}](#{key})" if self._is_traced(key, words) else literal(words)

    def _hinted(self, key: str, words: str) -> str:
        """The same for a notebook: what the words rest on shows when they are pointed at."""
        if not self._is_traced(key, words):
            return literal(words)
        hint = hint_of(self.case, self.values.get(key, key))
        return f'<abbr title="{escape(hint)}">{literal(words)}</abbr>'

    def _is_traced(self, key: str, words: str) -> bool:
        return key in self.values or bool(re.search(r"\d", words))

    def _tables(self, anchor: Callable[[str], str]) -> str:
        facts = {
            key: None
            for _, text in self.parts
            for key, words, _ in split(text)
            if key and key not in self.values and re.search(r"\d", words)
        }
        said = {key: self.narrator.text(q) for key, q in self.values.items()}
        lines = [
            f"## {self._heading('Values and their sources')}",
            "",
            *self._table(VALUE_COLUMNS, value_rows(self.records, said), anchor),
        ]
        if facts:
            rows = fact_rows(self.case, facts)
            lines += ["", f"## {self._heading('Facts and their sources')}", ""]
            lines += self._table(FACT_COLUMNS, rows, anchor)
        return "\n".join(lines) + "\n"

    def _heading(self, text: str) -> str:
        return self.audience.words.get(text, text)

    def _table(
        self,
        columns: dict[str, int],
        rows: dict[str, list[str]],
        anchor: Callable[[str], str],
    ) -> Iterator[str]:
        """Lines of a Markdown table whose first cells can be led to."""
        yield f"| {' | '.join(map(self._heading, columns))} |".replace("|  |", "| |")
        yield f"|{'|'.join('-' * width for width in columns.values())}|"  # pandoc takes the widths
        for key, (_, *cells) in rows.items():
            told = (literal(c).replace("\n", " ") for c in cells)
            yield f"| {' | '.join([anchor(key), *told])} |"


def narrate(case: Case, figure: Figure | None = None, audience: str = CLINICIAN) -> Narrative:
    """Tell the case from its values.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    figure : Figure
        The clinical course, for its alternative text.
    audience : str
        Whom to tell it to, as its template is named: ``summary`` (a clinician), ``parent``,
        ``ja``.

    Returns
    -------
    Narrative

    Raises
    ------
    ValueError
        If a digit of the text does not come from a value or a row.
    UsageError
        If there is no such audience.
    """
    values, to = headline(case), find(audience)
    narrator = Narrator(case, values, to)
    told = "".join(render(narrator, section) for section in to.template.blocks)
    return Narrative(case, values, without_signs(told), tuple(parts(told)), narrator, figure)


def opening(case: Case) -> Note:
    """Say whom the case is of, in a sentence whose number says what it rests on."""
    head, age = case.head, headline(case)["subject.age"]
    told = (
        f"A {head.subject.noun}, {mark('subject.age', age.text())} old {head.subject.age_means}, "
        f"with {head.diagnosis.name}."
    )
    return Note(told, {"subject.age": hint_of(case, age)})


def names_of(narrator: Narrator) -> dict[str, Any]:
    """Every name that a template may use, put together once for a narrator."""
    if not narrator.names:
        narrator.names = dict(narrator.vocabulary)
        for more in (findings, treatment, analyses):
            narrator.names |= more.vocabulary(narrator)
    return narrator.names


def render(narrator: Narrator, section: str) -> str:
    """One section of the template, a block of it, filled; see :func:`narrate`."""
    template = narrator.audience.template
    context = template.new_context({**names_of(narrator), **SIGNS})
    told = "".join(template.blocks[section](context))
    if found := stray(told):
        raise ValueError(f"a digit that no value carries: {found!r}")
    return told


def literal(text: str) -> str:
    """Text as Markdown shows it literally."""
    return re.sub(r"([\\`*_\[\]<>|#&])", r"\\\1", text)
