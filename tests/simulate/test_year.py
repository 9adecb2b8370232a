"""The simulated year holds what was planted in it, and nothing that was not."""

import json

import duckdb
import numpy as np
import pytest

from helpers.simulate.year import LEAK, WORLD
from helpers.simulate.year.shoppers import demand, draw, live
from tests.year import build, small_year

DAYS = 365


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    return small_year(tmp_path_factory)


@pytest.fixture(scope="module")
def ledger(year):
    return json.loads((year / "ledger.json").read_text(encoding="utf-8"))


@pytest.fixture
def ask(year):
    con = duckdb.connect()
    for file in year.glob("*.parquet"):
        con.execute(f"create view {file.stem} as select * from read_parquet('{file}')")
    yield lambda sql: con.execute(sql).fetchall()
    con.close()


def test_equal_seeds_give_equal_bytes(year, tmp_path):
    build(tmp_path)
    for file in year.iterdir():
        assert file.read_bytes() == (tmp_path / file.name).read_bytes(), file.name


def test_a_channel_without_lift_brings_nothing_and_others_bring_what_a_year_without_them_lacks():
    people = draw(2_000, DAYS, np.random.default_rng(1))
    factor = demand(DAYS, 1)
    orders = {
        name: len(live(people, DAYS, factor, 3, without=name).ordered()[0]) for name in (None, "affiliate", "social")
    }
    assert orders["affiliate"] == orders[None] > orders["social"]


def test_the_ledger_counts_what_the_tables_hold(ask, ledger):
    assert ask("select count(*) from orders") == [(ledger["orders"],)]
    brought = {name: channel["incremental_orders"] for name, channel in ledger["channels"].items()}
    assert brought["brand_search"] == brought["affiliate"] == 0 < brought["display"] < brought["social"]
    last_touch = dict(
        ask("""select channel, count(*) from (
            select o.order_id, arg_max(t.channel, t.touched) as channel
            from orders o join touches t on t.user_id = o.user_id and t.touched between o.ordered - interval 30 day and o.ordered
            group by 1) group by 1""")
    )
    assert last_touch["brand_search"] > last_touch["social"], "credit goes where wishes are, not where orders come from"


def test_nobody_acts_before_joining_and_only_the_running_are_asked(ask):
    for table, column in (
        ("orders", "ordered"),
        ("touches", "touched"),
        ("sessions", "started"),
        ("tickets", "opened"),
    ):
        early = ask(f"select count(*) from {table} join users using (user_id) where {column} < joined")
        assert early == [(0,)], table
    assert ask("select count(*) from subscriptions where ended < started") == [(0,)]
    assert ask(
        "select count(*) from offers join subscriptions using (user_id) where ended < offered or started >= offered"
    ) == [(0,)]


def test_the_offer_is_a_fair_coin_and_does_what_was_planted(ask):
    rows = ask("""select treated, count(*), avg((coalesce(ended < offered + interval 30 day, false))::int), avg(churn_without),
        avg(churn_with) from offers join subscriptions using (user_id) join truth_offers using (user_id) group by 1 order by 1""")
    (_, n0, seen0, without, _), (_, n1, seen1, _, with_) = rows
    assert abs(n1 - n0) < 4 * (n0 + n1) ** 0.5
    for seen, planted, n in ((seen0, without, n0), (seen1, with_, n1)):
        assert abs(seen - planted) < 4 * (planted / n) ** 0.5


def test_the_leak_is_only_known_after_the_fact(ask):
    rows = dict(
        ask(f"""select coalesce(ended < exported + interval 30 day, false) as gone, avg({LEAK}::int)
        from accounts join subscriptions using (user_id) group by 1""")
    )
    assert rows[True] > 0.9 and rows[False] < 0.03


def test_demand_has_its_season_week_outages_and_surges():
    factor = demand(DAYS, 0)
    for day, times in (*WORLD.outages, *WORLD.surges):
        assert factor[day] == pytest.approx(times * np.delete(factor, day)[[day - 7, day + 6]].mean(), rel=0.1)
    assert factor[150:200].mean() > 1.1 > 0.9 > factor[-20:].mean()
