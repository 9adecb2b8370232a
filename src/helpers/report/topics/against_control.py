"""What the monitoring page tells of metrics that are compared with the control arm of the ramp."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from helpers.defaults import ALPHA, MONITORING_RUNS
from helpers.experiment.monitoring.against_control import Compared, Watching
from helpers.experiment.monitoring.plan import watches_primary
from helpers.formatting import counted, formatted, inside, level, listed, stated
from helpers.report.topics.monitoring import text_found, text_joined, text_share

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.report.notebook import Notebook

CAPTION = "What no count of a day tells, against the control arm"
NEVER = "on no day: an arm is too small"


def text_bar(of: Compared) -> str:
    """Where the whole interval of the relative change must lie for a roll-back."""
    bar = stated(of.sign * of.bar, "relative") if of.bar else formatted(0.0, "share")
    return f"{'above' if of.sign > 0 else 'below'} {bar}"


def text_planted(of: Compared) -> str:
    """The harm that is simulated."""
    return stated(of.sign * of.planted, "relative")


def table(found: Sequence[Watching], study: Study) -> list[dict[str, Any]]:
    """One line a metric: what rolls back, from when on its interval is read, how often it errs and how soon it finds harm."""
    return [
        {
            "Metric": each.of.metric.label,
            "Control": level(each.of.level, each.of.metric, study.economics.currency),
            "An interval rolls back": text_joined(f"all {text_bar(each.of)}"),
            "Interval read": NEVER if each.read is None else text_joined(f"from day {each.read + each.of.wait}"),
            "Reaches at the end": "not read"
            if isnan(each.reach)
            else text_joined(f"± {formatted(each.reach, 'share')}"),
            "False alarms": text_share(each.quiet.share),
            "Found": f"{text_found(each.moved)} (at {text_joined(text_planted(each.of))})",
        }
        for each in found
    ]


def record(nb: Notebook, found: Sequence[Watching]) -> None:
    """``monitoring.compared.NAME.*``: what rolls back, how often that errs and how often it finds the planted harm."""
    for each in found:
        name, label = f"monitoring.compared.{each.of.metric.name}", each.of.metric.label
        harm = f"{text_planted(each.of)} against the control arm"
        nb.record(
            f"{name}.bar", each.of.sign * each.of.bar, "relative", f"{label}: an interval all beyond it rolls back"
        )
        nb.record(f"{name}.false_alarms", each.quiet.share, "share", f"{label}: launches rolled back without a change")
        nb.record(f"{name}.found", each.moved.share, "share", f"{label}: launches rolled back at {harm}")
        nb.record(
            f"{name}.day", each.moved.day, "number", f"{label}: median day of the roll-back at {harm}",
            reason="fewer than half of the launches have one",
        )  # fmt: skip


def note(found: Sequence[Watching], study: Study) -> str:
    """What the intervals hold, and what the launches are drawn from."""
    runs, units = formatted(MONITORING_RUNS, "count"), counted(round(found[0].ramp.units), "unit")
    pulled = [inside(each.of.metric.label) for each in found if each.of.metric.winsorize]
    later = [f"{inside(e.of.metric.label)} {counted(e.of.wait, 'day')}" for e in found if e.of.wait]
    return (
        f"each evening the interval of the relative change in the stage so far, which holds with {formatted(1 - ALPHA, 'share')} over all "
        f"stages and evenings of a metric together (asymptotic confidence sequences; a ratio as linearised by the delta method); "
        f"read where no arm is too small for values so skewed; {runs} launches each without a change and with the one planted, of {units} a day, "
        f"counted from their exposure, with mean, spread and skewness of the control"
        + (f"; extreme values of {listed(pulled)} are pulled in as in the experiment" if pulled else "")
        + (f"; known of a unit after its exposure: {listed(later)} later" if later else "")
    )


def text(found: Sequence[Watching]) -> str:
    """What is compared, what that finds, and what watches afterwards."""
    labels = listed([inside(each.of.metric.label) for each in found])
    one = len(found) == 1
    lines = [
        f"**No trigger of a day watches {labels}**, so the interval against the control arm does, as long as one is left."
    ]
    for each in found:
        days = counted(each.ramp.days, "day")
        by = f", half of all launches by day {each.moved.day}" if each.moved.day else ""
        lines.append(
            f"**{each.of.metric.label}**, {text_planted(each.of)}: {text_share(each.moved.share)} of the launches rolled back within the ramp's {days}{by}; "
            f"{text_share(each.quiet.share)} without any change."
            if each.read
            else f"**{each.of.metric.label}:** the smaller arm has too few units for its interval in every stage of the ramp, so nothing would be noticed."
        )
    lines.append(
        f"Once everyone has the change no arm is left to compare with: then nothing but the usual bounds of a day watches {'it' if one else 'them'}."
    )
    return "\n\n".join(lines)


def text_alone(reason: str, found: Sequence[Watching]) -> str:
    """Why nothing is counted day by day, and what is compared all the same."""
    if not found:
        return reason
    labels = listed([inside(each.of.metric.label) for each in found])
    return (
        f"{reason} Against the control arm of the ramp {labels} {'is' if len(found) == 1 else 'are'} compared, below."
    )


def absent(study: Study, found: Sequence[Watching]) -> str:
    """Why nothing watches a primary metric that no count of a day tells; empty where something does."""
    if found or watches_primary(study):
        return ""
    label = study.primary.label
    if study.cluster is not None:
        return f"**Nothing watches {inside(label)}:** each {study.cluster} gets the change as a whole, and a day brings no new ones to compare."
    if not any(0 < stage.share < 1 for stage in study.rollout):
        return f"**Nothing watches {inside(label)}:** no count of a day tells it, and no stage of the rollout leaves a control arm to compare with."
    return f"**Nothing watches {inside(label)}:** no count of a day tells it, and either units a day are not known or the control has no variation of it."
