"""Units that change their variant with time are told as that, and the one period that is named can be compared."""

import random
import re
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from helpers.config import Units
from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed
from tests.ingest.new_study.test_typed import read

DESIGNS = {
    "steps": "a roll-out by steps",
    "some never": "a roll-out by steps",
    "cross-over": "a cross-over",
    "all at once": "a change for all at once",
}


def drawn(design: str, seed: int) -> pd.DataFrame:
    """Sales of shops by week, or of patients by period, and the layout of each row."""
    dice = random.Random(seed)
    shops, weeks = dice.randint(12, 40), 2 if design == "cross-over" else dice.randint(6, 12)
    named, when = dice.choice([("store_id", "week"), ("store", "week_start"), ("patient", "period")])
    rows = []
    for shop in range(shops):
        first = {"cross-over": 0, "all at once": weeks // 2}.get(design, dice.randrange(1, weeks))
        turned, never = dice.random() < 0.5, design == "some never" and shop % 3 == 0
        for week in range(weeks):
            new = (week == 0) == turned if design == "cross-over" else week >= first and not never
            at = (
                f"{pd.Timestamp('2026-01-05') + pd.Timedelta(weeks=week):%Y-%m-%d}"
                if when == "week_start"
                else week + 1
            )
            rows.append((f"S{shop:02d}", at, "new" if new else "old", round(9000 + dice.gauss(0, 500), 2)))
    return pd.DataFrame(rows, columns=[named, when, "layout", "sales"])


@pytest.mark.parametrize("stated", [False, True])
@pytest.mark.parametrize("design", DESIGNS)
def test_who_changes_with_time_is_told_and_one_period_can_be_compared(
    tmp_path: Path, design: str, stated: bool
) -> None:
    rows = drawn(design, seed := sorted(DESIGNS).index(design) + 9 * stated)
    unit, period = rows.columns[:2]
    rows.sample(frac=1, random_state=seed).to_csv(tmp_path / "sales.csv", index=False)
    said = {"unit": unit} if stated else {}
    with pytest.raises(ReportError) as caught:
        proposed(tmp_path, tmp_path / "sales.csv", **said)
    told, changed = str(caught.value), int((rows.groupby(unit).layout.nunique() > 1).sum())
    assert f"{changed} of {rows[unit].nunique()} units" in told and DESIGNS[design] in told
    if design == "all at once":
        assert "--descriptive" in told and "--where" not in told
        return
    condition = read(re.search(r"--where (\".*?[^\\\\]\")", told)[1])  # type: ignore[index]
    study, _, _ = proposed(tmp_path, tmp_path / "sales.csv", where=condition, primary="sales", **said)
    kept = duckdb.sql(f"select * from read_csv('{tmp_path / 'sales.csv'}', all_varchar = true) where {condition}").df()
    assert isinstance(study.data, Units) and study.data.columns["user_id"] == unit and kept[unit].is_unique
    least = min(Counter(kept.layout).values())
    assert least == rows.groupby(period).layout.apply(lambda of: min(Counter(of).values()) * (of.nunique() > 1)).max()
