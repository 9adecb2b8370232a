"""What ``check`` accepts is built to the marts; and the marts that these tests make are those that dbt makes."""

import os
import random
from pathlib import Path

import duckdb
import pytest
import yaml

from helpers import config, ingest
from helpers.config import tracking_plan
from helpers.errors import ReportError
from helpers.warehouse import arms, build, preview, query, render, tolerances
from tests.fuzz.cases import Case, case
from tests.fuzz.marts import MODELS, broken
from tests.fuzz.reading import PLAN
from tests.fuzz.studies import varied

pytestmark = pytest.mark.slow

TRIES = int(os.environ.get("FUZZ", "60")) // 4
REAL = max(1, int(os.environ.get("FUZZ", "0")) // 250)
SHARE = 25


def written(seed: int, folder: Path) -> tuple[Case, Path]:
    """A case's data, and beside it the file of a study on it."""
    made = case(seed, folder)
    raw = varied(made, random.Random(seed))
    file = folder / "studies" / "fuzzed.yml"
    (file.parent / "tracking_plans").mkdir(parents=True)
    if made.world.is_log:
        raw["tracking_plan"] = "fuzzed"
        plan = PLAN.model_dump(exclude_none=True)
        (file.parent / "tracking_plans" / file.name).write_text(yaml.safe_dump(plan), encoding="utf-8")
    file.write_text(yaml.safe_dump(raw | {"name": "fuzzed"}, allow_unicode=True), encoding="utf-8")
    return made, file


def accepted(file: Path) -> bool:
    try:
        return preview.of(str(file), full=True)[1] is None
    except ReportError:
        return False


def unbuilt(seed: int, folder: Path) -> str:
    """'' where check refuses the study or its marts are made and hold what they promise; else what went wrong."""
    made, file = written(seed, folder)
    try:
        if not accepted(file):
            return ""
        study, where = config.opened(file)
        ingest.land_whole(study, where)
        with memory() as con:
            failed = broken(con, variables(study, where))
            tolerances.enforce(con, study)
    except Exception as error:
        return f"{made.told()}\n  {type(error).__name__} {error}"
    return f"{made.told()}\n  broken: {failed}" if failed else ""


def variables(study, where):  # type: ignore[no-untyped-def]
    plan = tracking_plan.tracking_plan(study, where.base / "studies")
    return build.dbt_vars(study, ingest.landed(where.raw), plan)


def memory() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    con.execute("set TimeZone = 'UTC'")
    return con


@pytest.mark.parametrize("first", range(0, TRIES, SHARE))
def test_what_check_accepts_is_built(tmp_path: Path, first: int):
    wrong = []
    for seed in range(first, min(first + SHARE, TRIES)):
        folder = tmp_path / str(seed)
        folder.mkdir()
        if said := unbuilt(10**6 + seed, folder):
            wrong.append(said)
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("seed", range(REAL))
def test_dbt_makes_the_same_marts(tmp_path: Path, dbt: None, seed: int):
    """Of studies that build, one after another: every table has the same rows."""
    found = 2 * 10**6 + 1_000 * seed
    while True:
        folder = tmp_path / str(found)
        folder.mkdir()
        _, file = written(found, folder)
        try:
            study, where = config.opened(file)
            ingest.land_whole(study, where)
            with memory() as con:
                render.create(con, variables(study, where), *MODELS)
                tolerances.enforce(con, study)
                if error := arms.empty(con, study):
                    raise error
                mine = {model: rows(con, model) for model in MODELS}
            break
        except ReportError:
            found += 1
    build.build(study, where)
    with query.connect(where.database) as con:
        assert {model: rows(con, model) for model in MODELS} == mine


def rows(con: duckdb.DuckDBPyConnection, model: str) -> list[str]:
    found = con.execute(f"select * from {MODELS[model]}").fetchall()
    return sorted(map(repr, found))
