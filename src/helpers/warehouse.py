"""The engine: builds a study's marts with dbt on DuckDB, and answers the named queries of ``docs/queries``."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import assignment, events, paths
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.results import formatted, write_text
from helpers.study import Study

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

THREADS = 2
MEMORY = "4GB"


def dbt_vars(study: Study, log: events.Landed, plan: events.TrackingPlan) -> dict[str, Any]:
    """Everything the models need of a study, as dbt variables."""
    columns = events.column_expressions(study, log.types)
    present = {c["name"] for c in columns if not c["expression"].startswith(("null::", "'r' ||"))}
    checks = events.property_checks(plan, present)
    steps = study.funnel.steps
    revenue_events = sorted({m.event for m in study.metrics if m.event and m.unit == "money"} | {steps[-1]})
    key_events = {*steps[1:], study.exposure, *(m.event for m in study.metrics if m.event), *events.EXPERIMENT_EVENTS}
    segments = study.segments
    cuts = assignment.cut_points([v.weight for v in study.variants])
    return {
        "events_location": f"read_parquet('{log.location}', file_row_number = true)",
        "malformed_lines": log.malformed_lines,
        "columns": columns,
        "raw_columns": [c["name"] for c in columns if c["name"] in present],
        "has_event_id": "event_id" in present,
        "time_is_text": log.types.get(_raw_name(study, "event_time"), "VARCHAR") == "VARCHAR",
        "planned_events": sorted({*plan.events, *(e for e in events.EXPERIMENT_EVENTS if study.mode == "online")})
        if any(e in plan.events for e in events.EXPERIMENT_EVENTS)
        else sorted(plan.events),
        "revenue_events": revenue_events,
        "key_events": sorted(key_events),
        "problems": list(events.PROBLEMS),
        "row_kinds": events.ROW_KINDS,
        "property_checks": [vars(c) | {"index": i} for i, c in enumerate(checks)],
        "bot_events_per_day": study.data.bot_events_per_day,
        "experiment_id": study.name,
        "title": study.title,
        "mode": study.mode,
        "salt": study.salt,
        "first": str(study.period.first),
        "diagnosis_end": str(study.period.diagnosis_end),
        "start": str(study.period.start),
        "end": str(study.period.end),
        "variants": [
            {"name": v.name, "weight": v.weight, "upper": repr(float(c))}
            for v, c in zip(study.variants, cuts, strict=True)
        ],
        "control": study.control.name,
        "exposure": study.exposure,
        "exposure_step": steps.index(study.exposure) + 1,
        "entry_event": steps[0],
        "funnel": study.funnel.model_dump()
        | {"kinds": ["strict", "optional"] if study.funnel.optional else ["strict"]},
        "segments": segments,
        "profile": "{" + (", ".join(f"'{s}': {s}" for s in segments) or "'none': 1") + "}",
        "min_segment": study.min_segment,
        "injection": study.injection.model_dump() if study.injection else None,
        "metrics": [m.model_dump() for m in study.metrics],
        "money_metrics": [m.name for m in study.metrics if m.unit == "money"],
    }


def _raw_name(study: Study, name: str) -> str:
    if study.simulated:
        return name
    source = study.data.columns[name]  # type: ignore[union-attr]
    return source if isinstance(source, str) else source.column


def build(study: Study, where: StudyPaths) -> None:
    """Raw events to marts: dbt's models and tests, the study's tolerances, the computed statistics.

    Everything happens in a scratch folder; the database appears under its name only when all of it is right.
    """
    scratch = where.data / f".build-{os.getpid()}"
    clear_scratch(where.data, ".build-")
    scratch.mkdir(parents=True)
    try:
        database = scratch / where.database.name
        plan = events.tracking_plan(study, where.base / "studies")
        variables = dbt_vars(study, events.landed(where.raw), plan)
        failure = run_dbt(("build",), variables, database=database, target=where.data / "dbt")
        with connect(database, read_only=False) as con:
            enforce_tolerances(con, study)
            if failure:
                raise ReportError(
                    f"the marts of {study.name} could not be built",
                    got=failure,
                    remedy=f"see {paths.shown(where.data / 'dbt' / 'logs' / 'dbt.log')}",
                )
            _load_statistics(con, study)
            clean = _export(con, study, scratch)
        database.replace(where.database)
        if clean:
            clean.replace(where.data / clean.name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def run_dbt(
    command: tuple[str, ...], variables: dict[str, Any], *, database: Path, target: Path, options: tuple[str, ...] = ()
) -> str:
    """Run one dbt command in a process of its own (it keeps the database locked); '' or what failed."""
    environment = os.environ | {
        "WAREHOUSE_DATABASE": str(database),
        "WAREHOUSE_THREADS": os.environ.get("WAREHOUSE_THREADS", str(THREADS)),
        "WAREHOUSE_MEMORY": os.environ.get("WAREHOUSE_MEMORY", MEMORY),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONWARNINGS": "ignore::DeprecationWarning",
    }
    target.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")), "--quiet", "--no-use-colors", "--log-path", str(target / "logs"),
            *command, "--project-dir", str(paths.WAREHOUSE), "--profiles-dir", str(paths.WAREHOUSE),
            "--target-path", str(target), "--vars", json.dumps(variables), *options,
        ],
        env=environment, capture_output=True, text=True, check=False, cwd=paths.ROOT,
    )  # fmt: skip
    if done.returncode == 0:
        return ""
    return (
        "\n".join(line for line in (done.stdout + done.stderr).splitlines() if line.strip())[:2_000] or "no word of dbt"
    )


def clear_scratch(folder: Path, prefix: str) -> None:
    """Remove what killed runs left behind; the scratch of a living process stays."""
    for old in folder.glob(f"{prefix}*"):
        pid = old.name.removeprefix(prefix)
        if not (pid.isdigit() and Path(f"/proc/{pid}").exists()):
            shutil.rmtree(old, ignore_errors=True)


def enforce_tolerances(con: "duckdb.DuckDBPyConnection", study: Study) -> None:
    """Compare the flow of rows with what the study tolerates; more is an error, not a footnote."""
    if not _exists(con, "marts", "fct_row_flow"):
        return
    flow = dict(con.execute("select kind, rows from marts.fct_row_flow").fetchall())
    rows = con.execute("select all_rows from intermediate.int_row_checks").fetchall()[0][0] + flow["malformed_line"]
    if rows == 0:
        raise ReportError(f"the log of {study.name} holds no events")
    tolerated = study.data.tolerate.model_dump()
    for kind, limit in tolerated.items():
        if kind == "two_variants":
            if not _exists(con, "intermediate", "int_contaminated"):
                continue
            found = con.execute("select count(*) from intermediate.int_contaminated").fetchall()[0][0]
            units = con.execute("select count(distinct user_id) from intermediate.int_assigned").fetchall()[0][0]
        else:
            found, units = flow[kind], rows
        if found > limit * units:
            raise ReportError(
                f"studies/{study.name}.yml: too many rows of the log are wrong: {_TOLD[kind]}"
                if kind != "two_variants"
                else f"studies/{study.name}.yml: {_TOLD[kind]}",
                got=f"{found:,} of {units:,} {'units' if kind == 'two_variants' else 'rows'} ({formatted(found / units, 'share')})",
                expected=f"at most {formatted(limit, 'share')} (data.tolerate.{kind})",
                cause=_CAUSES[kind],
                remedy=f"mend the log, or tolerate it: data.tolerate.{kind}: {max(found / units * 1.1, 0.0001):.4f}",
            )
    _check_variants(con, study)
    _check_planted_levels(con, study)
    if flow["kept"] == 0:
        raise ReportError(
            f"no row of the log of {study.name} lies in the study's period",
            got=f"{flow['outside_period']:,} rows outside",
            expected=f"{study.period.first} to {study.period.end}",
            remedy="correct period in the study file",
        )


def _check_variants(con: "duckdb.DuckDBPyConnection", study: Study) -> None:
    """An online log must show the study's variants, and no other."""
    if study.mode == "offline" or not _exists(con, "intermediate", "int_assigned"):
        return
    found = con.execute("select variant, count(*) from intermediate.int_assigned group by 1 order by 1").fetchall()
    planned = [v.name for v in study.variants]
    strange = [name for name, _ in found if name not in planned]
    if strange or not found:
        raise ReportError(
            f"studies/{study.name}.yml: the log shows other variants than the study"
            if strange
            else f"studies/{study.name}.yml: the log shows no unit in a variant",
            got=", ".join(f"{name!r} ({units:,} units)" for name, units in found) or "no variant in the study's period",
            expected=", ".join(planned),
            cause=None if strange else "data.columns maps no column to variant, or another experiment_id",
            remedy="correct variants in the study file" if strange else "map the column that holds the variant",
        )


def _check_planted_levels(con: "duckdb.DuckDBPyConnection", study: Study) -> None:
    """An uplift for a level that no exposed unit has would be planted nowhere."""
    if study.injection is None or not _exists(con, "intermediate", "int_injection"):
        return
    found = [row[0] for row in con.execute("select level from intermediate.int_injection order by 1").fetchall()]
    strange = [level for level in study.injection.relative_uplift if level not in found]
    if strange and found:
        raise ReportError(
            f"studies/{study.name}.yml: key 'injection.relative_uplift' names levels that the log does not show",
            got=", ".join(strange),
            expected=f"one of {', '.join(found)}",
            remedy="correct the level, or lower min_segment if it was pooled into other",
        )


_TOLD = {
    "malformed_line": "lines that do not fit the header (see raw/rejects.csv)",
    "missing_id": "rows without a unit id",
    "unparseable_time": "timestamps that cannot be read",
    "unplanned_event": "event names the tracking plan does not know",
    "wrong_type": "revenue, prices or session lengths that are not a number",
    "missing_revenue": "purchases without revenue",
    "negative_price": "negative revenue or prices",
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
    "two_variants": "units that changed device or cookie, or a re-randomisation under way",
}


def _exists(con: "duckdb.DuckDBPyConnection", schema: str, table: str) -> bool:
    found = con.execute(
        "select count(*) from information_schema.tables where table_schema = ? and table_name = ?", [schema, table]
    )
    return bool(found.fetchall()[0][0])


def _load_statistics(con: "duckdb.DuckDBPyConnection", study: Study) -> None:
    """``marts.fct_experiment_statistics``, computed by :mod:`helpers.experiment`, never a second time in SQL."""
    from helpers import experiment

    frame = experiment.statistics_frame(con, study)
    con.register("computed", frame)
    con.execute("create or replace table marts.fct_experiment_statistics as select * from computed")
    con.unregister("computed")


def _export(con: "duckdb.DuckDBPyConnection", study: Study, scratch: Path) -> Path | None:
    """``clean_events.csv`` for who wants the clean events outside, where the study asks for it."""
    if not study.data.export_clean_events:
        return None
    file = scratch / "clean_events.csv"
    columns = ["event_id", "event_time", "event_name", "user_id", "session_id", "product_id", "category", "amount"]
    attributes = [s for s in study.segments if s not in columns]
    con.execute(
        f"copy (select {', '.join([*columns, *attributes])} from staging.stg_events order by event_time, event_id)"
        f" to '{file}' (header, delimiter ',')"
    )
    return file


def document(study: Study, where: StudyPaths) -> Path:
    """dbt's documentation with lineage as one page, ``reports/STUDY/warehouse/index.html``, without paths of the machine. Raises when dbt fails."""
    plan = events.tracking_plan(study, where.base / "studies")
    variables = dbt_vars(study, events.landed(where.raw), plan)
    failure = run_dbt(
        ("docs", "generate"), variables, database=where.database, target=where.data / "dbt", options=("--static",)
    )
    if failure:
        raise ReportError("dbt could not write its documentation", got=failure)
    html = (where.data / "dbt" / "static_index.html").read_text(encoding="utf-8")
    for root in {paths.ROOT, where.base}:
        html = html.replace(f"{root}/", "")
    page = where.reports / "warehouse" / "index.html"
    write_text(page, html)
    return page


def opened(database: Path, *, read_only: bool = True) -> "duckdb.DuckDBPyConnection":
    """A connection to the marts of a study. Notebooks read only."""
    import duckdb

    if read_only and not database.is_file():
        raise ReportError(
            "the marts are not built",
            expected=paths.shown(database),
            remedy=f"run: make study STUDY=studies/{database.parent.name}.yml",
        )
    con = duckdb.connect(str(database), read_only=read_only)
    con.execute(f"set threads = {os.environ.get('WAREHOUSE_THREADS', THREADS)}; set memory_limit = '{MEMORY}'")
    con.execute("set TimeZone = 'UTC'")
    return con


@contextmanager
def connect(database: Path, *, read_only: bool = True) -> Iterator["duckdb.DuckDBPyConnection"]:
    """:func:`opened`, closed at the end of the block."""
    con = opened(database, read_only=read_only)
    try:
        yield con
    finally:
        con.close()


def query(con: "duckdb.DuckDBPyConnection", name: str, **parameters: Any) -> "pd.DataFrame":
    """Run ``docs/queries/NAME.sql`` with its ``$parameters``; integers too wide for int64 stay Python ints."""
    file = paths.QUERIES / f"{name}.sql"
    if not file.is_file():
        known = ", ".join(sorted(p.stem for p in paths.QUERIES.glob("*.sql")))
        raise ReportError(f"there is no query {name!r}", expected=f"one of {known}")
    return frame(con.execute(file.read_text(encoding="utf-8"), parameters or None))


def frame(cursor: "duckdb.DuckDBPyConnection") -> "pd.DataFrame":
    """A result as a frame without the loss that HUGEINT suffers on its way through float64."""
    import pandas as pd

    names = [column[0] for column in cursor.description or []]
    types = [str(column[1]) for column in cursor.description or []]
    if "HUGEINT" not in types:
        return cursor.df()
    columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=object if kind == "HUGEINT" else None)
            for name, kind, values in zip(names, types, columns, strict=True)
        }
    )
