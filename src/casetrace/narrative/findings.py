"""What a narrative's template may say of findings, as traced text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import Any

from casetrace.case import clocks
from casetrace.case.fields import COURSE
from casetrace.display.trace import mark
from casetrace.narrative.teller import Teller
from casetrace.quantity import Quantity

__all__ = ["vocabulary"]


def vocabulary(teller: Teller) -> dict[str, Any]:
    """Names for the template, beside those of the teller."""
    found = {"findings": _findings, "events": _events, "site": _site}
    return {name: partial(told, teller) for name, told in found.items()}


def _findings(
    teller: Teller,
    state: str,
    kinds: Iterable[str],
    clock: str | None = None,
    timed: bool = False,
) -> list[str]:
    """Names of the findings of a state and of some kinds, with their site.

    With a clock, those at its zero; with an empty one, those at any other time, which is then
    said, or at none. If timed, each with its time where those of its kind differ in it.
    """
    kinds = tuple(kinds)
    found = []
    for f in teller.case.findings:
        if f.state != state or f.kind not in kinds:
            continue
        time = clocks.when(teller.case, "findings", f)
        # "At least 0" is at zero, by the order of the text; "more than 0" is not.
        at_zero = time is not None and time.low == 0 and time.low_closed
        if clock is None or (f.clock if at_zero else "") == clock:
            words = _named(teller, f)
            if clock == "" and time is not None:
                words = _with_time(teller, f, words, time, "finding")
            elif timed and time is not None and len(_alike(teller, f.kind, "clock") - {""}) > 1:
                words = _timed(teller, f, words, time)
            found.append(words)
    return found


def _events(teller: Teller, state: str, kind: str) -> list[str]:
    """Names of the findings of a state and a kind, those with a time of their own with it."""
    found = []
    for f in teller.case.findings:
        if f.kind == kind and f.state == state:
            words = _named(teller, f)
            time = clocks.when(teller.case, "findings", f)
            if (key := f"{f.id}.time") in teller.values:
                words = teller.audience.phrase(
                    "event", name=words, time=teller.value(key), clock=teller.zero(f.clock)
                )
                if how := teller.read_as(key):
                    words = teller.audience.phrase("read_as", words=words, how=how)
            elif time and (time.low > 0 or f.time_unit == COURSE):
                words = _timed(teller, f, words, time)
            found.append(words)
    return found


def _site(teller: Teller, kind: str) -> str:
    """The site that all reported findings of a kind have in common; empty if they differ."""
    named = next((f for f in teller.case.findings if f.kind == kind and f.site), None)
    if named is None or len(_alike(teller, kind, "site")) > 1:
        return ""
    return teller.plainly(f"findings/{named.id}", named.site)


def _alike(teller: Teller, kind: str, field: str) -> set[str]:
    """What the reported findings of a kind have in a field."""
    reported = (f for f in teller.case.findings if f.state != "not reported")
    return {getattr(f, field) for f in reported if f.kind == kind}


def _named(teller: Teller, f: Any) -> str:
    """The name of a finding, with its site unless the name or all of its kind have it."""
    words = teller.named(f"findings/{f.id}", f.name)
    if not f.site or f.site in f.name or len(_alike(teller, f.kind, "site")) == 1:
        return words
    if teller.say(f.site) in teller.say(f.name):
        return words
    site = teller.plainly(f"findings/{f.id}", f.site)
    return teller.audience.phrase("sited", name=words, site=site)


def _timed(teller: Teller, f: Any, words: str, time: Quantity) -> str:
    """The name of a finding with its time: at the zero of its clock, from there on, or after."""
    if time.low == 0 and (time.is_point or f.time_unit != COURSE):
        at = teller.audience.phrase("at", clock=teller.zero(f.clock))
        return teller.audience.phrase("value", value=words, occasion=at)
    if time.low == 0 and math.isinf(time.high):
        return teller.audience.phrase("onwards", name=words, clock=teller.zero(f.clock))
    return _with_time(teller, f, words, time, "event")


def _with_time(teller: Teller, f: Any, words: str, time: Quantity, phrase: str) -> str:
    when = mark(f"findings/{f.id}", teller.text(time))
    return teller.audience.phrase(phrase, name=words, time=when, clock=teller.zero(f.clock))
