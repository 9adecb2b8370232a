"""Quantiles of a value per unit: the median order, the ninetieth percentile of the waiting time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.comparisons.effects import NO_TEST, Effect, comparison, effect_of
from helpers.stats.comparisons.linear import from_variances, satterthwaite
from helpers.stats.inference import Alternative, EffectArrays, critical
from helpers.stats.validation import FloatArray, InputError, alpha_of, between, finite, finite_vector, whole_number

_METHOD = "order-statistic spacing, Welch t, Fieller"


@dataclass(frozen=True)
class RankWindow:
    """The two ranks, as fractions, between which the density at a quantile is measured.

    Example:
        >>> RankWindow.of(100, 0.5).inside
        True
    """

    lower: float
    upper: float

    @classmethod
    def of(cls, n: int, q: float) -> RankWindow:
        r"""The 95/100 interval of the quantile's own rank, :math:`q\pm z\sqrt{q(1-q)/n}`.

        Example:
            >>> RankWindow.of(9604, 0.5).upper.__round__(4)
            0.51
        """
        reach = float(critical(ALPHA)) * math.sqrt(q * (1 - q) / n) if n else math.inf
        return cls(q - reach, q + reach)

    @property
    def inside(self) -> bool:
        """Whether both ranks exist; if not, the arm is too small for this quantile."""
        return self.lower > 0 and self.upper < 1


@dataclass(frozen=True)
class Quantile:
    r"""One arm's quantile and its spacing: a summary that ``compare`` takes, made of four aggregates.

    The variance of a sample quantile is :math:`q(1-q)/(n f^2)`; :math:`1/f`, the sparsity, is measured by the spacing
    of the order statistics at the ends of :class:`RankWindow`, :math:`(high-low)/(upper-lower)`. That window is the one
    of Price and Bonett's interval for medians. Quantiles are Hyndman and Fan's type 7, as in NumPy, R and DuckDB's
    ``quantile_cont``, so the engine can make the summary: ``quantile_cont(y, [window.lower, q, window.upper])``.

    Attributes:
        n: units. ``q``: the quantile, a fraction. ``estimate``: its value, in the metric's unit.
        low, high: quantiles at the ends of the window; NaN where an end is outside (0, 1).
        tied: units whose value is the estimate itself.

    Reference: Siddiqui (1960), J. Res. NBS 64B; Price and Bonett (2002), J. Statist. Comput. Simul. 72, 119-124.

    Example:
        >>> arm = Quantile.from_values(np.arange(101), 0.5)
        >>> arm.estimate, round(arm.high - arm.low, 3)
        (50.0, 19.502)
    """

    n: int
    q: float
    estimate: float
    low: float
    high: float
    tied: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", whole_number("n", self.n))
        object.__setattr__(self, "tied", whole_number("tied", self.tied))
        between("q", self.q, 0, 1)
        finite("estimate", self.estimate)
        if self.low > self.estimate or self.high < self.estimate or self.tied > self.n:
            raise InputError(
                "quantile",
                got=f"estimate {self.estimate} between {self.low} and {self.high}, {self.tied} of {self.n} tied",
                expected="low <= estimate <= high and at most n units tied",
                cause="quantiles of different columns, or the ends swapped",
                remedy="take the three quantiles in one query, in the order of RankWindow",
            )

    @classmethod
    def from_values(cls, values: ArrayLike, q: float) -> Quantile:
        """From one value a unit.

        Raises:
            InputError: for no unit, or q outside (0, 1).

        Example:
            >>> Quantile.from_values([0, 0, 0, 0, 0, 0, 0, 9], 0.5).tied
            7
        """
        between("q", q, 0, 1)
        array = finite_vector("values", values)
        if not array.size:
            raise InputError(
                "values",
                got="no unit",
                expected="at least one",
                cause="an empty segment",
                remedy="leave empty arms out",
            )
        low, estimate, high = _spaced(array, q)
        return cls(array.size, q, float(estimate), float(low), float(high), int((array == estimate).sum()))

    @property
    def window(self) -> RankWindow:
        """Where ``low`` and ``high`` stand."""
        return RankWindow.of(self.n, self.q)

    @property
    def variance(self) -> float:
        """``n`` times the squared standard error; NaN in an arm too small, 0 on a mass point."""
        return float(self.n * _squared_error(self.n, self.q, np.asarray(self.low), np.asarray(self.high)))

    @property
    def on_mass_point(self) -> bool:
        """Whether all of the window has one value, so that the quantile does not move from sample to sample."""
        return self.low == self.high


def quantile_effects(
    control: ArrayLike,
    treatment: ArrayLike,
    q: float,
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> EffectArrays:
    """What ``compare`` does with two :class:`Quantile`, for many pairs of samples: units along the last axis.

    Example:
        >>> c = np.random.default_rng(1).normal(5, 1, (3, 400))
        >>> quantile_effects(c, c + 1, 0.5).absolute.round(6)
        array([1., 1., 1.])
    """
    arms = [np.asarray(arm, np.float64) for arm in (control, treatment)]
    (low_c, c, high_c), (low_t, t, high_t) = (_spaced(arm, q) for arm in arms)
    n_c, n_t = (arm.shape[-1] for arm in arms)
    v_c, v_t = _squared_error(n_c, q, low_c, high_c), _squared_error(n_t, q, low_t, high_t)
    return _effects(n_c, c, v_c, n_t, t, v_t, q, confidence, alternative)


@comparison.register
def _quantiles(control: Quantile, treatment: Quantile, confidence: float, alternative: Alternative) -> Effect:
    if control.q != treatment.q:
        raise InputError(
            "arms",
            got=f"quantiles {control.q} and {treatment.q}",
            expected="one quantile of both arms",
            cause="two metrics mixed up",
            remedy="summarise both arms at the same q",
        )
    c, v_c, t, v_t = (
        np.asarray(x)
        for x in (
            control.estimate,
            control.variance / control.n,
            treatment.estimate,
            treatment.variance / treatment.n,
        )
    )
    arrays = _effects(control.n, c, v_c, treatment.n, t, v_t, control.q, confidence, alternative)
    crit = float(critical(alpha_of(confidence), arrays.df, alternative))
    effect = effect_of(control, treatment, arrays, crit, confidence, alternative, f"{_METHOD}, q = {control.q:g}")
    return replace(effect, note=_note(control, treatment, effect.note))


def _effects(
    n_c: int,
    c: FloatArray,
    v_c: FloatArray,
    n_t: int,
    t: FloatArray,
    v_t: FloatArray,
    q: float,
    confidence: float,
    alternative: Alternative,
) -> EffectArrays:
    """Welch's t from squared standard errors that rest on as many observations as lie in their windows.

    With a normal reference a small arm's noisy spacing rejects up to .06 of true nulls at alpha .05; the count of
    observations in the window as its degrees of freedom brings that to nominal.
    """
    df_c, df_t = (n * (w.upper - w.lower) for n, w in ((n_c, RankWindow.of(n_c, q)), (n_t, RankWindow.of(n_t, q))))
    df = satterthwaite(v_c, df_c, v_t, df_t)
    return from_variances(c, v_c, t, v_t, df, alpha_of(confidence), alternative)


def _spaced(values: FloatArray, q: float) -> FloatArray:
    """low, estimate, high along a new first axis."""
    window = RankWindow.of(values.shape[-1], q)
    ranks = (window.lower, q, window.upper) if window.inside else (q, q, q)
    found: FloatArray = np.quantile(values, ranks, axis=-1)
    if not window.inside:
        found[[0, 2]] = np.nan
    return found


def _squared_error(n: int, q: float, low: FloatArray, high: FloatArray) -> FloatArray:
    window = RankWindow.of(n, q)
    sparsity = (high - low) / (window.upper - window.lower)
    return np.asarray(q * (1 - q) / n * sparsity**2)


def _note(control: Quantile, treatment: Quantile, note: str) -> str:
    arms = (("control", control), ("treatment", treatment))
    for name, arm in arms:
        if math.isnan(arm.variance):
            return f"{NO_TEST}the {name} has {arm.n} unit(s), too few to see the density around its quantile {arm.q:g}"
    if all(arm.on_mass_point for _, arm in arms):
        return f"{NO_TEST}both quantiles stand on a mass point; compare the shares of units on it instead"
    notes = []
    for name, arm in arms:
        if arm.on_mass_point:
            notes.append(f"the {name}'s quantile stands on a mass point, so all the uncertainty is the other arm's")
        elif tie := ties_note(name, arm.n, arm.q, arm.tied):
            notes.append(tie)
    if note and not any(arm.on_mass_point for _, arm in arms):
        notes.append(note.replace(" mean ", " quantile "))
    return "; ".join(notes)


def ties_note(name: str, n: int, q: float, tied: int) -> str:
    """That too many units tie at a quantile for its density to mean anything; empty where they do not.

    Example:
        >>> ties_note("control", 100, 0.5, 3)
        ''
    """
    if tied <= math.sqrt(n * q * (1 - q)):
        return ""
    return (
        f"{tied:,} of {n:,} units of the {name} tie at its quantile, more than one standard error of its rank: "
        "p and intervals are rough"
    )
