"""The engine: builds a study's marts with dbt on DuckDB, whole or not at all."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import assignment, ingest, paths
from helpers.config import EXPOSED, Study, tracking_plan
from helpers.defaults import MEMORY, THREADS
from helpers.errors import ReportError
from helpers.paths import StudyPaths
from helpers.pipeline.files import scratch
from helpers.warehouse import query
from helpers.warehouse.tolerances import enforce_tolerances

if TYPE_CHECKING:
    import duckdb


def dbt_vars(study: Study, log: ingest.Landed, plan: tracking_plan.TrackingPlan) -> dict[str, Any]:
    """Everything the models need of a study, as dbt variables."""
    columns = ingest.column_expressions(study, log.types, log.reading)
    present = {c["name"] for c in columns if not c["expression"].startswith(("null::", "'r' ||"))}
    checks = tracking_plan.property_checks(plan, present)
    steps = study.funnel.steps
    revenue_events = {m.event for m in study.metrics if m.event and m.unit == "money"}
    if study.economics.revenue_metric and not study.is_unit_table:
        revenue_events.add(steps[-1])
    key_events = {
        *steps[1:],
        study.exposure,
        *(e for m in study.metrics for e in m.events),
        *tracking_plan.EXPERIMENT_EVENTS,
    }
    if study.leaving:
        key_events.add(study.leaving.event)
    segments = study.segments
    cuts = assignment.cut_points([v.weight for v in study.variants])
    return {
        "events_location": f"read_parquet('{log.location}', file_row_number = true)",
        "refused": log.refused,
        "row_event": EXPOSED if study.is_unit_table else "",
        "ground_truth": log.ground_truth,
        "columns": columns,
        "raw_columns": [c["name"] for c in columns if c["name"] in present - {"time_format"}],
        "has_event_id": "event_id" in present,
        "planned_events": sorted(plan.events),
        "revenue_events": sorted(revenue_events),
        "counted_events": sorted(study.counted),
        "key_events": sorted(key_events),
        "problems": list(tracking_plan.PROBLEMS),
        "row_kinds": tracking_plan.row_kinds(study),
        "landing_kinds": ["malformed_line", *tracking_plan.UNIT_KINDS],
        "property_checks": [vars(c) | {"index": i} for i, c in enumerate(checks)],
        "bot_events_per_day": study.data.bot_events_per_day,
        "experiment_id": study.name,
        "title": study.title,
        "mode": study.mode,
        "salt": study.salt,
        "first": str(study.period.first),
        "diagnosis_end": str(study.diagnosis_end),
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
        "leaving": study.leaving.model_dump() if study.leaving else None,
        "surrogate": study.surrogate.model_dump() if study.surrogate else None,
        "injection": study.injection.model_dump() if study.injection else None,
        "metrics": [m.model_dump() for m in study.metrics],
        "money_metrics": [m.name for m in study.metrics if m.unit == "money"],
    }


Computed = Callable[["duckdb.DuckDBPyConnection", Study], None]


def build(study: Study, where: StudyPaths, *computed: Computed) -> None:
    """Raw events to marts: dbt's models and tests, the study's tolerances, then what ``computed`` adds to the database.

    Everything happens in a scratch folder; the database appears under its name only when all of it is right.
    """
    with scratch(where.data, "build") as aside:
        aside.mkdir()
        database = aside / where.database.name
        plan = tracking_plan.tracking_plan(study, where.base / "studies")
        variables = dbt_vars(study, ingest.landed(where.raw), plan)
        failure = run_dbt(("build",), variables, database=database, target=where.data / "dbt")
        with query.connect(database, read_only=False) as con:
            enforce_tolerances(con, study)
            if failure:
                raise ReportError(
                    f"the marts of {study.name} could not be built",
                    got=failure,
                    remedy=f"see {paths.shown(where.data / 'dbt' / 'logs' / 'dbt.log')}",
                )
            for add in computed:
                add(con, study)
            clean = _export(con, study, aside)
        if clean:
            clean.replace(where.data / clean.name)
        database.replace(where.database)  # the last, for make looks at its time


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
    done = dbt(
        [
            "--quiet", "--no-use-colors", "--log-path", str(target / "logs"),
            *command, "--project-dir", str(paths.WAREHOUSE), "--profiles-dir", str(paths.WAREHOUSE),
            "--target-path", str(target), "--vars", json.dumps(variables), *options,
        ],
        environment,
    )  # fmt: skip
    if done.returncode == 0:
        return ""
    return (
        "\n".join(line for line in (done.stdout + done.stderr).splitlines() if line.strip())[:2_000] or "no word of dbt"
    )


def dbt(arguments: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """dbt itself, in a process of its own."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *arguments],
        env=environment, capture_output=True, text=True, check=False, cwd=paths.ROOT,
        close_fds=False,  # it inherits the lock: should this process be killed, the next run waits for dbt to end
    )  # fmt: skip


def _export(con: "duckdb.DuckDBPyConnection", study: Study, aside: Path) -> Path | None:
    """``clean_events.csv`` for who wants the clean events outside, where the study asks for it."""
    if not study.data.export_clean_events:
        return None
    file = aside / "clean_events.csv"
    columns = ["event_id", "event_time", "event_name", "user_id", "session_id", "product_id", "category", "amount"]
    attributes = [s for s in study.segments if s not in columns]
    con.execute(
        f"copy (select {', '.join([*columns, *attributes])} from staging.stg_events order by event_time, event_id)"
        f" to '{file}' (header, delimiter ',')"
    )
    return file
