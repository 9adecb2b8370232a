"""Learners find whom an offer keeps, the policy's value is unbiased, and a ranking by chance has no Qini area."""

import numpy as np
import pandas as pd
import pytest

from helpers.programme.prediction import policy, uplift
from helpers.simulate.year import WORLD

COLUMNS = ["tickets_30", "days_idle", "yearly"]
COST, VALUE = 2.0, 60.0


def chances(rows):
    """To leave without and with the offer, by the world's own hazards."""
    idle = rows["days_idle"] > 45
    log = (
        np.log(WORLD.churn)
        + WORLD.churn_ticket * rows["tickets_30"]
        + WORLD.churn_idle * idle
        + WORLD.churn_yearly * rows["yearly"]
    )
    kind = np.where(rows["tickets_30"] > 0, 0, np.where(idle, 1, 2))
    extra = np.array([effect for _, effect in WORLD.offer_effect])[kind]
    without, offered = (-np.expm1(-WORLD.offer_days * np.exp(log + add)) for add in (0.0, extra))
    return kind, np.asarray(without), np.asarray(offered)


def offers(rng, n):
    rows = pd.DataFrame(
        {
            "subscriber": np.arange(n),
            "tickets_30": (rng.random(n) < 0.06).astype(int),
            "days_idle": rng.exponential(70, n),
            "yearly": (rng.random(n) < 0.35).astype(int),
            "treated": rng.random(n) < 0.5,
        }
    )
    kind, without, offered = chances(rows)
    rows["stays"] = rng.random(n) >= np.where(rows["treated"], offered, without)
    truth = pd.DataFrame(
        {
            "subscriber": rows["subscriber"],
            "kind": np.array([name for name, _ in WORLD.offer_effect])[kind],
            "churn_without": without,
            "churn_with": offered,
        }
    )
    return rows, truth


@pytest.fixture(scope="module")
def made():
    rows, truth = offers(np.random.default_rng(11), 30_000)
    return uplift.scored(rows, COLUMNS, 1), truth


def test_both_learners_rank_as_planted(made):
    at, truth = made
    known = at.rows[["subscriber"]].merge(truth, on="subscriber")
    planted = known["churn_without"] - known["churn_with"]
    for told in (at.t_learner, at.x_learner):
        assert np.corrcoef(told, planted)[0, 1] > 0.7
        assert (
            told[(known["kind"] == "disturbed").to_numpy()].mean()
            < 0
            < told[(known["kind"] == "persuadable").to_numpy()].mean()
        )


def test_by_uplift_the_disturbed_are_left_alone_and_by_the_chance_to_leave_they_are_not(made):
    at, truth = made
    rules = policy.compared(at, COST, VALUE)
    true = policy.planted(rules, at, truth, COST, VALUE).set_index("policy")
    for learner in ("T", "X"):
        mine = true.loc[f"estimated uplift, {learner}-learner"]
        assert mine["disturbed"] < 0.05 and mine["gain"] > 0.4
        assert mine["gain"] > true["gain"]["chance to leave"] + 0.3
    assert true["disturbed"]["chance to leave"] > 0.9
    for rule in rules:
        assert abs(rule.gain.value - true["gain"][rule.name]) <= 3 * rule.gain.standard_error, rule.name
    by = {rule.name: rule for rule in rules}
    assert by["estimated uplift, T-learner"].against.low > 0
    assert by["nobody"].gain.value == by["nobody"].share == 0


def test_the_interval_of_a_policys_gain_covers_it():
    rng, covered, runs = np.random.default_rng(12), 0, 400
    rows, truth = offers(rng, 2_000)
    treats = (rows["days_idle"] > 45).to_numpy()
    true = float((treats * ((truth["churn_without"] - truth["churn_with"]) * VALUE - COST)).mean())
    estimates = []
    for _ in range(runs):
        coin = rng.random(len(rows)) < 0.5
        stays = rng.random(len(rows)) >= np.where(coin, truth["churn_with"], truth["churn_without"])
        at = uplift.Scored(rows.assign(treated=coin, stays=stays), treats * 1.0, treats * 1.0, treats * 1.0)
        found = policy.compared(at, COST, VALUE)[0].gain
        estimates.append(found.value)
        covered += found.low <= true <= found.high
    assert 0.92 < covered / runs < 0.985
    assert abs(np.mean(estimates) - true) < 4 * np.std(estimates) / runs**0.5, "unbiased"


def test_a_ranking_by_chance_has_no_area_and_one_by_the_truth_has():
    rng = np.random.default_rng(13)
    rows, truth = offers(rng, 6_000)
    planted = (truth["churn_without"] - truth["churn_with"]).to_numpy()
    at = uplift.Scored(rows, planted, planted, planted)
    inside = 0
    for _ in range(60):
        found = uplift.qini("chance", rng.random(len(rows)), at, 60, rng)
        inside += found.area_low <= 0 <= found.area_high
    assert inside >= 51
    best = uplift.qini("truth", planted, at, 200, rng)
    assert best.area_low > 0 and best.won[0] == 0
    arms = at.stays[at.treated].mean() - at.stays[~at.treated].mean()
    assert best.won[-1] == pytest.approx(arms), "the curve ends at the effect on all"


def test_the_offers_of_the_year_have_their_features(con, rows):
    offered = uplift.offered(con, rows)
    assert len(offered) == con.execute("select count(*) from offers").fetchone()[0] == offered["subscriber"].nunique()
    planted = uplift.truth(con)
    assert set(planted["subscriber"]) == set(offered["subscriber"])
    both = offered.merge(planted, on="subscriber")
    assert ((both["kind"] == "disturbed") == (both["tickets_30"] > 0)).mean() > 0.99, "the same subscribers"
