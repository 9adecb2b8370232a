"""Sums of integers lose no digit, however far from zero a mean is: held against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.errors import ReportError
from helpers.stats import InputError, Mean, Moments, Ratio

CENTRES = st.sampled_from([0, 1, -7, 10**6, 10**9, -(10**12), 10**15, 10**18])


@st.composite
def columns(draw, width):
    """A few distinct rows of integers about centres far from zero, each as often as up to ten million times in all."""
    rows = draw(st.integers(2, 5))
    counts = draw(st.lists(st.integers(1, 2 * 10**6), min_size=rows, max_size=rows))
    values = []
    for _ in range(width):
        centre, spread = draw(CENTRES), 10 ** draw(st.integers(0, 6))
        values.append([centre + v for v in draw(st.lists(st.integers(-spread, spread), min_size=rows, max_size=rows))])
    return counts, values


def sums(counts, values):
    """n, sums and sums of products as Python ints."""
    products = [[sum(c * a * b for c, a, b in zip(counts, x, y, strict=True)) for y in values] for x in values]
    return sum(counts), [sum(c * a for c, a in zip(counts, x, strict=True)) for x in values], products


def centred(counts, x, y):
    """The exact centred sum of products, by deviations and not by its short cut."""
    n = sum(counts)
    mx, my = (Fraction(sum(c * v for c, v in zip(counts, z, strict=True)), n) for z in (x, y))
    return sum(c * (a - mx) * (b - my) for c, a, b in zip(counts, x, y, strict=True))


def close(found, exact):
    return abs(Fraction(found) - exact) <= abs(exact) * Fraction(1, 10**9)


@given(columns(3))
def test_variances_and_covariances_of_integer_sums_are_exact(data):
    counts, values = data
    found = Moments.from_sums(*sums(counts, values))
    for i, x in enumerate(values):
        assert close(found.mean[i], Fraction(sum(c * v for c, v in zip(counts, x, strict=True)), sum(counts)))
        for j, y in enumerate(values):
            assert close(found.comoment[i][j], centred(counts, x, y))


@given(columns(2))
def test_the_variance_of_a_ratio_of_integer_sums_is_exact(data):
    counts, (y, d) = data
    d = [abs(v) + 1 for v in d]
    n, (sum_y, sum_d), ((yy, yd), (_, dd)) = sums(counts, [y, d])
    ratio = Fraction(sum_y, sum_d)
    residual = [a - ratio * b for a, b in zip(y, d, strict=True)]
    exact = centred(counts, residual, residual) / (n - 1) / Fraction(sum_d, n) ** 2
    assert close(Ratio.from_sums(n, sum_y, yy, sum_d, dd, yd).variance, exact)


@given(columns(2), st.integers(2, 30))
def test_the_variance_of_a_ratio_of_values_far_from_zero_is_exact(data, n):
    """Amounts that are nearly a multiple of their counts, as prices far from zero make them."""
    _, (y, d) = data
    steps, d = np.resize(y, n), np.resize([abs(v) % 9 + 1 for v in d], n)
    price = 10**8
    y = [price * int(b) + int(a) % 5 for a, b in zip(steps, d, strict=True)]
    ratio = Fraction(sum(y), int(d.sum()))
    residual = sum((a - ratio * int(b)) ** 2 for a, b in zip(y, d, strict=True))
    exact = residual / (n - 1) / Fraction(int(d.sum()), n) ** 2
    assert close(Ratio.from_values(y, d).variance, exact)
    if n > 5:
        parts = [Ratio.from_values(y[part], d[part]) for part in (slice(3), slice(3, n))]
        assert close((parts[0] + parts[1]).variance, exact)


@given(columns(2))
def test_parts_far_from_zero_add_up_to_the_whole(data):
    counts, values = data
    parts = [Moments.from_sums(*sums([c], [[x[i]] for x in values])) for i, c in enumerate(counts)]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    for i, x in enumerate(values):
        assert close(whole.comoment[i][i], centred(counts, x, x))


@given(columns(1), st.booleans())
def test_sums_that_went_through_floats_are_right_or_refused(data, only_squares):
    counts, values = data
    n, (total,), ((squares,),) = sums(counts, values)
    exact = centred(counts, values[0], values[0]) / (n - 1)
    try:
        found = Mean.from_sums(n, total if only_squares else float(total), float(squares))
    except ReportError as refused:
        assert "the digits of the spread are gone" in str(refused)
    else:
        assert close(found.variance, exact)


@given(
    st.sampled_from([0.0, 1e3, 1e9, -1e12, 1e15]),
    st.lists(st.integers(-1000, 1000), min_size=2, max_size=40),
    st.sampled_from([1e-3, 1.0, 1e6]),
)
def test_values_far_from_zero_keep_their_spread(centre, steps, scale):
    y = np.array([centre + scale * s for s in steps])
    exact = [Fraction(float(v)) for v in y]
    mean = sum(exact) / len(exact)
    assert close(Mean.from_values(y).variance, sum((v - mean) ** 2 for v in exact) / (len(exact) - 1))
    if len(y) > 3:
        halves = Mean.from_values(y[:2]) + Mean.from_values(y[2:])
        assert close(halves.variance, sum((v - mean) ** 2 for v in exact) / (len(exact) - 1))


def test_ten_million_values_near_a_billion():
    n, mean = 10**7, 10**9
    sum_y, sum_y2 = n * mean, n * (mean**2 + 1)
    assert Mean.from_sums(n, sum_y, sum_y2).variance == pytest.approx(n / (n - 1), rel=1e-15)
    with pytest.raises(InputError, match="the digits of the spread are gone"):
        Mean.from_sums(n, float(sum_y), float(sum_y2))


@pytest.mark.parametrize("scale", [1e-170, 1e-320, 1e200])
def test_values_whose_squares_are_no_floats_are_refused(scale):
    with pytest.raises(InputError, match="too small or too large"):
        Mean.from_values([0.0, scale, 3 * scale])


@pytest.mark.parametrize(("total", "squares"), [(10**200, 10**400), (Fraction(1, 10**200), Fraction(1, 10**400))])
def test_sums_that_no_float_can_hold_are_refused(total, squares):
    with pytest.raises(InputError, match="too small or too large"):
        Mean.from_sums(2, total, squares)


def test_a_constant_is_constant_in_every_form():
    assert Mean.from_values([0.1] * 7).variance == 0
    assert Mean.from_sums(7, 7 * 10**17, 7 * 10**34).variance == 0
    assert (Mean.from_values([0.1] * 3) + Mean.from_values([0.1] * 4)).variance == 0
