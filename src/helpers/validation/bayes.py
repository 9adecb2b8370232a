"""Bayesian comparisons: when the truth is drawn from the prior, belief must come true as often as it says.

With few units there are few outcomes, so each posterior is computed once and looked up.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.stats.bayes.beta import BetaPair, BetaPrior, Quantiles
from helpers.stats.bayes.comparison import compare_bayes
from helpers.stats.bayes.posterior import Posterior
from helpers.stats.summaries.mean import Mean
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

Scale = Literal["difference", "ratio"]
SCALES: tuple[Scale, ...] = ("difference", "ratio")
TOPIC = "Bayesian comparisons"
MOST_OUTCOMES = 1_000
"""Outcomes up to which all posteriors are computed before the first run."""
BELIEF = Posterior(0.0, 0.5)
"""Prior of the effect on a mean, in the metric's unit."""


@cache
def quantiles(n_c: int, n_t: int, prior: BetaPrior, scale: Scale) -> Quantiles:
    """Credible limits of every outcome, shape (n_c + 1, n_t + 1).

    Example:
        >>> quantiles(2, 3, BetaPrior(), "difference").low.shape
        (3, 4)
    """
    x_c, x_t = np.indices((n_c + 1, n_t + 1))
    pair = BetaPair.of(x_c, n_c, x_t, n_t, prior)
    return pair.difference_quantiles(ALPHA) if scale == "difference" else pair.relative_quantiles(ALPHA)


@cache
def chances(n_c: int, n_t: int, prior: BetaPrior) -> FloatArray:
    """Chance to beat of every outcome, shape (n_c + 1, n_t + 1).

    Example:
        >>> float(chances(3, 3, BetaPrior())[1, 1].round(12))
        0.5
    """
    x_c, x_t = np.indices((n_c + 1, n_t + 1))
    return BetaPair.of(x_c, n_c, x_t, n_t, prior).chance_to_beat()


def covered(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, prior: BetaPrior, scale: Scale) -> int:
    """Runs whose credible interval holds the truth, both rates drawn from the prior."""
    c, t = rng.beta(prior.successes, prior.failures, (2, runs))
    limits = quantiles(n_c, n_t, prior, scale)
    seen = rng.binomial(n_c, c), rng.binomial(n_t, t)
    truth = t - c if scale == "difference" else t / c - 1
    return int(((limits.low[seen] <= truth) & (truth <= limits.high[seen])).sum())


def favourite_wins(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, prior: BetaPrior) -> int:
    """Runs whose favoured arm is truly better, thinned to one half of what the chance to beat says.

    A favourite with chance q counts with probability 1 / (2 q), so that a true q gives one half.
    """
    c, t = rng.beta(prior.successes, prior.failures, (2, runs))
    seen = rng.binomial(n_c, c), rng.binomial(n_t, t)
    small = n_c * n_t < MOST_OUTCOMES
    chance = chances(n_c, n_t, prior)[seen] if small else _chance(seen, (n_c, n_t), prior)
    favoured = np.maximum(chance, 1 - chance)
    won = (t > c) == (chance >= 0.5)
    return int((won & (rng.random(runs) < 0.5 / favoured)).sum())


def false_alarms(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, rate: float) -> int:
    """Runs whose flat-prior chance to beat leaves the middle though both arms have the same rate."""
    chance = BetaPair.of(rng.binomial(n_c, rate, runs), n_c, rng.binomial(n_t, rate, runs), n_t).chance_to_beat()
    return int(((chance < ALPHA / 2) | (chance > 1 - ALPHA / 2)).sum())


def normal_covered(rng: np.random.Generator, runs: int, *, n_c: int, n_t: int, scale: Scale) -> int:
    """Runs whose credible interval holds the effect on a mean, the effect drawn from the prior."""
    level, sd, hits = 10.0, 4.0, 0
    effects = rng.normal(BELIEF.mean, BELIEF.sd, runs)
    means = rng.normal(level, sd / np.sqrt(n_c), runs), rng.normal(level + effects, sd / np.sqrt(n_t))
    for effect, mean_c, mean_t in zip(effects, *means, strict=True):
        arms = Mean.from_moments(n_c, mean_c, sd**2), Mean.from_moments(n_t, mean_t, sd**2)
        found = compare_bayes(*arms, prior=BELIEF)
        if scale == "difference":
            hits += found.absolute_low <= effect <= found.absolute_high
        else:
            hits += found.relative_low <= effect / level <= found.relative_high
    return int(hits)


def _chance(seen: tuple[NDArray[np.int64], NDArray[np.int64]], units: tuple[int, int], prior: BetaPrior) -> FloatArray:
    return BetaPair.of(seen[0], units[0], seen[1], units[1], prior).chance_to_beat()


SMALL: tuple[tuple[int, int, BetaPrior], ...] = (
    (8, 8, BetaPrior()),
    (18, 2, BetaPrior()),
    (8, 8, BetaPrior(2.0, 18.0)),
)
LARGE: tuple[tuple[int, int, BetaPrior], ...] = (
    (2_000, 2_000, BetaPrior(3.0, 97.0)),
    (3_600, 400, BetaPrior(30.0, 70.0)),
)


def _cases() -> tuple[Case, ...]:
    made = []
    for n_c, n_t, prior in SMALL:
        setting = f"rates from Beta({prior.successes:g}, {prior.failures:g}), {n_c:,} : {n_t:,}"
        for scale in SCALES:
            hits = partial(covered, n_c=n_c, n_t=n_t, prior=prior, scale=scale)
            made.append(Case(TOPIC, f"Beta credible interval ({scale})", setting, "coverage", CONFIDENCE, hits))
    for n_c, n_t, prior in (*SMALL, *LARGE):
        setting = f"rates from Beta({prior.successes:g}, {prior.failures:g}), {n_c:,} : {n_t:,}"
        wins = partial(favourite_wins, n_c=n_c, n_t=n_t, prior=prior)
        made.append(Case(TOPIC, "chance to beat, thinned to a half", setting, "coverage", 0.5, wins))
    for n_c, n_t in ((5_000, 5_000), (9_000, 1_000)):
        alarms = partial(false_alarms, n_c=n_c, n_t=n_t, rate=0.3)
        method = "chance to beat beyond 2.5 or 97.5 in a hundred, flat prior"
        made.append(Case(TOPIC, method, f"rate 0.3, {n_c:,} : {n_t:,}", "false positives", ALPHA, alarms))
    for n_c, n_t in ((500, 500), (900, 100)):
        for scale in SCALES:
            hits = partial(normal_covered, n_c=n_c, n_t=n_t, scale=scale)
            setting = f"effect from Normal(0, 0.5), {n_c:,} : {n_t:,}"
            made.append(
                Case(TOPIC, f"normal credible interval ({scale})", setting, "coverage", CONFIDENCE, hits, short=500)
            )
    return tuple(made)


CASES = _cases()
