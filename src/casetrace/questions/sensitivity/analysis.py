"""What hangs on which reading: every combination of options to every headline outcome.

An outcome is computed once for each combination of the options that it hangs on; the other
readings do not change it, so these arrays, broadcast over the rest, are the full factorial.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from casetrace.case.measures import comparable
from casetrace.case.model import Case
from casetrace.display.trace import mark
from casetrace.quantity import Quantity
from casetrace.quantity.wording import value_name
from casetrace.questions.question import Answer, sorted_out
from casetrace.questions.values import check_names, headline, homes, of_family

__all__ = [
    "Factorial",
    "answer",
    "combinations_of",
    "factorials",
    "first_outcome",
    "has",
    "most_telling",
    "open_questions",
    "outcome_name",
]


@dataclass(frozen=True)
class Factorial:
    """An outcome under every combination of the readings it hangs on.

    Attributes
    ----------
    outcome : str
        Id of the headline value.
    readings : tuple of str
        One for each axis; in the order of ``case.yaml``.
    options : tuple of tuple of str
        Options along each axis.
    here : tuple of int
        Position of the options in force.
    cells : ndarray of Quantity, shape (options of the first reading, ...)
        The outcome, in the unit that it has under the options in force if it can be written in
        that; None where it cannot be computed.
    low, high : ndarray, shape of ``cells``
        Its bounds, infinite where open, nan where there is none or the unit is another.
    """

    outcome: str
    readings: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    here: tuple[int, ...]
    cells: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def default(self) -> Quantity:
        """The outcome under the options in force."""
        return self.cells[self.here]

    def frame(self) -> pd.DataFrame:
        """Return the outcome under every combination as a DataFrame.

        Returns
        -------
        pandas.DataFrame
            A column for each reading with the option, and one for the outcome, which holds
            quantities; None where it cannot be computed.
        """
        combinations = [dict(zip(self.readings, o, strict=True)) for o in product(*self.options)]
        found = pd.DataFrame(combinations, columns=list(self.readings))
        found[self.outcome] = pd.Series(list(self.cells.flat), dtype=object)
        return found

    def one_way(self, reading: str) -> dict[str, Quantity]:
        """The outcome under each option of one reading, the others as they are in force."""
        axis = self.readings.index(reading)
        place = [*self.here]
        found = {}
        for n, option in enumerate(self.options[axis]):
            place[axis] = n
            found[option] = self.cells[tuple(place)]
        return found

    def effect(self, reading: str) -> float:
        """How far the options of a reading move the outcome at the most, over all the others.

        Options under which a bound is open are left aside: how far they move it is not known
        (:meth:`unbounding` names them).

        Returns
        -------
        float
            Largest distance between two options, in the outcome's unit; 0 if there are none to
            compare.

        Notes
        -----
        The distance of two intervals is ``max(|difference of lows|, |difference of highs|)``:
        Moore RE, *Interval Analysis*, Prentice-Hall 1966.
        """
        axis = self.readings.index(reading)
        low, high = (np.moveaxis(ends, axis, 0) for ends in (self.low, self.high))
        with np.errstate(invalid="ignore"):
            gaps = [
                np.where(ends[:, None] == ends[None, :], 0.0, np.abs(ends[:, None] - ends[None, :]))
                for ends in (low, high)
            ]
        distances = np.maximum(*gaps)
        return float(np.max(distances, where=np.isfinite(distances), initial=0.0))

    def unbounding(self, reading: str) -> list[str]:
        """Options of a reading that open a bound of the outcome which another leaves closed."""
        axis = self.readings.index(reading)
        opens = np.zeros(len(self.options[axis]), dtype=bool)
        for ends in (self.low, self.high):
            is_open = np.moveaxis(np.isinf(ends), axis, 0).reshape(len(opens), -1)
            opens |= (is_open & ~is_open.all(axis=0)).any(axis=1)
        return [option for option, more in zip(self.options[axis], opens, strict=True) if more]

    def ranked(self) -> list[tuple[str, float]]:
        """Readings that move the outcome, by effect; those that only open a bound come last."""
        effects = [(r, self.effect(r)) for r in self.readings]
        moved = [(r, e) for r, e in effects if e > 1e-9 or self.unbounding(r)]
        return sorted(moved, key=lambda pair: (-pair[1], self.readings.index(pair[0])))


def factorials(
    case: Case, outcomes: Iterable[str] = (), among: Iterable[str] = (), family: str = ""
) -> dict[str, Factorial]:
    """Compute outcomes under every combination of the readings that they hang on.

    Parameters
    ----------
    case : Case
        The case; what it holds now is what other readings are kept at.
    outcomes : iterable of str
        Ids of headline values; those that ``case.yaml`` names if not given, else all values
        that hang on a reading.
    among : iterable of str
        Vary these readings only; all if not given.
    family : str
        The family that the outcomes are of; looked for if not given.

    Returns
    -------
    dict of Factorial
        By outcome, without those that hang on nothing.

    Raises
    ------
    CaseError
        If ``case.yaml`` names an outcome that is not among the headline values.
    """
    wanted = list(outcomes)
    if not wanted:
        check_names(case)
        moved = [name for name, q in headline(case).items() if q.readings]
        wanted = list(case.head.outcomes) or moved
    home = dict.fromkeys(wanted, family) if family else homes(case, wanted)
    varied = set(among) or set(case.head.readings)
    found = {}
    for name in (name for name in wanted if name in of_family(case, home[name])):
        readings = of_family(case, home[name])[name].readings
        factorial = _factorial(case, name, home[name], readings, varied)
        if factorial.readings:
            found[name] = factorial
    return found


def answer(case: Case) -> str:
    """Say which reading moves most outcomes furthest."""
    found = most_telling(factorials(case))
    if not found:
        return ""
    question = case.head.readings[found[0][0]].question
    key = f"case.yaml/readings/{found[0][0]}"
    return f"The reading that moves most outcomes furthest: {mark(key, question)}"


def has(case: Case) -> Answer:
    """Return what a case has for the question, and what it lacks."""
    readings = len(case.head.readings)
    return sorted_out(
        (
            f"{readings} readings",
            readings > 0 and bool(factorials(case)),
            "no value hangs on a reading",
        ),
    )


def first_outcome(case: Case) -> pd.Series:
    """Return the first outcome that hangs on a reading, by the options of its readings.

    Returns
    -------
    pandas.Series
        Of quantities, indexed by a level for each reading; empty if nothing hangs on one.
    """
    for found in factorials(case).values():
        return found.frame().set_index(list(found.readings))[found.outcome]
    return pd.Series(dtype=object)


def outcome_name(case: Case, name: str) -> str:
    """Return what a case calls an outcome, or its id in words."""
    return case.head.outcomes.get(name) or value_name(name)


def combinations_of(case: Case) -> int:
    """How many scenarios there are: one option for each reading."""
    return math.prod(len(r.options) for r in case.head.readings.values())


def most_telling(found: dict[str, Factorial]) -> list[tuple[str, list[str]]]:
    """Readings by the number of outcomes that they move most, with these outcomes.

    A reading that does no more than open a bound moves an outcome most only if no other moves it.
    """
    first: dict[str, list[str]] = {}
    for name, factorial in found.items():
        ranked = factorial.ranked()
        for reading, effect in ranked:
            if math.isclose(effect, ranked[0][1]):
                first.setdefault(reading, []).append(name)
    order = list(first)
    return sorted(first.items(), key=lambda pair: (-len(pair[1]), order.index(pair[0])))


def open_questions(case: Case, most: int = 3) -> list[tuple[str, str, dict[str, Quantity]]]:
    """Return the readings that move the outcomes most, each with one that it moves.

    Parameters
    ----------
    case : Case
        The case.
    most : int
        How many at the most; passages of the report come before assumptions.

    Returns
    -------
    list of (str, str, dict of Quantity)
        Reading, outcome, and the outcome by the options of the reading, the others as in force.
    """
    found: dict[str, tuple[str, dict[str, Quantity]]] = {}
    known = factorials(case)
    for name, factorial in known.items():
        for reading, _ in factorial.ranked()[:1]:
            found.setdefault(reading, (name, factorial.one_way(reading)))
    order = list(found)
    asked = sorted(
        order, key=lambda r: (case.head.readings[r].kind == "assumption", order.index(r))
    )
    return [(reading, *found[reading]) for reading in asked[:most]]


def _factorial(
    case: Case, name: str, family: str, hangs_on: Iterable[str], varied: set[str]
) -> Factorial:
    every = case.head.readings
    names = [r for r in every if r in varied & set(hangs_on)]
    while True:
        options = tuple(tuple(every[r].options) for r in names)
        cells = np.empty([len(o) for o in options], dtype=object)
        more: set[str] = set()
        for place in product(*(range(len(o)) for o in options)):
            chosen = {r: o[n] for r, o, n in zip(names, options, place, strict=True)}
            cells[place] = of_family(case.under(chosen), family).get(name)
            more |= varied & set(cells[place].readings if cells[place] else ())
        if more <= set(names):
            break
        names = [r for r in every if r in {*names, *more}]  # one option may bring in another
    here = tuple(o.index(case.chosen[r]) for r, o in zip(names, options, strict=True))
    unit = cells[here].unit
    for place, q in np.ndenumerate(cells):
        if q and q.unit != unit and comparable(q.unit, unit):
            cells[place] = q.to(unit)
    low, high = (
        np.array(
            [getattr(q, end) if q and q.unit == unit else math.nan for q in cells.flat]
        ).reshape(cells.shape)
        for end in ("low", "high")
    )
    return Factorial(name, tuple(names), options, here, cells, low, high)
