"""Doses, published regimens and simulated IgG as tables."""

from __future__ import annotations

from casetrace.case.model import Case
from casetrace.display.table import Table, sourced
from casetrace.quantity.wording import plural
from casetrace.questions.evidence import analysis as evidence
from casetrace.questions.exposure.doses import assumed_weight
from casetrace.questions.exposure.igg import model_reading
from casetrace.questions.sensitivity.by_reading import by_reading, given_values, moving
from casetrace.questions.values import of_family

__all__ = ["doses", "grams", "igg", "igg_models", "regimens"]


def in_courses(case: Case) -> list[str]:
    """Drugs that are given in courses."""
    return list(dict.fromkeys(t.drug for t in case.rows.treatments if t.is_block))


def named(case: Case, drug: str) -> str:
    """Return a drug in words that no other drug of the case has: by its route if need be."""
    rows = {t.drug: t for t in reversed(case.rows.treatments)}
    row = rows[drug]
    if sum(t.name == row.name for t in rows.values()) == 1:
        return row.name
    return f"{row.name} ({row.route or drug.replace('_', ' ')})"


def doses(case: Case) -> Table | None:
    """Doses of the drugs in courses under every combination of the readings that move them."""
    columns, drugs = {}, in_courses(case)
    for drug in drugs:
        blocks = [t for t in case.rows.treatments if t.drug == drug and t.is_block]
        of = f"{named(case, drug)}: " if len(drugs) > 1 else ""
        for block in blocks:
            step = block.id.partition(".")[2]
            said = f", {step.replace('_', ' ')}"
            columns[f"{drug}.dose_per_course.{step}"] = f"{of}a {block.each}{said}"
            columns[f"{drug}.dose_rate.{step}"] = f"{of}per week{said}"
        every = plural(blocks[0].each)
        columns[f"{drug}.dose_total"] = f"{of}all {every}"
        columns[f"{drug}.weeks_first_to_last_course"] = f"{of}first to last {blocks[0].each}"
    return by_reading(case, "exposure", "Doses, by reading", columns)


def grams(case: Case) -> Table | None:
    """Grams of a course at the weights of the growth standard that the case assumes."""
    if assumed_weight(case) is None:
        return None
    several = len(in_courses(case)) > 1
    columns = {
        f"{t.drug}.grams_per_course.{step}": (
            f"{f'{named(case, t.drug)}: ' if several else ''}a {t.each}, {step.replace('_', ' ')}"
        )
        for t in case.rows.treatments
        if t.is_block and (step := t.id.partition(".")[2])
    }
    return by_reading(case, "grams", "Grams of a course at assumed body weights", columns)


def regimens(case: Case) -> Table | None:
    """Published regimens of the drugs of the case."""
    rows = []
    for s in evidence.studies(case):
        dose = f"{s.dose.text(unit=False)} {s.dose_unit}" if s.dose else "not reported"
        cells = [s.label, s.kind, s.population, s.disease, dose, s.regimen, s.note]
        rows.append([sourced(case, cell, f"reference/studies/{s.id}") for cell in cells])
    columns = ["published", "kind", "of", "disease", "dose of a course", "regimen", "note"]
    return Table("Published regimens", columns, rows) if rows else None


def igg(case: Case) -> Table | None:
    """Simulated IgG under each reading of the dose and each model."""
    columns = {}
    for key in of_family(case, "igg"):
        if key.startswith("igg."):
            what, _, when = key.removeprefix("igg.").partition(".last_of_")
            columns[key] = f"{what}, last of {when.replace('_', ' ')}"
    if not columns:
        return None
    shown = {*moving(case, "exposure", given_values(case.head.uses.igg.drug)), model_reading(case)}
    title = "Simulated serum IgG: an assumption, no IgG is reported"
    return by_reading(case, "igg", title, columns, shown, one_at_a_time=True)


def igg_models(case: Case) -> Table | None:
    """The models of the pharmacokinetics of IgG that can be chosen."""
    igg = case.head.uses.igg
    if igg is None:
        return None
    rows = []
    for m in case.reference.pk_models:
        cells = [m.label, m.population, m.n, "in force" if m.id == igg.model else "", m.note]
        rows.append([sourced(case, cell, f"reference/pk_models/{m.id}") for cell in cells])
    return Table("Models", ["model", "estimated in", "n", "in force", "note"], rows)
