"""Classification criteria from weight tables, with bounds over what is not reported.

An item that is ambiguous or not reported may or may not be met, so a score has bounds: the
points of the items met, up to those of all that are not excluded. Points, cut-offs and counts
are rows of ``data/reference/criteria.csv`` and ``classes.csv``, each with its citation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from itertools import combinations

import pandas as pd

from casetrace.case.model import Case
from casetrace.quantity import Quantity
from casetrace.questions.classification.criteria_items import MET, NOT_MET, Item, items

__all__ = ["SCORED", "VERSIONS", "classified", "counted", "points", "score", "settling", "values"]

#: Sets that add points, and sets that count items.
SCORED, COUNTED = ("eular_acr",), ("bohan_peter", "tanimoto")
VERSIONS = ("no_biopsy", "biopsy")
FORMS = ("polymyositis", "dermatomyositis")


def values(case: Case) -> dict[str, Quantity]:
    """Scores, probabilities and classes under each set of criteria that the case has links to.

    Returns
    -------
    dict of Quantity
        ``criteria.<set>.score.<version>`` in points, ``.probability.<version>`` in ``%`` and
        ``.class.<version>`` for a scored set; ``criteria.<set>.class`` and ``.form`` for a
        counted one.
        Empty for a case without links.
    """
    found: dict[str, Quantity] = {}
    for name in SCORED:
        given = items(case, name)
        for version in VERSIONS if given else ():
            points = score(given, version)
            found[f"criteria.{name}.score.{version}"] = points
            found[f"criteria.{name}.probability.{version}"] = probability(
                case, points, f"{name}.intercept.{version}"
            )
            found[f"criteria.{name}.class.{version}"] = classified(case, name, points, version)
    for name in COUNTED:
        if given := items(case, name):
            found[f"criteria.{name}.class"] = counted(case, name, given)
            found[f"criteria.{name}.form"] = form(given)
    return {name: q.named(name) for name, q in found.items()}


def points_of(item: Item, version: str) -> float | None:
    """Points of an item in a version of a score; None if it has none there."""
    return getattr(item.row, f"points_{version}")


def points(case: Case, name: str) -> pd.DataFrame:
    """Return the items of a scored set with their states and points.

    Returns
    -------
    pandas.DataFrame
        Indexed by item: ``state``, and points in each version; no rows for a case that is not
        linked to the set.
    """
    given = items(case, name)
    columns: dict[str, list] = {"state": [i.state for i in given]}
    columns |= {version: [points_of(i, version) for i in given] for version in VERSIONS}
    return pd.DataFrame(columns, index=[i.label for i in given])


def score(given: list[Item], version: str) -> Quantity:
    """Sum of points: of the items met, up to that of all items that are not excluded.

    Of alternatives (age groups) one at most counts, the one with the most points.

    Parameters
    ----------
    given : list of Item
        The items of one set.
    version : str
        ``no_biopsy`` or ``biopsy``.

    Returns
    -------
    Quantity
        Points, unit ``{point}``.

    Notes
    -----
    Lundberg IE and others, Ann Rheum Dis 2017;76:1955-1964: the score is the sum of the
    points of the items that are present.
    """
    ends = [0.0, 0.0]
    for end, counts in enumerate((lambda i: i.state == MET, lambda i: i.state != NOT_MET)):
        best: dict[str, float] = {}
        for item in given:
            points = points_of(item, version)
            if points is not None and counts(item):
                group = item.row.alternative or item.id
                best[group] = max(best.get(group, 0.0), points)
        ends[end] = round(sum(best.values()), 6)
    counted_items = [i for i in given if points_of(i, version) is not None]
    return Quantity(
        *ends,
        "{point}",
        how="points of the items met, up to those of the items left open",
        derived=True,
    ).traced(
        {s for i in counted_items for s in i.sources},
        {r for i in counted_items for r in i.readings},
    )


def probability(case: Case, points: Quantity, constant: str) -> Quantity:
    """Probability of the disease from a score, ``100 / (1 + exp(c - score))`` in percent.

    Notes
    -----
    Lundberg IE and others, Ann Rheum Dis 2017;76:1955-1964. The constants were
    not checked against it (see their rows in ``data/reference/constants.csv``).
    """
    c = case.reference.get("constants", constant).value
    low, high = (
        float(f"{100 / (1 + math.exp(c.low - p)):.12g}") for p in (points.low, points.high)
    )
    how = f"100 ÷ (1 + exp({c.low:g} - score)); the constant was not checked against the paper"
    return Quantity(low, high, "%", how=how, derived=True).traced(
        {*points.sources, *c.sources}, points.readings
    )


def classified(case: Case, name: str, points: Quantity, version: str) -> Quantity:
    """Class by the cut-offs of a scored set, as ranks with words."""
    rows = _classes(case, name)

    def rank(number: float) -> int:
        cuts = [getattr(r, f"score_{version}") for r in rows]
        return max(n for n, cut in enumerate(cuts) if cut is None or number >= cut - 1e-9)

    return _ranked(
        rows, rank(points.low), rank(points.high), "the score against the cut-offs"
    ).traced(points.sources, points.readings)


def counted(case: Case, name: str, given: list[Item]) -> Quantity:
    """Class by the number of muscle items, with or without a skin item, as ranks with words.

    Notes
    -----
    Bohan A, Peter JB, N Engl J Med 1975;292:344-347; J Rheumatol 1995;22:668-674 (PMID
    7791161).
    """
    rows = _classes(case, name)

    def rank(skin: bool, muscle: int) -> int:
        least = [r.items_with_skin if skin else r.items_without_skin for r in rows]
        return max(n for n, count in enumerate(least) if count is None or muscle >= count)

    sure, possible = tally(given)
    ends = (rank(sure[0] > 0, sure[1]), rank(possible[0] > 0, possible[1]))
    muscle = f"{sure[1]} to {possible[1]}" if sure[1] != possible[1] else f"{sure[1]}"
    skin = "met" if sure[0] else "open" if possible[0] else "not met"
    how = f"{muscle} muscle items met, skin item {skin}"
    return _ranked(rows, *ends, how).traced(
        {s for i in given for s in i.sources}, {r for i in given for r in i.readings}
    )


def form(given: list[Item]) -> Quantity:
    """Which disease a counted set names: without a skin item polymyositis, with one the other."""
    sure, possible = tally(given)
    skin = [i for i in given if i.part == "skin"]
    ends = (int(sure[0] > 0), int(possible[0] > 0))
    how = "a skin item is " + ("met" if ends[0] else "open" if ends[1] else "not met")
    return Quantity(*ends, "{class}", how=how, derived=True, levels=FORMS).traced(
        {s for i in skin for s in i.sources}, {r for i in skin for r in i.readings}
    )


def tally(given: list[Item]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Skin and muscle items: how many are met, and how many are not excluded."""
    sure = tuple(sum(i.part == p and i.state == MET for i in given) for p in ("skin", "muscle"))
    open_to = tuple(
        sum(i.part == p and i.state != NOT_MET for i in given) for p in ("skin", "muscle")
    )
    return sure, open_to


def settling(case: Case, name: str, version: str = "", most: int = 3) -> list[tuple[str, ...]]:
    """Return the sets of open facts whose presence would be enough for a classification.

    Parameters
    ----------
    case : Case
        The case.
    name, version : str
        Set of criteria, and version of its score.
    most : int
        How many facts together are tried.

    Returns
    -------
    list of tuple of str
        Rows of the case, or items that no row stands for: every set of which no smaller part is
        enough, the smallest first, and of one size those of facts that are in most sets. One
        empty set if the case is classified already; nothing if ``most`` facts are too few. Items
        that mark another disease are not tried.
    """
    enough = next(int(r.rank) for r in _classes(case, name) if r.enough)

    def reached(answers: Mapping[str, str]) -> bool:
        given = items(case, name, answers)
        if version:
            return classified(case, name, score(given, version), version).low >= enough
        return counted(case, name, given).low >= enough

    given = [i for i in items(case, name) if not i.row.alternative and not i.row.marks]
    scored = [i for i in given if not version or points_of(i, version) is not None]
    facts = sorted({f for i in scored for f in i.open_facts})
    found: list[tuple[str, ...]] = []
    for size in range(most + 1):
        tried = (set(c) for c in combinations(facts, size))
        fresh = [tuple(sorted(c)) for c in tried if not any(c >= set(f) for f in found)]
        sets = [c for c in fresh if reached(dict.fromkeys(c, MET))]
        often = Counter(f for c in sets for f in c)
        found += sorted(sets, key=lambda c: (-sum(often[f] for f in c), c))
    return found


def _classes(case: Case, name: str) -> list:
    rows = [r for r in case.reference.classes if r.set == name]
    return sorted(rows, key=lambda r: r.rank)


def _ranked(rows: list, low: int, high: int, how: str) -> Quantity:
    levels = tuple(r.label for r in rows)
    sources = {f"reference/classes/{r.id}" for r in rows}
    ends = Quantity(low, high, "{class}", how=how, derived=True, levels=levels)
    return ends.traced(sources)
