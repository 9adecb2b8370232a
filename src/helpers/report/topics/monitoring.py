"""What the monitoring page shows: its tables as rows, and the numbers it keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from helpers.defaults import ALPHA, MONITORING_RUNS
from helpers.experiment.monitoring.detection import (
    ANY,
    ANY_TRIGGER,
    DETECTORS,
    Detection,
    GuardDetection,
    MissingDays,
)
from helpers.experiment.monitoring.false_alarms import FalseAlarms, _seldom
from helpers.experiment.monitoring.guarded import Guarded, Uncounted
from helpers.experiment.monitoring.plan import OWN, MonitoringPlan
from helpers.experiment.monitoring.ramp import FEWEST, RampDay
from helpers.experiment.monitoring.replay import TRIGGERS, DailyDecision, first
from helpers.experiment.monitoring.run_length import (
    PUBLISHED,
    QUOTED,
    run_chain,
)
from helpers.experiment.monitoring.size import Size
from helpers.formatting import counted, finite, formatted, inside, listed, shift, span
from helpers.report.tables import badge

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.report.notebook import Notebook

Row = dict[str, Any]
AWAITED = "not yet known"
TONES = {"CONTINUE": "good", "PAUSE": "warn", "ROLL BACK": "bad"}


def table(found: Mapping[str, Mapping[str, Detection]], plan: MonitoringPlan) -> list[Row]:
    """One line a detector: share of launches with an alarm and the median day of it, by planted change."""
    return [
        {"Detector": plan.triggers.named(detector)}
        | {text_joined(name): text_found(detectors[detector]) for name, detectors in found.items()}
        for detector in DETECTORS
    ]


def table_guards(found: Sequence[GuardDetection], plan: MonitoringPlan) -> list[Row]:
    """One line a guardrail beside the one of the streams: its trigger, how often that errs, and how soon it finds a surge."""
    return [
        {
            "Counted": each.guard.called,
            "A day": formatted(each.mean, "number"),
            "Rolls back above": text_joined(f"{each.factor:.2f} times"),
            "Known": f"{counted(each.guard.wait, 'day')} later" if each.guard.wait else "that evening",
            "False alarms": text_share(each.quiet.share),
            "Found": text_found(each.moved) + f" (at {each.surge:.2f} times)",
        }
        for each in found
    ]


def record_guards(nb: Notebook, found: Sequence[GuardDetection]) -> None:
    """``monitoring.guardrails.NAME.*``: the trigger of each guardrail beside the one of the streams, and how often it errs."""
    for each in found:
        name = f"monitoring.guardrails.{each.guard.metric.name}"
        label = f"{each.guard.called[:1].upper()}{each.guard.called[1:]}"
        nb.record(f"{name}.factor", each.factor, "number", f"{label}: times the baseline above which a day rolls back")
        nb.record(f"{name}.false_alarms", each.quiet.share, "share", f"{label}: launches rolled back without a change")
        nb.record(
            f"{name}.found",
            each.moved.share,
            "share",
            f"{label}: launches rolled back where they rise to {each.surge:.2f} times",
        )


def note_guards(plan: MonitoringPlan) -> str:
    """What the triggers of the guardrails are, and that they err apart."""
    return (
        f"a day: in the control; times: of the baseline; within {plan.section.days} days: each trigger by itself, on {formatted(MONITORING_RUNS, 'count')} launches with a baseline of "
        f"{plan.section.baseline_days} days: the margin of the guardrail and the chance of a day; false alarms of several add up"
    )


def text_guards(plan: MonitoringPlan, compared: Collection[str] = ()) -> str:
    """Which guardrails nothing watches, and why; empty where each is, those that are ``compared`` with a control arm among them."""
    told = []
    for each in plan.guards:
        if each.metric.name in compared:
            continue
        why = each.why if isinstance(each, Uncounted) else ""
        if not why and isinstance(each, Guarded) and each.wait >= plan.section.days:
            why = f"it is known of a unit {counted(each.wait, 'day')} after its exposure, and {plan.section.days} days are watched"
        told += [f"{inside(each.metric.label)} ({why})"] if why else []
    if not told:
        return ""
    are = "guardrail is" if len(told) == 1 else "guardrails are"
    return f"**What no trigger watches.** {len(told)} {are} compared in the experiment alone: {listed(told)}. What is looked at each day without a trigger stands with the decision."


def table_missing(plan: MonitoringPlan, found: Mapping[float, MissingDays]) -> list[Row]:
    """The rate trigger when days are lost: it waits for observed days, so it comes later."""
    fall = text_joined(shift(min(plan.section.shifts)))
    return [
        {
            "Days lost": formatted(share, "share"),
            "False alarms": text_share(seen.quiet.share),
            f"Fires at {fall}": text_found(seen.moved),
        }
        for share, seen in found.items()
    ]


def table_sizes(found: tuple[Size, ...], called: str) -> list[Row]:
    """One line a size: what the triggers would be worth with fewer units a day, and with more."""
    return [
        {
            "Units a day": formatted(size.units, "count"),
            f"{called.capitalize()} a day": f"{size.tickets:,.0f}",
            "False alarms, rate": text_share(size.quiet[TRIGGERS[0]].share),
            f"False alarms, {called}": text_share(size.quiet[TRIGGERS[1]].share),
            "Largest fall found": text_found(size.moved),
        }
        for size in found
    ]


def record_absent(nb: Notebook, reason: str) -> None:
    """``monitoring.*`` of a study of which nothing can be watched."""
    nb.record("monitoring.stated", False, "flag", "Whether the study file plans a monitoring; else its plan is made up")
    nb.record("monitoring.rate", None, "share", "The share that is watched", reason=reason.rstrip("."))
    nb.record("monitoring.trigger", None, "text", "What rolls the change back", reason=reason.rstrip("."))


def record_sizes(nb: Notebook, needed: Mapping[str, int | None], plan: MonitoringPlan | None) -> None:
    """``monitoring.minimum.*``: units a day that each trigger needs."""
    for name, key in zip(TRIGGERS, ("rate", "tickets"), strict=True):
        if name not in needed:
            continue
        units = needed[name]
        trigger = plan.triggers.named(name) if plan else name
        what = f"Units a day from which the {trigger} errs on at most {formatted(ALPHA, 'share')} of the launches"
        nb.record(f"monitoring.minimum.{key}", units, "count", what, reason="none of those tried is enough")


def text_sizes(plan: MonitoringPlan, needed: Mapping[str, int | None]) -> str:
    """What follows from the units a day that each trigger needs."""
    told = []
    for name in TRIGGERS:
        units = needed[name]
        enough = units is not None and plan.world.units >= units
        needs = f"about {counted(units, 'unit')} a day" if units else "more units a day than were tried"
        told.append(f"the {plan.triggers.named(name)} needs {needs}{'' if enough else ', **more than there are**'}")
    return (
        f"**A trigger must be able to afford its size.** To roll back at most {formatted(ALPHA, 'share')} of the harmless launches "
        f"within {plan.section.days} days, {' and '.join(told)}; the plan has {formatted(plan.world.units, 'count')}. "
        "With fewer, widen the drop, ask for more days in a row, or watch weeks instead of days."
    )


def table_replay(replays: Mapping[str, tuple[DailyDecision, ...]], plan: MonitoringPlan) -> list[Row]:
    """Each stream: the first day it was paused and what for, the day it was rolled back, its last state and why that."""
    rows = []
    for name, decisions in replays.items():
        paused, stopped = first(decisions, "PAUSE"), first(decisions, "ROLL BACK")
        rows.append(
            {
                "Stream": text_joined(name),
                "First PAUSE": _paused(paused) if paused else "never",
                "ROLL BACK": f"day\u00a0{stopped.day}{_falsely(name, plan)}" if stopped else "never",
                "At the end": badge(TONES[decisions[-1].verdict], decisions[-1].verdict),  # type: ignore[arg-type]
                "Why at the end": stopped.reason if stopped else decisions[-1].reason,
            }
        )
    return rows


def _paused(found: DailyDecision) -> str:
    """A day on which a stream is paused, and what was seen on it."""
    return f"day\u00a0{found.day}: {listed(list(found.signals)) or 'too few data'}"


def note_replay(plan: MonitoringPlan, logged: int, confirmed: int) -> str:
    return (
        f"rolls back: {plan.triggers.text(plan.label)}; {formatted(confirmed, 'count')} of the {formatted(logged, 'count')} "
        "decisions in monitoring.jsonl come out the same from the log alone, each from the days up to its own evening"
    )


def table_ramp(found: Mapping[str, tuple[RampDay, ...]], plan: MonitoringPlan) -> list[Row]:
    rows = []
    for name, days in found.items():
        stopped = next((d for d in days if d.verdict == "ROLL BACK"), None)
        shown = stopped or (days[-1] if days else None)
        if shown is None:
            continue
        rows.append(
            {
                "Planted": text_joined(name),
                "Day": f"{shown.day}{_falsely(name, plan) if stopped else ''}",
                "Treated": formatted(shown.share, "share"),
                "Difference": shift(shown.absolute) if isfinite(shown.absolute) else AWAITED,
                "Sequential interval": span(shown.low, shown.high, "points") if isfinite(shown.high) else AWAITED,
                f"{plan.triggers.called.capitalize()} at least": shift(shown.tickets_low)
                if isfinite(shown.tickets_low)
                else AWAITED,
                "Decision": badge(TONES[shown.verdict], shown.verdict),  # type: ignore[arg-type]
            }
        )
    return rows


def record(
    nb: Notebook,
    plan: MonitoringPlan,
    alarms: tuple[FalseAlarms, ...],
    found: Mapping[str, Mapping[str, Detection]],
    replays: Mapping[str, tuple[DailyDecision, ...]],
) -> None:
    """``monitoring.*``: false alarms, delays and the decisions of the planted streams."""
    nb.record(
        "monitoring.stated", plan.stated, "flag", "Whether the study file plans a monitoring; else its plan is made up"
    )
    nb.record("monitoring.rate", plan.world.rate, "share", f"{plan.label} without a change, as planned for")
    nb.record("monitoring.units_per_day", plan.world.units, "count", "Units a day")
    nb.record("monitoring.trigger", plan.triggers.text(plan.label), "text", "What rolls the change back")
    days = run_chain(plan.quiet, plan.triggers.days).mean
    nb.record(
        "monitoring.trigger_interval", finite(days), "days",
        "Days between false alarms of the rate's trigger, known baseline", reason="so seldom that no number tells it from never",
    )  # fmt: skip
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
            nb.record(
                f"{key}.day", spoke.day, "number", "Median day of it", reason="fewer than half of the launches have one"
            )
    for number, (name, decisions) in enumerate(replays.items()):
        stopped = first(decisions, "ROLL BACK")
        nb.record(
            f"monitoring.stream_{number}.verdict", decisions[-1].verdict, "text", f"Stream with {name}: last decision"
        )
        day, told = stopped.day if stopped else None, f"Stream with {name}: day of the roll-back"
        nb.record(f"monitoring.stream_{number}.day", day, "number", told, reason="it was never rolled back")


def text(
    plan: MonitoringPlan, found: Mapping[str, Mapping[str, Detection]], replays: Mapping[str, tuple[DailyDecision, ...]]
) -> str:
    """What watching finds, and what it cannot find."""
    lines = [f"**Within {plan.section.days} days of the launch, of {formatted(MONITORING_RUNS, 'count')} simulated:**"]
    for name, detectors in found.items():
        stop, any_sign = detectors[ANY_TRIGGER], detectors[ANY]
        when = f", half of all launches by day {stop.day}" if stop.day else ""
        wrong = " by mistake" if plan.falsely(name) else ""
        lines.append(
            f"**{name}:** {text_share(stop.share)} rolled back{wrong}{when}; {text_share(any_sign.share)} rolled back or paused."
        )
    own = replays.get(OWN)
    if own:
        stopped = first(own, "ROLL BACK")
        ends = (
            f"rolled back on day {stopped.day}" if stopped else f"not rolled back; its last day says {own[-1].verdict}"
        )
        lines.append(f"The study's own stream was {ends}.")
    planted = len(replays) - (own is not None)
    lines.append(f"The {planted} planted streams above are one draw; these shares are what to expect.")
    return "\n\n".join(lines)


def text_fall(plan: MonitoringPlan) -> str:
    """The largest planted fall, in words."""
    return f"{shift(min(plan.section.shifts))} from the launch on"


def absent_ramp() -> str:
    """Why no ramp is watched."""
    return "The study ships to everyone at once, so no control arm is left to compare with during a ramp."


def note_ramp(plan: MonitoringPlan, study: Study) -> str:
    """What the intervals of the ramp hold, and which stages are over before anything is known of their rate."""
    blind = [stage for stage in study.rollout if 0 < stage.share < 1 and stage.days <= plan.wait]
    shares = listed([formatted(stage.share, "share") for stage in blind])
    ends = "stage" if len(blind) == 1 else "stages"
    unseen = (
        f"; the {ends} of {shares} {'ends' if len(blind) == 1 else 'end'} before any rate of its own is known, "
        f"{counted(plan.wait, 'day')} after it began: {plan.triggers.called} alone can hold it up"
    )
    return (
        f"asymptotic confidence sequences with {formatted(1 - ALPHA, 'share')} over all stages and days together, each stage on its "
        f"own units, read once each arm has {FEWEST} units with the outcome and {FEWEST} without; the guardrail, more units with "
        f"{plan.triggers.called}, has an alpha of its own; the last day or the day of the roll-back"
        f"{unseen if blind else ''}"
    )


def note(plan: MonitoringPlan) -> str:
    runs = formatted(MONITORING_RUNS, "count")
    known = f", from day {plan.wait + 1} on with a rate" if plan.wait else ""
    return (
        f"{runs} launches a column, {plan.section.days} days watched{known}; no day where fewer than half of the launches "
        f"have an alarm{_apart(plan)}"
    )


def _apart(plan: MonitoringPlan) -> str:
    """Which guardrails' triggers are not among "any trigger": each has a line in a table of its own."""
    others = [each.called for each in plan.guards if isinstance(each, Guarded) and each.wait < plan.section.days]
    if not others:
        return ""
    return f"; any trigger: one of those above, without {listed(others)}, whose trigger{'s' if len(others) > 1 else ''} the table of the guardrails has"


def note_missing(plan: MonitoringPlan) -> str:
    return (
        f"a day without data or with fewer than {formatted(plan.triggers.minimum, 'count')} units neither counts towards the days in "
        f"a row nor clears them; {plan.triggers.blind} such days in a row pause the ramp"
    )


def text_found(found: Detection) -> str:
    """Share of the launches with an alarm, and its median day."""
    return text_share(found.share) + (f",\u00a0day\u00a0{found.day}" if found.day else "")


def text_share(share: float) -> str:
    """No more digits than the number of simulated launches carries; one that is not whole does not read so."""
    digits = 2 if 0.1 <= share <= 0.99 else 3 if 0.01 <= share <= 0.999 else 4
    rounded = round(share, digits)
    if rounded != share and rounded in (0, 1):
        return text_joined("< 0.1 %" if rounded == 0 else "> 99.9 %")
    return text_joined(formatted(rounded, "share"))


def _falsely(name: str, plan: MonitoringPlan) -> str:
    """What a roll-back of a stream is called beside its day."""
    return ", a false alarm" if plan.falsely(name) else ""


def text_joined(text: str) -> str:
    """A text that no line breaks."""
    return text.replace(" ", "\u00a0")


def table_rules(found: tuple[FalseAlarms, ...]) -> list[dict[str, Any]]:
    """One line a rule: stated, simulated, and the interval of the simulation."""
    return [
        {
            "Rule": f.rule,
            "Stated": "no exact value" if f.stated is None else f"{f.stated:.1f}",
            "Simulated": f"{f.seen.mean:.1f}",
            "95 % interval": f"{f.seen.low:.1f} to {f.seen.high:.1f}",
        }
        for f in found
    ]


def text_rules(plan: MonitoringPlan, found: tuple[FalseAlarms, ...]) -> str:
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
        f"The trigger on {inside(plan.label)} fires by chance {_seldom(trigger)} when the baseline is known exactly; "
        "a baseline of four weeks is not, so its false alarms are simulated below."
    )


def text_caution(plan: MonitoringPlan) -> str:
    """What a reader must know about where the days come from."""
    size = f"{formatted(plan.world.rate, 'share')} and {formatted(plan.world.units, 'count')} units a day"
    measured = f"; the control of the experiment had {plan.measured}" if plan.measured else ""
    if plan.stated:
        own = " The study's own stream is replayed beside them." if plan.section.stream else ""
        return (
            "Simulated: the days after the launch are drawn from the study's monitoring section, with planted changes. "
            f"It is planned for {inside(plan.label)} of {size}{measured}.{own} {_known(plan)}"
        )
    return (
        "Simulated plan: the study file has no monitoring section, so no monitoring is planned. The page shows what "
        f"watching {inside(plan.label)} would be like at {size}, {plan.pace}; "
        f"the trigger and the shifts are made up to suit that rate and its daily noise{_counted(plan)}. {_known(plan)}"
    )


def _counted(plan: MonitoringPlan) -> str:
    """What is counted beside the rate of a plan that nobody stated: a guardrail of the study, or what stands for any trouble."""
    if plan.guardrail:
        return (
            f"; {plan.triggers.called}, a guardrail of the study, are as many as in its control and roll back beyond its margin and the"
            " chance of a day"
        )
    return (
        f", and {plan.triggers.called}, which stand for whatever count of trouble a day there is and come from no metric of the study,"
        " are an assumption"
    )


def _known(plan: MonitoringPlan) -> str:
    """When the outcome of a day is known, on which every delay of the page rests."""
    if not plan.wait:
        return "The outcome of a day is taken as known on its evening; where it comes later, so does every alarm."
    wait = counted(plan.wait, "day")
    return (
        f"{plan.label} is known of a unit {wait} after its exposure, so the rate of a day is known {wait} later, that of the "
        f"first on day {plan.wait + 1}; {plan.triggers.called} are known at once. Every day told here is that of the evening on which it is known."
    )
