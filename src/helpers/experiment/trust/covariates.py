"""What was measured before the experiment: alike in the arms, and not the outcome under another name."""

import math
from collections.abc import Sequence

from helpers.config import Metric, Study, Units
from helpers.defaults import ALPHA, LEAKING_CORRELATION, SRM_THRESHOLD
from helpers.experiment.adjusted import history_of, with_history
from helpers.experiment.arm_shares import after_holm
from helpers.experiment.results import Results
from helpers.experiment.trust.check import TrustCheck
from helpers.experiment.trust.skew import Skews
from helpers.formatting import formatted, inside
from helpers.stats.adjustment.cuped import cuped
from helpers.stats.checks.skew import alike_p
from helpers.stats.comparisons.effects import Effect, compare
from helpers.stats.multiplicity.corrections import adjust
from helpers.stats.summaries.mean import Mean
from helpers.stats.summaries.moments import Moments
from helpers.stats.summaries.ratio import Ratio
from helpers.stats.summaries.whole_clusters import WholeClusters

FAMILY = "Covariates"
LEAST = 2
"""Units of an arm below which nothing is adjusted."""
ROUNDING = 1e-9
"""Share of the variance below which what a covariate leaves is rounding."""


def covariates(results: Results, skews: Skews | None = None) -> list[TrustCheck]:
    """Balance of every covariate, which invalidates, and how well it predicts the outcome, which warns.

    The differences of all covariates, in all arms, share the threshold by Holm: thirty covariates fail a healthy
    experiment no more often than one does. A t test of a skewed history in a small arm would fail ten times too many, so
    its p is freed of the skewness, and of a heavy tail that the small arm happens to lack.
    """
    named = [metric for metric in results.study.metrics if metric.covariate]
    differences = [_differences(results, metric, skews) for metric in named]
    tests = [p for pairs in differences for _, p in pairs]
    adjusted = iter(adjust(tests, "holm", alpha=SRM_THRESHOLD).adjusted if tests else ())
    checks = []
    for metric, pairs in zip(named, differences, strict=True):
        called = measured_before(metric, results.study)
        balanced = balance(metric, pairs, [next(adjusted) for _ in pairs], shared=len(tests) > 1, called=called)
        checks += [balanced, leak(results, metric)]
    return checks


def balance(
    metric: Metric, found: Sequence[tuple[Effect, float]], adjusted: Sequence[float], *, shared: bool = False,
    called: str = "",
) -> TrustCheck:  # fmt: skip
    """The arms must agree on what was measured before the experiment.

    A difference beyond chance invalidates: either the split follows behaviour, or the covariate was measured after the
    exposure and holds the effect. ``found`` are differences with their p-values, ``adjusted`` those after Holm, where
    several tests have ``shared`` it; ``called`` is what was measured, where it has a name of its own.
    """
    name, question = f"Balance of {called or history(metric)}", "Did the arms behave alike before the experiment?"
    if not found:
        return TrustCheck(name, question, "cannot be told: only one arm has units", "not asked", FAMILY)
    told = [(raw, p, e) for (e, raw), p in zip(found, adjusted, strict=True) if not math.isnan(raw)]
    if not told:
        why = found[0][0].note or "no unit has a history"
        return TrustCheck(name, question, f"cannot be told: {why}", "not asked", FAMILY)
    raw, p, least = min(told, key=lambda test: test[0])
    return TrustCheck(
        name,
        question,
        f"difference {formatted(least.relative, 'relative')}, p = {raw:.3g}" + after_holm(p, shared=shared),
        "failed" if p < SRM_THRESHOLD else "passed",
        FAMILY,
        p_value=p,
        shared=shared,
    )


def history(metric: Metric) -> str:
    """What was measured before: of a ratio what it adds up, for its denominator may itself react to the change."""
    label = inside(metric.label)
    return f"the numerator of {label} before" if metric.type == "ratio" else f"{label} before"


def measured_before(metric: Metric, study: Study) -> str:
    """What was measured before, by the name of its column where the study names one."""
    column = study.data.before.get(metric.event or "") if isinstance(study.data, Units) else None
    return column if isinstance(column, str) else history(metric)


def _differences(results: Results, metric: Metric, skews: Skews | None) -> list[tuple[Effect, float]]:
    """What was measured before, of each treatment against the control, with its p; empty where fewer than two arms have units."""
    arms = history_of(results, metric, *(v.name for v in results.study.variants))
    before = [_before(arm, metric) for arm in arms.values()]
    skewed = skews.by_treatment(metric, "history") if skews else {}
    found = []
    for name, other in list(zip(arms, before, strict=True))[1:]:
        effect = compare(before[0], other, confidence=results.study.decision.confidence)
        p = effect.p_value
        if name in skewed and math.isfinite(p):
            one, two = ((arm.n, arm.estimate, arm.variance) for arm in (before[0], other))
            p = alike_p(one, two, skewed[name].skewness)
        found.append((effect, p))
    return found


LEAKING_CLUSTERS = 0.999
"""The same of whole clusters, whose sums follow their history closely by themselves, as schools do from year to year."""


def leak(results: Results, metric: Metric) -> TrustCheck:
    """A covariate that predicts the outcome almost perfectly is likely the outcome itself, or measured after it.

    Warns, because the decision rests on the effect without adjustment; the adjusted one must not be read then. It does not
    warn of one that the arms differ in other than in the outcome, see :func:`differs_from_outcome`.
    """
    name, question = (
        f"Leak of {measured_before(metric, results.study)}",
        "Is the history the outcome under another name?",
    )
    arms = list(with_history(results, metric, *(v.name for v in results.study.variants)).values())
    r = pooled_correlation(arms)
    if math.isnan(r):
        return TrustCheck(name, question, "cannot be told: history or outcome does not vary", "not asked", FAMILY)
    whole = any(isinstance(arm, WholeClusters) for arm in arms)
    close = abs(r) > (LEAKING_CLUSTERS if whole else LEAKING_CORRELATION)
    apart = close and any(differs_from_outcome(arms[0], arm, metric) for arm in arms[1:])
    leaking = close and not apart
    told = ": do not adjust by it" if leaking else ", and the arms differ in the outcome and not in it" if apart else ""
    return TrustCheck(
        name,
        question,
        f"correlation {'of whole clusters ' * whole}with the outcome {r:+.2f}{told}",
        "warning" if leaking else "passed",
        FAMILY,
        "a history that may be its outcome",
    )


def differs_from_outcome(control: Mean | Ratio, treatment: Mean | Ratio, metric: Metric) -> bool:
    """Whether an effect that is there is none of the covariate: what is the outcome under another name moves along with it.

    The arms are alike in the covariate at 5 %, and the effect adjusted by it is told from zero at the level of a trust
    check. Of a covariate that is the outcome with some noise the first fails long before the second holds.

    Example:
        >>> from helpers import config
        >>> import numpy as np
        >>> rng, metric = np.random.default_rng(1), config.load("studies/cart_checkout.yml").primary
        >>> before = rng.permuted(np.tile(np.arange(400.0), (2, 1)), axis=1)
        >>> after = before + rng.normal(0, 1, before.shape) + [[0], [4]]
        >>> past, copy = ([Mean.from_values(y, {"x": x}) for y, x in zip(after, xs)] for xs in (before, after + 1))
        >>> differs_from_outcome(*past, metric), differs_from_outcome(*copy, metric)
        (True, False)
    """
    left = 1 - pooled_correlation([control, treatment]) ** 2
    if min(control.n, treatment.n) < LEAST or not left > ROUNDING:
        return False
    adjusted = cuped(control, treatment)
    effect = compare(adjusted.control, adjusted.treatment)
    history = compare(_before(control, metric), _before(treatment, metric))
    return effect.p_value < SRM_THRESHOLD and history.p_value > ALPHA


def pooled_correlation(arms: Sequence[Mean | Ratio]) -> float:
    """Correlation of the outcome with the covariate within the arms, NaN where either does not vary.

    Of a ratio it is that of a unit's contribution to it, numerator minus ratio times denominator.

    Example:
        >>> arm = Mean.from_values([1, 2, 3], {"x": [1, 2, 3]})
        >>> round(pooled_correlation([arm, arm]), 9)
        1.0
    """
    made = [_contribution(arm) for arm in arms]
    sums = [sum(m.comoment[i][j] for m in made) for i, j in ((0, 0), (0, 1), (1, 1))]
    spread = sums[0] * sums[2]
    return float(sums[1] / math.sqrt(spread)) if spread > 0 else math.nan


def _contribution(arm: Mean | Ratio) -> Moments:
    """Moments of a unit's contribution to the outcome, and of the covariate."""
    if isinstance(arm, Mean):
        return arm.moments
    ratio = arm.estimate if math.isfinite(arm.estimate) else 0.0
    return arm.moments.mapped([[1.0, -ratio, 0.0], [0.0, 0.0, 1.0]], [0.0, 0.0])


def _before(arm: Mean | Ratio, metric: Metric) -> Mean | Ratio:
    """What was measured before, of the units of an arm; of clusters an average over their units.

    A denominator that may itself react to the change is left out of it: the average is then over clusters, or units.
    """
    if isinstance(arm, Ratio) and metric.type != "ratio":
        return arm.mapped([[0, 0, 1], [0, 1, 0]], [0, 0])
    last = [float(i == arm.outcomes) for i in range(arm.outcomes + 1)]
    return Mean(arm.moments.mapped([last], [0]))
