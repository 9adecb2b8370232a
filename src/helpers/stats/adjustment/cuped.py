"""CUPED: spend what was known before the experiment on a smaller variance."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from helpers.defaults import CUPED_GAIN_THRESHOLD
from helpers.stats.summaries.moments import Moments
from helpers.stats.summaries.summary import Mean, Ratio
from helpers.stats.validation import FloatArray, InputError

_SINGULAR = 1e-10  # relative size below which a direction of the covariates counts as constant


@dataclass(frozen=True)
class VarianceReduction:
    """What the covariates were worth.

    Attributes:
        covariates: their names.
        theta: one coefficient a covariate, in metric units per covariate unit (for a ratio: of the
            linearised ratio).
        share_remaining: variance of the estimated effect after over before, a fraction; the same
            precision then needs this share of the units.
        gains: share_remaining is at most the threshold of ``helpers.defaults``.
        note: empty, or why there is nothing to gain.

    Example:
        >>> VarianceReduction(("x",), (0.8,), 0.4, True).gains
        True
    """

    covariates: tuple[str, ...]
    theta: tuple[float, ...]
    share_remaining: float
    gains: bool
    note: str = ""


@dataclass(frozen=True)
class Adjusted:
    """Summaries after adjustment, control first, ready for ``compare``; their covariates are spent.

    Example:
        >>> arm = Mean.from_values([1, 2, 4], {"x": [1, 2, 3]})
        >>> cuped(arm, arm).control.covariates
        ()
    """

    arms: tuple[Mean | Ratio, ...]
    reduction: VarianceReduction

    @property
    def control(self) -> Mean | Ratio:
        """The adjusted control."""
        return self.arms[0]

    @property
    def treatment(self) -> Mean | Ratio:
        """The adjusted first treatment."""
        return self.arms[1]


def cuped(
    control: Mean | Ratio,
    *treatments: Mean | Ratio,
    threshold: float = CUPED_GAIN_THRESHOLD,
) -> Adjusted:
    r"""Regression adjustment by covariates from before the experiment, from summaries alone.

    Every outcome column :math:`y` becomes :math:`y-\theta^\top(x-\bar x)` with one
    :math:`\theta=S_{xx}^{-1}S_{xy}` and one :math:`\bar x` from the pooled sample of all arms. A
    ratio has its numerator and its denominator adjusted, which to first order is the best linear
    adjustment of the linearised ratio. Constant or collinear covariates share the least-norm
    solution. Pooling biases the effect by O(1/n) only; the loss of a degree of freedom for each
    covariate is ignored.

    Args:
        control, treatments: two or more arms of one kind with the same covariates, which must not
            be able to react to the treatment (measured before exposure).
        threshold: largest ``share_remaining`` that still counts as a gain.

    Raises:
        InputError: without covariates, or when arms differ in kind or covariates.

    Reference: Deng, Xu, Kohavi and Walker (2013), WSDM, 123-132.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> x = rng.normal(10, 3, 2000)
        >>> y = x + rng.normal(0, 2, 2000)
        >>> a, b = (Mean.from_values(y[i::2], {"x": x[i::2]}) for i in (0, 1))
        >>> r = cuped(a, b).reduction
        >>> r.gains, round(r.share_remaining, 1)
        (True, 0.3)
    """
    arms = (control, *treatments)
    _check(arms)
    outcomes = 1 if isinstance(control, Mean) else 2
    pooled: Moments = reduce(lambda a, b: a + b, (arm.moments for arm in arms))
    theta = _theta(pooled, outcomes)
    matrix = np.hstack([np.eye(outcomes), -theta.T])
    offset = theta.T @ np.asarray(pooled.mean[outcomes:])
    adjusted = tuple(arm.mapped(matrix, offset) for arm in arms)
    share = _variance(adjusted) / _variance(arms) if _variance(arms) > 0 else math.nan
    coefficients = theta[:, 0]
    if isinstance(control, Ratio) and pooled.mean[1] > 0:
        ratio = pooled.mean[0] / pooled.mean[1]
        coefficients = (theta[:, 0] - ratio * theta[:, 1]) / pooled.mean[1]
    gains = share <= threshold
    reduction = VarianceReduction(
        control.covariates,
        tuple(coefficients.tolist()),
        share,
        gains,
        "" if gains else _reason(share, pooled, outcomes, threshold),
    )
    return Adjusted(adjusted, reduction)


def beside_size(control: Ratio, *treatments: Ratio) -> tuple[Ratio, ...]:
    r"""The arms with each covariate less what it is by the size of its unit, :math:`x-\frac{\bar x}{\bar d}d` over all arms.

    The covariate of a cluster is a total over its rows, as its outcome is, and most of what totals differ in is how many
    rows there are. A ratio varies by :math:`y-R\,d`; what predicts it is the same of the covariate.

    Assumes that the denominator cannot react to the treatment, as the rows of clusters that were there before.

    Reference: Su and Ding (2021), Journal of the Royal Statistical Society B 83, 994-1015, on totals and their sizes.

    Example:
        >>> arm = Ratio.from_values([2, 9, 4], [1, 5, 2], {"x": [20, 100, 40]})
        >>> round(beside_size(arm, arm)[0].moments.comoment[2][2], 9)
        0.0
    """
    arms = (control, *treatments)
    pooled: Moments = reduce(lambda a, b: a + b, (arm.moments for arm in arms))
    if not pooled.mean[1] > 0:
        return arms
    matrix = np.eye(len(pooled.mean))
    matrix[2:, 1] = -np.asarray(pooled.mean[2:]) / pooled.mean[1]
    return tuple(replace(arm, moments=arm.moments.mapped(matrix, np.zeros(len(matrix)))) for arm in arms)


def _theta(pooled: Moments, outcomes: int) -> FloatArray:
    """Coefficients, one row a covariate and one column an outcome."""
    comoment = np.asarray(pooled.comoment)
    spread = np.sqrt(np.diag(comoment)[outcomes:])
    scale = np.where(spread > 0, spread, 1.0)
    within = comoment[outcomes:, outcomes:] / np.outer(scale, scale)
    across = comoment[outcomes:, :outcomes] / scale[:, None]
    solution: FloatArray = np.linalg.lstsq(within, across, rcond=_SINGULAR)[0]
    return solution / scale[:, None]


def _variance(arms: tuple[Mean | Ratio, ...]) -> float:
    """Sum of the squared standard errors: for two arms, the variance of the effect."""
    return sum(arm.variance / arm.n for arm in arms)


def _reason(share: float, pooled: Moments, outcomes: int, threshold: float) -> str:
    if math.isnan(share):
        return "no gain to speak of: the outcome has no variance, or an arm fewer than two units"
    if not any(pooled.comoment[i][i] > 0 for i in range(outcomes, len(pooled.mean))):
        return "no gain: every covariate is constant"
    return (
        f"no gain: {share:.3f} of the variance remains (threshold {threshold:g}), so the "
        "covariates say next to nothing about the outcome"
    )


def _check(arms: tuple[Mean | Ratio, ...]) -> None:
    kinds = {type(arm).__name__ for arm in arms}
    adjustable = len(kinds) == 1 and isinstance(arms[0], Mean | Ratio)
    names = {arm.covariates for arm in arms if isinstance(arm, Mean | Ratio)}
    if len(arms) < 2 or not adjustable or len(names) != 1 or names == {()}:
        raise InputError(
            "arms",
            got=f"{len(arms)} arm(s) of {sorted(kinds)} with covariates {sorted(names)}",
            expected="two or more Means, or Ratios, with the same covariates, at least one",
            cause="summaries made without covariates, or a Proportion",
            remedy="summarise with covariates; a 0/1 outcome goes into Mean",
        )
    empty = [i for i, arm in enumerate(arms) if arm.n == 0]
    if empty:
        raise InputError(
            "arms",
            got=f"no unit in arm {empty[0]}",
            expected="at least one unit an arm",
            cause="an empty segment",
            remedy="leave empty arms out",
        )
