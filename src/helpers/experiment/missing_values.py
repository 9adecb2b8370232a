"""Values that are missing, by arm and by the primary outcome; and metrics that are not read for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Metric, Study
from helpers.defaults import SRM_THRESHOLD
from helpers.experiment.arm_shares import Counted, counted
from helpers.formatting import WITH_A_VALUE, inside
from helpers.stats.multiplicity.corrections import adjust

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class MissingValues:
    """Units without a value, by arm and by the primary outcome.

    Attributes:
        metrics: that are of the same event and lack a value for the same units.
        by_arm: missing among the units that could have a value, control first.
        alike: the same among units with the primary outcome, and among those without it.
        outcome: units with the primary outcome among those without a value and among those with one, over all arms
            first and then arm by arm; empty for the primary metric, whose missing values leave nothing to compare.
        zeros: units whose empty value is counted as zero, because the study says so.
    """

    metrics: tuple[Metric, ...]
    by_arm: Counted
    alike: tuple[Counted, ...]
    outcome: tuple[Counted, ...]
    zeros: int

    @property
    def label(self) -> str:
        """Their names within a sentence; one in capitals keeps them, and none is called of those with a value: they lack it."""
        return " and ".join(inside(metric.label.removesuffix(WITH_A_VALUE)) for metric in self.metrics)


def missing(values: "pd.DataFrame", study: Study) -> tuple[MissingValues, ...]:
    """Of every metric that lacks a value, or counts an empty one as zero; ``values`` is the query ``missing_values``."""
    import pandas as pd

    found: dict[tuple[object, ...], MissingValues] = {}
    for metric in study.metrics:
        part = values[values.metric == metric.name]
        zeros = int(part.zeros.sum())
        if not part.missing.sum() and not zeros:
            continue
        arms = [v.name for v in study.variants]
        counts = {
            (row.variant, None if pd.isna(row.is_high) else bool(row.is_high)): row
            for row in part.itertuples(index=False)
        }

        def told(arm: str, high: bool | None, counts: dict = counts) -> tuple[int, int]:  # type: ignore[type-arg]
            row = counts.get((arm, high))
            return (0, 0) if row is None else (int(row.missing), int(row.units))

        whole = [[sum(n) for n in zip(*(told(arm, high) for high in (True, False, None)), strict=True)] for arm in arms]
        by_arm = counted([m for m, _ in whole], [n for _, n in whole])
        alike: tuple[Counted, ...] = ()
        outcome: tuple[Counted, ...] = ()
        if metric.role != "primary":
            alike = tuple(
                counted([told(arm, high)[0] for arm in arms], [told(arm, high)[1] for arm in arms])
                for high in (True, False)
            )
            tables = []
            for arm in arms:
                (gone, of), (gone_low, of_low) = told(arm, True), told(arm, False)
                tables.append((gone, gone + gone_low, of - gone, of + of_low - gone - gone_low))
            pooled = tuple(sum(column) for column in zip(*tables, strict=True))
            outcome = tuple(counted([a, c], [b, d]) for a, b, c, d in (pooled, *tables))
        alone = metric.name if metric.role == "primary" else metric.event
        same = alone, by_arm.hits, by_arm.totals, zeros
        others = found[same].metrics if same in found else ()
        found[same] = MissingValues((*others, metric), by_arm, alike, outcome, zeros)
    return tuple(found.values())


def p_values(gaps: Sequence[MissingValues]) -> list[tuple[float, ...]]:
    """Of every metric: by arm, by arm among units alike, and of units like the others, each shared over the metrics."""
    asked = (
        [gap.by_arm.p_value for gap in gaps],
        [smallest(gap.alike) for gap in gaps],
        [smallest(gap.outcome) for gap in gaps],
    )
    return list(zip(*map(_shared, asked), strict=True))


def unreadable(values: "pd.DataFrame", study: Study) -> frozenset[str]:
    """Names of metrics whose values are missing by the arm and that the rule does not weigh: they alone are not read.

    ``values`` is the query ``missing_values``. Of a metric that the rule weighs the experiment is not read; where whole
    clusters were randomised the test is none, and warns.
    """
    if study.cluster is not None:
        return frozenset()
    gaps = missing(values, study)
    found = zip(gaps, p_values(gaps), strict=True)
    apart = [gap for gap, (*by_arm, _) in found if any(p < SRM_THRESHOLD for p in by_arm)]
    alone = [gap for gap in apart if not any(is_weighed(metric, study) for metric in gap.metrics)]
    return frozenset(metric.name for gap in alone for metric in gap.metrics)


def is_weighed(metric: Metric, study: Study) -> bool:
    """Whether more rests on the metric than itself: the primary one, a guardrail, money, or a proxy and what it stands for."""
    by = study.surrogate
    proxies = (by.proxy, by.outcome, by.opportunity) if by else ()
    return metric.role != "secondary" or metric == study.revenue or metric.name in proxies


def _shared(p_values: Sequence[float]) -> tuple[float, ...]:
    return adjust(p_values, "holm", alpha=SRM_THRESHOLD).adjusted if p_values else ()


def smallest(tests: tuple[Counted, ...]) -> float:
    """Smallest p-value after Holm; 1 where nothing can differ."""
    told = [t.p_value for t in tests if t.p_value == t.p_value]
    return min(adjust(told, "holm", alpha=SRM_THRESHOLD).adjusted) if told else 1.0
