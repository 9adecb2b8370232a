r"""What many launches bring together: the sum of what their tests measured, against units that were held back from all of them.

Features are tested one by one, each against the shop without it, and launched when better with significance. Adding up what their tests
measured goes wrong three times over: a launched feature had luck on average (**selection**, the winner's curse), an effect may fade once the
feature is no news (**novelty**), and features may take from each other when they are on together (**overlap**). A holdout, a share of the
units that never meets any of them, measures the total after all that: one comparison of two rates, planned in advance, whatever was
launched.

**Assumes** that units held back are drawn by chance once, keep out of every feature for the whole time, and are compared when the effects
have settled. **It lies** when it is contaminated: units that meet the features all the same, on a second device or by a new cookie, shrink the
measured effect by their share; and when a feature changes those who do not have it, through stock, prices or each other. It does not lie
when small, it only says little. Features that interact are no trouble: the total is what is measured. It names no feature, either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.errors import ReportError
from helpers.stats.comparisons.score import score_intervals
from helpers.stats.inference import EffectArrays, critical
from helpers.stats.validation import BoolArray, FloatArray, alpha_of


@dataclass(frozen=True, eq=False)
class Launches:
    """Many programmes of the same features, as each tested and launched them.

    Attributes:
        base: success rate without any feature.
        early, late: planted relative effect of each feature while it is news, and after that.
        overlap: share of its effect that each launched feature but the strongest loses to the others.
        measured, error: difference of rates in each test, and its standard error, (runs, features).
        launched: whether the test was significant and the difference positive, (runs, features).
    """

    base: float
    early: FloatArray
    late: FloatArray
    overlap: float
    measured: FloatArray
    error: FloatArray
    launched: BoolArray

    @property
    def summed(self) -> FloatArray:
        """Sum of the measured effects of what was launched, a programme."""
        return self._sum(self.measured)

    @property
    def corrected(self) -> FloatArray:
        r"""The same minus its expected luck, :math:`\sum_i\sigma_i\,\varphi(z-\hat\delta_i/\sigma_i)` over **all** features tested, with z the
        threshold of the test. The true effects in it are replaced by the measured ones, so that some bias stays. Novelty and overlap are not in it.

        Reference: Lee and Shen (2018), KDD, "Winner's curse: bias estimation for total effects of features in online controlled experiments".
        """
        return np.asarray(self.summed - luck(self.measured, self.error).sum(axis=-1))

    @property
    def tested(self) -> FloatArray:
        """Sum of the true effects of what was launched, as they were in the tests."""
        return self._sum(self.base * self.early)

    @property
    def lasting(self) -> FloatArray:
        """The same when novelty has worn off."""
        return self._sum(self.base * self.late)

    @property
    def cumulative(self) -> FloatArray:
        """The truth: what the launched features bring together, on top of the base rate."""
        strongest = np.where(self.launched, self.base * self.late, 0.0).max(axis=-1)
        return np.asarray(strongest + (1 - self.overlap) * (self.lasting - strongest))

    @property
    def summed_covers(self) -> BoolArray:
        """Whether the interval around the sum, from the errors of the launched features' tests, holds the truth."""
        reach = float(critical(alpha_of(CONFIDENCE))) * np.sqrt(self._sum(self.error**2))
        return np.asarray(np.abs(self.summed - self.cumulative) <= reach)

    def _sum(self, effects: FloatArray) -> FloatArray:
        return np.asarray(np.where(self.launched, effects, 0.0).sum(axis=-1))


@dataclass(frozen=True, eq=False)
class Held:
    """A holdout, measured once a programme.

    Attributes:
        units: held back.
        effect: rate of all others minus that of the units held back, with its score interval.
        forgone: expected successes that the units held back would have had more.
        truth: the cumulative effect.
    """

    units: int
    effect: EffectArrays
    forgone: FloatArray
    truth: FloatArray

    @property
    def covers(self) -> BoolArray:
        """Whether the interval holds the cumulative effect."""
        return np.asarray((self.effect.absolute_low <= self.truth) & (self.truth <= self.effect.absolute_high))


def luck(measured: ArrayLike, error: ArrayLike) -> FloatArray:
    r"""Expected excess that launching by significance adds to a feature's measured effect, counted as 0 where it is not launched:
    :math:`E[(X-\delta)1\{X>z\sigma\}]=\sigma\varphi(z-\delta/\sigma)` for normal X.

    Example:
        >>> luck([0.0, 1.96], [1.0, 1.0]).round(4)
        array([0.0584, 0.3989])
    """
    from scipy import stats

    size = np.asarray(error, np.float64)
    return np.asarray(size * stats.norm.pdf(float(critical(ALPHA)) - np.asarray(measured) / size))


def tried(
    rng: np.random.Generator, base: float, early: ArrayLike, late: ArrayLike, overlap: float, *, runs: int, units: int
) -> Launches:
    """Test every feature on ``units`` units, half of them with it, and launch what is significantly better.

    Raises:
        ReportError: for effects of other lengths, or rates outside 0 to 1.

    Example:
        >>> found = tried(np.random.default_rng(1), 0.1, [0.0, 1.0], [0.0, 0.5], 0.0, runs=3, units=4_000)
        >>> found.launched[:, 1], found.cumulative.round(3)
        (array([ True,  True,  True]), array([0.05, 0.05, 0.05]))
    """
    fresh, stale = np.asarray(early, np.float64), np.asarray(late, np.float64)
    rates = base * (1 + fresh)
    together = base * (1 + np.maximum(stale, 0).sum())
    if fresh.shape != stale.shape or fresh.ndim != 1 or not ((rates > 0) & (rates < 1)).all() or not together < 1:
        raise ReportError(
            "These features cannot be launched together",
            got=f"rates {rates.round(4).tolist()} in the tests, up to {together:.4g} together",
            expected="an early and a late effect a feature, and every rate between 0 and 1",
            cause=f"a base rate of {base:g} with effects that add up to more than it can rise",
            remedy="lower beyond.rate or beyond.uplift in the programme file",
        )
    arm = units // 2
    control, treatment = rng.binomial(arm, base, (runs, len(rates))), rng.binomial(arm, rates, (runs, len(rates)))
    found = score_intervals(control, arm, treatment, arm)
    share = np.stack((control, treatment)) / arm
    error = np.sqrt(np.maximum((share * (1 - share)).sum(axis=0), 1 / arm) / arm)
    return Launches(base, fresh, stale, overlap, found.absolute, error, (found.p_value < ALPHA) & (found.absolute > 0))


def held_back(rng: np.random.Generator, launches: Launches, *, audience: int, share: float, leak: float = 0.0) -> Held:
    """Measure the launches against a holdout of ``share`` of the audience, of which a share ``leak`` meets the features all the same.

    Raises:
        ReportError: for a share that leaves one side without units, or a leak outside 0 to 1.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> year = tried(rng, 0.1, [1.0], [1.0], 0.0, runs=2, units=4_000)
        >>> held_back(rng, year, audience=20_000, share=0.1).covers
        array([ True,  True])
    """
    units = round(audience * share)
    if not 0 < units < audience or not 0 <= leak <= 1:
        raise ReportError(
            "This holdout cannot be compared",
            got=f"{units:,} of {audience:,} units held back, of which a share {leak:g} is not",
            expected="units on both sides, and a leak from 0 to 1",
            remedy="hold back a share above 0 and below 1 of an audience that is large enough",
        )
    truth = launches.cumulative
    kept = rng.binomial(units, launches.base + leak * truth)
    met = rng.binomial(audience - units, launches.base + truth)
    return Held(units, score_intervals(kept, units, met, audience - units), units * (1 - leak) * truth, truth)
