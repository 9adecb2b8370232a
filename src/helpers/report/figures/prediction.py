"""Figures of what is predicted: who leaves, what a customer is worth, whom to treat, what demand to expect."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from helpers.formatting import formatted
from helpers.programme.prediction.anomalies import Watched
from helpers.programme.prediction.classifier import EvaluatedModel
from helpers.programme.prediction.demand import Backtest
from helpers.programme.prediction.lifetime import LaterOrders
from helpers.programme.prediction.policy import Policy
from helpers.programme.prediction.uplift import Qini
from helpers.report.figures import style
from helpers.report.topics import prediction

if TYPE_CHECKING:
    import pandas as pd


def calibration(made: EvaluatedModel, days: int) -> go.Figure:
    """What the model told against what happened, a tenth of the rows a point, with its interval."""
    told, seen = [b.told for b in made.bins], [b.seen.share for b in made.bins]
    top = max(max(told), max(b.seen.high for b in made.bins))
    figure = go.Figure(
        go.Scatter(x=[0, top], y=[0, top], mode="lines", line={"color": style.NEUTRAL, "width": 1}, hoverinfo="skip")
    )
    bars = style.whiskers(seen, [b.seen.low for b in made.bins], [b.seen.high for b in made.bins], style.TREATMENT)
    figure.add_scatter(
        x=told, y=seen, mode="markers", marker={"size": 10, "color": style.TREATMENT}, error_y=bars,
        hovertemplate="told %{x:.1%}, seen %{y:.1%}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title=f"chance told, {days} days ahead", tickformat=style.SHARES)
    figure.update_yaxes(title=f"share that {prediction.TOLD[made.label]}", tickformat=style.SHARES, rangemode="tozero")
    off = sum(not b.seen.low <= b.told <= b.seen.high for b in made.bins)
    return style.titled(
        figure,
        f"Of {len(made.bins)} groups by the chance told, {len(made.bins) - off} lie on the line of honest chances",
        "each point a tenth of the later snapshots with its interval; on the grey line, what was told is what happened",
    )


def effects(made: EvaluatedModel) -> go.Figure:
    """Each feature's change of the log-odds per standard deviation, with its interval."""
    found = sorted(made.coefficients, key=lambda c: abs(c.per_deviation.value))
    values = [float(c.per_deviation.value) for c in found]
    bars = style.whiskers(
        values, [c.per_deviation.low for c in found], [c.per_deviation.high for c in found], thickness=2
    )
    shown = [style.TREATMENT if c.per_deviation.low * c.per_deviation.high > 0 else style.NEUTRAL for c in found]
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    figure.add_scatter(
        x=values, y=[style.wrapped(prediction.text_column(c.name), 16) for c in found], mode="markers", error_x=bars, showlegend=False,
        marker={"size": 10, "color": shown}, hovertemplate="%{y}: %{x:.2f}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title="log-odds of leaving, per deviation")
    figure.update_yaxes(showgrid=False)
    strongest = found[-1]
    return style.titled(
        figure,
        f"What tells most about leaving is {prediction.text_column(strongest.name)}",
        "other features equal, with intervals that let snapshots of one subscriber go together; grey: not shown to matter",
    )


def qini(curves: Sequence[Qini]) -> go.Figure:
    """Stays won by treating the first of a ranking, with bands: by estimated uplift and by the chance to leave."""
    figure, ends = go.Figure(), {}
    for curve, colour in zip(curves, (style.TREATMENT, style.BAD), strict=True):
        figure.add_scatter(x=curve.share, y=curve.low, mode="lines", line_width=0, showlegend=False, hoverinfo="skip")
        figure.add_scatter(
            x=curve.share, y=curve.high, mode="lines", line_width=0, fill="tonexty", showlegend=False, hoverinfo="skip",
            fillcolor=style.faded(colour),
        )  # fmt: skip
        figure.add_scatter(
            x=curve.share, y=curve.won, mode="lines", name=curve.name, line={"color": colour},
            hovertemplate="first %{x:.0%}: %{y:.2%}<extra></extra>",
        )  # fmt: skip
        ends[curve.name] = (float(curve.share[-1]), float(curve.won[-1]), colour)
    whole = float(curves[0].won[-1])
    figure.add_scatter(
        x=[0, 1],
        y=[0, whole],
        mode="lines",
        name="at random",
        showlegend=False,
        line={"color": style.NEUTRAL, "width": 1.5, "dash": "dot"},
    )
    style.name_ends(figure, ends)
    figure.update_xaxes(
        title="share treated, highest ranked first", tickformat=style.SHARES, tickvals=(0, 0.25, 0.5, 0.75, 1)
    )
    figure.update_yaxes(title="stays won, of all subscribers", tickformat=".1%")
    best = max(curves, key=lambda curve: curve.area).name
    return style.titled(
        figure,
        f"Ranking by {best} wins most stays",
        "on the half that no model saw, with pointwise bands; dotted: treating at random",
        height=460,
    )


def policies(found: Sequence[Policy], planted: "pd.DataFrame", currency: str) -> go.Figure:
    """What each rule gains per subscriber against treating nobody, with its interval, and what was planted."""
    shown = [p for p in found if p.treats.any()]
    labels = [style.wrapped(p.name, 18) for p in shown]
    values = [float(p.gain.value) for p in shown]
    true = planted.set_index("policy")["gain"]
    bars = style.whiskers(
        values, [p.gain.low for p in shown], [p.gain.high for p in shown], style.TREATMENT, thickness=2
    )
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    figure.add_scatter(
        x=values, y=labels, mode="markers", name="estimated", error_x=bars, marker={"size": 10, "color": style.TREATMENT},
        hovertemplate="%{y}: %{x:.2f}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=[float(true[p.name]) for p in shown], y=labels, mode="markers", name="planted",
        marker={"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": style.ACCENT}},
    )  # fmt: skip
    figure.update_xaxes(title=f"gain per subscriber, {currency}")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    best = max(shown, key=lambda p: true[p.name])
    return style.titled(
        figure,
        f"Treating by {best.name} is worth most",
        "against treating nobody, from the randomised offer with intervals, on the half that no model saw; marks: what was planted",
        height=380,
    )


def later_orders(groups: Sequence[LaterOrders], days: float) -> go.Figure:
    """Orders after the calibration by the number before, seen with intervals and as the model expected them."""
    names = [g.name for g in groups]
    seen = [float(g.seen.value) for g in groups]
    bars = style.whiskers(seen, [g.seen.low for g in groups], [g.seen.high for g in groups], style.TREATMENT)
    figure = go.Figure(
        go.Scatter(
            x=names, y=[g.expected for g in groups], mode="lines", name="expected", line={"color": style.ACCENT},
            hovertemplate="%{x} repeat orders: %{y:.2f} expected<extra></extra>",
        )
    )  # fmt: skip
    figure.add_scatter(
        x=names, y=seen, mode="markers", name="seen", error_y=bars, marker={"size": 10, "color": style.TREATMENT},
        hovertemplate="%{x} repeat orders: %{y:.2f} seen<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title="repeat orders before the cutoff", type="category")
    figure.update_yaxes(title=f"orders in the {days:.0f} days after it, mean", rangemode="tozero")
    over = sum(g.expected * g.customers for g in groups) / sum(g.seen.value * g.customers for g in groups) - 1
    return style.titled(
        figure,
        f"The model ranks customers rightly and expects {formatted(abs(over), 'share')} {'more' if over > 0 else 'fewer'} orders than came",
        "by the number of repeat orders; it knows no season, and the days after the cutoff are not like those before",
    )


def forecasts(found: Backtest, days: "pd.Series[Any]") -> go.Figure:
    """Orders as they came and as they were forecast from rolling origins, with the interval of each day."""
    x = [day for f in found.forecasts for day in days.iloc[f.origin : f.origin + len(f.seen)]]
    low, high, point, seen = (
        [float(v) for f in found.forecasts for v in getattr(f, name)] for name in ("low", "high", "point", "seen")
    )
    figure = _banded(x, low, high)
    figure.add_scatter(x=x, y=point, mode="lines", name="forecast", line={"color": style.TREATMENT, "width": 1.5})
    figure.add_scatter(x=x, y=seen, mode="markers", name="came", marker={"size": 4, "color": style.INK})
    figure.update_xaxes(title="day")
    figure.update_yaxes(title="orders a day", rangemode="tozero")
    return style.titled(
        figure,
        f"{formatted(found.coverage.value, 'share')} of the days lie inside the interval of their forecast",
        f"each {len(found.forecasts[0].seen)} days forecast from what had been seen before them; band: the interval of each day",
    )


def anomalies(watched: Watched, orders: "pd.DataFrame", planted: Sequence[int]) -> go.Figure:
    """Orders of each day, what the weeks before leave to chance, and the days that alarmed."""
    days, seen = orders["day"].iloc[watched.first :], orders["orders"].iloc[watched.first :]
    figure = _banded(list(days), watched.low.tolist(), watched.high.tolist())
    figure.add_scatter(
        x=list(days), y=seen.tolist(), mode="lines", name="orders", line={"color": style.CONTROL, "width": 1.2}
    )
    at = list(watched.days)
    for name, chosen, colour in (
        ("alarm, planted", [d for d in at if d in planted], style.BAD),
        ("alarm, not planted", [d for d in at if d not in planted], style.ACCENT),
    ):
        figure.add_scatter(
            x=list(orders["day"].iloc[chosen]), y=orders["orders"].iloc[chosen].tolist(), mode="markers", name=name,
            marker={"size": 10, "color": colour},
        )  # fmt: skip
    figure.update_xaxes(title="day")
    figure.update_yaxes(title="orders a day", rangemode="tozero")
    found = len([d for d in at if d in planted])
    return style.titled(
        figure,
        f"{found} of {len([d for d in planted if d >= watched.first])} planted outages and surges alarm",
        "band: what the eight weeks before a day leave to chance, at the stated rate of false alarms",
    )


def _banded(x: list[Any], low: list[float], high: list[float]) -> go.Figure:
    shared = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    figure = go.Figure(go.Scatter(x=x, y=low, **shared))
    figure.add_scatter(x=x, y=high, fill="tonexty", fillcolor=style.faded(style.TREATMENT), **shared)
    return figure
