"""What stands for no arm before the arm of a unit makes no second arm of it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize("none", ["none", "(not set)", None])
def test_stores_have_no_arm_in_the_weeks_before(tmp_path: Path, none: str | None) -> None:
    dice = np.random.default_rng(2)
    weeks = pd.date_range("2026-01-05", periods=16, freq="7D")
    made = pd.DataFrame(
        [(f"s{i:02}", w, "control" if i % 2 else "treatment") for i in range(60) for w in weeks],
        columns=["store", "week", "variant"],
    )
    made["sales"] = np.round(dice.gamma(30, 15, len(made)), 2)
    later = made.week >= weeks[8]
    made.assign(variant=made.variant.where(later, none)).to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    truth = made[later].groupby("variant").sales.sum().round(2).to_dict()
    found = sums(study, tmp_path)[study.primary.name]
    assert {arm: n for arm, (n, _) in found.items()} == {"control": 30, "treatment": 30}
    assert {arm: float(total) for arm, (_, total) in found.items()} == pytest.approx(truth)
    assert "switched" not in said
    if none in ("none", "(not set)"):
        query = said[said.index("select * from") : said.index("<> '" + none + "'.") + len(none) + 5]
        (tmp_path / "after.sql").write_text(query)
        beside, text, _ = proposed(tmp_path, tmp_path / "after.sql")
        again = sums(beside, tmp_path)[beside.primary.name]
        assert {arm: float(total) for arm, (_, total) in again.items()} == pytest.approx(truth) and "before" in text
