"""``case.yaml``: identity, subject, clocks, readings and named scenarios of a case."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from casetrace.case.fields import (
    Bounds,
    CaseId,
    Entry,
    Id,
    Name,
    NameOrEmpty,
    Option,
    Prose,
    System,
    Text,
    TimeUnit,
    Unit,
    Words,
    column,
)

__all__ = ["Clock", "Comparison", "Head", "Measure", "Reading"]


class Part(Entry):
    """A part of case.yaml: text is text, numbers are not text, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Citation(Part):
    """The published report."""

    authors: Text = column("As printed", "Imataka G, Arisaka O")
    title: Text = column("As printed; leave out if it was not seen printed", "", default="")
    published: Annotated[dt.date | None, Field(strict=False)] = column(
        "Date of publication as printed", "2014-02-06", default=None
    )
    year: int = column("Year of publication", "2014")
    journal: Text = column("Journal; leave out if it was not seen printed", "", default="")
    doi: Text = column("DOI; leave out if it was not seen printed", "", default="")
    licence: Text = column("Licence of the report as printed", "Creative Commons Attribution")
    note: Text = column("What could not be established", "", default="")


class Subject(Part):
    """The patient, as far as the report says and no further."""

    sex: Literal["female", "male", "other", "not reported"] = column("As reported", "female")
    noun: Prose = column("What the narrative calls the patient", "girl")
    age: Bounds = column("Age with bounds; empty: not reported", "2", unit="age_unit", default=None)
    age_unit: TimeUnit = column("UCUM unit of the age", "a", default="a")
    age_means: Prose = column("What the age is at", "at presentation", default="")
    onset: Bounds = column(
        "Age at the first symptom in the same unit; empty: not reported, at most the age",
        "",
        unit="age_unit",
        default=None,
    )
    place: Text = column("Section and paragraph", "Case report, paragraph 1")
    as_reported: Words = column("Words that carry it", "A 2-year-old girl")
    note: Text = column("What the age leaves open", "", default="")


class Diagnosis(Part):
    """The diagnosis that the authors made."""

    name: Text = column("As printed", "juvenile dermatomyositis")
    qualifier: Text = column("Subtype or form", "Banker type", default="")
    system: System = column("Terminology", "MONDO", default="")
    code: Text = column("Code", "MONDO:0008054", default="")
    place: Text = column("Section and paragraph", "Case report, paragraph 1")
    as_reported: Words = column("Words that carry it", "JDM was diagnosed")


class Clock(Part):
    """A zero that times are counted from, because the report gives no dates."""

    id: Name = column("Unique", "prednisolone")
    label: Prose = column("Its zero, in words", "first dose of prednisolone")
    phrase: Prose = column("The same inside a sentence", "the first dose of prednisolone")
    gap: Bounds = column(
        "From the zero of the clock before it; empty: not reported",
        "at least 0",
        unit="gap_unit",
        default=None,
    )
    gap_unit: TimeUnit = column("UCUM unit of the gap", "mo", default="")
    counts: Literal["time", "gestation", "age"] = column(
        "What its times are: since an event, or weeks of gestation, or the patient's age",
        "gestation",
        default="time",
    )
    drug: NameOrEmpty = column(
        "Drug whose courses {course} counts on this clock", "ivig", default=""
    )
    place: Text = column("Section and paragraph", "", default="")
    as_reported: Words = column("Words that carry the gap or the zero", "", default="")
    note: Text = column("Why the gap is so", "", default="")


class Measure(Part):
    """How a measure is drawn and judged, beyond what its values say."""

    scale: Literal["", "linear", "logarithmic"] = column(
        "Scale of its axis; empty: by the span of its values", "linear", default=""
    )
    range: Bounds = column(
        "For a score: its lowest and highest number", "0 to 52", unit="unit", default=None
    )
    better: Literal["", "high", "low"] = column(
        "For a score: which end is better", "low", default=""
    )
    lower: Bounds = column("Lower reference limit", "135", unit="unit", default=None)
    upper: Bounds = column("Upper reference limit", "145", unit="unit", default=None)
    target: Bounds = column("Range aimed at", "8 to 12", unit="unit", default=None)
    unit: Unit = column(
        "UCUM unit of range, limits and target, and of the axis (empty: that of the values)",
        "mmol/L",
        default="",
    )
    pair: NameOrEmpty = column(
        "The measure that is its lower value, of two that are given together",
        "diastolic",
        default="",
    )
    panel: Text = column(
        "Title of a panel that it shares with others of the same unit", "liver enzymes", default=""
    )
    drawn: Literal["", "yes", "no"] = column(
        "Whether the course figure shows it (empty: if it has two values with a time)",
        "no",
        default="",
    )
    place: Text = column("Where range, limits or target are printed", "Table 1", default="")
    as_reported: Words = column("Words that carry them", "(normal 135-145)", default="")

    @model_validator(mode="after")
    def _rests_on_words(self) -> Measure:
        if (self.lower or self.upper or self.target) and not (self.place and self.as_reported):
            raise ValueError(
                "limits and targets that the report prints need place and as_reported; others "
                "are rows of data/reference/limits.csv, named under uses"
            )
        if self.range and not (math.isfinite(self.range.low) and math.isfinite(self.range.high)):
            raise ValueError("range has a lowest and a highest number, such as 0 to 52")
        return self


class Axis(Part):
    """How the time axis of the course figure is drawn, where it is set by hand."""

    unit: Literal["", "min", "h", "d", "wk", "mo", "a"] = column(
        "Unit of the axis (empty: chosen by the times)", "d", default=""
    )


class Comparison(Part):
    """A change from one observation to another."""

    id: Id = column("Its id among the headline values", "ck.change.after_prednisolone")
    old: Id = column("Observation compared with", "ck.presentation")
    new: Id = column("Observation compared", "ck.after_prednisolone")
    told: Literal["percent", "difference", "factor", "rate"] = column(
        "How the change is told: in percent, as a difference, as so many times, or by time",
        "difference",
        default="percent",
    )
    rate_unit: Unit = column("For a rate: the unit of time", "d", default="")

    @model_validator(mode="after")
    def _rate_has_unit(self) -> Comparison:
        if (self.told == "rate") != bool(self.rate_unit):
            raise ValueError("a rate needs its rate_unit, such as d; the others have none")
        return self


class Choice(Part):
    """One option of a reading, with the cells it sets."""

    label: Prose = column("The reading in a few words", "the amount on each of the days")
    rationale: Prose = column("What speaks for it", "")
    consequence: Prose = column("What changes with it; numbers are computed, never typed", "")
    sets: dict[str, Text] = column(
        "Cells it sets, as table/row/column or a path in case.yaml; none for the default",
        "treatments/ivig.first_block/dose_per: day",
        default_factory=dict,
    )


class Reading(Part):
    """A passage that can be understood in more than one way."""

    question: Text = column("What has to be decided", "Is the dose per day or per course?")
    kind: Literal["passage", "assumption"] = column(
        "A passage of the report, or something it lacks and an analysis needs",
        "passage",
        default="passage",
    )
    place: Text = column("Section and paragraph; empty for an assumption", "", default="")
    as_reported: Words = column("The words; empty for an assumption", "", default="")
    default: Option = column("The curator's option", "per-day")
    options: dict[Option, Choice] = column("Two or more options", "")

    @model_validator(mode="after")
    def _default_is_an_option(self) -> Reading:
        if len(self.options) < 2:
            raise ValueError("a reading has at least two options")
        if self.default not in self.options:
            raise ValueError(f"default {self.default!r} is not one of {', '.join(self.options)}")
        if self.options[self.default].sets:
            raise ValueError("the default option sets nothing: the tables hold what is default")
        if not all(o.sets for name, o in self.options.items() if name != self.default):
            raise ValueError("an option that is not the default must set a cell")
        if self.kind == "passage" and not (self.as_reported and self.place):
            raise ValueError("a reading of a passage needs as_reported and place")
        return self


class Igg(Part):
    """What a simulation of serum IgG takes for granted."""

    drug: Name = column("Drug of treatments.csv that is immunoglobulin", "ivig")
    model: Id = column("Row of data/reference/pk_models.csv", "cheng_2026")
    endogenous: tuple[Id, ...] = column(
        "Rows of data/reference/constants.csv whose span is the patient's own IgG",
        "[igg.reference_2y, igg.reference_3y]",
        strict=False,
    )


class Uses(Part):
    """Reference rows that the case is set against."""

    upper_limit: dict[Name, Id] = column(
        "By measure, the row of data/reference/limits.csv", "ck: ck_life_2y", default_factory=dict
    )
    weight: tuple[Id, ...] = column(
        "The reported weight, as an id of observations.csv; or rows of "
        "data/reference/growth.csv, as id.column, whose span is assumed",
        "[who_girls_24.p03_kg, who_girls_36.p97_kg]",
        default=(),
        strict=False,
    )
    scale: dict[Name, Name] = column(
        "By measure in {grade}, the scale of scales.csv that its grades are taken to be on",
        "mmt: mrc",
        default_factory=dict,
    )
    igg: Igg | None = column("For a simulation of serum IgG", "", default=None)


class Scenario(Part):
    """A named choice of options; readings it leaves out keep their default."""

    label: Text = column("In words", "the lower dose and the longer gap")
    readings: dict[Name, Option] = column("Option by reading", "", default_factory=dict)


class Head(Part):
    """The head of a case folder."""

    id: CaseId = column("Name of the folder", "imataka-2014")
    title: Text = column("One line", "Banker-type juvenile dermatomyositis")
    citation: Citation = column("The published report", "")
    subject: Subject = column("The patient", "")
    diagnosis: Diagnosis = column("The authors' diagnosis", "")
    main_measure: NameOrEmpty = column(
        "Measure that the story is told by; empty: none, or the one with most values",
        "ck",
        default="",
    )
    measures: dict[Name, Measure] = column(
        "By measure, in the order of the figure; those left out come after",
        "",
        default_factory=dict,
    )
    axis: Axis = column("The time axis of the course figure", "", default_factory=Axis)
    clocks: tuple[Clock, ...] = column("In order of time", "", default=(), strict=False)
    comparisons: tuple[Comparison, ...] = column("Changes", "", default=(), strict=False)
    uses: Uses = column("Reference rows", "", default_factory=Uses)
    outcomes: dict[Id, Prose] = column(
        "Headline values whose dependence on the readings is drawn, each with what it is called; "
        "a plain list of them will do",
        "{ivig.dose_total: all courses together}",
        default_factory=dict,
    )
    readings: dict[Name, Reading] = column("By name", "", default_factory=dict)
    scenarios: dict[Option, Scenario] = column("By name", "", default_factory=dict)

    @field_validator("outcomes", mode="before")
    @classmethod
    def _named_or_listed(cls, given: object) -> object:
        is_listed = isinstance(given, list) and all(isinstance(one, str) for one in given)
        return dict.fromkeys(given, "") if is_listed else given
