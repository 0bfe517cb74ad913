"""Made-up cases of many shapes: bounds, several clocks and drugs, and anything missing.

Each comes with values that were worked out here, apart from the package.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any

import yaml
from conftest import write_case

MEASURES = {"ck": ("creatine kinase", "U/L"), "crp": ("C-reactive protein", "mg/L"),
            "hb": ("haemoglobin", "g/dL")}  # fmt: skip
PLACE = "Case report"
Bounds = tuple[float, float]


@dataclass
class Made:
    """A case with what its values must be.

    Attributes
    ----------
    head : dict
        ``case.yaml``.
    tables : dict
        Rows by table.
    bounds : dict of (float, float)
        Expected bounds by headline value.
    """

    head: dict[str, Any]
    tables: dict[str, list[dict[str, str]]]
    bounds: dict[str, Bounds] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write its folder."""
        write_case(folder, yaml.safe_dump(self.head, sort_keys=False), self.tables)


def number(dice: random.Random, low: float = 1.0, high: float = 20_000.0) -> tuple[str, Bounds]:
    """A number in one of the forms that a report has, with its bounds."""
    x = round(dice.uniform(low, high), dice.choice([0, 0, 1]))
    x = max(x, low)
    y = round(x * dice.uniform(1.1, 3), 1)
    a, b = f"{x:g}" if x < 1e5 else f"{x:.0f}", f"{y:g}" if y < 1e5 else f"{y:.0f}"
    x, y = float(a), float(b)
    return dice.choice(
        [(a, (x, x)), (a, (x, x)), (f"about {a}", (x, x)), (f"more than {a}", (x, inf)),
         (f"at least {a}", (x, inf)), (f"less than {a}", (-inf, x)),
         (f"at most {a}", (-inf, x)), (f"{a} to {b}", (x, y))]
    )  # fmt: skip


def make(seed: int) -> Made:
    """A case of its own for each seed."""
    dice = random.Random(seed)
    case = f"synthetic-{seed}"
    clocks = [{"id": f"c{n}", "label": f"event {w}", "phrase": f"event {w}"} for n, w in
              enumerate(("one", "two", "three", "four")[: dice.randint(1, 4)])]  # fmt: skip
    for clock in clocks[1:]:
        if gap := dice.choice(["", "at least 0", "4", "2 to 6", "more than 1.5"]):
            clock |= {"gap": gap, "gap_unit": dice.choice(["wk", "mo"])}
    head: dict[str, Any] = {
        "id": case,
        "title": "A made-up case",
        "citation": {"authors": "Nobody N", "title": "Made up", "year": 2000, "licence": "none"},
        "subject": {
            "sex": dice.choice(["female", "male", "other", "not reported"]),
            "noun": "patient",
            "age": dice.choice(["40", "about 7", "1 to 3", "at least 18", "at least 90"]),
            "age_unit": "a",
            "age_means": "at the first event",
            "place": PLACE,
            "as_reported": "a patient",
        },
        "diagnosis": {"name": "a disease", "place": PLACE, "as_reported": "a disease"},
        "clocks": clocks,
    }
    made = Made(head, {name: [] for name in ("observations", "findings", "treatments", "motor")})
    courses = _treatments(dice, made)
    _observations(dice, made, courses)
    _findings(dice, made, courses)
    _motor(dice, made)
    made.tables["register"] = [
        {"id": f"m{n}", "kind": "missing", "topic": "something", "statement": "Not reported",
         "consequence": "Nothing can be said"} for n in range(dice.randint(0, 2))
    ]  # fmt: skip
    return made


def _timed(dice: random.Random, made: Made, courses: int) -> dict[str, str]:
    """A time on some clock, counted in weeks or in courses; or none."""
    if dice.random() < 0.2:
        return {}
    clock = dice.choice(made.head["clocks"])
    if clock.get("drug") and dice.random() < 0.5:
        n = dice.randint(1, courses)
        time = dice.choice([str(n), f"at least {n}", f"{n} to {n + 2}"])
        return {"clock": clock["id"], "time": time, "time_unit": "{course}"}
    time = dice.choice(["0", "0", "3", "1.5", "at least 0", "at least 4", "2 to 8", "about 6"])
    return {"clock": clock["id"], "time": time, "time_unit": dice.choice(["wk", "mo"])}


def _observations(dice: random.Random, made: Made, courses: int) -> None:
    rows = made.tables["observations"]
    for measure in dice.sample(list(MEASURES), dice.randint(1, 3)):
        name, unit = MEASURES[measure]
        for n in range(dice.randint(1, 4)):
            text, bounds = number(dice)
            row = {"id": f"{measure}.v{n}", "name": name, "value": text, "unit": unit,
                   "place": PLACE, "as_reported": text,
                   "occasion": dice.choice(["", "at some time"])}  # fmt: skip
            rows.append({**row, **_timed(dice, made, courses)})
            made.bounds[row["id"]] = bounds
    made.head["main_measure"] = rows[0]["id"].partition(".")[0]
    if made.head["main_measure"] == "ck" and dice.random() < 0.5:
        made.head["uses"] = {"upper_limit": {"ck": "ck_jccls_women"}}  # 153 U/L
        for row in rows:
            if row["id"].startswith("ck."):
                low, high = made.bounds[row["id"]]
                made.bounds[row["id"].replace(".", ".fold.", 1)] = (low / 153, high / 153)
    pairs = []
    for one, two in pairwise(rows):
        if one["id"].partition(".")[0] == two["id"].partition(".")[0]:
            key = f"{one['id'].partition('.')[0]}.change.p{len(pairs)}"
            pairs.append({"id": key, "old": one["id"], "new": two["id"]})
            made.bounds[key] = change(made.bounds[one["id"]], made.bounds[two["id"]])
    if pairs:
        made.head["comparisons"] = pairs


def change(old: Bounds, new: Bounds) -> Bounds:
    """Percent from one to another: 100 × (new / old - 1); open where old may be nothing."""
    if old[0] <= 0:
        return -inf, inf
    low = -inf if new[0] == -inf else 100 * (new[0] / old[1] - 1)
    return low, 100 * (new[1] / old[0] - 1)


def _treatments(dice: random.Random, made: Made) -> int:
    """Drugs by day and in courses; gives the number of courses."""
    rows, total = made.tables["treatments"], 0
    for n in range(dice.randint(0, 2)):
        drug = f"drug{'ab'[n]}"
        row = {"id": f"{drug}.start", "drug": drug, "name": f"drug {'AB'[n]}", "route": "oral",
               "place": PLACE, "as_reported": "was given"}  # fmt: skip
        if dice.random() < 0.7:
            dose = dice.choice(["1", "2.5", "10"])
            row |= {"dose": dose, "dose_unit": "mg/kg/d", "as_reported": f"{dose} mg/kg"}
            made.bounds[f"{drug}.dose.start"] = (float(dose), float(dose))
        if dice.random() < 0.7:
            start = dice.choice(["0", "at least 0", "2"])
            row |= {"clock": dice.choice(made.head["clocks"])["id"], "start": start,
                    "time_unit": "wk"}  # fmt: skip
            if start == "0" and dice.random() < 0.5:
                row["stop"] = dice.choice(["4", "at least 6"])
        rows.append(row)
    if dice.random() < 0.6:
        clock = dice.choice(made.head["clocks"])
        clock["drug"] = "pulse"
        dose, amount = dice.choice([(2, "2"), (400, "400"), (12.5, "12.5")])
        for n in range(dice.randint(1, 2)):
            count, days = dice.randint(1, 6), dice.randint(1, 5)
            row = {"id": f"pulse.b{n}", "drug": "pulse", "name": "pulse therapy",
                   "dose": amount, "dose_unit": "mg/kg", "dose_per": "day",
                   "days_per_course": str(days), "courses": str(count), "interval": "4",
                   "interval_unit": "wk", "place": PLACE,
                   "as_reported": f"{amount} mg/kg, {days} days"}  # fmt: skip
            row |= (
                {"clock": clock["id"], "start": "0", "time_unit": "wk"} if n == 0 else
                {"follows": "pulse.b0", "gap": dice.choice(["4", "at least 0", "4 to 6"]),
                 "gap_unit": "wk"}
            )  # fmt: skip
            rows.append(row)
            total += count
            made.bounds[f"pulse.courses.b{n}"] = (count, count)
            sum_ = made.bounds.get("pulse.dose_total", (0.0, 0.0))[0] + count * days * dose
            made.bounds["pulse.dose_total"] = (sum_, sum_)
        made.bounds["pulse.courses"] = (total, total)
    return total


def _findings(dice: random.Random, made: Made, courses: int) -> None:
    kinds = ("symptom", "sign", "laboratory", "biopsy", "adverse event", "outcome", "course")
    counts = dict.fromkeys(("observed", "excluded", "ambiguous", "not reported"), 0)
    drugs = [row["drug"] for row in made.tables["treatments"]]
    for n in range(dice.randint(0, 7)):
        state = dice.choice(list(counts))
        counts[state] += 1
        row = {"id": f"f{n}", "name": f"finding {'abcdefg'[n]}", "kind": dice.choice(kinds),
               "state": state}  # fmt: skip
        if state != "not reported":
            row |= {"place": PLACE, "as_reported": "was seen", **_timed(dice, made, courses)}
            if row.get("clock") and dice.random() < 0.4:
                row["event"] = "yes"
            if drugs and row["kind"] == "adverse event":
                row["related_to"] = dice.choice(drugs)
        made.tables["findings"].append(row)
    seen, out, open_ = counts["observed"], counts["excluded"], counts["ambiguous"]
    made.bounds["findings.observed"] = (seen, seen + open_)
    made.bounds["findings.excluded"] = (out, out + open_)
    made.bounds["findings.not_reported"] = (counts["not reported"],) * 2


def _motor(dice: random.Random, made: Made) -> None:
    for n in range(dice.randint(0, 3)):
        row = {"id": f"m{n}", "name": "able to move", "short": "moves"}
        if dice.random() < 0.8:
            low = dice.randint(1, 9)
            high = dice.randint(low, 10)
            grade = str(low) if low == high else f"{low} to {high}"
            row |= {"scale": "vignos", "grade": grade, "place": PLACE, "as_reported": "moved"}
            made.bounds[f"motor.m{n}"] = (low, high)
            clock = dice.choice(made.head["clocks"])["id"]
            row |= {"clock": clock, "time": dice.choice(["0", "3", "at least 2"]),
                    "time_unit": "wk"}  # fmt: skip
        made.tables["motor"].append(row)
