"""Studies with a degenerate trait, small enough to build their marts within seconds."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from helpers import config, ingest, paths
from helpers.config import Metric
from helpers.experiment import rerandomisation, statistics_table
from helpers.record import Numbers
from helpers.site.front_page import front_page
from helpers.site.summary import summary
from helpers.warehouse import build, query
from tests import blemishes
from tests.notebooks.cells import shown

RUNS = 100
"""Splits of the A/A test: what they show is not asked here."""
FRONT = "front page"
FINE: Mapping[str, list[str]] = {part: [] for part in (*paths.books(), FRONT)}
"""What :func:`told` says of a report without a blemish."""
START, END = "2026-03-02", "2026-03-16"


def metric(event: str, kind: str = "proportion", role: str = "primary", **more: Any) -> dict[str, Any]:
    """A metric on an outcome: whether it happened, its amount, its amount by its count."""
    measured = {
        "mean": {"measure": "sum", "unit": "money"},
        "ratio": {"measure": "sum", "per": "count", "unit": "money"},
    }
    name, label = (f"{event}_{kind}", f"{event.capitalize()} {kind}") if role != "guardrail" else ("guard", "Guard")
    return {"name": name, "label": label, "role": role, "type": kind, "event": event} | measured.get(kind, {}) | more


def units(base: Path, name: str, rows: Sequence[Mapping[str, Any]], metrics: list[dict[str, Any]], **more: Any) -> Path:
    """A unit table and its study file; ``more`` are keys of the study."""
    table = base / f"{name}.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    arms = sorted({str(row["arm"]) for row in rows})
    segments = more.get("segments", [])
    data = {
        "source": "units",
        "path": str(table),
        "columns": {"user_id": "who", "variant": "arm"} | {s: s for s in segments},
        "variants": dict(zip(arms, arms, strict=True)),
        "outcomes": {m["event"]: m["event"] for m in metrics},
    }
    return _study(base, name, arms, metrics, {"data": data, **more})


def log(base: Path, name: str, events: Sequence[tuple[str, str, str, str]], **more: Any) -> Path:
    """A log of (time, event, unit, variant) and its study file; ``more`` are keys of the study."""
    file = base / f"{name}.csv"
    with file.open("w", newline="", encoding="utf-8") as written:
        csv.writer(written).writerows([("at", "what", "who", "arm"), *events])
    arms = sorted({arm for *_, arm in events})
    data = {
        "source": "log",
        "path": str(file),
        "columns": {"event_time": "at", "event_name": "what", "user_id": "who", "variant": "arm"},
    }
    plan = base / "studies" / "tracking_plans" / f"{name}.yml"
    plan.parent.mkdir(parents=True, exist_ok=True)
    told = {"description": "It happened", "properties": {"variant": {"type": "string", "required": True}}}
    planned = {e[1] for e in events} | set(more.get("funnel", {}).get("steps", []))
    plan.write_text(_yaml({"events": dict.fromkeys(sorted(planned), told)}), encoding="utf-8")
    return _study(base, name, arms, more.pop("metrics"), {"data": data, "tracking_plan": name, **more})


def _study(base: Path, name: str, arms: list[str], metrics: list[dict[str, Any]], more: dict[str, Any]) -> Path:
    weights = [round(1 / len(arms), 6)] * (len(arms) - 1)
    study = {
        "name": name,
        "title": f"Trait {name}",
        "question": "Does it work?",
        "hypothesis": "It does.",
        "change": "Another page.",
        "mode": "online",
        "salt": f"{name}-2026-03",
        "period": {"start": START, "end": END},
        "variants": [{"name": a, "weight": w} for a, w in zip(arms, [*weights, 1 - sum(weights)], strict=True)],
        "segments": [],
        "metrics": metrics,
        "design": {"minimum_detectable": 0.05, "aa_runs": RUNS, "coverage_runs": RUNS},
        "decision": {"min_relative_uplift": 0.02, "prior": {"improve": 0.2}},
        "economics": {"currency": "EUR", "contribution_margin": 0.3, "implementation_cost": 0},
        "rollout": [{"share": 0.1, "days": 7, "advance_when": "nothing is hurt"}],
        "milestones": [{"days": "0-30", "milestone": "Shipped", "success": "It holds", "tripwire": "It falls"}],
    }
    file = base / "studies" / f"{name}.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_yaml(study | more), encoding="utf-8")
    return file


def _yaml(content: dict[str, Any]) -> str:
    """YAML without anchors, which a study file may not have: nothing in it is one object twice."""
    return yaml.safe_dump(json.loads(json.dumps(content)), sort_keys=False)


def built(file: Path) -> Path:
    """The study with its marts."""
    study, where = config.opened(file)
    ingest.land_whole(study, where)
    build.build(study, where, statistics_table.load)
    return file


def again(file: Path, name: str, **changes: Any) -> Path:
    """Another study on the marts of ``file``, in its place: what it asks of them is what changes."""
    first = file.parents[1] / file.name
    if not first.exists():
        first.write_bytes(file.read_bytes())
    raw = yaml.safe_load(first.read_text(encoding="utf-8"))
    file.write_text(_yaml(raw | {"title": f"Trait {name}"} | changes), encoding="utf-8")
    return file


def told(file: Path) -> dict[str, list[str]]:
    """Every notebook run to its end, and what is wrong with what it tells; of the front page and the summary too."""
    study, where = config.opened(file)
    with query.connect(where.database) as con:
        rerandomisation.rerandomise(con, study).to_parquet(where.rerandomised)
    wrong = {}
    for book in paths.books():
        found = [f"cell {s.cell}: {b}" for s in shown(book, file) for b in blemishes.of_markup(s.text)]
        found += blemishes.of_numbers((where.results / f"{book}.json").read_text(encoding="utf-8"))
        for spec in sorted((where.figure_specs / book).glob("*.json")):
            found += [f"figure {spec.stem}: {b}" for b in blemishes.of_figure(spec.read_text(encoding="utf-8"))]
        wrong[book] = found
    numbers = Numbers.of(where)
    wrong[FRONT] = blemishes.of_markup(front_page(study, where, numbers, [], ()))
    wrong[FRONT] += blemishes.of_text(summary(study, where, numbers))
    return wrong


@dataclass(frozen=True)
class Outcome:
    """Chances of an outcome by arm, and the amount where it happens."""

    chances: tuple[float, ...]
    amounts: tuple[float, float] = (1.0, 1.0)

    def drawn(self, rng: np.random.Generator, arm: int) -> float:
        happened = rng.random() < self.chances[min(arm, len(self.chances) - 1)]
        return round(float(rng.uniform(*self.amounts)), 2) if happened else 0.0


def drawn(
    rng: np.random.Generator, sizes: Sequence[int], outcomes: Mapping[str, Outcome], levels: int = 2
) -> list[dict[str, Any]]:
    """A unit a row: as many of each arm as asked, every outcome drawn, a segment of as many levels."""
    rows = []
    for arm, size in enumerate(sizes):
        for n in range(size):
            row: dict[str, Any] = {
                "who": f"w{arm}{n:04d}",
                "arm": f"arm_{'abcd'[arm]}",
                "device": f"device {n % levels}",
            }
            rows.append(row | {name: outcome.drawn(rng, arm) for name, outcome in outcomes.items()})
    return rows


def retention(day: int) -> dict[str, Any]:
    """Whether a unit is back by that day, in the words that the study file has for it."""
    days = {"from_day": 1, "to_day": day} if "to_day" in Metric.model_fields else {"days": day}
    return {"name": "back", "label": "Back", "role": "primary", "type": "retention"} | days


def visits(rng: np.random.Generator, units: int, days: int, back: float) -> list[tuple[str, str, str, str]]:
    """Units that open on one of the days; some buy the next hour, a share is back some days after."""
    found = []
    for n in range(units):
        unit, arm, day = f"u{n:03d}", f"arm_{'ab'[n % 2]}", int(rng.integers(days))
        at = np.datetime64("2026-03-02T08:00:00") + np.timedelta64(24 * 60 * day + int(rng.integers(600)), "m")
        found.append((str(at), "open", unit, arm))
        if rng.random() < 0.3:
            found.append((str(at + np.timedelta64(50, "m")), "buy", unit, arm))
        if rng.random() < back:
            found.append((str(at + np.timedelta64(24 * int(rng.integers(1, 8)) - 5, "h")), "open", unit, arm))
    return found
