"""The maximum is that of scikit-learn and statsmodels, and what has no maximum is refused in words."""

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression

from helpers.errors import ReportError
from helpers.programme.prediction import logistic


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(8)
    x = np.column_stack([rng.normal(5, 2, 600), rng.poisson(1, 600), rng.integers(0, 2, 600)])
    chance = 1 / (1 + np.exp(2 - 0.3 * x[:, 0] - 0.8 * x[:, 1]))
    return x, rng.random(600) < chance, rng.integers(0, 200, 600)


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_chances_are_those_of_scikit_learn(rows, penalty):
    x, y, _ = rows
    found = logistic.fitted(x, y, "abc", penalty=penalty)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    theirs = LogisticRegression(C=1 / penalty if penalty else np.inf, tol=1e-12, max_iter=5_000).fit(z, y)
    np.testing.assert_allclose(found.chances(x), theirs.predict_proba(z)[:, 1], rtol=1e-5)


def test_errors_are_those_of_statsmodels(rows):
    x, y, who = rows
    found = logistic.fitted(x, y, "abc")
    z = sm.add_constant((x - x.mean(axis=0)) / x.std(axis=0))
    theirs = sm.Logit(y.astype(float), z).fit(disp=False, tol=1e-12, cov_type="cluster", cov_kwds={"groups": who})
    np.testing.assert_allclose(found.weights, theirs.params, rtol=1e-9)
    np.testing.assert_allclose(logistic.clustered_errors(found, x, y, who), theirs.bse, rtol=1e-9)


def test_a_constant_feature_has_no_weight(rows):
    x, y, _ = rows
    found = logistic.fitted(np.column_stack([x, np.full(600, 7.0)]), y, "abcd")
    assert found.weights[-1] == 0
    without = logistic.fitted(x, y, "abc")
    np.testing.assert_array_equal(found.chances(np.c_[x[:5], [7.0] * 5]), without.chances(x[:5]))


def test_equal_rows_have_equal_chances_wherever_they_stand(rows):
    x, y, _ = rows
    found = logistic.fitted(x, y, "abc")
    many = np.tile(x[:1], (1_001, 1))
    assert len(set(found.chances(many).tolist())) == 1


@pytest.mark.parametrize(
    ("x", "y", "what"),
    [
        ([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1], "without fail"),
        ([[0.0], [1.0], [2.0]], [1, 1, 1], "one outcome"),
        ([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], [0, 1, 0, 1], "say the same"),
    ],
)
def test_what_has_no_maximum_is_refused(x, y, what):
    with pytest.raises(ReportError, match=what):
        logistic.fitted(x, y, ["visits", "pages"][: len(x[0])])
