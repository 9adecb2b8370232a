"""What every experiment design shares: arms, error rates, the null, and solving for the unknown."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from helpers.defaults import ALPHA, POWER
from helpers.stats.inference import ALTERNATIVES, Alternative
from helpers.stats.validation import InputError, between, finite, one_of

Direction = Literal["increase", "decrease"]


@dataclass(frozen=True)
class Plan:
    """One consistent set of size, power and effect.

    Attributes:
        method: test the plan is for.
        baseline: expected control rate or mean (NaN when not needed).
        absolute, relative: the effect planned for, in the metric's unit and as a fraction.
        null: effect that is tested against (0, or the margin with its sign).
        alpha: level of each comparison, after sharing; ``family_alpha`` before.
        comparisons: how many share ``family_alpha``.
        weights: shares of the arms, control first, adding up to 1.
        n_exact: smallest real total; ``arms_exact`` its split.
        n_total, n_arms: whole units that reach the power, control first; arms of equal weight are
            of equal size.
        power: asked for, or computed; ``achieved_power`` at the whole units.

    Example:
        >>> from helpers.stats import MeanDesign
        >>> plan = MeanDesign(sd=1, weights=(0.9, 0.1)).size(absolute=0.05)
        >>> plan.n_total, plan.n_arms
        (34886, (31397, 3489))
    """

    method: str
    baseline: float
    absolute: float
    relative: float
    null: float
    alternative: Alternative
    alpha: float
    family_alpha: float
    comparisons: int
    weights: tuple[float, ...]
    n_exact: float
    arms_exact: tuple[float, ...]
    n_total: int
    n_arms: tuple[int, ...]
    power: float
    achieved_power: float
    note: str = ""

    @property
    def ratio(self) -> str:
        """The arms by their shares in a hundred, control first.

        Example:
            >>> from helpers.stats import MeanDesign
            >>> MeanDesign(sd=1, weights=(2, 1, 1)).size(absolute=0.5).ratio
            '50 : 25 : 25'
        """
        return " : ".join(f"{100 * share:.0f}" for share in self.weights)

    @property
    def text(self) -> str:
        """One sentence.

        Example:
            >>> from helpers.stats import MeanDesign
            >>> MeanDesign(sd=1).size(absolute=0.5).text.split(":")[0]
            '128 units (64 + 64)'
        """
        arms = " + ".join(f"{n:,}" for n in self.n_arms)
        shared = f", {self.comparisons} comparisons share {self.family_alpha:.3g}"
        return (
            f"{self.n_total:,} units ({arms}): power {self.achieved_power:.3g} for an absolute "
            f"effect of {self.absolute:.4g} against {self.null:.4g} at {self.alternative} alpha "
            f"{self.alpha:.3g}{shared if self.comparisons > 1 else ''}, {self.method}."
        )


@dataclass(frozen=True, kw_only=True)
class SampleSizeDesign(ABC):
    """What both kinds of design share: arms, error rates, the null, and the solving."""

    weights: tuple[float, ...] = (0.5, 0.5)
    alpha: float = ALPHA
    metrics: int = 1
    alternative: Alternative = "two-sided"
    margin: float | None = None
    scale: Literal["absolute", "relative"] = "absolute"
    bad: Direction = "decrease"
    comparisons: int = field(init=False, default=1)

    def __post_init__(self) -> None:
        one_of("alternative", self.alternative, ALTERNATIVES)
        one_of("bad", self.bad, ("decrease", "increase"))
        one_of("scale", self.scale, ("absolute", "relative"))
        between("alpha", self.alpha, 0, 1)
        shares = [finite("weight", w) for w in self.weights]
        if len(shares) < 2 or min(shares) <= 0 or self.metrics < 1:
            raise InputError(
                "design",
                got=f"weights {self.weights}, metrics {self.metrics}",
                expected="two or more positive weights, control first, and at least one metric",
                cause="an arm without traffic",
                remedy="leave arms of weight 0 out of the plan",
            )
        object.__setattr__(self, "weights", tuple(w / sum(shares) for w in shares))
        if self.margin is None:
            object.__setattr__(self, "comparisons", (len(shares) - 1) * self.metrics)
            return
        below_one = self.scale == "relative" and self.bad == "decrease"
        between("margin", self.margin, 0, 1 if below_one else 1e300)
        object.__setattr__(self, "alternative", "greater" if self.bad == "decrease" else "less")

    @property
    @abstractmethod
    def _control(self) -> float:
        """Expected control rate or mean."""

    @property
    @abstractmethod
    def _method(self) -> str: ...

    @abstractmethod
    def _power_pair(self, n_c: float, n_t: float, effect: float) -> float:
        """Power of one comparison."""

    @abstractmethod
    def _reach(self, direction: Direction) -> float:
        """Largest effect that can be thought of in a direction."""

    @property
    def _alpha_each(self) -> float:
        return self.alpha / self.comparisons

    @property
    def _limit(self) -> float:
        """Signed margin on its own scale, 0 for superiority."""
        if self.margin is None:
            return 0.0
        return -self.margin if self.bad == "decrease" else self.margin

    @property
    def _linear(self) -> tuple[float, float]:
        """The null as ``treatment - factor * control - shift = 0``: (factor, shift)."""
        if self.margin is not None and self.scale == "relative":
            return 1 + math.copysign(self._limit, self._limit * self._control), 0.0
        return 1.0, self._limit

    @property
    def _null(self) -> float:
        factor, shift = self._linear
        return (factor - 1) * self._control + shift if factor != 1 else shift

    def _least_power(self, arms: tuple[float, ...] | tuple[int, ...], effect: float) -> float:
        return min(self._power_pair(arms[0], n, effect) for n in arms[1:])

    def size(self, *, absolute: float | None = None, relative: float | None = None, power: float = POWER) -> Plan:
        """Units needed for ``power`` at an effect, given on one of the two scales.

        Raises:
            InputError: when the effect is not on the far side of the null, or out of range.

        Example:
            >>> from helpers.stats import ProportionDesign
            >>> ProportionDesign(0.10).size(relative=0.10).n_arms
            (14751, 14751)
        """
        effect = self._effect(absolute, relative)
        between("power", power, 0, 1)
        toward = 1 if self.alternative == "greater" else -1
        if effect == self._null or (self.alternative != "two-sided" and (effect - self._null) * toward < 0):
            raise InputError(
                "effect",
                got=f"{effect:g} against the null {self._null:g} ({self.alternative})",
                expected="an effect on the far side of the null",
                cause="a sign the wrong way round, or a margin of no width",
                remedy="plan for an effect the test could find",
            )

        def missing(n: float) -> float:
            return self._least_power(tuple(w * n for w in self.weights), effect) - power

        high = low = 2.5 / min(self.weights)
        while missing(high) < 0:
            low, high = high, 2 * high
            if high > 1e15:
                raise InputError(
                    "effect",
                    got=f"{effect:g}",
                    expected="an effect that 1e15 units could find",
                    cause="an effect next to the null",
                    remedy="plan for an effect that matters",
                )
        n = _root(missing, low, high) if high > low else low
        total = math.ceil(n - 1e-6)
        while self._least_power(split(total, self.weights), effect) < power:
            total += 1
        total = _balanced(total, self.weights)
        note = "the smallest design considered is already enough" if high == low else ""
        return replace(self._plan(effect, n, total, power), note=note)

    def power(self, n_total: int, *, absolute: float | None = None, relative: float | None = None) -> Plan:
        """Power of ``n_total`` units at an effect: the least over the treatments.

        Example:
            >>> from helpers.stats import MeanDesign
            >>> round(MeanDesign(sd=1).power(6000, absolute=0.1).power, 3)
            0.972
        """
        self._enough(n_total)
        plan = self._plan(self._effect(absolute, relative), float(n_total), n_total, math.nan)
        return replace(plan, power=plan.achieved_power)

    def mde(self, n_total: int, *, power: float = POWER, direction: Direction = "increase") -> Plan:
        """Smallest effect in a direction that ``n_total`` units find with ``power``.

        With a margin: the least favourable true effect at which the guardrail still passes with
        ``power``, and the direction is the harmless one.

        Raises:
            InputError: when no possible effect is found with that power.

        Example:
            >>> from helpers.stats import MeanDesign
            >>> round(MeanDesign(sd=1).mde(34886).absolute, 4)
            0.03
        """
        between("power", power, 0, 1)
        one_of("direction", direction, ("increase", "decrease"))
        self._enough(n_total)
        if self.alternative != "two-sided":
            direction = "increase" if self.alternative == "greater" else "decrease"
        arms, reach = split(n_total, self.weights), self._reach(direction)
        if self._least_power(arms, reach) < power:
            raise InputError(
                "n_total",
                got=n_total,
                expected=f"enough units to find the largest possible effect ({reach:g})",
                cause="a design far too small",
                remedy="plan more units or a smaller power",
            )
        effect = _root(lambda e: self._least_power(arms, e) - power, self._null, reach)
        return self._plan(effect, float(n_total), n_total, power)

    def _effect(self, absolute: float | None, relative: float | None) -> float:
        if absolute is None and relative is None and self.margin is not None:
            return 0.0
        if (absolute is None) == (relative is None):
            raise InputError(
                "effect",
                got=f"absolute={absolute}, relative={relative}",
                expected="exactly one of the two",
                cause="both scales, or none",
                remedy="pass relative=0.05 for five in a hundred of the control",
            )
        effect = absolute if absolute is not None else (relative or 0.0) * abs(self._control)
        value = finite("effect", effect)
        if not self._reach("decrease") <= value <= self._reach("increase"):
            raise InputError(
                "effect",
                got=value,
                expected=f"between {self._reach('decrease'):g} and {self._reach('increase'):g}",
                cause="a relative change passed as absolute, or percent as fraction",
                remedy="check the scale of the effect",
            )
        return value

    def _enough(self, n_total: int) -> None:
        if min(split(n_total, self.weights)) < 2:
            raise InputError(
                "n_total",
                got=n_total,
                expected="at least two units in every arm",
                cause="units of one arm, or thousands, passed as total",
                remedy="pass the total over all arms",
            )

    def _plan(self, effect: float, n: float, total: int, power: float) -> Plan:
        arms = split(total, self.weights)
        control = self._control
        return Plan(
            method=self._method,
            baseline=control,
            absolute=effect,
            relative=effect / abs(control) if control else math.nan,
            null=self._null,
            alternative=self.alternative,
            alpha=self._alpha_each,
            family_alpha=self.alpha,
            comparisons=self.comparisons,
            weights=self.weights,
            n_exact=n,
            arms_exact=tuple(w * n for w in self.weights),
            n_total=total,
            n_arms=arms,
            power=power,
            achieved_power=self._least_power(arms, effect),
        )


def split(total: int, weights: tuple[float, ...]) -> tuple[int, ...]:
    """Whole units an arm by largest remainder; ties go to the earlier arm.

    Args:
        total: units over all arms.
        weights: shares that add up to 1.

    Example:
        >>> split(11, (0.5, 0.5))
        (6, 5)
    """
    quotas = [round(w * total, 9) for w in weights]
    arms = [math.floor(q) for q in quotas]
    by_remainder = sorted(range(len(arms)), key=lambda i: (arms[i] - quotas[i], i))
    for i in by_remainder[: total - sum(arms)]:
        arms[i] += 1
    return tuple(arms)


def _balanced(total: int, weights: tuple[float, ...]) -> int:
    """The next total, if near, that gives arms of equal weight equal sizes."""
    for more in range(2 * len(weights)):
        arms = split(total + more, weights)
        if len(set(zip(weights, arms, strict=True))) == len(set(weights)):
            return total + more
    return total


def _root(f: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(f, low, high, xtol=1e-12, rtol=1e-12))
