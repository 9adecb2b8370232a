"""A study's own rule tried on changes whose truth is known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.experiment.whatif.engine import Outlook, outlook
from helpers.experiment.whatif.presets import conversion, plan_of

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.results import Results


@dataclass(frozen=True)
class Tried:
    """A study's rule tried on changes whose truth is known; ``outlook`` is None where ``reason`` says why."""

    label: str
    outlook: Outlook | None
    reason: str


def tried(study: "Study", results: "Results") -> Tried:
    """The study's rule at the study's own size."""
    metric = conversion(study)
    label = metric.label if metric is not None else ""
    if metric is not study.primary:
        label += " (the primary metric is no share that is to rise, this is the first success metric that is one)"
    if len(study.treatments) > 1:
        label += f" in {results.leading}, as if it were the only treatment,"
    plan, reason = plan_of(study, results)
    if plan is None:
        return Tried(label, None, reason)
    return Tried(label, outlook(plan, study.economics.currency), "")
