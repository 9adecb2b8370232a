"""Percentile and BCa intervals of two bootstrapped arms, each inverting the very count behind the p-value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from scipy import special

from helpers.defaults import CONFIDENCE
from helpers.stats.comparisons.effects import NO_TEST, Effect, effect_of
from helpers.stats.inference import ALTERNATIVES, Alternative, EffectArrays
from helpers.stats.resampling.replicates import Replicates, constant_draws
from helpers.stats.validation import BoolArray, FloatArray, InputError, alpha_of, one_of

Constants = tuple[FloatArray, FloatArray]
Interval = Literal["percentile", "bca"]
INTERVALS: tuple[Interval, ...] = ("percentile", "bca")


def compare_replicates(
    control: Replicates,
    treatment: Replicates,
    *,
    method: Interval = "percentile",
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
    name: str = "",
) -> Effect:
    """One effect from the replicates of two independent arms.

    ``statistic`` is the difference over its bootstrap standard error; the p-value is counted and does not come from it.

    Example:
        >>> from helpers.stats import replicates
        >>> rng = np.random.default_rng(1)
        >>> c, t = (replicates(np.arange(50) + k, resamples=999, rng=rng) for k in (0, 9))
        >>> compare_replicates(c, t).method
        'percentile bootstrap'
    """
    arrays = replicate_effects(control, treatment, method=method, confidence=confidence, alternative=alternative)
    effect = effect_of(control, treatment, arrays, 0.0, confidence, alternative, name or f"{method} bootstrap")
    return replace(effect, note=draws_note(treatment.draws - control.draws, control.draws))


def replicate_effects(
    control: Replicates,
    treatment: Replicates,
    *,
    method: Interval = "percentile",
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> EffectArrays:
    r"""Many bootstrap comparisons at once, from replicates of shapes (...) and (..., B).

    With h the draws of the difference on the wrong side of zero (or on it), the one-sided p is :math:`u=(h+1)/(B+1)`
    for the percentile interval and :math:`\Phi(w/(1+\hat a w)-\hat z_0)` with :math:`w=\Phi^{-1}(u)-\hat z_0` for BCa,
    at least :math:`1/(B+1)`; the two-sided p is twice the smaller. The interval ends at the draw where that p crosses
    alpha. The relative interval holds every :math:`\rho` that the same test of :math:`t-c-\rho|c|` keeps: for percentiles
    those of the ratio, for BCa an inversion that agrees with the p-value, which BCa of the ratio itself would not.

    Reference: Efron (1987), JASA 82; Davison and Hinkley (1997), Bootstrap Methods and their Application, ch. 5.

    Example:
        >>> from helpers.stats import replicates
        >>> rng = np.random.default_rng(1)
        >>> c, t = (replicates(rng.normal(k, 1, (7, 50)), resamples=199, rng=rng) for k in (5, 6))
        >>> bool((replicate_effects(c, t).p_value == 0.01).all())
        True
    """
    one_of("method", method, INTERVALS)
    one_of("alternative", alternative, ALTERNATIVES)
    tail = alpha_of(confidence) / (2 if alternative == "two-sided" else 1)
    count = control.draws.shape[-1]
    if treatment.draws.shape[-1] != count or 1 / (count + 1) >= tail:
        raise InputError(
            "resamples",
            got=f"{count} and {treatment.draws.shape[-1]}",
            expected=f"equally many in both arms, and more than {1 / tail - 1:.0f} at this confidence",
            cause="too few for the smallest p-value, 1 / (resamples + 1) a side, to fall below alpha",
            remedy="draw more resamples, for instance 9,999",
        )
    c, t = control.value, treatment.value
    difference = np.asarray(t - c)
    up, down = (_Side(control, treatment, sign, tail, method) for sign in (1.0, -1.0))
    p = {
        "greater": up.p_value,
        "less": down.p_value,
        "two-sided": np.minimum(2 * np.minimum(up.p_value, down.p_value), 1.0),
    }[alternative]
    infinite = np.full(difference.shape, np.inf)
    low, low_relative = (-infinite, -infinite) if alternative == "less" else (up.absolute(), up.relative())
    high, high_relative = (infinite, infinite) if alternative == "greater" else (-down.absolute(), -down.relative())
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = difference / np.abs(c)
        statistic = difference / up.draws.std(axis=-1, ddof=1)
    fields = (low, high, relative, low_relative, high_relative, statistic, infinite, p)
    unknown = constant_draws(control.draws) & constant_draws(treatment.draws)
    keep = {2}  # the relative estimate is known without a test
    return EffectArrays(
        difference, *(value if i in keep else np.where(unknown, np.nan, value) for i, value in enumerate(fields))
    )


@dataclass(frozen=True, eq=False)
class _Side:
    """Lower end and one-sided test of ``sign * (treatment - control)``, whose draws are ``draws``."""

    control: Replicates
    treatment: Replicates
    sign: float
    tail: float
    method: Interval

    @cached_property
    def draws(self) -> FloatArray:
        return np.asarray(self.sign * (self.treatment.draws - self.control.draws))

    @cached_property
    def hits(self) -> Any:
        return (self.draws <= 0).sum(axis=-1)

    @cached_property
    def p_value(self) -> FloatArray:
        return self._level(self.hits, np.zeros(self.hits.shape))

    def absolute(self) -> FloatArray:
        """The smallest draw that is not rejected when taken as the truth; -inf beyond the draws."""
        ordered = np.sort(self.draws, axis=-1)
        rho, bca = np.zeros(self.hits.shape), self._constants(np.zeros(self.hits.shape))
        low, high = np.zeros(rho.shape, np.int64), np.full(rho.shape, ordered.shape[-1])
        return _drawn(ordered, _first(lambda hits: self._level(hits, rho, bca) >= self.tail, low, high))

    def relative(self) -> FloatArray:
        """The same among draws of the relative change, on the side of zero that the p-value allows."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = self.draws / np.abs(self.control.draws)
        ordered = np.sort(np.where(np.isnan(ratios), -np.inf, ratios), axis=-1)
        rejected = self.p_value < self.tail
        low, high = np.where(rejected, self.hits + 1, 0), np.where(rejected, ordered.shape[-1], self.hits)

        def keeps(hits: Any) -> BoolArray:
            rho = _drawn(ordered, hits)
            return self._level(hits, np.where(np.isfinite(rho), rho, 0.0)) >= self.tail

        return _drawn(ordered, _first(keeps, low, high))

    def _level(self, hits: Any, rho: FloatArray, bca: Constants | None = None) -> FloatArray:
        """One-sided p of ``sign * (t - c) = rho * |c|`` when ``hits`` draws lie on the wrong side of it."""
        count = self.draws.shape[-1]
        share = np.minimum((hits + 1) / (count + 1), 1.0)
        if self.method == "percentile":
            return np.asarray(share)
        bias, skewness = bca or self._constants(rho)
        with np.errstate(divide="ignore", invalid="ignore"):
            w = special.ndtri(share) - bias
            slope = 1 + skewness * w
            z = np.where((slope > 0) & np.isfinite(w), w / slope, np.copysign(np.inf, w))
        return np.asarray(np.maximum(special.ndtr(z - bias), 1 / (count + 1)))

    def _constants(self, rho: FloatArray) -> Constants:
        """Efron's z0 and a of ``sign * (t - c) - rho * |c|``."""
        c, t = self.control, self.treatment
        value = self.sign * (t.value - c.value) - rho * np.abs(c.value)
        gap = self.draws - rho[..., None] * np.abs(c.draws) - value[..., None]
        count = gap.shape[-1]
        rank = ((gap < 0).mean(axis=-1) + (gap <= 0).mean(axis=-1)) / 2
        bias = special.ndtri(np.clip(rank, 0.5 / count, 1 - 0.5 / count))
        weight = self.sign + rho * np.sign(c.value)  # the control enters as -weight * c
        second = t.second + weight**2 * c.second
        with np.errstate(divide="ignore", invalid="ignore"):
            skewness = np.where(second > 0, (self.sign * t.third - weight**3 * c.third) / (6 * second**1.5), 0.0)
        return bias, skewness


def _first(keeps: Callable[[Any], BoolArray], low: Any, high: Any) -> Any:
    """Smallest number in [low, high] that is kept, by bisection; ``high`` is taken to be."""
    while (low < high).any():
        middle = (low + high) // 2
        kept = keeps(middle)
        low, high = np.where(kept, low, np.minimum(middle + 1, high)), np.where(kept, middle, high)
    return high


def _drawn(ordered: FloatArray, hits: Any) -> FloatArray:
    """The draw that is number ``hits`` from below; -inf for none."""
    at = np.take_along_axis(ordered, np.maximum(hits - 1, 0)[..., None], axis=-1)[..., 0]
    return np.asarray(np.where(hits > 0, at, -np.inf))


def draws_note(difference: FloatArray, control: FloatArray) -> str:
    """What there is to say about draws, of shape (B,), of the difference and of the control.

    Example:
        >>> draws_note(np.array([1.0, 2.0]), np.array([5.0, 6.0]))
        'no resample reached zero: p is the smallest that 2 resamples can show'
    """
    count = difference.size
    if constant_draws(difference):
        return f"{NO_TEST}every resample gave the same estimate"
    notes = []
    if (difference > 0).all() or (difference < 0).all():
        notes.append(f"no resample reached zero: p is the smallest that {count:,} resamples can show")
    crossed = int((control <= 0).sum())
    if 0 < crossed < count:
        notes.append(f"the control changes sign in some of the {count:,} resamples: its relative change means little")
    elif crossed:
        notes.append("the control is not positive: relative to its size, a gain is positive")
    return "; ".join(notes)
