"""How often a trigger or a signal errs without any change, and how soon it comes with one: by simulation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.defaults import MONITORING_RUNS
from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.guarded import Guarded
from helpers.experiment.monitoring.plan import MonitoringPlan
from helpers.experiment.monitoring.replay import SIGNALS, TRIGGERS, Triggers, marked
from helpers.experiment.monitoring.stream import DailyWorld, simulate
from helpers.stats.binomial import binomial_interval
from helpers.stats.validation import BoolArray

ANY_TRIGGER, ANY = "any trigger: ROLL BACK", "any signal or trigger: PAUSE or ROLL BACK"
DETECTORS = (*TRIGGERS, ANY_TRIGGER, *SIGNALS, ANY)


@dataclass(frozen=True)
class Detection:
    """Launches on which a detector spoke within the days watched.

    Attributes:
        detector: name of the trigger or signal.
        share: of the simulated launches; without a change this is the false-alarm rate.
        low, high: Clopper-Pearson interval of 95 % for it.
        day: median day of the first alarm over all launches, 1 for the day of the launch; None when fewer than half
            of them have one.

    Example:
        >>> found = detect(np.random.default_rng(1), DailyWorld(0.324, 4760, 40, shift=-0.03), Triggers(), runs=200)
        >>> found["rate trigger"].day
        3
    """

    detector: str
    share: float
    low: float
    high: float
    day: int | None


def detect(
    rng: np.random.Generator,
    world: DailyWorld,
    triggers: Triggers,
    *,
    baseline: int = 28,
    days: int = 28,
    wait: int = 0,
    missing: float = 0.0,
    runs: int = MONITORING_RUNS,
) -> dict[str, Detection]:
    """Simulate ``runs`` launches, each with a baseline of its own that is frozen as in earnest.

    Args:
        world: what the days are drawn from, its change included.
        triggers: what rolls back.
        baseline, days: days before and after the launch.
        wait: days until the rate of a day is known.
        missing: share of the days after the launch that are lost, independently.
        runs: launches.

    Example:
        >>> quiet = detect(np.random.default_rng(1), DailyWorld(0.324, 4760, 40), Triggers(), runs=200)
        >>> quiet["rate trigger"].share < 0.2
        True
    """
    stream = simulate(rng, world, baseline=baseline, days=days, wait=wait, series=(runs,))
    frozen = Baseline.of(stream)
    if missing:
        lost = rng.random(stream.units.shape) < missing
        lost[:, : stream.launch] = False
        stream = stream.without(lost)
    marks = marked(stream, frozen, triggers)
    hits = {name: marks.found[name] for name in (*TRIGGERS, *SIGNALS)}
    hits |= {ANY_TRIGGER: marks.any_of(TRIGGERS), ANY: marks.any_of((*TRIGGERS, *SIGNALS))}
    return {name: detection_of(name, hits[name]) for name in DETECTORS}


def detection_of(name: str, hits: BoolArray, wait: int = 0) -> Detection:
    """Launches, a row of days each, on which something was seen; ``wait`` days later it is known."""
    spoke: BoolArray = np.asarray(hits.any(axis=1))
    first = np.where(spoke, hits.argmax(axis=1) + 1.0 + wait, np.inf)
    middle = float(np.sort(first)[(len(first) - 1) // 2])
    found = binomial_interval(int(spoke.sum()), len(spoke), 0.95, method="clopper-pearson")
    return Detection(name, found.share, found.low, found.high, int(middle) if np.isfinite(middle) else None)


def detections(plan: MonitoringPlan) -> dict[str, dict[str, Detection]]:
    """False alarms and delays of every detector, by planted change."""
    return {name: detect(plan.rng(1), world, plan.triggers, **watched(plan)) for name, world in plan.worlds().items()}


@dataclass(frozen=True)
class GuardDetection:
    """The trigger of one guardrail by itself.

    Attributes:
        guard: what is counted.
        mean: of it a day, as in the control.
        factor: times as many as the baseline of the weekday above which a day rolls back.
        surge: times as many that are planted in ``moved``.
        quiet: without a change.
        moved: with the surge. Days are those of the evening on which the count is known.
    """

    guard: Guarded
    mean: float
    factor: float
    surge: float
    quiet: Detection
    moved: Detection


def guard_detections(plan: MonitoringPlan) -> tuple[GuardDetection, ...]:
    """False alarms and delay of the trigger of each guardrail that is watched beside the one of the streams.

    Each has a baseline and a trigger of its own, made up as that of the first is. One that is known of a unit some days
    after its exposure is read so many days later, for as long as days are watched.
    """
    counts = enumerate(plan.guards)
    return tuple(_guarded(plan, g, n) for n, g in counts if isinstance(g, Guarded) and g.wait < plan.section.days)


def _guarded(plan: MonitoringPlan, guard: Guarded, number: int) -> GuardDetection:
    made = guard.made_up(plan.world.units)
    mean, factor, surge = made["tickets_per_day"], made["ticket_factor"], made["ticket_surge"]

    def late(times: float) -> Detection:
        world, triggers = replace(plan.world, tickets=mean, surge=times), replace(plan.triggers, tickets=factor)
        days, before = plan.section.days - guard.wait, plan.section.baseline_days
        seen = detect(plan.rng(10 + number), world, triggers, baseline=before, days=days)[TRIGGERS[1]]
        return replace(seen, day=None if seen.day is None else seen.day + guard.wait)

    return GuardDetection(guard, mean, factor, surge, late(1.0), late(surge))


@dataclass(frozen=True)
class MissingDays:
    """The rate trigger when days are lost: without a change, and at the largest planted fall."""

    quiet: Detection
    moved: Detection


def missing_days(plan: MonitoringPlan, shares: tuple[float, ...] = (0.0, 0.1, 0.3)) -> dict[float, MissingDays]:
    """:class:`MissingDays` by the share of days lost, on the launches of :func:`detections`, which the first repeats."""
    worst = min(plan.section.shifts)
    fallen = next(world for world in plan.worlds().values() if world.shift == worst)

    def trigger(world: DailyWorld, share: float) -> Detection:
        return detect(plan.rng(1), world, plan.triggers, missing=share, **watched(plan))[TRIGGERS[0]]

    return {share: MissingDays(trigger(plan.world, share), trigger(fallen, share)) for share in shares}


def watched(plan: MonitoringPlan) -> dict[str, int]:
    """Days of baseline and of launch and those that a rate is awaited, as :func:`detect` takes them."""
    return {"baseline": plan.section.baseline_days, "days": plan.section.days, "wait": plan.wait}
