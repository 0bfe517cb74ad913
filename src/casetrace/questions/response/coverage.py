"""Core set measures of response: which the report gives, and when."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from casetrace.case.model import Case
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import Page, hatched, plain_axis
from casetrace.display.style import COLOURS, GREY, styled
from casetrace.questions.response import core_set

__all__ = ["coverage"]


def coverage(case: Case) -> Figure | None:
    """Draw which core set measures the report gives on which clock.

    Returns
    -------
    Figure or None
        Named ``coverage``; None if the case has no links to a core set.
    """
    found = {s: core_set.coverage(case, s) for s in core_set.CORE_SETS}
    found = {s: rows for s, rows in found.items() if rows}
    if not found:
        return None
    clocks = case.head.clocks
    with styled(7.0):
        step, cell = 5.0, 24.0 if len(clocks) <= 4 else 96.0 / len(clocks)
        count = sum(len(rows) for rows in found.values())
        page = Page(case, 13.0 + count * step + 6.0 * len(found))
        top = 13.0
        for name, rows in found.items():
            ax = page.panel(70.0, top, cell * len(clocks), step * len(rows))
            plain_axis(ax, [one.measure.label for one in rows])
            ax.spines["bottom"].set_visible(False)
            ax.set_xlim(0, len(clocks))
            ax.set_xticks([])
            page.title(1.0, top + 0.6, core_set.CORE_SETS[name])
            for y, one in enumerate(rows):
                for x, (clock, state) in enumerate(one.at.items()):
                    source = "; ".join(one.rows)
                    lead(source, _cell(ax, x, y, state))
                    page.note(
                        core_set.CORE_SETS[name],
                        one.measure.label,
                        state,
                        None,
                        None,
                        clock,
                        source,
                        state,
                    )
            if top == 13.0:
                for x, clock in enumerate(clocks):
                    words = "\n".join(textwrap.wrap(f"from {clock.label}", 19))
                    ax.annotate(
                        words,
                        (x + 0.5, 1),
                        xycoords=("data", "axes fraction"),
                        xytext=(0, 3),
                        textcoords="offset points",
                        ha="center",
                        va="bottom",
                    )
            top += step * len(rows) + 6.0
        return page.finished("coverage", _coverage_alt(case, found))


def _cell(ax: Axes, x: int, y: int, state: str) -> Text:
    box = (x + 0.04, y - 0.4, 0.92, 0.8)
    look: dict[str, object] = {"color": GREY["text"]}
    if state == core_set.REPORTED:
        ax.add_patch(Rectangle(box[:2], *box[2:], facecolor=COLOURS["blue"], linewidth=0))
        look = {"color": "white"}
    elif state == core_set.IN_PART:
        hatched(ax, *box, edgecolor=COLOURS["blue"], linewidth=0.5)
        look = {"bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.8}, "zorder": 5}
    else:
        ax.add_patch(Rectangle(box[:2], *box[2:], facecolor="#F4F4F4", linewidth=0))
    return ax.text(x + 0.5, y, state, ha="center", va="center", **look)


def _coverage_alt(case: Case, found: dict[str, list[core_set.Coverage]]) -> str:
    parts = ["Core set measures of response in the report, by time."]
    labels = {c.id: c.label for c in case.head.clocks}
    for name, rows in found.items():
        for one in rows:
            there = [
                f"{state} at {labels[c]}"
                for c, state in one.at.items()
                if state != core_set.MISSING
            ]
            parts.append(
                f"{core_set.CORE_SETS[name]}, {one.measure.label}: {'; '.join(there) or 'never'}."
            )
    return " ".join(parts)
