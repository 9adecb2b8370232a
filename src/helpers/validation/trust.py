"""Trust checks that rest on a test: how rarely they cry wolf in a healthy experiment, and what they find."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from helpers.defaults import ALPHA, CONFIDENCE, SRM_THRESHOLD
from helpers.experiment.arm_shares import counted
from helpers.stats.checks.novelty import trends
from helpers.stats.checks.other_days import other_effect_p
from helpers.stats.checks.skew import alike_p, skew_of_difference
from helpers.stats.comparisons.linear import welch
from helpers.stats.multiplicity.corrections import adjusted_p_values
from helpers.stats.multiplicity.interaction import of_proportions
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.validation import FloatArray
from helpers.validation.adjustment import chunks
from helpers.validation.case import Case

TOPIC = "Trust checks"
TOO_HEAVY = "the small arm has too few units for so heavy a tail; the warning says so, as counted beside it"


def shares_differ(rng: np.random.Generator, runs: int, *, units: tuple[int, ...], shares: tuple[float, ...]) -> int:
    """Runs in which the arms show something in other shares, beyond the threshold of the trust checks."""
    draws = rng.binomial(np.array(units), np.array(shares), (runs, len(units)))
    pairs, repeats = np.unique(draws, axis=0, return_counts=True)
    return sum(
        int(times)
        for pair, times in zip(pairs, repeats, strict=True)
        if counted(pair.tolist(), units).p_value < SRM_THRESHOLD
    )


@dataclass(frozen=True)
class EventDays:
    """Conversion by day of exposure, some of the days being those of an event.

    Attributes:
        units: a day and arm.
        shared, apart: log standard deviation of what moves a whole day, and of what moves one arm of it.
        level: what the event multiplies the rate by.
        lift, other: relative effect of the treatment, and the one on the days of the event.
        absolute: the effect is a share of the usual rate, whatever the level of the day.
    """

    units: int
    days: int = 14
    event: tuple[int, ...] = (4, 5, 6)
    rate: float = 0.2
    shared: float = 0.0
    apart: float = 0.0
    level: float = 1.0
    lift: float = 0.1
    other: float = 0.1
    absolute: bool = False

    def counts(self, rng: np.random.Generator, runs: int) -> NDArray[np.int64]:
        """Conversions, shape (runs, 2, days)."""
        inside = np.isin(np.arange(self.days), self.event)
        level = (
            self.rate * np.exp(self.shared * rng.standard_normal((runs, self.days))) * np.where(inside, self.level, 1)
        )
        gain = np.where(inside, self.other, self.lift) * (self.rate if self.absolute else level)
        rates = np.stack([level, level + gain], axis=1)
        rates *= np.exp(self.apart * rng.standard_normal(rates.shape))
        return np.asarray(rng.binomial(self.units, np.minimum(rates, 1.0)))


def days_differ(rng: np.random.Generator, runs: int, *, of: EventDays) -> int:
    """Runs in which the days of the event are said to have another effect.

    Only those are asked that differ for the relative test of units, and for the absolute one of days that all vary: the
    largest p of all counts.
    """
    counts = of.counts(rng, runs)
    inside = np.isin(np.arange(of.days), of.event)
    sums = np.stack([counts[..., inside].sum(axis=-1), counts[..., ~inside].sum(axis=-1)], axis=-1)
    units = of.units * np.array([inside.sum(), (~inside).sum()])
    maybe = of_proportions(sums[:, 0], units, sums[:, 1], units, "relative").p_value < SRM_THRESHOLD
    rates = counts[maybe] / of.units
    squared = (rates * (1 - rates) / (of.units - 1)).sum(axis=1)
    still = (squared == 0).any(axis=1)
    known = np.where(still[:, None], 1.0, squared)
    lines = trends(inside, rates[:, 1] - rates[:, 0], known[:, None, :] * np.eye(of.days))
    hits = 0
    for found in counts[maybe][still | (lines.p_value < 2 * SRM_THRESHOLD)]:
        days = {
            float(day): (Proportion(of.units, int(c)), Proportion(of.units, int(t)))
            for day, (c, t) in enumerate(found.T)
        }
        hits += other_effect_p(days, of.event) < SRM_THRESHOLD
    return hits


def covariates_differ(rng: np.random.Generator, runs: int, *, covariates: int, units: int, shift: float = 0.0) -> int:
    """Runs in which the balance of a covariate fails after Holm; ``shift`` moves one of them, in standard deviations."""
    z = rng.standard_normal((2, runs, covariates))
    means = z / math.sqrt(units)
    means[1, :, 0] += shift
    variances = rng.chisquare(units - 1, (2, runs, covariates)) / (units - 1)
    found = welch(units, means[0], variances[0], units, means[1], variances[1]).p_value
    return int((adjusted_p_values(found, "holm").min(axis=-1) < SRM_THRESHOLD).sum())


def lognormal(rng: np.random.Generator, shape: tuple[int, int], sigma: float) -> FloatArray:
    """Amounts whose logarithm is normal."""
    return np.asarray(np.exp(sigma * rng.standard_normal(shape)))


def pareto(rng: np.random.Generator, shape: tuple[int, int], tail: float) -> FloatArray:
    """Amounts of which a share ``x ** -tail`` is above ``x``: no variance up to a tail index of 2, no skewness up to 3."""
    return np.asarray((1 - rng.random(shape)) ** (-1 / tail))


def skewed_means(
    rng: np.random.Generator,
    runs: int,
    *,
    draw: Callable[[np.random.Generator, tuple[int, int]], FloatArray],
    units: tuple[int, int],
    counted: Literal["covered", "warned", "failed"],
) -> int:
    """Runs of two skewed means without a difference: whose t interval holds it, that the rule of skewness warns of, or whose
    balance fails after it is freed of the skewness."""
    hits = 0
    for some in chunks(runs, sum(units)):
        arms = [draw(rng, (some, n)) for n in units]
        means, variances = [x.mean(axis=1) for x in arms], [x.var(axis=1, ddof=1) for x in arms]
        found = welch(units[0], means[0], variances[0], units[1], means[1], variances[1])
        if counted == "covered":
            hits += int((found.p_value >= ALPHA).sum())
            continue
        cubes = [_third(x, m) / v**1.5 for x, m, v in zip(arms, means, variances, strict=True)]
        asked = np.arange(some) if counted == "warned" else np.flatnonzero(found.p_value < SRM_THRESHOLD)
        for i in asked:
            g = sum(n * float(cube[i]) for n, cube in zip(units, cubes, strict=True)) / sum(units)
            if counted == "warned":
                hits += skew_of_difference(*((n, float(v[i]), g) for n, v in zip(units, variances, strict=True))).heavy
            else:
                one, two = ((n, float(m[i]), float(v[i])) for n, m, v in zip(units, means, variances, strict=True))
                hits += alike_p(one, two, g) < SRM_THRESHOLD
    return hits


def _third(x: FloatArray, mean: FloatArray) -> FloatArray:
    """Third central moment of each row."""
    apart = x - mean[:, None]
    return np.asarray((apart * apart * apart).mean(axis=1))


def lognormal_skewness(sigma: float) -> float:
    """Of one unit."""
    w = math.exp(sigma**2)
    return (w + 2) * math.sqrt(w - 1)


def edge(sigma: float, control: int) -> int:
    """Units of a treatment, beside ``control`` times as many, that are just enough for the rule."""
    per_unit = skew_of_difference((control, 1.0, lognormal_skewness(sigma)), (1, 1.0, lognormal_skewness(sigma)))
    return math.ceil(per_unit.factor)


def power_of_balance(covariates: int, units: int, shift: float) -> float:
    """Planned power of one of several covariates at its part of the threshold."""
    z, gap = -special.ndtri(SRM_THRESHOLD / covariates / 2), shift / math.sqrt(2 / units)
    return float(special.ndtr(gap - z) + special.ndtr(-gap - z))


def power_of_shares(units: int, shares: tuple[float, float]) -> float:
    """Planned power of the chi-square test in two arms of ``units`` each."""
    middle = sum(shares) / 2
    reach = -special.ndtri(SRM_THRESHOLD / 2) * math.sqrt(2 * middle * (1 - middle) / units)
    error = math.sqrt(sum(p * (1 - p) for p in shares) / units)
    gap = abs(shares[1] - shares[0])
    return float(special.ndtr((gap - reach) / error) + special.ndtr((-gap - reach) / error))


def _cases() -> tuple[Case, ...]:
    made = []
    for arms, share in (((5_000, 5_000), 0.02), ((36_000, 4_000), 0.3), ((50_000, 50_000), 0.1)):
        made.append(
            Case(
                TOPIC, "equal shares in the arms, chi-square", f"{arms[0]:,} and {arms[1]:,} units, {share:.0%} of both",
                "false positives", SRM_THRESHOLD, partial(shares_differ, units=arms, shares=(share, share)),
            )
        )  # fmt: skip
    for sizes, share in (((60, 60), 0.05), ((9_000, 1_000), 0.005), ((8_000, 500, 500, 500, 500), 0.01)):
        made.append(
            Case(
                TOPIC, "equal shares in the arms, exact", f"{' : '.join(f'{n:,}' for n in sizes)} units, {share:.1%} of all",
                "false positives", SRM_THRESHOLD, partial(shares_differ, units=sizes, shares=(share,) * len(sizes)),
                promise="at most", short=300,
            )
        )  # fmt: skip
    made.append(
        Case(
            TOPIC, "equal shares in the arms, chi-square", "20,000 units an arm, 10% against 11.5%", "power",
            round(power_of_shares(20_000, (0.10, 0.115)), 4), partial(shares_differ, units=(20_000, 20_000), shares=(0.10, 0.115)),
        )
    )  # fmt: skip
    for covariates in (1, 30):
        made.append(
            Case(
                TOPIC, "balance of covariates, Holm", f"{covariates} covariate{'s' * (covariates > 1)}, 2,000 units an arm", "false positives", SRM_THRESHOLD,
                partial(covariates_differ, covariates=covariates, units=2_000),
            )
        )  # fmt: skip
    made.append(
        Case(
            TOPIC, "balance of covariates, Holm", "30 covariates, 2,000 units an arm, one moved by 0.17 standard deviations", "power",
            round(power_of_balance(30, 2_000, 0.17), 4), partial(covariates_differ, covariates=30, units=2_000, shift=0.17),
        )
    )  # fmt: skip
    for sigma, times in ((0.7, 9), (0.7, 1)):
        small = edge(sigma, times) if times > 1 else 200
        split = f"{times * small:,} : {small:,} units"
        made.append(
            Case(
                TOPIC, f"t interval of a skewed mean, {'as few units as the rule asks for' if times > 1 else 'equal arms'}",
                f"lognormal of skewness {lognormal_skewness(sigma):.1f}, {split}", "coverage", CONFIDENCE,
                partial(skewed_means, draw=partial(lognormal, sigma=sigma), units=(times * small, small), counted="covered"),
                promise="equal" if times > 1 else "at least", short=500,
            )
        )  # fmt: skip
    for sigma, arms in ((1.0, (900, 100)), (1.0, (300, 300))):
        made.append(
            Case(
                TOPIC, "balance of a skewed history", f"lognormal of skewness {lognormal_skewness(sigma):.1f}, {arms[0]} : {arms[1]} units",
                "false positives", SRM_THRESHOLD, partial(skewed_means, draw=partial(lognormal, sigma=sigma), units=arms, counted="failed"), promise="at most",
            )
        )  # fmt: skip
    made += _heavy_tails()
    made += _events()
    return tuple(made)


def _events() -> list[Case]:
    """External events: days that differ by themselves are no other effect, one that the event makes is found."""
    made = []
    for setting, of in (
        ("14 days of 1,000 an arm, 3 of the event", EventDays(1_000)),
        ("28 days of 100 an arm, 1 of the event, rate 0.03", EventDays(100, 28, (5,), 0.03)),
        ("7 days of 10,000 an arm, 1 of the event, shocks of 5% by arm", EventDays(10_000, 7, (5,), apart=0.05)),
        ("14 days of 4,000 an arm, 3 of the event, shocks of 30% shared and 10% by arm", EventDays(4_000, shared=0.3, apart=0.1)),
        ("14 days of 4,000 an arm, 3 of a sale that doubles the rate, the same relative effect", EventDays(4_000, level=2.0)),
        ("14 days of 4,000 an arm, 3 of a sale that doubles the rate, the same absolute effect", EventDays(4_000, level=2.0, lift=0.2, other=0.2, absolute=True)),
    ):  # fmt: skip
        made.append(
            Case(
                TOPIC, "same effect on other days", setting, "false positives", SRM_THRESHOLD, partial(days_differ, of=of),
                promise="at most", short=200,
            )
        )  # fmt: skip
    for setting, power, of in (
        ("14 days of 1,430 an arm, 3 of the event with +40% instead of +5%", 0.9, EventDays(1_430, lift=0.05, other=0.40)),
        ("14 days of 4,000 an arm, 3 of the event with -10% instead of +20%, shocks of 30% shared", 0.9, EventDays(4_000, shared=0.3, lift=0.2, other=-0.1)),
    ):  # fmt: skip
        made.append(
            Case(
                TOPIC, "same effect on other days", setting, "power", power, partial(days_differ, of=of), promise="at least", short=200,
            )
        )  # fmt: skip
    return made


def _heavy_tails() -> list[Case]:
    """Pareto tails: where the interval of a mean fails and where it holds, and whether the warning knows."""
    interval, warning = "t interval of a mean with a Pareto tail", "warning of too skewed a mean"
    made = []
    for tail, arms, misses in ((1.5, (4_500, 500), 0.055), (2.1, (4_500, 500), 0.025), (3.0, (900, 100), 0.030)):
        setting = f"tail index {tail:g}, {arms[0]:,} : {arms[1]:,} units"
        draw = partial(pareto, tail=tail)
        made += [
            Case(
                TOPIC, interval, setting, "coverage", CONFIDENCE, partial(skewed_means, draw=draw, units=arms, counted="covered"),
                promise="at least", slack=misses, reason=TOO_HEAVY, short=300,
            ),
            Case(
                TOPIC, warning, setting, "power", 0.95, partial(skewed_means, draw=draw, units=arms, counted="warned"),
                promise="at least", short=300,
            ),
        ]  # fmt: skip
    for tail, arms in ((1.5, (500, 500)), (2.1, (500, 500)), (3.0, (500, 500)), (4.0, (5_000, 5_000))):
        made.append(
            Case(
                TOPIC, interval, f"tail index {tail:g}, {arms[0]:,} : {arms[1]:,} units", "coverage", CONFIDENCE,
                partial(skewed_means, draw=partial(pareto, tail=tail), units=arms, counted="covered"), promise="at least", short=300,
            )
        )  # fmt: skip
    for tail, arms in ((1.5, (900, 100)), (2.1, (4_500, 500))):
        made.append(
            Case(
                TOPIC, "balance of a history with a Pareto tail", f"tail index {tail:g}, {arms[0]:,} : {arms[1]:,} units", "false positives",
                SRM_THRESHOLD, partial(skewed_means, draw=partial(pareto, tail=tail), units=arms, counted="failed"), promise="at most",
            )
        )  # fmt: skip
    for law, draw, arms in (
        ("tail index 4", partial(pareto, tail=4.0), (5_000, 5_000)),
        (f"lognormal of skewness {lognormal_skewness(0.7):.1f}", partial(lognormal, sigma=0.7), (5_000, 5_000)),
    ):
        made.append(
            Case(
                TOPIC, warning, f"{law}, {arms[0]:,} : {arms[1]:,} units", "false positives", ALPHA,
                partial(skewed_means, draw=draw, units=arms, counted="warned"), promise="at most", short=300,
            )
        )  # fmt: skip
    return made


CASES = _cases()
