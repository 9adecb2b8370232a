"""A total over a total, when what was randomised is not what is counted below the line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike

from helpers.stats.summaries.frames import columns_by_variant
from helpers.stats.summaries.moment_summary import MomentSummary, all_or_none
from helpers.stats.summaries.moments import Moments
from helpers.stats.validation import FloatArray, InputError

if TYPE_CHECKING:
    import pandas as pd

_ROUNDING: Final = 8 * np.finfo(float).eps
"""Relative size up to which a numerator's distance from a multiple of its denominator is put down to rounding."""
_SMALL: Final = 1e-3
"""Share of a numerator's squares below which what it does not share with the denominator is measured by itself."""


@dataclass(frozen=True)
class Ratio(MomentSummary):
    r"""Total of a numerator over total of a denominator, the unit being what was randomised.

    :math:`R=\bar y/\bar d`; the variance of one unit's contribution is the delta method's
    :math:`\operatorname{var}(y-R\,d)/\bar d^2` (Deng, Knoblich and Lu 2018). Columns 0 and 1 of
    ``moments`` are numerator and denominator, then one column for each of ``covariates``.

    Example:
        >>> arm = Ratio.from_values([2, 0, 3], [4, 1, 5])
        >>> arm.estimate
        0.5
    """

    outcomes = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.moments.mean[1] < 0:
            raise InputError(
                "denominator",
                got=f"mean {self.moments.mean[1]}",
                expected="a total of at least 0",
                cause="numerator and denominator swapped, or refunds in the denominator",
                remedy="choose a denominator that counts something",
            )

    @classmethod
    def from_values(
        cls,
        numerator: ArrayLike,
        denominator: ArrayLike,
        covariates: Mapping[str, ArrayLike] | None = None,
    ) -> Self:
        """From one numerator and one denominator a unit, and named covariates.

        Example:
            >>> Ratio.from_values([1, 2], [2, 4]).variance
            0.0
        """
        named = dict(covariates or {})
        return cls(_moments([numerator, denominator, *named.values()]), tuple(named))

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        variant: str,
        numerator: str,
        denominator: str,
        covariates: Sequence[str] = (),
    ) -> dict[Any, Ratio]:
        """One summary a variant from one row a unit, whose rows carry numerator and denominator.

        Example:
            >>> import pandas as pd
            >>> frame = pd.DataFrame({"variant": ["a", "a", "b"], "orders": [1, 2, 3], "visits": [2, 4, 4]})
            >>> Ratio.from_frame(frame, variant="variant", numerator="orders", denominator="visits")["b"].estimate
            0.75
        """
        arms = columns_by_variant(frame, variant, [numerator, denominator, *covariates])
        return {name: cls(_moments(columns), tuple(covariates)) for name, columns in arms.items()}

    @classmethod
    def from_sums(
        cls,
        n: Any,
        sum_y: Any,
        sum_y2: Any,
        sum_d: Any,
        sum_d2: Any,
        sum_yd: Any,
        *,
        sum_x: Any = None,
        sum_x2: Any = None,
        sum_xy: Any = None,
        sum_dx: Any = None,
    ) -> Self:
        """From the mart's integer sums, exactly; the ``x`` columns add one covariate named ``x``.

        Example:
            >>> Ratio.from_sums(2, sum_y=3, sum_y2=5, sum_d=6, sum_d2=20, sum_yd=10).estimate
            0.5
        """
        if all_or_none("sum_x, sum_x2, sum_xy, sum_dx", sum_x, sum_x2, sum_xy, sum_dx):
            products = [
                [sum_y2, sum_yd, sum_xy],
                [sum_yd, sum_d2, sum_dx],
                [sum_xy, sum_dx, sum_x2],
            ]
            return cls(Moments.from_sums(n, [sum_y, sum_d, sum_x], products), ("x",))
        products = [[sum_y2, sum_yd], [sum_yd, sum_d2]]
        return cls(Moments.from_sums(n, [sum_y, sum_d], products))

    @property
    def estimate(self) -> float:
        """The ratio of totals; NaN when the denominators add up to 0."""
        numerator, denominator = self.moments.mean[:2]
        return numerator / denominator if denominator > 0 else math.nan

    @property
    def variance(self) -> float:
        """Delta-method variance of one unit; NaN for fewer than two units or no denominator."""
        ratio, denominator = self.estimate, self.moments.mean[1]
        if self.n < 2 or math.isnan(ratio):
            return math.nan
        if told := self.moments.exactly():
            y, d = told[0][:2]
            (y2, cross), (_, d2) = (row[:2] for row in told[1][:2])
            return float((y2 - 2 * y / d * cross + (y / d) ** 2 * d2) / ((self.n - 1) * d**2))
        (yy, yd), (_, dd) = self.moments.comoment[0][:2], self.moments.comoment[1][:2]
        return float(delta_variance(self.n, ratio, denominator, yy, yd, dd))


def _moments(columns: Sequence[ArrayLike]) -> Moments:
    """Moments of numerator, denominator and covariates; where the numerator is nearly a multiple of the denominator, taken
    from what is left of it beside that multiple.

    The variance of a ratio is what both do not share, and is lost among their squares where it is a small part of them.
    Where rounding alone is left, there is none.
    """
    plain = Moments.from_columns(columns)
    y, d = (np.asarray(column, np.float64) for column in columns[:2])
    if not d.sum() > 0:
        return plain
    ratio = float(y.sum() / d.sum())
    apart = y - ratio * d
    if float(((apart - apart.mean()) ** 2).sum()) > _SMALL * plain.comoment[0][0]:
        return plain
    if (np.abs(apart) <= _ROUNDING * np.maximum(np.abs(y), np.abs(ratio * d))).all():
        apart = np.zeros_like(y)
    else:
        ratio = float(np.float32(ratio))  # few digits: times a count it is exact
        apart = y - ratio * d
    back = np.eye(len(columns))
    back[0, 1] = ratio
    return Moments.from_columns([apart, d, *columns[2:]]).with_exactly().mapped(back, np.zeros(len(columns)))


def delta_variance(
    n: ArrayLike, ratio: ArrayLike, denominator: ArrayLike, yy: ArrayLike, yd: ArrayLike, dd: ArrayLike
) -> FloatArray:
    r"""Delta-method variance of one unit's contribution to a ratio, for arrays of arms.

    :math:`(C_{yy}-2RC_{yd}+R^2C_{dd})/(n-1)/\bar d^2`, and 0 where rounding alone is left of it.

    Args:
        n: units, at least two.
        ratio: mean numerator over mean denominator.
        denominator: mean denominator, positive.
        yy, yd, dd: centred sums of squares and products.

    Example:
        >>> float(delta_variance(3, 0.5, 2.0, 2.0, 0.0, 2.0))
        0.3125
    """
    r, y2, cross, d2 = (np.asarray(v, np.float64) for v in (ratio, yy, yd, dd))
    residual = np.maximum(y2 - 2 * r * cross + r * r * d2, 0.0)
    floor = 8 * np.finfo(float).eps * (y2 + r * r * d2)
    scale = (np.asarray(n, np.float64) - 1) * np.asarray(denominator, np.float64) ** 2
    return np.where(residual <= floor, 0.0, residual / scale)
