"""All cases on shared axes: multiples of their limits, courses of treatment, changes by regimen."""

from __future__ import annotations

import math
import textwrap
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from casetrace.case.clocks import Course, clock_of, courses, occasion, when
from casetrace.case.head import Comparison
from casetrace.case.measures import main_measure, numbers
from casetrace.case.model import Case
from casetrace.display.figure import Figure
from casetrace.display.panel import Page, draw_bounds, hatched, plain_axis, tidy_log
from casetrace.display.style import COLOURS, GREY, SERIES, styled
from casetrace.quantity import Quantity
from casetrace.questions.response import analysis as response
from casetrace.questions.series.analysis import CaseSeries
from casetrace.questions.values import headline, of_family

__all__ = ["series_changes", "series_folds", "swimmer"]

LEFT, WIDTH = 50.0, 116.0  # mm, of the panels
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

LINEAR = 100  # %: changes beyond this are on a logarithmic scale, if any is twice as large


def series_folds(series: CaseSeries) -> Figure | None:
    """Draw the main measure that cases share as multiples of each upper limit, on one axis.

    Parameters
    ----------
    series : CaseSeries
        The cases.

    Returns
    -------
    Figure or None
        Named ``series-folds``; None unless two cases share the main measure, with limits.
    """
    measure = main_measure(series.report)
    sharing = [case for case in series.cases if main_measure(case) == measure]
    rows = [(case, found) for case in sharing if (found := response.folds(case, measure))]
    if len(rows) < 2:
        return None
    name = numbers(rows[0][0], measure)[0].name
    step, gap = 3.8, 4.0
    with styled(7.0):
        page = Page(series.report, 16.0 + sum(step * len(f) + gap for _, f in rows))
        ends = [e for _, f in rows for q in f.values() for e in (q.low, q.high)]
        ends = [e for e in ends if math.isfinite(e) and e > 0]
        page.title(
            LEFT, 0.8, name[:1].upper() + name[1:], "multiple of the upper limit, logarithmic scale"
        )
        top = 5.5
        for number, (case, found) in enumerate(rows):
            ax = page.panel(LEFT, top, WIDTH, step * len(found))
            named = {o.id: o for o in case.rows.observations}
            tidy_log(ax, [t for t in TICKS if min([*ends, 1]) * 0.8 <= t <= max(ends) * 4])
            ax.set_xlim(min([*ends, 1]) * 0.8, max(ends) * 4)
            plain_axis(ax, ["" for _ in found])
            _name(page, ax, case)
            for y, (key, fold) in enumerate(found.items()):
                row = named[key.replace(".fold.", ".", 1)]
                shape = draw_bounds(ax, fold, y, 0.2, SERIES[number % len(SERIES)])
                words = f"{fold.text()}, {occasion(case, row)}"
                _beside(ax, fold, y, words)
                what = f"{case.id}: {row.name} {occasion(case, row)}"
                source = f"{case.id}/observations/{row.id}"
                page.note(case.id, what, shape, fold, text=fold.text(), source=source)
            ax.axvline(1, color=GREY["line"], linewidth=0.6, linestyle=(0, (4, 2)), zorder=0)
            if number < len(rows) - 1:
                ax.tick_params(axis="x", labelbottom=False)
            top += step * len(found) + gap
        page.words(LEFT, top + 1.5, "dashed: the upper limit of each case", color=GREY["text"])
        return page.finished("series-folds", _alt("Multiples of the upper limit by case.", page))


def swimmer(series: CaseSeries) -> Figure | None:
    """Draw each treatment in courses as a lane, in weeks from its first course.

    Bars are planned courses, as wide as their time is open; events on that clock are diamonds, or
    bands and arrows as far as their time is known.
    A lane ends with the last course that is reported and goes on as an arrow: what came after is
    not known. Lanes of different cases have zeros of their own.

    Returns
    -------
    Figure or None
        Named ``swimmer``; None if no case has a treatment in courses with a known time.
    """
    lanes = []
    for case in series.cases:
        for drug in dict.fromkeys(t.drug for t in case.rows.treatments if t.is_block):
            given = _from_first(courses(case, drug))
            if len(given) > 1:
                lanes.append((case, drug, given))
    if not lanes:
        return None
    last = max(
        e for _, _, given in lanes for c in given for e in (c.week.low, c.week.high)
        if math.isfinite(e)
    )  # fmt: skip
    lane = 13.0
    with styled(7.0):
        page = Page(series.report, 14.0 + lane * len(lanes))
        page.title(LEFT, 0.8, "Treatment in courses", "planned weeks from its first course")
        ax = page.panel(LEFT, 5.0, WIDTH, lane * len(lanes))
        plain_axis(ax, [""] * len(lanes))
        ax.set_ylim(len(lanes) - 0.5, -0.5)
        ax.set_xlim(-0.02 * last - 0.5, last * 1.16 + 1)
        for y, (case, drug, given) in enumerate(lanes):
            name = next(t.name for t in case.rows.treatments if t.drug == drug)
            _lane(page, ax, y, case, drug, given)
            words = "\n".join(textwrap.wrap(f"{_patient(case)}: {name}", 34))
            ax.text(-0.01, y, words, transform=ax.get_yaxis_transform(), ha="right", va="center")
        ax.set_xlabel("weeks", labelpad=1.5)
        return page.finished("swimmer", _alt("Treatment in courses by case.", page))


def series_changes(series: CaseSeries) -> Figure | None:
    """Draw the changes that the cases declare beside their regimens, with their bounds.

    Returns
    -------
    Figure or None
        Named ``series-changes``; None unless two cases share a measure and declare a change.
    """
    rows = []
    sharing = [c for c in series.cases if main_measure(c) == main_measure(series.report)]
    for case in sharing if len(sharing) > 1 else ():
        once = {(pair.old, pair.new): pair for pair in reversed(case.head.comparisons)}
        pairs = [
            pair
            for pair in case.head.comparisons
            if pair in once.values() and pair.told == "percent"
        ]
        rows += [(case, pair, of_family(case, "response")[pair.id]) for pair in pairs]
    if not rows:
        return None
    step = 9.5
    ends = [e for _, _, q in rows for e in (q.low, q.high) if math.isfinite(e)]
    is_wide = max(ends, default=0) > 2 * LINEAR  # one large rise must not hide all the others
    with styled(7.0):
        page = Page(series.report, 17.0 + step * len(rows))
        more = f", logarithmic beyond {LINEAR}" if is_wide else ""
        page.title(LEFT, 0.8, "Change of a measure", f"%, as the case declares it{more}")
        ax = page.panel(LEFT, 5.0, 70.0, step * len(rows))
        if is_wide:
            ax.set_xscale("symlog", linthresh=LINEAR, linscale=1.6)
            ticks = [-100, -50, 0, 50, *(10**n for n in range(2, 7) if 10**n <= max(ends))]
            ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        ax.set_xlim(min([*ends, -100]) * 1.08, max([*ends, 0]) * (2 if is_wide else 1) + 30)
        labels = [
            "\n".join(textwrap.wrap(f"{_patient(case)}: {_pair(case, pair)}", 40))
            for case, pair, _ in rows
        ]
        plain_axis(ax, labels)
        ax.axvline(0, color=GREY["line"], linewidth=0.6, linestyle=(0, (4, 2)), zorder=0)
        order = [case.id for case in series.cases]
        for y, (case, pair, q) in enumerate(rows):
            shape = draw_bounds(ax, q, y, 0.16, SERIES[order.index(case.id) % len(SERIES)])
            said = "\n".join(textwrap.wrap(f"{q.text()}{_regimen(case, pair)}", 34))
            ax.text(1.03, y, said, transform=ax.get_yaxis_transform(), va="center")
            what = f"{case.id}: {_pair(case, pair)}"
            source = f"{case.id}/observations/{pair.new}"
            page.note("change", what, shape, q, text=said.replace("\n", " "), source=source)
        ax.set_xlabel("change in %", labelpad=1.5)
        return page.finished("series-changes", _alt("Changes by case.", page))


def _from_first(given: list[Course]) -> list[Course]:
    """Courses with a time on the clock of the first of them, their weeks counted from that."""
    timed = [c for c in given if math.isfinite(c.week.low)]
    if not timed:
        return []
    zero, clock = timed[0].week.low, timed[0].clock
    return [
        replace(c, week=replace(c.week, low=c.week.low - zero, high=c.week.high - zero))
        for c in timed
        if c.clock == clock
    ]


def _lane(page: Page, ax: Axes, y: int, case: Case, drug: str, given: list) -> None:
    last = max(c.week.high if math.isfinite(c.week.high) else c.week.low for c in given)
    ax.plot([0, last], [y, y], color=COLOURS["green"], linewidth=1.0, zorder=2)
    arrow = {"arrowstyle": "->,head_length=0.25,head_width=0.15", "color": GREY["line"]}
    ax.annotate("", (last + 0.04 * ax.get_xlim()[1] + 1, y), (last, y), arrowprops=arrow)
    for one in given:
        low, high = one.week.low, one.week.high
        source = f"{case.id}/treatments/{one.block}"
        what = f"{case.id}: {drug} course {one.number}"
        if math.isinf(high):
            hatched(ax, low, y - 0.13, ax.get_xlim()[1] - low, 0.26, zorder=1)
        else:
            wide = 0.006 * ax.get_xlim()[1]
            box = Rectangle((low - wide / 2, y - 0.17), high - low + wide, 0.34, zorder=3)
            box.set(facecolor=COLOURS["green"], linewidth=0)
            ax.add_patch(box)
        page.note("courses", what, "tick", None, one.week, drug, source, one.week.text())
    clocks = {c.id for c in case.head.clocks if c.drug == drug}
    for row in case.rows.findings:
        time = when(case, "findings", row) if row.event and clock_of(case, row) in clocks else None
        if time is None or row.state == "excluded" or not math.isfinite(time.low):
            continue
        shape = draw_bounds(ax, time, y - 0.3, 0.07, COLOURS["vermillion"], marker="D")
        is_open = math.isinf(time.high)  # then the words stand over the arrow
        at, up = (time.low, 6) if is_open else (time.high, 0)
        ax.annotate(row.name, (at, y - 0.3), (4, up), textcoords="offset points", va="center")
        page.note(
            "events", f"{case.id}: {row.name}", shape, None, time, clock_of(case, row),
            f"{case.id}/findings/{row.id}", time.text(),
        )  # fmt: skip


def _name(page: Page, ax: Axes, case: Case) -> None:
    """The case beside its panel: patient and diagnosis."""
    words = f"{_patient(case)}, {case.head.diagnosis.name}"
    said = "\n".join(textwrap.wrap(words, 34))
    ax.text(-0.01, 0.5, said, transform=ax.transAxes, ha="right", va="center")


def _patient(case: Case) -> str:
    """Whom a case is of, in a few words."""
    age = headline(case).get("subject.age")
    return f"{case.head.subject.noun}, {age.text()}" if age else case.head.subject.noun


def _beside(ax: Axes, q: Quantity, y: float, words: str) -> None:
    """Words beside a mark, on the side that has room; on an open arrow itself if neither has."""
    left, right = (math.log10(end) for end in ax.get_xlim())
    low = (math.log10(q.low) - left) / (right - left) if q.low > 0 else 0.0
    high = (math.log10(q.high) - left) / (right - left) if math.isfinite(q.high) else 1.0
    offset = {"textcoords": "offset points", "va": "center"}
    if high < 0.5:
        ax.annotate(words, (q.high, y), (5, 0), ha="left", **offset)
    elif low > 0.45:
        ax.annotate(words, (q.low, y), (-5, 0), ha="right", **offset)
    else:
        middle = 10 ** (left + (low + high) / 2 * (right - left))
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        ax.text(middle, y, words, ha="center", va="center", bbox=paper, zorder=6)


def _pair(case: Case, pair: Comparison) -> str:
    """A change in words: the measure, from when to when."""
    named = {o.id: o for o in case.rows.observations}
    old, new = named[pair.old], named[pair.new]
    return f"{new.name} {occasion(case, new)}, from that {occasion(case, old)}"


def _regimen(case: Case, pair: Comparison) -> str:
    """How many courses of a treatment were planned by the time of the later value."""
    row = case.get("observations", pair.new)
    drug = next((c.drug for c in case.head.clocks if c.id == clock_of(case, row)), "")
    time = when(case, "observations", row)
    if not drug or time is None:
        return ""
    given = courses(case, drug)
    sure = sum(c.week.high <= time.low for c in given)
    possible = sum(c.week.low <= time.high for c in given)
    name = next(t.name for t in case.rows.treatments if t.drug == drug)
    count = f"{sure}" if sure == possible else f"{sure} to {possible}"
    return f"; by then {count} courses of {name}"


def _alt(first: str, page: Page) -> str:
    return " ".join([first, *(f"{m.what}: {m.text}." for m in page.marks)])
