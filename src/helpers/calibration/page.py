"""The calibration as a page of the report site: what was promised, what was seen, red where they part."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from helpers import paths
from helpers.calibration.record import Line
from helpers.results import formatted

if TYPE_CHECKING:
    import pandas as pd

TEMPLATE = "calibration.md.j2"
SIDES = {"equal": "", "at most": "at most ", "at least": "at least "}


def page(lines: list[Line]) -> str:
    """The page as MyST Markdown, from ``docs/templates/calibration.md.j2``."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from helpers.figures.calibration import deviations
    from helpers.figures.show import drawn
    from helpers.tables import table

    outside = [line for line in lines if not line.inside]
    topics = [(topic, list(part)) for topic, part in groupby(lines, key=lambda line: line.topic)]
    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES), undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True
    )
    view = drawn("calibration", deviations(lines), _description(lines))
    return environment.get_template(TEMPLATE).render(
        lines=lines,
        outside=outside,
        unexplained=[line for line in outside if not line.reason],
        fewest=min(line.runs for line in lines),
        figure=Markup(view.html()),
        red=Markup(table(_frame(outside, why=True), "Cases outside their Monte Carlo interval").markup)
        if outside
        else "",
        topics=[
            (topic, part, Markup(table(_frame(part), f"{topic}: promised and seen").markup)) for topic, part in topics
        ],
    )


def _description(lines: list[Line]) -> str:
    outside = sum(not line.inside for line in lines)
    return (
        f"Seen minus promised share of {len(lines)} simulated cases by topic, in points, with the Monte Carlo interval; "
        f"{outside} cases whose interval leaves the promise out are marked."
    )


def _frame(lines: list[Line], why: bool = False) -> pd.DataFrame:
    import pandas as pd

    from helpers.tables import badge

    def cells(line: Line) -> dict[str, Any]:
        named: dict[str, Any] = {"Topic": line.topic} if why else {}
        shown: dict[str, Any] = {
            "Method": line.method,
            "Setting": line.setting,
            "Counted": line.quantity,
            "Promised": SIDES[line.promise] + formatted(line.nominal, "share"),
            "Seen": formatted(line.observed, "share"),
            "99 % interval": f"{formatted(line.low, 'share')} to {formatted(line.high, 'share')}",
        }
        verdict = badge("good", "inside") if line.inside else badge("bad", "outside")
        last: dict[str, Any] = {"Why": line.reason or "chance"} if why else {"Verdict": verdict}
        return named | shown | {"Runs": line.runs} | last

    return pd.DataFrame([cells(line) for line in lines])
