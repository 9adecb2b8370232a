"""The comparison of the bandits with the A/B test: each policy twice, with a better arm and with equal arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from helpers.defaults import ALPHA, SRM_THRESHOLD
from helpers.programme.designs.bandits import Played, Policy, Traffic, exploring, greedy, halves, play, thompson
from helpers.programme.designs.repeated import Average, rate, spread, stream
from helpers.stats.binomial import BinomialInterval

if TYPE_CHECKING:
    from helpers.config.programme import Programme

AB, THOMPSON, GREEDY = "A/B test", "Thompson sampling", "epsilon-greedy"


@dataclass(frozen=True)
class PolicyOutcome:
    """What one policy showed over all runs.

    Attributes:
        policy: its name.
        units: seen after each batch.
        regret: successes lost by then, one average a batch.
        best_share: of the units, in the better arm.
        naive_bias, weighted_bias: of the estimated rates of control and treatment, as shares.
        naive_spread, weighted_spread: root mean squared error of the treatment's effect (difference of rates).
        found: runs whose batch-wise test, two-sided, tells the arms apart.
        false_positives, batchwise_false_positives: of the naive and of the batch-wise test, with equal arms.
        srm, logged_srm: runs that fail the check against halves, and against the logged probabilities.
    """

    policy: str
    units: tuple[int, ...]
    regret: tuple[Average, ...]
    best_share: Average
    naive_bias: tuple[Average, Average]
    weighted_bias: tuple[Average, Average]
    naive_spread: float
    weighted_spread: float
    found: BinomialInterval
    false_positives: BinomialInterval
    batchwise_false_positives: BinomialInterval
    srm: BinomialInterval
    logged_srm: BinomialInterval

    @classmethod
    def of(cls, policy: str, different: Played, equal: Played) -> PolicyOutcome:
        """From the same policy with arms that differ and with arms that do not."""
        naive, weighted = (found - np.array(different.rates) for found in (different.naive, different.weighted))
        regret = different.regret
        return cls(
            policy,
            tuple(int(n) for n in np.cumsum(different.units[0].sum(axis=-1))),
            tuple(Average.of(batch) for batch in regret.T),
            Average.of(different.best_share),
            (Average.of(naive[:, 0]), Average.of(naive[:, 1])),
            (Average.of(weighted[:, 0]), Average.of(weighted[:, 1])),
            spread(naive[:, 1] - naive[:, 0]),
            spread(weighted[:, 1] - weighted[:, 0]),
            rate(different.batchwise_p < ALPHA),
            rate(equal.naive_p < ALPHA),
            rate(equal.batchwise_p < ALPHA),
            rate(different.naive_srm < SRM_THRESHOLD),
            rate(different.logged_srm < SRM_THRESHOLD),
        )


def policies(exploration: float) -> dict[str, Policy]:
    """The A/B test and the bandits, by name."""
    return {AB: halves, THOMPSON: exploring(thompson, exploration), GREEDY: exploring(greedy, exploration)}


def compared(programme: Programme) -> tuple[PolicyOutcome, ...]:
    """Every policy on the same traffic, once with the planted uplift and once without any."""
    asked = programme.beyond
    rng = stream(programme.data.seed, "bandits")
    better = (asked.rate, asked.rate * (1 + asked.uplift))
    worlds = [Traffic.of(rng, rates, asked.runs, asked.units) for rates in (better, (asked.rate, asked.rate))]
    return tuple(
        PolicyOutcome.of(name, *(play(world, policy, asked.batches) for world in worlds))
        for name, policy in policies(asked.exploration).items()
    )
