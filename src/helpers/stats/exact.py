"""Exact comparisons of two small proportions: Fisher, Boschloo, and an effect with both intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

from helpers.defaults import CONFIDENCE
from helpers.stats.effects import Effect, check_arms, proportion_note, relative_change
from helpers.stats.inference import Alternative
from helpers.stats.score import Table
from helpers.stats.summaries import Proportion
from helpers.stats.unconditional import Seen, Tables, few_enough
from helpers.stats.validation import InputError, alpha_of


@dataclass(frozen=True)
class ExactTest:
    """A p-value without an interval.

    Attributes:
        method: "Fisher" or "Boschloo".
        alternative: "two-sided", "greater" or "less" (treatment against control).
        n_control, n_treatment: units.
        control, treatment: the arms' rates.
        p_value: NaN where no test can be made.
        note: why it is missing; empty otherwise.

    Example:
        >>> fisher(Proportion(10, 3), Proportion(10, 9)).method
        'Fisher'
    """

    method: str
    alternative: Alternative
    n_control: int
    n_treatment: int
    control: float
    treatment: float
    p_value: float
    note: str = ""


def fisher(control: Proportion, treatment: Proportion, *, alternative: Alternative = "two-sided") -> ExactTest:
    """Fisher's exact test: conditional on how many units succeeded in all.

    At most alpha false positives for any number of units, and with few units far fewer than alpha.
    Two-sided by adding the tables that are no more likely than the one seen, as R does.

    Raises:
        InputError: for an empty arm or arms that are no proportions.

    Reference: Fisher (1935), The Design of Experiments.

    Example:
        >>> round(fisher(Proportion(10, 3), Proportion(10, 9)).p_value, 6)
        0.019767
    """
    from scipy.stats import fisher_exact  # the import costs most of a second

    check(control, treatment, alternative)
    table = [list(_cells(treatment)), list(_cells(control))]
    p = float(fisher_exact(table, alternative=alternative).pvalue)
    return _tested("Fisher", control, treatment, alternative, p)


def boschloo(control: Proportion, treatment: Proportion, *, alternative: Alternative = "two-sided") -> ExactTest:
    """Boschloo's test: Fisher's p-value as the order of the tables, then the supremum over the rate.

    Keeps Fisher's promise with more power; two-sided by doubling the smaller tail.

    Raises:
        InputError: for an empty arm, arms that are no proportions, or too many possible tables.

    Reference: Boschloo (1970), Statistica Neerlandica 24, 1-9.

    Example:
        >>> round(boschloo(Proportion(10, 3), Proportion(10, 9)).p_value, 5)
        0.00796
    """
    from scipy.stats import boschloo_exact

    check(control, treatment, alternative)
    few_enough(Tables(control.n, treatment.n))
    table = list(zip(_cells(treatment), _cells(control), strict=True))
    result = boschloo_exact(table, alternative=alternative) if _informative(control, treatment) else None
    return _tested("Boschloo", control, treatment, alternative, float(result.pvalue) if result else math.nan)


def compare_exact(
    control: Proportion,
    treatment: Proportion,
    *,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> Effect:
    r"""Exact unconditional comparison of two proportions by the score statistic.

    p < alpha if and only if the interval of the difference and that of the relative change exclude
    zero: all three come from one family of tails, the largest probability over every rate the
    control could have of a score statistic at least as extreme (see
    :mod:`helpers.stats.unconditional`). The two-sided p-value is twice the smaller one-sided one. The
    supremum is found to about six digits; the largest tables take seconds.

    Args:
        control, treatment: proportions with (n_c + 1)(n_t + 1) <= 40,000 possible tables.
        confidence: level of the intervals, in [0.5, 1).
        alternative: "greater" asks whether treatment is above control; its interval is one-sided.

    Assumes independent units with one rate an arm. Where no unit or every unit of both arms
    succeeded the p-value is NaN and the intervals stand.

    Raises:
        InputError: for an empty arm, arms that are no proportions, or too many possible tables.

    Reference: Chan and Zhang (1999), Biometrics 55, 1202-1209.

    Example:
        >>> effect = compare_exact(Proportion(10, 3), Proportion(10, 9))
        >>> effect.significant, effect.absolute_low > 0, effect.relative_low > 0
        (True, True, True)
    """
    check(control, treatment, alternative)
    few_enough(Tables(control.n, treatment.n))
    alpha = alpha_of(confidence)
    share = alpha / 2 if alternative == "two-sided" else alpha
    seen = Seen(Tables(control.n, treatment.n), control.successes, treatment.successes)
    above = seen.side(1, share, alternative != "less")
    below = seen.side(-1, share, alternative != "greater")
    p = {"two-sided": min(1.0, 2 * min(above.p, below.p)), "greater": above.p, "less": below.p}[alternative]
    statistic = float(Table.of(control.successes, control.n, treatment.successes, treatment.n).z_zero())
    if not _informative(control, treatment):
        statistic = p = math.nan
    gap = treatment.estimate - control.estimate
    return Effect(
        "exact unconditional score",
        alternative,
        confidence,
        control.n,
        treatment.n,
        control.estimate,
        treatment.estimate,
        gap,
        above.absolute,
        below.absolute,
        relative_change(gap, control.estimate),
        above.relative,
        below.relative,
        statistic,
        math.inf,
        p,
        proportion_note(control, treatment),
    )


def check(control: Proportion, treatment: Proportion, alternative: Alternative) -> None:
    """Refuse what no exact test can be made of.

    Example:
        >>> check(Proportion(1, 0), Proportion(1, 1), "greater")
    """
    check_arms(control, treatment, alternative)
    if not isinstance(control, Proportion):
        raise InputError(
            "arms",
            got=type(control).__name__,
            expected="two Proportions",
            cause="a mean or a ratio, which has no exact distribution",
            remedy="use compare, or a resampling test",
        )


def _cells(arm: Proportion) -> tuple[int, int]:
    return arm.successes, arm.n - arm.successes


def _informative(control: Proportion, treatment: Proportion) -> bool:
    """Whether some unit succeeded and some did not."""
    return 0 < control.successes + treatment.successes < control.n + treatment.n


def _tested(method: str, control: Proportion, treatment: Proportion, alternative: Alternative, p: float) -> ExactTest:
    informative = _informative(control, treatment)
    note = "" if informative else proportion_note(control, treatment)
    arms = (control.n, treatment.n, control.estimate, treatment.estimate)
    return ExactTest(method, alternative, *arms, min(p, 1.0) if informative else math.nan, note)
