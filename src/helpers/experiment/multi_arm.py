"""Every arm against the control: the table of a study with more than two variants."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.experiment.results import MetricEffect, Results
from helpers.record import formatted
from helpers.report import views
from helpers.report.recording import CHANGE, LEVEL, finite
from helpers.stats import adjust

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook


def against_control(results: Results) -> list[MetricEffect]:
    """Every treatment on every success metric, p-values adjusted together; nothing of a study with two variants.

    Holm over all the tests keeps the chance of any false alarm at alpha under every dependence, so it covers that all
    of them share one control. Guardrails are judged in the study's own arm only, see :meth:`Results.guardrails`.
    Reference: Holm (1979).
    """
    study = results.study
    if len(study.treatments) < 2:
        return []
    metrics = [m for m in study.metrics if m.role != "guardrail"]
    found = [
        effect
        for variant in study.treatments
        for metric in metrics
        if (effect := results.effect(metric, variant=variant.name)) is not None
    ]
    shared = adjust([e.effect.p_value for e in found], "holm", alpha=1 - study.decision.confidence)
    return [replace(e, adjusted_p=p) for e, p in zip(found, shared.adjusted, strict=True)]


def rows(found: Sequence[MetricEffect], study: Study) -> list[views.Row]:
    """One line an arm and metric, on both scales."""
    currency = study.economics.currency
    return [
        {
            "Arm": e.variant,
            "Metric": e.metric.label,
            "Control": views.level(e.effect.control, e.metric, currency),
            "Arm's value": views.level(e.effect.treatment, e.metric, currency),
            "Difference": f"{views.difference(e.effect.absolute, e.metric, currency)} ({_absolute(e, currency)})",
            "Change": f"{formatted(finite(e.effect.relative), 'relative')} "
            f"({views.interval(e.effect.relative_low, e.effect.relative_high, 'relative')})",
            "p (Holm)": formatted(finite(e.adjusted_p), "p"),
        }
        for e in found
    ]


def _absolute(e: MetricEffect, currency: str) -> str:
    return views.interval(e.effect.absolute_low, e.effect.absolute_high, CHANGE[e.metric.unit], currency)


def note(found: Sequence[MetricEffect], study: Study) -> str:
    """How many tests share alpha, and which arm the decision is about."""
    return (
        f"the {len(found)} tests of this table share alpha by Holm, the intervals do not; "
        f"the decision is about {study.treatments[0].name}, named so before"
    )


def caption(study: Study) -> str:
    """The table of effects; with more than two arms it says which one it shows."""
    if len(study.treatments) < 2:
        return "Effects on exposed units"
    return f"Effects on exposed units: {study.treatments[0].name} against {study.control.name}"


def record(nb: "Notebook", found: Sequence[MetricEffect]) -> None:
    """``arms.VARIANT.METRIC.*`` for each arm and success metric."""
    for e in found:
        x, name = e.effect, f"arms.{e.variant}.{e.metric.name}"
        what, unit = f"{e.variant}: {e.metric.label.lower()}", CHANGE[e.metric.unit]
        nb.record(f"{name}.value", finite(x.treatment), LEVEL[e.metric.unit], what)
        nb.record(f"{name}.absolute", finite(x.absolute), unit, f"{what}, minus control")
        nb.record(f"{name}.absolute_low", finite(x.absolute_low), unit, "Lower end of its interval")
        nb.record(f"{name}.absolute_high", finite(x.absolute_high), unit, "Upper end of its interval")
        nb.record(f"{name}.relative", finite(x.relative), "relative", f"{what}, relative change")
        nb.record(f"{name}.relative_low", finite(x.relative_low), "relative", "Lower end of its interval")
        nb.record(f"{name}.relative_high", finite(x.relative_high), "relative", "Upper end of its interval")
        nb.record(f"{name}.p_value", finite(x.p_value), "p", f"Two-sided p-value, {x.method}")
        nb.record(f"{name}.p_adjusted", finite(e.adjusted_p), "p", "The same after Holm over arms and success metrics")
