"""Outcomes of units that were never exposed: of people outside of the experiment, or of exposed ones under another id.

Who logs in, or changes the device, may go on under another id, and what it buys then counts in no arm. Such an id
appears out of nowhere: its first event at all is the outcome.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from helpers.config import Study
from helpers.config.tracking_plan import EXPERIMENT_EVENTS
from helpers.formatting import formatted
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

LARGE: Final = 0.05
"""Share of an event that is told."""
LEAST: Final = 20
"""Fewer events are not told."""


def notes(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[str]:
    """A sentence for each event that metrics count and that begins the log of many units which were never exposed."""
    events = {event for metric in study.metrics for event in metric.events} - {study.exposure, *EXPERIMENT_EVENTS}
    if study.is_hashed or study.is_unit_table or not events:
        return
    found = query.query(con, "unexposed_outcomes", start=str(study.period.start), events=sorted(events))
    for row in found.itertuples():
        if row.begun >= max(LEAST, LARGE * row.events):
            yield (
                f"{row.unexposed:,} of {row.events:,} events {row.event_name} since the first {study.exposure} of the experiment"
                f" ({formatted(row.unexposed / row.events, 'share')}) are of units that never reach {study.exposure} and count"
                f" in no arm; {row.begun:,} are of units of which nothing came before: people outside of the experiment, or"
                " exposed ones under another id since, as after a login, whose ids are to be joined before"
            )
