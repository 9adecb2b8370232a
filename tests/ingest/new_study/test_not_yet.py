"""Rows of a log from before a unit had a variant; the oracle gives each unit the one that it came to have."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import config
from helpers.config import tracking_plan
from helpers.warehouse.examine import examined
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed
from tests.spread import spread

WORDS = [
    "unassigned",
    "not_in_test",
    "none",
    "",
    "null",
    "Not assigned",
    "nicht zugewiesen",
    "non assigné",
    "sin asignar",
    "out",
    "pre_period",
]


def log(word: str, landing: bool = True) -> pd.DataFrame:
    """Landings, views and purchases; the landing is from before the assignment."""
    dice = np.random.default_rng(4)
    users = np.arange(600)
    view = pd.DataFrame({
        "ts": pd.Timestamp("2026-03-02") + pd.to_timedelta(dice.integers(0, 14 * 86_400, 600), unit="s"),
        "user_id": [f"u{i:04d}" for i in users], "variant": np.where(users % 2, "control", "treatment"), "event": "view", "amount": np.nan,
    })  # fmt: skip
    bought = view[dice.random(600) < 0.4].assign(event="purchase", amount=19.5)
    bought["ts"] += pd.to_timedelta(dice.integers(60, 7_200, len(bought)), unit="s")
    early = view.assign(event="landing" if landing else "view", variant=word, ts=view["ts"] - pd.Timedelta("1min"))
    return pd.concat([early, view, bought], ignore_index=True).sort_values("ts")


@pytest.mark.parametrize(
    ("word", "landing"), [*spread(WORDS, [True, False]), (WORDS[0], False), ("", False), ("none", False)]
)
def test_a_level_from_before_the_assignment_is_no_arm_and_an_event_from_before_it_no_exposure(
    tmp_path: Path, word: str, landing: bool
) -> None:
    made = log(word, landing)
    made.to_csv(tmp_path / "log.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert study.mode == "online" and {v.name for v in study.variants} == {"control", "treatment"}
    assert study.funnel.steps[0] == "view" and ("before units have a variant: landing" in said) == landing
    assert word in ("", "none", "null") or f"'{word}' stands in rows of 600 units before they are assigned" in said
    bought = made[made["event"] == "purchase"].groupby("variant")["user_id"].nunique()
    assert sums(study, tmp_path)["purchase_rate"] == {arm: (300, n) for arm, n in bought.items()}


def test_units_that_never_come_to_have_a_variant_are_asked_about(tmp_path: Path) -> None:
    made = log("unassigned")
    gone = made["user_id"].isin([f"u{i:04d}" for i in range(60)]) & (made["event"] != "landing")
    made[~gone].to_csv(tmp_path / "log.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert "Why do 60 of 600 units say nothing but 'unassigned'?" in said


def test_a_word_for_nothing_that_is_the_control_is_asked_of_nobody(tmp_path: Path) -> None:
    made = log("none", landing=False)
    made["variant"] = made["user_id"].str[1:].astype(int).mod(2).map({0: "none", 1: "sms"})
    made.to_csv(tmp_path / "log.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "log.csv", control="none")
    assert len(study.variants) == 2 and "say nothing but" not in said


@pytest.mark.parametrize("word", ["pending", "bucket_0", "unzugewiesen"])
def test_a_quarter_that_is_never_assigned_makes_no_arm_of_a_word_that_nobody_knows(tmp_path: Path, word: str) -> None:
    made = log(word)
    gone = made["user_id"].isin([f"u{i:04d}" for i in range(150)]) & (made["event"] != "landing")
    made = made[~gone]
    made.to_csv(tmp_path / "log.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert study.mode == "online" and {v.name for v in study.variants} == {"control", "treatment"}
    assert f"Why do 150 of 600 units say nothing but '{word}'?" in said
    bought = made[made["event"] == "purchase"].groupby("variant")["user_id"].nunique()
    assert sums(study, tmp_path)["purchase_rate"] == {arm: (225, n) for arm, n in bought.items()}


def test_a_third_arm_stays_one_where_units_do_not_go_on_from_it(tmp_path: Path) -> None:
    made = log("out")
    made["variant"] = made["user_id"].str[1:].astype(int).mod(3).map({0: "control", 1: "short", 2: "long"})
    made.to_csv(tmp_path / "log.csv", index=False)
    study, _, _ = proposed(tmp_path, tmp_path / "log.csv")
    assert {v.name for v in study.variants} == {"control", "short", "long"}


def test_check_names_the_event_that_comes_once_the_variant_is_told_where_the_exposure_comes_before_it(
    tmp_path: Path,
) -> None:
    log("none").to_csv(tmp_path / "log.csv", index=False)
    proposed(tmp_path, tmp_path / "log.csv", exposure="landing", name="early")
    study, where = config.opened(tmp_path / "studies" / "early.yml")
    seen = examined(study, where, tracking_plan.tracking_plan(study, tmp_path / "studies"), full=True)
    said = " ".join(str(fault) for fault in seen.faults)
    assert "let the funnel begin with an event that units meet once a row tells their variant: view (300 units)" in said
    assert "take it out of variants" not in said
