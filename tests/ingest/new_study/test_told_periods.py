"""A period that is told holds whatever a row is: rows outside of it are no part of the sums, and that is said."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

START, END = datetime(2026, 3, 2), datetime(2026, 3, 16)
WRITTEN = {
    "day": "%Y-%m-%d",
    "date": "%d.%m.%Y",
    "ts": "%Y-%m-%d %H:%M:%S",
    "when": "%-d %b %Y %I:%M %p",
    "calendar_day": "%Y%m%d",
    "week": "%G-%V",
    "KW": "%G-W%V",
}


def panel(folder: Path, name: str, suffix: str = "csv") -> pd.DataFrame:
    dice = np.random.default_rng(3)
    step = 7 if name in ("week", "KW") else 1
    days = pd.date_range("2026-02-09", periods=40 // step + 3, freq=f"{step}D")
    made = pd.DataFrame(
        [(f"s{i:02}", d, "control" if i % 2 else "treatment") for i in range(60) for d in days],
        columns=["store", name, "variant"],
    )
    made["sales"] = np.round(dice.gamma(30, 15, len(made)), 2)
    written = made if suffix == "parquet" else made.assign(**{name: made[name].dt.strftime(WRITTEN[name])})
    getattr(written, f"to_{suffix}")(folder / f"t.{suffix}", index=False)
    return made


@pytest.mark.parametrize(("name", "suffix"), [*((name, "csv") for name in WRITTEN), ("day", "parquet")])
def test_rows_outside_of_a_told_period_are_not_summed(tmp_path: Path, name: str, suffix: str) -> None:
    made = panel(tmp_path, name, suffix)
    study, text, said = proposed(tmp_path, tmp_path / f"t.{suffix}", period=(START, END))
    inside = made[(made[name] >= START) & (made[name] < END)]
    truth = inside.groupby("variant").sales.sum().round(2)
    found = {arm: float(total) for arm, (_, total) in sums(study, tmp_path)[study.primary.name].items()}
    assert found == pytest.approx(truth.to_dict()) and "where:" in text
    assert f"{len(made) - len(inside):,} of {len(made):,} rows begin outside of it" in said


def test_what_is_left_may_be_one_row_a_unit(tmp_path: Path) -> None:
    panel(tmp_path, "KW")
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", period=(START, datetime(2026, 3, 9)))
    assert study.data.panel is None and {n for n, _ in sums(study, tmp_path)[study.primary.name].values()} == {30}  # type: ignore[union-attr]


def test_none_in_the_period_is_refused_and_what_cannot_be_told_is_asked(tmp_path: Path) -> None:
    made = panel(tmp_path, "day")
    with pytest.raises(ReportError, match="holds nothing in the period"):
        proposed(tmp_path, tmp_path / "t.csv", period=(datetime(2025, 3, 2), datetime(2025, 3, 9)))
    made.assign(day=made.groupby("store").cumcount() + 1).rename(columns={"day": "wave"}).to_csv(
        tmp_path / "w.csv", index=False
    )
    _, _, said = proposed(tmp_path, tmp_path / "w.csv", period=(START, END))
    assert "Which rows lie in the period that you told? 'wave' does not tell" in said


def test_a_panel_that_is_described_keeps_it(tmp_path: Path) -> None:
    made = panel(tmp_path, "day").drop(columns="variant")
    made.to_csv(tmp_path / "t.csv", index=False)
    _, text, said = proposed(tmp_path, tmp_path / "t.csv", period=(START, END), descriptive=True)
    assert "rows begin outside of it" in said and "where:" in text
