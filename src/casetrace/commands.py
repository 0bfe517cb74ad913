"""The commands that read and write data; what they print, and with which code they end."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from pathlib import Path
from typing import NoReturn

from casetrace.case.project import DEFAULT_CASE, DEFAULT_SCENARIO, project

__all__ = [
    "FAILED",
    "MISUSE",
    "OK",
    "STOPPED",
    "cases_of",
    "check",
    "dictionary",
    "docx",
    "import_",
    "lab",
    "misuse",
    "new",
    "say",
    "scenario_of",
    "scenarios",
    "some_or_all",
    "table",
    "values",
    "verify_source",
]

OK, FAILED, MISUSE, STOPPED = 0, 1, 2, 130


def say(words: str, code: int) -> int:
    """Say something on standard error; gives the code to end with."""
    print(words, file=sys.stderr)
    return code


def misuse(words: str) -> NoReturn:
    """End because of how the command was called."""
    from casetrace.case.problems import UsageError

    raise UsageError(words)


def cases_of(options: argparse.Namespace, every: bool = False) -> list[str]:
    """The cases named, or the default one, or every one."""
    known = project().cases()
    for case in options.cases:
        if case not in known:
            from casetrace.case.problems import nearest

            misuse(f"there is no case {case!r} in data/; {nearest(case, known, 'case')}")
    return options.cases or (known if every else [DEFAULT_CASE])


def some_or_all(options: argparse.Namespace) -> list[str]:
    """The cases named, or every one if that is asked for."""
    if options.all and options.cases:
        misuse("--all takes every case there is: name cases, or give --all, not both")
    return cases_of(options, every=options.all)


def scenario_of(options: argparse.Namespace) -> str:
    """The scenario with the single readings that were switched, in a fixed order."""
    for pair in options.reading:
        if "=" not in pair:
            misuse(f"--reading takes name=option, found {pair!r}")
    base = [] if options.reading and options.scenario == DEFAULT_SCENARIO else [options.scenario]
    return "+".join([*base, *sorted(options.reading)])


def check(options: argparse.Namespace) -> int:
    """Validate cases: errors, then warnings, then what CARE still misses; and the notebooks."""
    from casetrace.case.load import check, load
    from casetrace.case.problems import CaseError
    from casetrace.curate.guide import guide, missing_of_care
    from casetrace.curate.missing_words import missing_words
    from casetrace.curate.notebook_privacy import in_notebooks
    from casetrace.questions.values import check_names, idle_readings

    failed = False
    for case in cases_of(options, every=True):
        problems, warnings = check(case, project())
        missing = ""
        if not problems:
            try:
                opened = load(case)
                check_names(opened)
                warnings += [*guide(opened), *idle_readings(opened), *missing_words(opened)]
                missing = missing_of_care(opened)
            except CaseError as error:
                problems = list(error.problems)
        for problem in problems:
            print(f"error: {problem}")
        for warning in warnings:
            print(f"warning: {warning}")
        if missing:
            print(textwrap.fill(f"note: {missing}", 100, subsequent_indent="    "))
        counts = [(len(problems), "error"), (len(warnings), "warning")]
        word = ", ".join(f"{n} {name}{'s' * (n != 1)}" for n, name in counts if n) or "ok"
        print(f"{case}: {word}")
        failed = failed or bool(problems)
    for problem in in_notebooks(project()):
        print(f"error: {problem}")
        failed = True
    return FAILED if failed else OK


def new(options: argparse.Namespace) -> int:
    """Make the folder of a new case."""
    from casetrace.curate.new_case import create

    for path in create(options.case, project()):
        print(path)
    print(
        f"All of it is an example: replace it row by row, and ask\n"
        f"  casetrace check {options.case}    what is left to do\n"
        f"  casetrace build {options.case}    for figures and narrative\n"
        f"docs/your-own-case.md leads through it.",
        file=sys.stderr,
    )
    return OK


def import_(options: argparse.Namespace) -> int:
    """Make the folder of a new case from a file in another format."""
    from casetrace.exchange import import_case

    files, unplaced = import_case(Path(options.file), options.case, project())
    for path in files:
        print(path)
    for line in unplaced:
        print(f"not placed: {line}")
    count = f"{len(unplaced)} item{'s' * (len(unplaced) != 1)}" if unplaced else "nothing"
    words = f"{count} had no place; next: casetrace check {options.case}"
    return say(words, OK)


def values(options: argparse.Namespace) -> int:
    """Print the headline values of a case."""
    from casetrace.case.load import load
    from casetrace.questions.values import as_records, headline

    case = load(options.case, scenario_of(options))
    records = as_records(case, headline(case))
    if options.json:
        print(json.dumps(records, indent=1, ensure_ascii=False))
        return OK
    width = max(len(r["id"]) for r in records)
    for r in records:
        hangs = f"  [{', '.join(r['readings'])}]" if r["readings"] else ""
        print(f"{r['id']:{width}}  {r['text']}{hangs}")
    return OK


def table(options: argparse.Namespace) -> int:
    """Write the headline values of cases as one tidy table."""
    from casetrace.case.load import load
    from casetrace.case.problems import CaseError
    from casetrace.case.write import write_bytes
    from casetrace.questions.series.analysis import as_csv, as_parquet, tidy

    where, rows, failed = project(), [], False
    for case in some_or_all(options):
        try:
            rows += tidy(load(case, where=where))
        except CaseError as error:
            failed = True
            say(f"{case} is left out: {error}", FAILED)
    if not rows:
        return FAILED  # what was there before stays
    made = {"values.csv": as_csv(rows)}
    if options.parquet:
        made["values.parquet"] = as_parquet(rows)
    for name, content in made.items():
        path = where.build / "tables" / name
        write_bytes(path, content)
        print(where.shown(path))
    return FAILED if failed else OK


def docx(options: argparse.Namespace) -> int:
    """Write the narrative as a Word document."""
    from casetrace.case.load import load
    from casetrace.case.write import write_bytes
    from casetrace.document import docx
    from casetrace.narrative.audience import audience

    where = project()
    case = load(options.case, scenario_of(options), where=where)
    name = audience(options.audience).file.replace(".md", ".docx")
    path = where.build / "documents" / case.id / case.scenario / name
    write_bytes(path, docx(case, options.audience))
    print(where.shown(path))
    return OK


def verify_source(options: argparse.Namespace) -> int:
    """Find the words of every row in a copy of the article."""
    from casetrace.case.load import load
    from casetrace.curate.quotations import read_article, verify

    matches = verify(load(options.case), read_article(Path(options.article)))
    width = max(len(m.source) for m in matches)
    for m in matches:
        status = m.status if m.status == "exact" else f"{m.status} {m.score:.0f}%"
        line = f"line {m.line}" if m.line else ""
        print(f"{m.source:{width}}  {status:9}  {line:9}  {m.words}")
    count = {s: sum(m.status == s for m in matches) for s in ("exact", "fuzzy", "lost")}
    print(", ".join(f"{number} {status}" for status, number in count.items()))
    return FAILED if count["lost"] else OK


def scenarios(options: argparse.Namespace) -> int:
    """List scenarios, readings and their options."""
    from casetrace.case.load import open_head

    head = open_head(options.case)
    print(f"{DEFAULT_SCENARIO}: every reading at the curator's option")
    for name, scenario in head.scenarios.items():
        pairs = ", ".join(f"{k}={v}" for k, v in scenario.readings.items())
        print(f"{name}: {scenario.label} ({pairs})")
    print("\nreadings, to switch one by one (--reading name=option; * is the default):")
    for name, reading in head.readings.items():
        print(f"{name}: {reading.question}")
        for key, option in reading.options.items():
            print(f"  {'*' if key == reading.default else ' '} {key}: {option.label}")
    return OK


def dictionary(_: argparse.Namespace) -> int:
    """Write the data dictionary."""
    from casetrace.case.write import write_bytes
    from casetrace.curate.dictionary import dictionary

    where = project()
    write_bytes(where.data / "README.md", dictionary().encode())
    print(where.shown(where.data / "README.md"))
    return OK


def lab(options: argparse.Namespace) -> int:
    """Open JupyterLab to explore a case."""
    from casetrace.explore.lab import open_lab

    open_lab(project(), [word for word in options.options if word != "--"])
    return OK
