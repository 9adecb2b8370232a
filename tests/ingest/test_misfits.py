"""Rows that do not fit their header are read where R wrote them so, else told with the line, the cause and a remedy."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from tests.ingest.test_dialects import meant, read

NAMES = ["moment", "what", "who"]
HEADER = ",".join(NAMES)
FIELDS = st.text(st.sampled_from('ab1," é'), max_size=4)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 9), FIELDS, FIELDS, st.sampled_from(["u1", "u 2", "x"])), min_size=1, max_size=6),
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
