"""Journeys are cut as they are said to be: by hand on a few rows, by brute force on a year."""

from datetime import datetime, timedelta

import duckdb
import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.programme.attribution.journeys import of_paths, read
from helpers.warehouse import query

FIRST = datetime(2026, 1, 1)
CHANNELS = ["email", "search", "social"]


def asked(touches, orders, lookback=30, days=100):
    """Answers of the query for touches (shopper, day, channel) and orders (shopper, day)."""
    con = duckdb.connect()
    con.execute("create table touches (user_id text, touched timestamp, channel text)")
    con.execute("create table orders (order_id int, user_id text, ordered timestamp)")
    for shopper, day, channel in touches:
        con.execute("insert into touches values (?, ?, ?)", [shopper, FIRST + timedelta(days=day), channel])
    for number, (shopper, day) in enumerate(orders):
        con.execute("insert into orders values (?, ?, ?)", [number, shopper, FIRST + timedelta(days=day)])
    rows = query.query(con, "journeys", lookback=lookback, ends=(FIRST + timedelta(days=days)).isoformat())
    names = sorted({channel for _, _, channel in touches})
    return [
        (row.shopper, row.outcome, [names[c] for c in row.path], [round(float(a), 6) for a in row.ages])
        for row in rows.itertuples()
    ]


def test_a_journey_is_what_came_before_an_order_and_after_the_one_before():
    touches = [("a", 1, "social"), ("a", 5, "email"), ("a", 12, "email"), ("b", 3, "search")]
    assert asked(touches, [("a", 10), ("a", 20), ("c", 4)]) == [
        (0, "order", ["social", "email"], [9, 5]),
        (0, "order", ["email"], [8]),
        (1, "none", ["search"], [0]),
        (2, "untouched", [], []),
    ]


def test_what_is_older_than_the_lookback_is_a_journey_without_an_order():
    touches = [("a", 1, "social"), ("a", 20, "email"), ("a", 40, "search")]
    assert asked(touches, [("a", 50)]) == [
        (0, "none", ["social"], [0]),
        (0, "order", ["email", "search"], [30, 10]),
    ]


def test_a_long_stretch_is_cut_into_journeys_of_the_lookback():
    touches = [("a", day, "email") for day in (0, 29, 31, 59, 61)]
    assert [ages for _, _, _, ages in asked(touches, [], days=200)] == [[29, 0], [28, 0], [0]]


def test_what_is_still_open_at_the_end_is_told_apart():
    touches = [("a", 10, "email"), ("b", 75, "email"), ("c", 60, "social"), ("c", 80, "email"), ("d", 90, "email")]
    assert [(shopper, outcome) for shopper, outcome, _, _ in asked(touches, [("d", 95)])] == [
        (0, "none"), (1, "open"), (2, "open"), (3, "order"),
    ]  # fmt: skip


def test_touches_of_one_moment_stand_in_the_order_of_their_names():
    assert asked([("a", 1, "social"), ("a", 1, "email")], [("a", 1)])[0][2] == ["email", "social"]


def test_every_touch_and_order_of_a_year_is_in_one_journey(year, plan):
    with query.tables(year) as con:
        ends = f"{plan.data.first.replace(year=plan.data.first.year + 1)}"
        rows = query.query(con, "journeys", lookback=30, ends=ends)
        assert rows.equals(query.query(con, "journeys", lookback=30, ends=ends)), "the order is stated"
        touches, orders = (con.execute(f"select count(*) from {t}").fetchone()[0] for t in ("touches", "orders"))
    assert not rows["journey"].duplicated().any()
    assert rows["path"].map(len).sum() == touches
    assert rows["outcome"].isin(["order", "untouched"]).sum() == orders
    assert rows["ages"].map(lambda ages: max(ages, default=0)).max() <= 30


def test_converting_journeys_of_a_year_are_those_of_a_loop(year, read):
    with query.tables(year) as con:
        touches = con.execute("select user_id, touched, channel from touches order by 1, 2, 3").fetchall()
        orders = con.execute("select user_id, ordered from orders order by 1, 2").fetchall()
    own, expected, before = {}, [], {}
    for shopper, at, channel in touches:
        own.setdefault(shopper, []).append((at, channel))
    for shopper, at in orders:
        since = max(before.get(shopper, datetime.min), at - timedelta(days=30) - timedelta(microseconds=1))
        path = tuple(channel for touched, channel in own.get(shopper, []) if since < touched <= at)
        before[shopper] = at
        expected += [path] if path else []
    j = read.journeys
    names = np.array(j.channels)[j.channel]
    seen = [tuple(p) for p, won in zip(np.split(names, j.starts[1:-1]), j.won, strict=True) if won]
    assert sorted(seen) == sorted(expected)
    assert len(orders) == len(expected) + read.untouched


def test_what_is_left_out_is_counted(read):
    assert read.open > 0 and read.untouched > 0
    assert set(read.journeys.won + read.journeys.lost) == {1.0}


def test_a_lookback_longer_than_the_year_leaves_only_orders_and_open_ends(year, plan):
    with query.tables(year) as con:
        longest = read(con, plan, lookback=plan.data.days)
    assert longest.journeys.lost.sum() == 0 < longest.open


@pytest.mark.parametrize(
    ("paths", "won", "lost", "ages"),
    [
        (["AB"], [1, 1], [0], None),
        (["AB"], [1], [0], [[1.0]]),
        (["AB", ""], [1, 1], [0, 0], None),
        (["A"], [-1], [0], None),
        (["A"], [float("nan")], [0], None),
    ],
)
def test_paths_that_are_none_are_refused(paths, won, lost, ages):
    with pytest.raises(ReportError):
        of_paths(paths, won, lost, ages=ages)
