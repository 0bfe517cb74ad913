"""Classification: what each item adds, and where the score may lie under each reading."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from casetrace.case.model import Case
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import Page, Rows, plain_axis
from casetrace.display.style import COLOURS, GREY, PAPER, SINGLE, styled
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

KEY = "points: filled if met, hatched if open, empty if not reported; score: filled as far as "
KEY += "items are met, hatched as far as it may reach with all that is open or not reported"
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
        top, left, gap = 5.0, 1.6, 4.0  # mm
        whole = SINGLE - 2 * left
        wide = (whole - gap) / 2
        items_at, scores_at = Rows([i.label for i in given], whole), Rows(rows, whole, room=6.0)
        under = top + items_at.height + 17.5
        page = Page(case, under + scores_at.height + 15.5, SINGLE)
        for column, version in enumerate(scoring.VERSIONS):
            at = left + column * (wide + gap)
            ax = page.panel(at, top, wide, items_at.height)
            _as_wide(ax, items_at, column, [f"reference/criteria/{i.id}" for i in given])
            _items(page, ax, given, items_at.middles, version)
            page.title(at, 1.0, f"Points {_SHORT[version]}")
            ax = page.panel(at, under, wide, scores_at.height)
            _as_wide(ax, scores_at, column)
            cuts = _cuts(case, name, version)
            _ranges(page, ax, scores[version], rows, scores_at.middles, cuts, version)
            page.title(at, under - 11.0, f"Score {_SHORT[version]}")
        page.key(KEY)
        return page.finished("classification", _alt(case, name, page, given))


def _as_wide(ax: Axes, rows: Rows, column: int, sources: Sequence[str] = ()) -> None:
    """Rows whose names stand once, over both columns."""
    if column:
        plain_axis(ax)
        ax.set_yticks([])
        ax.set_ylim(rows.height, 0)
    else:  # over the lines of the other
        ax.set(zorder=1, facecolor="none")
        rows.write(ax, sources)


def _items(page: Page, ax: Axes, given: list[Item], middles: list[float], version: str) -> None:
    ax.set_xlim(0, 7.8)  # with room for words
    ax.set_xticks(range(6))
    look = {
        MET: {"facecolor": COLOURS["blue"], "edgecolor": COLOURS["blue"]},
        AMBIGUOUS: {"facecolor": "white", "edgecolor": COLOURS["orange"], "hatch": "//////"},
        NOT_REPORTED: {"facecolor": "white", "edgecolor": GREY["line"]},
    }
    for y, item in zip(middles, given, strict=True):
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
        ax.add_patch(Rectangle((0, y - 1.3), points, 2.6, linewidth=0.7, **look[item.state]))
        lead(source, ax.text(points + 0.12, y, words, va="center"))


def _ranges(
    page: Page,
    ax: Axes,
    found: list[tuple[Quantity, str]],
    labels: list[str],
    middles: list[float],
    cuts: list[tuple[str, float, str]],
    version: str,
) -> None:
    """Scores from the points met to those of all items not excluded, against the cut-offs."""
    most = max(q.high for q, _ in found)
    ax.set_xlim(0, most * 1.2)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    for label, cut, source in cuts:
        ax.axvline(cut, color=GREY["line"], linewidth=0.6, linestyle=(0, (3, 2)), zorder=1)
        beside = {"textcoords": "offset points", "va": "bottom", "color": GREY["text"]}
        side, off = ("right", -2) if label == cuts[0][0] else ("left", 2)
        words = {"ha": side, "linespacing": 1.05, **beside}
        said = ax.annotate(f"{label}\n{cut:g}", (cut, 0), (off, 0), **words)
        lead(source, said)
    for row, (y, (q, lead_to)) in enumerate(zip(middles, found, strict=True)):
        y += 1.3  # under the number of what is met
        colour = COLOURS["blue"]
        ax.add_patch(Rectangle((0, y - 1.3), q.low, 2.6, facecolor=colour, zorder=3))
        span = {"facecolor": "white", "edgecolor": colour, "hatch": "//////", "linewidth": 0.7}
        ax.add_patch(Rectangle((q.low, y - 1.3), q.high - q.low, 2.6, zorder=2, **span))
        low = ax.text(q.low, y - 1.5, f"{q.low:g}", ha="center", va="bottom", bbox=PAPER, zorder=4)
        high = ax.text(q.high + most * 0.012, y, f"{q.high:g}", ha="left", va="center", zorder=4)
        lead(lead_to, low, high)
        source = f"criteria.eular_acr.score.{version}"
        page.note(f"score {_SHORT[version]}", labels[row], "band", q, source=source)


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
