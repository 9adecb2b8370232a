"""Figures of the customers' segments."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from helpers.formatting import formatted
from helpers.report.figures import style

if TYPE_CHECKING:
    from helpers.programme.customers.clusters import Clustering
    from helpers.programme.customers.lifecycle import GrowthPeriod
    from helpers.programme.customers.movement import Movement
    from helpers.programme.customers.power import Gain

PARTS = (
    ("returning", style.TREATMENT),
    ("resurrecting", style.TREATMENTS[2]),
    ("new", style.GOOD),
    ("lapsed", style.BAD),
)


def growth(periods: "Sequence[GrowthPeriod]") -> go.Figure:
    """Active shoppers of each interval by where they come from, and those who lapsed below the line."""
    figure = go.Figure()
    x = [p.number + 1 for p in periods]
    for name, colour in PARTS:
        counts = [-p.lapsed if name == "lapsed" else getattr(p, name) for p in periods]
        figure.add_bar(
            x=x,
            y=counts,
            name=name,
            marker_color=colour,
            hovertemplate="interval %{x}: %{y:,}<extra>" + name + "</extra>",
        )
    figure.update_layout(barmode="relative", bargap=0.25)
    figure.update_xaxes(title="interval of the year", dtick=1)
    figure.update_yaxes(title="shoppers", tickformat="~s")
    last = periods[-1]
    back = formatted(last.resurrecting / last.active, "share") if last.active else ""
    return style.titled(
        figure,
        f"In the last interval {back} of the active shoppers come back from a pause"
        if back
        else "In the last interval no shopper is active",
        "shoppers with an order by interval; below the line those who ordered in the interval before and not in this one",
    )


def stability(found: "Clustering") -> go.Figure:
    """Agreement of two clusterings for each number of clusters, with the bar that it must pass."""
    figure = go.Figure()
    points = [s.agreement for s in found.stability]
    figure.add_scatter(
        x=[s.k for s in found.stability], y=points, mode="markers", showlegend=False,
        marker={"color": [style.TREATMENT if s.k == found.k else style.NEUTRAL for s in found.stability], "size": 11},
        error_y=style.whiskers(
            points, [s.low for s in found.stability], [s.high for s in found.stability], style.NEUTRAL, thickness=2
        ),
        hovertemplate="%{x} clusters: %{y:.2f}<extra></extra>",
    )  # fmt: skip
    figure.add_hline(y=found.bar, line={"color": style.MUTED, "width": 1, "dash": "dot"})
    figure.update_xaxes(title="number of clusters", dtick=1)
    figure.update_yaxes(title="agreement of two resamples (adjusted Rand)", range=[0, 1.05])
    return style.titled(
        figure,
        f"{found.k} clusters come out the same whoever is drawn"
        if found.stable
        else f"No number of clusters comes out the same whoever is drawn; {found.k} are shown",
        "mean over pairs of resamples with 95 % intervals; dotted: what the lower end must reach",
    )


def movement(found: "Movement") -> go.Figure:
    """Where the shoppers of each segment are an interval later, as shares of the segment."""
    z = [[cell.share for cell in row] for row in found.shares]
    figure = go.Figure(
        go.Heatmap(
            z=z, x=[style.wrapped(name, 12) for name in found.after], y=[style.wrapped(name, 14) for name in found.before],
            text=[[f"{cell.share:.0%}" for cell in row] for row in found.shares], texttemplate="%{text}",
            textfont={"color": style.INK},  # plotly's own choice of ink knows nothing of the dark
            customdata=[[(cell.low, cell.high) for cell in row] for row in found.shares], xgap=2, ygap=2,
            colorscale=[[0, style.faded(style.TREATMENT, 0.02)], [1, style.faded(style.TREATMENT, 0.6)]], zmin=0, zmax=1,
            showscale=False,
            hovertemplate="%{y} to %{x}: %{z:.1%} (%{customdata[0]:.1%} to %{customdata[1]:.1%})<extra></extra>",
        )
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", title="segment before", showgrid=False)
    figure.update_xaxes(title="segment an interval later", showgrid=False)
    stayed = formatted(found.stayed.share, "share")
    return style.titled(
        figure,
        f"{stayed} of the shoppers stay in their segment",
        "shares of each row; Wilson intervals stand in the table and on each cell",
        height=520,
    )


def gains(found: "Sequence[Gain]") -> go.Figure:
    """What comparing within segments takes off the variance of an experiment, beside CUPED."""
    figure = go.Figure()
    rows = [style.wrapped(gain.name, 20) for gain in found]
    points = [gain.removed for gain in found]
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    figure.add_scatter(
        x=points, y=rows, mode="markers", showlegend=False, marker={"color": style.TREATMENT, "size": 11},
        error_x=style.whiskers(points, [g.low for g in found], [g.high for g in found], style.NEUTRAL, thickness=2),
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=rows[::-1])
    figure.update_xaxes(title="share of the variance removed", tickformat=style.SHARES)
    best = max(found, key=lambda gain: gain.removed)
    return style.titled(
        figure,
        f"{best.name} takes most off the variance: {formatted(best.removed, 'share')}",
        "of the effect on the next interval's spending, 95 % bootstrap intervals over whole shoppers",
        height=360,
    )
