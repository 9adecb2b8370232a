"""Who stands in both arms is seen also where nobody knows the name of the column that says who it is."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.ingest.new_study.tables import proposed


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


def test_the_query_of_first_rows_keeps_those_without_a_user_and_none_of_two_arms(tmp_path: Path) -> None:
    dice = np.random.default_rng(7)
    made = pd.DataFrame({"cookie_id": [f"c{i:04}" for i in range(1_500)], "user_id": [f"u{i // 3:03}" if i < 600 else "" for i in range(1_500)],
                         "variant": dice.choice(["control", "new"], 1_500), "signup": dice.integers(0, 2, 1_500)})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv")
    query = said[said.index("select * from") :].splitlines()[0]
    (tmp_path / "first.sql").write_text(query, encoding="utf-8")
    proposed(tmp_path, tmp_path / "first.sql", unit="cookie_id")
    alone = int((made[:600].groupby("user_id")["variant"].nunique() == 1).sum())
    assert "--unit cookie_id" in said and f"({900 + alone:,} rows)" in (tmp_path / "studies" / "first.yml").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("twice", [0, 15])
@pytest.mark.parametrize("sessions", [1, 3])
def test_sessions_of_users_who_were_assigned_are_asked_about_with_what_makes_users_the_clusters(
    tmp_path: Path, twice: int, sessions: int
) -> None:
    dice = np.random.default_rng(9)
    user = np.repeat(np.arange(500), dice.integers(1, sessions + 1, 500))
    arm = (user % 2 + ((user < twice) & (dice.random(len(user)) < 0.5))) % 2
    made = pd.DataFrame({"session_id": [f"s{i:05}" for i in range(len(user))], "user_id": [f"u{i}" for i in user], "variant": np.where(arm, "new", "control"),
                         "converted": dice.integers(0, 2, len(user))})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv", unit="session_id", name="one")
    both = int((made.groupby("user_id")["variant"].nunique() > 1).sum())
    several = int((made["user_id"].value_counts() > 1).sum())
    assert bool(study.cluster) == (sessions > 1 and not both)
    asked = f"Was each 'user_id' assigned as a whole? {several} of 500 have several rows, {several - both} of these in one arm alone"
    assert (asked in said) == (sessions > 1 and both > 0)
    if asked in said:
        study, _, _ = proposed(tmp_path, tmp_path / "t.csv", unit="session_id", cluster="user_id", name="whole")
        assert study.cluster


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
    days = pd.Timestamp("2026-01-05") + pd.to_timedelta(dice.permutation(1_500) * 73, unit="min")
    made = pd.DataFrame({"cookie_id": [f"c{i:04}" for i in range(1_500)], "user_id": [f"u{i // 3:03}" for i in range(1_500)], "when": [TIMES[how](day) for day in days],
                         "variant": dice.choice(["control", "new"], 1_500), "signup": dice.integers(0, 2, 1_500)})  # fmt: skip
    made.to_csv(tmp_path / "t.csv", index=False)
    _, _, said = proposed(tmp_path, tmp_path / "t.csv", unit="cookie_id", time="when")
    query = said[said.index("select * from") :].splitlines()[0]
    with duckdb.connect() as con:
        con.execute(f"set file_search_path = '{tmp_path}'")
        kept = {row[0] for row in con.execute(f"select cookie_id from ({query})").fetchall()}
    coarse = {"weeks": days.isocalendar().week.to_numpy(), "months of few digits": days.to_numpy()}.get(how, days.normalize().to_numpy())  # fmt: skip
    first = made.assign(moment=coarse).sort_values(["moment", "cookie_id"]).groupby("user_id").cookie_id.first()
    assert kept == set(first) and '"when"' in query
