"""What counts that decide nothing yet still need, as the decision of a report says it, but for weeks, which no count tells."""

import math

from helpers.defaults import POWER
from helpers.experiment.counts.compared import ComparedCounts
from helpers.experiment.decision import claims
from helpers.experiment.decision.next_step import LONGEST, raised, unsettled
from helpers.experiment.decision.rule import Evidence
from helpers.experiment.design import design_of, reachable
from helpers.formatting import formatted
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.validation import InputError


def next_step(found: ComparedCounts) -> str:
    """What would settle the proposed arm; empty unless ITERATE.

    Where nothing is significant: the units that find the smallest uplift worth shipping, where any is the one as believed.
    Where the risk alone is short: the units that bring it down if the effect stays. What more of them tell of an uplift that
    is smaller than it must be, and that none brings what no change can.
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
    said.append(raised(weighed, missed, "units", found.asked.rule.min_relative_uplift))
    return " ".join(filter(None, said))


def _powered(found: ComparedCounts, weighed: Evidence) -> str:
    """How many units find the smallest uplift that is worth shipping; where any is, the one that is believed."""
    asked = found.asked
    control = next(iter(asked.summaries.values()))
    design, _ = design_of(control, tuple(asked.weights.values()), 1 - asked.rule.confidence)
    least, believed = asked.rule.min_relative_uplift, ""
    if design is None or not weighed.can_reach(least):
        return ""
    if least <= 0:
        subject = claims.subject(asked.metric, weighed.arm)
        if not weighed.promises:
            return f"Next to no gain in {subject} is believed once the prior has shrunk it, so no size is told for it."
        least, believed = weighed.believed, " (as believed once the prior has shrunk it)"
    effect = least * (1 if asked.higher_is_better else -1)
    if isinstance(control, Proportion):
        effect = reachable(effect, control.estimate)
    try:
        needed = design.size(relative=effect, power=POWER).n_total
    except InputError:
        return ""
    told = f"To find a change of {formatted(effect, 'relative')}{believed} in {asked.metric} with {formatted(POWER, 'share')} power takes {needed:,} units"
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
