"""Means and everything that behaves like one: Welch's t for the difference, Fieller's set for the
relative change, and the normal-theory intervals they are compared with.

The relative change is measured against the *size* of the control mean, ``(t - c) / |c|``, so that a
gain is positive whatever the sign of the control.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import CONFIDENCE
from helpers.stats.inference import Alternative, EffectArrays, agreeing, critical, p_values
from helpers.stats.validation import BoolArray, FloatArray, alpha_of


def welch(
    n_control: ArrayLike,
    mean_control: ArrayLike,
    variance_control: ArrayLike,
    n_treatment: ArrayLike,
    mean_treatment: ArrayLike,
    variance_treatment: ArrayLike,
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> EffectArrays:
    r"""Welch's t test, its interval, and Fieller's relative interval from the same statistic.

    :math:`t=(\bar y_t-\bar y_c)/\sqrt{s_t^2/n_t+s_c^2/n_c}` with Welch-Satterthwaite degrees of
    freedom. The relative interval holds every :math:`\rho` that the test of
    :math:`\bar y_t-(1+\rho)\bar y_c=0` keeps, at those same degrees of freedom. Where the control
    mean cannot be told from zero that set is unbounded: the interval is (-inf, inf) when p >= alpha
    and the ray on the side of the effect when p < alpha.

    Args:
        n_control, n_treatment: units.
        mean_control, mean_treatment: arm means, in any one unit.
        variance_control, variance_treatment: sample variances (divisor n - 1) of one unit.
        confidence: level of the intervals.
        alternative: "greater" means treatment above control.

    Assumes independent units and means near normal. NaN where n < 2 or both variances are 0.

    Reference: Welch (1947), Biometrika 34; Fieller (1954), JRSS B 16.

    Example:
        >>> r = welch([35637], [19.05], [13.4**2], [3944], [21.57], [15.2**2])
        >>> float(r.statistic[0].round(6)), float(r.relative_low[0].round(4))
        (9.990981, 0.1061)
    """
    alpha = alpha_of(confidence)
    n_c, n_t = np.asarray(n_control, np.float64), np.asarray(n_treatment, np.float64)
    s_c = np.asarray(variance_control, np.float64)
    s_t = np.asarray(variance_treatment, np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        v_c = np.where(n_c > 1, s_c / n_c, np.nan)
        v_t = np.where(n_t > 1, s_t / n_t, np.nan)
        share = v_t / (v_c + v_t)  # NaN without any variance
        df = 1 / (share**2 / (n_t - 1) + (1 - share) ** 2 / (n_c - 1))
    mean_c = np.asarray(mean_control, np.float64)
    mean_t = np.asarray(mean_treatment, np.float64)
    return from_variances(mean_c, v_c, mean_t, v_t, df, alpha, alternative)


def from_variances(
    mean_c: FloatArray,
    v_c: FloatArray,
    mean_t: FloatArray,
    v_t: FloatArray,
    df: FloatArray,
    alpha: float,
    alternative: Alternative,
) -> EffectArrays:
    """t test, difference and Fieller interval from estimates and *their own* variances.

    Args:
        mean_c, mean_t: estimates of the arms.
        v_c, v_t: squared standard errors of these estimates.
        df: degrees of freedom of the reference t, inf for a normal.
        alpha: error rate.
        alternative: direction of the test.

    Example:
        >>> a = map(np.asarray, (10.0, 0.02, 11.0, 0.02, np.inf))
        >>> float(from_variances(*a, 0.05, "two-sided").statistic.round(6))
        5.0
    """
    mean_c, v_c, mean_t, v_t, df = np.broadcast_arrays(mean_c, v_c, mean_t, v_t, df)
    difference = mean_t - mean_c
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        error = np.sqrt(v_c + v_t)
        statistic = np.where(error > 0, difference / error, np.nan)
        t = critical(alpha, df, alternative)
        p = p_values(statistic, df, alternative)
        relative = difference / np.abs(mean_c)
        ends = (difference - t * error, difference + t * error)
        absolute = _one_sided(*ends, alternative)
        ratio = _one_sided(*fieller(mean_c, v_c, difference, v_t, t, p < alpha), alternative)
    unknown = np.isnan(statistic)
    absolute_low, absolute_high = (np.where(unknown, np.nan, end) for end in agreeing(*absolute, statistic, p < alpha))
    relative_low, relative_high = (np.where(unknown, np.nan, end) for end in agreeing(*ratio, statistic, p < alpha))
    return EffectArrays(
        difference,
        absolute_low,
        absolute_high,
        relative,
        relative_low,
        relative_high,
        statistic,
        np.where(unknown, np.nan, df),
        p,
    )


def satterthwaite(v_c: ArrayLike, df_c: ArrayLike, v_t: ArrayLike, df_t: ArrayLike) -> FloatArray:
    r"""Degrees of freedom of a sum of two variances, :math:`(v_c+v_t)^2/(v_c^2/\nu_c+v_t^2/\nu_t)`.

    Example:
        >>> float(satterthwaite(1.0, 9, 1.0, 9))
        18.0
    """
    v_c, v_t = np.asarray(v_c, np.float64), np.asarray(v_t, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = v_t / (v_c + v_t)
        df: FloatArray = np.asarray(1 / (share**2 / np.asarray(df_t) + (1 - share) ** 2 / np.asarray(df_c)))
    return df


def fieller(
    control: FloatArray,
    v_c: FloatArray,
    difference: FloatArray,
    v_t: FloatArray,
    t: FloatArray,
    significant: BoolArray,
) -> tuple[FloatArray, FloatArray]:
    r"""Fieller's set for ``difference / |control|``, from independent arms.

    With :math:`d` the difference and :math:`c` the control mean, the set holds every :math:`\rho`
    with :math:`A\rho^2-2B\rho+C\le 0`, where :math:`A=c^2-t^2v_c`, :math:`B=dc+t^2v_c` and
    :math:`C=d^2-t^2(v_c+v_t)`. Zero is outside exactly when :math:`C>0`, that is, when the test of
    the difference rejects. :math:`A\le 0` means that the control mean cannot be told from zero.

    Args:
        control, v_c: control estimate and its squared standard error.
        difference: treatment minus control.
        v_t: squared standard error of the treatment estimate.
        t: critical value.
        significant: whether the test of the difference rejects.

    Example:
        >>> low, high = fieller(*map(np.asarray, (19.05, 0.00503859, 2.52, 0.05858012, 1.96, True)))
        >>> float(low.round(4)), float(high.round(4))
        (0.1061, 0.1586)
    """
    spread = t * t * v_c
    a = control * control - spread
    b = difference * control + spread
    c = difference * difference - spread - t * t * v_t
    bounded = a > 0
    treatment = control + difference
    # b^2 - a c, written without its cancellation where the set is bounded
    tidy = t * t * (v_c * treatment * treatment + v_t * a)
    root = np.sqrt(np.clip(np.where(bounded, tidy, b * b - a * c), 0, None))
    q = b + np.copysign(root, b)
    # 0 / 0 for q only where d = c = 0 or there is no variance at all: handled by the caller
    first = np.where(q == 0, 0.0, c / q)
    second = q / a
    sign = np.where(control < 0, -1.0, 1.0)
    low, high = np.minimum(first * sign, second * sign), np.maximum(first * sign, second * sign)
    reach = np.fmin(np.abs(c / q), np.abs(second))  # nearest point of the two rays to zero
    up, down = significant & (difference > 0), significant & (difference < 0)
    low = np.where(bounded, low, np.where(up, reach, -np.inf))
    high = np.where(bounded, high, np.where(down, -reach, np.inf))
    return low, high


def is_unbounded(control: float, v_c: float, t: float) -> bool:
    """Whether the control mean cannot be told from zero, so that no relative change has two ends.

    Example:
        >>> is_unbounded(1.0, 1.0, 1.96)
        True
    """
    return control * control <= t * t * v_c


def relative_delta(control: FloatArray, v_c: FloatArray, treatment: FloatArray, v_t: FloatArray) -> FloatArray:
    r"""Delta-method standard error of ``(t - c) / |c|``: what the calibration shows beside Fieller, not to decide by.

    :math:`\sqrt{v_t/c^2+t^2v_c/c^4}`.

    Example:
        >>> float(relative_delta(*map(np.asarray, (10.0, 0.02, 11.0, 0.02))).round(5))
        0.02102
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(v_t + (treatment / control) ** 2 * v_c) / np.abs(control)


def _one_sided(low: FloatArray, high: FloatArray, alternative: Alternative) -> tuple[FloatArray, FloatArray]:
    """Open the end that a one-sided interval does not bound."""
    if alternative == "greater":
        high = np.full_like(high, np.inf)
    if alternative == "less":
        low = np.full_like(low, -np.inf)
    return low, high
