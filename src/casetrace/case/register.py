"""Tables about the report itself: register, CARE, links to criteria, disclosures."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from casetrace.case.fields import (
    PLACE,
    REPORTED,
    Name,
    NameOrEmpty,
    Prose,
    Row,
    Text,
    Words,
    column,
)

__all__ = ["Care", "Disclosure", "Link", "RegisterItem"]


class RegisterItem(Row):
    """A discrepancy, an ambiguity, a claim or a missing item of the report."""

    id: Name = column("Unique in the table", "d01")
    kind: Literal["discrepancy", "ambiguity", "claim", "missing", "extraction"] = column(
        "What kind of item; a claim is what the report concludes, to be set beside its values",
        "ambiguity",
    )
    topic: Text = column("What it is about", "dose of immunoglobulin")
    statement: Text = column("What the report says, or does not", "two readings of one dose")
    consequence: Prose = column(
        "What changes with it; numbers are computed, never typed", "the total dose differs"
    )
    reading: NameOrEmpty = column("Reading of case.yaml that keeps it open", "", default="")
    against: Text = column(
        "What to weigh a claim of the report against, joined by ;: ids of headline values, or "
        "studies/row of the reference tables",
        "ck.change.after_prednisolone; studies/lam_2011",
        default="",
    )
    place: Text = column(PLACE, "Case report, paragraph 5", default="")
    as_reported: Words = column(REPORTED, "400 mg/kg/5 days", default="")

    @property
    def weights(self) -> list[str]:
        """The names in ``against``."""
        return [key.strip() for key in self.against.split(";") if key.strip()]

    @model_validator(mode="after")
    def _words_by_kind(self) -> RegisterItem:
        # What the copy at hand lacks has no words; what was put in order while reading may.
        if self.kind not in ("missing", "extraction") and not (self.as_reported and self.place):
            raise ValueError(f"a register item of kind {self.kind} needs as_reported and place")
        return self


class Care(Row):
    """How far the report meets one item of the CARE checklist."""

    item: Text = column("Item of data/reference/care.csv", "9b")
    met: Literal["yes", "partly", "no", "not rated"] = column("Met by the report", "partly")
    note: Text = column("Why", "", default="")


class Link(Row):
    """Which rows of the case an item of criteria, a core set or a phenotype rests on."""

    item: Text = column(
        "Item of data/reference/criteria.csv, or HPO term of phenotypes.csv",
        "eular_acr.prox_ue_weak",
    )
    rests_on: Text = column(
        "Rows that decide it, as table/row, joined by and (all are needed) or by or (one is "
        "enough); an observation counts as met if it is above its upper limit; empty: not reported",
        "findings/deltoid_weakness and findings/symmetry",
        default="",
    )
    in_part: Text = column(
        "Rows that speak of a part of it only, joined by or: the item is then open",
        "findings/proximal_weakness",
        default="",
    )
    note: Text = column("Why", "", default="")


class Disclosure(Row):
    """Something that looks like an identifier of the patient, and is meant to stand there."""

    id: Name = column("Unique in the table", "d1")
    row: Text = column(
        "Row that it stands in, as casetrace check names it", "observations/ck.presentation"
    )
    field: Text = column("Its column or key", "note", default="")
    kind: Text = column("Kind of identifier, as casetrace check names it", "name")
    reason: Prose = column("Why it identifies nobody; printed in the report", "a made-up name")
