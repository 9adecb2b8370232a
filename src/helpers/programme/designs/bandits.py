r"""Bandits against the A/B test, on the same traffic: what adapting saves, and what it does to the estimates.

Two arms with a Bernoulli outcome. Every policy meets the same units with the same two potential outcomes, in batches; between batches it
sees all outcomes so far and sets the probability :math:`\pi_b` of the treatment for the next one. That probability is logged, and
everything below rests on batch sums.

**Assumes** outcomes that are there before the next batch, rates that stay as they are, and no unit that touches another. **It lies** when
rates drift (a late batch then has other users than an early one, and the arm that is served late looks better or worse for that), when
outcomes come late (what converts slowly looks worse), and when probabilities were not logged: nothing can then be corrected.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers.errors import ReportError
from helpers.stats.bayes.beta import BetaPair
from helpers.stats.checks.srm import srm
from helpers.stats.comparisons.score import score_intervals
from helpers.stats.inference import p_values
from helpers.stats.validation import FloatArray

Policy = Callable[[FloatArray, FloatArray], FloatArray]
"""From successes and units so far, each (runs, 2), to the probability of the treatment, one a run."""


@dataclass(frozen=True, eq=False)
class Traffic:
    """The units that every policy meets.

    Attributes:
        rates: success rates of control and treatment.
        luck: one uniform number a unit, (runs, units): arm a succeeds when it lies below ``rates[a]``, so both potential outcomes are fixed.
        coin: a second one, for the assignment: the treatment when it lies below its probability.
    """

    rates: tuple[float, float]
    luck: FloatArray
    coin: FloatArray

    @classmethod
    def of(cls, rng: np.random.Generator, rates: tuple[float, float], runs: int, units: int) -> Traffic:
        """Draw ``runs`` independent experiments of ``units`` units."""
        return cls(rates, rng.random((runs, units)), rng.random((runs, units)))


@dataclass(frozen=True, eq=False)
class Played:
    """What a policy did with the traffic: sums a batch, from which every estimate follows.

    Attributes:
        rates: the truth, for comparison only.
        units, successes: (runs, batches, 2).
        chance: logged probability of the treatment, (runs, batches).
    """

    rates: tuple[float, float]
    units: FloatArray
    successes: FloatArray
    chance: FloatArray

    @property
    def regret(self) -> FloatArray:
        """Expected successes lost by each batch to units in the worse arm, added up, (runs, batches)."""
        worse = int(self.rates[1] > self.rates[0])
        lost = abs(self.rates[1] - self.rates[0]) * self.units[..., 1 - worse]
        return np.cumsum(lost, axis=1)

    @property
    def best_share(self) -> FloatArray:
        """Share of the units in the better arm, one a run."""
        return np.asarray(self.units[..., int(self.rates[1] > self.rates[0])].sum(axis=1) / self.units.sum(axis=(1, 2)))

    @property
    def naive(self) -> FloatArray:
        """Success rate of each arm's units, (runs, 2). Biased under a policy that adapts: an arm that begins unluckily is served less, and its bad
        luck is never averaged away, so that rates come out too low, the less served arm's most.

        Reference: Nie, Tian, Taylor and Zou (2018), AISTATS, "Why adaptively collected data have negative bias".
        """
        return np.asarray(self.successes.sum(axis=1) / self.units.sum(axis=1))

    @property
    def weighted(self) -> FloatArray:
        r"""Rates by inverse propensity, :math:`\frac1N\sum_i 1\{A_i=a\}Y_i/\pi_i(a)`, (runs, 2). Unbiased whatever the policy, as long as each
        logged probability is above 0; the price is variance, the more the smaller they get.

        Reference: Horvitz and Thompson (1952), JASA 47, 663-685.
        """
        both = np.stack((1 - self.chance, self.chance), axis=-1)
        return np.asarray((self.successes / both).sum(axis=1) / self.units.sum(axis=(1, 2))[:, None])

    @property
    def naive_p(self) -> FloatArray:
        """p of the score test on the pooled counts, as if the design had been fixed. It is not that of a policy that adapts."""
        x, n = self.successes.sum(axis=1), self.units.sum(axis=1)
        return score_intervals(x[:, 0], n[:, 0], x[:, 1], n[:, 1]).p_value

    @property
    def batchwise_p(self) -> FloatArray:
        r"""p of a test that adapting cannot break: within a batch the design is fixed, so each batch's score statistic is about standard normal
        given the past, and their sum over :math:`\sqrt B` is too. Batches where no test can be made are left out.

        Reference: Zhang, Janson and Murphy (2020), NeurIPS 33, "Inference for batched bandits".
        """
        n, x = self.units, self.successes
        total, hits = n.sum(axis=-1), x.sum(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = hits / total
            error = np.sqrt(share * (1 - share) * (1 / n[..., 0] + 1 / n[..., 1]) * total / (total - 1))
            z = (x[..., 1] / n[..., 1] - x[..., 0] / n[..., 0]) / error
        usable = np.isfinite(z)
        return p_values(np.where(usable, z, 0.0).sum(axis=1) / np.sqrt(np.maximum(usable.sum(axis=1), 1)))

    @property
    def naive_srm(self) -> FloatArray:
        """p of the sample-ratio check against halves, one a run: a policy that adapts fails it by design."""
        return np.array([srm(tuple(int(v) for v in arms), (1, 1)).p_value for arms in self.units.sum(axis=1)])

    @property
    def logged_srm(self) -> FloatArray:
        r"""p of the check that fits: units of the treatment minus the sum of their logged probabilities, over
        :math:`\sqrt{\sum\pi(1-\pi)}`; about standard normal when the assignment did what was logged."""
        n = self.units.sum(axis=-1)
        excess = (self.units[..., 1] - n * self.chance).sum(axis=1)
        return p_values(excess / np.sqrt((n * self.chance * (1 - self.chance)).sum(axis=1)))


def halves(successes: FloatArray, units: FloatArray) -> FloatArray:
    """The A/B test: a fair coin, whatever was seen."""
    return np.full(len(units), 0.5)


def thompson(successes: FloatArray, units: FloatArray) -> FloatArray:
    """Thompson sampling: the treatment with the probability that it is the better arm, from uniform priors by quadrature.

    Reference: Thompson (1933), Biometrika 25, 285-294.

    Example:
        >>> thompson(np.array([[3.0, 9.0]]), np.array([[10.0, 10.0]])).round(4)
        array([0.9962])
    """
    return BetaPair.of(successes[:, 0], units[:, 0], successes[:, 1], units[:, 1]).chance_to_beat()


def greedy(successes: FloatArray, units: FloatArray) -> FloatArray:
    """The arm with the higher rate so far; a tie, or an arm that nobody met, is decided by a fair coin.

    Example:
        >>> greedy(np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[10.0, 10.0], [0.0, 0.0]]))
        array([1. , 0.5])
    """
    with np.errstate(invalid="ignore"):
        gap = successes[:, 1] / units[:, 1] - successes[:, 0] / units[:, 0]
    return np.where(np.isnan(gap) | (gap == 0), 0.5, (gap > 0).astype(np.float64))


def exploring(policy: Policy, share: float) -> Policy:
    """A policy that splits ``share`` of the units evenly whatever was seen, so that no probability falls below half of it: epsilon-greedy
    when the policy is :func:`greedy`.

    Raises:
        ReportError: for a share outside (0, 1], without which probabilities reach 0 and nothing can be weighted.

    Example:
        >>> exploring(greedy, 0.1)(np.array([[1.0, 2.0]]), np.array([[10.0, 10.0]]))
        array([0.95])
    """
    if not 0 < share <= 1:
        raise ReportError(
            "A bandit without exploration cannot be corrected",
            got=share,
            expected="a share above 0 and at most 1",
            cause="an arm whose probability reaches 0 leaves no unit to weigh",
            remedy="explore with at least a small share of the units",
        )
    return lambda successes, units: (1 - share) * policy(successes, units) + share / 2


def play(traffic: Traffic, policy: Policy, batches: int) -> Played:
    """Let a policy meet the traffic, in batches as equal as they can be.

    Example:
        >>> traffic = Traffic.of(np.random.default_rng(1), (0.1, 0.2), runs=3, units=100)
        >>> play(traffic, halves, 4).units.sum(axis=(1, 2))
        array([100., 100., 100.])
    """
    runs, units = traffic.luck.shape
    if not 1 <= batches <= units:
        raise ReportError("Units cannot be split into these batches", got=batches, expected=f"1 to {units}")
    seen, won = np.zeros((runs, batches, 2)), np.zeros((runs, batches, 2))
    chance = np.empty((runs, batches))
    edges = np.linspace(0, units, batches + 1).round().astype(int)
    for batch, (first, last) in enumerate(itertools.pairwise(edges)):
        chance[:, batch] = policy(won.sum(axis=1), seen.sum(axis=1))
        treated = traffic.coin[:, first:last] < chance[:, batch, None]
        for arm, mine in enumerate((~treated, treated)):
            seen[:, batch, arm] = mine.sum(axis=1)
            won[:, batch, arm] = (mine & (traffic.luck[:, first:last] < traffic.rates[arm])).sum(axis=1)
    return Played(traffic.rates, seen, won, chance)
