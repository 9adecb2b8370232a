"""Every planted effect beside what the report found for it."""

import json
from dataclasses import dataclass

from helpers.config import Metric, Study
from helpers.experiment.results import MetricEffect, Results
from helpers.paths import StudyPaths
from helpers.simulate.ground_truth import FILE, Planted


@dataclass(frozen=True)
class GroundTruthCheck:
    """One planted effect, and the estimate in which it shows; None where the report estimates nothing of the kind."""

    planted: Planted
    found: MetricEffect | None

    @property
    def held(self) -> bool | None:
        """Whether the interval on the scale of what was planted holds the truth; None where either is unknown."""
        if self.found is None or self.found.truth is None:
            return None
        if self.planted.unit == "relative":
            return self.found.covered
        return self.found.effect.absolute_low <= self.found.truth.absolute <= self.found.effect.absolute_high


def checked(study: Study, where: StudyPaths, results: Results) -> list[GroundTruthCheck]:
    """The ledger of the simulated world, or the study's injection level by level; empty where nothing was planted."""
    if not study.planted:
        return []
    if study.injection is None:
        ledger = json.loads((where.raw / FILE).read_text(encoding="utf-8"))["planted"]
        return [
            GroundTruthCheck(entry, _found(results, entry.event)) for entry in (Planted(**fields) for fields in ledger)
        ]
    event, dimension = study.injection.event, study.injection.by or "all"
    return [
        GroundTruthCheck(
            Planted(event, uplift, f"relative change of {event}s among exposed units, {level}", "relative", event),
            _found(results, event, dimension, level),
        )
        for level, uplift in study.injection.relative_uplift.items()
    ]


def _found(results: Results, event: str, dimension: str = "all", level: str = "all") -> MetricEffect | None:
    metric = _metric(results.study, event)
    return results.effect(metric, dimension=dimension, level=level) if metric else None


def _metric(study: Study, event: str) -> Metric | None:
    """The first metric on an event, the primary one before others."""
    on_it = [m for m in study.metrics if event and m.event == event]
    return min(on_it, key=lambda m: m.role != "primary", default=None)
