"""What a database writes where no moment stands, 0000-00-00, is nothing: no format is asked, and the rows are told."""

from pathlib import Path

import pandas as pd
import pytest

from helpers.ingest import new_study
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed

ZEROS = ["0000-00-00 00:00:00", "0000-00-00", ""]


def log(nothing: str) -> pd.DataFrame:
    rows = []
    for n in range(200):
        at = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=7 * n)
        rows.append((f"u{n}", ["control", "new"][n % 2], "visit", nothing if n % 40 == 3 else str(at)))
        rows += [(f"u{n}", ["control", "new"][n % 2], "purchase", str(at + pd.Timedelta(minutes=2)))] * (n % 3 == 0)
    return pd.DataFrame(rows, columns=["user_id", "variant", "event", "created_at"])


@pytest.mark.parametrize("nothing", ZEROS)
def test_rows_of_a_log_without_a_moment_are_left_out_and_asked_of(tmp_path: Path, nothing: str) -> None:
    rows = log(nothing)
    rows.to_csv(tmp_path / "log.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "log.csv")
    assert f"May the 5 of {len(rows)} rows whose 'created_at' is {repr(nothing) if nothing else 'empty'}" in said
    assert "How are the times written" not in said and study.data.where
    if nothing == ZEROS[0]:
        seen = rows[rows.created_at != nothing]
        exposed = seen[seen.event == "visit"].groupby("variant").user_id.nunique().to_dict()
        assert {arm: n for arm, (n, _) in sums(study, tmp_path)["purchase_rate"].items()} == exposed


@pytest.mark.parametrize("nothing", ZEROS)
def test_a_moment_of_what_happened_says_no_where_it_is_none(tmp_path: Path, nothing: str) -> None:
    at = [pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=45 * n) for n in range(200)]
    rows = pd.DataFrame({"user": [f"u{n}" for n in range(200)], "variant": ["control", "new"] * 100, "registered_at": at})  # fmt: skip
    rows["converted_at"] = [nothing if n % 3 else str(at[n] + pd.Timedelta(hours=2)) for n in range(200)]
    rows.to_csv(tmp_path / "t.csv", index=False)
    study, _, said = proposed(tmp_path, tmp_path / "t.csv")
    assert (f"Does {nothing!r} in 'converted_at'" if nothing else "Does an empty 'converted_at'") in said
    assert sum(int(total) for _, total in sums(study, tmp_path)["converted_at"].values()) == len(range(0, 200, 3))


def test_assignments_without_a_moment_are_left_out_and_asked_of(tmp_path: Path) -> None:
    people = pd.DataFrame({"user_id": range(7_000, 7_200), "variant": ["control", "new"] * 100})
    people["assigned_at"] = [ZEROS[0] if n % 40 == 3 else f"2026-03-02 {n % 24:02d}:00:00" for n in range(200)]
    orders = pd.DataFrame({"order_id": range(90), "user_id": range(7_000, 7_090), "created_at": "2026-03-03 11:00:00", "total": 9.5})  # fmt: skip
    people.to_csv(tmp_path / "assignments.csv", index=False)
    orders.to_csv(tmp_path / "orders.csv", index=False)
    made = new_study.propose_tables([str(tmp_path / f) for f in ("assignments.csv", "orders.csv")], base=tmp_path)
    assert f"May the 5 of 200 rows whose 'assigned_at' is '{ZEROS[0]}' be left out" in made.said
    assert "195 units" in made.said


@pytest.mark.parametrize("nothing", ZEROS)
def test_facts_without_a_moment_are_left_out_and_asked_of(tmp_path: Path, nothing: str) -> None:
    people = pd.DataFrame({"user_id": range(7_000, 7_200), "variant": ["control", "new"] * 100, "assigned_at": "2026-03-02 10:00:00"})  # fmt: skip
    orders = pd.DataFrame({"order_id": range(90), "user_id": range(7_000, 7_090), "created_at": "2026-03-03 11:00:00", "total": 9.5})  # fmt: skip
    orders.loc[[3, 44], "created_at"] = nothing
    people.to_csv(tmp_path / "assignments.csv", index=False)
    orders.to_csv(tmp_path / "orders.csv", index=False)
    made = new_study.propose_tables([str(tmp_path / f) for f in ("assignments.csv", "orders.csv")], base=tmp_path)
    stands = repr(nothing) if nothing else "empty"
    assert (
        f"orders.csv: May the 2 of 90 rows whose 'created_at' is {stands} be left out (data.facts.orders.where)?"
        in made.said
    )
    assert "88 of 200 assigned units (44 %) have rows from their assignment on" in made.said
