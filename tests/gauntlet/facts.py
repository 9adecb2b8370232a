"""What is true of a row, by scipy and statsmodels alone: for whoever writes an expectation or doubts one.

``python -m tests.gauntlet --facts [FAMILY]`` prints it. Nothing here uses the project.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import integrate, optimize, stats
from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

from tests.gauntlet.case import Case, treated

PRIOR = (0.2, 0.2, 0.05)


@dataclass(frozen=True)
class Fact:
    """A treatment against the control: relative effect and interval, p, and the normal estimate behind a belief."""

    relative: float
    low: float
    high: float
    p: float
    estimate: float
    error: float
    base: float


def moments(arm: list[float]) -> tuple[float, float]:
    """An arm's estimate and the variance of that estimate."""
    n = arm[0]
    if len(arm) == 2:
        rate = arm[1] / n
        return rate, rate * (1 - rate) / n
    if len(arm) == 3:
        return arm[1], arm[2] ** 2 / n
    _, y, sd_y, d, sd_d, r = arm
    ratio = y / d
    return ratio, (sd_y**2 - 2 * ratio * r * sd_y * sd_d + ratio**2 * sd_d**2) / d**2 / n


def fact(control: list[float], treatment: list[float], confidence: float = 0.95) -> Fact:
    (c, v_c), (t, v_t) = moments(control), moments(treatment)
    error = math.sqrt(v_c + v_t)
    relative = (t - c) / c if c else math.nan
    if len(control) == 2:
        (n_c, x_c), (n_t, x_t) = control, treatment
        if 0 < x_c + x_t < n_c + n_t:
            p = test_proportions_2indep(x_t, n_t, x_c, n_c, method="score").pvalue
            low, high = confint_proportions_2indep(
                x_t, n_t, x_c, n_c, method="score", compare="ratio", alpha=1 - confidence
            )
        else:
            p, low, high = math.nan, math.nan, math.nan
        return Fact(relative, low - 1, high - 1, float(p), t - c, error, c)
    if not error:
        return Fact(relative, math.nan, math.nan, math.nan, t - c, error, c)
    df = error**4 / (v_c**2 / (control[0] - 1) + v_t**2 / (treatment[0] - 1))
    q = stats.t.isf((1 - confidence) / 2, df)
    a, b, g = c * c - q * q * v_c, t * c, t * t - q * q * v_t
    root = math.sqrt(max(b * b - a * g, 0)) if a > 0 else math.nan
    p = 2 * stats.t.sf(abs(t - c) / error, df)
    return Fact(relative, (b - root) / a - 1, (b + root) / a - 1, float(p), t - c, error, c)


def score_interval(control: list[float], treatment: list[float], confidence: float) -> tuple[float, float]:
    """Miettinen and Nurminen's interval of a difference of proportions, its likelihood maximised under each difference.

    statsmodels has it too, and is off in the third digit.
    """
    (n_c, x_c), (n_t, x_t) = control, treatment
    seen, q = x_t / n_t - x_c / n_c, stats.norm.isf((1 - confidence) / 2)
    grow = (n_c + n_t) / (n_c + n_t - 1)

    def score(difference: float) -> float:
        """Slope of the log likelihood in the control's rate, times every denominator, and then the statistic."""
        low, high = max(0.0, -difference), min(1.0, 1.0 - difference)

        def slope(p: float) -> float:
            s = p + difference
            mine = x_c * (1 - p) - (n_c - x_c) * p
            theirs = x_t * (1 - s) - (n_t - x_t) * s
            return mine * s * (1 - s) + theirs * p * (1 - p)

        step = 1e-12 * (high - low)
        edges = low + step, high - step
        p = (
            edges[0]
            if slope(edges[0]) <= 0
            else edges[1]
            if slope(edges[1]) >= 0
            else optimize.brentq(slope, *edges, xtol=1e-14)
        )
        variance = grow * (p * (1 - p) / n_c + (p + difference) * (1 - p - difference) / n_t)
        return (seen - difference) / math.sqrt(max(variance, 1e-300))

    ends = []
    for target, edge in ((q, -1 + 1e-9), (-q, 1 - 1e-9)):
        past = score(edge) if abs(edge - seen) > 1e-8 else math.nan
        ends.append(
            edge if not abs(past) > q else optimize.brentq(lambda d, t=target: score(d) - t, edge, seen, xtol=1e-12)
        )
    return ends[0], ends[1]


def score_ratio(control: list[float], treatment: list[float], confidence: float) -> tuple[float, float]:
    """The same of their ratio, as a relative change; NaN where nothing or everything succeeded in an arm."""
    (n_c, x_c), (n_t, x_t) = control, treatment
    if not (0 < x_c < n_c and 0 < x_t < n_t):
        return math.nan, math.nan
    q, grow = stats.norm.isf((1 - confidence) / 2), (n_c + n_t) / (n_c + n_t - 1)

    def score(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)

        def slope(p: float) -> float:
            mine = (x_c + x_t) * (1 - p) * (1 - ratio * p)
            return mine - (n_c - x_c) * p * (1 - ratio * p) - (n_t - x_t) * ratio * p * (1 - p)

        p = optimize.brentq(slope, 0.0, min(1.0, 1 / ratio), xtol=1e-15)
        s = ratio * p
        variance = grow * (s * (1 - s) / n_t + ratio**2 * p * (1 - p) / n_c)
        return float((x_t / n_t - ratio * x_c / n_c) / math.sqrt(max(variance, 1e-300)))

    seen = math.log(x_t / n_t / (x_c / n_c))
    low = optimize.brentq(lambda at: score(at) - q, seen - 20, seen, xtol=1e-12)
    high = optimize.brentq(lambda at: score(at) + q, seen, seen + 20, xtol=1e-12)
    return math.expm1(low), math.expm1(high)


def holm(ps: list[float]) -> list[float]:
    """P-values that share a level (Holm 1979): the smallest times their number, the next times one less, never falling."""
    values = np.array(ps)
    order = np.argsort(values)
    adjusted = np.empty(len(ps))
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * np.arange(len(ps), 0, -1)), 1)
    return adjusted.tolist()


def belief(found: Fact, prior: tuple[float, float, float] = PRIOR, sign: float = 1.0) -> tuple[float, float]:
    """Chance of no improvement and expected effect, integrated numerically."""
    improve, harm, size = prior
    b, se, s = sign * found.estimate, found.error, size * abs(found.base)
    near = np.linspace(0, 40 * s, 4_001)
    reach = np.concatenate(
        [near, np.linspace(0, 12 * se, 4_001), np.geomspace(12 * se, 12 * se + 40 * 25 * s, 4_001)[1:]]
    )
    x = np.unique(np.concatenate([reach, np.maximum(abs(b) + np.linspace(-12, 12, 4_001) * se, 0)]))
    sizes = (
        0.80 * stats.expon.pdf(x, scale=s)
        + 0.15 * stats.expon.pdf(x, scale=5 * s)
        + 0.05 * stats.expon.pdf(x, scale=25 * s)
    )
    up, down = improve * sizes * stats.norm.pdf(b, x, se), harm * sizes * stats.norm.pdf(b, -x, se)
    none = (1 - improve - harm) * stats.norm.pdf(b, 0, se)
    better, worse = integrate.trapezoid(up, x), integrate.trapezoid(down, x)
    total = better + worse + none
    mean = (integrate.trapezoid(up * x, x) - integrate.trapezoid(down * x, x)) / total
    return float((none + worse) / total), float(mean)


def early_level(share: float, alpha: float = 0.05) -> float:
    """Two-sided level that spending after O'Brien and Fleming leaves for a first look (Lan and DeMets 1983)."""
    return float(2 * 2 * stats.norm.sf(stats.norm.isf(alpha / 4) / math.sqrt(share)))


def told(case: Case) -> list[str]:
    """The facts of a row, line by line."""
    row = case.found
    confidence = row.get("confidence", 0.95)
    sign = -1.0 if row.get("better") == "lower" else 1.0
    arms = case.arms
    facts = {name: fact(row["control"], arm, confidence) for name, arm in arms.items()}
    adjusted = holm([1.0 if math.isnan(f.p) else f.p for f in facts.values()])
    lines = []
    for (name, f), p in zip(facts.items(), adjusted, strict=True):
        risk = belief(f, tuple(row.get("prior", PRIOR)), sign)[0] if f.error and f.base else math.nan
        lines.append(
            f"{name}: {100 * f.relative:+.2f} % ({100 * f.low:+.2f} to {100 * f.high:+.2f}), p {f.p:.3g}, Holm {p:.3g}, risk {risk:.3f}"
        )
    if "ends" in row:
        last, days = row["ends"]
        span = max(days, 7)
        if last < span:
            lines.append(f"level at {last} of {span} days: {early_level(last / span, 1 - confidence):.3g}")
    for label, guard in row.get("guards", {}).items():
        lines += [f"  {label} {name}: {_guarded(guard, arm, confidence)}" for name, arm in treated(guard).items()]
    money = row.get("money")
    if money and not money.get("primary"):
        lines += [
            f"  money {name}: {_worth(row, money, money['control'], arm)}" for name, arm in treated(money).items()
        ]
    elif money:
        lines += [f"  money {name}: {_worth(row, money, row['control'], arm)}" for name, arm in arms.items()]
    if "raw" in row:
        f = fact([row["control"][0], *row["raw"]["control"]], [row["control"][0], *row["raw"]["treatment"]])
        lines.append(f"  as it is {100 * f.relative:+.2f} % ({100 * f.low:+.2f} to {100 * f.high:+.2f}), p {f.p:.3g}")
    return lines


def _guarded(guard: Mapping[str, Any], arm: list[float], confidence: float) -> str:
    control = guard["control"]
    two, one = fact(control, arm, confidence), fact(control, arm, 2 * confidence - 1)
    if "margin" in guard:
        return f"relative ({two.low:+.3f} to {two.high:+.3f}), bounds {one.low:+.3f} {one.high:+.3f}, margin {guard['margin']}"
    q, q1 = stats.norm.isf((1 - confidence) / 2), stats.norm.isf(1 - confidence)
    e, d = two.estimate, two.error
    return f"absolute ({e - q * d:+.4f} to {e + q * d:+.4f}), bounds {e - q1 * d:+.4f} {e + q1 * d:+.4f}, margin {guard['absolute']}"


def _worth(row: Mapping[str, Any], money: Mapping[str, Any], control: list[float], arm: list[float]) -> str:
    expected, measured = expected_worth(row, money, control, arm)
    return f"expected {expected:,.0f}, as measured {measured:,.0f}, p {fact(control, arm).p:.3g}"


def expected_worth(
    row: Mapping[str, Any], money: Mapping[str, Any], control: list[float], arm: list[float]
) -> tuple[float, float]:
    """Net money over the horizon, as believed and as measured."""
    found = fact(control, arm)
    _, mean = belief(found, tuple(row.get("prior", PRIOR)))
    months = money.get("months", 12)
    cost = money.get("cost", 0) + months * money.get("run", 0)
    worth = money["monthly"] * months * money["margin"]
    return worth * mean - cost, worth * found.estimate - cost
