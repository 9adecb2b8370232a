"""Every model's credit beside what each channel truly brought, with intervals over whole shoppers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from helpers.defaults import CONFIDENCE
from helpers.errors import ReportError
from helpers.programme.attribution import additive, markov, shapley
from helpers.programme.attribution.journeys import Floats, Journeys
from helpers.programme.attribution.rules import HALF_LIFE_DAYS, RULES

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from helpers.config.programme import Programme

TAILS: Final = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
"""Quantiles of resamplings at which intervals end."""


@dataclass(frozen=True)
class AttributionModel:
    """A model of credit as sums over journeys and a function of those sums.

    Attributes:
        key: short name.
        label: what readers call it.
        learns: whether it compares journeys with each other, or is a rule for a single one.
        sums: what each journey (rows) adds.
        credit: orders of each channel, from sums of rows of ``sums``.
    """

    key: str
    label: str
    learns: bool
    sums: csr_array
    credit: Callable[[Floats], Floats]

    @property
    def orders(self) -> Floats:
        """Credit of each channel over all journeys."""
        return self.credit(self.sums.sum(axis=0))


def models(journeys: Journeys, *, half_life: float = HALF_LIFE_DAYS, order: int = 2) -> tuple[AttributionModel, ...]:
    """The five rules, the chain of one touch, that of ``order`` touches when it is longer, and Shapley values.

    Raises:
        ReportError: no journey ended with an order, so there is nothing to share out.

    Example:
        >>> from helpers.programme.attribution.journeys import of_paths
        >>> for model in models(of_paths(["AB", "A", "B"], won=[2, 0, 0], lost=[0, 2, 2]), order=1):
        ...     print(f"{model.label:17} {model.orders.round(3).tolist()}")
        First touch       [2.0, 0.0]
        Last touch        [0.0, 2.0]
        Linear            [1.0, 1.0]
        Time decay        [1.0, 1.0]
        Position based    [1.0, 1.0]
        Markov (1 touch)  [0.667, 1.333]
        Shapley           [1.0, 1.0]
    """
    if not journeys.orders > 0:
        raise ReportError(
            "no journey ended with an order, so there is no credit to give", got=f"{len(journeys)} journeys",
            remedy="a longer lookback, or more of the log",
        )  # fmt: skip
    found = [
        AttributionModel(rule, additive.SAYS[rule], False, additive.credits(journeys, additive.shares(journeys, rule, half_life)), _same)
        for rule in RULES
    ]  # fmt: skip
    for touches in sorted({1, order}):
        chain = markov.chain(journeys, touches)
        label = f"Markov ({touches} {'touch' if touches == 1 else 'touches'})"
        found.append(AttributionModel(f"markov_{touches}", label, True, chain.counts, chain.credit))
    return (*found, AttributionModel("shapley", "Shapley", True, shapley.shapley(journeys), _same))


def _same(sums: Floats) -> Floats:
    return sums


@dataclass(frozen=True)
class Credit:
    """One model's orders of each channel.

    Attributes:
        orders: credit, one a channel.
        low, high: ends of the percentile intervals.
        draws: credit in resamplings (rows).
    """

    key: str
    label: str
    learns: bool
    orders: Floats
    low: Floats
    high: Floats
    draws: Floats


@dataclass(frozen=True)
class Share:
    """A share of a model's credit, with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class AttributionComparison:
    """Credit by every model beside the truth.

    Attributes:
        channels: names; every array below has one value a channel.
        credits: one a model.
        truth: orders that would not have been without the channel.
        cost: of all its touches, cents.
    """

    channels: tuple[str, ...]
    credits: tuple[Credit, ...]
    truth: Floats
    cost: Floats

    def by(self, key: str) -> Credit:
        """The credit of one model."""
        return next(c for c in self.credits if c.key == key)

    def misplaced(self, credit: Credit) -> Share:
        """Share of a model's credit that would have to move for channels to stand as they truly do to each other."""
        return self._share(misplaced, credit)

    @property
    def idle(self) -> tuple[str, ...]:
        """Channels that brought nothing."""
        return tuple(name for name, orders in zip(self.channels, self.truth, strict=True) if orders == 0)

    def idle_share(self, credit: Credit) -> Share:
        """Share of a model's credit that stands with channels that brought nothing."""
        return self._share(idle, credit)

    def _share(self, of: Callable[[Floats, Floats], Floats], credit: Credit) -> Share:
        low, high = np.quantile(of(credit.draws, self.truth), TAILS)
        return Share(float(of(credit.orders, self.truth)), float(low), float(high))


def misplaced(orders: Floats, truth: Floats) -> Floats:
    """Half the sum of the differences between shares of the credit and shares of what was truly brought.

    Args:
        orders: credit, one a channel along the last axis.

    Example:
        >>> float(misplaced(np.array([3.0, 1.0]), np.array([10.0, 10.0])))
        0.25
    """
    apart = np.abs(orders / orders.sum(axis=-1, keepdims=True) - truth / truth.sum())
    found: Floats = apart.sum(axis=-1) / 2
    return found


def idle(orders: Floats, truth: Floats) -> Floats:
    """Share of the credit, along the last axis, of channels that brought nothing.

    >>> float(idle(np.array([3.0, 1.0]), np.array([0.0, 10.0])))
    0.75
    """
    found: Floats = orders[..., truth == 0].sum(axis=-1) / orders.sum(axis=-1)
    return found


def planted(channels: Sequence[str], ledger: Mapping[str, Any]) -> Floats:
    """Orders that would not have been without each channel, as the year's ledger knows them."""
    return np.array([ledger["channels"][name]["incremental_orders"] for name in channels], dtype=np.float64)


def resampled(
    journeys: Journeys, made: Sequence[AttributionModel], runs: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Credit of each channel (columns) in resamplings (rows) of whole shoppers, the same ones for every model.

    A shopper's journeys count Poisson(1) times, together, for they are not independent of each other.

    Reference:
        Chamandy, Muralidharan, Najmi and Naidu (2012), Estimating uncertainty for massive data streams.
    """
    from scipy.sparse import coo_array

    shoppers = int(journeys.shopper.max()) + 1
    ones = (np.ones(len(journeys)), (journeys.shopper, np.arange(len(journeys))))
    belongs = coo_array(ones, shape=(shoppers, len(journeys))).tocsr()
    weights = rng.poisson(1.0, (runs, shoppers)).astype(np.float64)
    return {m.key: np.array([m.credit(sums) for sums in ((belongs @ m.sums).T @ weights.T).T]) for m in made}


def generator(programme: Programme) -> np.random.Generator:
    """The stream of the resamplings: the programme's own, apart from that of its simulation."""
    return np.random.default_rng((programme.data.seed, 8))


def compare(
    journeys: Journeys,
    made: Sequence[AttributionModel],
    ledger: Mapping[str, Any],
    cost: Floats,
    *,
    runs: int,
    rng: np.random.Generator,
) -> AttributionComparison:
    """Credit by every model with percentile intervals, beside the planted truth.

    Args:
        ledger: what was planted; nothing of it enters a model.
        cost: of each channel, cents.
        runs: resamplings behind the intervals.
    """
    drawn = resampled(journeys, made, runs, rng)
    found = []
    for model in made:
        low, high = np.quantile(drawn[model.key], TAILS, axis=0)
        found.append(Credit(model.key, model.label, model.learns, model.orders, low, high, drawn[model.key]))
    return AttributionComparison(journeys.channels, tuple(found), planted(journeys.channels, ledger), cost)
