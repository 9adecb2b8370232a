"""One look for every figure: palette, template, title that says the finding."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

if TYPE_CHECKING:
    from helpers.config import ExternalEvent

FONT = "DejaVu Sans, Verdana, Arial, sans-serif"
"""Pinned, so that the same figure measures the same on every machine with fonts-dejavu-core."""

INK = "#1f2328"
"""Titles and labels. This and the next three give way to the page's colours in dark mode."""
MUTED = "#59636e"
"""Subtitles, axes and notes."""
GRID = "#e1e4e8"
"""Grid lines and thin borders."""
PAPER = "#ffffff"
"""The page behind the figure: gaps between bars, outlines of points."""

CONTROL = "#7a8ca3"
"""The control variant, and whatever is the base of a comparison."""
TREATMENT = "#0072b2"
"""The treatment, and whatever the finding is about."""
TREATMENTS = (TREATMENT, "#e69f00", "#cc79a7", "#009e73")
"""Treatments in the order of the study file, when there is more than one."""
ACCENT = "#e69f00"
"""A second thing to look at, such as the planted truth."""
SKY = "#56b4e9"
"""A further line where the others are taken."""
GOOD = "#009e73"
"""Better, passed, inside its margin."""
BAD = "#d55e00"
"""Worse, failed, past its margin."""
NEUTRAL = "#8c959f"
"""Neither: undecided, not significant, pooled."""

SHARES = ".2~%"
"""Ticks of shares: as many digits as tell two of them apart, so that no axis says 0 % twice."""

HEIGHT = 420
"""Height of a figure in pixels, title included."""
WIDTH = 900
"""Width of a static picture in pixels; a page gives its figures the width of the column."""
LINE = 70
"""Characters in a line of the title."""

_BASELINE, _LINE_HEIGHT, _GAP, _LEGEND, _APART = 24, 22, 16, 26, 17


def signed(ticks: str) -> dict[str, Any]:
    """An axis of changes, whose ticks say whether more or less: zero is neither, and d3 would give it a sign.

    >>> signed("+.1%")["labelalias"]["+0.0%"]
    '0%'
    """
    zeros = {f"{sign}{zero}{unit}": f"0{unit}" for sign in "+\u2212" for zero in ("0", "0.0") for unit in ("", "%")}
    return {"tickformat": ticks, "labelalias": zeros}


def faded(colour: str, alpha: float = 0.18) -> str:
    """A palette colour, see-through: for bands and links.

    >>> faded("#0072b2", 0.2)
    'rgba(0,114,178,0.2)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def wrapped(text: str, width: int = 24) -> str:
    """A label broken into short lines, for category axes that must fit on a phone.

    >>> wrapped("Returning visitors on a phone", 16)
    'Returning<br>visitors on a<br>phone'
    """
    return "<br>".join(_lines(text, width))


def whiskers(
    points: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    colour: str = NEUTRAL,
    thickness: float = 1.5,
) -> dict[str, Any]:
    """Plotly's error bars for intervals given by their ends.

    >>> whiskers([1.0], [0.5], [3.0])["array"], whiskers([1.0], [0.5], [3.0])["arrayminus"]
    ([2.0], [0.5])
    """
    return {
        "type": "data", "symmetric": False, "width": 0, "thickness": thickness, "color": colour,
        "array": [high - point for point, high in zip(points, highs, strict=True)],
        "arrayminus": [point - low for point, low in zip(points, lows, strict=True)],
    }  # fmt: skip


def named(name: str, colour: str) -> str:
    """A direct label: a dot in the line's colour, the name in the ink of notes, for pale colours cannot be read as text.

    >>> named("a < b", "#0072b2")
    '<span style="color:#0072b2">●</span> a &lt; b'
    """
    return f'<span style="color:{colour}">\u25cf</span> {escape(name, quote=False)}'


def name_ends(figure: go.Figure, ends: Mapping[str, tuple[Any, float, str]], *, height: int = HEIGHT) -> None:
    """Write the names of two or three lines beside their last points, in place of a legend.

    ``ends`` gives each line's last x and y and its colour; the vertical axis begins at zero. Names that would touch are
    moved apart.
    """
    top = max(y for _, y, _ in ends.values()) or 1.0
    room, at = height - 140, -float(_APART)
    for name, (x, y, colour) in sorted(ends.items(), key=lambda item: item[1][1]):
        own = y / top * room
        at = max(own, at + _APART)
        figure.add_annotation(x=x, y=y, text=named(name, colour), showarrow=False, xanchor="left", yanchor="middle",
                              xshift=4, yshift=round(at - own), font={"color": MUTED, "size": 12})  # fmt: skip
    figure.update_layout(showlegend=False)  # the axis makes room for what is written on it


def mark_events(
    figure: go.Figure,
    events: "Iterable[ExternalEvent]",
    first: datetime,
    days: int,
    *,
    numbered: bool = False,
    suffix: str = "",
    **panel: int,
) -> None:
    """Shade the days of external events on a time axis, each with its name; every figure with a calendar calls this.

    A point of the axis stands for a whole day, so the band reaches half a day to both sides of the days touched.

    Args:
        first: where the first of the axis's ``days`` begins.
        numbered: whether the axis counts days from 1 on; otherwise it holds dates.
        suffix: said after the name.
        panel: ``row`` and ``col`` of a figure with several.

    Example:
        >>> from helpers.config import ExternalEvent
        >>> sale = ExternalEvent(name="sale", start=datetime(2026, 3, 3), end=datetime(2026, 3, 5))
        >>> figure = go.Figure(go.Scatter(x=[1, 2, 3, 4], y=[1, 1, 2, 2]))
        >>> mark_events(figure, [sale], datetime(2026, 3, 1), 4, numbered=True)
        >>> figure.layout.shapes[0].x0, figure.layout.shapes[0].x1, figure.layout.annotations[0].text
        (2.5, 4.5, 'sale')
    """
    day, half = timedelta(days=1), timedelta(hours=12)
    seen = 0
    for event in events:
        begin, end = max(0, (event.start - first) // day), min(days, -((first - event.end) // day))
        if begin >= end:
            continue
        seen += 1
        ends = [at + 0.5 if numbered else (first + at * day - half).isoformat() for at in (begin, end)]
        figure.add_vrect(x0=ends[0], x1=ends[1], fillcolor=faded(NEUTRAL, 0.22), line_width=0, layer="below", **panel)  # type: ignore[arg-type]
        late = begin > 0.7 * days
        figure.add_annotation(x=ends[1] if late else ends[0], y=1, yref="y domain", text=wrapped(event.name + suffix), showarrow=False,
                              xanchor="right" if late else "left", yanchor="top", yshift=-15 * seen,
                              font={"color": MUTED, "size": 11}, align="left", **panel)  # fmt: skip


def titled(figure: go.Figure, finding: str, subtitle: str = "", *, height: int = HEIGHT) -> go.Figure:
    """Give ``figure`` the template, a title that says what was found and a line on how to read it.

    Both texts are plain: what looks like markup is shown as it stands. They are broken into lines
    of at most 70 characters for the static picture; a page sets them above the figure instead.
    A legend appears when two named traces must be told apart. Returns the same figure, changed.

    >>> figure = titled(go.Figure(go.Bar(x=["a"], y=[1])), "Half of the carts are left")
    >>> figure.layout.title.text, figure.layout.height
    ('<b>Half of the carts are left</b>', 420)
    """
    heading = _lines(finding, LINE)
    lines = [f"<b>{'<br>'.join(heading)}</b>"]
    below = _lines(subtitle, LINE + 25) if subtitle else []
    if below:
        lines.append(f'<span style="color:{MUTED};font-size:13px">{"<br>".join(below)}</span>')
    legend = _has_legend(figure)
    named = any(a.yref == "paper" and a.y == 1 and a.yanchor == "bottom" for a in figure.layout.annotations)
    top = _BASELINE + _LINE_HEIGHT * (len(heading) + len(below) - 1) + _GAP
    figure.update_layout(
        template=TEMPLATE,
        height=height,
        title={"text": "<br>".join(lines), "y": 1 - _BASELINE / height},
        margin={"t": top + (_LEGEND if legend or named else 0), **_room_for_labels(figure)},
        showlegend=legend,
        meta={"finding": finding, "subtitle": subtitle},
    )
    return figure


def _room_for_labels(figure: go.Figure) -> dict[str, int]:
    """A right margin for labels that stand outside of horizontal bars."""
    labels = [
        str(text)
        for trace in figure.data
        if trace.type == "bar" and trace.orientation == "h" and trace.textposition == "outside"
        for text in (trace.text if trace.text is not None and not isinstance(trace.text, str) else ())
    ]
    return {"r": 16 + 5 * max(map(len, labels))} if labels else {}


def _lines(text: str, width: int) -> list[str]:
    return [escape(line, quote=False) for line in textwrap.wrap(text, width)] or [""]


def _has_legend(figure: go.Figure) -> bool:
    """Two things to tell apart, or the author's word for it."""
    if figure.layout.showlegend is not None:
        return bool(figure.layout.showlegend)
    named = [t for t in figure.data if "showlegend" in t and t.showlegend is not False and t.name]
    return len(named) > 1


def _axis(**more: Any) -> dict[str, Any]:
    return {
        "automargin": True,
        "gridcolor": GRID,
        "gridwidth": 1,
        "linecolor": GRID,
        "showline": False,
        "tickcolor": GRID,
        "tickfont": {"color": MUTED},
        "ticks": "",
        "title": {"font": {"color": MUTED, "size": 13}, "standoff": 12},
        "zeroline": False,
        "zerolinecolor": MUTED,
        **more,
    }


TEMPLATE = go.layout.Template(
    layout={
        "autosize": True,
        "colorway": [*TREATMENTS, BAD, CONTROL],
        "bargap": 0.35,
        "font": {"family": FONT, "size": 13, "color": INK},
        "hoverlabel": {
            "align": "left",
            "bgcolor": PAPER,
            "bordercolor": GRID,
            "font": {"family": FONT, "size": 13, "color": INK},
        },
        "hovermode": "closest",
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.01,
            "yanchor": "bottom",
            "title": {"text": ""},
        },
        "margin": {"l": 8, "r": 16, "b": 8, "t": 64, "pad": 4},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "separators": ".,",
        "title": {
            "font": {"family": FONT, "size": 17, "color": INK},
            "pad": {"l": 2},
            "x": 0,
            "xanchor": "left",
            "xref": "container",
            "y": 1,
            "yanchor": "bottom",
            "yref": "container",
        },
        "xaxis": _axis(showgrid=False, showline=True),
        "yaxis": _axis(showgrid=True),
    },
    data={
        "bar": [{"marker": {"line": {"width": 0}}, "textfont": {"color": INK}}],
        "heatmap": [
            {
                "colorscale": [[0, "#eef5fa"], [0.5, "#7db8d9"], [1, "#004b75"]],
                "colorbar": {"outlinewidth": 0, "thickness": 12},
            }
        ],
        "sankey": [
            {
                "link": {"color": faded(CONTROL, 0.35)},
                "node": {"color": CONTROL, "line": {"width": 0}, "pad": 18, "thickness": 16},
            }
        ],
        "scatter": [{"line": {"width": 2.5}, "marker": {"size": 8}}],
    },
)
"""The template named ``report``."""


def register() -> None:
    """Make the template known to plotly as ``report``, for figures drawn by hand in a notebook."""
    import plotly.io

    plotly.io.templates["report"] = TEMPLATE
