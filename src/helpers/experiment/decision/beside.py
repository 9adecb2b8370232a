"""What must be known beside a verdict: what it was read before, on which scale, what is against it, and whether it lasts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from helpers.config import Rule
from helpers.experiment.decision import claims
from helpers.experiment.decision.claims import Claim
from helpers.formatting import finite, formatted, inside, listed, p_text, span

if TYPE_CHECKING:
    from helpers.experiment.decision.rule import Evidence, Verdict


def told(evidence: Evidence, rule: Rule, verdict: Verdict, opposed: str) -> str:
    """What must be known beside the verdict: what it was read before, on which scale, and what is ``opposed`` to it."""
    if evidence.failed_checks:
        return ""
    told = [
        _read(evidence, rule, verdict),
        _unscaled(evidence),
        _pays(evidence, verdict),
        _doubted(evidence, rule, verdict),
        opposed,
        _harmed(evidence),
        _fades(evidence),
    ]
    return " ".join(filter(None, told))


def _unscaled(evidence: Evidence) -> str:
    """That the control is next to nothing, so that a fraction of it says little, and so does the risk, whose prior is one."""
    if math.isnan(evidence.effect.p_value) or claims.has_scale(evidence.effect):
        return ""
    risk = "" if evidence.belief is None else ", and so does the risk"
    of = f" of {evidence.arm}" if evidence.arm else ""
    return f"The control's mean cannot be told from zero: the uplift{of} as a fraction of it says little{risk}."


def _doubted(evidence: Evidence, rule: Rule, verdict: Verdict) -> str:
    """That an interval which leaves no uplift worth shipping cannot be trusted to do so."""
    least = rule.min_relative_uplift
    if verdict != "ITERATE" or evidence.look is not None or not evidence.doubted or not evidence.at_best < least:
        return ""
    of = f" of {evidence.arm}" if evidence.arm else ""
    return f"The interval{of} leaves no uplift worth shipping, and cannot be trusted to: it excludes nothing."


def _pays(evidence: Evidence, verdict: Verdict) -> str:
    """That a change which is shipped for what it is worth on average more likely than not does not pay."""
    if verdict != "GO" or evidence.pays is None or not evidence.doubtful:
        return ""
    of = f" {evidence.arm}" if evidence.arm else ""
    return (
        f"Shipping{of} pays with a chance of only {formatted(evidence.pays, 'share')}; it is expected to be worth money "
        "because the possible gains are large."
    )


def against(evidence: Evidence, verdict: Verdict) -> str:
    """Which secondary metrics are significantly worse, beside a KILL which are better, and which changed for good or ill."""
    told = [evidence.losses, evidence.gains if verdict == "KILL" else ()]
    return " ".join(filter(None, [*(_secondary(found, evidence) for found in told), _moved(evidence)]))


def _moved(evidence: Evidence) -> str:
    """Secondary metrics that changed, of which nobody stated whether that is good."""
    if not evidence.moved:
        return ""
    that = "that" if len(evidence.moved) == 1 else "these"
    return f"{'; '.join(map(claims.text, evidence.moved))}: nobody stated whether {that} {'is' if that == 'that' else 'are'} good."


def _secondary(found: tuple[Claim, ...], evidence: Evidence) -> str:
    """Secondary metrics, and whether the rule weighs them: the one that money is counted by it does, where it asks for money."""
    money = evidence.revenue if evidence.money is not None else ""
    other, paid = ([claims.text(e) for e in found if (e.metric == money) is of] for of in (False, True))
    kind = "a secondary metric" if len(other) == 1 else "secondary metrics"
    said = f"{'; '.join(other)}: {kind}, which the rule does not weigh." if other else ""
    weighed = f"{paid[0]}: a secondary metric, which the rule weighs as expected money." if paid else ""
    return " ".join(filter(None, [said, weighed]))


def _harmed(evidence: Evidence) -> str:
    """Whom a change harms that is better over all, where that is more than chance between groups."""
    if not evidence.harmed or not evidence.is_better:
        return ""
    told = listed([f"{level} ({formatted(finite(change), 'relative')})" for level, change in evidence.harmed])
    who = claims.subject(evidence.metric, evidence.arm)
    return f"{who} is significantly worse for {told}: exploratory, and the rule does not weigh it."


def _fades(evidence: Evidence) -> str:
    """That a gain does not last as it is measured, and what the last days show."""
    found = evidence.fades
    if found is None or not evidence.is_better:
        return ""
    who = claims.subject(inside(evidence.metric), evidence.arm)
    last = ""
    if found.days:
        size = formatted(found.effect, evidence.unit, evidence.currency)
        ends = span(found.low, found.high, evidence.unit, evidence.currency)
        last = f"in the last {found.days} it is {size} ({ends}), so "
    lasts = "what lasts may be less" if found.how == "fades" else "what lasts may be harm"
    return f"The effect on {who} {found.how} over the days of first exposure ({p_text(found.p_value)}): {last}{lasts}."


def _read(evidence: Evidence, rule: Rule, verdict: Verdict) -> str:
    """That a test of a fixed size was read before its end, or ended short of that size.

    An early GO has passed a level that allows for the look, and an ITERATE says itself that it is early.
    """
    planned, look = evidence.planned_units, evidence.look
    if planned is not None and evidence.units < planned:
        when = f"at {evidence.units:,} of {planned:,} units"
        told = f"Read before its planned end, {when}" if look is not None else f"Read short of its planned size, {when}"
    elif look is not None and verdict == "KILL":
        told = f"Read before its planned end, at {formatted(look.share, 'share')} of its time"
    else:
        return ""
    return (
        f"{told}: the {formatted(1 - rule.confidence, 'share')} does not hold if it was stopped because of the result."
    )
