"""``data/reference/``: facts from outside the report, each with the work it is cited from."""

from __future__ import annotations

from casetrace.case.fields import Bounds, Id, System, Text, Unit, column
from casetrace.case.rows import Row

__all__ = ["REFERENCE", "CareItem", "Code", "Growth", "Limit", "ScaleGrade", "Work"]

CITATION = "Key of bibliography.csv"


class Limit(Row):
    """An upper reference limit."""

    id: Id = column("Unique", "ck_life_2y")
    measure: Text = column("Measure as in observations.csv", "ck")
    population: Text = column("Whom it was measured in", "girls aged 2 years, Leipzig")
    statistic: Text = column("What the number is", "97.5th percentile")
    value: Bounds = column("Upper limit", "328")
    unit: Unit = column("UCUM unit", "U/L")
    citation: Id = column(CITATION, "fechner_2024")
    note: Text = column("How it was obtained", "", default="")


class Growth(Row):
    """Weight for age: LMS parameters and percentiles."""

    id: Id = column("Unique", "who_girls_24")
    sex: Text = column("Sex", "female")
    age_months: Bounds = column("Age in completed months", "24")
    l_power: Bounds = column("Box-Cox power L", "-0.2941")
    m_kg: Bounds = column("Median M in kg", "11.4775")
    s: Bounds = column("Coefficient of variation S", "0.1239")
    p03_kg: Bounds = column("Third percentile in kg, computed from L, M and S", "9.161")
    p50_kg: Bounds = column("Median in kg, computed", "11.477")
    p97_kg: Bounds = column("Ninety-seventh percentile in kg, computed", "14.611")
    citation: Id = column(CITATION, "who_2006")


class CareItem(Row):
    """An item of the CARE checklist for case reports."""

    id: Text = column("Item number", "9b")
    section: Text = column("Section of the checklist", "Therapeutic intervention")
    label: Text = column("What it asks for, in our words", "dose, strength, duration", default="")
    citation: Id = column(CITATION, "care_2013")


class Code(Row):
    """A code of a terminology that case tables may use."""

    id: Text = column("Code", "HP:0002515")
    system: System = column("Terminology", "HPO")
    version: Text = column("Release the label was read from", "2025-01-16", default="")
    label: Text = column("Label in that release", "Waddling gait")
    citation: Id = column(CITATION, "hpo_2025")
    note: Text = column("When to use it, and when not", "", default="")


class ScaleGrade(Row):
    """A grade of a functional scale; grade numbers with a short anchor of our own."""

    id: Id = column("Unique", "vignos.1")
    scale: Text = column("Scale", "vignos")
    grade: Bounds = column("Grade", "1")
    anchor: Text = column("What it stands for, shortened", "walks and climbs stairs unaided")
    citation: Id = column(CITATION, "scales_public")


class Work(Row):
    """A cited work; a field that was not seen in a source is left empty."""

    id: Id = column("Unique", "fechner_2024")
    authors: Text = column("Authors", "Fechner A, Willenberg A")
    year: Text = column("Year", "2024")
    title: Text = column("Title", "Creatine kinase serum levels in children revisited")
    source: Text = column("Journal or site", "Clin Chim Acta")
    volume: Text = column("Volume and issue", "", default="")
    pages: Text = column("Pages", "119726", default="")
    doi: Text = column("DOI", "10.1016/j.cca.2024.119726", default="")
    pmid: Text = column("PubMed id", "", default="")
    note: Text = column("How the facts were obtained", "", default="")

    def short(self) -> str:
        """Author and year, as cited in text."""
        first = self.authors.split(",")[0]
        return f"{first}{' and others' if ',' in self.authors else ''}, {self.year}"


REFERENCE: dict[str, type[Row]] = {
    "limits": Limit,
    "growth": Growth,
    "care": CareItem,
    "codes": Code,
    "scales": ScaleGrade,
    "bibliography": Work,
}
