"""What repeated simulated experiments show: averages and rates, each with the noise of counting."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import CONFIDENCE
from helpers.stats.binomial import BinomialInterval, binomial_interval
from helpers.stats.inference import critical
from helpers.stats.summaries.mean import Mean
from helpers.stats.summaries.summary import standard_error
from helpers.stats.validation import FloatArray, alpha_of


@dataclass(frozen=True)
class Average:
    """The average over independent runs, with Student's interval of it.

    Example:
        >>> Average.of([1.0, 2.0, 3.0]).value
        2.0
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: ArrayLike, confidence: float = CONFIDENCE) -> Average:
        """From one value a run; at least two runs."""
        mean = Mean.from_values(values)
        reach = float(critical(alpha_of(confidence), mean.n - 1)) * standard_error(mean)
        return cls(mean.estimate, mean.estimate - reach, mean.estimate + reach)

    @property
    def holds_zero(self) -> bool:
        """Whether nothing is within the noise of the runs."""
        return self.low <= 0 <= self.high


def rate(happened: ArrayLike) -> BinomialInterval:
    """Share of runs in which something happened, with its Clopper-Pearson interval.

    Example:
        >>> rate([True, False, False, False]).share
        0.25
    """
    seen = np.asarray(happened, bool).ravel()
    return binomial_interval(int(seen.sum()), seen.size)


def spread(errors: ArrayLike) -> float:
    """Root of the mean squared error over runs.

    Example:
        >>> spread([3.0, -4.0]) == math.sqrt(12.5)
        True
    """
    found: FloatArray = np.asarray(errors, np.float64)
    return math.sqrt(float((found**2).mean()))


def stream(seed: int, topic: str) -> np.random.Generator:
    """A random stream of a topic's own, the same whatever else is drawn.

    Example:
        >>> stream(1, "a").random() == stream(1, "a").random() != stream(1, "b").random()
        True
    """
    return np.random.default_rng([seed, *topic.encode()])
