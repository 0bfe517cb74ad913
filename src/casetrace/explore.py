"""Explore a case in JupyterLab: choose readings, and see figure, values and words follow."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from html import escape
from itertools import zip_longest
from typing import Any

from markdown_it import MarkdownIt

from casetrace import charts
from casetrace.case import Case, CaseError, UsageError, load
from casetrace.narrative import narrate
from casetrace.narrative.audience import CLINICIAN, audiences
from casetrace.narrative.ledger import fact_rows, value_rows
from casetrace.narrative.story import literal
from casetrace.narrative.teller import PICTURE
from casetrace.narrative.trace import mark, replace_marks
from casetrace.project import DEFAULT_SCENARIO
from casetrace.values import as_records, headline

__all__ = ["View", "explore"]

PANES = ("Clinical course", "Values", "In words")
_STYLE = """<style>
.casetrace { max-width: 62rem; overflow-wrap: anywhere; }
.casetrace abbr { text-decoration: none; border-bottom: 1px dotted currentColor; cursor: help; }
.casetrace svg { background: #fff; width: 100%; height: auto; }
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
        home = headline(case.at_defaults)
        #: Values that differ from the curator's default, or are not in both.
        self.changed = {
            key
            for key in home.keys() | self.values.keys()
            if key not in home
            or key not in self.values
            or home[key].text() != self.values[key].text()
        }
        rows = value_rows(as_records(case, self.values))
        self._hints = {key: _hint(*cells) for key, cells in rows.items()}

    def course(self) -> str:
        """The clinical course, and what is drawn in it as a table."""
        figure = charts.course(self.case)
        if figure is None:
            return "<p>There is nothing to draw on a time axis.</p>"
        rows = [
            [escape(m.lane), escape(m.what), self._traced(m.source.split("; ")[0], escape(m.text))]
            for m in figure.marks
        ]
        table = _table(("lane", "what", "value"), rows)
        return f"{figure.svg}<details><summary>What is drawn</summary>{table}</details>"

    def table(self) -> str:
        """Every headline value; those that differ from the curator's default are marked."""
        rows = []
        for key, q in self.values.items():
            readings = ", ".join(f"{name}: {self.case.chosen[name]}" for name in q.readings)
            rows.append([escape(key), self._traced(key, escape(q.text())), escape(readings)])
        marked = [key in self.changed for key in self.values]
        return _table(("value", "", "hangs on"), rows, marked)

    def words(self) -> str:
        """The narrative."""
        told = narrate(self.case, audience=self.audience)
        text = replace_marks(told.text, lambda key, said: mark(key, literal(said)))
        html = MarkdownIt("commonmark", {"html": False}).render(text.replace(PICTURE, ""))
        traced = replace_marks(html, self._traced)
        return f'<div lang="{told.audience.language}">{traced}</div>'

    def panes(self) -> tuple[str, str, str]:
        """Course, values and words, each fit to stand alone."""
        made = (self.course(), self.table(), self.words())
        return tuple(f'{_STYLE}<div class="casetrace">{pane}</div>' for pane in made)

    def _traced(self, key: str, html: str) -> str:
        """A piece of text that says what it rests on when it is pointed at."""
        if not key or not html:
            return html
        if key not in self._hints:
            self._hints[key] = _hint(*fact_rows(self.case, [key])[key])
        hint = escape(self._hints[key])
        return f'<abbr tabindex="0" title="{hint}">{html}</abbr>'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        titles = (
            f"<h3>{title}</h3>{pane}" for title, pane in zip(PANES, self.panes(), strict=True)
        )
        note = "<p><em>Opened in JupyterLab and run, this cell has controls.</em></p>"
        return {"text/html": note + "".join(titles), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"View of {self.case.id}, {self.case.scenario}: {len(self.values)} values"


class Controls:
    """The same with controls: case, scenario, each reading, and whom the words are for."""

    def __init__(self, case: Case) -> None:
        import ipywidgets as w

        self._w = w
        wide = {"layout": {"width": "auto"}, "style": {"description_width": "7rem"}}
        self.cases = w.Dropdown(
            options=case.where.cases(), value=case.id, description="Case", **wide
        )
        self.scenarios = w.Dropdown(description="Read as", **wide)
        self.audiences = w.Dropdown(
            options=[(to.title, to.name) for to in audiences()], description="Words", **wide
        )
        self.readings: dict[str, Any] = {}
        self.choices = w.VBox()
        self.status = w.HTML()
        self.tabs = w.Tab(children=[w.HTML() for _ in PANES], titles=PANES)
        choices = w.Accordion(children=[self.choices], titles=("Choose each reading",))
        top = [self.cases, self.scenarios, self.audiences, choices, self.status, self.tabs]
        self.box = w.VBox(top)
        self._quiet = False
        self.cases.observe(lambda change: self._open(change.new), "value")
        self.scenarios.observe(lambda change: self._read_as(change.new), "value")
        self.audiences.observe(lambda _: self._show(), "value")
        self._fill(case)

    def _open(self, name: str) -> None:
        try:
            self._fill(load(name, where=self.case.where))
        except (CaseError, UsageError) as error:
            self.status.value = f"<pre>{escape(str(error))}</pre>"

    def _fill(self, case: Case) -> None:
        """Set the controls for a case, and show it."""
        self.case = case
        head, w = case.at_defaults.head, self._w
        self.readings, rows = {}, []
        for name, reading in head.readings.items():
            box = w.Dropdown(
                options=[(option.label, key) for key, option in reading.options.items()],
                value=case.chosen[name],
                layout={"width": "auto"},
            )
            box.observe(self._switched, "value")
            self.readings[name] = box
            said = f"“{reading.as_reported}” ({reading.place})" if reading.as_reported else ""
            question = f"<b>{escape(reading.question)}</b> {escape(said)}"
            rows.append(w.VBox([w.HTML(question), box]))
        self.choices.children = rows
        self._silently(self.scenarios, options=self._scenarios(), value=self._scenario())
        self._show()

    def _scenarios(self) -> list[tuple[str, str]]:
        named = [(s.label, name) for name, s in self.case.at_defaults.head.scenarios.items()]
        return [("the curator does", DEFAULT_SCENARIO), *named, ("chosen below", "")]

    def _scenario(self) -> str:
        """The scenario that the readings make; empty if none does."""
        home = self.case.at_defaults
        if self.case.is_default:
            return DEFAULT_SCENARIO
        for name, scenario in home.head.scenarios.items():
            if {**home.chosen, **scenario.readings} == dict(self.case.chosen):
                return name
        return ""

    def _read_as(self, name: str) -> None:
        if self._quiet or not name:
            return
        home = self.case.at_defaults
        named = home.head.scenarios[name].readings if name != DEFAULT_SCENARIO else {}
        self.case = home.under(named)
        for reading, box in self.readings.items():
            self._silently(box, value=self.case.chosen[reading])
        self._show()

    def _switched(self, _: Any) -> None:
        if self._quiet:
            return
        self.case = self.case.under({name: box.value for name, box in self.readings.items()})
        self._silently(self.scenarios, value=self._scenario())
        self._show()

    def _show(self) -> None:
        view = View(self.case, self.audiences.value)
        switched = {
            name: option
            for name, option in self.case.chosen.items()
            if option != self.case.at_defaults.chosen[name]
        }
        said = ", ".join(f"{name}: {option}" for name, option in switched.items())
        self.status.value = (
            f"<b>{escape(said)}</b>; values changed: {len(view.changed)}" if said else ""
        )
        for pane, html in zip(self.tabs.children, view.panes(), strict=True):
            pane.value = html

    def _silently(self, box: Any, **traits: Any) -> None:
        self._quiet = True
        for name, value in traits.items():
            setattr(box, name, value)
        self._quiet = False


def explore(case: Case, live: bool | None = None) -> Any:
    """Show a case with controls for its readings.

    Parameters
    ----------
    case : Case
        The case under the scenario to begin with.
    live : bool
        Whether to show controls. Left out: only in a session that a Jupyter server began, so
        that papermill and nbval get a view without them, which is the same each time.

    Returns
    -------
    View or ipywidgets.VBox
        Without ipywidgets, a view.
    """
    if live is None:
        live = bool(os.environ.get("JPY_SESSION_NAME"))
    if live:
        try:
            return Controls(case).box
        except ImportError:
            return View(case)
    return View(case)


def _hint(key: str, *cells: str) -> str:
    """What a value or a fact rests on, in a line or two."""
    return "\n".join([key, *(re.sub(r"\s+", " ", c) for c in cells if c)])


def _table(columns: tuple[str, ...], rows: list[list[str]], changed: Sequence[bool] = ()) -> str:
    """Rows of HTML cells as a table, some rows marked as changed."""
    lines = ["".join(f"<th>{c}</th>" for c in columns)]
    lines += ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    kinds = ["", *(" class='changed'" if is_changed else "" for is_changed in changed)]
    pairs = zip_longest(kinds, lines, fillvalue="")
    return f"<table>{''.join(f'<tr{kind}>{line}</tr>' for kind, line in pairs)}</table>"
