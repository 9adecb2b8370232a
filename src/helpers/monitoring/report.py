"""What the monitoring page shows: its tables as rows, and the numbers it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.defaults import ALPHA, CUSUM_LIMIT, MONITORING_RUNS
from helpers.monitoring.charts import cusum, ewma
from helpers.monitoring.detection import DETECTORS, Detection, detect
from helpers.monitoring.plan import Plan
from helpers.monitoring.ramp import RampDay, ramp
from helpers.monitoring.replay import Decision, first
from helpers.monitoring.rules import NELSON, WESTERN_ELECTRIC, any_signal
from helpers.monitoring.run_length import (
    PUBLISHED,
    QUOTED,
    RunLength,
    cusum_chain,
    ewma_chain,
    rules_chain,
    run_chain,
    simulated,
)
from helpers.results import formatted
from helpers.stats.validation import BoolArray, FloatArray
from helpers.tables import badge

if TYPE_CHECKING:
    from helpers.notebook import Notebook
    from helpers.study import Study

Row = dict[str, Any]
RUNS = 4_000
"""Series behind each simulated interval between false alarms."""
TONES = {"CONTINUE": "good", "PAUSE": "warn", "ROLL BACK": "bad"}


@dataclass(frozen=True)
class FalseAlarms:
    """Points between false alarms of one rule, or of rules together, on both sides of known limits.

    Attributes:
        name: short, for the record.
        rule: in words.
        stated: exact; None where no exact value is known.
        seen: simulated.
    """

    name: str
    rule: str
    stated: float | None
    seen: RunLength


def false_alarms(plan: Plan) -> tuple[FalseAlarms, ...]:
    """Every rule without any change, as stated and as simulated.

    CUSUM is simulated from a series' start in blocks that each begin at zero, so its blocks are long.
    """
    rng = plan.rng(0)
    both = (WESTERN_ELECTRIC[0], WESTERN_ELECTRIC[3])
    rules = [
        ("rule_1", "one point beyond three sigma (Western Electric 1, Nelson 1)", WESTERN_ELECTRIC[:1]),
        ("rule_1_and_8", "three sigma, or eight in a row on one side (Western Electric 1 and 4)", both),
        ("western_electric", "all four rules of Western Electric", WESTERN_ELECTRIC),
    ]
    found = [
        FalseAlarms(
            name,
            text,
            rules_chain(which).mean,
            simulated(rng, lambda z, w=which: any_signal(w, z), RUNS),  # type: ignore[misc]
        )
        for name, text, which in rules
    ]
    nelson = simulated(rng, lambda z: any_signal(NELSON, z), RUNS)
    found.append(FalseAlarms("nelson", "all eight rules of Nelson", None, nelson))
    drift = (
        ("cusum", "CUSUM, both sides", cusum_chain().mean / 2, _cusum_alarms),
        ("ewma", "EWMA, limits for late days", ewma_chain().mean, _ewma_alarms),
    )
    found += [
        FalseAlarms(n, text, exact, simulated(rng, alarms, RUNS // 4, block=6_000)) for n, text, exact, alarms in drift
    ]
    return tuple(found)


def rules_rows(found: tuple[FalseAlarms, ...]) -> list[Row]:
    return [
        {
            "Rule": f.rule,
            "Stated": "no exact value" if f.stated is None else f"{f.stated:.1f}",
            "Simulated": f"{f.seen.mean:.1f}",
            "95 % interval": f"{f.seen.low:.1f} to {f.seen.high:.1f}",
        }
        for f in found
    ]


def rules_text(plan: Plan, found: tuple[FalseAlarms, ...]) -> str:
    """What the rules cost, and where a quoted figure is off."""
    named = {f.name: f for f in found}
    run = named["rule_1_and_8"]
    trigger = run_chain(plan.quiet, plan.triggers.days).mean
    return (
        f"**The more rules, the more false alarms:** one in {named['rule_1'].stated:.0f} points for three sigma alone, one in "
        f"{named['western_electric'].stated:.0f} for the four of Western Electric, one in {named['nelson'].seen.mean:.0f} for the "
        "eight of Nelson. So run rules warn and pause; they do not roll back.\n\n"
        f"Three sigma with a run of eight gives one in {run.stated:.1f}, as published ({PUBLISHED['WE 1, 4']:g}, Champ and Woodall "
        f"1987), and {run.seen.mean:.1f} by simulation; the figure of {QUOTED:g} that is sometimes quoted "
        f"{'lies inside that simulation’s noise but' if run.seen.holds(QUOTED) else 'lies outside that simulation’s noise, and'} "
        "is not the exact one.\n\n"
        f"The trigger on {plan.label.lower()} fires by chance about once in {trigger:,.0f} days when the baseline is known exactly; "
        "a baseline of four weeks is not, so its false alarms are simulated below."
    )


def detections(plan: Plan) -> dict[str, dict[str, Detection]]:
    """False alarms and delays of every detector, by planted change."""
    return {name: detect(plan.rng(1), world, plan.triggers, **_days(plan)) for name, world in plan.worlds().items()}


def detection_rows(found: Mapping[str, Mapping[str, Detection]]) -> list[Row]:
    """One line a detector: share of launches with an alarm and the median day of it, by planted change."""
    return [
        {"Detector": detector} | {name: _told(detectors[detector]) for name, detectors in found.items()}
        for detector in DETECTORS
    ]


def missing_rows(plan: Plan, shares: tuple[float, ...] = (0.0, 0.1, 0.3)) -> list[Row]:
    """The completion trigger when days are lost: it waits for observed days, so it comes later."""
    worst = min(plan.section.shifts)
    world = plan.worlds()[next(n for n, w in plan.worlds().items() if w.shift == worst)]
    rows = []
    for share in shares:
        quiet = detect(plan.rng(2), plan.world, plan.triggers, missing=share, **_days(plan))
        moved = detect(plan.rng(2), world, plan.triggers, missing=share, **_days(plan))
        rows.append(
            {
                "Days lost": formatted(share, "share"),
                "False alarms": formatted(quiet["completion trigger"].share, "share"),
                f"Fires at {formatted(worst, 'points')}": _told(moved["completion trigger"]),
            }
        )
    return rows


def replay_rows(replays: Mapping[str, tuple[Decision, ...]]) -> list[Row]:
    """Each stream: its last verdict, the days it was decided on, and why."""
    rows = []
    for name, decisions in replays.items():
        paused, stopped = first(decisions, "PAUSE"), first(decisions, "ROLL BACK")
        rows.append(
            {
                "Stream": name,
                "First PAUSE": f"day {paused.day}" if paused else "never",
                "ROLL BACK": f"day {stopped.day}" if stopped else "never",
                "At the end": badge(TONES[decisions[-1].verdict], decisions[-1].verdict),  # type: ignore[arg-type]
                "Why": stopped.reason if stopped else paused.reason if paused else decisions[-1].reason,
            }
        )
    return rows


def ramps(plan: Plan, study: Study) -> dict[str, tuple[RampDay, ...]]:
    """The study's ramp under each planted change, watched against the control arm that is still there."""
    stages = [(stage.share, stage.days) for stage in study.rollout]
    return {name: ramp(plan.rng(3), world, stages) for name, world in plan.worlds().items()}


def ramp_rows(found: Mapping[str, tuple[RampDay, ...]]) -> list[Row]:
    rows = []
    for name, days in found.items():
        stopped = next((d for d in days if d.verdict == "ROLL BACK"), None)
        shown = stopped or (days[-1] if days else None)
        if shown is None:
            continue
        rows.append(
            {
                "Planted": name,
                "Day": shown.day,
                "Treated": formatted(shown.share, "share"),
                "Difference": formatted(shown.absolute, "points"),
                "Sequential interval": f"{formatted(shown.low, 'points')} to {formatted(shown.high, 'points')}",
                "Tickets at least": formatted(shown.tickets_low, "points"),
                "Decision": badge(TONES[shown.verdict], shown.verdict),  # type: ignore[arg-type]
            }
        )
    return rows


def record(
    nb: Notebook,
    plan: Plan,
    alarms: tuple[FalseAlarms, ...],
    found: Mapping[str, Mapping[str, Detection]],
    replays: Mapping[str, tuple[Decision, ...]],
) -> None:
    """``monitoring.*``: false alarms, delays and the decisions of the planted streams."""
    nb.record(
        "monitoring.stated", plan.stated, "flag", "Whether the study file plans a monitoring; else its plan is made up"
    )
    nb.record("monitoring.rate", plan.section.rate, "share", f"{plan.label} without a change, as planned for")
    nb.record("monitoring.units_per_day", plan.section.units_per_day, "count", "Checkouts, or exposed units, a day")
    nb.record("monitoring.trigger", plan.triggers.text(plan.label), "text", "What rolls the change back")
    days = run_chain(plan.quiet, plan.triggers.days).mean
    nb.record(
        "monitoring.trigger_interval", days, "days", "Days between false alarms of the rate's trigger, known baseline"
    )
    for f in alarms:
        what = f"Points between false alarms: {f.rule}"
        if f.stated is not None:
            nb.record(f"monitoring.rules.{f.name}.stated", f.stated, "number", f"{what}, exact")
        nb.record(f"monitoring.rules.{f.name}.simulated", f.seen.mean, "number", f"{what}, simulated")
        nb.record(f"monitoring.rules.{f.name}.low", f.seen.low, "number", "Lower end of its 95 % interval")
        nb.record(f"monitoring.rules.{f.name}.high", f.seen.high, "number", "Upper end of its 95 % interval")
    watched = (
        f"of the launches within {plan.section.days} days, four weeks of baseline" if plan.stated else "of the launches"
    )
    for number, (name, detectors) in enumerate(found.items()):
        for detector in ("any trigger: ROLL BACK", "any signal or trigger: PAUSE or ROLL BACK"):
            key = f"monitoring.planted_{number}.{'rollback' if 'any trigger' in detector else 'pause'}"
            spoke = detectors[detector]
            nb.record(f"{key}.share", spoke.share, "share", f"Planted {name}, {detector}: share {watched}")
            told = "Median day of it" if spoke.day else "Median day of it: fewer than half of the launches have one"
            nb.record(f"{key}.day", spoke.day, "number", told)
    for number, (name, decisions) in enumerate(replays.items()):
        stopped = first(decisions, "ROLL BACK")
        nb.record(
            f"monitoring.stream_{number}.verdict", decisions[-1].verdict, "text", f"Stream with {name}: last decision"
        )
        told = f"Stream with {name}: day of the roll-back" if stopped else f"Stream with {name}: never rolled back"
        nb.record(f"monitoring.stream_{number}.day", stopped.day if stopped else None, "number", told)


def takeaway(
    plan: Plan, found: Mapping[str, Mapping[str, Detection]], replays: Mapping[str, tuple[Decision, ...]]
) -> str:
    """What watching finds, and what it cannot find."""
    told = []
    for name, detectors in found.items():
        stop = detectors["any trigger: ROLL BACK"]
        when = f"half of them by day {stop.day}" if stop.day else "fewer than half in time"
        told.append(f"{name}: {formatted(stop.share, 'share')} of the launches rolled back, {when}")
    quiet = found[next(iter(found))]["any signal or trigger: PAUSE or ROLL BACK"]
    return (
        f"Within {plan.section.days} days. {'; '.join(told)}. Without any change {formatted(quiet.share, 'share')} of the launches "
        f"{'are' if plan.section.shifts[0] == 0 else 'with the first change are'} paused or rolled back at least once. "
        f"The {len(replays)} streams above are one draw each; these shares are what to expect."
    )


def ramp_note() -> str:
    return (
        f"asymptotic confidence sequences with {formatted(1 - ALPHA, 'share')} over all stages and days together, each stage on its "
        "own units; the guardrail, units with a ticket, has an alpha of its own; the last day or the day of the roll-back"
    )


def middle(plan: Plan) -> str:
    """The planted shift that is neither clear nor hopeless: the last but one."""
    shifted = [name for name, world in plan.worlds().items() if world.surge == 1]
    return shifted[-2] if len(shifted) > 1 else shifted[0]


def detection_note(plan: Plan) -> str:
    runs = formatted(MONITORING_RUNS, "count")
    return f"{runs} launches a column, {plan.section.days} days watched; no day where fewer than half of the launches have an alarm"


def missing_note(plan: Plan) -> str:
    return (
        f"a day without data or with fewer than {formatted(plan.triggers.minimum, 'count')} units neither counts towards the days in "
        f"a row nor clears them; {plan.triggers.blind} such days in a row pause the ramp"
    )


def _days(plan: Plan) -> dict[str, int]:
    return {"baseline": plan.section.baseline_days, "days": plan.section.days}


def _told(found: Detection) -> str:
    return formatted(found.share, "share") + (f", day {found.day}" if found.day else "")


def _cusum_alarms(z: FloatArray) -> BoolArray:
    low, high = cusum(z)
    return np.asarray(np.maximum(low, high) > CUSUM_LIMIT)


def _ewma_alarms(z: FloatArray) -> BoolArray:
    return ewma(z, exact=False).outside
