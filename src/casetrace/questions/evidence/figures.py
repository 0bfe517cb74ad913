"""Published evidence beside the case: share who improved, and the profile of the disease."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes

from casetrace.case.model import Case
from casetrace.display.figure import Figure, lead
from casetrace.display.panel import Page, plain_axis
from casetrace.display.style import COLOURS, GREY, styled
from casetrace.quantity import Quantity
from casetrace.questions.classification.criteria_items import AMBIGUOUS, MET, NOT_MET, Item
from casetrace.questions.evidence import analysis as evidence

__all__ = ["profile", "series"]


def series(case: Case) -> Figure | None:
    """Draw the share of patients who improved in each published study, with its number.

    A filled mark is a share as counted or reported; the line through it are exact 95% limits,
    computed here where a study gives counts; a diamond is the control group. The case itself
    has no share: one patient is no rate.

    Returns
    -------
    Figure or None
        Named ``series``; None if no study of its drugs reports a share.
    """
    found = [(s, evidence.share(s)) for s in evidence.studies(case)]
    found = [(s, q) for s, q in found if q is not None]
    if not found:
        return None
    with styled(7.0):
        step = 7.2
        page = Page(case, 6.0 + step * (len(found) + 1) + 11.0)
        ax = page.panel(62.0, 6.0, 50.0, step * (len(found) + 1))
        page.title(0.8, 0.8, "Patients who improved", "%, as each study defined it")
        labels = [f"{s.label}, {s.n} {s.population}\n{_short(s.regimen)}" for s, _ in found]
        plain_axis(
            ax, ["this case", *labels], ["", *(f"reference/studies/{s.id}" for s, _ in found)]
        )
        ax.set_xlim(0, 100)
        ax.set_xticks([0, 25, 50, 75, 100])
        _the_case(page, ax)
        for y, (study, q) in enumerate(found, start=1):
            _study(page, ax, y, study, q)
        key = "circle: children   square: adults   open diamond: controls   "
        key += "line: exact 95% limits of the counts, where counts are reported"
        page.words(0.8, page.height - 0.8, key, va="bottom", color=GREY["text"], fontsize=6.2)
        return page.finished("series", _alt(page))


def _short(words: str) -> str:
    return textwrap.shorten(words, 50, placeholder="…")


def _the_case(page: Page, ax: Axes) -> None:
    words = "one patient: improvement, but no share"
    ax.text(1.5, 0, words, va="center", color=GREY["text"], fontsize=6.0, clip_on=False)
    page.note("series", "this case", "unknown", text="one patient, no share")


def _study(page: Page, ax: Axes, y: int, study: object, q: Quantity) -> None:
    colour = COLOURS["blue"] if study.population == "children" else COLOURS["orange"]
    if study.improved:
        low, high = evidence.proportion(int(study.improved.low), int(study.of.low))
        ax.plot([low, high], [y, y], color=colour, linewidth=1.0, zorder=3)
        words = f"{study.improved} of {study.of}"
        text = f"{words}, exact 95% limits {low:.0f} to {high:.0f}%"
    else:
        control = f", controls {study.control_percent}" if study.control_percent else ""
        words = text = f"{study.percent}{control}"
    marker = "o" if study.population == "children" else "s"
    ax.plot(q.low, y, marker, markersize=4.2, color=colour, zorder=4, clip_on=False)
    if study.control_percent:
        ax.plot(
            study.control_percent.low,
            y,
            "D",
            markersize=3.6,
            markerfacecolor="white",
            markeredgecolor=colour,
            zorder=4,
        )
    said = "\n".join(textwrap.wrap(f"{words}: {study.outcome}", 46)[:2])
    source = f"reference/studies/{study.id}"
    said = ax.annotate(
        said,
        (1, y),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=6.2,
    )
    lead(source, said)
    page.note(
        "series",
        f"{study.label} ({study.population})",
        "point",
        q,
        source=source,
        text=f"{text}: {study.outcome}",
    )


def _alt(page: Page) -> str:
    return "Share of patients who improved on the treatment in published studies. " + " ".join(
        f"{m.what}: {m.text}." for m in page.marks
    )


def profile(case: Case) -> Figure | None:
    """Draw the signs of the disease by published frequency, with what the report says of each.

    Returns
    -------
    Figure or None
        Named ``profile``; None if no profile of the disease is known.
    """
    found = evidence.phenotype(case)
    if not found:
        return None
    groups: dict[str, list[Item]] = {}
    for item in found:
        groups.setdefault(item.row.frequency, []).append(item)
    with styled(6.6):
        step = 3.9
        page = Page(case, 7.0 + step * max(len(g) for g in groups.values()) + 7.5)
        width = 170.0 / len(groups)
        for column, (frequency, signs) in enumerate(groups.items()):
            ax = page.panel(width * column + 1.0, 6.0, width - 2.0, step * len(signs))
            ax.axis("off")
            ax.set_xlim(0, width - 2.0)
            ax.set_ylim(len(signs) - 0.4, -0.6)
            counted = f"profile.{frequency.replace(' ', '_')}.observed"
            page.title(width * column + 1.0, 0.8, frequency.capitalize(), _count(signs), counted)
            for y, item in enumerate(signs):
                _sign(page, ax, y, item, int((width - 7) / 0.96))
        key = "● observed   × excluded   ◆ open to more than one reading   ○ not reported"
        page.words(
            1.0,
            page.height - 1.0,
            key,
            va="bottom",
            color=GREY["text"],
            fontfamily=["Liberation Sans", "DejaVu Sans"],
        )
        return page.finished("profile", _profile_alt(case, groups))


def _count(signs: list[Item]) -> str:
    words = {MET: "observed", NOT_MET: "excluded", AMBIGUOUS: "open"}
    counts = {word: sum(i.state == state for i in signs) for state, word in words.items()}
    silent = len(signs) - sum(counts.values())
    said = [f"{n} {word}" for word, n in counts.items() if n]
    return ", ".join([*said, f"{silent} not reported"])


def _sign(page: Page, ax: Axes, y: int, item: Item, most: int) -> None:
    looks = {
        MET: ("o", COLOURS["blue"], COLOURS["blue"]),
        NOT_MET: ("x", COLOURS["vermillion"], COLOURS["vermillion"]),
        AMBIGUOUS: ("D", COLOURS["orange"], COLOURS["orange"]),
    }
    marker, face, edge = looks.get(item.state, ("o", "white", GREY["line"]))
    ax.plot(
        1.4,
        y,
        marker,
        markersize=3.4,
        markerfacecolor=face,
        markeredgecolor=edge,
        markeredgewidth=0.9,
        clip_on=False,
    )
    colour = GREY["text"] if item.is_open and item.state != AMBIGUOUS else "black"
    words = textwrap.shorten(item.label, most, placeholder="…")
    source = "; ".join(s for s in item.sources if s.startswith(("findings", "observations")))
    lead(source, ax.text(4.0, y, words, va="center", color=colour))
    page.note(
        item.row.frequency,
        item.label,
        item.state,
        source=source,
        text=item.state,
    )


def _profile_alt(case: Case, groups: dict[str, list[Item]]) -> str:
    parts = [
        f"Signs of {case.head.diagnosis.name} by published frequency, "
        "and what the report says of them."
    ]
    words = {MET: "observed", NOT_MET: "excluded", AMBIGUOUS: "open to more than one reading"}
    for frequency, signs in groups.items():
        said = [
            f"{word}: {', '.join(named)}"
            for state, word in words.items()
            if (named := [i.label for i in signs if i.state == state])
        ]
        silent = sum(i.state not in words for i in signs)
        parts.append(f"{frequency.capitalize()}: {'; '.join([*said, f'{silent} not reported'])}.")
    return " ".join(parts)
