"""CUPED against R's regression, and its promise in simulation."""

import math

import numpy as np
import pytest

from helpers.stats import InputError, Mean, Moments, Proportion, Ratio, beside_size, compare, cuped
from helpers.stats.summaries.whole_clusters import WholeClusters


def test_golden_theta_and_ancova(golden):
    c = golden["covariate"]
    x, y, g = (np.array(c[k]) for k in ("x", "y", "group"))
    arms = [Mean.from_values(y[g == k], {"x": x[g == k]}) for k in (0, 1)]
    result = cuped(*arms)
    assert result.reduction.theta[0] == pytest.approx(c["theta_pooled"], rel=1e-12)
    e = compare(result.control, result.treatment)
    assert e.absolute == pytest.approx(c["ancova_effect"], abs=1e-3 * c["ancova_se_ols"])
    error = e.absolute / e.statistic
    assert error == pytest.approx(c["ancova_se_ols"], rel=0.005)
    assert error == pytest.approx(c["lin_se_hc2"], rel=0.005)


def make(rng, n, shift=0.0):
    x1, x2 = rng.gamma(2, 5, n), rng.normal(0, 1, n)
    return x1, x2, 0.8 * x1 - 2 * x2 + rng.normal(shift, 2, n)


def test_many_covariates_equal_regressing_them_out(rng):
    parts = [make(rng, n) for n in (900, 100)]
    arms = [Mean.from_values(y, {"x1": a, "x2": b}) for a, b, y in parts]
    result = cuped(*arms)
    x = np.vstack([np.concatenate([p[i] for p in parts]) for i in (0, 1)])
    y = np.concatenate([p[2] for p in parts])
    design = np.column_stack([np.ones(y.size), x.T])
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    np.testing.assert_allclose(result.reduction.theta, coefficients[1:], rtol=1e-9)
    adjusted = y - (x.T - x.mean(axis=1)) @ coefficients[1:]
    for arm, values in zip(result.arms, (adjusted[:900], adjusted[900:]), strict=True):
        assert arm.estimate == pytest.approx(values.mean(), rel=1e-10)
        assert arm.variance == pytest.approx(values.var(ddof=1), rel=1e-10)
    assert result.reduction.gains and result.reduction.note == ""


def test_from_integer_sums_equals_from_values():
    x, y = [1, 5, 7, 2, 9, 4], [3, 9, 16, 4, 20, 8]

    def dot(a, b):
        return sum(i * j for i, j in zip(a, b, strict=True))

    a = Mean.from_sums(6, sum(y), dot(y, y), sum_x=sum(x), sum_x2=dot(x, x), sum_xy=dot(x, y))
    b = Mean.from_values(y, {"x": x})
    assert cuped(a, a).reduction.theta == pytest.approx(cuped(b, b).reduction.theta, rel=1e-12)


def test_ratio_gains_what_its_linearisation_gains(rng):
    n = 20_000
    user = rng.gamma(4, 1, n)
    d = rng.poisson(user) + 1
    y = rng.poisson(0.3 * d * user)
    x = rng.poisson(3 * user)
    arms = [Ratio.from_values(y[i::2], d[i::2], {"x": x[i::2]}) for i in (0, 1)]
    result = cuped(*arms)
    ratio = y.sum() / d.sum()
    linear = (y - ratio * d) / d.mean()
    rho = np.corrcoef(linear, x)[0, 1]
    assert result.reduction.share_remaining == pytest.approx(1 - rho**2, abs=0.01)
    slope = np.cov(linear, x)[0, 1] / np.var(x, ddof=1)
    assert result.reduction.theta[0] == pytest.approx(slope, rel=1e-6)
    assert isinstance(result.control, Ratio) and result.reduction.gains


def test_it_says_when_there_is_nothing_to_gain(rng):
    y, noise = rng.normal(size=(2, 2000))
    arms = [Mean.from_values(y[i::2], {"x": noise[i::2]}) for i in (0, 1)]
    result = cuped(*arms)
    assert not result.reduction.gains and "no gain" in result.reduction.note
    assert 0.98 < result.reduction.share_remaining <= 1.001
    constant = Mean.from_values([1, 2, 4], {"x": [7, 7, 7]})
    result = cuped(constant, constant)
    assert result.reduction.theta == (0.0,) and "constant" in result.reduction.note
    flat = Mean.from_values([1, 1, 1], {"x": [1, 2, 3]})
    assert math.isnan(cuped(flat, flat).reduction.share_remaining)


def test_collinear_covariates_do_no_harm(rng):
    x, _, y = make(rng, 500)
    one = [Mean.from_values(y[i::2], {"a": x[i::2]}) for i in (0, 1)]
    two = [Mean.from_values(y[i::2], {"a": x[i::2], "b": 1000 * x[i::2]}) for i in (0, 1)]
    share = cuped(*one).reduction.share_remaining
    assert cuped(*two).reduction.share_remaining == pytest.approx(share, rel=1e-9)


def test_three_arms_share_one_theta(rng):
    arms = []
    for _ in range(3):
        x, _, y = make(rng, 300)
        arms.append(Mean.from_values(y, {"x": x}))
    assert len(cuped(*arms).arms) == 3


def test_unbiased_and_honest_intervals(rng):
    """1,000 experiments at 90/10: the adjusted interval covers, the mean effect is right."""
    hits, effects = 0, []
    for _ in range(1000):
        arms = []
        for n, shift in ((450, 0.0), (50, 0.5)):
            x, _, y = make(rng, n, shift)
            arms.append(Mean.from_values(y, {"x": x}))
        r = cuped(*arms)
        e = compare(r.control, r.treatment)
        hits += e.absolute_low <= 0.5 <= e.absolute_high
        effects.append(e.absolute)
    assert 925 <= hits <= 972
    assert np.mean(effects) == pytest.approx(0.5, abs=4 * np.std(effects) / math.sqrt(1000))


def test_refusals():
    plain, named = Mean.from_values([1, 2]), Mean.from_values([1, 2], {"x": [1, 2]})
    for arms in (
        (plain, plain),
        (named,),
        (named, plain),
        (Proportion(3, 1), Proportion(3, 1)),
        (named, Mean(Moments.empty(2), ("x",))),
    ):
        with pytest.raises(InputError):
            cuped(*arms)  # type: ignore[arg-type]


def classes(rng, n, lift=0.0):
    """Sizes of classes, and the sums of a score before and after in each: pupils of a class are alike, and so are the two scores."""
    size = rng.integers(6, 40, n)
    level, pupils = rng.normal(60, 8, n), rng.normal(0, 12, (2, n)) * np.sqrt(size)
    before = size * level + pupils[0]
    return size, before, size * (level + rng.normal(lift, 2, n)) + 0.7 * pupils[0] + pupils[1] / 2


def test_what_clusters_had_before_is_told_beside_their_size(rng):
    """The oracle takes the linearised outcome on the linearised covariate, class by class."""
    arms = [classes(rng, 400), classes(rng, 400)]
    made = [WholeClusters.from_values(after, size, {"x": before}) for size, before, after in arms]
    size, before, after = (np.concatenate([arm[i] for arm in arms]) for i in range(3))
    z, e = before - size * before.sum() / size.sum(), after - size * after.sum() / size.sum()
    left = 1 - np.corrcoef(z, e)[0, 1] ** 2
    found, plain = cuped(*beside_size(*made)), cuped(*made)
    assert found.reduction.share_remaining == pytest.approx(left, rel=0.05)
    assert found.reduction.share_remaining < 0.5 * plain.reduction.share_remaining
    assert found.reduction.theta[0] == pytest.approx((z @ e) / (z @ z) / size.mean(), rel=0.05)


def test_intervals_of_adjusted_clusters_hold_the_effect(rng):
    """Of 1,500 experiments with 30 classes an arm, whose pupils score 2 more: 95 of 100 intervals hold it, and are half as wide."""
    runs, held, widths = 1_500, 0, [0.0, 0.0]
    for _ in range(runs):
        sides = [classes(rng, 30), classes(rng, 30, 2.0)]
        arms = [WholeClusters.from_values(after, size, {"x": before}) for size, before, after in sides]
        for i, adjusted in enumerate((cuped(*beside_size(*arms)), cuped(*arms))):
            effect = compare(adjusted.control, adjusted.treatment)
            widths[i] += effect.absolute_high - effect.absolute_low
            held += i == 0 and effect.absolute_low <= 2 <= effect.absolute_high
    assert abs(held / runs - 0.95) < 4 * math.sqrt(0.95 * 0.05 / runs)
    assert widths[0] < 0.6 * widths[1]
