"""What is true of an experiment, arm by arm, by scipy alone: what its sentences are held against."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scipy import stats

from tests.gauntlet.case import Case, treated
from tests.gauntlet.facts import PRIOR, Fact, belief, early_level, expected_worth, fact, holm, moments, score_ratio
from tests.gauntlet.judge import interval_of

NEAR = 2e-3
"""Share by which two ways to reckon may part; a truth so near to a threshold is not judged by it."""


@dataclass(frozen=True)
class Truth:
    """What is true of one arm."""

    f: Fact
    p: float
    sign: int
    alpha: float
    level: float
    risk: float | None
    guards: Mapping[str, tuple[str, tuple[float, float], float]]
    worth: float | None
    bare: tuple[Fact, bool] | None
    next_to_nothing: bool
    """Whether the control's mean cannot be told from zero, so that an effect has no size as a fraction of it."""

    @property
    def gain(self) -> float:
        return self.sign * self.f.estimate

    @property
    def strength(self) -> str:
        if math.isnan(self.p):
            return "no test"
        if self.p >= self.alpha:
            return "not significant"
        return "too early" if self.gain > 0 and self.p >= self.level else "significant"

    @property
    def is_near(self) -> bool:
        return any(abs(self.p - at) < NEAR * at for at in (self.alpha, self.level))


def truths(case: Case) -> dict[str, Truth]:
    """What follows from the raw numbers of a row, arm by arm."""
    found = case.found
    alpha, sign = 1 - found.get("confidence", 0.95), -1 if found.get("better") == "lower" else 1
    facts = {name: tested(found["control"], arm, 1 - alpha) for name, arm in case.arms.items()}
    untested = {name for name, f in facts.items() if math.isnan(f.p)}
    shared = holm(
        [1.0 if name in untested else f.p for name, f in facts.items()]
    )  # an arm without a test is one of them
    adjusted = {name: math.nan if name in untested else p for name, p in zip(facts, shared, strict=True)}
    last, days = found.get("ends", (28, 28))
    level = early_level(last / max(days, 7), alpha) if last < max(days, 7) else alpha
    prior, money = tuple(found.get("prior", PRIOR)), found.get("money")
    made = {}
    for name, f in facts.items():
        risk = belief(f, prior, sign)[0] if f.error > 0 and f.base else None
        guards = {g: _guard(guard, treated(guard)[name], alpha, level) for g, guard in found.get("guards", {}).items()}
        worth = None
        if money and money["control"][1] > 0 and money["control"][2] + treated(money)[name][2] > 0:
            worth = 100 * expected_worth(found, money, money["control"], treated(money)[name])[0]
        bare = _bare(found, name, f, 1 - alpha)
        nothing = not math.isnan(f.p) and (f.base == 0 or (len(found["control"]) == 3 and math.isnan(f.low)))
        made[name] = Truth(f, adjusted[name], sign, alpha, level, risk, guards, worth, bare, nothing)
    return made


def _bare(found: Mapping[str, Any], name: str, tested: Fact, confidence: float) -> tuple[Fact, bool] | None:
    """The effect on the mean as it is, and whether the tested one agrees with it; None where nothing is pulled in."""
    if "raw" not in found:
        return None
    raw, n = found["raw"], found["control"][0]
    control, arm = [n, *raw["control"]], [n, *raw.get(name, raw.get("treatment"))]
    bare = fact(control, arm, confidence)
    low, high = interval_of({"control": control, "absolute": 1.0}, arm, confidence)
    return bare, bool(bare.estimate * tested.estimate >= 0 and low <= tested.estimate <= high)


def tested(control: list[float], arm: list[float], confidence: float) -> Fact:
    """As ``facts.fact``, with the interval of two proportions by scipy."""
    if len(control) != 2:
        f = fact(control, arm, confidence)
        turned = replace(f, relative=-f.relative, low=-f.high, high=-f.low)
        return turned if f.base < 0 else f  # relative to its size, a gain is positive
    (n_c, x_c), (n_t, x_t) = control, arm
    pooled, grow = (x_c + x_t) / (n_c + n_t), (n_c + n_t) / (n_c + n_t - 1)
    spread = math.sqrt(grow * pooled * (1 - pooled) * (1 / n_c + 1 / n_t))
    p = float(2 * stats.norm.sf(abs(x_t / n_t - x_c / n_c) / spread)) if spread else math.nan
    (c, v_c), (t, v_t) = moments(control), moments(arm)
    relative = (t - c) / c if c else math.nan
    return Fact(relative, *score_ratio(control, arm, confidence), p, t - c, math.sqrt(v_c + v_t), c)


def _guard(
    guard: Mapping[str, Any], arm: list[float], alpha: float, level: float
) -> tuple[str, tuple[float, float], float]:
    """State, two-sided interval and one-sided bound of a guardrail; at an early look it is inside by that ``level``."""
    try:
        two, one, early = (interval_of(guard, arm, 1 - each) for each in (alpha, 2 * alpha, 2 * level))
    except ValueError:
        return "unknown", (math.nan, math.nan), math.nan
    margin, lower = guard.get("margin", guard.get("absolute")), guard.get("better") == "lower"
    near, bound = (two[0], one[1]) if lower else (two[1], one[0])
    if math.isnan(bound):
        return "unknown", two, bound
    far, further = (bound, early[1]) if lower else (-bound, -early[0])
    if min(abs(margin - far), abs(margin - (near if lower else -near))) < NEAR * max(margin, two[1] - two[0]):
        return "unknown", two, bound
    beyond = margin < near if lower else margin < -near
    if abs(margin - further) < NEAR * max(margin, two[1] - two[0]) or math.isnan(further):
        return "unknown", two, bound
    told = "inside" if further < margin else "early" if far < margin else "doubt"
    return "beyond" if beyond else told, two, bound
