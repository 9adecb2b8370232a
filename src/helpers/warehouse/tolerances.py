"""What is wrong with a log, held against what its study tolerates."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.config import ColumnOf, Log, Study, Tables
from helpers.config.columns import logged
from helpers.errors import ReportError, several
from helpers.formatting import formatted
from helpers.ingest import Landed
from helpers.ingest.levels import UNMAPPED, quoted, unmapped
from helpers.ingest.misfits import BY_REASON
from helpers.ingest.no_numbers import no_number
from helpers.ingest.units import FLAWS
from helpers.ingest.values.ids import APART, crowded
from helpers.warehouse.first_rows import first

if TYPE_CHECKING:
    import duckdb


def enforce(con: "duckdb.DuckDBPyConnection", study: Study, log: Landed | None = None) -> None:
    """Raise everything that :func:`faults` finds as one error, not as a footnote."""
    if found := list(faults(con, study, log)):
        raise several(found)


def faults(
    con: "duckdb.DuckDBPyConnection",
    study: Study,
    log: Landed | None = None,
    *,
    whole: bool = True,
    hidden: frozenset[str] = frozenset(),
) -> Iterator[ReportError]:
    """What is wrong with the rows of a log and its variants, beyond what the study tolerates.

    It is not held against a part of a log (not ``whole``) what the rest may show. ``hidden`` are kinds of wrong rows
    that do not show where columns are unread, which is then told by itself.
    """
    if not study.has_rows or not exists(con, "marts", "fct_row_flow"):
        return
    flow = dict(con.execute("select kind, rows from marts.fct_row_flow").fetchall())
    rows = con.execute("select all_rows + refused from intermediate.int_row_checks").fetchall()[0][0]
    if rows == 0:
        yield ReportError(f"the log of {study.name} holds no events")
        return
    found = [
        *_check_levels(con, study, log, empties=whole and not hidden),
        *_check_rows(con, study, log, flow, rows, hidden),
    ]
    yield from found
    if found or hidden:  # what follows from rows and levels that cannot be read is not told beside them
        return
    if flow["kept"] == 0 and whole:
        outside = flow["outside_period"] > 0
        lost = [f"{n:,} {kind.replace('_', ' ')}" for kind, n in flow.items() if n]
        yield ReportError(
            f"no row of the log of {study.name} is left for its marts",
            got=f"of {rows:,} rows: {', '.join(lost)}",
            expected=f"events from {study.period.first} to {study.period.end}",
            cause="the period is another one than the log's" if outside else None,
            remedy="correct period in the study file" if outside else "mend the log, or what data.columns maps",
        )
        return
    if whole:
        yield from _check_empty(con, study)
    yield from past_range(con, study)
    if whole:
        yield from _check_primary(con, study)
        yield from _check_planted_levels(con, study)


def past_range(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[ReportError]:
    """Amounts of one unit whose sum no whole number of 64 bits holds, or of all units whose squares no 128 bits hold.

    The marts cannot be made of them.
    """
    if not exists(con, "intermediate", "int_key_events"):
        return
    found = con.execute(
        f"""select event_name, count(*) filter (where total >= {2**63}), count(*) from (
            select event_name, user_id, sum(abs(amount::hugeint)) as total from intermediate.int_key_events group by all)
        group by 1 having max(total) >= {2**63} or sum(total::double * total::double) >= {2.0**126} order by 1"""
    ).fetchall()
    for event, past, units in found:
        squared = f"{units:,} units, the squares of whose sums pass 128 bits together"
        yield ReportError(
            f"studies/{study.name}.yml: the amounts of {event} add up past the range of {'64' if past else '128'} bits",
            got=f"{past:,} units with such a sum" if past else squared,
            expected=f"less than {2**63:,} of the smallest amount that is told",
            cause="ids, times or totals among the amounts",
            remedy="correct these values, or "
            + (
                "keep fewer digits: economics.money_digits"
                if event in study.money_events
                else "write all of them in a larger unit, such as thousands"
            ),
        )


def _check_rows(
    con: "duckdb.DuckDBPyConnection",
    study: Study,
    log: Landed | None,
    flow: dict[str, int],
    rows: int,
    hidden: frozenset[str],
) -> Iterator[ReportError]:
    """Kinds of wrong rows, each against its tolerated share."""
    tolerated = study.data.tolerate.model_dump()
    flow = flow | {"repeated": flow["exact_duplicate"] + flow["late_duplicate"]}
    for kind, limit in tolerated.items():
        if kind in hidden:
            continue
        if study.is_unit_table and kind in FLAWS:
            continue  # held against their share when the table was landed, where their rows stay
        if kind == "repeated" and isinstance(study.data, Log) and "event_id" not in study.data.columns:
            yield from _check_repeats(con, study, flow[kind], rows, first(con, study, log, kind))
            continue
        if kind == "two_variants":
            if not exists(con, "intermediate", "int_contaminated"):
                continue
            found = con.execute("select count(*) from intermediate.int_contaminated").fetchall()[0][0]
            units = con.execute("select count(distinct user_id) from intermediate.int_assigned").fetchall()[0][0]
        elif kind == "missing_revenue":
            found, units = _without_amount(con, study), rows
        else:
            found, units = flow[kind], rows
        if found > limit * units:
            crowd = _crowd(con, found) if kind == "two_variants" else ""
            misfit = BY_REASON.get(log.malformed_reason) if log and kind == "malformed_line" else None
            place = first(con, study, log, kind)
            if kind == "wrong_type" and (shown := re.match(r", first '(.*?)' in column", place)):
                misfit = no_number(shown[1])
            placeholder = _placeholder(con, study) if kind == "negative_price" else ""
            cause = misfit.why if misfit else crowd or placeholder or _CAUSES[kind]
            yield ReportError(
                f"studies/{study.name}.yml: too many rows of the log are wrong: {_TOLD[kind]}"
                if kind != "two_variants"
                else f"studies/{study.name}.yml: {_TOLD[kind]}",
                got=f"{found:,} of {units:,} {'units' if kind == 'two_variants' else 'rows'} ({formatted(found / units, 'share')})"
                + place,
                expected=f"at most {formatted(limit, 'share')} (data.tolerate.{kind})",
                cause=_unplanned(con) if kind == "unplanned_event" else cause,
                remedy=misfit.remedy if misfit else APART if crowd else EMPTY if placeholder else _REMEDIES[kind],
            )


def _placeholder(con: "duckdb.DuckDBPyConnection", study: Study) -> str:
    """What amounts below zero are that stand in no event whose money is summed, so that none can be a refund."""
    found = con.execute(
        """select event_name, count(*) from staging.stg_events_checked where problem is null and flaw = 'negative_price'
        group by 1 order by 2 desc, 1"""
    ).fetchall()
    if not found or not study.money_events or any(event in study.money_events for event, _ in found):
        return ""
    told = ", ".join(f"{n:,} of {quoted(event)}" for event, n in found[:3])
    return f"a placeholder such as -1 where there is no amount: they stand in {told} alone, which nobody pays"


def _unplanned(con: "duckdb.DuckDBPyConnection") -> str:
    """The events that no plan covers, by their names in the log."""
    found = con.execute(
        """select event_name, count(*) from staging.base_events where row_key in
        (select row_key from staging.stg_events_checked where problem = 'unplanned_event') group by 1 order by 2 desc, 1 limit 5"""
    ).fetchall()
    told = ", ".join(f"{quoted(name)} ({n:,} rows)" if name else f"no name ({n:,} rows)" for name, n in found)
    return f"{_CAUSES['unplanned_event']}: {told}; data.events says what a name of the log means"


def _crowd(con: "duckdb.DuckDBPyConnection", units: int) -> str:
    """What makes units stand in two variants, where some of these are ids of many."""
    crowd, told = crowded(con, "staging.stg_events", "select user_id from intermediate.int_contaminated")
    others = f"; the other {units - crowd:,}: {_CAUSES['two_variants']}" if units > crowd else ""
    return told and told + others


def _check_repeats(
    con: "duckdb.DuckDBPyConnection", study: Study, found: int, rows: int, place: str
) -> Iterator[ReportError]:
    """Rows without ids that are equal in every column: copies, or events that the log does not tell apart.

    Where the times are days what happened twice on a day is as likely, so nothing is dropped that the study does not state.
    """
    assert isinstance(study.data, Log)
    limit = study.data.tolerate.repeated
    days = "repeated" not in study.data.tolerate.model_fields_set and not has_clock(con)
    if found > (0 if days else limit) * rows:
        many, same = ("", "day") if days else ("too many ", "moment")
        without = "ids and times of day" if days else "ids"
        of_id = "facts.NAME.columns" if isinstance(study.data, Tables) else "columns"
        yield ReportError(
            f"studies/{study.name}.yml: {many}rows of the log are equal in all columns",
            got=f"{found:,} of {rows:,} rows repeat another one ({formatted(found / rows, 'share')}){place}: {repeated_events(con)}",
            expected=f"{'none' if days else 'at most ' + formatted(limit, 'share')} (data.tolerate.repeated)",
            cause=f"an export that was appended twice, or events of one {same} that a log without {without} does not tell apart",
            remedy=f"name the column of the event's id (data.{of_id}.event_id), or export the log with one"
            + (", such as the number of the row where each row is an event of its own" if days else "")
            + "; if they are"
            f" copies, have them dropped: data.tolerate.repeated: {min(1, max(found / rows * 1.1, 0.0001)):.4f}",
        )


def has_clock(con: "duckdb.DuckDBPyConnection") -> bool:
    """Whether the times of the log show more than one time of day."""
    return not exists(con, "marts", "fct_repeats") or bool(
        con.execute("select has_clock from marts.fct_repeats").fetchall()[0][0]
    )


def repeated_events(con: "duckdb.DuckDBPyConnection") -> str:
    """How many rows of which events repeat another one."""
    found = con.execute(
        """select event_name, count(*) from staging.base_events
        where row_key in (select row_key from intermediate.int_duplicates) group by 1 order by 2 desc, 1 limit 3"""
    ).fetchall()
    return ", ".join(f"{n:,} of {quoted(name or '')}" for name, n in found)


def _without_amount(con: "duckdb.DuckDBPyConnection", study: Study) -> int:
    """Events without the amount that a metric sums, of metrics for which the study does not say what that means.

    One with a wrong amount is held against the share of its kind.
    """
    events = sorted(
        {m.event for m in study.metrics if m.event and m.measure == "sum" and study.when_missing(m) == "error"}
    )
    if study.is_unit_table or not events or not exists(con, "intermediate", "int_key_events"):
        return 0
    found = con.execute(
        "select count(*) from intermediate.int_key_events where amount is null and not is_wrong and list_contains(?, event_name)",
        [events],
    )
    return int(found.fetchall()[0][0])


def _check_primary(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[ReportError]:
    """Every arm with units has some with a value of the primary metric, or there is nothing to compare."""
    if not exists(con, "intermediate", "int_unit_metrics"):
        return
    found = con.execute(
        """select variant, count(*) filter (where standing = 'open'), count(*) from intermediate.int_unit_metrics
        join marts.fct_experiment_units using (user_id) where population = 'exposed' and metric = ?
        group by variant having count(y0) = 0 order by variant""",
        [study.primary.name],
    ).fetchall()
    if not found:
        return
    variant, waiting, units = found[0]
    long = waiting == units
    yield ReportError(
        f"studies/{study.name}.yml: no unit of {variant} has a value of the primary metric {study.primary.name}",
        got=f"{units:,} units, " + ("none watched for as long as the metric asks" if long else "none with a value"),
        expected=f"units with a value, counted {study.window(study.primary)}",
        cause="a log that ends before the first window does" if long else "the values of this arm lie in another column or table",
        remedy="a shorter window, or a longer log" if long else "bring the values of every arm, or make another metric the primary one",
    )  # fmt: skip


def _check_levels(
    con: "duckdb.DuckDBPyConnection", study: Study, log: Landed | None, *, empties: bool
) -> Iterator[ReportError]:
    """Every level of a log's variant column that meets the experiment must mean a variant; that of exposed units too which is empty."""
    if study.is_hashed or not isinstance(study.data, Log) or "variant" not in study.data.columns:
        return
    if not exists(con, "intermediate", "int_assigned"):
        return
    means = {name: level for level, name in study.data.variants.items()}
    found = [
        (name.removeprefix(UNMAPPED), n) if name.startswith(UNMAPPED) else (means.get(name, name), n)
        for name, n in _assigned(con)
    ]
    places = {}
    if found and empties and (without := without_variant(con, study)):
        found.append(("", without))
        places[""] = first(con, study, log, "variant").removeprefix(", first in ")
    error = unmapped(study, "variant", "the log", found, "units", places)
    if error:
        yield error


def without_variant(con: "duckdb.DuckDBPyConnection", study: Study) -> int:
    """Units that reach the exposure in the experiment and whose variant no row tells, though one could."""
    found = con.execute(
        """select count(*) from intermediate.int_units where is_without_variant and user_id in (
            select user_id from intermediate.int_key_events where event_name = ? and event_time >= ?)""",
        [study.exposure, study.period.start],
    )
    return int(found.fetchall()[0][0])


def _assigned(con: "duckdb.DuckDBPyConnection") -> list[tuple[str, int]]:
    return con.execute("select variant, count(*) from intermediate.int_assigned group by 1 order by 1").fetchall()


def _check_empty(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[ReportError]:
    """An online log must show units in variants."""
    if study.is_hashed or not exists(con, "intermediate", "int_assigned") or _assigned(con):
        return
    cause, remedy = _why_empty(con, study)
    yield ReportError(
        f"studies/{study.name}.yml: the log shows no unit in a variant",
        got="no variant in the study's period",
        expected=", ".join(v.name for v in study.variants),
        cause=cause,
        remedy=remedy,
    )


def _why_empty(con: "duckdb.DuckDBPyConnection", study: Study) -> tuple[str, str]:
    """Why no row of the experiment tells a variant, and what to do."""
    source = study.data.columns.get("variant") if isinstance(study.data, Log) else None
    column = "map the column that holds the variant"
    if source is None:
        return "data.columns maps no column to variant", column
    rows, impressions, left_out = con.execute(
        """select count(*), count(*) filter (where event_name = 'experiment_impression'), count(*) filter (where variant = '')
        from staging.stg_events where event_time >= ?""",
        [study.period.start],
    ).fetchall()[0]
    empty = con.execute("select count(*) from intermediate.int_units where is_without_variant").fetchall()[0][0]
    if not rows:
        return "no row lies in the experiment, after the baseline", "correct the period in the study file"
    if empty:
        raw = source.column if isinstance(source, ColumnOf) else source
        return f"column '{logged(str(raw))}' is empty in every row that could tell it, of {empty:,} units", column
    if impressions:
        return "the log's impressions are of another experiment_id", "call the study as the experiment_id does"
    if left_out:
        return "every level in the period is left out", "correct data.variants"
    return (
        "the tracking plan has experiment_impression, which tells the variant, and the log shows none",
        "take it out of the tracking plan if other events tell the variant, or bring these rows",
    )


def _check_planted_levels(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[ReportError]:
    """An uplift for a level that no exposed unit has would be planted nowhere."""
    if study.injection is None or not exists(con, "intermediate", "int_injection"):
        return
    found = [row[0] for row in con.execute("select level from intermediate.int_injection order by 1").fetchall()]
    strange = [level for level in study.injection.relative_uplift if level not in found]
    if strange and found:
        yield ReportError(
            f"studies/{study.name}.yml: key 'injection.relative_uplift' names levels that the log does not show",
            got=", ".join(strange),
            expected=f"one of {', '.join(found)}",
            remedy="correct the level, or lower min_segment if it was pooled into other",
        )


EMPTY = "leave the field empty in these rows"
"""What is right to do about a placeholder."""

_TOLD = {
    "malformed_line": "lines that do not fit the header",
    "missing_id": "rows without a unit id",
    "unparseable_time": "timestamps that cannot be read",
    "unplanned_event": "event names the tracking plan does not know",
    "wrong_type": "revenue, prices or session lengths that are not a number",
    "missing_revenue": "purchases without revenue",
    "negative_price": "negative revenue or prices",
    "repeated": "rows that repeat an event of their unit",
    "two_variants": "units that the log shows in two variants",
}

_CAUSES = {
    "malformed_line": "a cut file, or quotes and delimiters inside a field",
    "missing_id": "events of visitors who are not logged in",
    "unparseable_time": "another time format, or the wrong column mapped to event_time",
    "unplanned_event": "a misspelt event name, or an event that no plan covers",
    "wrong_type": "NaN, infinity or text in the price column, a number of another format, or the wrong column mapped to price",
    "missing_revenue": "the price is logged under another name",
    "negative_price": "refunds logged as purchases; with data.negative: refund they lower the sums",
    "repeated": "an export that was appended twice, or an id that is none of the event",
    "two_variants": "units that changed device or cookie, or a re-randomisation under way",
}

_REMEDIES = {
    "malformed_line": "mend these lines: a field that holds the delimiter, a quote or a line end stands in quotes",
    "missing_id": "map the column of user_id that every row fills, or take rows of no unit out of the export, for all arms and events alike",
    "unparseable_time": "correct these times; or map another column to event_time; or say how all are written, data.time_format",
    "unplanned_event": "add these events to the tracking plan, or correct their names",
    "wrong_type": "correct these values; leave a field empty where the amount is not known, or say which word means that (data.missing_codes)",
    "missing_revenue": "missing: zero at the metric if an empty amount means that nothing was paid; else bring the amounts, or measure how many instead of how much",
    "negative_price": "data.negative: refund if they are refunds, which then lower the sums; else correct these amounts; leave a field empty where the amount is not known",
    "repeated": "take out what was exported twice, or map the id of the event to event_id (data.columns.event_id)",
    "two_variants": "join the variant that each unit was assigned first, from where it was drawn",
}
"""What is right to do; rows are never left out by what came of them."""


def exists(con: "duckdb.DuckDBPyConnection", schema: str, table: str) -> bool:
    found = con.execute(
        """select count(*) from information_schema.tables
        where table_catalog = current_database() and table_schema = ? and table_name = ?""",
        [schema, table],
    )
    return bool(found.fetchall()[0][0])
