"""``python -m helpers``: the steps the Makefile runs, each whole or not at all.

Exit codes: 0 done, 2 a wrong input (told in one message), 1 anything else.
"""

import errno
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from helpers import paths
from helpers import study as studies
from helpers.errors import ReportError
from helpers.results import write_text
from helpers.scratch import scratch

FILE_ERRORS = {
    errno.ENOSPC: "the disk is full",
    errno.EROFS: "the folder is read-only",
    errno.EACCES: "the folder may not be written",
    errno.ENOTDIR: "a file stands where a folder is needed",
    errno.EDQUOT: "the disk quota is used up",
}


@contextmanager
def step(study: str, what: str) -> Iterator[None]:
    """One line a step on standard error, with its time when it is done."""
    began = time.perf_counter()
    yield
    click.echo(f"  {study:<18} {what:<22} {time.perf_counter() - began:6.1f} s", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """From an event log to a rollout recommendation."""


def command(function: Callable[..., Any]) -> click.Command:
    """A subcommand whose wrong inputs end in one message and exit code 2."""

    @wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except ReportError as error:
            click.echo(f"\nerror: {error}\n", err=True)
            sys.exit(2)
        except OSError as error:
            if error.errno not in FILE_ERRORS:
                raise
            named = Path(error.filename) if error.filename else paths.ROOT
            message = ReportError(
                f"cannot write: {FILE_ERRORS[error.errno]}",
                got=paths.shown(named),
                remedy="make room or allow writing; what was there before is untouched",
            )
            click.echo(f"\nerror: {message}\n", err=True)
            sys.exit(2)

    return main.command(function.__name__.strip("_").replace("_", "-"))(guarded)


study_argument = click.argument("study_file", metavar="STUDY")


@command
@click.argument("data", metavar="FILE")
@click.option("--name", help="Name of the study; that of the file when left out.")
@click.option("--table", help="Table of a DuckDB file; the only one when left out.")
@click.option("--variant", metavar="COLUMN", help="The column that holds the variant, where its name does not say so.")
@click.option("--force", is_flag=True, help="Overwrite a study of that name.")
def new_study(data: str, name: str | None, table: str | None, variant: str | None, force: bool) -> None:
    """Look at FILE (CSV, Parquet, a folder or glob of them, DuckDB) and propose a study file."""
    from helpers import new_study as proposing

    click.echo(proposing.propose(data, name=name, table=table, variant=variant, force=force).said)


@command
@study_argument
def log(study_file: str) -> None:
    """Simulate the log of STUDY, or bring in its own, as Parquet."""
    from helpers import landing

    study, where = studies.opened(study_file)
    with step(study.name, "log"):
        if not study.simulated:
            landing.land_whole(study, where)
            return
        from helpers.simulate import simulate

        with scratch(where.data, "raw") as aside:
            aside.mkdir()
            simulate(study, aside)
            landing.finish(aside, where.raw)


@command
@study_argument
def marts_(study_file: str) -> None:
    """Build the marts of STUDY with dbt."""
    from helpers import marts

    study, where = studies.opened(study_file)
    with step(study.name, "warehouse"):
        marts.build(study, where)


@command
@study_argument
def resalt(study_file: str) -> None:
    """Split the exposed units of STUDY under many salts, for the A/A test."""
    from helpers import experiment, warehouse

    study, where = studies.opened(study_file)
    with (
        step(study.name, "A/A assignments"),
        warehouse.connect(where.database) as con,
        scratch(where.data, "resalted") as aside,
    ):
        experiment.resalt(con, study).to_parquet(aside)
        aside.replace(where.resalted)


@command
@study_argument
@click.argument("name")
@click.option("-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE", help="Overrides a parameter; JSON.")
def notebook(study_file: str, name: str, given: tuple[str, ...]) -> None:
    """Run the notebook NAME on STUDY."""
    from helpers import run

    study, where = studies.opened(study_file)
    source = paths.NOTEBOOKS / f"{name}.ipynb"
    if not source.is_file():
        known = ", ".join(sorted(p.stem for p in paths.NOTEBOOKS.glob("*.ipynb")))
        raise ReportError(f"there is no notebook {name!r}", expected=f"one of {known}")
    parameters: dict[str, Any] = {"study_file": study_file}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ReportError(f"the parameter {pair!r} has no value", expected="NAME=VALUE")
        try:
            parameters[key] = json.loads(value)
        except json.JSONDecodeError:
            parameters[key] = value
    with step(study.name, name):
        run.execute(source, where, parameters)


@command
@study_argument
def report(study_file: str) -> None:
    """Export the figures of STUDY and gather its numbers."""
    from helpers.figures.export import export
    from helpers.results import Numbers
    from helpers.summary import summary

    study, where = studies.opened(study_file)
    with step(study.name, "figures and numbers"):
        exported = export(where)
        if exported.note:
            click.echo(f"  {study.name:<18} {exported.note}", err=True)
        numbers = Numbers.of(where)
        write_text(where.reports / "summary.txt", summary(study, where, numbers))
        numbers.save(where.reports / "results.json", study.name)
        (where.reports / "results.json").touch()


@command
@click.argument("study_file", metavar="[STUDY]", required=False)
def site(study_file: str | None) -> None:
    """Render the site in reports/ over every report that is whole, in the project or in the folder STUDY belongs to."""
    from helpers import site as pages
    from helpers.reports import reports

    base = studies.opened(study_file)[1].base if study_file else paths.ROOT
    with step("site", "pages"):
        pages.render(reports(base), base)


@command
@click.option("--check", is_flag=True, help="Write nothing; fail when a text differs from the results.")
def docs(check: bool) -> None:
    """Fill docs/*.md from the results of the bundled studies."""
    from helpers import writeup

    with step("docs", "write-up"):
        writeup.fill(check=check)


@command
@click.argument("study_files", metavar="[STUDY]...", nargs=-1)
def simulator_(study_files: tuple[str, ...]) -> None:
    """Write reports/simulator.html with the STUDYs, or the bundled ones, as presets."""
    from helpers.simulator import page, presets
    from helpers.writeup import BUNDLED

    with step("simulator", "page"):
        asked = study_files or [f"studies/{name}.yml" for name in BUNDLED]
        written = page.write(map(presets.read, asked), paths.ROOT / "reports" / "simulator.html")
    click.echo(f"Open {paths.shown(written)}")


@command
def schema() -> None:
    """Write the JSON Schema of study files, for editors."""
    write_text(paths.STUDIES / "study.schema.json", studies.json_schema())


@command
def diagrams() -> None:
    """Draw the diagrams of every built study as one page, reports/diagrams.html."""
    from helpers.diagrams import page

    with step("diagrams", "page"):
        drawn = page.write()
    click.echo(f"Open {paths.shown(drawn)}")


@command
@study_argument
def dbt_docs(study_file: str) -> None:
    """Write the warehouse's documentation with lineage as one page."""
    from helpers import marts

    study, where = studies.opened(study_file)
    with step(study.name, "dbt docs"):
        page = marts.document(study, where)
    click.echo(f"Open {paths.shown(page)}")


@command
@click.argument("file", required=False)
def golden(file: str | None) -> None:
    """Recompute the reference figures in FILE and say, section by section, how far off they are."""
    from helpers import golden as reference_check

    report = reference_check.check(file)
    click.echo(report.text)
    sys.exit(0 if report.passed else 1)


@command
@click.option("--scale", default=1.0, show_default=True, help="Times the stated number of runs.")
@click.option("--topic", "topics", multiple=True, help="Some of the topics; the page stays as it is.")
def calibration(scale: float, topics: tuple[str, ...]) -> None:
    """Count error rates, coverage and power of every method; write docs/calibration.json."""
    from tqdm import tqdm

    from helpers.calibration import TOPICS, cases, record

    unknown = sorted(set(topics) - set(TOPICS))
    if unknown:
        raise ReportError("no such topic", got=", ".join(unknown), expected=", ".join(TOPICS))
    chosen = topics or TOPICS
    with tqdm(total=len(cases(chosen)), desc="  calibration", unit="case") as bar:
        lines = record.run_all(chosen, scale=scale, jobs=len(os.sched_getaffinity(0)), done=lambda line: bar.update())
    click.echo(record.text(lines))
    if not topics and scale >= 1:
        record.save(lines)
    sys.exit(0 if all(line.kept for line in lines) else 1)


@command
@click.argument("study_file", metavar="[STUDY]", required=False)
@click.option("--decision", help="GO, ITERATE, KILL or INVALID.")
@click.option("--by", metavar="ROLE", help="Who decided: product, data science, engineering, ...; a role, not a name.")
@click.option("--reason", default="", help="Why; an override without one is refused.")
@click.option("--override", is_flag=True, help="The decision differs from what the report recommends.")
@click.option("--action", default="", help="What is done, for instance: full launch, watched for four weeks.")
@click.option("--rationale", default="", help="What the business weighs that the data do not.")
@click.option("--dissent", default="", help="Who would have decided otherwise, and why.")
@click.option("--monitoring", default="", help="What is watched, how often, against what.")
@click.option("--rollback-trigger", default="", help="What ends it.")
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the decision; today when left out.")
@click.option(
    "--check", is_flag=True, help="Add nothing; fail when an entry was touched or results.json changed since."
)
def log_decision(
    study_file: str | None, decision: str | None, by: str | None, on: Any, check: bool, **told: Any
) -> None:
    """Append a decision on STUDY to docs/decisions, with the hash of the results it stands on.

    With --check and no STUDY every log is checked. From make, options go into ARGS:

    make log-decision STUDY=studies/cart_checkout.yml ARGS='--decision GO --by product --reason "..." --override'
    """
    from datetime import UTC, datetime

    from helpers import decision_log

    if check:
        click.echo("\n".join(decision_log.checked([studies.opened(study_file)[1]] if study_file else None)))
        return
    if not (study_file and decision and by):
        raise ReportError(
            "a decision needs a study, --decision and --by", remedy="see: python -m helpers log-decision -h"
        )
    _, where = studies.opened(study_file)
    day = (on or datetime.now(UTC)).date()
    entry = decision_log.append(where, decision_log.Choice(decision=decision, by=by, on=day, **told))
    click.echo(f"{paths.shown(decision_log.file_of(where))}: entry {entry.number}, {decision} by {by}")


if __name__ == "__main__":
    main(prog_name="python -m helpers")
