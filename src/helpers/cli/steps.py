"""The steps the Makefile runs, each whole or not at all."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from helpers import paths
from helpers.cli.group import command, optional_study, study_argument
from helpers.errors import ReportError
from helpers.pipeline import lock
from helpers.pipeline.files import private, refuse_full_disk, scratch, write_text
from helpers.pipeline.progress import Running, step
from helpers.pipeline.terminal import plain, say

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.paths import StudyPaths


def opened(file: str) -> "tuple[Study, StudyPaths]":
    """A study file, and where everything it generates stands; the packages that validate it are imported here."""
    from helpers import config

    return config.opened(file)


@contextmanager
def writing(base: Path, subject: str, what: str) -> Iterator[Running]:
    """A step in the tree ``base``, begun when nobody else writes there: a run that is under way holds the tree already."""
    with lock.held(base), step(subject, what) as running:
        try:
            yield running
        except Exception as error:  # the engine, a notebook and Sphinx each have an error of their own for it
            refuse_full_disk(str(error), base / "data")
            raise


@command
@study_argument
def log(study_file: str) -> None:
    """Simulate the log of STUDY, or bring in its own, as Parquet."""
    from helpers import ingest

    study, where = opened(study_file)
    with writing(where.base, study.name, "log"):
        if not study.simulated:
            try:
                ingest.land_whole(study, where)
            except ReportError as error:
                raise _all_refused(study, where) or error from None
            return
        from helpers.simulate import simulate

        with scratch(where.data, "raw") as aside:
            private(aside)
            simulate(study, aside)
            ingest.finish(aside, where.raw)


def _all_refused(study: "Study", where: "StudyPaths") -> ReportError | None:
    """What else a run would refuse of a log that could not be brought in: a build, which tells it, is not reached."""
    from helpers.config import tracking_plan
    from helpers.warehouse import examine

    if study.is_unit_table:  # all is told when it is landed
        return None
    return examine.refused(study, where, tracking_plan.tracking_plan(study, where.file.parent))


@command
@study_argument
def marts_(study_file: str) -> None:
    """Build the marts of STUDY with dbt."""
    from helpers.experiment import statistics_table
    from helpers.warehouse.build import build

    study, where = opened(study_file)
    with writing(where.base, study.name, "warehouse"):
        build(study, where, statistics_table.load)


@command
@study_argument
@click.option("--quick", is_flag=True, help="Write down that it is left out.")
def rerandomise(study_file: str, quick: bool) -> None:
    """Split the exposed units of STUDY under many salts, for the A/A test."""
    from helpers.experiment import rerandomisation
    from helpers.warehouse import query

    study, where = opened(study_file)
    with (
        writing(where.base, study.name, "A/A assignments"),
        query.connect(where.database) as con,
        scratch(where.data, "rerandomised") as aside,
    ):
        made = rerandomisation.none_made() if quick else rerandomisation.rerandomise(con, study)
        made.to_parquet(aside)
        aside.replace(where.rerandomised)


@command
@click.argument("programme_file", metavar="PROGRAMME")
def year(programme_file: str) -> None:
    """Simulate the year of PROGRAMME, a file such as programmes/shop_year.yml."""
    from helpers import ingest
    from helpers.config import programme
    from helpers.simulate.year import simulate_year

    asked, where = programme.opened(programme_file)
    with writing(where.base, asked.name, "year"), scratch(where.data, "raw") as aside:
        private(aside)
        simulate_year(asked.data, aside)
        ingest.finish(aside, where.raw)


@command
@study_argument
@click.argument("name")
@click.option("-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE", help="Overrides a parameter; JSON.")
def notebook(study_file: str, name: str, given: tuple[str, ...]) -> None:
    """Run the notebook NAME on STUDY, or on a programme."""
    from helpers.cli.goals import place
    from helpers.pipeline import notebooks

    where = place(study_file)
    source = paths.NOTEBOOKS / f"{name}.ipynb"
    if not source.is_file():
        known = ", ".join(sorted(p.stem for p in paths.NOTEBOOKS.glob("*.ipynb")))
        raise ReportError(f"there is no notebook {name!r}", expected=f"one of {known}")
    told = "programme_file" if name in paths.books(programme=True) else "study_file"
    parameters: dict[str, Any] = {told: study_file}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ReportError(f"the parameter {pair!r} has no value", expected="NAME=VALUE")
        try:
            parameters[key] = json.loads(value)
        except json.JSONDecodeError:
            parameters[key] = value
    with writing(where.base, where.name, name):
        notebooks.execute(source, where, parameters)


@command
@study_argument
def report(study_file: str) -> None:
    """Export the figures of STUDY, or of a programme, and gather its numbers."""
    from helpers.cli.goals import place
    from helpers.pipeline.parts import remove_others
    from helpers.record import Numbers
    from helpers.report.figures.export import export
    from helpers.site import flat_files
    from helpers.site.summary import of_programme, summary

    where = place(study_file)
    with writing(where.base, where.name, "figures and numbers"):
        remove_others(where)
        exported = export(where)
        if exported.note:
            say(f"  {where.name:<18} {exported.note}", err=True)
        numbers = Numbers.of(where)
        if where.is_programme:
            from helpers.config import programme

            found = programme.load(study_file)
            text, currency = of_programme(found, where, numbers), found.currency
            flat_files.write(where.reports, numbers, currency)
        else:
            from helpers import config

            study = config.load(study_file)
            text, currency = summary(study, where, numbers), study.economics.currency
            flat_files.write(where.reports, numbers, currency, None if study.is_descriptive else study)
        write_text(where.reports / "summary.txt", plain(text))
        numbers.save(where.reports / "results.json", where.name, currency)
        (where.reports / "results.json").touch()


@command
@optional_study
def site(study_file: str | None) -> None:
    """Render the site in reports/ over every report that is whole, in the project or in the folder STUDY belongs to."""
    from helpers.cli.goals import place
    from helpers.site.catalogue import programmes, reports
    from helpers.site.render import render

    where = place(study_file) if study_file else None
    base, asked = (where.base, where.name) if where else (paths.ROOT, None)
    with writing(base, "site", "pages"):
        render(reports(base, asked), base, programmes(base, asked), asked)


@command
@click.option("--check", is_flag=True, help="Write nothing; fail when a text differs from the results.")
def docs(check: bool) -> None:
    """Fill docs/*.md from the results of the bundled config."""
    from helpers.site.docs import fill

    with step("docs", "write-up") if check else writing(paths.ROOT, "docs", "write-up"):
        fill(check=check)


@command
def own_data() -> None:
    """Run the worked example of docs/own-data.md and record what its commands say."""
    from helpers.site import worked_example

    with writing(paths.ROOT, "own-data", "worked example"):
        say(f"Recorded in {paths.shown(worked_example.save())}")


@command
@click.argument("study_files", metavar="[STUDY]...", nargs=-1)
def simulator_(study_files: tuple[str, ...]) -> None:
    """Write reports/simulator.html with the STUDYs, or the bundled ones, as presets."""
    from helpers.experiment.whatif import presets
    from helpers.site import whatif_page
    from helpers.site.docs import BUNDLED

    base = paths.workplace()
    with writing(base, "simulator", "page"):
        asked = study_files or [str(paths.STUDIES / f"{name}.yml") for name in BUNDLED]
        written = whatif_page.write(map(presets.read, asked), base / "reports" / "simulator.html")
    say(f"Open {paths.shown(written)}")


@command
def schema() -> None:
    """Write the JSON Schema of study files, for editors."""
    from helpers import config

    with lock.held():
        write_text(paths.STUDIES / "study.schema.json", config.json_schema())


@command
def diagrams() -> None:
    """Draw the diagrams of every built study as one page, reports/diagrams.html."""
    from helpers.site.diagrams import page

    with writing(paths.ROOT, "diagrams", "page"):
        drawn = page.write()
    say(f"Open {paths.shown(drawn)}")


@command
@study_argument
def dbt_docs(study_file: str) -> None:
    """Write the warehouse's documentation with lineage as one page."""
    from helpers.site.dbt_docs import document

    study, where = opened(study_file)
    with writing(where.base, study.name, "dbt docs"):
        page = document(study, where)
    say(f"Open {paths.shown(page)}")


@command
@click.option("--scale", default=1.0, show_default=True, help="Times the stated number of runs.")
@click.option("--topic", "topics", multiple=True, help="Some of the topics; the page stays as it is.")
def calibration(scale: float, topics: tuple[str, ...]) -> None:
    """Count error rates, coverage and power of every method; write docs/calibration.json."""
    from helpers.validation import TOPICS, cases, record

    unknown = sorted(set(topics) - set(TOPICS))
    if unknown:
        raise ReportError("no such topic", got=", ".join(unknown), expected=", ".join(TOPICS))
    chosen = topics or TOPICS
    with step("calibration", "cases") as running:
        running.expect(len(cases(chosen)), "cases")
        jobs = len(os.sched_getaffinity(0))
        lines = record.run_all(chosen, scale=scale, jobs=jobs, done=lambda line: running.advance())
    say(record.text(lines))
    if not topics and scale >= 1:
        with lock.held():
            record.save(lines)
    sys.exit(0 if all(line.kept for line in lines) else 1)
