"""Tables of the report: results as rows of text, one function a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.config import EXPOSED
from helpers.config.tracking_plan import EXPERIMENT_EVENTS, TrackingPlan
from helpers.defaults import ALPHA
from helpers.record import Unit, formatted, plural, unsigned
from helpers.report.tables import Badge, badge

if TYPE_CHECKING:
    import pandas as pd

    from helpers.config import Metric, Study
    from helpers.experiment.decision.rule import Decision
    from helpers.experiment.decision.value import Value
    from helpers.experiment.funnel import Funnel
    from helpers.experiment.results import MetricEffect, Resalted
    from helpers.experiment.segments import Decomposition, SegmentRate
    from helpers.experiment.surrogate import Surrogacy
    from helpers.experiment.survival import Survival
    from helpers.stats import BinomialInterval, Effect, Heterogeneity, NonInferiority, Plan, VarianceReduction
    from helpers.stats.estimate import Estimate

Row = dict[str, Any]
PER = 100
"""Units of a proxy for which a slope is told, so that cents do not vanish."""


def mark(passed: bool, yes: str = "passed", no: str = "failed") -> Badge:
    return badge("good", yes) if passed else badge("bad", no)


def interval(low: float, high: float, unit: Unit, currency: str = "EUR") -> str:
    """An interval as text, open where it has no bound."""
    left = "no bound" if math.isinf(low) or math.isnan(low) else formatted(low, unit, currency)
    right = "no bound" if math.isinf(high) or math.isnan(high) else formatted(high, unit, currency)
    return f"{left} to {right}"


def with_interval(value: float, low: float, high: float, unit: Unit, currency: str = "EUR") -> str:
    """A value with its interval behind it.

    >>> with_interval(0.05, 0.0164, 0.1128, "share")
    '5 % (1.64 % to 11.28 %)'
    """
    return f"{formatted(value, unit, currency)} ({interval(low, high, unit, currency)})"


def share(found: BinomialInterval) -> str:
    """A share with its interval behind it."""
    return with_interval(found.share, found.low, found.high, "share")


def level(value: float, metric: Metric, currency: str) -> str:
    """A metric's value in one arm."""
    unit: Unit = {"share": "share", "money": "price", "seconds": "seconds", "count": "number"}[metric.unit]  # type: ignore[assignment]
    return formatted(None if math.isnan(value) else value, unit, currency)


def difference(value: float, metric: Metric, currency: str) -> str:
    """A change of a metric on its own scale."""
    unit: Unit = {"share": "points", "money": "price", "seconds": "number", "count": "number"}[metric.unit]  # type: ignore[assignment]
    return formatted(None if math.isnan(value) else value, unit, currency)


def contracts(plan: TrackingPlan) -> list[Row]:
    """What each planned event must carry; an experiment on a unit table fires none of its own."""
    rows = [
        {
            "Event": name,
            "When": event.description,
            "Required": ", ".join(p for p, rule in event.properties.items() if rule.required),
            "Optional": ", ".join(p for p, rule in event.properties.items() if not rule.required) or "none",
        }
        for name, event in plan.events.items()
    ]
    return rows + [
        {"Event": name, "When": _EXPERIMENT[name], "Required": ", ".join(required), "Optional": "none"}
        for name, required in EXPERIMENT_EVENTS.items()
        if name not in plan.events and EXPOSED not in plan.events
    ]


_EXPERIMENT = {
    "experiment_impression": "A unit met its variant (offline: made from the assignment)",
    "experiment_conversion": "An order after that, with its revenue as price (made from the log)",
    "experiment_session": "A visit after that, with its length (made from the log)",
}


def row_flow(flow: pd.DataFrame, ledger: Mapping[str, int] | None) -> list[Row]:
    """Rows by kind, beside the ledger of planted dirt when there is one."""
    rows = []
    for r in flow.itertuples(index=False):
        row: Row = {"Kind": r.kind.replace("_", " "), "What became of it": r.disposition, "Rows": f"{r.rows:,}"}
        if ledger is not None:
            planted = ledger.get(r.kind)
            row["Planted"] = "" if planted is None else f"{planted:,}"
            row["Difference"] = "" if planted is None else f"{r.rows - planted:+,}".replace("+0", "0")
        if r.rows or (ledger or {}).get(r.kind):
            rows.append(row)
    return rows


def violations(found: pd.DataFrame) -> list[Row]:
    """Breaches of the tracking plan."""
    return [
        {
            "Violation": r.violation.replace("_", " "),
            "Event": r.event_name,
            "Property": r.property,
            "Rows": f"{r.rows:,}",
        }
        for r in found.itertuples(index=False)
    ]


def funnel(found: Funnel) -> list[Row]:
    """Steps with their rates and losses."""
    last = found.steps[-1].event
    return [
        {
            "Step": s.event + (" (optional)" if s.optional else ""),
            "Users": f"{s.units:,}",
            "Of the step before": "" if s.position == 1 else formatted(s.rate.share, "share"),
            "95 % interval": "" if s.position == 1 else interval(s.rate.low, s.rate.high, "share"),
            "Lost": "" if s.position == 1 else f"{s.lost:,}",
            "Window still open": "" if s.position == 1 else f"{s.open_units:,}",
            f"{plural(last).capitalize()} lost": "" if s.position == 1 or s.optional else f"{s.purchases_lost:,.0f}",
        }
        for s in found.steps
    ]


def segment_rates(groups: Iterable[SegmentRate]) -> list[Row]:
    return [
        {
            "Segment": g.dimension.replace("_", " "),
            "Level": g.level,
            "Users at the step": f"{g.reached:,}",
            "Converted": formatted(g.rate.share, "share"),
            "95 % interval": interval(g.rate.low, g.rate.high, "share"),
            "Short of the best level": f"{g.missing:,.0f}",
        }
        for g in groups
    ]


def decomposition(parts: Iterable[Decomposition]) -> list[Row]:
    return [
        {
            "Over": d.dimension.replace("_", " "),
            "Gap": formatted(d.gap, "points"),
            "From who they are (mix)": formatted(d.mix, "points"),
            "From how they convert (rate)": formatted(d.rate, "points"),
        }
        for d in parts
    ]


def brief(study: Study) -> list[Row]:
    """The experiment on one page."""
    arms = "; ".join(f"{v.name} ({formatted(v.weight, 'share')}): {v.description}" for v in study.variants)
    guardrails = "; ".join(f"{m.label}, {margin(m)}" for m in study.metrics if m.role == "guardrail")
    return [
        {"Item": "Hypothesis", "Content": study.hypothesis},
        {"Item": "Variants", "Content": arms},
        {"Item": "Unit, exposure", "Content": f"user; from the first {study.exposure} on"},
        {"Item": "Primary metric", "Content": study.primary.label},
        {
            "Item": "Secondary metrics",
            "Content": ", ".join(m.label for m in study.metrics if m.role == "secondary") or "none",
        },
        {"Item": "Guardrails", "Content": guardrails or "none"},
        {"Item": "Ships when", "Content": rule(study)},
        {"Item": "Salt", "Content": study.salt},
    ]


def rule(study: Study) -> str:
    r = study.decision
    return (
        f"significance of at least {formatted(r.confidence, 'share')}, false-positive risk below "
        f"{formatted(r.max_false_positive_risk, 'share')}, uplift of at least {formatted(r.min_relative_uplift, 'relative')}"
    )


def margin(metric: Metric) -> str:
    """A guardrail's margin as text."""
    if metric.margin is None:
        return ""
    worse = "down" if metric.better == "higher" else "up"
    if metric.margin.relative is not None:
        return f"not {worse} by {formatted(metric.margin.relative, 'share')} or more"
    unit: Unit = "points" if metric.unit == "share" else "number"
    return f"not {worse} by {unsigned(metric.margin.absolute, unit)} or more"


def plans(found: Sequence[tuple[float, Plan, str]]) -> list[Row]:
    """Sample sizes by split."""
    return [
        {
            "Control : treatment": " : ".join(f"{100 * n / p.n_total:.0f}" for n in p.n_arms),
            "Control": f"{p.n_arms[0]:,}",
            "Treatment": " + ".join(f"{n:,}" for n in p.n_arms[1:]),
            "In all": f"{p.n_total:,}",
            "Exact": f"{p.n_exact:,.1f}",
            "Runs for": duration,
        }
        for share, p, duration in found
    ]


def milestones(study: Study) -> list[Row]:
    return [
        {"Days": m.days, "Milestone": m.milestone, "Success": m.success, "Tripwire": m.tripwire}
        for m in study.milestones
    ]


def machinery(found: Resalted) -> list[Row]:
    """Error rates over the re-salted experiments."""
    checks = [found.false_positives, found.srm_alarms, *([found.coverage] if found.coverage else [])]
    return [
        {
            "What": c.name,
            "Promised": formatted(c.nominal, "share"),
            "Seen": formatted(c.observed, "share"),
            "95 % interval": interval(c.low, c.high, "share"),
            "Verdict": mark(c.ok, "as promised", "off"),
        }
        for c in checks
    ]


def cuped(found: Mapping[str, tuple[Effect, Effect, VarianceReduction]], study: Study) -> list[Row]:
    """Plain and adjusted effects, and the variance left."""
    return [
        {
            "Metric": study.metric(name).label,
            "Variance left": formatted(reduction.share_remaining, "share"),
            "Plain": with_interval(plain.relative, plain.relative_low, plain.relative_high, "relative"),
            "Adjusted": with_interval(adjusted.relative, adjusted.relative_low, adjusted.relative_high, "relative"),
            "Worth it": "yes" if reduction.gains else "no: gains nothing",
        }
        for name, (plain, adjusted, reduction) in found.items()
    ]


def survival(found: Survival) -> list[Row]:
    """How long the units of each arm stay, the control first."""
    end = f"{found.horizon_days:g}"
    means = (found.mean_days.control, found.mean_days.treatment)
    rows: list[Row] = []
    for (variant, units), mean in zip(found.units.items(), means, strict=True):
        there = found.on(variant, found.horizon_days)
        rows.append(
            {
                "Arm": variant,
                "Units": f"{units:,}",
                "Seen to leave": f"{found.left[variant]:,}",
                f"Still there on day {end}": formatted(there.share, "share"),
                "95 % interval": interval(there.low, there.high, "share"),
                f"Mean days within {end}": formatted(mean, "days"),
            }
        )
    return rows


def surrogate(found: Surrogacy, currency: str) -> list[Row]:
    """What would have to hold for the proxy to stand for the outcome, and what the experiment says of it."""
    path, proxy, outcome = found.path, found.proxy.label, found.outcome.label

    def told(estimate: Estimate, metric: Metric, times: int = 1) -> str:
        ends = (estimate.value, estimate.low, estimate.high)
        value, low, high = (difference(times * float(x), metric, currency) for x in ends)
        return f"{value} ({low} to {high})"

    def judged(shown: bool, yes: str, no: str) -> Badge:
        return badge("good", yes) if shown else badge("warn", no)

    control, treatment = (told(slope, found.outcome, PER) for slope in path.slopes)
    return [
        {
            "Would have to hold": f"The change moves {proxy.lower()}",
            "Found": told(path.proxy, found.proxy),
            "Verdict": judged(bool(path.proxy.low > 0 or path.proxy.high < 0), "seen", "not seen"),
        },
        {
            "Would have to hold": f"{outcome} goes with {proxy.lower()}, alike in both arms",
            "Found": f"per {PER} of the proxy: control {control}, treatment {treatment}",
            "Verdict": judged(not path.slope_change.p_value < ALPHA, "not refuted", "refuted"),
        },
        {
            "Would have to hold": "Nothing goes beside it (Prentice)",
            "Found": told(path.beside, found.outcome),
            "Verdict": judged(found.agrees, "not refuted", "refuted"),
        },
        {
            "Would have to hold": f"Nothing else drives both {proxy.lower()} and {outcome.lower()} within the arms",
            "Found": "the arms were drawn by lot, the proxy was not",
            "Verdict": badge("warn", "cannot be tested here"),
        },
        {
            "Would have to hold": "The slope stays: later, for other users, for other changes",
            "Found": "one experiment has one slope; many would show how far it carries",
            "Verdict": badge("warn", "cannot be tested here"),
        },
    ]


def effects(found: Iterable[MetricEffect], study: Study) -> list[Row]:
    """Effects with their intervals, p as adjusted over the success metrics, and the truth where there is one."""
    rows = []
    for e in found:
        x = e.effect
        row: Row = {
            "Metric": e.metric.label,
            "Role": e.metric.role,
            "Control": level(x.control, e.metric, study.economics.currency),
            "Treatment": level(x.treatment, e.metric, study.economics.currency),
            "Change": formatted(None if math.isnan(x.relative) else x.relative, "relative"),
            "Interval": interval(x.relative_low, x.relative_high, "relative"),
            "p (Holm)": formatted(None if math.isnan(e.adjusted_p) else e.adjusted_p, "p"),
        }
        if e.truth is not None:
            row["Planted"] = formatted(e.truth.relative, "relative")
            row["Held"] = "yes" if e.covered else "no"
        rows.append(row)
    return rows


def segments(found: Iterable[MetricEffect]) -> list[Row]:
    return [
        {
            "Segment": f"{e.level} ({e.dimension.replace('_', ' ')})",
            "Units": f"{e.effect.n_control + e.effect.n_treatment:,}",
            "Change": formatted(None if math.isnan(e.effect.relative) else e.effect.relative, "relative"),
            "Interval": interval(e.effect.relative_low, e.effect.relative_high, "relative"),
            "p": formatted(None if math.isnan(e.effect.p_value) else e.effect.p_value, "p"),
            "p (adjusted)": formatted(None if math.isnan(e.adjusted_p) else e.adjusted_p, "p"),
        }
        for e in found
    ]


def guardrails(found: Mapping[str, NonInferiority], study: Study) -> list[Row]:
    return [
        {
            "Guardrail": study.metric(name).label,
            "Margin": margin(study.metric(name)),
            "Change": formatted(g.effect.relative, "relative"),
            "Worst it may be": formatted(g.bound, "relative")
            if g.scale == "relative"
            else difference(g.bound, study.metric(name), study.economics.currency),
            "p": formatted(None if math.isnan(g.p_value) else g.p_value, "p"),
            "Verdict": mark(g.passed, "inside its margin", "not shown to be safe"),
        }
        for name, g in found.items()
    ]


def dilution(found: Mapping[str, MetricEffect], study: Study) -> list[Row]:
    """The primary metric among exposed and among all assigned units."""
    names = {"exposed": "Triggered: exposed units", "assigned": "Intention to treat: all assigned units"}
    return [
        {
            "Analysis": names[population],
            "Units": f"{e.effect.n_control + e.effect.n_treatment:,}",
            "Control": level(e.effect.control, e.metric, study.economics.currency),
            "Difference": difference(e.effect.absolute, e.metric, study.economics.currency),
            "Change": formatted(e.effect.relative, "relative"),
            "p": formatted(e.effect.p_value, "p"),
            **(
                {"Planted difference": difference(e.truth.absolute, e.metric, study.economics.currency)}
                if e.truth
                else {}
            ),
        }
        for population, e in found.items()
    ]


def scenarios(value: Value, currency: str) -> list[Row]:
    return [
        {
            "Scenario": s.name,
            "Per exposed unit": formatted(s.per_unit, "price", currency),
            "Contribution": formatted(s.gain, "money", currency),
            "Cost": formatted(s.cost, "money", currency),
            "Net": formatted(s.net, "money", currency),
        }
        for s in value.scenarios
    ]


def criteria(decision: Decision) -> list[Row]:
    return [
        {"Criterion": c.name, "Required": c.required, "Found": c.found, "Verdict": mark(c.met, "met", "not met")}
        for c in decision.criteria
    ]


def rollout(study: Study) -> list[Row]:
    watched = ", ".join(m.label.lower() for m in study.metrics if m.role == "guardrail") or "none"
    return [
        {
            "Stage": formatted(s.share, "share"),
            "Days": s.days,
            "Goes on when": s.advance_when,
            "Guardrails watched": watched,
        }
        for s in study.rollout
    ]


def interactions(found: Mapping[str, Heterogeneity]) -> list[Row]:
    """One line a segment: do its levels differ, and which may be named."""
    return [
        {
            "Segment": dimension.replace("_", " "),
            "Levels": len(test.segments),
            "Do effects differ? p": "not available" if math.isnan(test.p_value) else formatted(test.p_value, "p"),
            "Effects after pooling": "; ".join(
                f"{s.segment} {formatted(s.shrunken, 'relative')}" for s in test.segments
            ),
            "May be called different": ", ".join(test.claims) or "none",
        }
        for dimension, test in found.items()
    ]
