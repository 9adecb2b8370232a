"""Bootstrap of a quantile at the price of a sort: its draws are Beta-distributed ranks."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.defaults import CONFIDENCE, RESAMPLES
from helpers.stats.comparisons.effects import Effect
from helpers.stats.comparisons.quantiles import ties_note
from helpers.stats.inference import Alternative
from helpers.stats.resampling.intervals import compare_replicates
from helpers.stats.resampling.replicates import Replicates
from helpers.stats.validation import FloatArray, InputError, between, finite_array, finite_vector, whole_number


def quantile_replicates(
    values: ArrayLike, q: float, *, resamples: int = RESAMPLES, rng: np.random.Generator
) -> Replicates:
    r"""Bootstrap draws of a quantile without resampling: sorting once is all it costs.

    The k-th smallest of a resample is :math:`x_{(\lceil nU\rceil)}` with U the k-th smallest of n uniforms, which is
    Beta(k, n + 1 - k); the next one up, which type 7 interpolates to, follows from the same draw. These are draws of
    the multinomial bootstrap itself, not an approximation to it.

    Args:
        values: units along the last axis.

    Reference: Maritz and Jarrett (1978), JASA 73; Schultzberg and Ankargren (2022), Resampling-free bootstrap inference
    for quantiles; Jentsch and Leucht (2016), Ann. Inst. Statist. Math. 68, on lattices.

    Example:
        >>> quantile_replicates(np.arange(99), 0.5, resamples=9, rng=np.random.default_rng(1)).estimate
        49.0
    """
    between("q", q, 0, 1)
    ordered = np.sort(finite_array("values", values), axis=-1)
    n = ordered.shape[-1]
    whole, part = _rank(n, q)
    shape = (*ordered.shape[:-1], whole_number("resamples", resamples))
    first = rng.beta(whole + 1, n - whole, shape)
    draws: FloatArray = np.take_along_axis(ordered, _position(first, n), axis=-1)
    if part:
        second = first + (1 - first) * rng.beta(1, n - whole - 1, shape)
        draws = draws + part * (np.take_along_axis(ordered, _position(second, n), axis=-1) - draws)
    return Replicates(n, np.asarray(np.quantile(ordered, q, axis=-1)), draws)


def bootstrap_quantiles(
    control: ArrayLike,
    treatment: ArrayLike,
    q: float,
    *,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
    rng: np.random.Generator,
) -> Effect:
    """Effect on a quantile by the percentile bootstrap, at the price of a sort (:func:`quantile_replicates`).

    Assumes a density at the quantile: where many units tie there, no bootstrap of the quantile is consistent, and
    ``note`` says so.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> c, t = rng.lognormal(3, 1, 4000), rng.lognormal(3.2, 1, 1000)
        >>> effect = bootstrap_quantiles(c, t, 0.5, resamples=1999, rng=rng)
        >>> effect.significant, effect.relative_low > 0
        (True, True)
    """
    arms = [
        quantile_replicates(_some(name, values), q, resamples=resamples, rng=rng)
        for name, values in (("control", control), ("treatment", treatment))
    ]
    name = f"percentile bootstrap, q = {q:g}"
    effect = compare_replicates(*arms, confidence=confidence, alternative=alternative, name=name)
    ties = [
        ties_note(name, arm.n, q, int((np.asarray(values) == arm.estimate).sum()))
        for name, arm, values in zip(("control", "treatment"), arms, (control, treatment), strict=True)
    ]
    return replace(effect, note="; ".join(filter(None, (effect.note, *ties))))


def _rank(n: int, q: float) -> tuple[int, float]:
    """Type 7: the 0-based order statistic below the quantile, and how far to go to the next."""
    at = q * (n - 1)
    whole = math.floor(at)
    return whole, at - whole


def _position(uniform: FloatArray, n: int) -> NDArray[np.int64]:
    return np.minimum((uniform * n).astype(np.int64), n - 1)


def _some(name: str, values: ArrayLike) -> FloatArray:
    array = finite_vector(name, values)
    if array.size < 2:
        raise InputError(
            name,
            got=f"{array.size} unit(s)",
            expected="at least two",
            cause="an empty segment",
            remedy="pool small segments",
        )
    return array
