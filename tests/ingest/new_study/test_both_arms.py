"""A table some of whose units stand in both arms: the message names the column, and what it offers counts as pandas does."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


@pytest.mark.parametrize("written", ["%Y-%m-%d %H:%M:%S", ""])
@pytest.mark.parametrize("nobody", [0, 40])
def test_units_in_both_arms_are_told_as_that_with_what_counts_them_once(
    tmp_path: Path, written: str, nobody: int
) -> None:
    dice = np.random.default_rng(12)
    user = dice.permutation([*range(800), *range(200), *[-1] * nobody])
    made = pd.DataFrame(
        {
            "user_id": [f"u{i}" if i >= 0 else "" for i in user],
            "variant": np.where(dice.random(len(user)) < 0.5, "A", "B"),
        }
    )
    at = pd.Timestamp("2026-03-02") + pd.to_timedelta(dice.permutation(len(user)) * 2_000, unit="s")
    made["bought"] = dice.integers(0, 2, len(user))
    second = made["user_id"].duplicated() & (made["user_id"] != "")
    made.loc[second, "variant"] = (
        made[second]["user_id"]
        .map(made[~second & (made["user_id"] != "")].set_index("user_id")["variant"])
        .map({"A": "B", "B": "A"})
    )
    if written:
        made["assigned_at"] = at.strftime(written)
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="stand in several levels of 'variant'") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    assert "concat" not in str(caught.value) and "200 of 800 units" in str(caught.value)
    named = made[made["user_id"] != ""]
    alone = named[named.groupby("user_id")["variant"].transform("nunique") == 1]
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", variant="variant", name="alone")
    assert sorted(sums(study, tmp_path)["bought"].values()) == sorted(
        (len(t), int(t["bought"].sum())) for _, t in alone.groupby("variant")
    )
    assert "if you know when each row was assigned" in str(caught.value) and "select" not in str(caught.value)


def visits(column: str, arm: Callable[[int, str], str]) -> pd.DataFrame:
    """Landings, views and purchases of 400 users, with the level of each user and event in a column."""
    rows = [
        (pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=37 * n + k), f"u{n:03}", event, arm(n, event))
        for n in range(400)
        for k, event in enumerate(("landing", "view", "purchase")[: 2 + (n % 5 < 2)])
    ]
    return pd.DataFrame(rows, columns=["ts", "user_id", "event", column])


BOTH = {
    "default": (lambda n, event: "treatment" if n % 2 and event != "landing" else "control", "rows of 'landing' say"),
    "gone on": (lambda n, event: "new" if n % 2 and event == ["landing", "view"][n % 4 > 1] else "old", "a roll-out"),
    "again": (lambda n, event: "AB"[(n % 2 + (n % 3 == 0 and event != "landing")) % 2], "assigned again"),
    "anew": (lambda n, event: "AB"[(n + len(event)) % 2], "drawn anew"),
}


@pytest.mark.parametrize("column", ["variant", "version"])
@pytest.mark.parametrize("kind", BOTH)
def test_a_log_whose_units_stand_in_several_arms_is_told_and_no_uplift_is_planted_in_it(
    tmp_path: Path, column: str, kind: str
) -> None:
    arm, told = BOTH[kind]
    made = visits(column, arm)
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match=f"'{column}' looks like the variant") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    several = int((made.groupby("user_id")[column].nunique() > 1).sum())
    assert told in str(caught.value) and f"{several} of 400 units" in str(caught.value)
    if kind == "default":
        kept = "\"event\" not in ('landing')"
        assert kept.replace('"', '\\"') in str(caught.value)
        study, _, _ = proposed(tmp_path, tmp_path / "t.csv", where=kept, name="kept")
        assert study.mode == "online"
        bought = made[made["event"] == "purchase"].groupby(column)["user_id"].nunique()
        assert sums(study, tmp_path)["purchase_rate"] == {level: (200, n) for level, n in bought.items()}
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", where="true", name="planted")
    assert study.mode == "offline"


def test_no_condition_leaves_out_units_that_have_no_other_row(tmp_path: Path) -> None:
    """A landing says control for all; who went on is told from who did not by what the arm did."""
    made = visits("variant", BOTH["default"][0])
    gone = made["user_id"].isin([f"u{n:03}" for n in range(0, 400, 7)]) & (made["event"] != "landing")
    made[~gone].to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="rows of 'landing' say 'control' whatever the arm") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    assert "58 units have no other" in str(caught.value) and '--where "' not in str(caught.value)


def test_a_column_that_is_called_so_among_other_things_is_asked_about(tmp_path: Path) -> None:
    visits("app_version", lambda n, event: ["4.1.0", "4.2.0", "5.0.1"][(n + len(event)) % 3]).to_csv(tmp_path / "t.csv")
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert study.mode == "offline" and "Is 'app_version' the variant?" in said


def test_rows_of_one_arm_are_not_offered_as_units(tmp_path: Path) -> None:
    """A unit with two rows in one arm would end the study that --variant proposes."""
    dice = np.random.default_rng(14)
    user = dice.permutation([*range(800), *range(150)])
    made = pd.DataFrame({"user_id": [f"u{i}" for i in user], "variant": dice.choice(["A", "B"], len(user)),
                         "bought": dice.integers(0, 2, len(user))})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="stand in several levels of 'variant'") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    assert "--variant" not in str(caught.value)
