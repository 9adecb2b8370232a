"""What the rule asks of a study before anything is found: its conditions, each with what it requires.

:mod:`~helpers.experiment.decision.rule` holds the evidence against them, the brief of the design lists them.
"""

import math
from dataclasses import dataclass

from helpers.config import Metric, Rule, Study
from helpers.config.assumed import has_sign, unstated
from helpers.defaults import FEWEST_CLUSTERS
from helpers.experiment.decision import claims
from helpers.experiment.decision.claims import Claim
from helpers.experiment.decision.look import EarlyLook
from helpers.formatting import CHANGE, Unit, formatted, inside, level_text, stated
from helpers.warehouse.amounts import HUNDREDTHS

SOUND = "Trust checks"
"""The condition that is asked first: where it is not met, no other is read."""
SIGNIFICANCE = "Significance"
UPLIFT, REDUCTION = "Uplift", "Reduction"
"""What is to be large enough, where more of the primary metric is better and where less is."""


@dataclass(frozen=True)
class Condition:
    """One thing that the rule asks."""

    name: str
    required: str


@dataclass(frozen=True)
class Scope:
    """What of the rule a study comes under.

    Attributes:
        guardrails: the name of each and its margin, as text.
        money: whether money is told, or its sign alone.
        agreement: whether a mean that counts is tested with its extreme values pulled in.
        clusters: whether clusters were randomised.
        planned_units: units that the study says it needs, None where it does not.
        look: a look before the study's time is over.
        lower: whether less of the primary metric is better.
        p_value, p_values: that of the primary metric and those of the guardrails, which stand beside the level; NaN and
            none before anything is found.
    """

    guardrails: tuple[tuple[str, str], ...] = ()
    money: bool = False
    agreement: bool = False
    clusters: bool = False
    planned_units: int | None = None
    look: EarlyLook | None = None
    lower: bool = False
    p_value: float = math.nan
    p_values: tuple[float, ...] = ()


def scope(study: Study) -> Scope:
    """What a study comes under as it is written, read when its time is over."""
    currency = study.economics.currency
    tested = [m for m in (study.primary, study.revenue) if m is not None]
    return Scope(
        tuple((inside(m.label), _margin(m, currency)) for m in study.metrics if m.role == "guardrail"),
        study.revenue is not None and (not unstated(study) or has_sign(study)),
        any(m.winsorize is not None for m in tested),
        study.cluster is not None,
        planned_units(study),
        lower=study.primary.better == "lower",
    )


def planned_units(study: Study) -> int | None:
    """Units that a study states it was planned with; None where nobody stated any."""
    return None if "design.planned_units" in study.assumptions else study.design.planned_units


def conditions(rule: Rule, asked: Scope) -> tuple[Condition, ...]:
    """All that a rule asks in a scope, in the order of a reader.

    >>> [each.name for each in conditions(Rule(), Scope(money=True, clusters=True))]
    ['Trust checks', 'Significance', 'Risk of no improvement', 'Uplift', 'Expected money', 'Effective number of clusters']
    """
    look = asked.look
    level = look.level if look else 1 - rule.confidence
    early = f" at {formatted(look.share, 'share')} of the time" if look else ""
    found = [
        Condition(SOUND, "none failed"),
        Condition(f"{SIGNIFICANCE}{early}", f"p < {level_text(level, asked.p_value)}, better than the control"),
        Condition("Risk of no improvement", f"below {stated(rule.max_risk, 'share')}"),
        Condition(
            REDUCTION if asked.lower else UPLIFT,
            f"at least {stated(rule.min_relative_uplift, 'share' if asked.lower else 'relative')}",
        ),
    ]
    told = asked.p_values or [math.nan] * len(asked.guardrails)
    for (name, margin), p_value in zip(asked.guardrails, told, strict=True):
        at = f" at p < {level_text(level, p_value)}" if look else ""
        found.append(Condition(f"Guardrail {name}", f"worse by less than {margin}{at}"))
    if asked.money:
        found.append(Condition("Expected money", "not below zero"))
    if asked.agreement:
        found.append(Condition("Agreement", "one direction, inside the interval of the mean as it is"))
    if asked.clusters:
        found.append(Condition("Effective number of clusters", f"at least {FEWEST_CLUSTERS} in each arm"))
    if rule.require_planned_size and asked.planned_units is not None:
        found.append(Condition("Sample size", f"{asked.planned_units:,} units"))
    return tuple(found)


def _margin(metric: Metric, currency: str) -> str:
    margin = metric.margin
    assert margin is not None
    size: float | None = margin.relative
    unit: Unit = "relative"
    if size is None:
        size, unit = (margin.absolute or 0) * (HUNDREDTHS if metric.unit == "money" else 1), CHANGE[metric.unit]
    return claims.margin(Claim("guardrail", metric.label, "", "inside", (float(size),), unit, currency=currency))
