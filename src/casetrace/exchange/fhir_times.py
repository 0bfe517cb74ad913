"""Times of FHIR resources: calendar dates become times since the first record that is placed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from casetrace.exchange.account import Node
from casetrace.exchange.draft import CLOCK, Draft
from casetrace.exchange.fhir_names import RELATIVE
from casetrace.exchange.fhir_values import quantity_of, range_of
from casetrace.exchange.made import bounds_of
from casetrace.exchange.moments import Moment, in_one_zone, moment, span
from casetrace.quantity import parse

__all__ = ["Clock", "in_days", "moments", "offset_of"]


#: Where each kind of resource says when; the first that is there counts.
WHEN = (
    ("effectiveDateTime",), ("effectiveInstant",), ("effectivePeriod", "start"),
    ("onsetDateTime",), ("onsetPeriod", "start"), ("performedDateTime",),
    ("performedPeriod", "start"), ("occurrenceDateTime",), ("date",), ("authoredOn",),
    ("issued",), ("recordedDate",),
)  # fmt: skip


#: What a time is that is not the time of what is recorded.
_SAID = {"issued": "issued", "recordedDate": "recordedDate", "authoredOn": "the order"}


def moments(resource: Node) -> Iterator[Moment]:
    """The first time that a resource tells; none if it tells none as a date."""
    for path in WHEN:
        if found := moment(resource.peek(*path)):
            yield found
            return


class Clock:
    """Times since the first record that is placed.

    Parameters
    ----------
    moments : list of Moment
        Of all records that are placed.
    """

    def __init__(self, moments: list[Moment]) -> None:
        self.moments = moments
        moments = [in_one_zone(m, moments) for m in moments]
        exact = [m for m in moments if m.first == m.last]
        self.first = min((m.first for m in exact or moments), default=None)
        self.last = max((m.first for m in moments), default=None)
        by_day: dict[dt.date, set[int]] = {}
        for m in exact:
            if m.second is not None:
                by_day.setdefault(m.first, set()).add(m.second)
        #: Days on which the hour tells records apart.
        self.fine = {day for day, seconds in by_day.items() if len(seconds) > 1}
        #: Clock of the case by what refers to the event that it starts at.
        self.events: dict[str, str] = {}
        #: What refers to the patient.
        self.persons: set[str] = set()

    def cells(self, moment: Moment | None) -> dict[str, str]:
        """The time of a record as cells of a table; none for one without a time."""
        if not moment or not self.first:
            return {}
        moment = in_one_zone(moment, self.moments)
        low, high = ((day - self.first).days for day in (moment.first, moment.last))
        if moment.first in self.fine and moment.second is not None:
            time, unit = span(86400 * low + moment.second)
            return {"clock": CLOCK, "time": time, "time_unit": unit}
        if low != high:
            return {"clock": CLOCK, "time": f"{low} to {high}", "time_unit": "d"}
        if low % 7:
            return {"clock": CLOCK, "time": str(low), "time_unit": "d"}
        return {"clock": CLOCK, "time": str(low // 7), "time_unit": "wk"}

    def of(self, resource: Node, draft: Draft) -> dict[str, str]:
        """The time of a resource; when only its issue or order tells it, that is said."""
        if cells := self.relative(resource, draft):
            return cells
        for path in WHEN:
            if found := moment(resource.peek(*path)):
                resource.text(*path)
                cells = self.cells(found)
                if said := _SAID.get(path[0]):
                    cells["note"] = f"the time is that of {said}"
                return cells
        return {}

    def relative(self, resource: Node, draft: Draft) -> dict[str, str]:
        """The time of a resource that is told by an offset; none if it has none."""
        if found := self.shifted(resource.at("_recordedDate"), draft):
            name, value, unit = found
            return {"clock": name, "time": value, "time_unit": unit}
        for stem in ("effective", "onset", "performed", "occurrence"):
            if found := self.shifted(resource.at(f"_{stem}DateTime"), draft):
                name, value, unit = found
                end = self.shifted(resource.at("_abatementDateTime"), draft)
                if end and end[0] == name and end[2] == unit:
                    return {"clock": name, "start": value, "stop": end[1], "time_unit": unit}
                cell = "start" if stem == "onset" else "time"
                return {"clock": name, cell: value, "time_unit": unit}
            if found := self.spanned(resource.at(f"{stem}Period"), draft):
                return found
        return {}

    def spanned(self, period: Node, draft: Draft) -> dict[str, str]:
        """Start and stop of a Period that are told by offsets from one event in one unit."""
        ends = {
            cell: found
            for cell, key in (("start", "_start"), ("stop", "_end"))
            if (found := self.shifted(period.at(key), draft))
        }
        if not ends or len({(name, unit) for name, _, unit in ends.values()}) > 1:
            return {}
        name, _, unit = next(iter(ends.values()))
        times = {cell: value for cell, (_, value, _) in ends.items()}
        return {"clock": name, **times, "time_unit": unit}

    def shifted(self, part: Node, draft: Draft) -> tuple[str, str, str] | None:
        """What a time is counted from, the offset and its unit; None if it is told otherwise."""
        for extension in part.items("extension"):
            if extension.peek("url") != RELATIVE:
                continue
            held = {one.peek("url"): one for one in extension.items("extension")}
            target = held.get("target", extension).peek("valueReference", "reference")
            path = held.get("targetPath", extension).peek("valueString")
            name = self.events.get(target, "")
            if not name and path == "birthDate" and target in self.persons:
                name = "birth"
            how = held.get("relationship", extension).peek("valueCode")
            offset = offset_of(held.get("offset", extension), draft, how)
            if name and offset:
                extension.settle()
                return name, *offset
        return None


def in_days(cells: dict[str, str]) -> str:
    """A time in days, if it is a number of days or weeks, or lies between two."""
    number, unit = cells.get("time", ""), cells.get("time_unit")
    if not re.fullmatch(r"-?\d+( to \d+)?", number) or unit not in ("d", "wk"):
        return ""
    by = 7 if unit == "wk" else 1
    return " to ".join(str(int(one) * by) for one in number.split(" to "))


def offset_of(part: Node, draft: Draft, how: str) -> tuple[str, str] | None:
    """How long after an event, with its unit; below 0 if before it; None if that is not told.

    Parameters
    ----------
    part : Node
        What holds a Duration or a Range.
    draft : Draft
        Knows the units.
    how : str
        Relationship: ``before``, ``after`` or ``concurrent``.
    """
    if how not in ("before", "after", "concurrent"):
        return None
    found = quantity_of(part.at("valueDuration"), draft) or range_of(part.at("valueRange"), draft)
    if not found or how != "before":
        return found
    value, unit = found
    return bounds_of(-parse(value)), unit
