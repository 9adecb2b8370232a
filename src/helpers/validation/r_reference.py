"""What R computed, computed here: one function a section of ``golden_r.json``.

Each takes an entry of the section and gives its figures in the form in which they stand there. The package's own
functions are used wherever it has one; scipy or statsmodels where it has none, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from helpers import stats
from helpers.stats.adjustment.lin import lin_adjustment
from helpers.stats.comparisons.cluster_robust import compare_clusters
from helpers.stats.inference import p_values
from helpers.stats.multiplicity.corrections import Method
from helpers.stats.survival.hazard_ratio import hazard_ratio
from helpers.stats.validation import FloatArray

Entry = Mapping[str, Any]

TOLERANCE = 1e-8
"""Largest relative error of a figure that a formula gives."""

SOLVED = 1e-5
"""The same where R stops an iteration at a tolerance of its own: sample sizes, Cox."""

FISHER_BELOW = 3_000
"""Units of a table below which golden.R asks for Fisher's p."""

TIMES = (7, 14, 30)
HORIZON = 45
"""When survival is asked for, and up to when its mean is taken."""

METHODS: tuple[Method, ...] = ("holm", "bh", "bonferroni", "by", "hochberg")


@dataclass(frozen=True)
class Precision:
    """How closely a figure must agree: relatively, beyond an absolute ``floor``.

    The floor is what rounding in R's own arithmetic leaves where the true figure is next to nothing: a difference of
    two nearly equal rates, or 1 - pchisq(), which cannot tell 1e-17 from 0. It is far below any figure of interest.
    Its default only covers p-values below the smallest normal double.

    >>> Precision().error(1.0 + 1e-6, 1.0) > 9e-7, Precision(floor=1e-15).error(2e-16, 0.0)
    (True, 0.0)
    """

    relative: float = TOLERANCE
    floor: float = 1e-300

    def error(self, found: float, expected: float) -> float:
        """Relative error; infinite where only one of the two is a number."""
        if found == expected or (math.isnan(found) and math.isnan(expected)):
            return 0.0
        gap = abs(found - expected)
        if gap <= self.floor:
            return 0.0
        return gap / abs(expected) if math.isfinite(gap) and expected else math.inf


@dataclass(frozen=True)
class Section:
    """One section of the file: what is given, how the rest is recomputed, how closely it must agree.

    Attributes:
        given: names of the inputs, list indices left out.
        recompute: from an entry to its figures, in the form in which they stand there.
        precision: for figures other than by :class:`Precision`'s defaults.
    """

    given: frozenset[str]
    recompute: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    precision: Mapping[str, Precision] = field(default_factory=dict)


def proportions(entry: Entry) -> Entry:
    """``prop.test(correct = FALSE)`` and, for small tables, ``fisher.test``."""
    control, treatment = (
        stats.Proportion(entry[arm]["n"], entry[arm]["conversions"]) for arm in ("control", "treatment")
    )
    units = control.n + treatment.n
    effect = stats.compare(control, treatment)
    chi2 = effect.statistic**2 * units / (units - 1)  # Miettinen and Nurminen's variance is larger by n / (n - 1)
    found = {
        "difference": effect.absolute,
        "ci95_wald": wald(control, treatment, 0.95),
        "chi2": chi2,
        "p_value_pooled": float(p_values(math.sqrt(chi2))),
        "ci90_wald": wald(control, treatment, 0.90),
    }
    stated = entry.get("p_value_fisher") is not None
    if units < FISHER_BELOW or stated:
        found["p_value_fisher"] = fisher(control, treatment)
    elif "p_value_fisher" in entry:
        found["p_value_fisher"] = math.nan
    return found


def wald(control: stats.Proportion, treatment: stats.Proportion, confidence: float) -> list[float]:
    """The textbook interval (statsmodels), held within [-1, 1] as R holds it."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    counts = (treatment.successes, treatment.n, control.successes, control.n)
    low, high = confint_proportions_2indep(*counts, method="wald", compare="diff", alpha=1 - confidence)
    return [max(float(low), -1.0), min(float(high), 1.0)]


def fisher(control: stats.Proportion, treatment: stats.Proportion) -> float:
    """Fisher's exact p with R's rule for ties: tables up to 1 + 1e-7 times as likely as the observed one count."""
    from scipy.stats import hypergeom

    successes = control.successes + treatment.successes
    possible = np.arange(max(0, successes - control.n), min(successes, treatment.n) + 1)
    mass = hypergeom.pmf(possible, control.n + treatment.n, successes, treatment.n)
    own = mass[treatment.successes - possible[0]]
    return float(min(mass[mass <= own * (1 + 1e-7)].sum(), 1.0))


def welch(entry: Entry) -> Entry:
    """``t.test`` both ways and one-sided, with equal variances, and ``wilcox.test`` without corrections (scipy)."""
    from scipy.stats import mannwhitneyu, ttest_ind

    a, b = numbers(entry["control"]), numbers(entry["treatment"])
    control, treatment = stats.Mean.from_values(a), stats.Mean.from_values(b)
    effect = stats.compare(control, treatment)
    ranks = mannwhitneyu(b, a, use_continuity=False, alternative="two-sided", method="asymptotic")
    return {
        "difference": effect.absolute,
        "t": effect.statistic,
        "df": effect.df,
        "p_value": effect.p_value,
        "ci95": [effect.absolute_low, effect.absolute_high],
        "p_value_greater": stats.compare(control, treatment, alternative="greater").p_value,
        "student_p": float(ttest_ind(b, a).pvalue),
        "mannwhitney_p": float(ranks.pvalue),
    }


def power_t(entry: Entry) -> Entry:
    """``power.t.test``: R leaves the tail on the wrong side out, which is the one-sided test at half of alpha."""
    design = stats.MeanDesign(sd=1, alpha=entry["alpha"] / 2, alternative="greater")
    return {"n_per_group": design.size(absolute=entry["effect_size"], power=entry["power"]).n_exact / 2}


def power_t_unequal(entry: Entry) -> Entry:
    """``pwr.t2n.test``: both tails."""
    units = (entry["n1"], entry["n2"])
    design = stats.MeanDesign(sd=1, alpha=entry["alpha"], weights=units)
    return {"power": design.power(sum(units), absolute=entry["effect_size"]).power}


def power_prop(entry: Entry) -> Entry:
    """``power.prop.test``."""
    design = stats.ProportionDesign(entry["p1"], alpha=entry["alpha"])
    plan = design.size(absolute=entry["p2"] - entry["p1"], power=entry["power"])
    return {"n_per_group": plan.n_exact / 2}


def srm(entry: Entry) -> Entry:
    """``chisq.test`` against given shares."""
    result = stats.srm(entry["observed"], entry["weights"])
    return {"chi2": result.chi2, "p_value": result.p_value}


def p_adjust(entry: Entry) -> Entry:
    """``p.adjust``."""
    p = numbers(entry["p"])
    return {method: list(stats.adjust(p, method).adjusted) for method in METHODS}


def covariate(entry: Entry) -> Entry:
    """``lm(y ~ g + x)`` (statsmodels) and ``lm(y ~ g * I(x - mean(x)))`` with the errors of ``vcovHC``."""
    from statsmodels.regression.linear_model import OLS

    x, y, group = (numbers(entry[name]) for name in ("x", "y", "group"))
    additive = OLS(y, np.column_stack([np.ones(y.size), group, x])).fit()
    interacted = lin_adjustment(y, group, {"x": x})
    arms = [stats.Mean.from_values(y[group == g], {"x": x[group == g]}) for g in (0, 1)]
    return {
        "ancova_effect": float(additive.params[1]),
        "ancova_se_hc0": float(additive.HC0_se[1]),
        "ancova_se_ols": float(additive.bse[1]),
        "lin_effect": interacted.effect.absolute,
        "lin_se_hc2": interacted.standard_error,
        "theta_pooled": stats.cuped(arms[0], arms[1]).reduction.theta[0],
    }


def clustered(entry: Entry) -> Entry:
    """``lm(y ~ g)`` with the errors of ``vcovCL`` by user, and of ``vcovHC``."""
    group, y = numbers(entry["group"]), numbers(entry["y"])
    result = compare_clusters(y, group, np.asarray(entry["user"]), control=0, treatment=1, correction="none")
    return {
        "effect": result.effect.absolute,
        "se_cluster_hc0": result.standard_error,
        "se_naive_hc0": result.standard_error_naive,
    }


def survival(entry: Entry) -> Entry:
    """``survdiff``, ``survfit`` at three times and up to 45, ``coxph(ties = "efron")``."""
    group, time, event = np.asarray(entry["group"]).astype(str), numbers(entry["time"]), numbers(entry["event"])
    arms = {str(name): stats.Lifetimes(time[group == name], event[group == name]) for name in np.unique(group)}
    test = stats.log_rank(arms["control"], arms["treatment"])
    cox = hazard_ratio(arms["control"], arms["treatment"])
    # where observation ends before the horizon R lets the curve stay where it is, which restricted_mean refuses
    means = [arm.risk_sets().restricted_mean(HORIZON) for arm in arms.values()]
    return {
        "logrank_chi2": test.chi2,
        "logrank_p": test.p_value,
        "km": [row for name, arm in arms.items() for row in curve(name, arm)],
        "cox_loghr": cox.log_ratio,
        "cox_se": cox.standard_error,
        "rmean45": [float(mean) for mean, _ in means],
        "se_rmean45": [math.sqrt(variance) for _, variance in means],
    }


def curve(name: str, arm: stats.Lifetimes) -> Iterator[Entry]:
    """Kaplan-Meier with Greenwood's standard error; R leaves times out that come after the last observation."""
    times = [time for time in TIMES if time <= arm.last]
    sets = arm.risk_sets()
    log_error = np.append(0.0, np.sqrt(np.cumsum(sets.greenwood)))[np.searchsorted(sets.time, times, side="right")]
    for time, share, error in zip(times, stats.kaplan_meier(arm).at(times), log_error, strict=True):
        yield {"strata": f"grp={name}", "time": time, "surv": float(share), "se": float(share * error)}


def numbers(values: Any) -> FloatArray:
    """A list as an array; a single number is a list of one, as R writes it."""
    return np.atleast_1d(np.asarray(values, np.float64))


RATE = Precision(floor=1e-15)
"""A rate is at most 1, so the difference of two equal ones is rounding up to 1e-16."""
AMOUNT = Precision(floor=1e-12)
"""The same for averages of a few dozens, and for statistics made of them."""
SECTIONS: Mapping[str, Section] = {
    "proportions": Section(
        frozenset({"control.n", "control.conversions", "treatment.n", "treatment.conversions"}),
        proportions,
        {"difference": RATE, "ci95_wald": RATE, "ci90_wald": RATE, "chi2": AMOUNT},
    ),
    "welch": Section(frozenset({"control", "treatment"}), welch, {"difference": AMOUNT, "t": AMOUNT, "ci95": AMOUNT}),
    "power_t": Section(frozenset({"effect_size", "power", "alpha"}), power_t, {"n_per_group": Precision(SOLVED)}),
    "power_t_unequal": Section(frozenset({"n1", "n2", "effect_size", "alpha"}), power_t_unequal),
    "power_prop": Section(frozenset({"p1", "p2", "power", "alpha"}), power_prop, {"n_per_group": Precision(SOLVED)}),
    "srm": Section(frozenset({"observed", "weights"}), srm, {"chi2": AMOUNT}),
    "p_adjust": Section(frozenset({"p"}), p_adjust),
    "covariate": Section(
        frozenset({"group", "x", "y"}),
        covariate,
        {"ancova_effect": AMOUNT, "lin_effect": AMOUNT, "theta_pooled": AMOUNT},
    ),
    "clustered": Section(frozenset({"user", "group", "y"}), clustered, {"effect": AMOUNT}),
    "survival": Section(
        frozenset({"group", "time", "event"}),
        survival,
        {
            "logrank_chi2": AMOUNT,
            "logrank_p": Precision(floor=2e-15),  # 1 - pchisq() in R
            "cox_loghr": Precision(
                SOLVED, floor=1e-7
            ),  # R stops where the likelihood moves by less than 1e-9 of itself
            "cox_se": Precision(SOLVED),
        },
    ),
}
