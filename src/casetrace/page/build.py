"""Put the page together: one file that needs nothing else."""

from __future__ import annotations

import base64
import colorsys
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from html import unescape
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from casetrace.case.model import Case
from casetrace.case.write import digest
from casetrace.display.style import FONTS
from casetrace.display.trace import plain
from casetrace.narrative.language import CLINICIAN, Audience, audiences
from casetrace.narrative.record import record
from casetrace.narrative.story import story
from casetrace.page.content import (
    SOURCE_COLUMNS,
    VALUE_COLUMNS,
    narratives,
    source_row,
)
from casetrace.page.figures import Shown, shown_figures
from casetrace.page.parts import Part, made
from casetrace.questions.sensitivity.analysis import open_questions, outcome_name

__all__ = ["Page", "digest_of", "report_page", "template"]

_HERE = Path(__file__).parent


class Page:
    """The report of a case as one page; the build writes it beside the narrative.

    Parameters
    ----------
    case : Case
        The case under its scenario.
    parts : dict of Part, optional
        Its parts; made when the page is asked for, if not given.
    """

    def __init__(self, case: Case, parts: Mapping[str, Part] | None = None) -> None:
        self.case, self._parts = case, parts

    @cached_property
    def html(self) -> str:
        """The page."""
        return _filled(self.case, self._parts or made(self.case))

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


def _filled(case: Case, parts: Mapping[str, Part]) -> str:
    """The template, filled with what the parts are under the case's readings."""
    shown = {n: part.home if part.now is None else part.now for n, part in parts.items()}
    for name in [f"f-{f.name}" for f in shown_figures() if f"f-{f.name}" in parts]:
        shown[name] = _with_panels(shown[name], shown)
    every = "".join(text for part in parts.values() for text in part.texts())
    targets = set(re.findall(r'href="#s-([^"]+)"', every))
    stories = _stories(case, shown)
    figures = [f for f in shown_figures() if f"f-{f.name}" in parts]
    style = (_HERE / "page.css").read_text("utf-8")
    script = (_HERE / "page.js").read_text("utf-8").rstrip()
    body = dict(
        case=case,
        head=case.head,
        stories=stories,
        figures=figures,
        figures_apart=_placed(stories[0].sections[1:], figures),
        asks=_asks(case),
        about=_about(stories[0]),
        shown=shown,
        undrawn=[f for f in figures if any(parts[n].now is None for n in _parts_of(f, parts))],
        tables=_tables(case, parts),
        values=[n.removeprefix("v-") for n in parts if n.startswith("v-")],
        value_columns=VALUE_COLUMNS,
        source_columns=SOURCE_COLUMNS,
        sources={key: source_row(case, key) for key in sorted(targets)},
        files=_files(case),
        default=case.at_defaults.head,
    )
    page = template("page.html.j2")
    text = page.render(**body, style="", script="", data="", style_hash="", script_hash="")
    style = f"{_faces(text + every)}\n{style}\n{_colours(every)}"
    return page.render(
        **body,
        style=style,
        script=script,
        data=_data(case, parts),
        style_hash=digest_of(style),
        script_hash=digest_of(script),
    )


def _with_panels(figure: str, shown: Mapping[str, str]) -> str:
    """A figure with its panels and their words in the places that it has for them."""
    place = r'(data-part="([^"]+)")></'
    return re.sub(place, lambda m: f"{m[1]}>{shown[m[2]]}</", figure)


def _parts_of(figure: Shown, parts: Iterable[str]) -> list[str]:
    """A figure and its panels."""
    name = f"f-{figure.name}"
    return [part for part in parts if part == name or part.startswith(f"{name}-")]


def _stories(case: Case, shown: Mapping[str, str]) -> list[SimpleNamespace]:
    """Each narrative: its title and its sections, each with paragraphs and lists in order."""
    stories = []
    for to, parts in narratives(case):
        sections: list[SimpleNamespace] = []
        for part, kind, text in parts:
            if kind in ("status", "figure"):
                continue
            if kind in ("h1", "h2"):
                anchor = _anchor(to, part, plain(text))
                more = {"groups": [], "figures": []}
                sections.append(SimpleNamespace(title=plain(text), id=anchor, **more))
                continue
            groups = sections[-1].groups
            if not groups or groups[-1].kind != kind:
                groups.append(SimpleNamespace(kind=kind, parts=[]))
            groups[-1].parts.append((part, shown.get(part, "")))
        stories.append(SimpleNamespace(to=to, title=sections[0], sections=sections[1:]))
    return stories


def _placed(sections: list[SimpleNamespace], figures: list[Shown]) -> list[Shown]:
    """Put each figure into the section of the story that it belongs to; gives those of none."""
    apart = []
    for figure in figures:
        wanted = figure.chart.beside
        mine = [s for s in sections if wanted and re.search(wanted, s.title, re.IGNORECASE)]
        if mine:
            mine[0].figures.append(figure)
        elif figure.name != "course":
            apart.append(figure)
    return apart


def _about(told: SimpleNamespace) -> str:
    """What the report is about: the first paragraph of its story, without markup."""
    paragraphs = (text for s in told.sections for g in s.groups for _, text in g.parts if text)
    return unescape(re.sub(r"<[^>]+>", "", next(paragraphs, "")))


def _asks(case: Case) -> list[SimpleNamespace]:
    """The questions that matter most to the outcomes, with what each answer makes of one."""
    head = case.at_defaults.head
    found = []
    for name, outcome, values in open_questions(case.at_defaults):
        options = head.readings[name].options
        said = [(o, options[o].label, q.text() if q else "not known") for o, q in values.items()]
        words = outcome_name(case, outcome)
        about = {"name": name, "value": outcome, "outcome": words, "options": said}
        found.append(SimpleNamespace(question=head.readings[name].question, **about))
    return found


def _colours(text: str) -> str:
    """The colours of the figures as variables, on a dark screen each as light as it was dark."""
    codes = sorted({"000000", *re.findall(r"var\(--c([0-9a-f]{6})\)", text)})
    pairs = []
    for code in codes:
        red, green, blue = (int(code[n : n + 2], 16) / 255 for n in (0, 2, 4))
        hue, light, full = colorsys.rgb_to_hls(red, green, blue)
        turned = colorsys.hls_to_rgb(hue, 0.095 + 0.82 * (1 - light), full)
        pairs.append(f"--c{code}:#" + "".join(f"{round(255 * part):02x}" for part in turned))
    plain = f":root {{ {';'.join(f'--c{code}:#{code}' for code in codes)} }}"
    dark = f":root {{ {';'.join(pairs)} }}"
    return f"{plain}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}"


def _anchor(to: Audience, part: str, title: str) -> str:
    """Where a link to a section leads: its heading, or its part if that is not in Latin."""
    slug = re.sub(r"[^a-z]+", "-", title.lower()).strip("-")
    if to.name == CLINICIAN:
        return slug
    return f"{to.name}-{slug}" if to.language.code == "en" else part


def _tables(case: Case, parts: Iterable[str]) -> dict[str, SimpleNamespace]:
    """Rows of each table of the record by name, with columns and title."""
    found = {
        t.name: SimpleNamespace(title=t.title, columns=t.columns, rows=[]) for t in record(case)
    }
    for part in parts:
        if part.startswith("t-"):
            name = part.split("-")[1]
            found[name].rows.append(part)
    return found


def _data(case: Case, parts: Mapping[str, Part]) -> str:
    """What the script needs: readings, scenarios, and the parts that change with them."""
    head = case.at_defaults.head
    pieces = Counter(text for part in parts.values() for text in part.pieces())
    shared = {text: n for n, text in enumerate(t for t in pieces if pieces[t] > 1 and len(t) > 3)}

    def short(moves: Mapping[str, Any]) -> dict[str, Any]:
        """Moves with the texts that several parts hold as their number in the list of these."""
        as_ = [[shared.get(p, p) if isinstance(p, str) else p for p in one] for one in moves["as"]]
        return {**moves, "as": as_}

    moving = {
        # At the default the page itself holds what a part is there.
        name: {**short(part.moves), **({} if case.is_default else {"home": part.home})}
        for name, part in parts.items()
        if part.moves
    }
    found = {
        "readings": [
            {"name": n, "options": list(r.options), "home": list(r.options).index(r.default)}
            for n, r in head.readings.items()
        ],
        "now": [list(r.options).index(case.chosen[n]) for n, r in head.readings.items()],
        "scenarios": {n: dict(s.readings) for n, s in head.scenarios.items()},
        "parts": moving,
        "texts": list(shared),
        "case": case.id,
        "words": {
            to.language.code: {**to.language.phrases["page"], **story(case, to.name).words}
            for to in audiences(case)
            if "page" in to.language.phrases
        },
        "audiences": [{"name": to.name, "language": to.language.code} for to in audiences(case)],
    }
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _faces(text: str) -> str:
    """The letters that the page uses, as typefaces within its style."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    faces = []
    for file, weight in (("Regular", "400"), ("Bold", "700")):
        font = TTFont(FONTS / f"LiberationSans-{file}.ttf", recalcTimestamp=False)
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


def digest_of(text: str) -> str:
    """Return the hash by which a content policy lets in a style or a script."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def template(name: str) -> Any:
    """Return a template of this folder; what it is filled with is text, never markup."""
    environment = Environment(
        loader=PackageLoader("casetrace.page", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
    )
    return environment.get_template(name)
