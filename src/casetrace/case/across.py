"""What a computation gives under every combination of the readings that it looks at."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

from casetrace.case.model import Case
from casetrace.case.record import recorded, unrecorded

__all__ = ["MOST", "Varied", "across", "alike", "count_of", "options_of", "same"]

T = TypeVar("T")

#: Combinations of options that something is computed under, at most.
MOST = 256


@dataclass(frozen=True)
class Varied(Generic[T]):
    """Something under every combination of the readings that it hangs on.

    Attributes
    ----------
    readings : tuple of str
        The readings, in the order of the case.
    contents : dict
        What it is by the options of these readings.
    """

    readings: tuple[str, ...]
    contents: Mapping[tuple[str, ...], T]

    def under(self, chosen: Mapping[str, str]) -> T | None:
        """What it is under a choice of options; None if it was not made for that."""
        return self.contents.get(tuple(chosen[r] for r in self.readings))

    def least(self) -> Varied[T]:
        """The same without the readings that change nothing."""
        readings, contents = self.readings, dict(self.contents)
        for reading in self.readings:
            at = readings.index(reading)
            fewer: dict[tuple[str, ...], T] = {}
            if all(
                fewer.setdefault(key[:at] + key[at + 1 :], content) == content
                for key, content in contents.items()
            ):
                readings, contents = readings[:at] + readings[at + 1 :], fewer
        return Varied(readings, contents)


def same(every: list[T]) -> T | None:
    """The one that all are; None if they differ."""
    return every[0] if all(one == every[0] for one in every) else None


def count_of(case: Case, readings: Iterable[str]) -> int:
    """How many combinations the options of some readings have."""
    return math.prod(len(case.head.readings[name].options) for name in readings)


def options_of(case: Case, readings: Iterable[str]) -> list[dict[str, str]]:
    """Every combination of the options of some readings."""
    names = list(readings)
    every = product(*(case.head.readings[n].options for n in names))
    return [dict(zip(names, options, strict=True)) for options in every]


def across(case: Case, compute: Callable[[Case], T], most: int = MOST) -> Varied[T] | None:
    """Compute something under every combination of the readings that it looks at.

    Which these are shows while it is computed: an option may bring in a reading that no other
    does. All other readings are at the curator's option. Nothing of it is noted as looked at,
    since the whole does not hang on how the case is read.

    Parameters
    ----------
    case : Case
        Under any scenario.
    compute : callable
        Gives it for a case under its readings.
    most : int
        Combinations, at most.

    Returns
    -------
    Varied or None
        None if there are more combinations than that.
    """
    home = case.at_defaults
    found: dict[tuple[str, ...], T] = {}
    readings: tuple[str, ...] = ()
    with unrecorded():
        while True:
            looked = set(readings)
            for chosen in options_of(home, readings):
                other = home.under(chosen)
                key = tuple(other.chosen.values())
                if key not in found:
                    with recorded() as seen:
                        found[key] = compute(other)
                    looked |= seen
            every = tuple(r for r in home.head.readings if r in looked)
            if every == readings:
                break
            readings = every
            if count_of(home, readings) > most:
                return None
    places = [list(home.chosen).index(r) for r in readings]
    return Varied(readings, {tuple(key[p] for p in places): one for key, one in found.items()})


def alike(
    case: Case,
    key: Hashable,
    compute: Callable[[Case], T],
    join: Callable[[list[T]], T | None],
) -> T:
    """Compute something so that it is the same however the case is read.

    Parameters
    ----------
    case : Case
        Under any scenario.
    key : hashable
        What is computed.
    compute : callable
        Gives it for a case under its readings.
    join : callable
        Makes one of those of all combinations of readings; None where they do not go together.

    Returns
    -------
    The one for all. Where there is none, that of this case, which hangs on the readings that
    change it; where there were too many to join, on all that it looks at.
    """

    def compared() -> tuple[T | None, Varied[T] | None]:
        every = across(case, compute)
        return (join(list(every.contents.values())), every.least()) if every else (None, None)

    one, each = case.once(("alike", key), compared)
    if one is not None:
        return one
    return each.under(case.chosen) if each else compute(case)
