"""What a narrative's template may call: values and rows of a case as traced text."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from casetrace.case import clocks, limits
from casetrace.case.fields import COURSE
from casetrace.case.model import Case
from casetrace.display.trace import mark, sentence_case
from casetrace.narrative.audience import Audience
from casetrace.quantity import Quantity
from casetrace.quantity.wording import scale_name, value_name

__all__ = ["PICTURE", "Narrator"]

#: Stands in the text where the page shows the course figure.
PICTURE = "COURSE-FIGURE"

ADULT = 18  # years, by the Convention on the Rights of the Child, article 1
SIGNS = ("symptom", "sign", "motor test")


class Narrator:
    """Values and rows as traced text, in the words of an audience.

    Parameters
    ----------
    case : Case
        The case.
    values : dict of Quantity
        Its headline values.
    audience : Audience
        Whom it is told to.

    Attributes
    ----------
    asked : dict of str
        Names that were said so far, with their words; a name without words of its own has None.
    names : dict
        Every name that a template may use, once :func:`casetrace.narrative.story.names_of` has
        put them together.
    """

    def __init__(self, case: Case, values: dict[str, Quantity], audience: Audience) -> None:
        self.case, self.values, self.audience = case, values, audience
        self.clocks = {c.id: c for c in case.head.clocks}
        self.observations = {o.id: o for o in case.rows.observations}
        self.asked: dict[str, str | None] = {}
        self.names: dict[str, Any] = {}
        self._words = {**audience.words, **case.said_to(audience.name)}

    @cached_property
    def vocabulary(self) -> dict[str, Any]:
        """Names that a template may use, beside those of findings, treatment and analyses."""
        own = (
            "named plainly zero value compared gap read_as measures motor "
            "comparisons register readings passages scenario disclosed citation"
        )
        return {
            "head": self.case.head,
            "is_child": self.values["subject.age"].to("a").high < ADULT,
            "is_rated": any(self.values[f"care.{met}"].high for met in ("yes", "partly", "no")),
            "phases": clocks.phases(self.case),
            "picture": PICTURE,
            "signs": SIGNS,
            "values": self.values,
            "joined": self.audience.joined,
            "phrase": self.audience.phrase,
            "sentence_case": sentence_case,
            **{name: getattr(self, name) for name in own.split()},
        }

    # --- words

    def say(self, name: str) -> str:
        """A name from data or program in the words of the audience."""
        self.asked[name] = self._words.get(name)
        return self.asked[name] or name

    def named(self, key: str, name: str) -> str:
        """A name in the words of the audience, marked as the row that it comes from."""
        return mark(key, self.say(name))

    def plainly(self, key: str, name: str) -> str:
        """The same, but traced only if there is a number in it."""
        words = self.say(name)
        return mark(key if re.search(r"\d", words) else "", words)

    def text(self, q: Quantity) -> str:
        """A quantity in the words of the audience."""
        return self.audience.wording.text(q, say=self.say)

    def value(self, key: str, unit: str = "") -> str:
        """A headline value in words; a pattern for its unit may take the place of the usual."""
        wording = self.audience.wording
        if unit:
            wording = replace(wording, unit=unit, units={})
        return mark(key, wording.text(self.values[key], say=self.say))

    def zero(self, clock: str) -> str:
        """The event that a clock starts at."""
        return self.plainly(f"case.yaml/clocks/{clock}", self.clocks[clock].phrase)

    # --- values

    def compared(self, key: str) -> str:
        """A change in words: lower by, higher by, or somewhere between the two."""
        q, way = self.values[key], "higher" if self.values[key].low >= 0 else "different"
        if q.high <= 0:
            q, way = -q, "lower"
            if q.high >= 100 and not q.high_closed:
                # A fall has its natural end at all of the value: only the other bound tells.
                q = Quantity(q.low, math.inf, "%", q.low_closed, about=q.about, derived=True)
        return self.audience.phrase(way, change=mark(key, self.text(q)))

    def read_as(self, *keys: str) -> str:
        """How the passages that some values hang on were read; empty if they hang on none."""
        readings = self.case.head.readings
        names = {n for key in keys for n in self.values[key].readings}
        return self.audience.phrases["semicolon"].join(
            self.option(name, self.case.chosen[name])
            for name in readings
            if name in names and readings[name].kind == "passage"
        )

    def gap(self, phase: clocks.Phase) -> str:
        """What is known of the time before a phase; empty if nothing is."""
        if phase.gap is None or phase.gap.low <= 0:
            return ""
        return mark(f"case.yaml/clocks/{phase.clock.id}", self.text(phase.gap))

    # --- rows

    def measures(self, family: str = "") -> list[SimpleNamespace]:
        """Each measure, or those of a family, with values, limit and multiples of the limit."""
        found: dict[str, SimpleNamespace] = {}
        used = self.case.head.uses.upper_limit
        for row in self.case.rows.observations:
            kin, _, occasion = row.id.partition(".")
            if family and kin != family:
                continue
            # One measure may be taken at several sites, each with a name of its own.
            one = found.setdefault(
                f"{kin}/{row.name}",
                SimpleNamespace(
                    name=self.named(f"observations/{row.id}", row.name),
                    explained=self._words.get(f"{row.name}: what it is", ""),
                    values=[],
                    limit=f"{kin}.upper_limit",
                    is_printed=kin in used and limits.is_printed(self.case, used[kin]),
                    folds=[],
                    severities=[],
                ),
            )
            one.values.append(self._at(row.id, self.occasion(row)))
            said = self._occasion(row)
            if (fold := f"{kin}.fold.{occasion}") in self.values:
                one.folds.append(self._at(fold, said))
            if (rank := f"{kin}.severity.{occasion}") in self.values:
                one.severities.append(self._at(rank, said))
        return list(found.values())

    def register(self, kind: str, without_reading: bool = False) -> list[SimpleNamespace]:
        """Topic and statement of the register's items of a kind; only those no reading holds."""
        return [
            SimpleNamespace(
                topic=sentence_case(self.named(f"register/{r.id}", r.topic)),
                statement=self.named(f"register/{r.id}", r.statement),
                beside=[self._beside(k) for k in r.weights if k in self.values and kind == "claim"],
            )
            for r in self.case.rows.register
            if r.kind == kind and not (without_reading and r.reading)
        ]

    def _beside(self, key: str) -> str:
        """A value beside a claim, by name: a change, a grade, or any other as it is."""
        pair = next((p for p in self.comparisons() if p.id == key), None)
        state = next((m for m in self.case.rows.motor if key == f"motor.{m.id}"), None)
        if pair:
            return self.audience.phrase("beside", name=pair.name, value=self.compared(key))
        if state:
            name = self.named(f"motor/{state.id}", state.name)
            return self.audience.phrase("timed", words=name, time=self.grade(state))
        name = self.named(key, value_name(key))
        return self.audience.phrase("beside", name=name, value=self.value(key))

    def occasion(self, row: Any) -> str:
        """When an observation was made, with the time if it is a moment after the zero."""
        key = f"{row.id}.time"
        said = self._occasion(row)
        if key not in self.values or not row.occasion:
            return said
        time = self.value(key)
        if self.values[key].is_point and row.occasion.startswith(("after ", "before ")):
            return self.audience.phrase("moment", time=time, when=said)
        return self.audience.phrase("span", occasion=said, time=time, when=self.after(row))

    def after(self, row: Any) -> str:
        """After which event the time of a row counts."""
        name = "after_planned" if row.time_unit == COURSE else "after"
        return self.audience.phrase(name, clock=self.zero(row.clock))

    def comparisons(self) -> list[SimpleNamespace]:
        """Declared changes, each pair of observations once."""
        seen = {}
        for pair in self.case.head.comparisons:
            old, new = self.observations[pair.old], self.observations[pair.new]
            seen.setdefault(
                (pair.old, pair.new),
                SimpleNamespace(
                    id=pair.id,
                    old=self._occasion(old),
                    name=self.plainly(f"observations/{new.id}", new.name),
                    new=self._occasion(new),
                ),
            )
        return list(seen.values())

    def motor(self) -> list[SimpleNamespace]:
        """Motor states with grade and time."""
        found = []
        for row in self.case.rows.motor:
            if not row.grade:
                continue
            when = self.audience.phrase("at", clock=self.zero(row.clock)) if row.clock else ""
            if (key := f"motor.{row.id}.time") in self.values:
                when = self.audience.phrase("moment", time=self.value(key), when=self.after(row))
            name = self.named(f"motor/{row.id}", row.name)
            found.append(SimpleNamespace(name=name, grade=self.grade(row), when=when))
        return found

    def grade(self, row: Any) -> str:
        """The grade of a motor state on its scale."""
        grade = self.value(f"motor.{row.id}")
        return self.audience.phrase("grade", scale=scale_name(row.scale), grade=grade)

    # --- the report

    def readings(self, untold: tuple[str, ...] = ()) -> list[SimpleNamespace]:
        """Each reading with the option in force and the others.

        Left out are those that change nothing but cells that are not told, by their beginnings.
        """
        found = []
        for name, reading in self.case.head.readings.items():
            cells = [cell for cell, names in self.case.touched.items() if name in names]
            if untold and cells and all(cell.startswith(untold) for cell in cells):
                continue
            key, now = f"case.yaml/readings/{name}", self.case.chosen[name]
            found.append(
                SimpleNamespace(
                    question=self.named(key, reading.question),
                    label=sentence_case(self.option(name, now)),
                    others=[self.option(name, o) for o in reading.options if o != now],
                    consequence=self.named(key, reading.options[now].consequence),
                    kind=reading.kind,
                    name=name,
                )
            )
        return found

    def passages(self, reading: str) -> list[str]:
        """What the register says of the passages that a reading is of."""
        kept = (
            r for r in self.case.rows.register if r.reading == reading and r.kind == "ambiguity"
        )
        return [self.named(f"register/{r.id}", r.statement) for r in kept]

    def option(self, reading: str, option: str) -> str:
        """An option of a reading in words."""
        label = self.case.head.readings[reading].options[option].label
        return self.named(f"case.yaml/readings/{reading}", label)

    def scenario(self) -> str:
        """The readings that differ from the curator's, in words; empty at the default."""
        readings = self.case.head.readings
        return self.audience.phrases["semicolon"].join(
            self.option(name, option)
            for name, option in self.case.chosen.items()
            if option != readings[name].default
        )

    def disclosed(self) -> list[str]:
        """What looks like an identifier of the patient and stands there on purpose, with why."""
        return [
            self.plainly(f"disclosures/{d.id}", f"{d.kind} in {d.row} {d.field}: {d.reason}")
            for d in self.case.rows.disclosures
        ]

    def citation(self) -> str:
        """The report, as far as it can be cited."""
        c = self.case.head.citation
        source = f" {c.journal}." if c.journal else ""
        day = f"{c.published.day} {c.published:%B %Y}" if c.published else ""
        published = f" Published {day}." if day else f" {c.year}."
        doi = f" doi:{c.doi}." if c.doi else ""
        licence = f" Licence: {c.licence}." if c.licence else ""
        note = f" {c.note}." if c.note else ""
        said = f"{c.authors}. {c.title}.{source}{published}{doi}{licence}{note}"
        return mark("case.yaml/citation", said)

    def _occasion(self, row: Any) -> str:
        """What was going on, or else the time."""
        if row.occasion or not row.clock:
            return self.plainly(f"observations/{row.id}", row.occasion) if row.occasion else ""
        if (key := f"{row.id}.time") in self.values:
            return self.audience.phrase("moment", time=self.value(key), when=self.after(row))
        return self.audience.phrase("at", clock=self.zero(row.clock))

    def _at(self, key: str, occasion: str) -> str:
        """A value with its occasion."""
        value = self.value(key)
        return self.audience.phrase("value", value=value, occasion=occasion) if occasion else value
