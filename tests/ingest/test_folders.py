"""A table whose columns stand in the names of its folders is read as one whose columns stand in its files."""

import csv
import json

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest import sample
from tests.ingest.studies import log_study

NAMES = ["at", "who", "cost"]
ROWS = st.lists(
    st.tuples(st.sampled_from(["view", "a/b", "é =", "None", "7"]), st.integers(0, 3)), min_size=1, max_size=8
)


def written(home, kind, number, rows):
    file = home / f"part-{number}.{kind}"
    if kind == "parquet":
        pq.write_table(pa.table({name: [row[i] for row in rows] for i, name in enumerate(NAMES)}), file)
    elif kind == "csv":
        with file.open("w", newline="") as stream:
            csv.writer(stream).writerows([NAMES, *rows])
    else:
        file.write_text("\n".join(json.dumps(dict(zip(NAMES, row, strict=True))) for row in rows))


def landed(study, out):
    ingest.land(study, out)
    names = ", ".join(f'"{name}"' for name in ("at", "who", "cost", "what"))
    return sorted(duckdb.sql(f"select {names} from read_parquet('{ingest.landed(out).location}')").fetchall())


@settings(deadline=None, max_examples=15)
@given(ROWS, st.sampled_from(["parquet", "csv", "jsonl"]), st.booleans())
def test_a_column_of_the_folders_is_a_column_of_the_table(tmp_path_factory, rows, kind, deep):
    home = tmp_path_factory.mktemp("folders")
    meant = []
    for number, level in enumerate(sorted({level for level, _ in rows})):
        inside = [(f"2019-10-01 00:00:0{i}", f"u{who}", "1") for i, (each, who) in enumerate(rows) if each == level]
        folder = home / "log" / ("day=1" if deep else "") / f"what={level.replace('/', '%2F')}"
        folder.mkdir(parents=True)
        written(folder, kind, number, inside)
        meant += [(*row, level) for row in inside]
    assert landed(log_study(f"{home}/log/**/*.{kind}"), home / "raw") == sorted(meant)


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("said", ["cart", "view"])
def test_a_column_of_a_file_that_contradicts_its_folder_is_refused(tmp_path, kind, said, monkeypatch):
    """Either would be a guess: a file may have been moved, or the column may mean something else."""
    monkeypatch.setattr("tests.ingest.test_folders.NAMES", [*NAMES, "what"])
    for number, level in enumerate(("view", "cart")):
        folder = tmp_path / "log" / f"what={level}"
        folder.mkdir(parents=True)
        rows = [("2019-10-01 00:00:00", f"u{i}", "1", level) for i in range(3)]
        written(folder, kind, number, [*rows, ("2019-10-01 00:00:00", "u9", "1", said if level == "view" else level)])
    study = log_study(f"{tmp_path}/log/**/*.{kind}")
    if said == "view":
        assert len(landed(study, tmp_path / "raw")) == 8
        return
    with pytest.raises(ReportError, match="column 'what' says another value than the folder") as told:
        ingest.land(study, tmp_path / "raw")
    assert "1 rows, such as 'cart' below what=view" in str(told.value)


def test_a_part_of_large_files_keeps_the_folders(tmp_path, monkeypatch):
    for level in ("view", "cart"):
        (tmp_path / f"what={level}").mkdir()
        written(tmp_path / f"what={level}", "csv", 0, [("2019-10-01 00:00:00", f"u{i}", "1") for i in range(3_000)])
    monkeypatch.setattr(sample, "WHOLE", 100)
    monkeypatch.setattr(sample, "PIECE", 10_000)
    with duckdb.connect() as con:
        study, share = sample.taken(con, log_study(f"{tmp_path}/what*/*.csv"), tmp_path / "a [part]")
    assert share < 1 and {row[3] for row in landed(study, tmp_path / "raw")} == {"view", "cart"}


def test_a_field_of_a_struct_is_a_column(tmp_path):
    inner = [{"what": "view", "deep": {"x": 1}}, {"what": None, "deep": None}, None]
    table = pa.table({"at": ["2019-10-01"] * 3, "who": ["a", "b", "c"], "cost": [1, 2, 3], "props": inner})
    pq.write_table(table, tmp_path / "log.parquet")
    columns = {"event_time": "at", "event_name": "props.what", "user_id": "who"}
    ingest.land(log_study(tmp_path / "log.parquet", columns=columns), tmp_path / "raw")
    found = duckdb.sql(f"select who, \"props.what\" from read_parquet('{ingest.landed(tmp_path / 'raw').location}')")
    assert found.fetchall() == [("a", "view"), ("b", None), ("c", None)]
    with pytest.raises(ReportError, match=r"missing column 'props.how'(?s:.*)props.what"):
        ingest.land(log_study(tmp_path / "log.parquet", columns=columns | {"event_name": "props.how"}), tmp_path / "no")
