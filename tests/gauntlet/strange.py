"""Evidence of every kind that has ever made a sentence false: none or one event, no variance, tiny and huge p, five arms."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.gauntlet.case import Case
from tests.gauntlet.judge import at_random

Found = dict[str, Any]


def strange(rng: np.random.Generator) -> Case:
    """An experiment at random, and more often than not turned into an odd one."""
    case = at_random(rng)
    found: Found = {**case.found}
    arms = [f"arm_{i}" for i in range(int(rng.choice([1, 1, 2, 4, 5])))]
    if len(arms) != len(found["arms"]):
        found = _of(found, arms, rng)
    for turn in rng.choice(TURNS, int(rng.integers(0, 3)), replace=False):
        turn(found, rng)
    if len(found["control"]) == 2 and not rng.integers(3):
        found["segments"] = segments(found, rng)
    return Case("strange", "at random", found)


def _of(found: Found, arms: list[str], rng: np.random.Generator) -> Found:
    """The same kinds of metrics with other arms, each drawn from those that were there."""

    def drawn(metric: Found) -> Found:
        there = list(metric["arms"].values())
        return {**metric, "arms": {arm: there[int(rng.integers(len(there)))] for arm in arms}}

    made = drawn(found)
    if "guards" in made:
        made["guards"] = {name: drawn(guard) for name, guard in made["guards"].items()}
    if "money" in made:
        made["money"] = drawn(made["money"])
    return made


def _events(found: Found, control: int, treated: int) -> None:
    n = found["control"][0]
    found["control"] = [n, min(n, control)]
    found["arms"] = {arm: [n, min(n, treated)] for arm in found["arms"]}
    found.pop("raw", None)


LEVELS = ("no", "yes", "iPhone", "other", "US")


def segments(found: Found, rng: np.random.Generator) -> dict[str, dict[str, dict[str, list[int]]]]:
    """The units of every arm and those of them that convert, split by two attributes with one to three levels each."""
    arms = {"control": found["control"], **found["arms"]}
    made = {}
    for dimension in ("is_member", "device")[: int(rng.integers(1, 3))]:
        levels = [str(level) for level in rng.choice(LEVELS, int(rng.integers(1, 4)), replace=False)]
        shares, apart = rng.dirichlet(np.full(len(levels), 3.0)), bool(rng.integers(2))
        split: dict[str, dict[str, list[int]]] = {level: {} for level in levels}
        for arm, (n, x) in arms.items():
            units = rng.multinomial(int(n), shares)
            hits = rng.multivariate_hypergeometric(units, int(x))
            if apart and arm != "control":  # as many convert, those of the first levels first
                hits = np.diff(np.minimum(np.concatenate([[0], np.cumsum(units)]), int(x)))
            for level, some, seen in zip(levels, units, hits, strict=True):
                if some:
                    split[level][arm] = [int(some), int(seen)]
        made[dimension] = split
    return made


def no_event(found: Found, rng: np.random.Generator) -> None:
    _events(found, 0, 0)


def one_event(found: Found, rng: np.random.Generator) -> None:
    _events(found, *((0, 1), (1, 0))[int(rng.integers(2))])


def out_of_nothing(found: Found, rng: np.random.Generator) -> None:
    _events(found, 0, int(rng.integers(2, 60)))


def to_nothing(found: Found, rng: np.random.Generator) -> None:
    _events(found, int(rng.integers(2, 60)), 0)


def all_of_them(found: Found, rng: np.random.Generator) -> None:
    _events(found, found["control"][0], found["control"][0] - int(rng.integers(2)))


def no_variance(found: Found, rng: np.random.Generator) -> None:
    n = found["control"][0]
    found["control"] = [n, 5.0, 0.0]
    found["arms"] = {
        arm: [n, float(rng.choice([4.0, 5.0, 6.0])), float(rng.choice([0.0, 2.0]))] for arm in found["arms"]
    }
    found.pop("raw", None)


def certain(found: Found, rng: np.random.Generator) -> None:
    """P-values that a float can just hold."""
    found["control"] = [500_000, 100_000]
    found["arms"] = {arm: [500_000, int(rng.choice([60_000, 101_000, 140_000]))] for arm in found["arms"]}
    found["guards"] = {}
    found.pop("money", None)
    found.pop("raw", None)


def slight(found: Found, rng: np.random.Generator) -> None:
    """A change that is certain and would print as zero."""
    found["control"] = [4_000_000, 100.0, 1.0]
    found["arms"] = {arm: [4_000_000, 100.0 + float(rng.choice([-0.02, 0.004, 0.02])), 1.0] for arm in found["arms"]}
    found["guards"] = {}
    found.pop("money", None)
    found.pop("raw", None)


def next_to_nothing(found: Found, rng: np.random.Generator) -> None:
    """A score around zero: the control's mean lies some standard errors from it, on either side."""
    n, away = int(rng.choice([400, 12_000])), rng.uniform(0.2, 4) * rng.choice([-1, 1])
    found["control"] = [n, round(float(away) / n**0.5, 6), 1.0]
    found["arms"] = {arm: [n, round(float(away + rng.uniform(-6, 6)) / n**0.5, 6), 1.0] for arm in found["arms"]}
    found["guards"] = {}
    found.pop("money", None)
    found.pop("raw", None)


def few(found: Found, rng: np.random.Generator) -> None:
    n = int(rng.integers(4, 40))
    found["control"] = [n, int(rng.integers(0, n + 1))]
    found["arms"] = {arm: [n, int(rng.integers(0, n + 1))] for arm in found["arms"]}
    found["guards"] = {}
    found.pop("money", None)
    found.pop("raw", None)


def alike(found: Found, rng: np.random.Generator) -> None:
    found["arms"] = {arm: list(found["control"]) for arm in found["arms"]}


def unguarded_event(found: Found, rng: np.random.Generator) -> None:
    """A guardrail of which next to nothing was seen."""
    n = found["control"][0]
    arms = {arm: [n, int(rng.integers(0, 3))] for arm in found["arms"]}
    margin = {"margin": 0.2} if rng.integers(2) else {"absolute": 0.02}
    found["guards"] = {"crashes": {"control": [n, int(rng.integers(0, 3))], "arms": arms, "better": "lower", **margin}}


def no_revenue(found: Found, rng: np.random.Generator) -> None:
    n = found["control"][0]
    arms = {arm: [n, 1.0, 3.0] for arm in found["arms"]}
    found["money"] = {"control": [n, 0.0, 0.0], "arms": arms, "margin": 0.4, "cost": 1_000.0, "monthly": 9_000}


def early(found: Found, rng: np.random.Generator) -> None:
    found["ends"] = [[1, 28], [6, 28], [27, 28], [3, 4]][int(rng.integers(4))]


def broken(found: Found, rng: np.random.Generator) -> None:
    found["failed"] = [["Contamination"], ["Sample ratio by day", "Balance of country"]][int(rng.integers(2))]


def winsorised(found: Found, rng: np.random.Generator) -> None:
    """A mean that is tested with its extreme values pulled in; as it is, it may have moved the other way."""
    if len(found["control"]) != 3:
        return
    up = rng.choice([0.8, 1.0, 1.1])
    found["raw"] = {"control": [found["control"][1] + 1, 2 * found["control"][2] + 1]} | {
        arm: [round(float((seen[1] + 1) * up), 4), 2 * seen[2] + 1] for arm, seen in found["arms"].items()
    }


Turn = Callable[[Found, np.random.Generator], None]
TURNS: tuple[Turn, ...] = (
    no_event, one_event, out_of_nothing, to_nothing, all_of_them, no_variance, certain, slight, next_to_nothing, few, alike, unguarded_event,
    no_revenue, early, broken, winsorised,
)  # fmt: skip
"""What an experiment may be turned into; of two, the second one has the last word."""
