"""Doses: added up by reading, and beside published regimens."""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from casetrace.case.clocks import courses
from casetrace.case.model import Case
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import Page, draw_bounds, plain_axis
from casetrace.display.style import COLOURS, GREY, SERIES, ink, styled
from casetrace.quantity import Quantity
from casetrace.quantity.units import UnitError, factor, printed
from casetrace.quantity.wording import plural, titled
from casetrace.questions.evidence import analysis as evidence
from casetrace.questions.exposure.doses import (
    dose_rates,
    of_courses,
    per_course,
)
from casetrace.questions.sensitivity.by_reading import variants

__all__ = ["exposure"]


def exposure(case: Case) -> Figure | None:
    """Draw what was given in more than one course, by reading.

    Two panels: the sum of the courses over planned weeks under each reading of the dose, and the
    dose per week beside published regimens.

    Returns
    -------
    Figure or None
        Named ``exposure``; None if nothing was given.
    """
    drugs = dict.fromkeys(t.drug for t in case.rows.treatments if t.is_block)
    drug = next((drug for drug in drugs if _is_summed(case, drug)), "")
    readings = _variants(case, drug) if drug else []
    rates = _rates(case, drug) if drug else []
    with styled(7.0):
        # Below the panels, a line for each reading if there are several.
        upper = (59.5 + 3.0 * len(readings) if len(readings) > 1 else 53.0) if drug else 0.0
        middle = 4.0 * len(rates) + 14.0 if rates else 0.0
        if not upper:
            return None
        page = Page(case, upper + middle)
        if drug:
            _cumulative(page, drug, readings, upper)
        if rates:
            _rate_panel(page, drug, rates, upper, middle)
        return page.finished("exposure", _alt(page))


def _is_summed(case: Case, drug: str) -> bool:
    """Whether a drug was given at intervals, at known times on one clock, in doses that add up."""
    given = courses(case, drug)
    blocks = [case.get("treatments", c.block) for c in given]
    has_sum = f"{drug}.dose_total" in of_courses(case, drug)
    is_timed = all(c.clock and math.isfinite(c.week.low) for c in given)
    return (
        has_sum
        and len(given) > 1
        and is_timed
        and len({c.clock for c in given}) == 1
        and any(block.interval for block in blocks)
    )


def _variants(case: Case, drug: str) -> list[tuple[str, Case]]:
    """The case under each combination of the readings that move the sum of the doses."""
    found = variants(case, "exposure", [f"{drug}.dose_total"])
    return [("; ".join(words), variant) for words, variant, _ in found]


def _cumulative(page: Page, drug: str, readings: list[tuple[str, Case]], upper: float) -> None:
    """The sum after each course: a dot each, since between courses it does not change."""
    case = page.case
    ax = page.panel(8.0, 5.5, 161.0, 33.0)
    unit = of_courses(case, drug)[f"{drug}.dose_total"].unit
    blocks = [t for t in case.rows.treatments if t.drug == drug and t.is_block]
    name = blocks[0].name
    page.title(0.8, 0.8, f"{titled(name)}, sum of {plural(blocks[0].each)}", printed(unit))
    counted = next((t.interval_unit or t.time_unit for t in blocks), "") or "wk"
    start = courses(case, drug)[0].week
    tops, reach = [], 0.0
    for number, (words, variant) in reversed(list(enumerate(readings))):  # the first on top
        given = courses(variant, drug)
        total = Quantity(0, 0, unit)
        colour = SERIES[number % len(SERIES)]
        last = None
        for one in given:
            dose = per_course(variant, variant.get("treatments", one.block))
            if dose is None:
                break
            total = total + dose.to(unit)
            x = factor("wk", counted) * (one.week.low - start.low)
            if not math.isfinite(x) or not math.isfinite(total.low):
                continue
            reach = max(reach, x)
            is_open = math.isinf(total.high)
            ax.plot(
                x,
                total.low,
                "^" if is_open else "o",
                markersize=3.2 + 1.1 * number,  # one behind another is seen around it
                clip_on=False,
                color=colour,
                markerfacecolor="white" if is_open else colour,
                markeredgewidth=0.8,
            )
            last = (x, total)
            what = f"after {blocks[0].each} {one.number}" + (f", {words}" if words else "")
            shape = "arrow" if is_open else "point"
            page.note("sum", what, shape, total, one.week, one.clock, f"treatments/{one.block}")
        if last:
            source = f"treatments/{given[0].block}"  # whose words carry the dose
            whole = of_courses(variant, drug)[f"{drug}.dose_total"].to(unit).text()
            tops.append((last[1].low, last[0], whole, colour, words, source))
    ax.set_xlim(left=-0.03 * (reach or 1.0), right=1.25 * (reach or 1.0))
    ax.set_ylim(bottom=0)
    _apart(ax, tops)
    each = blocks[0].each
    ax.set_xlabel(f"{printed(counted)} from the first {each}, as planned", labelpad=1.5)
    for number, (_, _, total, _, words, source) in enumerate(reversed(tops)):
        if len(readings) > 1:
            below = upper - 8.5 - 3.0 * (len(tops) - 1 - number)
            lead(source, page.words(8.0, below, f"{total}: {words}", va="bottom"))


def _apart(ax: Axes, tops: list[tuple[float, float, str, str, str, str]]) -> None:
    """The last sum of each reading in words, moved apart where two are close."""
    span = ax.get_ylim()[1] - ax.get_ylim()[0]
    y_before = -math.inf
    for y, x, words, colour, _, source in sorted(tops):
        place = max(y, y_before + 0.085 * span)
        look = {"va": "center", "color": ink(colour), "fontweight": "bold"}
        right = 0.02 * (ax.get_xlim()[1] - ax.get_xlim()[0])
        lead(source, ax.text(x + right, place, words, **look))
        y_before = place


def _rates(case: Case, drug: str) -> list[tuple[str, Quantity, str, str]]:
    """Dose per week, of the case by reading and block and of published regimens.

    Empty where no regimen is known to set the case beside: doses of a day are not told by week.
    """
    found: dict[str, tuple[str, Quantity, str, str]] = {}
    unit = ""
    for _words, variant in _variants(case, drug):
        for name, q in dose_rates(variant, drug).items():
            unit = q.unit
            block = name.rpartition(".")[2].replace("_", " ")
            if math.isfinite(q.high):
                label = f"this case, {block}: {q.how}"
                found.setdefault(label, (label, q, "case", name))
    for s in evidence.studies(case):
        if not (s.dose and s.interval and unit and s.drug == drug):
            continue
        q = s.dose / s.interval.to("wk")
        try:
            factor(q.unit, unit)
        except UnitError:
            continue
        if not (math.isfinite(q.low) and math.isfinite(q.high)):
            continue
        label = f"{s.label}, {s.population}: {s.regimen.split(',')[0]}"
        found[label] = (label, q.to(unit), "published", f"reference/studies/{s.id}")
    rates = list(found.values())
    return rates if any(kind == "published" for _, _, kind, _ in rates) else []


def _rate_panel(page: Page, drug: str, rates: list, top: float, height: float) -> None:
    unit = printed(rates[0][1].unit)
    ax = page.panel(88.0, top + 4.5, 81.0, height - 14.0)
    page.title(0.8, top + 0.5, "Dose per week", f"{unit}, beside published regimens")
    ax.set_xlim(0, max(q.high for _, q, _, _ in rates) * 1.15)
    # Under another reading a label is not what the value is in force: the words carry both.
    rests_on = [
        f"treatments/{drug}.{source.rpartition('.')[2]}" if kind == "case" else source
        for _, _, kind, source in rates
    ]
    plain_axis(ax, [label for label, _, _, _ in rates], rests_on)
    for y, (label, q, kind, source) in enumerate(rates):
        colour = COLOURS["green"] if kind == "case" else GREY["line"]
        shape = draw_bounds(ax, q, y, 0.2, colour, marker="o" if kind == "case" else "s")
        ax.plot([0, q.low], [y, y], color=GREY["fill"], linewidth=0.8, zorder=1)
        beside = q.high + 0.02 * ax.get_xlim()[1]
        lead(rests_on[y], ax.text(beside, y, q.text(unit=False), va="center"))
        page.note("dose per week", label, shape, q, source=source)
    ax.spines["bottom"].set_visible(True)


def _alt(page: Page) -> str:
    said = {}
    for mark in page.marks:
        said.setdefault(mark.lane, []).append(f"{mark.what}: {mark.text}")
    names = {"sum": "Sum of the courses"}
    kept = {}
    for lane, lines in said.items():
        if lane == "sum":  # only the last course of each reading
            last = {line.partition(", ")[2].partition(":")[0]: line for line in lines}
            lines = list(last.values())
        kept[lane] = lines
    parts = [
        f"{names.get(lane, lane.capitalize())}: {'; '.join(lines)}." for lane, lines in kept.items()
    ]
    return " ".join(parts)
