"""A file of another program is told as what it is, under whatever name; no request leaves to read it, and no CSV is taken for one."""

import gzip
import io
import pickle
import sqlite3
import tarfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import orc

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest.foreign import KINDS, told
from tests.ingest.studies import unit_study

FRAME = pd.DataFrame({"who": ["u1", "u2", "u3"], "arm": ["a", "b", "b"], "bought": [1, 0, 1], "spend": [9.5, 0, 2], "rounds": [1, 2, 3]})  # fmt: skip


def sqlite(file: Path) -> None:
    with sqlite3.connect(file) as con:
        FRAME.to_sql("units", con, index=False)


def tarred(file: Path) -> None:
    raw = FRAME.to_csv(index=False).encode()
    with tarfile.open(file, "w") as packed:
        entry = tarfile.TarInfo("units.csv")
        entry.size = len(raw)
        packed.addfile(entry, io.BytesIO(raw))


WRITERS = {
    "a SQLite database": sqlite,
    "a Feather or Arrow file": FRAME.to_feather,
    "an ORC file": lambda file: orc.write_table(pa.Table.from_pandas(FRAME), str(file)),
    "a pickle of Python": lambda file: file.write_bytes(pickle.dumps(FRAME)),
    "a web page": lambda file: file.write_text(FRAME.to_html(index=False)),
    "an Avro file": lambda file: file.write_bytes(b'Obj\x01\x04\x16avro.schema\xe8\x02{"type":"record"}\0\0'),
    "a tar archive": tarred,
}


@pytest.mark.parametrize("ending", ["csv", "xls", "jsonl", "duckdb", "db", "parquet"])
@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_of_another_program_is_told_as_what_it_is(tmp_path: Path, kind: str, ending: str) -> None:
    file = tmp_path / f"units.{ending}"
    WRITERS[kind](file)
    table = {"table": "units"} if ending in ("duckdb", "db") else {}
    if table and kind == "a SQLite database":
        table["format"] = "duckdb"  # else it is read as what it is
    with pytest.raises(ReportError, match=f"{file.name} cannot be read: it is {kind}"):
        ingest.land(unit_study(file, **table), tmp_path / "landed")


def test_parquet_by_another_name_says_how_it_is_read(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "units.csv")
    with pytest.raises(ReportError, match="is a Parquet file") as refused:
        ingest.land(unit_study(tmp_path / "units.csv"), tmp_path / "landed")
    assert "data.format: parquet" in str(refused.value)
    ingest.land(unit_study(tmp_path / "units.csv", format="parquet"), tmp_path / "again")


def test_packed_text_is_no_other_program(tmp_path: Path) -> None:
    (tmp_path / "units.csv.gz").write_bytes(gzip.compress(FRAME.to_csv(index=False).encode()))
    ingest.land(unit_study(tmp_path / "units.csv.gz"), tmp_path / "landed")


@given(st.sampled_from([mark for mark in KINDS if mark.isalnum()]), st.text("abcDEF0123 _,;\t\"'é\n", max_size=40))
def test_a_header_that_begins_like_one_is_text(mark: bytes, more: str) -> None:
    assert told(mark + more.encode(), "csv") is None
