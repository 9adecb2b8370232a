"""The calibration as a page of the report site: what was promised, what was seen, and where they part."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from helpers import paths
from helpers.formatting import formatted, unsigned
from helpers.validation.case import COUNTED
from helpers.validation.record import Line

if TYPE_CHECKING:
    import pandas as pd

TEMPLATE = "calibration.md.j2"
SIDES = {"equal": "", "at most": "at most ", "at least": "at least "}


def page(lines: list[Line]) -> str:
    """The page as MyST Markdown, from ``docs/templates/calibration.md.j2``."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from helpers.report.figures.show import drawn
    from helpers.report.tables import table
    from helpers.site.calibration_figure import deviations

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
        fewest=min(line.runs for line in lines if line.method != COUNTED),
        figure=Markup(view.html()),
        parting=Markup(table(_reasons(outside), "Cases outside their Monte Carlo interval, by reason").markup)
        if outside
        else "",
        topics=[
            (topic, part, Markup("".join(table(_frame(rows), caption).markup for caption, rows in _parts(topic, part))))
            for topic, part in topics
        ],
    )


def _description(lines: list[Line]) -> str:
    outside = sum(not line.inside for line in lines)
    return (
        f"Seen minus promised share of {len(lines)} simulated cases by topic, in points, with the Monte Carlo interval; "
        f"{outside} cases whose interval leaves the promise out are marked."
    )


def _parts(topic: str, lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """The lines of a topic by what was counted, each with its caption."""
    counted = dict.fromkeys(line.quantity for line in lines)
    return [(f"{topic}: {name}", [line for line in lines if line.quantity == name]) for name in counted]


def _reasons(outside: list[Line]) -> pd.DataFrame:
    """Cases outside by topic and reason, each with the one that is farthest off."""
    import pandas as pd

    reasons = dict.fromkeys((line.topic, line.reason) for line in outside)
    rows = []
    for topic, reason in reasons:
        cases = [line for line in outside if (line.topic, line.reason) == (topic, reason)]
        worst = max(cases, key=lambda line: abs(line.observed - line.nominal))
        rows.append(
            {
                "Topic": topic,
                "Why": reason or "chance: more runs take it back inside",
                "Cases": len(cases),
                "Farthest off": f"{worst.method}, {worst.quantity}, {worst.setting}",
                "Seen": f"{formatted(worst.observed, 'share')} for {SIDES[worst.promise]}{formatted(worst.nominal, 'share')}",
                "Allowed": unsigned(worst.slack, "points") if worst.slack else "nothing",
            }
        )
    return pd.DataFrame(rows)


def _frame(lines: list[Line]) -> pd.DataFrame:
    """One row a case of one quantity."""
    import pandas as pd

    from helpers.report.tables import badge

    return pd.DataFrame(
        {
            "Method": line.method,
            "Setting": line.setting,
            "Verdict": badge("good", "inside") if line.inside else badge("bad", "outside"),
            "Promised": SIDES[line.promise] + formatted(line.nominal, "share"),
            "Seen": formatted(line.observed, "share"),
            "99 % interval": f"{formatted(line.low, 'share')} to {formatted(line.high, 'share')}",
            "Runs": line.runs,
        }
        for line in lines
    )
