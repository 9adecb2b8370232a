"""What an experiment that is not decided still needs, criterion by criterion: units and weeks, a lower cost, or time."""

import math
from collections.abc import Collection

from helpers.config.assumed import horizon
from helpers.experiment.decision import claims
from helpers.experiment.decision.conditions import REDUCTION, UPLIFT
from helpers.experiment.decision.rule import Decision, Evidence
from helpers.experiment.decision.value import DAYS_PER_WEEK, horizon_weeks
from helpers.experiment.design import basis, is_stated, planned_effect, reachable, sign
from helpers.experiment.pace import enrolment_days, timeless
from helpers.experiment.results import Results
from helpers.formatting import apart, counted, formatted, inside, level_text, stated
from helpers.stats.comparisons.noninferiority import NonInferiority
from helpers.stats.design.power import MeanDesign, ProportionDesign
from helpers.stats.validation import InputError

WEEKS_A_YEAR = 365.25 / 7
YEARS = 3
"""Years from which on a time is told in years: nobody sees how long two thousand weeks are."""
LONGEST = 100
"""Times the units at hand up to which more of them are spoken of."""


def next_step(results: Results, weighed: Evidence, made: Decision) -> str:
    """What would settle each criterion that is not met; empty unless ITERATE.

    Units are spoken of only where they may help. Where the primary metric is not significant: how many more (clusters,
    where they were randomised), and weeks at the pace of the enrolment, give the planned power, once for the smallest
    effect that the study wants to find, once for the effect as believed. What takes longer than the horizon over which
    money is counted is called out of reach, where there is one. Where it is significant power says nothing: how many bring the risk below what
    is allowed, and that none need raise an uplift, of which the interval still allows what is asked for. A gain that is significant but for an early look waits for its day.
    """
    if made.verdict != "ITERATE":
        return ""
    missed, least = [c.name for c in made.criteria if not c.met], results.study.decision.min_relative_uplift
    said = []
    if weighed.look is not None:
        said.append(weighed.look.again)
    if claims.effect_of(weighed).strength in ("not significant", "no test"):
        said.append(_powered(results, weighed))
    elif weighed.look is None:
        said += [_settled(results, weighed)] if "Risk of no improvement" in missed else []
    said.append(raised(weighed, missed, results.study.randomised, least, f" of {_subject(weighed)}"))
    said += [_guarded(results, weighed, name, g) for name, g in weighed.guardrails if not g.passed]
    if "Expected money" in missed:
        said.append(_paying(results, weighed))
    if "Agreement" in missed:
        said.append(
            "Look at the extreme values: the notebook of the results counts those of each arm and tells whether chance explains them. Where it "
            "does not, the change moves them too, and no larger sample makes the two means agree."
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
    planned = "as planned" if is_stated(study) else "assumed"
    said = [_needed(results, design, planned_effect(results), have, planned)]
    subject = _subject(weighed)
    if weighed.promises:
        believed = sign(study) * weighed.believed
        said.append(_needed(results, design, believed, have, "as believed once the prior has shrunk it"))
    else:
        said.append(
            f"Next to no gain in {subject} is believed once the prior has shrunk it, so no size is told for it."
        )
    over = " over all arms" if weighed.arm else ""
    return f"To find an effect on {subject} with {formatted(study.design.power, 'share')} power{over}: " + " ".join(
        said
    )


def _subject(weighed: Evidence) -> str:
    """The primary metric as it is called within a sentence, and of which arm."""
    return claims.subject(inside(weighed.metric), weighed.arm)


def _settled(results: Results, weighed: Evidence) -> str:
    """About how many units would bring the risk below what is allowed, if the effect stays as it is."""
    belief, rule, subject = weighed.belief, results.study.decision, _subject(weighed)
    if belief is None:
        return unsettled(weighed, results.study.randomised, subject)
    most = stated(rule.max_risk, "share")

    times = belief.times_to_settle(rule.max_risk, LONGEST)
    if times is None:
        return f"If {subject} stays as it is, no affordable sample brings the risk of no improvement below {most}."
    counted = _counted(times, results, weighed)
    return f"If {subject} stays as it is, about {counted} bring the risk of no improvement below {most}."


def unsettled(weighed: Evidence, counted: str, subject: str) -> str:
    """That no more units (as they are ``counted``) tell a risk for which there is no belief."""
    zero = "" if weighed.effect.control else " while the control is zero"
    return f"No number of {counted} tells the risk of no improvement of {subject}{zero}."


def _counted(times: float, results: Results, weighed: Evidence) -> str:
    """So many times what is in the control and in the arm that it is about, whom no other arm tells anything."""
    study, sizes = results.study, results.randomised()
    if not weighed.arm:
        return f"{math.ceil(times * sum(sizes.values())):,} {study.randomised}"
    pair = study.control.name, weighed.arm
    return f"{math.ceil(times * sum(sizes[name] for name in pair)):,} {study.randomised} of {' and '.join(pair)}"


def raised(weighed: Evidence, missed: Collection[str], counted: str, least: float, of: str = "") -> str:
    """What more units (as they are ``counted``) tell of an effect ``of`` something that is smaller than it must be at least.

    Where no change can bring so much, that none brings it, whatever else is ``missed``; else only of an effect that is
    significant, of which power says nothing, once its time is over. The interval allows it there, or it were decided.
    """
    if not {UPLIFT, REDUCTION} & set(missed):
        return ""
    what = inside(UPLIFT if weighed.higher_is_better else REDUCTION)
    asked, best = (
        told.removeprefix("" if weighed.higher_is_better else "+")
        for told in (stated(least, "relative"), apart(weighed.at_best, least, "relative"))
    )
    if not weighed.can_reach(least):
        most = apart(weighed.ceiling, least, "relative")
        return (
            f"No number of {counted} brings the {what}{of} to {asked}: a change can bring {most} at most, so the smallest "
            "one that is worth shipping has to be stated lower."
        )
    strength = claims.effect_of(weighed).strength
    if strength in ("not significant", "no test") or weighed.look is not None or math.isnan(weighed.at_best):
        return ""
    bound = "has no bound" if math.isinf(weighed.at_best) else f"goes to {best}"
    if weighed.at_best < least:
        bound = "cannot be trusted"  # or it were decided
    return (
        f"More {counted} tell whether the {what}{of} is {asked} or more, for its interval {bound}; if it stays as it was "
        "measured they show that it is not."
    )


def _guarded(results: Results, weighed: Evidence, name: str, found: NonInferiority) -> str:
    """About how many units would show a guardrail to be inside its margin, if it stays as it is: by the level of the end."""
    e = found.effect
    seen = e.relative if found.scale == "relative" else e.absolute
    limit = -found.margin if found.bad == "decrease" else found.margin
    room = seen - limit if found.bad == "decrease" else limit - seen
    subject = claims.guardrail(name, weighed).subject
    if not (math.isfinite(seen) and math.isfinite(found.bound)):
        return f"Whether {subject} is inside its margin cannot be told from what was counted."
    if room <= 0:
        return f"If {subject} stays as it is, outside of its margin, no more {results.study.randomised} show it to be inside."
    times = found.times_to_pass(LONGEST)
    if times is None:
        return f"If {subject} stays as it is, no affordable sample shows it to be inside its margin."
    counted = _counted(times, results, weighed)
    end = ""
    if weighed.look is not None:
        end = f" when its time is over, at p < {level_text(1 - found.confidence)}; before that it takes more"
    return f"If {subject} stays as it is, about {counted} show it to be inside its margin{end}."


def _paying(results: Results, weighed: Evidence) -> str:
    economics = results.study.economics
    gain = (weighed.worth or 0.0) + 100 * economics.cost
    whose = f" of {weighed.arm}" if weighed.arm else ""
    if gain <= 0:
        return (
            f"No lower cost makes it pay: the revenue{whose} is not expected to rise. Another version of the change may make it "
            "rise, or more units show that what was measured of it is chance."
        )
    most = apart(gain, 100 * economics.cost, "money", economics.currency)
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
    if not have or timeless(study, days):
        return f"{more}."
    weeks = (needed - have) / have * days / DAYS_PER_WEEK
    if horizon(study) and weeks > horizon_weeks(study.economics):
        return f"{more}: longer than {study.economics.horizon}, so no affordable sample will do."
    years = weeks / WEEKS_A_YEAR
    long = counted(round(years), "year") if years >= YEARS else formatted(max(1, math.ceil(weeks)), "weeks")
    return f"{more}: {long} at the pace of the enrolment."
