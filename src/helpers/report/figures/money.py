"""Figures of the decision's money and of its rollout."""

import numpy as np
import plotly.graph_objects as go

from helpers.config import Study
from helpers.experiment.decision.value import DecisionValue
from helpers.formatting import counted, formatted
from helpers.report.figures import style
from helpers.report.topics import assumed


def scenarios(value: DecisionValue, study: Study, arm: str = "") -> go.Figure:
    """Net value over the horizon at the bounds and at the point, of an arm by its name where there are several.

    Each amount stands below the name of its bar, where none can run into another however narrow the page.
    """
    currency = study.economics.currency
    bars = value.scenarios
    named = [f"{s.name}<br><b>{formatted(s.net, 'money', currency)}</b>" for s in bars]
    figure = go.Figure(
        go.Bar(
            x=[s.net / 100 for s in bars], y=named, orientation="h", width=0.5,
            marker_color=[style.GOOD if s.net > 0 else style.BAD for s in bars],
        )
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    figure.update_xaxes(title=f"net value, {currency}", tickformat=",.0f")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return style.titled(
        figure,
        f"{f'{arm} is expected' if arm else 'Expected'} to be worth {formatted(value.expected.net, 'money', currency)} over {study.economics.horizon}, measured "
        f"{formatted(value.point.net, 'money', currency)}",
        f"contribution after costs of {formatted(value.point.cost, 'money', currency)}; expected: the estimate as shrunk by the "
        f"prior; bounds: those of the {study.decision.confidence * 100:g} % interval",
    )


def risk(value: DecisionValue, study: Study, arm: str = "") -> go.Figure:
    """Belief about the net value, split at zero, with the chance that the change does nothing at all."""
    currency = study.economics.currency
    belief, cost = value.belief, value.point.cost
    low, high = (value.per_cent * end - cost for end in belief.interval(study.decision.confidence))
    reach = 4 * belief.standard_error
    effects = np.linspace(min(belief.estimate, 0) - reach, max(belief.estimate, 0) + reach, 402)
    effects = np.sort(np.append(effects, value.needed)) if value.needed else effects  # an even number: none is zero
    x = (value.per_cent * effects - cost) / 100
    y = belief.density(effects)
    figure = go.Figure()
    for side, colour, name in ((x <= 0, style.BAD, "a loss"), (x >= 0, style.GOOD, "a gain")):
        if side.any():
            figure.add_scatter(x=x[side], y=y[side], fill="tozeroy", mode="lines", line_color=colour, name=name,
                               fillcolor=style.faded(colour, 0.35), hoverinfo="skip")  # fmt: skip
    nothing = -cost / 100
    figure.add_scatter(x=[nothing, nothing], y=[0, float(y.max()) * 1.05], mode="lines", line={"color": style.MUTED, "width": 2},
                       name=f"no effect at all: {formatted(belief.chance_of_nothing, 'share')}", hoverinfo="skip")  # fmt: skip
    figure.update_xaxes(
        title=f"net value over {study.economics.horizon}, {currency}",
        tickformat=",.0f",
    )
    figure.update_yaxes(showticklabels=False, title="belief", showgrid=False)
    return style.titled(
        figure,
        f"Shipping{f' {arm}' if arm else ''} pays with {formatted(value.chance_of_profit, 'share')} chance",
        f"{study.decision.confidence * 100:g} % interval {formatted(low, 'money', currency)} to {formatted(high, 'money', currency)} of the "
        "belief about the net value; the line stands for a change that does nothing",
        height=340,
    )


def rollout(study: Study, verdict: str = "GO", decided: str = "") -> go.Figure:
    """Share of users that get the change, over the days of the rollout; of another verdict than GO it is a plan alone.

    What people ``decided`` goes before the verdict.
    """
    days, shares = [0], [0.0]
    for stage in study.rollout:
        days += [days[-1], days[-1] + stage.days]
        shares += [stage.share, stage.share]
    figure = go.Figure(go.Scatter(x=days, y=shares, mode="lines", fill="tozeroy", line_color=style.TREATMENT,
                                  fillcolor=style.faded(style.TREATMENT), hoverinfo="skip"))  # fmt: skip
    begins = 0
    for stage in study.rollout:
        figure.add_annotation(
            x=begins + stage.days / 2,
            y=stage.share,
            text=formatted(stage.share, "share"),
            showarrow=False,
            yanchor="bottom",
        )
        begins += stage.days
    figure.update_xaxes(title="day of the rollout", range=[0, begins])
    figure.update_yaxes(title="share of users", tickformat=style.SHARES, range=[0, 1.12])
    staged = _staged(study)
    title = staged if (decided or verdict) == "GO" else f"Not started: {staged[0].lower()}{staged[1:]}"
    gated = "each stage is entered only when the one before has met its condition"
    return style.titled(
        figure, title, "; ".join(filter(None, [gated, assumed.note_plan(study, "rollout")])), height=320
    )


def _staged(study: Study) -> str:
    """From the first share to the last, and how long that takes."""
    first, last = study.rollout[0].share, study.rollout[-1].share
    whom = {1.0: "everyone"}.get(last, formatted(last, "share"))
    if first == last:
        return (
            f"One stage: the change goes to {whom} at once"
            if len(study.rollout) == 1
            else f"Every stage goes to {whom}"
        )
    days = counted(sum(stage.days for stage in study.rollout[:-1]), "day")
    return f"From {formatted(first, 'share')} to {whom} in {days}, if every gate opens"
