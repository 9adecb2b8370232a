"""Figures of a running experiment, as it was seen at each look."""

import plotly.graph_objects as go

from helpers.programme.live.replay import Replay
from helpers.programme.live.stream import HOUR
from helpers.report.figures import style
from helpers.report.topics.live import _first_raised


def running(replay: Replay) -> go.Figure:
    """The interval on the effect at every look, beside what was planted, and when it first excluded zero."""
    world, minimum = replay.stream.world, replay.settings.minimum_exposure
    looks = [look for look in replay.monitor.looks if min(look.control, look.treatment) >= minimum]
    hours = [look.at / HOUR for look in looks]
    figure = go.Figure()
    figure.add_scatter(x=hours + hours[::-1], y=[v.high for v in looks] + [v.low for v in looks][::-1], fill="toself", mode="lines",
                       line_width=0, fillcolor=style.faded(style.TREATMENT, 0.25), hoverinfo="skip", showlegend=False)  # fmt: skip
    figure.add_scatter(x=hours, y=[v.absolute for v in looks], mode="lines", line={"color": style.TREATMENT}, showlegend=False,
                       hovertemplate="hour %{x:.1f}: %{y:+.2%}<extra></extra>")  # fmt: skip
    planted = world.conversion[1] - world.conversion[0]
    figure.add_hline(y=planted, line={"color": style.ACCENT, "dash": "dash", "width": 1.5})
    figure.add_hline(y=0, line={"color": style.MUTED, "width": 1})
    decided = _first_raised(replay, "effect")
    if decided is not None:
        figure.add_vline(x=decided / HOUR, line={"color": style.INK, "width": 1, "dash": "dot"})
    figure.update_xaxes(title="hour of the experiment, by arrival")
    reach = max((abs(v) for look in looks[-1:] for v in (look.low, look.high)), default=0.01)
    figure.update_yaxes(
        title="difference of the shares that order", range=[-2 * reach, 3 * reach], **style.signed("+.1%")
    )
    said = (
        f"The interval first excludes zero at hour {decided / HOUR:.1f}"
        if decided is not None
        else "The interval never excludes zero"
    )
    return style.titled(figure, said, "it holds at all looks together; dashed: the planted effect; dotted: the alarm")


def guardrail(replay: Replay) -> go.Figure:
    """Excess of failing units in the latest window, with the levels that raise and clear the alarm."""
    looks, world = replay.monitor.looks, replay.stream.world
    (rule,) = (alarm.rule for alarm in replay.monitor.alarms if alarm.rule.name == "errors")
    figure = go.Figure()
    figure.add_scatter(x=[v.at / HOUR for v in looks], y=[v.errors for v in looks], mode="lines", line={"color": style.TREATMENT, "width": 1.5},
                       showlegend=False, hovertemplate="hour %{x:.1f}: %{y:.1f}<extra></extra>")  # fmt: skip
    for level in (rule.raise_at, rule.clear_at):
        figure.add_hline(y=level, line={"color": style.MUTED, "width": 1, "dash": "dot"})
    if world.faulty:
        figure.add_vrect(
            x0=world.faulty[0],
            x1=world.faulty[1],
            fillcolor=style.faded(style.NEUTRAL, 0.22),
            line_width=0,
            layer="below",
        )
    told = [alert for alert in replay.monitor.alerts if alert.name == "errors"]
    for alert in told:
        colour = style.BAD if alert.change == "raised" else style.GOOD
        figure.add_vline(x=alert.at / HOUR, line={"color": colour, "width": 1.5})
    figure.update_xaxes(title="hour of the experiment, by arrival")
    figure.update_yaxes(title="excess, standard errors")
    said = ", ".join(f"{alert.change} at hour {alert.at / HOUR:.1f}" for alert in told)
    return style.titled(
        figure,
        f"The guardrail alarm: {said}" if told else "The guardrail alarm was never raised",
        "failing units, treatment above control; grey: planted; dotted: levels that raise and clear",
        height=360,
    )
