"""What is wrong with a log, held against what its study tolerates."""

from typing import TYPE_CHECKING

from helpers.config import Log, Study
from helpers.errors import ReportError, several
from helpers.formatting import formatted
from helpers.ingest.levels import UNMAPPED, unmapped

if TYPE_CHECKING:
    import duckdb


def enforce_tolerances(con: "duckdb.DuckDBPyConnection", study: Study) -> None:
    """Compare the flow of rows with what the study tolerates; more is an error, not a footnote."""
    if not exists(con, "marts", "fct_row_flow"):
        return
    if faults := refusals(con, study):
        raise several(faults)


def refusals(con: "duckdb.DuckDBPyConnection", study: Study, *, whole: bool = True) -> list[ReportError]:
    """Everything that is wrong with a log, held against what its study tolerates.

    Of a part of a log (not ``whole``) it is not held against it what the rest may show.
    """
    flow = dict(con.execute("select kind, rows from marts.fct_row_flow").fetchall())
    rows = con.execute("select all_rows + refused from intermediate.int_row_checks").fetchall()[0][0]
    if rows == 0:
        return [ReportError(f"the log of {study.name} holds no events")]
    flow["repeated"] = flow["exact_duplicate"] + flow["late_duplicate"]
    tolerated = study.data.tolerate.model_dump()
    found = [_check_levels(con, study)]
    found += [_too_many(con, study, kind, limit, flow, rows) for kind, limit in tolerated.items()]
    if not any(found):  # what follows is often the consequence of something above
        found += [_check_variants(con, study, whole), _check_planted_levels(con, study) if whole else None]
    if flow["kept"] == 0 and whole and not any(found):
        outside = flow["outside_period"] > 0
        lost = [f"{n:,} {kind.replace('_', ' ')}" for kind, n in flow.items() if n]
        found.append(
            ReportError(
                f"no row of the log of {study.name} is left for its marts",
                got=f"of {rows:,} rows: {', '.join(lost)}",
                expected=f"events from {study.period.first} to {study.period.end}",
                cause="the period is another one than the log's" if outside else None,
                remedy="correct period in the study file" if outside else "mend the log, or what data.columns maps",
            )
        )
    return [error for error in found if error]


def _too_many(
    con: "duckdb.DuckDBPyConnection", study: Study, kind: str, limit: float, flow: dict[str, int], rows: int
) -> ReportError | None:
    """What is said of more wrong rows of a kind, or of more units in two variants, than the study tolerates."""
    found, total, counted = flow.get(kind, 0), rows, "rows"
    if kind == "two_variants":
        if not exists(con, "intermediate", "int_contaminated"):
            return None
        found = con.execute("select count(*) from intermediate.int_contaminated").fetchall()[0][0]
        total = con.execute("select count(distinct user_id) from intermediate.int_assigned").fetchall()[0][0]
        counted = "units"
    if found <= limit * total:
        return None
    if kind == "repeated" and isinstance(study.data, Log) and "event_id" not in study.data.columns:
        return _repeats(study, found, total, limit)
    what = _TOLD[kind] if counted == "units" else f"too many rows of the log are wrong: {_TOLD[kind]}"
    return ReportError(
        f"studies/{study.name}.yml: {what}",
        got=f"{found:,} of {total:,} {counted} ({formatted(found / total, 'share')})",
        expected=f"at most {formatted(limit, 'share')} (data.tolerate.{kind})",
        cause=_unplanned(con, study) if kind == "unplanned_event" else _CAUSES[kind],
        remedy=f"mend the log, or tolerate it: data.tolerate.{kind}: {min(1, max(found / total * 1.1, 0.0001)):.4f}",
    )


def _unplanned(con: "duckdb.DuckDBPyConnection", study: Study) -> str:
    """The events that no plan covers, by their names in the log."""
    found = con.execute(
        """select event_name, count(*) from staging.base_events where row_key in
        (select row_key from staging.stg_events_checked where problem = 'unplanned_event') group by 1 order by 2 desc, 1 limit 5"""
    ).fetchall()
    told = ", ".join(f"{name!r} ({n:,} rows)" if name else f"no name ({n:,} rows)" for name, n in found)
    return f"{_CAUSES['unplanned_event']}: {told}; data.events says what a name of the log means"


def _repeats(study: Study, found: int, rows: int, limit: float) -> ReportError:
    """Rows without ids that are equal in every column: copies, or events that the log does not tell apart."""
    return ReportError(
        f"studies/{study.name}.yml: too many rows of the log are equal in all columns",
        got=f"{found:,} of {rows:,} rows repeat another one ({formatted(found / rows, 'share')})",
        expected=f"at most {formatted(limit, 'share')} (data.tolerate.repeated)",
        cause="an export that was appended twice, or events of one moment that a log without ids does not tell apart",
        remedy="name the column of the event's id (data.columns.event_id), or export the log with one; if they are"
        f" copies, have them dropped: data.tolerate.repeated: {min(1, max(found / rows * 1.1, 0.0001)):.4f}",
    )


def _check_levels(con: "duckdb.DuckDBPyConnection", study: Study) -> ReportError | None:
    """Every level of a log's variant column that meets the experiment must mean a variant, where levels are mapped."""
    if study.mode == "offline" or not isinstance(study.data, Log) or not study.data.variants:
        return None
    if not exists(con, "intermediate", "int_assigned"):
        return None
    means = {name: level for level, name in study.data.variants.items()}
    found = [
        (name.removeprefix(UNMAPPED), n) if name.startswith(UNMAPPED) else (means[name], n)
        for name, n in _assigned(con)
    ]
    return unmapped(study, "variant", "the log", found, "units")


def _assigned(con: "duckdb.DuckDBPyConnection") -> list[tuple[str, int]]:
    return con.execute("select variant, count(*) from intermediate.int_assigned group by 1 order by 1").fetchall()


def _check_variants(con: "duckdb.DuckDBPyConnection", study: Study, whole: bool) -> ReportError | None:
    """An online log must show the study's variants, and no other."""
    if study.mode == "offline" or not exists(con, "intermediate", "int_assigned"):
        return None
    found = _assigned(con)
    planned = [v.name for v in study.variants]
    strange = [name for name, _ in found if name not in planned]
    if strange or (whole and not found):
        return ReportError(
            f"studies/{study.name}.yml: the log shows other variants than the study"
            if strange
            else f"studies/{study.name}.yml: the log shows no unit in a variant",
            got=", ".join(f"{name!r} ({units:,} units)" for name, units in found) or "no variant in the study's period",
            expected=", ".join(planned),
            cause=None if strange else "data.columns maps no column to variant, or another experiment_id",
            remedy="correct variants in the study file" if strange else "map the column that holds the variant",
        )
    return None


def _check_planted_levels(con: "duckdb.DuckDBPyConnection", study: Study) -> ReportError | None:
    """An uplift for a level that no exposed unit has would be planted nowhere."""
    if study.injection is None or not exists(con, "intermediate", "int_injection"):
        return None
    found = [row[0] for row in con.execute("select level from intermediate.int_injection order by 1").fetchall()]
    strange = [level for level in study.injection.relative_uplift if level not in found]
    if strange and found:
        return ReportError(
            f"studies/{study.name}.yml: key 'injection.relative_uplift' names levels that the log does not show",
            got=", ".join(strange),
            expected=f"one of {', '.join(found)}",
            remedy="correct the level, or lower min_segment if it was pooled into other",
        )
    return None


_TOLD = {
    "malformed_line": "lines that do not fit the header (see raw/rejects.csv)",
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
    "wrong_type": "NaN, infinity or text in the price column, or the wrong column mapped to price",
    "missing_revenue": "the price is logged under another name",
    "negative_price": "refunds logged as purchases",
    "repeated": "an export that was appended twice, or an id that is none of the event",
    "two_variants": "units that changed device or cookie, or a re-randomisation under way",
}


def exists(con: "duckdb.DuckDBPyConnection", schema: str, table: str) -> bool:
    found = con.execute(
        "select count(*) from information_schema.tables where table_schema = ? and table_name = ?", [schema, table]
    )
    return bool(found.fetchall()[0][0])
