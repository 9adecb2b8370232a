"""From a Parquet file of units to effects, by three ways in turns: ours, tea-tasting on the same engine, and a bare
sum that stops there. Prints JSON. Runs beside the peers, or without them and then without tea-tasting.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import duckdb

from helpers.stats import Effect, Mean, Proportion, compare, cuped

BARE = "select variant, count(*), sum(converted), sum(revenue_cents), sum(covariate) from units group by variant"

SUMS = """
select
    variant, count(*) as n, sum(converted) as converted,
    sum(y) as sum_y, sum(y * y) as sum_y2, sum(x) as sum_x, sum(x * x) as sum_x2, sum(x * y) as sum_xy
from (select variant, converted, revenue_cents::{kind} as y, covariate::{kind} as x from units)
group by variant
"""
EXACT = "bigint"
"""Products within 64 bits, added up in 128: exact, and an error rather than a wrap beyond 30 million in one unit."""
WIDE = "hugeint"
"""Products in 128 bits too, as the marts have them: just as exact, without that bound, and slower."""

CLOSE, SLOW_ROUNDS = ("bare", "ours"), 3
"""The two whose ratio is a goal take more turns than the others."""


def effects(con: Any, kind: str) -> dict[str, Effect]:
    """One query for all metrics, then the statistics."""
    cursor = con.execute(SUMS.format(kind=kind))
    names = [column[0] for column in cursor.description[1:]]
    rows = {variant: dict(zip(names, sums, strict=True)) for variant, *sums in cursor.fetchall()}
    control, treatment = ({k: int(v) for k, v in rows[arm].items()} for arm in ("control", "treatment"))
    converted = [Proportion.from_sums(arm["n"], arm["converted"]) for arm in (control, treatment)]
    plain = [Mean.from_sums(arm["n"], arm["sum_y"], arm["sum_y2"]) for arm in (control, treatment)]
    joint = [Mean.from_sums(**{k: v for k, v in arm.items() if k != "converted"}) for arm in (control, treatment)]
    return {
        "converted": compare(*converted),
        "revenue": compare(*plain),
        "revenue, CUPED": compare(*cuped(*joint).arms),
    }


def tea_tasting(file: str, threads: int) -> Callable[[], dict[str, Any]]:
    """The same three metrics over the same file on DuckDB."""
    import ibis
    import tea_tasting as tt

    con = ibis.duckdb.connect(threads=threads)
    units = con.read_parquet(file)
    experiment = tt.Experiment(
        {
            "converted": tt.Proportion("converted", method="norm", correction=False),
            "revenue": tt.Mean("revenue_cents"),
            "revenue, CUPED": tt.Mean("revenue_cents", "covariate"),
        }
    )
    return lambda: dict(experiment.analyze(units, control="control"))


def main(file: str, threads: int, rounds: int) -> None:
    con = duckdb.connect()
    con.execute(f"set threads = {threads}")
    con.execute(f"create view units as select * from read_parquet('{file}')")
    ways: dict[str, Callable[[], Any]] = {
        "bare": lambda: con.execute(BARE).fetchall(),
        "ours": lambda: effects(con, EXACT),
        "wide": lambda: effects(con, WIDE),
    }
    packages = ["duckdb"]
    if find_spec("tea_tasting"):
        ways["tea-tasting"] = tea_tasting(file, threads)
        packages.append("tea-tasting")
    seconds = dict.fromkeys(ways, float("inf"))
    found = {}
    for turn in range(rounds):
        for name, way in ways.items():
            if turn >= SLOW_ROUNDS and name not in CLOSE:
                continue
            began = time.perf_counter()
            found[name] = way()
            seconds[name] = min(seconds[name], time.perf_counter() - began)
    estimates = {"ours": {name: effect.absolute for name, effect in found["ours"].items()}}
    estimates["wide"] = {name: effect.absolute for name, effect in found["wide"].items()}
    if "tea-tasting" in found:
        estimates["tea-tasting"] = {name: float(metric.effect_size) for name, metric in found["tea-tasting"].items()}
    versions = {name: version(name) for name in packages}
    print(json.dumps({"versions": versions, "seconds": seconds, "estimates": estimates}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
