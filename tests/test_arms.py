"""More than two arms: the family-wise rate of the table's tests, and doubts that need no marts."""

import numpy as np
import pytest

from helpers import doubts
from helpers.stats import Mean, Proportion, adjust, compare
from helpers.stats.effects import Effect


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


class Measured:
    """Results of a study whose primary metric is a proportion."""

    def __init__(self, study, control: Proportion, treatment: Proportion) -> None:
        self.study, self._arms = study, dict(zip((v.name for v in study.variants), (control, treatment), strict=True))

    def arm(self, _, variant):
        return self._arms[variant]

    def arm_sizes(self):
        return {name: arm.n for name, arm in self._arms.items()}

    def sample_ratio(self):
        from helpers.stats import srm

        return srm(self.arm_sizes(), {v.name: v.weight for v in self.study.variants})


@pytest.fixture
def measured():
    from helpers import study as studies

    return lambda *arms: Measured(studies.load("studies/cookie_cats.yml"), *arms)


@pytest.mark.parametrize(("treated", "doubtful"), [(10_200, False), (10_300, True), (10_500, False)])
def test_only_between_the_threshold_and_one_in_twenty(measured, treated, doubtful):
    results = measured(Proportion(10_000, 2_000), Proportion(treated, 2_000))
    test = results.sample_ratio()
    assert (0.001 <= test.p_value < 0.05) == doubtful
    assert (doubts.doubtful_split(results) is not None) == doubtful


@pytest.mark.parametrize(
    ("control", "treatment", "hits"),
    [
        (Proportion(10_000, 2_000), Proportion(10_300, 1_900), (2_000, 1_900)),  # the missing ones had not come back
        (Proportion(10_000, 1_900), Proportion(10_300, 2_100), (2_200, 2_100)),  # the missing ones had all come back
        (Proportion(10_300, 2_000), Proportion(10_000, 2_100), (2_000, 2_100)),
        (Proportion(10_300, 2_000), Proportion(10_000, 1_900), (2_000, 2_200)),
    ],
)
def test_the_missing_units_answer_against_what_was_found(measured, control, treatment, hits):
    found = doubts.doubtful_split(measured(control, treatment))
    assert (found.missing, found.worst.n_control, found.worst.n_treatment) == (300, 10_300, 10_300)
    assert (found.worst.control, found.worst.treatment) == pytest.approx([h / 10_300 for h in hits])


def test_a_sample_ratio_that_sees_it_is_no_blind_one(measured):
    results = measured(Proportion(10_000, 2_000), Proportion(10_000, 2_000))
    assert doubts.unseen(results, {"control": 10_050, "treatment": 10_040}, 90).rows == 90
    assert doubts.unseen(results, {"control": 10_050, "treatment": 11_040}, 1_090) is None
    assert doubts.unseen(results, {}, 0) is None
