"""Figures of the designs beyond one A/B test, each against the truth that was planted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from helpers.defaults import ALPHA, CONFIDENT
from helpers.formatting import formatted, unsigned
from helpers.report.figures import style
from helpers.stats.binomial import BinomialInterval

if TYPE_CHECKING:
    from helpers.programme.designs.against_ab import PolicyOutcome
    from helpers.programme.designs.block_lengths import Switchback
    from helpers.programme.designs.factorial import Factorial
    from helpers.programme.designs.launches import LaunchTotals as Launched
    from helpers.programme.designs.many_arms import ManyArms
    from helpers.programme.designs.old_log import EstimatorOutcomes
    from helpers.programme.designs.repeated import Average
    from helpers.programme.designs.scarcity import Scarcity

COLOURS = (style.CONTROL, style.TREATMENT, style.ACCENT)
POINTS, SHARE = "%{x:+.2f} points", "%{x:.1f} %"
"""How a value is told under the pointer, by its unit."""
NAMES = 1.75
"""Length of the axis over that of the traffic: the longest name fits beside its line on a phone."""
POWER_NAMES = 1.5
"""The same for the lines of power."""


def regret(readings: "Sequence[PolicyOutcome]") -> go.Figure:
    """Successes lost to the worse arm, added up over the traffic, one line a policy with its band."""
    figure = go.Figure()
    ends = {}
    for reading, colour in zip(readings, COLOURS, strict=True):
        _line(
            figure, reading.units, reading.regret, reading.policy, colour, "after %{x:,} units: %{y:.1f} lost", scale=1
        )
        ends[reading.policy.removesuffix(" sampling")] = (reading.units[-1], reading.regret[-1].value, colour)
    style.name_ends(figure, ends)
    units = readings[0].units[-1]
    figure.update_xaxes(title="units so far", range=[0, units * NAMES], tickvals=(0, units / 2, units), tickformat=",")
    figure.update_yaxes(title="successes lost so far", rangemode="tozero")
    least, most = (pick(r.regret[-1].value for r in readings) for pick in (min, max))
    return style.titled(
        figure,
        f"Adapting loses {formatted(least, 'number')} successes where the A/B test loses {formatted(most, 'number')}",
        f"average over simulated experiments on the same units, with the band of its {CONFIDENT} interval",
    )


def bias(readings: "Sequence[PolicyOutcome]") -> go.Figure:
    """Bias of each arm's estimated rate, counted naively and weighted by the logged probabilities."""
    rows = [style.wrapped(f"{r.policy}, {arm}", 18) for r in readings for arm in ("control", "treatment")]
    figure = _by_row(rows, "estimated minus true rate, points")
    _points(figure, rows, [b for r in readings for b in r.naive_bias], style.BAD, "naive")
    _points(figure, rows, [b for r in readings for b in r.weighted_bias], style.TREATMENT, "inverse propensity")
    worst = min(b.value for r in readings for b in r.naive_bias)
    return style.titled(
        figure,
        f"Counted naively under a bandit, an arm's rate is too low by up to {unsigned(-worst, 'points')}",
        f"{CONFIDENT} intervals of the average over simulated experiments; the control is the worse arm",
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
        _line(figure, supplies, averages, name, colour, "%{x} slots an order: %{y:+.2f} points", mode="lines+markers")
        ends[name] = (supplies[-1], 100 * averages[-1].value, colour)
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
        f"average over simulated marketplaces, with the band of its {CONFIDENT} interval; the truth is the same world lived twice",
    )


def carry_over(lengths: "Sequence[Switchback]") -> go.Figure:
    """Bias of the switchback by the length of its blocks, with all hours and without those that feel a switch."""
    rows = [s.length for s in lengths]
    figure = _by_row(rows, "estimated minus true effect, points", title="length of a block")
    _points(figure, rows, [s.all_hours.bias for s in lengths], style.BAD, "all hours")
    _points(figure, rows, [s.switched_cut.bias for s in lengths], style.TREATMENT, "switched blocks cut")
    figure.add_scatter(
        x=[100 * s.expected for s in lengths], y=rows, mode="markers", showlegend=False,
        marker={"color": style.INK, "size": 20, "symbol": "line-ns-open", "line_width": 1.5},
        hovertemplate="%{y}: %{x:+.2f} points<extra>all hours, closed form</extra>",
    )  # fmt: skip
    return style.titled(
        figure,
        f"With blocks of {rows[0]} the effect comes out wrong by {formatted(lengths[0].all_hours.bias.value, 'points')}: hours still feel those before",
        f"{CONFIDENT} intervals of the average over simulated markets, with all hours and without those that feel a switch; upright: the closed form",
    )


def off_policy(readings: "EstimatorOutcomes") -> go.Figure:
    """Bias of each estimator of a policy that was never served, by what it got wrong."""
    rows = {id(r): f"{r.method},<br>{r.wrong} wrong" for r in readings.found}
    figure = _by_row(list(rows.values()), "bias of the success rate, points")
    for sound, colour in ((True, style.TREATMENT), (False, style.BAD)):
        mine = [r for r in readings.found if r.sound == sound]
        _points(
            figure, [rows[id(r)] for r in mine], [r.bias for r in mine], colour, showlegend=False,
            hover=f"{POINTS}, %{{customdata:.1f}} % of intervals hold the truth", customdata=[100 * r.covered.share for r in mine],
        )  # fmt: skip
    doubly = [r for r in readings.found if None not in (r.log_right, r.model_right)]
    worst = [max(abs(r.bias.value) for r in doubly if r.sound is sound) for sound in (False, True)]
    told = [unsigned(size, "points") for size in worst]
    return style.titled(
        figure,
        f"Doubly robust is off by {told[0]} with log and model wrong, by at most {told[1]} with one of them wrong",
        f"{CONFIDENT} intervals of the average over simulated logs; diamonds rest on what is right, and wrong is what forgets the kind of visitor",
        height=560,
    )


def holdout(readings: "Launched") -> go.Figure:
    """Ways to the total of all launches, from the sum of the tests to the holdout, beside the truth."""
    ways = (
        ("Sum of the tests", readings.summed.effect, style.BAD),
        ("Corrected for selection", readings.corrected.effect, style.BAD),
        ("True effects in the tests", readings.tested.effect, style.CONTROL),
        ("True effects once no news", readings.lasting.effect, style.CONTROL),
        (f"Holdout of {formatted(readings.asked.share, 'share')}", readings.asked.total.effect, style.TREATMENT),
    )
    rows = [style.wrapped(name, 18) for name, _, _ in ways]
    figure = _by_row(rows, "total effect, points")
    truth = {"color": style.ACCENT, "width": 2}
    figure.add_vline(
        x=100 * readings.truth.value, line=truth, annotation_text="the truth", annotation_font_color=style.MUTED
    )
    for row, (_, found, colour) in zip(rows, ways, strict=True):
        _points(figure, [row], [found], colour, showlegend=False)
    told = [formatted(size, "points") for size in (readings.summed.effect.value, readings.truth.value)]
    return style.titled(
        figure,
        f"The tests of what was launched promise {told[0]}, together it brings {told[1]}",
        f"{CONFIDENT} intervals of the average over simulated years; the orange line is the planted total",
    )


def calls(found: "ManyArms") -> go.Figure:
    """Share of runs that call any arm when none differs, and that call the better one when there is one, by the way of testing."""
    rows = [style.wrapped(c.name, 16) for c in found.corrections]
    figure = _by_row(rows, "share of simulated experiments, %", at=100 * ALPHA)
    figure.update_xaxes(rangemode="tozero")
    alarmed, better = [c.false_alarms for c in found.corrections], [c.found for c in found.corrections]
    _points(figure, rows, alarmed, style.BAD, "a false alarm, no arm differs", hover=SHARE)
    _points(figure, rows, better, style.TREATMENT, "the better arm found", hover=SHARE)
    alarms = formatted(found.corrections[0].false_alarms.share, "share")
    return style.titled(
        figure,
        f"{found.treatments} treatments without a correction: {alarms} false alarms",
        f"{CONFIDENT} intervals; the line stands at alpha; every way meets the same units",
    )


def winner(found: "ManyArms") -> go.Figure:
    """Bias of the effect that is told of the arm that looked best, on the units it was chosen by and on fresh ones."""
    told = (found.winners[0], found.winners[-1])
    rows = [style.wrapped(world, 16) for world in ("no arm is better", "one arm is better")]
    figure = _by_row(rows, "estimated minus true effect, points")
    for w, colour in zip(told, (style.BAD, style.TREATMENT), strict=True):
        _points(figure, rows, w.bias, colour, w.name)
    return style.titled(
        figure,
        f"The arm that looks best is told {unsigned(told[0].bias[0].value, 'points')} too high when none is better",
        f"{CONFIDENT} intervals of the average over simulated experiments; fresh units were not used to choose",
        height=320,
    )


def promises(found: "Factorial") -> go.Figure:
    """Bias of what a factorial and two A/B tests say of one change, of both, and of their interaction."""
    rows = [style.wrapped(r.name, 18) for r in found.readings]
    figure = _by_row(rows, "estimated minus true effect, points")
    _points(figure, rows, [r.bias[0] for r in found.readings], style.TREATMENT, "no interaction")
    _points(figure, rows, [r.bias[1] for r in found.readings], style.BAD, "planted interaction")
    worst = max((r.bias[1].value for r in found.readings), key=abs)
    return style.titled(
        figure,
        f"With an interaction, A/B tests added up are off by {formatted(worst, 'points')}",
        f"{CONFIDENT} intervals of the average over simulated experiments; planted interaction {formatted(found.interaction, 'points')}",
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
            x=curve.units, y=[100 * p for p in curve.expected], mode="lines", line_color=colour,
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip
        figure.add_scatter(
            x=curve.units, y=points, mode="markers", name=curve.name, marker_color=colour, error_y=bars,
            hovertemplate="%{x:,} units: %{y:.1f} %<extra>" + curve.name + "</extra>",
        )  # fmt: skip
        ends[curve.name] = (curve.units[-1], 100 * curve.expected[-1], colour)
    style.name_ends(figure, ends)
    units = found.curves[0].units
    figure.update_xaxes(
        title="units of the whole experiment", range=[0, units[-1] * POWER_NAMES], tickvals=units[1:], tickformat=","
    )
    figure.update_yaxes(title="power, %", rangemode="tozero")
    return style.titled(
        figure,
        f"An interaction needs {formatted(found.dearer, 'number')} times the units of a main effect of its size",
        f"lines: theory; points: simulated, with {CONFIDENT} intervals; each A/B test has half of the units",
    )


def _by_row(rows: Sequence[str], axis: str, *, title: str | None = None, at: float = 0) -> go.Figure:
    """An empty figure of values by row, the first at the top, with a line where none would be off."""
    figure = go.Figure()
    figure.add_vline(x=at, line={"color": style.MUTED, "width": 1})
    figure.update_yaxes(title=title, categoryorder="array", categoryarray=list(rows)[::-1])
    return figure.update_xaxes(title=axis)


def _points(
    figure: go.Figure,
    rows: Sequence[str],
    found: "Sequence[Average | BinomialInterval]",
    colour: str,
    name: str = "",
    *,
    hover: str = POINTS,
    **more: Any,
) -> None:
    """One value a row with its interval: what goes wrong as a dot, what holds as a diamond."""
    values = [100 * (f.share if isinstance(f, BinomialInterval) else f.value) for f in found]
    lows, highs = ([100 * getattr(f, end) for f in found] for end in ("low", "high"))
    symbol = "diamond" if colour == style.TREATMENT else "circle"
    figure.add_scatter(
        x=values, y=rows, mode="markers", name=name, marker={"color": colour, "size": 10, "symbol": symbol},
        error_x=style.whiskers(values, lows, highs, colour, thickness=2),
        hovertemplate=f"%{{y}}: {hover}<extra>{name}</extra>", **more,
    )  # fmt: skip


def _line(
    figure: go.Figure,
    x: Sequence[float],
    found: "Sequence[Average]",
    name: str,
    colour: str,
    hover: str,
    *,
    mode: str = "lines",
    scale: float = 100,
) -> None:
    """Averages along an axis, with the band of their intervals."""
    edge = {"x": x, "mode": "lines", "line_width": 0, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(y=[scale * a.low for a in found], **edge)
    figure.add_scatter(y=[scale * a.high for a in found], fill="tonexty", fillcolor=style.faded(colour, 0.25), **edge)
    figure.add_scatter(
        x=x, y=[scale * a.value for a in found], mode=mode, name=name, line_color=colour,
        hovertemplate=f"{hover}<extra>{name}</extra>",
    )  # fmt: skip
