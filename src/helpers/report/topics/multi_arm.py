"""Every arm against the control, told."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers import formatting
from helpers.config import Study
from helpers.experiment.results import MetricEffect
from helpers.formatting import CHANGE, LEVEL, NO_INTERVAL, finite, formatted
from helpers.report import base, tables
from helpers.report.base import Base

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook


def table(found: Sequence[MetricEffect], study: Study) -> list[tables.Row]:
    """One line an arm and metric, on both scales."""
    currency = study.economics.currency
    return [
        {
            "Arm": e.variant,
            "Metric": e.metric.label,
            **units,
            "Control": formatting.level(e.effect.control, e.metric, currency),
            "Arm's value": formatting.level(e.effect.treatment, e.metric, currency),
            "Difference": f"{formatting.difference(e.effect.absolute, e.metric, currency)} ({_absolute(e, currency)})",
            "Change": f"{formatted(finite(e.effect.relative), 'relative')} "
            f"({formatting.interval(e.effect.relative_low, e.effect.relative_high, 'relative')})",
            "p (Holm)": formatted(finite(e.adjusted_p), "p"),
        }
        for e, units in zip(found, base.column([Base.of(e) for e in found]), strict=True)
    ]


def _absolute(e: MetricEffect, currency: str) -> str:
    return formatting.interval(e.effect.absolute_low, e.effect.absolute_high, CHANGE[e.metric.unit], currency)


def note(found: Sequence[MetricEffect], study: Study) -> str:
    """How many tests share alpha, which arm the decision is about, and what the effects stand on."""
    return (
        f"the {len(found)} tests of this table share alpha by Holm, the intervals do not; "
        f"the decision is about {study.treatments[0].name}, named so before; "
        f"{base.text([Base.of(e) for e in found], study)}"
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
        why = x.note or NO_INTERVAL
        nb.record(f"{name}.value", finite(x.treatment), LEVEL[e.metric.unit], what, reason=why)
        nb.record(f"{name}.absolute", finite(x.absolute), unit, f"{what}, minus control", reason=why)
        nb.record(f"{name}.absolute_low", finite(x.absolute_low), unit, "Lower end of its interval", reason=why)
        nb.record(f"{name}.absolute_high", finite(x.absolute_high), unit, "Upper end of its interval", reason=why)
        nb.record(f"{name}.relative", finite(x.relative), "relative", f"{what}, relative change", reason=why)
        nb.record(f"{name}.relative_low", finite(x.relative_low), "relative", "Lower end of its interval", reason=why)
        nb.record(f"{name}.relative_high", finite(x.relative_high), "relative", "Upper end of its interval", reason=why)
        nb.record(f"{name}.p_value", finite(x.p_value), "p", f"Two-sided p-value, {x.method}", reason=why)
        nb.record(
            f"{name}.p_adjusted",
            finite(e.adjusted_p),
            "p",
            "The same after Holm over arms and success metrics",
            reason=why,
        )
