"""Commands for a person: run a study, check it, look at the site, log what was decided."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from helpers import paths
from helpers.cli.group import command, optional_study, study_argument
from helpers.cli.saying import asked, said, said_of
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline import lock
from helpers.pipeline.progress import step
from helpers.pipeline.terminal import say

if TYPE_CHECKING:
    from helpers.cli.running import Brought


@command
@click.argument("data", metavar="FILE...", nargs=-1, required=True)
@click.option("--name", help="Name of the study; that of the file when left out.")
@click.option("--table", help="Table of a DuckDB or SQLite file, sheet of a workbook; the only one when left out.")
@click.option(
    "--database",
    metavar="FILE",
    help="What a query (FILE.sql) is asked of: DuckDB, SQLite, or ${VARIABLE} of PostgreSQL; else files beside it.",
)
@said
@click.option(
    "--yes",
    is_flag=True,
    help="Ask nothing; a guess says how sure it is, and what nothing tells is an error that names its option.",
)
@click.option("--force", is_flag=True, help="Overwrite a study of that name.")
def new_study(
    data: tuple[str, ...],
    name: str | None,
    table: str | None,
    database: str | None,
    yes: bool,
    force: bool,
    **told: Any,
) -> None:
    """Look at FILE (CSV, JSON, Parquet, a workbook, a folder or glob of them, DuckDB, SQLite, a query as .sql) and propose a study file.

    Several files are joined by the unit: a table of who was assigned, tables of what they did (orders, sessions), one of
    what they are like. Whatever an option says is taken as said; the rest is guessed.
    """
    from helpers.ingest import new_study as proposing

    base, ask = paths.workplace(), None if yes else asked()
    with lock.held(base), step("new study", "looking at the data"):
        stated = said_of(told)
        if len(data) > 1:
            proposed = proposing.propose_tables(
                data, name=name, table=table, said=stated, ask=ask, force=force, base=base
            )
        else:
            proposed = proposing.propose(
                data[0], name=name, table=table, database=database, said=stated, ask=ask, force=force, base=base
            )
    say(proposed.said)


@command
@study_argument
@click.option("--full", is_flag=True, help="Look at all rows; of a large file else its head, middle and end.")
def check(study_file: str, full: bool) -> None:
    """Validate STUDY, read its data, say what would be analysed and what a run would refuse; build nothing."""
    from helpers.warehouse import preview

    said, refused = preview.of(study_file, full=full)
    say(said)
    if refused:
        raise refused


@command
@study_argument
def register(study_file: str) -> None:
    """Write down the rule of STUDY as it is now, with the time and whether its outcome was read already."""
    from datetime import UTC, datetime

    from helpers import config
    from helpers.experiment.decision import registration

    study, where = config.opened(study_file)
    with lock.held(where.base):
        entry = registration.register(study, where, datetime.now(UTC))
    say(f"{paths.shown(where.registered)}: {entry.digest[:12]}")
    say(registration.standing(study, where))


def building(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of the commands that build."""
    options = (
        click.option(
            "--jobs", "-j", type=click.IntRange(1, 16, clamp=True), help="Steps at the same time; as many as cores."
        ),
        click.option("--explain", is_flag=True, help="Say of each step whether it is up to date and why; run nothing."),
        click.option("--refresh", is_flag=True, help="Run every step, also those that are up to date."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@command
@study_argument
@building
@click.option(
    "--quick", is_flag=True, help="Leave out what a finished test can do without: re-randomisation, monitoring."
)
def run(study_file: str, jobs: int | None, explain: bool, refresh: bool, quick: bool) -> None:
    """Build the report of STUDY: every step that is out of date, from the log to the site."""
    from helpers.cli import running

    if explain:
        say("\n".join(running.explain_run(study_file, quick=quick)))
        return
    with _told(jobs) as (several, tell):
        tell(running.run(study_file, several, refresh=refresh, quick=quick))


@command
@click.argument("goals", metavar="[GOAL]...", nargs=-1)
@building
def build(goals: tuple[str, ...], jobs: int | None, explain: bool, refresh: bool) -> None:
    """Build GOALs of the project: all, site, or files such as reports/index.html; all when none is named."""
    from helpers.cli import running

    if explain:
        say("\n".join(running.explain_build(goals or ("all",))))
        return
    with _told(jobs) as (several, tell):
        tell(running.build(goals or ("all",), several, refresh=refresh))


@contextmanager
def _told(jobs: int | None) -> Iterator[tuple[int, Callable[["Brought"], None]]]:
    """How many steps at a time, and how a build tells its end; a step that stopped it ends the process as it ended."""
    from helpers.cli.running import PARTIAL, Stopped

    def tell(brought: "Brought") -> None:
        if not brought.steps and not brought.missing:
            say("  nothing is out of date", err=True)
        for fault in brought.missing:
            if not fault.after:
                say(f"\nerror: {fault.said}\n", err=True)
        for summary in brought.summaries:
            say(summary.read_text(encoding="utf-8"), nl=False)
        if brought.missing:
            names = ", ".join(fault.part for fault in brought.missing)
            say(f"  missing: {names}; the next run tries again", err=True)
            sys.exit(PARTIAL)

    try:
        yield jobs or min(2, len(os.sched_getaffinity(0))), tell
    except Stopped as stopped:
        say(f"\n{stopped.said}\n", err=True)
        sys.exit(stopped.code)


@command
@click.option("--port", default=8000, show_default=True, help="0 takes a free one.")
def serve(port: int) -> None:
    """Show the site on http://127.0.0.1, to this machine only, until stopped with Ctrl-C."""
    from helpers.cli.serving import LOOPBACK, server

    with server(paths.workplace() / "reports", port) as serving:
        say(f"http://{LOOPBACK}:{serving.server_port} (Ctrl-C stops it)", err=True)
        serving.serve_forever()


@command
@click.argument("file", required=False)
def golden(file: str | None) -> None:
    """Recompute the reference figures in FILE and say, section by section, how far off they are."""
    from helpers.validation import golden as reference_check

    report = reference_check.check(file)
    say(report.text)
    sys.exit(0 if report.passed else 1)


@command
@optional_study
@click.option("--decision", help="GO, ITERATE, KILL or INVALID.")
@click.option("--by", metavar="ROLE", help="Who decided: product, data science, engineering, ...; a role, not a name.")
@click.option("--reason", default="", help="Why.")
@click.option(
    "--override", is_flag=True, help="Decide against the rule; --dissent, --monitoring and a trigger are needed."
)
@click.option(
    "--action",
    default="",
    help="What is done, for instance: full launch, watched for four weeks; nothing is said of it when left out.",
)
@click.option("--rationale", default="", help="What the business weighs that the data do not.")
@click.option("--dissent", default="", help="Who would have decided otherwise, and why.")
@click.option("--monitoring", default="", help="How often the watched metrics are looked at, against what.")
@click.option("--rollback-trigger", default="", help="What ends it; that of the study's monitoring when left out.")
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the decision; today when left out.")
@click.option("--check", is_flag=True, help="Add nothing; fail when an entry was touched or the results changed since.")
def decide(study_file: str | None, decision: str | None, by: str | None, on: Any, check: bool, **told: Any) -> None:
    """Append a decision on STUDY to docs/decisions, bound to the results it stands on.

    With --check and no STUDY every log is checked. A decision against the rule is an override: the study says which
    roles may take one (decision.may_override), and it must say why, who objected, what is watched and what rolls it back.
    From make, options go into ARGS:

    make log-decision STUDY=studies/cart_checkout.yml ARGS='--decision GO --by product --reason "..."'
    """
    from datetime import UTC, datetime

    from helpers import config
    from helpers.cli.goals import refuse_outdated
    from helpers.experiment.decision import log
    from helpers.pipeline.built import Built

    def current(where: StudyPaths) -> None:
        refuse_outdated(where, Built(where.base))

    if check:
        say("\n".join(log.checked([config.opened(study_file)[1]] if study_file else None, current)))
        return
    if not (study_file and decision and by):
        raise ReportError("a decision needs a study, --decision and --by", remedy="see: python -m helpers decide -h")
    study, where = config.opened(study_file)
    day = (on or datetime.now(UTC)).date()
    with lock.held(where.base):
        entry = log.append(study, where, log.Choice(decision=decision, by=by, on=day, **told), current)
    say(
        f"{paths.shown(where.decisions)}: entry {entry.number}, {decision} by {by}; the next run shows it in the report"
    )
