"""The warehouse's own assignment expression against a hashlib loop, on the same ids."""

import hashlib
from collections.abc import Iterator

import duckdb
import jinja2
import numpy as np

from benchmarks.goal import Goal, best_of
from helpers import assignment, defaults, paths

SALT = "cart_checkout-2026-07"
FASTER = 4.0
"""Times that SQL must be faster than the loop."""


def expression() -> str:
    """The macro of the warehouse, filled in as dbt would on DuckDB."""
    macros = (paths.WAREHOUSE / "macros" / "assignment.sql").read_text(encoding="utf-8")
    module = jinja2.Environment().from_string(macros).make_module({"var": {}.get})
    return str(module.duckdb__bucket(f"'{SALT}'", "user_id"))  # type: ignore[attr-defined]


def loop(ids: list[str]) -> np.ndarray:
    """What anyone would write first."""
    return np.array([int(hashlib.sha256(f"{SALT}:{i}".encode()).hexdigest()[:13], 16) / 16**13 for i in ids])


def run(units: int = 1_000_000) -> Iterator[str | Goal]:
    yield f"Assignment of {units:,} ids"
    con = duckdb.connect()
    con.execute(f"set threads = {defaults.THREADS}")
    con.execute(f"create table units as select 'u' || lpad(i::varchar, 8, '0') as user_id from range({units}) as r(i)")
    ids = [row[0] for row in con.execute("select user_id from units").fetchall()]
    query = f"create or replace table buckets as select {expression()} as bucket from units"
    in_sql, _ = best_of(3, lambda: con.execute(query))
    in_loop, expected = best_of(2, lambda: loop(ids))
    in_numpy, batch = best_of(2, lambda: assignment.buckets(SALT, ids))
    found = con.execute("select bucket from buckets").fetchnumpy()["bucket"]
    equal = np.array_equal(found, expected) and np.array_equal(batch, expected)
    yield f"  SQL, {defaults.THREADS} threads {in_sql:8.2f} s   {units / in_sql:12,.0f} ids a second"
    yield f"  hashlib loop   {in_loop:8.2f} s   {units / in_loop:12,.0f} ids a second"
    yield f"  buckets()      {in_numpy:8.2f} s   {units / in_numpy:12,.0f} ids a second"
    yield Goal("ids whose bucket is equal bit for bit in all three", float(equal) * units, units, "ids", least=True)
    yield Goal("SQL faster than the loop", in_loop / in_sql, FASTER, "times", least=True)
