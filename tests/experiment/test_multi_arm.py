"""More than two arms: the family-wise rate of the table's tests."""

import numpy as np

from helpers.stats import Mean, Proportion, adjust, compare
from helpers.stats.comparisons.effects import Effect


def one_experiment(rng: np.random.Generator, n: int) -> list[Effect]:
    """Two treatments on two metrics that go together, nothing changed, one control for both."""
    drawn = []
    for _ in range(3):
        spend = rng.gamma(0.5, 2.0, n)
        drawn.append((Mean.from_values(spend), Proportion(n, int((spend > 1).sum()))))
    control, *treatments = drawn
    return [compare(c, t) for treatment in treatments for c, t in zip(control, treatment, strict=True)]


def test_holm_keeps_the_chance_of_any_false_alarm():
    """400 experiments: alone the four tests raise an alarm far too often, with Holm in at most the 5 % promised."""
    rng, runs = np.random.default_rng(20_261_122), 400
    families = [[e.p_value for e in one_experiment(rng, 500)] for _ in range(runs)]
    alone = sum(min(family) < 0.05 for family in families)
    shared = sum(any(adjust(family, "holm").rejected) for family in families)
    assert alone > 0.08 * runs
    assert shared <= 0.05 * runs + 2.33 * (0.05 * 0.95 * runs) ** 0.5
