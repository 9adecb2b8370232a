"""The shop: what every event log of it must satisfy, and the world it was made to resemble."""

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from helpers.config import Period
from helpers.errors import ReportError
from helpers.simulate import shop as shop_module
from helpers.simulate import simulate

EXPOSED = """
    with exposed as (
        select user_id, min(t) as since, any_value(visitor_type) as visitor_type,
            arg_min(device, t) as first_device
        from events where event_name = 'cart' and t >= '2026-07-27' group by user_id
    )
    select user_id, visitor_type, first_device as device,
        bool_or(event_name = 'purchase' and t >= since) as bought,
        coalesce(sum(price) filter (event_name = 'purchase' and t >= since), 0)::double as spent,
        coalesce(sum(price) filter (event_name = 'purchase' and t < '2026-07-27'), 0)::double
            as past
    from exposed join events using (user_id, visitor_type) group by all
"""


@pytest.fixture(scope="module")
def exposed(clean):
    """Users who reached a cart in the experiment, with what they spent before and after."""
    return clean.sql(EXPOSED)


def none(shop, query):
    return shop.sql(f"{query} limit 1").empty


def contents(shop):
    return {str(p.relative_to(shop.folder)): p.read_bytes() for p in shop.folder.rglob("*.*")}


def test_repeats_byte_for_byte_with_any_number_of_workers(tmp_path, monkeypatch, make_shop, dirty):
    dirt = dirty.study.data.dirt.model_dump()
    monkeypatch.setattr(shop_module, "USERS_PER_CHUNK", 1_500)
    first = make_shop(tmp_path / "a", dirt=dirt)
    monkeypatch.setattr(shop_module, "WORKERS", 1)
    assert contents(first) == contents(make_shop(tmp_path / "b", dirt=dirt))
    parts = sorted(p.name for p in (tmp_path / "a" / "events").iterdir())
    assert parts == [f"part-{i:04d}.parquet" for i in range(4)]
    assert contents(first) != contents(make_shop(tmp_path / "c", dirt=dirt, seed=6))


def test_columns(clean):
    schema = pq.read_schema(clean.folder / "events" / "part-0000.parquet")
    types = {field.name: str(field.type) for field in schema}
    assert types.pop("ingested_at") == "timestamp[us]"
    assert set(types.values()) == {"string"}
    assert list(types) == [
        *("event_id", "event_time", "event_name", "user_id", "session_id", "product_id"),
        *("category", "price", "order_id", "coupon", "visitor_type", "device", "channel"),
        *("campaign", "country", "city"),
    ]


def test_ids_have_their_form_and_are_unique(clean):
    for column, form in {
        "event_id": r"e\d{11}",
        "user_id": r"u[0-8]\d{7}",
        "session_id": r"s\d{10}",
        "product_id": r"p\d{5}",
        "order_id": r"o\d{10}",
        "event_time": r"2026-0[678]-\d\d \d\d:\d\d:\d\d\.\d{3}",
    }.items():
        assert none(clean, f"from raw where not regexp_full_match({column}, '{form}')"), column
    assert none(clean, "select event_id from raw group by 1 having count(*) > 1")
    assert none(clean, "select order_id from raw where order_id is not null group by 1 having count(*) > 1")


def test_nulls_stand_where_they_belong(clean):
    assert none(clean, "from raw where (order_id is not null) <> (event_name = 'purchase')")
    assert none(clean, "from raw where coupon is not null and event_name <> 'purchase'")
    assert none(clean, "from raw where (campaign is null) <> (channel in ('search', 'direct'))")
    used = clean.sql("select avg((coupon is not null)::int) as s from raw where event_name = 'purchase'")
    assert used["s"][0] == pytest.approx(0.12, abs=0.01)
    always = "event_id, event_time, ingested_at, user_id, session_id, product_id, category, price"
    for column in f"{always}, visitor_type, device, country, city".split(", "):
        assert none(clean, f"from raw where {column} is null"), column


def test_order_within_a_session(clean):
    """Views, then perhaps a cart, then perhaps its purchase; or one late purchase alone."""
    assert none(
        clean,
        "select session_id, min(t) filter (event_name = 'view') as v,"
        " min(t) filter (event_name = 'cart') as c, min(t) filter (event_name = 'purchase') as p,"
        " count(*) filter (event_name = 'cart') as carts,"
        " count(*) filter (event_name = 'purchase') as purchases from events group by 1"
        " having (v is null and (carts > 0 or purchases <> 1))"
        " or (v is not null and purchases > carts) or carts > 1 or c <= v or p <= c"
        " or count(distinct t) < count(*) or count(distinct user_id) > 1",
    )


def test_a_purchase_repeats_its_cart_in_its_session_within_half_an_hour(clean):
    assert none(
        clean,
        "with carts as (select user_id, product_id, price, session_id, t from events"
        " where event_name = 'cart') select p.event_id from events as p"
        " left join carts as c using (user_id, product_id, price) where p.event_name = 'purchase'"
        " group by 1 having bool_or(c.t < p.t and"
        " (c.session_id = p.session_id) = (p.t - c.t <= interval 30 minute)) is not true",
    )
    late = clean.sql(
        "select count(*) filter (where carts = 0) / count(*) as share from (select session_id,"
        " count(*) filter (event_name = 'cart') as carts from events group by 1"
        " having bool_or(event_name = 'purchase'))"
    )
    # the delay is lognormal: median 10 minutes, sigma 2, so P(delay > 30) = 1 - Phi(ln(3) / 2)
    assert late["share"][0] == pytest.approx(0.2914, abs=0.02)


def test_no_purchase_without_a_cart_of_its_own(clean):
    assert none(
        clean,
        "select user_id, product_id from events group by all"
        " having count(*) filter (event_name = 'purchase') > count(*) filter (event_name = 'cart')",
    )


def test_a_cart_was_viewed(clean):
    assert none(
        clean,
        "from events as c anti join events as v on v.event_name = 'view'"
        " and v.session_id = c.session_id and v.product_id = c.product_id and v.t < c.t"
        " where c.event_name = 'cart'",
    )


def test_users_keep_what_is_theirs(clean):
    assert none(
        clean,
        "select user_id from raw group by 1 having count(distinct (visitor_type, country, city)) > 1",
    )
    assert clean.sql("select count(distinct user_id) as n from raw")["n"][0] > 0.998 * clean.study.data.users
    by_type, by_time = clean.sql(
        "select corr(user_id[2:]::int, (visitor_type = 'returning')::int) as by_type,"
        " corr(user_id[2:]::int, epoch(t)) as by_time from events"
    ).iloc[0]
    assert abs(by_type) < 0.02
    assert abs(by_time) < 0.02


def test_everything_lies_inside_the_period(clean):
    period = clean.study.period
    assert none(clean, f"from events where t < '{period.first}' or t >= '{period.end}'")
    assert none(clean, "from events where ingested_at <= t or ingested_at > t + interval 10 minute")


def test_prices_are_the_catalogue_s(clean):
    file = clean.folder / "catalogue.parquet"
    assert none(
        clean,
        f"from events as e left join '{file}' as c using (product_id)"
        " where c.price is null or c.price <> 100 * e.price or c.category <> e.category",
    )
    schema = {field.name: str(field.type) for field in pq.read_schema(file)}
    assert schema == {
        "product_id": "string",
        "name": "string",
        "category": "string",
        "price": "int64",
    }


def test_size_of_the_default_world(clean, exposed):
    assert clean.ledger.rows == clean.ledger.clean_events
    scale = 200_000 / clean.study.data.users
    assert 1_600_000 < scale * clean.ledger.rows < 2_200_000
    assert 55_000 < scale * len(exposed) < 70_000


def test_new_users_buy_less_often_after_a_cart(exposed):
    rates = exposed.groupby("visitor_type")["bought"].mean()
    assert rates["new"] == pytest.approx(0.30, abs=0.02)
    assert rates["returning"] == pytest.approx(0.46, abs=0.02)
    by_device = exposed.groupby(["visitor_type", "device"])["bought"].mean().unstack()
    assert (by_device["mobile"] < by_device["desktop"] - 0.02).all()


def test_past_spend_predicts_spend(exposed):
    returning = exposed[exposed["visitor_type"] == "returning"]
    assert 0.45 < np.corrcoef(returning["past"], returning["spent"])[0, 1] < 0.65
    new = exposed[exposed["visitor_type"] == "new"]
    assert abs(np.corrcoef(new["past"], new["spent"])[0, 1]) < 0.05
    remaining = 1 - np.corrcoef(exposed["past"], exposed["spent"])[0, 1] ** 2
    assert 0.70 < remaining < 0.85


def test_order_values_are_heavy_tailed(clean):
    value = clean.sql("select price::double as v from events where event_name = 'purchase'")["v"]
    assert 40 < value.median() < 50
    assert 62 < value.mean() < 78
    assert np.log(value).std() == pytest.approx(0.9, abs=0.1)


def test_seasons_are_visible(clean):
    starts = "(select min(t) as t from events group by session_id)"
    by_hour = clean.sql(f"select hour(t) as h, count(*) as n from {starts} group by 1 order by 1")
    assert by_hour["h"][by_hour["n"].idxmax()] == 20
    assert by_hour["n"].max() > 8 * by_hour["n"].min()
    by_day = clean.sql(f"select isodow(t) as d, count(*) as n from {starts} group by 1 order by 1")
    assert by_day["d"][by_day["n"].idxmax()] == 7
    assert by_day["d"][by_day["n"].idxmin()] == 5


def test_new_users_come_in_every_week(clean):
    firsts = clean.sql(
        "select date_diff('week', timestamp '2026-06-29', t) as week, count(*) as n from"
        " (select min(t) as t from events where visitor_type = 'new' group by user_id)"
        " group by 1 order by 1"
    )
    assert len(firsts) == 8
    assert firsts["n"].max() < 1.1 * firsts["n"].min()


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-01-01T10:17:03.250", "2026-01-03T04:02:01"), ("2026-01-01T10:17", "2026-01-01T10:40")],
)
def test_a_period_of_any_length_without_a_baseline(tmp_path, make_study, start, end):
    data = make_study(users=1_000, dirt={"bot": 0.01, "impossible_order": 0.01}).data
    period = Period(start=start, end=end)
    ledger = shop_module.simulate_shop(data, period, tmp_path, progress=False)
    log = duckdb.read_parquet(f"{tmp_path}/events/*").select("event_time::timestamp as t")
    first, last = log.aggregate("min(t), max(t)").fetchone()
    assert period.start <= first < last < period.end
    assert (ledger.kinds["bot"] > 0) == (period.experiment_days > 1)


def test_a_study_with_a_log_is_refused(tmp_path, make_study):
    study = make_study()
    log = {"source": "log", "path": "x.csv", "columns": {}}
    columns = {name: name for name in ("event_time", "event_name", "user_id")}
    data = type(study).model_validate(study.model_dump() | {"data": log | {"columns": columns}, "segments": []})
    with pytest.raises(ReportError, match="nothing to simulate"):
        simulate(data, tmp_path)


def test_an_unknown_world_is_refused(tmp_path, make_study):
    study = make_study()
    data = study.data.model_copy(update={"world": "circus"})
    with pytest.raises(ReportError, match="no simulated world 'circus'"):
        simulate(study.model_copy(update={"data": data}), tmp_path)
