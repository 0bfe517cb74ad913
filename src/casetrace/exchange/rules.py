"""What no validator of a format sees: labels of codes, ends that are the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from casetrace.exchange.from_phenopacket import age_of
from casetrace.quantity import parse

__all__ = ["faults"]

_PAIRS = (("low", "high"), ("start", "end"), ("onset", "resolution"), ("period", "periodMax"),
          ("duration", "durationMax"), ("minimum", "maximum"))  # fmt: skip


def faults(content: Any, labels: Mapping[str, Any]) -> list[str]:
    """Find what is wrong in a Phenopacket or Bundle and no schema refuses.

    A code that codes.csv has under another label, a first end after the last one, a value that is
    not a finite number, a term without a code or a label.

    Parameters
    ----------
    content : object
        Plain JSON.
    labels : dict of Code
        Rows of codes.csv by code.

    Returns
    -------
    list of str
        Each with the way to it.
    """
    return [*_addresses(content), *_below(content, "", labels)]


def _addresses(content: Any) -> Iterator[str]:
    """Of a Bundle: an address that two resources have, and one that none has."""
    entries = content.get("entry", ()) if isinstance(content, dict) else ()
    told = [entry.get("fullUrl") for entry in entries]
    for url in sorted({url for url in told if told.count(url) > 1}):
        yield f"entry: two resources have the address {url}"
    for reference in sorted(set(_references(entries)) - set(told)):
        yield f"entry: no resource has the address {reference}"


def _references(held: Any) -> Iterator[str]:
    if isinstance(held, dict):
        if isinstance(held.get("reference"), str):
            yield held["reference"]
        held = list(held.values())
    if isinstance(held, (list, tuple)):
        for one in held:
            yield from _references(one)


def _below(held: Any, path: str, labels: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(held, list):
        for place, one in enumerate(held):
            yield from _below(one, f"{path}[{place}]", labels)
        yield from _minimum_over_maximum(held, path)
        return
    if isinstance(held, float) and not abs(held) < float("inf"):
        yield f"{path}: {held} is not a finite number"
    if not isinstance(held, dict):
        return
    label = held.get("label", held.get("display"))
    code = str(held.get("id", held.get("code", ""))).removeprefix("LOINC:").removeprefix("ATC:")
    code = f"NCIT:{code}" if f"NCIT:{code}" in labels else code
    if label is not None and code in labels and labels[code].label != label:
        yield f"{path}: {code} is {labels[code].label!r} in codes.csv, found {label!r}"
    if "label" in held and not (held["label"] and held.get("id")):
        yield f"{path}: a term needs its id and its label"
    for first, last in _PAIRS:
        low, high = _size(held.get(first)), _size(held.get(last))
        if low is not None and high is not None and low > high:
            yield f"{path}: {first} lies after {last}"
    for key, one in held.items():
        yield from _below(one, f"{path}.{key}".lstrip("."), labels)


def _minimum_over_maximum(held: list[Any], path: str) -> Iterator[str]:
    """Typed quantities of one value: the minimum after the maximum."""
    ends = {}
    for one in held:
        if isinstance(one, dict) and isinstance(one.get("type"), dict):
            word = str(one["type"].get("label", "")).partition(",")[0]
            ends[word] = _size(one.get("quantity"))
    low, high = ends.get("minimum"), ends.get("maximum")
    if low is not None and high is not None and low > high:
        yield f"{path}: the minimum lies after the maximum"


def _size(held: Any) -> float | None:
    """A number, a quantity or an age as something to compare; None if it is none."""
    if isinstance(held, dict):
        for way in (("value",), ("age", "iso8601duration"), ("iso8601duration",)):
            found = held
            for key in way:
                found = found.get(key) if isinstance(found, dict) else None
            if isinstance(found, str):
                age = age_of(found)
                return parse(*age).to("d").low if age else None
            if found is not None:
                return found
        return None
    return held if isinstance(held, (int, float)) and not isinstance(held, bool) else None
