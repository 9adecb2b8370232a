"""How many units, how long, and whether the machinery lies."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from helpers.config import Study, Variant
from helpers.config.assumed import is_panel
from helpers.defaults import FALSE_DOUBT
from helpers.experiment.decision.claims import subject
from helpers.experiment.decision.conditions import conditions, scope
from helpers.experiment.design import LEAKS, PlannedExperiment, alpha_each, sign
from helpers.experiment.rerandomisation import Rerandomised
from helpers.formatting import LEVEL, NO_INTERVAL, Unit, finite, formatted, inside, interval, listed, with_interval
from helpers.report import base
from helpers.report.base import Base
from helpers.report.tables import Row, mark
from helpers.report.topics import assumed, rowless
from helpers.report.topics.effects import text_margin
from helpers.stats.adjustment.cuped import VarianceReduction
from helpers.stats.bayes.posterior import false_positive_risk
from helpers.stats.binomial import MonteCarlo, monte_carlo
from helpers.stats.comparisons.effects import Effect
from helpers.stats.design.plan import Plan

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook


def _counted_from(study: Study) -> str:
    """From when on a unit counts as exposed, in words."""
    if study.rowless:
        return "exposed as counted by whoever made the table"
    if study.is_unit_table:
        return f"exposed, as {'the table holds nobody else' if is_panel(study) else 'each row of the table is'}"
    return f"from the first {study.exposure} on"


def _unit(study: Study) -> str:
    """What is compared, in a word; of a table of units it may be anything that has rows, and of a panel it has several."""
    if not study.is_unit_table:
        return "user"
    return f"unit ({study.in_table})" if is_panel(study) else "unit"


def table(study: Study) -> list[Row]:
    """The experiment on one page."""
    arms = "; ".join(": ".join(filter(None, [_weighed(v), v.description])) for v in study.variants)
    guardrails = "; ".join(
        f"{m.label}, {text_margin(m, study.economics.currency)}" for m in study.metrics if m.role == "guardrail"
    )
    return [
        {"Item": "Hypothesis", "Content": "not stated" if study.assumes("hypothesis") else study.hypothesis},
        {"Item": "Variants", "Content": arms},
        {
            "Item": "Unit, exposure",
            "Content": f"{_unit(study)}{', randomised by ' + study.cluster if study.cluster else ''}; {_counted_from(study)}",
        },
        {"Item": "Primary metric", "Content": study.primary.label},
        {
            "Item": "Secondary metrics",
            "Content": ", ".join(m.label for m in study.metrics if m.role == "secondary") or "none",
        },
        {"Item": "Guardrails", "Content": guardrails or "none"},
        {"Item": "Ships when", "Content": text_rule(study)},
        {"Item": "False-positive risk", "Content": text_false_positives(study)},
        {"Item": "Salt", "Content": study.salt},
    ]


def _weighed(variant: Variant) -> str:
    return f"{variant.name} ({formatted(variant.weight, 'share')})"


def text_rule(study: Study) -> str:
    """All that the rule asks of this study, in the words of the decision."""
    asked = conditions(study.decision, scope(study))
    return "; ".join(f"{inside(each.name)}: {each.required}" for each in asked)


def text_false_positives(study: Study) -> str:
    """What the design alone says of a significant win, before any data."""
    rule = study.decision
    return (
        f"{formatted(_false_positives(study), 'share')} of significant wins are none, where {formatted(rule.prior.improve, 'share')} of ideas help and the "
        f"test finds them with {formatted(study.design.power, 'share')} power at alpha {alpha_each(study):.2g}"
        f"{', which each treatment has' if len(study.treatments) > 1 else ''}"
    )


def _false_positives(study: Study) -> float:
    rule = study.decision
    return false_positive_risk(alpha_each(study), study.design.power, rule.prior.improve)


def table_plans(found: PlannedExperiment, study: Study) -> list[Row]:
    """Sample sizes by split, the one in use among them; of clusters with the units that so many hold."""
    return [
        {
            "Control : treatment": f"{p.ratio} (in use)" if p == found.plan else p.ratio,
            "Control": f"{p.n_arms[0]:,}",
            "Treatment": " + ".join(f"{n:,}" for n in p.n_arms[1:]),
            "In all": f"{p.n_total:,}",
            "Exact": f"{p.n_exact:,.1f}",
            **({} if study.cluster is None else {"Units in them": f"{p.n_total * found.each:,.0f}"}),
            "Runs for": duration,
        }
        for _, p, duration in found.splits
    ]


def caption_sizes(study: Study) -> str:
    """What the table of sizes counts."""
    return f"{study.randomised.capitalize()} by split"


def caption_detectable(study: Study) -> str:
    """What the lines of the figure of detectable effects are."""
    return f"Lines: smallest detectable effect by number of {study.randomised}, one for each split"


def table_milestones(study: Study) -> list[Row]:
    return [
        {"Days": m.days, "Milestone": m.milestone, "Success": m.success, "Tripwire": m.tripwire}
        for m in study.milestones
    ]


def note_milestones(study: Study) -> str | None:
    """That nobody stated the milestones, where that is so."""
    return assumed.note_plan(study, "milestones").capitalize() or None


def table_error_rates(found: Rerandomised) -> list[Row]:
    """Error rates over the re-salted experiments."""
    return [
        {
            "What": c.name,
            "Promised": formatted(c.nominal, "share"),
            "Seen": formatted(c.observed, "share"),
            "95 % interval": interval(c.low, c.high, "share"),
            "Verdict": mark(not _is_off(c, found), "as promised" if c.ok else "within chance", "off"),
        }
        for c in _checks(found)
    ]


def table_cuped(found: Mapping[str, tuple[Effect, Effect, VarianceReduction]], study: Study) -> list[Row]:
    """Plain and adjusted effects, and the variance left."""
    return [
        {
            "Metric": study.metric(name).label,
            **units,
            "Variance left": formatted(reduction.share_remaining, "share"),
            "Plain, which decides": with_interval(plain.relative, plain.relative_low, plain.relative_high, "relative"),
            "Adjusted": with_interval(adjusted.relative, adjusted.relative_low, adjusted.relative_high, "relative"),
            "Saves units in a next test": _saves(reduction),
        }
        for (name, (plain, adjusted, reduction)), units in zip(
            found.items(), base.column(_bases(found, study), study), strict=True
        )
    ]


def _saves(reduction: VarianceReduction) -> str:
    if reduction.note == LEAKS:
        return f"no: {LEAKS}"
    return "yes" if reduction.gains else "no: gains nothing"


def _bases(found: Mapping[str, tuple[Effect, Effect, VarianceReduction]], study: Study) -> list[Base]:
    return [Base.under(study.metric(name), plain) for name, (plain, _, _) in found.items()]


SIZES: Mapping[str, tuple[Callable[[Plan], float], Unit | None, str]] = {
    "baseline": (lambda p: p.baseline, None, "Primary metric of exposed units that the design rests on"),
    "minimum_detectable": (lambda p: p.relative, "relative", "Relative effect the design is to find"),
    "n_total": (
        lambda p: p.n_total,
        "count",
        "Units (clusters where they were randomised) in all that reach the planned power",
    ),
    "n_control": (lambda p: p.n_arms[0], "count", "Of them in the control"),
    "n_treatment": (lambda p: p.n_arms[1], "count", "Of them in the treatment"),
    "n_exact": (lambda p: p.n_exact, "number", "The same before rounding up"),
    "power": (lambda p: p.power, "share", "Planned power"),
}
"""What a report records of a plan under ``design.NAME``; without a unit, that of the metric."""


def record(nb: Notebook, found: PlannedExperiment) -> None:
    """``design.*``: planned size, duration and what the units at hand could find; none, with the reason, without a plan."""
    plan, days, weeks, note = found.plan, found.days, found.weeks, found.note
    for name, (value, kind, meaning) in SIZES.items():
        nb.record(
            f"design.{name}",
            None if plan is None else value(plan),
            kind or LEVEL[nb.study.primary.unit],
            meaning,
            reason=found.reason,
        )
    nb.record(
        "design.false_positive_risk",
        _false_positives(nb.study),
        "share",
        "Share of significant wins that are none, by level, power and prior alone",
    )
    nb.record("design.days", days, "days", "Days until as many units were exposed", reason=note)
    nb.record("design.weeks", weeks, "weeks", "Whole weeks to run", reason=note)
    nb.record(
        "design.detectable_now",
        found.detectable_now,
        "relative",
        "Smallest relative effect that the exposed units find with the planned power",
        reason=found.reason or TOO_FEW,
    )


TABLES = 2
"""Tables of error rates in a report: of the A/A test, and of the re-runs."""
TOO_FEW = "they are too few to find any effect with that power"


def caption_plans(found: PlannedExperiment, study: Study) -> str:
    """What the sizes are for; where the study asks for more than a proportion can give, it says so."""
    asked, label = sign(study) * study.design.minimum_detectable, inside(study.primary.label)
    said = f"for a relative effect of {formatted(found.effect, 'relative')} on {label}, {base.windows([study.primary], study)}"
    if abs(found.effect) < abs(asked):
        said += (
            f"; the {formatted(asked, 'relative')} of the study would pass {'100 %' if asked > 0 else 'zero'}, so the nearest effect that can be reached"
            " is planned for"
        )
    if study.cluster is not None:
        said += f"; sizes count clusters, each a {study.cluster}, of {formatted(found.each, 'number')} units on average"
    return said


def text_absent(reason: str) -> str:
    """Why a part of the design is missing, as a sentence."""
    return f"{reason[0].upper()}{reason[1:]}."


def record_error_rates(nb: Notebook, prefix: str, found: Rerandomised | None, reason: str = "") -> None:
    """Error rates over re-salted experiments; none, with the reason, where there were none."""
    if found is None:
        nb.record(f"{prefix}.runs", None, "count", "Experiments re-salted on the exposed units", reason=reason)
        return
    nb.record(f"{prefix}.runs", found.runs, "count", "Experiments re-salted on the exposed units")
    rates = {"false_positives": found.false_positives, "srm_alarms": found.srm_alarms, "coverage": found.coverage}
    for name, rate in rates.items():
        if rate is not None:
            nb.record(
                f"{prefix}.{name}",
                rate.observed,
                "share",
                f"{rate.name}: share of the experiments, nominal {nb.say(rate.nominal, 'share')}",
            )
            nb.record(f"{prefix}.{name}_low", rate.low, "share", "Lower end of its 95 % interval")
            nb.record(f"{prefix}.{name}_high", rate.high, "share", "Upper end of its 95 % interval")


def record_cuped(nb: Notebook, found: Mapping[str, tuple[Effect, Effect, VarianceReduction]], arm: str = "") -> None:
    """``cuped.*``: variance left after adjustment by the baseline; of ``arm`` where there are several."""
    for name, (_, adjusted, reduction) in found.items():
        label = subject(inside(nb.study.metric(name).label), arm)
        nb.record(
            f"cuped.{name}.variance_left",
            finite(reduction.share_remaining),
            "share",
            f"Variance of {label} left after CUPED",
            reason="outcome or history is the same for every unit",
        )
        nb.record(
            f"cuped.{name}.relative",
            finite(adjusted.relative),
            "relative",
            f"Adjusted relative effect on {label}",
            reason=adjusted.note or NO_INTERVAL,
        )


def note_rerun(study: Study, found: Rerandomised) -> str:
    """What the re-runs are made of, and what follows where a rate is off."""
    treated = ", now with the planted uplift for coverage" if study.mode == "offline" else ", whose true effect is none"
    return "; ".join(filter(None, ["the first of the assignments of the A/A test" + treated, text_off(found)]))


def text_off(found: Rerandomised) -> str:
    """What a rate that is off means, in a clause; empty where all are as promised."""
    off = [c for c in _checks(found) if _is_off(c, found)]
    told = [
        f"{c.name.lower()} {formatted(c.observed, 'share')} of the time, not {formatted(c.nominal, 'share')}"
        for c in off
    ]
    doubt = "read what rests on it with that doubt" if len(off) == 1 else "read what rests on them with that doubt"
    return f"off by more than chance explains: {listed(told)}; {doubt}" if off else ""


def _is_off(check: MonteCarlo, found: Rerandomised) -> bool:
    """Whether a rate is off by more than chance explains in one of all that a report tries.

    A report has two tables of them, and in each of few rates some would stray by chance once in a while: together they
    do in no more than ``FALSE_DOUBT`` of the reports (Bonferroni).
    """
    level, hits = FALSE_DOUBT / (TABLES * len(_checks(found))), round(check.observed * check.runs)
    return not monte_carlo(check.name, check.nominal, hits, check.runs, confidence=1 - level).ok


def _checks(found: Rerandomised) -> list[MonteCarlo]:
    return [found.false_positives, found.srm_alarms, *([found.coverage] if found.coverage else [])]


PLAIN_DECIDES = (
    "This test is decided by the plain effect all the same, as every report is: whoever may choose between two estimates "
    "of one effect when both are known has two chances of a false alarm."
)
"""Which estimate decides, and why."""


def text_cuped(found: Mapping[str, tuple[Effect, Effect, VarianceReduction]], study: Study) -> str:
    """In a sentence what adjustment by the baseline gains, metric by metric; empty without a covariate."""
    said = []
    for name, (_, _, reduction) in found.items():
        metric, left = study.metric(name).label, formatted(reduction.share_remaining, "share")
        if math.isnan(reduction.share_remaining):
            said.append(f"**{metric}.** There is no variance to adjust: outcome or history is the same for every unit.")
        elif reduction.note == LEAKS:
            said.append(f"**{metric}.** The adjustment leaves {left} of the variance, but {LEAKS}.")
        elif reduction.gains:
            said.append(
                f"**{metric}.** The adjustment leaves {left} of the variance, so that share of the units would tell as much. "
                f"{PLAIN_DECIDES}"
            )
        else:
            said.append(
                f"**{metric}.** The adjustment leaves {left} of the variance: it gains nothing, because what units did before"
                " hardly tells what they do in the experiment. The plain effect is the one to read."
            )
    return "\n\n".join(said)


def note_cuped(found: Mapping[str, tuple[Effect, Effect, VarianceReduction]], study: Study) -> str:
    """What both effects stand on, and of which days the history is."""
    said = base.text(_bases(found, study), study)
    if not said:
        return ""
    history = "as the table has it" if study.is_unit_table else f"before {study.period.start:%Y-%m-%d}"
    return f"{said}; history: {history}"


def caption_cuped(study: Study, arm: str = "") -> str:
    """What the table of adjusted effects shows, of which ``arm`` where there are several, or why it is empty."""
    if study.rowless:
        return rowless.absent(study, rowless.HISTORY).rstrip(".")
    if study.period.baseline is None:
        return "The study states no period.baseline, so no history is read: nothing to adjust by"
    if not any(metric.covariate for metric in study.metrics):
        return "No metric has a covariate: nothing to adjust by"
    of = f" of {arm}" if arm else ""
    return f"Variance left after adjustment by the baseline, and the effect{of} with and without it"
