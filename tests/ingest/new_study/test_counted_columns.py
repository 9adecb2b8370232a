"""Which column of a table of counts counts the units, in words that nobody knows: the numbers tell it, or it is asked."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.tables import proposed


def days(seed: int, revenue: bool, n: int = 14, weekly: float = 0.3) -> pd.DataFrame:
    """Counts by arm and day, whose visitors come and go with the week; of some of whom whole amounts of money are summed up."""
    dice = np.random.default_rng(seed)
    rows = []
    for day in range(n):
        for arm in ("A", "B"):
            visitors = int(dice.poisson(4_000 * (1 + weekly * np.sin(day * 2 * np.pi / 7))))
            orders = int(dice.binomial(visitors, 0.1))
            rows.append((f"2026-03-{day + 1:02d}", arm, visitors, orders, int(dice.gamma(2, 120, orders).sum())))
    made = pd.DataFrame(rows, columns=["day", "arm", "qwerty", "asdfg", "zxcvb"])
    return made if revenue else made.drop(columns="zxcvb")


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("n", [1, 14])
@pytest.mark.parametrize("order", [1, -1])
def test_a_sum_of_money_counts_no_units(tmp_path: Path, seed: int, n: int, order: int) -> None:
    made = days(seed, revenue=True, n=n)
    made[[*made.columns[:2], *made.columns[2:][::order]]].to_csv(tmp_path / "counts.csv", index=False)
    with pytest.raises(ReportError, match="which column counts the units") as caught:
        proposed(tmp_path, tmp_path / "counts.csv")
    assert "--unit qwerty" in str(caught.value) and "'zxcvb', the largest" in str(caught.value)
    study, _, _ = proposed(tmp_path, tmp_path / "counts.csv", unit="qwerty")
    assert study.data.columns["units"] == "qwerty"
    assert [m.event for m in study.metrics] == ["asdfg"], "money without its spread is no outcome, nor a count"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("n", [1, 14])
def test_of_two_counts_the_larger_one_counts_the_units(tmp_path: Path, seed: int, n: int) -> None:
    made = days(seed, revenue=False, n=n)
    made.to_csv(tmp_path / "counts.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "counts.csv")
    assert "units: column 'qwerty'" in said and study.primary.event == "asdfg"


def test_orders_and_money_alone_are_no_units_and_outcomes(tmp_path: Path) -> None:
    days(3, revenue=True).drop(columns="qwerty").to_csv(tmp_path / "counts.csv", index=False)
    with pytest.raises(ReportError, match="which column counts the units"):
        proposed(tmp_path, tmp_path / "counts.csv")


def test_parts_of_an_arm_are_told_in_words_that_nobody_knows(tmp_path: Path) -> None:
    parts = [days(seed, revenue=True).assign(wertz=name) for seed, name in enumerate(("plink", "plonk"))]
    pd.concat(parts).to_csv(tmp_path / "counts.csv", index=False)
    with pytest.raises(ReportError, match="a table of counts of parts of an arm"):
        proposed(tmp_path, tmp_path / "counts.csv")
