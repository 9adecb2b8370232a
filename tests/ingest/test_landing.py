"""The way of a log into the project: what can be read is landed whole, what cannot is explained."""

import gzip
from datetime import datetime
from pathlib import Path
from shutil import rmtree

import duckdb
import pytest
from pydantic import ValidationError

from helpers import ingest, paths
from helpers.errors import ReportError
from tests.ingest.studies import LOG_COLUMNS as COLUMNS
from tests.ingest.studies import log_study, text

HEADER = "at,what,who,cost"
ROWS = ["2019-10-01 00:00:00 UTC,view,u1,9.99", "2019-10-01 00:00:01 UTC,cart,u1,9.99"]


def landed(tmp_path: Path, content: bytes, name="log.csv", **data):
    """The rows and the number of malformed lines of a file with this content."""
    file = tmp_path / name
    file.write_bytes(content)
    out = tmp_path / "raw"
    ingest.land(log_study(file, **data), out)
    result = ingest.landed(out)
    return duckdb.sql(f"select * from read_parquet('{result.location}')").fetchall(), result


def refused(tmp_path: Path, content: bytes | None, name="log.csv", **data) -> str:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ReportError) as caught:
        ingest.land(log_study(file, **data), tmp_path / "raw")
    return str(caught.value)


EXPECTED = [tuple(row.split(",")) for row in ROWS]


def test_what_was_landed_is_told_without_a_database_of_its_own_and_as_it_stands_now(tmp_path, monkeypatch):
    landed(tmp_path, "\n".join([HEADER, *ROWS]).encode())
    one = tmp_path / "raw" / "events" / "part-0000.parquet"
    monkeypatch.setattr(duckdb, "connect", None)
    for name in ("a", "b"):
        duckdb.execute(f"copy (select 1 as {name}) to '{one}'")
        assert ingest.landed(tmp_path / "raw").types == {name: "INTEGER"}


@pytest.mark.parametrize(
    "content",
    [
        text(HEADER, *ROWS),
        text(HEADER, *ROWS)[:-1],
        text(HEADER, *ROWS, end="\r\n"),
        b"\xef\xbb\xbf" + text(HEADER, *ROWS),
        b"\xef\xbb\xbf" + text(HEADER, *ROWS, end="\r\n"),
        text('"at","what","who","cost"', *ROWS),
    ],
    ids=["plain", "no last newline", "crlf", "bom", "bom and crlf", "quoted header"],
)
@pytest.mark.parametrize("zipped", [False, True], ids=["csv", "gz"])
def test_a_csv_lands_as_the_text_it_was(tmp_path, content, zipped):
    name = "log.csv.gz" if zipped else "log.csv"
    rows, result = landed(tmp_path, gzip.compress(content) if zipped else content, name)
    assert rows == EXPECTED
    assert result.types == dict.fromkeys(HEADER.split(","), "VARCHAR")
    assert result.malformed_lines == 0


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter(tmp_path, delimiter):
    content = text(HEADER, *ROWS).replace(b",", delimiter.encode())
    assert landed(tmp_path, content, delimiter=delimiter)[0] == EXPECTED


def test_quotes_hold_delimiters_newlines_and_quotes(tmp_path):
    content = text(HEADER, '"a,b","say ""hi""","line\nbreak",1', *ROWS)
    rows, result = landed(tmp_path, content, tolerate={"unparseable_time": 0.4})
    assert rows == [("a,b", 'say "hi"', "line\nbreak", "1"), *EXPECTED]
    assert result.malformed_lines == 0


def test_empty_fields_are_null_and_nothing_is_guessed(tmp_path):
    rows, _ = landed(tmp_path, text(HEADER, "007,1e3,true,", ",,,"), tolerate={"unparseable_time": 1})
    assert rows == [("007", "1e3", "true", None), (None, None, None, None)]


def test_a_cut_last_line_is_rejected_with_its_number(tmp_path):
    content = text(HEADER, *ROWS) + b"2019-10-01 00:00:02 UTC,vi"
    rows, result = landed(tmp_path, content)
    assert rows == EXPECTED
    assert result.malformed_lines == 1
    rejects = (tmp_path / "raw" / "rejects.csv").read_text().splitlines()
    assert rejects[0] == "row,column,reason,file"
    assert rejects[1].startswith("4,") and "MISSING COLUMNS" in rejects[1]


def test_lines_too_long_are_rejected_each_once(tmp_path):
    rows, result = landed(tmp_path, text(HEADER, ROWS[0], "1,2,3,4,5,6", ROWS[1], "1,2"))
    assert rows == EXPECTED
    assert result.malformed_lines == 2
    lines = (tmp_path / "raw" / "rejects.csv").read_text().splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == ["3", "5"]


def test_only_the_mapped_columns_are_required(tmp_path):
    rows, result = landed(tmp_path, text(f"extra,{HEADER}", *(f"x,{row}" for row in ROWS)))
    assert rows[0] == ("x", *EXPECTED[0])
    assert "extra" in result.types


REFUSED = {
    "missing": (None, ["the log is not there", "a readable file", "correct data.path"]),
    "empty": (b"", ["log.csv is empty", "0 bytes"]),
    "header only": (text(HEADER), ["log.csv holds no events"]),
    "header only, no newline": (HEADER.encode(), ["log.csv holds no events"]),
    "no readable line": (text(HEADER, "1,2", "3"), ["log.csv holds no events"]),
    "delimiter": (
        text(HEADER, *ROWS).replace(b",", b";"),
        ["the delimiter is wrong", "separated by ','", "set data.delimiter: ';'"],
    ),
    "missing column": (
        text(HEADER.replace("cost", "costs"), *ROWS),
        ["missing column 'cost'", "at, what, who, costs", "did you mean 'costs' for 'cost'?"],
    ),
    "columns in capitals": (text(HEADER.upper(), *ROWS), ["missing column 'at', 'cost'"]),
    "twice": (text(HEADER + ",who", *ROWS), ["columns stand there twice", "who"]),
    "twice but for case": (text(HEADER + ",WHO", *ROWS), ["columns stand there twice", "WHO"]),
    "not UTF-8": (
        text(HEADER) + "2019,vïew,u1,1\n".encode("latin-1"),
        ["log.csv cannot be read as text", "line 2", "'2019,vïew,u1,1'", "data.encoding: cp1252"],
    ),
    "header not UTF-8": (
        "ät,what,who\n".encode("latin-1"),
        ["cannot be read as text", "line 1", "data.encoding: cp1252"],
    ),
    "cut UTF-16": (
        text(HEADER, *ROWS).decode().encode("utf-16")[:-1],
        ["cannot be read as utf-16", "file that was cut"],
    ),
    "another encoding than the stated": (
        text(HEADER, *ROWS) + b"\x81,view,u1,1\n",
        ["not UTF-8", "saved in another encoding, such as cp1251, mac_roman"],
    ),
    "a quote that does not close": (
        text(HEADER, ROWS[0], '2019,"view,u1,1', *ROWS),
        ["log.csv, line 3: a quote does not close", "a field of 3 lines", "written twice"],
    ),
    "a title above the header": (text("Sales of May", "", HEADER, *ROWS), ["stands in line 3", "data.header_line: 3"]),
    "binary": (bytes(range(256)) * 10, ["log.csv", "UTF-8"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_explained(tmp_path, case):
    content, said = REFUSED[case]
    message = refused(tmp_path, content)
    for words in said:
        assert words in message


def test_a_broken_gzip_is_explained(tmp_path):
    whole = gzip.compress(text(HEADER, *ROWS * 500))
    for broken in (text(HEADER, *ROWS), whole[: len(whole) // 2], whole[:-8] + bytes(8)):
        message = refused(tmp_path, broken, "log.csv.gz")
        assert "log.csv.gz cannot be read as gzip" in message
        (tmp_path / "raw" / "events").rmdir()


def test_a_line_far_down_that_is_not_utf8_is_explained_or_tolerated(tmp_path):
    content = text(HEADER, *ROWS * 10_000) + "2019,vïew,u1,1\n".encode("latin-1")
    assert "line 20,002" in refused(tmp_path, content)
    rmtree(tmp_path / "raw")
    rows, result = landed(tmp_path, content, tolerate={"malformed_line": 0.001})
    assert rows == EXPECTED * 10_000
    assert result.malformed_lines == 1
    assert "20002,,INVALID ENCODING,log.csv" in (tmp_path / "raw" / "rejects.csv").read_text()


def test_a_variable_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.REAL_DATA_DIR, str(tmp_path))
    study = log_study("${REAL_DATA_DIR}/log.csv")
    with pytest.raises(ReportError, match="set REAL_DATA_DIR=FOLDER"):
        ingest.land(study, tmp_path / "raw")
    (tmp_path / "log.csv").write_bytes(text(HEADER, *ROWS))
    ingest.land(study, tmp_path / "raw2")


# --- typed logs ---


def parquet(tmp_path: Path, select: str) -> Path:
    file = tmp_path / "log.parquet"
    duckdb.sql(f"copy ({select}) to '{file}' (format parquet)")
    return file


@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "timestamp_ns", "varchar"])
def test_times_of_a_parquet_log_become_utc(tmp_path, kind):
    literal = "2019-10-01 02:30:00.5+02:00" if kind in ("timestamptz", "varchar") else "2019-10-01 00:30:00.5"
    file = parquet(tmp_path, f"select '{literal}'::{kind} as at, 'view' as what, 7 as who, 1.5 as cost")
    study = log_study(file)
    ingest.land(study, tmp_path / "raw")
    result = ingest.landed(tmp_path / "raw")
    columns = {c["name"]: c["expression"] for c in ingest.column_expressions(study, result.types, result.reading)}
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'Asia/Tokyo'")
        time, user, price, nothing = con.execute(
            f"select {columns['event_time']}, {columns['user_id']}, {columns['price']},"
            f" {columns['session_id']} from read_parquet('{result.location}')"
        ).fetchall()[0]
    assert time == datetime(2019, 10, 1, 0, 30, 0, 500_000)
    assert (user, price, nothing) == ("7", "1.5", None)


def test_a_parquet_log_is_used_where_it_stands(tmp_path):
    file = parquet(tmp_path, "select 1569888000 as at, 'view' as what, 'u' as who, 1 as cost")
    ingest.land(log_study(file), tmp_path / "raw")
    assert (tmp_path / "raw" / "events" / "part-0000.parquet").resolve() == file


@pytest.mark.parametrize("content", [b"PAR1", b"no parquet at all" * 100])
def test_a_parquet_file_that_is_none_is_explained(tmp_path, content):
    assert "cannot be read as Parquet" in refused(tmp_path, content, "log.parquet")


def test_a_missing_parquet_column_is_named(tmp_path):
    file = parquet(tmp_path, "select 1 as at, 'view' as what, 'u' as whom, 1 as cost")
    with pytest.raises(ReportError, match="did you mean 'whom' for 'who'"):
        ingest.land(log_study(file), tmp_path / "raw")


def test_a_csv_may_be_named_anything(tmp_path):
    assert landed(tmp_path, text(HEADER, *ROWS), "log.parquet", format="csv")[0] == EXPECTED


def test_columns_with_quotes_and_what_is_cut(tmp_path):
    columns = {**COLUMNS, "category": {"column": 'the "kind"', "up_to": "."}}
    content = text(HEADER + ',"the ""kind"""', ROWS[0] + ",shoes.red", ROWS[1] + ",")
    _, result = landed(tmp_path, content, columns=columns)
    study = log_study(tmp_path / "log.csv", columns=columns)
    found = {c["name"]: c["expression"] for c in ingest.column_expressions(study, result.types, result.reading)}
    rows = duckdb.sql(f"select {found['category']} from read_parquet('{result.location}')")
    assert rows.fetchall() == [("shoes",), (None,)]


def one_kind(tmp_path, *rows, **columns):
    """Names and amounts of a log in which only one thing happens, as the warehouse reads them."""
    file = tmp_path / "log.csv"
    file.write_bytes(text("at,who,cost,pieces", *rows))
    mapped = {"event_time": "at", "event_name": {"value": "purchase", "first": "first_order"}, "user_id": "who"}
    study = log_study(file, columns=mapped | {"price": {"column": "cost", "times": "pieces"}} | columns)
    ingest.land(study, tmp_path / "raw")
    found = ingest.landed(tmp_path / "raw")
    made = {c["name"]: c["expression"] for c in ingest.column_expressions(study, found.types, found.reading)}
    return duckdb.sql(
        f"select {made['event_name']}, {made['price']} from read_parquet('{found.location}', file_row_number = true)"
        " order by file_row_number"
    ).fetchall()


def test_the_first_rows_of_a_unit_are_told_apart_before_the_experiment_and_in_it(tmp_path):
    rows = ["2019-09-01,u,1,1", "2019-09-02,u,1,1", "2019-10-01,u,1,1", "2019-10-01,u,2,1", "2019-10-02,u,1,1"]
    found = [name for name, _ in one_kind(tmp_path, *rows)]
    assert found == ["first_order", "purchase", "first_order", "first_order", "purchase"]


def test_a_cancellation_is_nobody_s_first(tmp_path):
    found = [name for name, _ in one_kind(tmp_path, "2019-10-01,u,1,-1", "2019-10-02,u,1,1")]
    assert found == ["purchase", "first_order"]


def test_a_price_is_a_product_and_what_is_no_number_stays_so(tmp_path):
    rows = ["2019-10-01,u,2.55,6", "2019-10-01,u,-1,3", "2019-10-01,u,cheap,2", "2019-10-01,u,2,many"]
    prices = [price for _, price in one_kind(tmp_path, *rows)]
    assert [float(price) for price in prices[:2]] == [15.3, -3]
    assert prices[2:] == ["cheap x 2", "2 x many"]


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ({"price": {"value": "five"}}, "columns.price"),
        ({"category": {"column": "a", "times": "b"}}, "columns.category.times"),
    ],
)
def test_only_the_event_is_one_value_and_only_the_price_a_product(columns, key):
    with pytest.raises(ValidationError, match=key):
        log_study("log.csv", columns={"event_time": "at", "event_name": "what", "user_id": "who"} | columns)
