"""Figures of the days after a launch."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from helpers.defaults import CUSUM_LIMIT
from helpers.experiment.monitoring.against_control import Watching
from helpers.experiment.monitoring.baseline import Baseline
from helpers.experiment.monitoring.charts import cusum, ewma, individuals, p_chart
from helpers.experiment.monitoring.plan import OWN, MonitoringPlan
from helpers.experiment.monitoring.ramp import RampDay
from helpers.experiment.monitoring.replay import DailyDecision, first
from helpers.experiment.monitoring.stream import DailyStream
from helpers.formatting import counted, formatted, stated
from helpers.report.figures import style

VERDICTS = {"CONTINUE": style.GOOD, "PAUSE": style.ACCENT, "ROLL BACK": style.BAD}
COLOURS = (style.CONTROL, style.SKY, style.ACCENT, style.BAD, style.TREATMENT, style.GOOD)
FALSELY = "a false alarm"
"""What a roll-back is called where nothing that harms was planted."""
SYMBOLS = {"CONTINUE": "circle", "PAUSE": "diamond", "ROLL BACK": "x"}


def control(name: str, stream: DailyStream, decisions: tuple[DailyDecision, ...], plan: MonitoringPlan) -> go.Figure:
    """The deseasonalised rate of one stream with the limits of both charts and the line of the trigger."""
    baseline = Baseline.of(stream)
    p, ranges = p_chart(stream, baseline), individuals(stream, baseline)
    days = [str(day) for day in stream.days]
    figure = go.Figure()
    seen = np.flatnonzero(np.isfinite(p.high))
    around = [days[n] for n in (*seen, *seen[::-1])]
    figure.add_scatter(x=around, y=[*p.high[seen], *p.low[seen[::-1]]], fill="toself", mode="lines", line_width=0,
                       fillcolor=style.faded(style.CONTROL, 0.22), hoverinfo="skip", name="p-chart, three sigma")  # fmt: skip
    for edge in (ranges.low, ranges.high):
        figure.add_scatter(x=days, y=edge, mode="lines", line={"color": style.MUTED, "width": 1, "dash": "dot"},
                           hoverinfo="skip", name="individuals, moving range", showlegend=edge is ranges.low)  # fmt: skip
    floor = p.centre - plan.triggers.drop
    figure.add_scatter(x=days[stream.launch :], y=floor[stream.launch :], mode="lines", name="the trigger's line",
                       line={"color": style.BAD, "width": 1.5, "dash": "dash"}, hoverinfo="skip")  # fmt: skip
    outside = p.outside
    figure.add_scatter(x=days, y=p.points, mode="lines+markers", showlegend=False, line={"color": style.TREATMENT, "width": 1.5},
                       marker={"size": 7, "color": [style.BAD if out else style.TREATMENT for out in outside]},
                       hovertemplate="%{x}: %{y:.2%}<extra></extra>")  # fmt: skip
    figure.add_vline(x=days[stream.launch], line={"color": style.INK, "width": 1})
    stopped = first(decisions, "ROLL BACK")
    if stopped:
        figure.add_vline(x=stopped.date, line={"color": style.BAD, "width": 1.5, "dash": "dot"})
    style.mark_events(figure, plan.events, datetime.fromisoformat(days[0]), len(days))
    figure.update_xaxes(title="day (UTC)")
    figure.update_yaxes(title="share a day, weekday taken out", tickformat=".1%")
    after = int(outside[stream.launch :].sum())
    ends = f"rolled back on day {stopped.day}{_falsely(name, plan)}" if stopped else "never rolled back"
    return style.titled(
        figure,
        f"{_named(name)}: {after} {'day' if after == 1 else 'days'} outside three sigma, {ends}",
        f"{plan.label}; solid line: launch; dotted line: roll-back; the band holds the noise of the day and of the frozen "
        f"baseline{_awaited(plan)}",
    )


def decided(replays: Mapping[str, tuple[DailyDecision, ...]], plan: MonitoringPlan) -> go.Figure:
    """The decision of every day, one row a stream."""
    figure = go.Figure()
    for verdict, colour in VERDICTS.items():
        marks = [(d, name) for name, days in replays.items() for d in days if d.verdict == verdict]
        if marks:
            figure.add_scatter(x=[d.day for d, _ in marks], y=[name for _, name in marks], mode="markers", name=verdict,
                               marker={"color": colour, "size": 10, "symbol": SYMBOLS[verdict]},
                               text=[d.reason for d, _ in marks],
                               hovertemplate="day %{x}, %{y}<br>%{text}<extra></extra>")  # fmt: skip
    style.mark_events(figure, plan.events, plan.launch, plan.section.days, numbered=True)
    figure.update_xaxes(title="day after the launch", range=[0.2, plan.section.days + 0.8])
    figure.update_yaxes(categoryorder="array", categoryarray=list(replays)[::-1], showgrid=False)
    stops = {name: first(days, "ROLL BACK") for name, days in replays.items()}
    told = ", ".join(f"{name} on day {stop.day}{_falsely(name, plan)}" for name, stop in stops.items() if stop)
    return style.titled(
        figure,
        f"Rolled back: {told}" if told else "No stream was rolled back",
        "one mark a day, from what was known that evening",
        height=200 + 34 * len(replays),
    )


def drift(streams: Mapping[str, DailyStream], plan: MonitoringPlan) -> go.Figure:
    """CUSUM towards harm and EWMA of the streams whose rate is shifted."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.1)
    first_days: dict[str, int] = {}
    shifted = [name for name, world in plan.worlds().items() if world.surge == 1]
    shifted += [name for name in streams if name == OWN]
    for name, colour in zip(shifted, COLOURS, strict=False):
        stream = streams[name]
        z = Baseline.of(stream).z(stream)[stream.launch : len(stream.days) - stream.wait]
        low, _ = cusum(z)
        mean = ewma(z)
        days = list(range(stream.wait + 1, stream.wait + len(z) + 1))
        figure.add_scatter(x=days, y=low, name=name, mode="lines", line_color=colour, row=1, col=1, legendgroup=name)
        figure.add_scatter(x=days, y=mean.points, name=name, mode="lines", line_color=colour, row=2, col=1,
                           legendgroup=name, showlegend=False)  # fmt: skip
        if (low > CUSUM_LIMIT).any():
            first_days[name] = days[int(np.argmax(low > CUSUM_LIMIT))]
        if name == shifted[0]:
            for edge in (mean.low, mean.high):
                figure.add_scatter(x=days, y=edge, mode="lines", line={"color": style.MUTED, "width": 1, "dash": "dot"},
                                   row=2, col=1, hoverinfo="skip", showlegend=False)  # fmt: skip
    figure.update_yaxes(range=[-0.5, 4 * CUSUM_LIMIT], row=1, col=1)
    figure.add_hline(y=CUSUM_LIMIT, line={"color": style.MUTED, "width": 1, "dash": "dot"}, row=1, col=1)
    figure.update_yaxes(title="CUSUM, sigma", row=1, col=1)
    figure.update_yaxes(title="EWMA, sigma", row=2, col=1)
    style.mark_events(figure, plan.events, plan.launch, plan.section.days, numbered=True, row=1, col=1)
    figure.update_xaxes(title="day after the launch", row=2, col=1)
    told = ", ".join(f"{name} on day {day}{_falsely(name, plan)}" for name, day in first_days.items())
    return style.titled(
        figure,
        f"CUSUM signals: {told}" if told else "CUSUM signals on no stream",
        "in standard errors of a day; dotted: limits, above it for CUSUM, outside of them for EWMA; what climbs out of the "
        f"upper panel is far beyond{_awaited(plan)}",
        height=560,
    )


def ramp(found: Mapping[str, tuple[RampDay, ...]], plan: MonitoringPlan) -> go.Figure:
    """Sequential interval of the rate against the control arm under the worst planted shift."""
    name = min(found, key=lambda n: np.nan_to_num(found[n][-1].high, nan=np.inf) if found[n] else np.inf)
    days = [d for d in found[name] if np.isfinite(d.absolute)]
    figure = go.Figure()
    for stage in sorted({d.stage for d in days}):
        part = [d for d in days if d.stage == stage]
        x, told = [d.day for d in part], [d for d in part if np.isfinite(d.high)]
        figure.add_scatter(x=[d.day for d in (*told, *told[::-1])], y=[*(d.high for d in told), *(d.low for d in told[::-1])],
                           fill="toself", mode="lines",
                           line_width=0, fillcolor=style.faded(style.TREATMENT, 0.25), hoverinfo="skip", showlegend=False)  # fmt: skip
        figure.add_scatter(x=x, y=[d.absolute for d in part], mode="lines+markers", showlegend=False,
                           line={"color": style.TREATMENT}, marker={"size": 6},
                           hovertemplate="day %{x}: %{y:+.2%}<extra></extra>")  # fmt: skip
    figure.add_hline(y=0, line={"color": style.MUTED, "width": 1})
    reach = 3 * max((abs(d.absolute) for d in days), default=0.01)
    figure.update_xaxes(title="day of the ramp", range=[0.2, days[-1].day + 0.8] if days else None)
    figure.update_yaxes(title="difference of the rates", range=[-reach, reach], **style.signed("+.1%"))
    stopped = next((d for d in found[name] if d.verdict == "ROLL BACK"), None)
    shown = "rolled back by a false alarm" if plan.falsely(name) else "shown to harm"
    ends = f"{shown} on day {stopped.day} of the ramp" if stopped else "not shown to harm during the ramp"
    treated = ", ".join(formatted(s, "share") for s in dict.fromkeys(d.share for d in days))
    return style.titled(
        figure,
        f"{_named(name)}: {ends}",
        f"stages with {treated} treated, each on its own units; the interval holds on every evening",
        height=360,
    )


def against_control(found: Watching) -> go.Figure:
    """The interval of the relative change of one metric under its planted harm, by day of the ramp."""
    of, shown = found.of, found.shown
    figure = go.Figure()
    begins = 0
    for _, length in found.ramp.stages:
        part = slice(begins, begins + length)
        days = np.arange(begins, begins + length) + of.wait + 1
        begins += length
        low, high, middle = shown.low[0, part], shown.high[0, part], shown.relative[0, part]
        seen = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
        figure.add_scatter(x=[*days[seen], *days[seen[::-1]]], y=[*high[seen], *low[seen[::-1]]], fill="toself", mode="lines",
                           line_width=0, fillcolor=style.faded(style.TREATMENT, 0.25), hoverinfo="skip", showlegend=False)  # fmt: skip
        figure.add_scatter(x=days, y=middle, mode="lines+markers", showlegend=False, line={"color": style.TREATMENT},
                           marker={"size": 6}, hovertemplate="day %{x}: %{y:+.2%}<extra></extra>")  # fmt: skip
    figure.add_hline(y=0, line={"color": style.MUTED, "width": 1})
    if of.bar:
        figure.add_hline(y=of.sign * of.bar, line={"color": style.BAD, "width": 1.5, "dash": "dash"})
    ends = np.abs([end[0, -1] for end in (shown.low, shown.high)])
    reach = max(3 * max(of.planted, of.bar), 1.2 * float(ends.max()) if np.isfinite(ends).all() else 0.0)
    figure.update_xaxes(title="day of the ramp", range=[of.wait + 0.5, of.wait + found.ramp.days + 0.5])
    figure.update_yaxes(title="change against the control arm", tickformat=style.SHARES, range=[-reach, reach])
    stopped = found.stopped
    how = f"rolled back on day {stopped + of.wait}" if stopped else "not shown to harm during the ramp"
    treated = ", ".join(formatted(share, "share") for share, _ in found.ramp.stages)
    beyond = "; dashed: the margin, which the whole interval must pass" if of.bar else ""
    return style.titled(
        figure,
        f"{of.metric.label}, planted {stated(of.sign * of.planted, 'relative')}: {how}",
        f"stages with {treated} treated, each on its own units; the interval holds on every evening{beyond}",
        height=360,
    )


def _awaited(plan: MonitoringPlan) -> str:
    return f"; the rate of a day is known {counted(plan.wait, 'day')} later" if plan.wait else ""


def _falsely(name: str, plan: MonitoringPlan) -> str:
    return f" ({FALSELY})" if plan.falsely(name) else ""


def _named(name: str) -> str:
    return "The study's own stream" if name == OWN else f"Planted {name}"
