"""Two sentences that results are often given and do not mean: a segment that "works", and "94 % sure"."""

from dataclasses import dataclass, replace

from helpers.config import Metric
from helpers.experiment.decision.rule import observed_risk
from helpers.experiment.design import basis
from helpers.experiment.results import Results
from helpers.formatting import formatted

NEAR_MISS = 0.06
"""A p-value just above the usual level, about which most is said that it does not mean."""


@dataclass(frozen=True)
class SegmentTests:
    """One metric tested in every level of every segment.

    Attributes:
        tests: levels with a test.
        unadjusted, adjusted: those apart from zero by their own p-value, and after Benjamini-Hochberg.
        different: levels that the interaction tests let be called different from the rest of their segment.
        false_alarm: chance that at least one of as many independent tests at ``alpha`` is below it when nothing
            changed anywhere, ``1 - (1 - alpha)**tests``. Levels of two segments share units, so the true chance is
            somewhat different, and never above ``tests * alpha``.
    """

    metric: Metric
    tests: int
    unadjusted: int
    adjusted: int
    different: tuple[str, ...]
    alpha: float

    @property
    def false_alarm(self) -> float:
        """See above.

        >>> round(SegmentTests(None, 10, 0, 0, (), 0.05).false_alarm, 3)
        0.401
        """
        return 1.0 - (1 - self.alpha) ** self.tests


@dataclass(frozen=True)
class NearMiss:
    """What a p-value just above alpha says of the study's idea: ``risk`` that there is no improvement at all."""

    p_value: float
    risk: float
    prior_success_rate: float

    @property
    def said(self) -> float:
        """What it is mistaken for: one minus the p-value."""
        return 1 - self.p_value

    def text(self) -> str:
        """The mistake, what the p-value means, and the chance that was asked for."""
        p = f"{self.p_value:.2g}"
        return (
            f"**p = {p} is not “{formatted(self.said, 'share')} sure”.** It says that a difference at least this large comes"
            f" up in {formatted(self.p_value, 'share')} of the experiments without any effect. How sure one may be depends on"
            f" how many ideas work: if {formatted(self.prior_success_rate, 'share')} do, as this study assumes, and with the"
            f" power of its units for the planned effect, a win at p = {p} is no improvement with a chance of"
            f" {formatted(self.risk, 'share')}. Nor does a segment in which the same data reach p < .05 settle it."
        )


def segment_tests(results: Results) -> list[SegmentTests]:
    """What unadjusted tests by segment would have found on every success metric, beside what stands up."""
    study = results.study
    found = []
    for metric in study.metrics:
        effects = [] if metric.role == "guardrail" else results.exploratory(metric)
        tested = [e for e in effects if e.effect.p_value == e.effect.p_value]
        if not tested:
            continue
        alpha = 1 - study.decision.confidence
        different = tuple(
            f"{level} ({dimension.replace('_', ' ')})"
            for dimension, test in results.interactions(metric).items()
            for level in test.claims
        )
        found.append(
            SegmentTests(
                metric,
                len(tested),
                sum(e.effect.p_value < alpha for e in tested),
                sum(e.adjusted_p < alpha for e in tested),
                different,
                alpha,
            )
        )
    return found


def near_miss(results: Results, p_value: float = NEAR_MISS) -> NearMiss | None:
    """The false-positive risk of ``p_value`` under the study's prior; see :func:`helpers.experiment.decision.rule.observed_risk`."""
    study, effect = results.study, results.effect(results.study.primary)
    if effect is None:
        return None
    asked = replace(effect.effect, p_value=p_value)
    risk = observed_risk(asked, basis(results), study.design.minimum_detectable, study.decision)
    return NearMiss(p_value, risk, study.decision.prior_success_rate)
