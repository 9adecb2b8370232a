"""Figures of how long units stay."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from helpers.experiment.decision.claims import barred
from helpers.experiment.staying import Lasting, Returning
from helpers.experiment.survival import Survival
from helpers.formatting import NO_INTERVAL, decimal, formatted
from helpers.report.figures import style
from helpers.report.topics.staying import text_still
from helpers.stats.comparisons.effects import NO_TEST
from helpers.stats.survival.curves import SurvivalCurve

STEPS_DRAWN = 250
"""Steps of a curve that a screen can show."""
MARKS = 4
"""Days under which the units still watched are written, beside the first."""

LABEL = 0.6
"""Where on the way to the horizon a curve has its name: the upper one above it, the lower one below."""


def staying(found: Survival, failed: Sequence[object] = ()) -> go.Figure:
    """Kaplan-Meier curves of both arms with pointwise bands up to the horizon, and how many units are still watched.

    After ``failed`` trust checks nothing of it is read.
    """
    end = found.horizon_days
    figure = go.Figure()
    at = {variant: (found.on(variant, LABEL * end), found.on(variant, end).share) for variant in found.curves}
    lower = min(at, key=lambda variant: at[variant][1])
    for (variant, curve), colour in zip(found.curves.items(), (style.CONTROL, style.TREATMENT), strict=True):
        _curve(figure, variant, curve, end, colour)
        there, last = at[variant]
        side = (
            {"y": there.low, "xanchor": "right", "yanchor": "top"}
            if variant == lower
            else {"y": there.high, "xanchor": "left", "yanchor": "bottom"}
        )
        figure.add_annotation(x=LABEL * end, text=style.named(f"{variant}: {formatted(last, 'share')}", colour),
                              font_color=style.MUTED, showarrow=False, **side)  # fmt: skip
    days = np.linspace(0, end, MARKS + 1)
    watched = [[f"{found.on(variant, float(day)).watched:,}" for variant in found.curves] for day in days]
    figure.update_xaxes(title="days since the exposure", range=[0, end * 1.06],
                        tickvals=days.tolist(),
                        ticktext=["<br>".join([f"{day:g}", *of]) for day, of in zip(days, watched, strict=True)])  # fmt: skip
    figure.update_yaxes(title="share still there", tickformat=style.SHARES)
    arms = " and ".join(found.curves)
    return style.titled(
        figure,
        barred(_finding(found), failed),
        f"Kaplan-Meier with pointwise bands; units seen to the end of the experiment are censored there; the shares are those of day {end:g}; below the days: units of {arms} still watched",
        height=440,
    )


def _finding(found: Survival) -> str:
    kept, (control, treatment) = found.mean_days, found.curves
    if np.isnan(kept.p_value):
        return f"How long they stay is not compared: {kept.note.removeprefix(NO_TEST) or NO_INTERVAL}"
    nearest = min((kept.absolute_low, kept.absolute_high), key=abs)
    digits = _digits(*((kept.absolute, nearest) if kept.significant else (kept.absolute_high - kept.absolute_low,)))
    gained, low, high = (
        decimal(days, digits, signed=True) for days in (kept.absolute, kept.absolute_low, kept.absolute_high)
    )
    between = f"between {low} and {high}"
    horizon = "1 day" if found.horizon_days == 1 else f"{found.horizon_days:g} days"
    if not kept.significant:
        return f"Neither {control} nor {treatment} is shown to stay longer: {gained} of {horizon}, {between}"
    way = "longer" if kept.absolute > 0 else "shorter"
    return f"{treatment} stays {gained[1:]} of {horizon} {way} than {control}, {between}"


def _digits(*days: float) -> int:
    """Digits behind the point in which none of these days reads as zero, one where that is enough.

    >>> _digits(2.31, -0.4), _digits(0.012, 0.004)
    (1, 3)
    """
    sizes = [abs(day) for day in days if np.isfinite(day) and day]
    return max([1, *(int(np.ceil(-np.log10(2 * size))) for size in sizes)])


def _curve(figure: go.Figure, name: str, curve: SurvivalCurve, end: float, colour: str) -> None:
    """One curve and its band, as steps, no more of them than a screen can show."""
    grid = np.linspace(0, end, STEPS_DRAWN)
    steps = sorted({max(0, int(i) - 1) for i in np.searchsorted(curve.time, grid, side="right")})
    x = [*(float(curve.time[i]) for i in steps), end]
    low, high, middle = (
        [float(part[i]) for i in [*steps, steps[-1]]] for part in (curve.low, curve.high, curve.survival)
    )
    for bound, fill in ((low, None), (high, "tonexty")):
        figure.add_scatter(x=x, y=bound, fill=fill, fillcolor=style.faded(colour), line={"shape": "hv", "width": 0},
                           hoverinfo="skip", mode="lines", showlegend=False)  # fmt: skip

    figure.add_scatter(x=x, y=middle, mode="lines", line={"shape": "hv", "color": colour}, name=name, showlegend=False,
                       hovertemplate=f"{name}, day %{{x:.1f}}: %{{y:.1%}}<extra></extra>")  # fmt: skip


def lasting(found: Lasting) -> go.Figure:
    """The Kaplan-Meier curve of all units, with its pointwise band."""
    figure, end = go.Figure(), float(found.curve.time[-1])
    _curve(figure, "units", found.curve, end, style.TREATMENT)
    figure.update_xaxes(title=found.span, range=[0, end * 1.02])
    figure.update_yaxes(title=f"share still without {found.ended}", tickformat=style.SHARES, range=[0, 1.02])
    return style.titled(
        figure, text_still(found), "Kaplan-Meier with a pointwise band; units count for as long as they have been there"
    )


def coming_back(found: Returning) -> go.Figure:
    """Share of the units seen again, span by span, with its interval."""
    spans, shares = [b.span for b in found.spans], [b.share for b in found.spans]
    figure = go.Figure(
        go.Scatter(
            x=spans, y=[s.share for s in shares], mode="lines+markers", line_color=style.TREATMENT, showlegend=False,
            error_y={
                "array": [s.high - s.share for s in shares], "arrayminus": [s.share - s.low for s in shares],
                "type": "data", "symmetric": False, "thickness": 1,
            },
            hovertemplate=f"{found.span} %{{x}}: %{{y:.1%}}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(title=f"{found.span}s since the exposure")
    figure.update_yaxes(title="share seen again", tickformat=style.SHARES, rangemode="tozero")
    first = found.spans[0]
    return style.titled(
        figure,
        f"{formatted(first.share.share, 'share')} are seen again in {found.span} {first.span}",
        f"with intervals; each {found.span} is of the units that were watched to its end",
    )
