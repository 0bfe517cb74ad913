"""What a narrative's template may say of findings, as traced text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import Any

from casetrace.case import clocks
from casetrace.case.fields import COURSE
from casetrace.display.trace import mark
from casetrace.narrative.narrator import Narrator
from casetrace.quantity import Quantity

__all__ = ["vocabulary"]


def vocabulary(narrator: Narrator) -> dict[str, Any]:
    """Names for the template, beside those of the narrator."""
    found = {"findings": _findings, "events": _events, "site": _site}
    return {name: partial(told, narrator) for name, told in found.items()}


def _findings(
    narrator: Narrator,
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
    for f in narrator.case.rows.findings:
        if f.state != state or f.kind not in kinds:
            continue
        time = clocks.when(narrator.case, "findings", f)
        # "At least 0" is at zero, by the order of the text; "more than 0" is not.
        at_zero = time is not None and time.low == 0 and time.low_closed
        if clock is None or (f.clock if at_zero else "") == clock:
            words = _named(narrator, f)
            if clock == "" and time is not None:
                words = _with_time(narrator, f, words, time, "finding")
            elif timed and time is not None and len(_alike(narrator, f.kind, "clock") - {""}) > 1:
                words = _timed(narrator, f, words, time)
            found.append(words)
    return found


def _events(narrator: Narrator, state: str, kind: str) -> list[str]:
    """Names of the findings of a state and a kind, those with a time of their own with it."""
    found = []
    for f in narrator.case.rows.findings:
        if f.kind == kind and f.state == state:
            words = _named(narrator, f)
            time = clocks.when(narrator.case, "findings", f)
            if (key := f"{f.id}.time") in narrator.values:
                words = narrator.audience.phrase(
                    "event", name=words, time=narrator.value(key), clock=narrator.zero(f.clock)
                )
                if how := narrator.read_as(key):
                    words = narrator.audience.phrase("read_as", words=words, how=how)
            elif time and (time.low > 0 or f.time_unit == COURSE):
                words = _timed(narrator, f, words, time)
            found.append(words)
    return found


def _site(narrator: Narrator, kind: str) -> str:
    """The site that all reported findings of a kind have in common; empty if they differ."""
    named = next((f for f in narrator.case.rows.findings if f.kind == kind and f.site), None)
    if named is None or len(_alike(narrator, kind, "site")) > 1:
        return ""
    return narrator.plainly(f"findings/{named.id}", named.site)


def _alike(narrator: Narrator, kind: str, field: str) -> set[str]:
    """What the reported findings of a kind have in a field."""
    reported = (f for f in narrator.case.rows.findings if f.state != "not reported")
    return {getattr(f, field) for f in reported if f.kind == kind}


def _named(narrator: Narrator, f: Any) -> str:
    """The name of a finding, with its site unless the name or all of its kind have it."""
    words = narrator.named(f"findings/{f.id}", f.name)
    if not f.site or f.site in f.name or len(_alike(narrator, f.kind, "site")) == 1:
        return words
    if narrator.say(f.site) in narrator.say(f.name):
        return words
    site = narrator.plainly(f"findings/{f.id}", f.site)
    return narrator.audience.phrase("sited", name=words, site=site)


def _timed(narrator: Narrator, f: Any, words: str, time: Quantity) -> str:
    """The name of a finding with its time: at the zero of its clock, from there on, or after."""
    if time.low == 0 and (time.is_point or f.time_unit != COURSE):
        at = narrator.audience.phrase("at", clock=narrator.zero(f.clock))
        return narrator.audience.phrase("value", value=words, occasion=at)
    if time.low == 0 and math.isinf(time.high):
        return narrator.audience.phrase("onwards", name=words, clock=narrator.zero(f.clock))
    return _with_time(narrator, f, words, time, "event")


def _with_time(narrator: Narrator, f: Any, words: str, time: Quantity, phrase: str) -> str:
    when = mark(f"findings/{f.id}", narrator.text(time))
    return narrator.audience.phrase(phrase, name=words, time=when, clock=narrator.zero(f.clock))
