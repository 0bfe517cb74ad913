"""The main measure as multiples of every upper limit known for it."""

from __future__ import annotations

import math
import textwrap

from matplotlib.axes import Axes

from casetrace.case.clocks import occasion
from casetrace.case.model import Case
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import Page, draw_bounds, tidy_log
from casetrace.display.style import GREY, SERIES, styled
from casetrace.quantity import Quantity
from casetrace.questions.response import analysis as response

__all__ = ["folds"]

WIDTH = 119.0  # mm, of the panel


def folds(case: Case) -> Figure | None:
    """Draw the main measure as multiples of every upper limit known for it.

    Returns
    -------
    Figure or None
        Named ``folds``; None if no limit of the measure is known.
    """
    measure = case.head.main_measure
    found = response.fold_under(case, measure)
    named = {o.id: o for o in case.rows.observations}
    if not found or not next(iter(found.values())):
        return None
    used = case.head.uses.upper_limit.get(measure)
    with styled(7.0):
        each = 3.6
        count = len(next(iter(found.values())))
        block = each * count + 2.4
        page = Page(case, 10.5 + block * len(found) + 8.0)
        ax = page.panel(50.0, 10.5, WIDTH, block * len(found))
        finite = [e for q in found.values() for f in q.values() for e in (f.low, f.high)]
        finite = [e for e in finite if math.isfinite(e) and e > 0]
        ax.set_xscale("log")
        ax.set_xlim(min([*finite, 1]) * 0.8, max(finite) * 4.5)
        page.title(
            50.0,
            1.0,
            next(o.name for o in case.rows.observations if o.id.startswith(measure)).capitalize(),
            "multiple of the upper limit, logarithmic scale",
        )
        _thresholds(case, ax, measure)
        y, rows = 0.0, []
        for limit, folds_ in found.items():
            row = case.reference.get("limits", limit)
            label = f"{row.value.text(unit=False)} {row.unit}: {row.statistic}, {row.population}"
            rows.append((y + (count - 1) / 2, "\n".join(textwrap.wrap(label, 42)), limit))
            for n, (key, fold) in enumerate(folds_.items()):
                colour = SERIES[n % len(SERIES)]
                strength = 1.0 if limit == used or used is None else 0.55
                shape = draw_bounds(ax, fold, y + n, 0.2, colour, strength)
                rank = response.severity(case, measure, fold)
                words = f"{fold.text()}, {occasion(case, named[key])}"
                at, side = _place(ax, fold, words)
                paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}
                said = ax.text(at, y + n, words, ha=side, va="center", fontsize=6.2, bbox=paper)
                lead(f"observations/{key}", said)
                what = f"{named[key].name} {occasion(case, named[key])}, against {label}"
                text = f"{fold.text()}" + (f" ({rank.text()})" if rank else "")
                page.note("folds", what, shape, fold, text=text, source=f"observations/{key}")
            y += count + 2.4 / each
        ax.set_ylim(y - 2.4 / each - 0.3, -0.7)
        ax.set_yticks([p for p, _, _ in rows], [w for _, w, _ in rows])
        for name, (_, _, limit) in zip(ax.get_yticklabels(), rows, strict=True):
            lead(f"reference/limits/{limit}", name)
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="y", length=0)
        ticks = [
            t
            for t in (1, 2, 5, 10, 20, 50, 100, 200, 500)
            if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]
        ]
        tidy_log(ax, ticks)
        alt = (
            f"Multiples of the upper limit under {len(found)} limit{'s' * (len(found) != 1)}. "
            + " ".join(f"{m.what}: {m.text}." for m in page.marks)
        )
        return page.finished("folds", alt)


def _place(ax: Axes, fold: Quantity, words: str) -> tuple[float, str]:
    """Where words stand: right of a point, left of an open end or a band if there is room."""
    left, right = ax.get_xlim()
    if fold.is_point or not math.isfinite(fold.low) or fold.low <= 0:
        end = fold.high if math.isfinite(fold.high) and fold.high > 0 else left
        return end * 1.1, "left"
    room = math.log(fold.low / left) / math.log(right / left) * WIDTH
    if math.isinf(fold.high) or len(words) * 1.1 < room:
        return fold.low / 1.08, "right"
    return fold.high * 1.1, "left"


def _thresholds(case: Case, ax: Axes, measure: str) -> None:
    """Thresholds of the words for severity, named at the top."""
    for constant in case.reference.constants:
        if constant.id.startswith(f"{measure}.fold."):
            at = constant.value.low
            ax.axvline(at, color=GREY["line"], linewidth=0.6, linestyle=(0, (3, 2)), zorder=0)
            words = f"{constant.id.rpartition('.')[2]} elevated, over {constant.value}"
            said = ax.annotate(
                words,
                (at, 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                color=GREY["text"],
            )
            lead(f"reference/constants/{constant.id}", said)
