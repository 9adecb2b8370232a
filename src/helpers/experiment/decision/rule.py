"""GO, ITERATE, KILL or INVALID: a pure function of what the experiment found on one arm.

The principles, in the order in which they are asked (docs/decision.md tells them to a reader):

1. A failed trust check is INVALID, whatever the effect.
2. A primary metric that is significantly worse is KILL, whatever was planned.
3. A guardrail whose interval lies wholly beyond its margin is KILL; one that cannot exclude that is no GO.
4. An interval that excludes an uplift worth shipping is KILL, once the study's time is over and where it is not doubted.
5. GO is: significantly better, risk and uplift as required, guardrails inside, money not expected below zero, and
   enough clusters where they were randomised.
6. All else is ITERATE, and every criterion that is not met is named.

Before the study's time is over GO, and a guardrail that is inside its margin, need the level that O'Brien and Fleming's
spending leaves at that share of it, and
an uplift worth shipping is not yet excluded; harm may be told at any time. Fewer units than the study plans turn a GO into
ITERATE only if it says so, and are told beside the verdict.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from helpers.config import Rule
from helpers.defaults import FEWEST_CLUSTERS
from helpers.experiment.decision import beside, claims, invalid
from helpers.experiment.decision.belief import Belief
from helpers.experiment.decision.claims import Claim, TwoMeans, is_beyond
from helpers.experiment.decision.conditions import SIGNIFICANCE, Scope, conditions
from helpers.experiment.decision.invalid import FailedCheck
from helpers.experiment.decision.look import EarlyLook
from helpers.formatting import Unit, apart, formatted, inside, listed, p_text
from helpers.stats import Proportion
from helpers.stats.comparisons.effects import Effect
from helpers.stats.comparisons.noninferiority import NonInferiority
from helpers.stats.summaries.summary import Summary

Verdict = Literal["GO", "ITERATE", "KILL", "INVALID"]

SMALLEST = 5e-4
"""Relative effect below which there is next to no gain to look for."""
RECOMMENDATIONS: dict[Verdict, str] = {
    "GO": "Ship it by the stages of the rollout.",
    "ITERATE": "Do not ship yet.",
    "KILL": "Stop.",
    "INVALID": "Draw no conclusion: mend what failed, in the study file or the data if the fault lies there, else by another run.",
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
    """The verdict on one arm, the reason in one sentence, every criterion behind it, and what must be known beside it.

    ``against`` is the part of what is ``beside`` that tells of secondary metrics which point the other way, ``remedy`` what
    is to be done of an invalid experiment where one thing alone mends it, ``first`` what before anybody acts on a gain.
    """

    verdict: Verdict
    reason: str
    criteria: tuple[Criterion, ...]
    arm: str = ""
    beside: str = ""
    against: str = ""
    remedy: str = ""
    first: str = ""

    @property
    def recommendation(self) -> str:
        """What to do, and of what waits on what; a warning that asks for something before anybody ships comes before the shipping.

        >>> Decision("GO", "", (), first="find the lost units").recommendation
        'First find the lost units; then ship it by the stages of the rollout.'
        >>> missed = Criterion("Significance", "p < 0.05, better than the control", "p = 0.2", False)
        >>> Decision("ITERATE", "", (missed,)).recommendation
        'Do not ship yet: the rule is not met on significance.'
        """
        said = self.remedy or RECOMMENDATIONS[self.verdict]
        missed = [inside(c.name) for c in self.criteria if not c.met]
        if self.verdict == "ITERATE" and missed:
            said = f"{said.removesuffix('.')}: the rule is not met on {listed(missed)}."
        return f"First {self.first}; then {inside(said)}" if self.first and self.verdict == "GO" else said


@dataclass(frozen=True)
class Fading:
    """A trend of the effect towards zero, or through it, over the days of first exposure, and what the last days show.

    ``how`` is the one word for it, ``days`` is how many those are, 0 where they are all that there are; the effect is absolute, with its interval.
    """

    how: Literal["fades", "turns round"]
    p_value: float
    days: int
    effect: float
    low: float
    high: float


@dataclass(frozen=True)
class Evidence:
    """All that the rule looks at, of one arm against the control.

    Attributes:
        arm: the treatment's name, where the study has several, else empty.
        metric: the primary metric's label.
        effect: on the primary metric, with its interval.
        p_value: of that effect, adjusted over the arms.
        higher_is_better: the metric's direction.
        failed_checks: names of trust checks that failed.
        guardrails: label and test of each; ``guardrail_units`` of a change of those with an absolute margin.
        units: exposed units of all arms; ``planned_units`` those that the study says it needs, None where it does not.
        belief: posterior of the uplift in the metric's good direction; None where the estimate has no error.
        worth: expected net money over the horizon in cents of ``currency``, None where it cannot be told.
        per_unit: where it cannot and yet its sign can, belief about the change of revenue per unit in cents.
        pays: the chance that the money is above zero, None where it cannot be told.
        look: a look before the study's time is over; None after it.
        clusters: how many clusters of one size the arm is worth that is worth fewer; None where units were randomised.
        agreements: of each winsorised metric that counts, the mean that is tested and the mean as it is.
        losses: secondary metrics that are significantly worse: they bar nothing, and are told beside the verdict.
        harmed: levels of segments that fare significantly worse while effects are shown to differ, each with its relative
            change; as measured, exploratory, and no criterion.
        fades: an effect that fades or turns round over the days of first exposure; None where it is not seen to.
        gains: those that are significantly better, which are told beside a KILL.
        moved: those that changed significantly and of which nobody stated which way is better.
        revenue: the label of the metric that money is counted by.
        unit: of a change of the metric, for one that cannot be told as a fraction of the control.
        causes: what each failed check found, where that is known.
        first: what a warning asks for before anybody acts on the result.
        doubted: whether the interval of the primary metric cannot be trusted, for its skewness or for few clusters.
        ceiling: the largest uplift that any change can bring: of a rate that is to rise, what is left to all.
    """

    effect: Effect
    p_value: float
    higher_is_better: bool
    failed_checks: tuple[str, ...]
    guardrails: tuple[tuple[str, NonInferiority], ...]
    units: int
    belief: Belief | None
    metric: str = "the primary metric"
    arm: str = ""
    planned_units: int | None = None
    worth: float | None = None
    currency: str = ""
    look: EarlyLook | None = None
    clusters: float | None = None
    agreements: tuple[TwoMeans, ...] = ()
    losses: tuple[Claim, ...] = ()
    harmed: tuple[tuple[str, float], ...] = ()
    fades: Fading | None = None
    gains: tuple[Claim, ...] = ()
    moved: tuple[Claim, ...] = ()
    revenue: str = ""
    unit: Unit = "number"
    guardrail_units: Mapping[str, Unit] = field(default_factory=dict)
    per_unit: Belief | None = None
    pays: float | None = None
    causes: tuple[FailedCheck, ...] = ()
    ceiling: float = math.inf
    first: str = ""
    doubted: bool = False

    @property
    def uplift(self) -> float:
        """Relative effect in the good direction."""
        return self.effect.relative if self.higher_is_better else -self.effect.relative

    @property
    def at_best(self) -> float:
        """The end of its interval that is best for the change."""
        return self.effect.relative_high if self.higher_is_better else -self.effect.relative_low

    def excludes(self, least: float) -> bool:
        """Whether the interval leaves no such uplift; a doubted one excludes nothing."""
        return self.at_best < least and not self.doubted

    def can_reach(self, least: float) -> bool:
        """Whether a change can bring an uplift; what all have already leaves none, and a change is not excused for that."""
        return least <= self.ceiling or self.ceiling <= 0

    @property
    def believed(self) -> float:
        """The effect in the good direction once the prior has shrunk it, as a fraction of the control; 0 without a belief."""
        control = abs(self.effect.control)
        return self.belief.mean / control if self.belief and control else 0.0

    @property
    def promises(self) -> bool:
        """Whether a gain is believed that is worth looking for."""
        return self.believed > SMALLEST

    @property
    def money(self) -> float | None:
        """Cents that are expected, over the horizon or of a unit where that alone tells the sign; None where neither can be told."""
        return self.worth if self.worth is not None or self.per_unit is None else self.per_unit.mean

    @property
    def doubtful(self) -> bool:
        """Whether money is expected that more likely than not does not come: the mean of a belief is not its middle."""
        return self.pays is not None and self.pays < 0.5

    @property
    def adjusted(self) -> bool:
        """Whether the p-value is not that of the test alone."""
        return self.p_value > self.effect.p_value

    @property
    def is_better(self) -> bool:
        return (self.effect.absolute > 0) is self.higher_is_better and self.effect.absolute != 0

    @property
    def risk(self) -> float:
        """Chance that there is no improvement; NaN where no belief tells one, which meets no criterion."""
        return math.nan if self.belief is None else self.belief.risk


def decide(evidence: Evidence, rule: Rule) -> Decision:
    """Apply a study's rule to one arm; the principles stand at the head of this module.

    >>> from helpers.stats import Proportion, compare
    >>> found = compare(Proportion(20_000, 6_000), Proportion(20_000, 5_400))
    >>> decide(Evidence(found, found.p_value, True, (), (), 40_000, None, "Conversion"), Rule()).reason
    'Conversion is worse by 10.0 % (-12.8 % to -7.2 %, p < 0.0001): the change does harm.'
    """
    criteria = tuple(_criteria(evidence, rule))
    verdict, reason = _verdict(evidence, rule, [c for c in criteria if not c.met])
    said = f"{evidence.arm}: {reason}" if evidence.arm else reason
    against = "" if evidence.failed_checks else beside.against(evidence, verdict)
    known, remedy = beside.told(evidence, rule, verdict, against), invalid.mended(evidence.causes)
    return Decision(verdict, said, criteria, evidence.arm, known, against, remedy, evidence.first)


def _verdict(evidence: Evidence, rule: Rule, missed: list[Criterion]) -> tuple[Verdict, str]:
    p = evidence.p_value
    if evidence.failed_checks:
        told = invalid.why(evidence.causes)
        named = len(evidence.failed_checks) == len(told) > 1  # then each cause stands under the name of its check
        return "INVALID", " ".join(["Trust checks failed." if named else f"{failure(evidence.failed_checks)}.", *told])
    grounds = killing(evidence, rule)
    if grounds:
        harm = ": the change does harm" if grounds[0].about == "effect" else ""
        return "KILL", f"{_said(grounds)}{harm}."
    if not missed:
        merits = [f"significant ({p_text(p, adjusted=evidence.adjusted)})", "large enough", "unlikely to be luck"]
        merits += [_merit(evidence)] if evidence.money is not None else []
        held = f" {_held(evidence)}" if evidence.guardrails else ""
        early = f" That holds although {evidence.look.text}." if evidence.look else ""
        what = "uplift" if evidence.higher_is_better else "reduction"
        return "GO", f"The {what} of {_uplift(evidence)} is {', '.join(merits[:-1])} and {merits[-1]}.{held}{early}"
    early = f"{evidence.look.text}; " if evidence.look else ""
    unmet = f"Too early: {early}not met" if _is_barred_by_time(evidence, missed) else "Not met"
    read = f" {early[:1].upper()}{early[1:].removesuffix('; ')}." if early and unmet == "Not met" else ""
    worse = _worse(evidence)
    harmed = f" Guardrail{'s' if worse.endswith('are significantly worse') else ''} {worse}." if worse else ""
    return "ITERATE", f"{unmet}: {'; '.join(map(_missed, missed))}.{harmed}{read}"


def _is_barred_by_time(evidence: Evidence, missed: Sequence[Criterion]) -> bool:
    """Whether time may bring what is not met at an early look: not where what bars a GO would bar it at the end as well."""
    if evidence.look is None:
        return False
    states = {claims.state(guardrail, evidence.look) for _, guardrail in evidence.guardrails}
    return any(c.name.startswith(SIGNIFICANCE) for c in missed) or "too early" in states


def _held(evidence: Evidence) -> str:
    """That each guardrail is inside its margin, and which of them got worse all the same."""
    worse = _worse(evidence)
    return f"Every guardrail is inside its margin{f', though {worse}' if worse else ''}."


def _worse(evidence: Evidence) -> str:
    """Which guardrails got worse, wherever they lie to their margins; empty where none did."""
    worse = [inside(name) for name, guardrail in evidence.guardrails if guardrail.harmed]
    return f"{listed(worse)} {'is' if len(worse) == 1 else 'are'} significantly worse" if worse else ""


def _missed(criterion: Criterion) -> str:
    """A criterion that is not met, in a sentence without its full stop."""
    name = inside(criterion.name)
    if criterion.name.startswith(SIGNIFICANCE):
        return f"{name} is not reached ({criterion.found}), required {criterion.required}"
    return f"{name} is {criterion.found}, required {criterion.required}"


def _criteria(evidence: Evidence, rule: Rule) -> list[Criterion]:
    """What was found of each condition of the rule, and whether it holds."""
    failed = "; ".join(evidence.failed_checks) or "none failed"
    level = evidence.look.level if evidence.look else 1 - rule.confidence
    nothing = "worse" if evidence.effect.absolute else "no different"
    direction = f"measured as {'better' if evidence.is_better else nothing}"
    few = evidence.clusters is not None and not evidence.clusters >= FEWEST_CLUSTERS
    if few and evidence.is_better:
        direction = f"{direction}, by a test that need not hold with so few clusters"
    found = [
        (failed, not evidence.failed_checks),
        (
            f"{p_text(evidence.p_value, adjusted=evidence.adjusted, level=level)}, {direction}",
            evidence.p_value < level and evidence.is_better,
        ),
        (apart(evidence.risk, rule.max_risk, "share"), evidence.risk < rule.max_risk),
        (_reached(evidence, rule), evidence.uplift >= rule.min_relative_uplift),
        *((_bound(name, evidence), claims.state(g, evidence.look) == "inside") for name, g in evidence.guardrails),
    ]
    if evidence.money is not None:
        found.append((_money(evidence), evidence.money >= 0))
    if evidence.agreements:
        agreed = all(each.kept for each in evidence.agreements)
        told = [claims.text(claims.agreement(a, "")) for a in evidence.agreements if agreed or not a.kept]
        found.append(("; ".join(told), agreed))
    if evidence.clusters is not None:
        found.append((f"{evidence.clusters:.1f} in one arm", evidence.clusters >= FEWEST_CLUSTERS))
    if rule.require_planned_size and evidence.planned_units is not None:
        found.append((f"{evidence.units:,} units", evidence.units >= evidence.planned_units))
    asked = conditions(rule, _scope(evidence))
    return [Criterion(each.name, each.required, *seen) for each, seen in zip(asked, found, strict=True)]


def _money(evidence: Evidence) -> str:
    """What is expected, over the horizon or of a unit."""
    if evidence.worth is None:
        return f"{apart(evidence.money, 0.0, 'price', evidence.currency)} per exposed unit"
    return apart(evidence.worth, 0.0, "money", evidence.currency)


def _merit(evidence: Evidence) -> str:
    return "worth money on average" if evidence.doubtful else "expected to pay"


def _scope(evidence: Evidence) -> Scope:
    return Scope(
        tuple((name, _margin(name, evidence)) for name, _ in evidence.guardrails),
        evidence.money is not None,
        bool(evidence.agreements),
        evidence.clusters is not None,
        evidence.planned_units,
        evidence.look,
        not evidence.higher_is_better,
        evidence.p_value,
        tuple(guardrail.p_value for _, guardrail in evidence.guardrails),
    )


def failure(checks: Sequence[str]) -> str:
    """Which trust checks failed, as a sentence without its full stop.

    >>> failure(["Balance"]), failure(["Balance", "Contamination"])
    ('A trust check failed: Balance', 'Trust checks failed: Balance; Contamination')
    """
    return f"{'A trust check' if len(checks) == 1 else 'Trust checks'} failed: {'; '.join(checks)}"


def killing(evidence: Evidence, rule: Rule) -> tuple[Claim, ...]:
    """What makes it KILL where no trust check failed: harm, guardrails wholly beyond their margin, or too small an effect.

    Guardrails beyond their margin are told beside harm too.
    """
    broken = tuple(claims.guardrail(name, evidence) for name, g in evidence.guardrails if is_beyond(g))
    if evidence.p_value < 1 - rule.confidence and not evidence.is_better:
        return (claims.effect_of(evidence), *broken)
    least = rule.min_relative_uplift
    small = evidence.look is None and evidence.excludes(least) and evidence.can_reach(least)
    return broken or ((claims.at_best(evidence, least),) if small else ())


def ceiling(control: Summary, *, higher: bool) -> float:
    """The largest uplift that any change can bring: of a rate that is to rise, from the control's to all; else without a bound.

    >>> round(ceiling(Proportion(1_000, 980), higher=True), 4), ceiling(Proportion(1_000, 980), higher=False)
    (0.0204, inf)
    """
    rises = higher and isinstance(control, Proportion) and control.estimate > 0
    return 1 / control.estimate - 1 if rises else math.inf


def _reached(evidence: Evidence, rule: Rule) -> str:
    """The uplift; beside one that is asked for and that no change can bring, what can be reached."""
    found = _uplift(evidence, rule.min_relative_uplift)
    if rule.min_relative_uplift <= evidence.ceiling:
        return found
    return f"{found}, of {apart(evidence.ceiling, rule.min_relative_uplift, 'relative')} that any change can bring"


def _uplift(evidence: Evidence, bar: float = math.nan) -> str:
    """The effect in the good direction; where that is down, the size of the fall, or the rise with its sign.

    Beside a bar it has as many digits as tell it from that.

    A change from nothing is no fraction of it: it is told in the metric's own unit.
    """
    if math.isinf(evidence.effect.relative):
        told = f"{formatted(evidence.effect.absolute, evidence.unit, evidence.currency)} from nothing"
    else:
        told = apart(evidence.effect.relative, bar if evidence.higher_is_better else -bar, "relative")
    if evidence.higher_is_better:
        return told
    return f"none: a rise of {told}" if evidence.uplift < 0 else told.removeprefix("-").removeprefix("+")


def _said(grounds: Sequence[Claim]) -> str:
    """Claims at the head of a reason, which names the arm itself."""
    told = "; ".join(claims.text(replace(claim, arm="")) for claim in grounds)
    return told[0].upper() + told[1:]


def _margin(name: str, evidence: Evidence) -> str:
    return claims.margin(claims.guardrail(name, evidence))


def _bound(name: str, evidence: Evidence) -> str:
    """One-sided bound of a guardrail on the side that is worse; at an early look its p, and that it is too early."""
    claim, found = claims.guardrail(name, evidence), dict(evidence.guardrails)[name]
    told = claims.bound(replace(claim, numbers=(found.bound, claim.numbers[-1])))
    if evidence.look is None or math.isnan(found.p_value):
        return told
    early = f", {claims.STATES[claim.says]}" if claim.says == "too early" else ""
    return f"{told} ({p_text(found.p_value, level=evidence.look.level)}){early}"
