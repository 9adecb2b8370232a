r"""Tails of the score statistic over every table that two small arms could have shown.

The unconditional test takes the score statistic :math:`Z(x_c,x_t;\theta)` of
:mod:`helpers.stats.score` only as an *order* of the possible tables. At a null value :math:`\theta`
of the difference or the ratio its upper tail is the largest probability, over every rate the control
could have, of a table at least as extreme:

.. math:: P_{up}(\theta)=\sup_{p_c}\Pr\{Z(X;\theta)\ge Z(x;\theta)\}

and :math:`P_{low}` likewise. A tail need not rise steadily with :math:`\theta`, because every null value
orders the tables anew. So the one-sided p-value is the largest tail over all null values up to zero on
either scale (as a rule, the one at zero), and the interval reaches to the outermost value whose tail
reaches alpha, or half of it when two-sided; the two-sided p-value is twice the smaller one. Errors
are bounded for any number of units, at the price of some width.

Reference: Barnard (1947), Biometrika 34; Chan and Zhang (1999), Biometrics 55, 1202-1209; Agresti
and Min (2001), Biometrics 57, 963-971.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy import special

from helpers.stats.inference import ALTERNATIVES, Alternative
from helpers.stats.roots import decreasing_root
from helpers.stats.score import Table
from helpers.stats.validation import FloatArray, InputError, one_of

Scale = Literal["difference", "ratio"]
MOST_TABLES = 40_000
"""Possible tables, (n_c + 1)(n_t + 1), above which the score test is as good and a thousand times faster."""
_TIE = 1e-9  # relative gap below which two statistics are one value, computed by two roads
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")
_SMALL = 1e-6  # p-values of the same table are sought over the same null values down to this alpha
_SWEEP = 33  # null values looked at together
_NEVER = 1e-300  # a rate of 0 whose logarithm is a number
_DENORMAL = -700.0  # logarithm of probabilities that would only slow the arithmetic down


@dataclass(frozen=True)
class Tables:
    """Every pair of counts that two arms of ``n_control`` and ``n_treatment`` units could show.

    Tables are numbered ``x_c * (n_treatment + 1) + x_t``.

    Example:
        >>> Tables(2, 1).size
        6
    """

    n_control: int
    n_treatment: int

    @property
    def size(self) -> int:
        """How many there are."""
        return (self.n_control + 1) * (self.n_treatment + 1)

    @cached_property
    def observed(self) -> Table:
        """All of them as arrays, for the score statistic."""
        counts = np.indices((self.n_control + 1, self.n_treatment + 1), dtype=np.float64).reshape(2, -1)
        return Table.of(counts[0], float(self.n_control), counts[1], float(self.n_treatment))

    @cached_property
    def angles(self) -> FloatArray:
        """Places of the unknown rate, dense where binomial probabilities change fastest."""
        return np.linspace(0, math.pi / 2, 32 + 4 * math.isqrt(max(self.n_control, self.n_treatment)))

    def statistics(self, null: FloatArray, scale: Scale) -> FloatArray:
        """Score statistic of every table, one row a null value (a log ratio on scale "ratio").

        Example:
            >>> Tables(1, 1).statistics(np.zeros(1), "difference").round(3)
            array([[ 0.,  1., -1.,  0.]])
        """
        of = self.observed.z_difference if scale == "difference" else self.observed.z_ratio
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(of(null[:, None]), np.float64)

    def rates(self, null: FloatArray, scale: Scale, angles: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Control and treatment rates under each null value: arrays of null values by angles.

        Example:
            >>> control, treatment = Tables(1, 1).rates(np.array([0.5]), "difference", np.array([0.0]))
            >>> float(control[0, 0]), float(treatment[0, 0])
            (0.0, 0.5)
        """
        null = null[:, None]
        place = np.sin(angles) ** 2
        if scale == "difference":
            low = np.maximum(-null, 0)
            control = low + (1 - np.abs(null)) * place
            return control, np.clip(control + null, 0, 1)
        control = np.minimum(1, np.exp(-null)) * place
        return control, np.minimum(1, np.exp(null)) * place

    def probability(self, kept: FloatArray, control: FloatArray, treatment: FloatArray) -> FloatArray:
        """Probability of the ``kept`` tables (1 or 0, null values by x_c by x_t) at each pair of rates.

        Example:
            >>> float(Tables(1, 1).probability(np.ones((1, 2, 2)), *np.full((2, 1, 1), 0.3))[0, 0])
            1.0
        """
        inner = _binomial(self.n_control, control) @ kept
        joint: FloatArray = np.einsum("dkj,dkj->dk", inner, _binomial(self.n_treatment, treatment))
        return joint


def exact_p_values(n_control: int, n_treatment: int, *, alternative: Alternative = "two-sided") -> FloatArray:
    """p-values of ``compare_exact`` for every table, shape (n_control + 1, n_treatment + 1).

    One pass over a fine grid of rates, so three or four digits; NaN in the two corners without a
    test. For simulation and for planning.

    Example:
        >>> exact_p_values(10, 10).shape
        (11, 11)
    """
    one_of("alternative", alternative, ALTERNATIVES)
    tables = Tables(n_control, n_treatment)
    few_enough(tables)
    z = tables.statistics(np.zeros(1), "difference")[0]
    order = np.argsort(-z)
    falls = -np.diff(z[order]) > _TIE * np.maximum(1, np.abs(z[order][1:]))
    group = np.concatenate([[0], np.cumsum(falls)])
    first, last = (np.searchsorted(group, group, side) for side in _SIDES)
    up, down = np.zeros(z.size), np.zeros(z.size)
    angles = np.linspace(0, math.pi / 2, 16 * tables.angles.size)
    for part in np.array_split(angles, 1 + angles.size * z.size // 2_000_000):
        rate = np.sin(part)[:, None] ** 2
        joint = _binomial(n_control, rate)[:, 0, :, None] * _binomial(n_treatment, rate)[:, 0, None, :]
        ranked = joint.reshape(part.size, -1)[:, order]
        above = np.cumsum(ranked, axis=1)[:, last - 1].max(axis=0)
        below = np.cumsum(ranked[:, ::-1], axis=1)[:, ::-1][:, first].max(axis=0)
        up[order], down[order] = np.maximum(up[order], above), np.maximum(down[order], below)
    p: FloatArray = np.minimum({"two-sided": 2 * np.minimum(up, down), "greater": up, "less": down}[alternative], 1.0)
    p[[0, -1]] = math.nan
    return p.reshape(n_control + 1, n_treatment + 1)


@dataclass(frozen=True)
class Seen:
    """The table that was seen, among all that could have been.

    Example:
        >>> round(Seen(Tables(10, 10), 3, 9).tail(0.0, "difference", 1), 5)
        0.00398
    """

    tables: Tables
    x_c: int
    x_t: int

    def tails(self, null: FloatArray, scale: Scale, side: int, rounds: int = 1) -> FloatArray:
        """Largest probability of a table at least as extreme on one ``side``, at each null value."""
        tables = self.tables
        z = side * tables.statistics(null, scale)
        seen = z[:, [self.x_c * (tables.n_treatment + 1) + self.x_t]]
        shape = (null.size, tables.n_control + 1, tables.n_treatment + 1)
        kept = (z >= seen - _TIE * np.maximum(1, np.abs(seen))).astype(np.float64).reshape(shape)
        angles = np.broadcast_to(tables.angles, (null.size, tables.angles.size))
        best = np.zeros(null.size)
        for again in range(rounds + 1):
            found = tables.probability(kept, *tables.rates(null, scale, angles))
            best = np.maximum(best, found.max(axis=1))
            if again < rounds:  # look closer around the best place
                at = np.clip(found.argmax(axis=1), 1, angles.shape[1] - 2)[:, None]
                left, right = (np.take_along_axis(angles, at + i, axis=1) for i in (-1, 1))
                angles = left + (right - left) * np.linspace(0, 1, 17)
        return np.minimum(best, 1.0)

    def tail(self, null: float, scale: Scale, side: int) -> float:
        """The same at one null value, to about six digits."""
        return float(self.tails(np.array([null]), scale, side, rounds=3)[0])

    def side(self, side: int, share: float, bounded: bool) -> Side:
        """Tail of the null values on one side of zero, and the ends of the intervals there."""
        n_c, n_t = self.tables.n_control, self.tables.n_treatment
        far: dict[Scale, float] = {"difference": 1.0, "ratio": math.log(max(n_c, n_t) / min(share, _SMALL)) + 3}
        gap = self.x_t / n_t - self.x_c / n_c
        log_ratio = _log(self.x_t * n_c) - _log(self.x_c * n_t) if self.x_t + self.x_c else 0.0
        centre: dict[Scale, float] = {
            "difference": gap,
            "ratio": float(np.clip(log_ratio, -far["ratio"], far["ratio"])),
        }
        sweeps = {scale: self.sweep(scale, side, -side * reach, 0.0) for scale, reach in far.items()}
        p = max(self.tail(0.0, "difference", side), *(float(sweep.tails.max()) for sweep in sweeps.values()))
        ends: dict[Scale, float] = {"difference": -side * 1.0, "ratio": -side * math.inf}
        unbounded = (self.x_t if side > 0 else self.x_c) == 0  # no rate falls by more than all of it
        for scale, sweep in sweeps.items():
            if not bounded or (scale == "ratio" and unbounded):
                continue
            if p < share:
                inside = self.end(self.sweep(scale, side, 0.0, centre[scale]), share)
                ends[scale] = side * max(side * inside, math.nextafter(0.0, 1.0))
            else:
                ends[scale] = side * min(side * self.end(sweep, share), 0.0)
        return Side(p, ends["difference"], math.expm1(ends["ratio"]))

    def sweep(self, scale: Scale, side: int, outer: float, inner: float, count: int = _SWEEP) -> _Sweep:
        """Tails of one side from ``outer`` to ``inner``."""
        nodes = np.linspace(outer, inner, count)
        return _Sweep(scale, side, nodes, self.tails(nodes, scale, side))

    def end(self, sweep: _Sweep, share: float) -> float:
        """Outermost null value of a sweep that the tail keeps."""
        for again in range(2):
            kept = sweep.tails >= share
            first = int(np.argmax(kept)) if kept.any() else kept.size - 1
            if first == 0:
                return float(sweep.nodes[0])
            outer, inner = float(sweep.nodes[first - 1]), float(sweep.nodes[first])
            if not again:
                sweep = self.sweep(sweep.scale, sweep.side, outer, inner, 9)
        scale, side = sweep.scale, sweep.side
        low, high = min(outer, inner), max(outer, inner)
        return decreasing_root(lambda null: side * (share - self.tail(null, scale, side)), low, high)


@dataclass(frozen=True, eq=False)
class _Sweep:
    """Tails of one side at null values from the outermost inwards."""

    scale: Scale
    side: int
    nodes: FloatArray
    tails: FloatArray


@dataclass(frozen=True)
class Side:
    """What one side of zero says: its p-value and one end of each interval.

    Example:
        >>> Side(0.2, -0.1, -0.3).p
        0.2
    """

    p: float
    absolute: float
    relative: float


def few_enough(tables: Tables) -> None:
    """Refuse more tables than can be gone through in a few seconds.

    Example:
        >>> few_enough(Tables(199, 199))
    """
    if tables.size > MOST_TABLES:
        raise InputError(
            "arms",
            got=f"{tables.size:,} possible tables of {tables.n_control:,} + {tables.n_treatment:,} units",
            expected=f"at most {MOST_TABLES:,}",
            cause="an experiment large enough for the score test",
            remedy="use compare, whose score test is as good at this size",
        )


def _binomial(n: int, rate: FloatArray) -> FloatArray:
    """Probabilities of 0 ... n successes, along a new last axis."""
    x = np.arange(n + 1.0)
    ways = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    success, failure = (np.log(np.maximum(share, _NEVER))[..., None] for share in (rate, 1 - rate))
    exponent = ways + x * success + (n - x) * failure
    probability: FloatArray = np.where(exponent > _DENORMAL, np.exp(exponent), 0.0)
    return probability


def _log(x: float) -> float:
    return math.log(x) if x else -math.inf
