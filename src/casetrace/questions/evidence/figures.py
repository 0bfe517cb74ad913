"""Published evidence beside the case: the share who improved in each study."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from matplotlib.axes import Axes

from casetrace.case.model import Case
from casetrace.case.reference import Study
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import Page, plain_axis
from casetrace.display.style import COLOURS, GREY, styled
from casetrace.quantity import Quantity
from casetrace.questions.evidence import analysis

__all__ = ["evidence"]


def evidence(case: Case) -> Figure | None:
    """Draw the share of patients who improved in each published study, with its number.

    A filled mark is a share as counted or reported; the line through it are exact 95% limits,
    computed here where a study gives counts; a diamond is the control group. The case itself
    has no share: one patient is no rate.

    Returns
    -------
    Figure or None
        Named ``evidence``; None if no study of its drugs reports a share.
    """
    found = [(s, analysis.share(s)) for s in analysis.studies(case)]
    found = [(s, q) for s, q in found if q is not None]
    if not found:
        return None
    with styled(7.0):
        step = 7.2
        page = Page(case, 6.0 + step * (len(found) + 1) + 11.0)
        ax = page.panel(62.0, 6.0, 50.0, step * (len(found) + 1))
        page.title(0.8, 0.8, "Patients who improved", "%, as each study defined it")
        labels = [_label(s) for s, _ in found]
        plain_axis(
            ax, ["this case", *labels], ["", *(f"reference/studies/{s.id}" for s, _ in found)]
        )
        ax.set_xlim(0, 100)
        ax.set_xticks([0, 25, 50, 75, 100])
        _the_case(page, ax, dict.fromkeys(s.drug for s, _ in found))
        for y, (study, q) in enumerate(found, start=1):
            _study(page, ax, y, study, q)
        key = "circle: children   square: adults   open diamond: controls   "
        key += "line: exact 95% limits of the counts, where counts are reported"
        page.words(0.8, page.height - 0.8, key, va="bottom", color=GREY["text"], fontsize=7.0)
        return page.finished("evidence", _alt(page))


def _label(study: Study) -> str:
    """Author and year, patients, and the regimen where it is printed."""
    regimen = "" if study.regimen.startswith("not stated") else study.regimen
    lines = [f"{study.label}, {study.n} {study.population}"]
    return "\n".join(
        [*lines, *([textwrap.shorten(regimen, 50, placeholder="…")] if regimen else [])]
    )


def _the_case(page: Page, ax: Axes, drugs: Iterable[str]) -> None:
    """What became of the one patient after the drug, in words: one patient is no share."""
    found = analysis.outcomes_after(page.case, drugs)
    names = "; ".join(row.name for row in found[:2]) + ("; and others" if len(found) > 2 else "")
    words = f"one patient, no share: {names or 'no outcome after it is reported'}"
    said = "\n".join(textwrap.wrap(words, 84))
    drawn = ax.text(1.5, 0, said, va="center", color=GREY["text"], clip_on=False, linespacing=1.1)
    source = f"findings/{found[0].id}" if found else ""
    lead(source, drawn)
    page.note("studies", "this case", "unknown", text=words, source=source)


def _study(page: Page, ax: Axes, y: int, study: Study, q: Quantity) -> None:
    colour = COLOURS["blue"] if study.population == "children" else COLOURS["orange"]
    children = study.population == "children"
    text, words = f"{study.percent}", f"{study.percent}"
    if study.improved:
        words = f"{study.improved} of {study.of}"
        text = f"{words}, {_limits(ax, study.improved, study.of, y, colour)}"
    _mark(ax, q.low, y, "o" if children else "s", colour, colour)
    if study.control_improved:
        control = (study.control_improved, study.control_of)
        at = 100 * control[0].low / control[1].low
        limits = _limits(ax, *control, y + 0.28, GREY["line"])
        _mark(ax, at, y + 0.28, "D", "white", GREY["text"])
        words += f"; controls {control[0]} of {control[1]}"
        text += f"; controls {control[0]} of {control[1]}, {limits}"
    said = "\n".join(textwrap.wrap(f"{words}: {study.outcome}", 46)[:2])
    source = f"reference/studies/{study.id}"
    said = ax.annotate(
        said,
        (1, y),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=7.0,
    )
    lead(source, said)
    page.note(
        "studies",
        f"{study.label} ({study.population})",
        "point",
        q,
        source=source,
        text=f"{text}: {study.outcome}",
    )


def _limits(ax: Axes, improved: Quantity, of: Quantity, y: float, colour: str) -> str:
    """Draw exact limits of a share, and say them."""
    low, high = analysis.proportion(int(improved.low), int(of.low))
    ax.plot([low, high], [y, y], color=colour, linewidth=1.0, zorder=3)
    return f"exact 95% limits {low:.0f} to {high:.0f}%"


def _mark(ax: Axes, x: float, y: float, marker: str, face: str, edge: str) -> None:
    look = {"markersize": 4.2, "markerfacecolor": face, "markeredgecolor": edge}
    ax.plot(x, y, marker, zorder=4, clip_on=False, **look)


def _alt(page: Page) -> str:
    return "Share of patients who improved on the treatment in published studies. " + " ".join(
        f"{m.what}: {m.text}." for m in page.marks
    )
