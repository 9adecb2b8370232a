"""From raw events to marts, against a bare group-by over the same Parquet, at several sizes."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import yaml

from benchmarks.goal import Goal, best_of
from helpers import defaults, paths
from helpers.paths import StudyPaths

EVENTS_A_USER = 8.4
RATIO, MEMORY, GROWTH = 8.0, 4.0, 1.5
"""Times the bare query; GiB of the dbt process; seconds an additional event, late against early."""

WRAPPER = """
import resource, subprocess, sys
code = subprocess.run([sys.executable, "-m", "helpers", "marts", sys.argv[1]], stdout=sys.stderr).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""Runs one step and prints the most memory that any process of it has held."""

BARE = """
create or replace temp table bare as
select
    user_id, count(*) as events, min(event_time) as first_seen,
    min(event_time) filter (where event_name = 'view') as viewed,
    min(event_time) filter (where event_name = 'cart') as in_cart,
    min(event_time) filter (where event_name = 'purchase') as bought,
    sum(try_cast(price as decimal(12, 2))) filter (where event_name = 'purchase') as revenue
from read_parquet('{events}')
group by user_id
"""


@dataclass(frozen=True)
class Measured:
    """One size. ``models`` is the time in dbt's models, duplicates included; ``whole`` holds dbt's start, the tests of the
    data, the tolerances, the statistics and the export as well."""

    events: int
    bare: float
    models: float
    whole: float
    memory: float

    @property
    def ratio(self) -> float:
        return self.models / self.bare

    @property
    def line(self) -> str:
        return (
            f"  {self.events:>12,} {self.bare:8.2f} s {self.models:8.2f} s {self.whole:8.2f} s {self.memory:7.2f} GiB"
            f" {self.ratio:7.1f} {self.models / self.events * 1e6:10.2f} s"
        )


def study(events: int, folder: Path) -> Path:
    """The flagship with as many users as bring ``events`` events."""
    raw = yaml.safe_load((paths.STUDIES / "cart_checkout.yml").read_text(encoding="utf-8"))
    raw["data"]["users"] = max(1_000, round(events / EVENTS_A_USER))
    file = folder / "studies" / "cart_checkout.yml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return file


def seconds_in_models(results: dict[str, Any]) -> float:
    """Seconds that dbt spent in models, one after another; its start and the tests of the data are left out."""
    spans = [
        datetime.fromisoformat(t["completed_at"]) - datetime.fromisoformat(t["started_at"])
        for node in results["results"]
        if node["unique_id"].startswith("model.")
        for t in node["timing"]
        if t["name"] == "execute"
    ]
    return sum(span.total_seconds() for span in spans)


def measure(events: int) -> Measured:
    """Simulate, build, and ask the bare question; everything is removed again."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        file = study(events, Path(name))
        where = StudyPaths("cart_checkout", Path(name))
        log = subprocess.run(
            [sys.executable, "-m", "helpers", "log", str(file)],
            cwd=paths.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if log.returncode:
            raise RuntimeError(f"the log could not be simulated:\n{log.stderr}")
        con = duckdb.connect()
        con.execute(f"set threads = {defaults.THREADS}")
        parts = f"{where.raw}/events/*.parquet"
        rows = int(con.execute(f"select count(*) from read_parquet('{parts}')").fetchall()[0][0])
        bare, _ = best_of(2, lambda: con.execute(BARE.format(events=parts)))
        con.close()
        whole, done = best_of(
            1,
            lambda: subprocess.run(
                [sys.executable, "-c", WRAPPER, str(file)], cwd=paths.ROOT, capture_output=True, text=True, check=False
            ),
        )
        if done.returncode:
            raise RuntimeError(f"the marts of {rows:,} events could not be built:\n{done.stderr}")
        results = json.loads((where.data / "dbt" / "run_results.json").read_text(encoding="utf-8"))
        return Measured(rows, bare, seconds_in_models(results), whole, int(done.stdout) / 2**20)


def run(sizes: list[float]) -> Iterator[str | Goal]:
    yield "From events to marts, and a bare group-by a user over the same Parquet"
    yield f"  {'events':>12} {'bare':>10} {'models':>10} {'whole':>10} {'memory':>11} {'ratio':>7} {'a million':>12}"
    measured = []
    for millions in sizes:
        measured.append(measure(round(millions * 1e6)))
        yield measured[-1].line
    most = measured[-1]
    yield Goal(f"models over bare, {most.events:,} events", most.ratio, RATIO, "times")
    yield Goal("memory of the largest process", max(m.memory for m in measured), MEMORY, "GiB")
    if len(measured) > 2:
        slopes = [(b.models - a.models) / (b.events - a.events) for a, b in pairwise(measured)]
        yield Goal(
            "seconds an additional event, last step of sizes against the first", slopes[-1] / slopes[0], GROWTH, "times"
        )
