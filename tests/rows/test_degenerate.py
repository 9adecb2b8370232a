"""Rows that hold next to nothing, or far too much, are answered or refused in words: no warning, no other error."""

import warnings

import numpy as np
import pytest

from helpers.errors import ReportError
from helpers.experiment.surrogate import Joint, path
from helpers.programme.prediction import anomalies, demand, lifetime, logistic, order_value, scores
from helpers.stats import Mean, Quantile, Ratio, bootstrap_quantiles, compare, compare_clusters, heterogeneity

VALUES = {
    "none": [], "one": [3.0], "two": [1.0, 2.0], "equal": [7.0] * 20, "zeros": [-0.0] * 20, "far": [1e12 + k for k in range(20)],
    "huge": [1e200 * k for k in range(9)], "denormal": [5e-324 * k for k in range(9)], "ties": [0.0] * 9 + [1.0] * 9,
}  # fmt: skip
ASKED = {
    "mean": lambda y: compare(Mean.from_values(y), Mean.from_values([1.0, 2.0])),
    "ratio": lambda y: compare(Ratio.from_values(y, np.ones(len(y))), Ratio.from_values([1, 2], [1, 3])),
    "quantile": lambda y: compare(Quantile.from_values(y, 0.5), Quantile.from_values([1.0, 2.0], 0.5)),
    "bootstrap": lambda y: bootstrap_quantiles(y, [1.0, 2.0], 0.5, resamples=99, rng=np.random.default_rng(1)),
    "clusters": lambda y: compare_clusters([*y, 1, 2], ["control"] * len(y) + ["treatment"] * 2, range(len(y) + 2)),
    "segments": lambda y: heterogeneity({"a": (Mean.from_values(y),) * 2, "b": (Mean.from_values([1, 2]),) * 2}),
    "proxy": lambda y: path(Joint.from_values(y, y), Joint.from_values([1, 2, 3], [1, 2, 2])),
    "auc": lambda y: scores.auc(np.arange(len(y)) % 2, y),
    "brier": lambda y: scores.brier(np.arange(len(y)) % 2, y),
    "calibration": lambda y: scores.calibration(np.arange(len(y)) % 2, y),
    "logistic": lambda y: logistic.fitted(np.c_[y], np.arange(len(y)) % 2, ["y"]),
    "lifetime": lambda y: lifetime.fit(np.arange(len(y)) % 3, y, y),
    "order value": lambda y: order_value.fit(np.arange(len(y)) + 1, y),
    "watch": lambda y: anomalies.calibrated([*y] * 7, 6.0, 5, 1),
    "forecast": lambda y: demand.forecast([*y] * 3, 3),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("values", VALUES)
def test_next_to_nothing_is_answered_or_refused(asked, values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = ASKED[asked](VALUES[values])
        except ReportError as refused:
            assert str(refused)
        else:
            assert found is not None
            p = getattr(found, "p_value", float("nan"))
            assert p != p or 0 <= p <= 1
