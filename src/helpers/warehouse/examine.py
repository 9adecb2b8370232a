"""A study's data looked at as a run will read them, before anything is built: everything that is wrong in one go."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import defaults, ingest
from helpers.config import Log, Study, Units
from helpers.defaults import MEMORY
from helpers.errors import ReportError, several
from helpers.formatting import listed
from helpers.ingest import sample
from helpers.ingest.sql import literal
from helpers.ingest.values.number_formats import number_columns
from helpers.pipeline.files import private, scratch
from helpers.warehouse import arms, noticed, render, tolerances
from helpers.warehouse.build import dbt_vars

AMOUNTS = frozenset(("wrong_type", "negative_price", "missing_revenue"))
"""Kinds of rows whose amount is wrong."""

if TYPE_CHECKING:
    import duckdb

    from helpers.config.tracking_plan import TrackingPlan
    from helpers.ingest.reading import Reading
    from helpers.paths import StudyPaths


MOST = 12
"""Files that are named."""


@dataclass(frozen=True)
class Examined:
    """A table as a run reads it: its name and columns, rows looked at, and the ``share`` of the data that they are.

    ``notes`` say how its columns are read, ``events`` and ``variants`` are the names it shows, ``faults`` what a run
    refuses, ``apart`` the rows of the files that the study does not take. Nothing but ``faults`` is known of a table that cannot be read at all.
    """

    faults: tuple[ReportError, ...]
    name: str = ""
    columns: tuple[str, ...] = ()
    rows: int = 0
    share: float = 1
    apart: int = 0
    notes: tuple[str, ...] = ()
    events: frozenset[str] = frozenset()
    variants: frozenset[str] = frozenset()


def examined(study: Study, where: "StudyPaths", plan: "TrackingPlan", *, full: bool) -> Examined:
    """Bring the data in aside, as a run does, and ask the models' own SQL what is wrong with them.

    Without ``full`` a large file is looked at by its head, its middle and its end.
    """
    import duckdb

    with _leaving_nothing(where.data), scratch(where.data, "check") as aside, duckdb.connect() as con:
        private(aside)
        unread: list[ReportError] = []
        try:
            tried, share = (study, 1.0) if full else sample.taken(con, study, aside / "sample")
            parts = ingest.land(tried, aside, unread, home=where.data)
        except ReportError as error:
            return Examined((error,))
        log = ingest.landed(aside, con)
        if not study.has_rows:  # all is told when they are landed
            arms_of = frozenset(variant.name for variant in study.variants)
            rows, notes = log.table_rows or 0, log.reading.notes
            return Examined((), called(parts.names), tuple(parts.types), rows, notes=notes, variants=arms_of)
        con.execute(f"set threads = {defaults.THREADS}; set memory_limit = '{MEMORY}'; set TimeZone = 'UTC'")
        con.execute(f"set temp_directory = {literal(aside / 'spill')}; set preserve_insertion_order = false")
        asked = ["fct_row_flow", "fct_repeats", *(["int_injection"] if study.injection else ["int_contaminated"])]
        variables = dbt_vars(tried, log, plan)
        models = render.Models(con, _in_the_period(variables) if unread else variables)
        models.make(*asked)
        hidden = _hidden(tried, log.reading) if unread else frozenset[str]()
        if share == 1 and not unread and not any(tolerances.past_range(con, study)):
            models.make("int_unit_metrics")
        rows = con.execute("select all_rows + refused from intermediate.int_row_checks").fetchall()[0][0]
        faults = list(tolerances.faults(con, tried, log, whole=share == 1, hidden=hidden))
        if not faults and not unread and share == 1:
            models.make("int_assigned", "dim_amounts")
            faults = [empty] if (empty := arms.empty(con, study, log)) else []
        said = () if unread else noticed.notes(con, tried, log, int(rows), sound=not faults, whole=share == 1)
        return Examined(
            (*unread, *faults), called(parts.names), tuple(parts.types), int(rows) + log.merged, share,
            parts.apart, (*log.reading.notes, *said), _names(con, "event_name"), _names(con, "variant"),
        )  # fmt: skip


def called(names: Sequence[str]) -> str:
    """The files of a table by name; of very many the first ones, and how many there are.

    >>> called(["assignments.csv", "orders.csv"]), called([f"day_{n}.csv" for n in range(30)])[-24:]
    ('assignments.csv and orders.csv', 'day_10.csv and 19 others')
    """
    more = len(names) - MOST
    return listed(names if more <= 1 else [", ".join(names[: MOST - 1]), f"{more + 1} others"])


def refused(study: Study, where: "StudyPaths", plan: "TrackingPlan") -> ReportError | None:
    """Everything that a run refuses of the data of a study."""
    faults = examined(study, where, plan, full=True).faults
    return several(faults) if faults else None


def _in_the_period(variables: dict[str, Any]) -> dict[str, Any]:
    """The variables by which a row whose time is unread stands in the experiment, for what else is wrong with it."""
    start = f"timestamp {literal(variables['start'])}"
    columns = [
        each | {"expression": f"coalesce({each['expression']}, {start})"} if each["name"] == "event_time" else each
        for each in variables["columns"]
    ]
    return variables | {"columns": columns, "bot_events_per_day": 2**62}


def _hidden(study: Study, reading: "Reading") -> frozenset[str]:
    """Kinds of wrong rows that cannot be told from what follows of columns that are unread."""
    assert isinstance(study.data, Log | Units)
    amounts = set(number_columns(study.data)) - set(reading.numbers)
    return frozenset(("unparseable_time", "two_variants")) | (AMOUNTS if amounts else frozenset())


@contextmanager
def _leaving_nothing(folder: Path) -> Iterator[None]:
    """Remove the folder and the one above it at the end, where nothing stands in them."""
    yield
    with suppress(OSError):
        folder.rmdir()
        folder.parent.rmdir()


def _names(con: "duckdb.DuckDBPyConnection", column: str) -> frozenset[str]:
    found = con.execute(f"select distinct {column} from staging.base_events where {column} <> ''").fetchall()
    return frozenset(row[0] for row in found)
