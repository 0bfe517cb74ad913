"""Classification: what each item adds, and where the score may lie under each reading."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from casetrace.case.model import Case
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import Page, plain_axis
from casetrace.display.style import COLOURS, GREY, styled
from casetrace.questions.classification import scoring
from casetrace.questions.classification.criteria_items import (
    AMBIGUOUS,
    MET,
    NOT_MET,
    NOT_REPORTED,
    Item,
    items,
)
from casetrace.questions.classification.tables import SETS
from casetrace.questions.sensitivity.by_reading import variants

__all__ = ["classification"]

_SHORT = {"no_biopsy": "without biopsy", "biopsy": "with biopsy"}


def classification(case: Case, name: str = "eular_acr") -> Figure | None:
    """Draw the items of a scored set with their points, and the score with its bounds.

    Items met are filled, ambiguous ones hatched, items not reported open, items not met
    crossed out. Below, the score under each combination of readings runs from the points of
    the items met to those of all items not excluded, against the cut-offs.

    Returns
    -------
    Figure or None
        Named ``classification``; None if the case has no links to the set.
    """
    given = items(case, name)
    if not given:
        return None
    rows, scores = _scores(case, name)
    with styled(7.0):
        top, step, left, gap = 5.0, 4.3, 51.0, 4.0
        row = 7.0
        wide = (170 - left - 1.0 - gap) / 2
        tall = step * len(given)
        under = top + tall + 15.0
        page = Page(case, under + row * len(rows) + 5.0)
        for column, version in enumerate(scoring.VERSIONS):
            at = left + column * (wide + gap)
            ax = page.panel(at, top, wide, tall)
            _items(page, ax, given, version, labels=column == 0)
            lacks = any(scoring.points_of(i, version) is None for i in given)
            more = "– no points in this version" if lacks else ""
            page.title(at, 1.0, f"Points {_SHORT[version]}", more)
            ax = page.panel(at, under, wide, row * len(rows))
            cuts = _cuts(case, name, version)
            _ranges(page, ax, scores[version], rows, cuts, version)
            if column:
                ax.set_yticklabels([])
            page.title(
                at,
                under - 8.0,
                f"Score {_SHORT[version]}",
                "met filled, open hatched",
            )
        return page.finished("classification", _alt(case, name, page, given))


def _items(page: Page, ax: Axes, given: list[Item], version: str, labels: bool) -> None:
    plain_axis(ax, [i.label for i in given], [f"reference/criteria/{i.id}" for i in given])
    ax.set_xlim(0, 5.6)
    ax.set_xticks(range(6))
    if not labels:
        ax.set_yticklabels([])
    look = {
        MET: {"facecolor": COLOURS["blue"], "edgecolor": COLOURS["blue"]},
        AMBIGUOUS: {"facecolor": "white", "edgecolor": COLOURS["orange"], "hatch": "//////"},
        NOT_REPORTED: {"facecolor": "white", "edgecolor": GREY["line"]},
    }
    for y, item in enumerate(given):
        points = scoring.points_of(item, version)
        if points is None:
            ax.text(0.06, y, "–", va="center", color=GREY["text"])
            continue
        words, source = f"{points:g} {item.state}", f"reference/criteria/{item.id}"
        page.note(f"points {_SHORT[version]}", item.label, item.state, text=words, source=source)
        if item.state == NOT_MET:
            ax.text(0.06, y, f"× {NOT_MET}", va="center", color=GREY["text"])
            continue
        ax.add_patch(Rectangle((0, y - 0.3), points, 0.6, linewidth=0.7, **look[item.state]))
        lead(source, ax.text(points + 0.08, y, words, va="center"))


def _ranges(
    page: Page,
    ax: Axes,
    found: list,
    labels: list[str],
    cuts: list[tuple[str, float, str]],
    version: str,
) -> None:
    plain_axis(ax, ["\n".join(textwrap.wrap(r, 43)) for r in labels])
    most = max(q.high for q, _, _ in found)
    ax.set_xlim(0, most * 1.14)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    for place, (label, cut, source) in enumerate(cuts):
        ax.axvline(cut, color=GREY["line"], linewidth=0.6, linestyle=(0, (3, 2)), zorder=1)
        # The lowest cut-offs lie close together: the first is named leftwards.
        side = "right" if place == 0 else "left"
        if place == 1:
            continue
        words = (
            f"{label} {cut:g}" if place else f"{cuts[0][0]} {cut:g}, {cuts[1][0]} {cuts[1][1]:g}"
        )
        said = ax.annotate(
            words,
            (cut, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0 if side == "left" else 9, 2),
            textcoords="offset points",
            ha=side,
            va="bottom",
            color=GREY["text"],
        )
        lead(source, said)
    for y, (q, in_force, lead_to) in enumerate(found):
        colour = COLOURS["blue"] if in_force else COLOURS["sky"]
        ax.add_patch(Rectangle((0, y - 0.2), q.low, 0.4, facecolor=colour, zorder=3))
        span = {"facecolor": "white", "edgecolor": colour, "hatch": "//////", "linewidth": 0.7}
        ax.add_patch(Rectangle((q.low, y - 0.2), q.high - q.low, 0.4, zorder=2, **span))
        paper = {"bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.4}, "va": "center"}
        over = {**paper, "va": "bottom"}
        lead(
            lead_to,
            ax.text(q.low, y - 0.24, f"{q.low:g}", ha="center", zorder=4, **over),
            ax.text(q.high + most * 0.012, y, f"{q.high:g}", ha="left", zorder=4, **paper),
        )
        source = f"criteria.eular_acr.score.{version}"
        page.note(f"score {_SHORT[version]}", labels[y], "band", q, source=source)


def _scores(case: Case, name: str) -> tuple[list[str], dict[str, list]]:
    """Row labels and scores under each combination of the readings that move a score."""
    keys = {v: f"criteria.{name}.score.{v}" for v in scoring.VERSIONS}
    labels: list[str] = []
    found: dict[str, list] = {v: [] for v in keys}
    for words, other, switched in variants(case, "criteria", list(keys.values())):
        labels.append(", ".join(words) or "as reported")
        given = items(other, name)
        for version, key in keys.items():
            source = f"case.yaml/readings/{switched[0]}" if switched else key
            found[version].append((scoring.score(given, version), not switched, source))
    return labels, found


def _cuts(case: Case, name: str, version: str) -> list[tuple[str, float, str]]:
    """Classes with the least score of each and the row it is from, the lowest first."""
    rows = [r for r in case.reference.classes if r.set == name]
    found = [(r.label, getattr(r, f"score_{version}"), r.id) for r in rows]
    cuts = [
        (label, cut, f"reference/classes/{row}") for label, cut, row in found if cut is not None
    ]
    return sorted(cuts, key=lambda one: one[1])


def _alt(case: Case, name: str, page: Page, given: list[Item]) -> str:
    parts = [f"Items of the {SETS[name][0]} criteria and the score of the case."]
    for state in (MET, AMBIGUOUS, NOT_REPORTED, NOT_MET):
        named = [i.label for i in given if i.state == state]
        if named:
            parts.append(f"{state.capitalize()}: {'; '.join(named)}.")
    for mark in page.marks:
        if mark.lane.startswith("score"):
            parts.append(f"{mark.lane.capitalize()}, {mark.what}: {mark.text}.")
    return " ".join(parts)
