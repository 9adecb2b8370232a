"""Does the effect differ between segments? One interaction test, shrunken estimates, and claims only where earned."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.effects import check_arms
from helpers.stats.inference import critical, p_values
from helpers.stats.multiplicity import adjust
from helpers.stats.roots import decreasing_roots
from helpers.stats.summaries import Proportion, Summary
from helpers.stats.validation import FloatArray, InputError, alpha_of, between, one_of

Scale = Literal["absolute", "relative"]
Tau = Literal["paule-mandel", "dersimonian-laird"]
SCALES: tuple[Scale, ...] = ("absolute", "relative")
TAUS: tuple[Tau, ...] = ("paule-mandel", "dersimonian-laird")


@dataclass(frozen=True, eq=False)
class PoolingArrays:
    """Partial pooling of many experiments at once; leading axes are experiments, the last one segments.

    Attributes:
        mean, mean_error: random-effects mean and its standard error with ``tau2`` taken as known (too small with few
            segments), shape (...).
        tau2: variance of the true effects between segments, shape (...).
        q, df, p_value: Cochran's test that all effects are one, shape (...).
        shrinkage: how far each estimate is drawn to the mean, 0 (not) to 1, shape (..., k).
        shrunken, shrunken_error: estimates after it, shape (..., k).
        deviation: each estimate against the others', in standard errors, shape (..., k).

    Example:
        >>> float(partial_pooling([1.0, 2, 3, 4], [1.0, 1, 1, 1]).q)
        5.0
    """

    mean: FloatArray
    mean_error: FloatArray
    tau2: FloatArray
    q: FloatArray
    df: FloatArray
    p_value: FloatArray
    shrinkage: FloatArray
    shrunken: FloatArray
    shrunken_error: FloatArray
    deviation: FloatArray


@dataclass(frozen=True)
class SegmentEffect:
    """What one segment says, and what may be said of it.

    Attributes:
        segment: its name.
        n_control, n_treatment: units.
        estimate, low, high: of this segment alone; on the relative scale fractions.
        shrunken, shrunken_low, shrunken_high: after partial pooling; show these.
        shrinkage: 0 (own data only) to 1 (the common mean only).
        p_value: of its deviation from the other segments, Holm-adjusted.
        claim: whether it may be named as different.
        text: the sentence for the report.

    Example:
        >>> nan = float("nan")
        >>> SegmentEffect("ios", 9, 9, 0.1, 0.0, 0.2, 0.05, 0.0, 0.1, 0.5, nan, False, "no claim").claim
        False
    """

    segment: str
    n_control: int
    n_treatment: int
    estimate: float
    low: float
    high: float
    shrunken: float
    shrunken_low: float
    shrunken_high: float
    shrinkage: float
    p_value: float
    claim: bool
    text: str


@dataclass(frozen=True)
class Heterogeneity:
    """Whether the effect differs between segments, and by how much.

    Attributes:
        scale: "absolute" (metric units) or "relative" (fractions, from log ratios).
        segments: in the order given.
        mean: what estimates are drawn to; the effect on all units is ``compare`` of all units.
        tau: standard deviation of the true effects between segments, in metric units or log ratios.
        q, df, p_value: Cochran's interaction test; NaN with fewer than two usable segments.
        i_squared: share of the scatter beyond sampling error, ``max(0, 1 - df / q)``.
        note: why something is missing; empty otherwise.

    Example:
        >>> arms = {"a": (Proportion(1000, 100), Proportion(1000, 100)), "b": (Proportion(1000, 100), Proportion(1000, 190))}
        >>> heterogeneity(arms).interaction
        True
    """

    scale: Scale
    alpha: float
    segments: tuple[SegmentEffect, ...]
    mean: float
    tau: float
    q: float
    df: int
    p_value: float
    i_squared: float
    note: str = ""

    @property
    def interaction(self) -> bool:
        """Whether the interaction test rejects one common effect; False when no test can be made."""
        return self.p_value < self.alpha

    @property
    def claims(self) -> tuple[str, ...]:
        """Segments that may be named as different: none unless ``interaction``."""
        return tuple(found.segment for found in self.segments if found.claim)

    @property
    def text(self) -> str:
        """One sentence on all segments together.

        Example:
            >>> arm = Proportion(1000, 100)
            >>> print(heterogeneity({"a": (arm, Proportion(1000, 120)), "b": (arm, Proportion(1000, 130))}).text)
            The 2 segments agree with one common effect of 0.02491 (interaction p = 0.617): no segment may be called different.
        """
        if math.isnan(self.p_value):
            return f"No interaction test: {self.note}."
        p = f"interaction p = {self.p_value:.3g}"
        if not self.interaction:
            return (
                f"The {self.df + 1} segments agree with one common effect of {self.mean:.4g} ({p}): "
                "no segment may be called different."
            )
        named = ", ".join(self.claims) or "none alone, so say only that effects differ"
        return f"The effect differs between the {self.df + 1} segments ({p}); different from the others: {named}."


def heterogeneity(
    segments: Mapping[str, tuple[Summary, Summary]],
    *,
    scale: Scale = "absolute",
    tau: Tau = "paule-mandel",
    confidence: float = CONFIDENCE,
    alpha: float = ALPHA,
) -> Heterogeneity:
    r"""Effect by segment with an interaction test, partial pooling and a rule for claims.

    Each segment gives :math:`d_k` with squared standard error :math:`v_k`: the difference of the arms, or the logarithm
    of their ratio (:math:`v=v_t/\bar t^2+v_c/\bar c^2`), shown as a fraction. Cochran's :math:`Q=\sum(d_k-\bar d)^2/v_k`
    on k - 1 degrees of freedom tests whether all are one; see :func:`partial_pooling` for the shrunken estimates.

    A segment is claimed to differ only if that test rejects *and* its deviation from the other segments, Holm-adjusted
    over all segments, does. So with one common effect a false claim has at most the chance ``alpha``.

    Assumes segments of disjoint units, fixed before exposure, large enough for normal estimates (some hundred units and
    ten successes an arm: pool smaller ones). A segment without an estimate is left out of the pooling and says so.

    Args:
        segments: name -> (control, treatment), summaries of one kind.
        scale: "absolute" or "relative".
        tau: estimator of the variance between segments.
        confidence: level of the intervals.
        alpha: level of the interaction test and of the claims.

    Raises:
        InputError: without segments, or for arms that cannot be compared.

    Reference: Cochran (1954), Biometrics 10; DerSimonian and Laird (1986); Paule and Mandel (1982); Morris (1983).

    Example:
        >>> control = Proportion(4000, 400)
        >>> treatments = {"ios": 480, "android": 470, "web": 400, "tablet": 640}
        >>> r = heterogeneity({name: (control, Proportion(4000, k)) for name, k in treatments.items()})
        >>> r.interaction, r.claims
        (True, ('web', 'tablet'))
        >>> print(r.segments[2].text)  # doctest: +ELLIPSIS
        web: 0.00... after pooling (own data 0, -0.01315 to 0.01315); the effect is smaller than elsewhere (adjusted p...
    """
    one_of("scale", scale, SCALES)
    between("alpha", alpha, 0, 1)
    z = float(critical(alpha_of(confidence)))
    _check_any(segments)
    found = [segment_estimate(control, treatment, scale) for control, treatment in segments.values()]
    effects, variances = np.array(found).T
    pooled = partial_pooling(effects, variances, tau=tau)
    adjusted = adjust(p_values(pooled.deviation), "holm", alpha=alpha).adjusted
    usable = int(np.isfinite(effects * variances).sum())
    p = float(pooled.p_value)
    made = []
    for i, (name, (control, treatment)) in enumerate(segments.items()):
        own = _Shown.of(effects[i], math.sqrt(variances[i]), z, scale)
        drawn = _Shown.of(pooled.shrunken[i], float(pooled.shrunken_error[i]), z, scale)
        made.append(
            SegmentEffect(
                str(name),
                control.n,
                treatment.n,
                own.middle,
                own.low,
                own.high,
                drawn.middle,
                drawn.low,
                drawn.high,
                float(pooled.shrinkage[i]),
                adjusted[i],
                p < alpha and adjusted[i] < alpha,
                f"{name}: {_sentence(own, drawn.middle, adjusted[i], p, alpha, bool(pooled.deviation[i] > 0))}",
            )
        )
    q, df = float(pooled.q), max(usable - 1, 0)
    return Heterogeneity(
        scale,
        alpha,
        tuple(made),
        _Shown.of(pooled.mean, 0.0, z, scale).middle,
        math.sqrt(pooled.tau2),
        q,
        df,
        p,
        (max(0.0, 1 - df / q) if q > 0 else 0.0) if df else math.nan,
        _note(usable, len(segments), scale),
    )


def partial_pooling(effects: ArrayLike, variances: ArrayLike, *, tau: Tau = "paule-mandel") -> PoolingArrays:
    r"""Random effects and empirical-Bayes estimates from independent effects with known variances.

    The variance :math:`\tau^2` of the true effects solves :math:`\sum(d_k-\mu)^2/(v_k+\tau^2)=k-1` (Paule-Mandel) or is
    :math:`(Q-(k-1))/(\sum w-\sum w^2/\sum w)` (DerSimonian-Laird), 0 at least; :math:`\mu` is the mean weighted by
    :math:`1/(v_k+\tau^2)`. Estimates are drawn to it by
    :math:`B_k=\frac{k-3}{k-1}\frac{v_k}{v_k+\tau^2}`, and their squared error
    :math:`v_k(1-\frac{k-1}{k}B_k)+\frac{2}{k-3}B_k^2\frac{\bar v+\tau^2}{v_k+\tau^2}(d_k-\mu)^2` carries the uncertainty of
    :math:`\mu` and :math:`\tau^2` (Morris 1983), so that intervals do not collapse where :math:`\tau^2` is estimated as 0.
    Their coverage, averaged over segments, is near the nominal one (a hundredth below it where the true effects vary
    about as much as the estimates). With fewer than four effects :math:`\tau^2` cannot be known well enough and nothing is drawn anywhere.

    Args:
        effects, variances: estimates and their squared standard errors, shape (..., k); where either is NaN or a
            variance is 0 the segment is left out and its results are NaN.
        tau: estimator of the variance between segments.

    Reference: Paule and Mandel (1982); DerSimonian and Laird (1986); Morris (1983), JASA 78, 47-55.

    Example:
        >>> eight_schools = [28, 8, -3, 7, -1, 1, 18, 12], [225, 100, 256, 121, 81, 121, 100, 324]
        >>> r = partial_pooling(*eight_schools)
        >>> round(float(r.mean), 2), float(r.tau2), round(float(r.p_value), 2)
        (7.69, 0.0, 0.7)
    """
    one_of("tau", tau, TAUS)
    d, v = np.broadcast_arrays(np.asarray(effects, np.float64), np.asarray(variances, np.float64))
    used = np.isfinite(d) & np.isfinite(v) & (v > 0)
    d, v = np.where(used, d, 0.0), np.where(used, v, 1.0)
    k = used.sum(axis=-1).astype(np.float64)

    def weighted(tau2: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        weights = used / (v + tau2[..., None])
        total = weights.sum(axis=-1)
        mean = (weights * d).sum(axis=-1) / np.where(total > 0, total, np.nan)
        return weights, mean, (weights * (d - mean[..., None]) ** 2).sum(axis=-1)

    fixed, common, q = weighted(np.zeros(k.shape))
    total = fixed.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        if tau == "dersimonian-laird":
            tau2 = (q - (k - 1)) / (total - (fixed**2).sum(axis=-1) / total)
        else:
            highest = (used * (d - common[..., None]) ** 2).sum(axis=-1)  # here Q is at most 1
            tau2 = decreasing_roots(lambda t: weighted(t)[2] - (k - 1), np.zeros(k.shape), np.nan_to_num(highest))
        tau2 = np.where(k > 1, np.maximum(tau2, 0), np.nan)
        weights, mean, _ = weighted(np.where(k > 1, tau2, 0))
        deviation = (d - common[..., None]) / np.sqrt(v - 1 / total[..., None])
        mean_error = np.sqrt(1 / weights.sum(axis=-1))
        p = np.where(k > 1, special.chdtrc(np.maximum(k - 1, 1), q), np.nan)
    shrinkage, shrunken, squared = _shrunken(d, v, weights, mean, k, np.where(k > 1, tau2, 0))
    known = used & (k[..., None] > 1)
    return PoolingArrays(
        mean,
        mean_error,
        tau2,
        np.where(k > 1, q, np.nan),
        np.maximum(k - 1, 0),
        p,
        np.where(used, shrinkage, np.nan),
        np.where(used, shrunken, np.nan),
        np.where(used, np.sqrt(squared), np.nan),
        np.where(known, deviation, np.nan),
    )


def _shrunken(
    d: FloatArray, v: FloatArray, weights: FloatArray, mean: FloatArray, k: FloatArray, tau2: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Morris's shrinkage, estimates and squared errors."""
    spread = v + tau2[..., None]
    typical = (weights * v).sum(axis=-1) / np.where(k > 0, weights.sum(axis=-1), np.nan)
    count = k[..., None]
    shrinkage = np.clip(count - 3, 0, None) / np.maximum(count - 1, 1) * v / spread
    gap = d - mean[..., None]
    uncertain = (
        np.where(count > 3, 2 / np.maximum(count - 3, 1), 0) * shrinkage**2 * (typical + tau2)[..., None] / spread
    )
    squared = v * (1 - (count - 1) / np.maximum(count, 1) * shrinkage) + uncertain * gap**2
    return shrinkage, d - shrinkage * gap, squared


def segment_estimate(control: Summary, treatment: Summary, scale: Scale = "absolute") -> tuple[float, float]:
    """Effect of one segment and its squared standard error; log ratio of the arms on the relative scale.

    NaN where it has none: an arm without a variance, no variance in either, or an average that is not positive on the
    relative scale. The variance of a proportion has divisor n - 1, as a mean of 0 and 1.

    Raises:
        InputError: for an empty arm or arms of two kinds.

    Example:
        >>> segment_estimate(Proportion(101, 20), Proportion(101, 20))  # doctest: +ELLIPSIS
        (0.0, 0.0031761592...)
    """
    check_arms(control, treatment, "two-sided")
    (c, v_c), (t, v_t) = ((arm.estimate, _squared_error(arm)) for arm in (control, treatment))
    if scale == "relative":
        if not (c > 0 and t > 0):
            return math.nan, math.nan
        effect, variance = math.log(t / c), v_t / t**2 + v_c / c**2
    else:
        effect, variance = t - c, v_t + v_c
    return (effect, variance) if variance > 0 else (math.nan, math.nan)


def _squared_error(arm: Summary) -> float:
    if isinstance(arm, Proportion):
        return arm.variance / (arm.n - 1) if arm.n > 1 else math.nan
    return arm.variance / arm.n


@dataclass(frozen=True)
class _Shown:
    """An estimate and its interval, on the scale that is read."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: float | FloatArray, error: float, z: float, scale: Scale) -> _Shown:
        ends = (float(estimate) + side * error for side in (0, -z, z))
        return cls(*(math.expm1(end) if scale == "relative" else end for end in ends))


def _sentence(own: _Shown, drawn: float, adjusted: float, p: float, alpha: float, above: bool) -> str:
    if math.isnan(own.middle):
        return "no claim, the segment has no estimate with a variance."
    shown = f"{drawn:.4g} after pooling (own data {own.middle:.4g}, {own.low:.4g} to {own.high:.4g})"
    if math.isnan(p):
        return f"{shown}; no claim, there is no other segment to differ from."
    if not p < alpha:
        return f"{shown}; no claim, the interaction test does not reject one common effect (p = {p:.3g})."
    if not adjusted < alpha:
        return f"{shown}; no claim, it does not differ from the others (adjusted p = {adjusted:.3g})."
    return f"{shown}; the effect is {'larger' if above else 'smaller'} than elsewhere (adjusted p = {adjusted:.3g})."


def _note(usable: int, given: int, scale: Scale) -> str:
    missing = given - usable
    if not missing and usable > 1:
        return ""
    why = "an average that is not positive or " if scale == "relative" else ""
    left = f"{missing} of {given} segments left out ({why}no variance)" if missing else ""
    lone = "no test, fewer than two segments have an estimate" if usable < 2 else ""
    return "; ".join(filter(None, (lone, left)))


def _check_any(segments: Mapping[str, tuple[Summary, Summary]]) -> None:
    if not segments:
        raise InputError(
            "segments",
            got="none",
            expected="at least one segment with its (control, treatment)",
            cause="a segment column that is missing everywhere, or every segment pooled away",
            remedy="choose another column, or lower the smallest size of a segment",
        )
