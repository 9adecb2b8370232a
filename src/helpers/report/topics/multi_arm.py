"""Every arm against the control, told."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers import formatting
from helpers.config import Study
from helpers.experiment.decision import claims
from helpers.experiment.results import MetricEffect, Results
from helpers.formatting import CHANGE, LEVEL, MOST_DIGITS, NO_INTERVAL, finite, formatted, inside, level_text
from helpers.report import base, tables
from helpers.report.base import Base
from helpers.report.topics import effects

if TYPE_CHECKING:
    from helpers.config import Metric
    from helpers.experiment.decision.look import EarlyLook
    from helpers.report.notebook import Notebook
    from helpers.stats.comparisons.noninferiority import NonInferiority


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
            "p (adjusted)": formatted(finite(e.adjusted_p), "p"),
        }
        for e, units in zip(found, base.column([Base.of(e) for e in found], study), strict=True)
    ]


def _absolute(e: MetricEffect, currency: str) -> str:
    return formatting.interval(e.effect.absolute_low, e.effect.absolute_high, CHANGE[e.metric.unit], currency)


def note(found: Sequence[MetricEffect], study: Study) -> str:
    """Which tests share a level, and what the effects stand on."""
    secondary = effects.METHODS[study.decision.secondary]
    return (
        f"on the primary metric the arms share one level by Holm, the secondary metrics another by {secondary}; intervals are "
        f"not adjusted; {base.text([Base.of(e) for e in found], study)}"
    )


def caption(results: Results, failed: Sequence[object] = ()) -> str:
    """The table of effects; with several treatments it says which one it shows. After ``failed`` trust checks none is read."""
    on = "Effects on the units of the table" if results.study.is_unit_table else "Effects on exposed units"
    shown = f"{on}: {results.named} against {results.study.control.name}" if results.named else on
    return claims.barred(shown, failed)


TONES: dict[claims.Says, tables.Tone] = {"inside": "good", "not shown": "warn", "too early": "warn", "beyond": "bad"}
"""The colour of how a guardrail lies to its margin."""


def table_guardrails(
    results: Results, look: "EarlyLook | None" = None, failed: Sequence[object] = ()
) -> list[tables.Row]:
    """The guardrails of every treatment; of several each row names its own. After ``failed`` trust checks none is read.

    At an early ``look`` one is inside its margin by the level of that look.
    """
    study, found = results.study, _guardrails(results)
    several = len(study.treatments) > 1
    return [
        {
            **({"Arm": arm} if several else {}),
            "Guardrail": metric.label,
            **units,
            "Margin": effects.text_margin(metric, study.economics.currency),
            "Change": formatted(g.effect.relative, "relative")
            if g.scale == "relative"
            else formatting.difference(g.effect.absolute, metric, study.economics.currency),
            "Worst it may be": formatting.apart(
                finite(g.bound),
                math.copysign(g.margin, g.bound),
                "relative" if g.scale == "relative" else CHANGE[metric.unit],
                study.economics.currency,
            ),
            "p": formatting.apart(finite(g.p_value), _level(results, look) or 1 - g.confidence, "p"),
            "Verdict": tables.badge("neutral", claims.UNREAD)
            if failed
            else tables.badge(TONES[claims.state(g, look)], claims.STATES[claims.state(g, look)]),
        }
        for (arm, metric, g), units in zip(found, base.column(_bases(found), study), strict=True)
    ]


def note_guardrails(results: Results, look: "EarlyLook | None" = None) -> str:
    """How the guardrails are tested, and what they stand on."""
    tested = "one-sided non-inferiority against the margin; each keeps its own alpha"
    level = _level(results, look)
    early = f"; this early a guardrail is inside its margin only where p < {level:.{MOST_DIGITS}g}" if level else ""
    return f"{tested}{early}; {base.text(_bases(_guardrails(results)), results.study)}"


def _level(results: Results, look: "EarlyLook | None") -> float:
    """The level of an early look as it is told: apart from each p that it stands beside; 0 without such a look."""
    if look is None:
        return 0.0
    return float(level_text(look.level, *(g.p_value for _, _, g in _guardrails(results))))


def _guardrails(results: Results) -> "list[tuple[str, Metric, NonInferiority]]":
    """Treatment, guardrail and its test, of every treatment that was seen."""
    study = results.study
    return [
        (v.name, study.metric(name), g)
        for v in study.treatments
        if results.arm(study.primary, v.name) is not None
        for name, g in results.guardrails(v.name).items()
    ]


def _bases(found: "Sequence[tuple[str, Metric, NonInferiority]]") -> list[Base]:
    return [Base.under(metric, g.effect, arm) for arm, metric, g in found]


def record(nb: "Notebook", results: Results, look: "EarlyLook | None", failed: Sequence[object]) -> None:
    """``arms.VARIANT.METRIC.*`` for each arm and metric; nothing of a study with one treatment.

    ``look`` is an early one; after ``failed`` trust checks nothing became of any metric that may be read.
    """
    several = len(results.study.treatments) > 1
    guardrails = {(arm, metric.name): g for arm, metric, g in _guardrails(results)}
    for e in results.tested if several else ():
        guardrail = guardrails.get((e.variant, e.metric.name))
        became = (
            claims.word(claims.of_metric(e, results.study, look))
            if guardrail is None
            else claims.STATES[claims.state(guardrail, look)]
        )
        x, name = e.effect, f"arms.{e.variant}.{e.metric.name}"
        what, unit = f"{e.variant}: {inside(e.metric.label)}", CHANGE[e.metric.unit]
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
            effects.text_adjusted(e, results.study),
            reason=why,
        )
        nb.record(f"{name}.n_control", x.n_control, "count", "Control: units with a value")
        nb.record(f"{name}.n_treatment", x.n_treatment, "count", f"{e.variant}: units with a value")
        nb.record(f"{name}.verdict", claims.UNREAD if failed else became, "text", "What became of it")
