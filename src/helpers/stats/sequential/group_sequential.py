r"""Group sequential tests: a few planned looks that share one alpha, and the estimate at the stop.

A spending function says how much of alpha may be gone by information fraction :math:`t`; each look
gets the boundary that spends exactly its share, whatever the earlier looks were (Lan and DeMets
1983). So neither the number nor the spacing of the looks need be fixed before the start, as long as
they are not chosen by the results. What the planned information was decides only how fast alpha is
spent: an underrunning or overrunning last look (``final``) gets all that is left of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.defaults import ALPHA, POWER
from helpers.stats.inference import ALTERNATIVES, Alternative, critical
from helpers.stats.roots import decreasing_root
from helpers.stats.sequential.peeking import (
    REACH,
    START,
    StopProbabilities,
    Surviving,
    even,
    increasing,
    stop_probabilities,
)
from helpers.stats.validation import FloatArray, between, one_of

Family = Literal["obrien-fleming", "pocock", "kim-demets"]
FAMILIES: tuple[Family, ...] = ("obrien-fleming", "pocock", "kim-demets")


@dataclass(frozen=True)
class Spending:
    r"""How much of alpha is spent by information fraction t.

    - "obrien-fleming": :math:`2\,[1-\Phi(z_{1-\alpha/2}/\sqrt t)]`, next to nothing early;
    - "pocock": :math:`\alpha\ln(1+(e-1)t)`, nearly equal boundaries;
    - "kim-demets": :math:`\alpha t^\rho`; rho 1 is near Pocock, 3 near O'Brien-Fleming.

    Two-sided tests spend half of alpha on each side by the same formula.

    Raises:
        InputError: for another family or a rho not in (0, 100).

    Reference: Lan and DeMets (1983), Biometrika 70, 659-663; Kim and DeMets (1987), Biometrika 74.

    Example:
        >>> [round(Spending("kim-demets", rho=2).spent(t, 0.05), 4) for t in (0.5, 1.0)]
        [0.0125, 0.05]
    """

    family: Family = "obrien-fleming"
    rho: float = 3.0

    def __post_init__(self) -> None:
        one_of("spending family", self.family, FAMILIES)
        between("rho", self.rho, 0, 100)

    def spent(self, fraction: float, alpha: float) -> float:
        """Alpha gone by ``fraction``, of one side's ``alpha``; all of it from 1 on."""
        t = fraction
        if t >= 1:
            return alpha
        if self.family == "obrien-fleming":
            return float(2 * special.ndtr(special.ndtri(alpha / 2) / math.sqrt(t)))
        if self.family == "pocock":
            return alpha * math.log1p((math.e - 1) * t)
        return float(alpha * t**self.rho)

    def __str__(self) -> str:
        names = {"obrien-fleming": "O'Brien-Fleming-type", "pocock": "Pocock-type"}
        return names.get(self.family, f"Kim-DeMets rho {self.rho:g}") + " spending"


@dataclass(frozen=True)
class SequentialPlan:
    """What a group sequential design needs for its power, beside a test with one look.

    Attributes:
        power: probability of rejecting at the planned effect.
        drift: planned effect over its standard error at fraction 1 (signed).
        fixed_drift: the drift at which one look has that power.
        inflation: maximum sample size over the size of the test with one look.
        stop_null, stop_effect: probability of crossing at each look without and with the effect.
        expected_null, expected_effect: expected size at the stop over the size of the test with one look.

    Example:
        >>> round(group_sequential(5).plan(power=0.9).inflation, 3)
        1.023
    """

    power: float
    drift: float
    fixed_drift: float
    inflation: float
    stop_null: tuple[float, ...]
    stop_effect: tuple[float, ...]
    expected_null: float
    expected_effect: float


@dataclass(frozen=True)
class GroupSequential:
    """Boundaries of z at each look.

    Attributes:
        method: the rule that made them.
        alpha: overall level (of both sides together when two-sided).
        fractions: information fractions of the looks.
        lower, upper: cross either and stop; infinite where no result can cross.
        spent: cumulative alpha, both sides together.

    Example:
        >>> [round(z, 4) for z in group_sequential(5).upper]
        [4.8769, 3.357, 2.6803, 2.2898, 2.031]
    """

    method: str
    alpha: float
    alternative: Alternative
    fractions: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    spent: tuple[float, ...]

    @property
    def critical(self) -> tuple[float, ...]:
        """Value that z must exceed in the direction tested, look by look."""
        return tuple(-z for z in self.lower) if self.alternative == "less" else self.upper

    @property
    def levels(self) -> tuple[float, ...]:
        """Nominal p-value that each look's boundary stands for."""
        sides = 2 if self.alternative == "two-sided" else 1
        return tuple(sides * float(special.ndtr(-z)) for z in self.critical)

    def stop_probabilities(self, drift: ArrayLike = 0.0) -> StopProbabilities:
        """Chance of crossing at each look; ``drift`` is the expected z at fraction 1."""
        return stop_probabilities(self.fractions, self.lower, self.upper, drift)

    def power(self, drift: float) -> float:
        """Probability of crossing at any look.

        Example:
            >>> round(group_sequential(3, alpha=0.05).power(0.0), 6)
            0.05
        """
        return float(self.stop_probabilities(drift).total)

    def plan(self, power: float = POWER) -> SequentialPlan:
        """Drift and maximum sample size that give ``power``.

        Multiply the size of the fixed-horizon design by ``inflation``.

        Raises:
            InputError: unless alpha < power < 1.

        Reference: Jennison and Turnbull (2000), tables 2.2 and 2.4.

        Example:
            >>> plan = group_sequential(5, Spending("pocock")).plan(0.8)
            >>> round(plan.inflation, 3), plan.expected_effect < 1
            (1.212, True)
        """
        between("power", power, self.alpha, 1)
        sign = -1.0 if self.alternative == "less" else 1.0
        one = GroupSequential("one look", self.alpha, self.alternative, (1.0,), *_mirrored(self), (self.alpha,))
        drifts = [
            decreasing_root(lambda d, t=test: power - t.power(sign * d), 0.0, test._enough(power))  # type: ignore[misc]
            for test in (self, one)
        ]
        inflation = (drifts[0] / drifts[1]) ** 2
        exits = self.stop_probabilities([0.0, sign * drifts[0]]).by_look
        times = np.asarray(self.fractions)
        # without a crossing the experiment runs to its last look
        expected = inflation * (times[-1] - (exits * (times[-1] - times)).sum(axis=-1))
        null, effect = (tuple(row) for row in exits.tolist())
        return SequentialPlan(power, sign * drifts[0], sign * drifts[1], inflation, null, effect, *expected.tolist())

    def _enough(self, power: float) -> float:
        """A drift at which some look alone has ``power``."""
        reach = np.asarray(self.critical) + float(special.ndtri(power))
        return float((reach / np.sqrt(self.fractions)).min())


def group_sequential(
    looks: int | Sequence[float],
    spending: Spending | None = None,
    *,
    alpha: float = ALPHA,
    alternative: Alternative = "two-sided",
    final: bool = True,
) -> GroupSequential:
    """Boundaries that spend alpha look by look, by exact recursive integration.

    Args:
        looks: a number of equally spaced looks, or information fractions (units so far over units
            planned). A last fraction below or above 1 is an under- or overrunning experiment.
        spending: O'Brien-Fleming-type unless given.
        alpha: overall level.
        alternative: two-sided boundaries are symmetric.
        final: the last look is the last: all alpha that is left is spent there. False while the
            experiment runs on; from fraction 1 on nothing is left and later boundaries are infinite.

    Raises:
        InputError: for fractions that do not increase, or alpha not in (0, 0.5).

    Assumes independent increments and looks that are not timed by the results. A boundary beyond 12
    is given as infinite.

    Reference: Lan and DeMets (1983), Biometrika 70, 659-663; Jennison and Turnbull (2000), chapter 7.

    Example:
        >>> [round(z, 4) for z in group_sequential([0.3, 1.1], Spending("pocock")).upper]
        [2.3118, 2.1287]
    """
    times = even(looks) if isinstance(looks, int | np.integer) else increasing("fractions", looks)
    rule = spending or Spending()
    sides, own = per_side(alpha, alternative)
    spent = [rule.spent(t, own) for t in times]
    if final:
        spent[-1] = own
    uppers: list[float] = []
    walk = START
    for i, t in enumerate(times):
        z = _boundary(walk, t, spent[i] - (spent[i - 1] if i else 0.0))
        uppers.append(z)
        if i + 1 < len(times):
            walk = walk.advanced(t, -z if sides == 2 else -math.inf, z, times[i + 1])
    return _design(str(rule), alpha, alternative, times, uppers, [sides * a for a in spent])


def wang_tsiatis(
    looks: int | Sequence[float],
    delta: float = 0.5,
    *,
    alpha: float = ALPHA,
    alternative: Alternative = "two-sided",
) -> GroupSequential:
    r"""The classic designs: boundaries :math:`C\,(t_k/t_K)^{\Delta-1/2}` with one constant.

    Delta 1/2 is Pocock's design (equal boundaries), 0 is O'Brien and Fleming's.

    Reference: Pocock (1977), Biometrika 64; O'Brien and Fleming (1979), Biometrics 35; Wang and
    Tsiatis (1987), Biometrics 43.

    Example:
        >>> round(wang_tsiatis(5).upper[-1], 3), round(wang_tsiatis(5, 0).upper[-1], 3)
        (2.413, 2.04)
    """
    times = even(looks) if isinstance(looks, int | np.integer) else increasing("fractions", looks)
    between("delta", delta, -1, 1)
    sides, own = per_side(alpha, alternative)
    shape = (np.asarray(times) / times[-1]) ** (delta - 0.5)

    def exits(constant: float) -> FloatArray:
        upper = (constant * shape).tolist()
        return stop_probabilities(times, [-z if sides == 2 else -math.inf for z in upper], upper).upper

    constant = decreasing_root(lambda c: math.log(exits(c).sum() / own), 0.01, REACH)
    spent = sides * np.cumsum(exits(constant))
    return _design(
        f"Wang-Tsiatis delta {delta:g}", alpha, alternative, times, (constant * shape).tolist(), spent.tolist()
    )


def _boundary(walk: Surviving, fraction: float, share: float) -> float:
    """The z that the share of alpha of one side leaves beyond it."""
    if share <= 0 or float(walk.beyond(fraction, REACH)) > share:
        return math.inf

    def excess(z: float) -> float:
        return math.log(max(float(walk.beyond(fraction, z)), 1e-300) / share)

    return decreasing_root(excess, -REACH, REACH)


def per_side(alpha: float, alternative: Alternative) -> tuple[int, float]:
    """Number of sides that are tested, and the alpha that each of them has.

    Example:
        >>> per_side(0.05, "two-sided")
        (2, 0.025)
    """
    one_of("alternative", alternative, ALTERNATIVES)
    between("alpha", alpha, 0, 0.5)
    sides = 2 if alternative == "two-sided" else 1
    return sides, alpha / sides


def _design(
    method: str,
    alpha: float,
    alternative: Alternative,
    times: tuple[float, ...],
    uppers: Sequence[float],
    spent: Sequence[float],
) -> GroupSequential:
    upper, open_side = tuple(uppers), (math.inf,) * len(times)
    lower = tuple(-z for z in (open_side if alternative == "greater" else upper))
    return GroupSequential(
        method, alpha, alternative, times, lower, open_side if alternative == "less" else upper, tuple(spent)
    )


def _mirrored(design: GroupSequential) -> tuple[tuple[float], tuple[float]]:
    """Boundaries of the same test with one look."""
    z = float(critical(design.alpha, alternative=design.alternative))
    low = -math.inf if design.alternative == "greater" else -z
    return (low,), (math.inf if design.alternative == "less" else z,)
