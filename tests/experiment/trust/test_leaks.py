"""A history that is its outcome warns; one of whole clusters that are alike from year to year does not."""

from types import SimpleNamespace

import numpy as np
import pytest

from helpers.experiment.trust.covariates import leak
from helpers.stats import Mean
from helpers.stats.summaries.whole_clusters import WholeClusters


def study(arms):
    metric = SimpleNamespace(name="score", label="Score", type="mean", event="score")
    variants = [SimpleNamespace(name=name) for name in arms]
    return SimpleNamespace(
        study=SimpleNamespace(variants=variants, data=None), arm=lambda _metric, name, **_: arms[name]
    ), metric


def schools(rng, noise):
    size, level = rng.integers(15, 40, 15), rng.normal(60, 8, 15)
    before = size * level + rng.normal(0, 12, 15) * np.sqrt(size)
    return WholeClusters.from_values(before + size * rng.normal(0, noise, 15), size, {"x": before})


@pytest.mark.parametrize(("noise", "verdict"), [(2.0, "passed"), (0.0, "warning")])
def test_schools_that_are_alike_from_year_to_year_are_no_leak(rng, noise, verdict):
    found = leak(*study({"usual": schools(rng, noise), "tutoring": schools(rng, noise)}))
    assert found.verdict == verdict and "of whole clusters" in found.found


@pytest.mark.parametrize(("noise", "verdict"), [(1.0, "passed"), (0.1, "warning")])
def test_units_whose_history_is_the_outcome_are_one(rng, noise, verdict):
    x = rng.normal(0, 1, (2, 500))
    arms = {k: Mean.from_values(v + rng.normal(0, noise, 500), {"x": v}) for k, v in zip("ab", x, strict=True)}
    assert leak(*study(arms)).verdict == verdict
