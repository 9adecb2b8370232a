"""Which reports stand in a project: studies whose notebooks have come to their end and whose numbers are recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from helpers import config, paths
from helpers.config import Study
from helpers.config import programme as model
from helpers.config.programme import Programme
from helpers.errors import ReportError
from helpers.paths import BUNDLED, StudyPaths
from helpers.pipeline import faults
from helpers.pipeline.faults import Fault
from helpers.pipeline.parts import books_of
from helpers.pipeline.progress import say
from helpers.record import Numbers


@dataclass(frozen=True)
class Report:
    """A study whose numbers are recorded; ``faults`` tell of the notebooks that are missing."""

    study: Study
    where: StudyPaths
    numbers: Numbers
    faults: tuple[Fault, ...] = ()

    @classmethod
    def load(cls, file: Path) -> Self:
        """The report of a study file; raises :class:`~helpers.errors.ReportError` when its numbers are not there."""
        study, where = config.opened(file)
        results = where.reports / "results.json"
        if not results.is_file():
            raise ReportError(f"the report of {study.name} is not built", expected=paths.shown(results))
        return cls(study, where, Numbers.load(results), tuple(faults.read(where.faults)))

    @property
    def name(self) -> str:
        return self.study.name


def reports(base: Path = paths.ROOT, asked: str | None = None) -> list[Report]:
    """Every report in ``base/reports``: a study file, results, each notebook run or known to have stopped.

    The bundled ones come first.

    One that cannot be read is left out and told on standard error, so that no study is held up by another; only that of
    the study ``asked`` for raises.
    """
    found: list[Report] = []
    for results in (base / "reports").glob("*/results.json"):
        where = StudyPaths(results.parent.name, base)
        if where.file.is_file() and _whole(where):
            with _left_out(where, asked):
                found.append(Report.load(where.file))
    order = {name: place for place, name in enumerate(BUNDLED)}
    return sorted(found, key=lambda report: (order.get(report.name, len(order)), report.name))


@dataclass(frozen=True)
class ProgrammeReport:
    """A programme whose numbers are recorded; ``faults`` as in :class:`Report`."""

    programme: Programme
    where: StudyPaths
    numbers: Numbers
    faults: tuple[Fault, ...] = ()

    @property
    def name(self) -> str:
        return self.programme.name


def programmes(base: Path = paths.ROOT, asked: str | None = None) -> list[ProgrammeReport]:
    """Every whole report of a programme in ``base/reports``, by name; what cannot be read as in :func:`reports`."""
    found: list[ProgrammeReport] = []
    for file in sorted((base / "programmes").glob("*.yml")):
        where = StudyPaths(file.stem, base)
        results = where.reports / "results.json"
        if results.is_file() and _whole(where):
            with _left_out(where, asked):
                found.append(
                    ProgrammeReport(model.load(file), where, Numbers.load(results), tuple(faults.read(where.faults)))
                )
    return found


@contextmanager
def _left_out(where: StudyPaths, asked: str | None) -> Iterator[None]:
    """Within, a report that cannot be read is told in one line; that of ``asked`` raises."""
    try:
        yield
    except (ReportError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if where.name == asked:
            raise
        broken = f"reports/{where.name}/results.json is not whole"
        why = error.what.splitlines()[0] if isinstance(error, ReportError) else broken
        say(f"  {where.name:<18} left out: {why}")


def _whole(where: StudyPaths) -> bool:
    """Each notebook has run, or it is told why it has not."""
    there = {run.stem for run in where.executed.glob("*.ipynb")} | {fault.part for fault in faults.read(where.faults)}
    return set(books_of(where)) <= there
