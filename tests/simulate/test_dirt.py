"""The ledger against an independent count of what stands in the log."""

import json

import pytest

from helpers.config import Dirt
from helpers.simulate import Ledger

OUT_OF_ORDER = """
    event_name = 'purchase' and t < (
        select min(c.t) from events as c
        where c.event_name = 'cart' and c.session_id = events.session_id
            and c.product_id = events.product_id and c.user_id = events.user_id
    )
"""
BOTS = """
    user_id in (
        select user_id from events where user_id <> '' and t is not null
        group by user_id, t::date having count(distinct event_id) > 120
    )
"""
FOUND = {
    "timezone_offset": "zoned",
    "epoch_milliseconds": "epoch",
    "named_month": "named",
    "missing_id": "coalesce(user_id, '') = ''",
    "unparseable_time": "not (standard or zoned or epoch or named)",
    "unplanned_event": "event_name not in ('view', 'cart', 'purchase')",
    "wrong_type": "not regexp_full_match(price, '-?\\d+\\.\\d\\d')",
    "missing_revenue": "event_name = 'purchase' and price is null",
    "negative_price": "price like '-%'",
    "missing_property": "event_name = 'purchase' and order_id is null",
    "extra_property": "event_name = 'view' and coupon is not null",
    "impossible_order": OUT_OF_ORDER,
    "bot": BOTS,
}


def count(shop, where) -> int:
    return int(shop.sql(f"select count(*) as n from events where {where}")["n"][0])


@pytest.mark.parametrize("kind", FOUND)
def test_ledger_counts_what_the_log_holds(dirty, kind):
    assert dirty.ledger.kinds[kind] == count(dirty, FOUND[kind]) > 0


def test_duplicates(dirty):
    rows = count(dirty, "true")
    distinct = int(dirty.sql("select count(*) as n from (select distinct * from events)")["n"][0])
    events = int(dirty.sql("select count(distinct event_id) as n from events")["n"][0])
    assert dirty.ledger.rows == rows
    assert dirty.ledger.kinds["exact_duplicate"] == rows - distinct > 0
    assert dirty.ledger.kinds["late_duplicate"] == distinct - events > 0


def test_a_late_duplicate_differs_in_its_ingestion_only(dirty):
    lag = dirty.sql(
        "select count(distinct columns(* exclude (ingested_at, t, event_id))), count(*) as n,"
        " date_diff('minute', min(ingested_at), max(ingested_at)) as minutes from events"
        " where event_id in (select event_id from events group by 1 having count(*) > 1)"
        " group by event_id having count(distinct ingested_at) > 1"
    )
    assert (lag["n"] == 2).all()
    assert lag["minutes"].between(2 * 60, 72 * 60).all()
    assert (lag.drop(columns=["n", "minutes"]) <= 1).all(axis=None)


def test_kinds_never_share_a_row(dirty):
    flags = " + ".join(f"coalesce(({where})::int, 0)" for where in FOUND.values())
    copies = "(event_id in (select event_id from events group by 1 having count(*) > 1))::int"
    assert dirty.sql(f"select max({flags} + {copies}) as most from events")["most"][0] == 1


def test_the_cart_of_an_impossible_purchase_is_clean(dirty):
    odd = " or ".join(f"coalesce({FOUND[k]}, false)" for k in FOUND if k != "impossible_order")
    touched = dirty.sql(
        f"select count(*) as n from events as c where c.event_name = 'cart' and c.session_id in"
        f" (select session_id from events where {OUT_OF_ORDER}) and ({odd})"
    )
    assert touched["n"][0] == 0


def test_events_added_to_a_capped_log_have_ids_of_their_own(tmp_path, make_shop):
    shop = make_shop(tmp_path, bot_events_per_day=10, dirt={"unplanned_event": 0.2})
    assert shop.sql("select event_id from raw group by 1 having count(*) > 1").empty


def test_shares_are_planted_chunk_by_chunk(dirty):
    ledger = dirty.ledger
    for kind, share in dirty.study.data.dirt.model_dump().items():
        assert abs(ledger.kinds[kind] - share * ledger.clean_events) <= 1.5  # half a row a chunk
    assert ledger.rows == ledger.clean_events + ledger.added


def test_outcomes_are_never_lost(dirty):
    for kind in ("missing_id", "unparseable_time", "wrong_type", "negative_price"):
        assert count(dirty, f"({FOUND[kind]}) and event_name <> 'view'") == 0


def test_dirt_stays_inside_the_period(dirty):
    first, end = dirty.study.period.first, dirty.study.period.end
    assert count(dirty, f"t < '{first}' or t >= '{end}'") == 0


def test_bots_have_one_day_and_ids_of_their_own(dirty):
    bots = dirty.sql(
        f"select user_id, count(distinct t::date) as days, count(*) as n from events where {BOTS} group by user_id"
    )
    assert (bots["days"] == 1).all()
    assert bots["user_id"].str.startswith("u9").all()
    assert bots["n"].between(1.2 * 120, 6 * 120).all()
    assert count(dirty, f"user_id like 'u9%' and not ({BOTS})") == 0


def test_no_human_passes_a_low_limit_even_with_duplicates(tmp_path, make_shop):
    dirt = {"exact_duplicate": 0.3, "late_duplicate": 0.3, "unplanned_event": 0.3, "bot": 0.001}
    shop = make_shop(tmp_path, bot_events_per_day=10, dirt=dirt)
    most = shop.sql(
        "select max(n) as most from (select count(*) as n from raw"
        " where user_id < 'u9' group by user_id, event_time[:10])"
    )
    assert most["most"][0] <= 10
    lost = (
        "select 1 from (select distinct on (event_id) * from raw) group by user_id, product_id"
        " having count(*) filter (event_name = 'purchase') > count(*) filter (event_name = 'cart')"
    )
    assert shop.sql(lost).empty


def test_a_pool_too_small_plants_what_is_possible(tmp_path, make_shop):
    shop = make_shop(tmp_path, users=1_000, dirt={"impossible_order": 0.5, "missing_property": 1})
    kinds = shop.ledger.kinds
    bought, at_once = shop.sql(
        "select count(*), count(*) filter (session_id in"
        " (select session_id from raw where event_name = 'cart'))"
        " from raw where event_name = 'purchase'"
    ).iloc[0]
    assert kinds["impossible_order"] + kinds["missing_property"] == bought
    assert at_once >= kinds["impossible_order"] > 0.9 * at_once


def test_one_bot_at_least(tmp_path, make_shop):
    shop = make_shop(tmp_path, users=1_000, dirt={"bot": 0.0001})
    assert 300 < shop.ledger.kinds["bot"] < 900


def test_ledger_is_written_and_read(dirty):
    text = (dirty.folder / "ledger.json").read_text()
    assert Ledger.from_json(text) == dirty.ledger
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert set(dirty.ledger.kinds) == set(Dirt.model_fields)
    assert not list(dirty.folder.glob("*.tmp"))
