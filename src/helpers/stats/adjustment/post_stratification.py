"""Post-stratification: compare like with like, then weight the strata by their size."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal, TypeVar

import numpy as np

from helpers.defaults import CONFIDENCE, CUPED_GAIN_THRESHOLD
from helpers.stats.adjustment.cuped import VarianceReduction
from helpers.stats.adjustment.lin import gain_note
from helpers.stats.comparisons.arm_estimate import ArmEstimate
from helpers.stats.comparisons.effects import Effect, compare
from helpers.stats.comparisons.linear import from_variances, satterthwaite
from helpers.stats.inference import Alternative, EffectArrays
from helpers.stats.summaries.summary import Mean, Proportion
from helpers.stats.validation import FloatArray, InputError, alpha_of, one_of

Small = Literal["pool", "refuse"]
_NEEDED = 2  # units an arm that a variance needs

Kind = TypeVar("Kind", Mean, Proportion)


@dataclass(frozen=True)
class PostStratified:
    """Effect after post-stratification, and what the strata were worth.

    Attributes:
        effect: arms reweighted to the strata of all units, difference, intervals and test.
        standard_error: of ``effect.absolute``.
        standard_error_unadjusted: of the plain difference of means.
        strata: names of the strata that were compared.
        weights: their shares of all units.
        pooled: names of the strata that were too small and went into the last of ``strata``.
        reduction: with the strata as covariates; ``theta`` is each stratum's level, so that the effect equals the
            plain difference minus theta times the imbalance of the arms' shares.

    Example:
        >>> arm = Mean.from_values([1, 2, 3])
        >>> post_stratify({"new": (arm, arm), "old": (arm, arm)}).weights
        (0.5, 0.5)
    """

    effect: Effect
    standard_error: float
    standard_error_unadjusted: float
    strata: tuple[str, ...]
    weights: tuple[float, ...]
    pooled: tuple[str, ...]
    reduction: VarianceReduction


def post_stratify(
    strata: Mapping[str, tuple[Kind, Kind]],
    *,
    small: Small = "pool",
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
    threshold: float = CUPED_GAIN_THRESHOLD,
) -> PostStratified:
    r"""Effect averaged over strata known before exposure, from one pair of summaries a stratum.

    :math:`\sum_kw_k(\bar t_k-\bar c_k)` with :math:`w_k` the stratum's share of the units of both arms, and squared
    standard error :math:`\sum_kw_k^2(s_{tk}^2/n_{tk}+s_{ck}^2/n_{ck})`, sample variances with divisor n - 1. The
    reference is Student's t with Satterthwaite degrees of freedom over all cells; the relative interval is Fieller's.
    Effect and error equal those of :func:`lin_adjustment` on indicators of the strata. Inference holds the strata's
    sizes fixed.

    Args:
        strata: name -> (control, treatment), summaries of disjoint units; Means without regard to their covariates,
            or Proportions, which are read as means of 0 and 1.
        small: what becomes of strata with fewer than two units in an arm, where nothing can be compared. "pool" adds
            them up, and the smallest of the others with them until both arms have two; "refuse" raises.
        confidence, alternative: of the intervals and the test.
        threshold: largest ``share_remaining`` that still counts as a gain.

    Raises:
        InputError: for a Ratio or mixed kinds, no stratum, an arm with fewer than two units in all, or small strata
            that were to be refused.

    Reference: Miratrix, Sekhon and Yu (2013), JRSS B 75, 369-396.

    Example:
        >>> new = Proportion(500, 50), Proportion(480, 60)
        >>> old = Proportion(500, 200), Proportion(520, 230)
        >>> r = post_stratify({"new": new, "old": old})
        >>> round(r.effect.absolute, 4), round(r.reduction.share_remaining, 2)
        (0.0338, 0.88)
    """
    one_of("small", small, ("pool", "refuse"))
    cells, pooled = _usable(_checked(strata), small)
    n, mean, variance = (
        np.array([[getattr(arm, what) for arm in pair] for pair in cells.values()], np.float64).T
        for what in ("n", "estimate", "variance")
    )
    weights, estimates, squared, df = _reweighted(n, mean, variance)
    sizes = n.sum(axis=-1)
    arms = [
        ArmEstimate(int(k), float(e), float(v * k), float(d), "post-stratification, Welch t, Fieller")
        for k, e, v, d in zip(sizes, estimates, squared, df, strict=True)
    ]
    effect = compare(arms[0], arms[1], confidence=confidence, alternative=alternative)
    whole = [reduce(add, side) for side in zip(*cells.values(), strict=True)]
    plain = sum(arm.variance / arm.n for arm in whole)
    share = float(squared.sum()) / plain if plain > 0 else math.nan
    theta = (sizes[0] * mean[1] + sizes[1] * mean[0]) / sizes.sum()
    reduction = VarianceReduction(
        tuple(cells), tuple(theta.tolist()), share, share <= threshold, gain_note(share, threshold)
    )
    return PostStratified(
        effect,
        math.sqrt(float(squared.sum())),
        math.sqrt(plain),
        tuple(cells),
        tuple(weights.tolist()),
        pooled,
        reduction,
    )


def post_stratify_arrays(
    n: FloatArray,
    mean: FloatArray,
    variance: FloatArray,
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> EffectArrays:
    """Post-stratification of many experiments at once.

    Args:
        n, mean, variance: units, averages and sample variances (divisor n - 1) in shape (..., 2, strata), control
            before treatment.

    NaN where a stratum has fewer than two units in an arm.

    Example:
        >>> n = np.full((2, 3), 50.0)
        >>> float(post_stratify_arrays(n, np.array([[1.0, 2, 3], [2, 3, 4]]), np.ones((2, 3))).absolute)
        1.0
    """
    _, estimate, squared, df = _reweighted(n, mean, variance)
    total = satterthwaite(squared[..., 0], df[..., 0], squared[..., 1], df[..., 1])
    return from_variances(
        estimate[..., 0], squared[..., 0], estimate[..., 1], squared[..., 1], total, alpha_of(confidence), alternative
    )


def _reweighted(
    n: FloatArray, mean: FloatArray, variance: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Weights (..., strata); estimates, their squared errors and degrees of freedom (..., 2)."""
    both = n.sum(axis=-2, keepdims=True)
    weights = both / both.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(n >= _NEEDED, weights**2 * variance / n, np.nan)
        squared = parts.sum(axis=-1)
        df = squared**2 / (parts**2 / (n - 1)).sum(axis=-1)
    return weights[..., 0, :], (weights * mean).sum(axis=-1), squared, df


def _checked(strata: Mapping[str, tuple[Kind, Kind]]) -> dict[str, tuple[Mean, Mean]]:
    kinds = {type(arm).__name__ for pair in strata.values() for arm in pair}
    if kinds not in ({"Mean"}, {"Proportion"}):
        raise InputError(
            "strata",
            got=f"{len(strata)} strata of {sorted(kinds)}",
            expected="one pair of Means, or of Proportions, a stratum",
            cause="no stratum at all, metrics mixed up, or a Ratio, whose strata do not average to the whole",
            remedy="pass (control, treatment) Means; adjust a Ratio by cuped with indicators of the strata as covariates",
        )
    return {str(name): (_as_mean(control), _as_mean(treatment)) for name, (control, treatment) in strata.items()}


def _as_mean(arm: Mean | Proportion) -> Mean:
    if isinstance(arm, Mean):
        return arm
    return Mean.from_sums(arm.n, arm.successes, arm.successes)


def _usable(cells: dict[str, tuple[Mean, Mean]], small: Small) -> tuple[dict[str, tuple[Mean, Mean]], tuple[str, ...]]:
    """Strata with two units in each arm, and the names of those that were put together to get there."""
    short = [name for name, pair in cells.items() if min(arm.n for arm in pair) < _NEEDED]
    totals = [sum(pair[i].n for pair in cells.values()) for i in (0, 1)]
    if min(totals) < _NEEDED or (short and small == "refuse"):
        raise InputError(
            "strata",
            got=f"{totals[0]} + {totals[1]} units in all, fewer than two in an arm of {short}",
            expected="at least two units an arm and stratum",
            cause="strata cut too finely for the size of an arm",
            remedy="merge rare strata, or pass small='pool'",
        )
    if not short:
        return cells, ()
    size = {name: sum(arm.n for arm in pair) for name, pair in cells.items()}
    rest = sorted((name for name in cells if name not in short), key=lambda name: (size[name], name))
    chosen = sorted(short)
    while True:
        together = tuple(reduce(add, (cells[name][i] for name in chosen)) for i in (0, 1))
        if min(arm.n for arm in together) >= _NEEDED:
            break
        chosen.append(rest.pop(0))
    kept = {name: pair for name, pair in cells.items() if name not in chosen}
    return {**kept, " + ".join(chosen): (together[0], together[1])}, tuple(chosen)
