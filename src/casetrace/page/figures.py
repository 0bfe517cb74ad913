"""The figures of the page: pictures with real letters, small enough to hold several of each."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from html import unescape

from casetrace.case.model import Case
from casetrace.case.record import recorded
from casetrace.display.figure import Figure
from casetrace.page.content import aim, escape, marks_table
from casetrace.page.variants import Varied, options_of, singles
from casetrace.questions.question import Chart, charts, questions

__all__ = ["Shown", "drawn", "picture", "shown_figures"]

#: Combinations of options that a figure is drawn under, at most.
MOST = 24


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


def drawn(case: Case, figures: Iterable[Shown]) -> dict[str, Varied]:
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
        By figure: picture and data table as HTML. A figure that the data do not allow is left
        out. Combinations of options that no scenario names are not drawn.
    """
    found = {}
    for shown in figures:
        seen: set[str] = set()
        made: list[tuple[dict[str, str], str]] = []

        def draw(choices: Iterable[Mapping[str, str]], shown=shown, seen=seen, made=made) -> None:
            for chosen in choices:
                other = case.under(chosen)
                with recorded() as looked_at:
                    content = other.once(("page", shown.name), partial(_drawn, other, shown))
                seen |= looked_at
                made.append((dict(other.chosen), content))

        draw([{}])
        if not shown.chart.is_of_default:
            draw([*singles(case), *(s.readings for s in case.head.scenarios.values())])
        if any(content for _, content in made):
            readings = [
                r for r in case.head.readings if r in seen and not shown.chart.is_of_default
            ]
            moving = _by_readings(readings, made).readings
            if math.prod(len(case.head.readings[r].options) for r in moving) <= MOST:
                draw(options_of(case, moving))
            found[shown.name] = _by_readings(readings, made)
    return found


def _drawn(case: Case, shown: Shown) -> str:
    figure = shown.chart.of(case)
    return _content(case, figure) if figure else ""


def _by_readings(readings: list[str], made: list[tuple[dict[str, str], str]]) -> Varied:
    """Contents by the options of those readings that change them."""

    def by(names: list[str]) -> dict[tuple[str, ...], set[str]]:
        found: dict[tuple[str, ...], set[str]] = {}
        for options, content in made:
            found.setdefault(tuple(options[r] for r in names), set()).add(content)
        return found

    for reading in list(readings):
        fewer = [r for r in readings if r != reading]
        if all(len(contents) == 1 for contents in by(fewer).values()):
            readings = fewer
    return Varied(tuple(readings), {key: found.pop() for key, found in by(readings).items()})


def _content(case: Case, figure: Figure) -> str:
    """Picture and data table; once more for a narrow screen if it is drawn for a column."""
    columns = ("panel", "what", "drawn as", "time", "value")
    head = "".join(f'<th scope="col">{c}</th>' for c in columns)
    scroll = (
        f'<div class="scroll" tabindex="0" role="group" '
        f'aria-labelledby="caption-{figure.name}">{picture(figure)}</div>\n'
    )
    if narrow := charts().get(f"{figure.name}-column"):
        slim = picture(narrow.of(case))
        scroll = f'<div class="has-slim">{scroll}<div class="slim">{slim}</div></div>\n'
    name = f"What is drawn, as a table: {figure.name}"
    return (
        f"{scroll}<details><summary>What is drawn, as a table</summary>\n"
        f'<div class="wide" tabindex="0" role="group" aria-label="{name}"><table>'
        f'<caption class="hear">{name}</caption><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{marks_table(case, figure.marks)}\n</tbody></table></div></details>"
    )


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
    svg = re.sub(
        r' id="([^"]+)"', lambda m: f' id="{figure.name}-{m[1]}"' if m[1] in used else "", svg
    )
    svg = re.sub(r'((?:href="#|url\(#))', rf"\1{figure.name}-", svg)
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
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
    kind = ' class="single"' if float(width) < 300 else ""
    label = "Figure; its data are in the table below it"
    head = f'<svg{kind} role="group" aria-label="{label}" viewBox="0 0 {width} {height}">'
    return f"{head}<desc>{escape(figure.alt)}</desc>" + svg.split(">", 1)[1].strip()


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
