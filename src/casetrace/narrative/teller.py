"""What the narrative's template may call: values and rows of a case as traced text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from casetrace import course
from casetrace.case import Case
from casetrace.case.fields import COURSE
from casetrace.narrative import analyses
from casetrace.narrative.phrases import joined, sentence_case
from casetrace.narrative.trace import mark
from casetrace.quantity import Quantity
from casetrace.values import headline
from casetrace.wording import scale_name

__all__ = ["PICTURE", "Teller"]

#: Stands in the text where the page shows the course figure.
PICTURE = "COURSE-FIGURE"

SIGNS = ("symptom", "sign", "motor test")
TESTS = (
    ("laboratory", "Antibodies and other blood tests"),
    ("neurophysiology", "Neurophysiology"),
    ("imaging", "Imaging"),
    ("biopsy", "Biopsy"),
    ("diagnosis", "Diagnoses made"),
)
OUTCOMES = (
    ("course", "Course"),
    ("outcome", "Outcomes in the report's words, without a measurement"),
    ("adverse event", "Adverse events, as noticed and not as a rate"),
)


class Teller:
    """Values and rows as traced text.

    Parameters
    ----------
    case : Case
        The case.
    values : dict of Quantity
        Its headline values.
    """

    def __init__(self, case: Case, values: dict[str, Quantity]) -> None:
        self.case, self.values = case, values
        self.clocks = {c.id: c for c in case.head.clocks}
        self.observations = {o.id: o for o in case.observations}

    def vocabulary(self) -> dict[str, Any]:
        """Every name that the template may use."""
        case = self.case
        readings = case.head.readings
        return {
            "head": case.head,
            "phases": course.phases(case),
            "picture": PICTURE,
            "signs": SIGNS,
            "tests": TESTS,
            "outcomes": OUTCOMES,
            "values": self.values,
            "scenario": self.scenario(),
            "measures": self.measures(),
            "drugs": self.drugs(),
            "motor": self.motor(),
            "comparisons": self.comparisons(),
            "missing": self.register("missing"),
            "disagreements": self.register("discrepancy"),
            "open_passages": self.register("ambiguity", without_reading=True),
            "readings": [
                SimpleNamespace(
                    question=self._head(f"readings/{name}", reading.question),
                    label=sentence_case(self._label(name)),
                    others=[
                        self._head(f"readings/{name}", option.label)
                        for key, option in reading.options.items()
                        if key != case.chosen[name]
                    ],
                    consequence=self._head(
                        f"readings/{name}", reading.options[case.chosen[name]].consequence
                    ),
                )
                for name, reading in readings.items()
            ],
            "citation": self._head("citation", self.citation()),
            **{
                name: getattr(self, name)
                for name in (
                    "value",
                    "findings",
                    "events",
                    "compared",
                    "gap",
                    "read_as",
                    "otherwise",
                )
            },
            "joined": joined,
            "sentence_case": sentence_case,
            **analyses.vocabulary(self),
        }

    # --- values

    def value(self, key: str) -> str:
        """A headline value in words."""
        return mark(key, self.values[key].text())

    def compared(self, key: str) -> str:
        """A change in words: lower by, higher by, or somewhere between the two."""
        q = self.values[key]
        if q.high <= 0:
            down = -q
            if down.high >= 100 and not down.high_closed:
                # A fall has its natural end at all of the value: only the other bound tells.
                down = Quantity(
                    down.low, math.inf, "%", down.low_closed, about=q.about, derived=True
                )
            return f"lower by {mark(key, down.text())}"
        word = "higher by" if q.low >= 0 else "different by"
        return f"{word} {mark(key, q.text())}"

    def otherwise(self, drug: str) -> list[str]:
        """What a course and all courses are under each other option of the passages."""
        total, each = f"{drug}.dose_total", f"{drug}.dose_per_course"
        readings, said = self.case.head.readings, []
        for name in self.values[total].readings:
            options = readings[name].options if readings[name].kind == "passage" else {}
            for option in options:
                other = headline(self.case.under({name: option}))
                if other[total].text() == self.values[total].text():
                    continue
                words = f"all courses together are {other[total].text()}"
                if other[each].is_point and other[each].text() != self.values[each].text():
                    words = f"a course is {other[each].text()} and {words}"
                label = self._head(f"readings/{name}", options[option].label)
                said.append(f"{mark(f'case.yaml/readings/{name}', words)} ({label})")
        return said

    def read_as(self, *keys: str) -> str:
        """How the passages that some values hang on were read; empty if they hang on none."""
        readings = self.case.head.readings
        names = {n for key in keys for n in self.values[key].readings}
        return "; ".join(
            self._label(name)
            for name in readings
            if name in names and readings[name].kind == "passage"
        )

    def gap(self, phase: course.Phase) -> str:
        """What is known of the time before a phase; empty if nothing is."""
        if phase.gap is None or phase.gap.low <= 0:
            return ""
        return mark(f"case.yaml/clocks/{phase.clock.id}", phase.gap.text())

    # --- rows

    def findings(self, state: str, kinds: Iterable[str], clock: str | None = None) -> list[str]:
        """Names of the findings of a state and of some kinds.

        With a clock, those at its zero; with an empty one, those at any other time, which is
        then said, or at none.
        """
        kinds = tuple(kinds)
        found = []
        for f in self.case.findings:
            if f.state != state or f.kind not in kinds:
                continue
            time = course.when(self.case, "findings", f)
            at_zero = time is not None and time.low == 0  # "at least 0": by the order of the text
            if clock is None or (f.clock if at_zero else "") == clock:
                words = mark(f"findings/{f.id}", f.name)
                if clock == "" and time is not None:
                    when = mark(f"findings/{f.id}", time.text())
                    words += f" ({when} after {self.clocks[f.clock].phrase})"
                found.append(words)
        return found

    def events(self, state: str, kind: str) -> list[str]:
        """Names of the findings of a state and a kind, those with a time of their own with it."""
        found = []
        for f in self.case.findings:
            if f.kind == kind and f.state == state:
                words = mark(f"findings/{f.id}", f.name)
                if (key := f"{f.id}.time") in self.values:
                    words += f", {self.value(key)} after {self.clocks[f.clock].phrase}"
                    words += f" (read as: {how})" if (how := self.read_as(key)) else ""
                found.append(words)
        return found

    def measures(self) -> list[SimpleNamespace]:
        """Each measure with its values, its limit and its multiples of the limit."""
        found: dict[str, SimpleNamespace] = {}
        for row in self.case.observations:
            family, _, occasion = row.id.partition(".")
            # One measure may be taken at several sites, each with a name of its own.
            one = found.setdefault(
                f"{family}/{row.name}",
                SimpleNamespace(
                    name=mark(f"observations/{row.id}", row.name),
                    values=[],
                    limit=f"{family}.upper_limit",
                    folds=[],
                    severities=[],
                ),
            )
            one.values.append(f"{self.value(row.id)} {self.occasion(row)}".strip())
            if (fold := f"{family}.fold.{occasion}") in self.values:
                one.folds.append(f"{self.value(fold)} {row.occasion}".strip())
            if (rank := f"{family}.severity.{occasion}") in self.values:
                one.severities.append(f"{self.value(rank)} {row.occasion}".strip())
        return list(found.values())

    def register(self, kind: str, without_reading: bool = False) -> list[str]:
        """Topic and statement of the register's items of a kind; only those no reading holds."""
        return [
            f"{sentence_case(self._register(r, 'topic'))}: {self._register(r, 'statement')}"
            for r in self.case.register
            if r.kind == kind and not (without_reading and r.reading)
        ]

    def occasion(self, row: Any) -> str:
        """When an observation was made, with the time if it is a moment after the zero."""
        key = f"{row.id}.time"
        if key not in self.values:
            return row.occasion
        if self.values[key].is_point:
            return f"{self.value(key)} {row.occasion or self._after(row)}"
        return f"{row.occasion} ({self.value(key)} {self._after(row)})".strip()

    def _after(self, row: Any) -> str:
        planned = ", by the printed schedule" if row.time_unit == COURSE else ""
        return f"after {self.clocks[row.clock].phrase}{planned}"

    def comparisons(self) -> list[SimpleNamespace]:
        """Declared changes, each pair of observations once."""
        seen = {}
        for pair in self.case.head.comparisons:
            old, new = self.observations[pair.old], self.observations[pair.new]
            seen.setdefault((pair.old, pair.new), SimpleNamespace(id=pair.id, old=old, new=new))
        return list(seen.values())

    def drugs(self) -> list[SimpleNamespace]:
        """Each drug with its reported doses, or with its blocks of courses."""
        found = []
        for drug in dict.fromkeys(t.drug for t in self.case.treatments):
            rows = [t for t in self.case.treatments if t.drug == drug]
            found.append(
                SimpleNamespace(
                    id=drug,
                    name=rows[0].name,
                    route=rows[0].route,
                    sums=[k for k in self.values if k.startswith(f"{drug}.dose_sum.")],
                    rates=[
                        self.value(k) for k in self.values if k.startswith(f"{drug}.dose_rate.")
                    ],
                    doses=[self._dose(t) for t in rows if not t.is_block and self._is_known(t)],
                    blocks=[self._block(t) for t in rows if t.is_block],
                    has_unknown=not all(t.is_block or self._is_known(t) for t in rows),
                )
            )
        return found

    def motor(self) -> list[SimpleNamespace]:
        """Motor states with grade and time."""
        found = []
        for row in self.case.motor:
            if not row.grade:
                continue
            when = f"at {self.clocks[row.clock].phrase}" if row.clock else ""
            if (key := f"motor.{row.id}.time") in self.values:
                when = f"{self.value(key)} {self._after(row)}"
            grade = f"{scale_name(row.scale)} grade {self.value(f'motor.{row.id}')}"
            name = mark(f"motor/{row.id}", row.name)
            found.append(SimpleNamespace(name=name, grade=grade, when=when))
        return found

    def scenario(self) -> str:
        """The readings that differ from the curator's, in words; empty at the default."""
        readings = self.case.head.readings
        return "; ".join(
            self._label(name)
            for name, option in self.case.chosen.items()
            if option != readings[name].default
        )

    def citation(self) -> str:
        """The report, as far as it can be cited."""
        c = self.case.head.citation
        source = f" {c.journal}." if c.journal else ""
        published = f" Published {c.published:%d %B %Y}." if c.published else f" {c.year}."
        doi = f" doi:{c.doi}." if c.doi else ""
        licence = f" Licence: {c.licence}." if c.licence else ""
        note = f" {c.note}." if c.note else ""
        return f"{c.authors}. {c.title}.{source}{published}{doi}{licence}{note}"

    # --- the small print

    def _is_known(self, step: Any) -> bool:
        key = f"{step.drug}.dose.{step.id.partition('.')[2]}"
        return key in self.values and self.values[key].is_point

    def _dose(self, step: Any) -> str:
        key = f"{step.drug}.dose.{step.id.partition('.')[2]}"
        if not step.clock:
            return self.value(key)
        zero = self.clocks[step.clock].phrase
        start, stop = (
            self.case.quantity("treatments", step.id, field, "time_unit")
            for field in ("start", "stop")
        )
        if start is None:
            return self.value(key)
        begun = mark(f"treatments/{step.id}", start.text())
        if stop and stop.is_point and stop.low > start.low:
            ended = mark(f"treatments/{step.id}", stop.text())
            return f"{self.value(key)} from {begun} to {ended} after {zero}"
        return f"{self.value(key)} {f'{begun} after' if start.low else 'at'} {zero}"

    def _block(self, block: Any) -> str:
        step = block.id.partition(".")[2]
        interval = f"{block.drug}.interval.{step}"
        every = f", one every {self.value(interval)}" if interval in self.values else ""
        return f"{self.value(f'{block.drug}.courses.{step}')}{every}"

    def _register(self, row: Any, field: str) -> str:
        return mark(f"register/{row.id}", getattr(row, field))

    def _label(self, reading: str) -> str:
        """The option of a reading that is in force, in words."""
        option = self.case.head.readings[reading].options[self.case.chosen[reading]]
        return self._head(f"readings/{reading}", option.label)

    def _head(self, path: str, text: str) -> str:
        return mark(f"case.yaml/{path}", text)
