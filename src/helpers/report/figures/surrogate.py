"""Figures of what a proxy says of the outcome it is to stand for."""

from collections.abc import Sequence

import plotly.graph_objects as go

from helpers import formatting
from helpers.experiment.decision.claims import barred, subject
from helpers.experiment.surrogate import Surrogacy
from helpers.formatting import inside
from helpers.report.figures import style

CENTS = 100


def predicted(found: Surrogacy, currency: str, arm: str = "", failed: Sequence[object] = ()) -> go.Figure:
    """The effect on the outcome: as the proxy predicts it, as measured, and what goes beside the proxy.

    ``arm`` is the treatment where there are several; after ``failed`` trust checks nothing of it is read.
    """
    proxy, outcome = inside(found.proxy.label), inside(found.outcome.label)
    shown = {
        style.wrapped(f"predicted by {proxy}", 18): (found.path.predicted, style.TREATMENT),
        style.wrapped("as measured", 18): (found.direct, style.CONTROL),
        style.wrapped("not through the proxy", 18): (found.path.beside, style.CONTROL),
    }
    money = found.outcome.unit == "money"
    scale = CENTS if money else 1
    values, lows, highs = (
        [float(getattr(e, end)) / scale for e, _ in shown.values()] for end in ("value", "low", "high")
    )
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": style.MUTED, "width": 1})
    if found.truth is not None:
        figure.add_vline(x=found.truth / scale, line={"color": style.ACCENT, "width": 3})
        text = f"planted: {formatting.difference(found.truth, found.outcome, currency)} "
        figure.add_annotation(x=found.truth / scale, y=1 / 3, yref="paper", text=text, showarrow=False, xanchor="right",
                              yanchor="middle", font_color=style.MUTED)  # fmt: skip
    figure.add_scatter(
        x=values, y=list(shown), mode="markers", showlegend=False,
        marker={"size": 11, "color": [colour for _, colour in shown.values()]},
        error_x=style.whiskers(values, lows, highs, thickness=2), hovertemplate="%{y}: %{x:.3g}<extra></extra>",
    )  # fmt: skip
    unit = f", {currency}" if money else ""
    share = ".1%" if found.outcome.unit == "share" else None
    figure.update_xaxes(title=f"change of {outcome}{unit}", tickformat=share)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    said, seen = (
        formatting.difference(float(e.value), found.outcome, currency) for e in (found.path.predicted, found.direct)
    )
    verdict = "and nothing beside it is shown" if found.agrees else "and that is not all of it"
    return style.titled(
        figure,
        barred(
            f"By way of {proxy}, {subject(outcome, arm)} changes by {said}; the change measured is {seen}, {verdict}",
            failed,
        ),
        "the proxy's part is its effect times the slope within arms; both parts add up to what was measured",
        height=320,
    )
