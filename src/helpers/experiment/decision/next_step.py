"""What an experiment that is not decided still needs, criterion by criterion: units and weeks, a lower cost, or time."""

import math

from helpers.experiment.decision import claims
from helpers.experiment.decision.rule import Decision, Evidence
from helpers.experiment.decision.value import DAYS_PER_WEEK, horizon_weeks
from helpers.experiment.design import basis, planned_effect, reachable, sign
from helpers.experiment.results import Results, enrolment_days
from helpers.formatting import formatted
from helpers.stats.comparisons.noninferiority import NonInferiority
from helpers.stats.design.power import MeanDesign, ProportionDesign
from helpers.stats.validation import InputError

SMALLEST = 5e-4
"""Relative effect below which no size is asked for."""
BY_UNITS = ("Significance", "Risk of no improvement", "Uplift")
"""Criteria that more units may settle, by the first words of their names."""


def next_step(results: Results, weighed: Evidence, made: Decision) -> str:
    """What would settle each criterion that is not met; empty unless ITERATE.

    Units are spoken of only where they may help: for the primary metric, how many more (clusters, where they were
    randomised), and weeks at the pace of the enrolment, give the planned power, once for the smallest effect that the
    study wants to find, once for the effect as believed. What takes longer than the horizon over which money is counted
    is called out of reach.
    """
    if made.verdict != "ITERATE":
        return ""
    missed = [c.name for c in made.criteria if not c.met]
    said = []
    if weighed.look is not None:
        said.append(f"Read it again when its time is over, on {weighed.look.over:%Y-%m-%d}.")
    if any(name.startswith(BY_UNITS) for name in missed):
        said.append(_powered(results, weighed))
    said += [_guarded(results, weighed, name, g) for name, g in weighed.guardrails if not g.passed]
    if "Expected money" in missed:
        said.append(_paying(results, weighed))
    if "Agreement" in missed:
        said.append(
            "Look at the extreme values: more of them in one arm than in the other are a finding, and only more "
            f"{results.study.randomised} tell whether they are chance."
        )
    if "Effective number of clusters" in missed:
        said.append("More clusters are needed, or ones of more equal sizes: more units in these do not help.")
    if "Sample size" in missed and weighed.planned_units is not None:
        said.append(f"{weighed.planned_units - weighed.units:,} more units reach the planned size.")
    return " ".join(filter(None, said))


def _powered(results: Results, weighed: Evidence) -> str:
    design, _ = basis(results)
    if design is None:
        return ""
    study = results.study
    have = sum(results.randomised().values())
    planned = "assumed" if "design.minimum_detectable" in study.assumptions else "as planned"
    said = [_needed(results, design, planned_effect(results), have, planned)]
    control = abs(weighed.effect.control)
    shrunk = weighed.belief.mean / control if weighed.belief and control else 0.0
    if shrunk > SMALLEST:
        said.append(_needed(results, design, sign(study) * shrunk, have, "as believed once the prior has shrunk it"))
    else:
        said.append("As believed, once the prior has shrunk it, there is next to no gain to look for.")
    subject = claims.risk(weighed).subject
    return f"To find an effect on {subject} with {formatted(study.design.power, 'share')} power: " + " ".join(said)


def _guarded(results: Results, weighed: Evidence, name: str, found: NonInferiority) -> str:
    """About how many units would show a guardrail to be inside its margin, if it stays as it is."""
    e = found.effect
    seen = e.relative if found.scale == "relative" else e.absolute
    limit = -found.margin if found.bad == "decrease" else found.margin
    room = seen - limit if found.bad == "decrease" else limit - seen
    subject = claims.guardrail(name, weighed).subject
    if not (math.isfinite(seen) and math.isfinite(found.bound)):
        return f"Whether {subject} is inside its margin cannot be told from what was counted."
    if room <= 0:
        return f"If {subject} stays as it is, outside of its margin, no more {results.study.randomised} show it to be inside."
    have = sum(results.randomised().values())
    needed = math.ceil(have * ((found.bound - seen) / room) ** 2)
    return f"If {subject} stays as it is, about {needed:,} {results.study.randomised} show it to be inside its margin."


def _paying(results: Results, weighed: Evidence) -> str:
    economics = results.study.economics
    gain = (weighed.worth or 0.0) + 100 * economics.cost
    whose = f" of {weighed.arm}" if weighed.arm else ""
    if gain <= 0:
        return f"No lower cost makes it pay: the revenue{whose} is not expected to rise."
    most = formatted(gain, "money", economics.currency)
    return f"It pays if the cost{whose} over {economics.horizon} is below {most}; more units need not change that."


def _needed(results: Results, design: ProportionDesign | MeanDesign, effect: float, have: int, called: str) -> str:
    study = results.study
    named = f"{formatted(effect, 'relative')} ({called})"
    if isinstance(design, ProportionDesign):
        effect = reachable(effect, design.baseline)
    try:
        needed = design.size(relative=effect, power=study.design.power).n_total
    except InputError:
        return f"no size finds {named}."
    if needed <= have:
        return f"{named} asks for {needed:,} {study.randomised}, which are there."
    days = enrolment_days(results)
    more = f"{named} asks for {needed:,} {study.randomised}, {needed - have:,} more"
    if not (days and have) or study.cluster is not None:
        return f"{more}."
    weeks = (needed - have) / have * days / DAYS_PER_WEEK
    if weeks > horizon_weeks(study.economics):
        return f"{more}: longer than {study.economics.horizon}, so no affordable sample will do."
    return f"{more}: {formatted(max(1, math.ceil(weeks)), 'weeks')} at the pace of the enrolment."
