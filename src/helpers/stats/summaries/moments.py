"""Count, means and centred co-moments of several columns: the sufficient statistics of it all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.stats.validation import FloatArray, InputError, exact, finite_vector, whole_number

_ROUNDING = 1e-9
"""Relative size up to which an impossible moment is put down to rounding of float sums."""


@dataclass(frozen=True)
class Moments:
    r"""Sufficient statistics of ``k`` columns measured on the same ``n`` units.

    Stored are the means and the *centred* co-moments
    :math:`C_{ij}=\sum(x_i-\bar x_i)(x_j-\bar x_j)`, never raw sums of squares, so a mean of 1e9
    beside a standard deviation of 1 costs no digit. ``a + b`` is the summary of the union of two
    disjoint sets of units (Chan, Golub and LeVeque 1983, pairwise update).

    Args:
        n: number of units.
        mean: ``k`` column means, in the units of the columns (0 when ``n`` is 0).
        comoment: ``k`` by ``k`` centred sums of cross products, symmetric.

    Raises:
        InputError: when a value is not finite or the co-moments belong to no data.

    Example:
        >>> left, right = Moments.from_columns([[1, 2]]), Moments.from_columns([[3, 6]])
        >>> left + right
        Moments(n=4, mean=(3.0,), comoment=((14.0,),))
    """

    n: int
    mean: tuple[float, ...]
    comoment: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", whole_number("n", self.n))
        mean = np.asarray(self.mean, dtype=np.float64)
        comoment = np.asarray(self.comoment, dtype=np.float64)
        k = mean.size
        if mean.ndim != 1 or comoment.shape != (k, k):
            raise InputError(
                "shape of moments",
                got=f"{mean.shape} means with {comoment.shape} co-moments",
                expected="k means with k by k co-moments",
                cause="a covariate without its cross products",
                remedy="pass every pair of columns",
            )
        if not (np.isfinite(mean).all() and np.isfinite(comoment).all()):
            raise InputError(
                "moments",
                got="a value that is missing or infinite",
                expected="finite numbers",
                cause="a NULL aggregate or an overflow",
                remedy="coalesce empty groups to 0 and sum in a wide integer type",
            )
        spread = np.diag(comoment)
        size = np.sqrt(np.clip(spread, 0, None))  # before the product, which would underflow for tiny variances
        bound = np.outer(size, size)
        if (spread < 0).any() or (np.abs(comoment) > bound * (1 + _ROUNDING)).any():
            raise InputError(
                "moments",
                got=f"co-moments {self.comoment}",
                expected="squares of at least 0 and cross products within Cauchy-Schwarz",
                cause="sums taken over different units, or rounded sums of squares",
                remedy="take all sums in one query, over integers",
            )
        object.__setattr__(self, "mean", tuple(mean.tolist()))
        object.__setattr__(self, "comoment", tuple(tuple(row) for row in comoment.tolist()))

    @classmethod
    def from_columns(cls, columns: Sequence[ArrayLike]) -> Moments:
        """Moments of ``k`` equally long columns of finite values, in two passes.

        Example:
            >>> Moments.from_columns([[1e9 + 1, 1e9 + 3]]).comoment
            ((2.0,),)
        """
        arrays = [finite_vector("values", column) for column in columns]
        if len({array.size for array in arrays}) != 1:
            raise InputError(
                "columns",
                got=f"lengths {[array.size for array in arrays]}",
                expected="one value a unit in every column",
                cause="columns that come from different queries",
                remedy="join them on the unit first",
            )
        data = np.vstack(arrays)
        k, n = data.shape
        if n == 0:
            return cls.empty(k)
        origin = data[:, :1]  # a constant column stays exactly constant
        shift = (data - origin).mean(axis=1, keepdims=True)
        centred = data - origin - shift
        drift = centred.sum(axis=1, keepdims=True)
        comoment = centred @ centred.T - drift @ drift.T / n
        return cls._made(n, (origin + shift)[:, 0], comoment)

    @classmethod
    def from_sums(cls, n: Any, sums: Sequence[Any], products: Sequence[Sequence[Any]]) -> Moments:
        """Moments from raw sums, in exact arithmetic: integer sums lose no digit.

        Args:
            n: number of units.
            sums: ``k`` sums; Python ints, ``Decimal`` or floats (taken as exactly what they are).
            products: ``k`` by ``k`` sums of products, ``products[i][j]`` of columns i and j.

        Example:
            >>> x = (10**9, 10**9 + 2)
            >>> Moments.from_sums(2, [sum(x)], [[x[0] ** 2 + x[1] ** 2]])
            Moments(n=2, mean=(1000000001.0,), comoment=((2.0,),))
        """
        n = whole_number("n", n)
        total = [exact("sum", value) for value in sums]
        raw = [[exact("sum of products", value) for value in row] for row in products]
        k = len(total)
        if len(raw) != k or any(len(row) != k for row in raw):
            raise InputError(
                "products",
                got=f"rows of length {[len(row) for row in raw]}",
                expected=f"{k} rows of {k}",
                cause="a covariate without its cross products",
                remedy="pass every pair of columns",
            )
        if n == 0:
            if any(total) or any(any(row) for row in raw):
                raise InputError(
                    "sums",
                    got="sums that are not 0 over n = 0 units",
                    expected="0",
                    cause="sums and counts taken over different units",
                    remedy="take n and all sums in one query",
                )
            return cls.empty(k)
        comoment = np.empty((k, k))
        for i in range(k):
            for j in range(k):
                centred = float(raw[i][j] - total[i] * total[j] / n)
                comoment[i, j] = centred
                if i == j and centred < 0 and -centred <= _ROUNDING * float(raw[i][i]):
                    comoment[i, i] = 0.0  # sums of floats, rounded before they came here
        return cls._made(n, np.array([float(value / n) for value in total]), comoment)

    @classmethod
    def empty(cls, k: int = 1) -> Moments:
        """Moments of no unit at all: the neutral element of ``+``.

        Example:
            >>> Moments.empty(2).n
            0
        """
        return cls(0, (0.0,) * k, ((0.0,) * k,) * k)

    @classmethod
    def _made(cls, n: int, mean: FloatArray, comoment: FloatArray) -> Moments:
        """Build from arrays, holding cross products to what rounding alone may exceed."""
        spread = np.sqrt(np.clip(np.diag(comoment), 0, None))
        bound = np.outer(spread, spread)
        slack = np.abs(comoment) <= bound * (1 + _ROUNDING) + _ROUNDING * bound.max(initial=0)
        clipped = np.where(slack, np.clip(comoment, -bound, bound), comoment)
        np.fill_diagonal(clipped, np.diag(comoment))
        return cls(n, tuple(mean.tolist()), tuple(map(tuple, clipped.tolist())))

    def __add__(self, other: Moments) -> Moments:
        if not isinstance(other, Moments):
            return NotImplemented
        if len(self.mean) != len(other.mean):
            raise InputError(
                "moments to add",
                got=f"{len(self.mean)} and {len(other.mean)} columns",
                expected="the same columns on both sides",
                cause="a covariate present in one part only",
                remedy="summarise both parts with the same columns",
            )
        n = self.n + other.n
        if self.n == 0 or other.n == 0:
            return other if self.n == 0 else self
        gap = np.subtract(other.mean, self.mean)
        mean = np.add(self.mean, gap * (other.n / n))
        between = np.outer(gap, gap) * (self.n * (other.n / n))
        return Moments._made(n, mean, np.add(self.comoment, other.comoment) + between)

    def covariance(self) -> FloatArray:
        """Unbiased ``k`` by ``k`` sample covariance (divisor n - 1); NaN when n < 2.

        Example:
            >>> Moments.from_columns([[1, 2, 3]]).covariance()
            array([[1.]])
        """
        k = len(self.mean)
        if self.n < 2:
            return np.full((k, k), math.nan)
        return np.asarray(self.comoment, dtype=np.float64) / (self.n - 1)

    def mapped(self, matrix: ArrayLike, offset: ArrayLike) -> Moments:
        """Moments of ``matrix @ columns + offset``: what a linear adjustment does to the data.

        Args:
            matrix: ``m`` by ``k``.
            offset: ``m`` constants added to every unit.

        Example:
            >>> Moments.from_columns([[1, 2, 3], [1, 2, 4]]).mapped([[1, 1]], [10]).n
            3
        """
        linear = np.asarray(matrix, dtype=np.float64)
        mean = linear @ np.asarray(self.mean) + np.asarray(offset, dtype=np.float64)
        comoment = linear @ np.asarray(self.comoment) @ linear.T
        comoment = (comoment + comoment.T) / 2
        np.fill_diagonal(comoment, np.clip(np.diag(comoment), 0, None))
        return Moments._made(self.n, mean, comoment)
