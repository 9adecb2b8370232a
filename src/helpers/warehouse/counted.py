"""The marts of a study whose data are counts: the sums of its arms, where a study with rows has summed them itself."""

from pathlib import Path
from typing import TYPE_CHECKING

from helpers.config import EXPOSED, Study
from helpers.ingest import Landed
from helpers.ingest.counts.landing import FILE
from helpers.ingest.sql import literal

if TYPE_CHECKING:
    import duckdb


def load(con: "duckdb.DuckDBPyConnection", study: Study, log: Landed) -> None:
    """Put the sums of each arm into ``marts.fct_experiment_results``, over all days and by day.

    All its units are assigned and exposed, and each has a value of every metric. Where there are days, traffic and
    activity are known as well. The other marts stay empty: they hold what only rows tell.
    """
    counts = f"read_parquet({literal(Path(log.location).parents[1] / FILE)})"
    rows = []
    for metric in study.metrics:
        for population in ("exposed", "assigned"):
            of = f"from {counts} where event_name = {literal(metric.event)} and units > 0"
            rows.append(_sums(study, population, metric.name, "'all'", "'all'", of))
            if population == EXPOSED:
                rows.append(_sums(study, population, metric.name, "'day'", "day::varchar", of))
    con.execute(f"insert into marts.fct_experiment_results by name {' union all '.join(rows)}")
    if study.has_time:
        _by_day(con, study, counts)


def _by_day(con: "duckdb.DuckDBPyConnection", study: Study, counts: str) -> None:
    """The units of each day, and how many of them have each outcome that is counted."""
    for period in ("diagnosis", "experiment"):
        con.execute(
            f"""insert into marts.fct_exposures_by_day by name
            select {literal(period)} as period, day, sum(units)::bigint as new_units, 0 as returning_units,
                sum(sum(units)) over (order by day)::bigint as cumulative_units
            from {counts} where event_name = {literal(EXPOSED)} group by day having sum(units) > 0"""
        )
    shares = [m.event for m in study.metrics if m.type == "proportion" and m.event]
    listed = ", ".join(map(literal, [EXPOSED, *shares]))
    con.execute(
        f"""insert into marts.fct_activity by name
        select (timestamp {literal(study.period.start)} + interval 1 day * (day - 1))::date as day, 0 as hour, event_name,
            sum(total)::bigint as events, 0 as amount
        from {counts} where event_name in ({listed}) group by all having sum(total) > 0"""
    )


def _sums(study: Study, population: str, metric: str, dimension: str, level: str, of: str) -> str:
    money = metric in [m.name for m in study.metrics if m.unit == "money"]
    summed = {"sum_y": "total", "sum_y2": "squares", "sum_r": "total", "sum_r2": "squares"}
    counted = ("units", "valued", "randomised", "sample_size")
    told = [
        f"{literal(study.name)} as experiment_id", f"{literal(population)} as population", f"{dimension} as dimension",
        f"{level} as level", "variant", f"{literal(metric)} as metric",
        *(f"sum(units)::bigint as {name}" for name in counted),
        f"{'sum(total)::hugeint' if money else 'null::hugeint'} as revenue",
        *(f"sum({column})::hugeint as {name}" for name, column in summed.items()),
    ]  # fmt: skip
    return f"select {', '.join(told)} {of} group by variant{'' if level == chr(39) + 'all' + chr(39) else ', day'}"
