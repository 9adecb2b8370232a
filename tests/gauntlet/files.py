"""A row of the table as files: its units as a table, or their events as a log, and the study file that asks for it.

Units come in evenly over the period and have their outcomes evenly among them, so that no day and no hour tells more than
another.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from tests.gauntlet.case import Case, treated
from tests.gauntlet.planted import START, slug, study_file

ENTERED = "entered"
WEEKS = 4


def written(case: Case, folder: Path, *, log: bool = False) -> Path:
    """The study file of the case in ``folder/studies``, its data beside it."""
    name = slug("".join(c for c in case.name if c.isalnum() or c == " "))[:40].strip("_")
    units = _units(case)
    times = log or "ends" in case.found
    raw = study_file(case) | {"name": name, "title": case.name.capitalize(), "salt": f"{name}-1"}
    raw["data"] |= {
        "path": str(folder.resolve() / "studies" / f"{name}.csv"),
        "columns": {"user_id": "user_id", "variant": "variant"},
    }
    if times:
        raw["data"]["columns"]["event_time"] = "at"
    studies = folder / "studies"
    studies.mkdir(parents=True, exist_ok=True)
    if log:
        outcomes = raw["data"].pop("outcomes")
        raw["data"] |= {"source": "log"}
        raw["data"]["columns"]["event_name"] = "event"
        raw |= {"tracking_plan": name, "exposure": ENTERED, "funnel": {"steps": [ENTERED, "primary"]}}
        plan = {
            "version": "1.0.0",
            "owner": "data team",
            "events": {event: {"description": event, "properties": {}} for event in (ENTERED, *outcomes)},
        }
        (studies / "tracking_plans").mkdir(exist_ok=True)
        (studies / "tracking_plans" / f"{name}.yml").write_text(yaml.safe_dump(plan), encoding="utf-8")
        units = _events(units, list(outcomes))
    units.to_csv(studies / f"{name}.csv", index=False)
    file = studies / f"{name}.yml"
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return file


def _units(case: Case) -> pd.DataFrame:
    """One row a unit, all metrics of it proportions."""
    found = case.found
    days = found["ends"][0] if "ends" in found else 7 * WEEKS
    arms = {"control": found["control"], **case.arms}
    gone = dict(zip(arms, found.get("missing", [0] * len(arms)), strict=True))
    measured: dict[str, Mapping[str, Any]] = {"primary": found, **found.get("guards", {}), **found.get("secondary", {})}
    tables = []
    for place, arm in enumerate(arms):
        n = int(arms[arm][0]) + gone[arm]
        at = [START + timedelta(days=days) * ((i + 0.5) / n) for i in range(n)]
        table = pd.DataFrame({"user_id": [f"u{place}x{i}" for i in range(n)], "variant": arm, "at": at})
        for shift, (name, metric) in enumerate(measured.items()):
            told = {"control": metric["control"], **treated(metric)}[arm]
            seen = _spread(int(told[0]), int(told[1]), shift)
            table[slug(name)] = pd.array([*seen, *[None] * (n - len(seen))], dtype="Int64")
        tables.append(table)
    units = pd.concat(tables).sort_values("at", kind="stable")
    return units.assign(at=units["at"].dt.strftime("%Y-%m-%d %H:%M:%S"))


def _spread(n: int, successes: int, shift: int) -> list[int]:
    """So many successes, evenly among the units; each metric begins at another unit."""
    begin = shift * n // 3
    return [((i + begin) % n + 1) * successes // n - ((i + begin) % n) * successes // n for i in range(n)]


def _events(units: pd.DataFrame, outcomes: list[str]) -> pd.DataFrame:
    """Every unit enters; half a minute later it does what it does."""
    entered = units[["user_id", "variant", "at"]].assign(event=ENTERED)
    later = (pd.to_datetime(units["at"]) + timedelta(seconds=30)).dt.strftime("%Y-%m-%d %H:%M:%S")
    done = [
        units[["user_id", "variant"]].assign(at=later, event=event)[units[event].fillna(0).astype(int) > 0]
        for event in outcomes
    ]
    return pd.concat([entered, *done]).sort_values("at", kind="stable")
