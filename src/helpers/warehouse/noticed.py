"""What no run refuses in the rows of a study, and its author should know: rows that are left out, outcomes that all have."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from helpers.config import EXPOSED, Log, Study, Units
from helpers.config.columns import logged
from helpers.formatting import formatted
from helpers.ingest import Landed
from helpers.ingest.levels import quoted
from helpers.ingest.sql import literal
from helpers.warehouse import arms, codes, outcomes, randomised, unexposed
from helpers.warehouse.copied import copied
from helpers.warehouse.tolerances import has_clock, repeated_events, without_variant

if TYPE_CHECKING:
    import duckdb

VALUES = 3
"""So many values of an outcome are told."""


def notes(
    con: "duckdb.DuckDBPyConnection", study: Study, log: Landed, rows: int, *, sound: bool, whole: bool
) -> Iterator[str]:
    """Sentences for ``check`` on ``rows`` that were looked at; of rows that a run refuses (not ``sound``) just where they lie.

    What a part of the data (not ``whole``) lacks may stand in the rest, so it is not told.
    """
    yield from _outside(con, study, rows)
    if sound:
        yield from _bots(con, study, rows)
        yield from _repeats(con, study, rows)
        yield from _without_zero(con, study)
        if not whole and study.mode == "online" and (units := without_variant(con, study)):
            yield (
                f"{units:,} units reach {study.exposure} in the sample, where no row tells their variant; --full tells whether"
                " another one does"
            )
    if sound and whole:
        yield from arms.unhashed(con, study)
        yield from arms.early(con, study)
        yield from outcomes.nothing(con, study)
        yield from outcomes.reversed_money(con, study)
        yield from codes.notes(con, study)
        yield from codes.free(con, study)
        yield from unexposed.notes(con, study)
        if said := unexposed.primary(con, study):
            yield said
        if said := copied(con, study):
            yield said
        yield from randomised.notes(con, study, log)


def _outside(con: "duckdb.DuckDBPyConnection", study: Study, rows: int) -> Iterator[str]:
    """Rows before and after the period; most of them speak against the period itself, or against how times are read."""
    start, end = study.period.first, study.period.end
    which = f" and event_name = {literal(EXPOSED)}" if study.is_unit_table else ""
    found = con.execute(
        f"""select event_time < timestamp {literal(start)} as before, count(*), min(event_time), max(event_time)
        from staging.stg_events_checked where problem = 'outside_period'{which} group by 1 order by 1 desc"""
    ).fetchall()
    if not found:
        return
    many = sum(n for _, n, *_ in found)
    sides = ", ".join(
        f"{n:,} {'before' if before else 'after'} it, from {_moment(first)} to {_moment(last)}"
        for before, n, first, last in found
    )
    likely = "; they are most, so the period is likely another one, or the times have another format"
    yield (
        f"the period, {_moment(start)} to {_moment(end)}, leaves out {many:,} of {rows:,} rows: {sides}"
        + likely * (2 * many > rows)
    )


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _bots(con: "duckdb.DuckDBPyConnection", study: Study, rows: int) -> Iterator[str]:
    """Units with more events on a day than a person makes, which are left out."""
    units, events = con.execute(
        """select count(distinct user_id), count(*) from staging.base_events
        where user_id in (select user_id from intermediate.int_bots)"""
    ).fetchall()[0]
    if units:
        yield (
            f"{units:,} unit{'s' * (units > 1)} with more than {study.data.bot_events_per_day:,} events on a day"
            f" (data.bot_events_per_day) {'are' if units > 1 else 'is'} left out as no person, with {events:,} of {rows:,} rows"
        )


def _repeats(con: "duckdb.DuckDBPyConnection", study: Study, rows: int) -> Iterator[str]:
    """Rows that are dropped as equal to another one, which is a guess where events have no ids."""
    if study.is_unit_table:
        return
    by_id, found = con.execute(
        "select has_event_id, (select count(*) from intermediate.int_duplicates) from marts.fct_repeats"
    ).fetchall()[0]
    if by_id and isinstance(study.data, Log) and "event_id" in study.data.columns:
        without = con.execute(
            "select count(*) from staging.base_events where regexp_full_match(event_id, 'r[0-9]{19}')"
        ).fetchall()[0][0]
        if without:
            yield f"{without:,} of {rows:,} rows have no id of an event: each of them counts, for nobody can say which are copies"
    if found and by_id:
        yield from _changed(con, rows)
    if found and not by_id:
        tick = "tick of the clock" if has_clock(con) else "day"
        yield (
            f"{found:,} of {rows:,} rows ({formatted(found / rows, 'share')}) repeat another one in all columns and are"
            f" dropped, {repeated_events(con)}; what truly happened twice within one {tick} goes with them,"
            " for the log has no ids of events"
        )


def _changed(con: "duckdb.DuckDBPyConnection", rows: int) -> Iterator[str]:
    """Copies of an event, by its id, that say another thing than the one that counts."""
    copy = "select * from intermediate.int_repeated join staging.base_events using (row_key) where occurrence"
    found = con.execute(
        f"""select count(*) filter (paid or called), count(*) filter (paid), count(*) filter (called) from (
            select try_cast(nullif(again.price, '') as double) is distinct from try_cast(nullif(counts.price, '') as double) as paid,
                again.event_name is distinct from counts.event_name as called
            from ({copy} > 1) again join ({copy} = 1) counts using (identity_hash, user_id))"""
    ).fetchall()[0]
    told = [f"{n:,} with another {what}" for n, what in zip(found[1:], ("amount", "name"), strict=True) if n]
    if told:
        yield (
            f"{found[0]:,} of {rows:,} rows repeat the id of an event, {' and '.join(told)}, and are dropped: the copy that came"
            " first counts; where the last one is right, bring that alone"
        )


def _without_zero(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[str]:
    """Proportions that are one in every arm, for their column has no 0: one coded 1 and 2, say."""
    if not isinstance(study.data, Units):
        return
    for metric in study.metrics:
        if metric.type != "proportion" or metric.event not in study.data.outcomes:
            continue
        units, known, missing, values = con.execute(
            f"""select count(*) filter (where event_name = {literal(EXPOSED)}),
                count(*) filter (where event_name = $event and price <> ''),
                count(*) filter (where event_name = $event and coalesce(price, '') = ''),
                list_sort(list_distinct(list(price) filter (where event_name = $event and price <> '')))[:{VALUES + 1}]
            from staging.base_events where event_time >= timestamp {literal(study.period.start)}""",
            {"event": metric.event},
        ).fetchall()[0]
        if known > 1 and known + missing == units:
            told = " and ".join(map(quoted, values)) if len(values) <= VALUES else "values other than 0"
            column = logged(study.data.outcomes[metric.event])
            yield (
                f"{metric.label} is 100 % in every arm: column '{column}' holds {told} alone, and each value but 0 counts"
                " as happened; write 0 for what did not happen"
            )
