"""Designed weights are told from counts by a simple ratio, so that a mismatch can still be found."""

from collections import Counter

import numpy as np
import pytest

from helpers.formatting import ratio
from helpers.ingest.new_study.proposal import Arm
from helpers.ingest.new_study.weights import designed, weights

DESIGNS = [(1, 1), (9, 1), (4, 1), (1, 1, 1), (2, 1, 1), (5, 1, 1, 1), (1, 1, 1, 1, 1), (9, 9, 2)]


@pytest.mark.parametrize("design", DESIGNS)
def test_a_design_is_told_from_the_counts_that_it_makes(design: tuple[int, ...]) -> None:
    rng, shares = np.random.default_rng(5), np.array(design) / sum(design)
    for _ in range(20):
        counts = [int(n) for n in rng.multinomial(20_000, shares)]
        assert designed(counts) == pytest.approx(shares)


def test_a_mismatch_is_said_and_never_taken_for_a_design() -> None:
    arms = [Arm("control", "a", 5_000, 0.5), Arm("treatment", "b", 5_400, 0.5)]
    assert designed([arm.count for arm in arms]) == [0.5, 0.5]
    assert "further from it than chance allows" in weights(arms)


def test_arms_of_one_size_keep_equal_weights() -> None:
    rng = np.random.default_rng(6)
    found = Counter(tuple(designed(list(rng.multinomial(900, [0.25] * 4)))) for _ in range(200))
    assert found.most_common(1)[0] == ((0.25,) * 4, 200)


def test_a_ratio_that_the_counts_fit_is_named_where_the_nearest_does_not() -> None:
    """No superlative over a list that nobody sees: what is nearest of equal arms but one is called that."""
    counts = [4_000, 2_000, 2_000, 1_000, 1_000]
    arms = [Arm(str(i), str(i), n, w) for i, (n, w) in enumerate(zip(counts, designed(counts), strict=True))]
    told = weights(arms)
    assert "4:2:2:1:1 would fit them" in told and "the simple ratio nearest" not in told


@pytest.mark.parametrize("times", [2, 3, 4, 5, 9])
@pytest.mark.parametrize("arms", [3, 4, 5])
def test_a_small_arm_is_a_simple_part_of_the_others(times: int, arms: int) -> None:
    rng = np.random.default_rng(times)
    counts = [int(n) for n in rng.multinomial(200_000, np.array([times] * (arms - 1) + [1]) / (times * (arms - 1) + 1))]
    assert ratio(designed(counts)) == ":".join([str(times)] * (arms - 1) + ["1"])
