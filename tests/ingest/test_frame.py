"""A notebook's frame is landed so that every later step goes on from it."""

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

from helpers import config, ingest
from helpers.errors import ReportError
from tests.ingest.studies import unit_file


@pytest.fixture
def study_file(tmp_path):
    file = tmp_path / "studies" / "rees46.yml"
    file.parent.mkdir()
    raw = unit_file("", format="frame")
    del raw["data"]["path"]
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return file


FRAME = pd.DataFrame(
    {
        "who": ["u1", "u2"],
        "arm": pd.Categorical(["a", "b"]),
        "bought": [True, False],
        "spend": [9.99, 0],
        "rounds": [3, 0],
    },
    index=[7, 7],
)


def test_a_frame_is_landed_and_can_be_landed_again(study_file):
    before = FRAME.copy()
    raw = ingest.from_frame(study_file, FRAME)
    pd.testing.assert_frame_equal(FRAME, before)
    assert (raw / "done").is_file()
    assert ingest.landed(raw).table_rows == 2
    study, where = config.opened(study_file)
    assert ingest.land_whole(study, where) == raw
    assert ingest.landed(raw).table_rows == 2
    assert sorted(file.name for file in where.data.iterdir()) == ["frame.parquet", "raw"]


def test_nan_is_missing_not_zero(study_file):
    frame = FRAME.assign(spend=[np.nan, 0.0])
    raw = ingest.from_frame(study_file, frame)
    found = duckdb.sql(f"select user_id, price from '{raw}/events/*.parquet' where event_name = 'spend'").fetchall()
    assert found == [("u1", None)], "missing is an event without an amount, zero is no event"


def test_an_empty_frame_and_a_missing_column_are_told(study_file):
    with pytest.raises(ReportError, match="the frame is empty"):
        ingest.from_frame(study_file, FRAME.iloc[:0])
    with pytest.raises(ReportError, match="missing column 'arm'"):
        ingest.from_frame(study_file, FRAME.drop(columns="arm"))


def test_before_it_is_landed_the_remedy_is_told(study_file):
    study, where = config.opened(study_file)
    with pytest.raises(ReportError, match="not landed yet") as caught:
        ingest.land_whole(study, where)
    assert "ingest.from_frame('studies/rees46.yml', frame)" in str(caught.value)


def test_a_study_with_another_source_takes_no_frame(tmp_path):
    with pytest.raises(ReportError, match="the data are not a frame"):
        ingest.from_frame("studies/rees46.yml", FRAME)
