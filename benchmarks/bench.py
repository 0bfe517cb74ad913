"""Measure the build against other ways to run the same notebooks: ``make bench``.

Everything is measured side by side in one run, the ways taking turns; medians of the rounds go to
``docs/benchmarks.md`` with a figure. Ratios mean something, seconds are of this machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from datetime import date
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import report
import ways

EDITED = ("observations.csv",)
#: What is run for many cases: one notebook, of tables.
FEW = ["1-case.ipynb"]


def main() -> None:
    """Measure, and write page and figure."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--cases", type=int, default=100, help="the most cases built at once")
    given = options.parse_args()
    taken: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        whole = ways.project(folder / "whole")
        for number in range(1, given.rounds + 1):
            print(f"round {number} of {given.rounds}", file=sys.stderr)
            for what, seconds in one_round(folder, whole).items():
                taken[what].append(seconds)
                print(f"  {what}: {seconds:.2f} s", file=sys.stderr)
        many = [cases(folder, n) for n in (1, 10, 100, 1000) if n <= given.cases]
    medians = {what: statistics.median(found) for what, found in taken.items()}
    spread = {what: (min(found), max(found)) for what, found in taken.items()}
    report.write(medians, spread, many, about(given.rounds))


def one_round(folder: Path, whole: Path) -> dict[str, float]:
    """Every way once; each starts from nothing. What they give is compared."""
    found, given = {}, {}
    out = folder / "out"

    def fresh() -> Path:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        return out

    found["notebooks: build"] = ways.ours(whole, page=False)
    executed = ways.outputs(whole / "build" / "notebooks" / ways.CASE)
    given["build"] = executed, ways.exported(whole)
    for name, way in ways.OTHERS.items():
        found[f"notebooks: {name}"] = way(whole, fresh()) + ways.report(whole, out)
        given[name] = ways.outputs(out), ways.exported(out)
    found["notebooks: limit"] = ways.limit(whole, fresh())
    given["limit"] = executed, ways.exported(out)
    for name, (shown, files) in given.items():
        if (shown, files) != given["build"]:
            raise SystemExit(f"{name} gives other outputs than the build")
    without = ways.report(whole, fresh())
    found["page: one process"] = ways.report(whole, fresh(), page=True) - without
    page = (out / "reports" / "index.html").read_bytes()
    found["whole: limit"] = ways.limit(whole, fresh(), page=True)
    for workers in range(1, (os.cpu_count() or 1) + 1):
        found[f"whole: build, {workers} at a time"] = ways.ours(whole, workers)
    built = (whole / "reports" / ways.CASE / "index.html").read_bytes()
    if page != built or built != (out / "reports" / "index.html").read_bytes():
        raise SystemExit("the pages differ")
    build = [str(ways.BIN / "casetrace"), "build"]
    found["nothing changed"] = ways.run(build, whole)
    for file in EDITED:
        path = whole / "data" / ways.CASE / file
        path.write_text(path.read_text() + "\n")
        found[f"edit of {file}"] = ways.run(build, whole)
    test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    nbval = ["--nbval", "--nbval-current-env", "notebooks"]
    found["nbval: stock"] = ways.run([*test, *nbval], stored(whole))
    quick = ["-p", "casetrace.build.pytest_plugin", "-p", "xdist", "-p", "nbval.plugin"]
    spread = ["-n", "2", "--dist", "loadfile"]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # as make check has it
    found["nbval: warm, two at a time"] = ways.run([*test, *quick, *spread, *nbval], whole, **alone)
    return found


def stored(where: Path) -> Path:
    """The project with its notebooks as they are stored, outputs and all."""
    for path in ways.notebooks(ways.ROOT):
        shutil.copy(path, where / "notebooks")
    return where


def cases(folder: Path, number: int) -> dict[str, float]:
    """Build so many cases, each with a value of its own; cost of each, and memory."""
    where = ways.project(folder / f"cases-{number}", FEW)
    model = where / "data" / ways.CASE
    for other in (where / "data").glob("*/case.yaml"):
        if other.parent != model:
            shutil.rmtree(other.parent)
    for n in range(number):
        to = where / "data" / f"case-{n:04d}"
        shutil.copytree(model, to)
        head = (to / "case.yaml").read_text()
        (to / "case.yaml").write_text(head.replace(f"id: {ways.CASE}", f"id: {to.name}", 1))
        change(to / "observations.csv", str(10_000 + n))
    shutil.rmtree(model)
    peak = Peak()
    seconds = ways.run([str(ways.BIN / "casetrace"), "build", "--no-page", "--all"], where)
    found = {"cases": number, "seconds": seconds, "each": seconds / number, "memory": peak.stop()}
    for n in range(number):
        built = where / "build" / "notebooks" / f"case-{n:04d}" / FEW[0]
        if f">{10_000 + n:,} U/L<" not in built.read_text():
            raise SystemExit(f"the notebook of case-{n:04d} does not show its value")
    shutil.rmtree(where)
    print(f"  {number} cases: {found}", file=sys.stderr)
    return found


def change(path: Path, value: str) -> None:
    """Put another value into the first row of a table."""
    import csv

    rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
    rows[1][rows[0].index("value")] = value
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)


class Peak:
    """The most memory that this process's children have together (PSS), looked at all the time."""

    def __init__(self) -> None:
        self.most, self._stop = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._stop.wait(0.2):
            self.most = max(self.most, sum(map(_memory, _children(os.getpid()))))

    def stop(self) -> float:
        """In MB."""
        self._stop.set()
        self._thread.join()
        return self.most


def _children(pid: int) -> list[int]:
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(") ")[2].split()[1])
        except OSError:
            continue
    found = [pid]
    for parent in found:
        found += [child for child, above in parents.items() if above == parent]
    return found[1:]


def _memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def about(rounds: int) -> dict[str, str]:
    """Machine, versions and date."""
    model = next(
        (
            line.partition(": ")[2]
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    names = ("papermill", "nbclient", "nbconvert", "nbval", "ipykernel", "matplotlib")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return {
        "machine": f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}",
        "versions": f"Python {platform.python_version()}, {versions}",
        "date": date.today().isoformat(),
        "rounds": str(rounds),
    }


if __name__ == "__main__":
    begun = time.perf_counter()
    main()
    print(f"measured in {(time.perf_counter() - begun) / 60:.0f} minutes", file=sys.stderr)
