"""``data/reference/``: facts from outside the report, each with the work it is cited from."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from casetrace.case.fields import (
    Amount,
    Bounds,
    Id,
    Name,
    NameOrEmpty,
    Number,
    Prose,
    System,
    Text,
    Unit,
    column,
)
from casetrace.case.rows import Row

__all__ = [
    "REFERENCE",
    "CareItem",
    "Code",
    "Constant",
    "Criterion",
    "CriterionClass",
    "Growth",
    "Limit",
    "Phenotype",
    "PkModel",
    "Plausible",
    "ScaleGrade",
    "Study",
    "Work",
]

CITATION = "Key of bibliography.csv"


class Limit(Row):
    """An upper reference limit."""

    id: Id = column("Unique", "ck_life_2y")
    measure: Text = column("Measure as in observations.csv", "ck")
    population: Text = column("Whom it was measured in", "girls aged 2 years, Leipzig")
    statistic: Text = column("What the number is", "97.5th percentile")
    value: Bounds = column("Upper limit", "328", unit="unit")
    unit: Unit = column("UCUM unit", "U/L")
    printed_in: Text = column(
        "Case whose report prints it; empty: from elsewhere, so an assumption",
        "imataka-2014",
        default="",
    )
    citation: Id = column(CITATION, "fechner_2024")
    note: Text = column("How it was obtained", "", default="")


class Plausible(Row):
    """Bounds beyond which a value is most likely a slip of typing or of the unit."""

    id: Id = column("Unique", "ck")
    code: Text = column("LOINC code of the measure, as in observations.csv", "2157-6")
    low: Number = column("Lower bound", "5")
    high: Number = column("Upper bound", "500000")
    unit: Unit = column("UCUM unit", "U/L")
    citation: Id = column(CITATION, "casetrace_slips")
    note: Text = column("How it was chosen", "", default="")


class Growth(Row):
    """Weight for age: LMS parameters and percentiles."""

    id: Id = column("Unique", "who_girls_24")
    sex: Text = column("Sex", "female")
    age_months: Number = column("Age in completed months", "24")
    l_power: Number = column("Box-Cox power L", "-0.2941")
    m_kg: Number = column("Median M in kg", "11.4775")
    s: Number = column("Coefficient of variation S", "0.1239")
    p03_kg: Amount = column(
        "Third percentile in kg, computed from L, M and S", "9.161", unit="= kg"
    )
    p50_kg: Amount = column("Median in kg, computed", "11.477", unit="= kg")
    p97_kg: Amount = column("Ninety-seventh percentile in kg, computed", "14.611", unit="= kg")
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


class Criterion(Row):
    """An item of a set of classification criteria, or a measure of a core set."""

    id: Id = column("set.item", "eular_acr.heliotrope")
    set: Name = column("Set it belongs to", "eular_acr")
    part: Literal["", "muscle", "skin", "laboratory", "biopsy", "core set"] = column(
        "Part of the set it is counted in", "skin", default=""
    )
    label: Text = column("What it asks for, in our words", "heliotrope rash")
    points_no_biopsy: Number = column("Points, if no biopsy is counted", "3.1", default=None)
    points_biopsy: Number = column("Points, if a biopsy is counted", "3.2", default=None)
    alternative: NameOrEmpty = column(
        "Name shared by items of which one at most can be met", "age", default=""
    )
    age_from: Number = column(
        "Met from this age at the first symptom, in years", "18", default=None
    )
    age_below: Number = column("and below this age", "40", default=None)
    marks: Text = column(
        "Another disease that the item is a mark of: it is never named as what would settle a "
        "classification",
        "inclusion body myositis",
        default="",
    )
    citation: Id = column(CITATION, "lundberg_2017")
    note: Text = column("How the item is defined", "", default="")


class CriterionClass(Row):
    """A class that a set of criteria assigns, with what it takes at the least."""

    id: Id = column("set.class", "eular_acr.probable")
    set: Name = column("Set it belongs to", "eular_acr")
    rank: Number = column("0 for the lowest class", "2")
    label: Prose = column("Name of the class", "probable")
    score_no_biopsy: Number = column("Least score without biopsy", "5.5", default=None)
    score_biopsy: Number = column("Least score with biopsy", "6.7", default=None)
    items_with_skin: Number = column(
        "Least number of muscle items met, if a skin item is met", "2", default=None
    )
    items_without_skin: Number = column(
        "Least number of muscle items met, if none is", "3", default=None
    )
    enough: Literal["", "yes"] = column(
        "yes: the least class at which a patient counts as classified", "yes", default=""
    )
    citation: Id = column(CITATION, "lundberg_2017")
    note: Text = column("What the class means", "", default="")


class Constant(Row):
    """A number that a formula uses, or an interval of healthy people."""

    id: Id = column("Unique", "ck.fold.extremely")
    label: Text = column("What it is", "reference interval of serum IgG, children aged 2 years")
    value: Bounds = column("The number, with bounds", "4.86 to 11.4", unit="unit")
    unit: Unit = column("UCUM unit", "g/L")
    citation: Id = column(CITATION, "changchun_igg")
    note: Text = column("How it was obtained, and how sure it is", "", default="")


class PkModel(Row):
    """A population model of the pharmacokinetics of IgG, scaled by body weight."""

    id: Id = column("Unique", "cheng_2026")
    label: Text = column("Author and year", "Cheng 2026")
    population: Text = column("Whom it was estimated in", "children with immunodeficiency")
    n: Bounds = column("How many", "64")
    ref_weight_kg: Number = column("Body weight that the parameters stand for", "70")
    cl_l_d: Number = column("Clearance in L/d", "0.308")
    exp_cl: Number = column("Power of relative body weight for it", "0.75")
    v1_l: Number = column("Central volume in L", "3.59")
    exp_v1: Number = column("Power of relative body weight for it", "1")
    q_l_d: Number = column(
        "Exchange clearance in L/d; empty: one compartment", "1.08", default=None
    )
    exp_q: Number = column("Power of relative body weight for it", "0.75", default=None)
    v2_l: Number = column("Peripheral volume in L", "7.37", default=None)
    exp_v2: Number = column("Power of relative body weight for it", "1", default=None)
    cv_cl: Number = column("Variation between subjects in %, clearance", "42.7", default=None)
    cv_v1: Number = column("Variation between subjects in %, central volume", "", default=None)
    cv_v2: Number = column("Variation in %, peripheral volume", "138.6", default=None)
    citation: Id = column(CITATION, "cheng_2026")
    note: Text = column("How the parameters were obtained, and what to mind", "", default="")


class Study(Row):
    """A published regimen or series of a drug, with outcome as reported."""

    id: Id = column("Unique", "al_mayouf_2000")
    drug: Name = column("Drug as in treatments.csv", "ivig")
    label: Text = column("As cited in a figure", "Al-Mayouf 2000")
    kind: Literal["trial", "cohort", "series", "plan", "guideline"] = column(
        "What kind of work", "series"
    )
    population: Literal["children", "adults"] = column("Whom it is about", "children")
    disease: Text = column("Disease, as described", "juvenile dermatomyositis")
    n: Bounds = column("Number of patients", "18", default=None)
    dose: Bounds = column("Dose of a course", "2", unit="dose_unit", default=None)
    dose_unit: Unit = column("UCUM unit of the dose", "g/kg", default="")
    interval: Bounds = column(
        "From one course to the next", "4", unit="interval_unit", default=None
    )
    interval_unit: Unit = column("UCUM unit of the interval", "wk", default="")
    regimen: Text = column("The regimen in words", "every 4 weeks")
    improved: Amount = column("Number who improved", "12", default=None)
    of: Amount = column("of how many", "18", default=None)
    percent: Amount = column(
        "Share who improved in %, if only that is given", "79", unit="= %", default=None
    )
    control_percent: Amount = column("The same among controls", "44", unit="= %", default=None)
    control_improved: Amount = column("Number of controls who improved", "21", default=None)
    control_of: Amount = column("of how many controls", "48", default=None)
    outcome: Text = column("What counted as improved, or the result", "improved", default="")
    further: Text = column("Further results as reported", "", default="")
    citation: Id = column(CITATION, "al_mayouf_2000")
    note: Text = column("How a number follows that is not printed", "", default="")

    @model_validator(mode="after")
    def _counts_hang_together(self) -> Study:
        if (self.improved is None) != (self.of is None):
            raise ValueError("improved and of go together: give both or neither")
        if self.improved is not None and self.improved.low > self.of.low:
            raise ValueError(f"improved {str(self.improved)!r} is more than of {str(self.of)!r}")
        return self


class Phenotype(Row):
    """A sign of a disease with the class of its frequency."""

    id: Text = column("HPO term", "HP:0003326")
    disease: Text = column("MONDO code of the disease", "MONDO:0008054")
    label: Text = column("Label of the term", "Myalgia")
    frequency: Literal["very frequent", "frequent", "occasional"] = column(
        "Class of frequency", "very frequent"
    )
    citation: Id = column(CITATION, "orphanet_jdm")


class Work(Row):
    """A cited work; a field that was not seen in a source is left empty."""

    id: Id = column("Unique", "fechner_2024")
    authors: Text = column("Authors", "Fechner A, Willenberg A", default="")
    year: Text = column("Year", "2024")
    title: Text = column("Title", "Creatine kinase serum levels in children revisited")
    source: Text = column("Journal or site", "Clin Chim Acta")
    volume: Text = column("Volume and issue", "", default="")
    pages: Text = column("Pages", "119726", default="")
    doi: Text = column("DOI", "10.1016/j.cca.2024.119726", default="")
    pmid: Text = column("PubMed id", "", default="")
    note: Text = column("How the facts were obtained", "", default="")

    def cited(self) -> str:
        """As it is listed among references, in the style of Vancouver.

        Notes
        -----
        Citing Medicine, 2nd edition, National Library of Medicine 2007.
        """
        year = "" if self.year == "undated" else self.year
        where = f"{year};{self.volume}" if year and self.volume else year
        where += f":{self.pages}" if self.pages and self.volume else ""
        where += f", {self.pages}" if self.pages and not self.volume else ""
        parts = (self.authors, self.title, self.source, where)
        found = " ".join(f"{part.rstrip('.')}." for part in parts if part)
        return found + (f" doi:{self.doi}" if self.doi else "")

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
    "criteria": Criterion,
    "classes": CriterionClass,
    "constants": Constant,
    "pk_models": PkModel,
    "plausible": Plausible,
    "studies": Study,
    "phenotypes": Phenotype,
    "bibliography": Work,
}
