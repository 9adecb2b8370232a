"""Whether each variant of a study has a unit to compare, and if not, why."""

from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.errors import ReportError

if TYPE_CHECKING:
    import duckdb


def empty(con: "duckdb.DuckDBPyConnection", study: Study) -> ReportError | None:
    """The variants without an exposed unit; None where each has one, or where no unit is assigned at all.

    Units that are hashed fall into every variant as soon as there are more than a few of them.
    """
    if study.mode == "offline":
        return None
    found = {
        variant: (assigned, exposed)
        for variant, assigned, exposed in con.execute(
            """select variant, count(*), count(exposed_key) from intermediate.int_assigned
            where user_id not in (select user_id from intermediate.int_assigned group by 1 having count(*) > 1)
            group by variant"""
        ).fetchall()
    }
    sizes = {v.name: found.get(v.name, (0, 0)) for v in study.variants}
    missing = [name for name, (_, exposed) in sizes.items() if not exposed]
    if not missing or not any(assigned for assigned, _ in sizes.values()):
        return None
    first = missing[0]
    period = f"{study.period.start:%Y-%m-%d %H:%M} to {study.period.end:%Y-%m-%d %H:%M}"
    event = "" if study.is_unit_table else f" with the event {study.exposure}"
    return ReportError(
        f"studies/{study.name}.yml: no unit of {' and '.join(missing)} is exposed in the experiment",
        got=", ".join(f"{name} {exposed:,} exposed units" for name, (_, exposed) in sizes.items()),
        expected=f"units of every variant{event} from {period}",
        cause=_cause(con, study, first, sizes[first][0]),
        remedy=f"correct the period in the study file, bring the rows of {first}, or take it out of variants",
    )


def _cause(con: "duckdb.DuckDBPyConnection", study: Study, variant: str, assigned: int) -> str:
    if assigned:
        return f"{assigned:,} units of {variant} are assigned and never reach {study.exposure} after that"
    asked = "select count(*), min(event_time), max(event_time) from staging.stg_events_checked where variant = ?"
    rows, first, last = con.execute(asked, [variant]).fetchall()[0]
    if not rows:
        return f"no row says {variant}"
    if first is not None and (last < study.period.start or first >= study.period.end):
        return f"the rows of {variant} lie outside of it: {rows:,} from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
    return f"of the {rows:,} rows of {variant} none is left: they are of another experiment, wrong, or of units in two variants"
