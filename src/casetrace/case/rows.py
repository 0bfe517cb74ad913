"""The tables of a case folder: one model per CSV file, the one source of truth.

Readers, error messages and the data dictionary (``data/README.md``) all come from these.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, model_validator

from casetrace.case.fields import (
    COURSE,
    NOTE,
    PLACE,
    REPORTED,
    Bounds,
    Clocked,
    Id,
    IdOrEmpty,
    Name,
    NameOrEmpty,
    Prose,
    Result,
    Row,
    State,
    System,
    Text,
    Unit,
    Words,
    column,
)
from casetrace.case.register import Care, Disclosure, Link, RegisterItem
from casetrace.quantity import Quantity, parse
from casetrace.quantity.units import symbols

__all__ = [
    "KEYS",
    "OPTIONAL",
    "TABLES",
    "Care",
    "Disclosure",
    "Finding",
    "Link",
    "Motor",
    "Observation",
    "RegisterItem",
    "Row",
    "Treatment",
    "columns",
    "settings",
]


class Coded(Row):
    """A row with a code from a terminology."""

    system: System = column("Terminology of the code", "HPO", default="")
    code: Text = column("Code, as in data/reference/codes.csv", "HP:0002515", default="")
    more_codes: Text = column("Further codes, joined by ;", "NCIT:C121331", default="")

    @model_validator(mode="after")
    def _code_with_system(self) -> Coded:
        if bool(self.system) != bool(self.code):
            raise ValueError("system and code go together: give both or neither")
        return self


class Timed(Row):
    """A row with a time: of something instant, or from when to when it lasted."""

    clock: Clocked = column(
        "What the time is counted from: a clock of case.yaml, or a row that has a time, as "
        "table/id (treatments/drug.step/2: the second course of it). Empty: no time is reported",
        "presentation",
        default="",
    )
    time: Bounds = column(
        "Time on the clock of what is instant, with bounds; before it: below 0",
        "1.5",
        unit="time_unit",
        default=None,
    )
    start: Bounds = column("For what lasted: when it began", "-5", unit="time_unit", default=None)
    stop: Bounds = column(
        "For what lasted: when it ended; at least N if it still held then",
        "at least 3",
        unit="time_unit",
        default=None,
    )
    time_unit: Unit = column(
        f"Unit of the times, or {COURSE} to count courses of the clock's treatment",
        "mo",
        default="",
    )
    time_as_reported: Words = column(
        "The words that carry the time, where as_reported does not", "after 1.5 months", default=""
    )

    @property
    def lasts(self) -> bool:
        """It is told from when to when, and not by one time."""
        return bool(self.start or self.stop)

    @model_validator(mode="after")
    def _time_is_whole(self) -> Timed:
        times = [q for q in (self.time, self.start, self.stop) if q]
        if times and not (self.clock and self.time_unit):
            raise ValueError("a time needs its clock and its time_unit")
        if self.clock and not times:
            raise ValueError("a clock needs a time (at least 0, if it is known to be later)")
        if self.time and self.lasts:
            raise ValueError("give time for what is instant, or start and stop for what lasted")
        if self.start and self.stop and self.start.low > self.stop.high:
            raise ValueError(f"it stops ({self.stop}) before it starts ({self.start})")
        if self.lasts and self.time_unit == COURSE:
            raise ValueError("give start and stop in a unit of time, not in courses")
        return self


class Observation(Coded, Timed):
    """A measurement: something the report gives a number or a result for."""

    id: Id = column("measure.occasion; headline values are named by it", "ck.presentation")
    name: Text = column("What was measured, as printed in text and figures", "creatine kinase")
    occasion: Prose = column(
        "What was going on, without digits (empty: the time after the clock's event alone)",
        "at presentation",
        default="",
    )
    value: Bounds = column(
        "The number as reported, with bounds (empty: the result is words alone)",
        "more than 8000",
        unit="unit",
        default=None,
    )
    unit: Unit = column(
        "UCUM unit of the value; not printed, if the report gives none", "U/L", default="1"
    )
    result: Result = column(
        "The result in words or as a grade (2+), where the report gives no number",
        "almost normal",
        default="",
    )
    unit_as_reported: Text = column("The unit in the report's letters", "IU/l", default="")
    place: Text = column(PLACE, "Case report, paragraph 1")
    as_reported: Words = column(REPORTED, "(CPK) = 14,420 IU/l")
    note: Text = column(NOTE, "", default="")

    @model_validator(mode="after")
    def _has_value(self) -> Observation:
        if bool(self.value) == bool(self.result):
            raise ValueError("give value, the number; or result, if the report has only words")
        if "." not in self.id:
            raise ValueError(f"id {self.id!r}: write measure.occasion, such as ck.presentation")
        return self


class Finding(Coded, Timed):
    """A symptom, sign, test result, event or outcome without a number."""

    id: Id = column("Unique in the table", "waddling_gait")
    name: Text = column("The finding, as printed in text and tables", "waddling gait")
    kind: Literal[
        "symptom",
        "sign",
        "motor test",
        "laboratory",
        "neurophysiology",
        "imaging",
        "biopsy",
        "procedure",
        "diagnosis",
        "history",
        "course",
        "adverse event",
        "outcome",
    ] = column("What kind of finding", "sign")
    state: State = column(
        "observed; excluded (looked for and absent); ambiguous (a reading decides); not reported",
        "observed",
    )
    told_as: Text = column(
        "As it is told in its state, where name and state do not read well",
        "muscle bulk normal",
        default="",
    )
    event: Literal["", "yes"] = column(
        "yes: draw it in the course figure, as a mark or as what lasted", "yes", default=""
    )
    related_to: NameOrEmpty = column(
        "Drug of treatments.csv that the report names it with", "prednisolone", default=""
    )
    site: Text = column("Body part in words", "gastrocnemius", default="")
    site_code: Text = column("UBERON code of the site", "UBERON:0001388", default="")
    place: Text = column(PLACE, "Case report, paragraph 1", default="")
    as_reported: Words = column(REPORTED, "a waddling gait", default="")
    note: Text = column(NOTE, "", default="")

    @model_validator(mode="after")
    def _words_by_state(self) -> Finding:
        if self.state != "not reported" and not (self.as_reported and self.place):
            raise ValueError(f"a finding that is {self.state} needs as_reported and place")
        if self.as_reported and not self.place:
            raise ValueError("words need their place")
        if self.event and not self.clock:
            raise ValueError("an event in the figure needs a clock and a time")
        return self


class Treatment(Coded):
    """A step of a treatment: a constant dose, a single dose, or a block of repeated courses."""

    id: Id = column("drug.step", "ivig.first_block")
    drug: Name = column("Short name of the drug; one lane of the course figure each", "ivig")
    name: Text = column("The drug, as printed", "intravenous immunoglobulin")
    route: Text = column("Route of administration", "intravenous", default="")
    dose: Bounds = column(
        "Dose with bounds (empty: not reported)", "400", unit="dose_unit", default=None
    )
    dose_unit: Unit = column("UCUM unit of the dose", "mg/kg", default="")
    dose_per: Literal["", "day", "course"] = column(
        "What the dose of a course is counted by: each day of it, or the whole course",
        "day",
        default="",
    )
    total_unit: Unit = column(
        "UCUM unit to give doses per course and in total in (empty: the unit of the dose)",
        "g/kg",
        default="",
    )
    days_per_course: Bounds = column("Days of infusion in a course", "5", default=None)
    called: Literal[
        "", "course", "dose", "session", "cycle", "infusion", "injection", "transfusion", "fraction"
    ] = column("What one of the courses is called (empty: course)", "cycle", default="")
    courses: Bounds = column(
        "Number of courses in this block (1: a single dose; empty: not reported); at least N, if "
        "others may have followed the last",
        "6",
        default=None,
    )
    interval: Bounds = column(
        "From the start of one course to the next", "6", unit="interval_unit", default=None
    )
    interval_unit: Unit = column("UCUM unit of the interval", "wk", default="")
    settings: Text = column(
        "Further numbers of it, joined by ;, each a name, a number and its unit",
        "FiO₂ 60 %; PEEP 10 cm[H2O]",
        default="",
    )
    regimen: Text = column(
        "Name of the combination it is part of: drugs of one are one row of the figure",
        "FOLFIRINOX",
        default="",
    )
    follows: IdOrEmpty = column(
        "Step or block that this one comes after: for a switch whose time is not reported, and "
        "for a block whose first course is counted from that one's last",
        "ivig.first_block",
        default="",
    )
    gap: Bounds = column(
        "From that last course to this block's first", "4", unit="gap_unit", default=None
    )
    gap_unit: Unit = column("UCUM unit of the gap", "wk", default="")
    clock: Clocked = column(
        "What start and stop are counted from, as in the other tables", "ivig", default=""
    )
    start: Bounds = column("Start of the step on its clock", "0", unit="time_unit", default=None)
    stop: Bounds = column(
        "End of the step on its clock; at least N if it is only known to hold until then",
        "at least 0",
        unit="time_unit",
        default=None,
    )
    time_unit: Unit = column("UCUM unit of start and stop", "wk", default="")
    place: Text = column(PLACE, "Case report, paragraph 5")
    as_reported: Words = column(REPORTED, "400 mg/kg/5 days every 6 weeks")
    schedule_place: Text = column("Place of the schedule, if elsewhere", "", default="")
    schedule_as_reported: Words = column(
        "Words that carry the number of courses, if others", "for the first six cycles", default=""
    )
    note: Text = column(NOTE, "", default="")

    @property
    def is_block(self) -> bool:
        """One or more courses, not a constant dose."""
        return bool(self.courses or self.interval)

    @property
    def each(self) -> str:
        """What one of its courses is called."""
        return self.called or "course"

    @model_validator(mode="after")
    def _hangs_together(self) -> Treatment:
        if not self.id.startswith(self.drug + "."):
            raise ValueError(f"id {self.id!r} must begin with the drug: {self.drug}.<step>")
        if self.interval and self.interval.is_nought:
            raise ValueError("an interval is longer than 0: leave it out if it is not reported")
        if self.days_per_course and not self.is_block:
            raise ValueError("days_per_course needs courses: 1, or at least 1 if not counted")
        if self.is_block and self.dose and self.days_per_course and not self.dose_per:
            raise ValueError("dose_per is empty: is the dose counted by day or by course?")
        if self.is_block and self.dose_per == "day" and not self.days_per_course:
            raise ValueError("a dose per day needs days_per_course (at least 1, if not reported)")
        if (self.start or self.stop) and not (self.clock and self.time_unit):
            raise ValueError("start and stop need a clock and a time_unit")
        if self.follows and self.start:
            raise ValueError("give start, or what it follows: not both")
        if self.gap and not (self.follows and self.is_block):
            raise ValueError("a gap is from the block that follows names, to this block")
        if self.start and self.stop and self.start.low > self.stop.high:
            raise ValueError(f"it stops ({self.stop}) before it starts ({self.start})")
        settings(self.settings)
        return self


def settings(text: str) -> dict[str, Quantity]:
    """Read the further numbers of a treatment, by name.

    Raises
    ------
    ValueError
        If a part is not a name, a number with bounds, and a unit that is known.

    Examples
    --------
    >>> [q.text() for q in settings("FiO2 60 %; PEEP 8 to 10 cm[H2O]").values()]
    ['60%', '8 to 10 cmH₂O']
    """
    found = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = _SETTING.fullmatch(part)
        if not match:
            raise ValueError(f"{part!r} is not a name, a number and a unit, such as PEEP 8 cm[H2O]")
        unit = match["unit"] or "1"
        symbols(unit)
        found[match["name"]] = parse(match["number"], unit)
    return found


_SETTING = re.compile(
    r"(?P<name>.*?[^\W\d_][^\s]*) (?P<number>(?:(?:about|more than|at least|less than|at most) )?"
    r"-?\d+(?:\.\d+)?(?: to -?\d+(?:\.\d+)?)?)(?: (?P<unit>\S+))?"
)


class Motor(Timed):
    """What the patient could do, coded with bounds on a published scale."""

    id: Id = column("Unique in the table", "after_six")
    name: Prose = column("What the report says the patient could do", "able to walk")
    short: Prose = column("The same in one to four words, for the figure", "walks")
    scale: NameOrEmpty = column("Scale of data/reference/scales.csv", "vignos", default="")
    grade: Bounds = column(
        "Grade with bounds; empty: motor state not reported", "1 to 7", default=None
    )
    place: Text = column(PLACE, "Case report, paragraph 5", default="")
    as_reported: Words = column(REPORTED, "able to walk after six cycles", default="")
    note: Text = column("Why these bounds", "", default="")

    @model_validator(mode="after")
    def _grade_with_scale(self) -> Motor:
        if self.grade and not self.scale:
            raise ValueError("a grade needs its scale")
        if self.grade and not (self.as_reported and self.place):
            raise ValueError("a grade needs the words it was read from and their place")
        return self


TABLES: dict[str, type[Row]] = {
    "observations": Observation,
    "findings": Finding,
    "treatments": Treatment,
    "motor": Motor,
    "register": RegisterItem,
    "care": Care,
    "links": Link,
    "disclosures": Disclosure,
}

#: A case may do without these: a file that is not there is an empty table.
OPTIONAL = frozenset({"links", "disclosures"})

_LAST = ("place", "as_reported", "schedule_place", "schedule_as_reported", "note")


def columns(model: type[BaseModel]) -> list[str]:
    """Columns of a table in the order a curator fills them: id, facts, code, time, words."""
    own = [name for name in model.model_fields if name in model.__annotations__]
    inherited = [name for name in model.model_fields if name not in own]
    facts = [name for name in (*own, *inherited) if name not in _LAST]
    return [*facts, *(name for name in _LAST if name in model.model_fields)]


#: What names a row of a table; every other table uses ``id``.
KEYS = {"care": "item", "links": "item"}
