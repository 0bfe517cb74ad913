"""Made-up cases over the whole model: every kind of scale, clock, bound, drug and event.

What a case says may be odd; what ``check`` passes must be computed, drawn and told.
"""

from __future__ import annotations

import random
from typing import Any

WORDS = [
    "fever",
    "rash",
    "seizure",
    "oedema",
    "dyspnoea",
    "headache",
    "jaundice",
    "transfer",
    "discharge",
    "relapse",
    "biopsy",
    "computed",
    "tomography",
    "of",
    "the",
    "chest",
    "and",
    "abdomen",
    "with",
    "contrast",
    "medium",
]
DRUGS = ("prednisolone", "intravenous immunoglobulin", "rituximab", "noradrenaline", "3 % saline",
         "oxaliplatin", "pH-adjusted lavage", "electroconvulsive therapy", "radiotherapy",
         "recombinant tissue plasminogen activator", "FK506", "mTOR inhibitor")  # fmt: skip
MEASURES = (
    ("na", "sodium", "mmol/L", 100, 160), ("ck", "creatine kinase", "U/L", 20, 40_000),
    ("ph", "pH", "[pH]", 7, 7.6), ("be", "base excess", "mmol/L", -20, 20),
    ("ham", "Hamilton depression score", "{score}", 0, 52), ("sbp", "systolic pressure", "mm[Hg]",
    70, 200), ("dbp", "diastolic pressure", "mm[Hg]", 40, 100), ("t", "temperature", "Cel", 35, 41),
    ("crp", "C-reactive protein", "not printed", 1, 300), ("gfr", "glomerular filtration rate",
    "mL/min/{1.73_m2}", 5, 120), ("load", "viral load", "10*3/mL", 0, 10_000),
)  # fmt: skip
UNITS = {"min": 90, "h": 72, "d": 60, "wk": 80, "mo": 60, "a": 10}


def bounds(dice: random.Random, low: float, high: float, digits: int = 1) -> str:
    """A number between two others, in one of the forms that a report has."""
    x, y = sorted(round(dice.uniform(low, high), digits) for _ in "ab")
    y = y if y > x else x + 1
    one, other = f"{x:.{digits}f}", f"{y:.{digits}f}"
    return dice.choice(
        [one] * 6 + [f"about {one}", f"more than {one}", f"at least {one}", f"less than {one}",
                     f"at most {one}", f"{one} to {other}"]
    )  # fmt: skip


def varied(seed: int) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]]]:
    """Return ``case.yaml`` and the tables of a case of its own for each seed."""
    dice = random.Random(seed)
    unit = dice.choice(list(UNITS))
    span = UNITS[unit] * dice.choice([0.05, 0.3, 1, 1])
    clocks = [{"id": "c0", "label": "admission", "phrase": "admission"}]
    for n, word in enumerate(dice.sample(("therapy", "flare", "surgery"), dice.randint(0, 2))):
        clocks.append({"id": f"c{n + 1}", "label": f"first {word}", "phrase": f"the first {word}"})
        if dice.random() < 0.5:
            clocks[-1] |= {"gap": bounds(dice, 0, span), "gap_unit": unit}
    if dice.random() < 0.1:
        clocks = [{"id": "c0", "label": "gestation", "phrase": "gestation", "counts": "gestation"}]
        unit, span = dice.choice([("wk", 40), ("d", 280)])
    tables: dict[str, list[dict[str, str]]] = {
        name: [] for name in ("observations", "findings", "treatments", "motor", "register")
    }
    rows: list[str] = []

    def time(lasts: bool = False) -> dict[str, str]:
        if dice.random() < 0.15:
            return {}
        clock = dice.choice([c["id"] for c in clocks] * 5 + rows)
        if not lasts:
            return {"clock": clock, "time": bounds(dice, -0.1 * span, span), "time_unit": unit}
        start, stop = sorted(round(dice.uniform(-0.1 * span, span), 1) for _ in "ab")
        found = {
            "start": dice.choice([f"{start}"] * 4 + [f"at least {start}", f"at most {start}", ""]),
            "stop": dice.choice(
                [f"{stop}"] * 4 + [f"at least {stop}", f"{stop} to {stop + 0.1 * span + 1:.1f}", ""]
            ),
        }
        if not any(found.values()):
            return {}
        return {"clock": clock, "time_unit": unit, **found}

    for n in range(dice.choice([0, 1, 2, 4, 12])):
        drug, name, per = f"d{n}", dice.choice(DRUGS), dice.choice(["mg", "mg/d"])
        for step in range(dice.choice([1, 1, 2, 3])):
            row = {"id": f"{drug}.s{step}", "drug": drug, "name": name, "place": "Report"}
            if dice.random() < 0.6:
                row |= {"dose": bounds(dice, 1, 100, 0), "dose_unit": per}
            if dice.random() < 0.4:
                count = dice.randint(1, 9)
                row |= {"courses": dice.choice([str(count), str(count), ""]),
                        "called": dice.choice(["", "dose", "session"])}  # fmt: skip
                if dice.random() < 0.7 or not row["courses"]:
                    row |= {"interval": dice.choice(["1", "2", "2 to 3"]), "interval_unit": unit}
                timed = {k: v for k, v in time(lasts=True).items() if k != "stop"}
                row |= timed if timed.get("start") else {}
            else:
                row |= time(lasts=True)
            row["as_reported"] = f"{row.get('dose', '')} given"
            tables["treatments"].append(row)
    rows += [f"treatments/{t['id']}" for t in tables["treatments"] if t.get("start")]

    chosen = dice.sample(MEASURES, dice.choice([0, 1, 1, 2, 3, 5]))
    for key, name, ucum, low, high in chosen:
        for n in range(dice.choice([1, 2, 3, 5, 12, 40])):
            row = {"id": f"{key}.v{n}", "name": name, "place": "Report"}
            if dice.random() < 0.07:
                row |= {"result": "almost normal", "as_reported": "almost normal"}
            else:
                text = bounds(dice, low, high)
                row |= {"value": text, "unit": ucum, "as_reported": f"was {text}"}
            tables["observations"].append({**row, **time(lasts=dice.random() < 0.05)})
    for n in range(dice.choice([0, 1, 3, 8])):
        name = " ".join(dice.sample(WORDS, dice.randint(1, 4)))
        row = {"id": f"f{n}", "name": name, "state": "observed", "place": "Report",
               "as_reported": "words", "kind": dice.choice(["sign", "imaging", "outcome",
               "procedure", "adverse event", "course"])}  # fmt: skip
        timed = time(lasts=dice.random() < 0.4)
        tables["findings"].append({**row, **timed, "event": "yes" if timed else ""})
    head: dict[str, Any] = {
        "id": f"varied-{seed}",
        "title": "A made-up case",
        "citation": {"authors": "N N", "title": "Made up", "year": 2000, "licence": "none"},
        "subject": {"sex": "female", "noun": dice.choice(["infant", "man", "adolescent"]),
                    "place": "Report", "as_reported": "a person"},
        "diagnosis": {"name": "a disease", "place": "Report", "as_reported": "a disease"},
        "clocks": clocks,
    }  # fmt: skip
    keys = {r["id"].partition(".")[0] for r in tables["observations"] if "value" in r}
    measures: dict[str, Any] = {}
    if "sbp" in keys and "dbp" in keys:
        measures["sbp"] = {"pair": "dbp"}
    if "ham" in keys:
        measures["ham"] = {"range": "0 to 52", "better": "low"}
    if "na" in keys:
        measures["na"] = {"lower": "135", "upper": "145", "target": "120 to 130",
                          "place": "Report", "as_reported": "135 to 145"}  # fmt: skip
    if measures:
        head["measures"] = measures
    if dice.random() < 0.2:
        head["axis"] = {"unit": dice.choice(list(UNITS))}
    return head, tables
