"""Sufficient statistics: exact from sums, stable, addable, and strict."""

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.stats import InputError, Mean, Moments, Proportion, Ratio, standard_error

values = st.lists(st.integers(-(10**6), 10**6), min_size=0, max_size=30)


def sums_of(y, d, x):
    def dot(a, b):
        return sum(i * j for i, j in zip(a, b, strict=True))

    return {
        "sum_y": sum(y),
        "sum_y2": dot(y, y),
        "sum_d": sum(d),
        "sum_d2": dot(d, d),
        "sum_yd": dot(y, d),
        "sum_x": sum(x),
        "sum_x2": dot(x, x),
        "sum_xy": dot(x, y),
        "sum_dx": dot(d, x),
    }


def test_proportion_estimate_variance_and_union():
    arm = Proportion(10, 3) + Proportion(30, 7)
    assert (arm.n, arm.successes, arm.estimate) == (40, 10, 0.25)
    assert arm.variance == pytest.approx(0.1875)
    assert standard_error(arm) == pytest.approx(math.sqrt(0.1875 / 40))
    assert math.isnan(Proportion(0, 0).estimate)
    assert math.isnan(Proportion(0, 0).variance)


@pytest.mark.parametrize(("n", "successes"), [(-1, 0), (3, 4), (3, -1), (2.5, 1), (True, 0), ("x", 0), (None, 0)])
def test_proportion_refuses(n, successes):
    with pytest.raises(InputError, match="expected") as caught:
        Proportion(n, successes)
    assert isinstance(caught.value, ValueError)


def test_counts_may_come_as_numpy_or_integral_float():
    assert Proportion(np.int64(5), 2.0) == Proportion(5, 2)
    assert isinstance(Proportion(np.int64(5), 2.0).successes, int)
    with pytest.raises(InputError):
        Proportion.from_values([0, 2])


def test_mean_1e9_sd_1_keeps_its_digits():
    rng = np.random.default_rng(0)
    small = rng.integers(-3, 4, 10_000)
    big = [int(v) + 10**9 for v in small]
    expected = float(np.var(small, ddof=1))
    from_sums = Mean.from_sums(len(big), sum(big), sum(v * v for v in big))
    assert from_sums.variance == pytest.approx(expected, rel=1e-14)
    assert Mean.from_values(big).variance == pytest.approx(expected, rel=1e-12)
    halves = Mean.from_values(big[:100]) + Mean.from_values(big[100:])
    assert halves.variance == pytest.approx(expected, rel=1e-10)


def test_sums_wider_than_a_float_are_exact():
    y = (10**17 + 1, 10**17 + 3)
    assert Mean.from_sums(2, sum(y), sum(v * v for v in y)).variance == 2.0
    wide = Mean.from_sums(2, np.int64(6), np.int64(20))
    assert wide.variance == 2.0
    assert Mean.from_sums(2, Decimal(6), Decimal(20)).variance == 2.0


def test_a_constant_has_no_variance_and_its_rounded_sums_cannot_say_so():
    y = [0.1] * 1000
    assert Mean.from_values(y).variance == 0
    with pytest.raises(InputError, match="the digits of the spread are gone"):
        Mean.from_sums(1000, math.fsum(y), math.fsum(v * v for v in y))


def test_impossible_sums_are_refused():
    with pytest.raises(InputError, match="co-moments"):
        Mean.from_sums(4, 40, 100)  # sum of squares below sum squared over n
    with pytest.raises(InputError, match="Cauchy"):
        Mean.from_sums(3, 6, 14, sum_x=6, sum_x2=14, sum_xy=99)
    with pytest.raises(InputError, match="n = 0"):
        Mean.from_sums(0, 1, 1)
    with pytest.raises(InputError, match="finite"):
        Mean.from_sums(3, math.nan, 1)
    with pytest.raises(InputError, match="all of them"):
        Mean.from_sums(3, 6, 14, sum_x=3)
    with pytest.raises(InputError, match="missing or infinite"):
        Mean.from_values([1.0, math.inf])
    with pytest.raises(InputError, match="swapped"):
        Ratio.from_values([1, 2], [-3, -4])
    with pytest.raises(InputError, match="one value a unit"):
        Ratio.from_values([1, 2], [3])
    with pytest.raises(InputError, match="same names"):
        _ = Mean.from_values([1], {"a": [1]}) + Mean.from_values([1], {"b": [1]})
    with pytest.raises(InputError, match="name"):
        Mean(Moments.from_columns([[1, 2], [3, 4]]))


@given(values, values)
def test_adding_summaries_is_summarising_the_union(left, right):
    whole = Mean.from_values(left + right)
    parts = Mean.from_values(left) + Mean.from_values(right)
    assert parts.n == whole.n
    if whole.n:
        assert parts.estimate == pytest.approx(whole.estimate, rel=1e-9, abs=1e-6)
    if whole.n > 1:
        assert parts.variance == pytest.approx(whole.variance, rel=1e-9, abs=1e-6)


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(1, 50), st.integers(-99, 99)),
        min_size=2,
        max_size=25,
    )
)
def test_sums_and_values_agree(rows):
    y, d, x = (list(column) for column in zip(*rows, strict=True))
    s = sums_of(y, d, x)
    ratio = Ratio.from_sums(len(rows), **s)
    direct = Ratio.from_values(y, d, {"x": x})
    np.testing.assert_allclose(ratio.moments.covariance(), np.cov([y, d, x]), rtol=1e-9, atol=1e-6)
    assert ratio.estimate == pytest.approx(direct.estimate)
    assert ratio.variance == pytest.approx(direct.variance, rel=1e-7, abs=1e-9)
    residual = np.array(y) - ratio.estimate * np.array(d)
    expected = residual.var(ddof=1) / np.mean(d) ** 2
    assert ratio.variance == pytest.approx(expected, rel=1e-6, abs=1e-6)
    short = Ratio.from_sums(len(rows), *(s[k] for k in ("sum_y", "sum_y2", "sum_d", "sum_d2")), s["sum_yd"])
    assert short.variance == pytest.approx(ratio.variance)
    mean = Mean.from_sums(len(rows), s["sum_y"], s["sum_y2"], sum_x=s["sum_x"], sum_x2=s["sum_x2"], sum_xy=s["sum_xy"])
    assert mean.variance == pytest.approx(np.var(y, ddof=1), rel=1e-9, abs=1e-9)


def test_empty_is_neutral_and_summaries_compare_and_hash():
    arm = Mean.from_values([1, 2, 4])
    assert arm + Mean(Moments.empty()) == arm
    assert Mean.from_values([]).n == 0
    assert len({arm, Mean.from_values([1, 2, 4])}) == 1


def test_pooled_moments_give_r_s_theta(golden):
    c = golden["covariate"]
    x, y, g = (np.array(c[k]) for k in ("x", "y", "group"))
    parts = [Mean.from_values(y[g == k], {"x": x[g == k]}) for k in (0, 1)]
    cov = (parts[0] + parts[1]).moments.covariance()
    assert cov[0, 1] / cov[1, 1] == pytest.approx(c["theta_pooled"], rel=1e-12)


# --- frames, and the digits of a large level ---


@pytest.fixture
def frame():
    rng = np.random.default_rng(3)
    n = 500
    return pd.DataFrame(
        {
            "variant": rng.choice(["treatment", "control", "other"], n),
            "bought": rng.random(n) < 0.3,
            "spent": rng.gamma(2, 10, n),
            "visits": rng.integers(1, 9, n),
            "before": rng.normal(5, 2, n),
        }
    )


def test_frames_give_what_arrays_give(frame):
    untouched = frame.copy()
    proportions = Proportion.from_frame(frame, variant="variant", value="bought")
    means = Mean.from_frame(frame, variant="variant", value="spent", covariates=["before", "visits"])
    ratios = Ratio.from_frame(frame, variant="variant", numerator="spent", denominator="visits", covariates=["before"])
    assert list(proportions) == list(means) == list(ratios) == ["control", "other", "treatment"]
    for name in means:
        part = frame[frame["variant"] == name]
        assert proportions[name] == Proportion.from_values(part["bought"])
        assert means[name] == Mean.from_values(part["spent"], {"before": part["before"], "visits": part["visits"]})
        assert ratios[name] == Ratio.from_values(part["spent"], part["visits"], {"before": part["before"]})
    pd.testing.assert_frame_equal(frame, untouched)
    assert Mean.from_frame(frame, variant="variant", value="spent")["control"].covariates == ()


def test_frames_of_nullable_and_categorical_columns(frame):
    modern = frame.convert_dtypes().astype({"variant": "category"})
    assert Proportion.from_frame(modern, variant="variant", value="bought") == Proportion.from_frame(
        frame, variant="variant", value="bought"
    )


def test_frames_are_refused_with_a_reason(frame):
    with pytest.raises(InputError, match="no column 'boguht'"):
        Proportion.from_frame(frame, variant="variant", value="boguht")
    with pytest.raises(InputError, match="without a variant"):
        Mean.from_frame(frame.assign(variant=None), variant="variant", value="spent")
    with pytest.raises(InputError, match="numbers or booleans"):
        Mean.from_frame(frame.assign(spent="much"), variant="variant", value="spent")
    holes = frame.assign(spent=frame["spent"].mask(frame.index == 7)).convert_dtypes()
    with pytest.raises(InputError, match="1 values that are missing"):
        Mean.from_frame(holes, variant="variant", value="spent")


@pytest.mark.parametrize("level", [0.0, 1e6, 1e9])
def test_a_high_level_costs_no_digits_whichever_way_a_summary_was_built(level):
    """Mean 1e9, sd 1: variances, a ratio and a covariate, from arrays, frames and exact sums, whole or in parts."""
    rng = np.random.default_rng(11)
    y, d, x = rng.integers(-3, 4, 4_000), rng.integers(1, 9, 4_000), rng.integers(-5, 6, 4_000)
    high_y, high_x = y + int(level), x + int(level)
    truth = np.cov([y, x])
    made = [
        Mean.from_values(high_y, {"x": high_x}),
        Mean.from_frame(pd.DataFrame({"v": 1, "y": high_y, "x": high_x}), variant="v", value="y", covariates=["x"])[1],
        Mean.from_values(high_y[:7], {"x": high_x[:7]}) + Mean.from_values(high_y[7:], {"x": high_x[7:]}),
        Mean.from_sums(
            4_000, sum(map(int, high_y)), sum(int(v) ** 2 for v in high_y), sum_x=sum(map(int, high_x)),
            sum_x2=sum(int(v) ** 2 for v in high_x),
            sum_xy=sum(int(a) * int(b) for a, b in zip(high_y, high_x, strict=True)),
        ),
    ]  # fmt: skip
    for arm in made:
        np.testing.assert_allclose(arm.moments.covariance(), truth, rtol=1e-9, atol=1e-9)
        assert arm.estimate - level == pytest.approx(y.mean(), abs=1e-6)
    money = Ratio.from_values(high_y, d)
    linear = (high_y - money.estimate * d) / d.mean()
    assert money.variance == pytest.approx(linear.var(ddof=1), rel=1e-9)


def test_a_thousand_small_parts_add_up_to_the_whole():
    rng = np.random.default_rng(5)
    values = 1e9 + rng.standard_normal(20_000)
    whole = Mean.from_values(values)
    total = Mean(Moments.empty())
    for part in np.split(values, 1_000):
        total = total + Mean.from_values(part)
    assert total.n == whole.n
    assert total.variance == pytest.approx(whole.variance, rel=1e-7)
    assert total.estimate == pytest.approx(whole.estimate, rel=1e-15)
    ones = (values > 1e9).astype(int)
    parts = [Proportion.from_values(part) for part in np.split(ones, 1_000)]
    assert sum(parts[1:], parts[0]) == Proportion.from_values(ones)


def test_summaries_of_different_kinds_do_not_add():
    kinds = (Proportion(3, 1), Mean.from_values([1, 2]), Ratio.from_values([1, 2], [2, 2]))
    for left in kinds:
        with pytest.raises(TypeError):
            _ = left + 3
    both = Ratio.from_values([1, 2], [2, 2]) + Ratio.from_values([5], [3])
    assert both.variance == pytest.approx(Ratio.from_values([1, 2, 5], [2, 2, 3]).variance)
