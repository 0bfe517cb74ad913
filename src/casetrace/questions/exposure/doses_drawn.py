"""Doses: added up by reading, and beside published regimens."""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from casetrace.case.clocks import courses
from casetrace.case.model import Case
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import LINE, Page, Rows, draw_bounds, wrapped
from casetrace.display.style import COLOURS, GREY, PAPER, SERIES, SINGLE, ink, styled
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

LEFT, WIDTH, HEIGHT = 7.0, SINGLE - 8.0, 36.0  # mm: of the sum


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
        if not drug:
            return None
        # Below the panel, the words of each reading if there are several.
        words = [_said(case, drug, one) for one in readings] if len(readings) > 1 else []
        lines = sum(one.count("\n") + 1 for one in words)
        upper = HEIGHT + 18.0 + LINE * lines + 0.8 * len(words)
        rows = Rows([label for label, *_ in rates], SINGLE - 3.0)
        page = Page(case, upper + (rows.height + 11.0 if rates else 0.0), SINGLE)
        _cumulative(page, drug, readings, words)
        if rates:
            _rate_panel(page, drug, rates, rows, upper)
        return page.finished("exposure", _alt(page))


def _said(case: Case, drug: str, reading: tuple[str, Case]) -> str:
    """The sum under a reading, and the words of that reading."""
    words, variant = reading
    now = ", as read here" if variant.chosen == case.chosen else ""
    return wrapped(f"{_whole(case, drug, variant)}{now}: {words}", SINGLE - 4.5)


def _whole(case: Case, drug: str, variant: Case) -> str:
    """The sum of all courses under a reading, in the unit of the case as it is read."""
    key = f"{drug}.dose_total"
    return of_courses(variant, drug)[key].to(of_courses(case, drug)[key].unit).text()


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


def _cumulative(page: Page, drug: str, readings: list[tuple[str, Case]], said: list[str]) -> None:
    """The sum after each course: a dot each, since between courses it does not change."""
    case = page.case
    ax = page.panel(LEFT, 5.5, WIDTH, HEIGHT)
    unit = of_courses(case, drug)[f"{drug}.dose_total"].unit
    blocks = [t for t in case.rows.treatments if t.drug == drug and t.is_block]
    name = blocks[0].name
    page.title(0.8, 0.8, f"{titled(name)}, sum of {plural(blocks[0].each)}", printed(unit))
    counted = next((t.interval_unit or t.time_unit for t in blocks), "") or "wk"
    start = courses(case, drug)[0].week
    tops, reach, source = [], 0.0, f"treatments/{courses(case, drug)[0].block}"
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
            whole = _whole(case, drug, variant)
            shape = "^" if is_open else "o"
            tops.append((last[1].low, last[0], whole, colour, shape, said[number] if said else ""))
    room = 1.4 * max((len(whole) for _, _, whole, *_ in tops), default=0) / WIDTH
    ax.set_xlim(left=-0.03 * (reach or 1.0), right=(reach or 1.0) / max(0.95 - room, 0.3))
    ax.set_ylim(bottom=0)
    _apart(ax, tops, source)
    each = blocks[0].each
    ax.set_xlabel(f"{printed(counted)} from the first {each}, as planned", labelpad=1.5)
    below = HEIGHT + 14.0
    for *_, colour, shape, words in reversed(tops) if said else ():
        page.mark(2.0, below + 1.3, shape, colour)
        lead(source, page.words(4.0, below, words, linespacing=1.1))
        below += LINE * (words.count("\n") + 1) + 0.8


def _apart(ax: Axes, tops: list[tuple[float, float, str, str, str, str]], source: str) -> None:
    """The last sum of each reading in words, moved apart where two are close."""
    span = ax.get_ylim()[1] - ax.get_ylim()[0]
    y_before = -math.inf
    for y, x, words, colour, *_ in sorted(tops):
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
    unit, in_force = "", {name: q.how for name, q in dose_rates(case, drug).items()}
    for _words, variant in _variants(case, drug):
        for name, q in dose_rates(variant, drug).items():
            unit = q.unit
            block = name.rpartition(".")[2].replace("_", " ")
            if math.isfinite(q.high):
                now = ", as read here" if in_force.get(name) == q.how else ""
                label = f"this case{now}, {block}: {q.how}"
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


def _rate_panel(page: Page, drug: str, rates: list, rows: Rows, top: float) -> None:
    unit = printed(rates[0][1].unit)
    ax = page.panel(2.2, top + 4.5, SINGLE - 3.0, rows.height)
    page.title(0.8, top + 0.5, "Dose per week", f"{unit}, beside published regimens")
    ax.set_xlim(0, max(q.high for _, q, _, _ in rates) * 1.15)
    # Under another reading a label is not what the value is in force: the words carry both.
    rests_on = [
        f"treatments/{drug}.{source.rpartition('.')[2]}" if kind == "case" else source
        for _, _, kind, source in rates
    ]
    rows.write(ax, rests_on)
    for y, rest, (label, q, kind, source) in zip(rows.middles, rests_on, rates, strict=True):
        colour = COLOURS["black"] if kind == "case" else GREY["line"]
        ax.axhline(y, color=GREY["fill"], linewidth=0.6, zorder=0)
        shape = draw_bounds(ax, q, y, 0.9, colour, marker="o" if kind == "case" else "s")
        beside = q.high + 0.02 * ax.get_xlim()[1]
        lead(rest, ax.text(beside, y, q.text(unit=False), va="center", bbox=PAPER))
        page.note("dose per week", label, shape, q, source=source)


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
