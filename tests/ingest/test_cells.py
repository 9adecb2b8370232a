"""No cell of an exported CSV is a formula to a spreadsheet, and numbers are still numbers."""

import csv
import json

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import ingest
from helpers.ingest.sql import cell, literal
from helpers.warehouse.build import _export
from tests.ingest.studies import HEADER, log_study, unit_study

RUN = tuple(
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
ATTACKS = ["=1+1", "+1+A1", "-1-A1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x","y")', "=cmd|' /C calc'!A0"]


def number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii()


@given(
    st.lists(
        st.sampled_from(ATTACKS) | st.floats(allow_nan=False).map(repr) | st.integers().map(str)
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        min_size=1,
    )
)  # fmt: skip
def test_a_cell_is_a_number_or_a_text_that_nothing_runs(texts):
    rows = ", ".join(f"({literal(text)})" for text in texts)
    found = [row[0] for row in duckdb.execute(f"select {cell('t')} from (values {rows}) as v(t)").fetchall()]
    for text, shown in zip(texts, found, strict=True):
        assert shown in (text, f"'{text}")
        assert (shown != text) <= text.startswith(RUN)
        assert not shown.startswith(RUN) or number(shown)
        assert shown == text or not number(text)


def test_clean_events(tmp_path):
    study = log_study("log.csv").model_copy(update={"segments": ["category", "brand"]})
    place = study.data.model_copy(update={"export_clean_events": True})
    study = study.model_copy(update={"data": place})
    with duckdb.connect() as con:
        con.execute("create schema staging")
        con.execute(
            """create table staging.stg_events (event_id text, event_time timestamp, event_name text, user_id text,
            session_id text, product_id text, category text, amount bigint, brand text)"""
        )
        texts = (ATTACKS * 7)[:7]
        row = [texts[0], "2026-01-01", *texts[1:6], -500, texts[6]]
        con.execute(f"insert into staging.stg_events values ({', '.join('?' * 9)})", row)
        file = _export(con, study, tmp_path)
    with file.open(encoding="utf-8", newline="") as lines:
        (told,) = csv.DictReader(lines)
    assert told.pop("amount") == "-500" and told.pop("event_time") == "2026-01-01 00:00:00"
    assert list(told.values()) == [f"'{text}" for text in texts]


@pytest.mark.parametrize("name", ["=1+1.csv", "+units.csv"])
def test_rejects_name_files_and_columns_that_are_no_formula(tmp_path, name):
    file = tmp_path / name
    file.write_text(f"{HEADER.replace('who', '=who')}\nu1,a,1,9,3\nu2,b,0,0,0\n,b,1,0,0\n", encoding="utf-8")
    columns = {"user_id": "=who", "variant": "arm"}
    ingest.land(unit_study(file, columns=columns, tolerate={"missing_id": 0.5}), tmp_path / "raw")
    assert json.loads((tmp_path / "raw" / "landed.json").read_text())["refused"] == {"missing_id": 1}
    with (tmp_path / "raw" / "rejects.csv").open(encoding="utf-8", newline="") as lines:
        (told,) = csv.DictReader(lines)
    assert told["column"] == "'=who" and told["file"] == f"'{name}"
