"""What a study proposes to do next: its options in money and risk, and a talk track for a sceptical executive."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers import defaults
from helpers.config.assumed import not_stated
from helpers.experiment.decision import options
from helpers.experiment.decision import value as roi
from helpers.formatting import formatted
from helpers.record import Numbers
from helpers.stats.comparisons.effects import Effect

if TYPE_CHECKING:
    from helpers.config import Study
    from helpers.experiment.decision.rule import Decision
    from helpers.experiment.results import MetricEffect, Results

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
    """Four short lists of sentences, each number in them computed and formatted in its one place."""

    know: tuple[str, ...]
    unknown: tuple[str, ...]
    propose: tuple[str, ...]
    change: tuple[str, ...]

    @property
    def parts(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Key, heading and sentences of each list."""
        return (
            ("know", "What we know", self.know),
            ("unknown", "What we do not know", self.unknown),
            ("propose", "What we propose", self.propose),
            ("change", "What would change our minds", self.change),
        )


@dataclass(frozen=True)
class Proposal:
    """The options of a study weighed, the money of a month, and how to say it."""

    compared: options.WeighedOptions
    month: Monthly
    talk: TalkTrack


def propose(
    study: Study, results: Results, made: Decision, value: roi.DecisionValue | None, reason: str, earlier: Numbers
) -> tuple[Proposal | None, str]:
    """Weigh the options for the proposed arm with its money; None and the reason where that cannot be done.

    Value is contribution from the effect on revenue per exposed unit, as believed.
    """
    if made.verdict == "INVALID":
        return None, "a trust check failed, so there is no effect to weigh options by"
    if value is None:
        return None, not_stated(study) or reason
    economics = study.economics
    assert study.revenue is not None
    variant = made.arm or results.leading
    revenue = results.effect(study.revenue, variant=variant, as_is=True)
    primary = results.effect(study.primary, variant=variant)
    assert revenue is not None and primary is not None
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
    return Proposal(
        compared, month, talk_track(study, primary, made, compared, month, earlier["design.detectable_now"].text)
    ), ""


def talk_track(
    study: Study,
    primary: MetricEffect,
    made: Decision,
    compared: options.WeighedOptions,
    month: Monthly,
    detectable: str,
) -> TalkTrack:
    """What we know, what we do not, what we propose and what would change our minds.

    ``detectable`` is the text of the relative effect that the units at hand find with the planned power.
    """
    currency = study.economics.currency
    e, label, best = primary.effect, study.primary.label, compared.recommended
    limit = formatted(compared.max_chance_of_harm, "share")
    verdict = "can be told from noise" if e.significant else "cannot be told from noise"
    p = formatted(e.p_value, "p")
    p = f"p {p}" if p[0] in "<>" else f"p = {p}"
    know = (
        f"{label} changed by {formatted(e.relative, 'relative')} ({formatted(e.relative_low, 'relative')} to "
        f"{formatted(e.relative_high, 'relative')}, {p}): it {verdict}.",
        f"A month is worth {formatted(month.point, 'money', currency)} of contribution at the point estimate, "
        f"{formatted(month.low, 'money', currency)} at the lower bound and {formatted(month.high, 'money', currency)} at "
        "the upper.",
    )
    unknown = (
        f"Whether revenue gains: the chance that it does not is "
        f"{formatted(compared.outlook.belief.risk, 'share')}, and that it falls {formatted(compared.outlook.belief.chance_of_harm, 'share')}.",
        f"Anything below {detectable}: smaller effects would mostly be missed with these units, "
        "and missed is not absent.",
        f"Whether the effect lasts for {study.economics.horizon}, as the money assumes.",
    )
    change = [_look(best, currency) if best.option.share else "New evidence that the change pays its cost."]
    if any(m.role == "guardrail" for m in study.metrics):
        change.append("A guardrail past its margin.")
    bolder = max(compared.appraisals, key=lambda a: a.expected_value)
    if bolder is not best:
        change.append(
            f"Accepting a chance of harm of {formatted(bolder.chance_of_harm, 'share')}: then "
            f"{described(bolder.option)} is worth most, {formatted(bolder.expected_value, 'money', currency)}."
        )
    return TalkTrack(
        know,
        unknown,
        (
            f"{described(best.option).capitalize()}: worth {formatted(best.expected_value, 'money', currency)} in "
            f"expectation, with a chance of {formatted(best.chance_of_harm, 'share')} that harm reaches everyone; at most "
            f"{limit} is allowed.",
            *_beside_the_rule(best, made, study),
        ),
        tuple(change),
    )


def described(option: options.Option) -> str:
    """An option with its share and weeks, for the middle of a sentence.

    >>> described(options.STAGED)
    'staged rollout (10 % for 2 weeks)'
    """
    if not option.share:
        return option.name.lower()
    whom = "watched" if option.share == 1 else formatted(option.share, "share")
    return f"{option.name.lower()} ({whom} for {formatted(option.weeks, 'weeks')})"


def _beside_the_rule(best: options.Appraisal, made: Decision, study: Study) -> list[str]:
    """How the option stands to the rule and to the study's own stages."""
    says = f"The study's rule says {made.verdict}: it weighs the evidence, the options the money of the next step."
    if best.option.share < 1:
        return [says]
    if made.verdict != "GO":
        return [says, "To launch would override the rule, and is logged as that."]
    if study.rollout[0].share < 1:
        return [says, "It still goes out by the stages of the plan, which guard against faults that no test shows."]
    return [says]


def _look(found: options.Appraisal, currency: str) -> str:
    size = formatted(abs(found.keep_above), "price", currency)
    seen = f"A fall of more than {size}" if found.keep_above < 0 else f"A gain of less than {size}"
    then = "it is rolled back" if found.option.share == 1 else "the change does not ship"
    return (
        f"{seen} a user in the look after {formatted(found.option.weeks, 'weeks')}: then {then} "
        f"(chance {formatted(1 - found.chance_of_keeping, 'share')})."
    )
