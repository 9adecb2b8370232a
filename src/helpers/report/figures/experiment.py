"""Figures of the design and of the results."""

import itertools
from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from helpers.config import Metric, Study
from helpers.experiment.decision.claims import Claim, barred, of_metric, size, subject
from helpers.experiment.decision.look import EarlyLook
from helpers.experiment.design import Goal, is_stated
from helpers.experiment.funnel import FunnelCounts, window
from helpers.experiment.rerandomisation import Rerandomised
from helpers.experiment.results import MetricEffect
from helpers.formatting import CHANGE, counted, formatted, inside, listed, p_text
from helpers.report.figures import style
from helpers.report.figures.flows import flow
from helpers.stats.checks.novelty import Novelty
from helpers.stats.checks.srm import SRMByGroup
from helpers.stats.design.plan import Plan
from helpers.stats.multiplicity.heterogeneity import Heterogeneity

if TYPE_CHECKING:
    import pandas as pd

TRENDS = {
    "stable": "shows no trend over the days",
    "novelty": "fades over the days",
    "primacy": "grows over the days",
    "reversal": "turns round over the days",
    "no test": "has too few days for a trend",
}
EARLY = 0.5
"""Share of the axis: a curve that reaches the plan within it would cross a label above the line's left end."""

UNDECIDED, BETTER, WORSE = style.NEUTRAL, style.GOOD, style.BAD


def exposures(curve: "pd.DataFrame", goal: Goal | None, reached: str, study: Study) -> go.Figure:
    """Distinct exposed units by day, against what the design needs."""
    figure = go.Figure()
    names = {"diagnosis": "baseline", "experiment": "log" if study.is_descriptive else "experiment"}
    colours = {"diagnosis": style.CONTROL, "experiment": style.TREATMENT}
    if not study.period.baseline:
        curve = curve[curve.period == "experiment"]
    ends: dict[str, tuple[object, float, str]] = {}
    for period, part in curve.groupby("period"):
        figure.add_scatter(
            x=part.day,
            y=part.cumulative_units,
            name=names[period],
            mode="lines+markers",
            line_color=colours[period],
        )
        ends[names[period]] = (part.day.iloc[-1], float(part.cumulative_units.iloc[-1]), colours[period])
    if len(ends) > 1:
        style.name_ends(figure, ends)
    if goal is not None and goal.counted == "units":
        _mark_goal(figure, curve, goal)
    span = study.period
    style.mark_events(figure, study.external_events, span.start, ceil(span.experiment_days), numbered=True)
    if span.baseline:
        style.mark_events(
            figure, study.external_events, span.first, ceil(span.baseline_days), numbered=True, suffix=" (baseline)"
        )
    figure.update_xaxes(title="day of the period")
    figure.update_yaxes(title="distinct units exposed", rangemode="tozero")
    return style.titled(
        figure,
        reached,
        f"{f'the {study.randomised} hold ' if study.cluster else ''}{_counted_once(curve)}",
    )


def _counted_once(curve: "pd.DataFrame") -> str:
    """Whether units come back, and whether the days bring fewer new ones for it."""
    if not curve.returning_units.sum():
        return "distinct units: each of them is exposed on one day only"
    come = curve[curve.day <= curve.day.where(curve.new_units > 0).groupby(curve.period).transform("max")]
    late = come.day - come.groupby("period").day.transform("mean")
    bends = come.new_units[late > 0].sum() < come.new_units[late < 0].sum()
    return f"distinct units: those who come back are not counted again{', so the curve bends' if bends else ''}"


def _mark_goal(figure: go.Figure, curve: "pd.DataFrame", goal: Goal) -> None:
    """A line at the number of units that is planned or asked for, its name where the curves leave room."""
    name = f"{'planned' if goal.planned else 'asked for'}: {goal.size:,}"
    figure.add_hline(y=goal.size, line={"dash": "dot", "color": style.ACCENT})
    early = any(
        part.cumulative_units[part.day <= EARLY * curve.day.max()].max() >= goal.size
        for _, part in curve.groupby("period")
    )
    side = {"x": 1, "xanchor": "right", "yanchor": "top"} if early else {"x": 0, "xanchor": "left", "yanchor": "bottom"}
    figure.add_annotation(xref="paper", y=goal.size, text=name, showarrow=False, font_color=style.MUTED,
                          **side)  # fmt: skip


def detectable(plans: Sequence[tuple[float, Sequence[Plan]]], wanted: float, study: Study) -> go.Figure:
    """Smallest detectable relative effect by the number of what was randomised, one line a split."""
    figure = go.Figure()
    curves = [curve for _, curve in plans]
    colours = [*style.TREATMENTS, style.SKY, style.BAD]
    for curve, colour in zip(curves, itertools.cycle(colours), strict=False):
        figure.add_scatter(x=[p.n_total for p in curve], y=[p.relative for p in curve], mode="lines", line_color=colour,
                           name=curve[0].ratio)  # fmt: skip
    figure.add_hline(y=wanted, line={"dash": "dot", "color": style.MUTED})
    called = "planned for" if is_stated(study) else "assumed"
    figure.add_annotation(xref="paper", y=wanted, text=f"{called}: {formatted(wanted, 'relative')}", showarrow=False,
                          font_color=style.MUTED, **_free_side(curves, wanted))  # fmt: skip
    sizes = [p.n_total for curve in curves for p in curve]
    ticks = _round_numbers(min(sizes), max(sizes))
    figure.update_xaxes(
        type="log", title=f"{study.randomised} in all", tickvals=ticks, ticktext=[f"{n:,}" for n in ticks]
    )
    figure.update_yaxes(title="smallest detectable relative effect", tickformat=style.SHARES, rangemode="tozero")
    last = [curve[-1] for curve in curves]
    return style.titled(
        figure,
        _finds(last, study),
        f"two-sided alpha {last[0].alpha:.2g}, power {formatted(last[0].power, 'share')}; the legend gives control : treatment",
    )


def _free_side(curves: Sequence[Sequence[Plan]], wanted: float) -> dict[str, object]:
    """Where no curve crosses a label of the line: below it up to the first that reaches it, or above it from the last on."""
    above = [[abs(plan.relative) > abs(wanted) for plan in curve] for curve in curves]
    reach = [sum(each) / len(each) for each in above]
    low, high = ("top", "bottom") if wanted > 0 else ("bottom", "top")
    left = min(reach) >= 1 - max(reach)
    return {"x": 0, "xanchor": "left", "yanchor": low} if left else {"x": 1, "xanchor": "right", "yanchor": high}


def _finds(plans: Sequence[Plan], study: Study) -> str:
    """What the best split finds with as many units as the largest plan has, and what the worst one does."""
    best, worst = (pick(plans, key=lambda plan: abs(plan.relative)) for pick in (min, max))
    least, most = formatted(best.relative, "relative"), formatted(worst.relative, "relative")
    at = f"At {best.n_total:,} {study.randomised}"
    if len(plans) == 1:
        return f"{at} the split {best.ratio} finds {least}"
    if least == most:
        return f"{at} every split finds {least}"
    return f"{at} the split {best.ratio} finds {least}, {worst.ratio} only {most}"


def _round_numbers(low: int, high: int) -> list[int]:
    """1, 2 and 5 times the powers of ten between two numbers.

    >>> _round_numbers(150, 2_100)
    [200, 500, 1000, 2000]
    """
    return [n for power in range(len(str(high))) for n in (10**power, 2 * 10**power, 5 * 10**power) if low <= n <= high]


def p_values(rerandomised: Rerandomised) -> go.Figure:
    """The p-values of the A/A tests: flat when the machinery is right."""
    seen = rerandomised.p_values[~np.isnan(rerandomised.p_values)]
    counts, edges = np.histogram(seen, bins=20, range=(0, 1))
    figure = go.Figure(
        go.Bar(x=(edges[:-1] + edges[1:]) / 2, y=counts, width=0.045, showlegend=False,
               marker_color=[style.BAD] + [style.CONTROL] * 19,
               hovertemplate="p around %{x:.3f}: %{y} experiments<extra></extra>")
    )  # fmt: skip
    figure.add_hline(y=len(seen) / 20, line={"dash": "dot", "color": style.MUTED})
    figure.update_xaxes(title="p-value", tickformat=".1f")
    figure.update_yaxes(title="A/A experiments")
    found = rerandomised.false_positives
    return style.titled(
        figure,
        f"{formatted(found.observed, 'share')} of {counted(rerandomised.runs, 'experiment')} without any change look significant",
        f"nominal {formatted(found.nominal, 'share')}, 95 % interval {formatted(found.low, 'share')} to "
        f"{formatted(found.high, 'share')}; the first bar is p < .05, the dotted line a uniform distribution",
    )


def sample_ratio(tests: SRMByGroup, study: Study, failed: bool = False) -> go.Figure:
    """Share of the control by day of exposure, with the range that chance explains; of all days together it may have ``failed``."""
    weight = study.control.weight
    days = [int(g) for g in tests.groups]
    totals = np.array([sum(t.observed) for t in tests.tests])
    share = np.array([t.observed[0] for t in tests.tests]) / totals
    reach = 3.2905 * np.sqrt(weight * (1 - weight) / totals)
    figure = go.Figure()
    figure.add_scatter(x=days + days[::-1], y=list(weight + reach) + list((weight - reach)[::-1]), fill="toself", mode="lines",
                       fillcolor=style.faded(style.CONTROL, 0.25), line_width=0, hoverinfo="skip", showlegend=False)  # fmt: skip
    figure.add_hline(y=weight, line={"dash": "dot", "color": style.MUTED})
    figure.add_scatter(x=days, y=share, mode="markers", showlegend=False,
                       marker_color=[style.BAD if g in tests.mismatched else style.TREATMENT for g in tests.groups])  # fmt: skip
    _mark_days(figure, study)
    figure.update_xaxes(title="day of exposure")
    figure.update_yaxes(title="share of the control", tickformat=style.SHARES)
    finding = "No day shows a sample ratio mismatch"
    if tests.mismatched:
        finding = f"{counted(len(tests.mismatched), 'day')} with a sample ratio mismatch"
    elif failed:
        finding = "All days together show a sample ratio mismatch, though no day alone does"
    return style.titled(
        figure,
        finding,
        "the band holds what chance explains on one day at p = .001; a day is a mismatch where it is one after Holm over all days",
    )


def funnel_arms(arms: Sequence[FunnelCounts], study: Study) -> go.Figure:
    """The funnel of every arm as a flow, one below the other, so that labels have room on a phone."""
    gap = 0.12
    share = (1 - gap * len(arms)) / len(arms)
    figure = go.Figure()
    for place, arm in enumerate(arms):
        top = 1 - place * (share + gap) - gap / 2
        figure.add_trace(flow(arm, (max(top - share, 0.0), top)))
        figure.add_annotation(
            text=f"<b>{arm.level}</b>, {arm.steps[0].units:,} exposed", x=0, xref="paper", xanchor="left",
            y=top + 0.01, yref="paper", yanchor="bottom", showarrow=False,
        )  # fmt: skip
    last = arms[0].steps[-1].event
    within = "" if study.is_unit_table else f" within {study.funnel.window_hours:g} hours"
    left_out = [step for step in study.funnel.optional if step not in [s.event for s in arms[0].steps]]
    over = f" without the optional {listed(left_out)}" if left_out else ""
    reached = ", ".join(f"{formatted(a.conversion.share, 'share')} of {a.level}" for a in arms)
    return style.titled(
        figure,
        f"Who reaches {last} step by step{within}: {reached}",
        f"ordered funnel{over}, {window(study)} the exposure; percentages of the exposed units, of the step before for the losses",
        height=110 + 300 * len(arms),
    )


def effects(
    found: Sequence[MetricEffect], study: Study, look: EarlyLook | None = None, failed: Sequence[object] = ()
) -> go.Figure:
    """Relative effects with intervals, and the planted truth beside them; after an early ``look``, or ``failed`` checks.

    The title is about the treatment that ``found`` starts with; the effects of others are drawn below those of it.
    """
    shown = _finite(found)
    lead = of_metric(next(e for e in found if e.metric.role == "primary"), study, look)
    several = len({e.variant for e in found}) > 1
    units = study.randomised if study.is_unit_table or study.cluster else "exposed units"
    subtitle = f"{study.decision.confidence * 100:g} % intervals, {units}"
    if several:
        subtitle += f"; every arm against {study.control.name}, coloured where it is significant once the tests share their level"
    claimed = [of_metric(e, study, look) for e in shown]
    if any(each.strength == "significant" and each.says in ("higher", "lower") for each in claimed):
        subtitle += "; without a colour where nobody stated which way is better"
    if study.planted:
        known = [e for e in shown if e.truth]
        held = sum(bool(e.covered) for e in known)
        hold = "holds" if held == 1 else "hold"
        subtitle += f"; {held} of {counted(len(known), 'interval')} {hold} the planted effect" if known else ""
    return style.titled(
        _forest(
            shown,
            [subject(e.metric.label, e.variant if several else "") for e in shown],
            [_colour(each) for each in claimed],
            study,
        ),
        barred(f"{lead.subject}: {size(lead)}", failed),
        subtitle,
        height=_height(shown),
    )


def segment_effects(
    found: Sequence[MetricEffect],
    interactions: Mapping[str, Heterogeneity],
    study: Study,
    failed: Sequence[object] = (),
) -> go.Figure:
    """Relative effects by segment; a segment has a colour when the interaction test lets it be called different."""
    shown = _finite(found)
    different = {(dimension, name) for dimension, test in interactions.items() for name in test.claims}
    apart = sum(e.adjusted_p < e.effect.alpha for e in found)
    return style.titled(
        _forest(
            shown,
            [_segment(e.dimension, e.level) for e in shown],
            [style.TREATMENT if (e.dimension, e.level) in different else UNDECIDED for e in shown],
            study,
        ),
        barred(_differing(interactions, _of(found, study)), failed),
        f"exploratory; apart from zero by Benjamini-Hochberg: {apart} of {counted(len(found), 'effect')}; a difference is claimed only where the interaction test carries it",
        height=_height(shown),
    )


def _differing(interactions: Mapping[str, Heterogeneity], of: str) -> str:
    """Where the effect differs: by levels that may be named, else by segments, else nowhere that can be told."""
    named = {
        dimension: [_segment(dimension, name) for name in test.claims]
        for dimension, test in interactions.items()
        if test.claims
    }
    pairs = [name for name in named if len(interactions[name].segments) == 2 == len(named[name])]
    rest = [level for name, levels in named.items() if name not in pairs for level in levels]
    if named:
        told = [f"from the rest for {listed(rest)}"] if rest else []
        told += [f"between {listed(named[name])}" for name in pairs]  # of two, neither is the rest
        return f"The effect{of} differs {', and '.join(told)}"
    uneven = [dimension.replace("_", " ") for dimension, test in interactions.items() if test.interaction]
    if uneven:
        return f"The effect{of} differs by {listed(uneven)}, though no level alone may be called different"
    if all(np.isnan(test.p_value) for test in interactions.values()):
        return f"No segment has two levels large enough to test whether the effect{of} differs"
    return f"No segment's effect{of} may be called different from the rest"


def _segment(dimension: str, level: str) -> str:
    return f"{level} ({dimension.replace('_', ' ')})"


def _of(found: Sequence[MetricEffect], study: Study) -> str:
    """Whose effects they are, where a study has several treatments."""
    return f" of {found[0].variant}" if found and len(study.treatments) > 1 else ""


def _finite(found: Sequence[MetricEffect]) -> list[MetricEffect]:
    """Effects that can be drawn, the first one on top."""
    return [e for e in found if e.drawable][::-1]


def _height(shown: Sequence[MetricEffect]) -> int:
    return max(320, 120 + 38 * len(shown))


def _forest(shown: Sequence[MetricEffect], labels: list[str], colours: list[str], study: Study) -> go.Figure:
    """Points with intervals below one another, and the planted truth where there is one."""
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    figure.add_scatter(
        x=[e.effect.relative for e in shown], y=labels, mode="markers", name="estimate", showlegend=False,
        marker={"color": colours, "size": 10},
        error_x=style.whiskers(
            [e.effect.relative for e in shown], [e.effect.relative_low for e in shown],
            [e.effect.relative_high for e in shown], thickness=2,
        ),
        hovertemplate="%{y}: %{x:+.1%}<extra></extra>",
    )  # fmt: skip
    if study.planted:
        figure.add_scatter(
            x=[None], y=labels[:1], mode="markers", name="estimate", marker={"color": style.MUTED, "size": 10}
        )
        figure.add_scatter(
            x=[e.truth.relative if e.truth else None for e in shown], y=labels, mode="markers", name="planted truth",
            marker={"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": style.ACCENT}, "color": style.ACCENT},
        )  # fmt: skip
    figure.update_xaxes(title="relative change, treatment against control", **style.signed("+.2~%"))
    figure.update_yaxes(automargin=True)
    return figure


def _colour(found: Claim) -> str:
    """A colour for what its word calls significant, by the side on which it lies."""
    if found.strength != "significant" or found.says in ("higher", "lower"):
        return UNDECIDED
    return BETTER if found.says == "better" else WORSE


def coverage(rerandomised: Rerandomised) -> go.Figure:
    """Estimates over the re-salted experiments: of the planted effect, or of none where nothing was planted."""
    counts, edges = np.histogram(rerandomised.estimates, bins=30)
    figure = go.Figure(
        go.Bar(x=(edges[:-1] + edges[1:]) / 2, y=counts, marker_color=style.CONTROL, showlegend=False,
               width=np.diff(edges) * 0.9, hovertemplate="%{x:+.1%}: %{y}<extra></extra>")
    )  # fmt: skip
    held = rerandomised.coverage
    figure.add_vline(x=rerandomised.truth, line={"color": style.ACCENT, "width": 3})
    truth = f" planted: {formatted(rerandomised.truth, 'relative')}" if held else " no effect"
    figure.add_annotation(
        x=rerandomised.truth, y=1, yref="paper", text=truth, showarrow=False, xanchor="left", font_color=style.MUTED
    )
    figure.update_xaxes(title="estimated relative effect", **style.signed("+.2~%"))
    figure.update_yaxes(title="experiments")
    told = held or rerandomised.false_positives
    middle = formatted(float(np.median(rerandomised.estimates)), "relative")
    share, runs = (
        formatted(told.observed, "share"),
        f"{rerandomised.runs:,} re-run{'s' if rerandomised.runs > 1 else ''}",
    )
    finding = f"In {share} of {runs} an effect is found where none can be"
    if held:
        finding = f"Over {runs} the interval holds the truth {share} of the time"
    return style.titled(
        figure,
        finding,
        f"nominal {formatted(told.nominal, 'share')}, 95 % interval {formatted(told.low, 'share')} to "
        f"{formatted(told.high, 'share')}; median estimate {middle}; "
        "the same users, split anew each time",
    )


def _mark_days(figure: go.Figure, study: Study) -> None:
    """External events on an axis of days of exposure."""
    style.mark_events(
        figure, study.external_events, study.period.start, ceil(study.period.experiment_days), numbered=True
    )


def by_day(found: Sequence[MetricEffect], trend: Novelty, study: Study, failed: Sequence[object] = ()) -> go.Figure:
    """Effect by day of exposure, with the line of its trend: does it fade, or grow? A difference of shares is in points."""
    days = [int(e.level) for e in found]
    metric = found[0].metric
    in_points = metric.unit == "share"
    scale = 100 if in_points else 1
    points, lows, highs = (
        [scale * end for end in ends]
        for ends in zip(
            *((e.effect.absolute, e.effect.absolute_low, e.effect.absolute_high) for e in found), strict=True
        )
    )
    figure = go.Figure()
    figure.add_hline(y=0, line={"color": style.MUTED, "width": 1})
    figure.add_scatter(
        x=days, y=points, mode="markers", marker_color=style.TREATMENT, showlegend=False,
        error_y=style.whiskers(points, lows, highs),
    )  # fmt: skip
    if trend.verdict != "no test":
        figure.add_scatter(
            x=[days[0], days[-1]],
            y=[scale * trend.first, scale * trend.last],
            mode="lines",
            line_color=style.ACCENT,
            name="trend",
        )
    _mark_days(figure, study)
    figure.update_xaxes(title="day of exposure")
    figure.update_yaxes(
        title=f"effect on {inside(metric.label)}{', points' if in_points else ''}",
        **(style.signed("+~g") if in_points else {}),
    )
    tested = f" ({p_text(trend.p_value, 2)})" if trend.verdict != "no test" else ""
    last = ""
    if trend.verdict in ("novelty", "primacy", "reversal") and trend.long_run_days < trend.days and not trend.left_out:
        size = formatted(trend.long_run, CHANGE[metric.unit], study.economics.currency)
        last = f", in the last {trend.long_run_days} it is {size}"
    return style.titled(
        figure,
        barred(f"The effect{_of(found, study)} {TRENDS[trend.verdict]}{tested}{last}", failed),
        f"units by the day they were first exposed{_seen(metric, study)}",
    )


def _seen(metric: Metric, study: Study) -> str:
    """How long the units of a day were watched: equally long in a window, else to the end of the experiment."""
    if metric.days:
        return f"; each was watched for {counted(metric.days, 'day')}"
    return "" if study.is_unit_table else "; late days were seen for a shorter time"
