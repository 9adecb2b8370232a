"""The principles once more, by scipy and statsmodels alone, and experiments at random for both to judge.

``docs/decision.md`` read by another pair of eyes: nothing here is taken from the project. An experiment whose numbers lie
next to a threshold is left out, for two ways to reckon may part there.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from tests.gauntlet.case import Case, treated
from tests.gauntlet.facts import (
    PRIOR,
    Fact,
    belief,
    early_level,
    expected_worth,
    fact,
    holm,
    moments,
    score_interval,
    score_ratio,
)
from tests.gauntlet.verdicts import decided

ORDER = ("GO", "ITERATE", "KILL", "INVALID")
NEAR = 0.01
"""Share of a threshold within which nothing is judged."""


@dataclass
class Bench:
    """Questions asked of one experiment, and whether one of them was too near to its threshold."""

    near: bool = False

    def below(self, value: float, threshold: float, *, scale: float | None = None) -> bool:
        """Whether a value lies below a threshold; ``scale`` is the size that nearness is measured by."""
        size = abs(threshold) if scale is None else scale
        self.near |= abs(value - threshold) < NEAR * size
        return value < threshold


@dataclass(frozen=True)
class Ruling:
    """The verdict on every arm, and the arm to propose."""

    verdicts: dict[str, str]
    proposes: str


def ruled(case: Case) -> Ruling | None:
    """What follows from the principles; None where a number lies next to a threshold, or an interval cannot be had."""
    found, bench = case.found, Bench()
    confidence = found.get("confidence", 0.95)
    facts = {name: fact(found["control"], arm, confidence) for name, arm in case.arms.items()}
    adjusted = holm([f.p for f in facts.values()])
    try:
        verdicts = {
            name: _ruled(found, name, f, p, bench) for (name, f), p in zip(facts.items(), adjusted, strict=True)
        }
    except ValueError:  # statsmodels found no end of an interval
        return None
    sound = verdicts  # which arm is proposed hangs on no failed check and no doubt, which bear on all of them alike
    if found.get("doubted") or found.get("failed"):
        trusted = ruled(replace(case, found={**found, "doubted": False, "failed": ()}))
        if trusted is None:
            return None
        sound = trusted.verdicts
    best = min(sound.values(), key=ORDER.index)
    worths = {name: _worth(found, name, facts[name]) for name, verdict in sound.items() if verdict == best}
    proposed = max(worths, key=worths.__getitem__)
    for name, worth in worths.items():
        if name != proposed:
            bench.below(worth, worths[proposed], scale=abs(worths[proposed]))
    return None if bench.near else Ruling(verdicts, proposed)


def _worth(found: Mapping[str, Any], name: str, f: Fact) -> float:
    """What an arm is expected to be worth: money, or without it the gain that is believed."""
    money = found.get("money")
    if money:
        return expected_worth(found, money, money["control"], treated(money)[name])[0]
    return belief(f, tuple(found.get("prior", PRIOR)), -1 if found.get("better") == "lower" else 1)[1]


def _ruled(found: Mapping[str, Any], name: str, f: Fact, p: float, bench: Bench) -> str:
    alpha, least = 1 - found.get("confidence", 0.95), found.get("min", 0.05)
    sign = -1 if found.get("better") == "lower" else 1
    best = f.high if sign > 0 else -f.low
    better = sign * f.relative > 0
    last, days = found.get("ends", (28, 28))
    early = last < max(days, 7)
    level = early_level(last / max(days, 7), alpha) if early else alpha
    guards = [_guarded(g, treated(g)[name], 1 - alpha, level, bench) for g in found.get("guards", {}).values()]
    if found.get("failed"):
        return "INVALID"
    significant = bench.below(p, alpha)
    if significant and not better:
        return "KILL"
    if "beyond" in guards:
        return "KILL"
    if not early and not found.get("doubted") and bench.below(best, least, scale=max(abs(least), f.high - f.low)):
        return "KILL"
    met = better and bench.below(p, level)
    met &= bench.below(belief(f, tuple(found.get("prior", PRIOR)), sign)[0], found.get("risk", 0.05))
    met &= not bench.below(sign * f.relative, least, scale=max(abs(least), f.high - f.low))
    met &= all(guard == "inside" for guard in guards)
    money = found.get("money")
    if money:
        arm = treated(money)[name]
        costs = abs(expected_worth(found, money, money["control"], money["control"])[0])
        worth, _ = expected_worth(found, money, money["control"], arm)
        met &= not bench.below(worth, 0, scale=max(costs, 1))
    if found.get("require") and "planned" in found:
        met &= found["control"][0] * (1 + len(treated(found))) >= found["planned"]
    return "GO" if met else "ITERATE"


def _guarded(guard: Mapping[str, Any], arm: list[float], confidence: float, level: float, bench: Bench) -> str:
    """Whether the whole interval lies beyond the margin, the one-sided bound of a level inside of it, or neither."""
    two, one = (interval_of(guard, arm, each) for each in (confidence, 1 - 2 * level))
    margin, width = guard.get("margin", guard.get("absolute")), two[1] - two[0]
    lower = guard.get("better") == "lower"
    near, far = (two[0], one[1]) if lower else (-two[1], -one[0])
    if bench.below(margin, near, scale=width):
        return "beyond"
    return "inside" if bench.below(far, margin, scale=width) else "doubt"


def interval_of(guard: Mapping[str, Any], arm: list[float], confidence: float) -> tuple[float, float]:
    """The two-sided interval of a guardrail on the scale of its margin."""
    control = guard["control"]
    if len(arm) == 2:
        return (score_ratio if "margin" in guard else score_interval)(control, arm, confidence)
    f = fact(control, arm, confidence)
    if "margin" in guard:
        return f.low, f.high
    (_, v_c), (_, v_t) = moments(control), moments(arm)
    df = (v_c + v_t) ** 2 / (v_c**2 / (control[0] - 1) + v_t**2 / (arm[0] - 1))
    reach = float(stats.t.isf((1 - confidence) / 2, df)) * math.sqrt(v_c + v_t)
    return f.estimate - reach, f.estimate + reach


def at_random(rng: np.random.Generator) -> Case:
    """An experiment with anything that the rule looks at."""
    n = int(rng.choice([800, 3_000, 12_000, 50_000]))
    arms = [f"arm_{i}" for i in range(int(rng.choice([1, 1, 2, 4])))]
    effects = rng.choice([-0.15, -0.05, 0.0, 0.03, 0.08, 0.15, 0.3], len(arms))
    found: dict[str, Any] = {
        "better": str(rng.choice(["higher", "lower"])),
        "min": float(rng.choice([0.0, 0.02, 0.05, 0.1])),
    }
    sign = -1 if found["better"] == "lower" else 1
    found |= _metric(rng, n, arms, 1 + sign * effects, proportion=bool(rng.integers(2)))
    found["risk"], found["confidence"] = (
        float(rng.choice([0.05, 0.05, 0.2])),
        float(rng.choice([0.95, 0.95, 0.9, 0.99])),
    )
    if rng.random() < 0.3:
        found["prior"] = [[0.1, 0.1, 0.02], [0.4, 0.2, 0.1], [0.3, 0.3, 0.3]][int(rng.integers(3))]
    if rng.random() < 0.3:
        found["ends"] = [[6, 28], [14, 28], [21, 28], [28, 28], [4, 4], [7, 7]][int(rng.integers(6))]
    if rng.random() < 0.6:
        found["guards"] = {name: _guard(rng, n, arms) for name in ("crashes", "waiting")[: int(rng.integers(1, 3))]}
    if rng.random() < 0.3:
        money = _metric(rng, n, arms, rng.choice([0.95, 1.0, 1.05, 1.15], len(arms)), proportion=False)
        cost = float(rng.choice([0, 10_000, 100_000]))
        found["money"] = {**money, "margin": 0.4, "cost": cost, "monthly": 20_000}
    if rng.random() < 0.3:
        found |= {"planned": int(rng.choice([2_000, 200_000])), "require": bool(rng.integers(2))}
    if rng.random() < 0.05:
        found["failed"] = ["Contamination"]
    if rng.spawn(1)[0].random() < 0.15:  # of its own dice, so that all else is drawn as before
        found["doubted"] = True
    return Case("judged", "at random", found)


def _guard(rng: np.random.Generator, n: int, arms: list[str]) -> dict[str, Any]:
    proportion, lower = bool(rng.integers(2)), bool(rng.integers(2))
    harm = rng.choice([0.0, 0.0, 0.02, 0.1, 0.4], len(arms))
    guard = _metric(rng, n, arms, 1 + harm if lower else 1 - harm, proportion=proportion)
    guard["better"] = "lower" if lower else "higher"
    if rng.integers(2):
        return {**guard, "margin": float(rng.choice([0.05, 0.2]))}
    return {**guard, "absolute": float(rng.choice([0.02, 0.05])) * (1 if proportion else 20)}


def _metric(
    rng: np.random.Generator, n: int, arms: list[str], changes: np.ndarray, *, proportion: bool
) -> dict[str, Any]:
    level = float(rng.choice([0.05, 0.2, 0.5])) if proportion else 20.0

    def seen(mean: float) -> list[float]:
        if proportion:
            return [n, int(rng.binomial(n, mean))]
        sd = mean * float(rng.choice([0.5, 1.5]))
        return [n, round(float(rng.normal(mean, sd / math.sqrt(n))), 4), round(sd, 4)]

    return {"control": seen(level), "arms": {arm: seen(level * c) for arm, c in zip(arms, changes, strict=True)}}


def differing(seed: int, experiments: int) -> tuple[int, list[str]]:
    """How many experiments could be judged by both, and those on which the project rules otherwise."""
    rng = np.random.default_rng(seed)
    both, found = 0, []
    while both < experiments:
        case = at_random(rng)
        ruling = ruled(case)
        if ruling is None:
            continue
        both += 1
        made = decided(case)
        names = list(case.arms)
        theirs = Ruling(dict(zip(names, (arm.verdict for arm in made.arms), strict=True)), names[made.index])
        if theirs != ruling:
            found.append(f"{ruling}, but the project says {theirs} of {dict(case.found)}")
    return both, found
