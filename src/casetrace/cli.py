"""The command line: one function for each command."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import NoReturn

import casetrace.runner  # noqa: F401  before jsonschema
from casetrace import commands
from casetrace.case.project import DEFAULT_SCENARIO, Project, project
from casetrace.commands import FAILED, MISUSE, OK, STOPPED, misuse, say, scenario_of, some_or_all
from casetrace.runner.job import Job

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns 0, 1 if something failed, or 2 for misuse."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has what it wanted
        return OK
    except KeyboardInterrupt:
        return say("casetrace: stopped; what was there before is untouched", STOPPED)
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> int:
    """Say what is wrong with data, request or disk; anything else is a fault of ours."""
    from casetrace.case.problems import CaseError, UsageError

    if isinstance(error, CaseError):
        return say(str(error), FAILED)
    if isinstance(error, UsageError | FileNotFoundError):
        return say(f"casetrace: {error}", MISUSE)
    if isinstance(error, OSError):
        name = f" {error.filename}" if error.filename else ""
        kept = "what was there before is untouched"
        return say(f"casetrace: cannot write{name}: {error.strerror}; {kept}", FAILED)
    raise error


def _build(options: argparse.Namespace) -> int:
    from casetrace.runner.stale import due, shared

    where, scenario = project(), scenario_of(options)
    jobs = [Job(case, scenario) for case in some_or_all(options)]
    for name, number in (("-j", options.jobs), ("--workers", options.workers)):
        if number is not None and number < 1:
            misuse(f"{name} takes a number of 1 or more, found {number}")
    delivery = None
    if options.to:
        from casetrace.runner.deliver import Delivery

        delivery = Delivery(where, options.to)
    stale = [job for job in jobs if due(where, job, shared(where, job))]
    for job in jobs:
        if job not in stale:
            say(f"{job.key}: nothing changed, nothing to do", OK)
            if delivery:
                delivery(job)
    failed, changed = _built(where, stale, options, delivery) if stale else ("", ())
    for path in changed:
        print(path)
    errors = delivery.errors if delivery else []
    for error in errors:
        say(f"casetrace: not delivered to {options.to}: {error}", FAILED)
    if failed:
        say(f"casetrace: {failed}", FAILED)
    return FAILED if failed or errors else OK


def _built(
    where: Project,
    jobs: list[Job],
    options: argparse.Namespace,
    then: Callable[[Job], None] | None,
) -> tuple[str, Sequence[str]]:
    """Build jobs, here or on a cluster; gives what failed, and the files that changed."""
    with contextlib.ExitStack() as stack:
        if options.scheduler or options.workers:
            from casetrace.runner.cluster import cluster

            asked = cluster(options.scheduler, options.workers)
            perform, ahead = stack.enter_context(asked)
        else:
            from casetrace.runner.environment import environment

            stack.enter_context(environment())  # the warm process imports while this one does
            from casetrace.runner.task import perform

            ahead = options.jobs
        from casetrace.runner.build import BuildError, build

        try:
            return "", build(where, jobs, ahead, options.explain, perform, then)
        except BuildError as error:
            return str(error), error.changed


def _verify(options: argparse.Namespace) -> int:
    from casetrace.verify import verify

    problems = verify(project(), options.jobs)
    for problem in problems:
        print(problem)
    if problems:
        count = f"{len(problems)} problem{'s' * (len(problems) > 1)}"
        print(f"{count}; if the new results are right, run: make accept")
        return FAILED
    print("everything that is committed is what the data and the code give")
    return OK


def _accept(options: argparse.Namespace) -> int:
    from casetrace.accept import accept
    from casetrace.runner.build import BuildError

    try:
        words = accept(project(), options.jobs)
    except BuildError as error:
        return say(f"casetrace: {error}", FAILED)
    print("\n".join(words) or "nothing changed")
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="casetrace",
        description="A published clinical case report as a reproducible analysis.",
    )
    known = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], words: str
    ) -> argparse.ArgumentParser:
        added = known.add_parser(name, help=words, description=words)
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
    added = command("check", commands.check, "Validate case data; every problem at once.")
    added.add_argument("cases", nargs="*", metavar="CASE")
    added = command(
        "new", commands.new, "Make the folder of a new case, with a worked row in each table."
    )
    added.add_argument("case", metavar="NAME", help="such as imataka-2014")
    words = "Make the folder of a new case from a Phenopacket, a FHIR Bundle or a CSV of visits."
    added = command("import", commands.import_, words)
    added.add_argument("file", metavar="FILE")
    added.add_argument("case", metavar="NAME", help="of the new case, such as imataka-2014")
    added = command("values", commands.values, "Print every headline value of a case.")
    added.add_argument("case", metavar="CASE")
    added.add_argument("--json", action="store_true", help="with bounds, sources and derivation")
    with_scenario(added)
    added = command("table", commands.table, "Write headline values of cases as one tidy table.")
    added.add_argument("cases", nargs="*", metavar="CASE")
    added.add_argument("--parquet", action="store_true", help="as Parquet too (needs pyarrow)")
    with_all(added)
    added = command("docx", commands.docx, "Write the narrative as a Word document (needs pandoc).")
    added.add_argument("case", metavar="CASE")
    added.add_argument(
        "--audience",
        default="summary",
        help="whom to tell it to: summary (a clinician), parent, ja",
    )
    with_scenario(added)
    added = command(
        "verify-source",
        commands.verify_source,
        "Find the words of every row in your copy of the article.",
    )
    added.add_argument("case", metavar="CASE")
    added.add_argument("article", metavar="ARTICLE.txt")
    added = command("verify", _verify, "Build afresh and compare with everything committed.")
    with_jobs(added)
    added = command("accept", _accept, "Store the present results and say what changed.")
    with_jobs(added)
    added = command("scenarios", commands.scenarios, "List scenarios, readings and their options.")
    added.add_argument("case", metavar="CASE")
    command("dictionary", commands.dictionary, "Write data/README.md from the data models.")
    words = "Open JupyterLab on copies of the notebooks, in lab/."
    added = command("lab", commands.lab, words)
    added.add_argument("options", nargs=argparse.REMAINDER, help="of jupyter lab, after --")
    parser.add_argument("--version", action="version", version=f"casetrace {version('casetrace')}")
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
