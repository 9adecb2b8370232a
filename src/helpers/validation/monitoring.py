"""Monitoring: false alarms of charts, run rules and triggers within the days watched, against exact values."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy import stats as distributions

from helpers.defaults import ALPHA, CUSUM_LIMIT
from helpers.experiment.monitoring.against_control import ArmSoFar, intervals
from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.charts import cusum, ewma, p_chart
from helpers.experiment.monitoring.replay import Triggers, marked
from helpers.experiment.monitoring.rules import WESTERN_ELECTRIC, RunRule, Side, any_signal
from helpers.experiment.monitoring.run_length import cusum_chain, ewma_chain, rules_chain, run_chain
from helpers.experiment.monitoring.stream import DailyStream, DailyWorld, simulate
from helpers.stats.sequential.peeking import even
from helpers.stats.validation import BoolArray, FloatArray
from helpers.validation.case import Case, Quantity
from helpers.validation.sequential import RATE as RARE
from helpers.validation.sequential import REVENUE, LooksWorld, experiments

TOPIC = "Monitoring"
POINTS = 100
DAYS = 28
RATE, UNITS, TICKETS = 0.324, 4760, 6
SHORT = 2_000


def alarmed(
    rng: np.random.Generator, runs: int, *, alarms: Callable[[FloatArray], BoolArray], shift: float = 0.0
) -> int:
    """Standard normal series, moved by ``shift``, with an alarm within their points."""
    return int(alarms(rng.standard_normal((runs, POINTS)) + shift).any(axis=1).sum())


def triggered(rng: np.random.Generator, runs: int, *, name: str, shift: float) -> int:
    """Launches on which a trigger fires within the days watched, against a baseline that is known."""
    units = np.full((runs, DAYS), float(UNITS))
    successes = rng.binomial(UNITS, RATE + shift, (runs, DAYS)).astype(float)
    tickets = rng.poisson(TICKETS, (runs, DAYS)).astype(float)
    days = np.datetime64("2026-01-05", "D") + np.arange(DAYS)
    week = np.ones(7)
    known = Baseline(np.array(RATE), np.array(1e12), RATE * week, 1e12 * week, TICKETS * week)
    marks = marked(DailyStream(days, units, successes, tickets, 0), known, Triggers())
    return int(marks.found[name].any(axis=1).sum())


def outside(rng: np.random.Generator, runs: int, *, world: DailyWorld) -> int:
    """Launches whose first day lies outside the p-chart, its four-week baseline estimated and frozen."""
    stream = simulate(rng, world, days=1, series=(runs,))
    return int(p_chart(stream, Baseline.of(stream)).outside[:, -1].sum())


RAMP = ((0.05, 3), (0.25, 7), (0.5, 7))
"""Share treated and days of each stage with a control arm."""


def compared(rng: np.random.Generator, runs: int, *, world: LooksWorld, units: int) -> int:
    """Ramps without a change in which the interval against the control arm excludes none on any evening of any stage."""
    chances, values = world.chances, world.values - world.chances @ world.values
    skewness = float(chances @ values**3 / (chances @ values**2) ** 1.5)
    wrong = np.zeros(runs, dtype=bool)
    for share, days in RAMP:
        planned = units * days
        treated = round(share * planned)
        arms = (
            ArmSoFar(a.n, a.mean, a.variance)
            for a in experiments(rng, runs, world, (planned - treated, treated), even(days), 0.0)
        )
        low, high = intervals(*arms, skewness=skewness, planned=planned, confidence=1 - ALPHA / len(RAMP))
        wrong |= ((low > 0) | (high < 0)).any(axis=1)
    return int(wrong.sum())


def _cusum(z: FloatArray) -> BoolArray:
    return np.asarray(cusum(z)[0] > CUSUM_LIMIT)


def _ewma(z: FloatArray) -> BoolArray:
    return ewma(z, exact=False).outside


def _rules(z: FloatArray, *, rules: tuple[RunRule, ...], side: Side) -> BoolArray:
    return any_signal(rules, z, side)


def _charts() -> list[Case]:
    together = (
        ("three sigma", WESTERN_ELECTRIC[:1]),
        ("three sigma with a run of eight", (WESTERN_ELECTRIC[0], WESTERN_ELECTRIC[3])),
        ("all Western Electric rules", WESTERN_ELECTRIC),
    )
    sides: tuple[Side, ...] = ("both", "low")
    made = []
    for method, rules in together:
        for side in sides:
            for shift in (0.0, -0.5):
                made.append(
                    Case(
                        TOPIC, method, f"{side}, mean {shift:g} sigma, {POINTS} points", "power" if shift else "false positives",
                        round(rules_chain(rules, shift, side).within(POINTS), 4),
                        partial(alarmed, alarms=partial(_rules, rules=rules, side=side), shift=shift), short=SHORT,
                    )
                )  # fmt: skip
    for shift in (0.0, -0.5):
        quantity: Quantity = "power" if shift else "false positives"
        setting = f"mean {shift:g} sigma, {POINTS} points"
        made.append(
            Case(
                TOPIC, "CUSUM, one side", setting, quantity, round(cusum_chain(-shift).within(POINTS), 4),
                partial(alarmed, alarms=_cusum, shift=shift), short=SHORT,
            )
        )  # fmt: skip
        made.append(
            Case(
                TOPIC, "EWMA, limits for late days", setting, quantity, round(ewma_chain(shift).within(POINTS), 4),
                partial(alarmed, alarms=_ewma, shift=shift), short=SHORT,
            )
        )  # fmt: skip
    return made


def _triggers() -> list[Case]:
    made = []
    plan = Triggers()
    for shift in (0.0, -0.008, -0.015):
        below = float(distributions.binom.cdf(np.ceil((RATE - plan.drop) * UNITS) - 1, UNITS, RATE + shift))
        made.append(
            Case(
                TOPIC, "completion trigger", f"known baseline, shift {100 * shift:+.1f} points, {DAYS} days",
                "power" if shift else "false positives", round(run_chain(below, plan.days).within(DAYS), 4),
                partial(triggered, name="rate trigger", shift=shift), short=SHORT,
            )
        )  # fmt: skip
    above = float(distributions.poisson.sf(plan.tickets * TICKETS, TICKETS))
    made.append(
        Case(
            TOPIC, "ticket trigger", f"known baseline of {TICKETS} a day, {DAYS} days", "false positives",
            round(run_chain(above, 1).within(DAYS), 4), partial(triggered, name="ticket trigger", shift=0.0), short=SHORT,
        )
    )  # fmt: skip
    normal = float(2 * distributions.norm.sf(3))
    for units in (1_000, UNITS):
        world = DailyWorld(
            RATE,
            units,
            TICKETS,
            volume=(1.3, 1.2, 1.1, 1.0, 0.9, 0.7, 0.8),
            points=(0.03, 0.02, 0.0, 0.0, -0.01, -0.02, -0.02),
        )
        made.append(
            Case(
                TOPIC, "p-chart, baseline of four weeks", f"{units:,} units a day with a weekday season, one day", "false positives",
                round(normal, 5), partial(outside, world=world), runs=40_000, short=4_000,
            )
        )  # fmt: skip
    return made


def _compared() -> list[Case]:
    """Means against the control arm of a ramp; of an own skewness, with small stages and with large ones."""
    return [
        Case(
            TOPIC, "interval against the control arm", f"{world.name}, {units:,} units a day, ramp of three stages", "false positives",
            ALPHA, partial(compared, world=world, units=units), promise="at most",
        )
        for world in (REVENUE, RARE)
        for units in (500, 5_000, 50_000)
    ]  # fmt: skip


CASES = (*_charts(), *_triggers(), *_compared())
