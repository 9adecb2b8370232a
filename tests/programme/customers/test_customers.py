"""Segments of customers against counting by hand, planted groups, and each other."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_blobs

from helpers.config import programme
from helpers.errors import ReportError
from helpers.programme.customers import clusters, lifecycle, movement, power, rfm
from helpers.warehouse import query
from tests.year import small_year


@pytest.fixture(scope="module")
def asked():
    return programme.load("programmes/shop_year.yml")


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    con = query.tables(small_year(tmp_path_factory))
    yield con
    con.close()


@pytest.fixture(scope="module")
def later(con, asked):
    return rfm.shoppers(con, asked, back=1)


def test_scores_are_fifths_and_ties_share_one(later):
    bought = later[later.orders > 0]
    for score, column in (("recency", "recency_days"), ("frequency", "orders"), ("monetary", "spend_cents")):
        assert bought.groupby(column)[score].nunique().max() == 1, "equal values have one score"
        assert set(bought[score]) <= {1, 2, 3, 4, 5} and later.loc[later.orders == 0, score].isna().all()
    shares = bought.monetary.value_counts(normalize=True)
    assert ((shares - 0.2).abs() < 0.01).all(), "amounts have no ties, so each fifth holds a fifth"
    assert bought.groupby("frequency").orders.mean().is_monotonic_increasing
    assert bought.groupby("recency").recency_days.mean().is_monotonic_decreasing


def test_groups_are_exhaustive_and_champions_spend_most(later):
    assert set(later.group) <= {*rfm.GROUPS, rfm.NONE} and (later.group == rfm.NONE).sum() == (later.orders == 0).sum()
    told = rfm.spending(later, "group")
    assert sum(g.shoppers for g in told) == len(later) and all(g.low <= g.next_cents <= g.high for g in told)
    assert told[0].name in ("champions", "big spenders")


def test_states_are_those_of_a_count_by_hand_and_the_accounting_adds_up(con, asked):
    periods = lifecycle.growth(con, asked)
    days = asked.segments.interval_days
    orders = con.execute("select user_id, ordered from orders").df()
    first = con.execute("select min(joined)::date from users").fetchall()[0][0]
    number = (orders.ordered.dt.normalize() - pd.Timestamp(first)).dt.days // days
    active = {n: set(orders.user_id[number == n]) for n in range(len(periods))}
    seen: set[str] = set()
    for p in periods:
        now, last = active[p.number], active.get(p.number - 1, set())
        assert (p.new, p.returning, p.resurrecting, p.lapsed) == (
            len(now - seen), len(now & last), len((now & seen) - last), len(last - now),
        )  # fmt: skip
        assert p.active == len(now) and p.change == len(now) - len(last) and p.dormant == len(seen - now)
        seen |= now


@pytest.mark.parametrize("k", [2, 4])
def test_as_many_clusters_as_were_planted(monkeypatch, k):
    points, kind = make_blobs(900, centers=np.eye(6)[:k] * 12, cluster_std=1.0, n_features=6, random_state=3)
    table = pd.DataFrame(points, columns=list(clusters.WORDS))
    monkeypatch.setattr(clusters, "features", lambda frame: frame)
    found = clusters.clustering(table, 5, 0.95, np.random.default_rng(1))
    assert found.k == k and sum(c.shoppers for c in found.clusters) == 900
    truth = clusters.against_truth(found, pd.Series(kind.astype(str), index=table.index), np.random.default_rng(2), 50)
    assert truth.low > 0.95
    shuffled = pd.Series(np.random.default_rng(4).permutation(kind).astype(str), index=table.index)
    chance = clusters.against_truth(found, shuffled, np.random.default_rng(2), 50)
    assert abs(chance.index) < 0.02


def test_too_few_shoppers_are_refused(later):
    with pytest.raises(ReportError, match="too few shoppers to cluster"):
        clusters.clustering(later.head(30), 5, 0.8, np.random.default_rng(1))


def test_movement_is_a_matrix_of_shares_and_small_segments_are_pooled():
    before = pd.Series(["a"] * 60 + ["b"] * 40 + ["c"] * 2)
    after = pd.Series(["a"] * 45 + ["b"] * 15 + ["b"] * 40 + ["a"] * 2)
    found = movement.movement(before, after, 10)
    assert found.before == ("a", "b", "other") and found.counts == ((45, 15), (0, 40), (2, 0))
    assert found.stayed.share == pytest.approx(85 / 102) and found.share("a", "b").share == pytest.approx(0.25)
    assert found.share("a", "b").low == pytest.approx(0.1577, abs=5e-4), "Wilson, by hand"


def test_variance_removed_is_what_was_planted():
    """Two equal groups whose means lie two within-group deviations apart hold half of the variance between them."""
    rng = np.random.default_rng(5)
    high = rng.random(6_000) < 0.5
    spent = 1_000 * high + rng.normal(0, 500, 6_000) + 5_000
    frame = pd.DataFrame({"next_cents": spent, "before_cents": rng.normal(0, 1, 6_000), "kind": high.astype(str)})
    kind, adjusted = power.gains(frame, {"kind": "kind"}, 10, rng)
    assert kind.low < 0.5 < kind.high and kind.high - kind.low < 0.06 and kind.saved == round(1_000 * kind.removed)
    assert adjusted.low < 0.002 and adjusted.removed < 0.005, "noise takes nothing off"
