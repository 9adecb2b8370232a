"""A study's own rule tried on changes whose truth is known."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers.experiment.decision.look import EarlyLook, early_look
from helpers.experiment.design import reachable
from helpers.experiment.whatif.engine import Outlook, outlook
from helpers.experiment.whatif.presets import conversion, plan_of

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.results import Results


@dataclass(frozen=True)
class Tried:
    """A study's rule tried on changes whose truth is known; ``outlook`` is None where ``reason`` says why.

    ``look`` is that before the study's time is over at which it was read, and at which it is tried.
    """

    label: str
    outlook: Outlook | None
    reason: str
    look: EarlyLook | None = None


def tried(study: "Study", results: "Results", variant: str | None = None, *, unread: bool = False) -> Tried:
    """The study's rule at the study's own size, on the treatment that is proposed, and at the look at which it was read.

    It is tried on a change as large as the one measured, or as the one planned for where that is ``unread``.
    """
    metric = conversion(study)
    label = metric.label if metric is not None else ""
    if metric is not study.primary:
        label += " (the primary metric is no share that is to rise, this is the first success metric that is one)"
    if len(study.treatments) > 1:
        label += f" in {variant or results.leading}, as if it were the only treatment,"
    plan, reason = plan_of(study, results, variant)
    if plan is None:
        return Tried(label, None, reason)
    if unread:
        plan = replace(plan, uplift=reachable(plan.planned_uplift, plan.baseline))
    look = early_look(study, results.observed.last_event, dated=results.observed.dated)
    return Tried(label, outlook(plan, study.economics.currency, look.level if look else None), "", look)
