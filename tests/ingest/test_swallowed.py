"""A quote that opens by mistake swallows rows; text of several lines is text. The oracle knows what was written."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from tests.ingest.test_dialects import NAMES, meant, read

MORE = [*NAMES, "note", "cost"]
CELLS = {
    "moment": st.integers(0, 59).map(lambda i: f"2026-03-02 10:00:{i:02}"), "what": st.sampled_from(["seen", "bought"]),
    "who": st.integers(0, 10**6).map(lambda i: f"u{i}"), "note": st.sampled_from(["x", "fine", "", "so so"]),
    "cost": st.sampled_from(["", "5.50", "12.00"]),
}  # fmt: skip
ROWS = st.lists(st.tuples(*(CELLS[name] for name in MORE)).map(list), min_size=8, max_size=40)
SENTENCE = st.lists(st.sampled_from(["Main St. 5", "12 rue A", "yes", "a 5", "Bob"]), min_size=1, max_size=3).map(
    ", ".join
)
TEXTS = st.lists(SENTENCE, min_size=2, max_size=6).map("\n".join)


@settings(deadline=None, max_examples=40)
@given(ROWS, st.data(), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]))
def test_rows_between_a_quote_and_a_later_one_are_never_lost(tmp_path_factory, rows, data, delimiter, end):
    first = data.draw(st.integers(0, len(rows) - 4))
    last = data.draw(st.integers(first + 1, len(rows) - 3))
    begins, ends = (data.draw(st.integers(0, len(MORE) - 1)) for _ in range(2))
    rows[first][begins] = '"big'
    rows[last][ends] = '5"'
    content = end.join(delimiter.join(row) for row in [MORE, *rows]) + end
    with pytest.raises(ReportError, match=f"log.csv, line {first + 2}: a quote opens that closes in line {last + 2},"):
        read(tmp_path_factory.mktemp("swallowed"), content.encode(), delimiter=delimiter)


@settings(deadline=None, max_examples=40)
@given(ROWS, st.lists(TEXTS, min_size=8, max_size=8), st.sampled_from(",;\t"), st.integers(0, 4))
def test_text_of_several_lines_is_a_value(tmp_path_factory, rows, texts, delimiter, at):
    for row, text in zip(rows[::3], texts, strict=False):
        row[3] = text
    order = sorted(range(len(MORE)), key=lambda i: (i + at) % len(MORE))
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(
        [[r[i] for i in order] for r in [MORE, *rows]]
    )
    found, rejected = read(tmp_path_factory.mktemp("text"), written.getvalue().encode(), delimiter=delimiter)
    assert found == meant([[row[i] for i in order] for row in rows]) and rejected == []


def test_a_table_inside_a_field_is_read_where_the_study_says_so(tmp_path):
    rows = [[f"2026-03-0{i % 9 + 1}", "seen", f"u{i}"] for i in range(40)]
    pasted = "\n".join(",".join(row) for row in rows[:3])
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([NAMES, *rows, ["2026-03-01", "seen", f"u7\n{pasted}"]])
    with pytest.raises(ReportError, match=r"line 42: .*looks like rows") as caught:
        read(tmp_path, written.getvalue().encode())
    assert "data.rows_in_fields: true" in str(caught.value)
    assert read(tmp_path, written.getvalue().encode(), rows_in_fields=True)[0][-1] == (
        "2026-03-01",
        "seen",
        f"u7\n{pasted}",
    )
