"""Rows that do not fit their header are read where R wrote them so, else told with the line, the cause and a remedy."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ingest
from helpers.errors import ReportError
from tests.ingest.studies import HEADER as HEADER_OF_UNITS
from tests.ingest.studies import events_of, unit_study
from tests.ingest.test_dialects import meant, read

NAMES = ["moment", "what", "who"]
HEADER = ",".join(NAMES)
FIELDS = st.text(st.sampled_from('ab1," é'), max_size=4)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 9), FIELDS, FIELDS, st.sampled_from(["u1", "u 2", "x"])), min_size=3, max_size=6),
    st.sampled_from(["numbers", "names"]),
)
def test_the_names_of_rows_that_r_writes_are_a_column(tmp_path_factory, rows, kind):
    """As write.table does: texts and names in quotes, and no name over the first column."""
    step = [sum(row[0] for row in rows[: i + 1]) for i in range(len(rows))]
    called = [str(each) if kind == "numbers" else f"case {each}" for each in step]
    table = [[name, *row[1:]] for name, row in zip(called, rows, strict=True)]
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([NAMES, *table])
    found, rejected = read(tmp_path_factory.mktemp("r"), written.getvalue().encode())
    assert found == meant(table) and rejected == []


@pytest.mark.parametrize(
    ("rows", "line", "cause"),
    [
        ('1,"a \\"b, c\\" d",u1\n2,"e \\"f, g\\"",u2', 2, 'quotes inside of a field are written \\" and'),
        ("\n1,'a, b',u1\n2,'c, d',u2", 3, "texts in single quotes"),
        ("1,5,00,u1\n2,6,00,u2", 2, "a decimal comma"), ("1,2,5,00\n2,3,6,00", 2, "a decimal comma"),
        ("1;a;u1\n2;b;u2", 2, "separated by ';'"), ("1,a\n2,b", 2, "rows that were cut"),
        ("u1,a,b,c,d\nu2,a,b,c,d", 2, "a delimiter inside a text"), ('1,a "b" c,"d" e', 2, "not written twice"),
        ("x,1,a,u1\nx,2,b,u2", 2, "a delimiter inside a text"), ("", 0, ""),
    ],
)  # fmt: skip
def test_a_file_none_of_whose_rows_fit_says_the_first_and_why(tmp_path, rows, line, cause):
    with pytest.raises(ReportError, match="holds no events") as caught:
        read(tmp_path, f"{HEADER}\n{rows}\n".encode())
    said = str(caught.value)
    assert (f"in line {line}: " in said and f"expected:     3 fields, as in the header: {HEADER}" in said) == bool(line)
    assert "remedy:" in said and cause in said


@pytest.mark.parametrize("content", [b"\n\n\n", b"\r\n", b" \n"[1:]])
def test_a_file_of_line_ends_is_no_matter_of_delimiters(tmp_path, content):
    with pytest.raises(ReportError, match="holds no table") as caught:
        read(tmp_path, content)
    assert "delimiter" not in str(caught.value)


REMARKS = [
    "(24 rows affected)", "(24 rows)", "(1 row)", "24 rows in set (0.01 sec)", "24 row(s) returned", "-- end", "# end of export",
    "Query took 0.2 s", "Total rows: 24", "EOF", "1,024 rows selected.", "(Betroffene Zeilen: 24)",
]  # fmt: skip


@settings(deadline=None, max_examples=12)
@given(st.sampled_from(REMARKS), st.sampled_from(["\n", "\r\n"]), st.integers(0, 2), st.integers(1, 5), st.booleans())
def test_a_remark_below_the_rows_is_told_with_a_remedy_that_works(tmp_path_factory, remark, end, blank, rows, closed):
    """Also behind empty lines, or without a line end."""
    folder, table = tmp_path_factory.mktemp("remark"), [f"u{i};{'ab'[i % 2]};1;{i},5;{i}" for i in range(rows)]
    written = [HEADER_OF_UNITS.replace(",", ";"), *table, *[""] * blank]
    file = folder / "units.csv"
    file.write_text(end.join([*written, remark, *[""] * closed]), newline="")
    with pytest.raises(ReportError, match=f"line {len(written) + 1}\n") as caught:
        ingest.land(unit_study(file, delimiter=";"), folder / "out")
    said = str(caught.value).splitlines()
    assert any("cause: a remark below the rows" in line for line in said) and "delete that line" in said[-1]
    file.write_text(end.join(written), newline="")
    assert len(events_of(unit_study(file, delimiter=";"), folder / "again")[0]) >= rows


@pytest.mark.parametrize("torn", ["u9", "9", "2026-03-01 10:0", "u9,a", "550e8400-e29b"])
def test_a_row_that_was_cut_is_no_remark(tmp_path, torn):
    file = tmp_path / "units.csv"
    file.write_text("\n".join([HEADER_OF_UNITS, "u1,a,1,5,1", "u2,b,1,5,1", torn]))
    with pytest.raises(ReportError) as caught:
        ingest.land(unit_study(file), tmp_path / "out")
    assert "a cut file" in str(caught.value) and "remark" not in str(caught.value)


@settings(deadline=None, max_examples=12)
@given(
    st.sampled_from(["\x1a", "\n\x1a", "\n\x1a\n", "\r\n\x1a\r\n", "\n\x1a\x1a"]),
    st.sampled_from(["utf-8", "utf-16", "latin-1"]), st.sampled_from(["\n", "\r\n"]), st.integers(1, 5),
)  # fmt: skip
def test_ctrl_z_at_the_end_is_the_end(tmp_path_factory, end, encoding, lines, rows):
    folder = tmp_path_factory.mktemp("end")
    content = lines.join([HEADER_OF_UNITS, *(f"u{i},{'ab'[i % 2]},1,{i}.5,{i}" for i in range(1, rows + 1))])
    found = []
    for name, behind in (("with", end), ("without", "")):
        (folder / f"{name}.csv").write_bytes((content + behind).encode(encoding))
        found.append(events_of(unit_study(folder / f"{name}.csv", encoding=encoding), folder / name)[0])
    assert found[0] == found[1] and len(found[0]) > rows
