"""A case as far as a file told it: rows for the tables, and what could not be placed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from casetrace.case.fields import MAX_WORDS
from casetrace.case.model import Reference
from casetrace.case.privacy import found_in
from casetrace.case.rows import TABLES, columns
from casetrace.case.write import inert
from casetrace.curate.guide import EXAMPLE
from casetrace.quantity.units import UnitError, converts, spelling, symbols

__all__ = ["CLOCK", "NOT_PLACED", "Draft", "Unplaced"]

#: The one clock of an imported case: times are counted from the first one in the file.
CLOCK = "first"
#: The account of what had no place, in the folder of an imported case.
NOT_PLACED = "not-placed.csv"


#: Clocks of an imported case beside the first record: what times are counted from, and how.
CLOCKS = {
    CLOCK: {"label": "first record", "phrase": "the first record"},
    "birth": {"label": "birth", "phrase": "birth", "counts": "age"},
}


@dataclass(frozen=True)
class Unplaced:
    """Something of a file that has no place in a case.

    Attributes
    ----------
    path : str
        Where it stands in the file.
    value : str
        What stands there; of what could identify a patient its kind alone, in brackets.
    why : str
        Why it has no place, and what can be done.
    """

    path: str
    value: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


@dataclass
class Draft:
    """What was read so far.

    Attributes
    ----------
    reference : Reference
        The reference tables: a code is kept if it is among them.
    subject, diagnosis, citation : dict of str
        Parts of ``case.yaml``.
    rows : dict of list of dict
        Rows by table.
    unplaced : list of Unplaced
        What had no place, and why.
    chosen : tuple
        Where the condition stands that was chosen as the diagnosis.
    clocks : dict of dict
        Clocks beside the first record and birth, by id.
    reading : tuple
        The way to what is read now.
    words : dict of str
        Place and words of the report that what is read now is said to rest on, and its note.
    onset : tuple of str
        Age at the first symptom, and its unit.
    first : datetime.date, optional
        The first day of the file, which times are counted from; it is not kept.
    came : dict of tuple
        Where each row came from, by table and id.
    """

    reference: Reference
    subject: dict[str, str] = field(default_factory=dict)
    diagnosis: dict[str, str] = field(default_factory=dict)
    citation: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    unplaced: list[Unplaced] = field(default_factory=list)
    chosen: tuple[str | int, ...] = ()
    clocks: dict[str, dict[str, str]] = field(default_factory=dict)
    reading: tuple[str | int, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    onset: tuple[str, str] = ("", "")
    first: dt.date | None = None
    came: dict[tuple[str, str], tuple[str | int, ...]] = field(default_factory=dict)
    _next: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many rows were placed so far."""
        return sum(map(len, self.rows.values()))

    @property
    def has_age(self) -> bool:
        """Whether the age of the patient was read."""
        return "age" in self.subject

    def leave(self, path: str, why: str, value: str = "", is_public: bool = False) -> None:
        """Note what has no place; of a value that could identify a patient its kind is kept."""
        found = () if is_public else found_in(value)
        kinds = list(dict.fromkeys(kind.label for kind, _ in found))
        kept = "".join(f"({kind})" for kind in kinds) or value
        self.unplaced.append(Unplaced(path, kept, why))

    def add(self, table: str, name: str, place: str, said: str, **cells: str) -> None:
        """Add a row with an id of its own, at a place in the file, with the words it came from."""
        rows = self.rows.setdefault(table, [])
        if table == "treatments" and "id" not in self.words:
            cells |= self._apart(cells)
        base = self.words.get("id", "") or cells.get("id", "") or slug(name)
        row_id = base
        while (table, row_id) in self._next:  # what number the next one of this name has is kept
            number = self._next[table, base] = self._next[table, base] + 1
            row_id = f"{base}_{number}"
        self._next[table, row_id] = 1
        # A number stands at the end of what is said, a name at its beginning.
        is_number = table in ("observations", "treatments")
        kept = said.split()[-MAX_WORDS:] if is_number else said.split()[:MAX_WORDS]
        words = " ".join(kept).rstrip(".!?")
        row = {"name": name, "place": place, "as_reported": words, **cells, **self.words}
        row = {"id": row_id, **{key: value for key, value in row.items() if key != "id"}}
        self.came[table, row_id] = self.reading
        rows.append({key: value for key, value in row.items() if value})

    def _apart(self, cells: dict[str, str]) -> dict[str, str]:
        """Drug and id of a step: doses that cannot be drawn on one axis are drugs of their own."""
        drug, unit = cells["drug"], cells.get("dose_unit", "")
        for number in ("", "_2", "_3", "_4"):
            name = f"{drug}{number}"
            others = {r.get("dose_unit") for r in self.rows["treatments"] if r["drug"] == name}
            if not unit or all(converts(unit, other) for other in others - {None}):
                return {"drug": name, "id": cells["id"].replace(drug, name, 1)}
        return {}

    def unit(self, unit: str) -> str | None:
        """A unit in UCUM as this project writes it; None if it is not known.

        The case of a letter is never guessed, but for the litre: mM is no millimetre.
        """
        unit = unit.removeprefix("UCUM:")
        try:
            symbols(unit or "1")
        except UnitError:
            found = spelling(unit) or ""
            is_folded = found.casefold() == unit.casefold()
            is_litre = found.replace("l", "L") == unit.replace("l", "L")
            return None if not found or (is_folded and not is_litre) else found
        return unit or "1"

    def measure(self, code: str, name: str) -> str:
        """The short name of a measure: that of its code, if there is one, or of its words."""
        known = {row.code: row.id for row in self.reference.plausible}
        return known.get(code.removeprefix("LOINC:"), slug(name)[:20].rstrip("_"))

    def files(self, case: str) -> dict[str, str]:
        """The files of the case folder by name."""
        care = [{"item": item.id, "met": "not rated"} for item in self.reference.care]
        rows = {**self.rows, "care": care}
        made = {"case.yaml": self._head(case)}
        for table, model in TABLES.items():
            if table in rows or table not in ("links", "disclosures"):
                out = io.StringIO()
                writer = csv.DictWriter(out, columns(model), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows.get(table, []))
                made[f"{table}.csv"] = out.getvalue()
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["path", "value", "why"])
        writer.writerows([inert(u.path), inert(u.value), u.why] for u in self.unplaced)
        return {**made, NOT_PLACED: out.getvalue()}

    def _head(self, case: str) -> str:
        measures = [
            r["id"].partition(".")[0] for r in self.rows.get("observations", ()) if "value" in r
        ]
        used = {row.get("clock") for rows in self.rows.values() for row in rows} or {CLOCK}
        clocks = {**CLOCKS, **self.clocks}
        used = (used | self.clocks.keys()) & clocks.keys() or {CLOCK}
        missing = {"place": EXAMPLE, "as_reported": EXAMPLE}
        subject = {"sex": "not reported", "age": "at least 0", "age_unit": "a", **self.subject}
        if self.onset[0] and self.onset[1] == subject["age_unit"]:
            subject["onset"] = self.onset[0]
        head: dict[str, Any] = {
            "id": case,
            "title": f"{EXAMPLE} of a title",
            "citation": {
                "authors": EXAMPLE,
                "title": EXAMPLE,
                **self.citation,
                "year": dt.date.today().year,
                "licence": EXAMPLE,
            },
            "subject": {
                "noun": _noun(subject["sex"]),
                "age_means": "as the imported file says",
                **missing,
                **subject,
            },
            "diagnosis": {"name": f"{EXAMPLE} disease", **missing, **self.diagnosis},
            **({"main_measure": measures[0]} if measures else {}),
            "clocks": [{"id": name, **about} for name, about in clocks.items() if name in used],
        }
        words = "# Imported. Complete and check every row against the report; see docs.\n"
        text = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=100)
        year = f"  year: {head['citation']['year']}\n"
        told = f"{year.rstrip()}  # {EXAMPLE}: that of this import; enter that of the report\n"
        return words + text.replace(year, told, 1)


def slug(text: str) -> str:
    """Words as an id: small letters, digits and underscores, a letter first."""
    found = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:40].strip("_")
    return found if found[:1].isalpha() else f"x_{found}".rstrip("_")


def _noun(sex: str) -> str:
    return {"female": "female patient", "male": "male patient"}.get(sex, "patient")
