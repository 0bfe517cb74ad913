"""Write what was measured: a page with tables, and a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from casetrace.case.write import write_bytes
from casetrace.display.style import COLOURS, FULL, GREY, mm, styled

DOCS = Path(__file__).resolve().parents[1] / "docs"
OTHERS = (
    "loop of the papermill command",
    "papermill's API in one process",
    "jupyter execute",
    "nbconvert --execute",
)
_Pair = tuple[float, float]


def write(
    medians: Mapping[str, float],
    spread: Mapping[str, _Pair],
    many: Sequence[Mapping[str, float]],
    about: Mapping[str, str],
) -> None:
    """Write ``docs/benchmarks.md`` and ``docs/benchmarks.svg``."""
    write_bytes(DOCS / "benchmarks.md", page(medians, spread, many, about).encode())
    write_bytes(DOCS / "benchmarks.svg", figure(medians, many).encode())


def page(
    medians: Mapping[str, float],
    spread: Mapping[str, _Pair],
    many: Sequence[Mapping[str, float]],
    about: Mapping[str, str],
) -> str:
    """The page as Markdown."""
    build, alone = medians["notebooks: build"], medians["page: one process"]
    best = min(v for k, v in medians.items() if k.startswith("whole: build"))
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`, not by hand: all ways side by side in one run, taking turns, "
        f"medians of {about['rounds']} rounds (least and most in brackets). What they give was "
        "compared: outputs of every cell (but for the limit, which keeps none), figures and "
        "reports are the same. Ratios carry over to "
        "other machines, seconds do not.",
        "",
        f"{about['machine']}; {about['versions']}; {about['date']}.",
        "",
        "![Seconds by way to run the notebooks, and cost of a case by number of cases]"
        "(benchmarks.svg)",
        "",
        "## The notebooks",
        "",
        "All notebooks of the first case, figures exported, two at a time where a way can do that.",
        "The limit is the same cells run by `exec` in one warm process per core, no kernel and no",
        "notebook file, its imports not counted.",
        "",
        "| way | seconds | times the build |",
        "|---|---|---|",
        f"| casetrace build | {told('notebooks: build', medians, spread)} | 1 |",
    ]
    for name in (*OTHERS, "limit"):
        key = f"notebooks: {name}"
        lines.append(f"| {name} | {told(key, medians, spread)} | {medians[key] / build:.2g} |")
    lines += [
        "",
        "## The whole build",
        "",
        "The page, which holds every figure and sentence under each reading, is work of its own:",
        f"{told('page: one process', medians, spread)} s in one process. Other ways have to add "
        "that.",
        "",
        "| way | seconds | times the build |",
        "|---|---|---|",
    ]
    for key in [k for k in medians if k.startswith("whole: build")]:
        way, times = f"casetrace {key.removeprefix('whole: ')}", medians[key] / best
        lines.append(f"| {way} | {told(key, medians, spread)} | {times:.2g} |")
    for name in OTHERS:
        seconds = medians[f"notebooks: {name}"] + alone
        lines.append(f"| {name}, then the page | {seconds:.1f} | {seconds / best:.2g} |")
    limit = medians["whole: limit"]
    lines += [
        f"| limit | {told('whole: limit', medians, spread)} | {limit / best:.2g} |",
        "",
        "## After a change",
        "",
        "| change | seconds | part of a whole build |",
        "|---|---|---|",
    ]
    for key in [k for k in medians if k.startswith(("nothing", "edit"))]:
        share = f"{100 * medians[key] / best:.0f} %"
        lines.append(f"| {key} | {told(key, medians, spread)} | {share} |")
    warm = "nbval: warm, two at a time"
    lines += [
        "",
        "## nbval",
        "",
        "| kernels | seconds | times |",
        "|---|---|---|",
        f"| warm, two at a time | {told(warm, medians, spread)} | 1 |",
        f"| stock | {told('nbval: stock', medians, spread)} "
        f"| {medians['nbval: stock'] / medians[warm]:.2g} |",
        "",
        "## Many cases",
        "",
        "Copies of the first case with a value of their own, one notebook of tables each, two at a",
        "time. Memory is the most that all processes had together. With one case the start of the",
        "build weighs most.",
        "",
        "| cases | seconds | seconds a case | memory, MB |",
        "|---|---|---|---|",
    ]
    for m in many:
        row = f"| {m['cases']:,} | {m['seconds']:.1f} | {m['each']:.2f} | {m['memory']:.0f} |"
        lines.append(row)
    return "\n".join(lines) + "\n" + explained()


def explained() -> str:
    """What is left, in words that were written by hand."""
    path = Path(__file__).parent / "why.md"
    return f"\n{path.read_text()}" if path.is_file() else ""


def told(key: str, medians: Mapping[str, float], spread: Mapping[str, _Pair]) -> str:
    """A median with the least and the most."""
    low, high = spread[key]
    places = 2 if medians[key] < 1 else 1
    return f"{medians[key]:.{places}f} ({low:.{places}f} to {high:.{places}f})"


def figure(medians: Mapping[str, float], many: Sequence[Mapping[str, float]]) -> str:
    """Bars of the ways, and the cost of a case by their number, as SVG."""
    import io

    names = ["build", *OTHERS, "limit"]
    seconds = [medians[f"notebooks: {name}"] for name in names]
    with styled(7.0):
        drawing = Figure(figsize=mm(FULL, 62.0))
        left = drawing.add_axes((0.24, 0.17, 0.34, 0.7))
        colours = [COLOURS["blue"], *[GREY["hatch"]] * len(OTHERS), COLOURS["sky"]]
        left.barh(range(len(names)), seconds, color=colours, height=0.66)
        left.set_yticks(range(len(names)), ["casetrace build", *names[1:]])
        left.invert_yaxis()
        left.tick_params(axis="y", length=0)
        left.set_xlabel("seconds for all notebooks of a case")
        left.set_title("Ways to run the notebooks", loc="left", fontweight="bold")
        for place, value in enumerate(seconds):
            left.annotate(
                f"{value:.1f}", (value, place), (3, 0), textcoords="offset points", va="center"
            )
        left.set_xlim(0, max(seconds) * 1.12)
        right = drawing.add_axes((0.68, 0.17, 0.3, 0.7))
        counts = [m["cases"] for m in many]
        right.plot(counts, [m["each"] for m in many], "o-", color=COLOURS["blue"], markersize=3.5)
        right.set_xscale("log")
        right.set_xticks(counts, [f"{c:,}" for c in counts])
        right.minorticks_off()
        right.set_ylim(0, max(m["each"] for m in many) * 1.15)
        right.set_xlabel("cases in one build")
        right.set_ylabel("seconds a case")
        right.set_title("Many cases, one notebook each", loc="left", fontweight="bold")
        out = io.StringIO()
        with mpl.rc_context({"svg.fonttype": "path"}):
            drawing.savefig(out, format="svg", metadata={"Date": None, "Creator": "casetrace"})
    return out.getvalue()[out.getvalue().index("<svg") :]
