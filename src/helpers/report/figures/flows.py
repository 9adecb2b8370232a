"""An ordered funnel as a flow."""

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from helpers.formatting import formatted
from helpers.report.figures import style

if TYPE_CHECKING:
    from helpers.experiment.funnel import FunnelCounts


def flow(funnel: "FunnelCounts", rows: tuple[float, float] = (0.0, 1.0)) -> go.Sankey:
    """Steps and what is lost at each, in a part of the figure's height.

    Percentages are of the entrants, of the step before for the losses.
    """
    steps = funnel.steps
    labels = [f"{s.event}: {s.units:,} ({formatted(s.units / steps[0].units, 'share')})" for s in steps]
    sources, targets, values, colours = [], [], [], []
    for position, step in enumerate(steps[1:], start=1):
        sources += [position - 1, position - 1]
        targets += [position, len(labels)]
        values += [step.units, step.lost]
        colours += [style.faded(style.TREATMENT, 0.45), style.faded(style.BAD, 0.3)]
        labels.append(
            f"no {step.event}: {step.lost:,} ({formatted(step.lost / step.previous if step.previous else None, 'share')})"
        )
    return go.Sankey(
        arrangement="snap",
        domain={"y": rows},
        node={
            "label": labels,
            "hovertemplate": "%{label}<extra></extra>",
            "color": [style.TREATMENT] * len(steps) + [style.BAD] * (len(steps) - 1),
            "align": "left",
        },
        link={"source": sources, "target": targets, "value": values, "color": colours},
        textfont={"size": 13},
    )
