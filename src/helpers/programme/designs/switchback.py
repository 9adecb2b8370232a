r"""Switchback: the whole market is treated in some blocks of time and not in others, because nobody can be treated alone.

Blocks of :math:`\ell` hours, half of them drawn at random, are treated. What an hour shows, :math:`p_t=\mu_t+\tau\sum_{k=0}^{m}a_k w_{t-k}`,
follows a daily pattern and shocks that last (:math:`\mu_t`), and still feels the hours before: the share :math:`c=\sum_{k\ge1}a_k` of the
effect is **carried over**, evenly from the :math:`m` hours before. Asked for is :math:`\tau`: always treated against never.

**When it lies.** Right after a switch an hour is half of the other arm, so that short blocks compare two mixtures, and the difference of the arms'
hours is too small by :func:`expected_bias`. Leaving out the hours that still feel another state repairs it, if the carry-over does not last longer than
was thought; so do long blocks, of which there are few. Orders of one block share its hour of the day and its shock: a test that takes them as
independent raises far too many false alarms, one over blocks does not, because blocks are what was randomised. Leaving hours out of **switched** blocks
only keeps more of them, but which ones then depends on the neighbours, so that blocks are no longer independent and their test raises too many alarms
as well; leaving them out of **every** block keeps the promise.

Reference: Bojinov, Simchi-Levi and Zhao (2023), Management Science 69, "Design and analysis of switchback experiments".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.errors import ReportError
from helpers.programme.designs.evaluated import clustered, half_of
from helpers.stats.comparisons.score import score_intervals
from helpers.stats.inference import EffectArrays
from helpers.stats.validation import BoolArray, FloatArray

PATTERN = 0.3
"""How far the best hour of the day lies above the average one."""
SHOCK = 0.1
"""Standard deviation of what moves the market beside its pattern (weather, a rival's sale), over its rate."""
MEMORY = 0.95
"""Share of a shock that is left an hour later."""
HOURS = 24


@dataclass(frozen=True, eq=False)
class Market:
    """One market over time, as it would be without any treatment.

    Attributes:
        effect: of always against never, on the rate.
        weights: share of the effect that comes from this hour's state, and from the hours before; they sum to 1.
        visitors: of an hour.
        rates: the rate of each hour, (runs, hours).
        orders: orders of each hour, of the same shape.
    """

    effect: float
    weights: tuple[float, ...]
    visitors: int
    rates: FloatArray
    orders: FloatArray

    @classmethod
    def of(
        cls,
        rng: np.random.Generator,
        rate: float,
        effect: float,
        *,
        runs: int,
        days: int,
        visitors: int,
        weights: tuple[float, ...],
    ) -> Market:
        """Draw ``runs`` independent markets; rates that leave no room for the effect are cut.

        Raises:
            ReportError: where the average hour has no room for it.
        """
        from scipy.signal import lfilter

        if not 0 <= effect < 1 - rate:
            raise ReportError(
                "The planted effect does not fit above the rate",
                got=f"a rate of {rate:g} that rises by {effect:g}",
                expected="a rise of at least 0, to a rate below 1",
                cause="rate and uplift of the programme file",
                remedy="choose a lower rate or a smaller uplift",
            )
        hours = np.arange(days * HOURS)
        noise = rng.standard_normal((runs, hours.size)) * np.where(hours == 0, 1.0, np.sqrt(1 - MEMORY**2))
        shock = lfilter([1.0], [1.0, -MEMORY], noise)
        rates = np.clip(rate * (1 + PATTERN * np.sin(2 * np.pi * hours / HOURS) + SHOCK * shock), 0.0, 1.0 - effect)
        return cls(effect, weights, visitors, rates, rng.binomial(visitors, rates).astype(np.float64))

    def felt(self, treated: BoolArray) -> FloatArray:
        """Share of the effect that each hour feels; before the first hour nothing was treated.

        Example:
            >>> market = Market(0.1, (0.5, 0.5), 10, np.full((1, 4), 0.1), np.ones((1, 4)))
            >>> market.felt(np.array([[False, True, True, False]]))
            array([[0. , 0.5, 1. , 0.5]])
        """
        felt = np.zeros(treated.shape)
        for back, weight in enumerate(self.weights):
            felt[:, back:] += weight * treated[:, : treated.shape[1] - back]
        return felt

    def lived(self, rng: np.random.Generator, treated: BoolArray) -> FloatArray:
        """Orders of each hour: those without treatment, and those that it wins among the visitors who would not have ordered."""
        won = self.effect * self.felt(treated) / (1 - self.rates)
        return self.orders + rng.binomial((self.visitors - self.orders).astype(np.int64), np.minimum(won, 1.0))


@dataclass(frozen=True, eq=False)
class Schedule:
    """Which hours are treated, in blocks of ``block`` hours, (runs, hours)."""

    treated: BoolArray
    block: int

    @classmethod
    def of(cls, rng: np.random.Generator, runs: int, days: int, block: int) -> Schedule:
        """Half of the blocks, drawn at random for each run."""
        blocks, rest = divmod(days * HOURS, block)
        if rest or blocks < 4 or blocks % 2:
            raise ReportError(
                "The days cannot be split into such blocks",
                got=f"blocks of {block} hours in {days} days",
                expected="an even number of whole blocks, at least four",
                remedy="choose a block that divides a day, or an even number of days",
            )
        return cls(np.repeat(half_of(rng, runs, blocks), block, axis=1), block)

    def switched_cut(self, hours: int) -> BoolArray:
        """Hours whose state has been the same for so many hours before: a burn-in at the start of each switched block is left out.

        The first hours are left out too, for nothing was drawn before them. These are the hours that Bojinov, Simchi-Levi and Zhao's estimator uses.

        Example:
            >>> Schedule(np.array([[False, False, True, True, True, True]]), 2).switched_cut(1)
            array([[False,  True, False,  True,  True,  True]])
        """
        same = np.ones(self.treated.shape, bool)
        same[:, :hours] = False
        for back in range(1, hours + 1):
            same[:, back:] &= self.treated[:, back:] == self.treated[:, :-back]
        return same

    def every_cut(self, hours: int) -> BoolArray:
        """All but so many hours at the start of every block, switched or not: which hours stay does not depend on any draw.

        Example:
            >>> Schedule(np.array([[False, False, True, True, True, True]]), 2).every_cut(1)
            array([[False,  True, False,  True, False,  True]])
        """
        return np.broadcast_to(np.arange(self.treated.shape[1]) % self.block >= hours, self.treated.shape)

    def by_block(self, orders: FloatArray, visitors: int, kept: BoolArray) -> EffectArrays:
        """Rates of the arms over the hours kept, a block being one unit."""
        totals, rows = self._blocks(np.where(kept, orders, 0.0)), visitors * self._blocks(kept.astype(np.float64))
        arms = self.treated[:, :: self.block]
        left = min(int((mine & (rows > 0)).sum(axis=1).min()) for mine in (~arms, arms))
        if left < 2:
            raise ReportError(
                "The burn-in leaves too little to compare",
                got=f"{left} blocks of an arm",
                expected="at least two in each",
                cause="blocks much shorter than the burn-in",
                remedy="longer blocks, or more days",
            )
        return clustered(totals, rows, arms)

    def by_order(self, orders: FloatArray, visitors: int, kept: BoolArray) -> EffectArrays:
        """The same rates, as if every visitor had been randomised alone."""
        arms = [kept & mine for mine in (~self.treated, self.treated)]
        hits = [np.where(mine, orders, 0.0).sum(axis=1) for mine in arms]
        n = [visitors * mine.sum(axis=1) for mine in arms]
        return score_intervals(hits[0], n[0], hits[1], n[1])

    def _blocks(self, hourly: FloatArray) -> FloatArray:
        return np.asarray(hourly.reshape(len(hourly), -1, self.block).sum(axis=2))


def carried(share: float, hours: int) -> tuple[float, ...]:
    """Weights of this hour and of those before: ``share`` evenly over the latter.

    Example:
        >>> carried(0.5, 2), carried(0.5, 0)
        ((0.5, 0.25, 0.25), (1.0,))
    """
    return (1 - share, *[share / hours] * hours) if hours else (1.0,)


def expected_bias(effect: float, weights: tuple[float, ...], block: int, blocks: int) -> float:
    r"""Expected difference of all hours of the arms, minus the effect, with half of an even number ``B`` of blocks treated.

    .. math:: -\frac{\tau}{\ell}\sum_{k\ge1}a_k\sum_{j<\min(k,\ell)}\Bigl(1+\frac{B-q_{jk}}{B(B-1)}\Bigr),\quad q_{jk}=\lceil (k-j)/\ell\rceil

    An hour ``j`` of its block takes the weight of ``k > j`` hours before from a block ``q`` back, which was drawn without it; the fraction is there because
    among half of the blocks a treated one leaves fewer treated ones for the others. With many blocks this is
    :math:`-\tau\sum_k a_k\min(k,\ell)/\ell`.

    Example:
        >>> expected_bias(0.02, (0.5, 0.5), block=1, blocks=100), expected_bias(0.02, (0.5, 0.5), block=10, blocks=100)
        (-0.0101, -0.00101)
    """
    lost = sum(
        weight * (1 + (blocks - -(-(back - hour) // block)) / (blocks * (blocks - 1)))
        for back, weight in enumerate(weights)
        for hour in range(min(back, block))
    )
    return -effect * lost / block
