"""The bootstrap of millions of units in one pass: Poisson weights in place of resampled positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import RESAMPLES
from helpers.stats.bootstrap_replicates import Replicates
from helpers.stats.resampling import CELLS, check_finite, checked_resamples, checked_sample, progress_bar
from helpers.stats.validation import FloatArray, InputError

_WEIGHTS: Final = np.repeat(np.arange(9.0), [24109, 24109, 12056, 4018, 1005, 200, 33, 5, 1])
"""Poisson(1) to the nearest 2**-16 with mean and variance exactly 1: ten times as fast to look up as to draw."""


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
        return cls(0, np.zeros(2), np.zeros((2, checked_resamples(resamples))))

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
        y = checked_sample("values", values, least=1)
        d = np.ones_like(y) if denominator is None else checked_sample("denominator", denominator, least=1)
        if d.shape != y.shape:
            raise InputError(
                "denominator",
                got=f"shape {d.shape} beside values of shape {y.shape}",
                expected="one denominator a unit",
                cause="columns from different queries",
                remedy="join them on the unit first",
            )
        columns, n = np.stack([y, d]), y.shape[-1]
        sums = np.zeros((*columns.shape[:-1], checked_resamples(resamples)))
        step = max(1, CELLS // resamples)
        with progress_bar("Poisson bootstrap", n, resamples, progress) as bar:
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
        check_finite(value, draws)
        return Replicates(self.n, value, draws)
