"""Guardrails: is the treatment no worse than a margin, and is it worse than nothing at all?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from helpers.defaults import CONFIDENCE
from helpers.stats.comparisons.effects import NO_TEST, Effect, compare
from helpers.stats.comparisons.linear import is_unbounded
from helpers.stats.comparisons.score import TwoByTwo
from helpers.stats.inference import Alternative, critical, p_values
from helpers.stats.roots import decreasing_root
from helpers.stats.summaries.summary import Proportion, Summary
from helpers.stats.validation import alpha_of, between, finite, one_of

Scale = Literal["relative", "absolute"]
Bad = Literal["increase", "decrease"]


@dataclass(frozen=True)
class NonInferiority:
    """Verdict on one guardrail.

    Attributes:
        margin: the largest harm that is tolerated, positive, on ``scale``.
        scale: "relative" (a fraction of the control's size) or "absolute" (the metric's unit).
        bad: the direction that harms.
        bound: one-sided confidence bound on the harmful side, signed like the effect.
        p_value: of the null "the harm is the margin or more"; NaN where no test can be made.
        passed: p_value < alpha, that is, the bound lies inside the margin.
        harmed: significantly worse than no effect, one-sided at the same alpha.
        harm_p_value: p-value behind ``harmed``.
        effect: the two-sided effect, for display.
        note: why something is missing; empty otherwise.

    Example:
        >>> noninferiority(Proportion(9000, 900), Proportion(9000, 895), margin=0.10).passed
        True
    """

    margin: float
    scale: Scale
    bad: Bad
    confidence: float
    bound: float
    p_value: float
    passed: bool
    harmed: bool
    harm_p_value: float
    effect: Effect
    note: str = ""

    def times_to_pass(self, most: float) -> float | None:
        r"""How many times these units bring the bound to the margin if both arms stay as they are, :data:`None` past ``most``.

        At constant averages and spreads the statistic of the margin grows as :math:`\sqrt{k}` with ``k`` times the units (a
        score has its :math:`N/(N-1)` beside it), and the degrees of freedom as ``k``; the bound, which is not symmetric about
        the effect, does not. 1 where the guardrail has passed, None where the effect is not inside the margin.

        Example:
            >>> arm = Proportion(1000, 100)
            >>> found = noninferiority(arm, arm, margin=0.1, bad="increase")
            >>> times = found.times_to_pass(100)
            >>> more = Proportion(round(1000 * times), round(100 * times))
            >>> round(noninferiority(more, more, margin=0.1, bad="increase").p_value, 3)
            0.05
        """
        if self.passed:
            return 1.0
        alpha, df = 1 - self.confidence, self.effect.df
        statistic = float(critical(self.p_value, df, "greater")) if self.p_value < 1 else math.nan
        units = self.effect.n_control + self.effect.n_treatment

        def over(times: float) -> float:
            spread = (1 - 1 / (times * units)) / (1 - 1 / units) if math.isinf(df) else 1.0
            return float(p_values(statistic * math.sqrt(times * spread), df * times, "greater")) / alpha - 1

        if not statistic > 0 or over(most) > 0:
            return None
        return decreasing_root(over, 1.0, most)

    @property
    def text(self) -> str:
        """One sentence; numbers are fractions or the metric's unit.

        Example:
            >>> r = noninferiority(Proportion(9000, 900), Proportion(9000, 895), margin=0.10)
            >>> r.text.split(":")[0]
            'Guardrail passed'
        """
        sign = -1 if self.bad == "decrease" else 1
        verdict = "passed" if self.passed else "not passed"
        harm = "; significantly worse than no effect" if self.harmed else ""
        p = "not available" if math.isnan(self.p_value) else f"{self.p_value:.3g}"
        note = f"; {self.note}" if self.note else ""
        return (
            f"Guardrail {verdict}: {self.scale} bound {self.bound:.4g} against the limit "
            f"{sign * self.margin:.4g} ({self.bad} is bad, {100 * self.confidence:g}/100 "
            f"one-sided, p = {p}){harm}{note}."
        )


def noninferiority(
    control: Summary,
    treatment: Summary,
    *,
    margin: float,
    scale: Scale = "relative",
    bad: Bad = "decrease",
    confidence: float = CONFIDENCE,
) -> NonInferiority:
    r"""One-sided test that the harm stays inside a margin, by exact inversion of ``compare``.

    Null for ``bad="decrease"``: :math:`t-c\le-m` (absolute) or :math:`t-c\le-m|c|` (relative).
    Proportions: score statistic at that difference or ratio. Means and ratios: Welch's t of
    :math:`t-c+m`, or of the linear form :math:`t-c+m|c|` whose variance is
    :math:`v_t+(1\mp m)^2v_c`, at the degrees of freedom of the test of no effect.

    Args:
        control, treatment: summaries of one kind.
        margin: largest tolerated harm, > 0; a relative one against a fall must be < 1.
        scale: what the margin is measured in.
        bad: which direction harms.
        confidence: one-sided level; alpha is 1 - confidence and is not shared with other metrics.

    Raises:
        InputError: for a margin out of range, or whatever ``compare`` refuses.

    Reference: Farrington and Manning (1990), Statistics in Medicine 9; Hauschke et al. (1999),
    Statistics in Medicine 18 (relative margin through the linear form).

    Example:
        >>> from helpers.stats import Mean
        >>> c, t = Mean.from_moments(2000, 10, 9), Mean.from_moments(2000, 10.1, 9)
        >>> r = noninferiority(c, t, margin=0.02)
        >>> r.passed, round(r.bound, 4), r.harmed
        (True, -0.0056, False)
    """
    one_of("scale", scale, ("relative", "absolute"))
    one_of("bad", bad, ("increase", "decrease"))
    alpha = alpha_of(confidence)
    proportions = isinstance(control, Proportion)
    fraction = (scale == "relative" and bad == "decrease") or (proportions and scale == "absolute")
    if fraction:
        between("margin", margin, 0, 1)
    elif finite("margin", margin) <= 0:
        between("margin", margin, 0, math.inf)
    effect = compare(control, treatment, confidence=confidence)
    safe: Alternative = "greater" if bad == "decrease" else "less"
    harm: Alternative = "less" if bad == "decrease" else "greater"
    one_sided = compare(control, treatment, confidence=confidence, alternative=safe)
    ends = (one_sided.absolute_low, one_sided.absolute_high)
    if scale == "relative":
        ends = (one_sided.relative_low, one_sided.relative_high)
    bound = ends[0] if bad == "decrease" else ends[1]
    limit = -margin if bad == "decrease" else margin
    note = effect.note
    if isinstance(control, Proportion) and isinstance(treatment, Proportion):
        statistic = _score(control, treatment, limit, scale)
        if scale == "relative" and control.successes + treatment.successes == 0:
            statistic, note = math.nan, f"{NO_TEST}no success in the control to be relative to"
    else:
        statistic = _t(control, treatment, limit, scale)
        crit = float(critical(alpha, effect.df, safe))
        if scale == "relative" and is_unbounded(control.estimate, control.variance / control.n, crit):
            statistic = math.nan
            note = f"{NO_TEST}the control mean cannot be told from zero; use an absolute margin"
    p = float(p_values(statistic, effect.df, safe))
    harm_p = float(p_values(effect.statistic, effect.df, harm))
    passed = p < alpha
    return NonInferiority(
        margin,
        scale,
        bad,
        confidence,
        math.nan if math.isnan(p) else _agreeing(bound, limit, passed, bad),
        p,
        passed,
        harm_p < alpha,
        harm_p,
        effect,
        note if math.isnan(p) or not note.startswith(NO_TEST) else "",
    )


def _score(control: Proportion, treatment: Proportion, limit: float, scale: Scale) -> float:
    table = TwoByTwo.of(control.successes, control.n, treatment.successes, treatment.n)
    if scale == "relative":
        return float(table.z_ratio(math.log1p(limit)))
    return float(table.z_difference(limit))


def _t(control: Summary, treatment: Summary, limit: float, scale: Scale) -> float:
    v_c, v_t = control.variance / control.n, treatment.variance / treatment.n
    if scale == "absolute":
        gap, variance = treatment.estimate - control.estimate - limit, v_c + v_t
    else:
        factor = 1 + math.copysign(limit, limit * control.estimate)
        gap = treatment.estimate - factor * control.estimate
        variance = v_t + factor * factor * v_c
    return gap / math.sqrt(variance) if variance > 0 else math.nan


def _agreeing(bound: float, limit: float, passed: bool, bad: Bad) -> float:
    """Move a bound that rounding put on the wrong side of the limit, by one digit."""
    inward = math.inf if bad == "decrease" else -math.inf
    inside = bound > limit if bad == "decrease" else bound < limit
    if passed and not inside:
        return math.nextafter(limit, inward)
    return limit if inside and not passed else bound
