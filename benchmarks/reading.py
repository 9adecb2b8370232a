"""What it costs to read a log and a unit table of an analyst's own, against plain DuckDB and against another commit."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import yaml

from benchmarks.goal import Goal, best_of
from benchmarks.marts import seconds_in_models
from helpers import defaults, paths
from helpers.ingest.sql import literal
from helpers.paths import StudyPaths

ROWS = {"log": 3_000_000, "units": 1_000_000}
COST = 1.3
"""Times what the other commit needs."""
ROUNDS = 3

LOG = """
select
    'u' || (i * 7919 % 400000) as "user",
    strftime(timestamp '2026-03-02' + to_seconds(i * 1209600 // {rows}), '%Y-%m-%d %H:%M:%S') as "at",
    case when i % 11 < 7 then 'view' when i % 11 < 10 then 'cart' else 'purchase' end as "what",
    case when hash(i * 7919 % 400000) % 2 = 0 then 'control' else 'treatment' end as "arm",
    case when i % 11 = 10 then printf('%.2f', (hash(i) % 20000) / 100.0) end as "paid",
    'e' || i as "event", case when i % 3 = 0 then 'mobile' else 'desktop' end as "device"
from range({rows}) as t(i)
"""
UNITS = """
select 'u' || i as "user", case when hash(i) % 2 = 0 then 'control' else 'treatment' end as "arm",
    (hash(i + 1) % 10 = 0)::int as "bought", case when hash(i + 1) % 10 = 0 then printf('%.2f', (hash(i) % 20000) / 100.0) else '0' end as "paid",
    case when i % 3 = 0 then 'mobile' else 'desktop' end as "device"
from range({rows}) as t(i)
"""
COMMON = {
    "title": "Reading", "question": "How long does reading take?", "hypothesis": "As long as it took.", "change": "Nothing",
    "mode": "online", "salt": "reading", "min_segment": 100, "segments": ["device"],
    "period": {"start": "2026-03-02", "end": "2026-03-16"},
    "variants": [{"name": "control", "weight": 0.5}, {"name": "treatment", "weight": 0.5}],
    "design": {"minimum_detectable": 0.05},
    "economics": {"revenue_metric": "money", "contribution_margin": 0.3, "implementation_cost": 0},
    "rollout": [{"share": 1, "days": 7, "advance_when": "nothing is left to do"}], "milestones": [{"days": "1", "milestone": "done", "success": "it is", "tripwire": "it is not"}],
    "metrics": [
        {"name": "bought", "label": "Bought", "role": "primary", "type": "proportion", "event": "purchase"},
        {"name": "money", "label": "Money", "role": "secondary", "type": "mean", "event": "paid", "measure": "sum", "unit": "money"},
    ],
}  # fmt: skip

DECISION = {"prior": {"improve": 0.2}, "prior_success_rate": 0.2}
"""The belief as a study states it now, and as it did once; a commit is given the keys that its schema has."""


@dataclass(frozen=True)
class Cost:
    """Seconds to bring a file in, and in the models of the warehouse."""

    landing: float
    models: float

    @property
    def whole(self) -> float:
        return self.landing + self.models


def study(kind: str, folder: Path, root: Path) -> Path:
    """A study of ``kind`` in the words of the sources in ``root``; its data are already beside it."""
    data = folder / f"{kind}.csv"
    schema = json.loads((root / "studies" / "study.schema.json").read_text(encoding="utf-8"))
    known = schema["$defs"]["Rule"]["properties"]
    raw = {"name": f"reading_{kind}", **COMMON, "decision": {key: DECISION[key] for key in DECISION if key in known}}
    columns = {"user_id": "user", "variant": "arm", "device": "device"}
    if kind == "log":
        steps = ["view", "cart", "purchase"]
        raw |= {"tracking_plan": "reading", "exposure": "cart", "funnel": {"steps": steps}}
        columns |= {"event_time": "at", "event_name": "what", "price": "paid", "event_id": "event"}
        raw["data"] = {"source": "log", "path": str(data), "columns": columns}
        raw["metrics"] = [metric | {"event": "purchase"} for metric in COMMON["metrics"]]  # type: ignore[attr-defined]
        plan = {"events": {step: {"description": step, "properties": {"price": {"type": "number"}}} for step in steps}}
        (folder / "studies" / "tracking_plans").mkdir(parents=True, exist_ok=True)
        (folder / "studies" / "tracking_plans" / "reading.yml").write_text(yaml.safe_dump(plan), encoding="utf-8")
    else:
        outcomes = {"purchase": "bought", "paid": "paid"}
        raw["data"] = {"source": "units", "path": str(data), "columns": columns, "outcomes": outcomes}
    file = folder / "studies" / f"{raw['name']}.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return file


def write_data(kind: str, folder: Path) -> None:
    duckdb.sql((LOG if kind == "log" else UNITS).format(rows=ROWS[kind])).write_csv(str(folder / f"{kind}.csv"))


def read(kind: str, folder: Path, root: Path) -> Cost:
    """The study's data brought in and built by the sources in ``root``."""
    file = study(kind, folder, root)
    where = StudyPaths(file.stem, file.parent.parent)
    spent = {}
    for step in ("log", "marts"):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "helpers", step, str(file)], cwd=root, env=os.environ | {"PYTHONPATH": str(root / "src")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{step} of {file.stem} failed:\n{done.stderr}")
        spent[step] = time.perf_counter() - started
    results = json.loads((where.data / "dbt" / "run_results.json").read_text(encoding="utf-8"))
    return Cost(spent["log"], seconds_in_models(results))


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """The sources of another commit, in a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="bench-base-") as name:
        archive = subprocess.run(["git", "archive", commit], cwd=paths.ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", name], input=archive, check=True)
        yield Path(name)


def run(base: str | None) -> Iterator[str | Goal]:
    yield "A file of an analyst's own: brought in, and the models of its warehouse" + (
        f"; against {base}" if base else ""
    )
    for kind, rows in ROWS.items():
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            folder = Path(name)
            write_data(kind, folder)
            bare, _ = best_of(2, partial(_bare, folder, kind))
            here, there = [], []
            for _ in range(ROUNDS if base else 1):  # in turns, so that a busy moment meets both
                here.append(read(kind, folder, paths.ROOT))
                if base:
                    with checkout(base) as root:
                        there.append(read(kind, folder, root))
            least = min(here, key=lambda cost: cost.whole)
            yield f"  {kind:<6} {rows:>10,} rows  plain {bare:6.2f} s  landing {least.landing:6.2f} s  models {least.models:6.2f} s"
            if base:
                before = min(there, key=lambda cost: cost.whole)
                yield f"  {'':<6} {'before':>15}  {'':>14}  landing {before.landing:6.2f} s  models {before.models:6.2f} s"
                yield Goal(
                    f"reading a file of {rows:,} rows ({kind}) against {base}",
                    least.whole / before.whole,
                    COST,
                    "times",
                )


def _bare(folder: Path, kind: str) -> None:
    with duckdb.connect() as con:
        con.execute(f"set threads = {defaults.THREADS}")
        rows = f"select * from read_csv({literal(folder / f'{kind}.csv')}, all_varchar = true)"
        con.execute(f"copy ({rows}) to {literal(folder / 'bare.parquet')} (format parquet)")
