"""The figure of credit beside what was truly brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from helpers.defaults import CONFIDENT
from helpers.report.figures import style
from helpers.report.topics import attribution

if TYPE_CHECKING:
    from helpers.programme.attribution.comparison import AttributionComparison

STEP, GAP = 11, 26
"""Pixels of a model's row, and between channels."""


def credits(found: AttributionComparison) -> go.Figure:
    """Orders that each model credits to each channel, with intervals, and those that the channel truly brought."""
    models = len(found.credits)
    order = np.argsort([-c for c in found.by("last_touch").orders])
    base = np.empty(len(order))
    base[order] = np.arange(len(order)) * (models * STEP + GAP)
    figure = go.Figure()
    for learns, name, colour in ((False, "rules", style.CONTROL), (True, "learned", style.TREATMENT)):
        chosen = [(row, c) for row, c in enumerate(found.credits) if c.learns == learns]
        x, low, high = (
            np.concatenate([getattr(c, end) for _, c in chosen]).tolist() for end in ("orders", "low", "high")
        )
        figure.add_scatter(
            x=x, y=np.concatenate([base + row * STEP for row, _ in chosen]).tolist(), mode="markers", name=name,
            marker={"color": colour, "size": 7}, error_x=style.whiskers(x, low, high, colour, 2),
            customdata=[[f"{channel}, {c.label}"] for _, c in chosen for channel in map(attribution.text_channel, found.channels)],
            hovertemplate="%{customdata[0]}: %{x:,.0f} orders<extra></extra>",
        )  # fmt: skip
    for number, (truth, top) in enumerate(zip(found.truth, base, strict=True)):
        figure.add_scatter(
            x=[truth, truth], y=[top - STEP * 0.7, top + (models - 0.3) * STEP], mode="lines", name="truly brought",
            line={"color": style.ACCENT, "width": 4}, showlegend=number == 0, legendgroup="truth", cliponaxis=False,
            hovertemplate=f"{attribution.text_channel(found.channels[number])}: %{{x:,.0f}} orders truly brought<extra></extra>",
        )  # fmt: skip
    ticks = base + (models - 1) * STEP / 2
    figure.update_yaxes(
        title="channel",
        tickvals=ticks.tolist(), ticktext=[style.wrapped(attribution.text_channel(c), 11) for c in found.channels], showgrid=False,
        range=[float(base.max()) + models * STEP, -STEP * 1.5],
    )  # fmt: skip
    figure.update_xaxes(title="orders in the year", rangemode="tozero", showgrid=True)
    return style.titled(
        figure,
        attribution.text_finding(found),
        f"{CONFIDENT} intervals over whole shoppers; rows of a channel from the top: "
        + ", ".join(c.label.lower().replace("markov", "Markov").replace("shapley", "Shapley") for c in found.credits),
        height=190 + len(order) * (models * STEP + GAP),
    )
