"""Bootstrap and permutation: reference distributions made from the data themselves.

Every p-value counts the observed sample among the resamples, (hits + 1) / (B + 1), so it is never 0, and every
interval inverts the very count behind the p-value: p < alpha if and only if both intervals exclude zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special
from tqdm import tqdm

from helpers.defaults import CONFIDENCE
from helpers.stats.effects import NO_TEST, Effect, effect_of
from helpers.stats.inference import ALTERNATIVES, Alternative, EffectArrays
from helpers.stats.validation import (
    BoolArray,
    FloatArray,
    InputError,
    alpha_of,
    finite_vector,
    one_of,
    whole_number,
)

Statistic = Callable[..., Any]
"""``statistic(*samples, axis=-1)``: one number a row, as NumPy's reductions do it."""
Constants = tuple[FloatArray, FloatArray]
Interval = Literal["percentile", "bca"]
INTERVALS: tuple[Interval, ...] = ("percentile", "bca")
RESAMPLES: Final = 9_999
CELLS: Final = 2**22
"""Resampled values held at a time: 32 MB, and as much again for the indices."""
_WEIGHTS: Final = np.repeat(np.arange(9.0), [24109, 24109, 12056, 4018, 1005, 200, 33, 5, 1])
"""Poisson(1) to the nearest 2**-16 with mean and variance exactly 1: ten times as fast to look up as to draw."""
_LONG: Final = 2e9  # resampled values after which the progress bar shows itself: about ten seconds
_CONSTANT: Final = 1e-12  # relative spread of resamples that is rounding


@dataclass(frozen=True, eq=False)
class Replicates:
    """Estimate and its bootstrap draws; arrays of shape (...) and (..., B).

    Attributes:
        n: units.
        value: the estimate on the data.
        draws: the estimate on each of B resamples.
        second, third: sums of squares and of cubes of the jackknife influences, for BCa; NaN where not asked for.

    Example:
        >>> replicates([1, 2, 6], resamples=99, rng=np.random.default_rng(1)).estimate
        3.0
    """

    n: int
    value: FloatArray
    draws: FloatArray
    second: FloatArray | float = math.nan
    third: FloatArray | float = math.nan

    @property
    def estimate(self) -> float:
        """The estimate, for replicates of one sample."""
        return float(self.value)

    @property
    def variance(self) -> float:
        """Bootstrap variance of one unit's contribution: ``variance / n`` is that of the estimate."""
        return 0.0 if bool(_constant(self.draws)) else float(self.n * self.draws.var(ddof=1))


@dataclass(frozen=True)
class BootstrapEstimate:
    """A bootstrapped quantity that is no difference of two arms.

    Attributes:
        n: units of all samples together.
        value: the statistic on the data.
        low, high: interval at ``confidence``; the end a one-sided alternative leaves open is infinite.
        null, p_value: the value tested and its p, NaN where no test can be made.
        standard_error: standard deviation over the resamples.

    Example:
        >>> bootstrap_estimate([1, 2, 3, 6], resamples=99, rng=np.random.default_rng(1)).value
        3.0
    """

    method: str
    alternative: Alternative
    confidence: float
    n: int
    value: float
    low: float
    high: float
    null: float
    p_value: float
    standard_error: float
    resamples: int
    note: str = ""


def replicates(
    *samples: ArrayLike,
    statistic: Statistic = np.mean,
    resamples: int = RESAMPLES,
    rng: np.random.Generator,
    jackknife: bool = False,
    progress: bool | None = None,
) -> Replicates:
    """Draws of a statistic, each sample resampled with replacement on its own (``scipy.stats.bootstrap``).

    Args:
        samples: one or more, of at least two units each; units along the last axis. Rows beside it share the resampled
            positions, so many data sets of one size cost little more than one.
        statistic: vectorised: ``statistic(*samples, axis=-1)``.
        resamples: B. Memory holds ``CELLS`` resampled values, whatever B.
        jackknife: also leave out each unit once, which BCa needs: n evaluations of the statistic.
        progress: a bar on request, never (False), or by itself when the work is long and a terminal is there (None).

    Raises:
        InputError: for fewer than two units, or a statistic that is not finite on data or resamples.

    Example:
        >>> replicates(np.arange(20), statistic=np.median, resamples=50, rng=np.random.default_rng(1)).draws.shape
        (50,)
    """
    from scipy import stats

    arrays = [_sample(f"sample {i + 1}", sample) for i, sample in enumerate(samples)]
    cells = sum(array.size for array in arrays)
    with _bar("bootstrap", _resamples(resamples), cells, progress) as bar:
        drawn = stats.bootstrap(
            arrays,
            partial(_counted, statistic, bar),
            n_resamples=resamples,
            batch=max(1, CELLS // cells),
            vectorized=True,
            axis=-1,
            method="percentile",
            rng=rng,
        ).bootstrap_distribution
    value = np.asarray(statistic(*arrays, axis=-1), np.float64)
    draws = np.asarray(drawn, np.float64)
    _finite(value, draws)
    moments = _influences(arrays, statistic) if jackknife else (math.nan, math.nan)
    return Replicates(sum(array.shape[-1] for array in arrays), value, draws, *moments)


@dataclass(frozen=True, eq=False)
class PoissonSums:
    """Poisson-weighted totals of one arm, made in one pass and added over chunks, files or workers.

    Each unit enters each of B resamples Poisson(1) times, independently of every other unit: the limit of the bootstrap
    for large n, without knowing n beforehand (Chamandy, Muralidharan, Najmi and Naidu 2012). The weights are drawn from
    a table of Poisson(1) rounded to 2**-16, with mean and variance exactly 1.

    Attributes:
        n: units. ``totals``: numerator and denominator on the data, shape (2, ...). ``sums``: the same under the
            weights of each resample, shape (2, ..., B).

    Example:
        >>> rng = np.random.default_rng(1)
        >>> chunks = (PoissonSums.from_values(np.arange(1000) + k, resamples=200, rng=rng) for k in range(3))
        >>> arm = sum(chunks, start=PoissonSums.empty(200))
        >>> arm.n, arm.replicates.estimate
        (3000, 500.5)
    """

    n: int
    totals: FloatArray
    sums: FloatArray

    @classmethod
    def empty(cls, resamples: int = RESAMPLES) -> PoissonSums:
        """No unit at all: the neutral element of ``+``.

        Example:
            >>> PoissonSums.empty(10).n
            0
        """
        return cls(0, np.zeros(2), np.zeros((2, _resamples(resamples))))

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        denominator: ArrayLike | None = None,
        *,
        resamples: int = RESAMPLES,
        rng: np.random.Generator,
        progress: bool | None = None,
    ) -> PoissonSums:
        """From one value a unit (their mean), or with ``denominator`` (the ratio of totals).

        Memory holds ``CELLS`` weights. Rows beside the last axis share the weights.

        Example:
            >>> rng = np.random.default_rng(1)
            >>> PoissonSums.from_values([2, 0, 3], [4, 1, 5], resamples=9, rng=rng).totals
            array([ 5., 10.])
        """
        y = _sample("values", values, least=1)
        d = np.ones_like(y) if denominator is None else _sample("denominator", denominator, least=1)
        if d.shape != y.shape:
            raise InputError(
                "denominator",
                got=f"shape {d.shape} beside values of shape {y.shape}",
                expected="one denominator a unit",
                cause="columns from different queries",
                remedy="join them on the unit first",
            )
        columns, n = np.stack([y, d]), y.shape[-1]
        sums = np.zeros((*columns.shape[:-1], _resamples(resamples)))
        step = max(1, CELLS // resamples)
        with _bar("Poisson bootstrap", n, resamples, progress) as bar:
            for start in range(0, n, step):
                part = columns[..., start : start + step]
                sums += part @ _WEIGHTS[rng.integers(0, _WEIGHTS.size, (part.shape[-1], resamples), dtype=np.uint16)]
                bar.update(part.shape[-1])
        return cls(n, columns.sum(axis=-1), sums)

    def __add__(self, other: PoissonSums) -> PoissonSums:
        if not isinstance(other, PoissonSums):
            return NotImplemented
        return PoissonSums(self.n + other.n, self.totals + other.totals, self.sums + other.sums)

    @property
    def replicates(self) -> Replicates:
        """The mean, or ratio, and its draws.

        Raises:
            InputError: where a resample left no unit, or no denominator.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            value, draws = self.totals[0] / self.totals[1], self.sums[0] / self.sums[1]
        _finite(value, draws)
        return Replicates(self.n, value, draws)


def bootstrap(
    control: ArrayLike,
    treatment: ArrayLike,
    *,
    statistic: Statistic = np.mean,
    method: Interval | Literal["poisson"] = "percentile",
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
    rng: np.random.Generator,
    progress: bool | None = None,
) -> Effect:
    """Effect on any statistic of an arm (by default its mean), arms resampled independently.

    - "percentile": quantiles of the draws; first-order right, blind to bias and skewness;
    - "bca": bias-corrected and accelerated, second-order right for smooth statistics (not for quantiles, whose
      jackknife fails), at n more evaluations of the statistic;
    - "poisson": percentile on Poisson weights, for means of millions of units (:class:`PoissonSums`).

    Example:
        >>> rng = np.random.default_rng(1)
        >>> c, t = rng.gamma(1, 10, 300), rng.gamma(1, 14, 300)
        >>> effect = bootstrap(c, t, method="bca", resamples=999, rng=rng)
        >>> effect.significant, effect.relative_low > 0, effect.p_value
        (True, True, 0.002)
    """
    one_of("method", method, (*INTERVALS, "poisson"))
    if method == "poisson":
        if statistic is not np.mean:
            raise InputError(
                "statistic",
                got=repr(statistic),
                expected="the mean, for the Poisson bootstrap",
                cause="a statistic that weighted totals do not give",
                remedy="use method='percentile', or PoissonSums with a denominator for a ratio",
            )
        arms = [
            PoissonSums.from_values(
                finite_vector(name, values), resamples=resamples, rng=rng, progress=progress
            ).replicates
            for name, values in (("control", control), ("treatment", treatment))
        ]
        return compare_replicates(*arms, confidence=confidence, alternative=alternative, name="Poisson bootstrap")
    arms = [
        replicates(
            finite_vector(name, values),
            statistic=statistic,
            resamples=resamples,
            rng=rng,
            jackknife=method == "bca",
            progress=progress,
        )
        for name, values in (("control", control), ("treatment", treatment))
    ]
    return compare_replicates(*arms, method=method, confidence=confidence, alternative=alternative)


def bootstrap_estimate(
    *samples: ArrayLike,
    statistic: Statistic = np.mean,
    null: float = 0.0,
    method: Interval = "percentile",
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
    rng: np.random.Generator,
    progress: bool | None = None,
) -> BootstrapEstimate:
    """Interval and test of any statistic of one sample, or of several at once (a log ratio, say).

    Example:
        >>> rng = np.random.default_rng(1)
        >>> bootstrap_estimate(rng.normal(1, 1, 50), statistic=np.median, resamples=999, rng=rng).p_value
        0.002
    """
    found = replicates(
        *(finite_vector("sample", sample) for sample in samples),
        statistic=statistic,
        resamples=resamples,
        rng=rng,
        jackknife=method == "bca",
        progress=progress,
    )
    nothing = Replicates(0, np.zeros(()), np.zeros(resamples), 0.0, 0.0)
    shifted = replace(found, value=found.value - null, draws=found.draws - null)
    arrays = replicate_effects(nothing, shifted, method=method, confidence=confidence, alternative=alternative)
    note = _note(shifted.draws, np.ones(1))
    return BootstrapEstimate(
        f"{method} bootstrap", alternative, confidence, found.n, found.estimate, float(arrays.absolute_low) + null,
        float(arrays.absolute_high) + null, null, float(arrays.p_value), math.sqrt(found.variance / found.n),
        resamples, note,
    )  # fmt: skip


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
        >>> rng = np.random.default_rng(1)
        >>> c, t = (replicates(np.arange(50) + k, resamples=999, rng=rng) for k in (0, 9))
        >>> compare_replicates(c, t).method
        'percentile bootstrap'
    """
    arrays = replicate_effects(control, treatment, method=method, confidence=confidence, alternative=alternative)
    effect = effect_of(control, treatment, arrays, 0.0, confidence, alternative, name or f"{method} bootstrap")
    return replace(effect, note=_note(treatment.draws - control.draws, control.draws))


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
    unknown = _constant(control.draws) & _constant(treatment.draws)
    keep = {2}  # the relative estimate is known without a test
    return EffectArrays(
        difference, *(value if i in keep else np.where(unknown, np.nan, value) for i, value in enumerate(fields))
    )


@dataclass(frozen=True, eq=False)
class Permutation:
    """Permutation test: p-value(s) of the null that no unit would have differed in the other arm.

    Attributes:
        value: the statistic on the data; a float, or one for each row.
        p_value: NaN where no rearrangement changes the statistic.
        resamples: rearrangements looked at. ``exact`` when these are all there are.

    Example:
        >>> permutation([1, 2, 3], [4, 5, 6], rng=np.random.default_rng(1)).exact
        True
    """

    alternative: Alternative
    n_control: int
    n_treatment: int
    value: Any
    p_value: Any
    resamples: int
    exact: bool
    note: str = ""


def mean_difference(control: FloatArray, treatment: FloatArray, axis: int = -1) -> FloatArray:
    """Treatment mean minus control mean.

    Example:
        >>> float(mean_difference(np.array([1.0, 2.0]), np.array([4.0, 5.0])))
        3.0
    """
    return np.asarray(treatment.mean(axis=axis) - control.mean(axis=axis))


def welch_t(control: FloatArray, treatment: FloatArray, axis: int = -1) -> FloatArray:
    """The difference over its unpooled standard error, infinite (or 0) where that is 0.

    Permuting it keeps alpha in large samples also where the arms differ in variance and only the means are equal, which
    permuting the plain difference does not (Janssen 1997; Chung and Romano 2013).

    Example:
        >>> float(welch_t(np.array([1.0, 3.0]), np.array([4.0, 6.0])).round(4))
        2.1213
    """
    error = (
        control.var(axis=axis, ddof=1) / control.shape[axis] + treatment.var(axis=axis, ddof=1) / treatment.shape[axis]
    )
    difference = mean_difference(control, treatment, axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(difference == 0, 0.0, difference / np.sqrt(error))


def permutation(
    control: ArrayLike,
    treatment: ArrayLike,
    *,
    statistic: Statistic = mean_difference,
    resamples: int = RESAMPLES,
    alternative: Alternative = "two-sided",
    rng: np.random.Generator,
    progress: bool | None = None,
) -> Permutation:
    """Test by rearranging the units over the arms (``scipy.stats.permutation_test``).

    Exact, over all rearrangements, where there are at most ``resamples`` of them; otherwise (hits + 1) / (B + 1) over B
    random ones, valid at any B. Two-sided p is twice the smaller tail. The null is that the whole distributions are
    equal; for equal means only, use ``statistic=welch_t``.

    Args:
        control, treatment: at least two units in all, one in each arm; units along the last axis. Rows beside it are
            tested one by one under shared rearrangements.
        statistic: vectorised and growing with the effect: ``statistic(control, treatment, axis=-1)``.

    Reference: Phipson and Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9(1).

    Example:
        >>> permutation([1, 2, 3], [4, 5, 6, 7], rng=np.random.default_rng(1)).p_value == 2 / 35
        True
    """
    from scipy import stats

    one_of("alternative", alternative, ALTERNATIVES)
    arms = [_sample(name, v, least=1) for name, v in (("control", control), ("treatment", treatment))]
    n_control, n_treatment = (arm.shape[-1] for arm in arms)
    ways, cells = math.comb(n_control + n_treatment, n_control), sum(arm.size for arm in arms)
    count = min(ways, _resamples(resamples))
    _finite(np.asarray(statistic(*arms, axis=-1)))
    with _bar("permutations", count, cells, progress) as bar:
        found = stats.permutation_test(
            arms,
            partial(_counted, statistic, bar),
            permutation_type="independent",
            vectorized=True,
            n_resamples=resamples,
            batch=max(1, CELLS // cells),
            alternative=alternative,
            axis=-1,
            rng=rng,
        )
    same = np.ptp(found.null_distribution, axis=0) == 0
    p, value = np.where(same, np.nan, found.pvalue), np.asarray(found.statistic)
    note = f"{NO_TEST}every rearrangement of the units gives the same statistic" if same.all() else ""
    scalar = value.ndim == 0
    return Permutation(
        alternative, n_control, n_treatment, float(value) if scalar else value, float(p) if scalar else p,
        count, ways <= resamples, note,
    )  # fmt: skip


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


def _influences(samples: list[FloatArray], statistic: Statistic) -> tuple[FloatArray, FloatArray]:
    """Sums of squares and of cubes of (n - 1) / n times what leaving a unit out changes, over all samples."""
    second, third = np.zeros(()), np.zeros(())
    for i, sample in enumerate(samples):
        n = sample.shape[-1]
        step = max(1, CELLS // sample.size)
        rest, kept = [part[..., None, :] for part in samples], np.arange(n - 1)
        left_out = []
        for start in range(0, n, step):
            unit = np.arange(start, min(start + step, n))[:, None]
            rest[i] = sample[..., kept + (kept >= unit)]
            left_out.append(np.asarray(statistic(*rest, axis=-1), np.float64))
        without = np.concatenate(left_out, axis=-1)
        influence = (without.mean(axis=-1, keepdims=True) - without) * (n - 1) / n
        second, third = second + (influence**2).sum(axis=-1), third + (influence**3).sum(axis=-1)
    return second, third


def _note(difference: FloatArray, control: FloatArray) -> str:
    """What there is to say about draws of shape (B,)."""
    count = difference.size
    if _constant(difference):
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


def _constant(draws: FloatArray) -> Any:
    return np.ptp(draws, axis=-1) <= _CONSTANT * np.abs(draws).max(axis=-1)


def _counted(statistic: Statistic, bar: Any, *samples: FloatArray, axis: int = -1) -> Any:
    """``statistic``, moving the bar by the resamples it was given."""
    found = statistic(*samples, axis=axis)
    bar.update(min(samples[0].shape[-2] if samples[0].ndim > 1 else 1, bar.total - bar.n))
    return found


def _bar(what: str, total: int, cells: int, progress: bool | None) -> Any:
    silent = not progress if progress is not None else None if float(total) * cells > _LONG else True
    return tqdm(desc=what, total=total, disable=silent)


def _sample(what: str, values: ArrayLike, least: int = 2) -> FloatArray:
    array = np.asarray(values, np.float64)
    finite_vector(what, array.ravel())
    if array.ndim == 0 or array.shape[-1] < least:
        raise InputError(
            what,
            got=f"shape {array.shape}",
            expected=f"at least {least} unit(s) along the last axis",
            cause="an empty segment, or one number in place of one a unit",
            remedy="pass one value for each unit, or pool small segments",
        )
    return array


def _resamples(resamples: int) -> int:
    if whole_number("resamples", resamples) == 0:
        raise InputError("resamples", got=0, expected="at least 1", cause="a typo", remedy="pass 9,999")
    return int(resamples)


def _finite(*found: FloatArray) -> None:
    missing = sum(int(np.size(part) - np.isfinite(part).sum()) for part in found)
    if missing:
        raise InputError(
            "statistic",
            got=f"{missing} values that are missing or infinite, of {sum(map(np.size, found))}",
            expected="a finite number for the data and for every resample",
            cause="a resample without units, or a zero denominator, in an arm too small for it",
            remedy="pool segments, or choose a statistic that every resample has",
        )
