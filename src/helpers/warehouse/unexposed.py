"""Outcomes of units that were never exposed: of people outside of the experiment, or of exposed ones under another id.

Who logs in, or changes the device, may go on under another id, and what it buys then counts in no arm. Such an id
appears out of nowhere: its first event at all is the outcome.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from helpers.config import Study
from helpers.config.tracking_plan import EXPERIMENT_EVENTS
from helpers.formatting import formatted
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

LARGE: Final = 0.05
"""Share of an event that is told."""
MOST: Final = 0.5
"""Share of the units with the primary outcome that a trust check warns of."""
LEAST: Final = 20
"""Fewer events are not told."""


def outcomes(con: "duckdb.DuckDBPyConnection", study: Study) -> Sequence[Any]:
    """Events that metrics count, with those of units that were never exposed; none where nobody is exposed by an event."""
    events = {event for metric in study.metrics for event in metric.events} - {study.exposure, *EXPERIMENT_EVENTS}
    if study.is_hashed or study.is_unit_table or not events:
        return ()
    found: Any = query.query(con, "unexposed_outcomes", start=str(study.period.start), events=sorted(events))
    return list(found.itertuples())


def primary(con: "duckdb.DuckDBPyConnection", study: Study) -> str:
    """What is said where most units with the primary outcome were never exposed; '' where few are."""
    told = [
        f"{row.unexposed_units:,} of {row.units:,} units with {row.event_name} ({formatted(row.unexposed_units / row.units, 'share')})"
        f" never reach {study.exposure} and count in no arm: ids that change, as at a login (data.alias joins two of them), or people"
        " outside of the experiment (data.where leaves them out)"
        for row in outcomes(con, study)
        if row.event_name in study.primary.events and row.unexposed_units >= max(LEAST, MOST * row.units)
    ]
    return "; ".join(told)


def notes(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[str]:
    """A sentence for each event that metrics count and that begins the log of many units which were never exposed."""
    for row in outcomes(con, study):
        if row.begun >= max(LEAST, LARGE * row.events):
            yield (
                f"{row.unexposed:,} of {row.events:,} events {row.event_name} since the first {study.exposure} of the experiment"
                f" ({formatted(row.unexposed / row.events, 'share')}) are of units that never reach {study.exposure} and count"
                f" in no arm; {row.begun:,} are of units of which nothing came before: people outside of the experiment, or"
                " exposed ones under another id since, as after a login or in other capitals, whose ids are to be joined before"
            )
