"""What a run would refuse, found before anything is built: the data are read, and what stands before the marts is made."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from helpers import ingest
from helpers.config import Log, Simulation, Study, tracking_plan
from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.ingest import sample
from helpers.paths import StudyPaths
from helpers.warehouse import models
from helpers.warehouse.build import dbt_vars
from helpers.warehouse.tolerances import refusals

JUDGED = ("fct_row_flow", "int_contaminated", "int_assigned", "int_injection")
"""Models by which a log is held against what its study tolerates."""


@dataclass(frozen=True)
class Trial:
    """Everything that a run would refuse, and what is worth a note."""

    faults: tuple[ReportError, ...] = ()
    notes: tuple[str, ...] = ()


def of(study: Study, where: StudyPaths, *, full: bool = False) -> Trial:
    """Read the data of a study, a part of them where they are large unless ``full``, and judge them as a run would.

    Nothing is left behind. Raises :class:`~helpers.errors.ReportError` for what cannot be read at all; data that only a
    run reads (a simulation, a frame, a database server) are not tried.
    """
    import duckdb

    if isinstance(study.data, Simulation) or study.data.kind in ("postgres", "frame"):
        return Trial()
    plan = tracking_plan.tracking_plan(study, where.base / "studies")
    with TemporaryDirectory(prefix="check-") as aside, duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'; set preserve_insertion_order = true")
        tried, share = (study, 1.0) if full else sample.taken(con, study, Path(aside) / "sample")
        raw = Path(aside) / "raw"
        ingest.land(tried, raw)
        landed = ingest.landed(raw)
        notes = [*landed.reading.notes]
        if share < 1:
            notes.append(
                f"{formatted(share, 'share')} of the data was read, from head, middle and end, and rows are counted in"
                " that part; --full reads all of it"
            )
        if not isinstance(study.data, Log):
            return Trial(notes=tuple(notes))
        models.build(con, dbt_vars(tried, landed, plan), JUDGED)
        return Trial(tuple(refusals(con, tried, whole=share >= 1)), tuple(notes))
