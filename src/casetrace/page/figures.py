"""The figures of the page: pictures with real letters, small enough to hold several of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from html import unescape
from typing import Any, NamedTuple, TypeVar

from casetrace.case.across import MOST, Varied, across, count_of, options_of
from casetrace.case.model import Case
from casetrace.case.record import recorded
from casetrace.display.figure import Figure
from casetrace.page.content import aim, escape, marks_table
from casetrace.page.variants import singles
from casetrace.questions.question import Chart, charts, questions

__all__ = ["Shown", "drawn", "picture", "shown_figures"]

#: Combinations of options that a figure is drawn under as a whole, at most.
MOST_WHOLE = 24

#: What a dark screen has otherwise.
WHITE = "var(--cffffff)"

T = TypeVar("T")


@dataclass(frozen=True)
class Shown:
    """A figure of the page.

    Attributes
    ----------
    chart : Chart
        What it shows, and what draws it.
    notebook : str
        The notebook that shows it, without ending.
    """

    chart: Chart
    notebook: str

    @property
    def name(self) -> str:
        """Its file name without ending."""
        return self.chart.name

    @property
    def title(self) -> str:
        """What it shows."""
        return self.chart.title

    def files(self, case: str) -> list[tuple[str, str]]:
        """Where its notebook, pictures and data lie in the repository, each with its name."""
        found = [(f"notebooks/{self.notebook}.ipynb", "notebook")]
        names = {"svg": "SVG", "png": "PNG", "csv": "data (CSV)"}
        return found + [(f"figures/{case}/{self.name}.{e}", n) for e, n in names.items()]


@cache
def shown_figures() -> tuple[Shown, ...]:
    """Return the figures of the page, in the order of the questions that they answer."""
    asked = (q for q in questions().values() if not q.is_of_all)
    return tuple(Shown(c, q.notebook) for q in asked for c in q.charts if c.is_on_page)


def drawn(case: Case, figures: Iterable[Shown]) -> dict[str, Varied[str]]:
    """Draw figures under every combination of options, or the single ones where those are many.

    Parameters
    ----------
    case : Case
        At its defaults.
    figures : iterable of Shown
        Which.

    Returns
    -------
    dict of Varied
        By figure: picture and data table as HTML. One that is put together of panels has places
        for these, which are parts of their own. A figure that the data do not allow is left out.
    """
    found: dict[str, Varied[str]] = {}
    for shown in figures:
        if shown.chart.panels:
            found |= _put_together(case, shown)
            continue
        figure = _under(case, partial(_drawn, shown), shown.chart.is_of_default)
        if any(figure.contents.values()):
            found[shown.name] = figure
    return found


def _under(
    case: Case, compute: Callable[[Case], T], is_of_default: bool = False, most: int = MOST_WHOLE
) -> Varied[T]:
    """Something under the readings that it hangs on, every combination of these if not too many.

    Else under each option of each reading, under the scenarios, and under every combination of
    those readings that a single switch showed to change it, if these are not too many.
    """
    if is_of_default:
        return Varied((), {(): compute(case.at_defaults)})
    if every := across(case, compute, most):
        return every.least()
    looked: set[str] = set()
    made: list[tuple[dict[str, str], T]] = []

    def see(choices: Iterable[Mapping[str, str]]) -> Varied[T]:
        for chosen in choices:
            other = case.under(chosen)
            with recorded() as seen:
                made.append((dict(other.chosen), compute(other)))
            looked.update(seen)
        names = tuple(r for r in case.head.readings if r in looked)
        return Varied(names, {tuple(o[r] for r in names): one for o, one in made}).least()

    found = see([{}, *singles(case), *(s.readings for s in case.head.scenarios.values())])
    if count_of(case, found.readings) <= most:
        found = see(options_of(case, found.readings))
    return found


def _drawn(shown: Shown, case: Case) -> str:
    def content() -> str:
        figure = shown.chart.of(case)
        return _content(case, figure) if figure else ""

    return case.once(("page", shown.name), content)


def _content(case: Case, figure: Figure) -> str:
    """Picture and data table."""
    scroll = _scrolled(figure.name, picture(figure))
    return f"{scroll}\n{_tabled(figure.name, f'<tbody>{marks_table(case, figure.marks)}</tbody>')}"


def _scrolled(name: str, picture: str) -> str:
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-labelledby="caption-{name}">'
        f"{picture}</div>"
    )


def _tabled(figure: str, rows: str) -> str:
    columns = ("panel", "what", "drawn as", "time", "value")
    head = "".join(f'<th scope="col">{c}</th>' for c in columns)
    name = "What is drawn, as a table"
    return (
        f'<details><summary id="rows-{figure}" data-own>{name}</summary>\n'
        f'<div class="wide" tabindex="0" role="group" '
        f'aria-labelledby="rows-{figure} caption-{figure}"><table>'
        f'<caption class="hear" data-own>{name}</caption><thead><tr>{head}</tr></thead>\n'
        f"{rows}</table></div></details>"
    )


class _Panel(NamedTuple):
    """A panel of a figure; the page that it stands on, in points."""

    inside: str = ""
    rows: str = ""
    said: str = ""
    kinds: frozenset[str] = frozenset()
    width: float = 0.0
    height: float = 0.0

    @classmethod
    def of(cls, case: Case, figure: Figure, name: str) -> _Panel:
        rows = marks_table(case, figure.marks)
        return cls(_inside(figure, name), rows, escape(figure.alt), figure.kinds, *figure.size)


def _put_together(case: Case, shown: Shown) -> dict[str, Varied[str]]:
    """A figure with a place for each of its panels, and what they are; so for a narrow screen."""
    name, found = shown.name, {}
    pictures, narrow = [], charts().get(f"{name}-column")
    for chart in (shown.chart, *([narrow] if narrow else [])):
        panels = _panels(case, chart)
        if not panels:
            return {}
        places = [f"{chart.name}-{n}" for n in range(len(panels))]
        for place, panel in zip(places, panels, strict=True):
            found[place] = _field(panel, "inside")
            if chart is shown.chart:  # the same words and rows hold for both
                found[f"{place}-said"] = _field(panel, "said")
                found[f"{place}-rows"] = _field(panel, "rows")
        every = [one for panel in panels for one in panel.contents.values()]
        size = (max(one.width for one in every), max(one.height for one in every))
        slots = "".join(f'<g data-part="f-{place}"></g>' for place in places)
        slots = f'<rect width="{size[0]:g}" height="{size[1]:g}" fill="{WHITE}"></rect>{slots}'
        pictures.append(_svg(size, slots, f' aria-describedby="said-{name}"'))
    wide, *slim = pictures
    content = _scrolled(name, wide)
    if slim:
        content = f'<div class="has-slim">{content}\n<div class="slim">{slim[0]}</div></div>'
    own = [place for place in found if place.endswith("-said")]
    said = " ".join(f'<span data-part="f-{place}"></span>' for place in own)
    rows = "\n".join(f'<tbody data-part="f-{p[:-5]}-rows"></tbody>' for p in own)
    words = f'<p id="said-{name}" hidden>{said}</p>'
    return {name: Varied((), {(): f"{content}\n{words}\n{_tabled(name, rows)}"}), **found}


def _panels(case: Case, chart: Chart) -> list[Varied[_Panel]]:
    """The panels of a figure, each under the readings that it hangs on itself; last the key."""
    of, found = chart.panels, []
    names = dict.fromkeys(n for one in _under(case, of.names).contents.values() for n in one)
    for number, lane in enumerate(names):
        place = f"{chart.name}-{number}"

        def panel(other: Case, lane=lane, place=place) -> _Panel:
            there = lane in of.names(other)
            return _Panel.of(other, of.draw(other, lane), place) if there else _Panel()

        found.append(_under(case, panel, most=MOST))
    if not found:
        return []
    kinds = [_field(panel, "kinds") for panel in found]

    def key(other: Case) -> _Panel:
        held = [one.under(other.chosen) for one in kinds]
        if None in held:
            return _Panel()
        return _Panel.of(other, of.key(other, frozenset().union(*held)), f"{chart.name}-key")

    return [*found, _under(case, key, most=MOST)]


def _field(panel: Varied[_Panel], name: str) -> Varied[Any]:
    """One field of a panel, under the readings that change that."""
    contents = {key: getattr(one, name) for key, one in panel.contents.items()}
    return Varied(panel.readings, contents).least()


def picture(figure: Figure, is_themed: bool = True) -> str:
    """Return a figure as inline SVG: letters as text, no style of its own, names that are its own.

    What rests on a row or a value leads there. The other words are in its description, so that
    they are not read aloud once more.

    Parameters
    ----------
    figure : Figure
        What to show.
    is_themed : bool
        Whether its colours are variables (``--c0072b2``) that the page around it sets.
    """
    drawn = _inside(figure, figure.name, is_themed)
    return _svg(figure.size, f"<desc>{escape(figure.alt)}</desc>{drawn}")


def _svg(size: tuple[float, float], drawn: str, more: str = "") -> str:
    width, height = size
    kind = ' class="single"' if width < 300 else ""
    label = "Figure; its data are in the table below it"
    head = f'<svg{kind} role="group" aria-label="{label}"{more} viewBox="0 0 {width:g} {height:g}">'
    return f"{head}{drawn}</svg>"


def _inside(figure: Figure, name: str, is_themed: bool = True) -> str:
    """What a picture draws, as SVG; what it refers to in itself has names that begin so."""
    svg = re.sub(
        r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->",
        "",
        figure.svg_with_text,
        flags=re.S,
    )
    svg = re.sub(r' style="([^"]*)"', lambda m: _attributes(m[1]), svg)
    if is_themed:  # so that a dark screen may have others
        svg = re.sub(r'"#([0-9a-f]{6})"', r'"var(--c\1)"', svg)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'((?:href="#|url\(#))', rf"\1{name}-", svg)
    svg = re.sub(
        r' (d|x|y|transform|points)="([^"]+)"', lambda m: f' {m[1]}="{_shorter(m[2])}"', svg
    )
    # What the style of the page says already, or what turns nothing.
    svg = re.sub(
        r""" (font-family="'Liberation Sans'[^"]*"|transform="rotate\(-0 [^"]*\)")""", "", svg
    )
    svg = re.sub(r"\n\s*", "\n", svg)
    for _ in range(4):
        svg = re.sub(r"<(g|defs)>\s*</\1>\n?", "", svg)
    svg = re.sub(r'<a xlink:href="([^"]+)"[^>]*>', lambda m: f"<a {aim(unescape(m[1]))}>", svg)
    lines = r"(<a [^>]*>)((?:(?!</a>).)*)</a>\s*\1"  # of words that lead to the same
    while svg != (svg := re.sub(lines, r"\1\2", svg, flags=re.S)):
        pass
    svg = _quiet(svg.replace("xlink:href", "href").replace("&quot;", '"'))
    svg = re.sub(r"<(\w+)([^>]*?)\s*/>", r"<\1\2></\1>", svg)  # as a browser writes it
    return svg.split(">", 1)[1].strip().removesuffix("</svg>")


def _quiet(svg: str) -> str:
    """The picture with words that lead nowhere hidden from what reads it aloud."""
    pieces = re.split(r"(<a .*?</a>)", svg, flags=re.S)
    return "".join(
        piece if piece.startswith("<a ") else piece.replace("<text ", '<text aria-hidden="true" ')
        for piece in pieces
    )


def _attributes(style: str) -> str:
    """Declarations of a style as attributes, which a strict content policy lets through."""
    pairs = (part.split(":", 1) for part in style.split(";") if ":" in part)
    return "".join(f' {k.strip()}="{v.strip()}"' for k, v in pairs)


def _shorter(numbers: str) -> str:
    """Coordinates on one line, to a hundredth of a point, or a tenth in a long curve."""
    places = 2 if len(numbers) < 1000 else 1

    def short(match: re.Match[str]) -> str:
        text = f"{float(match[0]):.{places}f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text

    text = re.sub(r"-?\d+\.\d{2,}", short, numbers)
    return re.sub(r"\s+", " ", text).strip()
