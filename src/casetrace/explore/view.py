"""A case under its readings as HTML, in which a number says what it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from itertools import zip_longest

from markdown_it import MarkdownIt

from casetrace.case.model import Case
from casetrace.display.table import hint_of, readings_said
from casetrace.display.trace import mark, replace_marks
from casetrace.narrative import narrate
from casetrace.narrative.language import CLINICIAN
from casetrace.narrative.told import PICTURE, literal
from casetrace.page.figures import picture
from casetrace.quantity.wording import value_name
from casetrace.questions.course.figures import course
from casetrace.questions.values import headline

__all__ = ["PANES", "View"]

PANES = ("Clinical course", "Values", "In words")
_STYLE = """<style>
.casetrace { max-width: 62rem; }
.casetrace .scroll { overflow-x: auto; background: #fff; }
.casetrace abbr { text-decoration: none; border-bottom: 1px dotted currentColor; cursor: help;
  position: relative; }
.casetrace abbr:focus::after { content: attr(title); position: absolute; left: 0; top: 1.5em;
  z-index: 9; width: max-content; max-width: 22rem; padding: .4rem .6rem; white-space: pre-line;
  font-size: 13px; font-weight: 400; text-align: left; border: 1px solid #595959;
  background: #fff; color: #1a1a1a; }
.casetrace abbr.changed { border-bottom: 3px double #d55e00; font-weight: 600; }
.casetrace svg { background: #fff; width: 100%; min-width: 42rem; height: auto; display: block;
  font-family: "Liberation Sans", Arial, Helvetica, sans-serif; }
.casetrace svg text { white-space: pre; }
.casetrace svg g.hint { cursor: help; }
.casetrace svg g.hint:hover text { text-decoration: underline; }
.casetrace td, .casetrace th { text-align: left !important; vertical-align: top; }
.casetrace tr.changed td:first-child { border-left: 4px solid #d55e00; }
</style>"""


class View:
    """A case under its readings as HTML; what a number rests on shows when it is pointed at.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    audience : str
        Whom the words are for, see :func:`casetrace.narrative.narrate`.
    """

    def __init__(self, case: Case, audience: str = CLINICIAN) -> None:
        self.case, self.audience = case, audience
        self.values = headline(case)
        self.home = headline(case.at_defaults)
        #: Values that differ from the curator's default, or are not in both.
        self.changed = {
            key
            for key in self.home.keys() | self.values.keys()
            if key not in self.home
            or key not in self.values
            or self.home[key].text() != self.values[key].text()
        }

    def course(self) -> str:
        """The clinical course, each number with what it rests on, and as a table."""
        figure = course(self.case)
        if figure is None:
            return "<p>There is nothing to draw on a time axis.</p>"
        svg = re.sub(
            r'<a class="\w" href="#\w-([^"]+)">', self._led, picture(figure, is_themed=False)
        )
        rows = [
            [escape(m.lane), escape(m.what), self._traced(m.source.split("; ")[0], escape(m.text))]
            for m in figure.marks
        ]
        table = _table(("lane", "what", "value"), rows)
        return (
            f'<div class="scroll">{svg.replace("</a>", "</g>")}</div>'
            f"<details><summary>What is drawn</summary>{table}</details>"
        )

    def table(self) -> str:
        """Every headline value, those that differ from the curator's default first."""
        moved = [
            [
                escape(value_name(key)),
                self._before(key),
                self._traced(key, escape(self.values[key].text()))
                if key in self.values
                else "not there",
            ]
            for key in [*self.values, *(self.home.keys() - self.values.keys())]
            if key in self.changed
        ]
        changes = _table(("changed", "at the default", "now"), moved, [True] * len(moved))
        rows = []
        for key, q in self.values.items():
            readings = escape(readings_said(self.case, q.readings))
            cells = (self._traced(key, escape(q.text())), readings)
            rows.append([escape(value_name(key)), *cells])
        marked = [key in self.changed for key in self.values]
        every = _table(("value", "", "depends on"), rows, marked)
        return f"{changes}<h4>Every value</h4>{every}" if moved else every

    def words(self) -> str:
        """The narrative."""
        told = narrate(self.case, audience=self.audience)
        text = replace_marks(told.text, lambda key, said: mark(key, literal(said)))
        html = MarkdownIt("commonmark", {"html": False}).render(text.replace(PICTURE, ""))
        traced = replace_marks(html, self._traced)
        return f'<div lang="{told.audience.language.code}">{traced}</div>'

    def pane(self, place: int) -> str:
        """Course, values or words, by place in :data:`PANES`, fit to stand alone."""
        made = (self.course, self.table, self.words)[place]()
        return f'{_STYLE}<div class="casetrace">{made}</div>'

    def panes(self) -> tuple[str, ...]:
        """Course, values and words, each fit to stand alone."""
        return tuple(self.pane(place) for place in range(len(PANES)))

    def _before(self, key: str) -> str:
        """A value at the default, with what it rests on there."""
        q = self.home.get(key)
        if q is None:
            return "not there"
        hint = f"{value_name(key)}\n{hint_of(self.case.at_defaults, q)}"
        return f'<abbr tabindex="0" title="{escape(hint)}">{escape(q.text())}</abbr>'

    def _traced(self, key: str, html: str) -> str:
        """A piece of text that says what it rests on when it is pointed at."""
        if not key or not html:
            return html
        kind = ' class="changed"' if key in self.changed else ""
        return f'<abbr{kind} tabindex="0" title="{escape(self._rests_on(key))}">{html}</abbr>'

    def _led(self, link: re.Match[str]) -> str:
        """The same for a piece of a picture."""
        return f'<g class="hint"><title>{escape(self._rests_on(unescape(link[1])))}</title>'

    def _rests_on(self, key: str) -> str:
        """What a value or a fact rests on, in a line or two."""
        if key not in self.values:
            return hint_of(self.case, key)
        return f"{value_name(key)}\n{hint_of(self.case, self.values[key])}"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        titles = (
            f"<h3>{title}</h3>{pane}" for title, pane in zip(PANES, self.panes(), strict=True)
        )
        note = "<p><em>Opened in JupyterLab and run, this cell has controls.</em></p>"
        return {"text/html": note + "".join(titles), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"View of {self.case.id}, {self.case.scenario}: {len(self.values)} values"


def _table(columns: tuple[str, ...], rows: list[list[str]], changed: Sequence[bool] = ()) -> str:
    """Rows of HTML cells as a table, some rows marked as changed."""
    lines = ["".join(f"<th>{c}</th>" for c in columns)]
    lines += ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    kinds = ["", *(" class='changed'" if is_changed else "" for is_changed in changed)]
    pairs = zip_longest(kinds, lines, fillvalue="")
    return f"<table>{''.join(f'<tr{kind}>{line}</tr>' for kind, line in pairs)}</table>"
