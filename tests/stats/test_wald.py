"""The textbook intervals, against R and peers.md."""

import math

import numpy as np
import pytest

from helpers.stats import Mean, Proportion, compare_wald


def test_golden_wald_intervals(golden):
    for case in golden["proportions"]:
        (n_c, x_c), (n_t, x_t) = (tuple(case[k].values()) for k in ("control", "treatment"))
        for level, key in ((0.95, "ci95_wald"), (0.90, "ci90_wald")):
            e = compare_wald(Proportion(n_c, x_c), Proportion(n_t, x_t), confidence=level)
            np.testing.assert_allclose([e.absolute_low, e.absolute_high], case[key], rtol=1e-9)


def test_peers():
    e = compare_wald(Proportion(50000, 16249), Proportion(50000, 16522))
    np.testing.assert_allclose(
        [e.absolute_low, e.absolute_high, e.p_value, e.relative_low, e.relative_high],
        [-0.0003582706, 0.0112782706, 0.0658746534, -0.0012528215, 0.0348548893],
        atol=6e-11,
    )
    m = compare_wald(Mean.from_moments(35637, 19.05, 13.4**2), Mean.from_moments(3944, 21.57, 15.2**2))
    np.testing.assert_allclose(
        [m.absolute_low, m.absolute_high, m.relative_low, m.relative_high],
        [2.0256432096, 3.0143567904, 0.1060447170, 0.1585222121],
        atol=2e-10,
    )
    assert m.p_value == pytest.approx(1.669217238e-23, rel=1e-8)


def test_no_variance_is_not_a_p_of_one():
    e = compare_wald(Proportion(9, 0), Proportion(9, 0))
    assert math.isnan(e.p_value) and math.isnan(e.absolute_low) and e.note
    one = compare_wald(Proportion(90, 9), Proportion(90, 20), alternative="greater")
    assert one.absolute_high == math.inf and one.p_value < 0.05 and one.absolute_low > 0
