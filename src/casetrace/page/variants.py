"""Parts of a page as functions of a few readings: what each is under each of their options."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from casetrace.case import Case

__all__ = ["Varied", "options_of", "packed", "singles", "varied"]

#: More combinations than these are not made of a part: it then keeps to those that were seen.
MOST = 256

#: Content of the parts of a page by their names; a part that is not there has no content.
Parts = Mapping[str, str]


@dataclass(frozen=True)
class Varied:
    """A part of the page under every combination of the readings that it hangs on.

    Attributes
    ----------
    readings : tuple of str
        The readings, in the order of the case.
    contents : dict of str
        Content by the options of these readings.
    """

    readings: tuple[str, ...]
    contents: Mapping[tuple[str, ...], str]

    def under(self, chosen: Mapping[str, str]) -> str | None:
        """The content under a choice of options; None if it was not made for that."""
        return self.contents.get(tuple(chosen[r] for r in self.readings))


def singles(case: Case) -> list[dict[str, str]]:
    """Every other option of every reading, one at a time."""
    return [
        {name: option}
        for name, reading in case.head.readings.items()
        for option in reading.options
        if option != case.chosen[name]
    ]


def varied(
    case: Case,
    render: Callable[[Case], Parts],
    declared: Callable[[Case, Parts], Mapping[str, set[str]]],
) -> dict[str, Varied]:
    """Render parts of a page under every combination of the readings that each hangs on.

    Parameters
    ----------
    case : Case
        At its defaults.
    render : callable
        Gives the parts for a case under its readings.
    declared : callable
        Gives the readings that each part is known to hang on, for a case under its readings and
        its parts; those whose single switch changes a part are found here.

    Returns
    -------
    dict of Varied
        By part, in the order in which they were first seen.
    """
    rendered: dict[tuple[str, ...], Parts] = {}
    hangs: dict[str, set[str]] = {}

    def see(chosen: Mapping[str, str]) -> Parts:
        if (key := _key(case, chosen)) not in rendered:
            other = case.under(chosen)
            rendered[key] = render(other)
            for name, readings in declared(other, rendered[key]).items():
                hangs.setdefault(name, set()).update(readings)
        return rendered[key]

    home = see({})
    for switch in singles(case):
        found = see(switch)
        for name in {**home, **found}:
            if home.get(name) != found.get(name):
                hangs.setdefault(name, set()).update(switch)
    while True:
        few = [names for names in hangs.values() if _count(case, names) <= MOST]
        wanted = {tuple(r for r in case.head.readings if r in names) for names in few}
        before = {name: set(readings) for name, readings in hangs.items()}
        for chosen in packed(options_of(case, readings) for readings in wanted):
            see(chosen)
        names = dict.fromkeys(name for parts in rendered.values() for name in parts)
        for name in names:  # one option may bring in another
            more = _more(case, name, hangs.get(name, set()), rendered)
            hangs.setdefault(name, set()).update(more)
        if all(readings == before.get(name, set()) for name, readings in hangs.items()):
            return {name: _one(case, name, hangs[name], rendered) for name in names}


def options_of(case: Case, readings: Iterable[str]) -> list[dict[str, str]]:
    """Every combination of the options of some readings."""
    names = list(readings)
    every = product(*(case.head.readings[n].options for n in names))
    return [dict(zip(names, options, strict=True)) for options in every]


def packed(wanted: Iterable[list[dict[str, str]]]) -> list[dict[str, str]]:
    """As few choices of options as a simple search finds, each wanted one within one of them."""
    found: list[dict[str, str]] = []
    for group in sorted(wanted, key=lambda g: (-len(g), str(g[:1]))):
        for choice in group:
            for place in found:
                if all(place.get(k, v) == v for k, v in choice.items()):
                    place.update(choice)
                    break
            else:
                found.append(dict(choice))
    return found


def _by_options(
    case: Case, name: str, readings: Iterable[str], rendered: Mapping[tuple[str, ...], Parts]
) -> dict[tuple[str, ...], set[str]]:
    """What was seen of a part, by the options of some readings."""
    every = list(case.head.readings)
    places = [every.index(r) for r in every if r in set(readings)]
    found: dict[tuple[str, ...], set[str]] = {}
    for key, parts in rendered.items():
        found.setdefault(tuple(key[p] for p in places), set()).add(parts.get(name, ""))
    return found


def _more(
    case: Case, name: str, hangs: set[str], rendered: Mapping[tuple[str, ...], Parts]
) -> set[str]:
    """The readings that a part hangs on as well, if what was seen of it contradicts itself."""

    def conflicts(readings: set[str]) -> int:
        found = _by_options(case, name, readings, rendered)
        return sum(len(said) > 1 for said in found.values())

    if _count(case, hangs) > MOST or not conflicts(hangs):
        return set()
    others = [r for r in case.head.readings if r not in hangs]
    return {min(others, key=lambda r: conflicts({*hangs, r}))}


def _one(
    case: Case, name: str, hangs: set[str], rendered: Mapping[tuple[str, ...], Parts]
) -> Varied:
    """One part by the options of the readings that truly change it."""
    readings = [r for r in case.head.readings if r in hangs]
    for reading in list(readings):
        fewer = [r for r in readings if r != reading]
        if all(len(said) == 1 for said in _by_options(case, name, fewer, rendered).values()):
            readings = fewer
    found = _by_options(case, name, readings, rendered)
    sure = {key: said.pop() for key, said in found.items() if len(said) == 1}
    return Varied(tuple(readings), sure)


def _count(case: Case, names: Iterable[str]) -> int:
    return math.prod(len(case.head.readings[n].options) for n in names)


def _key(case: Case, chosen: Mapping[str, str]) -> tuple[str, ...]:
    return tuple({**case.chosen, **chosen}.values())
