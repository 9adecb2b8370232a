"""What an experiment that is not decided still needs: units and weeks, for the effect as planned and as believed."""

import math

from helpers.experiment.decision.rule import Decision, Evidence
from helpers.experiment.decision.value import DAYS_PER_WEEK, horizon_weeks
from helpers.experiment.design import basis, planned_effect, reachable
from helpers.experiment.results import Results, enrolment_days
from helpers.formatting import formatted
from helpers.stats.design.power import MeanDesign, ProportionDesign
from helpers.stats.validation import InputError

SMALLEST = 1e-4
"""Relative effect below which no size is asked for."""


def next_step(results: Results, weighed: Evidence, made: Decision) -> str:
    """How many more units (clusters, where they were randomised), and weeks at the pace of the enrolment, give the planned power; empty unless ITERATE.

    Once for the smallest effect that the study wants to find, once for the effect as believed. What takes longer than the
    horizon over which money is counted is called out of reach.
    """
    design, _ = basis(results)
    if made.verdict != "ITERATE" or design is None:
        return ""
    study = results.study
    have = sum(results.randomised().values())
    planned = "assumed" if "design.minimum_detectable" in study.assumptions else "as planned"
    said = [_needed(results, design, planned_effect(results), have, planned)]
    control = abs(weighed.effect.control)
    shrunk = weighed.belief.mean / control if weighed.belief and control else 0.0
    if shrunk > SMALLEST:
        said.append(_needed(results, design, shrunk, have, "as believed once the prior has shrunk it"))
    else:
        said.append(f"By what is believed of the effect there is no gain to be found with more {study.randomised}.")
    return f"To find it with {formatted(study.design.power, 'share')} power: " + " ".join(said)


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
