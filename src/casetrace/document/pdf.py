"""The narrative as a PDF, set by typst from a template of our own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from casetrace.case.model import Case
from casetrace.display.style import FONTS
from casetrace.display.trace import plain, split
from casetrace.kernels.processes import THREADED
from casetrace.narrative import Narrative, narrate
from casetrace.narrative.sources import SOURCE_COLUMNS, VALUE_COLUMNS, source_rows, value_rows
from casetrace.questions.question import charts

__all__ = ["Document", "document"]

LEGEND = (
    "Clinical course. Each value is drawn as far as it is known, and no line joins values. What "
    "the marks mean stands at the foot of the figure."
)

_TEMPLATE = Path(__file__).parent / "summary.typ"


class Document:
    """The narrative of a case as a PDF, set when the build asks for it.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    """

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def pdf(self) -> bytes:
        """The file: PDF/UA-1 and PDF/A-2b, the same bytes each time."""
        import typst

        THREADED.add("typst")
        return typst.compile(
            _TEMPLATE.read_bytes(),
            format="pdf",
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_content(self.case))},
            pdf_standards=["ua-1", "a-2b"],
            timestamp=0,
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"Document of {self.case.id}: summary.pdf"


def document(case: Case) -> Document:
    """The narrative of a case as a document; each number leads to its row at the end.

    Parameters
    ----------
    case : Case
        The case under its scenario.

    Returns
    -------
    Document
    """
    return Document(case)


def _content(case: Case) -> dict[str, Any]:
    """What the template sets. All of it is data, nothing is markup."""
    figure = charts()["course"].of(case)
    told = narrate(case, figure)
    keys = told.keys()
    values = {key: told.values[key] for key in keys if key in told.values}
    sources = [key for key in keys if key not in told.values]
    cited = case.head.citation
    day = cited.published or date(int(cited.year), 1, 1)
    return {
        # PDF/A wants a date, and a fresh one would change the bytes: that of the report.
        "date": [day.year, day.month, day.day],
        "parts": [[kind, list(_spans(text, told))] for kind, _, text in told.parts],
        "title": _seen(plain(told.parts[0][2])),
        "figure": {
            "svg": figure.svg_with_text,
            "alt": _seen(figure.alt),
            "legend": _seen(LEGEND),
        }
        if figure
        else None,
        "record": [
            {
                "title": table.title,
                "columns": table.columns,
                "rows": [[list(_spans(c, told)) for c in cells] for cells in table.rows.values()],
            }
            for table in told.record
        ],
        "value_columns": VALUE_COLUMNS,
        "values": _rows("v", value_rows(case, values)),
        "source_columns": SOURCE_COLUMNS,
        "sources": _rows("s", source_rows(case, sources)),
        "about": _seen(case.head.title),
    }


def _spans(text: str, told: Narrative) -> Iterator[list[str]]:
    """Words, style and target of each stretch of a part."""
    for key, words, style in split(text):
        target = "" if not key else f"v-{key}" if key in told.values else f"s-{key}"
        yield [_seen(words), style, target]


def _rows(start: str, rows: dict[str, list[str]]) -> list[list[str]]:
    """Rows with the target that leads to each."""
    return [[f"{start}-{key}", *map(_seen, cells)] for key, cells in rows.items()]


@cache
def _letters() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / "LiberationSans-Regular.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def _seen(text: str) -> str:
    """Text in which a character that cannot be shown is told by its code."""
    bare = re.sub(r"\s+", " ", text)
    return "".join(
        c if c == " " or (ord(c) in _letters() and c.isprintable()) else f"[U+{ord(c):04X}]"
        for c in bare
    )
