"""Every effect of an experiment as rows: lift, interval and p of each metric, level and treatment."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.config import EXPOSED, Study
from helpers.experiment.results import ASSIGNED, MetricEffect, Results

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


def load(con: "duckdb.DuckDBPyConnection", study: Study) -> None:
    """Put :func:`frame` into ``computed.experiment_statistics``, beside the marts and no mart: dbt does not build it."""
    con.register("statistics", frame(con, study))
    con.execute("create schema if not exists computed")
    con.execute("create or replace table computed.experiment_statistics as select * from statistics")
    con.unregister("statistics")


def frame(con: "duckdb.DuckDBPyConnection", study: Study) -> "pd.DataFrame":
    """Lift, interval and p of every metric, level and treatment, a row each; see ``warehouse/models/sources.yml``."""
    import pandas as pd

    results = Results(con, study)
    rows = [
        _row(study, effect)
        for metric in study.metrics
        for variant in study.treatments
        for population, dimensions in ((EXPOSED, ("all", "day", *study.segments)), (ASSIGNED, ("all", *study.segments)))
        for dimension in dimensions
        for level in results.levels(population, dimension)
        if (
            effect := results.effect(
                metric, variant=variant.name, population=population, dimension=dimension, level=level
            )
        )
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS: Sequence[str] = (
    "experiment_id", "population", "dimension", "level", "variant", "metric", "method", "n_control", "n_treatment",
    "control", "treatment", "difference", "difference_low", "difference_high", "lift", "lift_low", "lift_high",
    "p_value", "note",
)  # fmt: skip


def _row(study: Study, found: MetricEffect) -> tuple[Any, ...]:
    e = found.effect
    return (
        study.name, found.population, found.dimension, found.level, found.variant, found.metric.name, e.method,
        e.n_control, e.n_treatment, e.control, e.treatment, e.absolute, e.absolute_low, e.absolute_high,
        e.relative, e.relative_low, e.relative_high, e.p_value, e.note,
    )  # fmt: skip
