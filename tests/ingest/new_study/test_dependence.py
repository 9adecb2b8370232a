"""Who stands in both arms is seen also where nobody knows the name of the column that says who it is."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


def line_of(said: str) -> str:
    """What is asked about the ids."""
    return next(line for line in said.splitlines() if "say who was assigned" in line)


@pytest.mark.parametrize(("called", "written"), [
    ("pid", "{}"), ("Vp", "{}"), ("subjid", "{}7"), ("Kennung", "K-{:05}"), ("steps_so_far", ""), ("Antwort", "so {}"),
])  # fmt: skip
@pytest.mark.parametrize("twice", [0, 60])
def test_ids_of_an_unknown_name_in_both_arms_are_asked_about(
    tmp_path: Path, called: str, written: str, twice: int
) -> None:
    """Numbers that only happen to differ, and texts of several words, are none."""
    dice = np.random.default_rng(3)
    ids = [*range(600), *dice.choice(600, twice, replace=False)]
    told = [written.format(i) for i in ids] if written else dice.integers(0, 90_000, len(ids)) // 7 * 7
    arms = np.array(["usual", "coached"])[[*dice.permutation(np.arange(600) % 2), *[0] * twice]]
    made = pd.DataFrame({called: told, "arm": arms, "score": dice.integers(200, 900, len(ids)) / 10})
    both = int((made.iloc[:600][called].isin(made.iloc[600:][called]) & (made.iloc[:600].arm == "coached")).sum())
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv", primary="score")
    asked = called in ("pid", "Vp", "subjid", "Kennung") and both > 0
    assert (f"Does '{called}' say who was assigned" in said) == asked
    assert not asked or f"{both} of these in more than one arm" in said
    assert not asked or "--unit" not in line_of(said), "each row was drawn: only a person knows that"


def test_ids_of_nobody_are_no_units_because_they_stand_in_both_arms(tmp_path: Path) -> None:
    """However few rows each of them has: followed blindly, an option would leave out the rows of all kiosks."""
    dice = np.random.default_rng(4)
    ids = [f"r{i:04}" for i in range(1_000)] + [f"kiosk-{i % 9}" for i in range(90)]
    made = pd.DataFrame({"Vp": ids, "variant": dice.choice(["old", "new"], 1_090), "score": dice.integers(200, 900, 1_090) / 10})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv", primary="score")
    assert "the most rows have 'kiosk-0', 10" in said and "where a value stands for many, as a guest does" in said
    assert "--unit" not in line_of(said) and "select" not in said


@pytest.mark.parametrize("many", [2, 5, 400])
@pytest.mark.parametrize("called", ["device", "customer", "household"])
def test_an_attribute_of_a_few_values_is_no_id_though_it_is_called_as_one(
    tmp_path: Path, called: str, many: int
) -> None:
    dice = np.random.default_rng(many)
    made = pd.DataFrame({"user_id": [f"u{i:05}" for i in range(2_000)], "arm": dice.choice(["usual", "coached"], 2_000),
                         called: [f"{called} {i}" for i in dice.integers(0, many, 2_000)], "ordered": dice.integers(0, 2, 2_000)})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv", unit="user_id")
    assert ("independent?" in said) == (many == 400)


MOMENTS = {
    "opened_at": lambda made, at: at,
    "assigned_at": lambda made, at: at,
    "rated_at": lambda made, at: (
        at + pd.to_timedelta(np.where((made.variant == "new") == (made.signup == 1), 1, 9), unit="D")
    ),
    "closed_at": lambda made, at: at + pd.to_timedelta(np.where(made.variant == "new", 5, 15), unit="D"),
}
"""Moments of rows; one of an answer, which the happy give soon in one arm and the unhappy in the other, looks like the begin in each arm's share."""


@pytest.mark.parametrize("time", MOMENTS)
def test_no_query_chooses_the_row_of_a_user(tmp_path: Path, time: str) -> None:
    """What came first no data tells: by the moment of an answer the rows that are left tell another effect."""
    dice = np.random.default_rng(7)
    made = pd.DataFrame({"cookie_id": [f"c{i:04}" for i in range(2_400)], "user_id": [f"u{i // 3:03}" for i in range(2_400)],
                         "variant": dice.choice(["control", "new"], 2_400), "signup": dice.integers(0, 2, 2_400)})  # fmt: skip
    at = MOMENTS[time](made, pd.Timestamp("2026-03-02") + pd.to_timedelta(dice.permutation(2_400) * 11, unit="min"))
    made[time] = at.strftime("%Y-%m-%d %H:%M")
    first = made.assign(at=at).sort_values("at").groupby("user_id").first().groupby("variant").signup.mean()
    assert (abs(first["new"] - first["control"]) > 0.2) == (time == "rated_at")
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", unit="cookie_id", primary="signup")
    line = next(line for line in said.splitlines() if "Are rows of one 'user_id' independent?" in line)
    assert "if you know when each row was assigned" in line and not re.search(r"select |--\w", line)
    assert sorted(sums(study, tmp_path)["signup"].values()) == sorted(
        (len(t), int(t.signup.sum())) for _, t in made.groupby("variant")
    )


@pytest.mark.parametrize("whole", [True, False])
def test_users_in_one_arm_are_held_against_what_chance_brings(tmp_path: Path, whole: bool) -> None:
    """Drawn anew for each row by 85 : 15, most users with three rows stand in one arm all the same."""
    dice = np.random.default_rng(11)
    users = np.arange(1_500) // 3
    arms = np.where(dice.random(500) < 0.15, "new", "old")[users] if whole else np.where(dice.random(1_500) < 0.15, "new", "old")  # fmt: skip
    again = dice.choice(1_500, 60, replace=False)
    arms[again] = np.where(arms[again] == "new", "old", "new")
    made = pd.DataFrame({"session_id": [f"s{i:04}" for i in range(1_500)], "user_id": [f"u{u:03}" for u in users],
                         "variant": arms, "signup": dice.integers(0, 2, 1_500)})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv", unit="session_id", primary="signup")
    assert ("assigned as a whole?" in said) == whole
    assert ("independent?" in said) == (not whole)
