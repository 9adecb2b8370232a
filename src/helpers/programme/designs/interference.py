r"""Interference: units that share a scarce supply, so that what the treated take is missing for the controls.

A marketplace of regions, each with so many slots (couriers, rooms, stock). Users come in random order; each one wants an order with a
probability that the treatment raises, and gets it as long as slots are left. Asked for is the effect of treating **everybody** against
treating **nobody**, which is known here: the same world, with the same luck, is lived both ways.

**When it lies.** The A/B test over users assumes that nobody's outcome depends on others' assignment. Where slots run out, a treated user
who orders takes the slot of a control: the gap between the arms is then partly orders moved, not made, and the test overstates. Whole regions as
units repair that as long as regions do not share their supply, at the price of as few units as there are regions; counting users all the same
claims far too much.

Reference: Blake and Coey (2014), EC '14, "Why marketplace experimentation is harder than it seems: the role of test-control interference";
Johari, Li, Liskovich and Weintraub (2022), Management Science 68, "Experimental design in two-sided platforms: an analysis of bias".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.errors import ReportError
from helpers.programme.designs.evaluated import clustered, half_of
from helpers.stats.comparisons.score import score_intervals
from helpers.stats.inference import EffectArrays
from helpers.stats.validation import BoolArray, FloatArray

POPULARITY = 0.4
"""How far regions differ: standard deviation of a region's demand over its mean."""


@dataclass(frozen=True, eq=False)
class Marketplace:
    """Worlds to live in more than once.

    Attributes:
        rate, uplift: of wanting an order: the control's probability, and its relative change under treatment.
        popular: demand of each region over the average one's, (runs, regions).
        luck: one uniform number a user, in order of arrival, (runs, regions, users).
        coin: users of the A/B test who are treated, of the same shape.
        regions: regions of the cluster-randomised test that are treated, (runs, regions).
    """

    rate: float
    uplift: float
    popular: FloatArray
    luck: FloatArray
    coin: BoolArray
    regions: BoolArray

    @classmethod
    def of(
        cls, rng: np.random.Generator, rate: float, uplift: float, *, runs: int, units: int, regions: int
    ) -> Marketplace:
        """Draw ``runs`` independent worlds of ``units`` users, evenly over the regions.

        Raises:
            ReportError: for fewer than four regions or none that gets two users.
        """
        if regions < 4 or units // regions < 2:
            raise ReportError(
                "A marketplace needs regions to randomise and users in them",
                got=f"{regions} regions for {units:,} users",
                expected="at least four regions, and two users in each",
                cause="a setting of the programme file",
                remedy="choose regions between 4 and half of the units",
            )
        shape = (runs, regions, units // regions)
        popular = rng.gamma(POPULARITY**-2, POPULARITY**2, shape[:2])
        return cls(rate, uplift, popular, rng.random(shape), rng.random(shape) < 0.5, half_of(rng, runs, regions))

    def slots(self, supply: float) -> FloatArray:
        """Whole slots of each region: ``supply`` for every order that its controls would want on average."""
        return np.asarray(np.round(supply * self.rate * self.popular * self.luck.shape[2]))

    def queue(self, treated: BoolArray) -> Queue:
        """Who wants an order, and whose turn it is, when these users are treated (anything that broadcasts to all users)."""
        wanting = self.luck < self.rate * self.popular[..., None] * np.where(treated, 1 + self.uplift, 1.0)
        return Queue(wanting, np.cumsum(wanting, axis=2, dtype=np.int32))


@dataclass(frozen=True, eq=False)
class Queue:
    """Users who want an order, and how many did so up to each, both (runs, regions, users)."""

    wanting: BoolArray
    turn: np.ndarray[tuple[int, ...], np.dtype[np.int32]]

    def served(self, slots: FloatArray) -> BoolArray:
        """Users who get one: the first so many of each region.

        Example:
            >>> wanting = np.array([[[True, False, True, True]]])
            >>> Queue(wanting, np.cumsum(wanting, axis=2)).served(np.array([[2.0]]))
            array([[[ True, False,  True, False]]])
        """
        return np.asarray(self.wanting & (self.turn <= slots[..., None]))


@dataclass(frozen=True, eq=False)
class Lived:
    """The same worlds under the two designs, and under nobody's and everybody's treatment."""

    market: Marketplace
    nobody: Queue
    everybody: Queue
    by_user: Queue
    by_region: Queue

    @classmethod
    def of(cls, market: Marketplace) -> Lived:
        """Live through them."""
        none = np.zeros((1, 1, 1), bool)
        return cls(market, *(market.queue(who) for who in (none, ~none, market.coin, market.regions[..., None])))

    def truth(self, supply: float) -> FloatArray:
        """Orders a user if everybody is treated minus those if nobody is, one a run."""
        slots = self.market.slots(supply)
        return np.asarray(self.everybody.served(slots).mean(axis=(1, 2)) - self.nobody.served(slots).mean(axis=(1, 2)))

    def users(self, supply: float) -> EffectArrays:
        """The A/B test over users: the score test on the two arms' counts."""
        served, coin = self.by_user.served(self.market.slots(supply)), self.market.coin
        hits, n = (served & coin).sum(axis=(1, 2)), coin.sum(axis=(1, 2))
        return score_intervals(served.sum(axis=(1, 2)) - hits, coin[0].size - n, hits, n)

    def region_totals(self, supply: float) -> FloatArray:
        """Orders of each region when regions are randomised, (runs, regions)."""
        return np.asarray(self.by_region.served(self.market.slots(supply)).sum(axis=2), np.float64)

    def clusters(self, supply: float) -> EffectArrays:
        """The test over regions, a region being one unit."""
        totals = self.region_totals(supply)
        return clustered(totals, np.full_like(totals, self.market.luck.shape[2]), self.market.regions)

    def rows(self, supply: float) -> EffectArrays:
        """The same orders analysed as if every user had been randomised alone."""
        totals, treated = self.region_totals(supply), self.market.regions
        users = self.market.luck.shape[2]
        hits = [np.where(mine, totals, 0.0).sum(axis=1) for mine in (~treated, treated)]
        n = [users * mine.sum(axis=1) for mine in (~treated, treated)]
        return score_intervals(hits[0], n[0], hits[1], n[1])
