"""Published evidence beside the case: the share who improved in each study."""

from __future__ import annotations

from collections.abc import Iterable

from matplotlib.axes import Axes

from casetrace.case.model import Case
from casetrace.case.reference import Study
from casetrace.display.figure import Figure
from casetrace.display.panel import Page, Rows
from casetrace.display.style import COLOURS, GREY, SINGLE, styled
from casetrace.quantity import Quantity
from casetrace.questions.evidence import analysis

__all__ = ["evidence"]

LEFT, WIDTH = 0.8, SINGLE - 2.6  # mm: margin, and from 0 to 100%
KEY = "circle: children; square: adults; open diamond: controls; "
KEY += "line: exact 95% limits of the counts, where counts are reported"


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
        words, source = _of_the_case(case, dict.fromkeys(s.drug for s, _ in found))
        rows = Rows(
            ["This case", *(_label(s) for s, _ in found)],
            WIDTH,
            [words, *(_result(s) for s, _ in found)],
            [0.4, *(4.6 if s.control_improved else 3.4 for s, _ in found)],
        )
        page = Page(case, 6.0 + rows.height + 13.0, SINGLE)
        ax = page.panel(LEFT, 6.0, WIDTH, rows.height)
        page.title(LEFT, 0.8, "Patients who improved", "%, as each study defined it")
        rows.write(ax, [source, *(f"reference/studies/{s.id}" for s, _ in found)])
        ax.set_xlim(0, 100)
        ax.set_xticks([0, 25, 50, 75, 100])
        for tick, side in ((0, "left"), (-1, "right")):
            ax.get_xticklabels()[tick].set_horizontalalignment(side)
        page.note("studies", "this case", "unknown", text=words, source=source)
        for y, (study, q) in zip(rows.middles[1:], found, strict=True):
            _study(page, ax, y, study, q)
        page.key(KEY)
        return page.finished("evidence", _alt(page))


def _label(study: Study) -> str:
    """Author and year, patients, and the regimen where it is printed."""
    regimen = "" if study.regimen.startswith("not stated") else f": {study.regimen}"
    return f"{study.label}, {study.n} {study.population}{regimen}"


def _counts(study: Study) -> str:
    """Who improved, and of how many, with the control group; the share where that is all."""
    if not study.improved:
        return f"{study.percent}"
    words = f"{study.improved} of {study.of}"
    if study.control_improved:
        words += f"; controls {study.control_improved} of {study.control_of}"
    return words


def _result(study: Study) -> str:
    return f"{_counts(study)}: {study.outcome}"


def _of_the_case(case: Case, drugs: Iterable[str]) -> tuple[str, str]:
    """What became of the one patient after the drug, in words: one patient is no share."""
    found = analysis.outcomes_after(case, drugs)
    names = "; ".join(row.name for row in found[:2]) + ("; and others" if len(found) > 2 else "")
    words = f"one patient, no share: {names or 'no outcome after it is reported'}"
    return words, f"findings/{found[0].id}" if found else ""


def _study(page: Page, ax: Axes, y: float, study: Study, q: Quantity) -> None:
    children = study.population == "children"
    colour = COLOURS["blue"] if children else COLOURS["orange"]
    y -= 0.8 if study.control_improved else 0.0
    ax.axhline(y, color=GREY["fill"], linewidth=0.6, zorder=0)
    text = f"{study.percent}"
    if study.improved:
        limits = _limits(ax, study.improved, study.of, y, colour)
        text = f"{study.improved} of {study.of}, {limits}"
    _mark(ax, q.low, y, "o" if children else "s", colour, colour)
    if study.control_improved:
        control = (study.control_improved, study.control_of)
        at, below = 100 * control[0].low / control[1].low, y + 1.7
        limits = _limits(ax, *control, below, GREY["line"])
        _mark(ax, at, below, "D", "white", GREY["text"])
        text += f"; controls {control[0]} of {control[1]}, {limits}"
    page.note(
        "studies",
        f"{study.label} ({study.population})",
        "point",
        q,
        source=f"reference/studies/{study.id}",
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
