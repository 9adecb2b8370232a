"""Which numbers a report keeps, and under which names: the contract of ``results.json``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from helpers.record import Unit, plural

if TYPE_CHECKING:
    import pandas as pd

    from helpers.config import Metric
    from helpers.experiment.decision.rule import Decision
    from helpers.experiment.decision.value import Value
    from helpers.experiment.funnel import Bypass, Funnel
    from helpers.experiment.results import MetricEffect, Resalted
    from helpers.experiment.segments import Decomposition, SegmentRate
    from helpers.experiment.surrogate import Surrogacy
    from helpers.experiment.survival import Survival
    from helpers.report.notebook import Notebook
    from helpers.stats import Effect, Heterogeneity, NonInferiority, Novelty, Plan, VarianceReduction

LEVEL: Mapping[str, Unit] = {"share": "share", "money": "price", "seconds": "seconds", "count": "number"}
CHANGE: Mapping[str, Unit] = {"share": "points", "money": "price", "seconds": "number", "count": "number"}


def finite(value: float) -> float | None:
    """None where a number could not be had; an infinite bound stays."""
    return None if math.isnan(value) else float(value)


def log(nb: Notebook, flow: pd.DataFrame, events: pd.DataFrame, ledger: Mapping[str, int] | None) -> None:
    """``data.*``: rows read, kept and left out, by kind."""
    rows = dict(zip(flow.kind, flow["rows"].map(int), strict=True))
    lost = int(flow.loc[flow.disposition.isin(["dropped", "quarantined"]), "rows"].sum())
    nb.record("data.rows_read", rows["kept"] + lost, "count", "Rows of the log, lines that could not be read included")
    nb.record("data.rows_kept", rows["kept"], "count", "Clean events that every later number rests on")
    nb.record("data.rows_lost", lost, "count", "Rows dropped or quarantined, each with a named reason")
    nb.record("data.share_kept", rows["kept"] / (rows["kept"] + lost), "share", "Clean events among the rows read")
    nb.record("data.units", int(events.units_in_log.iloc[0]), "count", "Distinct units with a clean event")
    for kind, count in rows.items():
        if kind != "kept":
            nb.record(f"data.flow.{kind}", count, "count", f"Rows of the kind '{kind.replace('_', ' ')}'")
    for event in events.itertuples(index=False):
        nb.record(
            f"data.events.{event.event_name}", int(event.events), "count", f"Clean events named {event.event_name}"
        )
    if ledger is not None:
        off = sum(abs(rows.get(kind, 0) - planted) for kind, planted in ledger.items())
        nb.record(
            "data.ledger_difference",
            off,
            "count",
            "Rows by which the flow table and the ledger of planted dirt differ, over all kinds",
        )


def funnel(nb: Notebook, found: Iterable[Funnel], buyers: Bypass) -> None:
    """``funnel.*``: units and rates by step, and the bottleneck."""
    funnels = list(found)
    for f in funnels:
        prefix = "funnel" if f.name == "strict" else f"funnel.{f.name}"
        for s in f.steps:
            nb.record(
                f"{prefix}.{s.event}.units", s.units, "count", f"Units that reached {s.event} in the {f.name} funnel"
            )
            if s.position > 1:
                nb.record(
                    f"{prefix}.{s.event}.rate",
                    finite(s.rate.share),
                    "share",
                    f"Share of the step before that reached {s.event}, {f.name} funnel",
                )
                nb.record(
                    f"{prefix}.{s.event}.open",
                    s.open_units,
                    "count",
                    f"Units that had not reached {s.event} and whose window was still open",
                )
        nb.record(
            f"{prefix}.conversion",
            finite(f.conversion.share),
            "share",
            f"Share of the entrants that reached the last step, {f.name} funnel",
        )
    strict = funnels[0]
    worst = strict.bottleneck
    before = strict.steps[worst.position - 2].event
    nb.record(
        "funnel.bottleneck_lost",
        worst.purchases_lost,
        "count",
        "Last steps lost at the bottleneck: how many more there would be if nobody were lost there",
    )
    nb.record(
        "funnel.buyers", buyers.converted, "count", "Users with the last step in the diagnosis period, in any order"
    )
    nb.record("funnel.buyers_without_exposure", buyers.without_exposure, "count", "Of them without the exposure step")
    nb.record(
        "funnel.buyers_before_entry", buyers.before_entry, "count", "Of them whose last one came before any first step"
    )
    nb.record("funnel.bypass", buyers.text(nb.study), "text", "Who reaches the last step beside the path")
    nb.record(
        "funnel.bottleneck",
        f"The bottleneck is the step from {before} to {worst.event}: {nb.say(1 - worst.rate.share, 'share')} of the users at "
        f"{before} do not go on, which costs {worst.purchases_lost:,.0f} {plural(strict.steps[-1].event)}.",
        "text",
        "The bottleneck in a sentence",
    )


def segments(nb: Notebook, groups: Iterable[SegmentRate], parts: Iterable[Decomposition]) -> None:
    """``segments.*``: the level that carries most of the loss, and the gap's decomposition; nothing without segments."""
    levels = list(groups)
    if not levels:
        return
    worst = max(levels, key=lambda g: g.missing)
    nb.record(
        "segments.worst",
        f"{worst.level} ({worst.dimension.replace('_', ' ')})",
        "text",
        "Level with most conversions short of the best level of its segment",
    )
    nb.record(
        "segments.worst_rate",
        worst.rate.share,
        "share",
        "Conversion from the exposure step to the last one in that level",
    )
    nb.record(
        "segments.worst_missing", worst.missing, "count", "Conversions by which that level falls short of the best one"
    )
    for d in parts:
        nb.record(
            f"segments.gap.{d.dimension}.gap", d.gap, "points", f"Conversion of {d.low} minus that of {d.high} units"
        )
        nb.record(
            f"segments.gap.{d.dimension}.mix",
            d.mix,
            "points",
            f"Part of that gap that the mix of {d.dimension.replace('_', ' ')} makes",
        )
        nb.record(f"segments.gap.{d.dimension}.rate", d.rate, "points", "Part of that gap that different rates make")


def design(nb: Notebook, plan: Plan, days: float | None, weeks: int | None, mde: float, note: str) -> None:
    """``design.*``: planned size, duration and what the units at hand could find."""
    unit = LEVEL[nb.study.primary.unit]
    nb.record("design.baseline", plan.baseline, unit, "Primary metric of exposed units that the design rests on")
    nb.record("design.minimum_detectable", plan.relative, "relative", "Relative effect the design is to find")
    nb.record("design.n_total", plan.n_total, "count", "Units in all that reach the planned power")
    nb.record("design.n_control", plan.n_arms[0], "count", "Of them in the control")
    nb.record("design.n_treatment", plan.n_arms[1], "count", "Of them in the treatment")
    nb.record("design.n_exact", plan.n_exact, "number", "The same before rounding up")
    nb.record("design.power", plan.power, "share", "Planned power")
    nb.record("design.days", days, "days", "Days until as many units were exposed" if days is not None else note)
    nb.record("design.weeks", weeks, "weeks", "Whole weeks to run" if weeks is not None else note)
    nb.record(
        "design.detectable_now",
        mde,
        "relative",
        "Smallest relative effect that the exposed units find with the planned power",
    )


def machinery(nb: Notebook, prefix: str, found: Resalted) -> None:
    """Error rates over re-salted experiments."""
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


def effects(nb: Notebook, found: Iterable[MetricEffect], guardrails: Mapping[str, NonInferiority]) -> None:
    """``metrics.NAME.*`` for each metric; ``primary.*`` and ``truth.*`` for the primary one."""
    for e in found:
        _effect(nb, f"metrics.{e.metric.name}", e, e.metric)
        if e.metric.role == "primary":
            _effect(nb, "primary", e, e.metric)
            if e.truth is not None:
                nb.record(
                    "truth.relative",
                    e.truth.relative,
                    "relative",
                    "Planted relative effect on the primary metric of the exposed units",
                )
                nb.record("truth.absolute", e.truth.absolute, CHANGE[e.metric.unit], "The same, absolute")
                nb.record("truth.covered", bool(e.covered), "flag", "Whether the interval holds the planted effect")
                nb.record(
                    "truth.bias",
                    e.effect.relative - e.truth.relative,
                    "relative",
                    "Estimate minus planted effect, relative scale",
                )
        verdict = "significant" if e.adjusted_p < e.effect.alpha else "not significant"
        if e.metric.name in guardrails:
            verdict = "inside its margin" if guardrails[e.metric.name].passed else "not shown to be safe"
        nb.record(f"metrics.{e.metric.name}.verdict", verdict, "text", "What became of it")
    for name, g in guardrails.items():
        unit: Unit = "relative" if g.scale == "relative" else CHANGE[nb.study.metric(name).unit]
        nb.record(f"metrics.{name}.bound", finite(g.bound), unit, "One-sided confidence bound on the harmful side")


def _effect(nb: Notebook, prefix: str, e: MetricEffect, metric: Metric) -> None:
    x, what = e.effect, metric.label.lower()
    nb.record(f"{prefix}.control", finite(x.control), LEVEL[metric.unit], f"Control: {what}")
    nb.record(f"{prefix}.treatment", finite(x.treatment), LEVEL[metric.unit], f"Treatment: {what}")
    nb.record(f"{prefix}.absolute", finite(x.absolute), CHANGE[metric.unit], f"Treatment minus control: {what}")
    nb.record(f"{prefix}.absolute_low", finite(x.absolute_low), CHANGE[metric.unit], "Lower end of its interval")
    nb.record(f"{prefix}.absolute_high", finite(x.absolute_high), CHANGE[metric.unit], "Upper end of its interval")
    nb.record(f"{prefix}.relative", finite(x.relative), "relative", f"Relative change: {what}")
    nb.record(f"{prefix}.relative_low", finite(x.relative_low), "relative", "Lower end of its interval")
    nb.record(f"{prefix}.relative_high", finite(x.relative_high), "relative", "Upper end of its interval")
    nb.record(f"{prefix}.p_value", finite(x.p_value), "p", f"Two-sided p-value, {x.method}")
    nb.record(
        f"{prefix}.p_adjusted",
        finite(e.adjusted_p),
        "p",
        "The same after Holm over the success metrics (guardrails keep theirs)",
    )


MONEY: Mapping[str, tuple[Unit, str]] = {
    "money.horizon_point": ("money", "Net value over the horizon at the point estimate"),
    "money.horizon_low": ("money", "The same at the lower bound of the interval"),
    "money.horizon_high": ("money", "The same at the upper bound of the interval"),
    "money.cost": ("money", "Cost over the horizon"),
    "money.per_unit": ("price", "Change of revenue per exposed unit"),
    "money.units": ("count", "Exposed units over the horizon"),
    "money.break_even_uplift": ("relative", "Relative change of revenue per exposed unit that pays the cost"),
    "risk.chance_of_profit": ("share", "Chance that shipping pays, flat prior"),
    "risk.loss_of_shipping": ("money", "Expected loss of shipping, over the horizon"),
    "risk.loss_of_waiting": ("money", "Expected net gain forgone by not shipping, over the horizon"),
    "risk.waiting_per_month": ("money", "Contribution forgone by a month of waiting, at the point estimate"),
}
"""Money and risk; None with a reason when the log is too short to be scaled up."""


def money(nb: Notebook, value: Value | None, reason: str) -> None:
    """``money.*`` and ``risk.*``."""
    if value is None:
        for name, (unit, meaning) in MONEY.items():
            nb.record(name, None, unit, f"{meaning}: {reason}")
        return
    found = {
        "money.horizon_point": value.point.net,
        "money.horizon_low": value.low.net,
        "money.horizon_high": value.high.net,
        "money.cost": value.point.cost,
        "money.per_unit": value.point.per_unit,
        "money.units": value.units,
        "money.break_even_uplift": value.break_even,
        "risk.chance_of_profit": value.chance_of_profit,
        "risk.loss_of_shipping": value.loss_of_shipping,
        "risk.loss_of_waiting": value.loss_of_waiting,
        "risk.waiting_per_month": value.waiting_per_month,
    }
    for name, (unit, meaning) in MONEY.items():
        nb.record(name, finite(found[name]), unit, meaning)


def decision(nb: Notebook, made: Decision, headline: str, risk: float) -> None:
    """``decision.*`` and the false-positive risk it weighs."""
    nb.record(
        "risk.false_positive",
        risk,
        "share",
        "Chance that there is no improvement, given the result and the prior success rate",
    )
    nb.record("decision.verdict", made.verdict, "text", "GO, ITERATE, KILL or INVALID by the study's rule")
    nb.record("decision.headline", headline, "text", "The decision in a sentence")
    nb.record("decision.reason", made.reason, "text", "Why the rule says so, in a sentence")
    nb.record("decision.recommendation", made.recommendation, "text", "What to do now")


def gain(nb: Notebook, found: Mapping[str, tuple[Effect, Effect, VarianceReduction]]) -> None:
    """``cuped.*``: variance left after adjustment by the baseline."""
    for name, (_, adjusted, reduction) in found.items():
        label = nb.study.metric(name).label.lower()
        nb.record(
            f"cuped.{name}.variance_left", reduction.share_remaining, "share", f"Variance of {label} left after CUPED"
        )
        nb.record(
            f"cuped.{name}.relative", finite(adjusted.relative), "relative", f"Adjusted relative effect on {label}"
        )


def survival(nb: Notebook, found: Survival | None) -> None:
    """``survival.*``: how long exposed units stay; nothing where the study names no event by which a unit leaves."""
    if found is None:
        return
    end = found.horizon_days
    nb.record("survival.horizon", end, "days", "Days from the exposure within which the arms are compared")
    for arm, variant in zip(("control", "treatment"), found.curves, strict=True):
        there = found.on(variant, end)
        nb.record(f"survival.{arm}.units", found.units[variant], "count", f"Exposed units of the {arm}")
        nb.record(f"survival.{arm}.left", found.left[variant], "count", "Of them seen to leave")
        nb.record(f"survival.{arm}.still_there", there.share, "share", "Share still there at the horizon, Kaplan-Meier")
        nb.record(f"survival.{arm}.still_there_low", there.low, "share", "Lower end of its interval")
        nb.record(f"survival.{arm}.still_there_high", there.high, "share", "Upper end of its interval")
    kept = found.mean_days
    nb.record("survival.control.mean", finite(kept.control), "days", "Mean days kept within the horizon, control")
    nb.record("survival.treatment.mean", finite(kept.treatment), "days", "The same, treatment")
    nb.record("survival.gain", finite(kept.absolute), "days", "Days kept, treatment minus control")
    nb.record("survival.gain_low", finite(kept.absolute_low), "days", "Lower end of its interval")
    nb.record("survival.gain_high", finite(kept.absolute_high), "days", "Upper end of its interval")
    nb.record("survival.log_rank_p", finite(found.test.p_value), "p", "Log-rank test that both curves are one")


def surrogate(nb: Notebook, found: Surrogacy | None) -> None:
    """``surrogate.*``: what the proxy predicts of the outcome; nothing where the study names no proxy."""
    if found is None:
        return
    unit, parts = CHANGE[found.outcome.unit], found.path
    proxy, outcome = found.proxy.label.lower(), found.outcome.label.lower()
    for name, estimate, meaning in (
        ("predicted", parts.predicted, f"Effect on {outcome} that the effect on {proxy} predicts"),
        ("direct", found.direct, f"Effect on {outcome} as measured"),
        ("beside", parts.beside, f"Part of the effect on {outcome} that does not go through {proxy}"),
        ("slope", parts.slope, f"Change of {outcome} per unit of {proxy}, within arms"),
    ):
        nb.record(f"surrogate.{name}", finite(estimate.value), unit, meaning)
        nb.record(f"surrogate.{name}_low", finite(estimate.low), unit, "Lower end of its interval")
        nb.record(f"surrogate.{name}_high", finite(estimate.high), unit, "Upper end of its interval")
    nb.record("surrogate.beside_p", finite(parts.beside.p_value), "p", "p-value that no part goes beside the proxy")
    nb.record("surrogate.slopes_p", finite(parts.slope_change.p_value), "p", "p-value that both arms have one slope")
    if found.truth is not None:
        nb.record("surrogate.truth", found.truth, unit, f"Planted effect on {outcome}")


def dilution(nb: Notebook, found: Mapping[str, MetricEffect]) -> None:
    """``itt.*``: the primary metric over all assigned units, and the share of them that was exposed."""
    exposed, assigned = found["exposed"].effect, found["assigned"].effect
    share = (exposed.n_control + exposed.n_treatment) / (assigned.n_control + assigned.n_treatment)
    nb.record("itt.exposed_share", share, "share", "Exposed units among the assigned ones")
    nb.record(
        "itt.absolute",
        finite(assigned.absolute),
        CHANGE[found["assigned"].metric.unit],
        "Effect over all assigned units",
    )
    nb.record("itt.relative", finite(assigned.relative), "relative", "The same, relative")
    nb.record("itt.p_value", finite(assigned.p_value), "p", "Its p-value")


def differences(nb: Notebook, found: Mapping[str, Heterogeneity], trend: Novelty) -> None:
    """``interaction.SEGMENT.*`` and ``novelty.*``: whether the primary effect is one, over segments and over days."""
    for dimension, test in found.items():
        name = dimension.replace("_", " ")
        nb.record(
            f"interaction.{dimension}.p_value",
            finite(test.p_value),
            "p",
            f"Interaction test: one effect for all of {name}",
        )
        nb.record(
            f"interaction.{dimension}.claims",
            ", ".join(test.claims) or "none",
            "text",
            f"Levels of {name} that may be called different from the rest",
        )
    unit = CHANGE[nb.study.primary.unit]
    nb.record("novelty.verdict", trend.verdict, "text", "Trend of the effect over the days of first exposure")
    nb.record("novelty.p_value", finite(trend.p_value), "p", "p-value of that trend")
    nb.record("novelty.long_run", finite(trend.long_run), unit, f"Effect of the last {trend.long_run_days} days alone")
    nb.record("novelty.long_run_low", finite(trend.long_run_low), unit, "Lower end of its interval")
    nb.record("novelty.long_run_high", finite(trend.long_run_high), unit, "Upper end of its interval")
