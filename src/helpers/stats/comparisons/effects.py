"""The effect of a treatment: one test, two scales, and the sentence that says it.

``compare`` looks at the kind of summary: proportions get the Miettinen-Nurminen score test, means
and ratios get Welch's t and Fieller's relative interval. On every input p < alpha if and only if
both intervals exclude zero, because both invert the one test.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np

from helpers.defaults import CONFIDENCE
from helpers.stats.comparisons.linear import from_variances, is_unbounded, satterthwaite, welch
from helpers.stats.comparisons.score import TwoByTwo, score_bounds
from helpers.stats.inference import (
    ALTERNATIVES,
    Alternative,
    EffectArrays,
    critical,
    p_values,
)
from helpers.stats.summaries.summary import Mean, Proportion, Ratio, Summary, WholeClusters
from helpers.stats.validation import InputError, alpha_of, one_of

CLUSTERED = "clusters aggregated, delta method, Welch t, Fieller"
NO_TEST = "no test: "
"""Every note that explains a missing p-value starts with this."""


@dataclass(frozen=True)
class Effect:
    """What one treatment did, on the absolute and on the relative scale.

    Attributes:
        method: name of the test both intervals invert.
        alternative: "two-sided", "greater" or "less" (treatment against control).
        confidence: level of the intervals, a fraction.
        n_control, n_treatment: units.
        control, treatment: the arms' estimates.
        absolute, absolute_low, absolute_high: treatment minus control, in the metric's unit.
        relative, relative_low, relative_high: the same divided by the size of the control
            estimate, a fraction (0.02 is two in a hundred).
        statistic, df, p_value: ``df`` is inf for a normal reference; NaN where no test can be made.
        note: why something is missing or unusual; empty otherwise.

    Example:
        >>> effect = compare(Proportion(1000, 100), Proportion(1000, 150))
        >>> effect.significant, round(effect.relative, 3)
        (True, 0.5)
    """

    method: str
    alternative: Alternative
    confidence: float
    n_control: int
    n_treatment: int
    control: float
    treatment: float
    absolute: float
    absolute_low: float
    absolute_high: float
    relative: float
    relative_low: float
    relative_high: float
    statistic: float
    df: float
    p_value: float
    note: str = ""

    @property
    def alpha(self) -> float:
        """Error rate that belongs to ``confidence``."""
        return 1 - self.confidence

    @property
    def significant(self) -> bool:
        """Whether p < alpha; False when no test can be made (read ``note``)."""
        return self.p_value < self.alpha

    @property
    def text(self) -> str:
        """One sentence; rates and relative changes are fractions.

        Example:
            >>> print(compare(Proportion(1000, 100), Proportion(1000, 150)).text)
            Treatment 0.15 against control 0.1: difference 0.05 (95/100 interval 0.02112 to \
0.07917), relative 0.5 (0.1841 to 0.9018), p = 0.000725, Miettinen-Nurminen score, \
n = 1,000 + 1,000.
        """
        p = "not available" if math.isnan(self.p_value) else f"{self.p_value:.3g}"
        side = "" if self.alternative == "two-sided" else f" ({self.alternative})"
        sentence = (
            f"Treatment {self.treatment:.4g} against control {self.control:.4g}: "
            f"difference {self.absolute:.4g} ({100 * self.confidence:g}/100 interval "
            f"{self.absolute_low:.4g} to {self.absolute_high:.4g}), relative {self.relative:.4g} "
            f"({self.relative_low:.4g} to {self.relative_high:.4g}), p = {p}{side}, "
            f"{self.method}, n = {self.n_control:,} + {self.n_treatment:,}"
        )
        return f"{sentence}; {self.note}." if self.note else f"{sentence}."


Comparison = Callable[[Any, Any, float, Alternative], Effect]


@singledispatch
def comparison(control: object, treatment: object, confidence: float, alternative: Alternative) -> Effect:
    """How two summaries of one kind are compared; ``comparison.register`` adds a kind.

    Raises:
        InputError: for a kind nobody registered.

    Example:
        >>> comparison.dispatch(Proportion) is not comparison.dispatch(object)
        True
    """
    raise InputError(
        "summary",
        got=type(control).__name__,
        expected="Proportion, Mean, Ratio or another registered kind",
        cause="raw values passed in place of a summary",
        remedy="summarise first, for instance Mean.from_values(values)",
    )


def compare(
    control: Summary,
    treatment: Summary,
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> Effect:
    """Effect of the treatment: estimate, interval and p-value on both scales.

    - :class:`Proportion`: Miettinen-Nurminen score test of difference and ratio;
    - :class:`Mean`: Welch's t for the difference, Fieller's set at the same degrees of freedom for
      the relative change; :class:`Ratio`: the same on its delta-method variance; :class:`WholeClusters`: the same
      with the degrees of freedom of as many equal clusters as they are worth.

    One-sided intervals reach to the natural bound: -1 or 1 for a difference of proportions, -1 or
    inf for their relative change (no rate falls by more than all of it), -inf or inf otherwise.

    Args:
        control, treatment: summaries of one kind, over independent units.
        confidence: level of the intervals, in [0.5, 1).
        alternative: "greater" asks whether treatment is above control.

    Raises:
        InputError: for an empty arm, arms of different kinds, or a kind not registered.

    Example:
        >>> effect = compare(Mean.from_moments(100, 10, 4), Mean.from_moments(100, 11, 4))
        >>> round(effect.absolute_low, 4), round(effect.relative_low, 4)
        (0.4422, 0.043)
    """
    check_arms(control, treatment, alternative)
    alpha_of(confidence)
    return comparison(control, treatment, confidence, alternative)


@comparison.register
def _proportions(control: Proportion, treatment: Proportion, confidence: float, alternative: Alternative) -> Effect:
    alpha = alpha_of(confidence)
    table = TwoByTwo.of(control.successes, control.n, treatment.successes, treatment.n)
    statistic = table.z_zero()
    p = float(p_values(statistic, alternative=alternative))
    note = proportion_note(control, treatment)
    if note.startswith(NO_TEST):
        statistic = p = math.nan
    crit = float(critical(alpha, alternative=alternative))
    low, high, relative_low, relative_high = score_bounds(table, statistic, crit, p < alpha, alternative)
    difference = table.p_t - table.p_c
    return Effect(
        "Miettinen-Nurminen score",
        alternative,
        confidence,
        control.n,
        treatment.n,
        control.estimate,
        treatment.estimate,
        difference,
        low,
        high,
        relative_change(difference, table.p_c),
        relative_low,
        relative_high,
        statistic,
        math.inf,
        p,
        note,
    )


def proportion_note(control: Proportion, treatment: Proportion) -> str:
    """What is unusual about two proportions; empty when nothing is.

    Example:
        >>> proportion_note(Proportion(9, 3), Proportion(9, 0))
        'no success in the treatment, so the relative change is -1 and has no lower end'
    """
    successes, units = control.successes + treatment.successes, control.n + treatment.n
    if successes in (0, units):
        what = "no unit" if successes == 0 else "every unit"
        return f"{NO_TEST}{what} of either arm succeeded, so the data say nothing against equality"
    if control.successes == 0:
        return "no success in the control, so the relative change is infinite and has no upper end"
    if treatment.successes == 0:
        return "no success in the treatment, so the relative change is -1 and has no lower end"
    return ""


def _welch(control: Summary, treatment: Summary, confidence: float, alternative: Alternative, method: str) -> Effect:
    arrays = welch(
        control.n,
        control.estimate,
        control.variance,
        treatment.n,
        treatment.estimate,
        treatment.variance,
        confidence=confidence,
        alternative=alternative,
    )
    crit = float(critical(alpha_of(confidence), arrays.df, alternative))
    return effect_of(control, treatment, arrays, crit, confidence, alternative, method)


@comparison.register
def _means(control: Mean, treatment: Mean, confidence: float, alternative: Alternative) -> Effect:
    return _welch(control, treatment, confidence, alternative, "Welch t, Fieller")


@comparison.register
def _ratios(control: Ratio, treatment: Ratio, confidence: float, alternative: Alternative) -> Effect:
    return _welch(control, treatment, confidence, alternative, "delta method, Welch t, Fieller")


@comparison.register
def _clusters(control: WholeClusters, treatment: WholeClusters, confidence: float, alternative: Alternative) -> Effect:
    alpha, arms = alpha_of(confidence), (control, treatment)
    (c, v_c), (t, v_t) = ((np.asarray(arm.estimate), np.asarray(arm.variance / arm.n)) for arm in arms)
    df = satterthwaite(v_c, control.df, v_t, treatment.df)
    arrays = from_variances(c, v_c, t, v_t, df, alpha, alternative)
    crit = float(critical(alpha, df, alternative))
    return effect_of(control, treatment, arrays, crit, confidence, alternative, CLUSTERED)


def effect_of(
    control: Summary,
    treatment: Summary,
    arrays: EffectArrays,
    crit: float,
    confidence: float,
    alternative: Alternative,
    method: str,
) -> Effect:
    """One effect from arrays of shape (), with the note that belongs to it.

    Example:
        >>> arm = Mean.from_moments(9, 1.0, 0.0)
        >>> compare(arm, arm).note.startswith(NO_TEST)
        True
    """
    return Effect(
        method,
        alternative,
        confidence,
        control.n,
        treatment.n,
        control.estimate,
        treatment.estimate,
        float(arrays.absolute),
        float(arrays.absolute_low),
        float(arrays.absolute_high),
        float(arrays.relative),
        float(arrays.relative_low),
        float(arrays.relative_high),
        float(arrays.statistic),
        float(arrays.df),
        float(arrays.p_value),
        _note(control, treatment, crit),
    )


def _note(control: Summary, treatment: Summary, crit: float) -> str:
    for name, arm in (("control", control), ("treatment", treatment)):
        if math.isnan(arm.estimate):
            return f"{NO_TEST}the denominators of the {name} add up to 0"
        if math.isnan(arm.variance):
            counted = "cluster" if isinstance(arm, WholeClusters) else "unit"
            few = f"has {arm.n} {counted}" if arm.n < 2 else "has all its rows in one cluster"
            return f"{NO_TEST}the {name} {few}, and a variance needs two"
    if control.variance == 0 and treatment.variance == 0:
        counted = "cluster" if isinstance(control, WholeClusters) else "unit"
        return f"{NO_TEST}no {counted} differs from another within either arm"
    notes = []
    for name, arm in (("control", control), ("treatment", treatment)):
        if arm.variance == 0:
            notes.append(f"no variance in the {name}, so all the uncertainty is the other arm's")
    if is_unbounded(control.estimate, control.variance / control.n, crit):
        notes.append(
            "the control mean cannot be told from zero, so the relative interval has no finite end on that side"
        )
    elif control.estimate < 0:
        notes.append("the control mean is negative: relative to its size, a gain is positive")
    return "; ".join(notes)


def relative_change(difference: float, control: float) -> float:
    """``difference / control``; infinite for a control of 0, NaN when both are 0.

    Example:
        >>> relative_change(1.0, 0.0)
        inf
    """
    if control:
        return difference / control
    return math.copysign(math.inf, difference) if difference else math.nan


def check_arms(control: Summary, treatment: Summary, alternative: str) -> None:
    """Refuse arms that cannot be compared: different kinds, or no unit.

    Example:
        >>> check_arms(Proportion(1, 0), Proportion(1, 1), "greater")
    """
    one_of("alternative", alternative, ALTERNATIVES)
    if type(control) is not type(treatment):
        raise InputError(
            "arms",
            got=f"{type(control).__name__} and {type(treatment).__name__}",
            expected="two summaries of one kind",
            cause="two metrics mixed up",
            remedy="summarise both arms the same way",
        )
    for name, arm in (("control", control), ("treatment", treatment)):
        if getattr(arm, "n", 1) < 1:
            raise InputError(
                name,
                got="n = 0",
                expected="at least one unit",
                cause="an empty segment, or a variant name that no unit has",
                remedy="check the spelling of the variant, or pool small segments",
            )
