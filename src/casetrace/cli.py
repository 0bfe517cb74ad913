"""The command line: build, check, values, docx, verify-source, verify, accept, scenarios."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from casetrace.project import DEFAULT_CASE, DEFAULT_SCENARIO, project

__all__ = ["main"]

# On import, jsonschema would compile a grammar of internationalised addresses, which no notebook
# has, and take seconds for it (jupyter/nbformat#420): as if it were not installed.
sys.modules.setdefault("rfc3987_syntax", None)

OK, FAILED, MISUSE, STOPPED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns 0, 1 if something failed, or 2 for misuse."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has what it wanted
        return OK
    except KeyboardInterrupt:
        return _say("casetrace: stopped; what was there before is untouched", STOPPED)
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> int:
    """Say what is wrong with data, request or disk; anything else is a fault of ours."""
    from casetrace.case.problems import CaseError, UsageError

    if isinstance(error, CaseError):
        return _say(str(error), FAILED)
    if isinstance(error, UsageError | FileNotFoundError):
        return _say(f"casetrace: {error}", MISUSE)
    if isinstance(error, OSError):
        name = f" {error.filename}" if error.filename else ""
        kept = "what was there before is untouched"
        return _say(f"casetrace: cannot write{name}: {error.strerror}; {kept}", FAILED)
    raise error


def _say(words: str, code: int) -> int:
    print(words, file=sys.stderr)
    return code


def _build(options: argparse.Namespace) -> int:
    from casetrace.runner.job import Job
    from casetrace.runner.stale import due, shared

    where, scenario = project(), _scenario(options)
    if options.all and options.cases:
        _misuse("--all takes every case there is: name cases, or give --all, not both")
    jobs = [Job(case, scenario) for case in _cases(options, every=options.all)]
    if options.jobs < 1:
        _misuse(f"-j takes a number of 1 or more, found {options.jobs}")
    stale = [job for job in jobs if due(where, job, shared(where, job))]
    for job in jobs:
        if job not in stale:
            _say(f"{job.key}: nothing changed, nothing to do", OK)
    if not stale:
        return OK
    from casetrace.runner.environment import environment

    failed = None
    with environment(where):  # the warm process imports while this one does
        from casetrace.runner.build import BuildError, build

        try:
            changed = build(where, stale, options.jobs, options.explain)
        except BuildError as error:
            failed, changed = error, error.changed
    for path in changed:
        print(path)
    return _say(f"casetrace: {failed}", FAILED) if failed else OK


def _check(options: argparse.Namespace) -> int:
    from casetrace.case import CaseError, check, load
    from casetrace.case.guide import guide, missing_of_care
    from casetrace.narrative.unheard import unheard
    from casetrace.values import check_names, idle_readings

    failed = False
    for case in _cases(options, every=True):
        problems, warnings = check(case, project())
        missing = ""
        if not problems:
            try:
                opened = load(case)
                check_names(opened)
                warnings += [*guide(opened), *idle_readings(opened), *unheard(opened)]
                missing = missing_of_care(opened)
            except CaseError as error:
                problems = list(error.problems)
        for problem in problems:
            print(f"error: {problem}")
        for warning in warnings:
            print(f"warning: {warning}")
        if missing:
            print(f"note: {missing}")
        counts = [(len(problems), "error"), (len(warnings), "warning")]
        word = ", ".join(f"{n} {name}{'s' * (n != 1)}" for n, name in counts if n) or "ok"
        print(f"{case}: {word}")
        failed = failed or bool(problems)
    return FAILED if failed else OK


def _new(options: argparse.Namespace) -> int:
    from casetrace.scaffold import create

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


def _values(options: argparse.Namespace) -> int:
    from casetrace.case import load
    from casetrace.values import as_records, headline

    case = load(options.case, _scenario(options))
    records = as_records(case, headline(case))
    if options.json:
        print(json.dumps(records, indent=1, ensure_ascii=False))
        return OK
    width = max(len(r["id"]) for r in records)
    for r in records:
        hangs = f"  [{', '.join(r['readings'])}]" if r["readings"] else ""
        print(f"{r['id']:{width}}  {r['text']}{hangs}")
    return OK


def _docx(options: argparse.Namespace) -> int:
    from casetrace.case import load
    from casetrace.document import docx
    from casetrace.files import write_bytes
    from casetrace.narrative.audience import audience

    where = project()
    case = load(options.case, _scenario(options), where=where)
    name = audience(options.audience).file.replace(".md", ".docx")
    path = where.build / "documents" / case.id / case.scenario / name
    write_bytes(path, docx(case, options.audience))
    print(where.shown(path))
    return OK


def _verify_source(options: argparse.Namespace) -> int:
    from casetrace.case import load
    from casetrace.source import read_article, verify

    matches = verify(load(options.case), read_article(Path(options.article)))
    width = max(len(m.source) for m in matches)
    for m in matches:
        status = m.status if m.status == "exact" else f"{m.status} {m.score:.0f}%"
        line = f"line {m.line}" if m.line else ""
        print(f"{m.source:{width}}  {status:9}  {line:9}  {m.words}")
    count = {s: sum(m.status == s for m in matches) for s in ("exact", "fuzzy", "lost")}
    print(", ".join(f"{number} {status}" for status, number in count.items()))
    return FAILED if count["lost"] else OK


def _verify(options: argparse.Namespace) -> int:
    from casetrace.verify import verify

    problems = verify(project(), options.jobs)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problems; if the new results are right, run: make accept")
        return FAILED
    print("everything that is committed is what the data and the code give")
    return OK


def _accept(options: argparse.Namespace) -> int:
    from casetrace.accept import accept
    from casetrace.runner.build import BuildError

    try:
        words = accept(project(), options.jobs)
    except BuildError as error:
        return _say(f"casetrace: {error}", FAILED)
    print("\n".join(words) or "nothing changed")
    return OK


def _scenarios(options: argparse.Namespace) -> int:
    from casetrace.case import open_head

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


def _dictionary(_: argparse.Namespace) -> int:
    from casetrace.case.dictionary import dictionary
    from casetrace.files import write_bytes

    where = project()
    write_bytes(where.data / "README.md", dictionary().encode())
    print(where.shown(where.data / "README.md"))
    return OK


def _cases(options: argparse.Namespace, every: bool = False) -> list[str]:
    """The cases named, or the default one, or every one."""
    known = project().cases()
    for case in options.cases:
        if case not in known:
            from casetrace.case.problems import nearest

            _misuse(f"there is no case {case!r} in data/; {nearest(case, known, 'case')}")
    return options.cases or (known if every else [DEFAULT_CASE])


def _scenario(options: argparse.Namespace) -> str:
    """The scenario with the single readings that were switched, in a fixed order."""
    for pair in options.reading:
        if "=" not in pair:
            _misuse(f"--reading takes name=option, found {pair!r}")
    base = [] if options.reading and options.scenario == DEFAULT_SCENARIO else [options.scenario]
    return "+".join([*base, *sorted(options.reading)])


def _misuse(words: str) -> NoReturn:
    from casetrace.case.problems import UsageError

    raise UsageError(words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="casetrace",
        description="A published clinical case report as a reproducible analysis.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], words: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.set_defaults(run=run)
        return added

    def with_scenario(added: argparse.ArgumentParser) -> None:
        added.add_argument(
            "--scenario", default=DEFAULT_SCENARIO, help="a scenario of the case; see scenarios"
        )
        added.add_argument(
            "--reading",
            action="append",
            default=[],
            metavar="NAME=OPTION",
            help="switch a single reading; may be given several times",
        )

    def with_jobs(added: argparse.ArgumentParser) -> None:
        added.add_argument(
            "-j",
            "--jobs",
            type=int,
            default=os.cpu_count() or 1,
            help="notebooks at a time (one for each core if not given)",
        )

    added = command("build", _build, "Run the notebooks; write figures, values and narrative.")
    added.add_argument("cases", nargs="*", metavar="CASE")
    added.add_argument("--all", action="store_true", help="every case in data/")
    added.add_argument("--explain", action="store_true", help="say what is run and why")
    with_scenario(added)
    with_jobs(added)
    added = command("check", _check, "Validate case data; every problem at once.")
    added.add_argument("cases", nargs="*", metavar="CASE")
    added = command("new", _new, "Make the folder of a new case, with a worked row in each table.")
    added.add_argument("case", metavar="NAME", help="such as imataka-2014")
    added = command("values", _values, "Print every headline value of a case.")
    added.add_argument("case", metavar="CASE")
    added.add_argument("--json", action="store_true", help="with bounds, sources and derivation")
    with_scenario(added)
    added = command("docx", _docx, "Write the narrative as a Word document (needs pandoc).")
    added.add_argument("case", metavar="CASE")
    added.add_argument(
        "--audience",
        default="summary",
        help="whom to tell it to: summary (a clinician), parent, ja",
    )
    with_scenario(added)
    added = command(
        "verify-source", _verify_source, "Find the words of every row in your copy of the article."
    )
    added.add_argument("case", metavar="CASE")
    added.add_argument("article", metavar="ARTICLE.txt")
    added = command("verify", _verify, "Build afresh and compare with everything committed.")
    with_jobs(added)
    added = command("accept", _accept, "Store the present results and say what changed.")
    with_jobs(added)
    added = command("scenarios", _scenarios, "List scenarios, readings and their options.")
    added.add_argument("case", metavar="CASE")
    command("dictionary", _dictionary, "Write data/README.md from the data models.")
    return parser


def run() -> NoReturn:
    """Run the command line as a program: once stopped, it waits for no thread."""
    status = main()
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    sys.stderr.flush()
    if status == STOPPED:
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    run()
