"""Controls for a view of a case: which case, how it is read, and whom the words are for."""

from __future__ import annotations

import os
from html import escape
from typing import Any

from casetrace.case.load import load
from casetrace.case.model import Case
from casetrace.case.problems import CaseError, UsageError
from casetrace.case.project import DEFAULT_SCENARIO
from casetrace.explore.view import PANES, View
from casetrace.narrative.language import audiences

__all__ = ["explore"]

BUSY = '<span role="status">Working it out …</span>'


class Controls:
    """A view with controls beside it: case, scenario, each reading, and whom the words are for."""

    def __init__(self, case: Case) -> None:
        import ipywidgets as w

        self._w = w
        wide = {"layout": {"width": "auto"}, "style": {"description_width": "4.5rem"}}
        self.cases = w.Dropdown(
            options=case.where.cases(), value=case.id, description="Case", **wide
        )
        self.again = w.Button(
            description="Read the data again",
            tooltip="after a change in data/",
            icon="refresh",
            layout={"width": "auto", "flex": "0 0 auto"},
        )
        self.scenarios = w.Dropdown(description="Read as", **wide)
        self.audiences = w.Dropdown(description="Words", **wide)
        self.readings: dict[str, Any] = {}
        self.choices = w.VBox(
            layout={"max_height": "26rem", "overflow": "auto", "flex": "0 0 auto"}
        )
        self.status = w.HTML()
        self.tabs = w.Tab(children=[w.HTML() for _ in PANES], titles=PANES)
        side = [self.cases, self.again, self.scenarios, self.audiences, self.choices]
        self.box = w.HBox(
            [
                w.VBox(side, layout={"width": "20rem", "flex": "0 0 auto"}),
                w.VBox([self.status, self.tabs], layout={"flex": "1 1 32rem", "min_width": "0"}),
            ],
            layout={"flex_flow": "row wrap", "align_items": "flex-start"},
        )
        self._quiet = False
        self._stale: set[int] = set()
        self.tabs.observe(lambda _: self._show_pane(), "selected_index")
        self.cases.observe(self._opened, "value")
        self.again.on_click(lambda _: self._open(self.cases.value))
        self.scenarios.observe(self._read_as, "value")
        self.audiences.observe(lambda _: self._show(), "value")
        self._fill(case)

    def _opened(self, change: Any) -> None:
        if not self._quiet:
            self._open(change.new)

    def _open(self, name: str) -> None:
        """Show another case, or this one as its data are now; one that does not hold is told."""
        try:
            self._fill(load(name, where=self.case.where))
        except (CaseError, UsageError) as error:
            self._silently(self.cases, value=self.case.id)
            shown = f"<b>Still shown: {escape(self.case.id)}, as it was read before.</b>"
            self.status.value = f"{shown}<pre>{escape(str(error))}</pre>"

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
            question = f'<div style="line-height: 1.35">{question}</div>'
            rows.append(w.VBox([w.HTML(question), box], layout={"flex": "0 0 auto"}))
        self.choices.children = rows
        self._silently(self.scenarios, options=self._scenarios(), value=self._scenario())
        told = [(to.title, to.name) for to in audiences(case)]
        names = [name for _, name in told]
        kept = self.audiences.value if self.audiences.value in names else names[0]
        self._silently(self.audiences, options=told, value=kept)
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

    def _read_as(self, change: Any) -> None:
        home, name = self.case.at_defaults, change.new
        if self._quiet:
            return
        if name != DEFAULT_SCENARIO and name not in home.head.scenarios:
            # "Chosen below" is said by the readings alone; a name may be that of the case before.
            self._silently(self.scenarios, value=self._scenario())
            return
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
        self.status.value = BUSY
        self.view = view = View(self.case, self.audiences.value)
        readings = self.case.at_defaults.head.readings
        said = "; ".join(
            f"{readings[name].question} {readings[name].options[option].label}"
            for name, option in self.case.chosen.items()
            if option != readings[name].default
        )
        self._stale = set(range(len(PANES)))
        self._show_pane()
        self.status.value = (
            f"<b>Not as the curator reads it.</b> {escape(said)}. "
            f"Values changed: {len(view.changed)}."
            if said
            else ""
        )

    def _show_pane(self) -> None:
        """Fill the pane in sight; the others are filled when they are looked at."""
        place = self.tabs.selected_index or 0
        if place in self._stale:
            self._stale.discard(place)
            self.tabs.children[place].value = self.view.pane(place)

    def _silently(self, box: Any, **traits: Any) -> None:
        self._quiet = True
        try:
            for name, value in traits.items():
                setattr(box, name, value)
        finally:
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
    View or ipywidgets.HBox
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
