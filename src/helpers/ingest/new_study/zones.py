"""Times that name their zone beside times that name none: these are read as UTC, which only somebody who knows them can say."""

from typing import TYPE_CHECKING

from helpers.ingest.new_study import vocabulary
from helpers.ingest.new_study.profile import Column
from helpers.ingest.sql import literal, quoted

if TYPE_CHECKING:
    from helpers.ingest.new_study.source import SourceTable

CLOCK = "[0-9]:[0-9]{2}"
ZONED = r"(?i)[0-9]:[0-9]{2}[^+-]*([+-][0-9]{2}(:?[0-9]{2})?|z|utc|gmt)\s*$"
"""Times of a day, and those that name a zone or how far they lie from UTC."""


def counted(table: "SourceTable", time: Column | None) -> tuple[int, int]:
    """How many times of a day a column holds, and how many of them name a zone; a count since 1970 does."""
    if time is None or time.dates == time.moments:
        return 0, 0
    if time.kind != "VARCHAR":
        return time.moments, time.moments if "TIME ZONE" in time.kind or time.numeric else 0
    text = quoted(time.name)
    clocks, zoned = table.rows(
        f"select count(*) filter (regexp_matches({text}, {literal(CLOCK)})), count(*) filter (regexp_matches({text}, {literal(ZONED)})) from {{table}}"
    )[0]
    return int(clocks), int(zoned)  # type: ignore[call-overload]


def in_one(table: "SourceTable", time: Column | None) -> list[str]:
    """What is asked of a column in which some times name a zone and others none."""
    clocks, zoned = counted(table, time)
    if time is None or not 0 < zoned < clocks:
        return []
    name = vocabulary.printable(time.name)
    return [
        f"Are the {clocks - zoned:,} of {clocks:,} times of '{name}' in UTC that name no zone, beside {zoned:,} that do? They are read"
        " so; those of a place lie hours away from the others: data.timezone says which, such as Europe/Berlin."
    ]


def between(
    first: "SourceTable", time: Column | None, second: "SourceTable", other: Column | None, key: str
) -> list[str]:
    """What is asked of two tables of which one names the zone of its times, and the other, read by ``key``, does or does not."""
    (clocks, zoned), (others, told) = counted(first, time), counted(second, other)
    if time is None or other is None or not (clocks and others) or bool(zoned) == bool(told):
        return []
    local, named, of = (other, time, second) if zoned else (time, other, first)
    where = key if zoned else "data.assignments"
    return [
        f"Are the times of '{vocabulary.printable(local.name)}' of {of.called} in UTC? They name no zone and are read so, and those of"
        f" '{vocabulary.printable(named.name)}' do: where they lie hours apart, what was done after an assignment stands before it: {where}.timezone"
        " says which, such as Europe/Berlin."
    ]
