"""The legacy run of the music study: the figures its notebook printed, from the recipe behind them.

The recipe draws from NumPy's legacy generator, seed 42, so the figures depend on the order of the draws: a thousand
A/A tests first, then arm, country, device, age, songs by arm, conversion, tenure, churn and outliers.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats as reference

from helpers.stats import Lifetimes, Mean, MeanDesign, Proportion, compare, log_rank, srm

USERS = 40_000
TREATED_SHARE = 0.10
SONGS_SHAPE, SONGS_SCALE = 2, (10, 11.5)
OUTLIERS = 50


@dataclass(frozen=True)
class LegacyRun:
    """What one seeded run of the recipe holds; every array has one entry a user."""

    aa_alarms: float
    treated: NDArray[np.bool_]
    country: NDArray[np.str_]
    device: NDArray[np.str_]
    age: NDArray[np.str_]
    songs: NDArray[np.int64]
    converted: NDArray[np.bool_]
    days: NDArray[np.int64]
    churned: NDArray[np.bool_]

    @property
    def threshold(self) -> float:
        return float(np.quantile(self.songs, 0.99))

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Whom the legacy run kept: users strictly below the pooled 99th percentile of the outcome."""
        return self.songs < self.threshold


@pytest.fixture(scope="module")
def run() -> LegacyRun:
    rng = np.random.RandomState(42)
    pairs = (rng.normal(20, 5, (2, 1_000)) for _ in range(1_000))
    alarms = np.mean([reference.ttest_ind(*pair).pvalue < 0.05 for pair in pairs])

    def labels(names: str, shares: tuple[float, ...]) -> NDArray[np.str_]:
        return rng.choice(np.array(names.split()), USERS, p=shares)

    treated = labels("control treatment", (1 - TREATED_SHARE, TREATED_SHARE)) == "treatment"
    country = labels("US UK DE IN", (0.4, 0.2, 0.2, 0.2))
    device = labels("iOS Android", (0.5, 0.5))
    age = labels("18-24 25-34 35-44 45+", (0.35, 0.35, 0.2, 0.1))
    songs = np.zeros(USERS, np.int64)
    for arm, scale in zip((~treated, treated), SONGS_SCALE, strict=True):
        songs[arm] = rng.gamma(SONGS_SHAPE, scale, arm.sum()).astype(np.int64)
    chance = (0.05 + 0.002 * songs) * np.where(country == "US", 1.2, 1.0)
    converted = rng.binomial(1, np.minimum(chance, 1)).astype(bool)
    days = rng.randint(1, 60, USERS)
    churned = rng.binomial(1, 0.30 - 0.20 * converted - 0.05 * treated).astype(bool)
    whales = rng.choice(USERS, OUTLIERS, replace=False)
    songs[whales] = rng.randint(1_000, 5_000, OUTLIERS)
    return LegacyRun(float(alarms), treated, country, device, age, songs, converted, days, churned)


def test_the_legacy_sample_size() -> None:
    """A standardised difference of 0.05 at power 0.8, 90/10; the legacy run cut the fractions off."""
    plan = MeanDesign(mean=1, sd=1, weights=(0.9, 0.1)).size(absolute=0.05, power=0.8)
    control = plan.n_exact * 0.9
    assert (int(control), int(control / 9), int(plan.n_exact)) == (31_397, 3_488, 34_885)


def test_the_thousand_aa_tests_came_first(run: LegacyRun) -> None:
    assert run.aa_alarms == 0.047


def test_what_was_dropped(run: LegacyRun) -> None:
    assert run.threshold == 69
    assert (~run.kept).sum() == 419
    assert run.kept.sum() == 39_581


def test_sample_ratio_after_dropping(run: LegacyRun) -> None:
    sizes = [int((run.kept & ~run.treated).sum()), int((run.kept & run.treated).sum())]
    assert sizes == [35_637, 3_944]
    assert round(srm(sizes, [0.9, 0.1]).p_value, 5) == 0.81325


def test_songs(run: LegacyRun) -> None:
    control, treatment = (run.songs[run.kept & arm] for arm in (~run.treated, run.treated))
    effect = compare(Mean.from_values(control), Mean.from_values(treatment))
    assert round(effect.relative, 4) == 0.1326
    t, p = reference.ttest_ind(control, treatment, equal_var=False)
    assert round(float(t), 3) == -10.622
    assert effect.p_value == pytest.approx(float(p), rel=1e-6)


def test_conversion(run: LegacyRun) -> None:
    won = [int(run.converted[run.kept & arm].sum()) for arm in (run.treated, ~run.treated)]
    n = [int((run.kept & arm).sum()) for arm in (run.treated, ~run.treated)]
    assert won == [406, 3_448]
    pooled = sum(won) / sum(n)
    z = (won[0] / n[0] - won[1] / n[1]) / np.sqrt(pooled * (1 - pooled) * (1 / n[0] + 1 / n[1]))
    assert round(float(z), 5) == 1.24378
    assert round(float(2 * reference.norm.sf(z)), 5) == 0.21358
    assert compare(Proportion(n[1], won[1]), Proportion(n[0], won[0])).p_value == pytest.approx(0.21358, abs=2e-3)


def test_retention(run: LegacyRun) -> None:
    arms = [run.kept & ~run.treated, run.kept & run.treated]
    test = log_rank(*(Lifetimes(run.days[arm], run.churned[arm]) for arm in arms))
    assert test.p_value == pytest.approx(7.76e-8, rel=1e-3)


@pytest.mark.parametrize(
    ("segment", "level", "lift", "p_value"),
    [
        ("device", "Android", 0.0391, 0.5872), ("device", "iOS", 0.0895, 0.2225),
        ("country", "DE", 0.0090, 0.9387), ("country", "US", 0.1025, 0.1810),
        ("country", "IN", -0.0697, 0.5608), ("country", "UK", 0.1634, 0.1873),
        ("age", "35-44", -0.0176, 0.8751), ("age", "45+", 0.1305, 0.4192),
        ("age", "18-24", 0.0656, 0.4531), ("age", "25-34", 0.0915, 0.2977),
    ],
)  # fmt: skip
def test_ten_segments(run: LegacyRun, segment: str, level: str, lift: float, p_value: float) -> None:
    inside = run.kept & (getattr(run, segment) == level)
    _check_conversion(run, inside, lift, p_value)


def test_power_users_by_the_outcome(run: LegacyRun) -> None:
    top = run.kept & (run.songs >= np.quantile(run.songs[run.kept], 0.75))
    _check_conversion(run, top, 0.0649, 0.3968)


def _check_conversion(run: LegacyRun, inside: NDArray[np.bool_], lift: float, p_value: float) -> None:
    won = np.array([run.converted[inside & arm].sum() for arm in (run.treated, ~run.treated)])
    n = np.array([(inside & arm).sum() for arm in (run.treated, ~run.treated)])
    rate, pooled = won / n, won.sum() / n.sum()
    z = (rate[0] - rate[1]) / np.sqrt(pooled * (1 - pooled) * (1 / n).sum())
    assert round(float(rate[0] / rate[1] - 1), 4) == lift
    assert round(float(2 * reference.norm.sf(abs(z))), 4) == p_value
