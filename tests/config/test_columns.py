"""Names of columns: whatever a file calls them, and words of the warehouse and of SQL that no study may choose."""

import re

import duckdb
import pytest
from pydantic import ValidationError

from helpers import ingest, paths
from helpers.config.columns import TAKEN
from helpers.config.tracking_plan import ROW_COLUMNS
from helpers.errors import ReportError
from tests.ingest.studies import events_of, log_study, table, unit_study

WITH_SEGMENTS = ("staging/base_events", "staging/stg_events_checked", "staging/stg_events", "marts/fct_experiment_units",
                 "marts/fct_experiment_results", "marts/fct_ground_truth", "marts/fct_funnel")  # fmt: skip
"""Models in which the columns of a study's segments stand beside the warehouse's own."""
STRANGE = ["c", "n", "p", "t", "m", "file_row_number", "FILE_INDEX", "filename", "problem", "row_id", "variant_text", "outcome_0_text", "select", "group", "user id",
           'the "kind"', "it's", "a.b", "a,b", "{{ x }}", "größe", " at ", "1", "*", "--", "rowid", "row_key", "__duckdb"]  # fmt: skip


def test_words_of_sql_and_columns_of_the_warehouse_are_taken():
    reserved = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    assert {row[0] for row in duckdb.sql(reserved).fetchall()} <= TAKEN
    made = set()
    for model in WITH_SEGMENTS:
        text = (paths.WAREHOUSE / "models" / f"{model}.sql").read_text(encoding="utf-8")
        made |= set(re.findall(r"\bas ([a-z][a-z0-9_]*)\b", text))
    types = {"decimal", "double", "bigint", "varchar"}
    assert made - types - set(ROW_COLUMNS) - {"they"} <= TAKEN


@pytest.mark.parametrize("name", sorted(TAKEN)[::9])
def test_a_segment_cannot_be_called_so_and_the_message_says_how_it_can(name):
    with pytest.raises(ValidationError, match=f"columns.{name}.*another name"):
        log_study("log.csv", columns={"event_time": "at", "event_name": "what", "user_id": "who", name: "x"})


@pytest.mark.parametrize("column", STRANGE)
def test_a_column_of_a_unit_table_may_be_called_anything(tmp_path, column):
    quoted = '"' + column.replace('"', '""') + '"'
    file = table(tmp_path, "u1,a,7,9", "u2,b,8,0", header=f"who,arm,{quoted},spend")
    columns = {"user_id": "who", "variant": "arm", "trait": column}
    study = unit_study(
        file, {"segments": ["trait"]}, columns=columns, outcomes={"bought": column, "spend": column, "rounds": "spend"}
    )
    rows, landed = events_of(study, tmp_path / "raw")
    assert [row[4] for row in rows if row[2] == "bought"] == ["7", "8"]
    assert duckdb.sql(f"select distinct trait from '{landed.location}' order by 1").fetchall() == [("7",), ("8",)]


@pytest.mark.parametrize("column", ["file_row_number", "File_Index"])
@pytest.mark.parametrize("role", ["user_id", "variant", "event_time", "outcome"])
def test_a_message_calls_a_column_as_its_file_does(tmp_path, column, role):
    wrong = {"user_id": "", "variant": "z", "event_time": "soon", "outcome": "many"}[role]
    file = table(tmp_path, f"u1,a,{wrong},1", f"u2,b,{wrong},0", header=f"who,arm,{column},spend")
    outcomes = {"bought": column if role == "outcome" else "spend", "spend": "spend", "rounds": "spend"}
    columns = {"user_id": "who", "variant": "arm"} | ({} if role == "outcome" else {role: column})
    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(file, columns=columns, outcomes=outcomes), tmp_path / "raw")
    assert f"column '{column}'" in str(caught.value) and "as logged" not in str(caught.value)


@pytest.mark.parametrize("kind", ["csv", "parquet", "duckdb"])
@pytest.mark.parametrize("column", STRANGE)
def test_a_column_of_a_log_may_be_called_anything(tmp_path, column, kind):
    name = '"' + column.replace('"', '""') + '"'
    select = f"select '2019-10-01' as \"at\", 'view' as what, 7 as who, 1.5 as {name}"
    file = tmp_path / f"log.{kind}"
    if kind == "duckdb":
        with duckdb.connect(str(file)) as con:
            con.execute(f"create table log as {select}")
    else:
        duckdb.sql(f"copy ({select}) to '{file}'")
    columns = {"event_time": "at", "event_name": "what", "user_id": "who", "price": column}
    study = log_study(file, columns=columns, **({"table": "log"} if kind == "duckdb" else {}))
    ingest.land(study, tmp_path / "raw")
    landed = ingest.landed(tmp_path / "raw")
    made = {c["name"]: c["expression"] for c in ingest.column_expressions(study, landed.types, landed.reading)}
    found = duckdb.sql(
        f"select {made['price']}, file_index, file_row_number from read_parquet('{landed.location}', file_row_number = true)"
    )
    assert found.fetchall() == [("1.5", 0, 0)]
