"""What follows from counts: the test of the arm sizes, each treatment against the control, and the verdict of the rule.

Tests, belief and rule are those of a report; counts are its sufficient statistics, so the verdict is that of a report
on the same units, as far as that reads nothing but them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpers.config import Rule
from helpers.defaults import SRM_DOUBT
from helpers.experiment.decision.arms import StudyDecision, decide_all
from helpers.experiment.decision.belief import belief_between
from helpers.experiment.decision.look import WEEK, EarlyLook, stated_look
from helpers.experiment.decision.rule import Evidence, ceiling
from helpers.experiment.trust.check import TrustCheck
from helpers.experiment.trust.ratio_by import ratio_by
from helpers.formatting import CHANGE, Unit
from helpers.stats.checks.srm import SRM, srm
from helpers.stats.comparisons.effects import compare
from helpers.stats.multiplicity.corrections import adjust
from helpers.stats.summaries.proportion import Proportion
from helpers.stats.summaries.summary import Summary

SAMPLE_RATIO = "Sample ratio of all units"
"""The one trust check that counts can answer, by its name in a report."""


@dataclass(frozen=True)
class CountedArms:
    """Arms of which only counts are known, and what they are to be decided by.

    Attributes:
        summaries: of the arms by name, the control first, all of one kind.
        weights: designed size of each arm, in any scale.
        rule: what GO needs, and what is believed before the counts.
        higher_is_better: whether a rise is good.
        planned_units: units of all arms that the test was planned with; None where nobody says.
        share_of_time: how much of its time the test had run; None where its time is over.
        days: units of each arm that came on each day; empty where no days are known.
    """

    summaries: Mapping[str, Summary]
    weights: Mapping[str, float]
    rule: Rule = field(default_factory=Rule)
    higher_is_better: bool = True
    planned_units: int | None = None
    share_of_time: float | None = None
    days: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def shares(self) -> bool:
        """Whether the arms are shares of units with a success; else they are means."""
        return isinstance(next(iter(self.summaries.values())), Proportion)

    @property
    def metric(self) -> str:
        """What is compared, in a word."""
        return "the rate" if self.shares else "the mean"

    @property
    def change(self) -> Unit:
        """Unit of a difference."""
        return CHANGE["share" if self.shares else "number"]


@dataclass(frozen=True)
class ComparedCounts:
    """What was found: ``ratio`` of the arm sizes, ``by_day`` that of each day, and the decision, whose evidence holds the effects.

    ``names`` are those of the treatments, in the order of the decision's arms; ``by_day`` is None where no days are known.
    """

    asked: CountedArms
    ratio: SRM
    decided: StudyDecision
    names: tuple[str, ...]
    by_day: TrustCheck | None = None

    @property
    def invalid(self) -> bool:
        """Whether a sample ratio failed, so that nothing is to be read."""
        return self.decided.proposed.verdict == "INVALID"

    @property
    def doubtful(self) -> bool:
        """Whether the arm sizes pass and chance still seldom makes them."""
        return not self.ratio.failed and self.ratio.p_value < SRM_DOUBT


def compared(asked: CountedArms) -> ComparedCounts:
    """Compare every treatment with the control and decide; treatments share the level by Holm, as in a report.

    Raises :class:`~helpers.stats.validation.InputError` for arms of different kinds or weights of other arms.

    >>> found = compared(CountedArms({"old": Proportion(20_000, 6_000), "new": Proportion(20_000, 6_600)}, {"old": 1, "new": 1}))
    >>> found.decided.proposed.verdict, round(found.decided.weighed.effect.relative, 3)
    ('GO', 0.1)
    """
    rule = asked.rule
    control, *treatments = asked.summaries.values()
    names = tuple(asked.summaries)[1:]
    ratio = srm({name: arm.n for name, arm in asked.summaries.items()}, asked.weights)
    by_day = ratio_by("day", asked.days, asked.weights) if asked.days else None
    failed = [SAMPLE_RATIO] * ratio.failed + (
        [by_day.name] if by_day is not None and by_day.verdict == "failed" else []
    )
    effects = [compare(control, arm, confidence=rule.confidence) for arm in treatments]
    adjusted = adjust([effect.p_value for effect in effects], "holm", alpha=1 - rule.confidence).adjusted
    weighed = [
        Evidence(
            effect=effect,
            p_value=p_value,
            higher_is_better=asked.higher_is_better,
            failed_checks=tuple(failed),
            guardrails=(),
            units=sum(arm.n for arm in asked.summaries.values()),
            belief=belief_between(control, arm, rule.prior, higher_is_better=asked.higher_is_better),
            metric=asked.metric,
            arm=name if len(names) > 1 else "",
            planned_units=asked.planned_units,
            look=_look(asked),
            unit=asked.change,
            ceiling=ceiling(control, higher=asked.higher_is_better),
        )
        for name, arm, effect, p_value in zip(names, treatments, effects, adjusted, strict=True)
    ]
    return ComparedCounts(asked, ratio, decide_all(weighed, rule), names, by_day)


def _look(asked: CountedArms) -> EarlyLook | None:
    """The look that was stated; days that make no whole week are one, as in a report."""
    share = asked.share_of_time
    if share is None and 0 < len(asked.days) < WEEK.days:
        share = len(asked.days) / WEEK.days
    return None if share is None or share >= 1 else stated_look(share, asked.rule.confidence)
