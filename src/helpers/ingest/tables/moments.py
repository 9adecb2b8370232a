"""When a fact happened, against the assignment: a time tells a stretch of its own fineness, a minute or a whole day.

What stands in the stretch in which its unit was assigned may have come before or after. It counts as after, from the
moment of the assignment on: most of what a change brings about comes right behind it.
"""

from typing import TYPE_CHECKING

from helpers.config import ColumnOf, Log
from helpers.ingest.columns import expression
from helpers.ingest.parts import Parts
from helpers.ingest.reading import Reading
from helpers.ingest.values import times_sql

if TYPE_CHECKING:
    import duckdb

FEWEST = 10
"""With fewer times nothing is said of how fine they are."""
STEPS = ("second", "minute", "hour", "day")
"""How fine times may be."""

EARLY = "(time < first.assigned and time + span <= first.assigned)"
"""SQL of a fact before the assignment of its unit, of ``time`` and ``span`` of :func:`sql`."""
COUNTED = f"case when time < first.assigned and not {EARLY} then first.assigned else time end"
"""SQL of the moment as which a fact counts."""


def step(con: "duckdb.DuckDBPyConnection", log: Log, parts: Parts, reading: Reading) -> str:
    """How fine the times of a table are that have a clock: the coarsest of :data:`STEPS` that tells all; empty where none does."""
    time = expression("event_time", log.columns["event_time"], parts.types, reading)
    asked = ", ".join(f"bool_and(time = date_trunc('{each}', time))" for each in STEPS)
    rows, *told = con.execute(
        f"select count(*), {asked} from (select {time} as time from {parts.relation} where not {_clockless(log, parts, reading)})"
    ).fetchall()[0]
    return next((each for each, so in reversed([*zip(STEPS, told, strict=True)]) if so), "") if rows >= FEWEST else ""


def sql(log: Log, parts: Parts, reading: Reading, fineness: str) -> str:
    """SQL of the columns ``time``, and ``span``, the stretch that it tells."""
    if "event_time" not in log.columns:
        return "null::timestamp as time, interval 0 second as span"
    time = expression("event_time", log.columns["event_time"], parts.types, reading)
    span = f"interval 1 {fineness}" if fineness else "interval 0 second"
    return f"{time} as time, case when {_clockless(log, parts, reading)} then interval 1 day else {span} end as span"


def are_days(log: Log, parts: Parts, reading: Reading) -> str:
    """SQL whether a row has a day and no time of day."""
    return f"({_clockless(log, parts, reading)} or {reading.of_days})" if "event_time" in log.columns else "false"


def _clockless(log: Log, parts: Parts, reading: Reading) -> str:
    source = log.columns["event_time"]
    assert isinstance(source, str | ColumnOf)
    return f"coalesce({times_sql.clockless(*times_sql.raw_of(source, parts.types), reading.times)}, false)"
