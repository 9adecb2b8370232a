"""What stood before beside what is counted now: an average of counts has decimals, and the proposal builds all the same."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import config
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize("decimals", [0, 1, 3])
def test_a_history_with_decimals_stands_beside_a_count(tmp_path: Path, decimals: int) -> None:
    dice = np.random.default_rng(decimals)
    habit = dice.gamma(3, 2, 900)
    made = pd.DataFrame({
        "user_id": [f"u{i:04d}" for i in range(900)], "variant": dice.permutation(["control", "treatment"] * 450),
        "orders": dice.poisson(habit), "orders_before": np.round(habit, decimals) if decimals else dice.poisson(habit),
    })  # fmt: skip
    file = tmp_path / "shop.csv"
    made.to_csv(file, index=False)
    proposed(tmp_path, file)
    study, _ = config.opened(tmp_path / "studies" / "shop.yml")
    assert (study.primary.covariate, study.primary.unit) == (True, "number" if decimals else "count")
    told = sums(study, tmp_path)[study.primary.name]
    for arm, rows in made.groupby("variant"):
        assert told[arm] == (len(rows), int(rows["orders"].sum()))


def test_what_is_made_of_an_outcome_is_no_second_one(tmp_path: Path) -> None:
    """On another scale, or with its tail cut: it is listed with that reason, and the amount as it is decides."""
    dice = np.random.default_rng(1)
    revenue = np.round(np.where(dice.random(800) < 0.2, dice.gamma(2, 20, 800), 0), 2)
    made = pd.DataFrame({
        "user_id": range(800), "variant": dice.permutation(["control", "treatment"] * 400), "log_revenue": np.log1p(revenue).round(4),
        "revenue_rank": pd.Series(revenue).rank(), "revenue_winsorized": revenue.clip(max=np.quantile(revenue, 0.99)), "revenue": revenue,
        "revenue_decile": pd.qcut(pd.Series(revenue).rank(method="first"), 10, labels=False),
    })  # fmt: skip
    made.to_csv(tmp_path / "shop.csv", index=False)
    study, _, told = proposed(tmp_path, tmp_path / "shop.csv")
    assert [metric.event for metric in study.metrics] == ["revenue"]
    assert told.count("made of 'revenue'") == 4


@pytest.mark.parametrize("dated", [True, False])
def test_columns_of_earlier_years_are_history(tmp_path: Path, dated: bool) -> None:
    """By the year of the experiment where a time tells it, else by the latest year of the same name."""
    dice = np.random.default_rng(3)
    sales = {f"sales_{year}": np.round(dice.gamma(2, 30, 600), 2) for year in (2024, 2025, 2026)}
    made = pd.DataFrame(
        {
            "user_id": range(600),
            "variant": dice.permutation(["control", "new"] * 300),
            **sales,
            "voted_2024": dice.integers(0, 2, 600),
        }
    )
    if dated:
        made["assigned_at"] = [f"2026-03-{2 + i % 14:02d} 10:00:00" for i in range(600)]
    made.to_csv(tmp_path / "shop.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "shop.csv", primary="sales_2026")
    assert not (dated and "voted_2024" in study.data.outcomes)  # type: ignore[union-attr]
    assert study.data.before["sales_2026"] == "sales_2025"  # type: ignore[union-attr]
    assert "sales_2024: not used: from before" in said


@pytest.mark.parametrize("earlier", ["voted_2020", "sales_2025"])
def test_a_year_beside_the_same_without_one_is_history(tmp_path: Path, earlier: str) -> None:
    dice = np.random.default_rng(5)
    now = earlier.split("_")[0]
    draw = (lambda: dice.integers(0, 2, 600)) if now == "voted" else (lambda: np.round(dice.gamma(2, 30, 600), 2))
    made = pd.DataFrame({
        "voter_id": range(600), "variant": dice.permutation(["control", "letter"] * 300), now: draw(), earlier: draw()
    })  # fmt: skip
    made.to_csv(tmp_path / "shop.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "shop.csv")
    assert [metric.event for metric in study.metrics] == [now]
    assert study.data.before == {now: earlier}  # type: ignore[union-attr]
