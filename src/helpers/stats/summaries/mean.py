"""An average of one value a unit, from its sums, with covariates or without."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from helpers.stats.summaries.frames import columns_by_variant
from helpers.stats.summaries.moment_summary import MomentSummary, all_or_none
from helpers.stats.summaries.moments import Moments
from helpers.stats.validation import whole_number

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Mean(MomentSummary):
    """Average of one value a unit, optionally beside covariates from before the experiment.

    Column 0 of ``moments`` is the value; one column follows for each name in ``covariates``.
    Many covariates from sums: ``Mean(Moments.from_sums(...), ("x1", "x2"))``.

    Example:
        >>> arm = Mean.from_sums(n=4, sum_y=12, sum_y2=50)
        >>> arm.n, arm.estimate, round(arm.variance, 4)
        (4, 3.0, 4.6667)
    """

    outcomes = 1

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
        if all_or_none("sum_x, sum_x2, sum_xy", sum_x, sum_x2, sum_xy):
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

    @property
    def estimate(self) -> float:
        """The average; NaN without units."""
        return self.moments.mean[0] if self.n else math.nan

    @property
    def variance(self) -> float:
        """Sample variance of one unit (divisor n - 1); NaN for fewer than two units."""
        return self.moments.comoment[0][0] / (self.n - 1) if self.n > 1 else math.nan
