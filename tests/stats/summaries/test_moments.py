"""Moments refuse what belongs to no data, and lose no digit of what does."""

import math

import numpy as np
import pytest

from helpers.stats import InputError, Moments


@pytest.mark.parametrize(
    ("n", "mean", "comoment", "what"),
    [
        (2, (1.0, 2.0), ((1.0,),), "shape of moments"),
        (2, (math.nan,), ((1.0,),), "missing or infinite"),
        (2, (1.0,), ((-1.0,),), "Cauchy-Schwarz"),
        (2, (1.0, 1.0), ((1.0, 2.0), (2.0, 1.0)), "Cauchy-Schwarz"),
        (-1, (1.0,), ((1.0,),), "n cannot be used"),
    ],
)
def test_moments_of_no_data_are_refused(n, mean, comoment, what):
    with pytest.raises(InputError, match=what):
        Moments(n, mean, comoment)


@pytest.mark.parametrize(
    ("n", "sums", "products", "what"),
    [
        (2, [1, 2], [[1, 2]], "products cannot be used"),
        (0, [1], [[1]], "not 0 over n = 0"),
        (2, [1], [[math.inf]], "finite number"),
    ],
)
def test_sums_of_no_data_are_refused(n, sums, products, what):
    with pytest.raises(InputError, match=what):
        Moments.from_sums(n, sums, products)


def test_sums_over_nobody_are_empty():
    assert Moments.from_sums(0, [0, 0], [[0, 0], [0, 0]]) == Moments.empty(2)


def test_float_sums_that_cannot_tell_a_spread_of_zero_are_refused():
    """Three equal values whose squares were added in floats: that the spread is 0 can no longer be seen."""
    value = 0.1
    total, squares = value + value + value, value**2 + value**2 + value**2
    with pytest.raises(InputError, match="the digits of the spread are gone"):
        Moments.from_sums(3, [total], [[squares]])


def test_unequal_columns_cannot_be_added():
    with pytest.raises(InputError, match="columns"):
        _ = Moments.empty(1) + Moments.empty(2)
    with pytest.raises(TypeError):
        _ = Moments.empty(1) + 1


def test_a_covariance_needs_two_units():
    assert np.isnan(Moments.from_columns([[1.0]]).covariance()).all()


def test_tiny_variances_do_not_underflow():
    """The bound of a cross product is the product of two roots, not the root of a product that is 0."""
    tiny = 1e-160
    columns = [[0.0, 1e-80, 3e-80], [0.0, 1e-80, 3e-80]]
    found = Moments.from_columns(columns)
    assert found.comoment[0][1] == pytest.approx(found.comoment[0][0])
    assert found.comoment[0][0] > tiny
