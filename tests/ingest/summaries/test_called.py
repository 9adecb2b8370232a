"""A row that is called a mean or another summary is told; what it holds is told as pandas counts it."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.summaries.test_totals import LIKE_OTHERS, Row, said, spenders

NAMES = [
    "Average", "Mean", "avg", "Median", "Count", "count:", "MAX", "Durchschnitt", "Mittelwert", "Anzahl", "Moyenne", "carry",
    "carried forward", "Carry-over", "Übertrag", "Mean (a)", "control mean", "mean of treatment", "25%", "平均", "Total", "Grand total",
]  # fmt: skip
AS_PANDAS = {"mean": "mean", "median": "median", "number": "count", "smallest value": "min", "largest value": "max"}


def numbers(rows: list[Row], arm: str | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["who", "arm", "bought", "spend", "rounds"])
    return frame[frame.arm == arm if arm else slice(None)][["bought", "spend", "rounds"]].astype(float)


@settings(max_examples=8, deadline=None)
@given(spenders(), st.sampled_from(NAMES), st.sampled_from(sorted(AS_PANDAS)), st.integers(2, 4))
def test_rows_called_a_summary_are_told_with_what_they_hold(rows, name, kind, digits):
    held = {arm: numbers(rows, arm).agg(AS_PANDAS[kind]).round(digits) for arm in "ab"}
    table = [*rows, *((name, arm, *(f"{value:.{digits}f}" for value in held[arm])) for arm in "ab")]
    message = said(table)
    assert "2 rows of units.csv are called summaries, and are no units" in message
    last = len(table) + 1
    assert (
        f"line {last - 1} ({name!r}): 'bought', 'spend' and 'rounds' are the {kind}s of all other rows of control"
        in message
    )
    assert f"line {last} ({name!r})" in message and "device" not in message


@pytest.mark.parametrize("name", NAMES)
def test_such_an_id_is_asked_for_whatever_its_row_holds(name):
    rows = [(f"u{i}", "ab"[i % 2], i % 2, i, i % 3) for i in range(30)]
    message = said([*rows, (name, "a", 1, 3.01, 2)])
    assert f"a row of units.csv is called a summary, and is no unit\n  got:          line 32 ({name!r})" in message
    assert said([*rows, ("u77", "a", 1, 3.01, 2)]) == "", "the remedy: an id like the others"


@settings(max_examples=6, deadline=None)
@given(spenders(), st.sampled_from(["Mean", "count", "Max", "carry", "All", "Ann Mean", "mean7"]))
def test_among_words_such_a_name_is_a_unit_unless_it_holds_the_means(rows, name):
    names = [f"{'abcdefghij'[int(i / 10)]}{'klmnopqrst'[i % 10]}" for i in range(len(rows))]
    people = [(who, *row[1:]) for who, row in zip(names, rows, strict=True)]
    assert said([*people, (name, "a", 1, "3.01", 2)]) == ""
    means = ["" if v is None else f"{v:.3f}" for v in numbers(rows, "a").mean()]
    assert ("means of all other rows" in said([*people, (name, "a", *means)])) == (
        name in ("Mean", "count", "Max", "carry", "All")
    )


@pytest.mark.parametrize("name", LIKE_OTHERS)
def test_any_other_name_is_a_unit(name):
    rows = [(f"u{i}", "ab"[i % 2], i % 2, i, i % 3) for i in range(30)]
    assert said([*rows, (name, "a", 1, 3.01, 2)]) == ""
