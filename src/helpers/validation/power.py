"""Does a plan deliver the power it promises? Experiments of the planned size, analysed as planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from helpers.defaults import ALPHA
from helpers.stats.adjustment.cuped import VarianceReduction, cuped
from helpers.stats.comparisons.effects import compare
from helpers.stats.comparisons.linear import welch
from helpers.stats.comparisons.noninferiority import Scale
from helpers.stats.comparisons.score import TwoByTwo, score_intervals
from helpers.stats.design.plan import Plan
from helpers.stats.design.power import MeanDesign, ProportionDesign, RatioDesign
from helpers.stats.design.simulated_power import simulated_power
from helpers.stats.inference import p_values
from helpers.stats.summaries.summary import Mean, Ratio
from helpers.stats.validation import FloatArray
from helpers.validation.case import RUNS, Case

RATE, LIFT = 0.1, 0.1
MARGINS: tuple[tuple[Scale, float], ...] = (("absolute", 0.01), ("relative", 0.1))
CHEAP = 40_000
"""Runs of the cases that cost next to nothing."""
CHUNK = 200
"""Experiments whose units are in memory together."""
RHO = 0.75
"""Correlation of the outcome with the covariate that CUPED spends."""
VISITS_SD = 0.5 * 11**0.5 / 3
"""Of one unit's share in the ratio below: residuals of 0.5 a visit, 3 visits on average, 11 their mean square."""
SMALL_ARM = "the plan takes Student's n - 2 degrees of freedom, and Welch's test has hardly more than the smaller arm's"
SKEWED = "with skewed values in a small arm t is skewed too: it finds the rise more often, and a fall less often"


def proportions(rng: np.random.Generator, runs: int, *, plan: Plan) -> int:
    """Runs in which the score test finds the planned difference."""
    n_c, n_t = plan.n_arms
    x_c = rng.binomial(n_c, plan.baseline, runs)
    x_t = rng.binomial(n_t, plan.baseline + plan.absolute, runs)
    return int((score_intervals(x_c, n_c, x_t, n_t).p_value < plan.alpha).sum())


def guardrails(rng: np.random.Generator, runs: int, *, plan: Plan, relative: bool) -> int:
    """Runs in which a harmless treatment passes a non-inferiority margin."""
    n_c, n_t = plan.n_arms
    x_c, x_t = rng.binomial(n_c, plan.baseline, runs), rng.binomial(n_t, plan.baseline, runs)
    table = TwoByTwo.of(x_c.astype(float), float(n_c), x_t.astype(float), float(n_t))
    z = table.z_ratio(float(np.log1p(plan.null / plan.baseline))) if relative else table.z_difference(plan.null)
    return int((p_values(z, alternative=plan.alternative) < plan.alpha).sum())


def _normal(rng: np.random.Generator, runs: int, n: int, mean: float) -> tuple[FloatArray, FloatArray]:
    """Mean and sample variance of ``n`` normal values with standard deviation 1, straight from their distributions."""
    return rng.normal(mean, n**-0.5, runs), np.asarray(rng.chisquare(n - 1, runs) / (n - 1), np.float64)


def means(rng: np.random.Generator, runs: int, *, plan: Plan) -> int:
    """Runs in which Welch's t test of the first treatment finds the planned difference."""
    n_c, n_t = plan.n_arms[:2]
    control, treatment = _normal(rng, runs, n_c, 0), _normal(rng, runs, n_t, plan.absolute)
    found = welch(n_c, *control, n_t, *treatment, alternative=plan.alternative)
    return int((found.p_value < plan.alpha).sum())


def mean_guardrails(rng: np.random.Generator, runs: int, *, plan: Plan) -> int:
    """Runs in which a harmless treatment passes an absolute margin on a mean."""
    n_c, n_t = plan.n_arms
    control, treatment = _normal(rng, runs, n_c, plan.null), _normal(rng, runs, n_t, 0)
    found = welch(n_c, *control, n_t, *treatment, alternative=plan.alternative)
    return int((found.p_value < plan.alpha).sum())


def skewed_means(rng: np.random.Generator, runs: int, *, plan: Plan) -> int:
    """The same on exponential values, shifted by the effect."""
    hits = 0
    for start in range(0, runs, CHUNK):
        units = [rng.exponential(size=(min(CHUNK, runs - start), n)) for n in plan.n_arms]
        (mean_c, v_c), (mean_t, v_t) = ((arm.mean(-1), arm.var(-1, ddof=1)) for arm in units)
        found = welch(plan.n_arms[0], mean_c, v_c, plan.n_arms[1], mean_t + plan.absolute, v_t)
        hits += int((found.p_value < plan.alpha).sum())
    return hits


def _visits(rng: np.random.Generator, n: int, per_visit: float) -> tuple[FloatArray, FloatArray]:
    """Revenue and visits of ``n`` users, with users who spend more and users who spend less on every visit."""
    visits = np.asarray(1 + rng.poisson(2, n), np.float64)
    return visits * (per_visit + rng.normal(0, 0.5, n)), visits


def ratios(rng: np.random.Generator, runs: int, *, plan: Plan) -> int:
    """Runs in which the delta-method t test finds the planned difference of revenue per visit."""
    hits = 0
    for _ in range(runs):
        arms = zip(plan.n_arms, (1.0, 1.0 + plan.absolute), strict=True)
        control, treatment = (Ratio.from_values(*_visits(rng, n, per_visit)) for n, per_visit in arms)
        hits += compare(control, treatment).p_value < plan.alpha
    return hits


def _covaried(rng: np.random.Generator, n: int, mean: float) -> Mean:
    before = rng.normal(size=n)
    noise = rng.normal(0, np.sqrt(1 - RHO**2), n)
    return Mean.from_values(mean + RHO * before + noise, {"before": before})


def adjusted_means(rng: np.random.Generator, runs: int, *, plan: Plan) -> int:
    """Runs in which CUPED and Welch's t test find the planned difference."""
    hits = 0
    for _ in range(runs):
        arms = zip(plan.n_arms, (0.0, plan.absolute), strict=True)
        adjusted = cuped(*(_covaried(rng, n, mean) for n, mean in arms))
        hits += compare(*adjusted.arms).p_value < plan.alpha
    return hits


def simulated(rng: np.random.Generator, runs: int, *, n: int, lift: float, weights: tuple[float, float]) -> int:
    """Significant runs of ``simulated_power`` on a normal baseline."""
    baseline = 10 + rng.normal(size=2_000)
    return simulated_power(baseline, lift=lift, n=n, weights=weights, runs=runs, rng=rng).hits


def planned() -> Iterator[Case]:
    """Cases whose sizes are planned when this is called."""

    def case(
        method: str, setting: str, plan: Plan, hits: partial[int], *, short: int = 1_000, runs: int = RUNS,
        slack: float = 0.0, reason: str = "",
    ) -> Case:  # fmt: skip
        where = f"{setting}, " + " : ".join(f"{n:,}" for n in plan.n_arms)
        return Case(
            "Power", method, where, "power", plan.achieved_power, hits,
            slack=slack, reason=reason, short=short, runs=runs,
        )  # fmt: skip

    for weights in ((1.0, 1.0), (9.0, 1.0)):
        for rate, lift in ((RATE, LIFT), (0.01, 0.2), (0.5, -0.05)):
            plan = ProportionDesign(rate, weights=weights).size(relative=lift)
            setting = f"rate {rate:g}, lift {lift:+g}"
            yield case("planned score test", setting, plan, partial(proportions, plan=plan))
        for scale, margin in MARGINS:
            plan = ProportionDesign(RATE, weights=weights, margin=margin, scale=scale).size()
            hits = partial(guardrails, plan=plan, relative=scale == "relative")
            yield case("planned non-inferiority", f"rate {RATE:g}, {scale} margin {margin:g}", plan, hits)
        normal = MeanDesign(sd=1, weights=weights)
        for effect in (0.05, 0.8):
            plan = normal.size(absolute=effect)
            slack, reason = (0.055, SMALL_ARM) if min(plan.n_arms) < 20 else (0.0, "")
            hits, setting = partial(means, plan=plan), f"normal, effect {effect:g} sd"
            yield case("planned t test", setting, plan, hits, runs=CHEAP, slack=slack, reason=reason)
        plan = replace(normal, degrees="welch").size(absolute=0.8)
        hits = partial(means, plan=plan)
        yield case("planned t test, Welch's degrees of freedom", "normal, effect 0.8 sd", plan, hits, runs=CHEAP)
        plan = MeanDesign(sd=1, weights=weights, margin=0.1).size()
        hits = partial(mean_guardrails, plan=plan)
        yield case("planned non-inferiority of means", "margin 0.1 sd", plan, hits, runs=CHEAP)
        plan = normal.size(absolute=0.2)
        slack, reason = (0.04, SKEWED) if weights[0] > weights[1] else (0.0, "")
        hits = partial(skewed_means, plan=plan)
        yield case(
            "planned t test", "exponential, effect 0.2 sd", plan, hits,
            short=600, runs=CHEAP, slack=slack, reason=reason,
        )  # fmt: skip
        plan = RatioDesign(sd=VISITS_SD, mean=1, weights=weights).size(relative=0.1)
        yield case("planned t test of ratios", "lift 0.1", plan, partial(ratios, plan=plan), short=300)
        plan = normal.with_cuped(VarianceReduction(("before",), (RHO,), 1 - RHO**2, True)).size(absolute=0.2)
        yield case("planned CUPED", "effect 0.2 sd", plan, partial(adjusted_means, plan=plan), short=300)
    plan = MeanDesign(sd=1, weights=(2, 1, 1), metrics=2).size(absolute=0.2)
    yield case(
        "planned t test", "3 arms, 2 metrics, each of 4 comparisons", plan, partial(means, plan=plan), runs=CHEAP
    )


def _simulated_cases() -> Iterator[Case]:
    method = "simulated power"
    for weights in ((0.5, 0.5), (0.9, 0.1)):
        setting = f"normal baseline, weights {weights[0]:g} : {weights[1]:g}"
        null = partial(simulated, n=1_000, lift=0.0, weights=weights)
        yield Case("Power", method, f"{setting}, n 1,000", "false positives", ALPHA, null, short=300)


CASES = (*planned(), *_simulated_cases())
