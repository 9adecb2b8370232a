"""Experiments whose truth is drawn at random: how often the rule says GO where it should not, and KILL where it should not.

Every arm of every experiment is counted by what is true of it. What the principles promise is one side of a test of 5 %:
a GO on an effect that is none, and a KILL of one that is worth shipping, are each seen at most 2.5 times in a hundred;
a guardrail that is broken passes at most 5 times in a hundred, and one that is not costs at most another 2.5.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from tests.gauntlet.case import Case
from tests.gauntlet.verdicts import decided

EFFECTS = (-0.25, -0.1, -0.05, -0.02, 0.0, 0.0, 0.0, 0.02, 0.04, 0.06, 0.08, 0.12, 0.25)
SIZES = (300, 1_000, 4_000, 16_000, 60_000, 200_000)
RATES = (0.02, 0.1, 0.3, 0.6)
WORTH, MARGIN, CRASHES, BROKEN = 0.05, 0.2, 0.05, 1.5
TRUTHS = ("harm", "no effect", "too small to matter", "worth shipping", "a guardrail broken")
VERDICTS = ("GO", "ITERATE", "KILL")


@dataclass(frozen=True)
class Rates:
    """How often a verdict was false, its exact 95 % interval, and what is promised."""

    name: str
    wrong: int
    of: int
    promised: float

    @property
    def interval(self) -> tuple[float, float]:
        low, high = proportion_confint(self.wrong, self.of, method="beta") if self.of else (0.0, 1.0)
        return float(low), float(high)

    @property
    def kept(self) -> bool:
        return self.interval[0] <= self.promised

    @property
    def text(self) -> str:
        low, high = self.interval
        share = self.wrong / self.of if self.of else float("nan")
        sign = "" if self.kept else "   NOT KEPT"
        return (
            f"{self.name}: {self.wrong:,} of {self.of:,}, {share:.2%} ({low:.2%} to {high:.2%}),"
            f" promised at most {self.promised:.1%}{sign}"
        )


@dataclass(frozen=True)
class Drawn:
    """Verdicts on arms by what is true of them."""

    runs: int
    confusion: Counter[tuple[str, str]]
    guarded: Counter[tuple[str, str, bool]]

    @property
    def counts(self) -> Counter[str]:
        """Arms by their truth."""
        return Counter({truth: sum(self.confusion[truth, v] for v in VERDICTS) for truth in TRUTHS})

    @property
    def rates(self) -> tuple[Rates, ...]:
        counts = self.counts
        go = [
            Rates(f"False GO, {truth}", self.confusion[truth, "GO"], counts[truth], promised)
            for truth, promised in (("no effect", 0.025), ("harm", 0.025), ("a guardrail broken", 0.05))
        ]
        kill = [
            Rates(
                f"False KILL, worth shipping, {'a guardrail that holds' if guard else 'no guardrail'}",
                self.guarded["worth shipping", "KILL", guard],
                sum(self.guarded["worth shipping", v, guard] for v in VERDICTS),
                promised,
            )
            for guard, promised in ((False, 0.025), (True, 0.05))
        ]
        return (*go, *kill)

    @property
    def false_go(self) -> Rates:
        """GO on an arm that does nothing or harm, or breaks a guardrail."""
        truths = ("harm", "no effect", "a guardrail broken")
        return Rates(
            "False GO in all", sum(self.confusion[t, "GO"] for t in truths), sum(self.counts[t] for t in truths), 0.05
        )

    @property
    def false_kill(self) -> Rates:
        """KILL of an arm that is worth shipping."""
        return Rates("False KILL in all", self.confusion["worth shipping", "KILL"], self.counts["worth shipping"], 0.05)

    @property
    def broken(self) -> list[str]:
        return [rate.text for rate in self.rates if not rate.kept]

    @property
    def text(self) -> str:
        width = max(map(len, TRUTHS))
        lines = [f"{'truth of an arm':<{width}}" + "".join(f"{v:>10}" for v in VERDICTS) + f"{'in all':>10}"]
        for truth in TRUTHS:
            cells = "".join(f"{self.confusion[truth, v]:>10,}" for v in VERDICTS)
            lines.append(f"{truth:<{width}}{cells}{self.counts[truth]:>10,}")
        return "\n".join([*lines, "", *(rate.text for rate in (self.false_go, self.false_kill, *self.rates))])


def drawn(seed: int, runs: int) -> Drawn:
    """So many arms, in experiments of one to four treatments."""
    rng = np.random.default_rng(seed)
    confusion: Counter[tuple[str, str]] = Counter()
    guarded: Counter[tuple[str, str, bool]] = Counter()
    left = runs
    while left > 0:
        found, truths = _experiment(rng, min(left, int(rng.choice([1, 1, 1, 2, 4]))))
        for arm, truth in zip(decided(Case("drawn", "at random", found)).arms, truths, strict=True):
            confusion[truth, arm.verdict] += 1
            guarded[truth, arm.verdict, "guards" in found] += 1
        left -= len(truths)
    return Drawn(runs, confusion, guarded)


def _experiment(rng: np.random.Generator, treatments: int) -> tuple[dict[str, Any], list[str]]:
    """What is seen of an experiment, and what is true of each of its treatments."""
    n, lower = int(rng.choice(SIZES)), bool(rng.integers(2))
    effects = rng.choice(EFFECTS, treatments)
    sign = -1 if lower else 1
    base = float(rng.choice(RATES)) if rng.integers(2) else None
    arm = _proportion if base else _mean
    level = base or 20.0
    names = [f"arm_{i}" for i in range(treatments)]
    found: dict[str, Any] = {
        "control": arm(rng, n, level),
        "arms": {name: arm(rng, n, level * (1 + sign * effect)) for name, effect in zip(names, effects, strict=True)},
        "better": "lower" if lower else "higher",
    }
    if not rng.integers(4):
        found["ends"] = [14, 28]
    breaks = np.zeros(treatments, dtype=bool)
    if rng.integers(2):
        breaks = rng.random(treatments) < 0.25
        rates = np.where(breaks, CRASHES * BROKEN, CRASHES)
        crashes = {name: _proportion(rng, n, rate) for name, rate in zip(names, rates, strict=True)}
        found["guards"] = {
            "crashes": {"control": _proportion(rng, n, CRASHES), "arms": crashes, "margin": MARGIN, "better": "lower"}
        }
    return found, [_truth(effect, broken) for effect, broken in zip(effects, breaks, strict=True)]


def _truth(effect: float, broken: bool) -> str:
    if broken:
        return "a guardrail broken"
    return "harm" if effect < 0 else "no effect" if effect == 0 else TRUTHS[2] if effect < WORTH else TRUTHS[3]


def _proportion(rng: np.random.Generator, n: int, rate: float) -> list[float]:
    return [n, int(rng.binomial(n, rate))]


def _mean(rng: np.random.Generator, n: int, mean: float) -> list[float]:
    """Mean and deviation of skewed values, whose deviation is their mean times 1.4; drawn in one where units are many."""
    if n <= 4_000:
        values = rng.gamma(0.5, 2 * mean, n)
        return [n, round(float(values.mean()), 4), round(float(values.std(ddof=1)), 4)]
    sd = mean * 2**0.5
    seen = rng.normal(mean, sd / n**0.5), sd * (rng.chisquare(n - 1) / (n - 1)) ** 0.5
    return [n, round(float(seen[0]), 4), round(float(seen[1]), 4)]
