"""The effect after adjustment by what was measured before, from the sums of the arms."""

from helpers.config import Metric
from helpers.experiment.results import Results
from helpers.stats.adjustment.cuped import VarianceReduction, beside_size, cuped
from helpers.stats.comparisons.effects import Effect, compare
from helpers.stats.summaries.mean import Mean
from helpers.stats.summaries.ratio import Ratio
from helpers.stats.summaries.whole_clusters import WholeClusters


def history_of(results: Results, metric: Metric, *variants: str) -> dict[str, Mean | Ratio]:
    """Of every named variant with units the summary with its covariate as it was measured."""
    found = {name: results.arm(metric, name, covariate=True) for name in variants}
    return {name: arm for name, arm in found.items() if isinstance(arm, Mean | Ratio)}


def with_history(results: Results, metric: Metric, *variants: str) -> dict[str, Mean | Ratio]:
    """The same, of clusters beside their size.

    A mean over the units of clusters has these below its line, who were there before; what a ratio has there may react.
    """
    arms = history_of(results, metric, *variants)
    clusters = [arm for arm in arms.values() if isinstance(arm, WholeClusters)]
    if metric.type == "ratio" or not clusters:
        return arms
    return dict(zip(arms, beside_size(*clusters), strict=True))


def with_cuped(results: Results, metric: Metric) -> tuple[Effect, VarianceReduction] | None:
    """The effect after adjustment by the baseline, and what that gained; None without a covariate.

    None as well where an arm has fewer than two units. A ratio is adjusted as linearised, see
    :func:`~helpers.stats.adjustment.cuped.cuped`.
    """
    pair = [v.name for v in results.pair]
    arms = with_history(results, metric, *pair) if metric.covariate else {}
    if len(arms) < len(pair) or any(a.n < 2 for a in arms.values()):
        return None
    adjusted = cuped(*arms.values())
    return compare(
        adjusted.control, adjusted.treatment, confidence=results.study.decision.confidence
    ), adjusted.reduction
