"""Count, means and centred co-moments of several columns: the sufficient statistics of it all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from helpers.stats.validation import FloatArray, InputError, exact, finite_vector, whole_number

_ROUNDING: Final = 1e-9
"""Relative size up to which an impossible moment is put down to rounding, and beyond which a rounded one is refused."""
_ULPS: Final = 4
"""Units in the last place by which a float sum may be off: what careful summation leaves, and no less."""


@dataclass(frozen=True)
class Moments:
    r"""Sufficient statistics of ``k`` columns measured on the same ``n`` units.

    Stored are the means and the *centred* co-moments
    :math:`C_{ij}=\sum(x_i-\bar x_i)(x_j-\bar x_j)`, never raw sums of squares, so a mean of 1e9
    beside a standard deviation of 1 costs no digit. ``a + b`` is the summary of the union of two
    disjoint sets of units (Chan, Golub and LeVeque 1983, pairwise update); what the float of a mean
    cuts off is kept beside it, since means far from zero are told apart by it.

    Args:
        n: number of units.
        mean: ``k`` column means, in the units of the columns (0 when ``n`` is 0).
        comoment: ``k`` by ``k`` centred sums of cross products, symmetric.
        rest: what floats cut off: of the means, then, where sums were exact, of each row of co-moments.

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
    rest: tuple[tuple[Any, ...], ...] = field(default=(), repr=False, compare=False)

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
        object.__setattr__(self, "rest", self.rest or ((0.0,) * k,))
        object.__setattr__(self, "comoment", tuple(tuple(row) for row in comoment.tolist()))

    @classmethod
    def from_columns(cls, columns: Sequence[ArrayLike]) -> Moments:
        """Moments of ``k`` equally long columns of finite values, in two passes.

        Raises:
            InputError: for lengths that differ, or values so large or so close together that their squares are no floats.

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
        origin = data.min(axis=1, keepdims=True)  # a constant column stays exactly constant, in any order of its rows
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            shift = (data - origin).mean(axis=1, keepdims=True)
            centred = data - origin - shift
            drift = centred.sum(axis=1, keepdims=True)
            comoment = centred @ centred.T - drift @ drift.T / n
        spread = np.diag(comoment)
        varies = (data != origin).any(axis=1)
        if not np.isfinite(comoment).all() or (varies & (spread < np.finfo(np.float64).tiny)).any():
            raise InputError(
                "values",
                got=f"values from {data.min():g} to {data.max():g}",
                expected="values whose squared differences are floats of full precision, about 1e-150 to 1e150",
                cause="a unit that is far too small or too large for what is measured",
                remedy="choose a unit in which values are of ordinary size",
            )
        mean = origin + shift
        return cls._made(n, mean[:, 0], comoment, (shift - (mean - origin))[:, 0] + drift[:, 0] / n)

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
        for i in range(k):
            _check_digits(n, sums[i], products[i][i])
        means = [value / n for value in total]
        centred = [[raw[i][j] - total[i] * total[j] / n for j in range(k)] for i in range(k)]
        return cls._exactly(n, means, centred)

    @classmethod
    def empty(cls, k: int = 1) -> Moments:
        """Moments of no unit at all: the neutral element of ``+``.

        Example:
            >>> Moments.empty(2).n
            0
        """
        return cls(0, (0.0,) * k, ((0.0,) * k,) * k)

    @classmethod
    def _made(cls, n: int, mean: FloatArray, comoment: FloatArray, rest: Iterable[float]) -> Moments:
        """Build from arrays, holding cross products to what rounding alone may exceed."""
        spread = np.sqrt(np.clip(np.diag(comoment), 0, None))
        bound = np.outer(spread, spread)
        slack = np.abs(comoment) <= bound * (1 + _ROUNDING) + _ROUNDING * bound.max(initial=0)
        clipped = np.where(slack, np.clip(comoment, -bound, bound), comoment)
        np.fill_diagonal(clipped, np.diag(comoment))
        return cls(n, tuple(mean.tolist()), tuple(map(tuple, clipped.tolist())), (tuple(map(float, rest)),))

    @classmethod
    def _exactly(cls, n: int, means: list[Fraction], centred: list[list[Fraction]]) -> Moments:
        """Build from fractions, keeping what floats cut off."""
        floats = [[_float(value) for value in row] for row in (means, *centred)]
        kept = cls._made(n, np.array(floats[0]), np.array(floats[1:]), [0.0] * len(means))
        rest = (
            tuple(value - Fraction(rounded) for value, rounded in zip(row, told, strict=True))
            for row, told in zip((means, *centred), (kept.mean, *kept.comoment), strict=True)
        )
        return cls(n, kept.mean, kept.comoment, tuple(rest))

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
        if max(len(self.rest), len(other.rest)) > 1:
            (one, two) = (part.with_exactly().exactly() for part in (self, other))
            assert one is not None and two is not None
            apart = [b - a for a, b in zip(one[0], two[0], strict=True)]
            means = [a + d * other.n / n for a, d in zip(one[0], apart, strict=True)]
            weight = Fraction(self.n * other.n, n)
            rows = zip(one[1], two[1], apart, strict=True)
            centred = [[a + b + d * e * weight for a, b, e in zip(p, q, apart, strict=True)] for p, q, d in rows]
            return Moments._exactly(n, means, centred)
        rests = [np.asarray(part.rest[0], dtype=np.float64) for part in (self, other)]
        gap = np.subtract(other.mean, self.mean) + (rests[1] - rests[0])
        step = rests[0] + gap * (other.n / n)
        mean = np.add(self.mean, step)
        between = np.outer(gap, gap) * (self.n * (other.n / n))
        return Moments._made(
            n, mean, np.add(self.comoment, other.comoment) + between, step - np.subtract(mean, self.mean)
        )

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

    def exactly(self) -> tuple[list[Fraction], list[list[Fraction]]] | None:
        """Means and co-moments without what floats cut off; None where the co-moments are those of floats.

        Example:
            >>> Moments.from_sums(3, [10], [[36]]).exactly()
            ([Fraction(10, 3)], [[Fraction(8, 3)]])
        """
        if len(self.rest) == 1:
            return None
        told = [
            [Fraction(value) + Fraction(rest) for value, rest in zip(values, rests, strict=True)]
            for values, rests in zip((self.mean, *self.comoment), self.rest, strict=True)
        ]
        return told[0], told[1:]

    def with_exactly(self) -> Moments:
        """The same, its floats taken for exactly what they are, so that what is done to them next loses no digit.

        Example:
            >>> Moments.from_columns([[0.1, 0.2]]).with_exactly().exactly() is None
            False
        """
        rest = self.rest[:1] + tuple((0.0,) * len(self.mean) for _ in self.mean)
        return self if len(self.rest) > 1 else Moments(self.n, self.mean, self.comoment, rest)

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
        if told := self.exactly():
            rows = [[Fraction(value) for value in row] for row in linear.tolist()]
            half = [[_dot(row, column) for column in told[1]] for row in rows]  # co-moments are symmetric
            means = [_dot(row, told[0]) + exact("offset", o) for row, o in zip(rows, np.asarray(offset), strict=True)]
            return Moments._exactly(self.n, means, [[_dot(part, row) for row in rows] for part in half])
        mean = linear @ np.asarray(self.mean) + np.asarray(offset, dtype=np.float64)
        comoment = linear @ np.asarray(self.comoment) @ linear.T
        comoment = (comoment + comoment.T) / 2
        np.fill_diagonal(comoment, np.clip(np.diag(comoment), 0, None))
        return Moments._made(self.n, mean, comoment, linear @ np.asarray(self.rest[0], dtype=np.float64))


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def _float(value: Fraction) -> float:
    """The nearest float; an error where there is none."""
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if math.isinf(found) or (value and abs(found) < np.finfo(np.float64).tiny):
        raise InputError(
            "sums",
            got=f"a mean or a sum of centred products of about 10^{_magnitude(value)}",
            expected="a number that a float can hold",
            cause="a unit that is far too small or too large for what is measured",
            remedy="choose a unit in which values are of ordinary size",
        )
    return found


def _magnitude(value: Fraction) -> int:
    return len(str(abs(value.numerator))) - len(str(value.denominator))


def _check_digits(n: int, total: Any, squares: Any) -> None:
    """Refuse sums whose floats have already lost what tells their spread; whole floats below 2**53 are integers still."""
    centred = exact("sum", squares) * n - exact("sum", total) ** 2
    lost = _cut_off(squares) * n + 2 * abs(exact("sum", total)) * _cut_off(total)
    if lost and lost > abs(centred) * Fraction(_ROUNDING):
        raise InputError(
            "sums",
            got=f"a sum of {total!r} and a sum of squares of {squares!r} over {n:,} units",
            expected="sums that tell the spread to nine digits",
            cause="sums of floats, or cast to floats: the mean is so far from zero that the digits of the spread are gone",
            remedy="sum integers in a wide integer type and pass Python ints, or pass the values themselves",
        )


def _cut_off(value: Any) -> Fraction:
    """By how much a sum may be off for being a float."""
    if not isinstance(value, float | np.floating):
        return Fraction(0)
    number = float(value)
    return Fraction(0) if abs(number) < 2**53 and number.is_integer() else _ULPS * Fraction(math.ulp(number))
