"""Bootstrap of any statistic: of one arm against another, or of samples on their own.

Every p-value counts the observed sample among the resamples, (hits + 1) / (B + 1), so it is never 0, and every
interval inverts that count: p < alpha if and only if both intervals exclude zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import CONFIDENCE, RESAMPLES
from helpers.stats.bootstrap_intervals import INTERVALS, Interval, compare_replicates, draws_note, replicate_effects
from helpers.stats.bootstrap_replicates import Replicates, replicates
from helpers.stats.effects import Effect
from helpers.stats.inference import Alternative
from helpers.stats.poisson_bootstrap import PoissonSums
from helpers.stats.resampling import Statistic
from helpers.stats.validation import InputError, finite_vector, one_of


@dataclass(frozen=True)
class BootstrapEstimate:
    """A bootstrapped quantity that is no difference of two arms.

    Attributes:
        n: units of all samples together.
        value: the statistic on the data.
        low, high: interval at ``confidence``; the end a one-sided alternative leaves open is infinite.
        null, p_value: the value tested and its p, NaN where no test can be made.
        standard_error: standard deviation over the resamples.

    Example:
        >>> bootstrap_estimate([1, 2, 3, 6], resamples=99, rng=np.random.default_rng(1)).value
        3.0
    """

    method: str
    alternative: Alternative
    confidence: float
    n: int
    value: float
    low: float
    high: float
    null: float
    p_value: float
    standard_error: float
    resamples: int
    note: str = ""


def bootstrap(
    control: ArrayLike,
    treatment: ArrayLike,
    *,
    statistic: Statistic = np.mean,
    method: Interval | Literal["poisson"] = "percentile",
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
    rng: np.random.Generator,
    progress: bool | None = None,
) -> Effect:
    """Effect on any statistic of an arm (by default its mean), arms resampled independently.

    - "percentile": quantiles of the draws; first-order right, blind to bias and skewness;
    - "bca": bias-corrected and accelerated, second-order right for smooth statistics (not for quantiles, whose
      jackknife fails), at n more evaluations of the statistic;
    - "poisson": percentile on Poisson weights, for means of millions of units (:class:`PoissonSums`).

    Example:
        >>> rng = np.random.default_rng(1)
        >>> c, t = rng.gamma(1, 10, 300), rng.gamma(1, 14, 300)
        >>> effect = bootstrap(c, t, method="bca", resamples=999, rng=rng)
        >>> effect.significant, effect.relative_low > 0, effect.p_value
        (True, True, 0.002)
    """
    one_of("method", method, (*INTERVALS, "poisson"))
    if method == "poisson":
        if statistic is not np.mean:
            raise InputError(
                "statistic",
                got=repr(statistic),
                expected="the mean, for the Poisson bootstrap",
                cause="a statistic that weighted totals do not give",
                remedy="use method='percentile', or PoissonSums with a denominator for a ratio",
            )
        arms = [
            PoissonSums.from_values(
                finite_vector(name, values), resamples=resamples, rng=rng, progress=progress
            ).replicates
            for name, values in (("control", control), ("treatment", treatment))
        ]
        return compare_replicates(*arms, confidence=confidence, alternative=alternative, name="Poisson bootstrap")
    arms = [
        replicates(
            finite_vector(name, values),
            statistic=statistic,
            resamples=resamples,
            rng=rng,
            jackknife=method == "bca",
            progress=progress,
        )
        for name, values in (("control", control), ("treatment", treatment))
    ]
    return compare_replicates(*arms, method=method, confidence=confidence, alternative=alternative)


def bootstrap_estimate(
    *samples: ArrayLike,
    statistic: Statistic = np.mean,
    null: float = 0.0,
    method: Interval = "percentile",
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
    rng: np.random.Generator,
    progress: bool | None = None,
) -> BootstrapEstimate:
    """Interval and test of any statistic of one sample, or of several at once (a log ratio, say).

    Example:
        >>> rng = np.random.default_rng(1)
        >>> bootstrap_estimate(rng.normal(1, 1, 50), statistic=np.median, resamples=999, rng=rng).p_value
        0.002
    """
    found = replicates(
        *(finite_vector("sample", sample) for sample in samples),
        statistic=statistic,
        resamples=resamples,
        rng=rng,
        jackknife=method == "bca",
        progress=progress,
    )
    nothing = Replicates(0, np.zeros(()), np.zeros(resamples), 0.0, 0.0)
    shifted = replace(found, value=found.value - null, draws=found.draws - null)
    arrays = replicate_effects(nothing, shifted, method=method, confidence=confidence, alternative=alternative)
    note = draws_note(shifted.draws, np.ones(1))
    return BootstrapEstimate(
        f"{method} bootstrap", alternative, confidence, found.n, found.estimate, float(arrays.absolute_low) + null,
        float(arrays.absolute_high) + null, null, float(arrays.p_value), math.sqrt(found.variance / found.n),
        resamples, note,
    )  # fmt: skip
