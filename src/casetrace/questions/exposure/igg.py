"""Simulated serum IgG: an assumption layer over the doses, never a measurement.

No IgG is reported. What is simulated is the IgG that the infusions add in a typical subject of
the assumed body weight under the chosen model, on top of the patient's own IgG as an interval.
How long an infusion ran is not reported either: from no time at all to a whole day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from casetrace.case.clocks import courses
from casetrace.case.model import Case
from casetrace.case.record import readings_of, recorded
from casetrace.display.trace import mark
from casetrace.quantity import Quantity, hull
from casetrace.quantity.wording import plural
from casetrace.questions.exposure.doses import assumed_weight, of_courses, per_course
from casetrace.questions.exposure.pharmacokinetics import concentration, scaled, varied
from casetrace.questions.question import Answer, sorted_out

__all__ = [
    "Schedule",
    "answer",
    "band",
    "endogenous",
    "has",
    "model_reading",
    "schedule",
    "typical",
    "values",
]

SUBJECTS, SEED = 400, 2014
WEIGHTS = 9  # of the assumed range, at which the bounds are sought


@dataclass(frozen=True)
class Schedule:
    """Infusions of a drug as the simulation takes them.

    Attributes
    ----------
    starts : dict
        ``low`` and ``high``: first day of each course, shape (courses,).
    blocks : tuple of str
        Block of each course.
    days : tuple of int
        Days of infusion of each course.
    doses : dict
        Dose per course in g/kg, by block.
    """

    starts: dict[str, np.ndarray]
    blocks: tuple[str, ...]
    days: tuple[int, ...]
    doses: dict[str, Quantity]

    def infusions(self, end: str, amount: str) -> tuple[np.ndarray, np.ndarray]:
        """Start in days and dose in g/kg of every infusion.

        Parameters
        ----------
        end : str
            ``low`` or ``high`` end of the planned times.
        amount : str
            ``low`` or ``high`` end of the doses.
        """
        starts, doses = [], []
        for first, block, days in zip(self.starts[end], self.blocks, self.days, strict=True):
            dose = getattr(self.doses[block], amount)
            starts += [first + day for day in range(days)]
            doses += [dose / days] * days
        return np.array(starts), np.array(doses)


def schedule(case: Case) -> Schedule | None:
    """The infusions; None without a model, a weight, a dose per kilogram or planned times."""
    igg = case.head.uses.igg
    weight = assumed_weight(case)
    if igg is None or weight is None:
        return None
    blocks = {t.id: t for t in case.rows.treatments if t.drug == igg.drug and t.is_block}
    if any("kg" not in (b.total_unit or b.dose_unit or "kg") for b in blocks.values()):
        return None
    given = courses(case, igg.drug)
    ends = {"low": [c.week.low for c in given], "high": [c.week.high for c in given]}
    if not all(math.isfinite(w) for weeks in ends.values() for w in weeks):
        return None
    days = []
    for one in given:
        q = case.get("treatments", one.block).days_per_course
        days.append(int(q.low) if q and q.is_point else 1)
    return Schedule(
        {end: 7.0 * np.array(weeks) for end, weeks in ends.items()},
        tuple(c.block for c in given),
        tuple(days),
        {key: per_course(case, b).to("g/kg") for key, b in blocks.items()},
    )


def answer(case: Case) -> str:
    """Say how much of each drug in courses was given."""
    said = []
    for drug, row in {t.drug: t for t in reversed(case.rows.treatments) if t.is_block}.items():
        found = of_courses(case, drug)
        doses = [key for key in found if key.startswith(f"{drug}.dose_per_course.")]
        each = {q.text(): mark(key, q.text()) for key in reversed(doses) if (q := found[key])}
        number, total = (
            mark(key, found[key].text()) if key in found else ""
            for key in (f"{drug}.courses", f"{drug}.dose_total")
        )
        parts = [
            f"{plural(row.each)} {number}" if number else "",
            f"{' then '.join(reversed(each.values()))} a {row.each}" if each else "",
            f"{total} in all" if total else "",
        ]
        silent = f"neither number nor dose of its {plural(row.each)} is reported"
        said.insert(0, f"{row.name}: {', '.join(filter(None, parts)) or silent}")
    return f"As read here, {'; '.join(said)}." if said else ""


def has(case: Case) -> Answer:
    """Return what a case has for the question, and what it lacks."""
    blocks = any(t.is_block for t in case.rows.treatments)
    return sorted_out(
        ("treatment in courses", blocks, "no treatment in courses"),
        ("doses by day", any(not t.is_block for t in case.rows.treatments), "no treatment by day"),
        (
            "an assumed body weight",
            bool(case.head.uses.weight),
            "no assumed body weight (uses.weight)",
        ),
        (
            "a model of IgG",
            schedule(case) is not None,
            "no simulation of IgG (it needs uses.igg, a weight, doses per kilogram and times)",
        ),
    )


def model_reading(case: Case) -> str:
    """The reading that chooses the model; empty if none does."""
    return next(iter(readings_of(case.head.uses.igg, "model")), "") if case.head.uses.igg else ""


def endogenous(case: Case) -> Quantity:
    """The patient's own IgG: the span of the reference intervals that the case names, in g/L."""
    rows = [case.reference.get("constants", k).value for k in case.head.uses.igg.endogenous]
    return hull(*rows).explained("reference intervals of healthy children, an assumption")


def values(case: Case) -> dict[str, Quantity]:
    """Simulated IgG at the last course of each block: before it, and at its end.

    Returns
    -------
    dict of Quantity
        ``igg.trough.last_of_<block>``, the last trough at the interval of the block, and
        ``igg.peak.last_of_<block>`` in g/L: bounds over the assumed body weights, the patient's
        own IgG, the planned times and infusions of no time to a day, for a typical subject.
        A block of one course has no trough. Empty if nothing can be simulated.
    """
    plan = schedule(case)
    if plan is None:
        return {}
    model = case.reference.get("pk_models", case.head.uses.igg.model)
    weight, own = assumed_weight(case), endogenous(case)
    grid = np.linspace(weight.low, weight.high, WEIGHTS if weight.low < weight.high else 1)
    names = [
        f"igg.{what}.last_of_{block.partition('.')[2]}"
        for block in dict.fromkeys(plan.blocks)
        for what in _moments(plan, block, "low", 0.0)
    ]
    low, high = np.full(len(names), math.inf), np.full(len(names), -math.inf)
    for end in plan.starts:
        for duration in (0.0, 1.0):
            times = [
                time
                for block in dict.fromkeys(plan.blocks)
                for time in _moments(plan, block, end, duration).values()
            ]
            for amount, bound, pick in (("low", low, np.minimum), ("high", high, np.maximum)):
                starts, doses = plan.infusions(end, amount)
                unknown = ~np.isfinite(doses)
                known = np.where(unknown, 0.0, doses)
                c = concentration(scaled(model, grid), np.array(times), starts, known, duration)
                c = c * grid[:, None]  # from g/kg to g
                ends = c.min(axis=0) if amount == "low" else c.max(axis=0)
                given = np.array(times)[:, None] >= starts[None, :]
                ends = np.where((given & unknown[None, :]).any(axis=1), math.inf, ends)
                pick(bound, ends, out=bound)
    return {
        name: _as_quantity(case, plan, name, (low[n], high[n]), own, weight).named(name)
        for n, name in enumerate(names)
    }


def typical(case: Case, weight: float, times: np.ndarray) -> np.ndarray:
    """IgG added in a typical subject of one weight, infusions spread over each day, in g/L.

    Parameters
    ----------
    case : Case
        A case whose doses are known.
    weight : float
        In kg.
    times : ndarray, shape (t,)
        In days.

    Returns
    -------
    ndarray, shape (t,)
    """
    plan = schedule(case)
    starts, doses = plan.infusions("low", "low")
    model = case.reference.get("pk_models", case.head.uses.igg.model)
    return concentration(scaled(model, np.array([weight])), times, starts, doses * weight, 1.0)[0]


def band(case: Case, weight: float, times: np.ndarray) -> np.ndarray:
    """Fifth and ninety-fifth percentile of IgG added between subjects of one weight, in g/L.

    Returns
    -------
    ndarray, shape (2, t)
        From :data:`SUBJECTS` simulated subjects, always the same.
    """
    plan = schedule(case)
    starts, doses = plan.infusions("low", "low")
    model = case.reference.get("pk_models", case.head.uses.igg.model)
    subjects = varied(model, weight, SUBJECTS, SEED)
    return np.percentile(
        concentration(subjects, times, starts, doses * weight, 1.0), [5, 95], axis=0
    )


def _moments(plan: Schedule, block: str, end: str, duration: float) -> dict[str, float]:
    """Day at the end of the last infusion of a block, and day before the course of it."""
    mine = [n for n, b in enumerate(plan.blocks) if b == block]
    first = plan.starts[end][mine[-1]]
    found = {"peak": first + plan.days[mine[-1]] - 1 + duration}
    if len(mine) > 1:  # just before: an infusion that starts then has not yet begun
        found["trough"] = first - 1e-9
    return found


def _as_quantity(
    case: Case,
    plan: Schedule,
    name: str,
    added: tuple[float, float],
    own: Quantity,
    weight: Quantity,
) -> Quantity:
    """The sum with the patient's own IgG, resting on the blocks given until then."""
    every = list(dict.fromkeys(plan.blocks))
    last = next(n for n, b in enumerate(every) if name.endswith(f"last_of_{b.partition('.')[2]}"))
    blocks = every[: last + 1]
    fields = ("start", "gap", "interval", "courses", "days_per_course")
    readings = {r for b in blocks for r in readings_of(case.get("treatments", b), *fields)}
    with recorded() as of_model:
        model = case.reference.get("pk_models", case.head.uses.igg.model)
    low, high = (float(f"{a:.10g}") for a in added)
    q = Quantity(low, high, "g/L", derived=True, how="simulated").traced(
        {*weight.sources, f"reference/pk_models/{model.id}", *(f"treatments/{b}" for b in blocks)},
        {*weight.readings, *readings, *of_model},
    )
    for block in blocks:
        q = q.traced(plan.doses[block].sources, plan.doses[block].readings)
    how = f"simulated with {model.label} at {weight.text()}, plus {own.text()} of the patient's own"
    return (q + own).explained(how)
