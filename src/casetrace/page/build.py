"""Put the page together: one file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import cached_property
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from casetrace.case import Case
from casetrace.files import digest
from casetrace.narrative.audience import CLINICIAN, Audience
from casetrace.narrative.made import Made
from casetrace.narrative.trace import plain
from casetrace.page.content import (
    STATES,
    TABLES,
    VALUE_COLUMNS,
    hangs,
    narratives,
    source_row,
    words,
)
from casetrace.page.figures import FIGURES, drawn
from casetrace.page.variants import Varied, varied

__all__ = ["Page", "report_page"]

_HERE = Path(__file__).parent
_FONTS = _HERE.parent / "charts" / "fonts"


class Page(Made):
    """The report of a case as one page, made when the build asks for it."""

    name = "index.html"

    @cached_property
    def html(self) -> str:
        """The page."""
        case = self.case.at_defaults
        parts = {**varied(case, words, hangs), **_figure_parts(case)}
        return _filled(self.case, parts)

    def content(self) -> bytes:
        """The file."""
        return self.html.encode()

    def __repr__(self) -> str:
        readings = len(self.case.head.readings)
        return f"Page of {self.case.id}: index.html, with {readings} readings to switch"


def report_page(case: Case) -> Page:
    """The report of a case as one self-contained page.

    Every number leads to its value and its source, and each reading can be switched: what each
    paragraph, row and figure is under the options that it hangs on is in the page.

    Parameters
    ----------
    case : Case
        The case under the scenario that the page shows at first.

    Returns
    -------
    Page
    """
    return Page(case)


def _figure_parts(case: Case) -> dict[str, Varied]:
    return {f"f-{name}": figure for name, figure in drawn(case).items()}


def _filled(case: Case, parts: Mapping[str, Varied]) -> str:
    """The template, filled with what the parts are under the case's readings."""
    home = case.at_defaults.chosen
    now = {name: part.under(case.chosen) for name, part in parts.items()}
    shown = {n: part.under(home) if now[n] is None else now[n] for n, part in parts.items()}
    targets = {
        target
        for part in parts.values()
        for content in part.contents.values()
        for target in re.findall(r'href="#s-([^"]+)"', content)
    }
    style = (_HERE / "page.css").read_text("utf-8")
    script = (_HERE / "page.js").read_text("utf-8").rstrip()
    data = _data(case, parts)
    body = dict(
        case=case,
        head=case.head,
        stories=_stories(case, shown),
        figures=[f for f in FIGURES if f"f-{f.name}" in parts],
        shown=shown,
        undrawn={name for name, content in now.items() if content is None},
        tables=_tables(case, parts),
        values=[n.removeprefix("v-") for n in parts if n.startswith("v-")],
        value_columns=VALUE_COLUMNS,
        sources={key: source_row(case, key) for key in sorted(targets)},
        files=_files(case),
        default=case.at_defaults.head,
    )
    text = _template().render(**body, style="", script="", data="", style_hash="", script_hash="")
    every = "".join(c for part in parts.values() for c in part.contents.values())
    style = f"{_faces(text + every)}\n{style}"
    return _template().render(
        **body,
        style=style,
        script=script,
        data=data,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _stories(case: Case, shown: Mapping[str, str]) -> list[SimpleNamespace]:
    """Each narrative by headings, each with its paragraphs and lists in order."""
    stories = []
    for to, parts in narratives(case):
        sections: list[SimpleNamespace] = []
        for part, kind, text in parts:
            if kind == "status":
                continue
            if kind in ("h1", "h2"):
                anchor = _anchor(to, part, plain(text))
                sections.append(SimpleNamespace(kind=kind, title=plain(text), id=anchor, groups=[]))
                continue
            groups = sections[-1].groups
            if not groups or groups[-1].kind != kind:
                groups.append(SimpleNamespace(kind=kind, parts=[]))
            groups[-1].parts.append((part, shown.get(part, "")))
        stories.append(SimpleNamespace(to=to, sections=sections))
    return stories


def _anchor(to: Audience, part: str, title: str) -> str:
    """Where a link to a section leads: its heading, or its part if that is not in Latin."""
    slug = re.sub(r"[^a-z]+", "-", title.lower()).strip("-")
    if to.name == CLINICIAN:
        return slug
    return f"{to.name}-{slug}" if to.language == "en" else part


def _tables(case: Case, parts: Mapping[str, Varied]) -> dict[str, SimpleNamespace]:
    """Rows of each table by name, with columns and title."""
    found = {}
    for name, (table, _, _) in TABLES.items():
        made = table(case)
        found[name] = SimpleNamespace(title=made.title, columns=made.columns, rows=[])
    columns = ("finding", "kind", "code", "when", "words", "place", "note")
    for state in STATES:
        key = f"findings-{state.replace(' ', '-')}"
        found[key] = SimpleNamespace(title=f"Findings {state}", columns=columns, rows=[])
    for part in parts:
        if part.startswith("t-"):
            name, _, _ = part.removeprefix("t-").partition("/")[0].rpartition("-")
            found[name].rows.append(part)
    return found


def _data(case: Case, parts: Mapping[str, Varied]) -> str:
    """What the script needs: readings, scenarios, and the parts that change with them."""
    head = case.at_defaults.head
    names = list(head.readings)
    moving = {}
    for name, part in parts.items():
        if not part.readings:
            continue
        home = part.under(case.at_defaults.chosen) or ""
        numbers: dict[str, int] = {}
        contents, keys = [], {}
        for options, content in part.contents.items():
            if content not in numbers:
                numbers[content] = len(contents)
                contents.append(_delta(home, content))
            places = [
                str(list(head.readings[r].options).index(o))
                for r, o in zip(part.readings, options, strict=True)
            ]
            keys[".".join(places)] = numbers[content]
        moving[name] = {
            "on": [names.index(r) for r in part.readings],
            "at": keys,
            "as": contents,
            # At the default the page itself holds it.
            **({} if case.is_default else {"home": home}),
        }
    found = {
        "readings": [
            {"name": n, "options": list(r.options), "home": list(r.options).index(r.default)}
            for n, r in head.readings.items()
        ],
        "now": [list(r.options).index(case.chosen[n]) for n, r in head.readings.items()],
        "scenarios": {n: dict(s.readings) for n, s in head.scenarios.items()},
        "parts": moving,
    }
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _delta(home: str, other: str) -> list[Any]:
    """A content as pieces of the default one (where, how many) and text of its own."""
    old, new = (re.findall(r"[^>]*>|[^>]+$", text) for text in (home, other))
    pieces: list[Any] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append([a, b - a])
        elif c < d:
            pieces.append("".join(new[c:d]))
    return pieces


def _faces(text: str) -> str:
    """The letters that the page uses, as typefaces within its style."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    faces = []
    for file, weight in (("Regular", "400"), ("Bold", "700")):
        font = TTFont(_FONTS / f"LiberationSans-{file}.ttf", recalcTimestamp=False)
        options = Options()
        options.hinting = False
        options.layout_features = []
        options.drop_tables += ["FFTM"]
        cut = Subsetter(options)
        cut.populate(text="".join(sorted(set(text))))
        cut.subset(font)
        out = BytesIO()
        font.save(out)
        code = base64.b64encode(out.getvalue()).decode()
        faces.append(
            f'@font-face{{font-family:"Liberation Sans";font-weight:{weight};'
            f"src:url(data:font/ttf;base64,{code})}}"
        )
    return "\n".join(faces)


def _files(case: Case) -> list[tuple[str, str]]:
    """The curated files and the first figures of their digests."""
    folder = case.where.data / case.id
    paths: Iterable[Path] = sorted([*folder.glob("*.csv"), *folder.glob("*.yaml")])
    return [(case.where.shown(p), digest(p.read_bytes())[:16]) for p in paths]


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("casetrace.page", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
    )
    return environment.get_template("page.html.j2")
