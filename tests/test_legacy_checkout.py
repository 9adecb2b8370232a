"""Both sets of counts of the checkout redesign: the source's seeded run, and the fixed counts that the study uses.

The source tells of a lift of 0.3 to 0.4 points, p about .23, 95 % interval about -0.1 to +0.9 points. Its own code, run
with its own seed, does not give that. The study follows the story; here stand the numbers of both.
"""

from math import ceil, erfc, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from helpers import config, paths
from helpers.stats import Proportion, ProportionDesign, compare

USERS = 50_000
RATE, PLANNED = 0.324, 0.328
SEEDED, STORY = (16_097, 16_485), (16_200, 16_378)
MONTHLY_CHECKOUTS, BASKET = 800_000, 47.50


def pooled_z(control: int, treatment: int) -> tuple[float, float, float]:
    """Difference, z and two-sided p of the pooled two-proportion z-test, by its textbook formula."""
    difference = (treatment - control) / USERS
    rate = (control + treatment) / (2 * USERS)
    z = difference / sqrt(2 * rate * (1 - rate) / USERS)
    return difference, z, erfc(abs(z) / sqrt(2))


def effect(counts: tuple[int, int]):
    return compare(Proportion(USERS, counts[0]), Proportion(USERS, counts[1]))


def test_the_sources_seed_gives_other_counts_than_its_story():
    legacy = np.random.RandomState(42)  # the generator behind np.random.seed
    assert tuple(int(legacy.binomial(USERS, rate)) for rate in (RATE, PLANNED)) == SEEDED


def test_the_seeded_run_is_significant():
    difference, z, p = pooled_z(*SEEDED)
    assert difference == pytest.approx(0.00776, abs=1e-12)
    assert z == pytest.approx(2.618, abs=5e-4)
    assert p == pytest.approx(0.0088, abs=5e-5)
    assert effect(SEEDED).p_value == pytest.approx(p, rel=1e-3)


def test_the_fixed_counts_tell_the_sources_story():
    difference, z, p = pooled_z(*STORY)
    assert difference == pytest.approx(0.00356, abs=1e-12)
    assert z == pytest.approx(1.2010, abs=5e-5)
    assert p == pytest.approx(0.23, abs=5e-4)
    found = effect(STORY)
    assert found.absolute == pytest.approx(difference, abs=1e-12)
    assert found.p_value == pytest.approx(p, rel=1e-3)
    assert (found.absolute_low, found.absolute_high) == pytest.approx((-0.00225, 0.00937), abs=1e-5)
    assert found.relative == pytest.approx(178 / 16_200, abs=1e-12)
    assert found.relative_low < 0 < found.relative_high


def test_the_sources_interval_is_centred_on_its_upper_figure():
    """The interval told, -0.1 to +0.9 points, has +0.4 as its middle; that of the counts has +0.356, and reaches lower."""
    found = effect(STORY)
    told = (-0.001, 0.009)
    assert sum(told) / 2 == pytest.approx(PLANNED - RATE)
    assert (found.absolute_low + found.absolute_high) / 2 == pytest.approx(found.absolute, abs=2e-6)
    assert found.absolute_low == pytest.approx(told[0], abs=0.0015)
    assert found.absolute_high == pytest.approx(told[1], abs=0.0005)


def test_the_experiment_was_too_small_for_four_tenths_of_a_point():
    normal = NormalDist()
    reach = normal.inv_cdf(0.975) + normal.inv_cdf(0.8)
    by_hand = ceil(reach**2 * 2 * RATE * (1 - RATE) / (PLANNED - RATE) ** 2)
    smallest = reach * sqrt(2 * RATE * (1 - RATE) / USERS)
    assert by_hand == 214_887
    assert smallest == pytest.approx(0.0083, abs=5e-5)
    design = ProportionDesign(RATE, alpha=0.05)
    relative = PLANNED / RATE - 1
    assert design.size(relative=relative, power=0.8).n_arms[0] == pytest.approx(by_hand, rel=0.01)
    assert design.mde(2 * USERS, power=0.8).relative * RATE == pytest.approx(smallest, rel=0.01)


def test_four_weeks_more_would_not_have_been_enough():
    """The source counts on four weeks; at 50,000 users an arm in three weeks, the missing ones take about ten."""
    weeks_more = (214_887 - USERS) / (USERS / 3)
    assert weeks_more == pytest.approx(9.9, abs=0.05)


def test_what_a_month_of_the_fixed_lift_is_worth():
    assert MONTHLY_CHECKOUTS * pooled_z(*STORY)[0] * BASKET == pytest.approx(135_280)


def test_the_study_says_which_counts_it_has_and_why():
    said = config.load("studies/checkout_redesign.yml").limits[0]
    difference, _, p = pooled_z(*SEEDED)
    for number in (
        *(f"{n:,}" for n in (*STORY, *SEEDED, USERS)),
        f"{100 * difference:+.3f} points",
        f"p {p:.4f}".replace("0.", "."),
    ):
        assert number in said, number
    page = (paths.DOCS / "studies" / "checkout_redesign.md").read_text(encoding="utf-8")
    assert said in page
