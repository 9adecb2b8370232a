"""Who stands in both arms is seen also where nobody knows the name of the column that says who it is."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.printed import query
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


BEGAN = {
    "opened_at": True,
    "order_date": True,
    "closed_at": False,
    "day": False,
    "gap": False,
    "dropoff": False,
    "": False,
}
"""Moments of rows, and whether they tell which row of a user came first; of days two may be of one, and one after the outcome may hang on the arm."""


@pytest.mark.parametrize("guest", ["", " ", "null", "guest"])
@pytest.mark.parametrize("time", BEGAN)
def test_first_rows_stand_for_users_where_a_moment_from_before_the_outcome_tells_them(
    tmp_path: Path, time: str, guest: str
) -> None:
    """Rows without a user stay, none is kept by its end, rows of one day do not go by their arm, and a guest is not one user."""
    dice = np.random.default_rng(7)
    made = pd.DataFrame({"cookie_id": [f"c{i:04}" for i in range(2_400)], "user_id": [f"u{i // 3:03}" if i < 1_500 else guest for i in range(2_400)],
                         "variant": dice.choice(["control", "new"], 2_400, p=[0.6, 0.4]), "signup": dice.integers(0, 2, 2_400)})  # fmt: skip
    at = pd.Timestamp("2026-03-02") + pd.to_timedelta(dice.permutation(2_400) * 11, unit="min")
    if time == "dropoff":
        at = at + pd.to_timedelta(np.where(made.variant == "new", 5, 15), unit="D")
    if time:
        made[time] = at.strftime("%Y-%m-%d" if time == "day" else "%Y-%m-%d %H:%M")
    if time == "gap":
        made.loc[5, "gap"] = ""
    if guest == "null":
        made.replace({"user_id": {"null": None}}).to_parquet(tmp_path / "t.parquet")
    else:
        made.to_csv(tmp_path / "t.csv", index=False)
    file = tmp_path / ("t.parquet" if guest == "null" else "t.csv")
    _, _, said = proposed(tmp_path, file, unit="cookie_id", primary="signup")
    assert "Are rows of one 'user_id' independent?" in said
    if not BEGAN[time] or guest == "guest":
        assert "select" not in said and "No column tells which row of each came first" in said
        return
    (tmp_path / "first.sql").write_text(query(said, "select * from"), encoding="utf-8")
    study, _, _ = proposed(tmp_path, tmp_path / "first.sql", unit="cookie_id", primary="signup")
    users = made[:1_500].assign(at=at[:1_500]).sort_values("at").drop_duplicates("user_id")
    kept = pd.concat([users, made[1_500:]]).groupby("variant")["signup"]
    found = sorted((n, int(total)) for n, total in sums(study, tmp_path)[study.primary.name].values())
    assert found == sorted((len(each), int(each.sum())) for _, each in kept)


TIMES = {
    "weeks": lambda day: f"2026-W{day.isocalendar().week}",
    "days, day first": lambda day: day.strftime("%d/%m/%Y"),
    "months of few digits": lambda day: (
        f"{day.month}/{day.day}/{day.year} {day.hour % 12 or 12}:{day.minute:02} {day:%p}"
    ),
    "names": lambda day: f"{day:%b} {day.day}, {day.year}",
}
"""Moments whose texts stand in another order than they."""


@pytest.mark.parametrize("how", TIMES)
def test_first_rows_are_first_in_time(tmp_path: Path, how: str) -> None:
    """The query that is printed, run by DuckDB alone, keeps the rows that pandas finds first; what came first is never told by a text."""
    dice = np.random.default_rng(9)
    weeks = np.concatenate([dice.permutation(12)[:3] for _ in range(500)])
    days = pd.Timestamp("2026-01-05") + pd.to_timedelta(
        weeks * 7 * 24 * 60 + dice.integers(0, 9_000, 1_500), unit="min"
    )
    made = pd.DataFrame({"cookie_id": [f"c{i:04}" for i in range(1_500)], "user_id": [f"u{i // 3:03}" for i in range(1_500)], "when": [TIMES[how](day) for day in days],
                         "variant": dice.choice(["control", "new"], 1_500), "signup": dice.integers(0, 2, 1_500)})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv", unit="cookie_id", time="when")
    with duckdb.connect() as con:
        con.execute(f"set file_search_path = '{tmp_path}'")
        kept = {row[0] for row in con.execute(f"select cookie_id from ({query(said, 'select * from')})").fetchall()}
    assert kept == set(made.assign(moment=days).sort_values("moment").groupby("user_id").cookie_id.first())


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


def test_a_first_row_is_the_first_with_an_arm(tmp_path: Path) -> None:
    dice = np.random.default_rng(12)
    made = pd.DataFrame({"session_id": [f"s{i:04}" for i in range(1_500)], "user_id": [f"u{i // 3:03}" for i in range(1_500)],
                         "variant": np.where(np.arange(1_500) % 6 == 0, "", dice.choice(["old", "new"], 1_500)), "signup": dice.integers(0, 2, 1_500),
                         "started_at": pd.date_range("2026-03-02", periods=1_500, freq="17min").astype(str)})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv", unit="session_id", primary="signup")
    with duckdb.connect() as con:
        con.execute(f"set file_search_path = '{tmp_path}'")
        kept = {row[0] for row in con.execute(f"select session_id from ({query(said, 'select * from')})").fetchall()}
    assert kept == set(made[made.variant != ""].groupby("user_id").session_id.first())
