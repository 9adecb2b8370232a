"""Ids in several capitals are told as that, and the query of the message makes them one; a few are asked of."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import ReportError
from tests.ingest.new_study.computed import sums
from tests.ingest.new_study.tables import proposed


def log(path: Path, share: float) -> int:
    """Visits, some of them by an address in other capitals, and purchases of a third; how many of these there are."""
    dice, rows = np.random.default_rng(int(100 * share)), []
    for n in range(300):
        at, arm = pd.Timestamp("2026-03-02") + pd.Timedelta(minutes=7 * n), ["control", "new"][n % 2]
        mail = f"anna.{n}@example.com"
        rows.append((mail.title() if dice.random() < share else mail, arm, "visit", at))
        rows += [(mail, arm, "purchase", at + pd.Timedelta(minutes=2))] * (n % 3 == 0)
    pd.DataFrame(rows, columns=["email", "variant", "event", "time"]).to_csv(path, index=False)
    return len(range(0, 300, 3))


@pytest.mark.parametrize("share", [1.0, 0.5, 0.04])
def test_the_cause_is_told_and_the_query_counts_as_one_what_is_one(tmp_path: Path, share: float) -> None:
    bought = log(tmp_path / "log.csv", share)
    if share > 0.1:
        with pytest.raises(ReportError, match=r"ids would be .* but for capitals") as caught:
            proposed(tmp_path, tmp_path / "log.csv")
        said = str(caught.value)
    else:
        said = proposed(tmp_path, tmp_path / "log.csv")[2]
        assert "Are ids of 'email' that look alike one unit?" in said
    query = re.search(r"select \* replace .* from read_csv\(.log.csv., [^)]*\)", said)
    assert query
    (tmp_path / "once.sql").write_text(query[0], encoding="utf-8")
    study, _, said = proposed(tmp_path, tmp_path / "once.sql", name="once")
    assert "look alike" not in said
    if share == 0.5:
        found = sums(study, tmp_path)["purchase_rate"]
        assert {arm: n for arm, (n, _) in found.items()} == {"control": 150, "new": 150}
        assert sum(total for _, total in found.values()) == bought


def test_a_unit_that_somebody_names_is_taken_as_it_stands(tmp_path: Path) -> None:
    log(tmp_path / "log.csv", 0.5)
    _, _, said = proposed(tmp_path, tmp_path / "log.csv", unit="email")
    assert "Are ids of 'email' that look alike one unit?" in said


def test_ids_are_counted_where_they_are_told(tmp_path: Path) -> None:
    """Among 4,000 of them, of which some stand there with a blank behind them, the estimate is another number."""
    ids = [f"u{n:05}" + " " * (n % 3 == 2) for n in range(4_000)] + [f"u{n:05}" for n in range(4_000) if n % 3 == 2]
    made = pd.DataFrame({"user_id": ids, "variant": ["A", "B"] * (len(ids) // 2) + ["A"] * (len(ids) % 2)})
    made.assign(bought=made.index % 5 == 0).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match=f"; {len(ids):,} ids in all"):
        proposed(tmp_path, tmp_path / "t.csv")


@pytest.mark.parametrize("many", [400, 20])
@pytest.mark.parametrize("other", [str.upper, lambda i: f"{i} "])
def test_ids_that_stand_in_different_arms_are_not_made_one(tmp_path: Path, many: int, other) -> None:
    """Short ids of letters of both kinds: those that differ in capitals alone are of two people, each drawn by itself."""
    dice = np.random.default_rng(many)
    ids = [f"k{n:05}" for n in range(1_000)]
    made = pd.DataFrame({"user_id": ids + [other(i) for i in ids[:many]]})
    made["variant"] = dice.choice(["control", "treatment"], len(made))
    made["bought"] = dice.integers(0, 2, len(made))
    made.to_csv(tmp_path / "t.csv", index=False)
    if many == 400:
        with pytest.raises(ReportError, match="look alike") as caught:
            proposed(tmp_path, tmp_path / "t.csv")
        said = str(caught.value)
    else:
        said = proposed(tmp_path, tmp_path / "t.csv")[2]
    assert f"of {many} that would be one stand in different arms" in said and "select" not in said
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", unit="user_id", name="own")
    truth = made.groupby("variant").bought.agg(["size", "sum"])
    assert sums(study, tmp_path)["bought"] == {arm: (int(n), int(k)) for arm, n, k in truth.itertuples()}


@pytest.mark.parametrize("log_of_events", [False, True])
def test_ids_with_zeros_ahead_that_stand_in_different_arms_are_not_made_one(
    tmp_path: Path, log_of_events: bool
) -> None:
    dice = np.random.default_rng(9)
    made = pd.DataFrame({"card_no": [f"{n:04}" for n in range(600)] + [str(n) for n in range(200)]})
    made["variant"], made["bought"] = dice.choice(["control", "treatment"], 800), dice.integers(0, 2, 800)
    rows = made
    if log_of_events:
        rows = made.drop(columns="bought").assign(event="visit", at=pd.Timestamp("2026-03-02"))
        rows["at"] += pd.to_timedelta(np.arange(800) * 7, "min")
        paid = rows[made.bought == 1].assign(event="purchase", at=lambda t: t["at"] + pd.Timedelta("2min"))
        rows = pd.concat([rows, paid])
    rows.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ReportError, match="the same but for zeros ahead") as caught:
        proposed(tmp_path, tmp_path / "t.csv")
    said = str(caught.value)
    assert "of 200 that would be one stand in different arms" in said and "select" not in said
    study, _, _ = proposed(tmp_path, tmp_path / "t.csv", unit="card_no")
    truth = made.groupby("variant").bought.agg(["size", "sum"])
    assert sums(study, tmp_path)[study.primary.name] == {arm: (int(n), int(k)) for arm, n, k in truth.itertuples()}
