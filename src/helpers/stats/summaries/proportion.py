"""A share of units: how many there are and how many had a success."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.stats.summaries.frames import columns_by_variant
from helpers.stats.validation import InputError, finite_vector, whole_number

if TYPE_CHECKING:
    import pandas as pd


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
