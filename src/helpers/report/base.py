"""What the numbers of a table stand on: from when until when their outcomes count, and of how many units they are.

What all rows have in common is said once, in the note below the table, so that no column repeats it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Metric, Study
from helpers.formatting import CHANGE, stated
from helpers.warehouse.amounts import HUNDREDTHS

if TYPE_CHECKING:
    from helpers.experiment.results import MetricEffect
    from helpers.report.tables import Row
    from helpers.stats.comparisons.effects import Effect


@dataclass(frozen=True)
class Base:
    """Units, or clusters, of the control and of a treatment with a value of the metric that a row is about."""

    metric: Metric
    control: int
    treatment: int
    arm: str = ""

    @classmethod
    def of(cls, found: MetricEffect) -> Base:
        return cls.under(found.metric, found.effect, found.variant)

    @classmethod
    def under(cls, metric: Metric, effect: Effect, arm: str = "") -> Base:
        return cls(metric, effect.n_control, effect.n_treatment, arm)


def _common(rows: Sequence[Base]) -> bool:
    return len({(r.control, r.treatment, r.arm) for r in rows}) == 1


def column(rows: Sequence[Base], study: Study) -> list[Row]:
    """The cell "Units" of each row; no such cell where all rows are of as many units, which the note says."""
    if _common(rows):
        return [{} for _ in rows]
    return [{study.randomised.capitalize(): f"{r.control:,} : {r.treatment:,}"} for r in rows]


def text(rows: Sequence[Base], study: Study) -> str:
    """The note of a table: the window of its outcomes, and its units."""
    if not rows:
        return ""
    if _common(rows):
        arm = rows[0].arm if len(study.treatments) > 1 else ""
        units = f"of {rows[0].control:,} control and {rows[0].treatment:,} {arm or 'treatment'} {study.randomised}"
    else:
        waited = any(r.metric.days for r in rows)  # a unit that was watched for less is left out of such a metric
        units = (
            f"{study.randomised} with a value{' that were watched for all of its days' * waited}: control : treatment"
        )
    if study.cluster is not None:
        taken = "is taken to be" if "cluster" in study.assumed else "was"
        units += f", each a {study.cluster}, by which the study {taken} randomised"
    return f"{windows([r.metric for r in rows], study)}; {units}"


def margin(metric: Metric, currency: str) -> str:
    """The size of a guardrail's margin, in the metric's own unit where it is none of the control; empty without one."""
    if metric.margin is None:
        return ""
    if metric.margin.relative is not None:
        return stated(metric.margin.relative, "share")
    size = metric.margin.absolute or 0
    return stated(HUNDREDTHS * size if metric.unit == "money" else size, CHANGE[metric.unit], currency).lstrip("+")


def windows(metrics: Iterable[Metric], study: Study) -> str:
    """From when until when outcomes count: the window of most metrics, then each metric that has another one."""
    told = {m.label: study.window(m) for m in metrics}
    (usual, _), *_ = Counter(told.values()).most_common(1)
    others = [f"{label}: {window}" for label, window in told.items() if window != usual]
    return "; ".join([f"counted {usual}", *others])
