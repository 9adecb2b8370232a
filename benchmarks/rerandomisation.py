"""A thousand A/A experiments on forty thousand units, as the report makes them, against a hashlib loop."""

import hashlib
from collections.abc import Iterator

import duckdb

from benchmarks.goal import Goal, best_of
from helpers import config, defaults
from helpers.assignment import HEX_DIGITS
from helpers.experiment import rerandomisation

LIMIT = 15.0
"""Seconds."""
TRIED = 4
"""Assignments that the loop makes; the others are told from them."""


def run(units: int = 40_000, salts: int = 1_000) -> Iterator[str | Goal]:
    yield f"{salts:,} re-salted experiments of {units:,} units"
    study = config.load("studies/cart_checkout.yml")
    study = study.model_copy(update={"design": study.design.model_copy(update={"aa_runs": salts})})
    con = duckdb.connect()
    con.execute(f"set threads = {defaults.THREADS}")
    con.execute("create schema intermediate")
    con.execute(
        "create table intermediate.int_unit_metrics as select 'exposed' as population, 'u' || lpad(i::varchar, 8, '0')"
        f" as user_id, '{study.primary.name}' as metric, (i % 3 = 0)::bigint as y0, (i % 3 = 0 or i % 40 = 1)::bigint"
        f" as y1, 0::bigint as d0, 0::bigint as d1, 0::bigint as x from range({units}) as r(i)"
    )
    in_sql, sums = best_of(1, lambda: rerandomisation.rerandomise(con, study))
    rows = con.execute("select user_id, y0 from intermediate.int_unit_metrics").fetchall()

    def loop() -> list[tuple[int, int]]:
        found = []
        for run in range(TRIED):
            number, part = divmod(run, rerandomisation.BUCKETS_A_HASH)
            key, start = f"{study.salt}/aa/{number}:", HEX_DIGITS * part
            control = [y for unit, y in rows if hashlib.sha256((key + unit).encode()).hexdigest()[start:] < "8"]
            found.append((len(control), sum(control)))
        return found

    in_loop, expected = best_of(1, loop)
    first = sums.sort_values("run").head(TRIED)
    equal = list(zip(first.n_control.astype(int), first.y0_control.astype(int), strict=True)) == expected
    yield f"  docs/queries/rerandomised_assignments.sql {in_sql:8.2f} s"
    yield f"  hashlib loop, told from {TRIED} of them       {in_loop / TRIED * salts:8.2f} s"
    yield Goal(
        "assignments of the loop with the same arms and sums", float(equal) * TRIED, TRIED, "of them", least=True
    )
    yield Goal("re-salted experiments", in_sql, LIMIT, "s")
