"""Classification: what each item adds, and where the score may lie under each reading."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from casetrace.case.model import Case
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import Page, plain_axis
from casetrace.display.style import COLOURS, GREY, PAPER, styled
from casetrace.quantity import Quantity
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
from casetrace.questions.values import of_family

__all__ = ["classification"]

AS_READ = "as the report is read, the rest left open"
_SHORT = {"no_biopsy": "without biopsy", "biopsy": "with biopsy"}


def classification(case: Case, name: str = "eular_acr") -> Figure | None:
    """Draw the items of a scored set with their points, and the score with its bounds.

    Items met are filled, ambiguous ones hatched, items not reported open, items not met
    crossed out. Below, the score runs from the points of the items met to those of all items not
    excluded, against the cut-offs: as the report is read, and as a clinician may take it, under
    each scenario of more than one reading that moves the score.

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
        row = 8.0
        wide = (170 - left - 1.0 - gap) / 2
        tall = step * len(given)
        under = top + tall + 15.0
        page = Page(case, under + row * len(rows) + 5.0)
        for column, version in enumerate(scoring.VERSIONS):
            at = left + column * (wide + gap)
            ax = page.panel(at, top, wide, tall)
            _items(page, ax, given, version, labels=column == 0)
            page.title(at, 1.0, f"Points {_SHORT[version]}")
            ax = page.panel(at, under, wide, row * len(rows))
            cuts = _cuts(case, name, version)
            _ranges(page, ax, scores[version], rows, cuts, version)
            if column:
                ax.set_yticklabels([])
            page.title(
                at,
                under - 8.0,
                f"Score {_SHORT[version]}",
                "filled: met, hatched: open",
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
            ax.text(0.06, y, "does not count", va="center", color=GREY["text"])
            continue
        state = "open" if item.state == AMBIGUOUS else item.state
        words, source = f"{points:g} {state}", f"reference/criteria/{item.id}"
        page.note(f"points {_SHORT[version]}", item.label, item.state, text=words, source=source)
        if item.state == NOT_MET:
            ax.text(0.06, y, f"× {NOT_MET}", va="center", color=GREY["text"])
            continue
        ax.add_patch(Rectangle((0, y - 0.3), points, 0.6, linewidth=0.7, **look[item.state]))
        lead(source, ax.text(points + 0.08, y, words, va="center"))


def _ranges(
    page: Page,
    ax: Axes,
    found: list[tuple[Quantity, str]],
    labels: list[str],
    cuts: list[tuple[str, float, str]],
    version: str,
) -> None:
    """Scores from the points met to those of all items not excluded, against the cut-offs."""
    plain_axis(ax, ["\n".join(textwrap.wrap(r, 40)) for r in labels])
    ax.set_ylim(len(labels) - 0.5, -0.95)
    most = max(q.high for q, _ in found)
    ax.set_xlim(0, most * 1.14)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    for label, cut, source in cuts:
        ax.axvline(cut, color=GREY["line"], linewidth=0.6, linestyle=(0, (3, 2)), zorder=1)
        beside = {"textcoords": "offset points", "va": "center", "color": GREY["text"]}
        side, off = ("right", -2) if label == cuts[0][0] else ("left", 2)
        said = ax.annotate(f"{label} {cut:g}", (cut, -0.75), (off, 0), ha=side, **beside)
        lead(source, said)
    for y, (q, lead_to) in enumerate(found):
        colour = COLOURS["blue"]
        ax.add_patch(Rectangle((0, y - 0.16), q.low, 0.32, facecolor=colour, zorder=3))
        span = {"facecolor": "white", "edgecolor": colour, "hatch": "//////", "linewidth": 0.7}
        ax.add_patch(Rectangle((q.low, y - 0.16), q.high - q.low, 0.32, zorder=2, **span))
        low = ax.text(q.low, y - 0.2, f"{q.low:g}", ha="center", va="bottom", bbox=PAPER, zorder=4)
        high = ax.text(q.high + most * 0.012, y, f"{q.high:g}", ha="left", va="center", zorder=4)
        lead(lead_to, low, high)
        source = f"criteria.eular_acr.score.{version}"
        page.note(f"score {_SHORT[version]}", labels[y], "band", q, source=source)


def _scores(case: Case, name: str) -> tuple[list[str], dict[str, list[tuple[Quantity, str]]]]:
    """Labels and scores: as the readings stand, and under each scenario that moves them alone."""
    keys = {v: f"criteria.{name}.score.{v}" for v in scoring.VERSIONS}
    cases = {AS_READ: (case, "")}
    moving = {r for key in keys.values() for r in of_family(case, "criteria")[key].readings}
    for scenario in case.at_defaults.head.scenarios.values():
        if set(scenario.readings) <= moving and len(scenario.readings) > 1:
            first = f"case.yaml/readings/{next(iter(scenario.readings))}"
            cases[scenario.label] = (case.at_defaults.under(scenario.readings), first)
    found: dict[str, list[tuple[Quantity, str]]] = {}
    for version, key in keys.items():
        found[version] = [
            (scoring.score(items(other, name), version), source or key)
            for other, source in cases.values()
        ]
    return list(cases), found


def _cuts(case: Case, name: str, version: str) -> list[tuple[str, float, str]]:
    """Classes from the least that counts, with their least score and row, the lowest first."""
    rows = [r for r in case.reference.classes if r.set == name]
    enough = next(r.rank for r in rows if r.enough)
    rows = [r for r in rows if r.rank >= enough]
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
