"""An estimate with its normal interval: what stands when no test of :mod:`helpers.stats` gave it."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from helpers.stats.inference import critical, p_values


@dataclass(frozen=True)
class Estimate:
    """A number, the standard error it has and its interval; floats, or arrays over simulated runs.

    >>> round(float(Estimate.of(2.0, 1.0, 0.95).p_value), 4)
    0.0455
    """

    value: Any
    standard_error: Any
    low: Any
    high: Any
    p_value: Any

    @classmethod
    def of(cls, value: Any, standard_error: Any, confidence: float) -> Self:
        """With the normal interval of a two-sided test against 0; no p-value without an error."""
        reach = float(critical(1 - confidence)) * standard_error
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = np.divide(value, standard_error)
        return cls(value + 0.0, standard_error, value - reach + 0.0, value + reach + 0.0, p_values(statistic))  # no -0
