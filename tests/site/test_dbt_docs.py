"""Every model and column of the built database is described, and nothing else is."""

import re

import duckdb
import pytest
import yaml

from helpers import paths
from helpers.warehouse import query

FAMILIES = {
    "int_row_checks": r"(property|kept)_\d+",
    "int_funnel": r"step_\d+",
    "int_exposed_sessions": r"\w+_seen",
}
"""Columns that depend on the study, told in the model's description; beside them, segments."""

WITH_SEGMENTS = {"base_events", "stg_events_checked", "stg_events", "fct_experiment_units"}


@pytest.fixture(scope="module")
def described() -> dict[str, dict[str, str]]:
    """Columns and their descriptions by model; the model's own description under ''."""
    found = {}
    for file in sorted((paths.WAREHOUSE / "models").rglob("*.yml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        tables = content.get("models", [])
        for source in content.get("sources", []):
            assert source["description"]
            tables += source["tables"]
        for table in tables:
            assert table["name"] not in found, f"{table['name']} is described twice"
            columns = {c["name"]: c["description"] for c in table.get("columns", [])}
            assert len(columns) == len(table.get("columns", []))
            found[table["name"]] = {"": table["description"], **columns}
    return found


@pytest.fixture(scope="module")
def built(small_study) -> dict[str, set[str]]:
    with query.connect(small_study.where.database) as con:
        rows = con.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema in ('staging', 'intermediate', 'marts', 'computed')"
        ).fetchall()
    tables: dict[str, set[str]] = {}
    for table, column in rows:
        tables.setdefault(table, set()).add(column)
    return tables


def test_every_model_and_column_is_described(built, described, small_study):
    missing = []
    for table, columns in sorted(built.items()):
        if table not in described:
            missing.append(table)
            continue
        family = re.compile(FAMILIES.get(table, "(?!)"))
        segments = set(small_study.study.segments) if table in WITH_SEGMENTS else set()
        known = set(described[table]) | segments
        missing += [f"{table}.{c}" for c in sorted(columns - known) if not family.fullmatch(c)]
    assert not missing


def test_nothing_is_described_that_is_not_there(built, described):
    strange = []
    for table, columns in described.items():
        if table == "events":
            continue
        strange += [f"{table}.{c}" for c in sorted(set(columns) - {""} - built.get(table, set()))]
    assert not strange


def test_the_raw_log_is_described(described, small_study):
    log = duckdb.read_parquet(f"{small_study.where.raw}/events/*.parquet")
    assert set(log.columns) == set(described["events"]) - {""}


def test_descriptions_say_something(described):
    for table, columns in described.items():
        if table != "events":
            assert "Grain: " in columns[""], table
        for column, description in columns.items():
            assert len(description) >= 4, f"{table}.{column}"
            assert "TODO" not in description


def test_families_are_told_in_the_model_s_description(described):
    for table in WITH_SEGMENTS:
        assert "study's segments" in described[table][""]
    assert "property_0" in described["int_row_checks"][""]
    assert "kept_0" in described["int_row_checks"][""]
    assert "step_1" in described["int_funnel"][""]


def test_every_model_has_its_file_and_its_grain():
    for file in (paths.WAREHOUSE / "models").rglob("*.sql"):
        head = file.read_text(encoding="utf-8").split("\n{", 1)[0]
        assert head.startswith("--") and "Grain: " in head, file.name


def test_the_build_is_free_of_warnings(small_study):
    log = (small_study.where.data / "dbt" / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert "WARNING" not in log
    assert re.search(r"Done\. PASS=\d+ WARN=0 ERROR=0 SKIP=0", log)
