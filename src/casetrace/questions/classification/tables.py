"""Classification criteria as tables."""

from __future__ import annotations

from casetrace.case.measures import comparable, measure_of, upper_limit
from casetrace.case.model import Case
from casetrace.display.table import Cell, Table, sourced, traced, words_of
from casetrace.display.trace import mark
from casetrace.quantity.units import NOT_PRINTED
from casetrace.questions.classification import scoring as engine
from casetrace.questions.classification.criteria_items import items
from casetrace.questions.question import Answer
from casetrace.questions.sensitivity.by_reading import by_reading
from casetrace.questions.values import of_family

__all__ = [
    "SETS",
    "answer",
    "classes",
    "classes_by_reading",
    "criteria",
    "fact_label",
    "has",
    "settled_by",
]

#: Sets of criteria by the name they are printed with, with their versions.
SETS = {
    "eular_acr": ("EULAR/ACR 2017", engine.VERSIONS),
    "bohan_peter": ("Bohan and Peter 1975", ("",)),
    "tanimoto": ("Tanimoto 1995", ("",)),
}
_VERSION = {"no_biopsy": ", without biopsy", "biopsy": ", with biopsy", "": ""}


def answer(case: Case) -> str:
    """Say the class under each set of criteria, as far as it is known."""
    found, said = of_family(case, "criteria"), []
    for name, (label, versions) in SETS.items():
        for version in versions:
            key = f"criteria.{name}.class" + (f".{version}" if version else "")
            if key in found:
                row = next(c for c in case.reference.classes if c.set == name)
                of = mark(f"reference/classes/{row.id}", label)
                said.append(f"{of}{_VERSION[version]}: {mark(key, found[key].text())}")
    return f"{'; '.join(said)}." if said else ""


def has(case: Case) -> Answer:
    """Return what a case has for the question, and what it lacks."""
    has = [
        f"rows linked to the items of {label}"
        for name, (label, _) in SETS.items()
        if items(case, name)
    ]
    lacks = (
        [] if has else ["links.csv links no item of criteria for inflammatory myopathies to a row"]
    )
    return has, lacks


def criteria(case: Case, name: str) -> Table | None:
    """The items of a set of criteria, each with its state and the words it rests on."""
    given = items(case, name)
    if not given:
        return None
    scored = name in engine.SCORED
    rows = []
    for item in given:
        key = f"reference/criteria/{item.id}"
        points = [engine.points_of(item, v) for v in engine.VERSIONS] if scored else []
        rests = [case.describe(s) for s in item.sources if not s.startswith(("reference", "links"))]
        note = "; ".join(n for n in (item.note, item.row.note) if n)
        points = [sourced(case, "" if p is None else f"{p:g}", key) for p in points]
        label = sourced(case, item.label, key)
        rows.append([label, item.part, item.state, *points, words_of(rests), note])
    columns = ["item", "part", "state", *(["points", "points with biopsy"] if scored else [])]
    return Table(f"Items of {SETS[name][0]}", [*columns, "words of the report", "note"], rows)


def classes(case: Case) -> Table | None:
    """Score, probability and class under each set, with bounds over what is open."""
    found = of_family(case, "criteria")
    rows = []
    for name, (_, versions) in SETS.items():
        for version in versions:
            end = f".{version}" if version else ""
            if f"criteria.{name}.class{end}" not in found:
                continue
            cells = [
                traced(case, found[key]) if (key := f"criteria.{name}.{part}{end}") in found else ""
                for part in ("score", "probability", "class")
            ]
            form = found.get(f"criteria.{name}.form")
            cells.append(traced(case, form) if form else "")
            rows.append(
                [_named(case, name, version), *cells, found[f"criteria.{name}.class{end}"].how]
            )
    columns = ["criteria", "score", "probability", "class", "of", "how"]
    return Table("Classes, with bounds over what is open", columns, rows) if rows else None


def classes_by_reading(case: Case) -> Table | None:
    """The class under every combination of the readings that move it."""
    columns = {}
    for name, (label, versions) in SETS.items():
        for version in versions:
            end = f".{version}" if version else ""
            if name in engine.SCORED:
                columns[f"criteria.{name}.score{end}"] = f"{label}{_VERSION[version]}: score"
            columns[f"criteria.{name}.class{end}"] = f"{label}{_VERSION[version]}: class"
            columns[f"criteria.{name}.form"] = f"{label}: of"
    return by_reading(case, "criteria", "If you read it this way, then", columns)


def settled_by(case: Case, most: int = 8) -> Table | None:
    """Facts that, reported as present together, would be enough to classify the patient."""
    rows = []
    for name, (_, versions) in SETS.items():
        if not items(case, name):
            continue
        for version in versions:
            sets = engine.settling(case, name, version)
            end = f".{version}" if version else ""
            state = traced(case, of_family(case, "criteria")[f"criteria.{name}.class{end}"])
            if sets == [()] or not sets:
                none = "nothing more is needed" if sets else "more than could be tried"
                rows.append([_named(case, name, version), state, none, ""])
                continue
            said = [" and ".join(fact_label(case, f) for f in facts) for facts in sets]
            rest = f"; and {len(said) - most} more" if len(said) > most else ""
            tried = "tried: every item that is open or not reported, every pair, and every three"
            sizes = sorted({len(facts) for facts in sets})
            count = Cell(f"{' or '.join(map(str, sizes))} fact{'s' * (sizes[-1] > 1)}", tried)
            which = Cell("; or ".join(said[:most]) + rest, tried)
            rows.append([_named(case, name, version), state, count, which])
    columns = ["criteria", "class now", "enough together", "which"]
    return Table("What would settle it, if reported as present", columns, rows) if rows else None


def _named(case: Case, name: str, version: str) -> Cell:
    """A set of criteria in a version, with the work that it is from."""
    row = next(c for c in case.reference.classes if c.set == name)
    return sourced(case, SETS[name][0] + _VERSION[version], f"reference/classes/{row.id}")


def fact_label(case: Case, fact: str) -> str:
    """A row or an item in words; of a number that cannot be judged, what it lacks."""
    table, _, key = fact.partition("/")
    if not key:
        return case.reference.get("criteria", fact).label
    row = case.get(table, key)
    if table != "observations" or row.value is None:
        return row.name
    limit = upper_limit(case, measure_of(row))
    if row.unit == NOT_PRINTED:
        return f"the unit of {row.name}, and a value above the limit"
    if limit is None or not comparable(row.unit, limit.unit):
        return f"an upper limit of {row.name}, and the value above it"
    return row.name
