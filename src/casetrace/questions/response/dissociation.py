"""The main measure against the motor state whose time touches it, without a line."""

from __future__ import annotations

import math
import textwrap

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from casetrace.case.clocks import occasion, when
from casetrace.case.model import Case
from casetrace.case.rows import Motor, Observation
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import Page, draw_bounds
from casetrace.display.style import GREY, SERIES, SINGLE, styled
from casetrace.quantity import Quantity
from casetrace.quantity.units import printed
from casetrace.quantity.wording import scale_name
from casetrace.questions.response import analysis as response

__all__ = ["dissociation"]

KEY = 74  # letters in a line of the key


def dissociation(case: Case) -> Figure | None:
    """Draw the main measure against the motor state whose time touches that of the value.

    Each pair is a mark as wide and as high as the report leaves it; no line joins them. What
    has no partner stands in a margin of its own.

    Returns
    -------
    Figure or None
        Named ``dissociation``; None without a motor state or a value with a time.
    """
    found = response.pairs(case)
    states = [p.motor for p in found if p.motor]
    values = [p.observation for p in found if p.observation]
    if not states or not values:
        return None
    scale = states[0].scale
    grades = [int(g.grade.low) for g in case.reference.scales if g.scale == scale]
    best, worst = min(grades), max(grades)
    unit = values[0].unit
    quantities = {o.id: o.value.to(unit) for o in values}
    finite = [e for q in quantities.values() for e in (q.low, q.high) if math.isfinite(e) and e > 0]
    if not finite:
        return None
    with styled(6.2):
        keys = [textwrap.wrap(_key(case, pair), KEY) for pair in found]
        page = Page(case, 77.0 + 3.1 * sum(map(len, keys)), SINGLE)
        ax = page.panel(10.0, 12.0, 58.0, 46.0)
        under = page.panel(10.0, 60.0, 58.0, 7.5)
        aside = page.panel(70.5, 12.0, 13.5, 46.0)
        _frame(ax, under, aside, (min(finite) / 1.8, max(finite) * 2.2), (best, worst))
        anchors = [
            f"{g} {case.reference.get('scales', f'{scale}.{g}').anchor}" for g in (best, worst)
        ]
        grade = f"{scale_name(scale)} grade ({'; '.join(anchors)})"
        page.title(0.8, 1.0, "Motor state", grade, f"reference/scales/{scale}.{worst}")
        name = values[0].name.capitalize()
        page.words(10.0, 73.0, f"{name}, {printed(unit)}, logarithmic scale")
        page.words(77.3, 11.2, "not\nreported", ha="center", va="bottom", color=GREY["text"])
        for number, pair in enumerate(found, start=1):
            _draw_pair(page, (ax, under, aside), pair, quantities, number)
        under_keys = 75.5
        for number, (pair, lines) in enumerate(zip(found, keys, strict=True), start=1):
            said = page.words(1.0, under_keys + 0.7, f"{number}  " + "\n    ".join(lines))
            lead(f"motor/{pair.motor.id}" if pair.motor else _rows(pair), said)
            under_keys += 3.1 * len(lines)
        alt = (
            f"{name} against motor state ({scale_name(scale)} grade): one mark for each value "
            "and state whose times touch, no line between them. "
            + " ".join(f"{m.what}: {m.text}." for m in page.marks)
        )
        return page.finished("dissociation", alt)


def _key(case: Case, pair: response.Pair) -> str:
    """What a numbered mark is: the occasion and what the patient could do, with their times."""
    said = []
    if pair.observation:
        said.append(
            occasion(case, pair.observation) + _time(case, "observations", pair.observation)
        )
    if pair.motor:
        said.append(pair.motor.short + _time(case, "motor", pair.motor))
    return ": ".join(said)


def _rows(pair: response.Pair) -> str:
    """The rows that a pair rests on."""
    tables = {"observations": pair.observation, "motor": pair.motor}
    return "; ".join(f"{table}/{row.id}" for table, row in tables.items() if row)


def _time(case: Case, table: str, row: Observation | Motor) -> str:
    """When, in brackets, if not at the zero of the clock."""
    time = when(case, table, row)
    return f" ({time.text()})" if time.low or not time.is_point else ""


def _frame(
    ax: Axes, under: Axes, aside: Axes, x: tuple[float, float], grades: tuple[int, int]
) -> None:
    best, worst = grades
    for one in (ax, under):
        one.set_xscale("log")
        one.set_xlim(*x)
    for one in (ax, aside):
        one.set_ylim(worst + 0.9, best - 0.9)
    ax.set_yticks(range(best, worst + 1))
    ax.tick_params(axis="x", which="both", bottom=False, labelbottom=False)
    ax.spines["bottom"].set_visible(False)
    under.set_ylim(0, 1)
    under.set_yticks([0.5], ["not\nreported"])
    under.tick_params(axis="y", length=0, labelcolor=GREY["text"])
    under.spines["left"].set_visible(False)
    under.xaxis.set_major_locator(LogLocator(base=10, subs=(1,)))
    under.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.10g}"))
    under.xaxis.set_minor_formatter(NullFormatter())
    for one in (under, aside):
        one.patch.set_facecolor("#F4F4F4")
    aside.set_xlim(0, 1)
    aside.set_xticks([])
    aside.set_yticks([])
    for side in ("left", "bottom"):
        aside.spines[side].set_visible(False)


def _draw_pair(
    page: Page,
    axes: tuple[Axes, Axes, Axes],
    pair: response.Pair,
    values: dict[str, Quantity],
    number: int,
) -> None:
    ax, under, aside = axes
    case = page.case
    q = values[pair.observation.id] if pair.observation else None
    grade = pair.motor.grade if pair.motor else None
    colour = SERIES[(number - 1) % len(SERIES)]
    where = ax if q and grade else under if q else aside
    if grade is None:
        y, half = 0.5, 0.22
    else:
        y, half = (grade.low + grade.high) / 2, (grade.high - grade.low) / 2 + 0.32
    if q is None:
        where.add_patch(
            Rectangle((0.25, y - half), 0.5, 2 * half, facecolor=colour, alpha=0.3, linewidth=0)
        )
        x = 0.5
        shape = "band"
    else:
        shape, x = _draw_value(where, q, y, half, colour)
    if where is under:  # beside the mark, which is too low to carry its number
        x *= 1.4
    mark = where.text(
        x,
        y,
        f"{number}",
        ha="center",
        va="center",
        fontweight="bold",
        zorder=6,
        bbox={
            "facecolor": "white",
            "edgecolor": colour,
            "boxstyle": "circle,pad=0.15",
            "linewidth": 0.6,
        },
    )
    parts = [
        pair.motor.name if pair.motor else "motor state not reported",
        f"{scale_name(pair.motor.scale)} grade {grade.text()}" if grade else "",
        q.text() if q else f"{case.head.main_measure.upper()} not reported",
    ]
    source = _rows(pair)
    lead(source, mark)
    page.note(
        "pairs",
        f"{number}, {_key(case, pair)}",
        shape,
        q,
        None,
        pair.clock,
        source,
        "; ".join(p for p in parts if p),
    )


def _draw_value(ax: Axes, q: Quantity, y: float, half: float, colour: str) -> tuple[str, float]:
    """A value as wide as it is known and as high as the grades; returns shape and middle."""
    left, right = ax.get_xlim()
    if q.is_point and half < 0.3:
        return draw_bounds(ax, q, y, half, colour), q.low
    if q.is_point:
        ax.plot(
            [q.low, q.low],
            [y - half, y + half],
            color=colour,
            linewidth=2.6,
            linestyle=(0, (1, 0.7)) if q.about else "-",
            zorder=3,
        )
        return ("open point" if q.about else "point"), q.low
    low = q.low if math.isfinite(q.low) else left
    high = q.high if math.isfinite(q.high) else right
    box = {"facecolor": colour, "edgecolor": colour, "alpha": 0.3, "linewidth": 0, "hatch": ""}
    ax.add_patch(Rectangle((low, y - half), high - low, 2 * half, zorder=2, **box))
    if math.isinf(q.high) or math.isinf(q.low):
        edge, to = (low, high) if math.isinf(q.high) else (high, low)
        ax.plot([edge, edge], [y - half, y + half], color=colour, linewidth=1.2, zorder=3)
        marker = ">" if to == high else "<"
        ax.plot(to, y, marker, color=colour, markersize=4, clip_on=False, zorder=4)
        return "arrow", math.sqrt(low * high)
    return "band", math.sqrt(low * high)
