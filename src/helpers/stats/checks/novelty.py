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
from helpers.stats.validation import FloatArray, InputError, alpha_of, between, whole_number

Verdict = Literal["stable", "novelty", "primacy", "reversal", "no test"]


@dataclass(frozen=True, eq=False)
class TrendArrays:
    """Lines through daily effects of many experiments at once; leading axes are experiments.

    Attributes:
        slope, slope_error, statistic, p_value: effect units a day, and the z test that it is 0.
        first, first_error, last, last_error: the line on the first and on the last day.
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
    q: FloatArray
    q_p_value: FloatArray


@dataclass(frozen=True)
class Novelty:
    """Whether the effect fades, grows or lasts.

    Attributes:
        verdict: "novelty" (fades towards zero), "primacy" (grows away from it), "reversal" (the line leaves zero on
            both sides), "stable" (no trend seen, which is no proof of none: look at the interval of the slope), or
            "no test".
        slope, slope_low, slope_high, p_value: effect units a day; z test.
        first, last: the fitted effect on the first and the last day.
        any_difference_p_value: chi-square test of any difference between days.
        long_run, long_run_low, long_run_high: effect of the last days, weighted by precision.
        long_run_days: how many those are.
        days: how many days were used.
        note: why something is missing; empty otherwise.

    Example:
        >>> novelty(DailyEffects((0, 1, 2), (3.0, 2.0, 1.0), tuple(map(tuple, np.eye(3) * 0.01)))).verdict
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
    days: int
    note: str = ""

    @property
    def text(self) -> str:
        """The verdict as a sentence.

        Example:
            >>> print(novelty(DailyEffects((0, 1, 2), (3.0, 2.0, 1.0), tuple(map(tuple, np.eye(3) * 0.01)))).text)
            Novelty: the effect fades, from 3 to 1 over 3 days (slope -1 a day, 95/100 interval -1.139 to -0.8614, \
p = 2.09e-45); in the last 3 days it is 2 (1.887 to 2.113): decide by these, not by the average.
        """
        if self.verdict == "no test":
            return f"No trend test: {self.note}."
        slope = (
            f"slope {self.slope:.4g} a day, {100 * self.confidence:g}/100 interval {self.slope_low:.4g} to "
            f"{self.slope_high:.4g}, p = {self.p_value:.3g}"
        )
        recent = f"in the last {self.long_run_days} days it is {self.long_run:.4g} ({self.long_run_low:.4g} to {self.long_run_high:.4g})"
        if self.verdict == "stable":
            return f"Stable: no trend is seen over {self.days} days ({slope}); {recent}."
        how = {"novelty": "fades", "primacy": "grows", "reversal": "turns round"}[self.verdict]
        return (
            f"{self.verdict.capitalize()}: the effect {how}, from {self.first:.4g} to {self.last:.4g} over {self.days} days "
            f"({slope}); {recent}: decide by these, not by the average."
        )


def novelty(
    daily: DailyEffects, *, last: int = NOVELTY_LAST_DAYS, confidence: float = CONFIDENCE, alpha: float = ALPHA
) -> Novelty:
    r"""Trend of the effect over days by generalised least squares with known covariance.

    :math:`\hat\beta=(X^\top V^{-1}X)^{-1}X^\top V^{-1}d` with :math:`X=(1,\text{day})`; the slope's z test decides between
    "stable" and the rest, the fitted first and last effects between "novelty" and "primacy". For independent days this
    is least squares weighted by :math:`1/v_k`.

    Args:
        daily: effects with their covariance.
        last: how many of the last days make the long-run effect.
        confidence: level of the intervals.
        alpha: the slope's p below this is a trend.

    Assumes normal daily effects (some hundred units a day and arm) and, for :meth:`DailyEffects.independent`, units that
    appear on one day only. A change of the mix of users by day looks like a trend: prefer days since exposure.

    Reference: Kohavi, Tang and Xu (2020), Trustworthy Online Controlled Experiments, chapters 3 and 23.

    Example:
        >>> daily = DailyEffects(tuple(range(4)), (0.1, 0.1, 0.1, 0.1), tuple(map(tuple, np.eye(4) * 0.01)))
        >>> novelty(daily).verdict, round(novelty(daily, last=2).long_run_high, 4)
        ('stable', 0.2386)
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
    long_run, long_run_error = _mean(effects[k - count :], covariance[k - count :, k - count :])
    ends = long_run - z * long_run_error, long_run + z * long_run_error
    if k < 2:
        nan = math.nan
        note = "; ".join(filter(None, (f"a trend needs two days and there is {k}", daily.note)))
        return Novelty(
            "no test", confidence, nan, nan, nan, nan, nan, nan, nan, long_run, ends[0], ends[1], count, k, note
        )
    line = trends(daily.days, effects, covariance)
    slope, error, p = (float(value) for value in (line.slope, line.slope_error, line.p_value))
    return Novelty(
        _verdict(line, p < alpha, float(critical(alpha))),
        confidence,
        slope,
        slope - z * error,
        slope + z * error,
        p,
        float(line.first),
        float(line.last),
        float(line.q_p_value),
        long_run,
        ends[0],
        ends[1],
        count,
        k,
        daily.note,
    )


def trends(days: ArrayLike, effects: ArrayLike, covariance: ArrayLike) -> TrendArrays:
    """Generalised least squares lines through daily effects, many experiments at once.

    Args:
        days: shape (k,), k at least 2 and not all equal.
        effects: shape (..., k).
        covariance: of the effects' errors, shape (..., k, k), positive definite.

    Example:
        >>> r = trends([0, 1, 2, 3], [[1.0, 1, 1, 1], [0, 1, 2, 3]], np.eye(4))
        >>> r.slope.round(12).tolist(), r.q.round(12).tolist()
        ([0.0, 1.0], [0.0, 5.0])
    """
    day = np.asarray(days, np.float64)
    d = np.asarray(effects, np.float64)
    middle = day.mean()
    design = np.column_stack([np.ones(day.size), day - middle])
    precision = np.linalg.inv(np.asarray(covariance, np.float64))
    spread = np.linalg.inv(design.T @ precision @ design)
    weighted = np.einsum("...ij,...j->...i", precision, d)
    beta = np.einsum("...ij,...j->...i", spread, weighted @ design)
    ends = np.array([[1.0, day[0] - middle], [1.0, day[-1] - middle]])
    fitted = beta @ ends.T
    errors = np.sqrt(np.einsum("ei,...ij,ej->...e", ends, spread, ends))
    slope, slope_error = beta[..., 1], np.sqrt(spread[..., 1, 1])
    statistic = slope / slope_error
    total = precision.sum(axis=(-1, -2))
    gap = d - (weighted.sum(axis=-1) / total)[..., None]
    q = np.einsum("...i,...ij,...j->...", gap, precision, gap)
    return TrendArrays(
        slope,
        np.broadcast_to(slope_error, slope.shape),
        statistic,
        p_values(statistic),
        fitted[..., 0],
        errors[..., 0],
        fitted[..., 1],
        errors[..., 1],
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
