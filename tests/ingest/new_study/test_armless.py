"""What stands for no arm before the arm of a unit makes no second arm of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
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


def weeks_of_stores(arm: Callable[[int, int], str]) -> pd.DataFrame:
    """Sales of 48 stores in 12 weeks, each in the arm of its store and week."""
    dice, weeks = np.random.default_rng(5), pd.date_range("2026-01-05", periods=12, freq="7D")
    made = pd.DataFrame(
        [(f"s{i:02}", w, arm(i, k)) for i in range(48) for k, w in enumerate(weeks)],
        columns=["store", "week", "variant"],
    )
    return made.assign(sales=np.round(dice.gamma(30, 15, len(made)), 2))


ARMS = ("A", "B")


@pytest.mark.parametrize("word", ["kein", "sin grupo", "pre", "baseline", "week_0"])
@pytest.mark.parametrize("start", [lambda i: 6, lambda i: 4 + i // 2 % 5])
def test_a_word_that_nobody_knows_is_no_arm_where_it_stands_before_all_arms(
    tmp_path: Path, word: str, start: Callable[[int], int]
) -> None:
    made = weeks_of_stores(lambda i, k: word if k < start(i) or i < 4 else ARMS[i % 2])
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", control="A")
    later = made[made.variant != word]
    found = sums(study, tmp_path)[study.primary.name]
    assert {str(n) for n, _ in found.values()} == {"22"} and f"Why do 4 of 48 units say nothing but '{word}'?" in said
    assert sorted(float(total) for _, total in found.values()) == pytest.approx(
        sorted(later.groupby("variant").sales.sum())
    )


@pytest.mark.parametrize(
    ("arm", "cause"),
    [
        (lambda i, k: "pre" if k < 4 else ARMS[(i + (k >= 8)) % 2], "a cross-over"),
        (lambda i, k: ARMS[(i + (k >= 6)) % 2], "a cross-over"),
        (lambda i, k: ARMS[k >= 6], "a change for all at once"),
        (lambda i, k: "classic" if k < 6 or i % 3 == 0 else ARMS[i % 3 - 1], "a cross-over"),
    ],
)
def test_stores_that_change_their_arm_are_told_as_that(
    tmp_path: Path, arm: Callable[[int, int], str], cause: str
) -> None:
    """With weeks before, and without; from one arm to another in all stores; and from a level that a third keep."""
    weeks_of_stores(arm).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match=cause):
        proposed(tmp_path, tmp_path / "t.csv")
