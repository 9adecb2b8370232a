"""Regression adjustment of unit-level data by Lin's interacted regression."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import CONFIDENCE, CUPED_GAIN_THRESHOLD
from helpers.stats.adjustment.covariates import centred_basis, checked_columns
from helpers.stats.adjustment.cuped import VarianceReduction
from helpers.stats.comparisons.arm_estimate import ArmEstimate
from helpers.stats.comparisons.effects import Effect, compare
from helpers.stats.comparisons.linear import from_variances, satterthwaite
from helpers.stats.inference import Alternative, EffectArrays
from helpers.stats.validation import BoolArray, FloatArray, alpha_of

_FITTED = 64 * np.finfo(float).eps  # residuals this small beside the outcome are rounding
_ALONE = 1e-10  # 1 - leverage of a unit that determines its own fit


@dataclass(frozen=True)
class RegressionAdjusted:
    """Effect after regression adjustment, and what the covariates were worth.

    Attributes:
        effect: arms at the covariate means of all units, difference, intervals and test.
        standard_error: of ``effect.absolute`` (HC2).
        standard_error_unadjusted: of the plain difference of means.
        reduction: ``theta`` is Lin's combination of the two arms' slopes, so that the effect equals the plain
            difference minus theta times the covariates' imbalance.

    Example:
        >>> r = lin_adjustment([1, 2, 4, 2, 4, 5], [0, 0, 0, 1, 1, 1], {"x": [1, 2, 3, 1, 2, 3]})
        >>> r.standard_error < r.standard_error_unadjusted
        True
    """

    effect: Effect
    standard_error: float
    standard_error_unadjusted: float
    reduction: VarianceReduction


@dataclass(frozen=True, eq=False)
class LinArrays:
    """Lin's adjustment of many experiments at once.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> x = rng.normal(size=(2, 5, 30, 1))
        >>> lin_arrays(x[0, ..., 0], x[0], x[1, ..., 0] + rng.normal(size=(5, 30)), x[1]).standard_error.shape
        (5,)
    """

    effects: EffectArrays
    standard_error: FloatArray
    share_remaining: FloatArray


@dataclass(frozen=True, eq=False)
class _Fit:
    """One arm regressed on its covariates and read off at a common point; leading axes are experiments."""

    estimate: FloatArray
    squared_error: FloatArray
    plain_squared_error: FloatArray
    slopes: FloatArray
    df: FloatArray
    alone: BoolArray


def lin_adjustment(
    y: ArrayLike,
    treated: ArrayLike,
    covariates: Mapping[str, ArrayLike],
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
    threshold: float = CUPED_GAIN_THRESHOLD,
) -> RegressionAdjusted:
    r"""Effect by Lin's fully interacted regression with HC2 standard errors.

    The coefficient of :math:`z` in :math:`y\sim z+(x-\bar x)+z(x-\bar x)`, which is the gap between the two arms' own
    regressions at :math:`\bar x`, the covariate means of all units. It never does worse than the plain difference in
    large samples, whatever the true shape of the relation. Its squared standard error is
    :math:`\sum_i w_i^2e_i^2/(1-h_i)` over the units of both arms, with :math:`h` the leverages and :math:`w` the
    weights of the estimate. The reference is Student's t with Bell and McCaffrey's degrees of freedom an arm, put
    together as Welch does; without covariates all of it is Welch's t. Relative intervals are Fieller's.

    Inference holds :math:`\bar x` fixed: it is for the units at hand (and conservative for them). For a wider
    population, :math:`(\beta_t-\beta_c)^\top S_{xx}(\beta_t-\beta_c)/n` is missing, which matters only where the slopes
    of the arms differ by as much as the residual noise. Constant and collinear covariates share the least-norm
    solution; what is constant within an arm is not adjusted for there.

    Args:
        y: one value a unit.
        treated: one boolean or 0/1 a unit.
        covariates: one value a unit under each name, measured before exposure.
        confidence: level of the intervals.
        alternative: "greater" means treatment above control.
        threshold: largest ``share_remaining`` that still counts as a gain.

    Raises:
        InputError: for an empty arm, lengths that differ, or values that are not finite.

    NaN with a note where an arm has no degrees of freedom left or a unit determines a slope alone.

    Reference: Lin (2013), Annals of Applied Statistics 7, 295-318; MacKinnon and White (1985) for HC2;
    Bell and McCaffrey (2002), Survey Methodology 28; Imbens and Kolesar (2016), Review of Economics and Statistics 98.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> x, treated = rng.normal(10, 3, 2000), np.arange(2000) % 2
        >>> y = x + 0.5 * treated + rng.normal(0, 2, 2000)
        >>> r = lin_adjustment(y, treated, {"x": x})
        >>> r.reduction.gains, round(r.reduction.share_remaining, 1), r.effect.absolute_low < 0.5
        (True, 0.3, True)
    """
    outcome, arm, columns = checked_columns(y, treated, covariates)
    parts = [(outcome[arm == side], columns[arm == side]) for side in (False, True)]
    fits = [_fit(values, x, columns.mean(axis=0)) for values, x in parts]
    arms = [_arm(values.size, fit) for (values, _), fit in zip(parts, fits, strict=True)]
    effect = compare(arms[0], arms[1], confidence=confidence, alternative=alternative)
    squared, plain = (
        float(sum(getattr(fit, name) for fit in fits)) for name in ("squared_error", "plain_squared_error")
    )
    n_c, n_t = arms[0].n, arms[1].n
    theta = (n_c * fits[1].slopes + n_t * fits[0].slopes) / (n_c + n_t)
    share = squared / plain if plain > 0 else math.nan
    reduction = VarianceReduction(
        tuple(covariates), tuple(theta.tolist()), share, share <= threshold, gain_note(share, threshold)
    )
    return RegressionAdjusted(effect, math.sqrt(squared), math.sqrt(plain), reduction)


def lin_arrays(
    y_control: FloatArray,
    x_control: FloatArray,
    y_treatment: FloatArray,
    x_treatment: FloatArray,
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> LinArrays:
    """``lin_adjustment`` of many experiments of one size: leading axes are experiments.

    Args:
        y_control, y_treatment: outcomes, shape (..., n of the arm).
        x_control, x_treatment: covariates, shape (..., n of the arm, k).

    Example:
        >>> y, x = np.array([1.0, 2, 4]), np.array([[1.0], [2], [3]])
        >>> float(lin_arrays(y, x, y + 1, x).effects.absolute.round(12))
        1.0
    """
    n_c, n_t = y_control.shape[-1], y_treatment.shape[-1]
    at = (n_c * x_control.mean(axis=-2) + n_t * x_treatment.mean(axis=-2)) / (n_c + n_t)
    c, t = _fit(y_control, x_control, at), _fit(y_treatment, x_treatment, at)
    df = satterthwaite(c.squared_error, c.df, t.squared_error, t.df)
    alpha = alpha_of(confidence)
    effects = from_variances(c.estimate, c.squared_error, t.estimate, t.squared_error, df, alpha, alternative)
    squared, plain = c.squared_error + t.squared_error, c.plain_squared_error + t.plain_squared_error
    with np.errstate(divide="ignore", invalid="ignore"):
        return LinArrays(effects, np.sqrt(squared), squared / plain)


def gain_note(share: float, threshold: float) -> str:
    """Why there is nothing to gain; empty where there is.

    Example:
        >>> gain_note(0.999, 0.98)
        'no gain: 0.999 of the variance remains (threshold 0.98)'
    """
    if math.isnan(share):
        return "no gain to speak of: the outcome has no variance, or an arm too few units"
    return "" if share <= threshold else f"no gain: {share:.3f} of the variance remains (threshold {threshold:g})"


def _fit(y: FloatArray, x: FloatArray, at: FloatArray) -> _Fit:
    """Least squares of ``y`` (..., n) on ``x`` (..., n, k) with an intercept, read off at ``at`` (..., k)."""
    n = y.shape[-1]
    mean = y.mean(axis=-1)
    centred = y - y[..., :1]  # a constant outcome stays exactly constant
    centred = centred - centred.mean(axis=-1, keepdims=True)
    basis, slopes_of, rank = centred_basis(x)
    loading = np.einsum("...nk,...n->...k", basis, centred)
    residual = centred - np.einsum("...nk,...k->...n", basis, loading)
    slopes = np.einsum("...jk,...k->...j", slopes_of, loading)
    reach = at - x.mean(axis=-2)
    direction = np.einsum("...jk,...j->...k", slopes_of, reach)
    weights = 1 / n + np.einsum("...nk,...k->...n", basis, direction)
    spare = 1 - 1 / n - (basis**2).sum(axis=-1)
    alone = (spare <= _ALONE).any(axis=-1)
    spare_units = n - 1 - rank > 0
    rounding = (residual**2).sum(axis=-1) <= _FITTED**2 * (y**2).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = ((weights * residual) ** 2 / spare).sum(axis=-1)
        plain = (centred**2).sum(axis=-1) / (n * (n - 1.0)) if n > 1 else np.full(mean.shape, np.nan)
        df = np.where(spare_units & ~alone, _bell_mccaffrey(weights, spare, basis), np.nan)
    squared = np.where(rounding, 0.0, squared)
    squared = np.where(np.isnan(df), np.nan, squared)
    return _Fit(mean + (slopes * reach).sum(axis=-1), squared, plain, slopes, df, spare_units & alone)


def _bell_mccaffrey(weights: FloatArray, spare: FloatArray, basis: FloatArray) -> FloatArray:
    """Degrees of freedom of HC2: twice its squared mean over its variance, were the noise even and normal."""
    n = weights.shape[-1]
    scaled = weights**2 / spare
    full = np.concatenate([np.full((*weights.shape, 1), 1 / math.sqrt(n)), basis], axis=-1)
    overlap = np.swapaxes(full, -1, -2) @ (scaled[..., None] * full)
    spread = (scaled**2 * (2 * spare - 1)).sum(axis=-1) + (overlap**2).sum(axis=(-1, -2))
    df: FloatArray = (weights**2).sum(axis=-1) ** 2 / spread
    return df


def _arm(n: int, fit: _Fit) -> ArmEstimate:
    variance = float(fit.squared_error) * n
    note = ""
    if math.isnan(variance):
        note = (
            "a unit alone determines a slope, so its error cannot be seen: merge rare levels or drop the covariate"
            if bool(fit.alone)
            else f"{n} units in an arm leave no degree of freedom beside the covariates"
        )
    return ArmEstimate(n, float(fit.estimate), variance, float(fit.df), "Lin regression, HC2, Welch t, Fieller", note)
