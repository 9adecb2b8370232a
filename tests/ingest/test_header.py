"""The row of the names, wherever titles and legends stand above it: known, for the test writes both."""

import csv
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.ingest import header
from tests.ingest.new_study.tables import proposed

WORD = st.text(string.ascii_letters, min_size=3, max_size=8)


@st.composite
def tables(draw):
    """Rows of a table below a title, a legend and empty rows; and where the names stand."""
    width = draw(st.integers(4, 9))
    above = draw(st.lists(st.sampled_from([1, 2, 0]), max_size=4))
    names = draw(st.lists(WORD, min_size=width, max_size=width, unique_by=str.lower))
    rows = [
        [f"u{i}", "ab"[i % 2], *(str(i * j) if draw(st.booleans()) or j < width // 2 else "" for j in range(2, width))]
        for i in range(12)
    ]
    legend = [[f"legend {draw(WORD)}", "n = no"][:cells] if cells else [] for cells in above]
    return [*legend, names, *rows], len(legend)


@settings(deadline=None, max_examples=60)
@given(tables())
def test_the_names_are_found_below_a_legend(found):
    rows, at = found
    assert header.row_of(rows) == at


@pytest.mark.parametrize("said", [None, 3])
def test_new_study_tells_the_line_and_takes_another_one(tmp_path, said):
    rows = [["A = letter of before", "B = new letter"], ["donor", "letter", "answered", "amount"],
            ["user_id", "variant", "converted", "spend"]]  # fmt: skip
    rows += [[f"u{i}", "AB"[i % 2], str(int(i % 3 == 0)), str(i % 40)] for i in range(400)]
    with (tmp_path / "t.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    if said is None:
        rows.pop(2)
        with (tmp_path / "t.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows(rows)
    study, _, told = proposed(
        tmp_path, tmp_path / "t.csv", header_line=said, **({} if said else {"variant": "letter", "unit": "donor"})
    )
    assert study.data.header_line == (said or 2) and f"those in line {said or 2}" in told
    assert ("else --header-line" in told) == (said is None)


def test_only_texts_have_a_line_of_names(tmp_path):
    (tmp_path / "t.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(ReportError, match="only a CSV and a sheet"):
        proposed(tmp_path, tmp_path / "t.jsonl", header_line=3)
