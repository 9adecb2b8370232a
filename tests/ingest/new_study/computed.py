"""What the models of the warehouse make of a proposal, without dbt."""

import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb

from helpers import ingest
from helpers.config import Study, tracking_plan
from helpers.warehouse import render, tolerances
from helpers.warehouse.build import dbt_vars


def sums(study: Study, base: Path) -> dict[str, dict[str, tuple[int, Decimal]]]:
    """Of each metric the units and the sum of each arm, of the units that were exposed."""
    raw = Path(tempfile.mkdtemp(dir=base)) / "raw"
    ingest.land(study, raw)
    log = ingest.landed(raw)
    plan = tracking_plan.tracking_plan(study, base / "studies")
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("set TimeZone = 'UTC'")
        models = ("fct_row_flow", "fct_repeats", "int_contaminated", "fct_experiment_results", "dim_amounts")
        render.create(con, dbt_vars(study, log, plan), *models)
        tolerances.enforce(con, study, log)
        digits = dict(con.execute("select event_name, digits from marts.dim_amounts").fetchall())
        rows = con.execute(
            """select metric, variant, sample_size, coalesce(sum_y, 0)::hugeint from marts.fct_experiment_results
            where population = 'exposed' and dimension = 'all'"""
        ).fetchall()
    of = {m.name: digits.get(m.event, 0) if m.measure == "sum" else 0 for m in study.metrics}
    told: dict[str, dict[str, tuple[int, Decimal]]] = {metric.name: {} for metric in study.metrics}
    for metric, variant, n, total in rows:
        told[metric][variant] = (n, Decimal(int(total)).scaleb(-of[metric]))
    return told
