"""Features know the past only, and the split is by time."""

import duckdb
import pandas as pd
import pytest

from helpers import paths
from helpers.errors import ReportError
from helpers.programme.prediction import features
from tests.programme.prediction.conftest import HORIZON

PAST = ["tickets_30", "days_idle", "orders_90", "spend_90_cents", "visits_90", "yearly", "tenure_days"]


def test_a_row_is_a_running_subscriber_at_an_export(rows, con):
    assert not rows.duplicated(list(features.KEYS)).any()
    (expected,) = con.execute(
        """select count(*) from accounts a join subscriptions s using (user_id)
        where exported + interval 30 day <= (select date_trunc('day', max(ordered)) + interval 1 day from orders)"""
    ).fetchone()
    assert len(rows) == expected
    (left,) = con.execute(
        """select count(*) from accounts join subscriptions using (user_id)
        where ended >= exported and ended < exported + interval 30 day"""
    ).fetchone()
    assert rows["leaves"].sum() == left > 0


def test_features_do_not_change_when_the_future_is_deleted(rows, year):
    """The tables cut off at a snapshot give the same features of it."""
    cutoff = sorted(rows["cutoff"].unique())[3]
    con = duckdb.connect()
    times = {"orders": "ordered", "tickets": "opened", "sessions": "started", "users": "joined", "accounts": "exported"}
    for table, column in times.items():
        kept = f"{column} <= '{cutoff}'" if table == "accounts" else f"{column} < '{cutoff}'"
        con.execute(f"create view {table} as select * from read_parquet('{year}/{table}.parquet') where {kept}")
    con.execute(f"create view subscriptions as select * from read_parquet('{year}/subscriptions.parquet')")
    query = paths.QUERIES / "subscribers_asof.sql"
    blind = query.read_text(encoding="utf-8").replace("where r.ahead <= seen.until", "where true")
    then = con.execute(blind, {"horizon": HORIZON, "window": features.WINDOW_DAYS}).df()
    then = then[then["cutoff"] == cutoff].reset_index(drop=True)
    now = rows[rows["cutoff"] == cutoff].reset_index(drop=True)
    assert len(now) > 1_000
    pd.testing.assert_frame_equal(then[PAST], now[PAST])


def test_no_label_learnt_from_reaches_a_later_cutoff(parts):
    ends = parts.train["cutoff"] + pd.Timedelta(days=HORIZON)
    assert ends.max() <= parts.boundary <= parts.test["cutoff"].min()
    assert parts.dropped == 1


def test_too_few_snapshots_are_refused(rows):
    with pytest.raises(ReportError, match="cannot be split by time"):
        features.split(rows[rows["cutoff"] == rows["cutoff"].min()], HORIZON, 0.3)
