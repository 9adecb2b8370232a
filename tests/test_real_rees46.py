"""Three hours of a real shop through the pipeline, against figures made with pandas."""

from decimal import Decimal

import pytest

from helpers import config, ingest, paths
from helpers.config import tracking_plan
from helpers.warehouse import build
from helpers.warehouse import query as warehouse

LOG = paths.real_data_dir() / "rees46_2019-10-01_first3h.csv"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LOG.is_file(), reason=f"no {LOG.name} in the folder of real logs (set REAL_DATA_DIR)"),
]


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    study = config.load("studies/rees46.yml")
    where = paths.StudyPaths(study.name, tmp_path_factory.mktemp("rees46"))
    ingest.land(study, where.raw)
    build.build(study, where)
    with warehouse.connect(where.database) as connection:
        yield connection


def one(con, query: str):
    return con.execute(query).fetchall()[0]


@pytest.fixture(scope="module")
def flow(con):
    return dict(con.execute("select kind, rows from marts.fct_row_flow").fetchall())


def test_rows(con, flow):
    assert one(con, "select all_rows from intermediate.int_row_checks") == (17_434,)
    assert flow["malformed_line"] == 1
    assert flow["exact_duplicate"] == 5
    assert flow["late_duplicate"] == flow["bot"] == 0
    assert flow["kept"] == 17_429
    quarantined = [kind for kind, what in tracking_plan.ROW_KINDS.items() if what == "quarantined"]
    assert sum(flow[kind] for kind in quarantined) == 1


def test_events_by_name(con):
    raw = dict(con.execute("select event_name, count(*) from staging.base_events group by 1").fetchall())
    assert raw == {"view": 17_055, "cart": 165, "purchase": 214}
    clean = dict(con.execute("select event_name, events from marts.fct_events").fetchall())
    assert clean == {"view": 17_051, "cart": 164, "purchase": 214}


def test_users_by_event(con):
    assert one(con, "select min(units_in_log) from marts.fct_events") == (4_504,)
    query = "select event_name, count(distinct user_id) from staging.stg_events group by 1"
    assert dict(con.execute(query).fetchall()) == {"view": 4_504, "cart": 111, "purchase": 193}


def test_free_products_and_sessions_of_two_users(con):
    assert one(con, "select count(*) from staging.stg_events_checked where amount <= 0") == (19,)
    shared = "select session_id from staging.stg_events group by 1 having count(distinct user_id) = 2"
    assert one(con, f"select count(*) from ({shared})") == (1,)


def test_revenue_to_the_cent(con):
    query = "select sum(amount) from staging.stg_events where event_name = 'purchase'"
    assert Decimal(int(one(con, query)[0])) / 100 == Decimal("59442.63")


def test_funnels(con):
    query = "select funnel, list(units order by step) from marts.fct_funnel where dimension = 'all' group by 1"
    funnels = dict(con.execute(query).fetchall())
    assert funnels["strict"] == [4_504, 111, 62]
    assert funnels["optional"][0] == 4_504 and funnels["optional"][2] == 192


def test_buyers_beside_the_cart(con):
    """193 users buy, one of them before the log's first cart event alone."""
    columns = "converted_units, without_exposure, without_entry + before_entry, earlier_units"
    assert one(con, f"select {columns} from marts.fct_funnel_bypass") == (192, 130, 1, 1)
