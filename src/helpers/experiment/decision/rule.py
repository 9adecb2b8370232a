"""GO, ITERATE, KILL or INVALID: a pure function of what the experiment found, and the log of what was decided."""

from dataclasses import dataclass, replace
from typing import Literal

from helpers.config import Rule
from helpers.formatting import formatted, p_text
from helpers.stats.bayes.posterior import false_positive_risk
from helpers.stats.comparisons.effects import Effect
from helpers.stats.comparisons.noninferiority import NonInferiority
from helpers.stats.design.power import MeanDesign, ProportionDesign

SMALLEST = 1e-15
"""Level and power are kept this far from 0 and 1, where the risk has no value."""

REACHABLE = 0.999
"""Share of the way to a proportion of 1 that an uplift is planned for at most."""

Verdict = Literal["GO", "ITERATE", "KILL", "INVALID"]

RECOMMENDATIONS: dict[Verdict, str] = {
    "GO": "Ship it in stages, with the guardrails watched at each.",
    "ITERATE": "Do not ship yet: the evidence is not there, and what is missing is named.",
    "KILL": "Stop: an effect worth shipping is excluded.",
    "INVALID": "Draw no conclusion: mend what broke the experiment, then run it again.",
}


@dataclass(frozen=True)
class Criterion:
    """One condition of the rule, and whether it holds."""

    name: str
    required: str
    found: str
    met: bool


@dataclass(frozen=True)
class Decision:
    """The verdict, the reason in one sentence, and every criterion behind it."""

    verdict: Verdict
    reason: str
    criteria: tuple[Criterion, ...]

    @property
    def recommendation(self) -> str:
        return RECOMMENDATIONS[self.verdict]


@dataclass(frozen=True)
class Evidence:
    """All that the rule looks at.

    ``planned_effect`` is the relative effect that ideas which work are taken to have. ``planned_units`` and ``false_positive_risk`` are None where nothing can be planned on the primary metric. ``worth``
    is the expected net money over the horizon in cents of ``currency``, None where it cannot be told.
    """

    effect: Effect
    higher_is_better: bool
    failed_checks: tuple[str, ...]
    guardrails: tuple[tuple[str, NonInferiority], ...]
    units: int
    planned_units: int | None
    false_positive_risk: float | None
    worth: float | None = None
    currency: str = ""
    planned_effect: float | None = None


def observed_risk(
    effect: Effect, design: ProportionDesign | MeanDesign, minimum_detectable: float, rule: Rule
) -> float:
    """Chance that there is no improvement although the result is as significant as this one.

    :func:`~helpers.stats.false_positive_risk` with the observed two-sided p-value in place of alpha, and the power
    that the units at hand have, at that level, for the planned relative effect under ``design``. Assumes that a share
    ``prior_success_rate`` of ideas like this one works, by about the planned effect. Where no test could be made
    (p is NaN or 1, or one unit in an arm) the result tells nothing and the risk is 1.
    """
    if not effect.p_value < 1 or min(effect.n_control, effect.n_treatment) < 2:
        return 1.0
    level = max(effect.p_value, SMALLEST)
    at_level = replace(design, alpha=level, weights=(effect.n_control, effect.n_treatment))
    planned = minimum_detectable
    if isinstance(design, ProportionDesign):
        planned = reachable(planned, design.baseline)
    power = at_level.power(effect.n_control + effect.n_treatment, relative=planned).achieved_power
    return false_positive_risk(level, min(max(power, SMALLEST), 1 - SMALLEST), rule.prior_success_rate)


def reachable(uplift: float, baseline: float) -> float:
    """A relative uplift, at most :data:`REACHABLE` of the way from a baseline proportion to 1.

    >>> reachable(0.1, 0.5), reachable(3.0, 0.5)
    (0.1, 0.999)
    """
    return min(uplift, REACHABLE * (1 - baseline) / baseline)


def decide(evidence: Evidence, rule: Rule) -> Decision:
    """Apply a study's rule.

    INVALID when a trust check failed. GO when the result is significant in the wanted direction, the false-positive
    risk and the uplift are as required, every guardrail lies inside its margin, the planned units were reached, and the
    expected net money is not below zero (not asked where it cannot be told).
    KILL when an uplift worth shipping is excluded by the interval. ITERATE otherwise; an experiment short of its
    planned units, or one for which none can be planned, is ITERATE, never KILL and never GO.
    """
    e = evidence.effect
    sign = 1 if evidence.higher_is_better else -1
    uplift = sign * e.relative
    best = sign * (e.relative_high if evidence.higher_is_better else e.relative_low)
    criteria = (
        Criterion(
            "Trust checks",
            "none failed",
            ", ".join(evidence.failed_checks) or "none failed",
            not evidence.failed_checks,
        ),
        Criterion(
            "Sample size",
            "a size that can be planned" if evidence.planned_units is None else f"{evidence.planned_units:,} units",
            f"{evidence.units:,} units",
            evidence.planned_units is not None and evidence.units >= evidence.planned_units,
        ),
        Criterion(
            "Significance",
            f"p < {1 - rule.confidence:.2g}, better than control",
            f"{p_text(e.p_value)}, {'better' if uplift > 0 else 'not better'}",
            e.significant and uplift > 0,
        ),
        Criterion(
            "False-positive risk",
            f"below {formatted(rule.max_false_positive_risk, 'share')}",
            formatted(evidence.false_positive_risk, "share"),
            evidence.false_positive_risk is not None and evidence.false_positive_risk < rule.max_false_positive_risk,
        ),
        Criterion(
            "Uplift",
            f"at least {formatted(rule.min_relative_uplift, 'relative')}",
            formatted(uplift, "relative"),
            uplift >= rule.min_relative_uplift,
        ),
        *(
            Criterion(f"Guardrail {name}", f"harm below {_margin(g)}", f"bound {_bound(g)}", g.passed)
            for name, g in evidence.guardrails
        ),
        *_money(evidence),
    )
    missed = [c for c in criteria if not c.met]
    if evidence.failed_checks:
        return Decision("INVALID", f"A trust check failed: {', '.join(evidence.failed_checks)}.", criteria)
    if not missed:
        return Decision(
            "GO",
            f"The uplift of {formatted(uplift, 'relative')} is significant (p = {e.p_value:.2g}), large enough, unlikely to be a false"
            f" positive, {'it is expected to pay, ' if evidence.worth is not None else ''}and no guardrail is at risk.",
            criteria,
        )
    if evidence.planned_units is None:
        return Decision(
            "ITERATE",
            "No size can be planned on the primary metric, so neither a win nor a loss can be told.",
            criteria,
        )
    if evidence.units < evidence.planned_units:
        return Decision(
            "ITERATE",
            f"The experiment is underpowered: {evidence.units:,} of {evidence.planned_units:,} planned units were"
            " exposed, so neither a win nor a loss can be told.",
            criteria,
        )
    if best < rule.min_relative_uplift:
        return Decision(
            "KILL",
            f"The uplift is {formatted(best, 'relative')} at best, below the"
            f" {formatted(rule.min_relative_uplift, 'relative')} that is worth shipping.",
            criteria,
        )
    return Decision(
        "ITERATE",
        f"Not yet: {'; '.join(f'{c.name.lower()} is {c.found}, required {c.required}' for c in missed)}.",
        criteria,
    )


def _money(evidence: Evidence) -> tuple[Criterion, ...]:
    if evidence.worth is None:
        return ()
    found = formatted(evidence.worth, "money", evidence.currency)
    return (Criterion("Expected money", "not below zero", found, evidence.worth >= 0),)


def _margin(g: NonInferiority) -> str:
    return formatted(g.margin, "share") if g.scale == "relative" else f"{g.margin:.3g}"


def _bound(g: NonInferiority) -> str:
    return formatted(g.bound, "relative") if g.scale == "relative" else f"{g.bound:+.3g}"
