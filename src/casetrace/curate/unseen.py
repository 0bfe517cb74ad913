"""Words of a case that its figures cannot show: characters that no typeface of theirs has."""

from __future__ import annotations

from collections.abc import Iterator

from casetrace.case.model import Case
from casetrace.case.problems import Problem
from casetrace.display.style import letters

__all__ = ["unseen"]

#: Columns whose words stand in no figure.
_IN_WORDS_ALONE = ("as_reported", "time_as_reported", "place", "note", "statement", "words")


def unseen(case: Case) -> list[Problem]:
    """Return each cell and label with a character that figures would show as an empty box.

    Parameters
    ----------
    case : Case
        The case.
    """
    known = letters()
    found = []
    for file, where, column, text in _labels(case):
        odd = "".join(dict.fromkeys(c for c in text if c not in known and not c.isspace()))
        if odd:
            expected = "letters that the typeface of the figures has; there they are empty boxes"
            fix = (
                "write it in Latin, Greek or Cyrillic letters; the article's own may stand in note"
            )
            found.append(Problem(f"{case.folder}/{file}", where, column, odd, expected, fix))
    return found


def _labels(case: Case) -> Iterator[tuple[str, str, str, str]]:
    """File, row, column and words of all that a figure may show."""
    for table, rows in case.cells.items():
        for place, cells in enumerate(rows):
            key = cells.get("id") or cells.get("item") or f"row {place + 2}"
            for column, text in cells.items():
                if column not in _IN_WORDS_ALONE:
                    yield f"{table}.csv", key, column, text
    for clock in case.head.clocks:
        yield "case.yaml", f"clock {clock.id}", "label", clock.label
    for name, reading in case.head.readings.items():
        for key, option in reading.options.items():
            yield "case.yaml", f"reading {name}", key, f"{reading.question} {option.label}"
