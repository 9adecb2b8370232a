"""What the rule says, and how it ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.config import Study
from helpers.experiment.decision.rule import Decision, Evidence
from helpers.experiment.results import Results
from helpers.formatting import formatted
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


def record(nb: Notebook, made: Decision, headline: str, risk: float) -> None:
    """``decision.*`` and the false-positive risk it weighs."""
    nb.record(
        "risk.false_positive",
        risk,
        "share",
        "Chance that there is no improvement, given the result and the prior success rate",
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
    e = found.effect
    return (
        f"{LEADS[made.verdict]} \u201c{study.title}\u201d: {study.primary.label.lower()} {formatted(e.relative, 'relative')} "
        f"({formatted(e.relative_low, 'relative')} to {formatted(e.relative_high, 'relative')})."
    )


def text(study: Study, made: Decision, weighed: Evidence) -> str:
    """The decision and the assumption behind its risk."""
    return (
        f"{made.verdict}. {made.reason} {made.recommendation} The false-positive risk of "
        f"{formatted(weighed.false_positive_risk, 'share')} assumes that {formatted(study.decision.prior_success_rate, 'share')} of "
        f"ideas like this one work, by about {formatted(study.design.minimum_detectable, 'relative')}."
    )
