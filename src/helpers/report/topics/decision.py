"""What the rule says, and how it ships."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.experiment.decision.rule import Decision, Evidence
from helpers.experiment.results import Results
from helpers.formatting import formatted, level
from helpers.report.tables import Row, mark

if TYPE_CHECKING:
    from helpers.report.notebook import Notebook


def table(decision: Decision) -> list[Row]:
    return [
        {"Criterion": c.name, "Required": c.required, "Found": c.found, "Verdict": mark(c.met, "met", "not met")}
        for c in decision.criteria
    ]


def table_rollout(study: Study) -> list[Row]:
    watched = ", ".join(m.label.lower() for m in study.metrics if m.role == "guardrail") or "none"
    return [
        {
            "Stage": formatted(s.share, "share"),
            "Days": s.days,
            "Goes on when": s.advance_when,
            "Guardrails watched": watched,
        }
        for s in study.rollout
    ]


def record(nb: Notebook, made: Decision, headline: str, risk: float | None) -> None:
    """``decision.*`` and the false-positive risk it weighs."""
    nb.record(
        "risk.false_positive",
        risk,
        "share",
        "Chance that there is no improvement, given the result and the prior success rate",
        reason="no size can be planned on the primary metric, so no power is known",
    )
    nb.record("decision.verdict", made.verdict, "text", "GO, ITERATE, KILL or INVALID by the study's rule")
    nb.record("decision.headline", headline, "text", "The decision in a sentence")
    nb.record("decision.reason", made.reason, "text", "Why the rule says so, in a sentence")
    nb.record("decision.recommendation", made.recommendation, "text", "What to do now")


LEADS = {"GO": "Ship", "ITERATE": "Do not ship yet:", "KILL": "Stop", "INVALID": "Draw no conclusion on"}


def text_headline(study: Study, made: Decision, results: Results) -> str:
    """The decision in one sentence, for the first line of the report."""
    found = results.effect(study.primary)
    assert found is not None
    e, currency = found.effect, study.economics.currency
    lead = f"{LEADS[made.verdict]} \u201c{study.title}\u201d: {study.primary.label.lower()}"
    if not isfinite(e.relative):
        return (
            f"{lead} {level(e.control, study.primary, currency)} in the control, "
            f"{level(e.treatment, study.primary, currency)} in the treatment."
        )
    return (
        f"{lead} {formatted(e.relative, 'relative')} "
        f"({formatted(e.relative_low, 'relative')} to {formatted(e.relative_high, 'relative')})."
    )


def text(study: Study, made: Decision, weighed: Evidence) -> str:
    """The decision and the assumption behind its risk."""
    said = f"{made.verdict}. {made.reason} {made.recommendation}"
    if weighed.false_positive_risk is None:
        return f"{said} The false-positive risk is not available, for the power of a test on this metric is not known."
    return (
        f"{said} The false-positive risk of "
        f"{formatted(weighed.false_positive_risk, 'share')} assumes that {formatted(study.decision.prior_success_rate, 'share')} of "
        f"ideas like this one work, by about {formatted(weighed.planned_effect or study.design.minimum_detectable, 'relative')}."
    )
