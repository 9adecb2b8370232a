"""Which files a study names, and what is said where there are none."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import tempfile
import zipfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest.locations import files_of
from tests.ingest.new_study.tables import proposed
from tests.ingest.studies import HEADER, ROWS, events_of, log_study, rejected, text, unit_study
from tests.nobody import as_nobody

LOG = "at,what,who,cost"
DAYS = [f"2019-10-0{day} 00:00:00,view,u{day},1" for day in (1, 2, 3)]


def folder(tmp_path, **files):
    home = tmp_path / "logs"
    home.mkdir()
    for name, content in files.items():
        (home / name.replace("_", ".")).write_bytes(content)
    return home


def users(path, out) -> list[str]:
    ingest.land(log_study(path), out)
    found = ingest.landed(out)
    return [who for (who,) in duckdb.sql(f"select who from read_parquet('{found.location}') order by 1").fetchall()]


def refused(path, tmp_path) -> str:
    with pytest.raises(ReportError) as caught:
        ingest.land(log_study(path), tmp_path / "raw")
    return str(caught.value)


@pytest.mark.parametrize("pattern", ["", "*.csv", "**/day*", "day?.csv"])
def test_a_folder_or_a_glob_is_one_log(tmp_path, pattern):
    home = folder(tmp_path, day1_csv=text(LOG, DAYS[0]), day2_csv=text(LOG, DAYS[1], "cut"))
    assert users(home / pattern, tmp_path / "raw") == ["u1", "u2"]
    assert rejected(tmp_path / "raw") == ["3,,MISSING COLUMNS,day2.csv"]


def test_columns_in_another_order_are_found_by_name(tmp_path):
    turned = text("who,cost,at,what", "u2,1,2019-10-02 00:00:00,view")
    assert users(folder(tmp_path, day1_csv=text(LOG, DAYS[0]), day2_csv=turned), tmp_path / "raw") == ["u1", "u2"]


def test_parquet_files_are_linked_where_they_stand(tmp_path):
    home = folder(tmp_path)
    for day in (1, 2):
        duckdb.sql(
            f"copy (select now() as at, 'view' as what, 'u{day}' as who, 1 as cost) to '{home}/{day}.parquet' (format parquet)"
        )
    assert users(home, tmp_path / "raw") == ["u1", "u2"]
    assert all(part.is_symlink() for part in (tmp_path / "raw" / "events").iterdir())


def test_unit_tables_of_several_files_tell_the_file(tmp_path):
    home = folder(tmp_path, a_csv=text(HEADER, ROWS[0], "cut"), b_csv=text(HEADER, ROWS[1], "cut", ",a,0,0,0"))
    study = unit_study(home, tolerate={"malformed_line": 0.5, "missing_id": 0.5})
    rows, found = events_of(study, tmp_path / "raw")
    assert {row[0] for row in rows} == {"u1", "u2"}
    assert found.refused == {"malformed_line": 2, "missing_id": 1}
    assert rejected(tmp_path / "raw") == [
        "3,,MISSING COLUMNS,a.csv", "3,,MISSING COLUMNS,b.csv", "4,who,missing_id,b.csv",
    ]  # fmt: skip


def test_an_empty_folder_is_told(tmp_path):
    home = folder(tmp_path)
    (home / ".hidden").write_text("x")
    assert "the folder of the data is empty" in refused(home, tmp_path)


def test_a_glob_without_a_match_is_told(tmp_path):
    assert "no file matches data.path" in refused(folder(tmp_path, a_csv=b"x") / "*.parquet", tmp_path)


def test_mixed_formats_are_told_with_one_of_each(tmp_path):
    message = refused(folder(tmp_path, a_csv=text(LOG, *DAYS), b_parquet=b"x"), tmp_path)
    assert "files of several formats" in message and "a.csv, b.parquet" in message


def test_a_file_of_another_delimiter_is_told_with_a_remedy_that_holds_for_all(tmp_path):
    home = folder(tmp_path, a_csv=text(LOG, DAYS[0]), b_tsv=text(LOG, DAYS[1]).replace(b",", b"\t"))
    message = refused(home, tmp_path)
    assert (
        r"b.tsv: its fields are separated by '\t', those of a.csv by ','" in message and "data.delimiter" not in message
    )
    assert users(home / "*.csv", tmp_path / "without") == ["u1"]


def test_an_empty_file_among_others_is_told_with_what_to_do(tmp_path):
    home = folder(tmp_path, a_csv=text(LOG, DAYS[0]), b_csv=b"")
    assert "b.csv is empty" in (message := refused(home, tmp_path)) and "take it out of the folder" in message
    assert users(home / "a*.csv", tmp_path / "without") == ["u1"]


def zipped(raw: bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("log.csv", raw)
    return whole.getvalue()


def tarred(raw: bytes) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        entry = tarfile.TarInfo("log.csv")
        entry.size = len(raw)
        archive.addfile(entry, io.BytesIO(raw))
    return whole.getvalue()


@pytest.mark.parametrize("name", ["log.csv", "log.jsonl", "log"])
@pytest.mark.parametrize(
    ("pack", "said"),
    [
        (bz2.compress, "a bzip2 archive"), (lzma.compress, "a xz archive"), (zipped, "a zip archive"),
        (lambda raw: pa.compress(raw, "lz4", asbytes=True), "a lz4 archive"),
        (lambda raw: gzip.compress(gzip.compress(raw)), "gzip inside of gzip"),
        (lambda raw: gzip.compress(zipped(raw)), "zip inside of gzip"),
        (lambda raw: gzip.compress(tarred(raw)), "tar inside of gzip"),
    ],
)  # fmt: skip
def test_an_archive_is_no_spreadsheet(tmp_path, name, pack, said):
    (tmp_path / name).write_bytes(pack(text(LOG, *DAYS)))
    message = refused(tmp_path / name, tmp_path)
    assert said in message and "unpack it" in message and "spreadsheet" not in message


def test_other_columns_in_one_of_the_files_are_told(tmp_path):
    message = refused(folder(tmp_path, a_csv=text(LOG, *DAYS), b_csv=text(f"{LOG},more", *DAYS)), tmp_path)
    assert "b.csv: other columns than in a.csv" in message and "more\n" in message


def test_another_type_in_one_of_the_files_is_told(tmp_path):
    home = folder(tmp_path)
    for name, who in (("a", "'u1'"), ("b", "7")):
        duckdb.sql(f"copy (select 1 as at, 'view' as what, {who} as who, 1 as cost) to '{home}/{name}.parquet'")
    message = refused(home, tmp_path)
    assert "b.parquet: column 'who' has another type than in a.parquet" in message and "INTEGER" in message


def test_what_is_no_file_of_data_says_what_it_is(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "circle.csv").symlink_to(tmp_path / "circle.csv")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nothing")
    kinds = {
        "/dev/zero": "a device or a pipe", "pipe.csv": "a device or a pipe", "circle.csv": "links that lead in a circle",
        "dangling.csv": "a wrong path", "x" * 300: "a name longer than a file can have",
    }  # fmt: skip
    for number, (name, why) in enumerate(kinds.items()):
        assert f"likely cause: {why}" in refused(tmp_path / name, tmp_path / str(number)), name
        with pytest.raises(
            ReportError, match="there is no such file" if name == "dangling.csv" else f"likely cause: {why}"
        ):
            proposed(tmp_path, tmp_path / name)


@pytest.mark.parametrize("path", ["open.csv", "closed.csv", "closed", "closed/day.csv", "closed/*.csv", "shut/*/*.csv"])
def test_what_may_not_be_read_is_said(path):
    with tempfile.TemporaryDirectory() as home:  # pytest's own folder may not be entered by others
        here = Path(home)
        here.chmod(0o755)
        (here / "open.csv").write_bytes(text(LOG, *DAYS))
        (here / "open.csv").chmod(0o644)
        (here / "closed.csv").write_bytes(text(LOG, *DAYS))
        for name in ("closed", "shut"):
            (here / name).mkdir()
            (here / name / "day.csv").write_bytes(text(LOG, *DAYS))
            (here / name).chmod(0)
        (here / "closed.csv").chmod(0)
        told = as_nobody(lambda: len(files_of(log_study(here / path).data, "mine")[1]))
        for name in ("closed", "shut"):
            (here / name).chmod(0o700)
    if path == "open.csv":
        assert told == "1"
    else:
        assert "likely cause: this account may not read it" in told and "remedy:       allow reading it" in told


def test_a_misspelt_file_has_a_neighbour(tmp_path):
    home = folder(tmp_path, events_csv=text(LOG, *DAYS))
    assert "did you mean 'events.csv'" in refused(home / "event.csv", tmp_path)


def test_files_in_folders_of_a_folder_are_told_with_the_glob_that_reads_them(tmp_path):
    for day, row in enumerate(DAYS, 1):
        home = tmp_path / "logs" / f"day={day}"
        home.mkdir(parents=True)
        (home / "part.csv").write_bytes(text(LOG, row))
    message = refused(tmp_path / "logs", tmp_path)
    pattern = message.split("name them by a glob: ")[1]
    assert "holds folders alone" in message
    assert users(pattern, tmp_path / "read") == ["u1", "u2", "u3"]
