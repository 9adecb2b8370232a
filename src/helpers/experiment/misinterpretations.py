"""Two sentences that results are often given and do not mean: a segment that "works", and "94 % sure"."""

from dataclasses import dataclass, replace

from helpers.config import Metric
from helpers.experiment.decision.rule import observed_risk
from helpers.experiment.design import basis
from helpers.experiment.results import Results

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
    design, _ = basis(results)
    if effect is None or design is None or min(effect.effect.n_control, effect.effect.n_treatment) < 2:
        return None
    asked = replace(effect.effect, p_value=p_value)
    risk = observed_risk(asked, design, study.design.minimum_detectable, study.decision)
    return NearMiss(p_value, risk, study.decision.prior_success_rate)
