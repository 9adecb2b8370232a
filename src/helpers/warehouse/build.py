"""The engine: builds a study's marts with dbt on DuckDB, whole or not at all."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import assignment, ingest, paths
from helpers.config import EXPOSED, Simulation, Study, Units, tracking_plan
from helpers.defaults import MEMORY, THREADS
from helpers.errors import ReportError
from helpers.ingest.sql import cell, literal, quoted
from helpers.ingest.telling import whole_key
from helpers.ingest.values.amounts import in_units, is_whole
from helpers.ingest.values.digits import SESSION, digits_of
from helpers.paths import StudyPaths
from helpers.pipeline import fork_server
from helpers.pipeline.files import private, scratch
from helpers.warehouse import arms, counted, matched, query, randomised
from helpers.warehouse.tolerances import enforce

if TYPE_CHECKING:
    import subprocess

    import duckdb


def dbt_vars(study: Study, log: ingest.Landed, plan: tracking_plan.TrackingPlan) -> dict[str, Any]:
    """Everything the models need of a study, as dbt variables."""
    columns = ingest.column_expressions(study, log.types, log.reading)
    present = {c["name"] for c in columns if not c["expression"].startswith(("null::", "'r' ||"))}
    summed = {m.event for m in study.metrics if m.event and m.measure == "sum"}
    checks = [
        check
        for check in tracking_plan.property_checks(plan, present)
        if not (check.violation == "missing_property" and check.property == "price" and check.event in summed)
    ]  # an amount that is summed and missing is a kind of its own
    digits = {event: digits_of(study, log.reading.numbers, event) for event in sorted(plan.events)} | (
        {} if SESSION in plan.events else {SESSION: 0}  # sessions that are made of their events last whole seconds
    )
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
    if study.lifetime:
        key_events |= {study.lifetime.lasted, study.lifetime.ended}
    segments = study.segments
    cuts = assignment.cut_points([v.weight for v in study.variants])
    return {
        "events_location": f"read_parquet('{log.location}', file_row_number = true)",
        "refused": log.refused,
        "row_event": EXPOSED if study.is_unit_table else "",
        "histories": sorted(study.data.before) if isinstance(study.data, Units) else [],
        "ground_truth": log.ground_truth,
        "columns": columns,
        "raw_row": f"row({', '.join(map(quoted, log.types))})" if "event_id" not in present else "null",
        "has_event_id": "event_id" in present,
        "of_days": log.reading.of_days,
        "planned_events": sorted(plan.events),
        "revenue_events": sorted(revenue_events),
        "counted_events": sorted(study.counted),
        "summed_events": sorted(summed),
        "is_whole": is_whole("price"),
        "amount": _amount(digits),
        "amount_digits": digits,
        "session_amount": in_units("duration_sec", digits.get(SESSION, 0)),
        "negative": "error" if isinstance(study.data, Simulation) else study.data.negative,
        "key_events": sorted(key_events),
        "problems": list(tracking_plan.PROBLEMS),
        "flaws": list(tracking_plan.FLAWS),
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
        "touched": [v.name for v in study.treatments] if study.untouched else [],
        "exposure": study.exposure,
        "exposure_step": steps.index(study.exposure) + 1,
        "entry_event": steps[0],
        "funnel": study.funnel.model_dump()
        | {"kinds": ["strict", "optional"] if study.funnel.optional else ["strict"], "way": study.way},
        "segments": segments,
        "cluster": study.cluster or "",
        "cluster_key": whole_key("assigned_cluster", "user_id") if study.cluster else "user_id",
        "profile": "{" + (", ".join(f"'{a}': {a}" for a in segments) or "'none': 1") + "}",
        "min_segment": study.min_segment,
        "leaving": study.leaving.model_dump() if study.leaving else None,
        "surrogate": study.surrogate.model_dump() if study.surrogate else None,
        "injection": study.injection.model_dump() if study.injection else None,
        "metrics": [m.model_dump() for m in study.metrics],
        "money_metrics": [m.name for m in study.metrics if m.unit == "money"],
    }


def _amount(digits: dict[str, int]) -> str:
    """SQL of a row's amount in the digits of its event."""
    cases = {
        of: ", ".join(literal(event) for event in digits if digits[event] == of) for of in sorted(set(digits.values()))
    }
    told = " ".join(f"when event_name in ({events}) then {in_units('price', of)}" for of, events in cases.items())
    return f"case {told} else {in_units('price', 0)} end"


PAST = "sums of amounts past 64 bits of a unit, or 128 of all squares; keep fewer digits (economics.money_digits)"
"""Why the engine refuses a sum: it never takes a wrong one, nor one that is not exact."""

Computed = Callable[["duckdb.DuckDBPyConnection", Study], None]


def build(study: Study, where: StudyPaths, *computed: Computed) -> None:
    """Raw events to marts: dbt's models and tests, the study's tolerances, then what ``computed`` adds to the database.

    Everything happens in a scratch folder; the database appears under its name only when all of it is right.
    """
    with scratch(where.data, "build") as aside:
        private(aside)
        database = aside / where.database.name
        plan = tracking_plan.tracking_plan(study, where.file.parent)
        log = ingest.landed(where.raw)
        variables = dbt_vars(study, log, plan)
        failure = run_dbt(("build",), variables, database=database, target=where.data / "dbt")
        with query.connect(database, read_only=False) as con:
            enforce(con, study, log)
            if failure:
                raise ReportError(
                    f"the marts of {study.name} could not be built",
                    got=failure,
                    cause=PAST if "out of range" in failure.lower() else None,
                    remedy=f"see {paths.shown(where.data / 'dbt' / 'logs' / 'dbt.log')}",
                )
            if not study.has_rows:
                counted.load(con, study, log)
            elif error := arms.empty(con, study, log):
                raise error
            randomised.load(con, study, log)
            matched.load(con, study, log)
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
    private(target)
    done = dbt(
        [
            "--quiet", "--no-use-colors", "--log-path", str(target / "logs"),
            *command, "--project-dir", str(paths.WAREHOUSE), "--profiles-dir", str(paths.WAREHOUSE),
            "--target-path", str(target), "--vars", json.dumps({k: verbatim(v) for k, v in variables.items()}), *options,
        ],
        environment,
    )  # fmt: skip
    if done.returncode == 0:
        return ""
    return (
        "\n".join(line for line in (done.stdout + done.stderr).splitlines() if line.strip())[:2_000] or "no word of dbt"
    )


def verbatim(value: Any) -> Any:
    """A variable as dbt hands it to the models unchanged: it takes text for a template, and would run what stands there.

    >>> verbatim("Cart"), verbatim("{{1}}")
    ('Cart', "{{ '\\\\U0000007b\\\\U0000007b\\\\U00000031\\\\U0000007d\\\\U0000007d' }}")
    """
    if not isinstance(value, str) or not {"{", "}"} & set(value):
        return value
    return "{{ '" + "".join(f"\\U{ord(sign):08x}" for sign in value) + "' }}"


def dbt(arguments: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """dbt itself, in a process of its own."""
    return fork_server.run(fork_server.DBT, "dbt.cli.main:cli", ["dbt", *arguments], environment, paths.ROOT)


def _export(con: "duckdb.DuckDBPyConnection", study: Study, aside: Path) -> Path | None:
    """``clean_events.csv`` for who wants the clean events outside, where the study asks for it."""
    if not study.data.export_clean_events:
        return None
    file = aside / "clean_events.csv"
    columns = ["event_id", "event_time", "event_name", "user_id", "session_id", "product_id", "category", "amount"]
    columns += [s for s in study.segments if s not in columns]
    typed = ("event_time", "amount")
    cells = [quoted(name) if name in typed else f"{cell(quoted(name))} as {quoted(name)}" for name in columns]
    con.execute(
        f"copy (select {', '.join(cells)} from staging.stg_events as e order by e.event_time, e.event_id)"
        f" to {literal(file)} (header, delimiter ',')"
    )
    return file
