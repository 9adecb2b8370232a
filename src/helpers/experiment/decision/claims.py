"""What a sentence says, as a claim that can be held against the evidence.

A claim has a subject (a metric, and its arm where there are several), what it says of it, how strongly, and numbers.
Every sentence of a verdict, a headline, the title of the effects and a talk track is one or more claims made text by
:func:`text`; :func:`holds` tells whether a claim is true of the evidence on an arm.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from helpers.defaults import FEWEST_CLUSTERS
from helpers.formatting import CHANGE, Unit, apart, between, formatted, interval, p_text, stated
from helpers.stats.comparisons.effects import Effect
from helpers.stats.comparisons.noninferiority import NonInferiority

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.decision.look import EarlyLook
    from helpers.experiment.decision.rule import Evidence
    from helpers.experiment.results import MetricEffect

About = Literal["effect", "at best", "guardrail", "risk", "money", "agreement"]
Says = Literal[
    "better",
    "worse",
    "higher",
    "lower",
    "no different",
    "too small",
    "inside",
    "not shown",
    "too early",
    "beyond",
    "is",
    "agrees",
    "disagrees",
]
Strength = Literal["", "significant", "not significant", "too early", "too few", "no test"]

HOW: dict[Strength, str] = {
    "significant": "significant",
    "not significant": "not significant",
    "too early": "too early to be called significant",
    "too few": "not to be called significant with so few clusters",
    "no test": "no test",
}
"""The one word under which the strength of an effect is told."""
SHARED = ", as the tests share a level"
"""What is told of an effect whose own interval excludes none, where several tests share one level."""
SMALL = "too small to matter"
BAD_SIDE = "its whole interval is on the bad side"
"""Why an interval that excludes every uplift worth shipping is KILL: where it holds no gain at all, it is not called small."""
UNREAD = "not to be read"
"""What is told in the place of any finding of an experiment whose trust checks failed."""
BARRED = "Not to be read, for a trust check failed. "
"""What the title of such findings begins with."""
STATES: dict[Says, str] = {
    "inside": "inside its margin",
    "not shown": "not shown to be inside its margin",
    "too early": "too early to be called inside its margin",
    "beyond": "beyond its margin",
}
"""The one word under which it is told how a guardrail lies to its margin."""


@dataclass(frozen=True)
class Claim:
    """One thing that is said.

    Attributes:
        about: what kind of thing is said.
        metric, arm: of whom; ``arm`` is empty where a study has one treatment.
        says: the direction, or how a bound lies to its margin.
        numbers: an effect with the ends of its interval and its p; the best that an effect may be and what is worth
            shipping; a guardrail's bound or interval and its margin; a chance; cents; the mean as it is, its interval,
            and the mean that was tested.
        unit: of the numbers.
        strength: of an effect.
        adjusted: whether the p of an effect is adjusted for the tests that share its level.
        shared: whether it is this alone that leaves the effect not significant, while its interval excludes none.
    """

    about: About
    metric: str
    arm: str
    says: Says
    numbers: tuple[float, ...]
    unit: Unit
    strength: Strength = ""
    currency: str = ""
    adjusted: bool = False
    shared: bool = False

    @property
    def subject(self) -> str:
        """The metric, and of which arm.

        >>> Claim("risk", "Conversion", "beta", "is", (0.1,), "share").subject
        'Conversion in beta'
        """
        return subject(self.metric, self.arm)


def subject(metric: str, arm: str) -> str:
    """A metric, and of which arm where a study has several.

    >>> subject("Conversion", "beta"), subject("Conversion", "")
    ('Conversion in beta', 'Conversion')
    """
    return f"{metric} in {arm}" if arm else metric


@dataclass(frozen=True)
class TwoMeans:
    """A winsorised metric: the effect that is tested, and that on its mean as it is."""

    metric: str
    tested: Effect
    bare: Effect

    @property
    def kept(self) -> bool:
        """Whether the signs are one and the tested effect lies inside the interval of the mean as it is."""
        t, b = self.tested, self.bare
        return t.absolute * b.absolute >= 0 and b.absolute_low <= t.absolute <= b.absolute_high


def has_scale(effect: Effect) -> bool:
    """Whether an effect can be told as a fraction of the control: not where that cannot be told from zero.

    >>> from helpers.stats import Mean, compare
    >>> low, high = Mean.from_values([-1, 1, 0.2]), Mean.from_values([99, 101, 100])
    >>> has_scale(compare(low, high)), has_scale(compare(high, low))
    (False, True)
    """
    return math.isfinite(effect.relative) and not (math.isinf(effect.relative_low) or math.isinf(effect.relative_high))


def of_effect(
    effect: Effect, p_value: float, metric: str, arm: str, *, higher_is_better: bool, level: float | None = None,
    clusters: float | None = None, unit: Unit = "number", currency: str = "", undirected: bool = False,
) -> Claim:  # fmt: skip
    """What is seen of a metric: by how much it is better or worse, and whether that is significant.

    ``p_value`` is the one that table and decision use, ``level`` that of an early look at a gain, ``clusters`` how many
    of one size the arms are worth, of which a gain needs enough for any test to hold. The size is a fraction
    of the control, or in the metric's own ``unit`` where the control cannot be told from zero. Of an ``undirected``
    metric nobody stated which way is better: it is higher or lower, and either is held to what a gain is held to.
    """
    scaled = has_scale(effect)
    ends = (effect.relative, effect.relative_low, effect.relative_high)
    numbers = ends if scaled else (effect.absolute, effect.absolute_low, effect.absolute_high)
    gain = effect.absolute if higher_is_better else -effect.absolute
    says: Says = "better" if gain > 0 else "worse" if gain < 0 else "no different"
    if undirected and gain:
        says = "higher" if effect.absolute > 0 else "lower"
    harm = says == "worse"
    strength: Strength = "no test" if math.isnan(p_value) else "not significant"
    if p_value < effect.alpha:
        early = level is not None and not harm and not p_value < level
        few = not harm and clusters is not None and not clusters >= FEWEST_CLUSTERS
        strength = "too early" if early else "too few" if few else "significant"
    return Claim(
        "effect", metric, arm, says, (*numbers, p_value), "relative" if scaled else unit, strength, currency,
        adjusted=p_value > effect.p_value, shared=effect.p_value < effect.alpha <= p_value,
    )  # fmt: skip


def of_metric(found: MetricEffect, study: Study, look: EarlyLook | None = None) -> Claim:
    """What is seen of a metric, of an arm by its name where there are several."""
    metric, arm = found.metric, found.variant if len(study.treatments) > 1 else ""
    return of_effect(
        found.effect, found.adjusted_p, metric.label, arm, higher_is_better=metric.better == "higher",
        level=look.level if look is not None else None, clusters=found.clusters,
        unit=CHANGE[metric.unit], currency=study.economics.currency,
        undirected=metric.role == "secondary" and metric != study.revenue and study.is_undirected(metric),
    )  # fmt: skip


def lost(found: Iterable[MetricEffect], study: Study) -> tuple[Claim, ...]:
    """The secondary metrics that are significantly worse."""
    return _secondary(found, study, "worse")


def gained(found: Iterable[MetricEffect], study: Study, look: EarlyLook | None = None) -> tuple[Claim, ...]:
    """The secondary metrics that are significantly better, at an early ``look`` by its level."""
    return _secondary(found, study, "better", look=look)


def moved(found: Iterable[MetricEffect], study: Study, look: EarlyLook | None = None) -> tuple[Claim, ...]:
    """The secondary metrics that are significantly higher or lower, of which nobody stated which way is better."""
    return _secondary(found, study, "higher", "lower", look=look)


def _secondary(
    found: Iterable[MetricEffect], study: Study, *says: Says, look: EarlyLook | None = None
) -> tuple[Claim, ...]:
    told = (of_metric(e, study, look) for e in found if e.metric.role == "secondary")
    return tuple(each for each in told if each.says in says and each.strength == "significant")


def word(claim: Claim) -> str:
    """The strength of an effect, for a cell: where it is significant, on which side; where not, whether that is its interval's word.

    >>> word(Claim("effect", "Conversion", "", "worse", (-0.1, -0.13, -0.07, 3e-11), "relative", "significant"))
    'significantly worse'
    >>> word(Claim("effect", "Spend", "", "worse", (-0.1, -0.19, -0.01, 0.08), "relative", "not significant", shared=True))
    'not significant, as the tests share a level'
    """
    if claim.strength == "significant":
        return f"significantly {claim.says}"
    return f"{HOW[claim.strength]}{SHARED if claim.shared else ''}"


def effect_of(evidence: Evidence) -> Claim:
    """What is seen of the primary metric."""
    return of_effect(
        evidence.effect, evidence.p_value, evidence.metric, evidence.arm, higher_is_better=evidence.higher_is_better,
        level=evidence.look.level if evidence.look else None, clusters=evidence.clusters, unit=evidence.unit, currency=evidence.currency,
    )  # fmt: skip


def at_best(evidence: Evidence, least: float) -> Claim:
    """That the end of the interval that is best for the change is too small to matter, or on the bad side as all of it is."""
    shared = evidence.effect.p_value < evidence.effect.alpha <= evidence.p_value
    return Claim(
        "at best", evidence.metric, evidence.arm, "too small", (evidence.at_best, least), "relative", shared=shared
    )


def guardrail(name: str, evidence: Evidence) -> Claim:
    """How a guardrail lies to its margin: inside, wholly beyond, not shown to be inside, or too early for it."""
    found = dict(evidence.guardrails)[name]
    unit: Unit = "relative" if found.scale == "relative" else evidence.guardrail_units.get(name, "number")
    says = state(found, evidence.look)
    bounds = _ends(found) if says == "beyond" else (found.bound,)
    return Claim("guardrail", name, evidence.arm, says, (*bounds, found.margin), unit, currency=evidence.currency)


def risk(evidence: Evidence) -> Claim:
    """The chance that there is no improvement."""
    return Claim("risk", evidence.metric, evidence.arm, "is", (evidence.risk,), "share")


def worth(evidence: Evidence) -> Claim:
    """The money that is expected; NaN where none can be told."""
    cents = math.nan if evidence.worth is None else evidence.worth
    return Claim("money", "", evidence.arm, "is", (cents,), "money", currency=evidence.currency)


def agreement(found: TwoMeans, arm: str) -> Claim:
    """Whether the mean as it is agrees with the one that was tested."""
    t, b = found.tested, found.bare
    numbers = (b.relative, b.relative_low, b.relative_high, t.relative)
    return Claim("agreement", found.metric, arm, "agrees" if found.kept else "disagrees", numbers, "relative")


def state(found: NonInferiority, look: EarlyLook | None = None) -> Says:
    """How a guardrail lies to its margin, a word of :data:`STATES`: inside, not shown to be inside, or wholly beyond.

    At an early ``look`` it is inside by the level of that look, as a gain is there, else too early to be called that.
    """
    if is_beyond(found):
        return "beyond"
    if not found.passed:
        return "not shown"
    return "inside" if look is None or found.p_value < look.level else "too early"


def is_beyond(found: NonInferiority) -> bool:
    """Whether the whole two-sided interval of a guardrail lies beyond its margin, on the side that is worse."""
    low, high = _ends(found)
    return high < -found.margin if found.bad == "decrease" else low > found.margin


def _ends(found: NonInferiority) -> tuple[float, float]:
    e = found.effect
    return (e.relative_low, e.relative_high) if found.scale == "relative" else (e.absolute_low, e.absolute_high)


def holds(claim: Claim, evidence: Evidence) -> bool:
    """Whether a claim is true of the evidence on its arm: its subject, what it says, its strength and its numbers.

    A claim about another arm or an unknown metric does not hold.

    >>> from helpers.experiment.decision.rule import Evidence
    >>> from helpers.stats import Proportion, compare
    >>> found = compare(Proportion(2_000, 600), Proportion(2_000, 500))
    >>> seen = Evidence(found, found.p_value, True, (), (), 4_000, None, "Conversion")
    >>> from dataclasses import replace
    >>> holds(effect_of(seen), seen), holds(replace(effect_of(seen), says="better"), seen)
    (True, False)
    """
    if claim.arm != evidence.arm:
        return False
    match claim.about:
        case "effect":
            return _same(claim, effect_of(evidence))
        case "at best":
            best, least = claim.numbers
            return (
                claim.metric == evidence.metric
                and best == evidence.at_best
                and evidence.excludes(least)
                and evidence.can_reach(least)
                and evidence.look is None
            )
        case "guardrail":
            return claim.metric in dict(evidence.guardrails) and _same(claim, guardrail(claim.metric, evidence))
        case "risk":
            return _same(claim, risk(evidence))
        case "money":
            return _same(claim, worth(evidence))
        case "agreement":
            return any(_same(claim, agreement(each, claim.arm)) for each in evidence.agreements)


def _same(claim: Claim, true: Claim) -> bool:
    alike = all(a == b or (a != a and b != b) for a, b in zip(claim.numbers, true.numbers, strict=True))
    told = (claim.metric, claim.says, claim.strength, claim.unit)
    return alike and told == (true.metric, true.says, true.strength, true.unit)


def text(claim: Claim) -> str:
    """The claim in words, without the full stop. What cannot be told from noise is said to be measured, and not to be.

    >>> text(Claim("effect", "Conversion", "beta", "worse", (-0.1, -0.13, -0.07, 3e-11), "relative", "significant"))
    'Conversion in beta is worse by 10.0 % (-13.0 % to -7.0 %, p < 0.0001)'
    >>> text(Claim("guardrail", "crashes", "", "beyond", (0.3, 0.5, 0.2), "relative"))
    'guardrail crashes is beyond the margin of 20 %, with all of its interval (+30.0 % to +50.0 %)'
    """
    match claim.about:
        case "effect":
            verb = "is" if claim.strength == "significant" else "was measured as"
            told = f"{ends(claim)}, {p_text(claim.numbers[3], adjusted=claim.adjusted)}"
            return f"{claim.subject} {verb} {_moved(claim)} ({told})"
        case "at best":
            best, least = claim.numbers
            gain = (
                f"{'better' if best > 0 else 'worse'} by {_by(best, 'relative', bar=least)}" if best else "no different"
            )
            told = f"{claim.subject} is {gain} at best, below the {stated(least, 'relative')} that is worth shipping"
            harm = f", and that is no significant harm only{SHARED.lstrip(',')}" if claim.shared else ""
            return f"{told}: {SMALL if best >= 0 else BAD_SIDE + harm}"
        case "guardrail":
            if claim.says == "beyond":
                *both, limit = claim.numbers
                span = between(*(apart(e, math.copysign(limit, e), claim.unit, claim.currency) for e in both))
                return f"guardrail {claim.subject} is beyond the margin of {margin(claim)}, with all of its interval ({span})"
            return f"guardrail {claim.subject} is {STATES[claim.says]} of {margin(claim)}: {bound(claim)}"
        case "risk":
            return f"the risk of no improvement{_of(claim)} is {formatted(claim.numbers[0], 'share')}"
        case "money":
            return f"expected money{_of(claim)} is {apart(claim.numbers[0], 0.0, 'money', claim.currency)}"
        case "agreement":
            bare, low, high, tested = (formatted(each, "relative") for each in claim.numbers)
            return f"{claim.subject} {bare} as it is ({low} to {high}), {tested} with its extreme values pulled in"


def size(claim: Claim) -> str:
    """The signed size of an effect and its interval: what a headline has room for.

    >>> size(Claim("effect", "Conversion", "", "better", (0.1, -0.01, 0.2, 0.06), "relative", "not significant"))
    '+10.0 % (-1.0 % to +20.0 %), not significant'
    """
    told = f"{formatted(claim.numbers[0], claim.unit, claim.currency)} ({ends(claim)})"
    return told if claim.strength == "significant" else f"{told}, {HOW[claim.strength]}{SHARED if claim.shared else ''}"


def margin(claim: Claim) -> str:
    """The margin of a guardrail."""
    size = claim.numbers[-1]
    if claim.unit == "relative":
        return stated(size, "share")
    return stated(size, claim.unit, claim.currency).lstrip("+")


def bound(claim: Claim) -> str:
    """The worst that a guardrail may be: the end of its interval that is nearest to its margin, or beyond it."""
    worst = max(claim.numbers[:-1], key=abs)
    return f"at worst {apart(worst, math.copysign(claim.numbers[-1], worst), claim.unit, claim.currency)}"


def ends(claim: Claim) -> str:
    """The interval of an effect."""
    return interval(claim.numbers[1], claim.numbers[2], claim.unit, claim.currency)


def barred(title: str, failed: Sequence[object]) -> str:
    """The title of findings; after ``failed`` trust checks with that they are not to be read.

    >>> barred("The effect differs by device", ["sample ratio"])
    'Not to be read, for a trust check failed. The effect differs by device'
    """
    return f"{BARRED}{title}" if failed else title


def _moved(claim: Claim) -> str:
    if claim.says == "no different":
        return "no different"
    return f"{claim.says} by {_by(claim.numbers[0], claim.unit, claim.currency)}"


LEAST: dict[Unit, str] = {"relative": "less than 0.1 %", "points": "less than 0.01 points"}
"""What is said of a change that is there and so small that it would read as zero."""


def _by(change: float, unit: Unit, currency: str = "", bar: float = math.nan) -> str:
    """The size of a change without its direction; beside a bar in as many digits as tell it from that.

    >>> _by(-0.034, "relative"), _by(0.0002, "relative"), _by(1e-9, "relative")
    ('3.4 %', '0.02 %', 'less than 0.1 %')
    """
    told = apart(abs(change), bar, unit, currency).removeprefix("+")
    return told if not change or any(digit in told for digit in "123456789") else LEAST.get(unit, told)


def _of(claim: Claim) -> str:
    return f" of {claim.arm}" if claim.arm else ""
