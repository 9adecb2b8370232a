"""Two sentences that results are often given and do not mean: a segment that "works", and "94 % sure"."""

from dataclasses import dataclass

from helpers.config import Metric
from helpers.experiment.decision.belief import Belief, belief_of
from helpers.experiment.results import Results
from helpers.stats.inference import critical

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
    """What a win with a p-value just above alpha says of the study's idea: ``risk`` that there is no improvement at all,
    where a share ``improve`` of such ideas improves anything."""

    p_value: float
    risk: float
    improve: float

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
    """The risk of a win with that p-value and the experiment's own standard error, by the study's prior."""
    effect = results.effect(results.study.primary)
    prior = results.study.decision.prior
    found = None if effect is None else belief_of(effect, prior)
    if found is None:
        return None
    just = Belief(
        float(critical(p_value)) * found.standard_error, found.standard_error, prior.improve, prior.harm, found.size
    )
    return NearMiss(p_value, just.risk, prior.improve)
