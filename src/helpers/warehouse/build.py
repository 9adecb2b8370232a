"""The engine: builds a study's marts with dbt on DuckDB, whole or not at all."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import assignment, ingest, paths
from helpers.config import EXPOSED, EventName, Log, Study, tracking_plan
from helpers.errors import ReportError
from helpers.experiment import results
from helpers.paths import StudyPaths
from helpers.pipeline.files import scratch
from helpers.record import write_text
from helpers.site.csp import secured
from helpers.warehouse import query
from helpers.warehouse.query import MEMORY, THREADS
from helpers.warehouse.tolerances import enforce_tolerances

if TYPE_CHECKING:
    import duckdb


def dbt_vars(study: Study, log: ingest.Landed, plan: tracking_plan.TrackingPlan) -> dict[str, Any]:
    """Everything the models need of a study, as dbt variables."""
    columns = ingest.column_expressions(study, log.types)
    present = {c["name"] for c in columns if not c["expression"].startswith(("null::", "'r' ||"))}
    checks = tracking_plan.property_checks(plan, present)
    steps = study.funnel.steps
    revenue_events = {m.event for m in study.metrics if m.event and m.unit == "money"}
    if study.economics.revenue_metric and not study.tabled:
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
        "row_event": EXPOSED if study.tabled else "",
        "ground_truth": log.ground_truth,
        "columns": columns,
        "raw_columns": [c["name"] for c in columns if c["name"] in present],
        "has_event_id": "event_id" in present,
        "time_is_text": log.types.get(_raw_name(study, "event_time"), "VARCHAR") == "VARCHAR",
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


def _raw_name(study: Study, name: str) -> str:
    if not isinstance(study.data, Log):
        return name
    source = study.data.columns[name]
    assert not isinstance(source, EventName)
    return source if isinstance(source, str) else source.column


def build(study: Study, where: StudyPaths) -> None:
    """Raw events to marts: dbt's models and tests, the study's tolerances, the computed statistics.

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
            _load_statistics(con, study)
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
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")), "--quiet", "--no-use-colors", "--log-path", str(target / "logs"),
            *command, "--project-dir", str(paths.WAREHOUSE), "--profiles-dir", str(paths.WAREHOUSE),
            "--target-path", str(target), "--vars", json.dumps(variables), *options,
        ],
        env=environment, capture_output=True, text=True, check=False, cwd=paths.ROOT,
        close_fds=False,  # it inherits the lock: should this process be killed, the next run waits for dbt to end
    )  # fmt: skip
    if done.returncode == 0:
        return ""
    return (
        "\n".join(line for line in (done.stdout + done.stderr).splitlines() if line.strip())[:2_000] or "no word of dbt"
    )


def _load_statistics(con: "duckdb.DuckDBPyConnection", study: Study) -> None:
    """``marts.fct_experiment_statistics``, computed by :mod:`helpers.experiment.results`, never a second time in SQL."""
    frame = results.statistics_frame(con, study)
    con.register("computed", frame)
    con.execute("create or replace table marts.fct_experiment_statistics as select * from computed")
    con.unregister("computed")


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


def _offline(html: str) -> str:
    r"""dbt's page without what a browser fetches in vain, an icon that was never built in and unfilled links to symbols,
    and with the word that lets its framework do without ``eval``, which no policy of ours allows.

    >>> _offline('<html lang="en"><link rel="shortcut icon" href="${x}"/><use xlink:href="{{ icon }}">')
    '<html ng-csp="no-unsafe-eval" lang="en"><use ng-attr-xlink:href="{{ icon }}">'
    """
    bare = re.sub(r"<link rel=\\?[\"'](?:shortcut )?icon[^>]*>", "", html)
    bare = re.sub(r"(?<!-)xlink:href=(\\?\")\{\{", r"ng-attr-xlink:href=\1{{", bare)
    return bare.replace("<html ", '<html ng-csp="no-unsafe-eval" ', 1)


def document(study: Study, where: StudyPaths) -> Path:
    """dbt's documentation with lineage as one page, ``reports/STUDY/warehouse/index.html``. Raises when dbt fails.

    dbt opens the database for writing, so it looks at a copy: notebooks may be reading the marts at the same time.
    """
    plan = tracking_plan.tracking_plan(study, where.base / "studies")
    variables = dbt_vars(study, ingest.landed(where.raw), plan)
    with scratch(where.data, "docs") as aside:
        aside.mkdir()
        copy = Path(shutil.copy(where.database, aside))
        failure = run_dbt(("docs", "generate"), variables, database=copy, target=aside, options=("--static",))
        if failure:
            raise ReportError("dbt could not write its documentation", got=failure)
        html = (aside / "static_index.html").read_text(encoding="utf-8").replace(f"{aside.name}/", "dbt/")
    page = where.reports / "warehouse" / "index.html"
    write_text(page, published(html, {paths.ROOT, where.base}))
    return page


def published(html: str, roots: set[Path]) -> str:
    """dbt's page as it is shown: offline, without the folders in ``roots``, under the policy of every other page."""
    html = _offline(html)
    for root in roots:
        html = html.replace(f"{root}/", "")
    return secured(html)
