"""Mutate case folders by the thousand: no traceback, no hang, and what ``check`` passes works.

    .venv/bin/python tests/campaigns/fuzz.py [COUNT] [FIRST SEED]

One to three cells of tables or nodes of ``case.yaml`` of a case are replaced, emptied, doubled or
taken away. ``check`` must end within three minutes with problems or none. What it passes is
computed under every option of every reading and told; every fourth is drawn, every fortieth made a
page and a PDF.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import csv
import io
import os
import random
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CASES = ("gungor-2020", "boukatta-2013", "perez-cruz-2017", "prieto-2009", "imataka-2014")
#: Seconds that one input may take.
LIMIT = 180

WORDS = (
    "", " ", "0", "1", "-1", "1e9", "0.0000001", "99999999999999999999", "nan", "inf", "1/2",
    "3 to 2", "2 to 3", "at least 0", "more than 0", "less than 0", "about 5", "about about 5",
    "more than 8,000", "8,000", "1,5", "not reported", "unknown", "yes", "no", "observed",
    "excluded", "wk", "d", "h", "mo", "a", "mg", "mg/kg", "mg/kg/d", "U/L", "Cel", "%", "[degF]",
    "{course}", "course", "day", "none", "{x}", "{{ ck }}", "=1+1", "<b>", "“", "a b c d e f g h i",
    "relapse", "ck", "ivig", "id", "case.yaml", "2001-02-03", "90", "120", "null", "~", "[]", "{}",
)  # fmt: skip


class TooLong(Exception):
    """An input took longer than :data:`LIMIT`."""


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """End what takes longer than so many seconds."""

    def end(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def mutate(folder: Path, chance: random.Random) -> list[str]:
    """Change one to three cells or nodes of a case; gives what was changed."""
    done = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        tables = [p for p in sorted(folder.glob("*.csv")) if p.read_text("utf-8").count("\n") > 1]
        if tables and chance.random() < 0.6:
            done.append(_mutate_table(chance.choice(tables), chance))
        else:
            done.append(_mutate_head(folder / "case.yaml", chance))
    return done


def _mutate_table(path: Path, chance: random.Random) -> str:
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
    row = chance.randrange(1, len(rows))
    column = chance.randrange(len(rows[0]))
    way = chance.choice(("word", "word", "word", "other cell", "empty", "drop", "double"))
    if way == "drop":
        del rows[row]
    elif way == "double":
        rows.insert(row, list(rows[row]))
    elif column < len(rows[row]):
        other = rows[chance.randrange(1, len(rows))]
        cell = {"word": chance.choice(WORDS), "empty": ""}
        rows[row][column] = cell.get(way, other[min(column, len(other) - 1)])
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue(), "utf-8")
    return f"{path.name} row {row + 1}, {rows[0][column]}: {way}"


def _mutate_head(path: Path, chance: random.Random) -> str:
    raw = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(raw, dict) or not raw:
        return "case.yaml: nothing left"
    places = list(_places(raw))
    # Readings, comparisons and what figures use are where most can go wrong later.
    weighty = [p for p in places if p[2] in ("readings", "comparisons", "uses", "measures")]
    holder, key, top = chance.choice(weighty if weighty and chance.random() < 0.6 else places)
    way = chance.choice(("word", "word", "drop", "number", "list", "swap"))
    if way == "drop":
        del holder[key]
    elif way == "swap":
        other, name, _ = chance.choice(places)
        try:
            holder[key] = copy.deepcopy(other[name])
        except (KeyError, IndexError):
            return "case.yaml: nothing"
    else:
        new: Any = {"word": chance.choice(WORDS), "number": chance.choice((0, -1, 1e6, 2.5))}
        holder[key] = new.get(way, [chance.choice(WORDS)])
    with contextlib.suppress(ValueError, yaml.YAMLError, RecursionError):
        path.write_text(yaml.safe_dump(raw, sort_keys=False, allow_unicode=True), "utf-8")
    return f"case.yaml {top}, {key}: {way}"


def _places(node: Any, top: str = "") -> Iterator[tuple[Any, Any, str]]:
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(items):
        name = top or str(key)
        yield node, key, name
        if isinstance(value, (dict, list)):
            yield from _places(value, name)


def use(name: str, where: Any, is_drawn: bool, is_whole: bool) -> None:
    """Compute and tell a case under every option of every reading, draw it, make its page."""
    from casetrace.case.load import load
    from casetrace.document import document
    from casetrace.narrative import narrate
    from casetrace.narrative.record import record
    from casetrace.page import report_page
    from casetrace.page.variants import singles
    from casetrace.questions.question import charts, questions
    from casetrace.questions.values import as_records, headline

    case = load(name, where=where)
    for choice in [{}, *singles(case)]:
        other = case.under(choice)
        as_records(other, headline(other))
        for table in record(other):
            list(table.rows.values())
    for to in case.stories or ("clinician",):
        narrate(case, audience=to).markdown()
    for question in questions().values():
        if question.is_of_all:
            continue
        question.answer(case)
        question.has(case)
        for table in question.tables:
            if (found := table(case)) is not None:
                found._repr_html_()
    for chart in charts().values() if is_drawn else ():
        if figure := chart.of(case):
            figure.table()
        for name in chart.panels.names(case) if chart.panels else ():
            chart.panels.draw(case, name)
    if is_whole:
        _ = report_page(case).html, document(case).pdf


def main() -> int:
    """Run the campaign; returns 1 if any input broke a promise."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("first", nargs="?", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print the trace of each fault")
    options = parser.parse_args()
    from casetrace.case.load import check, load
    from casetrace.case.problems import CaseError, UsageError
    from casetrace.case.project import Project
    from casetrace.narrative.story import check_stories
    from casetrace.questions.values import check_names

    refused = passed = 0
    faults: Counter[str] = Counter()
    example: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as top:
        root = Path(top)
        shutil.copytree(ROOT / "data" / "reference", root / "data" / "reference")
        (root / "notebooks").mkdir()
        where = Project(root)
        os.environ["CASETRACE_ROOT"] = top
        for seed in range(options.first, options.first + options.count):
            chance = random.Random(seed)
            # The first case has most readings and takes longest: one input in twenty is of it.
            name = CASES[-1] if seed % 20 == 0 else CASES[seed % (len(CASES) - 1)]
            folder = root / "data" / name
            shutil.copytree(ROOT / "data" / name, folder)
            done = mutate(folder, chance)
            try:
                with limited(LIMIT):
                    problems, _ = check(name, where)
                    if not problems:
                        try:
                            case = load(name, where=where)
                            check_names(case)
                            check_stories(case)
                        except CaseError as error:
                            problems = list(error.problems)
                    if problems:
                        refused += 1
                        [str(problem) for problem in problems]
                    else:
                        use(name, where, seed % 4 == 1, seed % 40 == 1)
                        passed += 1
            except (Exception, TooLong) as error:
                kind = "UsageError" if isinstance(error, UsageError) else type(error).__name__
                last = traceback.extract_tb(error.__traceback__)[-1]
                ours = [
                    frame
                    for frame in traceback.extract_tb(error.__traceback__)
                    if "casetrace" in frame.filename and "campaigns" not in frame.filename
                ]
                at = ours[-1] if ours else last
                place = f"{Path(at.filename).name}:{at.lineno}"
                fault = f"{kind} in {place}: {str(error)[:90]}"
                faults[fault] += 1
                example.setdefault(fault, f"seed {seed} ({name}): {'; '.join(done)}")
                if options.show:
                    traceback.print_exc()
            shutil.rmtree(folder)
    print(f"{refused + passed + sum(faults.values())} inputs: {refused} refused with reasons, ")
    print(f"{passed} passed, computed and told, {sum(faults.values())} broke")
    for fault, count in faults.most_common():
        print(f"  {count} x {fault}\n      {example[fault]}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
