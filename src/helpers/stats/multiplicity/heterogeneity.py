"""Does the effect differ between segments? One interaction test, shrunken estimates, and claims only where earned."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.comparisons.effects import check_arms
from helpers.stats.inference import critical, p_values
from helpers.stats.multiplicity.corrections import adjust
from helpers.stats.multiplicity.interaction import InteractionArrays, Scale, of_means, of_proportions
from helpers.stats.multiplicity.pooling import Tau, partial_pooling
from helpers.stats.summaries.summary import Proportion, Summary, WholeClusters
from helpers.stats.validation import FloatArray, InputError, alpha_of, between, one_of

SCALES: tuple[Scale, ...] = ("absolute", "relative")


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
        q, df, p_value: interaction test; NaN with fewer than two segments that are large enough.
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
    def pooled(self) -> bool:
        """Whether estimates are drawn together: not where they are too few to tell how much the true effects differ."""
        return any(found.shrinkage > 0 for found in self.segments)

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
    of their ratio (:math:`v=v_t/\bar t^2+v_c/\bar c^2`), shown as a fraction. Whether all are one is tested as
    :mod:`~helpers.stats.multiplicity.interaction` says, which is Cochran's :math:`Q=\sum(d_k-\bar d)^2/v_k` where arms are large
    and keeps its level where they are not; see :func:`~helpers.stats.partial_pooling` for the shrunken estimates.

    A segment is claimed to differ only if that test rejects *and* its deviation from the other segments, Holm-adjusted
    over all segments, does. So with one common effect a false claim has at most the chance ``alpha``.

    Assumes segments of disjoint units, fixed before exposure; shrunken estimates and intervals also assume them large enough
    for normal estimates (some hundred units and ten successes an arm: pool smaller ones). A segment that is too small for
    the test is left out of it, one without an estimate out of the pooling, and both are said.

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
    tested = _tested(list(segments.values()), scale)
    usable, p = int(tested.used.sum()), float(tested.p_value)
    made = []
    for i, (name, (control, treatment)) in enumerate(segments.items()):
        own = _Shown.of(effects[i], math.sqrt(variances[i]), z, scale)
        drawn = _Shown.of(pooled.shrunken[i], float(pooled.shrunken_error[i]), z, scale)
        after = drawn.middle if pooled.shrinkage[i] > 0 else None
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
                f"{name}: {_sentence(own, after, adjusted[i], p, alpha, bool(pooled.deviation[i] > 0))}",
            )
        )
    q, df = float(tested.q), max(usable - 1, 0)
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
        _note(usable, len(segments)),
    )


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


def _tested(pairs: list[tuple[Summary, Summary]], scale: Scale) -> InteractionArrays:
    counts = [
        (c.successes, c.n, t.successes, t.n)
        for c, t in pairs
        if isinstance(c, Proportion) and isinstance(t, Proportion)
    ]
    if counts:
        x_c, n_c, x_t, n_t = np.array(counts, np.float64).T
        return of_proportions(x_c, n_c, x_t, n_t, scale)
    n, mean, v = (
        np.array([[f(arm) for arm in pair] for pair in pairs], np.float64).T for f in (_units, _mean, _squared_error)
    )
    return of_means(n[0], mean[0], v[0], n[1], mean[1], v[1], scale)


def _units(arm: Summary) -> float:
    return arm.equal if isinstance(arm, WholeClusters) else float(arm.n)


def _mean(arm: Summary) -> float:
    return arm.estimate


def _squared_error(arm: Summary) -> float:
    if isinstance(arm, Proportion):
        return arm.variance / (arm.n - 1) if arm.n > 1 else math.nan
    return arm.variance / arm.n


_LONGEST: Final = 700.0
"""Logarithm of a ratio past which there is no float of it."""


@dataclass(frozen=True)
class _Shown:
    """An estimate and its interval, on the scale that is read."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: float | FloatArray, error: float, z: float, scale: Scale) -> _Shown:
        ends = (float(estimate) + side * error for side in (0, -z, z))
        if scale == "absolute":
            return cls(*ends)
        return cls(*(math.inf if end > _LONGEST else math.expm1(end) for end in ends))


def _sentence(own: _Shown, drawn: float | None, adjusted: float, p: float, alpha: float, above: bool) -> str:
    if math.isnan(own.middle):
        return "no claim, the segment has no estimate with a variance."
    shown = f"{own.middle:.4g}, {own.low:.4g} to {own.high:.4g}"
    shown = f"{shown}, not pooled" if drawn is None else f"{drawn:.4g} after pooling (own data {shown})"
    if math.isnan(p):
        return f"{shown}; no claim, there is no other segment to differ from."
    if not p < alpha:
        return f"{shown}; no claim, the interaction test does not reject one common effect (p = {p:.3g})."
    if not adjusted < alpha:
        return f"{shown}; no claim, it does not differ from the others (adjusted p = {adjusted:.3g})."
    return f"{shown}; the effect is {'larger' if above else 'smaller'} than elsewhere (adjusted p = {adjusted:.3g})."


def _note(usable: int, given: int) -> str:
    missing = given - usable
    if not missing and usable > 1:
        return ""
    left = f"{missing} of {given} segments left out (too few units or outcomes)" if missing else ""
    lone = "no test, fewer than two segments are large enough" if usable < 2 else ""
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
