"""The command line: one function for each command."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import signal
import sys
import textwrap
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import casetrace.build  # noqa: F401  before jsonschema
from casetrace.build.jobs import Job
from casetrace.case.project import (
    DEFAULT_CASE,
    DEFAULT_SCENARIO,
    Project,
    other_checkout,
    project,
)

__all__ = ["main"]

#: How each command is used, said in its help.
EXAMPLES = {
    "build": "build --all\nbuild imataka-2014 --scenario lower-dose --explain",
    "figures": "figures imataka-2014 course",
    "check": "check imataka-2014",
    "new": "new smith-2020 --like hours",
    "import": "import patient.json smith-2020\nimport --each packets/ series",
    "export": "export imataka-2014 --to fhir --reading ivig_dose=per-course",
    "values": "values imataka-2014 --reading ivig_dose=per-course",
    "table": "table --all",
    "docx": "docx imataka-2014 --audience ja",
    "verify-source": "verify-source imataka-2014 article.txt",
    "verify": "verify -j 2",
    "accept": "accept",
    "cases": "cases",
    "site": "site build/site",
    "release": "release 0.4.0",
    "scenarios": "scenarios imataka-2014",
    "dictionary": "dictionary",
    "lab": "lab -- --no-browser",
}

#: What had no place in an import is told up to so many.
MOST_SHOWN = 20

#: Commands that write nothing into the project.
READING = ("check", "values", "verify-source", "verify", "cases", "scenarios")

#: What a case can be written as.
FORMATS = ("phenopacket", "fhir", "datapackage", "ro-crate")

#: How the program ends.
OK, FAILED, MISUSE, STOPPED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns 0, 1 if something failed, or 2 for misuse."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    parser, commands = _parser()
    if arguments and arguments[0] not in commands and not arguments[0].startswith("-"):
        from casetrace.case.problems import nearest

        words = nearest(arguments[0], commands, "command")
        return _say(f"casetrace: there is no command {arguments[0]!r}; {words}", MISUSE)
    options = parser.parse_args(arguments)
    try:
        _say_where(arguments[0])
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
        what = LIMITS.get(error.errno or 0, f"cannot read or write{name}")
        return _say(f"casetrace: {what}: {error.strerror}; {kept}", FAILED)
    raise error


#: What a limit of the system is, by the error that it gives.
LIMITS = {
    errno.EMFILE: "too many files are open for this process (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine",
    errno.EAGAIN: "no more processes may be started (ulimit -u)",
    errno.ENOMEM: "there is no memory left",
}


def _say_where(command: str) -> None:
    """Name the project if the working directory is in another checkout; nothing is written then."""
    where = project()
    if other := other_checkout(where):
        words = f"this casetrace works on {where.root}, and you are in {other}"
        own = f"run make there and use {other / '.venv/bin/casetrace'}"
        if command not in READING:
            _misuse(f"{words}: {own}, or set CASETRACE_ROOT to the one that is meant")
        _say(f"note: {words}; {own}", OK)


def _build(options: argparse.Namespace) -> int:
    from casetrace.build.installed import differences
    from casetrace.build.stale import due, inputs

    where, scenario = project(), _scenario_of(options)
    jobs = [Job(case, scenario) for case in _some_or_all(options)]
    for name, number in (("-j", options.jobs), ("--workers", options.workers)):
        if number is not None and number < 1:
            _misuse(f"{name} takes a number of 1 or more, found {number}")
    for words in differences(where):
        _say(f"warning: {words}; make clean, then make, installs what is locked", OK)
    delivery = None
    if options.to:
        from casetrace.build.deliver import Delivery

        delivery = Delivery(where, options.to)
    _clear(where)
    stale = [job for job in jobs if due(where, job, inputs(where, job, options.page))]
    for job in jobs:
        if job not in stale:
            _say(f"{job.key}: nothing changed, nothing to do", OK)
            if delivery:
                delivery(job)
    failed, changed = _built(where, stale, options, delivery) if stale else ("", ())
    for path in changed:
        if not path.startswith("build/notebooks/"):
            print(path)
    pages = [path for path in changed if path.endswith("/index.html")]
    if pages:
        _say(f"to read: open {' or '.join(pages)} in a browser", OK)
    errors = delivery.errors if delivery else []
    for error in errors:
        _say(f"casetrace: not delivered to {options.to}: {error}", FAILED)
    if failed:
        _say(f"casetrace: {failed}", FAILED)
    return FAILED if failed or errors else OK


def _clear(where: Project) -> None:
    """Remove what killed builds left, also where nothing is to be built."""
    from casetrace.build.environment import scratch

    with scratch():
        pass
    if any(where.build.glob("staging-*")):
        from casetrace.build.build import alone

        with alone(where):
            pass


def _built(
    where: Project,
    jobs: list[Job],
    options: argparse.Namespace,
    then: Callable[[Job], None] | None,
) -> tuple[str, Sequence[str]]:
    """Build jobs, here or on a cluster; gives what failed, and the files that changed."""
    with contextlib.ExitStack() as stack:
        if options.scheduler or options.workers:
            from casetrace.build.cluster import cluster

            asked = cluster(options.scheduler, options.workers)
            perform, ahead = stack.enter_context(asked)
        else:
            from casetrace.build.environment import environment

            stack.enter_context(environment())  # the warm process imports while this one does
            from casetrace.build.task import perform

            ahead = options.jobs
        from casetrace.build.build import BuildError, build

        try:
            return "", build(where, jobs, ahead, options.explain, perform, then, options.page)
        except BuildError as error:
            return str(error), error.changed


def _verify(options: argparse.Namespace) -> int:
    from casetrace.build.installed import differences
    from casetrace.build.verify import edited_files, verify

    where = project()
    others = differences(where)
    problems = [*others, *verify(where, options.jobs)]
    for problem in problems:
        print(problem)
    if problems:
        count = f"{len(problems)} problem{'s' * (len(problems) > 1)}"
        made_from = ("data/", "src/", "notebooks/", "requirements.lock")
        if others:
            advice = "install what is locked (make clean, then make) before anything else"
        elif any(path.startswith(made_from) for path in edited_files(where)):
            advice = "look at each: where the new result is right, make accept takes it"
        else:
            advice = (
                "data, notebooks and code are as committed, so what is stored beside them was "
                "changed: git restore brings it back, make gives it anew"
            )
        print(f"{count}; {advice}")
        return FAILED
    print("everything that is committed is what the data and the code give")
    return OK


def _accept(options: argparse.Namespace) -> int:
    from casetrace.build.accept import accept
    from casetrace.build.build import BuildError

    try:
        words = accept(project(), options.jobs)
    except BuildError as error:
        return _say(f"casetrace: {error}", FAILED)
    print("\n".join(words) or "nothing changed")
    return OK


def _say(words: str, code: int) -> int:
    """Say something on standard error; gives the code to end with."""
    print(words, file=sys.stderr)
    return code


def _misuse(words: str) -> NoReturn:
    """End because of how the command was called."""
    from casetrace.case.problems import UsageError

    raise UsageError(words)


def _cases_of(options: argparse.Namespace, every: bool = False) -> list[str]:
    """The cases named, or the default one, or every one."""
    known = project().cases()
    for case in options.cases:
        if case not in known:
            from casetrace.case.problems import nearest

            _misuse(f"there is no case {case!r} in data/; {nearest(case, known, 'case')}")
    return options.cases or (known if every else [DEFAULT_CASE])


def _some_or_all(options: argparse.Namespace) -> list[str]:
    """The cases named, or every one if that is asked for."""
    if options.all and options.cases:
        _misuse("--all takes every case there is: name cases, or give --all, not both")
    return _cases_of(options, every=options.all)


def _scenario_of(options: argparse.Namespace) -> str:
    """The scenario with the single readings that were switched, in a fixed order."""
    for pair in options.reading:
        if "=" not in pair:
            _misuse(f"--reading takes name=option, found {pair!r}")
    base = [] if options.reading and options.scenario == DEFAULT_SCENARIO else [options.scenario]
    return "+".join([*base, *sorted(options.reading)])


def _check(options: argparse.Namespace) -> int:
    """Validate cases: errors, then warnings, then what CARE still misses; and the notebooks."""
    from casetrace.case.load import check, load
    from casetrace.case.problems import CaseError
    from casetrace.curate.guide import guide, missing_of_care
    from casetrace.curate.notebook_privacy import in_notebooks
    from casetrace.curate.unseen import unseen
    from casetrace.narrative.story import check_stories
    from casetrace.questions.values import check_names, idle_readings

    failed = False
    for case in _cases_of(options, every=True):
        problems, warnings = check(case, project())
        missing = ""
        if not problems:
            try:
                opened = load(case)
                check_names(opened)
                check_stories(opened)
                warnings += [*guide(opened), *idle_readings(opened), *unseen(opened)]
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


def _figures(options: argparse.Namespace) -> int:
    """Draw figures alone, into the folder of the committed ones."""
    from casetrace.build.report import draw
    from casetrace.case.load import load

    where = project()
    case = load(options.case, where=where)
    for path in draw(case, where.figures / case.id, options.jobs, options.names):
        print(where.shown(path))
    return OK


def _new(options: argparse.Namespace) -> int:
    """Make the folder of a new case."""
    from casetrace.curate.new_case import create

    for path in create(options.case, project(), options.like):
        print(path)
    print(
        f"All of it is an example: replace it row by row, and ask\n"
        f"  casetrace check {options.case}    what is left to do\n"
        f"  casetrace build {options.case}    for figures and narrative\n"
        f"docs/your-own-case.md leads through it.",
        file=sys.stderr,
    )
    return OK


def _import(options: argparse.Namespace) -> int:
    """Make the folder of a new case from a file in another format."""
    from casetrace.exchange import import_case

    if options.each:
        return _import_each(options)
    files, unplaced = import_case(Path(options.file), options.case, project(), options.patient)
    for path in files:
        print(path)
    for one in unplaced[:MOST_SHOWN]:
        print(f"not placed: {one}")
    if len(unplaced) > MOST_SHOWN:
        rest = len(unplaced) - MOST_SHOWN
        print(f"not placed: and {rest} more; all are in data/{options.case}/not-placed.csv")
    count = f"{len(unplaced)} item{'s' * (len(unplaced) != 1)}" if unplaced else "nothing"
    words = f"{count} had no place; next: casetrace check {options.case}"
    return _say(words, OK)


def _import_each(options: argparse.Namespace) -> int:
    """Make a case of each patient of a folder, and say what became of each."""
    from casetrace.exchange.each import import_each

    if options.patient:
        return _say("--each makes a case of each patient: leave out --patient", MISUSE)
    where = project()
    made, account = import_each(Path(options.file), options.case, where)
    for one in made:
        whose = f"{one.file}, patient {one.patient}" if one.patient > 1 else one.file
        print(f"{one.case or 'none'}: {whose}{f': {one.failed}' if one.failed else ''}")
    cases = sum(bool(one.case) for one in made)
    items = sum(len(one.unplaced) for one in made)
    failed = len(made) - cases
    more = f", {failed} could not be made" if failed else ""
    words = f"{cases} cases{more}; {items} items had no place: {where.shown(account)}"
    return _say(words, FAILED if failed else OK)


def _export(options: argparse.Namespace) -> int:
    """Write a case in another format, and list what that has no place for."""
    from casetrace.case.load import load
    from casetrace.exchange.write import LOSSES, export_case

    where = project()
    case = load(options.case, _scenario_of(options), where=where)
    chosen = "" if case.is_default else f"-{case.scenario.replace('=', '-').replace('+', '-')}"
    folder = where.build / "export" / f"{case.id}{chosen}" / options.to
    paths, lost = export_case(case, options.to, Path(options.folder or folder))
    for path in paths:
        print(where.shown(path) if path.is_relative_to(where.root) else path)
    count = f"{len(lost)} cells do" if lost else "all cells"
    words = "not come back from it, named with the reason in" if lost else "come back from it; see"
    return _say(f"{count} {words} {LOSSES}", OK)


def _values(options: argparse.Namespace) -> int:
    """Print the headline values of a case."""
    from casetrace.case.load import load
    from casetrace.questions.values import as_records, headline

    case = load(options.case, _scenario_of(options))
    records = as_records(case, headline(case))
    if options.json:
        print(json.dumps(records, indent=1, ensure_ascii=False))
        return OK
    before = {} if case.is_default else headline(case.at_defaults)
    width, group = max(len(r["id"]) for r in records), ""
    for r in sorted(records, key=lambda r: r["id"].partition(".")[0]):
        first = r["id"].partition(".")[0]
        if group and first != group:
            print()
        group = first
        hangs = f"  [{', '.join(r['readings'])}]" if r["readings"] else ""
        old = before[r["id"]].text() if r["id"] in before else r["text"] if case.is_default else ""
        changed = f"  (default: {old or 'not there'})" if old != r["text"] else ""
        print(f"{r['id']:{width}}  {r['text']}{changed}{hangs}")
    return OK


def _cases(_: argparse.Namespace) -> int:
    """List the cases of the project."""
    from casetrace.case.load import open_head
    from casetrace.case.problems import CaseError

    names = project().cases()
    width = max(map(len, names), default=0)
    for name in names:
        try:
            head = open_head(name)
            said = f"{head.subject.noun}, {head.diagnosis.name}: {head.title}"
        except CaseError:
            said = f"its data do not hold; casetrace check {name} says why"
        print(f"{name:{width}}  {said}")
    return OK


def _site(options: argparse.Namespace) -> int:
    """Lay out reports, figures and an index as one folder."""
    from casetrace.build.site import lay_out

    where = project()
    index = lay_out(where, Path(options.folder) if options.folder else where.build / "site")
    print(index)
    return _say("to read: open it in a browser; the folder fits any static host", OK)


def _release(options: argparse.Namespace) -> int:
    """Write the archive of a release."""
    from casetrace.build.release import release

    where = project()
    print(where.shown(release(where, options.version)))
    return _say("to publish: deposit it where it gets a DOI, and enter that in CITATION.cff", OK)


def _table(options: argparse.Namespace) -> int:
    """Write the headline values of cases as one tidy table."""
    import pandas

    from casetrace.case.load import load
    from casetrace.case.problems import CaseError
    from casetrace.case.write import write_bytes
    from casetrace.questions.series.analysis import as_csv, as_parquet, tidy

    where, found, failed = project(), [], False
    for case in _some_or_all(options):
        try:
            found.append(tidy(load(case, where=where)))
        except CaseError as error:
            failed = True
            _say(f"{case} is left out: {error}", FAILED)
    if not found:
        return FAILED  # what was there before stays
    values = pandas.concat(found, ignore_index=True)
    made = {"values.csv": as_csv(values)}
    if options.parquet:
        made["values.parquet"] = as_parquet(values)
    for name, content in made.items():
        path = where.build / "tables" / name
        write_bytes(path, content)
        print(where.shown(path))
    return FAILED if failed else OK


def _docx(options: argparse.Namespace) -> int:
    """Write the narrative as a Word document."""
    from casetrace.case.load import load
    from casetrace.case.write import write_bytes
    from casetrace.document import docx
    from casetrace.narrative.language import audience

    where = project()
    case = load(options.case, _scenario_of(options), where=where)
    name = audience(case, options.audience).file.replace(".md", ".docx")
    path = where.build / "documents" / case.id / case.scenario / name
    write_bytes(path, docx(case, options.audience))
    print(where.shown(path))
    return OK


def _verify_source(options: argparse.Namespace) -> int:
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


def _scenarios(options: argparse.Namespace) -> int:
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


def _dictionary(_: argparse.Namespace) -> int:
    """Write the data dictionary."""
    from casetrace.case.write import write_bytes
    from casetrace.curate.dictionary import dictionary

    where = project()
    write_bytes(where.data / "README.md", dictionary().encode())
    print(where.shown(where.data / "README.md"))
    return OK


def _lab(options: argparse.Namespace) -> int:
    """Open JupyterLab to explore a case."""
    from casetrace.explore.lab import open_lab

    open_lab(project(), [word for word in options.options if word != "--"])
    return OK


def _parser() -> tuple[argparse.ArgumentParser, list[str]]:
    """Return what reads the command line, and the names of the commands."""
    names: list[str] = []
    parser = argparse.ArgumentParser(
        prog="casetrace",
        description="A published clinical case report as a reproducible analysis.",
    )
    known = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], words: str
    ) -> argparse.ArgumentParser:
        names.append(name)
        lines = "\n".join(f"  casetrace {line}" for line in EXAMPLES[name].splitlines())
        added = known.add_parser(
            name,
            help=words,
            description=words,
            epilog=f"for example:\n{lines}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
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

    def with_all(added: argparse.ArgumentParser) -> None:
        added.add_argument("--all", action="store_true", help="every case in data/")

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
    with_all(added)
    added.add_argument(
        "--no-page",
        dest="page",
        action="store_false",
        help="without the page, which takes longest",
    )
    added.add_argument("--explain", action="store_true", help="say what is run and why")
    with_scenario(added)
    with_jobs(added)
    where = added.add_mutually_exclusive_group()
    where.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="have a Dask cluster do it: tcp://host:port, or the scheduler's file",
    )
    where.add_argument(
        "--workers", type=int, metavar="N", help="the same with N Dask workers of this machine"
    )
    added.add_argument(
        "--to", metavar="URL", help="put a copy there as well: a folder, or a URL of fsspec"
    )
    added = command("figures", _figures, "Draw the figures of a case alone, or some of them.")
    added.add_argument("case", metavar="CASE")
    added.add_argument("names", nargs="*", metavar="FIGURE", help="such as course; or all")
    with_jobs(added)
    added = command("check", _check, "Validate case data; every problem at once.")
    added.add_argument("cases", nargs="*", metavar="CASE")
    added = command("new", _new, "Make the folder of a new case, with a worked row in each table.")
    added.add_argument("case", metavar="NAME", help="such as imataka-2014")
    words = "worked example: courses in weeks (default), an emergency in hours, or a rating scale"
    added.add_argument("--like", choices=("weeks", "hours", "score"), default="weeks", help=words)
    words = "Make the folder of a new case from a Phenopacket, a FHIR Bundle or a CSV of visits."
    added = command("import", _import, words)
    added.add_argument("file", metavar="FILE")
    added.add_argument("case", metavar="NAME", help="of the new case, such as imataka-2014")
    added.add_argument(
        "--patient", type=int, metavar="N", help="of several in a file, the one that comes Nth"
    )
    words = "of each patient of the file, or of the files in the folder: NAME-1, NAME-2 and so on"
    added.add_argument("--each", action="store_true", help=f"make a case {words}")
    words = "Write a case as a Phenopacket, FHIR Bundle, data package or research object crate."
    added = command("export", _export, words)
    added.add_argument("case", metavar="CASE")
    added.add_argument("--to", required=True, choices=FORMATS, help="the format")
    words = "where it goes (default: build/export/CASE/FORMAT)"
    added.add_argument("--folder", metavar="FOLDER", help=words)
    with_scenario(added)
    added = command("values", _values, "Print every headline value of a case.")
    added.add_argument("case", metavar="CASE")
    added.add_argument("--json", action="store_true", help="with bounds, sources and derivation")
    with_scenario(added)
    added = command("table", _table, "Write headline values of cases as one tidy table.")
    added.add_argument("cases", nargs="*", metavar="CASE")
    added.add_argument("--parquet", action="store_true", help="as Parquet too (needs pyarrow)")
    with_all(added)
    added = command("docx", _docx, "Write the narrative as a Word document (needs pandoc).")
    added.add_argument("case", metavar="CASE")
    added.add_argument(
        "--audience",
        default="clinician",
        help="whom to tell it to: clinician, or as its story is named (story.parent.md: parent)",
    )
    with_scenario(added)
    added = command(
        "verify-source",
        _verify_source,
        "Find the words of every row in your copy of the article.",
    )
    added.add_argument("case", metavar="CASE")
    added.add_argument("article", metavar="ARTICLE.txt")
    added = command("verify", _verify, "Build afresh and compare with everything committed.")
    with_jobs(added)
    added = command("accept", _accept, "Store the present results and say what changed.")
    with_jobs(added)
    command("cases", _cases, "List the cases in data/.")
    words = "Lay out reports, figures and an index of all cases as one folder, to publish."
    added = command("site", _site, words)
    added.add_argument("folder", nargs="?", default="", help="build/site if not given")
    words = "Write the archive of a release: data, reports, figures, exports, crate and checksums."
    added = command("release", _release, words)
    added.add_argument("version", metavar="VERSION", help="as pyproject.toml names it")
    added = command("scenarios", _scenarios, "List scenarios, readings and their options.")
    added.add_argument("case", metavar="CASE")
    command("dictionary", _dictionary, "Write data/README.md from the data models.")
    words = "Open JupyterLab on copies of the notebooks, in lab/."
    added = command("lab", _lab, words)
    added.add_argument("options", nargs=argparse.REMAINDER, help="of jupyter lab, after --")
    parser.add_argument("--version", action="version", version=f"casetrace {version('casetrace')}")
    return parser, names


def _stop(*_: Any) -> NoReturn:
    """End as after Ctrl-C."""
    raise KeyboardInterrupt


def run() -> NoReturn:
    """Run the command line as a program: once stopped, it waits for no thread.

    Packages that PYTHONPATH puts ahead of those of the environment are left out.
    """
    if os.environ.get("PYTHONPATH"):
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        program = [sys.executable, "-P", "-m", "casetrace.cli", *sys.argv[1:]]
        sys.stdout.flush()
        os.execve(sys.executable, program, env)
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)
    status = main()
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    sys.stderr.flush()
    if status == STOPPED:
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    run()
