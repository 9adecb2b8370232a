"""The build graph: each step of a study, a programme and the project, what it is made from and what it makes.

This is its only declaration: ``make`` and ``python -m helpers run`` both take it from here. Of code a step names what
it starts from, and :mod:`helpers.pipeline.dependencies` finds the rest. What needs a study's own keys, such as its raw
data, is found above and handed in as an :class:`Origin`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Union

from helpers import paths
from helpers.paths import StudyPaths
from helpers.pipeline import dependencies
from helpers.pipeline.dependencies import Facts
from helpers.pipeline.parts import books_of

Place = Union[Path, "Step", Callable[[], Iterable[Path]]]
"""A file, a folder with all in it, what another step makes, or files that are looked for when they are needed."""


@dataclass(frozen=True)
class Probe:
    """An input that is no file, asked by ``fingerprint``: a table in a database, or whether a program is there.

    Of a table in a ``file`` it is asked only when that has changed; ``asked`` tells apart what several studies ask of it.
    """

    fingerprint: Callable[[], str]
    file: Path | None = None
    asked: str = ""


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a build.

    Attributes:
        subject: the study, the programme, or the part of the project that it belongs to.
        what: its name for a reader.
        command: arguments after ``python -m helpers dev``, or without ``dev``.
        outputs: what it makes; a file among them must be there when it is done, a folder holds nothing of others.
        inputs: what it is made from; a step among them runs before.
        imports: modules that it starts from.
        source: a notebook whose code it runs.
        after: steps that run before, though nothing of theirs is read by name.
        tables: inputs that are no files, by their name for a reader.
        words: modules of which only docstrings and messages are read.
        queries: it asks the marts, so the queries that its code names count.
        appended: logs that it adds to: they must be there, whatever stands in them.
        fault: of a part of a report: where it is told that it stopped. Then nothing of it is left, the parts that read it
            are not run, and all others go on without it.
        left_out: a quick run does without this part: nothing of it is left, ``fault`` says so, and nothing waits for it.
        beside: nobody reads what it makes, so when it stops the build goes on, with what stands there.
    """

    subject: str
    what: str
    command: tuple[str, ...]
    outputs: tuple[Place, ...]
    inputs: tuple[Place, ...] = ()
    imports: tuple[str, ...] = ()
    source: Path | None = None
    after: tuple["Step", ...] = ()
    tables: Mapping[str, Probe] = field(default_factory=dict)
    words: tuple[Path, ...] = ()
    queries: bool = False
    appended: tuple[Path, ...] = ()
    fault: Path | None = None
    left_out: bool = False
    beside: bool = False

    @property
    def key(self) -> str:
        """Its name in the record."""
        return f"{self.subject}: {self.what}"

    @property
    def before(self) -> set["Step"]:
        """The steps that must be done before this one begins."""
        return {*self.after, *(place for place in self.inputs if isinstance(place, Step))}

    @property
    def targets(self) -> list[Path]:
        """The files that it makes or adds to and that are known by name; folders left out, which may be empty."""
        return [*(place for place in self.outputs if isinstance(place, Path) and place.suffix), *self.appended]

    @property
    def folders(self) -> list[Path]:
        """Folders among its outputs: all that stands in them is its own."""
        return [place for place in self.outputs if isinstance(place, Path) and not place.suffix]


@dataclass(frozen=True)
class Origin:
    """What a study reads beside its own file.

    Attributes:
        files: raw data.
        tables: tables of databases, by their name for a reader.
        plans: its tracking plan.
        streams: the files that its monitoring reads.
    """

    files: tuple[Path, ...] = ()
    tables: Mapping[str, Probe] = field(default_factory=dict)
    plans: tuple[Path, ...] = ()
    streams: tuple[Path, ...] = ()


LOCKED = paths.ROOT / "requirements.lock"
"""The versions of the packages: every step runs on them."""
COMMON = (LOCKED, dependencies.PACKAGE / "cli" / "steps.py")
"""What every step runs on. The bodies of all of them are one module, which counts without what each of them imports."""


OF_THE_LOG = ("landed.json", "ground_truth.json", "ledger.json")
"""What the raw data say of themselves, where they do: notebooks read it beside the marts."""
JOURNALS = {"07_monitoring": "monitoring.jsonl"}
"""Files that a notebook writes into the report, beside its numbers and figures."""
DECIDES = "06_roi_and_rollout"
"""The notebook that decides, and tells when the rule was registered and what people decided."""
LOGS = {DECIDES: "decisions.jsonl"}
"""Files of the report that a notebook adds to."""

QUICK = "--quick"
"""The option of a run that leaves out what a finished test can do without."""
LEFT_OUT = ("07_monitoring",)
"""Notebooks that a quick run leaves out; it makes no re-randomisation either."""

NOTHING: Mapping[str, Probe] = {}

Reader = Callable[[Path], Facts]
"""Gives the facts of a notebook's code; a build has them on record."""


def of_study(
    file: str,
    where: StudyPaths,
    origin: Origin,
    reader: Reader = dependencies.of_file,
    drawing: Mapping[str, Probe] = NOTHING,
    *,
    quick: bool = False,
) -> list[Step]:
    """The steps from a study file to its numbers and figures, each after those it needs.

    ``drawing`` is what decides whether figures are drawn as static pictures. With ``quick`` the re-randomisation and the
    notebooks of :data:`LEFT_OUT` are left out.
    """
    name, study = where.name, where.file
    common = (study, *origin.plans, *COMMON)
    log = Step(
        name, "log", ("log", file), (where.raw,), (*common, *origin.files),
        ("helpers.ingest", "helpers.simulate"), tables=origin.tables,
    )  # fmt: skip
    marts = Step(
        name, "warehouse", ("marts", file),
        (where.database, where.data / "dbt" / "manifest.json", lambda: [where.data / "clean_events.csv"]),
        (log, *common, *models()), ("helpers.warehouse.build", "helpers.experiment.statistics_table"), queries=True,
    )  # fmt: skip
    rerandomised = Step(
        name, "A/A assignments", ("rerandomise", file, *([QUICK] if quick else [])), (where.rerandomised,),
        (marts, study, *COMMON), ("helpers.experiment.rerandomisation",), queries=True,
        tables={QUICK: Probe(lambda: "asked")} if quick else NOTHING,
    )  # fmt: skip
    read: tuple[Place, ...] = (marts, *common, *origin.streams, *(where.raw / name for name in OF_THE_LOG))
    if paths.TEST_PLAN in books_of(where):  # nothing is compared, so no split is tried
        return [log, marts, *_told(file, where, read, reader, drawing)]
    return [log, marts, rerandomised, *_told(file, where, read, reader, drawing, rerandomised, quick=quick)]


def of_programme(
    file: str,
    where: StudyPaths,
    reader: Reader = dependencies.of_file,
    drawing: Mapping[str, Probe] = NOTHING,
) -> list[Step]:
    """The steps from a programme file to its numbers and figures; ``drawing`` as in :func:`of_study`."""
    common = (where.base / "programmes" / f"{where.name}.yml", *COMMON)
    year = Step(where.name, "year", ("year", file), (where.raw,), common, ("helpers.simulate.year",))
    return [year, *_told(file, where, (year, *common), reader, drawing)]


def _told(
    file: str,
    where: StudyPaths,
    read: tuple[Place, ...],
    reader: Reader,
    drawing: Mapping[str, Probe],
    rerandomised: Step | None = None,
    *,
    quick: bool = False,
) -> list[Step]:
    """The notebooks, each on what it asks for, then figures and numbers."""
    made: dict[str, Step] = {}
    for book in books_of(where):
        source = paths.NOTEBOOKS / f"{book}.ipynb"
        facts = reader(source)
        asked = [made[other] for other in facts.earlier if other in made]
        outputs = (
            where.executed / source.name, where.results / f"{book}.json", where.figure_specs / book,
            *([where.reports / JOURNALS[book]] if book in JOURNALS else []),
        )  # fmt: skip
        made[book] = Step(
            where.name, book, ("notebook", file, book), outputs,
            (
                *read, source, *asked, *([rerandomised] if rerandomised and facts.rerandomised else []),
                *([partial(_there, where.registered), partial(_there, where.decisions)] if book == DECIDES else []),
            ),
            ("helpers.pipeline.notebooks", "helpers.pipeline.kernel"), source=source, queries=True,
            appended=(where.reports / LOGS[book],) if book in LOGS else (), fault=where.faults / f"{book}.json",
            left_out=quick and book in LEFT_OUT,
        )  # fmt: skip
    report = Step(
        where.name, "figures and numbers", ("report", file),
        (
            where.reports / "results.json", where.reports / "summary.txt", where.figures,
            *(where.reports / name for name in (*paths.TABLES, *(paths.EFFECTS if DECIDES in made else ()))),
            *(where.figures.parent / "assets" / name for name in paths.FIGURE_ASSETS),
        ),
        (*read[1:], *made.values(), *(step.fault for step in made.values() if step.fault), paths.SITE / "_static"), ("helpers.site.summary", "helpers.site.flat_files", "helpers.report.figures.export"),
        tables=drawing,
    )  # fmt: skip
    return [*made.values(), report]


def _there(file: Path) -> list[Path]:
    return [file] if file.is_file() else []


def ancestors(goals: Iterable[Step]) -> list[Step]:
    """The goals and all that they need, each after those it needs.

    >>> raw = Step("mine", "log", ("log",), ())
    >>> marts = Step("mine", "warehouse", ("marts",), (), (raw,))
    >>> [step.what for step in ancestors([marts])]
    ['log', 'warehouse']
    """
    found: dict[Step, None] = {}

    def visit(step: Step) -> None:
        if step not in found:
            for other in sorted(step.before, key=lambda other: other.key):
                visit(other)
            found[step] = None

    for goal in goals:
        visit(goal)
    return list(found)


def models() -> list[Path]:
    """The dbt project, without what dbt writes."""
    kinds = (*paths.WAREHOUSE.rglob("*.sql"), *paths.WAREHOUSE.rglob("*.yml"))
    return sorted(file for file in kinds if not {"target", "logs"} & set(file.relative_to(paths.WAREHOUSE).parts))
