"""What units got beside what they were assigned to: what a screen failed to show in all arms is left out, what units took up is not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed
from tests.spread import spread

PAIRS = [("assigned", "treated"), ("randomised_to", "actual_arm"), ("group", "received"), ("allocation", "variant"), ("arm_assigned", "arm"),
         ("TRT01P", "TRT01A"), ("ARM", "ACTARM"), ("TRT01PN", "TRT01AN"), ("trt_pl", "trt_act"), ("arm_itt", "arm_at"), ("Gruppe_Soll", "Gruppe_Ist"),
         ("groupe_prévu", "groupe_réel"), ("grupo_previsto", "grupo_efectivo"), ("組_割付", "組_実際"), ("variant", "page_shown")]  # fmt: skip
"""The column of what was assigned, and of what a unit got; a page is shown by a machine."""


STRAYS = [(0.3, 0.0), (0.1, 0.1), (0.02, 0.02)]
"""The shares of each arm that got the other one."""
CASES = [*spread(PAIRS[:-1], STRAYS), *((pair, strays) for pair in (PAIRS[0], PAIRS[-1]) for strays in STRAYS)]


@pytest.mark.parametrize(("pair", "strays"), CASES)
def test_whoever_was_assigned_counts_in_that_arm_whatever_was_taken_up(
    tmp_path: Path, pair: tuple[str, str], strays: tuple[float, float]
) -> None:
    to, got = pair
    dice = np.random.default_rng(len(to))
    assigned = dice.permutation(np.repeat([0, 1], 1_200))
    other = dice.random(2_400) < np.where(assigned, *strays)
    made = pd.DataFrame({
        "person": [f"p{i:04d}" for i in range(2_400)], got: np.where(other, 1 - assigned, assigned), to: assigned,
        "converted": (dice.random(2_400) < 0.2).astype(int),
    })  # fmt: skip
    made = made.replace({each: {0: "usual care", 1: "reminder"} for each in (to, got)})
    made.to_csv(tmp_path / "offer.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "offer.csv")
    mishap = got == "page_shown" and strays[0] == strays[1]
    assert study.data.columns["variant"] == to and ("shown" in study.data.columns) == mishap
    assert mishap or f"{got}: what was really taken up: it is not the assigned variant in" in said
    kept = made[~other] if mishap else made
    told = sums(study, tmp_path)["converted"]
    for arm, rows in kept.groupby(to):
        assert told[study.data.variants[str(arm)]] == (len(rows), int(rows["converted"].sum()))


@pytest.mark.parametrize(("one", "other"), [("arm_x", "arm_y"), ("group_1", "group_2"), ("variant", "arm")])
def test_which_of_two_columns_of_the_same_arms_was_assigned_is_asked_where_no_name_tells_it(
    tmp_path: Path, one: str, other: str
) -> None:
    dice = np.random.default_rng(5)
    first = dice.permutation(np.repeat(["old", "new"], 800))
    second = np.where(dice.random(1_600) < 0.1, np.where(first == "old", "new", "old"), first)
    made = pd.DataFrame({"user_id": range(1_600), one: first, other: second, "purchased": dice.integers(0, 2, 1_600)})
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert (
        f"Is '{one}' what was assigned, or '{other}'?" in said or f"Is '{other}' what was assigned, or '{one}'?" in said
    )
    assert "what was really taken up: it is not" not in said


def test_what_was_planned_is_never_called_what_was_taken_up(tmp_path: Path) -> None:
    dice = np.random.default_rng(6)
    planned = dice.permutation(np.repeat(["old", "new"], 800))
    actual = np.where(dice.random(1_600) < 0.1, "old", planned)
    made = pd.DataFrame(
        {"user_id": range(1_600), "TRT01A": actual, "TRT01P": planned, "purchased": dice.integers(0, 2, 1_600)}
    )
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv", variant="TRT01A")
    assert "TRT01P: what was really taken up" not in said and "--variant TRT01P" in said
