"""Powers that the calibration plans, against draws."""

import numpy as np
import pytest

from helpers.defaults import POWER
from helpers.validation.heterogeneity import SEGMENTS, above, planned_spread


@pytest.mark.parametrize("seed", range(4))
def test_the_tail_of_a_quadratic_form_is_that_of_draws(seed):
    rng = np.random.default_rng(seed)
    k = 7
    mean, variance = rng.normal(0, 1, k), rng.uniform(0.5, 1.5, k)
    weights = rng.uniform(0.85, 1.15, k) / variance  # off by as much as those of unequal arms
    form = np.diag(weights) - np.outer(weights, weights) / weights.sum()
    x = mean + np.sqrt(variance) * rng.standard_normal((200_000, k))
    q = np.einsum("ri,ij,rj->r", x, form, x, optimize=True)
    for level in np.quantile(q, [0.2, 0.8]):
        assert above(level, mean, variance, form) == pytest.approx((q > level).mean(), abs=0.003)


def test_unequal_arms_have_another_power_than_the_true_variances_say():
    """Of equal arms both are one; at 9:1 the variances under one common difference are not those of the rates."""
    planned = [planned_spread(cells, POWER)[1] for cells, _ in SEGMENTS[:2]]
    assert planned[0] == pytest.approx(POWER, abs=0.003) and planned[1] < POWER - 0.01
