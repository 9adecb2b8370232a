"""Runs beside the peers: one metric by three packages, from aggregates to an effect, in turns. Prints JSON.

Each package gets its aggregates in the form in which its own query hands them over: sums here, means and variances
for tea-tasting, a frame of sums for confidence. What does not depend on the data is made beforehand.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pandas as pd
import spotify_confidence as confidence
import tea_tasting as tt
from tea_tasting.aggr import Aggregates

from helpers.stats import Mean, Proportion, compare, cuped

PACKAGES = ("numpy", "scipy", "tea-tasting", "spotify-confidence")
PROPORTION = ((50_000, 16_249), (50_000, 16_522))
"""Units and conversions of control and treatment."""
MEAN = ((35_637, 19.05, 13.4), (3_944, 21.57, 15.2))
"""Units, mean and standard deviation."""
CORRELATION, HISTORY = 0.65, (18.0, 13.0)
"""Of the covariate: with the metric, and its mean and standard deviation."""

Calls = dict[str, Callable[[], tuple[float, float]]]
"""By package: a call that gives the estimate of the effect and its p-value."""


def proportion() -> Calls:
    (n_c, x_c), (n_t, x_t) = PROPORTION
    metric = tt.Proportion("y", method="norm", correction=False)
    frame = pd.DataFrame({"arm": ["c", "t"], "sum": [x_c, x_t], "n": [n_c, n_t]})

    def ours() -> tuple[float, float]:
        effect = compare(Proportion.from_sums(n_c, x_c), Proportion.from_sums(n_t, x_t))
        return effect.absolute, effect.p_value

    def tea() -> tuple[float, float]:
        arms = (Aggregates(count_=n, mean_={"y": x / n}) for n, x in PROPORTION)
        found = metric.analyze_aggregates(*arms)
        return found.effect_size, found.pvalue

    def spotify() -> tuple[float, float]:
        found = confidence.ZTest(frame, "sum", None, "n", "arm").difference("c", "t")
        return found["difference"].iloc[0], found["p-value"].iloc[0]

    return {"ours": ours, "tea-tasting": tea, "spotify-confidence": spotify}


def sums(n: int, mean: float, sd: float) -> dict[str, int]:
    """Sums of a metric in cents and of its covariate."""
    y, s = 100 * mean, 100 * sd
    x, r = (100 * value for value in HISTORY)
    return {
        "sum_y": round(n * y),
        "sum_y2": round(n * y * y + (n - 1) * s * s),
        "sum_x": round(n * x),
        "sum_x2": round(n * x * x + (n - 1) * r * r),
        "sum_xy": round(n * x * y + (n - 1) * CORRELATION * s * r),
    }


def moments(n: int, of: dict[str, int], *, covariate: bool) -> dict[str, Any]:
    """The same as tea-tasting's query gives it."""
    y, x = of["sum_y"] / n, of["sum_x"] / n
    var_y, var_x = ((of[f"sum_{k}2"] - n * m * m) / (n - 1) for k, m in (("y", y), ("x", x)))
    if not covariate:
        return {"count_": n, "mean_": {"y": y}, "var_": {"y": var_y}}
    together = (of["sum_xy"] - n * x * y) / (n - 1)
    return {"count_": n, "mean_": {"y": y, "x": x}, "var_": {"y": var_y, "x": var_x}, "cov_": {("x", "y"): together}}


def mean(covariate: bool) -> Calls:
    """Welch's t without the covariate, CUPED with it."""
    units = [arm[0] for arm in MEAN]
    totals = [sums(*arm) for arm in MEAN]
    wanted = totals if covariate else [{k: v for k, v in t.items() if "x" not in k} for t in totals]
    metric = tt.Mean("y", "x") if covariate else tt.Mean("y")
    given = [moments(n, t, covariate=covariate) for n, t in zip(units, totals, strict=True)]
    frame = pd.DataFrame([{"arm": arm, "n": n, **t} for arm, n, t in zip("ct", units, totals, strict=True)])
    frame = frame.astype(dict.fromkeys(totals[0], float))

    def ours() -> tuple[float, float]:
        arms = [Mean.from_sums(n, **t) for n, t in zip(units, wanted, strict=True)]
        if covariate:
            arms = list(cuped(*arms).arms)
        effect = compare(*arms)
        return effect.absolute, effect.p_value

    def tea() -> tuple[float, float]:
        found = metric.analyze_aggregates(*(Aggregates(**arm) for arm in given))
        return found.effect_size, found.pvalue

    def spotify() -> tuple[float, float]:
        if covariate:
            test = confidence.ZTestLinreg(frame, "sum_y", "sum_y2", "n", "sum_x", "sum_x2", "sum_xy", "arm")
        else:
            test = confidence.StudentsTTest(frame, "sum_y", "sum_y2", "n", "arm")
        found = test.difference("c", "t")
        return found["difference"].iloc[0], found["p-value"].iloc[0]

    return {"ours": ours, "tea-tasting": tea, "spotify-confidence": spotify}


def in_turns(calls: Calls, rounds: int, budget: float) -> dict[str, float]:
    """Seconds a call, the best of ``rounds``; the packages take turns, so that a busy moment strikes them all."""
    times = {}
    for name, call in calls.items():
        began = time.perf_counter()
        call()
        times[name] = max(1, int(budget / max(time.perf_counter() - began, 1e-6)))
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            for _ in range(times[name]):
                call()
            best[name] = min(best[name], (time.perf_counter() - began) / times[name])
    return best


def main(rounds: int, budget: float) -> None:
    metrics = {"proportion": proportion(), "Welch": mean(covariate=False), "CUPED": mean(covariate=True)}
    found = {
        name: {
            "seconds": in_turns(calls, rounds, budget),
            "effects": {who: [float(value) for value in call()] for who, call in calls.items()},
        }
        for name, calls in metrics.items()
    }
    print(json.dumps({"versions": {name: version(name) for name in PACKAGES}, "metrics": found}))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
