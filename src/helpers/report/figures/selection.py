"""The figure of what other choices of units would have shown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from helpers.formatting import formatted, inside
from helpers.report.figures import style

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.selection import SelectionEffect

SOUND, BIASED = "arms alike", "arms picked by the outcome"


def readings(found: "Sequence[SelectionEffect]", study: "Study", arm: str = "") -> go.Figure:
    """Relative effects under every rule with their intervals, sound ones and biased ones, against the truth.

    ``arm`` is the treatment where there are several.
    """
    shown = list(found)[::-1]
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    for name, colour, sound in ((SOUND, style.TREATMENT, True), (BIASED, style.BAD, False)):
        part = [r for r in shown if r.rule.sound == sound]
        points = [r.effect.relative for r in part]
        figure.add_scatter(
            x=points, y=[style.wrapped(r.rule.label, 22) for r in part], mode="markers", name=name,
            marker={"color": colour, "size": 10},
            error_x=style.whiskers(
                points, [r.effect.relative_low for r in part], [r.effect.relative_high for r in part], thickness=2
            ),
            hovertemplate="%{y}: %{x:+.1%}<extra></extra>",
        )  # fmt: skip
    known = [r for r in shown if r.truth is not None]
    if known:
        figure.add_scatter(
            x=[r.truth for r in known], y=[style.wrapped(r.rule.label, 22) for r in known], mode="markers", name="truth",
            marker={"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": style.ACCENT}, "color": style.ACCENT},
            hovertemplate="%{y}: %{x:+.1%}<extra>truth</extra>",
        )  # fmt: skip
    order = [style.wrapped(r.rule.label, 22) for r in shown]
    figure.update_yaxes(categoryorder="array", categoryarray=order, automargin=True)
    figure.update_xaxes(title=f"relative change of {inside(study.primary.label)}", **style.signed("+.0%"))
    told = {r.rule.name: formatted(r.effect.relative, "relative") for r in found}
    of = f" of {arm}" if arm else ""
    return style.titled(
        figure,
        f"The analysis as planned shows {told.get('winsorised', 'nothing')}{of}, the values as they are "
        f"{told.get('as they are', 'nothing')}, dropping by the outcome {told.get('dropped', 'nothing')}",
        f"{study.decision.confidence * 100:g} % intervals, exposed units of the study's own log",
        height=max(340, 120 + 56 * len(shown)),
    )
