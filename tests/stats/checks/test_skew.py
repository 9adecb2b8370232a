"""Skewness of a difference of means, against what is drawn."""

import math

import numpy as np
import pytest
from scipy import stats

from helpers.stats import InputError
from helpers.stats.checks.skew import SkewOfDifference, alike_p, skew_of_difference, unskewed_p


@pytest.mark.parametrize(
    ("control", "treatment"), [((90, 2.0), (10, 2.0)), ((40, 1.0), (40, 5.0)), ((20, 3.0), (60, 3.0))]
)
def test_the_skewness_is_that_of_differences_that_are_drawn(control, treatment, rng):
    """Exponential units of these means: variance the square of it, skewness 2; their sums are gamma."""
    (n_c, m_c), (n_t, m_t) = control, treatment
    drawn = rng.gamma(n_t, m_t / n_t, 400_000) - rng.gamma(n_c, m_c / n_c, 400_000)
    found = skew_of_difference((n_c, m_c**2, 2.0), (n_t, m_t**2, 2.0))
    assert found.skewness == pytest.approx(stats.skew(drawn), abs=0.02)
    assert found.factor == pytest.approx(355 * found.skewness**2)


def test_one_arm_alone_has_the_rule_of_355():
    """A control without end is a number: 355 squared skewnesses in the treatment are just enough."""
    g = 7.0
    enough = math.ceil(355 * g**2)
    assert not skew_of_difference((10**12, 1.0, g), (enough + 1, 1.0, g)).heavy
    assert skew_of_difference((10**12, 1.0, g), (enough - 100, 1.0, g)).heavy


def test_equal_arms_cancel_and_nothing_that_varies_is_no_skewness():
    assert skew_of_difference((500, 4.0, 30.0), (500, 4.0, 30.0)).factor == 0
    still = skew_of_difference((500, 0.0, math.nan), (500, 0.0, math.nan))
    assert math.isnan(still.skewness) and not still.heavy
    assert skew_of_difference((500, 0.0, math.nan), (500, 1.0, 2.0)).skewness == pytest.approx(2 / np.sqrt(500))
    with pytest.raises(InputError):
        skew_of_difference((0, 1.0, 1.0), (5, 1.0, 1.0))


def test_a_skewed_small_arm_fails_no_more_often_than_it_says(rng):
    """Lognormal units, 900 : 100: Welch's t is beyond .01 two and a half times too often."""
    runs, sizes = 4_000, (900, 100)
    arms = [np.exp(rng.standard_normal((runs, n))) for n in sizes]
    v_c, v_t = (x.var(axis=1, ddof=1) for x in arms)
    plain, freed = 0, 0
    for i in range(runs):
        g = np.average([stats.skew(x[i]) for x in arms], weights=sizes)
        welch = stats.ttest_ind(arms[1][i], arms[0][i], equal_var=False)
        of = skew_of_difference((900, v_c[i], g), (100, v_t[i], g))
        plain += welch.pvalue < 0.01
        p = unskewed_p(welch.statistic, welch.df, of.skewness)
        assert p >= welch.pvalue
        freed += p < 0.01
    assert plain / runs > 0.02 > 0.0125 > freed / runs


def test_without_skewness_it_is_the_larger_of_two_p_values(rng):
    arms = rng.normal(5, 1, 40), rng.normal(5.6, 2, 25)
    found = alike_p(*((x.size, x.mean(), x.var(ddof=1)) for x in arms), 0.0)
    assert found == pytest.approx(max(stats.ttest_ind(*arms, equal_var=same).pvalue for same in (True, False)))
    assert math.isnan(alike_p((5, 1.0, 0.0), (5, 2.0, 0.0), math.nan))
    assert math.isnan(alike_p((1, 1.0, math.nan), (5, 2.0, 1.0), 0.0))


def judged(rng, sizes, runs, draw, times):
    """Runs in which a history fails, by its own variances freed of the skewness, and by the larger p."""
    own = both = 0
    for _ in range(runs):
        arms = [draw(rng, n) * scale for n, scale in zip(sizes, (1, times), strict=True)]
        sides = [(x.size, x.mean(), x.var(ddof=1)) for x in arms]
        g = np.average([stats.skew(x) for x in arms], weights=sizes)
        of = skew_of_difference(*((n, v, g) for n, _, v in sides))
        welch = stats.ttest_ind(arms[1], arms[0], equal_var=False)
        own += unskewed_p(welch.statistic, welch.df, of.skewness) < 0.001
        both += alike_p(*sides, g) < 0.001
    return own / runs, both / runs


def test_a_small_arm_without_the_tail_of_a_history_is_no_imbalance(rng):
    own, both = judged(rng, (900, 100), 3_000, lambda r, n: (1 - r.random(n)) ** (-1 / 1.5), 1.0)
    assert own > 0.005 and both < 0.002


def test_a_skewed_history_that_was_moved_is_found(rng):
    assert judged(rng, (4_500, 500), 300, lambda r, n: np.exp(r.standard_normal(n)), 1.4)[1] > 0.9


@pytest.mark.parametrize(
    ("sigma", "units", "promise"), [(1.0, 2_000, True), (1.0, 700, True), (1.2, 300, False), (1.0, 60, False)]
)
def test_a_skewed_mean_misses_on_one_side_as_often_as_is_said_and_in_all_as_promised_until_that_doubles(
    rng, sigma, units, promise
):
    """Lognormal values: what the caveat of notebook 05 says of an interval, in both of its tellings."""
    runs, mean = 20_000, math.exp(sigma**2 / 2)
    skewness = (math.exp(sigma**2) + 2) * math.sqrt(math.expm1(sigma**2))
    t = np.concatenate([
        (x.mean(1) - mean) / (x.std(1, ddof=1) / math.sqrt(units))
        for x in (np.exp(sigma * rng.normal(size=(1_000, units))) for _ in range(runs // 1_000))
    ])  # fmt: skip
    z = stats.norm.isf(0.025)
    one, other = (t < -z).mean(), (t > z).mean()
    said = SkewOfDifference(skewness / math.sqrt(units), 355 * skewness**2 / units)
    assert said.heavy and (said.missed(0.05) <= 0.05) is promise and one > other
    error = 4 * math.sqrt(one / runs)
    if promise:
        assert abs(one - said.missed(0.05)) < error + 0.002 and abs(one + other - 0.05) < error + 0.008
    else:
        assert one + other > 0.06 and one > 0.05
