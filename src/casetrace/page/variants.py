"""Parts of a page as functions of a few readings: what each is under each of their options."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import combinations

from casetrace.case.across import MOST, Varied, count_of, options_of
from casetrace.case.model import Case

__all__ = ["packed", "singles", "varied"]

#: Content of the parts of a page by their names; a part that is not there has no content.
Parts = Mapping[str, str]


def singles(case: Case) -> list[dict[str, str]]:
    """Every other option of every reading, one at a time."""
    return [
        {name: option}
        for name, reading in case.head.readings.items()
        for option in reading.options
        if option != case.chosen[name]
    ]


class _Seen:
    """What was rendered so far: parts by choice of options, of some choices all there are."""

    def __init__(self) -> None:
        self.parts: dict[tuple[str, ...], dict[str, str]] = {}
        self.whole: set[tuple[str, ...]] = set()

    def of(self, name: str) -> list[tuple[tuple[str, ...], str]]:
        """A part under each choice that it was rendered for."""
        return [
            (key, parts.get(name, ""))
            for key, parts in self.parts.items()
            if name in parts or key in self.whole
        ]

    def names(self) -> list[str]:
        """Every part that was seen, in order."""
        return list(dict.fromkeys(name for parts in self.parts.values() for name in parts))


def varied(
    case: Case,
    render: Callable[[Case, Collection[str] | None], Parts],
    declared: Callable[[Case, Parts], Mapping[str, set[str]]],
) -> dict[str, Varied]:
    """Render parts of a page under every combination of the readings that each hangs on.

    Parameters
    ----------
    case : Case
        At its defaults.
    render : callable
        Gives the parts of the names that are asked for, or all, for a case under its readings.
    declared : callable
        Gives the readings that each part is known to hang on, for a case under its readings and
        its parts; those whose single switch changes a part are found here.

    Returns
    -------
    dict of Varied
        By part, in the order in which they were first seen.
    """
    seen = _Seen()
    hangs: dict[str, set[str]] = {}

    def see(chosen: Mapping[str, str], names: Collection[str] | None = None) -> Parts:
        key = _key(case, chosen)
        known = seen.parts.setdefault(key, {})
        if key in seen.whole or (names is not None and known.keys() >= set(names)):
            return known
        other = case.under(chosen)
        found = dict(render(other, names))
        for name in names or ():
            found.setdefault(name, "")
        if names is None:
            seen.whole.add(key)
        known.update(found)
        for name, readings in declared(other, found).items():
            hangs.setdefault(name, set()).update(readings)
        return known

    home = see({})
    for switch in singles(case):
        found = see(switch)
        for name in {**home, **found}:
            if home.get(name) != found.get(name):
                hangs.setdefault(name, set()).update(switch)
    for chosen, _ in packed({p: options_of(case, p) for p in combinations(case.head.readings, 2)}):
        see(chosen, set(hangs))  # every two options together: what hangs on a second one shows
    while True:
        before = {name: set(readings) for name, readings in hangs.items()}
        wanted: dict[tuple[str, ...], set[str]] = {}
        for name, readings in before.items():
            if count_of(case, readings) <= MOST:
                group = tuple(r for r in case.head.readings if r in readings)
                wanted.setdefault(group, set()).add(name)
        for chosen, names in packed({g: options_of(case, g) for g in wanted}):
            see(chosen, set().union(*(wanted[group] for group in names)))
        for name in seen.names():  # one option may bring in another
            more = _more(case, name, hangs.get(name, set()), seen)
            hangs.setdefault(name, set()).update(more)
        if all(readings == before.get(name, set()) for name, readings in hangs.items()):
            return {name: _one(case, name, hangs[name], seen) for name in seen.names()}


def packed(
    wanted: Mapping[tuple[str, ...], list[dict[str, str]]],
) -> list[tuple[dict[str, str], list[tuple[str, ...]]]]:
    """As few choices of options as a simple search finds, each wanted one within one of them.

    Parameters
    ----------
    wanted : dict of list of dict
        Choices by group of readings.

    Returns
    -------
    list of (dict, list of tuple)
        Choices, and the groups that each serves.
    """
    found: list[tuple[dict[str, str], list[tuple[str, ...]]]] = []
    for group, choices in sorted(wanted.items(), key=lambda w: (-len(w[1]), w[0])):
        for choice in choices:
            for place, groups in found:
                if all(place.get(k, v) == v for k, v in choice.items()):
                    place.update(choice)
                    groups.append(group)
                    break
            else:
                found.append((dict(choice), [group]))
    return found


def _by_options(
    case: Case, name: str, readings: Iterable[str], seen: _Seen
) -> dict[tuple[str, ...], set[str]]:
    """What was seen of a part, by the options of some readings."""
    every = list(case.head.readings)
    places = [every.index(r) for r in every if r in set(readings)]
    found: dict[tuple[str, ...], set[str]] = {}
    for key, content in seen.of(name):
        found.setdefault(tuple(key[p] for p in places), set()).add(content)
    return found


def _more(case: Case, name: str, hangs: set[str], seen: _Seen) -> set[str]:
    """The readings that a part hangs on as well, if what was seen of it contradicts itself."""

    def conflicts(readings: set[str]) -> int:
        found = _by_options(case, name, readings, seen)
        return sum(len(said) > 1 for said in found.values())

    if count_of(case, hangs) > MOST or not conflicts(hangs):
        return set()
    others = [r for r in case.head.readings if r not in hangs]
    return {min(others, key=lambda r: conflicts({*hangs, r}))}


def _one(case: Case, name: str, hangs: set[str], seen: _Seen) -> Varied:
    """One part by the options of the readings that truly change it."""
    readings = [r for r in case.head.readings if r in hangs]
    for reading in list(readings):
        fewer = [r for r in readings if r != reading]
        if all(len(said) == 1 for said in _by_options(case, name, fewer, seen).values()):
            readings = fewer
    found = _by_options(case, name, readings, seen)
    sure = {key: said.pop() for key, said in found.items() if len(said) == 1}
    return Varied(tuple(readings), sure)


def _key(case: Case, chosen: Mapping[str, str]) -> tuple[str, ...]:
    return tuple({**case.chosen, **chosen}.values())
