r"""Likelihood ratios mixed over the effects that might be: tests that may be looked at any time.

Under the null a mixed likelihood ratio is a martingale of mean 1, so the chance that it *ever*
exceeds :math:`1/\alpha` is at most :math:`\alpha` (Ville 1939), however often one looks. For an
estimate of standard error :math:`s` and effects mixed over :math:`N(0,\tau^2)` it depends on
:math:`z` and on :math:`r=\tau^2/s^2` alone:

.. math:: \Lambda=(1+r)^{-1/2}\exp\frac{z^2 r}{2(1+r)}.

Confidence sequences and the mSPRT differ only in how they choose :math:`r`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.defaults import CONFIDENCE
from helpers.stats.comparisons.effects import Effect, check_arms, effect_of
from helpers.stats.comparisons.linear import fieller
from helpers.stats.inference import Alternative, EffectArrays, agreeing
from helpers.stats.summaries.summary import Summary
from helpers.stats.validation import FloatArray, InputError, alpha_of, finite

_TINY = 1e-300


def mixture_critical(ratio: ArrayLike, alpha: float, alternative: Alternative = "two-sided") -> FloatArray:
    r"""Value that z must exceed for the always-valid p to be below ``alpha``.

    Two-sided :math:`\sqrt{(1+r)/r\,\{\ln(1+r)+2\ln(1/\alpha)\}}`; one-sided
    :math:`\sqrt{(1+r)/r\;2\ln\{1+\sqrt{1+r}/(2\alpha)\}}`, a bound for the half-normal mixture.

    Args:
        ratio: r, the mixture's variance over the squared standard error; above 0.
        alpha: probability of ever rejecting without an effect.

    Reference: Robbins (1970), Ann. Math. Stat. 41; Waudby-Smith et al. (2024), Ann. Statist. 52.

    Example:
        >>> mixture_critical([1, 100], 0.05).round(3).tolist()
        [3.656, 3.273]
    """
    r = np.asarray(ratio, np.float64)
    with np.errstate(divide="ignore"):
        if alternative == "two-sided":
            twice = np.log1p(r) - 2 * math.log(alpha)
        else:
            twice = 2 * np.log1p(np.sqrt(1 + r) / (2 * alpha))
        root: FloatArray = np.sqrt((1 + 1 / r) * twice)
    return root


def mixture_p(z: ArrayLike, ratio: ArrayLike, alternative: Alternative = "two-sided") -> FloatArray:
    r"""Always-valid p-value of one look: the smallest alpha whose boundary z exceeds, at most 1.

    Two-sided it is :math:`1/\Lambda`. The minimum over the looks so far is an always-valid p too.

    Args:
        z: statistic, growing with the effect.
        ratio: r as in ``mixture_critical``.

    Example:
        >>> float(mixture_p(3.656, 1).round(3)), float(mixture_p(0.5, 1))
        (0.05, 1.0)
    """
    statistic, r = np.asarray(z, np.float64), np.asarray(ratio, np.float64)
    half = statistic**2 * (r / (1 + r)) / 2
    if alternative == "two-sided":
        log_p = np.log1p(r) / 2 - half
    else:
        with np.errstate(divide="ignore"):
            log_p = np.log1p(r) / 2 - math.log(2) - half - np.log(-np.expm1(-half))
        toward = statistic > 0 if alternative == "greater" else statistic < 0
        log_p = np.where(toward | np.isnan(statistic), log_p, 0.0)
    p: FloatArray = np.exp(np.minimum(log_p, 0.0))
    return p


def mixture_intervals(
    mean_c: ArrayLike,
    v_c: ArrayLike,
    mean_t: ArrayLike,
    v_t: ArrayLike,
    ratio: ArrayLike,
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> EffectArrays:
    """Always-valid p-values and intervals of many comparisons, absolute and relative (Fieller).

    Args:
        mean_c, mean_t: estimates of the arms.
        v_c, v_t: squared standard errors of these estimates.
        ratio: r as in ``mixture_critical``.
        confidence, alternative: as in ``compare``.

    Example:
        >>> found = mixture_intervals([10.0], [0.02], [11.0], [0.02], [8.0])
        >>> found.absolute_low.round(3).tolist(), found.relative_low.round(3).tolist()
        ([0.393], [0.038])
    """
    alpha = alpha_of(confidence)
    columns = (mean_c, v_c, mean_t, v_t, ratio)
    c, s_c, t, s_t, r = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in columns))
    difference = t - c
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        error = np.sqrt(s_c + s_t)
        z = np.where(error > 0, difference / error, np.nan)
        crit = mixture_critical(r, alpha, alternative)
        p = mixture_p(z, r, alternative)
        pairs = (
            (difference - crit * error, difference + crit * error),
            fieller(c, s_c, difference, s_t, crit, p < alpha),
        )
        relative = difference / np.abs(c)
    unknown, bounds = np.isnan(z), []
    for low, high in pairs:
        ends = agreeing(
            np.full_like(low, -np.inf) if alternative == "less" else low,
            np.full_like(high, np.inf) if alternative == "greater" else high,
            z,
            p < alpha,
        )
        bounds += [np.where(unknown, np.nan, end) for end in ends]
    df = np.where(unknown, np.nan, np.inf)
    low, high, relative_low, relative_high = bounds
    return EffectArrays(difference, low, high, relative, relative_low, relative_high, z, df, p)


def mixture_effect(
    control: Summary, treatment: Summary, ratio: float, confidence: float, alternative: Alternative, method: str
) -> Effect:
    """One comparison at mixture ratio ``ratio``, as an ``Effect`` with its note.

    Example:
        >>> from helpers.stats import Mean
        >>> arms = Mean.from_moments(100, 10, 4), Mean.from_moments(100, 12, 4)
        >>> mixture_effect(*arms, 10.0, 0.95, "two-sided", "mixture").significant
        True
    """
    check_arms(control, treatment, alternative)
    alpha = alpha_of(confidence)
    errors = control.variance / control.n, treatment.variance / treatment.n
    arrays = mixture_intervals(
        control.estimate,
        errors[0],
        treatment.estimate,
        errors[1],
        ratio,
        confidence=confidence,
        alternative=alternative,
    )
    crit = float(mixture_critical(ratio, alpha, alternative))
    return effect_of(control, treatment, arrays, crit, confidence, alternative, method)


def msprt(
    control: Summary,
    treatment: Summary,
    tau: float,
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> Effect:
    r"""Mixture sequential probability ratio test: p-value and interval valid at any number of looks.

    With :math:`V` the squared standard error of the difference :math:`d`,
    :math:`\Lambda=\sqrt{V/(V+\tau^2)}\exp\{\tau^2d^2/(2V(V+\tau^2))\}` and :math:`p=\min(1,1/\Lambda)`.

    Args:
        control, treatment: summaries with all data so far.
        tau: standard deviation of the effects that one expects, absolute, in the metric's unit: the
            test is fastest for effects of that size and valid for every tau fixed before the start.
        confidence, alternative: as in ``compare``; one-sided by a half-normal mixture.

    The variance is estimated, so the promise holds for samples where z is near normal.

    Raises:
        InputError: for a tau that is not positive, or arms that cannot be compared.

    Reference: Johari, Koomen, Pekelis and Walsh (2022), Operations Research 70, 1806-1821.

    Example:
        >>> from helpers.stats import Proportion
        >>> effect = msprt(Proportion(5000, 500), Proportion(5000, 600), tau=0.01)
        >>> effect.significant, round(effect.p_value, 4)
        (True, 0.0478)
    """
    spread = finite("tau", tau)
    if spread <= 0:
        raise InputError(
            "tau",
            got=tau,
            expected="a positive number in the metric's unit",
            cause="a variance or a relative effect passed in its place",
            remedy="pass the size of effect worth finding, for instance the planned one",
        )
    check_arms(control, treatment, alternative)
    squared_error = control.variance / control.n + treatment.variance / treatment.n
    ratio = spread**2 / squared_error if squared_error > 0 else math.nan
    effect = mixture_effect(control, treatment, ratio, confidence, alternative, f"mSPRT, tau {spread:g}")
    return replace(effect, p_value=math.nan) if math.isnan(ratio) else effect


def dirichlet_log_ratio(counts: ArrayLike, shares: ArrayLike, concentration: float) -> FloatArray:
    r"""Log Bayes factor of multinomial counts: Dirichlet-mixed shares against the designed ones.

    :math:`\ln\frac{B(a+n)}{B(a)}-\sum_i n_i\ln\theta_i` with :math:`a_i=c\,\theta_i`, for units in the
    order of their arrival.

    Args:
        counts: cumulative units, shape (..., arms).
        shares: designed shares, positive, adding up to 1.
        concentration: c; larger looks for smaller deviations.

    Reference: Lindon and Malek (2022), NeurIPS, arXiv 2011.03567.

    Example:
        >>> dirichlet_log_ratio([[0, 0], [60, 40]], [0.5, 0.5], 2.0).round(3).tolist()
        [0.0, -0.091]
    """
    n, theta = np.asarray(counts, np.float64), np.asarray(shares, np.float64)
    prior = concentration * theta
    total = n.sum(axis=-1)
    log_ratio: FloatArray = (
        special.gammaln(prior.sum())
        - special.gammaln(prior.sum() + total)
        + (special.gammaln(prior + n) - special.gammaln(prior) - n * np.log(theta)).sum(axis=-1)
    )
    return log_ratio
