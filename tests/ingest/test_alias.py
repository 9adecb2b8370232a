"""Ids that change at login. The oracle walks the rows in Python: an id of before that meets one user is that user's."""

import csv
import random
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.config import Study
from helpers.errors import ReportError
from tests.ingest.studies import log_study

COLUMNS = {"event_time": "at", "event_name": "what", "user_id": "who"}
Row = tuple[str, str]
ROWS = st.lists(
    st.tuples(st.sampled_from(["d1", "d2", "d3", "d4", ""]), st.sampled_from(["", "", "u1", "u2", "null"])),
    min_size=1,
    max_size=25,
)


def units_of(rows: list[Row]) -> list[str | None]:
    """The unit of each row."""
    met: dict[str, set[str]] = {}
    for before, user in rows:
        met.setdefault(before, set()).update({user} - {"", "null"})
    made: list[str | None] = []
    for before, user in rows:
        if user not in ("", "null"):
            made.append(user)
        elif before and len(met[before]) <= 1:
            made.append(next(iter(met[before]), before))
        else:
            made.append(None)
    return made


def written(folder: Path, rows: list[Row], kind: str) -> Study:
    frame = pd.DataFrame(
        [
            {"at": f"2019-10-01 00:00:{i:02}", "what": "view", "before": b, "who": u, "n": i}
            for i, (b, u) in enumerate(rows)
        ]
    )
    if kind == "parquet":
        frame.replace("", None).to_parquet(folder / "log.parquet")
    elif kind == "jsonl":
        (folder / "log.jsonl").write_text(frame.to_json(orient="records", lines=True))
    else:
        frame.to_csv(folder / "log.csv", index=False, quoting=csv.QUOTE_ALL)
    return log_study(folder / f"log.{kind}", columns=COLUMNS, alias="before")


def landed(study: Study, folder: Path) -> tuple[list[tuple[Any, ...]], list[str]]:
    parts = ingest.land(study, folder / "raw")
    found = ingest.landed(folder / "raw")
    user = next(
        c["expression"] for c in ingest.column_expressions(study, found.types, found.reading) if c["name"] == "user_id"
    )
    rows = duckdb.sql(
        f"select n::int, nullif({user}, '') from read_parquet('{found.location}', file_row_number = true) order by file_row_number"
    )
    return rows.fetchall(), list(parts.notes)


@settings(deadline=None, max_examples=40)
@given(ROWS, st.sampled_from(["csv", "jsonl", "parquet"]), st.integers(0, 99))
def test_rows_of_before_are_those_of_the_user_that_the_id_meets(tmp_path_factory, rows, kind, seed):
    """Whatever the order of the rows, and each row stays where it stands."""
    random.Random(seed).shuffle(rows)
    rows = [("d9", "u9"), *rows]
    found, notes = landed(written(folder := tmp_path_factory.mktemp("alias"), rows, kind), folder)
    meant = units_of(rows)
    assert found == list(enumerate(meant))
    alone = [i for i, (_, user) in enumerate(rows) if user in ("", "null")]
    joined = [i for i in alone if (meant[i] or "").startswith("u")]
    assert notes[0].startswith(f"ids: {len(joined):,} rows without 'who'")
    assert any("have no unit" in note for note in notes) == any(meant[i] is None and rows[i][0] for i in alone)


def test_rows_that_a_condition_leaves_out_still_tell_whose_an_id_is(tmp_path):
    study = written(tmp_path, [("d1", ""), ("d1", "u1"), ("d2", "")], "csv")
    study = study.model_copy(update={"data": study.data.model_copy(update={"where": "n <> 1"})})
    assert landed(study, tmp_path)[0] == [(0, "u1"), (2, "d2")]


def test_ids_that_are_visitors_and_users_are_not_made_one(tmp_path):
    with pytest.raises(ReportError, match="ids of 'before' read like ids of 'who'"):
        landed(written(tmp_path, [("1", ""), ("2", "1")], "csv"), tmp_path)


def test_the_study_names_two_columns(tmp_path):
    with pytest.raises(ValueError, match="another column than columns"):
        log_study(tmp_path / "x.csv", columns=COLUMNS, alias="who")
