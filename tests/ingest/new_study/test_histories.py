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
