"""CSV as it is found: encodings, line ends, quotes, packing, what is torn. The oracle is Python's csv module."""

import csv
import gzip
import io
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.config import Log
from helpers.errors import ReportError
from helpers.ingest import csv as reader
from helpers.ingest.parts import REJECTS

NAMES = ["moment", "what", "who"]
FIELDS = st.text(st.sampled_from('ab1,;"\n\r \té€\x00日'), max_size=4)
ROWS = st.lists(st.lists(FIELDS, min_size=3, max_size=3), min_size=1, max_size=6)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
SEEN = {"cp1252"}
"""Encodings that a study must name."""


def place(file: Path, **changes: object) -> Log:
    columns = {"event_time": "moment", "event_name": "what", "user_id": "who"}
    return Log.model_validate({"source": "log", "path": str(file), "columns": columns, "format": "csv"} | changes)


def read(folder: Path, content: bytes, **changes: object) -> tuple[list[tuple[str | None, ...]], list[int]]:
    """Rows of a file, and the lines that were rejected."""
    file = folder / "log.csv"
    file.write_bytes(content)
    with duckdb.connect() as con:
        con.execute("set threads = 2; set preserve_insertion_order = true")
        con.execute(REJECTS)
        for old in folder.glob("part-*"):
            old.unlink()
        parts = reader.read(con, place(file, **changes), [file], folder)
        rows = con.execute(f"select {', '.join(parts.types)} from {parts.relation}").fetchall()
        return rows, [row[0] for row in con.execute('select "row" from rejects order by 1').fetchall()]


def meant(rows: list[list[str]]) -> list[tuple[str | None, ...]]:
    return [tuple(value or None for value in row) for row in rows]


@settings(deadline=None, max_examples=25)
@given(
    ROWS, st.sampled_from(ENCODINGS), st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=7, max_size=7),
    st.booleans(), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.sampled_from(",;\t"),
    st.sampled_from(["none", "gzip", "zstd"]), st.booleans(), st.booleans(),
)  # fmt: skip
def test_a_file_that_is_written_by_the_rules_is_read_as_it_was_meant(
    tmp_path_factory, rows, encoding, ends, same_end, quoting, delimiter, packed, ends_well, sep
):
    foreign = {"cp1252": "日", "utf-8": "", "utf-8-sig": ""}.get(encoding, "\0")  # nulls tell text without a mark apart
    rows = [[v.replace(foreign, "") if foreign else v for v in row] for row in rows]
    made = []
    for row, end in zip([NAMES, *rows], ends, strict=False):
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerow(row)
        made.append(line.getvalue().removesuffix("\r\n") + (ends[0] if same_end else end))
    written = (f"sep={delimiter}{ends[0]}" if sep else "") + "".join(made)
    content = (written if ends_well else written.rstrip("\r\n")).encode(encoding)
    content = {"none": bytes, "gzip": gzip.compress, "zstd": lambda raw: pa.compress(raw, "zstd", asbytes=True)}[
        packed
    ](content)
    told = {"encoding": encoding} if encoding in SEEN else {}
    found, rejected = read(tmp_path_factory.mktemp("dialect"), content, delimiter="," if sep else delimiter, **told)
    assert found == meant(rows) and rejected == []


def strict(content: bytes) -> tuple[list[tuple[str | None, ...]], int, bool, bool]:
    """Rows of three fields, other records, whether one of several lines breaks the grammar, and whether one does not; below the header."""
    given = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    next(given)
    rows, others, open_quote, spanned = [], 0, False, False
    while True:
        before = given.line_num
        try:
            record = next(given)
        except StopIteration:
            return meant(rows), others, open_quote, spanned
        except csv.Error:
            others, open_quote = others + 1, open_quote or given.line_num > before + 1
            continue
        spanned = spanned or given.line_num > before + 1
        fits = len(record) >= 3 and not any(record[3:])  # fields without a name and a value are no loss
        rows += [record[:3]] if fits else []
        others += bool(record) and not fits


@settings(deadline=None, max_examples=60)
@given(st.text(st.sampled_from('ab,"\n'), max_size=24))
def test_whatever_stands_there_is_read_as_the_strict_grammar_says_or_refused(tmp_path_factory, body):
    content = f"{','.join(NAMES)}\n1,2,3\n{body}\n7,8,9\n".encode()
    rows, others, open_quote, spanned = strict(content)
    try:
        found, rejected = read(tmp_path_factory.mktemp("stray"), content)
    except ReportError as error:
        assert open_quote or (spanned and "looks like rows" in str(error)), error
        return
    assert not open_quote
    assert (found, len(rejected)) == (rows, others)


def test_line_ends_in_quotes_are_no_rows_however_large_the_file(tmp_path):
    inside = '"several\n1,2,3\n4,5,6\nlines ""quoted"""'
    rows = [f"{i},{inside if i % 50 == 0 else 'x'},{'y' * 40}" for i in range(250_000)]
    found, rejected = read(tmp_path, ("\n".join([",".join(NAMES), *rows]) + "\n").encode())
    assert len(found) == len(rows) and rejected == []
    assert found[100][1] == 'several\n1,2,3\n4,5,6\nlines "quoted"'


def test_a_quote_that_opens_by_mistake_costs_no_row_in_silence(tmp_path):
    rows = [f"{i},view,{'u' * 30}" for i in range(100_000)]
    rows[1_000] = '1000,"view,u'
    with pytest.raises(ReportError, match=r"line 1,002: a quote does not close") as caught:
        read(tmp_path, ("\n".join([",".join(NAMES), *rows]) + "\n").encode())
    assert "a field of 99,000 lines" in str(caught.value)


def test_thousands_of_columns_are_read_each_in_its_place(tmp_path):
    names = [*NAMES, *(f"c{i}" for i in range(2_000))]
    found, _ = read(tmp_path, f"{','.join(names)}\n{','.join(map(str, range(len(names))))}\n".encode())
    assert found == [tuple(map(str, range(len(names))))]


def test_a_title_above_the_header_is_left_out_where_the_study_says_so(tmp_path):
    content = b"# sales, May\n\nmoment,what,who\n1,2,3\n4,5\n"
    assert read(tmp_path, content, header_line=3) == ([("1", "2", "3")], [5])


def test_a_last_line_that_was_cut_in_a_sign_or_in_quotes_is_rejected(tmp_path):
    for torn in ("7,8,é".encode()[:-1], b'7,"8', b"7,8"):
        content = f"{','.join(NAMES)}\n1,2,3\n".encode() + torn
        assert read(tmp_path, content, tolerate={"malformed_line": 0.5}) == ([("1", "2", "3")], [3])


@pytest.mark.parametrize("encoding", ["base64", "nonsense", "rot13"])
def test_an_encoding_that_is_none_is_refused_with_the_study(encoding):
    with pytest.raises(ValidationError, match="an encoding that Python knows"):
        place(Path("log.csv"), encoding=encoding)
