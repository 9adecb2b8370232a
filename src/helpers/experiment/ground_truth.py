"""Every planted effect beside what the report found for it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.config import Metric, Study
from helpers.experiment.results import MetricEffect, Results
from helpers.paths import StudyPaths
from helpers.record import formatted
from helpers.report import views
from helpers.simulate.ground_truth import FILE, Planted

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook

NOTE = (
    "Found and true: the metric in which the effect shows, on exposed units; its truth has all that was planted in it, as "
    "far as the log was watched, so it need not equal the planted size"
)


@dataclass(frozen=True)
class Marked:
    """One planted effect, and the estimate in which it shows; None where the report estimates nothing of the kind."""

    planted: Planted
    found: MetricEffect | None


def marked(study: Study, where: StudyPaths, results: Results) -> list[Marked]:
    """The ledger of the simulated world, or the study's injection level by level; empty where nothing was planted."""
    if not study.planted:
        return []
    if study.injection is None:
        ledger = json.loads((where.raw / FILE).read_text(encoding="utf-8"))["planted"]
        return [Marked(entry, _found(results, entry.event)) for entry in (Planted(**fields) for fields in ledger)]
    event, dimension = study.injection.event, study.injection.by or "all"
    return [
        Marked(
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


def rows(found: Sequence[Marked], study: Study) -> list[views.Row]:
    """One line a planted effect: relative where it was planted so, else on the scale of the metric."""
    return [
        {
            "Planted": m.planted.statement[0].upper() + m.planted.statement[1:],
            "Size": formatted(m.planted.size, m.planted.unit),
            **_estimate(m, study),
        }
        for m in found
    ]


def record(nb: "Notebook", found: Sequence[Marked]) -> None:
    """``planted.*``: effects in the ledger, those with an estimate and a truth, and those whose interval holds it."""
    if not found:
        return
    known = [m.found.covered for m in found if m.found and m.found.covered is not None]
    nb.record("planted.effects", len(found), "count", "Effects in the ledger of what was planted")
    nb.record("planted.marked", len(known), "count", "Of them with an estimate whose truth is known")
    nb.record("planted.held", sum(known), "count", "Of those with an interval that holds the truth")


def _estimate(m: Marked, study: Study) -> views.Row:
    if m.found is None:
        return {"Shows in": "no estimate", "Found": "", "Interval": "", "True": "", "Held": ""}
    x, truth, currency = m.found.effect, m.found.truth, study.economics.currency
    if m.planted.unit == "relative":
        found = formatted(None if x.relative != x.relative else x.relative, "relative")
        interval = views.interval(x.relative_low, x.relative_high, "relative")
        true = formatted(truth.relative, "relative") if truth else ""
    else:
        found = views.difference(x.absolute, m.found.metric, currency)
        low, high = (views.difference(end, m.found.metric, currency) for end in (x.absolute_low, x.absolute_high))
        interval = f"{low.removesuffix(' points')} to {high}"
        true = views.difference(truth.absolute, m.found.metric, currency) if truth else ""
    held = "" if m.found.covered is None else formatted(m.found.covered, "flag")
    return {"Shows in": m.found.metric.label, "Found": found, "Interval": interval, "True": true, "Held": held}
