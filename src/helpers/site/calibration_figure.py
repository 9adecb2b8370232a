"""The figure of the calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from helpers.report.figures import style

if TYPE_CHECKING:
    from helpers.validation.record import Line


ROW, GAP = 3, 6
"""Pixels a case; empty rows between topics."""


def deviations(lines: list[Line]) -> go.Figure:
    """Seen minus promised, in points, one dot a case by topic, with its Monte Carlo interval."""
    figure = go.Figure()
    shown = [line for line in lines if line.promise == "equal" or not line.inside]
    topics = list(dict.fromkeys(line.topic for line in shown))
    rows = [number + GAP * topics.index(line.topic) for number, line in enumerate(shown)]
    for inside, name, colour in (True, "promise inside", style.CONTROL), (False, "promise outside", style.BAD):
        part = [(line, row) for line, row in zip(shown, rows, strict=True) if line.inside == inside]
        points = [100 * (line.observed - line.nominal) for line, _ in part]
        lows = [100 * (line.low - line.nominal) for line, _ in part]
        highs = [100 * (line.high - line.nominal) for line, _ in part]
        figure.add_scatter(
            x=points, y=[row for _, row in part], mode="markers", name=name, marker={"color": colour, "size": 5},
            error_x=style.whiskers(points, lows, highs, style.faded(colour, 0.3) if inside else colour, thickness=1),
            text=[f"{line.method}, {line.quantity}<br>{line.setting}" for line, _ in part],
            hovertemplate="%{text}<br>%{x:+.2f} points<extra></extra>",
        )  # fmt: skip
    middles = []
    for topic in topics:
        own = [row for line, row in zip(shown, rows, strict=True) if line.topic == topic]
        middles.append((own[0] + own[-1]) / 2)
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    figure.update_xaxes(title="seen minus promised, points")
    figure.update_yaxes(tickvals=middles, ticktext=topics, range=[rows[-1] + GAP, -GAP], showgrid=False, zeroline=False)
    kept = sum(line.inside for line in lines)
    return style.titled(
        figure,
        f"{kept} of {len(lines)} promises lie inside their Monte Carlo interval",
        "one dot a case: false positives, coverage and power together; bounds that are kept are left out",
        height=220 + ROW * rows[-1],
    )
