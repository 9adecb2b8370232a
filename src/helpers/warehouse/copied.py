"""Events that equal another one of their unit in all that a study maps, as in a log that was loaded twice."""

from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.formatting import formatted
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

COPIED, FEW = 0.2, 20
"""Share of the events of a kind that equal another one from which on a log looks loaded twice, and events of it at least."""

TWINS = 0.4
"""The same of events with ids: at half of them each has one twin."""


def copied(con: "duckdb.DuckDBPyConnection", study: Study) -> str:
    """What is seen of such events, in a sentence; empty where there are few.

    A column that differs between the copies, such as the time of loading, keeps them from being dropped as repeats. Nothing
    is said of a table of units and of a log of days, in which equal events are usual. Events that have ids are different
    ones, but where nearly every one has a twin, as where browser and server both log it.
    """
    repeats = query.query(con, "repeats").iloc[0]
    if study.is_unit_table or not repeats.has_clock:
        return ""
    share = TWINS if repeats.has_event_id else COPIED
    kinds = query.query(con, "alike_events").itertuples(index=False)
    found = [k for k in kinds if k.events >= FEW and k.events - k.distinct_events > share * k.events]
    if not found:
        return ""
    told = ", ".join(
        f"{formatted(1 - k.distinct_events / k.events, 'share')} of {k.events:,} {k.event_name}" for k in found
    )
    if repeats.has_event_id:
        return (
            f"{told} equal another event of their unit in time and in all that the study maps but their ids, and count:"
            " were they logged twice, as by browser and server? Take the copies out"
        )
    return (
        f"{told} equal another event of their unit in time and in all that the study maps, and count: was the log"
        " loaded twice? Name the column of the event's id (data.columns.event_id), or take the copies out"
    )
