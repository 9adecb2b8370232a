"""What must be known of one arm: a proportion, a mean or a ratio as sufficient statistics.

A summary is all that the engine has to compute and all that a test may look at. Every kind offers
``n``, ``estimate`` and ``variance`` (of one unit's contribution, so that the estimate's own
variance is ``variance / n``) and can be added: ``a + b`` is the summary of the union of disjoint
units.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from helpers.stats.frames import columns_by_variant
from helpers.stats.moments import Moments
from helpers.stats.validation import FloatArray, InputError, finite_vector, whole_number

if TYPE_CHECKING:
    import pandas as pd


class Summary(Protocol):
    """What every kind of summary offers; a new kind needs this and a registered comparison."""

    @property
    def n(self) -> int: ...
    @property
    def estimate(self) -> float: ...
    @property
    def variance(self) -> float: ...


@dataclass(frozen=True)
class Proportion:
    """Share of units with a success: ``n`` units, ``successes`` of them.

    Raises:
        InputError: unless 0 <= successes <= n, both whole.

    Example:
        >>> arm = Proportion(400, 100) + Proportion(600, 200)
        >>> arm, arm.estimate
        (Proportion(n=1000, successes=300), 0.3)
    """

    n: int
    successes: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", whole_number("n", self.n))
        object.__setattr__(self, "successes", whole_number("successes", self.successes))
        if self.successes > self.n:
            raise InputError(
                "successes",
                got=f"{self.successes} successes of {self.n} units",
                expected="at most one success a unit",
                cause="events counted where units belong",
                remedy="count each unit once, or use Mean or Ratio",
            )

    @classmethod
    def from_values(cls, values: ArrayLike) -> Proportion:
        """From one 0/1 or boolean value a unit.

        Example:
            >>> Proportion.from_values([True, False, True])
            Proportion(n=3, successes=2)
        """
        array = finite_vector("values", values)
        if not np.isin(array, (0.0, 1.0)).all():
            raise InputError(
                "values",
                got=f"values between {array.min()} and {array.max()}",
                expected="only 0 and 1",
                cause="counts or money passed as a proportion",
                remedy="use Mean, or say which value is a success",
            )
        return cls(array.size, int(array.sum()))

    @classmethod
    def from_sums(cls, n: Any, sum_y: Any) -> Proportion:
        """From the mart's columns of the same names.

        Example:
            >>> Proportion.from_sums(n=10, sum_y=4)
            Proportion(n=10, successes=4)
        """
        return cls(n, sum_y)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, variant: str, value: str) -> dict[Any, Proportion]:
        """One summary a variant from one row a unit, with a column of 0 and 1 or of booleans.

        Example:
            >>> import pandas as pd
            >>> frame = pd.DataFrame({"variant": ["a", "b", "b"], "bought": [True, False, True]})
            >>> Proportion.from_frame(frame, variant="variant", value="bought")["b"]
            Proportion(n=2, successes=1)
        """
        arms = columns_by_variant(frame, variant, [value])
        return {name: cls.from_values(values) for name, (values,) in arms.items()}

    def __add__(self, other: Proportion) -> Proportion:
        if not isinstance(other, Proportion):
            return NotImplemented
        return Proportion(self.n + other.n, self.successes + other.successes)

    @property
    def estimate(self) -> float:
        """Share of successes; NaN without units."""
        return self.successes / self.n if self.n else math.nan

    @property
    def variance(self) -> float:
        """Variance p(1 - p) of one unit; NaN without units."""
        if not self.n:
            return math.nan
        return self.estimate * ((self.n - self.successes) / self.n)


@dataclass(frozen=True)
class Mean:
    """Average of one value a unit, optionally beside covariates from before the experiment.

    Column 0 of ``moments`` is the value; one column follows for each name in ``covariates``.
    Many covariates from sums: ``Mean(Moments.from_sums(...), ("x1", "x2"))``.

    Example:
        >>> arm = Mean.from_sums(n=4, sum_y=12, sum_y2=50)
        >>> arm.n, arm.estimate, round(arm.variance, 4)
        (4, 3.0, 4.6667)
    """

    moments: Moments
    covariates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_columns(self.moments, 1, self.covariates)

    @classmethod
    def from_values(cls, values: ArrayLike, covariates: Mapping[str, ArrayLike] | None = None) -> Mean:
        """From one value a unit and, for each named covariate, one value a unit.

        Example:
            >>> Mean.from_values([1, 2, 3], {"visits": [0, 1, 1]}).covariates
            ('visits',)
        """
        named = dict(covariates or {})
        return cls(Moments.from_columns([values, *named.values()]), tuple(named))

    @classmethod
    def from_sums(
        cls,
        n: Any,
        sum_y: Any,
        sum_y2: Any,
        *,
        sum_x: Any = None,
        sum_x2: Any = None,
        sum_xy: Any = None,
    ) -> Mean:
        """From the mart's integer sums, exactly; the ``x`` columns add one covariate named ``x``.

        Example:
            >>> Mean.from_sums(3, 6, 14, sum_x=3, sum_x2=5, sum_xy=8).covariates
            ('x',)
        """
        if _all_or_none("sum_x, sum_x2, sum_xy", sum_x, sum_x2, sum_xy):
            products = [[sum_y2, sum_xy], [sum_xy, sum_x2]]
            return cls(Moments.from_sums(n, [sum_y, sum_x], products), ("x",))
        return cls(Moments.from_sums(n, [sum_y], [[sum_y2]]))

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, *, variant: str, value: str, covariates: Sequence[str] = ()
    ) -> dict[Any, Mean]:
        """One summary a variant from one row a unit; ``covariates`` name further columns.

        Example:
            >>> import pandas as pd
            >>> frame = pd.DataFrame({"variant": ["a", "b", "b"], "spent": [1, 2, 4], "before": [0, 1, 1]})
            >>> arms = Mean.from_frame(frame, variant="variant", value="spent", covariates=["before"])
            >>> arms["b"].estimate, arms["b"].covariates
            (3.0, ('before',))
        """
        arms = columns_by_variant(frame, variant, [value, *covariates])
        return {name: cls(Moments.from_columns(columns), tuple(covariates)) for name, columns in arms.items()}

    @classmethod
    def from_moments(cls, n: Any, mean: float, variance: float) -> Mean:
        """From a published count, mean and sample variance (divisor n - 1).

        Example:
            >>> Mean.from_moments(100, 5.0, 4.0).variance
            4.0
        """
        count = whole_number("n", n)
        return cls(Moments(count, (mean,), ((variance * max(count - 1, 0),),)))

    def __add__(self, other: Mean) -> Mean:
        if not isinstance(other, Mean):
            return NotImplemented
        _check_same_covariates(self.covariates, other.covariates)
        return Mean(self.moments + other.moments, self.covariates)

    @property
    def n(self) -> int:
        """Number of units."""
        return self.moments.n

    @property
    def estimate(self) -> float:
        """The average; NaN without units."""
        return self.moments.mean[0] if self.n else math.nan

    @property
    def variance(self) -> float:
        """Sample variance of one unit (divisor n - 1); NaN for fewer than two units."""
        return self.moments.comoment[0][0] / (self.n - 1) if self.n > 1 else math.nan


@dataclass(frozen=True)
class Ratio:
    r"""Total of a numerator over total of a denominator, the unit being what was randomised.

    :math:`R=\bar y/\bar d`; the variance of one unit's contribution is the delta method's
    :math:`\operatorname{var}(y-R\,d)/\bar d^2` (Deng, Knoblich and Lu 2018). Columns 0 and 1 of
    ``moments`` are numerator and denominator, then one column for each of ``covariates``.

    Example:
        >>> arm = Ratio.from_values([2, 0, 3], [4, 1, 5])
        >>> arm.estimate
        0.5
    """

    moments: Moments
    covariates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_columns(self.moments, 2, self.covariates)
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
    ) -> Ratio:
        """From one numerator and one denominator a unit, and named covariates.

        Example:
            >>> Ratio.from_values([1, 2], [2, 4]).variance
            0.0
        """
        named = dict(covariates or {})
        columns = [numerator, denominator, *named.values()]
        return cls(Moments.from_columns(columns), tuple(named))

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
        return {name: cls(Moments.from_columns(columns), tuple(covariates)) for name, columns in arms.items()}

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
    ) -> Ratio:
        """From the mart's integer sums, exactly; the ``x`` columns add one covariate named ``x``.

        Example:
            >>> Ratio.from_sums(2, sum_y=3, sum_y2=5, sum_d=6, sum_d2=20, sum_yd=10).estimate
            0.5
        """
        if _all_or_none("sum_x, sum_x2, sum_xy, sum_dx", sum_x, sum_x2, sum_xy, sum_dx):
            products = [
                [sum_y2, sum_yd, sum_xy],
                [sum_yd, sum_d2, sum_dx],
                [sum_xy, sum_dx, sum_x2],
            ]
            return cls(Moments.from_sums(n, [sum_y, sum_d, sum_x], products), ("x",))
        products = [[sum_y2, sum_yd], [sum_yd, sum_d2]]
        return cls(Moments.from_sums(n, [sum_y, sum_d], products))

    def __add__(self, other: Ratio) -> Ratio:
        if not isinstance(other, Ratio):
            return NotImplemented
        _check_same_covariates(self.covariates, other.covariates)
        return Ratio(self.moments + other.moments, self.covariates)

    @property
    def n(self) -> int:
        """Number of units."""
        return self.moments.n

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
        (yy, yd), (_, dd) = self.moments.comoment[0][:2], self.moments.comoment[1][:2]
        return float(delta_variance(self.n, ratio, denominator, yy, yd, dd))


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


def standard_error(summary: Summary) -> float:
    """Standard error of one arm's estimate, ``sqrt(variance / n)``.

    Example:
        >>> standard_error(Proportion(100, 50))
        0.05
    """
    return math.sqrt(summary.variance / summary.n) if summary.n else math.nan


def _check_columns(moments: Moments, outcomes: int, covariates: tuple[str, ...]) -> None:
    if len(moments.mean) != outcomes + len(covariates) or len(set(covariates)) != len(covariates):
        raise InputError(
            "moments",
            got=f"{len(moments.mean)} columns for covariates {covariates}",
            expected=f"{outcomes} outcome column(s) and one for each distinct covariate name",
            cause="covariate columns without names",
            remedy="name every covariate column once",
        )


def _check_same_covariates(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    if left != right:
        raise InputError(
            "covariates",
            got=f"{left} and {right}",
            expected="the same names in the same order",
            cause="arms summarised by different queries",
            remedy="summarise both with the same covariates",
        )


def _all_or_none(names: str, *values: Any) -> bool:
    missing = sum(value is None for value in values)
    if 0 < missing < len(values):
        raise InputError(
            names,
            got=f"{len(values) - missing} of {len(values)} given",
            expected="all of them or none",
            cause="a covariate column missing from the query",
            remedy="select every cross product of the covariate",
        )
    return missing == 0
