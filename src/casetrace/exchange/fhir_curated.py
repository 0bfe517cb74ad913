"""What a Bundle that was made of a curated case says beyond others: events, words, ids, notes."""

from __future__ import annotations

from collections.abc import Mapping

from casetrace.exchange.account import Node
from casetrace.exchange.draft import Draft, slug
from casetrace.exchange.fhir_names import ABSENT, TAG
from casetrace.exchange.fhir_times import Clock
from casetrace.exchange.made import PER_ROW, unquoted

__all__ = ["is_event", "quotations", "read_as_curated", "read_events", "read_report"]


def is_event(resource: Node) -> bool:
    """Whether an Observation is an event that times are counted from."""
    coding = resource.items("code", "coding")
    is_clock = any(c.peek("system") == TAG["system"] and c.peek("code") == "clock" for c in coding)
    return is_clock and bool(resource.peek("id"))


def read_events(
    events: list[Node],
    known: dict[str, Node],
    words: Mapping[tuple, dict[str, str]],
    clock: Clock,
    draft: Draft,
) -> None:
    """Make a clock of each event that times are counted from."""
    for event in events:
        name = slug(event.text("id").removeprefix("clock-").replace("-", "_"))
        told, shown = event.text("code", "text"), event.text("valueString")
        draft.clocks[name] = {"label": shown or told, "phrase": told, **words.get(event.path, {})}
        if any(one.peek("code") == "gestation" for one in event.items("code", "coding")):
            draft.clocks[name]["counts"] = "gestation"
        for address, held in known.items():
            if held.path == event.path:
                clock.events[address] = name
        if gap := clock.shifted(event.at("_effectiveDateTime"), draft):
            draft.clocks[name] |= {"gap": gap[1], "gap_unit": gap[2]}
        for part in ("resourceType", "status", "subject", "code", "_effectiveDateTime"):
            event.settle(part)


def quotations(provenances: list[Node], known: dict[str, Node]) -> dict[tuple, dict[str, str]]:
    """Place and words of the report by the way to the resource that is said to rest on them."""
    found: dict[tuple, dict[str, str]] = {}
    for provenance in provenances:
        for entity in provenance.items("entity"):
            words = unquoted(entity.peek("what", "display"))
            targets = [known.get(one.peek("reference")) for one in provenance.items("target")]
            if words and all(targets) and entity.peek("role") == "quotation":
                found.update({target.path: words for target in targets})
                provenance.settle()
    return found


def read_report(
    top: Node, mine: list[Node], known: dict[str, Node], clock: Clock, draft: Draft
) -> None:
    """Read what a Bundle that was made of a curated case says of the report and of its rows."""
    top.settle("meta")
    for resource in mine:
        for path, value in resource.leaves():
            if value == ABSENT:  # that nothing is known is no fact of the case
                resource.read |= {path, (*path[:-1], "valueCode")}
    for entry in top.items("entry"):
        entry.text("fullUrl")
    for address, resource in known.items():
        table, _, name = resource.peek("id").partition("-")
        if table in PER_ROW:
            clock.events[address] = f"{table}/{name.replace('-', '_')}"
    for report in mine:
        if report.peek("resourceType") == "DocumentReference":
            draft.citation["title"] = report.text("description")
            draft.citation["authors"] = report.text("author", 0, "display")
            attachment = report.at("content", 0, "attachment")
            attachment.settle("title")
            draft.citation["doi"] = attachment.text("url").removeprefix("https://doi.org/")
            draft.citation = {key: value for key, value in draft.citation.items() if value}
            for part in ("resourceType", "id", "status"):
                report.settle(part)


def read_as_curated(resource: Node, draft: Draft) -> None:
    """Take the id and the note of a row that a curator wrote."""
    resource.settle("category")
    table, _, name = resource.text("id").partition("-")
    if table in PER_ROW:
        draft.words["id"] = name.replace("-", "_")
    if note := resource.text("note", 0, "text"):
        draft.words["note"] = note
