"""Figures of the designs beyond one A/B test: bandits, interference, switchbacks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from helpers.defaults import ALPHA, CONFIDENCE
from helpers.figures import style
from helpers.results import formatted

if TYPE_CHECKING:
    from helpers.beyond.against_ab import Reading
    from helpers.beyond.block_lengths import Switchback
    from helpers.beyond.factorial import Factorial
    from helpers.beyond.launches import Readings as Launched
    from helpers.beyond.many_arms import ManyArms
    from helpers.beyond.old_log import Readings
    from helpers.beyond.scarcity import Scarcity

COLOURS = (style.CONTROL, style.TREATMENT, style.ACCENT)
NAMES = 1.75
"""Length of the axis over that of the traffic: the longest name fits beside its line on a phone."""
POWER_NAMES = 1.5
"""The same for the lines of power."""


def regret(readings: "Sequence[Reading]") -> go.Figure:
    """Successes lost to the worse arm, added up over the traffic, one line a policy with its band."""
    figure = go.Figure()
    ends = {}
    for reading, colour in zip(readings, COLOURS, strict=True):
        edge = {"x": reading.units, "mode": "lines", "line_width": 0, "hoverinfo": "skip", "showlegend": False}
        figure.add_scatter(y=[a.low for a in reading.regret], **edge)
        figure.add_scatter(
            y=[a.high for a in reading.regret], fill="tonexty", fillcolor=style.faded(colour, 0.25), **edge
        )
        points = [a.value for a in reading.regret]
        figure.add_scatter(
            x=reading.units, y=points, mode="lines", name=reading.policy, line_color=colour,
            hovertemplate="after %{x:,} units: %{y:.1f} lost<extra>" + reading.policy + "</extra>",
        )  # fmt: skip
        ends[reading.policy.removesuffix(" sampling")] = (reading.units[-1], points[-1], colour)
    style.name_ends(figure, ends)
    units = readings[0].units[-1]
    figure.update_xaxes(title="units so far", range=[0, units * NAMES], tickvals=(0, units / 2, units), tickformat=",")
    figure.update_yaxes(title="successes lost so far", rangemode="tozero")
    least, most = (pick(r.regret[-1].value for r in readings) for pick in (min, max))
    return style.titled(
        figure,
        f"Adapting loses {formatted(least, 'number')} successes where the A/B test loses {formatted(most, 'number')}",
        f"average over simulated experiments on the same units, with the band of its {CONFIDENCE * 100:g} % interval",
    )


def bias(readings: "Sequence[Reading]") -> go.Figure:
    """Bias of each arm's estimated rate, counted naively and weighted by the logged probabilities."""
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    rows = [style.wrapped(f"{r.policy}, {arm}", 18) for r in readings for arm in ("control", "treatment")]
    for name, colour, symbol in (("naive", style.BAD, "circle"), ("inverse propensity", style.TREATMENT, "diamond")):
        found = [b for r in readings for b in (r.naive_bias if name == "naive" else r.weighted_bias)]
        points = [100 * b.value for b in found]
        figure.add_scatter(
            x=points, y=rows, mode="markers", name=name, marker={"color": colour, "size": 10, "symbol": symbol},
            error_x=style.whiskers(points, [100 * b.low for b in found], [100 * b.high for b in found], colour, thickness=2),
            hovertemplate="%{y}: %{x:+.2f} points<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=rows[::-1])
    figure.update_xaxes(title="estimated minus true rate, points")
    worst = min(b.value for r in readings for b in r.naive_bias)
    return style.titled(
        figure,
        f"Counted naively under a bandit, an arm's rate is too low by up to {formatted(-worst, 'points').lstrip('+')}",
        f"{CONFIDENCE * 100:g} % intervals of the average over simulated experiments; the control is the worse arm",
        height=480,
    )


def scarcity(found: "Scarcity") -> go.Figure:
    """The effect of treating everybody and what the two designs take it for, by supply, one line each with its band."""
    figure = go.Figure()
    supplies = [level.supply for level in found.levels]
    ends = {}
    for name, colour, averages in (
        ("by user", style.BAD, [level.by_user for level in found.levels]),
        ("by region", style.TREATMENT, [level.by_region for level in found.levels]),
        ("truth", style.ACCENT, [level.truth for level in found.levels]),
    ):
        edge = {"x": supplies, "mode": "lines", "line_width": 0, "hoverinfo": "skip", "showlegend": False}
        figure.add_scatter(y=[100 * a.low for a in averages], **edge)
        figure.add_scatter(
            y=[100 * a.high for a in averages], fill="tonexty", fillcolor=style.faded(colour, 0.25), **edge
        )
        points = [100 * a.value for a in averages]
        figure.add_scatter(
            x=supplies, y=points, mode="lines+markers", name=name, line_color=colour,
            hovertemplate="%{x} slots an order: %{y:+.2f} points<extra>" + name + "</extra>",
        )  # fmt: skip
        ends[name] = (supplies[-1], points[-1], colour)
    style.name_ends(figure, ends)
    reach = max(supplies) - min(supplies)
    figure.update_xaxes(
        title="slots for each order that the controls want",
        tickvals=[s for s in supplies if 2 * s % 1 == 0],
        range=[max(supplies) + 0.05 * reach, min(supplies) - (NAMES - 1) * reach],
    )
    figure.update_yaxes(title="effect, points", rangemode="tozero")
    scarce = found.levels[-1]
    return style.titled(
        figure,
        f"At the scarcest supply a test over users says {formatted(scarce.by_user.value, 'points')}; the truth is {formatted(scarce.truth.value, 'points')}",
        f"average over simulated marketplaces, with the band of its {CONFIDENCE * 100:g} % interval; the truth is the same world lived twice",
    )


def carry_over(lengths: "Sequence[Switchback]") -> go.Figure:
    """Bias of the switchback by the length of its blocks, with all hours and without those that feel a switch."""
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    rows = [s.length for s in lengths]
    for name, colour, symbol, found in (
        ("all hours", style.BAD, "circle", [s.all_hours.bias for s in lengths]),
        ("switched blocks cut", style.TREATMENT, "diamond", [s.switched_cut.bias for s in lengths]),
    ):
        points = [100 * b.value for b in found]
        figure.add_scatter(
            x=points, y=rows, mode="markers", name=name, marker={"color": colour, "size": 8, "symbol": symbol},
            error_x=style.whiskers(points, [100 * b.low for b in found], [100 * b.high for b in found], colour, thickness=2),
            hovertemplate="%{y}: %{x:+.2f} points<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=[100 * s.expected for s in lengths], y=rows, mode="markers", showlegend=False,
        marker={"color": style.INK, "size": 20, "symbol": "line-ns-open", "line_width": 1.5},
        hovertemplate="%{y}: %{x:+.2f} points<extra>all hours, closed form</extra>",
    )  # fmt: skip
    figure.update_yaxes(title="length of a block", categoryorder="array", categoryarray=rows[::-1])
    figure.update_xaxes(title="estimated minus true effect, points")
    return style.titled(
        figure,
        f"With blocks of {rows[0]} the effect comes out wrong by {formatted(lengths[0].all_hours.bias.value, 'points')}: hours still feel those before",
        f"{CONFIDENCE * 100:g} % intervals of the average over simulated markets, with all hours and without those that feel a switch; upright: the closed form",
    )


def off_policy(readings: "Readings") -> go.Figure:
    """Bias of each estimator of a policy that was never served, by what it got wrong."""
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    rows = {id(r): f"{r.method},<br>{r.wrong} wrong" for r in readings.found}
    for sound, colour, symbol in ((True, style.TREATMENT, "diamond"), (False, style.BAD, "circle")):
        mine = [r for r in readings.found if r.sound == sound]
        points = [100 * r.bias.value for r in mine]
        figure.add_scatter(
            x=points, y=[rows[id(r)] for r in mine], mode="markers", showlegend=False, marker={"color": colour, "size": 10, "symbol": symbol},
            error_x=style.whiskers(points, [100 * r.bias.low for r in mine], [100 * r.bias.high for r in mine], colour, thickness=2),
            customdata=[100 * r.covered.share for r in mine],
            hovertemplate="%{y}: %{x:+.2f} points, %{customdata:.1f} % of intervals hold the truth<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=list(rows.values())[::-1])
    figure.update_xaxes(title="bias of the success rate, points")
    doubly = [r for r in readings.found if None not in (r.log_right, r.model_right)]
    worst = [max(abs(r.bias.value) for r in doubly if r.sound is sound) for sound in (False, True)]
    told = [formatted(size, "points").lstrip("+") for size in worst]
    return style.titled(
        figure,
        f"Doubly robust is off by {told[0]} with log and model wrong, by at most {told[1]} with one of them wrong",
        f"{CONFIDENCE * 100:g} % intervals of the average over simulated logs; diamonds rest on what is right, and wrong is what forgets the kind of visitor",
        height=560,
    )


def holdout(readings: "Launched") -> go.Figure:
    """Ways to the total of all launches, from the sum of the tests to the holdout, beside the truth."""
    figure = go.Figure()
    truth = 100 * readings.truth.value
    figure.add_vline(
        x=truth,
        line={"color": style.ACCENT, "width": 2},
        annotation_text="the truth",
        annotation_font_color=style.MUTED,
    )
    ways = (
        ("Sum of the tests", readings.summed.effect, style.BAD),
        ("Corrected for selection", readings.corrected.effect, style.BAD),
        ("True effects in the tests", readings.tested.effect, style.CONTROL),
        ("True effects once no news", readings.lasting.effect, style.CONTROL),
        (f"Holdout of {formatted(readings.asked.share, 'share')}", readings.asked.total.effect, style.TREATMENT),
    )
    rows = [style.wrapped(name, 18) for name, _, _ in ways]
    for row, (_, found, colour) in zip(rows, ways, strict=True):
        figure.add_scatter(
            x=[100 * found.value], y=[row], mode="markers", marker={"color": colour, "size": 11}, showlegend=False,
            error_x=style.whiskers([100 * found.value], [100 * found.low], [100 * found.high], colour, thickness=2),
            hovertemplate="%{y}: %{x:+.2f} points<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=rows[::-1])
    figure.update_xaxes(title="total effect, points", rangemode="tozero")
    told = [formatted(size, "points") for size in (readings.summed.effect.value, readings.truth.value)]
    return style.titled(
        figure,
        f"The tests of what was launched promise {told[0]}, together it brings {told[1]}",
        f"{CONFIDENCE * 100:g} % intervals of the average over simulated years; the orange line is the planted total",
    )


def calls(found: "ManyArms") -> go.Figure:
    """Share of runs that call any arm when none differs, and that call the better one when there is one, by the way of testing."""
    figure = go.Figure()
    figure.add_vline(x=100 * ALPHA, line={"color": style.MUTED, "width": 1})
    rows = [style.wrapped(c.name, 16) for c in found.corrections]
    kinds = (
        ("a false alarm, no arm differs", style.BAD, "circle", [c.false_alarms for c in found.corrections]),
        ("the better arm found", style.TREATMENT, "diamond", [c.found for c in found.corrections]),
    )
    for name, colour, symbol, rates in kinds:
        points = [100 * r.share for r in rates]
        figure.add_scatter(
            x=points, y=rows, mode="markers", name=name, marker={"color": colour, "size": 10, "symbol": symbol},
            error_x=style.whiskers(points, [100 * r.low for r in rates], [100 * r.high for r in rates], colour, thickness=2),
            hovertemplate="%{y}: %{x:.1f} %<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=rows[::-1])
    figure.update_xaxes(title="share of simulated experiments, %", rangemode="tozero")
    alarms = formatted(found.corrections[0].false_alarms.share, "share")
    return style.titled(
        figure,
        f"{found.treatments} treatments without a correction: {alarms} false alarms",
        f"{CONFIDENCE * 100:g} % intervals; the line stands at alpha; every way meets the same units",
    )


def winner(found: "ManyArms") -> go.Figure:
    """Bias of the effect that is told of the arm that looked best, on the units it was chosen by and on fresh ones."""
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    told = (found.winners[0], found.winners[-1])
    rows = [style.wrapped(world, 16) for world in ("no arm is better", "one arm is better")]
    for w, colour, symbol in zip(told, (style.BAD, style.TREATMENT), ("circle", "diamond"), strict=True):
        points = [100 * b.value for b in w.bias]
        figure.add_scatter(
            x=points, y=rows, mode="markers", name=w.name, marker={"color": colour, "size": 10, "symbol": symbol},
            error_x=style.whiskers(points, [100 * b.low for b in w.bias], [100 * b.high for b in w.bias], colour, thickness=2),
            hovertemplate="%{y}: %{x:+.2f} points<extra>" + w.name + "</extra>",
        )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=rows[::-1])
    figure.update_xaxes(title="estimated minus true effect, points")
    return style.titled(
        figure,
        f"The arm that looks best is told {formatted(told[0].bias[0].value, 'points').lstrip('+')} too high when none is better",
        f"{CONFIDENCE * 100:g} % intervals of the average over simulated experiments; fresh units were not used to choose",
        height=320,
    )


def promises(found: "Factorial") -> go.Figure:
    """Bias of what a factorial and two A/B tests say of one change, of both, and of their interaction."""
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    rows = [style.wrapped(r.name, 18) for r in found.readings]
    worlds = (("no interaction", style.TREATMENT, "diamond"), ("planted interaction", style.BAD, "circle"))
    for world, (name, colour, symbol) in enumerate(worlds):
        averages = [r.bias[world] for r in found.readings]
        points = [100 * b.value for b in averages]
        figure.add_scatter(
            x=points, y=rows, mode="markers", name=name, marker={"color": colour, "size": 10, "symbol": symbol},
            error_x=style.whiskers(points, [100 * b.low for b in averages], [100 * b.high for b in averages], colour, thickness=2),
            hovertemplate="%{y}: %{x:+.2f} points<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=rows[::-1])
    figure.update_xaxes(title="estimated minus true effect, points")
    worst = max((r.bias[1].value for r in found.readings), key=abs)
    return style.titled(
        figure,
        f"With an interaction, A/B tests added up are off by {formatted(worst, 'points')}",
        f"{CONFIDENCE * 100:g} % intervals of the average over simulated experiments; planted interaction {formatted(found.interaction, 'points')}",
        height=480,
    )


def crossed_power(found: "Factorial") -> go.Figure:
    """Power of a main effect, of an A/B test on half of the traffic and of the interaction, by the units of the whole experiment."""
    figure = go.Figure()
    ends = {}
    for curve, colour in zip(found.curves, (style.TREATMENT, style.CONTROL, style.BAD), strict=True):
        points = [100 * r.share for r in curve.found]
        bars = style.whiskers(
            points, [100 * r.low for r in curve.found], [100 * r.high for r in curve.found], colour, thickness=2
        )
        figure.add_scatter(
            x=curve.units, y=[100 * p for p in curve.expected], mode="lines", line={"color": colour, "shape": "spline"},
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip
        figure.add_scatter(
            x=curve.units, y=points, mode="markers", name=curve.name, marker_color=colour, error_y=bars,
            hovertemplate="%{x:,} units: %{y:.1f} %<extra>" + curve.name + "</extra>",
        )  # fmt: skip
        ends[curve.name] = (curve.units[-1], 100 * curve.expected[-1], colour)
    style.name_ends(figure, ends)
    figure.update_xaxes(title="units of the whole experiment", range=[0, found.curves[0].units[-1] * POWER_NAMES])
    figure.update_yaxes(title="power, %", rangemode="tozero")
    return style.titled(
        figure,
        f"An interaction needs {formatted(found.dearer, 'number')} times the units of a main effect of its size",
        f"lines: theory; points: simulated experiments with their {CONFIDENCE * 100:g} % intervals; the A/B test has half of the units",
    )
