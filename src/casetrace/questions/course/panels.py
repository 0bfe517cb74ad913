"""Which measures the course figure shows, and which of them share a panel."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from casetrace.case.across import alike, same
from casetrace.case.clocks import clock_of
from casetrace.case.measures import (
    comparable,
    main_measure,
    measure_of,
    measures,
    printed_limit,
    settings_of,
    upper_limit,
)
from casetrace.case.model import Case
from casetrace.case.rows import Observation
from casetrace.quantity import Quantity
from casetrace.quantity.units import NOT_PRINTED

__all__ = ["MOST", "Panel", "panels"]

#: Panels of a figure, if the case does not ask for others.
MOST = 4
#: A logarithmic axis from this ratio of the largest number to the smallest on.
WIDE = 20


@dataclass(frozen=True)
class Panel:
    """Measures that share an axis.

    Attributes
    ----------
    title : str
        What it shows; empty if that is the measures themselves.
    rows : dict of list of Observation
        The values of each measure with a time, in the order of the table.
    unit : str
        UCUM unit of the axis.
    """

    title: str
    rows: dict[str, list[Observation]]
    unit: str

    @property
    def every(self) -> list[Observation]:
        """The values of all its measures that have a number."""
        return [row for rows in self.rows.values() for row in rows if row.value]

    @property
    def rows_with_words(self) -> list[Observation]:
        """The values of all its measures, and results without a number."""
        return [row for rows in self.rows.values() for row in rows]

    def limits(self, case: Case) -> dict[str, Quantity]:
        """Return the limits and the target that its first measure is set against, by kind."""
        measure = next(iter(self.rows))
        found = {kind: printed_limit(case, measure, kind) for kind in ("lower", "upper", "target")}
        found["upper"] = found["upper"] or upper_limit(case, measure)
        return {
            kind: q.to(self.unit)
            for kind, q in found.items()
            if q and comparable(q.unit, self.unit)
        }

    def is_logarithmic(self, case: Case) -> bool:
        """Whether its axis is logarithmic: as the case wants it, or if its numbers span much."""
        known = settings_of(case, next(iter(self.rows)))
        ends = self.ends(case)
        if known.range or not ends or min(ends) <= 0:
            return False
        if known.scale:
            return known.scale == "logarithmic"
        return max(ends) >= WIDE * min(ends)

    def ends(self, case: Case) -> list[float]:
        """Return every finite bound of its values and limits under any reading, in its unit."""
        key = ("ends", self.title, self.unit, *self.rows)
        return alike(case, key, lambda c: self._of(c)._ends(c), _all)

    def _of(self, case: Case) -> Panel:
        """The same rows of a case under other readings."""
        rows = {
            m: [case.get("observations", row.id) for row in mine] for m, mine in self.rows.items()
        }
        return replace(self, rows=rows)

    def _ends(self, case: Case) -> list[float]:
        units = (self.unit, *{row.unit for row in self.every if comparable(row.unit, self.unit)})
        every = [row.value.to(self.unit) for row in self.every if row.unit in units]
        every += self.limits(case).values()
        return [end for q in every for end in (q.low, q.high) if math.isfinite(end)]


def _all(every: list[list[float]]) -> list[float]:
    return sorted({end for ends in every for end in ends})


def _place(row: Observation) -> tuple[float, float, str]:
    """The time of a row, to tell it from another."""
    time = row.time or row.start or row.stop
    return time.low, time.high, time.unit


def panels(case: Case) -> list[Panel]:
    """Return the panels of a case: its main measure first, then those with several times.

    Values in a unit that is not printed are a panel of their own. A measure is shown if the case
    says so; else if it has two values with a time, those that it lists under ``measures`` first,
    then the fullest, up to :data:`MOST` in all.
    """
    found = alike(case, "panels", _panels, same)
    return [
        Panel(title, {m: [case.get("observations", i) for i in ids] for m, ids in rows}, unit)
        for title, unit, rows in found
    ]


#: Title and unit of a panel, and the ids of the values of each measure.
Outline = tuple[str, str, tuple[tuple[str, tuple[str, ...]], ...]]


def _panels(case: Case) -> list[Outline]:
    """The panels of a case as it is read."""
    main, timed = main_measure(case), {}
    for row in case.rows.observations:
        if row.clock and clock_of(case, row):
            kind = (measure_of(row), bool(row.value) and row.unit == NOT_PRINTED)
            timed.setdefault(kind, []).append(row)
    lower = {known.pair: name for name, known in case.head.measures.items() if known.pair}
    order = dict.fromkeys((main, *measures(case)))
    wanted, spare = [], []
    for measure in order:
        for is_bare in (False, True):
            rows = timed.get((measure, is_bare), [])
            times = {(clock_of(case, r), _place(r)) for r in rows if r.value}
            count, drawn = len(times), settings_of(case, measure).drawn
            if measure in lower or drawn == "no" or not count:
                continue
            kind = (measure, is_bare)
            if measure == main or drawn == "yes":
                wanted.append(kind)
            elif count > 1:
                is_named = measure in case.head.measures
                spare.append((not is_named, 0 if is_named else -count, len(spare), kind))
    room = max(0, MOST - len(wanted))
    chosen = {*wanted, *(kind for *_, kind in sorted(spare)[:room])}
    found: dict[object, Panel] = {}
    for kind in [(m, bare) for m in order for bare in (False, True)]:
        if kind not in chosen:
            continue
        measure, is_bare = kind
        known = settings_of(case, measure)
        rows = {measure: timed[kind]}
        if known.pair and (known.pair, is_bare) in timed:
            rows[known.pair] = timed[known.pair, is_bare]
        unit = next(row.unit for row in timed[kind] if row.value)
        unit = known.unit or unit
        key = (known.panel, is_bare) if known.panel else kind
        shared = found.get(key)
        if shared and all(
            comparable(r.unit, shared.unit) for m in rows.values() for r in m if r.value
        ):
            shared.rows.update(rows)
        elif not shared:
            found[key] = Panel(known.panel, rows, unit)
        else:
            found[kind] = Panel("", rows, unit)
    return [
        (p.title, p.unit, tuple((m, tuple(row.id for row in mine)) for m, mine in p.rows.items()))
        for p in found.values()
    ]
