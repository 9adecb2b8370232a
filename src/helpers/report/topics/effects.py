"""What changed, for whom, and what did not get worse."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.config import Metric, Study
from helpers.config.assumed import no_pace
from helpers.experiment.decision.claims import STATES, UNREAD, barred, of_metric, state, subject, word
from helpers.experiment.pace import enrolment_days
from helpers.formatting import (
    CHANGE,
    LEVEL,
    NO_INTERVAL,
    Unit,
    counted,
    difference,
    finite,
    formatted,
    inside,
    interval,
    level,
    listed,
)
from helpers.report import base
from helpers.report.base import Base
from helpers.report.tables import Row
from helpers.report.topics import rowless
from helpers.stats.checks.novelty import Novelty
from helpers.stats.comparisons.noninferiority import NonInferiority
from helpers.stats.multiplicity.heterogeneity import Heterogeneity
from helpers.stats.multiplicity.pooling import FEWEST_POOLED

if TYPE_CHECKING:
    from helpers.experiment.decision.look import EarlyLook
    from helpers.experiment.results import MetricEffect, Results
    from helpers.report.notebook import Notebook


NOT_TESTED = "not tested"
"""What is told of levels that no test could hold against each other."""
METHODS = {"holm": "Holm", "bh": "Benjamini and Hochberg"}
"""How secondary metrics share their level, by the name that a study gives it."""


def text_margin(metric: Metric, currency: str) -> str:
    """How far a guardrail may get worse, as text; empty of what is none."""
    worse, size = "down" if metric.better == "higher" else "up", base.margin(metric, currency)
    return f"not {worse} by {size} or more" if size else ""


def table(found: Iterable[MetricEffect], study: Study) -> list[Row]:
    """Effects with their intervals, p as it decides, and the truth where there is one."""
    rows = []
    effects = list(found)
    for e, units in zip(effects, base.column([Base.of(e) for e in effects], study), strict=True):
        x = e.effect
        row: Row = {
            "Metric": e.metric.label,
            "Role": e.metric.role,
            **units,
            "Control": level(x.control, e.metric, study.economics.currency),
            "Treatment": level(x.treatment, e.metric, study.economics.currency),
            "Change": formatted(finite(x.relative), "relative"),
            "Interval": interval(x.relative_low, x.relative_high, "relative"),
            "p (adjusted)": formatted(finite(e.adjusted_p), "p"),
        }
        if e.truth is not None:
            row["Planted"] = formatted(e.truth.relative, "relative")
            row["Held"] = "yes" if e.covered else "no"
        rows.append(row)
    return rows


NOT_COMPARED = "not compared, for an arm has no unit with a value"
MISSING_BY_ARM = "not to be read, for values are missing in one arm more than in another"


def _not_compared(found: Iterable[MetricEffect], study: Study, unread: Collection[str] = ()) -> dict[str, list[Metric]]:
    """Metrics without an effect by the reason; ``unread`` are those whose values are missing by the arm."""
    there = {e.metric.name for e in found}
    reasons: dict[str, list[Metric]] = {}
    for metric in study.metrics:
        if metric.name not in there:
            reasons.setdefault(MISSING_BY_ARM if metric.name in unread else NOT_COMPARED, []).append(metric)
    return reasons


def absent_figure(found: Sequence[MetricEffect]) -> str:
    """Why none of these relative effects can be drawn; empty where one can."""
    if any(e.drawable for e in found):
        return ""
    notes = dict.fromkeys(f"{e.metric.label}: {e.effect.note or 'its interval has no end'}" for e in found)
    return f"No relative effect can be drawn. {'; '.join(notes)}."


def note(found: Iterable[MetricEffect], study: Study, unread: Collection[str] = ()) -> str:
    """What the effects stand on, and the metrics that have none or are ``unread``."""
    effects = list(found)
    absent = [
        f"{why}: {' and '.join(m.label for m in of)}" for why, of in _not_compared(effects, study, unread).items()
    ]
    adjustable = any(e.metric.covariate for e in effects)
    plain = (
        "the plain effect, which decides: 04 shows it beside the one adjusted by what was measured before"
        if adjustable
        else ""
    )
    notes = [base.text([Base.of(e) for e in effects], study), plain, note_pulled_in(study)]
    return "; ".join(filter(None, [*notes, *absent]))


def note_pulled_in(study: Study) -> str:
    """Which metrics are tested with their extreme values pulled in, and that money is not; empty where none is."""
    labels = " and ".join(inside(m.label) for m in study.metrics if m.winsorize is not None)
    if not labels:
        return ""
    money = study.revenue is not None and study.revenue.winsorize is not None
    return f"{labels}: extreme values pulled in" + (", while money stands on the mean as it is" if money else "")


def table_dilution(found: Mapping[str, MetricEffect], study: Study) -> list[Row]:
    """The primary metric among exposed and among all assigned units."""
    names = {"exposed": "Triggered: exposed units", "assigned": "Intention to treat: all assigned units"}
    return [
        {
            "Analysis": names[population],
            study.randomised.capitalize(): f"{e.effect.n_control + e.effect.n_treatment:,}",
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


def caption_dilution(results: Results, failed: Sequence[object] = ()) -> str:
    """Which effect the two populations show; after ``failed`` trust checks none is read."""
    shown = f"{subject(results.study.primary.label, results.named)}: triggered and by intention to treat"
    return barred(shown, failed)


def caption_interactions(results: Results, failed: Sequence[object] = ()) -> str:
    """Whose effect is compared; after ``failed`` trust checks none is read."""
    return barred(f"Does the effect{f' of {results.named}' if results.named else ''} differ between segments?", failed)


def table_interactions(found: Mapping[str, Heterogeneity], study: Study, failed: Sequence[object] = ()) -> list[Row]:
    """One line a segment: do its levels differ, and which may be named; none after ``failed`` trust checks."""
    pooled = " after pooling" if any(test.pooled for test in found.values()) else ""
    shown = f"Effects{pooled} ({study.randomised})"
    return [
        {
            "Segment": dimension.replace("_", " "),
            "Levels": len(test.segments),
            "Do effects differ? p": "not available" if math.isnan(test.p_value) else formatted(test.p_value, "p"),
            shown: "; ".join(
                f"{s.segment} {formatted(finite(s.shrunken), 'relative')} ({s.n_control + s.n_treatment:,})"
                for s in test.segments
            ),
            "May be called different": UNREAD if failed else _named(test),
        }
        for dimension, test in found.items()
    ]


def _named(test: Heterogeneity) -> str:
    """The levels that may be called different; where nothing was tested, that, for it is no finding that none may."""
    return NOT_TESTED if math.isnan(test.p_value) else ", ".join(test.claims) or "none"


def note_interactions(found: Mapping[str, Heterogeneity], study: Study) -> str:
    """How the segments are compared, which effects are drawn together, and from when until when outcomes count."""
    told = ["the segments share alpha"] if len(found) > 1 else []
    drawn = [name for name, test in found.items() if test.pooled]
    bare = [name.replace("_", " ") for name in found if name not in drawn]
    if drawn:
        told.append("effects after pooling are drawn towards the common one as far as chance explains them")
    if bare:
        whose = f" of {listed(bare)}" if drawn else ""
        told.append(
            f"effects{whose} are as measured: with fewer than {FEWEST_POOLED} levels that have an interval nothing is drawn together"
        )
    return "; ".join([*told, f"{inside(study.primary.label)} is {base.windows([study.primary], study)}"])


def note_dilution(found: Mapping[str, MetricEffect], study: Study) -> str:
    """Whether the effect is diluted, and since when outcomes count: of all assigned units from the assignment on."""
    since = f"{base.windows([study.primary], study)}; of all assigned units from the assignment on"
    return f"{text_dilution(found)}; {since}"


def record(
    nb: Notebook,
    found: Iterable[MetricEffect],
    guardrails: Mapping[str, NonInferiority],
    look: EarlyLook | None = None,
    failed: Sequence[object] = (),
    unread: Collection[str] = (),
) -> None:
    """``metrics.NAME.*`` for each metric; ``primary.*`` and ``truth.*`` for the primary one.

    ``look`` is an early one; after ``failed`` trust checks nothing became of any metric that may be read, and nothing of
    those ``unread``.
    """
    found = list(found)
    arms = dict.fromkeys(e.variant for e in found)
    nb.record("primary.arm", ", ".join(arms) or None, "text", "The treatment that these effects are of", reason="none")
    for why, metrics in _not_compared(found, nb.study, unread).items():
        for metric in metrics:
            nb.record(f"metrics.{metric.name}.verdict", why, "text", "What became of it")
    several = len(nb.study.treatments) > 1
    for e in found:
        arm = e.variant if several else ""
        _effect(nb, f"metrics.{e.metric.name}", e, arm)
        if e.metric.role == "primary":
            _effect(nb, "primary", e, arm)
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
        nb.record(
            f"metrics.{e.metric.name}.counted",
            nb.study.window(e.metric),
            "text",
            "From when until when the outcome counts",
        )
        what = f"{nb.study.randomised} with a value" + (
            "" if e.complete else "; the others lack one, or their window is not over"
        )
        nb.record(f"metrics.{e.metric.name}.n_control", e.effect.n_control, "count", f"Control: {what}")
        nb.record(
            f"metrics.{e.metric.name}.n_treatment", e.effect.n_treatment, "count", f"{arm or 'Treatment'}: {what}"
        )
        verdict = word(of_metric(e, nb.study, look))
        if e.metric.name in guardrails:
            verdict = STATES[state(guardrails[e.metric.name], look)]
        if failed:
            verdict = UNREAD
        nb.record(f"metrics.{e.metric.name}.verdict", verdict, "text", "What became of it")
    for name, g in guardrails.items():
        unit: Unit = "relative" if g.scale == "relative" else CHANGE[nb.study.metric(name).unit]
        nb.record(
            f"metrics.{name}.bound",
            finite(g.bound),
            unit,
            "One-sided confidence bound on the harmful side",
            reason=g.effect.note or NO_INTERVAL,
            bar=math.copysign(g.margin, g.bound),
        )


def _effect(nb: Notebook, prefix: str, e: MetricEffect, arm: str) -> None:
    x, metric = e.effect, e.metric
    what, why = inside(metric.label), x.note or NO_INTERVAL
    treated = arm or "Treatment"
    nb.record(f"{prefix}.control", finite(x.control), LEVEL[metric.unit], f"Control: {what}", reason=why)
    nb.record(f"{prefix}.treatment", finite(x.treatment), LEVEL[metric.unit], f"{treated}: {what}", reason=why)
    nb.record(
        f"{prefix}.absolute", finite(x.absolute), CHANGE[metric.unit], f"{treated} minus control: {what}", reason=why
    )
    nb.record(
        f"{prefix}.absolute_low", finite(x.absolute_low), CHANGE[metric.unit], "Lower end of its interval", reason=why
    )
    nb.record(
        f"{prefix}.absolute_high", finite(x.absolute_high), CHANGE[metric.unit], "Upper end of its interval", reason=why
    )
    nb.record(
        f"{prefix}.relative", finite(x.relative), "relative", f"Relative change: {subject(what, arm)}", reason=why
    )
    nb.record(f"{prefix}.relative_low", finite(x.relative_low), "relative", "Lower end of its interval", reason=why)
    nb.record(f"{prefix}.relative_high", finite(x.relative_high), "relative", "Upper end of its interval", reason=why)
    nb.record(f"{prefix}.p_value", finite(x.p_value), "p", f"Two-sided p-value, {x.method}", reason=why)
    nb.record(
        f"{prefix}.p_adjusted",
        finite(e.adjusted_p),
        "p",
        text_adjusted(e, nb.study),
        reason=why,
    )


def text_adjusted(e: MetricEffect, study: Study) -> str:
    """How the p-value that decides is adjusted: over the tests that share its level, as docs/decision.md says."""
    if e.metric.role == "guardrail":
        return "The same: a guardrail keeps a level of its own"
    if e.metric.role == "primary":
        if e.sharing == 1:
            return "The same: the primary metric has the full level"
        return f"The same after Holm over {e.sharing} treatments, which share the full level on the primary metric"
    if e.sharing == 1:
        return "The same: no other test of a secondary metric shares its level"
    return f"The same after {METHODS[study.decision.secondary]} over {e.sharing} tests of secondary metrics, which share a level"


def record_exposed(nb: Notebook, results: Results) -> None:
    """``exposed.*``: how many units the effects stand on, and how many came a day."""
    exposed = results.units("exposed", "all", "all")
    nb.record("exposed.units", exposed, "count", "Exposed units over all arms")
    days = enrolment_days(results)
    nb.record(
        "exposed.units_per_day",
        exposed / days if days else None,
        "count",
        "The same by day, from the first to the last exposure",
        reason=no_pace(nb.study),
    )


def absent_days(study: Study) -> str:
    """Why no effect is shown by day of exposure."""
    return study.timeless or "No day has exposed units of both arms, so no day shows an effect."


def text_dilution(found: Mapping[str, MetricEffect]) -> str:
    """Whether the effect is diluted among all assigned units: not where each of them was exposed."""
    exposed, assigned = (sum(found[name].units) for name in ("exposed", "assigned"))
    if exposed == assigned:
        return "every assigned unit was exposed, so nothing is diluted"
    share = formatted(exposed / assigned, "share")
    return (
        f"{share} of the assigned units were exposed, and only they can be touched by the change: among all assigned units "
        "the effect is diluted"
    )


def absent_dilution(study: Study) -> str:
    """Why the two populations are not compared."""
    if study.rowless:
        return rowless.absent(study, rowless.POPULATIONS)
    if study.is_unit_table:
        return "Every row of a unit table is exposed, so both populations are one."
    return f"{study.primary.label} counts from the exposure on, so it has no value among units that were only assigned."


def record_dilution(nb: Notebook, found: Mapping[str, MetricEffect], arm: str = "") -> None:
    """``itt.*``: the primary metric over all assigned units, of ``arm`` where there are several, and the share of them that was exposed."""
    apart = "assigned" in found and not nb.study.rowless
    both = found["exposed"].effect, found["assigned"].effect if apart else None
    exposed, assigned = both
    reason = (assigned.note or NO_INTERVAL) if assigned else absent_dilution(nb.study).rstrip(".")
    share = None
    if assigned:
        share = (exposed.n_control + exposed.n_treatment) / (assigned.n_control + assigned.n_treatment)
    nb.record("itt.exposed_share", share, "share", "Exposed units among the assigned ones", reason=reason)
    unit = CHANGE[found["exposed"].metric.unit]
    absolute, relative, p = (
        (assigned.absolute, assigned.relative, assigned.p_value) if assigned else (math.nan, math.nan, math.nan)
    )
    nb.record(
        "itt.absolute",
        finite(absolute),
        unit,
        f"Effect{f' of {arm}' if arm else ''} over all assigned units",
        reason=reason,
    )
    nb.record("itt.relative", finite(relative), "relative", "The same, relative", reason=reason)
    nb.record("itt.p_value", finite(p), "p", "Its p-value", reason=reason)


def record_differences(
    nb: Notebook, found: Mapping[str, Heterogeneity], trend: Novelty, failed: Sequence[object] = (), arm: str = ""
) -> None:
    """``interaction.SEGMENT.*`` and ``novelty.*``: whether the primary effect is one, over segments and over days.

    After ``failed`` trust checks no level may be called different; of ``arm`` where there are several.
    """
    of = f" of {arm}" if arm else ""
    for dimension, test in found.items():
        name = dimension.replace("_", " ")
        nb.record(
            f"interaction.{dimension}.p_value",
            finite(test.p_value),
            "p",
            f"Interaction test: one effect{of} for all of {name}",
            reason=f"not tested: fewer than two of its levels have {nb.study.randomised} and outcomes enough for the test",
        )
        nb.record(
            f"interaction.{dimension}.claims",
            UNREAD if failed else _named(test),
            "text",
            f"Levels of {name} that may be called different from the rest{f' by the effect{of}' if arm else ''}",
        )
    unit = CHANGE[nb.study.primary.unit]
    why = trend.note or "too few days with an effect"
    if not nb.study.has_time:
        why = nb.study.one_moment
    nb.record("novelty.verdict", trend.verdict, "text", f"Trend of the effect{of} over the days of first exposure")
    nb.record("novelty.p_value", finite(trend.p_value), "p", "p-value of that trend", reason=why)
    chosen = (
        f"{counted(trend.left_out, 'day')} without variance left out, so that the others were chosen by their outcome"
    )
    kept, late = not trend.left_out, (trend.long_run, trend.long_run_low, trend.long_run_high)
    meanings = (_long_run(trend, of), "Lower end of its interval", "Upper end of its interval")
    for name, value, meaning in zip(("long_run", "long_run_low", "long_run_high"), late, meanings, strict=True):
        nb.record(f"novelty.{name}", finite(value) if kept else None, unit, meaning, reason=why if kept else chosen)


def _long_run(trend: Novelty, of: str) -> str:
    """Which days the long-run effect is of, and which are not in it."""
    if not trend.long_run_days:
        return f"Effect{of} by the day of first exposure"
    first, last = round(trend.long_run_from), round(trend.long_run_to)
    days = f"days {first} to {last}" if last > first else f"day {first}"
    earlier = trend.days - trend.long_run_days
    left = f"; {trend.note}" if trend.note else ""
    rest = f", without the {counted(earlier, 'day')} before" if earlier else ""
    return f"Effect{of} on units first exposed on {days} of the experiment, weighted by precision{rest}{left}"


def text_caution(study: Study) -> str:
    """What a reader must know before any effect of this study is read."""
    if study.mode == "online" and study.planted:
        return "The log is simulated. Its users were treated as the variants in it say, and the true effects are known."
    if study.mode == "online" and study.simulated:
        return (
            "The log is simulated, and the variants stand in it: users, arms and outcomes come from a simulator, not from "
            "customers. Nothing is planted on top."
        )
    if study.rowless:
        return "Units were treated, and somebody counted them: what stands here rests on these counts, for nobody has the rows."
    if study.mode == "online":
        return "The data tell the variants: units were treated, and nothing is planted."
    log = "The log is simulated." if study.simulated else "The log is real, but nobody was treated."
    return (
        f"{log} Units are hashed into variants and a known uplift is planted in the exposed ones of the treatment, so the "
        "estimates show what the machinery finds, not what the change would do."
    )
