"""A mean over whole clusters, against scipy where they are equal and against matrices where they are not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from helpers.stats import Mean, Ratio, compare, cuped
from helpers.stats.summaries.whole_clusters import WholeClusters, equal_clusters, for_unequal

SIZES = st.lists(st.integers(1, 10_000), min_size=2, max_size=12)


def arm_of(sizes, seed: int = 1, mean: float = 5.0, **columns) -> WholeClusters:
    m, rng = np.asarray(sizes, float), np.random.default_rng(seed)
    return WholeClusters.from_values(m * rng.normal(mean, 1, m.size), m, columns or None)


@given(st.integers(2, 9), st.integers(2, 9), st.integers(1, 500))
def test_of_equal_sizes_it_is_welch_on_the_means_of_clusters(n_c, n_t, size):
    rng = np.random.default_rng([n_c, n_t, size])
    means = rng.normal(5, 1, n_c), rng.normal(6, 2, n_t)
    arms = [WholeClusters.from_values(m * size, np.full(m.size, size)) for m in means]
    found, wanted = compare(*arms), reference.ttest_ind(means[1], means[0], equal_var=False)
    low, high = wanted.confidence_interval()
    assert found.p_value == pytest.approx(wanted.pvalue, rel=1e-8)
    assert (found.df, found.absolute_low, found.absolute_high) == pytest.approx((wanted.df, low, high), rel=1e-8)


@given(SIZES)
def test_worth_is_that_of_kish_and_never_more_than_there_are(sizes):
    arm, m = arm_of(sizes), np.array(sizes, float)
    assert arm.equal == pytest.approx(m.sum() ** 2 / (m**2).sum())
    assert arm.equal == pytest.approx(float(equal_clusters(m.sum(), (m**2).sum())))
    assert 1 < arm.equal <= len(sizes) * (1 + 1e-12) and arm.df == arm.equal - 1
    assert arm.variance >= Ratio(arm.moments).variance * (1 - 1e-12)
    assert float(for_unequal(len(sizes), len(sizes))) == pytest.approx(1)


@given(SIZES)
def test_the_bare_sum_expects_one_less_the_share_of_one_of_equal_rows(sizes):
    """Of independent rows, by the matrix that makes residuals of totals."""
    m = np.array(sizes, float)
    left = np.eye(m.size) - np.outer(m, np.ones(m.size)) / m.sum()
    expected = np.trace(left @ np.diag(m) @ left.T) / m.sum()
    assert expected == pytest.approx(1 - 1 / float(equal_clusters(m.sum(), (m**2).sum())))


@given(SIZES, SIZES)
def test_clusters_can_be_added(one, other):
    both = arm_of(one) + arm_of(other, 2)
    m = np.array(one + other, float)
    assert both.n == m.size and both.equal == pytest.approx(m.sum() ** 2 / (m**2).sum())


def test_an_adjusted_arm_is_worth_what_its_rows_say():
    sizes = np.array([500, 20, 30, 10, 40.0])
    arms = [arm_of(sizes, seed, x=sizes * 3 + np.arange(5)) for seed in (1, 2)]
    adjusted = cuped(*arms)
    assert [type(arm) for arm in adjusted.arms] == [WholeClusters] * 2
    assert [arm.equal for arm in adjusted.arms] == pytest.approx([arm.equal for arm in arms])
    assert compare(adjusted.control, adjusted.treatment).df < 2 * (arms[0].equal - 1) + 1e-9


def test_one_cluster_with_every_row_tells_no_variance():
    arm = WholeClusters.from_values([3, 0], [2, 0])
    assert math.isnan(arm.variance) and arm.equal == 1
    found = compare(arm, arm_of([3, 4]))
    assert math.isnan(found.p_value) and "all its rows in one cluster" in found.note
    assert math.isnan(compare(WholeClusters.from_values([3], [2]), arm_of([3, 4])).p_value)
    assert math.isnan(WholeClusters.from_values([0, 0], [0, 0]).equal)


def test_the_interval_of_unequal_clusters_is_wider_than_that_of_a_plain_ratio():
    sizes = [5_000, 100, 90, 80, 120, 70]
    whole = compare(arm_of(sizes), arm_of(sizes, 2))
    plain = compare(*(Ratio(arm_of(sizes, seed).moments) for seed in (1, 2)))
    assert whole.absolute == plain.absolute and whole.df < plain.df
    assert whole.absolute_high - whole.absolute_low > 3 * (plain.absolute_high - plain.absolute_low)
    assert isinstance(Mean.from_values([1, 2]).mapped([[2.0]], [1.0]), Mean)
