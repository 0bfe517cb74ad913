"""Simulated serum IgG: readings of the dose and the schedule, and models, as assumptions."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from casetrace.case.model import Case
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import Page, hatched
from casetrace.display.style import GREY, SERIES, ink, styled
from casetrace.questions.exposure import igg as engine
from casetrace.questions.exposure.doses import assumed_weight
from casetrace.questions.sensitivity.by_reading import given_values, variants
from casetrace.questions.values import of_family

__all__ = ["igg"]

PER_WEEK = 7  # points of a curve in a week
STYLES = (
    (0, (1, 1)),
    (0, (4, 1.5)),
    (0, (4, 1, 1, 1)),
    (0, (2, 1)),
)  # to tell models apart in grey
#: Highest value; names with place, colour and source.
_Drawn = tuple[float, list[tuple[float, str, str, str]]]


def igg(case: Case) -> Figure | None:
    """Draw simulated serum IgG under each reading of dose and schedule, and under each model.

    Curves are of a typical subject of the middle of the assumed weights, above the middle of
    the patient's own IgG, which is hatched; the shaded band holds nine in ten of the simulated
    subjects. Nothing here is reported.

    Returns
    -------
    Figure or None
        Named ``igg``; None if nothing can be simulated.
    """
    plan = engine.schedule(case)
    if plan is None or not all(
        np.isfinite(q.low) and np.isfinite(q.high) for q in plan.doses.values()
    ):
        return None
    own, weight = engine.endogenous(case), assumed_weight(case)
    middle = (weight.low + weight.high) / 2
    last = plan.starts["high"][-1] + plan.days[-1] + 56
    times = np.arange(0, last, 7 / PER_WEEK)
    with styled(7.0):
        page = Page(case, 119.0)
        upper, lower = page.panel(8.0, 5.0, 128.0, 44.0), page.panel(8.0, 60.0, 128.0, 42.0)
        page.title(0.8, 1.0, "Simulated serum IgG, by reading", "g/L; no IgG is reported")
        said = (
            f"Lines: a typical subject of {middle:.3g} kg, own IgG at the middle of its span. "
            "Band: nine in ten subjects of that weight,\nbetween-subject variation alone; weight, "
            "own IgG and model add to it (see the table)."
        )
        said = page.words(8.0, 112.0, said, color=GREY["text"], linespacing=1.15)
        lead(f"reference/growth/{case.head.uses.weight[0].rpartition('.')[0]}", said)
        page.title(0.8, 55.0, "The same, by model", "g/L, dose and schedule as in force")
        drawn = [
            (upper, *_readings(page, upper, times, middle, own)),
            (lower, *_models(page, lower, times, middle, own)),
        ]
        words = f"the patient's own IgG, assumed: {own.text()} (hatched)"
        for ax, top, labels in drawn:
            ax.set_xlim(-1, last / 7)
            ax.set_ylim(0, top * 1.08)
            ax.set_xticks(range(0, int(last / 7) + 1, 6))
            hatched(ax, -1, own.low, last / 7 + 1, own.high - own.low, zorder=0)
            said = ax.text(0, own.low / 2, words, va="center", color=GREY["text"])
            lead(f"reference/constants/{case.head.uses.igg.endogenous[0]}", said)
            _right(ax, labels)
        lower.set_xlabel("planned week from the first course", labelpad=1.5)
        return page.finished("igg", _alt(page, own.text()))


def _readings(page: Page, ax: Axes, times: np.ndarray, weight: float, own: object) -> _Drawn:
    """A curve and a band for each dose, dashed for each other schedule."""
    case = page.case
    drug = case.head.uses.igg.drug
    middle, top, labels, doses, ends = (own.low + own.high) / 2, 0.0, [], {}, {}
    for _, variant, _ in variants(case, "exposure", given_values(drug)):
        plan = engine.schedule(variant)
        if plan is None or not all(np.isfinite(q.high) for q in plan.doses.values()):
            continue
        dose = " then ".join(dict.fromkeys(q.text() for q in plan.doses.values()))
        is_new = dose not in doses
        colour = doses.setdefault(dose, SERIES[len(doses) % len(SERIES)])
        curve = np.round(_typical(variant, weight, times) + middle, 4)
        style = "-" if is_new else (0, (2, 1.2))
        ax.plot(times / 7, curve, color=colour, linewidth=0.7, linestyle=style, zorder=3)
        end = f"last in week {plan.starts['low'][-1] / 7:g}"
        ends.setdefault(end, "solid" if is_new else "dashed")
        _note(page, f"{dose} a course, {end}", variant)
        if is_new:
            low, high = np.round(_band(variant, weight, times) + middle, 4)
            ax.fill_between(
                times / 7, low, high, facecolor=colour, alpha=0.18, linewidth=0, zorder=1
            )
            top = max(top, float(high.max()))
            source = f"treatments/{plan.blocks[0]}"
            labels.append((float(curve[-60:].max()), f"{dose} a course", colour, source))
    if len(ends) > 1:
        said = ax.annotate(
            "\n".join(f"{style}: {end}" for end, style in ends.items()),
            (1, 0),
            xycoords="axes fraction",
            xytext=(4, 0),
            textcoords="offset points",
            va="bottom",
            color=GREY["text"],
        )
        lead(f"treatments/{plan.blocks[-1]}", said)
    return top or 1.0, labels


def _models(page: Page, ax: Axes, times: np.ndarray, weight: float, own: object) -> _Drawn:
    """A curve for each model, under the readings in force."""
    case = page.case
    reading = engine.model_reading(case)
    options = case.head.readings[reading].options if reading else {"": None}
    middle, labels, top = (own.low + own.high) / 2, [], 0.0
    for number, option in enumerate(options):
        variant = case.under({reading: option}) if reading else case
        model = variant.reference.get("pk_models", variant.head.uses.igg.model)
        curve = np.round(_typical(variant, weight, times) + middle, 4)
        colour = SERIES[number % len(SERIES)]
        in_force = variant.chosen == case.chosen
        style = "-" if in_force else STYLES[number % len(STYLES)]
        width = 1.0 if in_force else 0.8
        ax.plot(
            times / 7, curve, color=colour, linewidth=width, linestyle=style, zorder=3 + in_force
        )
        top = max(top, float(curve.max()))
        source = f"reference/pk_models/{model.id}"
        labels.append((float(curve[-60:].max()), model.label, colour, source))
        _note(page, f"{model.label} ({model.population})", variant)
    return top, labels


def _typical(case: Case, weight: float, times: np.ndarray) -> np.ndarray:
    name = f"igg.typical.{weight}.{len(times)}"
    return case.once(name, lambda: engine.typical(case, weight, times))


def _band(case: Case, weight: float, times: np.ndarray) -> np.ndarray:
    name = f"igg.band.{weight}.{len(times)}"
    return case.once(name, lambda: engine.band(case, weight, times))


def _right(ax: Axes, labels: list[tuple[float, str, str, str]]) -> None:
    """Names of curves beside their ends, moved apart where they are close."""
    before, room = -np.inf, 0.085 * ax.get_ylim()[1]
    for y, words, colour, source in sorted(labels):
        place = max(y, before + room)
        said = ax.annotate(
            words,
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=ink(colour),
            fontweight="bold",
        )
        lead(source, said)
        before = place


def _note(page: Page, what: str, variant: Case) -> None:
    for name, q in of_family(variant, "igg").items():
        source = f"reference/pk_models/{variant.head.uses.igg.model}"
        page.note(
            "igg",
            f"{name.removeprefix('igg.').replace('_', ' ').replace('.', ', ')}, {what}",
            "curve",
            q,
            source=source,
        )


def _alt(page: Page, own: str) -> str:
    first = (
        "Simulated serum IgG, an assumption and not a measurement, "
        f"on top of {own} of the patient's own."
    )
    return " ".join([first, *(f"{m.what[0].upper()}{m.what[1:]}: {m.text}." for m in page.marks)])
