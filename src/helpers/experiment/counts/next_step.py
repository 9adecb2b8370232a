"""What counts that decide nothing yet still need, as the decision of a report says it, but for weeks, which no count tells."""

import math

from helpers.defaults import POWER
from helpers.experiment.counts.compared import ComparedCounts
from helpers.experiment.decision import claims
from helpers.experiment.decision.conditions import REDUCTION, UPLIFT
from helpers.experiment.decision.next_step import LONGEST, raised, unsettled
from helpers.experiment.decision.rule import Evidence
from helpers.experiment.design import design_of, reachable
from helpers.formatting import formatted
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.validation import InputError


def next_step(found: ComparedCounts) -> str:
    """What would settle the proposed arm; empty unless ITERATE.

    Where nothing is significant: the units that find the smallest uplift worth shipping. Where the risk alone is short: the
    units that bring it down if the effect stays. That no number of units raises an uplift.
    """
    made, weighed = found.decided.proposed, found.decided.weighed
    if made.verdict != "ITERATE":
        return ""
    missed = [c.name for c in made.criteria if not c.met]
    said = [weighed.look.again] if weighed.look is not None else []
    if claims.effect_of(weighed).strength in ("not significant", "no test"):
        said.append(_powered(found, weighed))
    elif weighed.look is None:
        said += [_settled(found, weighed)] if "Risk of no improvement" in missed else []
        if {UPLIFT, REDUCTION} & set(missed):
            said.append(raised(weighed, "units", found.asked.rule.min_relative_uplift))
    return " ".join(filter(None, said))


def _powered(found: ComparedCounts, weighed: Evidence) -> str:
    """How many units find the smallest uplift that is worth shipping; nothing where any uplift is."""
    asked = found.asked
    control = next(iter(asked.summaries.values()))
    design, _ = design_of(control, tuple(asked.weights.values()), 1 - asked.rule.confidence)
    effect = asked.rule.min_relative_uplift * (1 if asked.higher_is_better else -1)
    if design is None or asked.rule.min_relative_uplift <= 0:
        return ""
    if isinstance(control, Proportion):
        effect = reachable(effect, control.estimate)
    try:
        needed = design.size(relative=effect, power=POWER).n_total
    except InputError:
        return ""
    told = f"To find a change of {formatted(effect, 'relative')} in {asked.metric} with {formatted(POWER, 'share')} power takes {needed:,} units"
    over = " over all arms" if weighed.arm else ""
    rest = needed - weighed.units
    return f"{told}{over}, {rest:,} more." if rest > 0 else f"{told}{over}, which are there."


def _settled(found: ComparedCounts, weighed: Evidence) -> str:
    """About how many units would bring the risk below what is allowed, if the effect stays as it is."""
    belief, most = weighed.belief, found.asked.rule.max_risk
    subject, limit = claims.subject(found.asked.metric, weighed.arm), formatted(most, "share")
    if belief is None:
        return unsettled(weighed, "units", subject)
    times = belief.times_to_settle(most, LONGEST)
    if times is None:
        return f"If {subject} stays as it is, no affordable sample brings the risk of no improvement below {limit}."
    pair = (next(iter(found.asked.summaries)), found.names[found.decided.index])
    units = math.ceil(times * sum(found.asked.summaries[name].n for name in pair))
    return f"If {subject} stays as it is, about {units:,} units of {pair[0]} and {pair[1]} bring the risk of no improvement below {limit}."
