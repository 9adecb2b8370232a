"""What a study proposes to do next: its options in money and risk, and a talk track for a sceptical executive."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpers import defaults
from helpers.config.assumed import not_stated
from helpers.experiment.caveats import of_intervals
from helpers.experiment.decision import claims, options
from helpers.experiment.decision import value as roi
from helpers.experiment.decision.rule import Verdict
from helpers.experiment.design import basis, detectable, direction
from helpers.formatting import formatted, inside, level_text, listed
from helpers.record import Number, Numbers
from helpers.stats.comparisons.effects import Effect

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.decision.arms import StudyDecision
    from helpers.experiment.decision.look import EarlyLook
    from helpers.experiment.decision.rule import Decision, Evidence
    from helpers.experiment.results import Results

KEYS = {"extend": options.EXTEND, "staged": options.STAGED, "launch": options.LAUNCH, "keep": options.KEEP}
"""Names of the options in ``results.json``."""


@dataclass(frozen=True)
class Monthly:
    """Cents a month at the ends and the point of an interval."""

    low: float
    point: float
    high: float


def monthly(effect: Effect, units_per_month: float, value_per_unit: float) -> Monthly:
    """Units a month times the value of an effect of one (cents) times the effect and the ends of its own interval.

    Example:
        >>> from helpers.stats import Proportion, compare
        >>> money = monthly(compare(Proportion(50_000, 16_200), Proportion(50_000, 16_378)), 800_000, 4750)
        >>> [round(cents / 100) for cents in (money.low, money.point, money.high)]
        [-85484, 135280, 356036]
    """
    a_month = units_per_month * value_per_unit
    return Monthly(*(a_month * end for end in (effect.absolute_low, effect.absolute, effect.absolute_high)))


@dataclass(frozen=True)
class TalkTrack:
    """Four short lists of sentences, each number in them computed and formatted in its one place.

    ``agrees`` says that the step which the money speaks for is what the rule recommends: else nobody proposes it.
    """

    know: tuple[str, ...]
    unknown: tuple[str, ...]
    propose: tuple[str, ...]
    change: tuple[str, ...]
    agrees: bool = True

    @property
    def parts(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Key, heading and sentences of each list."""
        return (
            ("know", "What we know", self.know),
            ("unknown", "What we do not know", self.unknown),
            ("propose", "What we propose" if self.agrees else "What money alone speaks for", self.propose),
            ("change", "What would change our minds", self.change),
        )


@dataclass(frozen=True)
class Proposal:
    """The options of a study weighed, the money of a month, and how to say it.

    ``beside`` says how the option stands to the rule, ``unwatched`` is the expected money of a launch that nobody looks at
    again, ``arm`` the treatment where there are several.
    """

    compared: options.WeighedOptions
    month: Monthly
    talk: TalkTrack
    beside: str
    unwatched: float
    arm: str


def propose(
    study: Study,
    results: Results,
    decided: StudyDecision,
    value: roi.DecisionValue | None,
    reason: str,
    earlier: Numbers,
) -> tuple[Proposal | None, str]:
    """Weigh the options for the proposed arm with its money; None and the reason where that cannot be done.

    Value is contribution from the effect on revenue per exposed unit, as believed.
    """
    made, weighed = decided.proposed, decided.weighed
    if made.verdict == "INVALID":
        return None, "a trust check failed, so there is no effect to weigh options by"
    if value is None:
        return None, not_stated(study) or reason
    economics = study.economics
    assert study.revenue is not None
    variant = results.leading
    revenue = results.effect(study.revenue, variant=variant, as_is=True)
    assert revenue is not None
    weeks = roi.horizon_weeks(economics)
    monthly_units = value.units / economics.horizon_months
    run_cost = 100 * economics.monthly_run_cost * roi.DAYS_PER_WEEK / roi.DAYS_PER_MONTH
    control = revenue.control.estimate
    behind = 1 / revenue.effect.n_control + 1 / revenue.effect.n_treatment
    outlook = options.OptionOutlook(
        value.belief,
        value.belief.standard_error / math.sqrt(behind),
        units_per_week=value.units / weeks,
        value_per_unit=economics.contribution_margin,
        horizon_weeks=weeks,
        launch_cost=100 * economics.implementation_cost,
        run_cost=run_cost,
        test_cost=run_cost,
        drift=defaults.BASELINE_DRIFT * control,
    )
    compared = options.weigh(outlook)
    month = monthly(revenue.effect, monthly_units, economics.contribution_margin)
    beside = beside_the_rule(compared.recommended, made, study, weighed)
    caveats = of_intervals(earlier)
    doubts = [caveat.claim for caveat in caveats]
    doubted = any(caveat.doubts(study.primary.name) for caveat in caveats)
    agrees = agreeing(compared.recommended.option, made.verdict)
    least = _text(earlier["design.detectable_now"]) if weighed.look is None else _detectable(results, weighed.look)
    talk = talk_track(study, weighed, beside, compared, month, least, doubts, doubted=doubted)
    if agrees and made.verdict == "GO":  # what is proposed first is what the first page says
        talk = replace(talk, propose=(made.recommendation, *talk.propose))
    talk = replace(talk, agrees=agrees)
    return Proposal(compared, month, talk, beside, value.expected.net, made.arm), ""


def _text(recorded: Number) -> str:
    return "" if recorded.value is None else recorded.text


def _detectable(results: Results, look: EarlyLook) -> str:
    """The smallest effect that the units at hand find with the planned power at the level of an early look."""
    study, (design, _) = results.study, basis(results)
    if design is None:
        return ""
    early = replace(design, alpha=look.level)
    found = detectable(early, sum(results.randomised().values()), study.design.power, direction(study))
    return "" if found is None else formatted(found.relative, "relative")


def talk_track(
    study: Study,
    weighed: Evidence,
    beside: str,
    compared: options.WeighedOptions,
    month: Monthly,
    detectable: str,
    doubts: Sequence[str] = (),
    *,
    doubted: bool = False,
) -> TalkTrack:
    """What we know, what we do not, what we propose and what would change our minds.

    ``beside`` says how the proposal stands to the rule, ``detectable`` is the text of the relative effect that the units
    at hand find with the planned power, empty where they find none; ``doubts`` are what trust checks say of intervals,
    and the primary one is ``doubted`` where that is one of them: then so is its p.
    """
    currency, best, belief = study.economics.currency, compared.recommended, compared.outlook.belief
    effect, of = claims.effect_of(weighed), f" of {weighed.arm}" if weighed.arm else ""
    low, point, high = (formatted(end, "money", currency) for end in (month.low, month.point, month.high))
    falls = formatted(best.chance_of_harm, "share")
    winsorised = study.revenue is not None and study.revenue.winsorize is not None
    basis = f", on {inside(study.revenue.label)} as it is," if winsorised and study.revenue else ","
    change = [_look(best, currency) if best.option.share else _pays(study, weighed)]
    change += _guarded(weighed, of) if best.option.share else []
    bolder = max(compared.appraisals, key=lambda a: a.expected_value)
    if bolder is not best:
        change.append(
            f"Accepting a chance of {formatted(bolder.chance_of_harm, 'share')} that everyone gets a change that lowers "
            f"revenue: then {described(bolder.option)} is worth most, {formatted(bolder.expected_value, 'money', currency)}."
        )
    return TalkTrack(
        (
            f"{claims.text(effect)}: {TOLD[effect.strength]}{DOUBTED if doubted else ''}.",
            *(
                f"The two means disagree: {claims.text(claims.agreement(each, weighed.arm))}."
                for each in weighed.agreements
                if not each.kept
            ),
            f"As measured{basis} a month{of} is worth {point} of contribution, {low} at the lower bound and {high} at the upper.",
        ),
        (
            f"Whether revenue{of} gains: the chance that it does not is {formatted(belief.risk, 'share')}, and that it falls "
            f"{formatted(belief.chance_of_harm, 'share')}.",
            _missed(study, weighed, effect, of, detectable),
            *doubts,
            f"Whether the effect lasts for {study.economics.horizon}, as the money assumes.",
        ),
        (
            f"{_of_arm(best.option, weighed.arm)}: worth "
            f"{formatted(best.expected_value, 'money', currency)} in expectation, with a chance of {falls} that everyone gets "
            f"a change that lowers revenue; at most {formatted(compared.max_chance_of_harm, 'share')} is allowed.",
            beside,
        ),
        tuple(change),
    )


def _pays(study: Study, weighed: Evidence) -> str:
    """What would speak for a change that is kept from everyone; money does not, where a guardrail bars it."""
    if broken := _broken(weighed):
        return f"Another version of the change, with {listed(broken)} inside {'its margin' if len(broken) == 1 else 'their margins'}."
    return f"New evidence that {'the change pays its cost' if study.economics.cost else 'revenue gains'}."


def _broken(weighed: Evidence) -> list[str]:
    return [claims.guardrail(name, weighed).subject for name, found in weighed.guardrails if claims.is_beyond(found)]


def _guarded(weighed: Evidence, of: str) -> list[str]:
    """What guardrails would turn: one that is not beyond its margin yet; of one that is, that the options do not weigh it."""
    broken = [f"guardrail {name}" for name in _broken(weighed)]
    said = []
    if len(broken) < len(weighed.guardrails):
        said.append(f"{'Another' if broken else 'A'} guardrail{of} beyond its margin.")
    if broken:
        are, its = ("is", "its") if len(broken) == 1 else ("are", "their")
        said.append(f"To weigh what the options do not: {listed(broken)} {are} beyond {its} margin already.")
    return said


def _missed(study: Study, weighed: Evidence, effect: claims.Claim, of: str, detectable: str) -> str:
    """What the units at hand leave open: how large an effect is that is there, or which one they would have found.

    An early look finds less than the same units at the end do: ``detectable`` is of its level.
    """
    if effect.strength == "significant":
        return f"How large the effect{of} truly is: the interval allows {claims.ends(effect)}."
    power = formatted(study.design.power, "share")
    level = (
        f" at the p < {level_text(weighed.look.level, weighed.p_value)} that a gain needs this early"
        if weighed.look
        else ""
    )
    if not detectable:
        return f"Whether there is an effect{of}: these units find none of any size with {power} power{level}."
    return (
        f"Whether an effect{of} was missed: with these units one of {detectable} is found with {power} power{level}, a "
        "smaller one less often."
    )


DOUBTED = ", as far as its interval and p can be trusted, which a trust check doubts"
"""What is added to the strength of an effect whose interval is doubted."""
TOLD: dict[claims.Strength, str] = {
    "significant": "it can be told from noise",
    "not significant": "it cannot be told from noise",
    "too early": "it is too early to tell it from noise",
    "too few": "it rests on too few clusters to be told from noise",
    "no test": "it cannot be tested",
}
"""What the strength of an effect means to somebody who knows no test."""


def described(option: options.Option) -> str:
    """An option with its share and weeks, for the middle of a sentence.

    >>> described(options.STAGED)
    'staged rollout (10 % for 2 weeks)'
    """
    if not option.share:
        return option.name.lower()
    whom = "watched" if option.share == 1 else formatted(option.share, "share")
    return f"{option.name.lower()} ({whom} for {formatted(option.weeks, 'weeks')})"


def _of_arm(option: options.Option, arm: str) -> str:
    """An option at the head of a sentence, with the arm that it ships, or that it does not."""
    named = described(option).capitalize()
    return f"{named}{' instead of ' if option is options.KEEP else ', '}{arm}" if arm else named


AGREEING: dict[Verdict, tuple[options.Option, ...]] = {
    "GO": (options.STAGED, options.LAUNCH),
    "ITERATE": (options.EXTEND, options.KEEP),
    "KILL": (options.KEEP,),
}
"""The options that are no other step than the one which the rule recommends."""


def agreeing(option: options.Option, verdict: Verdict) -> bool:
    """Whether an option is what the rule recommends.

    >>> agreeing(options.EXTEND, "GO"), agreeing(options.EXTEND, "ITERATE"), agreeing(options.LAUNCH, "ITERATE")
    (False, True, False)
    """
    return option in AGREEING.get(verdict, ())


def beside_the_rule(best: options.Appraisal, made: Decision, study: Study, weighed: Evidence) -> str:
    """How the option stands to the rule, and why where they differ: the rule weighs evidence, the options only money."""
    says = f"The rule says {made.verdict}{f' to {made.arm}' if made.arm else ''}"
    option, money = best.option, "the options weigh nothing but revenue"
    if made.verdict == "GO":
        if option is options.KEEP:
            return f"{says}; {money}, and by that keeping the control is worth most within the bound on a fall."
        if option is options.EXTEND:
            return f"{says}; {money}, and by that it is worth more to know more before everyone gets it."
        stages = option.share == 1 and study.rollout[0].share < 1
        first = "; the stages of the plan are the way there, for they guard against faults that no test shows"
        return f"{says}, and the money agrees{first if stages else ''}."
    if option is options.KEEP:
        return f"{says}, and by money alone no step within the bound on a fall is worth more than keeping the control."
    if made.verdict == "ITERATE" and option is options.EXTEND:
        subject = replace(claims.risk(weighed), metric=inside(weighed.metric)).subject
        little = "" if weighed.promises else f", though next to no gain in {subject} is believed"
        more = "more data" if study.cluster is None else f"data of more clusters, each a {study.cluster},"
        return (
            f"{says}, and the money agrees that it is too soon to decide{little}: {more} are worth their cost for what they "
            "may show of revenue, whether or not they bring the power or the risk that the rule asks for."
        )
    missed = [inside(c.name) for c in made.criteria if not c.met and c.name != "Expected money"]
    if made.verdict == "KILL":
        blind = ", not what speaks against it"
    elif missed:
        blind = f", not {listed(missed)}"
    else:
        blind = ", and of a step that can still be taken back"
    return f"{says}; {money}{blind}. To go on would override the rule, and is logged as that."


def _look(found: options.Appraisal, currency: str) -> str:
    size = formatted(abs(found.keep_above), "price", currency)
    seen = f"A fall of more than {size}" if found.keep_above < 0 else f"A gain of less than {size}"
    then = "it is rolled back" if found.option.share == 1 else "the change does not ship"
    return (
        f"{seen} a user in the look after {formatted(found.option.weeks, 'weeks')}: then {then} "
        f"(the chance that it stays is {formatted(found.chance_of_keeping, 'share')})."
    )
