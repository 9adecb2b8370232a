"""Whether each variant of a study has a unit to compare, and if not, why."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.errors import ReportError
from helpers.formatting import formatted
from helpers.warehouse import query

if TYPE_CHECKING:
    import duckdb

    from helpers.ingest import Landed

FATES = {
    "outside": "lie outside of the experiment",
    "wrong": "are wrong",
    "repeated": "repeat another row",
    "bots": "are of bots",
    "two": "are of units in two variants",
    "silent": "are no impressions of this experiment, which tell the variant",
}
"""Why a row that says a variant assigns no unit."""


def empty(con: "duckdb.DuckDBPyConnection", study: Study, log: "Landed | None" = None) -> ReportError | None:
    """The variants of an online study without an exposed unit; None where each has one, or where no unit is assigned at all."""
    sizes = _sizes(con, study)
    missing = [name for name, (_, exposed) in sizes.items() if not exposed]
    if study.is_hashed or not missing:
        return None
    if not any(assigned for assigned, _ in sizes.values()):
        return _all_in_two(con, study)
    first = missing[0]
    period = f"{study.period.start:%Y-%m-%d %H:%M} to {study.period.end:%Y-%m-%d %H:%M}"
    event = "" if study.is_unit_table else f" with the event {study.exposure}"
    assigned = sizes[first][0]
    return ReportError(
        f"studies/{study.name}.yml: no unit of {' and '.join(missing)} is exposed in the experiment",
        got=", ".join(f"{name} {exposed:,} exposed units" for name, (_, exposed) in sizes.items()),
        expected=f"units of every variant{event} from {period}",
        cause=_unreached(con, study, first, assigned) if assigned else _lost(con, study, first, log),
        remedy=(_told_later(con, study, first) if assigned else "")
        or f"correct the period in the study file, bring the rows of {first}, or take it out of variants",
    )


def unhashed(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[str]:
    """A sentence on the variants of an offline study without an exposed unit: its diagnosis stands, the comparison does not."""
    sizes = _sizes(con, study)
    missing = [name for name, (_, exposed) in sizes.items() if not exposed]
    if study.mode != "offline" or not missing:
        return
    total, first = sum(assigned for assigned, _ in sizes.values()), missing[0]
    if not total:
        cause = "no unit has a row in the experiment"
    elif sizes[first][0]:
        cause = _unreached(con, study, first, sizes[first][0])
    else:
        share = formatted(next(v.weight for v in study.variants if v.name == first), "share")
        cause = (
            f"the salted hash puts none of the {total:,} units of the experiment into {first}, whose share is {share}"
        )
    yield f"no unit of {' and '.join(missing)} is exposed in the experiment, so nothing can be compared: {cause}"


def _sizes(con: "duckdb.DuckDBPyConnection", study: Study) -> dict[str, tuple[int, int]]:
    """Assigned and exposed units of each variant; who is in two counts in none."""
    found = con.execute(
        """select variant, count(*), count(exposed_key) from intermediate.int_assigned
        where user_id not in (select user_id from intermediate.int_assigned group by 1 having count(*) > 1)
        group by variant"""
    ).fetchall()
    sizes = {variant: (assigned, exposed) for variant, assigned, exposed in found}
    return {v.name: sizes.get(v.name, (0, 0)) for v in study.variants}


def early(con: "duckdb.DuckDBPyConnection", study: Study) -> Iterator[str]:
    """A sentence on units whose variant the log tells only after their exposure, which then does not count."""
    found = query.query(con, "early_exposures", exposure=study.exposure, start=str(study.period.start))
    lost, later = int(found.lost.sum()), int(found.exposed_later.sum())
    if lost:
        arms = ", ".join(f"{row.variant} {row.lost:,}" for row in found.itertuples() if row.lost)
        yield (
            f"{lost:,} units reach {study.exposure} only before the first row that tells their variant, and count as not"
            f" exposed: {arms}" + f"; {later:,} more count from a later {study.exposure}" * bool(later)
        )
    elif later:
        yield (
            f"{later:,} units reach {study.exposure} before the first row that tells their variant, and count from a later one"
        )


def _unreached(con: "duckdb.DuckDBPyConnection", study: Study, variant: str, assigned: int) -> str:
    """Units that are assigned and not exposed, and how many of them reach the exposure too early."""
    found = query.query(con, "early_exposures", exposure=study.exposure, start=str(study.period.start))
    lost = int(found.lost[found.variant == variant].sum()) if study.mode == "online" else 0
    before = f"; {lost:,} do before the first row that tells their variant" if lost else ""
    return f"{assigned:,} units of {variant} are assigned and never reach {study.exposure} after that{before}"


def _told_later(con: "duckdb.DuckDBPyConnection", study: Study, variant: str) -> str:
    """What to do where most units reach the exposure only before the first row that tells their variant; empty where they do not."""
    found = query.query(con, "early_exposures", exposure=study.exposure, start=str(study.period.start))
    lost = int(found.lost[found.variant == variant].sum()) if study.mode == "online" and not study.is_unit_table else 0
    if not lost:
        return ""
    later = con.execute(
        """select events.event_name, count(distinct events.user_id) as units from staging.stg_events as events
        join intermediate.int_assigned as assigned using (user_id)
        where assigned.variant = $variant and events.event_name <> $exposure
            and {'at': events.event_time, 'id': events.event_id} >= assigned.assigned_key group by 1 order by 2 desc, 1""",
        {"variant": variant, "exposure": study.exposure},
    ).fetchall()
    last = study.funnel.steps[-1] if study.funnel else ""
    known = [f"{event} ({units:,} units)" for event, units in later if units >= lost / 2 and event != last]
    if known:
        return (
            f"let the funnel begin with an event that units meet once a row tells their variant: {', '.join(known[:3])}"
        )
    return f"bring rows that tell the variant before {study.exposure}: who has one only later was chosen by what he did, and cannot be compared"


def _all_in_two(con: "duckdb.DuckDBPyConnection", study: Study) -> ReportError | None:
    """What is said where every unit that is assigned stands in two variants; None where none is assigned at all."""
    units = con.execute("select count(distinct user_id) from intermediate.int_assigned").fetchall()[0][0]
    if not units:
        return None
    return ReportError(
        f"studies/{study.name}.yml: every unit stands in two variants, so none can be compared",
        got=f"{units:,} units, all of which are left out (data.tolerate.two_variants)",
        expected="one variant a unit, but for a few",
        cause="units that get one after the other (a cross-over, a roll-out by steps), several experiments in one column, or an id that many units share",
        remedy="take the rows of one period, or of one experiment, with data.where; or map the id of what was randomised to user_id",
    )


def _lost(con: "duckdb.DuckDBPyConnection", study: Study, variant: str, log: "Landed | None") -> str:
    """What became of the rows that say a variant, none of which assigns a unit."""
    found = con.execute(
        """select case
                when (event_time >= $start and event_time < $end) is not true then 'outside'
                when problem is not null then 'wrong'
                when row_key in (select row_key from intermediate.int_duplicates) then 'repeated'
                when user_id in (select user_id from intermediate.int_bots) then 'bots'
                when user_id in (select user_id from intermediate.int_contaminated) then 'two'
                else 'silent' end as fate,
            count(*), min(event_time), max(event_time)
        from staging.stg_events_checked where variant = $variant group by 1""",
        {"start": study.period.start, "end": study.period.end, "variant": variant},
    ).fetchall()
    if not found:
        refused = (log.table_arms or {}).get(variant, 0) if log else 0
        return (
            f"all {refused:,} rows of {variant} were refused when the table was read"
            if refused
            else f"no row says {variant}"
        )
    rows = {fate: (n, first, last) for fate, n, first, last in found}
    n, first, last = rows.get("outside", (0, None, None))
    span = f" from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}" if first is not None else ""
    if len(rows) == 1 and n:
        return (
            f"the rows of {variant} lie outside of it: {n:,}{span}"
            if span
            else f"no time of the {n:,} rows of {variant} can be read"
        )
    told = [f"{rows[fate][0]:,} {words}" for fate, words in FATES.items() if fate in rows]
    return f"of the {sum(many for many, *_ in rows.values()):,} rows of {variant} none is left: {', '.join(told)}"
