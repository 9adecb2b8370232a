"""Winsorising: outliers are pulled to thresholds that both arms share, and no unit is ever dropped."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import WINSORIZE_LOWER, WINSORIZE_UPPER
from helpers.stats.validation import FloatArray, InputError, finite, finite_vector


@dataclass(frozen=True)
class Thresholds:
    """The two values between which every unit of every arm is held, and the pooled quantiles they are.

    Example:
        >>> Thresholds.of([1, 2, 3], [4, 100], upper=0.75)
        Thresholds(low=1.0, high=4.0, lower=0.0, upper=0.75)
    """

    low: float
    high: float
    lower: float = WINSORIZE_LOWER
    upper: float = WINSORIZE_UPPER

    def __post_init__(self) -> None:
        _check_ranks(self.lower, self.upper)
        if finite("low", self.low) > finite("high", self.high):
            raise InputError(
                "thresholds",
                got=f"low {self.low} above high {self.high}",
                expected="low <= high",
                cause="the two swapped",
                remedy="pass the lower threshold first",
            )

    @classmethod
    def of(cls, *arms: ArrayLike, lower: float = WINSORIZE_LOWER, upper: float = WINSORIZE_UPPER) -> Thresholds:
        """Quantiles (type 7) of all arms together, so that no arm is cut by a rule of its own.

        Example:
            >>> Thresholds.of(range(101), lower=0.01, upper=0.9).high
            90.0
        """
        values = np.concatenate([finite_vector("values", arm) for arm in arms] or [np.empty(0)])
        if not values.size:
            raise InputError(
                "arms",
                got="no unit",
                expected="at least one unit in all",
                cause="an empty segment",
                remedy="leave empty segments out",
            )
        _check_ranks(lower, upper)
        low, high = np.quantile(values, (lower, upper))
        return cls(float(low), float(high), lower, upper)

    def applied(self, values: ArrayLike) -> WinsorizedArm:
        """``values`` held between the thresholds; the caller's array stays as it is.

        Example:
            >>> Thresholds(0.0, 9.0).applied([-1, 5, 12]).values
            array([0., 5., 9.])
        """
        array = finite_vector("values", values)
        below, above = int((array < self.low).sum()), int((array > self.high).sum())
        return WinsorizedArm(np.clip(array, self.low, self.high), below, above)


@dataclass(frozen=True, eq=False)
class WinsorizedArm:
    """One arm after winsorising: as many values as before, of which some were moved.

    Attributes:
        values: one a unit, in the order given.
        raised, lowered: units moved up to the low threshold, and down to the high one.

    Example:
        >>> arm = Thresholds(0.0, 9.0).applied([-1, 5, 12, 10])
        >>> arm.raised, arm.lowered, arm.share
        (1, 2, 0.75)
    """

    values: FloatArray = field(repr=False)
    raised: int
    lowered: int

    @property
    def share(self) -> float:
        """Units moved, as a fraction of the arm; 0 for an arm without units."""
        return (self.raised + self.lowered) / self.values.size if self.values.size else 0.0


@dataclass(frozen=True, eq=False)
class Winsorized:
    """All arms under one pair of thresholds, control first.

    Example:
        >>> winsorize([1, 2, 3], [4, 100], upper=0.75).treatment.lowered
        1
    """

    arms: tuple[WinsorizedArm, ...]
    thresholds: Thresholds
    note: str = ""

    @property
    def control(self) -> WinsorizedArm:
        """The control."""
        return self.arms[0]

    @property
    def treatment(self) -> WinsorizedArm:
        """The first treatment."""
        return self.arms[1]


@dataclass(frozen=True, eq=False)
class WinsorizedRows:
    """Winsorised values of many pairs of samples.

    Example:
        >>> winsorize_rows([[1, 2, 3]], [[4, 100]]).control.shape
        (1, 3)
    """

    control: FloatArray
    treatment: FloatArray


def winsorize(
    control: ArrayLike, *treatments: ArrayLike, lower: float = WINSORIZE_LOWER, upper: float = WINSORIZE_UPPER
) -> Winsorized:
    r"""Pull values beyond pooled quantiles to those quantiles, in every arm alike.

    The estimand changes with it: the effect on :math:`\min(\max(y,low),high)`, not on :math:`y`. An effect that lives
    above the threshold is lost, which is the price of a smaller variance; report both. The thresholds are estimated
    from the sample, but move the difference of means only by the gap between the arms' tails times their own error, so
    Welch's test of the winsorised values keeps its level (see the calibration page). A covariate is winsorised by the
    same call on its own values.

    Args:
        control, treatments: one value a unit.
        lower, upper: pooled quantiles, 0 <= lower < upper <= 1; 0 and 1 leave a tail alone.

    Raises:
        InputError: for quantiles out of order, values not finite, or no unit at all.

    Reference: Tukey (1962), Ann. Math. Statist. 33, 17-19.

    Example:
        >>> result = winsorize([0, 1, 2, 3], [0, 1, 2, 500], upper=0.8)
        >>> result.control.lowered, result.treatment.values
        (1, array([0. , 1. , 2. , 2.6]))
    """
    thresholds = Thresholds.of(control, *treatments, lower=lower, upper=upper)
    arms = tuple(thresholds.applied(arm) for arm in (control, *treatments))
    return Winsorized(arms, thresholds, _note(arms, thresholds))


def winsorize_rows(
    control: ArrayLike, treatment: ArrayLike, *, lower: float = WINSORIZE_LOWER, upper: float = WINSORIZE_UPPER
) -> WinsorizedRows:
    """What ``winsorize`` does, for many pairs of samples: units along the last axis.

    Example:
        >>> winsorize_rows([[1, 2, 3]], [[4, 100]], upper=0.75).treatment
        array([[4., 4.]])
    """
    c, t = np.asarray(control, np.float64), np.asarray(treatment, np.float64)
    _check_ranks(lower, upper)
    low, high = np.quantile(np.concatenate([c, t], axis=-1), (lower, upper), axis=-1)[..., None]
    return WinsorizedRows(np.clip(c, low, high), np.clip(t, low, high))


def _check_ranks(lower: float, upper: float) -> None:
    if not 0 <= finite("lower", lower) < finite("upper", upper) <= 1:
        raise InputError(
            "quantiles of the thresholds",
            got=f"{lower} and {upper}",
            expected="0 <= lower < upper <= 1",
            cause="percent passed where a fraction belongs, or the share to cut instead of the quantile",
            remedy="pass upper=0.99 to pull in the top hundredth",
        )


def _note(arms: tuple[WinsorizedArm, ...], thresholds: Thresholds) -> str:
    if thresholds.low == thresholds.high and any(arm.share for arm in arms):
        return "the thresholds coincide, so nothing is left to compare: fewer units differ than would be cut"
    return ""
