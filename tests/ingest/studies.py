"""Studies on tables that a test writes itself."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from helpers import config, ingest, paths
from helpers.config import Study
from helpers.ingest import Landed
from helpers.paths import StudyPaths
from helpers.warehouse import build
from tests.built_once import built_once

REES46 = yaml.safe_load((paths.STUDIES / "rees46.yml").read_text(encoding="utf-8"))
LOG_COLUMNS = {"event_time": "at", "event_name": "what", "user_id": "who", "price": "cost"}
UNIT_DATA: dict[str, Any] = {
    "source": "units",
    "columns": {"user_id": "who", "variant": "arm"},
    "variants": {"a": "control", "b": "treatment"},
    "outcomes": {"bought": "bought", "spend": "spend", "rounds": "rounds"},
}
METRICS = [
    {"name": "rate", "label": "Rate", "role": "primary", "type": "proportion", "event": "bought"},
    {"name": "spend", "label": "Spend", "role": "secondary", "type": "mean", "event": "spend", "measure": "sum",
     "unit": "money"},
    {"name": "rounds", "label": "Rounds", "role": "secondary", "type": "mean", "event": "rounds", "measure": "sum",
     "unit": "count"},
]  # fmt: skip
HEADER = "who,arm,bought,spend,rounds"
ROWS = ["u1,a,1,9.99,3", "u2,b,0,0,0", "u3,b,true,5.5,1"]


def log_study(path: object, **data: Any) -> Study:
    """A study on an event log without segments."""
    raw = copy.deepcopy(REES46)
    raw["segments"] = []
    raw["data"] = {"source": "log", "path": str(path), "columns": LOG_COLUMNS} | data
    return Study.model_validate(raw)


def unit_study(path: object, changes: dict[str, Any] | None = None, **data: Any) -> Study:
    """An online study on a unit table without segments."""
    return Study.model_validate(unit_file(path, changes, **data))


def unit_file(path: object, changes: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    """What its study file holds."""
    raw = copy.deepcopy(REES46)
    for key in ("funnel", "exposure", "tracking_plan", "injection"):
        del raw[key]
    raw |= {"mode": "online", "segments": [], "metrics": METRICS}
    raw["economics"]["revenue_metric"] = "spend"
    return raw | {"data": copy.deepcopy(UNIT_DATA) | {"path": str(path)} | data} | (changes or {})


def study_file(base: Path, raw: dict[str, Any]) -> Path:
    """A study file under ``base`` with this content."""
    file = base / "studies" / f"{raw['name']}.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return file


def landed_study(base: Path, raw: dict[str, Any]) -> tuple[Study, StudyPaths]:
    """A study under ``base`` whose data are brought in."""
    study, where = config.opened(study_file(base, raw))
    ingest.land_whole(study, where)
    return study, where


def marts_once(
    folders: pytest.TempPathFactory, name: str, written: Callable[[Path], dict[str, Any]]
) -> tuple[Study, StudyPaths]:
    """A study with its marts, built once for all workers; ``written`` writes its data and gives what its file holds."""
    base = built_once(folders, name, lambda folder: build.build(*landed_study(folder, written(folder))))
    return config.opened(next((base / "studies").glob("*.yml")))


def text(*rows: str, end: str = "\n") -> bytes:
    return (end.join(rows) + end).encode()


def table(tmp_path: Path, *rows: str, header: str = HEADER, name: str = "units.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(text(header, *rows))
    return file


def events_of(study: Study, out: Path) -> tuple[list[tuple[Any, ...]], Landed]:
    """Landed rows of a unit table: unit, time, event, variant, amount; and what else is known of them."""
    ingest.land(study, out)
    result = ingest.landed(out)
    rows = duckdb.sql(
        f"""select user_id, event_time::varchar, event_name, variant, price from read_parquet('{result.location}')
        order by event_id"""
    ).fetchall()
    return rows, result


def rejected(out: Path) -> list[str]:
    return (out / "rejects.csv").read_text().splitlines()[1:]
