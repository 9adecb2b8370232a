"""The figures of independent implementations on the same two inputs, row by row.

Computed once with scipy 1.18.1, statsmodels 0.15.0, tea-tasting 2.0.0, gbstats 0.8.0, spotify-confidence 4.1.0,
ep-stats 2.5.10, cluster-experiments 0.31.0 and ambrosia 0.5.3 (peers.md). Methods that this package leaves to others
are checked in scipy and statsmodels themselves, so that every row of the table stands. Where a row names no program,
the table says only that the peers give it.
"""

import math

import numpy as np
import pytest
from scipy import stats

from helpers.stats import Mean, Proportion, compare, srm
from helpers.stats.bayes.comparison import compare_bayes
from helpers.stats.comparisons.linear import fieller, from_variances, relative_delta
from helpers.stats.comparisons.score import TwoByTwo
from helpers.stats.inference import critical, p_values

X_C, N_C, X_T, N_T = 16_249, 50_000, 16_522, 50_000
CONTROL, TREATMENT = Proportion(N_C, X_C), Proportion(N_T, X_T)
TABLE = [[X_C, N_C - X_C], [X_T, N_T - X_T]]
MEAN_C, MEAN_T = Mean.from_moments(35_637, 19.05, 13.4**2), Mean.from_moments(3_944, 21.57, 15.2**2)
V_C, V_T = 13.4**2 / 35_637, 15.2**2 / 3_944
Z = float(critical(0.05))


def test_estimates():
    """The peers: +0.00546, relative +0.0168010339; +2.52, relative +0.1322834646."""
    proportion, mean = compare(CONTROL, TREATMENT), compare(MEAN_C, MEAN_T)
    assert proportion.absolute == pytest.approx(0.00546, abs=1e-12)
    assert proportion.relative == pytest.approx(0.0168010339, abs=5e-11)
    assert mean.absolute == pytest.approx(2.52, abs=1e-12)
    assert mean.relative == pytest.approx(0.1322834646, abs=5e-11)


# --- proportion ---


def test_pooled_z_is_pearson_without_yates():
    """scipy.stats.chi2_contingency(correction=False), statsmodels proportions_ztest: p = 0.0658792269. The score
    statistic of this package is the same times (N - 1) / N."""
    z = compare(CONTROL, TREATMENT).statistic
    total = N_C + N_T
    assert float(p_values(z * math.sqrt(total / (total - 1)))) == pytest.approx(0.0658792269, abs=5e-11)


def test_wald():
    """statsmodels test_proportions_2indep(method="wald"): p = 0.0658746534, [-0.0003582706, 0.0112782706]."""
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    test = proportion.test_proportions_2indep(X_T, N_T, X_C, N_C, method="wald")
    low, high = proportion.confint_proportions_2indep(X_T, N_T, X_C, N_C, method="wald", compare="diff")
    np.testing.assert_allclose([test.pvalue, low, high], [0.0658746534, -0.0003582706, 0.0112782706], atol=6e-11)


def test_miettinen_nurminen():
    """statsmodels score_test_proportions_2indep: p = 0.0658805790. Its interval, [-0.0003584011, 0.0112778094], is
    off in the seventh decimal (issue 10269: a count stands for a number of units in the cubic), so ours is held to
    its own equation: the statistic at each end is the normal quantile."""
    e = compare(CONTROL, TREATMENT)
    assert e.p_value == pytest.approx(0.0658805790, abs=5e-11)
    assert e.absolute_low == pytest.approx(-0.0003584011, abs=1e-9)
    assert e.absolute_high == pytest.approx(0.0112778094, abs=3e-7)
    table = TwoByTwo.of(X_C, N_C, X_T, N_T)
    assert table.z_difference(e.absolute_low) == pytest.approx(Z, abs=1e-10)
    assert table.z_difference(e.absolute_high) == pytest.approx(-Z, abs=1e-10)


def test_newcombe():
    """statsmodels confint_proportions_2indep(method="newcomb"): [-0.0003583639, 0.0112778507]; the score interval is
    near it."""
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    published = [-0.0003583639, 0.0112778507]
    theirs = proportion.confint_proportions_2indep(X_T, N_T, X_C, N_C, method="newcomb", compare="diff")
    np.testing.assert_allclose(theirs, published, atol=6e-11)
    e = compare(CONTROL, TREATMENT)
    np.testing.assert_allclose([e.absolute_low, e.absolute_high], published, atol=4e-7)


def test_yates():
    """scipy.stats.chi2_contingency(correction=True): p = 0.0668758639, beside Fisher's."""
    p = stats.chi2_contingency(TABLE, correction=True).pvalue
    assert p == pytest.approx(0.0668758639, abs=5e-11)
    assert stats.fisher_exact(TABLE).pvalue == pytest.approx(p, abs=1e-6)


def test_fisher():
    """scipy.stats.fisher_exact: p = 0.0668750390."""
    assert stats.fisher_exact(TABLE).pvalue == pytest.approx(0.0668750390, abs=5e-11)


def test_katz():
    """statsmodels confint_proportions_2indep(compare="ratio", method="log"): [-0.0010934879, 0.0350161202],
    p = 0.0658869284; the score interval of the ratio is near it."""
    published = [-0.0010934879, 0.0350161202]
    p_c, p_t = X_C / N_C, X_T / N_T
    error = math.sqrt((1 - p_c) / X_C + (1 - p_t) / X_T)
    log_ratio = math.log(p_t / p_c)
    np.testing.assert_allclose(
        [math.expm1(log_ratio - Z * error), math.expm1(log_ratio + Z * error)], published, atol=6e-11
    )
    assert float(p_values(log_ratio / error)) == pytest.approx(0.0658869284, abs=5e-11)
    e = compare(CONTROL, TREATMENT)
    np.testing.assert_allclose([e.relative_low, e.relative_high], published, atol=1e-6)


def test_relative_delta_of_a_proportion():
    """A relative interval by the delta method with normal quantiles: [-0.0012528215, 0.0348548893], p = 0.0681588631."""
    p_c, p_t = X_C / N_C, X_T / N_T
    error = float(relative_delta(*map(np.asarray, (p_c, p_c * (1 - p_c) / N_C, p_t, p_t * (1 - p_t) / N_T))))
    relative = p_t / p_c - 1
    published = [-0.0012528215, 0.0348548893]
    np.testing.assert_allclose([relative - Z * error, relative + Z * error], published, atol=6e-11)
    assert float(p_values(relative / error)) == pytest.approx(0.0681588631, abs=1e-10)


def test_flat_prior_posterior():
    """Flat prior, 4e6 draws: P(better) = 0.967157, expected loss of shipping 3.83e-05 and of keeping 0.0055003."""
    e = compare_bayes(CONTROL, TREATMENT)
    assert e.chance_to_beat == pytest.approx(0.967157, abs=4e-4)
    assert e.loss_of_shipping == pytest.approx(3.83e-05, rel=0.01)
    assert e.loss_of_waiting == pytest.approx(0.0055003, rel=0.001)


# --- mean ---


def test_welch():
    """scipy.stats.ttest_ind_from_stats(equal_var=False): t = 9.9909808799, df = 4646.6561475, p = 2.861824548e-23,
    [2.0255144061, 3.0144855939]."""
    e = compare(MEAN_C, MEAN_T)
    assert e.statistic == pytest.approx(9.9909808799, abs=5e-11)
    assert e.df == pytest.approx(4646.6561475, abs=5e-8)
    assert e.p_value == pytest.approx(2.861824548e-23, rel=1e-9)
    np.testing.assert_allclose([e.absolute_low, e.absolute_high], [2.0255144061, 3.0144855939], atol=6e-11)


def test_unpooled_z():
    """statsmodels ztest_generic: [2.0256432096, 3.0143567904], p = 1.669217238e-23."""
    arms = map(np.asarray, (19.05, V_C, 21.57, V_T, np.inf))
    e = from_variances(*arms, 0.05, "two-sided")
    np.testing.assert_allclose([e.absolute_low, e.absolute_high], [2.0256432096, 3.0143567904], atol=6e-11)
    assert float(e.p_value) == pytest.approx(1.669217238e-23, rel=1e-9)


def test_relative_delta_of_a_mean():
    """Delta method with Welch's t: [0.1060378805, 0.1585290486], p = 8.414634325e-23; normal: [0.1060447170,
    0.1585222122], p = 5.021796544e-23."""
    error = float(relative_delta(*map(np.asarray, (19.05, V_C, 21.57, V_T))))
    relative = 2.52 / 19.05
    published = [0.1060447170, 0.1585222122]
    np.testing.assert_allclose([relative - Z * error, relative + Z * error], published, atol=1e-10)
    assert float(p_values(relative / error)) == pytest.approx(5.021796544e-23, rel=1e-9)
    df = compare(MEAN_C, MEAN_T).df
    t = float(critical(0.05, df))
    np.testing.assert_allclose([relative - t * error, relative + t * error], [0.1060378805, 0.1585290486], atol=1e-9)
    assert float(p_values(relative / error, df)) == pytest.approx(8.414634325e-23, rel=1e-8)


def test_log_ratio_of_a_mean():
    """Log ratio, normal: [0.1063464014, 0.1588285934], p = 7.958685208e-26; Fieller is near it."""
    published = [0.1063464014, 0.1588285934]
    error = math.sqrt(V_C / 19.05**2 + V_T / 21.57**2)
    log_ratio = math.log(21.57 / 19.05)
    np.testing.assert_allclose(
        [math.expm1(log_ratio - Z * error), math.expm1(log_ratio + Z * error)], published, atol=6e-11
    )
    assert float(p_values(log_ratio / error)) == pytest.approx(7.958685208e-26, rel=1e-8)
    e = compare(MEAN_C, MEAN_T)
    np.testing.assert_allclose([e.relative_low, e.relative_high], published, atol=3e-4)


def test_fieller():
    """Fieller with normal quantiles: [0.1061043416, 0.1585833753], from the formula, from the array path with
    infinite degrees of freedom and from a flat prior."""
    published = [0.1061043416, 0.1585833753]
    low, high = fieller(*map(np.asarray, (19.05, V_C, 2.52, V_T, Z, True)))
    arrays = from_variances(*map(np.asarray, (19.05, V_C, 21.57, V_T, np.inf)), 0.05, "two-sided")
    belief = compare_bayes(MEAN_C, MEAN_T)
    for pair in ((low, high), (arrays.relative_low, arrays.relative_high), (belief.relative_low, belief.relative_high)):
        np.testing.assert_allclose([float(end) for end in pair], published, atol=6e-11)


def test_sample_ratio():
    """scipy.stats.chisquare: 35,637 and 3,944 against 90/10, p = 0.8132460021."""
    assert srm([35_637, 3_944], [0.9, 0.1]).p_value == pytest.approx(0.8132460021, abs=5e-11)
