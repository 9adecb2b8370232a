"""Uplift where nobody planted any: 42,000 customers of a real shop, half of whom got an e-mail by a coin."""

import duckdb
import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.programme.prediction import lifetime
from helpers.programme.prediction.uplift import qini, rankings, scored
from tests.real_data import real

FEATURES = ["recency", "history", "mens", "womens", "newbie"]


@pytest.fixture(scope="module")
def mailed():
    """Visits after the e-mail on women's goods, and without one."""
    rows = duckdb.sql(
        f"select *, segment = 'Womens E-Mail' as treated, visit = 1 as stays, visit = 0 as leaves"
        f" from read_csv('{real('hillstrom.csv')}') where segment in ('Womens E-Mail', 'No E-Mail')"
    ).df()
    return rows, scored(rows, FEATURES, seed=1)


def test_the_last_point_of_the_curve_is_the_effect_of_the_experiment(mailed):
    rows, held = mailed
    effect = rows.groupby("treated").stays.mean().diff().iloc[-1]
    assert effect == pytest.approx(0.151400 - 0.106167, abs=1e-6), "the figures of the data's own page"
    curve, _ = rankings(held, runs=20, seed=1)
    here = held.stays[held.treated].mean() - held.stays[~held.treated].mean()
    assert curve.won[-1] == pytest.approx(here) and abs(here - effect) < 0.01


def test_uplift_orders_customers_whom_their_visits_do_not(mailed):
    _, held = mailed
    by_uplift, by_visits = rankings(held, runs=200, seed=1)
    by_x = qini("X-learner", held.x_learner, held, 200, np.random.default_rng(2))
    assert by_uplift.area_low > 0 and by_x.area_low > 0
    assert by_visits.area_low < 0 < by_visits.area_high


def test_who_bought_womens_goods_is_whom_their_e_mail_moves(mailed):
    rows, held = mailed
    bought = held.rows["womens"].to_numpy() == 1
    assert held.t_learner[bought].mean() > held.t_learner[~bought].mean()
    effects = rows.groupby(["womens", "treated"]).stays.mean().unstack().diff(axis=1)[True]
    assert effects[1] > effects[0] > 0


def test_customers_who_never_seem_to_leave_are_no_fit_of_a_model_of_leaving():
    """The wholesale customers of Online Retail: the chance to leave goes to nothing, and no maximum can be told."""
    histories = duckdb.sql(
        f"""with days as (
            select distinct CustomerID as customer, date_diff('day', date '2010-12-01', InvoiceDate::date) as day
            from '{real("online_retail.parquet")}'
            where CustomerID is not null and Quantity > 0 and UnitPrice > 0 and InvoiceDate < timestamp '2011-06-09')
        select count(*) - 1 as repeats, max(day) - min(day) as recency, 190 - min(day) as age from days group by customer"""
    ).df()
    assert len(histories) == 2_787, "as many as the data's own page counts"
    with pytest.raises(ReportError, match="no maximum that can be told"):
        lifetime.fit(histories.repeats, histories.recency, histories.age)
