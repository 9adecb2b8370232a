"""What a study of counts is told in place of what only rows tell: what was counted, and what is not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.config import Aggregates, Study
from helpers.formatting import LEVEL, formatted
from helpers.report.tables import Row

if TYPE_CHECKING:
    from helpers.experiment.results import Results

CAPTION = "The counts as they were read"
NOTE = "all later numbers are made of these sums; nobody can see in them which units they are of"
ROWS = (
    "what became of each row, repeats, placeholders and breaches of a tracking plan need the rows that were summed up"
)
FUNNEL = "where units drop needs the steps of each of them, from a log or a table of units"
TIMES = "how long it takes needs the times of each unit's events, from a log"
SEGMENTS = "who they are needs the attributes of each unit, from a log or a table of units"
PATHS = "the path in each arm needs the steps of each unit"
POPULATIONS = (
    "whoever counted the units says whether they were exposed or only assigned, and there is one count of each arm"
)
HISTORY = "what units did before, and so what adjusting by it gains, needs a column of it for each unit"
CHOICES = "other choices of units or of values need the values of each unit"


def absent(study: Study, needed: str) -> str:
    """That a part is not asked, and what it would need, in a sentence.

    >>> from helpers import config
    >>> absent(config.load("studies/cart_checkout.yml"), FUNNEL)
    ''
    """
    return f"Not asked: {study.rowless}; {needed}." if study.rowless else ""


def table(results: Results) -> list[Row]:
    """Units of each arm, and what was counted of every outcome."""
    study = results.study
    assert isinstance(study.data, Aggregates)
    rows: list[Row] = []
    for variant in study.variants:
        row: Row = {"Arm": variant.name, "Units": f"{results.arm_sizes()[variant.name]:,}"}
        for metric in study.metrics:
            arm = results.arm(metric, variant.name)
            if arm is not None:
                shown = getattr(arm, "successes", None)
                count = f"{shown:,}, " if shown is not None else ""
                row[metric.label] = f"{count}{formatted(arm.estimate, LEVEL[metric.unit], study.economics.currency)}"
        rows.append(row)
    return rows
