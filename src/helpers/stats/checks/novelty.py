"""Does the effect last? Its trend over the days, and what is left of it in the last ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.defaults import ALPHA, CONFIDENCE, NOVELTY_LAST_DAYS
from helpers.stats.checks.daily_effects import DailyEffects
from helpers.stats.inference import critical, p_values
from helpers.stats.roots import decreasing_roots
from helpers.stats.validation import FloatArray, InputError, alpha_of, between, whole_number

Verdict = Literal["stable", "novelty", "primacy", "reversal", "no test"]

LEAST = 3
"""Days below which none is left to show how far days stray from a line."""
ROUNDING = 1e-12
"""Scatter about the line, in units of sampling error, below which it is that of floats."""


@dataclass(frozen=True, eq=False)
class TrendArrays:
    """Lines through daily effects of many experiments at once; leading axes are experiments.

    Attributes:
        slope, slope_error, statistic, p_value: effect units a day, and the t test that it is 0.
        first, first_error, last, last_error: the line on the first and on the last day.
        tau2: variance of the days about the line beyond sampling error.
        scale: what is left of the scatter, over what ``tau2`` and sampling error explain; errors hold its root.
        q, q_p_value: chi-square of any difference between days, on k - 1 degrees of freedom.

    Example:
        >>> float(trends([0, 1, 2], [0.3, 0.2, 0.1], np.eye(3)).slope.round(12))
        -0.1
    """

    slope: FloatArray
    slope_error: FloatArray
    statistic: FloatArray
    p_value: FloatArray
    first: FloatArray
    first_error: FloatArray
    last: FloatArray
    last_error: FloatArray
    tau2: FloatArray
    scale: FloatArray
    q: FloatArray
    q_p_value: FloatArray


@dataclass(frozen=True)
class Novelty:
    """Whether the effect fades, grows or lasts.

    Attributes:
        verdict: "novelty" (fades towards zero), "primacy" (grows away from it), "reversal" (the line leaves zero on
            both sides), "stable" (no trend seen, which is no proof of none: look at the interval of the slope), or
            "no test".
        slope, slope_low, slope_high: effect units a day; t interval.
        p_value: of a trend: the larger one of the absolute effect's and of the effect relative to the day's level.
        first, last: the fitted effect on the first and the last day.
        any_difference_p_value: chi-square test of any difference between days.
        long_run, long_run_low, long_run_high: effect of the last days, weighted by precision; days that happen to differ
            by less than chance make its interval no narrower than the sampling error does.
        long_run_days: how many those are.
        long_run_from, long_run_to: the first and the last of them, by the number of the day; NaN of none.
        days: how many days were used, and ``left_out`` how many were not, as their outcomes do not vary.
        note: why something is missing; empty otherwise.

    Example:
        >>> novelty(DailyEffects((0, 1, 2, 3), (3.0, 2.1, 1.0, 0.1), tuple(map(tuple, np.eye(4) * 0.01)))).verdict
        'novelty'
    """

    verdict: Verdict
    confidence: float
    slope: float
    slope_low: float
    slope_high: float
    p_value: float
    first: float
    last: float
    any_difference_p_value: float
    long_run: float
    long_run_low: float
    long_run_high: float
    long_run_days: int
    long_run_from: float
    long_run_to: float
    days: int
    note: str = ""
    left_out: int = 0

    @property
    def text(self) -> str:
        """The verdict as a sentence.

        Example:
            >>> print(novelty(DailyEffects((0, 1, 2, 3), (3.0, 2.1, 1.0, 0.1), tuple(map(tuple, np.eye(4) * 0.01)))).text)
            Novelty: the effect fades, from 3.02 to 0.08 over 4 days (slope -0.98 a day, 95/100 interval -1.102 to -0.8583, \
p = 0.000832); in the last 4 days it is 1.55 (1.414 to 1.686): decide by these, not by the average.
        """
        if self.verdict == "no test":
            return f"No trend test: {self.note}."
        slope = (
            f"slope {self.slope:.4g} a day, {100 * self.confidence:g}/100 interval {self.slope_low:.4g} to "
            f"{self.slope_high:.4g}, p = {self.p_value:.3g}"
        )
        recent = f"in the last {self.long_run_days} days it is {self.long_run:.4g} ({self.long_run_low:.4g} to {self.long_run_high:.4g})"
        if self.verdict == "stable":
            follows = self.slope_low > 0 or self.slope_high < 0
            level = (
                "; the absolute effect follows the level of the metric, relative to it there is none" if follows else ""
            )
            return f"Stable: no trend is seen over {self.days} days ({slope}){level}; {recent}."
        how = {"novelty": "fades", "primacy": "grows", "reversal": "turns round"}[self.verdict]
        return (
            f"{self.verdict.capitalize()}: the effect {how}, from {self.first:.4g} to {self.last:.4g} over {self.days} days "
            f"({slope}); {recent}: decide by these, not by the average."
        )


def novelty(
    daily: DailyEffects, *, last: int = NOVELTY_LAST_DAYS, confidence: float = CONFIDENCE, alpha: float = ALPHA
) -> Novelty:
    r"""Trend of the effect over days, told from days that differ for reasons of their own.

    Days differ beyond sampling error: a sale, the weather, a bad release. What hits one arm more than the other is in
    the scatter about the line, and the test takes its error from there: :math:`\hat\beta` is generalised least squares
    with :math:`X=(1,\text{day})` and covariance :math:`V+\tau^2 I`, where :math:`\tau^2` makes the residual sum of squares
    k - 2 (0 at least), and the slope's t test on k - 2 degrees of freedom scales by what is left of it (Knapp and Hartung).
    What hits both arms alike moves the level, and the absolute effect with it: a trend must stand in the effect relative
    to the day's level too, in the same direction. The fitted first and last effects decide between "novelty" and
    "primacy". Three days are the fewest that show any scatter.

    Args:
        daily: effects with their covariance.
        last: how many of the last days make the long-run effect.
        confidence: level of the intervals.
        alpha: the slope's p below this is a trend.

    Assumes normal daily effects (some hundred units a day and arm) and, for :meth:`DailyEffects.independent`, units that
    appear on one day only, and shocks of one day that do not last: a change of the mix of users, or one arm's fault of a
    week, looks like a trend: prefer days since exposure.

    Reference: Knapp and Hartung (2003), Statistics in Medicine 22; Paule and Mandel (1982); Kohavi,
    Tang and Xu (2020), Trustworthy Online Controlled Experiments, chapters 3 and 23.

    Example:
        >>> daily = DailyEffects(tuple(range(4)), (0.1, 0.2, 0.0, 0.1), tuple(map(tuple, np.eye(4) * 0.01)))
        >>> novelty(daily).verdict, round(novelty(daily, last=2).long_run_high, 4)
        ('stable', 0.3386)
    """
    z = float(critical(alpha_of(confidence)))
    between("alpha", alpha, 0, 1)
    k, count = len(daily.days), whole_number("last", last)
    if count < 1:
        raise InputError(
            "last",
            got=last,
            expected="at least 1 day",
            cause="a count from the end written as 0",
            remedy="pass 7 for the last week",
        )
    effects, covariance = np.asarray(daily.effects), daily.matrix
    count = min(count, k)
    span = (daily.days[k - count], daily.days[-1]) if count else (math.nan, math.nan)
    if k < LEAST:
        nan = math.nan
        long_run, error = _mean(effects[k - count :], covariance[k - count :, k - count :])
        ends = long_run - z * error, long_run + z * error
        note = "; ".join(
            filter(None, (f"a trend needs three days, and there {'is' if k == 1 else 'are'} {k}", daily.note))
        )
        return Novelty(
            "no test",
            confidence,
            nan,
            nan,
            nan,
            nan,
            nan,
            nan,
            nan,
            long_run,
            ends[0],
            ends[1],
            count,
            *span,
            k,
            note,
            daily.left_out,
        )
    line = trends(daily.days, effects, covariance)
    reach = float(critical(alpha_of(confidence), k - 2))
    spread = covariance + float(line.tau2) * np.eye(k)
    long_run, error = _mean(effects[k - count :], spread[k - count :, k - count :])
    half = reach * error * math.sqrt(float(line.scale))
    sampled = z * _mean(effects[k - count :], covariance[k - count :, k - count :])[1]
    half = max(half, sampled)
    slope, error = float(line.slope), float(line.slope_error)
    p = max(float(line.p_value), _relative_p(daily, slope))
    return Novelty(
        _verdict(line, p < alpha, float(critical(alpha, k - 2))),
        confidence,
        slope,
        slope - reach * error,
        slope + reach * error,
        p,
        float(line.first),
        float(line.last),
        float(line.q_p_value),
        long_run,
        long_run - half,
        long_run + half,
        count,
        *span,
        k,
        daily.note,
        daily.left_out,
    )


def _relative_p(daily: DailyEffects, slope: float) -> float:
    """p of the trend of the effect relative to the day's level; 1 where it goes the other way, 0 where there is no level."""
    relative = daily.relative
    if relative is None:
        return 0.0
    line = trends(relative.days, relative.effects, relative.matrix)
    return float(line.p_value) if float(line.slope) * slope > 0 else 1.0


def trends(days: ArrayLike, effects: ArrayLike, covariance: ArrayLike) -> TrendArrays:
    """Lines through daily effects as :func:`novelty` fits them, many experiments at once.

    Args:
        days: shape (k,), k at least 3 and not all equal.
        effects: shape (..., k).
        covariance: of the effects' errors, shape (..., k, k), positive definite.

    Example:
        >>> r = trends([0, 1, 2, 3], [[1.0, 1, 1, 1], [0, 1, 2, 3]], np.eye(4))
        >>> r.slope.round(12).tolist(), r.q.round(12).tolist()
        ([0.0, 1.0], [0.0, 5.0])
    """
    day = np.asarray(days, np.float64)
    d = np.asarray(effects, np.float64)
    v = np.asarray(covariance, np.float64)
    middle = day.mean()
    design = np.column_stack([np.ones(day.size), day - middle])
    own, axes = np.linalg.eigh(v)  # in whose axes the days are independent, whatever is added to every day
    x, y = np.swapaxes(axes, -1, -2) @ design, np.einsum("...ji,...j->...i", axes, d)
    free = day.size - 2

    def fit(tau2: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        weights = 1 / (own + tau2[..., None])
        spread = np.linalg.inv(np.einsum("...ki,...k,...kj->...ij", x, weights, x))
        beta = np.einsum("...ij,...kj,...k,...k->...i", spread, x, weights, y, optimize=True)
        return spread, beta, (weights * (y - np.einsum("...ki,...i->...k", x, beta)) ** 2).sum(axis=-1)

    most = ((d - d @ design @ np.linalg.inv(design.T @ design) @ design.T) ** 2).sum(axis=-1) / free
    none = np.zeros(d.shape[:-1])
    tau2 = np.where(fit(none)[2] > free, decreasing_roots(lambda t: fit(t)[2] - free, none, most), 0.0)
    spread, beta, rest = fit(tau2)
    scale = np.maximum(rest / free, ROUNDING)
    ends = np.array([[1.0, day[0] - middle], [1.0, day[-1] - middle]])
    fitted = beta @ ends.T
    errors = np.sqrt(scale[..., None] * np.einsum("ei,...ij,ej->...e", ends, spread, ends))
    slope, slope_error = beta[..., 1], np.sqrt(scale * spread[..., 1, 1])
    statistic = slope / slope_error
    precision = np.linalg.inv(v)
    weighted, total = np.einsum("...ij,...j->...i", precision, d), precision.sum(axis=(-1, -2))
    gap = d - (weighted.sum(axis=-1) / total)[..., None]
    q = np.einsum("...i,...ij,...j->...", gap, precision, gap)
    return TrendArrays(
        slope,
        slope_error,
        statistic,
        p_values(statistic, free),
        fitted[..., 0],
        errors[..., 0],
        fitted[..., 1],
        errors[..., 1],
        tau2,
        scale,
        q,
        np.asarray(special.chdtrc(day.size - 1, q), np.float64),
    )


def _verdict(line: TrendArrays, trend: bool, crit: float) -> Verdict:
    if not trend:
        return "stable"
    first, last = float(line.first), float(line.last)
    if first * last < 0 and abs(first) > crit * line.first_error and abs(last) > crit * line.last_error:
        return "reversal"
    return "novelty" if abs(last) < abs(first) else "primacy"


def _mean(effects: FloatArray, covariance: FloatArray) -> tuple[float, float]:
    """Generalised least squares mean of some days and its standard error; NaN without a day."""
    if not effects.size:
        return math.nan, math.nan
    weights = np.linalg.solve(covariance, np.ones(effects.size))
    return float(weights @ effects / weights.sum()), float(1 / math.sqrt(weights.sum()))
