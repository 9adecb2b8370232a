"""Risk of a false positive, and losses in closed form."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import betainc, betaincc, betaincinv, betaln

from helpers.stats import InputError, Mean, Posterior, Proportion, false_positive_risk, posterior
from helpers.stats.bayes.beta import BetaPair, BetaPrior
from helpers.stats.bayes.comparison import compare_bayes
from helpers.validation import bayes as topic
from helpers.validation import run


@pytest.mark.parametrize(("rate", "risk"), [(1 / 3, 5.9), (0.20, 11.1), (0.15, 15.0), (0.10, 22.0), (0.08, 26.4)])
def test_published_risks(rate, risk):
    """Kohavi, Deng and Vermeer (2022), alpha .05, power .8."""
    assert 100 * false_positive_risk(0.05, 0.80, rate) == pytest.approx(risk, abs=0.06)


@pytest.mark.parametrize(("mean", "sd"), [(1.0, 2.0), (-0.3, 0.1), (0.0, 1.0), (4.0, 0.9)])
def test_losses_are_the_integrals(mean, sd):
    belief, density = Posterior(mean, sd), stats.norm(mean, sd).pdf
    options = {"epsabs": 0, "epsrel": 1e-10}
    worse = integrate.quad(lambda v: -v * density(v), mean - 40 * sd, 0, points=[mean], **options)
    better = integrate.quad(lambda v: v * density(v), 0, mean + 40 * sd, points=[mean], **options)
    assert belief.loss_of_shipping == pytest.approx(worse[0], rel=1e-6)
    assert belief.loss_of_waiting == pytest.approx(better[0], rel=1e-6)
    assert belief.loss_of_waiting - belief.loss_of_shipping == pytest.approx(mean, rel=1e-12, abs=1e-15)


def test_peers_flat_prior():
    """peers.md: 4e6 draws of the Beta posteriors."""
    belief = posterior(Proportion(50000, 16249), Proportion(50000, 16522))
    assert belief.chance_to_beat == pytest.approx(0.967157, abs=5e-4)
    assert belief.loss_of_shipping == pytest.approx(3.83e-05, rel=0.02)
    assert belief.loss_of_waiting == pytest.approx(0.0055003, rel=0.002)


def test_prior_shrinks_by_precision():
    b = Posterior.from_estimate(2.0, 1.0, Posterior(0.0, 0.5))
    assert b.mean == pytest.approx(0.4) and b.sd == pytest.approx(math.sqrt(0.2))
    wide = Posterior.from_estimate(2.0, 1.0, Posterior(0.0, 1e6))
    assert wide.mean == pytest.approx(2.0)


def test_far_tails_stay_finite_and_ordered():
    losses = [Posterior(float(z), 1.0).loss_of_shipping for z in range(40)]
    assert (np.diff(losses) <= 0).all() and 0 < losses[30] < 1e-190
    assert Posterior(1e9, 1.0).loss_of_shipping == 0


def test_refusals():
    with pytest.raises(InputError):
        posterior(Proportion(9, 0), Proportion(9, 0))
    with pytest.raises(InputError):
        Posterior(math.nan, 1.0)
    with pytest.raises(InputError):
        false_positive_risk(0.05, 0.8, 0.0)


# --- compare_bayes ---

PEERS = Proportion(50_000, 16_249), Proportion(50_000, 16_522)


def test_peers_beta_posteriors():
    """peers.md: 4e6 draws of Beta(1, 1) posteriors, so four digits of the chance and two of the small loss."""
    found = compare_bayes(*PEERS)
    assert found.chance_to_beat == pytest.approx(0.967157, abs=4 * math.sqrt(0.033 / 4e6))
    assert found.loss_of_shipping == pytest.approx(3.83e-05, rel=0.01)
    assert found.loss_of_waiting == pytest.approx(0.0055003, rel=0.001)
    assert found.prior == "Beta(1, 1) on each arm"
    assert found.text.startswith("Chance that the treatment is better 0.967")


def test_small_whole_numbers_have_a_closed_form():
    """Evan Miller (2014), formula for the probability to be best; by hand: 1 of 1 against 0 of 1 gives 5/6."""
    assert compare_bayes(Proportion(1, 0), Proportion(1, 1)).chance_to_beat == pytest.approx(5 / 6, abs=1e-13)

    def closed(a_c, b_c, a_t, b_t):
        terms = (math.exp(betaln(a_c + i, b_c + b_t) - math.log(b_t + i) - betaln(1 + i, b_t) - betaln(a_c, b_c))
                 for i in range(a_t))  # fmt: skip
        return sum(terms)

    for x_c, n_c, x_t, n_t in ((3, 10, 9, 10), (40, 400, 9, 50), (7, 20, 5, 3000)):
        found = compare_bayes(Proportion(n_c, x_c), Proportion(n_t, x_t)).chance_to_beat
        assert found == pytest.approx(closed(x_c + 1, n_c - x_c + 1, x_t + 1, n_t - x_t + 1), abs=1e-11)


@pytest.mark.parametrize("case", [(3, 10, 9, 10), (0, 5, 0, 7), (40, 40, 1, 40), (20, 20, 20, 20), (20, 900, 3, 40)])
@pytest.mark.parametrize("prior", [BetaPrior(), BetaPrior(0.5, 0.5), BetaPrior(2, 30)])
def test_losses_and_tails_against_adaptive_quadrature(case, prior):
    """scipy.integrate.quad of the functions behind scipy.stats.beta, whose checks of every argument take minutes."""
    x_c, n_c, x_t, n_t = case
    c = (x_c + prior.successes, n_c - x_c + prior.failures)
    t = (x_t + prior.successes, n_t - x_t + prior.failures)
    found = compare_bayes(Proportion(n_c, x_c), Proportion(n_t, x_t), prior=prior)
    options = {"epsabs": 1e-13, "epsrel": 1e-11, "limit": 400}
    points = sorted({a / (a + b) for a, b in (c, t)})
    shipping = integrate.quad(lambda x: betainc(*t, x) * betaincc(*c, x), 0, 1, points=points, **options)[0]
    waiting = integrate.quad(lambda x: betainc(*c, x) * betaincc(*t, x), 0, 1, points=points, **options)[0]
    assert found.loss_of_shipping == pytest.approx(shipping, rel=1e-7, abs=1e-12)
    assert found.loss_of_waiting == pytest.approx(waiting, rel=1e-7, abs=1e-12)

    def below(edge):
        return integrate.quad(lambda u: betainc(*t, min(max(edge(betaincinv(*c, u)), 0), 1)), 0, 1, **options)[0]

    for end, level in ((found.absolute_low, 0.025), (found.absolute_high, 0.975)):
        assert below(lambda p, d=end: p + d) == pytest.approx(level, abs=2e-6)
    for end, level in ((found.relative_low, 0.025), (found.relative, 0.5), (found.relative_high, 0.975)):
        assert below(lambda p, r=end: p * (1 + r)) == pytest.approx(level, abs=2e-6)


@settings(max_examples=60)
@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_the_intervals_exclude_zero_together(n_c, n_t, data):
    x_c, x_t = data.draw(st.integers(0, n_c)), data.draw(st.integers(0, n_t))
    found = compare_bayes(Proportion(n_c, x_c), Proportion(n_t, x_t))
    absolute = found.absolute_low > 0 or found.absolute_high < 0
    assert absolute == (found.relative_low > 0 or found.relative_high < 0)
    clear = abs(abs(found.chance_to_beat - 0.5) - 0.475) > 1e-9
    if clear:
        assert absolute == (abs(found.chance_to_beat - 0.5) > 0.475)
    mirrored = compare_bayes(Proportion(n_t, x_t), Proportion(n_c, x_c))
    assert mirrored.chance_to_beat == pytest.approx(1 - found.chance_to_beat, abs=1e-10)
    assert mirrored.loss_of_shipping == pytest.approx(found.loss_of_waiting, rel=1e-6, abs=1e-12)


def test_a_strong_prior_pulls_both_arms_together():
    flat, strong = (compare_bayes(*PEERS, prior=prior) for prior in (None, BetaPrior(3e6, 6e6)))
    assert 0 < strong.absolute < flat.absolute / 50


MEANS = Mean.from_moments(35_637, 19.05, 13.4**2), Mean.from_moments(3_944, 21.57, 15.2**2)


def test_normal_with_a_flat_prior_is_fieller_with_normal_quantiles():
    """peers.md: unpooled z, and Fieller with normal quantiles."""
    found = compare_bayes(*MEANS)
    np.testing.assert_allclose([found.absolute_low, found.absolute_high], [2.0256432096, 3.0143567904], atol=1e-9)
    np.testing.assert_allclose([found.relative_low, found.relative_high], [0.1061043416, 0.1585833753], atol=1e-9)


@pytest.mark.parametrize("sign", [1, -1])
def test_normal_with_a_prior_against_draws(rng, sign):
    """The joint posterior of control and effect by its 2 x 2 precision matrix, then 2e6 draws."""
    prior = Posterior(-0.2, 0.3)
    arms = Mean.from_moments(400, sign * 5.0, 9.0), Mean.from_moments(100, sign * 5.0 + 0.6, 16.0)
    found = compare_bayes(*arms, prior=prior)
    v_c, v_t = 9 / 400, 16 / 100
    precision = np.diag([1 / v_c, 1 / v_t]) + np.array([[1, -1], [-1, 1]]) / prior.sd**2
    weighed = np.array([sign * 5.0 / v_c, (sign * 5.0 + 0.6) / v_t]) + np.array([-1, 1]) * prior.mean / prior.sd**2
    covariance = np.linalg.inv(precision)
    draws = rng.multivariate_normal(covariance @ weighed, covariance, 2_000_000)
    gain = draws[:, 1] - draws[:, 0]
    assert found.chance_to_beat == pytest.approx((gain > 0).mean(), abs=2e-3)
    assert found.absolute == pytest.approx(gain.mean(), abs=2e-3)
    np.testing.assert_allclose(
        [found.relative_low, found.relative, found.relative_high],
        np.quantile(gain / np.abs(draws[:, 0]), [0.025, 0.5, 0.975]),
        atol=1e-3,
    )


def test_a_control_near_zero_has_no_relative_interval():
    faint = Mean.from_moments(100, 0.1, 4.0)
    found = compare_bayes(faint, Mean.from_moments(100, 0.2, 4.0))
    assert (found.relative_low, found.relative_high) == (-math.inf, math.inf) and "told from zero" in found.note
    assert found.note in found.text
    up, down = (compare_bayes(faint, Mean.from_moments(100, level, 4.0)) for level in (9.0, -9.0))
    assert up.relative_low == 0 and down.relative_high == 0


def test_compare_bayes_refuses():
    with pytest.raises(InputError, match="BetaPrior or None"):
        compare_bayes(*PEERS, prior=Posterior(0, 1))
    with pytest.raises(InputError, match="absolute effect"):
        compare_bayes(*MEANS, prior=BetaPrior())
    with pytest.raises(InputError, match="prior failures"):
        BetaPrior(1, 0)
    with pytest.raises(InputError, match="at least one unit"):
        compare_bayes(Proportion(0, 0), Proportion(1, 1))


def test_the_calibration_notices_a_prior_left_out(monkeypatch):
    case = next(c for c in topic.CASES if "Beta(2, 18)" in str(c) and "interval (difference)" in str(c))
    assert run(case, 1_000).kept
    real = BetaPair.of
    monkeypatch.setattr(BetaPair, "of", lambda x_c, n_c, x_t, n_t, prior: real(x_c, n_c, x_t, n_t, BetaPrior(18, 2)))
    topic.quantiles.cache_clear()
    assert not run(case, 1_000).kept
    topic.quantiles.cache_clear()
