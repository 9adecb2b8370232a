"""An arm whose estimate is no plain average, and the comparison of two of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.stats.comparisons.effects import NO_TEST, Effect, comparison, effect_of
from helpers.stats.comparisons.linear import from_variances, satterthwaite
from helpers.stats.inference import Alternative, critical
from helpers.stats.validation import alpha_of


@dataclass(frozen=True)
class ArmEstimate:
    """One arm's estimate that is no plain average: a summary that ``compare`` takes.

    Attributes:
        n: units.
        estimate: in the metric's unit.
        variance: ``n`` times the squared standard error, so that ``standard_error`` reads it as any summary's.
        df: degrees of freedom of that variance.
        method: how it was made; becomes ``Effect.method``.
        note: why the variance is NaN, if it is.

    Example:
        >>> from helpers.stats import compare
        >>> arms = ArmEstimate(100, 10.0, 4.0, 99, "by hand"), ArmEstimate(100, 11.0, 4.0, 99, "by hand")
        >>> round(compare(*arms).statistic, 4)
        3.5355
    """

    n: int
    estimate: float
    variance: float
    df: float
    method: str
    note: str = ""


@comparison.register
def _estimates(control: ArmEstimate, treatment: ArmEstimate, confidence: float, alternative: Alternative) -> Effect:
    alpha = alpha_of(confidence)
    v_c, v_t = (np.asarray(arm.variance / arm.n) for arm in (control, treatment))
    df = satterthwaite(v_c, control.df, v_t, treatment.df)
    arrays = from_variances(
        np.asarray(control.estimate), v_c, np.asarray(treatment.estimate), v_t, df, alpha, alternative
    )
    crit = float(critical(alpha, df, alternative))
    effect = effect_of(control, treatment, arrays, crit, confidence, alternative, control.method)
    reason = control.note or treatment.note
    return replace(effect, note=f"{NO_TEST}{reason}") if reason else effect
