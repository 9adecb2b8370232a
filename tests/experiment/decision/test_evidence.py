"""When the mean as it is and the winsorised one are said to disagree: seldom where both have the same truth."""

from types import SimpleNamespace

import numpy as np
import pytest

from helpers.config import Metric
from helpers.experiment.decision.evidence import agreements
from helpers.stats import Mean, compare

SPENT = Metric(
    name="spent", label="Spent", role="primary", type="mean", event="order", measure="sum", unit="money", winsorize=0.99
)


def results(tested, bare):
    """Results of one metric whose means are as they are given, control first."""
    study = SimpleNamespace(primary=SPENT, revenue=None)
    effects = {as_is: SimpleNamespace(effect=compare(*arms)) for as_is, arms in ((False, tested), (True, bare))}
    return SimpleNamespace(study=study, effect=lambda metric, variant, as_is: effects[as_is])


def arms(control, treatment, deviation, n=20_000):
    return Mean.from_moments(n, control, deviation**2), Mean.from_moments(n, treatment, deviation**2)


@pytest.mark.parametrize(
    ("bare", "disagree"),
    [
        (arms(22, 24.2, 40), False),
        (arms(22, 23.4, 100), False),  # gains less, and is so noisy that it may gain as much
        (arms(22, 21.9, 100), True),  # another sign
        (arms(22, 30, 40), True),  # far more than its interval allows
    ],
)
def test_they_disagree_in_sign_or_by_more_than_the_interval_of_the_mean_as_it_is(bare, disagree):
    (found,) = agreements(results(arms(20, 22, 20), bare), "treatment")
    assert found.kept is not disagree


def test_the_same_change_for_everybody_is_seldom_called_a_disagreement(rng):
    """Every value by a tenth higher, with a heavy tail: what is tested and what is as it is differ by noise alone."""
    called = 0
    for _ in range(100):
        control, treatment = rng.lognormal(0, 1.5, 5_000), 1.1 * rng.lognormal(0, 1.5, 5_000)
        limit = np.quantile(np.concatenate([control, treatment]), 0.99)
        bare = Mean.from_values(control), Mean.from_values(treatment)
        tested = Mean.from_values(np.minimum(control, limit)), Mean.from_values(np.minimum(treatment, limit))
        signs_differ = (bare[1].estimate - bare[0].estimate) * (tested[1].estimate - tested[0].estimate) < 0
        (found,) = agreements(results(tested, bare), "treatment")
        called += not found.kept and not signs_differ
    assert called <= 12
