"""Several tests at once: adjusted p-values that keep the promised error rate, and intervals that agree.

The formulas run along the last axis, so one call adjusts ten thousand families.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.comparisons.effects import Effect, compare
from helpers.stats.inference import Alternative
from helpers.stats.summaries.summary import Summary
from helpers.stats.validation import FloatArray, InputError, alpha_of, between, one_of

Method = Literal["holm", "bonferroni", "hochberg", "bh", "by"]
METHODS: tuple[Method, ...] = ("holm", "bonferroni", "hochberg", "bh", "by")


@dataclass(frozen=True)
class AdjustedPValues:
    """Adjusted p-values in the order given; ``rejected`` compares them with ``alpha``.

    Example:
        >>> adjust([0.01, 0.04]).rejected
        (True, True)
    """

    method: Method
    alpha: float
    p_values: tuple[float, ...]
    adjusted: tuple[float, ...]
    rejected: tuple[bool, ...]
    note: str = ""


def adjust(p_values: ArrayLike | Sequence[float], method: Method = "holm", *, alpha: float = ALPHA) -> AdjustedPValues:
    r"""Adjust the p-values of one family of ``m`` tests.

    With the p-values in rising order, and minima or maxima running so that the order is kept:

    - "bonferroni": :math:`m p_i`; "holm": :math:`(m-i+1)p_{(i)}` stepping down. Both hold the
      chance of any false alarm under every dependence; Holm is never worse.
    - "hochberg": the same factors stepping up; needs independence or positive dependence.
    - "bh": :math:`m p_{(i)}/i` stepping up: expected share of false discoveries, same condition.
    - "by": "bh" times :math:`\sum_{j\le m}1/j`: any dependence.

    A NaN (no test could be made) stays NaN but counts as one of the ``m``: the family is what was
    planned, and dropping a member after the fact would favour the others.

    Raises:
        InputError: for a p-value outside [0, 1] or an unknown method.

    Reference: Holm (1979); Hochberg (1988); Benjamini and Hochberg (1995); Benjamini and Yekutieli
    (2001).

    Example:
        >>> adjust([0.01, 0.04, 0.03]).adjusted
        (0.03, 0.06, 0.06)
    """
    one_of("method", method, METHODS)
    between("alpha", alpha, 0, 1)
    p = np.atleast_1d(np.asarray(p_values, np.float64))
    if p.ndim != 1 or ((p < 0) | (p > 1)).any():
        raise InputError(
            "p_values",
            got=f"values from {np.nanmin(p)} to {np.nanmax(p)} in shape {p.shape}",
            expected="one list of numbers in [0, 1]",
            cause="statistics passed in place of p-values",
            remedy="pass Effect.p_value of every test in the family",
        )
    adjusted = adjusted_p_values(p, method)
    missing = np.isnan(p)
    count = int(missing.sum())
    note = f"{count} of {p.size} tests could not be made; they count in the family" if count else ""
    rejected = tuple((adjusted < alpha).tolist())
    return AdjustedPValues(method, alpha, tuple(p.tolist()), tuple(adjusted.tolist()), rejected, note)


def adjusted_p_values(p_values: FloatArray, method: Method) -> FloatArray:
    """The formulas of :func:`adjust` along the last axis: one family a row. NaN counts as 1 and stays.

    Example:
        >>> adjusted_p_values(np.array([[0.01, 0.04], [0.5, 0.02]]), "bonferroni")
        array([[0.02, 0.08],
               [1.  , 0.04]])
    """
    m = p_values.shape[-1]
    missing = np.isnan(p_values)
    p = np.where(missing, 1.0, p_values)
    if method == "bonferroni" or m == 0:
        return np.where(missing, np.nan, np.minimum(m * p, 1.0))
    order = np.argsort(p, axis=-1, kind="stable")
    scaled = np.take_along_axis(p, order, axis=-1) * _factors(m, method)
    if method == "holm":
        running = np.maximum.accumulate(scaled, axis=-1)
    else:
        running = np.minimum.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1]
    result = np.empty_like(p)
    np.put_along_axis(result, order, np.minimum(running, 1.0), axis=-1)
    return np.where(missing, np.nan, result)


def decision_levels(p_values: FloatArray, method: Method, alpha: float = ALPHA) -> FloatArray:
    r"""Level at which each hypothesis of a family is decided, along the last axis.

    An unadjusted p lies below its level exactly when its adjusted p lies below ``alpha``:

    - "bonferroni": :math:`\alpha/m`;
    - "holm", "hochberg": :math:`\alpha/(m-i+1)` for the hypothesis of rank i that was reached by
      the step procedure; those not reached take the level of the step at which it stopped, and
      equal p-values that of the first of them ("holm") or the last ("hochberg");
    - "bh", "by": :math:`R\alpha/m` with R rejections (at least 1), over :math:`\sum_{j\le m}1/j` for
      "by": the levels of false-coverage-rate intervals.

    Reference: Benjamini and Yekutieli (2005), JASA 100, 71-81.

    Example:
        >>> decision_levels(np.array([0.2, 0.001, 0.01]), "holm", 0.06).round(3)
        array([0.06, 0.02, 0.03])
    """
    from scipy.stats import rankdata

    m = p_values.shape[-1]
    if method == "bonferroni" or m == 0:
        return np.full(p_values.shape, alpha / max(m, 1))
    p = np.where(np.isnan(p_values), 1.0, p_values)
    rejected = adjusted_p_values(p, method) < alpha
    count = rejected.sum(axis=-1, keepdims=True)
    factors = _factors(m, method)
    if method in ("bh", "by"):
        return np.broadcast_to(alpha / factors[np.maximum(count, 1) - 1], p.shape).copy()
    rank = rankdata(p, "min" if method == "holm" else "max", axis=-1).astype(np.intp) - 1  # equal ones share a level
    stop = np.minimum(count, m - 1) if method == "holm" else np.maximum(count - 1, 0)
    reached = np.minimum(rank, stop) if method == "holm" else np.maximum(rank, stop)
    return np.asarray(alpha / factors[reached], np.float64)


class Comparer(Protocol):
    """Whatever compares like :func:`~helpers.stats.compare`."""

    def __call__(
        self, control: Summary, treatment: Summary, *, confidence: float, alternative: Alternative
    ) -> Effect: ...


@dataclass(frozen=True)
class AdjustedEffect:
    """One member of a family: its decision, and the effect with intervals that agree with it.

    Attributes:
        method: of the adjustment.
        alpha: error rate of the family.
        adjusted_p_value: NaN where no test could be made.
        rejected: adjusted_p_value < alpha, if and only if both intervals of ``effect`` exclude zero.
        level: alpha of this member's own intervals; ``effect.confidence`` is one minus it.
        effect: estimate, unadjusted p-value, and intervals at ``level``.

    Example:
        >>> from helpers.stats import Proportion
        >>> pair = (Proportion(1000, 100), Proportion(1000, 150))
        >>> adjusted_effects([pair, pair])[0].rejected
        True
    """

    method: Method
    alpha: float
    adjusted_p_value: float
    rejected: bool
    level: float
    effect: Effect


def adjusted_effects(
    pairs: Sequence[tuple[Summary, Summary]],
    method: Method = "holm",
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
    comparer: Comparer = compare,
) -> tuple[AdjustedEffect, ...]:
    """Compare a family of (control, treatment) pairs, with intervals that agree with the decisions.

    Each interval has the level at which its own hypothesis is decided (:func:`decision_levels`), so
    that it excludes zero if and only if the adjusted p-value is below alpha. What the intervals
    promise together: under "bonferroni" all hold with the stated confidence; under "bh" and "by"
    the expected share of selected intervals that miss is at most alpha (false coverage rate), under
    the conditions of the method; under "holm" and "hochberg" only the decisions carry a promise for
    the family, and each interval the one of its own level.

    Args:
        pairs: the planned family, one pair a test.
        method: as in :func:`adjust`.
        confidence: one minus the error rate of the family.
        alternative: direction of every test.
        comparer: ``compare`` or anything of that form.

    Raises:
        InputError: whatever the comparer or :func:`adjust` refuses.

    Reference: Benjamini and Yekutieli (2005), JASA 100, 71-81.

    Example:
        >>> from helpers.stats import Proportion
        >>> base = Proportion(1000, 100)
        >>> found = adjusted_effects([(base, Proportion(1000, 150)), (base, Proportion(1000, 112))])
        >>> [(e.rejected, round(e.level, 3)) for e in found]
        [(True, 0.025), (False, 0.05)]
    """
    alpha = alpha_of(confidence)
    p = np.array([comparer(*pair, confidence=confidence, alternative=alternative).p_value for pair in pairs], float)
    family = adjust(p, method, alpha=alpha)
    levels = decision_levels(p, method, alpha)
    return tuple(
        AdjustedEffect(method, alpha, adjusted, rejected, 1 - effect.confidence, effect)
        for pair, level, adjusted, rejected in zip(pairs, levels, family.adjusted, family.rejected, strict=True)
        for effect in (_at_level(pair, float(level), rejected, alternative, comparer),)
    )


def _at_level(
    pair: tuple[Summary, Summary], level: float, rejected: bool, alternative: Alternative, comparer: Comparer
) -> Effect:
    """The effect at its level, or at a neighbouring float where rounding alone would turn the verdict."""
    confidence = 1 - level
    effect = comparer(*pair, confidence=confidence, alternative=alternative)
    while effect.significant != rejected and not math.isnan(effect.p_value):
        confidence = math.nextafter(confidence, 0.0 if rejected else 1.0)
        effect = comparer(*pair, confidence=confidence, alternative=alternative)
    return effect


def _factors(m: int, method: Method) -> FloatArray:
    """By what the p-value of each rank is multiplied."""
    rank = np.arange(1, m + 1)
    if method in ("holm", "hochberg"):
        return (m - rank + 1).astype(np.float64)
    return np.asarray(m / rank * (np.sum(1 / rank) if method == "by" else 1.0), np.float64)
