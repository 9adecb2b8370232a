r"""Success counts of several cells of equal size, over many runs, and linear contrasts of their rates.

A cell is whatever a unit can be dealt into: an arm of several, or a combination of factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from helpers.defaults import ALPHA
from helpers.errors import ReportError
from helpers.stats.inference import critical, p_values
from helpers.stats.validation import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Contrast:
    r"""A weighted sum of the cells' rates, estimated once a run.

    Attributes:
        truth: the same sum of the true rates.
        value: :math:`\sum_i w_i\hat p_i`, (runs,).
        error: its standard error, :math:`\sqrt{\sum_i w_i^2\hat p_i(1-\hat p_i)/(n-1)}`: that of least squares on the saturated design with
            HC2 errors. The normal reference is close when every cell has some tens of successes and of failures.
    """

    truth: float
    value: FloatArray
    error: FloatArray

    @property
    def bias(self) -> FloatArray:
        """What each run's estimate misses the truth by."""
        return self.value - self.truth

    @property
    def significant(self) -> BoolArray:
        """Whether a two-sided test tells it from zero; never where no unit or every unit of each cell succeeded."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(p_values(self.value / self.error) < ALPHA)

    @property
    def covers(self) -> BoolArray:
        """Whether the interval holds the truth."""
        return np.asarray(np.abs(self.bias) <= float(critical(ALPHA)) * self.error)


@dataclass(frozen=True, eq=False)
class Cells:
    """What every run counted.

    Attributes:
        rates: true success rates, (cells,) or (runs, cells).
        units: of one cell.
        successes: (runs, cells).
    """

    rates: FloatArray
    units: int
    successes: FloatArray

    @classmethod
    def dealt(cls, luck: FloatArray, rates: ArrayLike) -> Cells:
        """Deal units into cells in turn, as if by lot, for no unit's luck depends on its place; what is left over belongs to none.

        Args:
            luck: one uniform number a unit, (runs, units): a unit succeeds in a cell when it lies below the cell's rate.
            rates: one a cell, the same in all runs or not.

        Example:
            >>> Cells.dealt(np.array([[0.1, 0.1, 0.4, 0.4, 0.9]]), (0.2, 0.5)).successes
            array([[1., 2.]])
        """
        true = checked(rates)
        cells = true.shape[-1]
        units = luck.shape[1] // cells
        each = luck[:, : units * cells].reshape(len(luck), units, cells)
        return cls(true, units, (each < true[..., None, :]).sum(axis=1).astype(np.float64))

    @classmethod
    def drawn(cls, rng: np.random.Generator, rates: ArrayLike, runs: int, units: int) -> Cells:
        """Draw the counts of ``units`` units a cell, without the units.

        Example:
            >>> Cells.drawn(np.random.default_rng(1), (0.2, 0.5), runs=3, units=100).successes.shape
            (3, 2)
        """
        true = checked(rates)
        return cls(true, units, rng.binomial(units, true, (runs, true.shape[-1])).astype(np.float64))

    @property
    def shares(self) -> FloatArray:
        """Success rates found, (runs, cells)."""
        return self.successes / self.units

    def contrast(self, weights: Sequence[float]) -> Contrast:
        """A weighted sum of the rates, the weights in the order of the cells.

        Example:
            >>> found = Cells(np.array([0.2, 0.5]), 101, np.array([[20.2, 50.5]])).contrast((-1, 1))
            >>> found.value.round(3), found.error.round(3)
            (array([0.3]), array([0.064]))
        """
        w, found = np.asarray(weights, np.float64), self.shares
        error = np.sqrt((w**2 * found * (1 - found)).sum(axis=1) / (self.units - 1))
        return Contrast(float((self.rates * w).sum()), (found * w).sum(axis=1), error)


def checked(rates: ArrayLike) -> FloatArray:
    """Success rates as an array.

    Raises:
        ReportError: for a rate outside (0, 1), to which a planted uplift or interaction may lead.

    Example:
        >>> checked((0.1, 0.2))
        array([0.1, 0.2])
    """
    found = np.asarray(rates, np.float64)
    if not ((found > 0) & (found < 1)).all():
        raise ReportError(
            "A cell cannot have this success rate",
            got=f"{found.min():g} to {found.max():g}",
            expected="rates above 0 and below 1",
            cause="the planted uplift or interaction leads out of the rates there are",
            remedy="plant a smaller one, or start from another rate",
        )
    return found
