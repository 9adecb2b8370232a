"""BG/NBD and gamma-gamma recover the parameters of data made from them, and their likelihoods are the integrals they stand for."""

import numpy as np
import pytest
from scipy import integrate, stats

from helpers.errors import ReportError
from helpers.programme.prediction import lifetime, order_value
from helpers.warehouse import query

CDNOW = {"r": 0.2426, "alpha": 4.4135, "a": 0.793, "b": 2.426}
"""Published estimates for 2,357 customers of CDNOW over 39 weeks (Fader, Hardie and Lee 2005)."""
CUSTOMERS, WEEKS, AHEAD = 2_357 * 6, 39.0, 39.0


def histories(rng, customers, weeks, ahead):
    """Repeat orders by the model's own story: order, leave or stay, order again."""
    rate = rng.gamma(CDNOW["r"], 1 / CDNOW["alpha"], customers)
    leave = rng.beta(CDNOW["a"], CDNOW["b"], customers)
    age = weeks - rng.uniform(0, 12, customers)
    now, repeats, recency, later = np.zeros(customers), np.zeros(customers), np.zeros(customers), np.zeros(customers)
    alive = np.ones(customers, bool)
    while alive.any():
        now = now + rng.exponential(1 / np.maximum(rate, 1e-12))
        seen, after = alive & (now <= age), alive & (now > age) & (now <= age + ahead)
        repeats, recency, later = repeats + seen, np.where(seen, now, recency), later + after
        alive &= (now <= age + ahead) & (rng.random(customers) >= leave)
    return repeats, recency, age, later


@pytest.fixture(scope="module")
def made():
    return histories(np.random.default_rng(7), CUSTOMERS, WEEKS, AHEAD)


@pytest.fixture(scope="module")
def found(made):
    return lifetime.fit(*made[:3])


def test_the_parameters_of_cdnow_are_recovered_within_three_standard_errors(found):
    for name, planted in CDNOW.items():
        estimate = found.parameters[name]
        assert abs(np.log(estimate.value / planted)) < 3 * estimate.standard_error / estimate.value, name
    assert found.parameters["r"].standard_error < 0.02


def test_the_likelihood_is_its_integral():
    """Over the gamma of rates and the beta of chances to leave, by the midpoint rule on their quantiles."""
    middles = (np.arange(2_000) + 0.5) / 2_000
    rate = stats.gamma.ppf(middles, CDNOW["r"], scale=1 / CDNOW["alpha"])[:, None]
    leave = stats.beta.ppf(middles, CDNOW["a"], CDNOW["b"])
    for x, t, age in ((0, 0.0, 20.0), (1, 5.0, 30.0), (4, 25.0, 39.0)):
        there = (1 - leave) ** x * rate**x * np.exp(-rate * age)
        left = leave * (1 - leave) ** (x - 1) * rate**x * np.exp(-rate * t) if x else 0.0
        told = np.exp(lifetime.log_likelihood(*CDNOW.values(), x, t, age))
        assert told == pytest.approx((there + left).mean(), rel=2e-3)


def test_it_is_a_maximum(made, found):
    top = found.log_likelihood
    for k in range(4):
        for factor in (0.97, 1.03):
            moved = [v * (factor if i == k else 1) for i, v in enumerate(found.values)]
            assert lifetime.log_likelihood(*moved, *made[:3]).sum() < top


def test_what_is_expected_later_is_what_happens(made, found):
    repeats, recency, age, later = made
    told = lifetime.expected(found, AHEAD, repeats, recency, age)
    error = later.std() / np.sqrt(len(later))
    assert abs(told.mean() - later.mean()) < 3 * error
    for group in lifetime.holdout(told, later, repeats, most=4):
        assert abs(group.expected - group.seen.value) < 3.5 * group.seen.standard_error, group.name


def test_the_published_worked_example():
    """CDNOW customer: x = 2, t = 30.43, T = 38.86, in the next 39 weeks 1.226 (Fader, Hardie and Lee 2005)."""
    from helpers.stats.estimate import Estimate

    fit = lifetime.Fit({k: Estimate(v, 0, v, v, None) for k, v in CDNOW.items()}, 0.0, 1)
    assert float(lifetime.expected(fit, 39, 2, 30.43, 38.86)) == pytest.approx(1.226, abs=0.002)


def test_gamma_gamma_recovers_the_planted_values():
    rng = np.random.default_rng(8)
    planted = {"p": 5.0, "q": 4.0, "gamma": 3_600.0}
    n = 8_000
    orders = rng.geometric(0.4, n)
    rate = rng.gamma(planted["q"], 1 / planted["gamma"], n)
    mean = rng.gamma(planted["p"] * orders) / rate / orders
    found = order_value.fit(orders, mean)
    for name, value in planted.items():
        estimate = found.parameters[name]
        assert abs(np.log(estimate.value / value)) < 3 * estimate.standard_error / estimate.value, name
    told = order_value.expected(found, orders, mean)
    truth = planted["p"] / rate
    assert abs(told.mean() / truth.mean() - 1) < 0.03
    assert np.mean((told - truth) ** 2) < np.mean((mean - truth) ** 2), "shrinking helps"


def test_the_gamma_gamma_likelihood_is_its_integral():
    p, q, gamma, x, z = 5.0, 4.0, 3_600.0, 3, 6_500.0
    value, _ = integrate.quad(
        lambda u: stats.gamma.pdf(z, p * x, scale=1 / (x * stats.gamma.ppf(u, q, scale=1 / gamma))), 0, 1
    )
    assert float(order_value.log_likelihood(p, q, gamma, x, z)) == pytest.approx(np.log(value), abs=1e-6)


def test_histories_of_the_year_are_consistent(con):
    rows = query.query(con, "purchase_histories", calibration=270)
    assert (rows["recency"] <= rows["age"]).all() and ((rows["repeats"] == 0) == (rows["recency"] == 0)).all()
    (orders,) = con.execute("select count(*) from orders").fetchone()
    (new,) = con.execute(
        """select count(*) from orders where user_id not in (select user_id from orders where ordered <
        (select date_trunc('day', min(ordered)) + interval 270 day from orders))"""
    ).fetchone()
    assert rows["orders"].sum() + rows["later"].sum() + new == orders


def test_histories_without_repeats_have_no_maximum():
    with pytest.raises(ReportError, match="no maximum"):
        lifetime.fit(np.zeros(50), np.zeros(50), np.full(50, 30.0))
