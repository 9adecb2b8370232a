"""A column is told alike by its few counted values and by its rows, and as pandas tells it."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.ingest.new_study import profile, source
from helpers.ingest.new_study.source import SourceTable, opened
from tests.ingest.new_study.tables import proposed, units, written

NUMBERS = ["0", "1", "-1", "2.5", "99", "999", "-99", "12", "0.25"]
OTHERS = ["n/a", "-", "red", "?", "2026-03-01"]


@pytest.mark.parametrize("seed", range(4))
def test_few_values_tell_what_rows_tell(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    held = {
        f"c{i}": rng.choice([*rng.permutation(NUMBERS)[: 2 + i], *rng.permutation(OTHERS)[: i % 3], ""], 700)
        for i in range(6)
    }
    frame = pd.DataFrame({"id": [f"u{i}" for i in range(700)], **held})
    frame.to_csv(tmp_path / "t.csv", index=False)
    with opened(str(tmp_path / "t.csv"), None, tmp_path) as table:
        rows, few = profile.profile(table)
        monkeypatch.setattr(profile, "LEVELS", 0)  # no column has its levels counted
        _, by_rows = profile.profile(replace(table, profiled={}))
    assert rows == 700 and [c.name for c in few] == [c.name for c in by_rows] == list(frame)
    for counted, read in zip(few[1:], by_rows[1:], strict=True):
        values = frame[counted.name]
        numbers = pd.to_numeric(values, errors="coerce").dropna()
        expected = {
            "filled": (values != "").sum(), "numbers": len(numbers), "whole": (numbers == np.floor(numbers)).sum(),
            "negative": (numbers < 0).sum(), "zero": (numbers == 0).sum(), "below": numbers.isin([-1, -99]).sum(),
            "above": numbers.isin([999]).sum(), "placeholders": values.isin(["n/a", "-", "?"]).sum(),
            "low": numbers.min(), "high": numbers.max(),
        }  # fmt: skip
        for column in (counted, read):
            assert {name: getattr(column, name) for name in expected} == expected
            assert column.mean == pytest.approx(numbers.mean(), rel=1e-12)
        assert dict(counted.levels) == values[values != ""].value_counts().to_dict()
        assert counted.distinct == values[values != ""].nunique() and read.levels == ()
        assert counted.p99 == np.quantile(numbers, 0.99, method="inverted_cdf")


def test_a_column_that_is_read_as_before_is_not_looked_at_again(tmp_path: Path, monkeypatch) -> None:
    made = pd.DataFrame({"id": ["a", "b", "c"], "word": ["x", " x", "y"], "n": [1, 2, 3]})
    made.to_csv(tmp_path / "t.csv", index=False)
    with opened(str(tmp_path / "t.csv"), None, tmp_path) as table:
        _, before = profile.profile(table)
        asked, rows = [], SourceTable.rows
        monkeypatch.setattr(SourceTable, "rows", lambda table, query: asked.append(query) or rows(table, query))
        assert profile.profile(table)[1] == before and len(asked) == 1, "of its rows alone"
        other = replace(table, spaced=("word",))
        _, (one, word, number) = profile.profile(other)
        assert (one, number) == (before[0], before[2]) and not any('"id"' in query for query in asked)
        assert (word.distinct, before[1].distinct) == (3, 2), "blanks are told apart"
        assert profile.profile(table.narrowed("n <> '1'"))[1][0].rows == 2, "other rows"


def test_an_empty_column_has_no_number(tmp_path: Path) -> None:
    pd.DataFrame({"id": ["a", "b"], "nothing": ["", ""], "word": ["x", "y"]}).to_csv(tmp_path / "t.csv", index=False)
    with opened(str(tmp_path / "t.csv"), None, tmp_path) as table:
        _, (_, nothing, word) = profile.profile(table)
    assert (nothing.filled, nothing.distinct, nothing.levels) == (0, 0, ())
    assert word.numbers == 0 and math.isnan(word.mean) and math.isnan(word.p99)


UNTIDY = {
    "plain": "",
    "blank before": "' ' || ",
    "hard blank": "chr(160) || ",
    "letters": "'ü' || ",
}


@pytest.mark.parametrize("before", UNTIDY.values(), ids=UNTIDY)
def test_long_tables_are_told_as_short_ones_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """What spares a long table its trimming changes nothing that is told: ids, levels, empty fields and panels."""
    weeks = written(
        tmp_path / "weeks.csv",
        f"""select {before}'s' || i as store, if(i % 2 = 0, 'old', 'new') as variant, week, if(i % 7 = 0, '', 'city ' || i % 3) as town,
            (hash(i, week) % 500) / 10.0 as sales, (hash(i, week, 1) % 9)::integer as complaints
        from range(400) as t(i), range(1, 5) as w(week)""",
    )
    table = units(tmp_path / "table.csv", f"{before}['de', 'at', 'ch'][1 + i % 3] as country")
    told = []
    for long in (0, 10**9):
        monkeypatch.setattr(source, "LONG", long)
        told.append([proposed(tmp_path, file, name=file.stem, force=True)[1:] for file in (weeks, table)])
    assert told[0] == told[1]
