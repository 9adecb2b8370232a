"""Ten million units in Parquet to three effects, against a bare sum of the same columns and against tea-tasting."""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from benchmarks import peer_environment
from benchmarks.goal import Goal
from helpers import defaults

TIMES = 1.5
"""Times the bare sum."""
AGAINST_TEA = 1.0
AGREEMENT = 1e-9
"""Relative difference of the estimates beyond which the ways did not do the same."""
ENOUGH = 5_000_000
"""Units below which a query takes so few milliseconds that the goals mean nothing."""

UNITS = """
copy (
    select
        case when hash(i) % 2 = 0 then 'control' else 'treatment' end as variant, converted,
        (converted * (500 + past + hash(i + 2) % 10000))::bigint as revenue_cents, past as covariate
    from (select i, (hash(i + 1) % 10 = 0)::bigint as converted, (hash(i + 3) % 15000)::bigint as past from range({units}) as r(i))
) to '{file}' (format parquet)
"""


def run(units: int = 10_000_000, rounds: int = 25) -> Iterator[str | Goal]:
    yield f"From {units:,} units in Parquet to three effects, {defaults.THREADS} threads, in turns"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "units.parquet"
        con = duckdb.connect()
        con.execute(f"set threads = {defaults.THREADS}")
        con.execute(UNITS.format(units=units, file=file))
        con.close()
        arguments = ("peer_pipeline", str(file), str(defaults.THREADS), str(rounds))
        try:
            answer = peer_environment.answer(*arguments)
        except peer_environment.Unavailable as reason:
            yield f"  without tea-tasting: {reason}"
            answer = peer_environment.answer(*arguments, alone=True)
    seconds, estimates = answer["seconds"], answer["estimates"]
    for way, other in estimates.items():
        if not all(math.isclose(estimates["ours"][name], value, rel_tol=AGREEMENT) for name, value in other.items()):
            raise RuntimeError(f"ours and {way} disagree: {estimates}")
    named = {"bare": "bare sum", "ours": "ours", "wide": "ours, hugeint", "tea-tasting": "tea-tasting"}
    yield "  " + ", ".join(f"{name} {version}" for name, version in answer["versions"].items())
    for way, took in seconds.items():
        yield f"  {named[way]:<14} {took:8.3f} s   {units / took / 1e6:8.1f} million units a second"
    if units < ENOUGH:
        yield f"  no goals below {ENOUGH:,} units"
        return
    yield Goal("our effects over the bare sum", seconds["ours"] / seconds["bare"], TIMES, "times")
    if "tea-tasting" in seconds:
        yield Goal("our effects over tea-tasting's", seconds["ours"] / seconds["tea-tasting"], AGAINST_TEA, "times")
