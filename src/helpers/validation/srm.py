"""Sample-ratio mismatch: one test, and a test that may be looked at every day."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from scipy import special

from helpers.defaults import SRM_CONCENTRATION, SRM_THRESHOLD
from helpers.stats.checks.srm import srm, srm_by_group
from helpers.stats.multiplicity.corrections import adjust
from helpers.stats.sequential.mixture_likelihood import dirichlet_log_ratio
from helpers.stats.validation import FloatArray
from helpers.validation.case import Case

TOPIC = "Sample-ratio mismatch"
DAYS = 28


def fixed(
    rng: np.random.Generator, runs: int, *, units: int, shares: tuple[float, ...], design: tuple[float, ...]
) -> int:
    """Runs that fail, in a design of ``design`` where the arms really get ``shares``."""
    rows, repeats = np.unique(rng.multinomial(units, shares, runs), axis=0, return_counts=True)
    return sum(int(times) for row, times in zip(rows, repeats, strict=True) if srm(row.tolist(), design).failed)


def by_day(rng: np.random.Generator, runs: int, *, daily: int, design: tuple[float, ...], lost: float = 0.0) -> int:
    """Runs in which a day of 28 fails after Holm, as the trust check by day says; the last arm loses units on the last day."""
    counts = rng.multinomial(daily, design, (runs, DAYS))
    if lost:
        counts[:, -1, -1] = rng.binomial(counts[:, -1, -1], 1 - lost)
    rows, place = np.unique(counts.reshape(-1, len(design)), axis=0, return_inverse=True)
    tests = srm_by_group({str(i): row for i, row in enumerate(rows.tolist())}, design).tests
    found = np.array([test.p_value for test in tests])[place].reshape(runs, DAYS)
    low = found[found.min(axis=1) < SRM_THRESHOLD]
    return sum(any(adjust(days.tolist(), "holm", alpha=SRM_THRESHOLD).rejected) for days in low)


def _power_of_a_day(daily: int, lost: float) -> float:
    """Planned power of the day's chi-square at its share of the threshold."""
    kept = (1 - lost) / 2
    return chi_square_power(round(daily * (0.5 + kept)), (0.5 / (0.5 + kept), kept / (0.5 + kept)), (0.5, 0.5), DAYS)


def sequential(
    rng: np.random.Generator,
    runs: int,
    *,
    daily: int,
    shares: tuple[float, ...],
    design: tuple[float, ...],
    threshold: float,
) -> int:
    """Runs that fail on any of 28 days."""
    counts = rng.multinomial(daily, shares, (runs, DAYS)).cumsum(axis=1)
    evidence = dirichlet_log_ratio(counts, np.array(design), SRM_CONCENTRATION).max(axis=1)
    return int((evidence > -math.log(threshold)).sum())


def chi_square_power(units: int, shares: tuple[float, ...], design: tuple[float, ...], tests: int = 1) -> float:
    """Planned power of the chi-square test of two arms, its variance under the true shares, one of several ``tests``."""
    p, q = design[1], shares[1]
    reach = -special.ndtri(SRM_THRESHOLD / tests / 2) * math.sqrt(p * (1 - p) / units)
    error = math.sqrt(q * (1 - q) / units)
    return float(special.ndtr((abs(q - p) - reach) / error) + special.ndtr((-abs(q - p) - reach) / error))


def exact_level(units: int, design: tuple[float, float]) -> float:
    """Probability of a chi-square p below the threshold: the counts are a lattice."""
    k: FloatArray = np.arange(units + 1.0)
    chi2 = (k - units * design[1]) ** 2 / (units * design[0] * design[1])
    log_p = special.gammaln(units + 1) - special.gammaln(k + 1) - special.gammaln(units - k + 1)
    log_p += k * math.log(design[1]) + (units - k) * math.log(design[0])
    return float(np.exp(log_p[special.chdtrc(1, chi2) < SRM_THRESHOLD]).sum())


SMALL: tuple[tuple[tuple[float, ...], int], ...] = (
    ((0.9, 0.1), 50),
    ((0.8, 0.1, 0.1), 60),
    ((0.9, 0.025, 0.025, 0.025, 0.025), 200),
)
DAY = "the units that are lost make the day's size a random one, and the plan takes its mean"
LATTICE = "the chi-square p-value of a small lattice: this is its exact distance from the threshold"
DESIGNS: tuple[tuple[float, ...], ...] = ((0.5, 0.5), (0.9, 0.1), (0.5, 0.3, 0.2))
LEAKS = (((0.5, 0.5), 20_000, 0.06), ((0.9, 0.1), 40_000, 0.07))


def _cases() -> tuple[Case, ...]:
    made = []
    for few, units in SMALL:
        named = " : ".join(f"{share:g}" for share in few)
        made.append(
            Case(
                TOPIC, "exact, few units", f"{named}, {units:,} units", "false positives", SRM_THRESHOLD,
                partial(fixed, units=units, shares=few, design=few), promise="at most", short=300,
            )
        )  # fmt: skip
    made.append(
        Case(
            TOPIC, "28 days, Holm", "90% : 10%, 120 units a day", "false positives", SRM_THRESHOLD,
            partial(by_day, daily=120, design=(0.9, 0.1)), promise="at most", short=100,
        )
    )  # fmt: skip
    made.append(
        Case(
            TOPIC, "28 days, Holm", "50% : 50%, 20,000 units a day, 8% of treatment lost on one of them", "power",
            round(_power_of_a_day(20_000, 0.08), 4), partial(by_day, daily=20_000, design=(0.5, 0.5), lost=0.08), slack=0.02, reason=DAY, short=300,
        )
    )  # fmt: skip
    for design in ((0.5, 0.5), (0.9, 0.1)):
        for units in (400, 100_000) if design[0] == 0.5 else (4_000, 100_000):
            setting = f"{design[0]:.0%} : {design[1]:.0%}, {units:,} units"
            slack = round(abs(exact_level(units, design) - SRM_THRESHOLD), 5) if units < 10_000 else 0.0
            made.append(
                Case(
                    TOPIC, "chi-square", setting, "false positives", SRM_THRESHOLD,
                    partial(fixed, units=units, shares=design, design=design),
                    slack=slack, reason=LATTICE if slack else "",
                )
            )  # fmt: skip
    for design, units, leak in LEAKS:
        lost = design[1] * (1 - leak)
        shares = (design[0] / (design[0] + lost), lost / (design[0] + lost))
        made.append(
            Case(
                TOPIC, "chi-square", f"{design[0]:.0%} : {design[1]:.0%}, {units:,} units, {leak:.0%} of treatment lost",
                "power", round(chi_square_power(units, shares, design), 4),
                partial(fixed, units=units, shares=shares, design=design),
            )
        )  # fmt: skip
    for arms in DESIGNS:
        for daily in (100, 5_000):
            for threshold in (0.05, SRM_THRESHOLD):
                split = " : ".join(f"{s:.0%}" for s in arms)
                made.append(
                    Case(
                        TOPIC, f"Dirichlet mixture, {DAYS} daily looks, threshold {threshold:g}",
                        f"{split}, {daily:,} units a day", "false positives", threshold,
                        partial(sequential, daily=daily, shares=arms, design=arms, threshold=threshold),
                        promise="at most", runs=20_000,
                    )
                )  # fmt: skip
    for design, units, leak in LEAKS:
        lost = design[1] * (1 - leak)
        shares = (design[0] / (design[0] + lost), lost / (design[0] + lost))
        daily = math.ceil(2 * units / DAYS)
        made.append(
            Case(
                TOPIC, f"Dirichlet mixture, {DAYS} daily looks",
                f"{design[0]:.0%} : {design[1]:.0%}, {daily:,} units a day, {leak:.0%} of treatment lost: "
                f"no less than one chi-square on half the units",
                "power", round(chi_square_power(units, shares, design), 4),
                partial(sequential, daily=daily, shares=shares, design=design, threshold=SRM_THRESHOLD),
                promise="at least",
            )
        )  # fmt: skip
    return tuple(made)


CASES = _cases()
