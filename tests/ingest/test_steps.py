"""Rows are told by the line that an editor shows, whatever stands above them and between them."""

import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from helpers.ingest import csv
from helpers.ingest.lines import looked_at, rows_of
from helpers.ingest.parts import REJECTS
from tests.ingest.studies import log_study, rejected, unit_study

ABOVE = st.sampled_from(["", "\n", "\n\n"])
ROW = st.sampled_from(
    ['u{},a,1,2.50,"x"', 'u{},b,0,0,"two\nlines"', 'u{},a,1,1,"\n\n"', "u{},b,,,", "\n", "u{},a", 'u{},a,1,1,"c""d,\n"']
)
END = st.sampled_from(["\n", "\r\n"])
MARK = "here"
OUTCOMES = {"bought": "bought", "spend": "spend", "rounds": "bought"}


def written(file: Path, above: str, rows: list[str], marked: str, end: str) -> int:
    """A file with one marked row; the line in which an editor shows it."""
    lines = ["who,arm,bought,spend,note", *(row.format(number) for number, row in enumerate(rows)), marked, "z,a,1,1,z"]
    text = above + "\n".join(lines) + "\n"
    file.write_bytes(text.replace("\n", end).encode())
    return text[: text.index(MARK)].count("\n") + 1


@settings(deadline=None, max_examples=40)
@given(ABOVE, st.lists(ROW, max_size=6), END, st.sampled_from(["here,a,1,many,x", 'here,b,1,many,"x\ny"']))
def test_a_row_stands_in_the_line_that_an_editor_shows(tmp_path_factory, above, rows, end, marked):
    folder = tmp_path_factory.mktemp("lines")
    line = written(folder / "units.csv", above, rows, marked, end)
    study = unit_study(folder / "units.csv", outcomes=OUTCOMES, tolerate={"malformed_line": 1.0})
    with duckdb.connect() as con:
        con.execute(REJECTS)
        parts = csv.read(con, study.data, [folder / "units.csv"], folder)
        at = con.execute(f"select file_index, file_row_number from {parts.relation} where who = '{MARK}'").fetchall()
        assert [parts.place(con, *row) for row in at] == [f"line {line}"]


def test_a_wrong_value_is_told_and_listed_with_its_line(tmp_path):
    rows = ['u{},b,0,0,"two\nlines"', "\n", "u{},a"]
    line = written(tmp_path / "units.csv", "\n", rows, "here,a,1,many,x", "\r\n")
    study = unit_study(tmp_path / "units.csv", outcomes=OUTCOMES, tolerate={"malformed_line": 1.0})
    with pytest.raises(ReportError, match=f"units.csv, line {line}, column 'spend'"):
        ingest.land(study, tmp_path / "raw")
    study = unit_study(tmp_path / "units.csv", outcomes=OUTCOMES, tolerate={"malformed_line": 1.0, "wrong_type": 1.0})
    ingest.land(study, tmp_path / "out")
    assert rejected(tmp_path / "out") == [
        f"{line - 1},,MISSING COLUMNS,units.csv",
        f"{line},spend,wrong_type,units.csv",
    ]


@settings(deadline=None, max_examples=100)
@given(ABOVE, st.lists(ROW, min_size=1, max_size=12), END, st.data())
def test_lines_are_counted_the_same_however_a_file_comes_in_pieces(above, rows, end, data):
    text = (above + "h,i,j,k,l\n" + "\n".join(row.format(n) for n, row in enumerate(rows)) + "\n").replace("\n", end)
    cuts = sorted(data.draw(st.sets(st.integers(text.index("\n") + 1, len(text)))))
    pieces = [text[a:b].encode() for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    found = looked_at(pieces)
    begins, inside = [], False
    for number, line in enumerate(text.split("\n"), 1):  # a line outside of quotes that holds something begins a record
        if not inside and line.strip("\r"):
            begins.append(number)
        inside ^= line.count('"') % 2
    ahead = dict(found.steps)
    assert [row + ahead[max(step for step in ahead if step <= row)] for row in range(found.count)] == begins


def test_rejected_lines_and_the_header_are_no_rows():
    found = looked_at([b"title\n\na,b\n1,2\n\n3\n4,5\n6\n7\n8,9\n"])
    assert rows_of(found, above=2, rejected=[8, 6, 9]) == [(0, 4), (1, 6), (2, 8)]


def test_a_line_of_json_is_told_by_its_number(tmp_path):
    good = {"at": "2019-10-01 00:00:01", "what": "cart", "who": "u1", "cost": "1"}
    lines = [json.dumps(good), "", "no object", "", json.dumps(good | {"at": "soon"})]
    (tmp_path / "log.jsonl").write_text("\n".join(lines) + "\n")
    with pytest.raises(ReportError, match=r"'soon' \(line 5\)"):
        ingest.land(log_study(tmp_path / "log.jsonl", tolerate={"malformed_line": 1.0}), tmp_path / "raw")
