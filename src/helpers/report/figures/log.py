"""Figures of the log and of its funnel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from helpers.config.nouns import a, plural
from helpers.defaults import ALPHA
from helpers.formatting import counted, decimal, finite, formatted, listed, whole
from helpers.report import losses
from helpers.report.figures import style
from helpers.report.figures.flows import flow
from helpers.stats.checks.weekdays import LEAST_DAYS, weekday_p_value

if TYPE_CHECKING:
    import pandas as pd

    from helpers.config import Study
    from helpers.experiment.funnel import FunnelCounts
    from helpers.experiment.segments import SegmentRate
    from helpers.stats.survival.curves import SurvivalCurve


LATE = 10
"""Where the last time is less than so many times the first one, a logarithmic axis would show one step of the curve alone."""
SPANS = (("day", 24.0), ("hour", 1.0), ("minute", 1 / 60))
"""Units of a time axis, in hours."""


def rows_kept(flow: pd.DataFrame) -> go.Figure:
    """What left the log, and what was repaired, by kind."""
    shown = flow[(flow.kind != "kept") & (flow["rows"] > 0)].sort_values("rows")
    colours = {
        "dropped": style.CONTROL,
        "quarantined": style.BAD,
        "repaired": style.TREATMENT,
        "flagged": style.ACCENT,
    }
    figure = go.Figure()
    for disposition, colour in colours.items():
        part = shown[shown.disposition == disposition]
        if len(part):
            figure.add_bar(
                x=part["rows"], y=part.kind.str.replace("_", " "), orientation="h", name=disposition, marker_color=colour,
                text=[f"{n:,}" for n in part["rows"]], textposition="outside", cliponaxis=False,
            )  # fmt: skip
    figure.update_xaxes(title="rows", rangemode="tozero")
    figure.update_yaxes(categoryorder="array", categoryarray=list(shown.kind.str.replace("_", " ")))
    kept = int(flow.loc[flow.kind == "kept", "rows"].sum())
    lost = int(flow.loc[flow.disposition.isin(["dropped", "quarantined"]), "rows"].sum())
    return style.titled(
        figure,
        f"{formatted(kept / (kept + lost), 'share')} of the rows are kept, the rest is named row by row"
        if lost
        else "Every row is kept; what was repaired or flagged is named row by row",
        "dropped and quarantined rows leave the data; repaired and flagged rows stay in it",
        height=max(320, 60 + 34 * len(shown)),
    )


def activity(daily: pd.DataFrame, study: Study) -> go.Figure:
    """Key events a day."""
    figure = go.Figure()
    colours = [style.CONTROL, style.TREATMENT, style.ACCENT, style.GOOD]
    names = [s for s in study.funnel.steps if s in set(daily.event_name)]
    ends: dict[str, tuple[str, float, str]] = {}
    for name, colour in zip(names, colours, strict=False):
        part = daily[daily.event_name == name]
        mode = "lines" if len(part) > 2 else "markers"
        figure.add_scatter(x=part.day.astype(str), y=part.events, name=name, mode=mode, line_color=colour)
        ends[name] = (str(part.day.iloc[-1]), float(part.events.iloc[-1]), colour)
    if 2 <= len(ends) <= 3:
        style.name_ends(figure, ends)
    span = study.period
    first = span.first.replace(hour=0, minute=0, second=0, microsecond=0)
    style.mark_events(figure, study.external_events, first, (span.end - first).days + 1)
    if study.period.baseline:
        start = study.period.start.date().isoformat()
        figure.add_vline(x=start, line={"dash": "dot", "color": style.MUTED})
        figure.add_annotation(
            x=start,
            y=1,
            yref="paper",
            text="experiment begins",
            showarrow=False,
            yanchor="bottom",
            font_color=style.MUTED,
        )
    figure.update_yaxes(title="events a day", rangemode="tozero")
    figure.update_xaxes(title="day (UTC)")
    hidden = "".join(f"{plural(s)} are left out; " for s in study.funnel.steps if s not in names)
    return style.titled(figure, _weekly(daily, names[-1], study), f"{hidden}days run from midnight to midnight, UTC")


def _weekly(daily: pd.DataFrame, event: str, study: Study) -> str:
    """How far the weekdays differ, where they do by more than days of one weekday do."""
    counts = _by_day(daily, event)
    if len(counts) < LEAST_DAYS:
        return f"The days with {plural(event)} span less than two weeks: no weekly pattern can be told"
    begun = len(_by_day(daily, study.exposure))
    if 0 < begun < LEAST_DAYS:
        within = "on one day" if begun == 1 else f"within {begun} days"
        return f"All {plural(study.exposure)} come {within}: later days tell the age of their units, not weekdays"
    if (counts > 0).sum() < LEAST_DAYS:
        have = f"{int((counts > 0).sum())} of {len(counts)} days"
        return f"Only {have} have any {plural(event)}: no weekly pattern can be told"
    weekdays = counts.groupby(counts.index.dayofweek).mean()
    spread = (weekdays.max() - weekdays.min()) / weekdays.mean()
    if not spread:
        return f"Every weekday has as many {plural(event)}"
    before = int((counts.index < study.period.start.replace(hour=0, minute=0, second=0, microsecond=0)).sum())
    if weekday_p_value(counts, anew=before) >= ALPHA:
        return f"Between weekdays, {plural(event)} differ no more than single days do"
    return f"Between weekdays, {plural(event)} differ by {formatted(spread, 'share')} of their mean: compare whole weeks only"


def _by_day(daily: pd.DataFrame, event: str) -> pd.Series:
    """Events of each day from the first to the last that has one."""
    import pandas as pd

    of_event = daily[daily.event_name == event]
    counts = pd.Series(of_event.events.to_numpy(float), pd.DatetimeIndex(of_event.day))
    return counts.asfreq("D", fill_value=0.0) if len(counts) else counts


def sankey(funnel: FunnelCounts, study: Study) -> go.Figure:
    """The ordered funnel as a flow, with what is lost at each step."""
    steps = funnel.steps
    figure = go.Figure(flow(funnel))
    most = funnel.bottlenecks
    within = "" if study.is_unit_table else f" within {study.funnel.window_hours:g} hours"
    over = f" without the optional {listed(funnel.passed_over)}" if funnel.passed_over else ""
    finding = losses.nobody_lost(funnel)
    if losses.unwanted(study):
        share = formatted(finite(funnel.conversion.share), "share")
        finding = f"{share} of the users at {steps[0].event} reach {steps[-1].event}{within}"
    elif len(most) == 1:
        gone, before = formatted(1 - most[0].rate.share, "share"), funnel.before(most[0]).event
        finding = f"{gone} of the users at {before} do not go on to {most[0].event}{within}"
    elif most:
        finding = f"No step alone is the bottleneck: {losses.ways(funnel)} cost {losses.lost(funnel)}"
    return style.titled(
        figure,
        finding,
        f"ordered funnel{over} of {counted(steps[0].units, 'user')}{f' {study.untouched}' if study.untouched else ''}; "
        "percentages of the entrants, of the step before for the losses",
    )


def step_losses(funnel: FunnelCounts) -> go.Figure:
    """How many more users would reach the last step, if nobody were lost at one."""
    steps = funnel.steps[1:]
    most = funnel.bottlenecks
    names = [f"{funnel.before(s).event} to {s.event}" for s in steps]
    figure = go.Figure(
        go.Bar(
            x=[s.purchases_lost for s in steps], y=names, orientation="h",
            marker_color=[style.BAD if s in most else style.CONTROL for s in steps],
            text=[f"{losses.bound(funnel, s)}{whole(s.purchases_lost)}" for s in steps], textposition="outside", cliponaxis=False,
        )
    )  # fmt: skip
    more = f"more users with {a(funnel.steps[-1].event)}, if nobody were lost at the step"
    figure.update_xaxes(title=more, rangemode="tozero")
    figure.update_yaxes(autorange="reversed")
    finding = losses.nobody_lost(funnel)
    if most:
        costs = "costs" if len(steps) == 1 else "costs most:" if len(most) == 1 else "cost most:"
        finding = f"T{losses.ways(funnel)[1:]} {costs} {losses.lost(funnel)}"
    return style.titled(
        figure,
        finding,
        "each step is mended alone, the later ones keep their rates; an upper bound, since nobody converts everybody"
        if most
        else "there is nothing to mend",
        height=280,
    )


def time_to_convert(curve: SurvivalCurve, study: Study) -> go.Figure:
    """Kaplan-Meier curve of converting, on a logarithmic time axis, or from zero on where all is told late."""
    hours = curve.time / 60
    first = int(np.searchsorted(hours, 0, side="right"))
    late = bool(hours[first] * LATE > hours[-1])
    grid = (np.linspace if late else np.geomspace)(hours[first], hours[-1], 400)
    thin = np.unique(np.searchsorted(hours, grid, side="right") - 1).tolist()
    x, low, high, middle = (
        [*([0.0] if late else []), *(float(part[i]) for i in thin)]
        for part in (hours, 1 - curve.high, 1 - curve.low, 1 - curve.survival)
    )
    figure = go.Figure()
    for bound, fill in ((low, None), (high, "tonexty")):
        figure.add_scatter(x=x, y=bound, fill=fill, fillcolor=style.faded(style.TREATMENT), line={"shape": "hv", "width": 0},
                           name="95 % band", hoverinfo="skip", mode="lines", showlegend=False)  # fmt: skip
    figure.add_scatter(x=x, y=middle, mode="lines", line={"shape": "hv", "color": style.TREATMENT},
                       name="converted", showlegend=False)  # fmt: skip
    figure.update_xaxes(type="linear" if late else "log", title=f"time since the {study.exposure}")
    if late:
        unit, of = next(((unit, of) for unit, of in SPANS if hours[-1] > 2 * of), SPANS[-1])
        ticks = [of * n for n in range(0, int(hours[-1] / of) + 1, max(1, int(hours[-1] / of) // 6))]
        figure.update_xaxes(tickvals=ticks, ticktext=[counted(round(n / of), unit) for n in ticks])
    else:
        figure.update_xaxes(tickvals=[1 / 60, 1 / 6, 1, 6, 24, 168, 720],
                            ticktext=["1 min", "10 min", "1 h", "6 h", "1 day", "1 week", "30 days"])  # fmt: skip
    figure.update_yaxes(title="share converted", tickformat=style.SHARES, rangemode="tozero")
    end = 1 - float(curve.survival[-1])
    hour = 1 - float(min((s for t, s in zip(curve.time, curve.survival, strict=True) if t <= 60), default=1.0))
    finding = f"Nobody is seen to convert after the {study.exposure}"
    if end and late:
        half = float(hours[np.flatnonzero(1 - np.asarray(curve.survival) >= end / 2)[0]])
        unit, of = next(((unit, of) for unit, of in SPANS if half >= of), SPANS[-1])
        finding = f"Half of those who convert do so within {decimal(half / of, 1)} {unit}s of the {study.exposure}"
    elif end:
        finding = f"{formatted(hour / end, 'share')} of those who convert do so within an hour of the {study.exposure}"
    return style.titled(
        figure,
        finding,
        "Kaplan-Meier with a 95 % band; units whose window is still open count as long as they were seen",
    )


def segment_rates(groups: Sequence[SegmentRate], study: Study) -> go.Figure:
    """Conversion by level of every segment, with intervals."""
    ordered = [g for d in study.segments for g in groups if g.dimension == d][::-1]
    labels = [f"{g.level} ({g.dimension.replace('_', ' ')})" for g in ordered]
    wanted = not losses.unwanted(study)
    worst = losses.worst(groups) if wanted else ()
    figure = go.Figure(
        go.Scatter(
            x=[g.rate.share for g in ordered], y=labels, mode="markers",
            marker={"color": [style.BAD if g in worst else style.TREATMENT for g in ordered], "size": 9},
            error_x=style.whiskers(
                [g.rate.share for g in ordered], [g.rate.low for g in ordered], [g.rate.high for g in ordered], style.MUTED
            ),
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(
        title=f"share of users with {study.funnel.steps[-1]}"
        if not study.has_way
        else f"share of users at {study.exposure} who reach {study.funnel.steps[-1]}",
        tickformat=style.SHARES,
    )
    return style.titled(
        figure,
        losses.carried(groups, study.funnel.steps[-1]) if wanted else losses.spread(groups, study.funnel.steps[-1]),
        f"points with 95 % intervals, {(study.cluster and f'by each {study.cluster} as a whole') or 'Clopper-Pearson'}; "
        "segments under the minimum size are pooled as 'other'"
        + (f"; only users {study.untouched}" if study.untouched else ""),
        height=max(360, 90 + 26 * len(ordered)),
    )
